//! The description of a declared graph, for people and tools: the nodes and their connections.
//!
//! Invariants: a description is a constant; nodes stand in the order of their declaration, and every index in a
//! description is an index into `nodes`.
//!
//! Must not know: values, and the settle.

use std::fmt;

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
    inner: Option<Inner>,
}

/// The description of a graph inside, by a function: a graph may hold a list of its own kind.
#[derive(Clone, Copy)]
struct Inner(fn() -> Graph);

/// Equal are descriptions of structs of one name.
impl PartialEq for Inner {
    fn eq(&self, other: &Self) -> bool {
        (self.0)().name == (other.0)().name
    }
}

impl Eq for Inner {}

impl fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str((self.0)().name)
    }
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

    /// The graph as a [Mermaid](https://mermaid.js.org/syntax/flowchart.html) flow chart. A graph inside is a subgraph: the
    /// identifiers of its nodes begin with its name, as `search.title` does.
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
        self.write_mermaid(&Path::default(), &mut text);
        text
    }

    fn write_mermaid(&self, path: &Path, text: &mut String) {
        let indent = path.indent();
        for node in self.nodes {
            let (id, name) = (path.id(node.name, mermaid_id), node.name);
            if let Some((inner, inside)) = path.enter(self, node) {
                *text += &format!("{indent}subgraph {id}[{name}: {}]\n", inner.name);
                inner.write_mermaid(&inside, text);
                *text += &format!("{indent}end\n");
                continue;
            }
            let (open, close) = match node.kind {
                NodeKind::Signal => ("([", "])"),
                NodeKind::Computed | NodeKind::Lazy => ("[", "]"),
                NodeKind::Resource => ("[[", "]]"),
                NodeKind::Effect => ("{{", "}}"),
                NodeKind::Graph | NodeKind::List => ("[/", "/]"),
            };
            *text += &format!("{indent}{id}{open}{name}{close}\n");
        }
        self.edges(|from, to| {
            let [from, to] = [from, to].map(|name| path.id(name, mermaid_id));
            *text += &format!("{indent}{from} --> {to}\n");
        });
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
        self.write_dot(&Path::default(), &mut text);
        text.push_str("}\n");
        text
    }

    fn write_dot(&self, path: &Path, text: &mut String) {
        let indent = path.indent();
        for node in self.nodes {
            let id = path.id(node.name, str::to_owned);
            let shape = match node.kind {
                NodeKind::Signal => "oval",
                NodeKind::Computed | NodeKind::Lazy => "box",
                NodeKind::Resource => "component",
                NodeKind::Effect => "hexagon",
                NodeKind::Graph | NodeKind::List => "box3d",
            };
            if let Some((inner, inside)) = path.enter(self, node) {
                *text += &format!("{indent}subgraph \"cluster_{id}\" {{\n");
                *text += &format!("{indent}    label=\"{}: {}\";\n", node.name, inner.name);
                *text += &format!("{indent}    \"{id}\" [shape={shape}];\n");
                inner.write_dot(&inside, text);
                *text += &format!("{indent}}}\n");
            } else {
                *text += &format!("{indent}\"{id}\" [shape={shape}];\n");
            }
        }
        self.edges(|from, to| {
            let [from, to] = [from, to].map(|name| path.id(name, str::to_owned));
            *text += &format!("{indent}\"{from}\" -> \"{to}\";\n");
        });
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
            inner: None,
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
                inner: None,
            };
            at += 1;
        }
        nodes
    }

    /// The nodes of a graph with graphs inside: the index of each, and its description.
    #[doc(hidden)]
    pub const fn with_inner<const N: usize, const M: usize>(
        mut nodes: [Self; N],
        inner: [(usize, fn() -> Graph); M],
    ) -> [Self; N] {
        let mut at = 0;
        while at < M {
            let (node, graph) = inner[at];
            nodes[node].inner = Some(Inner(graph));
            at += 1;
        }
        nodes
    }

    /// The description of the graph inside, or of each row of the list. `None` for other nodes, and for a graph whose type
    /// is a type parameter.
    pub fn inner(&self) -> Option<Graph> {
        self.inner.map(|Inner(graph)| graph())
    }
}

/// A graph inside that is being drawn: the nodes that hold it, from the outside in, and the names of their structs.
#[derive(Clone, Default)]
struct Path {
    nodes: Vec<&'static str>,
    structs: Vec<&'static str>,
}

impl Path {
    /// The way to the graph in `node`, if it is to be drawn: a struct inside itself is not.
    fn enter(&self, graph: &Graph, node: &Node) -> Option<(Graph, Path)> {
        let mut inside = self.clone();
        inside.structs.push(graph.name);
        inside.nodes.push(node.name);
        let inner = node.inner()?;
        (!inside.structs.contains(&inner.name)).then_some((inner, inside))
    }

    /// The identifier of a node: `search.title`.
    fn id(&self, name: &str, of: fn(&str) -> String) -> String {
        let names = self.nodes.iter().copied().chain([name]);
        names.map(of).collect::<Vec<_>>().join(".")
    }

    fn indent(&self) -> String {
        "    ".repeat(self.nodes.len() + 1)
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
