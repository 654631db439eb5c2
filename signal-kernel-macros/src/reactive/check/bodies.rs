//! Rules on bodies, and on the arguments of resources, which are bodies too.
//!
//! Invariants: a rule looks at the facts of one body; no two rules report the same mistake.
//!
//! Must not know: how the facts were found.

use std::collections::HashSet;

use quote::ToTokens;
use syn::Type;

use super::body::{Body, Place, last};
use crate::edit_distance::similar;
use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::names::{Callee, Form, Use};
use crate::reactive::parse::{Item, Value};
use crate::types::PRIMITIVES;

/// SK001: an unknown name that stands for a value and resembles the name of a node.
pub(super) fn known_names(body: &Body, errors: &mut Errors) {
    let mut looked_up = HashSet::new();
    for unknown in &body.facts.unknown {
        if body.absent.contains(&unknown.name) || !looked_up.insert(&unknown.name) {
            continue;
        }
        let Some(left) = body.comparisons.get().checked_sub(body.known.len()) else {
            return;
        };
        body.comparisons.set(left);
        let meant = similar(&unknown.name, body.known.iter().map(String::as_str));
        let Some(meant) = meant else {
            continue;
        };
        let text = format!("no node named `{}` in `{}`", unknown.name, body.graph);
        errors
            .push_at("SK001", unknown.span, text)
            .help(format!("did you mean `{meant}`?"));
    }
}

/// SK028: initial values are computed before any node exists. If a name stands at a position that no function can have,
/// the node is surely meant.
pub(super) fn initial_values(body: &Body, errors: &mut Errors) {
    if !body.item.kind.is_source() {
        return;
    }
    for name in &body.facts.values {
        let text = format!(
            "the initial value of `{}` cannot read `{name}`",
            body.item.name
        );
        let node = body.nodes.iter().find(|node| node.name == *name);
        let help = match (&body.item.per, node) {
            (Some(_), Some(node)) if node.kind == NodeKind::Field => {
                "the value of a signal that starts anew sees the nodes behind `per`, and no field".to_owned()
            }
            (Some(_), _) => format!("name it after `per`: the signal then starts anew when `{name}` changes too"),
            (None, _) => "initial values see no node and no parameter of `new`: hand the value to `new`, or derive it with `computed`".to_owned(),
        };
        errors.push("SK028", name, text).help(help);
    }
}

/// Whether a call gets a stand-in function, whose error explains the mistake. A call with arguments usually means a
/// function of the user that has the name of a node, unless the node holds a function.
pub(super) fn needs_stand_in(callee: &Callee, nodes: &[&Item]) -> bool {
    let Some(node) = callee.node else {
        return true;
    };
    let holds_function = |ty: &Type| {
        let words = ty.to_token_stream().to_string();
        let mut words = words.split(|letter: char| !letter.is_alphanumeric());
        words.any(|word| matches!(word, "fn" | "Fn" | "FnMut" | "FnOnce"))
    };
    callee.arguments == 0 || nodes[node].ty.as_ref().is_some_and(holds_function)
}

/// SK003: the shortest cycle.
pub(super) fn not_itself(body: &Body, errors: &mut Errors) {
    // The mentions of a broken body are a guess. In the arguments of a graph inside, every node is reported.
    let is_made = matches!(body.item.kind, NodeKind::Graph | NodeKind::List);
    let is_broken = matches!(body.item.value, Value::Broken(_));
    if body.place == Place::Itself && (is_made || is_broken) {
        return;
    }
    for Use { node, ident, .. } in &body.facts.uses {
        if Some(*node) == body.node {
            let (keyword, name) = (body.item.kind.keyword(), &body.item.name);
            let error = errors.push("SK003", ident, format!("{keyword} `{name}` reads itself"));
            let help = match (body.place, body.item.kind) {
                (Place::Itself, _) => continue,
                (_, NodeKind::List) => {
                    "a list is one step: what feeds it cannot depend on it, through whichever node"
                }
                _ => {
                    "a graph inside is one step: what feeds it cannot depend on it, through whichever node"
                }
            };
            error.help(help);
        }
    }
}

/// SK006, SK007: only the caller writes.
pub(super) fn no_writes(body: &Body, errors: &mut Errors) {
    let (code, text, help) = match body.item.kind {
        NodeKind::Effect => (
            "SK007",
            "effects cannot write signals, so a graph always comes to rest",
            "derive it with `computed`, or write from the caller",
        ),
        NodeKind::Resource => (
            "SK006",
            "the arguments of a resource cannot write signals",
            "write from outside, in a `batch`",
        ),
        NodeKind::Signal => (
            "SK006",
            "the value of a signal that starts anew cannot write signals",
            "write from outside, in a `batch`",
        ),
        NodeKind::List if body.place == Place::Keys => (
            "SK006",
            "the keys of a list cannot write signals",
            "write from outside, in a `batch`",
        ),
        NodeKind::Graph | NodeKind::List if body.place == Place::Feed => (
            "SK006",
            "feeds cannot write signals",
            "write from outside, in a `batch`",
        ),
        NodeKind::Graph | NodeKind::List => (
            "SK006",
            "the arguments of a graph inside cannot write signals",
            "write from outside, in a `batch`",
        ),
        _ => (
            "SK006",
            "computed values cannot write signals",
            "write from outside, in a `batch`",
        ),
    };
    for write in &body.facts.writes {
        let node = body.nodes[write.node];
        let forbidden = match write.form {
            Form::Assignment => node.kind != NodeKind::Field,
            // A type of the user may have a method `set`.
            Form::Method => node.kind == NodeKind::Signal && node.ty.as_ref().is_some_and(is_plain),
            Form::Request => node.kind == NodeKind::Resource,
            Form::Setter | Form::Requester => true,
        };
        if !forbidden {
            continue;
        }
        match write.form {
            Form::Request | Form::Requester => errors
                .push_at(code, write.span, text.replace("write signals", "start or stop resources"))
                .help("a resource restarts when its arguments change; `reload` and `cancel` are for the caller"),
            _ => errors.push_at(code, write.span, text).help(help),
        }
    }
}

/// Types of the standard library which have no method `set` or `update`.
fn is_plain(ty: &Type) -> bool {
    const OTHERS: [&str; 7] = [
        "String", "Vec", "Option", "HashMap", "HashSet", "BTreeMap", "BTreeSet",
    ];
    match ty {
        Type::Path(path) => {
            let name = last(&path.path);
            PRIMITIVES.iter().chain(&OTHERS).any(|known| name == *known)
        }
        _ => false,
    }
}

/// SK011: bodies do not wait.
pub(super) fn no_awaits(body: &Body, errors: &mut Errors) {
    let (text, help) = match body.item.kind {
        NodeKind::Effect => ("effect bodies are synchronous", "declare a `resource`"),
        NodeKind::Resource => (
            "the arguments of a resource are synchronous",
            "await it in the function that is called",
        ),
        NodeKind::Signal => (
            "the value of a signal that starts anew is synchronous",
            "declare a `resource`",
        ),
        NodeKind::List if body.place == Place::Keys => {
            ("the keys of a list are synchronous", "declare a `resource`")
        }
        NodeKind::Graph | NodeKind::List if body.place == Place::Feed => {
            ("feeds are synchronous", "declare a `resource`")
        }
        NodeKind::Graph | NodeKind::List => (
            "the arguments of a graph inside are synchronous",
            "await before `new`, and hand the value over in a field",
        ),
        _ => ("computed bodies are synchronous", "declare a `resource`"),
    };
    for span in &body.facts.awaits {
        errors.push_at("SK011", *span, text).help(help);
    }
}

/// SK012: a body has no `self`.
pub(super) fn no_self(body: &Body, errors: &mut Errors) {
    for found in &body.facts.selfs {
        let help = match &found.member {
            Some(member) => format!("write `{member}`"),
            None => "name the nodes themselves".to_owned(),
        };
        let text = "bodies see nodes by name, not through `self`";
        errors.push_at("SK012", found.span, text).help(help);
    }
}

/// SK023: a change of a `let mut` field starts no run, so only effects may read it.
pub(super) fn no_mutable_fields(body: &Body, errors: &mut Errors) {
    if body.item.kind == NodeKind::Effect {
        return;
    }
    for Use { node, ident, .. } in &body.facts.uses {
        if body.nodes[*node].mutable {
            errors
                .push("SK023", ident, "only effects see `let mut` fields")
                .help("make it a `signal`");
        }
    }
}

/// SK024: a body sees the value itself. In other libraries it would see a cell.
pub(super) fn no_getters(body: &Body, errors: &mut Errors) {
    for (node, span) in &body.facts.gets {
        let node = body.nodes[*node];
        let name = &node.name;
        // A type of the user may have a method `get`.
        if node.ty.as_ref().is_some_and(is_plain) {
            errors
                .push_at(
                    "SK024",
                    *span,
                    format!("bodies see the value of `{name}` itself: there is no `get`"),
                )
                .help(format!("write `{name}`, or `*{name}` for a copy"));
        }
    }
}

/// SK010: without a first run, only a node that changes can make an effect run.
pub(super) fn runs_ever(body: &Body, errors: &mut Errors) {
    let Some(after_first) = &body.attributes.after_first else {
        return;
    };
    let is_node = |used: &Use| body.nodes[used.node].kind != NodeKind::Field;
    let is_known = !body.facts.poisoned && !matches!(body.item.value, Value::Broken(_));
    if is_known && !body.facts.uses.iter().any(is_node) {
        let text = "this effect never runs: `after_first` leaves out its first run, and it depends on no node";
        errors.push("SK010", after_first, text);
    }
}
