//! The shapes of the declared graphs.
//!
//! Invariants: `src/declared.rs` uses each name, that of a large graph behind the feature `large`.
//!
//! Must not know: the text of a graph.

use crate::graph::Graph;
use std::fmt::Display;

pub fn all(large: bool) -> String {
    let mut graphs = vec![
        small("Source", "*self.head()", |_| {}),
        computed(),
        small("Effect", "*self.head()", |graph| {
            graph.effect("show", "seen(*head, ran);")
        }),
        avoidable(),
        broad(50),
        deep(50),
        diamond(5),
        mux(100),
        repeated(),
        triangle(10),
        unstable(),
        cellx(10, false),
        cellx(50, false),
        cellx(10, true),
        cellx(100, true),
        signals(100),
        pairs(100),
        effects(100),
        fan_out(1000),
        fan_out_effects(1000),
        fan_in(1000),
    ];
    // No effect uses their values.
    let unwatched = [
        computed(),
        cellx(10, false),
        cellx(50, false),
        pairs(100),
        fan_out(1000),
        fan_in(1000),
    ];
    graphs.extend(unwatched.map(Graph::eager));
    if large {
        for layers in [1000, 2500] {
            graphs.extend([false, true].map(|effects| cellx(layers, effects)));
        }
    }
    let mut text = String::new();
    graphs.iter().for_each(|graph| graph.print(&mut text));
    text
}

/// A graph on one signal, `head`.
fn small(name: &str, read: &str, items: impl Fn(&mut Graph)) -> Graph {
    let mut graph = Graph::new(name);
    graph.item("signal head: i64 = -1;");
    items(&mut graph);
    graph.write("self.set_head(value);").read(read)
}

/// `*n0 + *n1 + …`
fn sum(nodes: impl IntoIterator<Item = impl Display>) -> String {
    let nodes: Vec<_> = nodes.into_iter().map(|node| format!("*{node}")).collect();
    nodes.join(" + ")
}

fn computed() -> Graph {
    small("Computed", "*self.result()", |graph| {
        graph.item("computed result: i64 = add(*head, 1);");
    })
}

fn avoidable() -> Graph {
    small("Avoidable", "*self.c5()", |graph| {
        graph.item("computed c1: i64 = same(*head);");
        graph.item("computed c2: i64 = zero(*c1);");
        graph.item("computed c3: i64 = { busy(); add(*c2, 1) };");
        graph.item("computed c4: i64 = add(*c3, 2);");
        graph.item("computed c5: i64 = add(*c4, 3);");
        graph.effect("show", "seen(*c5, ran); busy();");
    })
}

fn broad(width: usize) -> Graph {
    let last = width - 1;
    small("Broad", &format!("*self.second{last}()"), |graph| {
        for i in 0..width {
            graph.item(format!("computed first{i}: i64 = add(*head, {i});"));
            graph.item(format!("computed second{i}: i64 = add(*first{i}, 1);"));
            graph.effect(format!("show{i}"), format!("seen(*second{i}, ran);"));
        }
    })
}

fn deep(length: usize) -> Graph {
    small("Deep", &format!("*self.c{length}()"), |graph| {
        graph.item("computed c1: i64 = add(*head, 1);");
        for i in 2..=length {
            graph.item(format!("computed c{i}: i64 = add(*c{}, 1);", i - 1));
        }
        graph.effect("show", format!("seen(*c{length}, ran);"));
    })
}

fn diamond(width: usize) -> Graph {
    small("Diamond", "*self.total()", |graph| {
        for i in 0..width {
            graph.item(format!("computed arm{i}: i64 = add(*head, 1);"));
        }
        let arms = sum((0..width).map(|i| format!("arm{i}")));
        graph.item(format!("computed total: i64 = black_box({arms});"));
        graph.effect("show", "seen(*total, ran);");
    })
}

fn mux(width: usize) -> Graph {
    let mut graph = Graph::new("Mux");
    for i in 0..width {
        graph.item(format!("signal head{i}: i64 = 0;"));
    }
    let heads: Vec<_> = (0..width).map(|i| format!("*head{i}")).collect();
    graph.item(format!(
        "computed row: [i64; {width}] = black_box([{}]);",
        heads.join(", ")
    ));
    for i in 0..width {
        graph.item(format!("computed split{i}: i64 = same(row[{i}]);"));
        graph.item(format!("computed result{i}: i64 = add(*split{i}, 1);"));
        graph.effect(format!("show{i}"), format!("seen(*result{i}, ran);"));
    }
    graph
        .write_one_of((0..10).map(|i| (i, format!("head{i}"))))
        .read_one_of((0..10).map(|i| (i, format!("result{i}"))))
}

fn repeated() -> Graph {
    small("Repeated", "*self.total()", |graph| {
        graph.item("computed total: i64 = (0..30).map(|_| *black_box(head)).sum();");
        graph.effect("show", "seen(*total, ran);");
    })
}

fn triangle(width: usize) -> Graph {
    small("Triangle", "*self.total()", |graph| {
        graph.item("computed c1: i64 = add(*head, 1);");
        for i in 2..width {
            graph.item(format!("computed c{i}: i64 = add(*c{}, 1);", i - 1));
        }
        let nodes = sum((1..width).map(|i| format!("c{i}")));
        graph.item(format!("computed total: i64 = black_box(*head + {nodes});"));
        graph.effect("show", "seen(*total, ran);");
    })
}

/// Both branches are dependencies here, since edges are declared.
fn unstable() -> Graph {
    small("Unstable", "*self.total()", |graph| {
        graph.item("computed twice: i64 = double(*head);");
        graph.item("computed inverse: i64 = negative(*head);");
        graph.item(
            "computed total: i64 = (0..20).map(|_| match *black_box(head) % 2 { 0 => *inverse, _ => *twice }).sum();",
        );
        graph.effect("show", "seen(*total, ran);");
    })
}

fn cellx(layers: usize, effects: bool) -> Graph {
    let name = format!("Cellx{layers}{}", if effects { "Effects" } else { "" });
    let mut graph = Graph::new(name);
    for k in 0..4 {
        graph.item(format!("signal c0_{k}: i64 = {};", k + 1));
    }
    for layer in 1..=layers {
        let p = layer - 1;
        for (k, body) in [
            format!("same(*c{p}_1)"),
            format!("sub(*c{p}_0, *c{p}_2)"),
            format!("add(*c{p}_1, *c{p}_3)"),
            format!("same(*c{p}_2)"),
        ]
        .iter()
        .enumerate()
        {
            graph.item(format!("computed c{layer}_{k}: i64 = {body};"));
            if effects {
                graph.effect(
                    format!("e{layer}_{k}"),
                    format!("seen(*c{layer}_{k}, ran);"),
                );
            }
        }
    }
    let set = |k| format!("batch.set_c0_{k}(CELLX[value as usize][{k}]);");
    let last = |k| format!("*self.c{layers}_{k}()");
    graph
        .write(format!(
            "self.batch(|batch| {{ {} {} {} {} }});",
            set(0),
            set(1),
            set(2),
            set(3)
        ))
        .read(format!(
            "folded([{}, {}, {}, {}])",
            last(0),
            last(1),
            last(2),
            last(3)
        ))
}

fn signals(count: usize) -> Graph {
    let mut graph = Graph::new("Signals");
    for i in 0..count {
        graph.item(format!("signal s{i}: i64 = {i};"));
    }
    let names = || (0..count).map(|i| (i, format!("s{i}")));
    graph.write_one_of(names()).read_one_of(names())
}

fn pairs(count: usize) -> Graph {
    let mut graph = Graph::new("Pairs");
    for i in 0..count {
        graph.item(format!("signal s{i}: i64 = {i};"));
        graph.item(format!("computed c{i}: i64 = add(*s{i}, 1);"));
    }
    graph
        .write_one_of((0..count).map(|i| (i, format!("s{i}"))))
        .read_one_of((0..count).map(|i| (i, format!("c{i}"))))
}

fn effects(count: usize) -> Graph {
    let mut graph = Graph::new("Effects");
    for i in 0..count {
        graph.item(format!("signal s{i}: i64 = {i};"));
        graph.effect(format!("show{i}"), format!("seen(*s{i}, ran);"));
    }
    let names = || (0..count).map(|i| (i, format!("s{i}")));
    graph.write_one_of(names()).read_one_of(names())
}

fn fan_out(width: usize) -> Graph {
    let reads: Vec<_> = (0..width).map(|i| format!("self.c{i}()")).collect();
    small("FanOut", &reads.join(" + "), |graph| {
        for i in 0..width {
            graph.item(format!("computed c{i}: i64 = add(*head, {i});"));
        }
    })
}

fn fan_out_effects(width: usize) -> Graph {
    small("FanOutEffects", "*self.head()", |graph| {
        for i in 0..width {
            graph.effect(format!("show{i}"), "seen(*head, ran);");
        }
    })
}

fn fan_in(width: usize) -> Graph {
    let mut graph = Graph::new("FanIn");
    for i in 0..width {
        graph.item(format!("signal s{i}: i64 = 0;"));
    }
    let sources = sum((0..width).map(|i| format!("s{i}")));
    graph.item(format!("computed total: i64 = black_box({sources});"));
    graph
        .write_one_of(
            (0..10)
                .map(|i| i * width / 10)
                .map(|i| (i, format!("s{i}"))),
        )
        .read("*self.total()")
}
