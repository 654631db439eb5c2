//! The description of a graph: `GRAPH`, its pictures, and `Debug`.
//!
//! Invariants: none of it runs a body.
//!
//! Must not know: anything but the public interface.

use signal_kernel::{Graph, Node, NodeKind, reactive};
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::fmt;

reactive! {
    struct Cart {
        effect show { let _ = (total, log); }
        let log: Log;
        computed total: u64 = price * qty;
        signal price: u64 = 3;
        #[allow(dead_code)]
        computed lazy: u64 = total + price + total;
        let mut seen: u64 = 0;
        signal qty: u64 = 2;
        effect count: u64 = { *seen += 1; qty + total };
        #[allow(dead_code)]
        signal alone: () = ();
    }
}

const GRAPH: Graph = Cart::GRAPH;

fn node(name: &str) -> &'static Node {
    GRAPH.node(name).expect("there is such a node")
}

fn dependencies(name: &str) -> Vec<&'static str> {
    GRAPH
        .dependencies_of(node(name))
        .map(|node| node.name)
        .collect()
}

#[test]
fn nodes_stand_in_declaration_order_and_fields_are_none() {
    assert_eq!(GRAPH.name, "Cart");
    let nodes: Vec<_> = GRAPH
        .nodes
        .iter()
        .map(|node| (node.name, node.kind))
        .collect();
    assert_eq!(
        nodes,
        [
            ("show", NodeKind::Effect),
            ("total", NodeKind::Computed),
            ("price", NodeKind::Signal),
            ("lazy", NodeKind::Lazy),
            ("qty", NodeKind::Signal),
            ("count", NodeKind::Effect),
            ("alone", NodeKind::Signal),
        ]
    );
    assert_eq!(GRAPH.node("log"), None);
    assert_eq!(GRAPH.node("nothing"), None);
}

#[test]
fn dependencies_stand_in_the_order_of_mention_each_once() {
    assert_eq!(dependencies("total"), ["price", "qty"]);
    assert_eq!(dependencies("lazy"), ["total", "price"]);
    assert_eq!(dependencies("show"), ["total"]);
    assert_eq!(dependencies("count"), ["qty", "total"]);
    assert_eq!(dependencies("price"), NOTHING);
    assert_eq!(node("lazy").dependencies, [1, 2]);
}

#[test]
fn every_node_ranks_above_what_it_reads_and_effects_above_all() {
    let ranks: Vec<usize> = GRAPH.nodes.iter().filter_map(|node| node.rank).collect();
    let mut sorted = ranks.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [0, 1, 2, 3], "ranks are distinct and dense");
    for node in GRAPH.nodes {
        assert_eq!(
            node.rank.is_none(),
            node.kind == NodeKind::Signal,
            "{}",
            node.name
        );
        for dependency in GRAPH.dependencies_of(node) {
            assert!(
                dependency.rank < node.rank,
                "{} reads {}",
                node.name,
                dependency.name
            );
        }
    }
    let last_value = node("lazy").rank.max(node("total").rank);
    assert!(last_value < node("show").rank);
    assert!(
        node("show").rank < node("count").rank,
        "effects in declaration order"
    );
}

#[test]
fn a_graph_is_drawn_for_mermaid() {
    assert_eq!(
        GRAPH.to_mermaid().lines().collect::<Vec<_>>(),
        [
            "flowchart TD",
            "    show{{show}}",
            "    total[total]",
            "    price([price])",
            "    lazy[lazy]",
            "    qty([qty])",
            "    count{{count}}",
            "    alone([alone])",
            "    total --> show",
            "    price --> total",
            "    qty --> total",
            "    total --> lazy",
            "    price --> lazy",
            "    qty --> count",
            "    total --> count",
        ]
    );
}

#[test]
fn a_graph_is_drawn_for_graphviz() {
    let dot = GRAPH.to_dot();
    assert!(dot.starts_with("digraph \"Cart\" {\n"), "{dot}");
    assert!(dot.ends_with("}\n"), "{dot}");
    for line in [
        "\"price\" [shape=oval];",
        "\"total\" [shape=box];",
        "\"lazy\" [shape=box];",
        "\"show\" [shape=hexagon];",
        "\"price\" -> \"total\";",
        "\"total\" -> \"count\";",
    ] {
        assert_eq!(
            dot.lines().filter(|found| found.trim() == line).count(),
            1,
            "{line} in {dot}"
        );
    }
    assert_eq!(dot.lines().count(), 2 + 7 + 7);
}

reactive! {
    /// Names that mean something to Mermaid or Graphviz, or are raw.
    struct r#Odd {
        signal end: u64 = 1;
        signal end_: u64 = 1;
        signal graph: u64 = 1;
        signal subgraph: u64 = 1;
        signal r#type: u64 = 1;
        signal größe: u64 = 1;
        computed class: u64 = end + end_;
        computed style: u64 = graph + subgraph;
        computed click: u64 = r#type + größe;
        computed node: u64 = class + style + click;
        computed edge: u64 = *node;
        effect digraph { let _ = edge; }
    }
}

#[test]
fn odd_names_are_drawn_as_nodes_of_their_own() {
    let mermaid = Odd::GRAPH.to_mermaid();
    let nodes: Vec<&str> = mermaid
        .lines()
        .skip(1)
        .filter(|line| !line.contains("-->"))
        .map(str::trim)
        .collect();
    assert_eq!(nodes.len(), Odd::GRAPH.nodes.len());
    let ids: Vec<&str> = nodes
        .iter()
        .map(|line| line.split(['[', '(', '{']).next().unwrap_or_default())
        .collect();
    for (at, id) in ids.iter().enumerate() {
        assert!(
            !ids[..at].contains(id),
            "two nodes are called {id} in\n{mermaid}"
        );
        let reserved = [
            "end",
            "graph",
            "subgraph",
            "class",
            "style",
            "click",
            "default",
            "flowchart",
            "call",
            "href",
        ];
        assert!(
            !reserved.contains(id),
            "{id} means something else to Mermaid:\n{mermaid}"
        );
    }
    for (line, node) in nodes.iter().zip(Odd::GRAPH.nodes) {
        assert!(
            line.contains(node.name),
            "the label of {} in {line}",
            node.name
        );
    }
    let edges: Vec<(&str, &str)> = mermaid
        .lines()
        .filter_map(|line| line.trim().split_once(" --> "))
        .collect();
    let id_of = |name: &str| {
        ids[Odd::GRAPH
            .nodes
            .iter()
            .position(|node| node.name == name)
            .expect("a node")]
    };
    assert!(edges.contains(&(id_of("end"), id_of("class"))));
    assert!(edges.contains(&(id_of("end_"), id_of("class"))));
    assert!(
        edges
            .iter()
            .all(|(from, to)| ids.contains(from) && ids.contains(to)),
        "{mermaid}"
    );

    let dot = Odd::GRAPH.to_dot();
    for line in [
        "\"node\" [shape=box];",
        "\"type\" -> \"click\";",
        "\"größe\" -> \"click\";",
        "\"node\" -> \"edge\";",
    ] {
        assert!(
            dot.lines().any(|found| found.trim() == line),
            "{line} in {dot}"
        );
    }
    assert!(dot.starts_with("digraph \"Odd\" {"));
}

#[test]
fn the_description_is_a_constant_of_every_instance() {
    reactive! {
        struct Generic<T: PartialEq + Clone, const N: usize> {
            signal value: [T; N];
            computed copy: [T; N] = value.clone();
        }
    }
    const OF_BYTES: Graph = Generic::<u8, 3>::GRAPH;
    assert_eq!(OF_BYTES, Generic::<String, 0>::GRAPH);
    assert_eq!(
        OF_BYTES.to_mermaid(),
        "flowchart TD\n    value([value])\n    copy[copy]\n    value --> copy\n"
    );
    let _ = Generic::new([1]).copy();
    let _ = Cart::new(Log::new());
    let _ = Odd::new();
}

#[test]
fn debug_prints_names_and_values_and_runs_no_body() {
    reactive! {
        #[derive(Debug)]
        struct Page {
            signal id: u64 = 3;
            #[allow(dead_code)]
            signal name: String = "tea".to_owned();
            computed eager: u64 = id * 2;
            computed lazy: u64 = { assert!(*id < 100, "lazy"); id * 3 };
            #[allow(dead_code)]
            computed unread: u64 = unreachable!("{id}");
            effect show { assert!(*eager < 100, "show"); }
        }
    }
    let mut page = Page::new();
    assert_eq!(
        format!("{page:?}"),
        r#"Page { id: 3, name: "tea", eager: 6, lazy: _, unread: _ }"#
    );
    let _ = page.lazy();
    assert_eq!(
        format!("{page:?}"),
        r#"Page { id: 3, name: "tea", eager: 6, lazy: 9, unread: _ }"#
    );
    assert_eq!(
        format!("{page:#?}"),
        "Page {\n    id: 3,\n    name: \"tea\",\n    eager: 6,\n    lazy: 9,\n    unread: _,\n}"
    );
    page.set_id(4);
    assert_eq!(
        format!("{page:?}"),
        r#"Page { id: 4, name: "tea", eager: 8, lazy: _, unread: _ }"#
    );
}

#[test]
fn debug_shows_failed_values_as_panicked() {
    reactive! {
        #[derive(Debug)]
        struct Page {
            let log: Log;
            signal id: u64 = 3;
            computed eager: u64 = { assert!(*id < 10, "eager"); id * 2 };
            computed below: u64 = eager + 1;
            computed lazy: u64 = { log.push("lazy"); assert!(*id < 20, "lazy"); id * 3 };
            computed lazy_below: u64 = lazy + 1;
            effect show { let _ = below; }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(panic_of(|| page.set_id(20)), "eager");
    let text = format!("{page:?}");
    let shown = text.split_once("id: ").expect("the signal").1;
    assert_eq!(
        shown,
        "20, eager: <panicked>, below: <panicked>, lazy: _, lazy_below: _ }"
    );
    assert_eq!(log.take(), NOTHING);
    assert_eq!(panic_of(|| *page.lazy_below()), "lazy");
    assert_eq!(log.take(), ["lazy"]);
    let text = format!("{page:?}");
    let shown = text.split_once("id: ").expect("the signal").1;
    assert_eq!(
        shown,
        "20, eager: <panicked>, below: <panicked>, lazy: <panicked>, lazy_below: <panicked> }"
    );
    page.set_id(1);
    let text = format!("{page:?}");
    let shown = text.split_once("id: ").expect("the signal").1;
    assert_eq!(shown, "1, eager: 2, below: 3, lazy: _, lazy_below: _ }");
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn debug_of_a_generic_graph_asks_of_its_parameters() {
    struct Mute;
    reactive! {
        #[derive(Debug)]
        struct Generic<T> {
            #[eq(never)]
            signal r#type: T;
            computed unit: () = { let _ = r#type; };
        }
    }
    assert_eq!(
        format!("{:?}", Generic::new(Some(1))),
        "Generic { type: Some(1), unit: _ }"
    );
    let mute = Generic::new(Mute);
    let () = *mute.unit();
}

#[test]
fn debug_passes_the_formatter_on() {
    struct Hex(u8);
    impl PartialEq for Hex {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl fmt::Debug for Hex {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "Hex({:#x})", self.0)
        }
    }
    reactive! {
        #[derive(Debug)]
        struct Page {
            signal byte: Hex = Hex(255);
            computed text: String = format!("{byte:?}");
            computed float: f64 = f64::from(byte.0) / 2.0;
        }
    }
    let page = Page::new();
    let _ = (page.text(), page.float());
    assert_eq!(
        format!("{page:.2?}"),
        r#"Page { byte: Hex(0xff), text: "Hex(0xff)", float: 127.50 }"#
    );
}
