//! From text to the model, the input of `expand`.

use proc_macro2::TokenStream;

use super::model::{Declaration, Equality, Feed, Inside, KeepPrevious, Kind, Observed};
use super::{check, lower, parse, split};
use crate::errors::Errors;

fn lowered(items: &str) -> (Declaration, Vec<bool>, Option<Vec<usize>>, usize) {
    let input: TokenStream = format!("struct S {{ {items} }}").parse().expect("tokens");
    let mut errors = Errors::new();
    let draft = parse::parse(split::structs(input).remove(0), &mut errors).expect("a struct");
    let checked = check::check(draft, &mut errors);
    let order = check::acyclic(&checked, &mut errors);
    let (declaration, broken) = lower::lower(checked);
    (declaration, broken, order, errors.into_list().len())
}

/// Each node in a few words: name, uses, and the properties of its kind.
fn nodes(items: &str) -> Vec<String> {
    let (declaration, broken, ..) = lowered(items);
    let nodes = declaration.nodes.iter().zip(broken);
    let nodes = nodes.map(|(node, broken)| {
        let mut words = vec![node.name.to_string()];
        words.extend(node.uses().iter().map(|used| match used.observed {
            Observed::Whole => format!("@{}", used.node),
            part => format!("@{}.{part:?}", used.node),
        }));
        match &node.kind {
            Kind::Field { .. } | Kind::Signal { .. } => {
                words.extend(node.is_parameter().then(|| "parameter".to_owned()));
            }
            Kind::Resource { args, .. } => {
                words.extend(args.iter().map(|arg| format!("{:?}", arg.bare)));
            }
            Kind::Graph { made, feeds, .. } => {
                words.extend(made.is_none().then(|| "parameter".to_owned()));
                let args = made.iter().flat_map(|made| &made.args);
                words.extend(args.map(|arg| format!("{:?}", arg.bare)));
                words.extend(feeds.iter().map(fed));
            }
            Kind::List(list) => {
                if let Some(keys) = &list.keys {
                    let nodes: Vec<usize> = keys.uses.iter().map(|used| used.node).collect();
                    let broken = if keys.broken { " broken" } else { "" };
                    words.push(format!("= {nodes:?}{broken}"));
                }
                if let Some(maker) = &list.maker {
                    words.push(format!("|{}|", list.pattern()));
                    words.extend(maker.pattern.is_none().then(|| "no pattern".to_owned()));
                    let args = maker.made.args.iter();
                    words.extend(args.map(|arg| format!("{:?}", arg.bare)));
                }
                words.extend(list.feeds.iter().map(fed));
            }
            Kind::Computed { .. } | Kind::Effect { .. } => {}
        }
        words.extend(broken.then(|| "broken".to_owned()));
        words.join(" ")
    });
    nodes.collect()
}

fn fed(feed: &Feed) -> String {
    let nodes: Vec<usize> = feed.uses.iter().map(|used| used.node).collect();
    let key = if feed.names_key { " key" } else { "" };
    let broken = if feed.broken { " broken" } else { "" };
    format!("{}: {nodes:?}{key}{broken}", feed.signal)
}

#[test]
fn lists() {
    let items = "let log: Log; signal d: bool; signal id: u8; list plain: Row by Id; list made: Row by u64 => |id| Row(log, id) { dark: *d, key: id + 1 };
                 list kept: Row<u8> by (u8, String) = match d { true => ids(id), false => None } => |(id, ref name)| Row(name.clone(), *log);";
    assert_eq!(
        nodes(items),
        [
            "log parameter",
            "d parameter",
            "id parameter",
            "plain",
            "made @0 |id| Some(0) None dark: [1] key: [] key",
            "kept @0 = [1, 2] |(id , ref name)| None None",
        ]
    );
    let (declaration, _, order, errors) = lowered(items);
    assert_eq!((order.is_some(), errors), (true, 0));
    assert_eq!(declaration.nodes[5].edges().len(), 2);
}

#[test]
fn a_list_that_is_half_written_keeps_its_parts() {
    assert_eq!(
        nodes(
            "signal d: u8; list a: Row; list b: Row by ; list c: Row by u8 = d. => |x| Row(x.) { y: d. }; list e: Row by u8 = d; list f: Row by u8 => Row(); list g: Row by u8 => |x| "
        ),
        [
            "d parameter",
            "a broken",
            "b broken",
            "c = [0] broken |x| y: [0] broken broken",
            "e = [0]",
            "f",
            "g |x| broken",
        ]
    );
}

#[test]
fn uses_and_bare_arguments() {
    assert_eq!(
        nodes(
            "let client: C; signal id: u64 = 1; resource user = fetch(client, id, id + 1, user_of(id), (id));
             computed t: T = user.value(); effect e { user.status(); t; t }"
        ),
        [
            "client parameter",
            "id",
            "user @0 @1 Some(0) Some(1) None None None",
            "t @2.Value",
            "e @2.Status @3",
        ]
    );
}

#[test]
fn graphs_inside_depend_on_their_feeds() {
    let items = "let log: Log; graph s: Search(log, 1) { dark: *d, page: *a + *d }; graph p: Page; signal d: bool;
                 computed a: u8 = *b; computed b: u8 = p.title().len();";
    assert_eq!(
        nodes(items),
        [
            "log parameter",
            "s @0 Some(0) None dark: [3] page: [4, 3]",
            "p parameter",
            "d parameter",
            "a @5",
            "b @2",
        ]
    );
    let (declaration, _, order, errors) = lowered(items);
    assert_eq!((order, errors), (Some(vec![0, 2, 3, 5, 4, 1]), 0));
    let edges = declaration.nodes[1].edges();
    assert_eq!(
        edges.iter().map(|edge| edge.node).collect::<Vec<_>>(),
        [3, 4, 3]
    );
    let inside = declaration.nodes[5]
        .edges()
        .remove(0)
        .inside
        .expect("a node");
    assert!(matches!(inside, Inside::Node { name, .. } if name == "title"));
}

#[test]
fn a_graph_inside_that_is_half_written_keeps_its_parts() {
    assert_eq!(
        nodes(
            "let log: Log; signal d: u8; graph s: S(log.) { dark: *d, light: d. }; graph t: T() { a: , b }; graph u: "
        ),
        [
            "log parameter",
            "d parameter",
            "s @0 dark: [1] light: [1] broken broken",
            "t a: [] broken b: [] broken",
            "u parameter",
        ]
    );
}

#[test]
fn effects_come_last_and_declaration_order_decides() {
    let items =
        "effect e { a } computed b: u8 = *c; computed c: u8 = *a; effect f { } signal a: u8;";
    let (_, _, order, errors) = lowered(items);
    assert_eq!((order, errors), (Some(vec![4, 2, 1, 0, 3]), 0));
}

#[test]
fn a_body_with_a_mistake_is_broken_and_no_other_is() {
    assert_eq!(
        nodes("signal a: u8; computed b: u8 = a.await; computed c: u8 = *b; effect e { a = 1; }"),
        ["a parameter", "b @0 broken", "c @1", "e @0 broken"]
    );
}

#[test]
fn a_body_that_does_not_parse_keeps_its_tokens_and_guesses_its_uses() {
    let (declaration, broken, order, errors) =
        lowered("signal a: u8; computed b: u8 = a.; computed c: u8 = *b;");
    assert_eq!((order, errors), (Some(vec![0, 1, 2]), 1));
    let node = &declaration.nodes[1];
    assert!(broken[1]);
    assert_eq!(node.raw.to_string().replace(' ', ""), "a.");
    assert_eq!(node.uses()[0].node, 0);
}

#[test]
fn what_uses_a_broken_declaration_is_not_judged() {
    assert_eq!(
        nodes(
            "signal a u8; signal b: = 3; computed c: u8 = *b; effect new { } effect e { new(); c } stat d: u8; effect f { d }"
        ),
        ["a parameter", "b broken", "c @1 broken", "e @2", "f broken",]
    );
}

#[test]
fn attributes_reach_the_node() {
    let (declaration, _, _, errors) = lowered(
        "/// doc\n #[eq(a::b)] signal a: u8; #[manual] #[keep_previous(false)] resource r = f();",
    );
    assert_eq!(errors, 0);
    let nodes = &declaration.nodes;
    assert_eq!(nodes[0].attrs.len(), 1);
    assert!(matches!(
        &nodes[0].kind,
        Kind::Signal {
            equality: Equality::Path(_),
            ..
        }
    ));
    assert!(matches!(
        &nodes[1].kind,
        Kind::Resource {
            manual: true,
            keep_previous: KeepPrevious::Never,
            equality: Equality::PartialEq,
            ..
        }
    ));
}
