//! From text to the model: what `expand` is given.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::check::{self, Checked};
use crate::errors::Errors;
use crate::model::{KeepPrevious, Kind, Part, Rule};
use crate::{parse, split};

fn checked(items: &str) -> (Checked, Option<Vec<usize>>, usize) {
    let input: TokenStream = format!("struct S {{ {items} }}").parse().expect("tokens");
    let mut errors = Errors::new();
    let draft = parse::parse(split::structs(input).remove(0), &mut errors).expect("a struct");
    let checked = check::check(draft, &mut errors);
    let order = check::acyclic(&checked, &mut errors);
    (checked, order, errors.into_list().len())
}

/// Each node in a few words: name, uses, and what else tells it from others.
fn nodes(items: &str) -> Vec<String> {
    let (checked, ..) = checked(items);
    let nodes = checked.graph.nodes.iter().map(|node| {
        let mut words = vec![node.name.to_string()];
        words.extend(node.uses().iter().map(|used| match used.part {
            Part::Whole => format!("@{}", used.node),
            part => format!("@{}.{part:?}", used.node),
        }));
        match &node.kind {
            Kind::Field { value, .. } | Kind::Signal { value, .. } => {
                words.extend(
                    value
                        .as_ref()
                        .map(|value| value.to_token_stream().to_string()),
                );
            }
            Kind::Resource { args, .. } => {
                words.extend(args.iter().map(|arg| format!("{:?}", arg.bare)));
            }
            Kind::Computed { body, .. } | Kind::Effect { body, .. } => {
                words.push(if body.good { "good" } else { "bad" }.to_owned());
            }
        }
        words.join(" ")
    });
    nodes.collect()
}

#[test]
fn uses_and_bare_arguments() {
    assert_eq!(
        nodes(
            "let client: C; signal id: u64 = 1; resource user = fetch(client, id, id + 1, user_of(id), (id));
             computed t: T = user.value(); effect e { user.status(); t; t }"
        ),
        [
            "client",
            "id 1",
            "user @0 @1 Some(0) Some(1) None None None",
            "t @2.Value good",
            "e @2.Status @3 good",
        ]
    );
}

#[test]
fn effects_come_last_and_declaration_order_decides() {
    let items =
        "effect e { a } computed b: u8 = *c; computed c: u8 = *a; effect f { } signal a: u8;";
    let (_, order, errors) = checked(items);
    assert_eq!((order, errors), (Some(vec![4, 2, 1, 0, 3]), 0));
}

#[test]
fn a_body_with_a_mistake_is_bad_and_spoils_no_other() {
    assert_eq!(
        nodes("signal a: u8; computed b: u8 = a.await; computed c: u8 = *b; effect e { a = 1; }"),
        ["a", "b @0 bad", "c @1 good", "e @0 bad"]
    );
}

#[test]
fn a_body_that_does_not_parse_keeps_its_tokens_and_guesses_its_uses() {
    let (checked, order, errors) =
        checked("signal a: u8; computed b: u8 = a.; computed c: u8 = *b;");
    assert_eq!((order, errors), (Some(vec![0, 1, 2]), 1));
    let node = &checked.graph.nodes[1];
    let Kind::Computed { body, .. } = &node.kind else {
        panic!("not a computed value");
    };
    assert_eq!(
        (node.raw.to_string().replace(' ', ""), body.good),
        ("a.".to_owned(), false)
    );
    assert_eq!(body.uses[0].node, 0);
}

#[test]
fn what_uses_a_broken_declaration_is_not_judged() {
    assert_eq!(
        nodes(
            "signal a u8; signal b: = 3; computed c: u8 = *b; effect new { } effect e { new(); c } stat d: u8; effect f { d }"
        ),
        [
            "a",
            "b { fn broken < T > () -> T { :: signal_kernel :: __private :: core :: unreachable ! () } broken () }",
            "c @1 bad",
            "e @2 good",
            "f bad",
        ]
    );
}

#[test]
fn attributes_reach_the_node() {
    let (checked, _, errors) = checked(
        "/// doc\n #[eq(a::b)] signal a: u8; #[manual] #[keep_previous(false)] resource r = f();",
    );
    assert_eq!(errors, 0);
    let nodes = &checked.graph.nodes;
    assert_eq!(nodes[0].attrs.len(), 1);
    assert!(matches!(
        &nodes[0].kind,
        Kind::Signal {
            rule: Rule::Path(_),
            ..
        }
    ));
    assert!(matches!(
        &nodes[1].kind,
        Kind::Resource {
            manual: true,
            keep_previous: KeepPrevious::Never,
            rule: Rule::PartialEq,
            ..
        }
    ));
}
