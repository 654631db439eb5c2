//! The facts and rules of signals that start anew: the nodes behind `per`, and the names in the value before it.
//!
//! Invariants: the value sees the nodes behind `per` and the name of the signal itself, and nothing else.
//!
//! Must not know: the syntax of `per`.

use std::collections::HashMap;

use super::Body;
use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::names::{Facts, Names, Observed, Use, Walk, text};
use crate::reactive::parse::{Dependency, Item, Per, Value};

pub(super) fn facts(item: &Item, per: &Per, names: &Names) -> Facts {
    let mut walk = Walk::new(names);
    match &item.value {
        Value::Expr(_, expr) => walk.expr(expr),
        Value::Broken(tokens) => walk.tokens(tokens),
        Value::Absent | Value::Block(_) | Value::Call(..) => {}
    }
    let mut facts = walk.finish();
    let mentioned = std::mem::take(&mut facts.uses);
    let own = names.node(&item.name);
    for dependency in &per.dependencies {
        facts.poisoned |= names.is_poisoned(&dependency.node);
        let Some(node) = names.node(&dependency.node) else {
            continue;
        };
        facts.named.push(dependency.node.clone());
        let edge = (node, observed(dependency, names));
        if !facts.starts.contains(&edge) {
            facts.starts.push(edge);
        }
    }
    let mut mentions: HashMap<usize, Use> = HashMap::new();
    facts.values.clear();
    for used in mentioned {
        let is_named = facts.starts.iter().any(|(node, _)| *node == used.node);
        if is_named {
            mentions.insert(used.node, used);
        } else if Some(used.node) == own {
            facts.own = Some(used);
        } else if !matches!(item.value, Value::Broken(_)) {
            facts.values.push(used.ident);
        }
    }
    for dependency in &per.dependencies {
        let Some(node) = names.node(&dependency.node) else {
            continue;
        };
        if facts.uses.iter().all(|used| used.node != node) {
            facts
                .uses
                .push(mentions.remove(&node).unwrap_or_else(|| Use {
                    node,
                    ident: dependency.node.clone(),
                    others: Vec::new(),
                    observed: Observed::Whole,
                }));
        }
    }
    facts
}

/// A value or an error of a resource counts when a run yields it.
fn observed(dependency: &Dependency, names: &Names) -> Observed {
    let is_resource = names.kind(&dependency.node) == Some(NodeKind::Resource);
    let part = dependency.part.as_ref().filter(|_| is_resource).map(text);
    match part.as_deref() {
        Some("value") => Observed::NewValue,
        Some("error") => Observed::NewError,
        Some("status") => Observed::Status,
        _ => Observed::Whole,
    }
}

/// SK001, SK029: each name behind `per` is a node, or a part of a resource.
pub(super) fn per_dependencies(body: &Body, errors: &mut Errors) {
    let per = body.item.per.iter();
    for Dependency { node, part } in per.flat_map(|per| &per.dependencies) {
        let mut found = None;
        for item in body.items {
            if text(&item.name) == text(node) {
                found = Some(item);
                break;
            }
        }
        let Some(item) = found else {
            if !body.poisoned.iter().any(|name| text(name) == text(node)) {
                unknown(body, node, errors);
            }
            continue;
        };
        let kind = item.kind;
        if matches!(kind, NodeKind::Effect | NodeKind::Field) {
            let (article, noun) = (kind.article(), kind.noun());
            let help = match kind {
                NodeKind::Field => "a signal starts anew when a node changes; a field is none",
                _ => "a signal starts anew when a value changes; an effect has none",
            };
            errors
                .push("SK029", node, format!("`{node}` is {article} {noun}"))
                .help(help);
            continue;
        }
        let Some(part) = part else { continue };
        let is_part = matches!(text(part).as_str(), "value" | "error" | "status");
        if kind != NodeKind::Resource {
            let text = format!("`{node}` is no resource: it has no `{part}`");
            errors
                .push("SK029", part, text)
                .help(format!("write `per {node}`"));
        } else if !is_part {
            errors
                .push("SK029", part, "expected `value`, `error` or `status`")
                .help(format!("`per {node}` counts every change of the resource"));
        }
    }
}

fn unknown(body: &Body, node: &syn::Ident, errors: &mut Errors) {
    let error = errors.push(
        "SK001",
        node,
        format!("no node named `{node}` in `{}`", body.graph),
    );
    let Some(left) = body.comparisons.get().checked_sub(body.known.len()) else {
        return;
    };
    body.comparisons.set(left);
    let known = body.known.iter().map(String::as_str);
    if let Some(meant) = crate::edit_distance::similar(&text(node), known) {
        error.help(format!("did you mean `{meant}`?"));
    }
}
