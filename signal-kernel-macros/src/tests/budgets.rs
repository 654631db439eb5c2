//! How much Rust a graph turns into: lines of the pretty-printed expansion, for the graph and for each node of a kind.
//! To see the figures: `cargo test -p signal-kernel-macros budgets -- --nocapture`.

use super::snapshots::printed;

/// The lines of a graph in which `item` stands so many times, each time with another number for `#`.
fn lines(before: &str, item: &str, times: usize, after: &str) -> usize {
    let items: String = (0..times)
        .map(|number| item.replace('#', &number.to_string()))
        .collect();
    printed(&format!("pub struct Cart {{ {before} {items} {after} }}"))
        .lines()
        .count()
}

/// The lines that each further `item` adds.
fn each(before: &str, item: &str, after: &str) -> usize {
    let [few, many] = [2, 12].map(|times| lines(before, item, times, after));
    (many - few).div_ceil(10)
}

fn assert_within(budget: usize, what: &str, lines: usize) {
    println!("{what}: {lines} lines of at most {budget}");
    assert!(lines <= budget, "{what}: {lines} lines, more than {budget}");
}

#[test]
fn an_expansion_keeps_within_its_budget() {
    let signal = each("", "pub signal price#: u64 = 300;", "");
    let source = "pub signal price: u64 = 300;";
    let computed = "pub computed total#: u64 = price * 2;";
    let lazy = each(source, computed, "");
    let watched = each(
        source,
        "pub computed total#: u64 = price * 2; effect show# { drop(*total#); }",
        "",
    );
    let effect = each(source, "effect show# { drop(*price); }", "");
    let resource = each(source, "pub resource user# = fetch(price);", "");
    let per = each(source, "pub signal page#: u64 = 0 per price;", "");
    let before = "let log: Log; signal dark: bool = false;";
    let graph = each(before, "pub graph search#: Search(log);", "");
    let fed = each(
        before,
        "pub graph search#: Search(log) { dark: *dark };",
        "",
    );
    let list = each(
        before,
        "pub list rows#: Row by u64 => |id| Row(log, id);",
        "",
    );
    let fixed = lines("", source, 1, "") - signal;
    assert_within(40, "a signal", signal);
    assert_within(25, "a computed value that nothing watches", lazy);
    assert_within(
        25,
        "a computed value that an effect watches",
        watched - effect,
    );
    assert_within(11, "an effect", effect);
    assert_within(70, "a resource", resource);
    assert_within(60, "a signal that starts anew", per);
    assert_within(60, "a graph inside", graph);
    assert_within(25, "a feed of a graph inside", fed - graph);
    assert_within(90, "a list", list);
    assert_within(200, "the graph itself", fixed);
}
