//! The description of a declared graph, for people and tools: the nodes and their connections.
//!
//! Invariants: a description is a constant; nodes stand in the order of their declaration, and every index in a
//! description is an index into `nodes`.
//!
//! Must not know: values, and the settle.

use std::fmt::Write;

/// The shape of a declared graph: its nodes and the edges between them.
///
/// Every struct of [`reactive!`](crate::reactive) has a description as its constant `GRAPH`.
///
/// # Examples
///
/// ```
/// use signal_kernel::{NodeKind, reactive};
///
/// reactive! {
///     pub struct Cart {
///         signal price: u64 = 3;
///         signal qty: u64 = 2;
///         computed total: u64 = price * qty;
///         effect show { assert!(*total > 0); }
///     }
/// }
///
/// let graph = Cart::GRAPH;
/// assert_eq!(graph.name, "Cart");
/// let total = graph.node("total").unwrap();
/// assert_eq!(total.kind, NodeKind::Computed);
/// assert_eq!(graph.dependencies_of(total).map(|node| node.name).collect::<Vec<_>>(), ["price", "qty"]);
/// assert!(graph.to_mermaid().contains("price --> total"));
/// # let _ = Cart::new();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Graph {
    /// The name of the struct.
    pub name: &'static str,
    /// Signals, computed values, resources, effects, graphs inside and lists, in the order of their declaration.
    /// Plain fields are no nodes.
    pub nodes: &'static [Node],
}

/// One node of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// The name in the declaration.
    pub name: &'static str,
    /// The kind of the node.
    pub kind: NodeKind,
    /// The place of the node in the order of settling: lower ranks first. Signals do not settle and have no rank, but
    /// for those that start anew.
    pub rank: Option<usize>,
    /// The nodes that this node reads, as indices into [`Graph::nodes`], in the order in which its declaration names
    /// them.
    pub dependencies: &'static [usize],
}

/// The kind of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeKind {
    /// A source, written from outside.
    Signal,
    /// A derived value that an effect or a resource needs: computed again as soon as it is stale.
    Computed,
    /// A derived value without an observer: computed again when it is read.
    Lazy,
    /// Asynchronous work and its state.
    Resource,
    /// A side effect.
    Effect,
    /// A graph inside this one.
    Graph,
    /// A list of graphs inside this one.
    List,
}

impl Graph {
    #[doc(hidden)]
    pub const fn new(name: &'static str, nodes: &'static [Node]) -> Self {
        Graph { name, nodes }
    }

    /// The node of this name.
    pub fn node(&self, name: &str) -> Option<&'static Node> {
        self.nodes.iter().find(|node| node.name == name)
    }

    /// The nodes that `node` reads, in the order in which its declaration names them.
    pub fn dependencies_of(&self, node: &Node) -> impl Iterator<Item = &'static Node> + use<> {
        let (nodes, dependencies) = (self.nodes, node.dependencies);
        dependencies.iter().map(move |&index| &nodes[index])
    }

    /// The graph as a [Mermaid](https://mermaid.js.org/syntax/flowchart.html) flow chart.
    ///
    /// # Examples
    ///
    /// ```
    /// signal_kernel::reactive! {
    ///     struct Tiny {
    ///         signal a: u8;
    ///         computed b: u8 = a + 1;
    ///     }
    /// }
    ///
    /// assert_eq!(
    ///     Tiny::GRAPH.to_mermaid(),
    ///     "flowchart TD\n    a([a])\n    b[b]\n    a --> b\n",
    /// );
    /// # let _ = Tiny::new(1).b();
    /// ```
    pub fn to_mermaid(&self) -> String {
        let mut text = String::from("flowchart TD\n");
        for node in self.nodes {
            let (open, close) = match node.kind {
                NodeKind::Signal => ("([", "])"),
                NodeKind::Computed | NodeKind::Lazy => ("[", "]"),
                NodeKind::Resource => ("[[", "]]"),
                NodeKind::Effect => ("{{", "}}"),
                NodeKind::Graph | NodeKind::List => ("[/", "/]"),
            };
            writeln!(
                text,
                "    {}{open}{}{close}",
                mermaid_id(node.name),
                node.name
            )
            .expect("writing to a string");
        }
        self.edges(|from, to| {
            writeln!(text, "    {} --> {}", mermaid_id(from), mermaid_id(to))
                .expect("writing to a string");
        });
        text
    }

    /// The graph in [DOT](https://graphviz.org/doc/info/lang.html), the language of Graphviz.
    ///
    /// # Examples
    ///
    /// ```
    /// signal_kernel::reactive! {
    ///     struct Tiny {
    ///         signal a: u8;
    ///         computed b: u8 = a + 1;
    ///     }
    /// }
    ///
    /// assert_eq!(
    ///     Tiny::GRAPH.to_dot(),
    ///     "digraph \"Tiny\" {\n    \"a\" [shape=oval];\n    \"b\" [shape=box];\n    \"a\" -> \"b\";\n}\n",
    /// );
    /// # let _ = Tiny::new(1).b();
    /// ```
    pub fn to_dot(&self) -> String {
        let mut text = format!("digraph \"{}\" {{\n", self.name);
        for node in self.nodes {
            let shape = match node.kind {
                NodeKind::Signal => "oval",
                NodeKind::Computed | NodeKind::Lazy => "box",
                NodeKind::Resource => "component",
                NodeKind::Effect => "hexagon",
                NodeKind::Graph | NodeKind::List => "box3d",
            };
            writeln!(text, "    \"{}\" [shape={shape}];", node.name).expect("writing to a string");
        }
        self.edges(|from, to| {
            writeln!(text, "    \"{from}\" -> \"{to}\";").expect("writing to a string");
        });
        text.push_str("}\n");
        text
    }

    fn edges(&self, mut edge: impl FnMut(&str, &str)) {
        for node in self.nodes {
            for &dependency in node.dependencies {
                edge(self.nodes[dependency].name, node.name);
            }
        }
    }
}

impl Node {
    /// The nodes of a graph, from a few lists: see `Topology`. `kinds` has the first letter of each node's kind.
    #[doc(hidden)]
    pub const fn all<const N: usize>(
        names: [&'static str; N],
        kinds: &[u8; N],
        positions: [usize; N],
        dependencies: [&'static [usize]; N],
    ) -> [Self; N] {
        let nothing = Node {
            name: "",
            kind: NodeKind::Signal,
            rank: None,
            dependencies: &[],
        };
        let mut nodes = [nothing; N];
        let mut at = 0;
        while at < N {
            let (kind, rank) = match kinds[at] {
                b's' => (NodeKind::Signal, None),
                b'p' => (NodeKind::Signal, Some(positions[at])),
                b'c' => (NodeKind::Computed, Some(positions[at])),
                b'l' => (NodeKind::Lazy, Some(positions[at])),
                b'r' => (NodeKind::Resource, Some(positions[at])),
                b'g' => (NodeKind::Graph, Some(positions[at])),
                b'i' => (NodeKind::List, Some(positions[at])),
                _ => (NodeKind::Effect, Some(positions[at])),
            };
            nodes[at] = Node {
                name: names[at],
                kind,
                rank,
                dependencies: dependencies[at],
            };
            at += 1;
        }
        nodes
    }
}

/// The identifier of a node for Mermaid, which reserves some words. A reserved word gets a hyphen: no Rust name has
/// one, so no other node has that identifier.
fn mermaid_id(name: &str) -> String {
    const RESERVED: [&str; 12] = [
        "call",
        "class",
        "classDef",
        "click",
        "default",
        "end",
        "flowchart",
        "graph",
        "href",
        "interpolate",
        "style",
        "subgraph",
    ];
    if RESERVED.contains(&name) {
        format!("node-{name}")
    } else {
        name.to_owned()
    }
}
