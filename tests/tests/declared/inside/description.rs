//! `GRAPH` of a graph with graphs inside: their descriptions, and the pictures.
//!
//! Must not know: how a graph settles.

use signal_kernel::{NodeKind, Reactive, reactive};

reactive! {
    pub struct Search {
        pub signal end: u32 = 0;
        pub computed title: u32 = end + 1;
    }

    pub struct App {
        pub signal dark: u32 = 0;
        pub graph search: Search() { end: *dark };
        pub computed loud: u32 = search.title() + 1;
    }

    /// A tree.
    pub struct Tree {
        pub signal text: u32 = 0;
        pub list children: Tree by u64 => |_| Tree();
        pub computed count: usize = children.len();
    }

    pub struct Frame<G: Reactive> {
        pub graph inner: G;
    }
}

#[test]
fn a_node_leads_to_the_description_of_the_graph_in_it() {
    let search = App::GRAPH.node("search").expect("a node");
    assert_eq!(search.kind, NodeKind::Graph);
    assert_eq!(search.inner(), Some(Search::GRAPH));
    assert_eq!(App::GRAPH.node("dark").and_then(|node| node.inner()), None);
    let children = Tree::GRAPH.node("children").expect("a node");
    assert_eq!(children.kind, NodeKind::List);
    assert_eq!(children.inner(), Some(Tree::GRAPH));
}

#[test]
fn a_graph_whose_type_is_a_parameter_has_no_description() {
    let inner = Frame::<Search>::GRAPH.node("inner").expect("a node");
    assert_eq!(inner.inner(), None);
}

#[test]
fn the_pictures_nest() {
    assert_eq!(
        App::GRAPH.to_mermaid(),
        "flowchart TD
    dark([dark])
    subgraph search[search: Search]
        search.node-end([end])
        search.title[title]
        search.node-end --> search.title
    end
    loud[loud]
    dark --> search
    search --> loud
"
    );
    assert_eq!(
        App::GRAPH.to_dot(),
        r#"digraph "App" {
    "dark" [shape=oval];
    subgraph "cluster_search" {
        label="search: Search";
        "search" [shape=box3d];
        "search.end" [shape=oval];
        "search.title" [shape=box];
        "search.end" -> "search.title";
    }
    "loud" [shape=box];
    "dark" -> "search";
    "search" -> "loud";
}
"#
    );
}

#[test]
fn the_picture_of_a_tree_ends_at_the_second_graph_of_its_kind() {
    assert_eq!(
        Tree::GRAPH.to_mermaid(),
        "flowchart TD
    text([text])
    children[/children/]
    count[count]
    children --> count
"
    );
    assert!(format!("{:?}", Tree::GRAPH).contains("inner: Some(Tree)"));
}
