//! Two of the graphs by hand, in the shape that a declared graph has: a field for each node, found by a `match`.
//!
//! Invariants: `src/hand/fields.rs` uses each name.
//!
//! Must not know: the text of a declared graph.

use std::fmt::Write;

pub fn all() -> String {
    let mut text = String::new();
    pairs(&mut text, 100);
    fan_in(&mut text, 1000);
    text
}

/// `count` pairs of a source and a value on it.
fn pairs(text: &mut String, count: usize) {
    let list = |piece: fn(usize) -> String| (0..count).map(piece).collect::<Vec<_>>().join(" ");
    let fields = list(|i| format!("s{i}: i64, c{i}: i64,"));
    let values = list(|i| format!("s{i}: {i}, c{i}: {},", i + 1));
    let writes =
        list(|i| format!("{i} => if put(&mut self.s{i}, value) {{ self.c{i} = add(value, 1); }}"));
    let reads = list(|i| format!("{i} => self.c{i},"));
    print(
        text,
        "Pairs",
        &fields,
        &values,
        &writes,
        &format!("match at {{ {reads} _ => unreachable!() }}"),
    );
}

/// A sum over `width` sources, written out. A slot of a declared graph has a pointer beside its value.
fn fan_in(text: &mut String, width: usize) {
    let list = |piece: fn(usize) -> String| (0..width).map(piece).collect::<Vec<_>>();
    let fields = list(|i| format!("s{i}: i64, _log{i}: Option<Box<i64>>,")).join(" ");
    let values = list(|i| format!("s{i}: 0, _log{i}: None,")).join(" ");
    let sum = list(|i| format!("self.s{i}")).join(" + ");
    let writes = (0..10).map(|i| i * width / 10).map(|i| {
        format!("{i} => if put(&mut self.s{i}, value) {{ self.total = black_box({sum}); }}")
    });
    let writes = writes.collect::<Vec<_>>().join(" ");
    let fields = format!("{fields} total: i64,");
    print(
        text,
        "FanIn",
        &fields,
        &format!("{values} total: 0,"),
        &writes,
        "self.total",
    );
}

fn print(text: &mut String, name: &str, fields: &str, values: &str, writes: &str, read: &str) {
    writeln!(
        text,
        "struct {name} {{ {fields} }}
impl {name} {{
    fn new() -> Self {{ {name} {{ {values} }} }}
}}
#[allow(unused_variables)] // one result
impl Graph for {name} {{
    #[inline(always)]
    fn write(&mut self, at: usize, value: i64) {{
        match at {{ {writes} _ => unreachable!() }}
    }}
    #[inline(always)]
    fn read(&mut self, at: usize) -> i64 {{ {read} }}
    fn runs(&mut self) -> u64 {{ 0 }}
}}"
    )
    .unwrap();
}
