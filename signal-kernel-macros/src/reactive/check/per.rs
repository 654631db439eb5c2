//! The facts and rules of signals that start anew: the nodes behind `per`, and the names in the value before it.
//!
//! Invariants: the value sees the nodes behind `per` and the name of the signal itself, and nothing else.
//!
//! Must not know: the syntax of `per`.

use syn::Ident;

use super::body::Body;
use crate::edit_distance::similar;
use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::names::{Edge, Facts, Inside, Names, Observed, Use, Walk, text};
use crate::reactive::parse::{Dependency, Item, Per, Value};

/// The mentions in the value, and the nodes behind `per`.
pub(super) fn facts(item: &Item, per: &Per, names: &Names) -> Facts {
    let mut walk = Walk::new(names);
    match &item.value {
        Value::Expr(_, expr) => walk.expr(expr),
        Value::Broken(tokens) => walk.tokens(tokens),
        Value::Absent | Value::Block(_) | Value::Call(..) | Value::Made(_) => {}
    }
    let mut facts = walk.finish();
    let mut mentioned = std::mem::take(&mut facts.uses);
    let mut mention_of = |node: usize| {
        let at = mentioned.iter().position(|used| used.node == node)?;
        Some(mentioned.remove(at))
    };
    for dependency in &per.dependencies {
        facts.poisoned |= names.is_poisoned(&dependency.node);
        let node = names.node(&dependency.node);
        facts.behind_per.push(node);
        let Some(node) = node else { continue };
        let mention = mention_of(node);
        // A field is reported, and one report is enough.
        if names.kind(&dependency.node) == Some(NodeKind::Field) {
            continue;
        }
        facts.named.push(dependency.node.clone());
        if facts.starts.iter().all(|known| known.node != node) {
            let whole = || Use::whole(node, dependency.node.clone());
            facts.uses.push(mention.unwrap_or_else(whole));
        }
        let edge = edge(node, dependency, names);
        if !facts.starts.contains(&edge) {
            facts.starts.push(edge);
        }
    }
    facts.own = names.node(&item.name).and_then(mention_of);
    facts.values.clear();
    if !matches!(item.value, Value::Broken(_)) {
        facts
            .values
            .extend(mentioned.into_iter().map(|used| used.ident));
    }
    facts
}

/// A value or an error of a resource counts when a run yields it.
fn edge(node: usize, dependency: &Dependency, names: &Names) -> Edge {
    let kind = names.kind(&dependency.node);
    let part = dependency.part.as_ref().map(text);
    let observed = match part.as_deref().filter(|_| kind == Some(NodeKind::Resource)) {
        Some("value") => Observed::NewValue,
        Some("stable") => Observed::NewStable,
        Some("error") => Observed::NewError,
        Some("status") => Observed::Status,
        _ => Observed::Whole,
    };
    let is_inside = matches!(kind, Some(NodeKind::Graph | NodeKind::List));
    let inside = part.filter(|_| is_inside);
    let inside = inside.map(|name| match name.as_str() {
        "len" if kind == Some(NodeKind::List) => Inside::Members,
        "keys" if kind == Some(NodeKind::List) => Inside::Order,
        _ => Inside::Node {
            name,
            observed: Observed::Whole,
        },
    });
    Edge {
        node,
        observed,
        inside,
    }
}

/// SK001, SK029: each name behind `per` is a node, or a part of a resource.
pub(super) fn per_dependencies(body: &Body, errors: &mut Errors) {
    let Some(per) = &body.item.per else { return };
    for (Dependency { node, part }, found) in per.dependencies.iter().zip(&body.facts.behind_per) {
        let is_named = |name: &Ident| text(name) == text(node);
        let kind = match found {
            Some(found) => body.nodes[*found].kind,
            // Also an item that a rule has rejected, which is reported there.
            None => match body.items.iter().find(|item| is_named(&item.name)) {
                Some(item) if item.kind == NodeKind::Effect => item.kind,
                Some(_) => continue,
                None if body.poisoned.iter().any(is_named) => continue,
                None => {
                    unknown(body, node, errors);
                    continue;
                }
            },
        };
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
        let is_part = matches!(text(part).as_str(), "value" | "stable" | "error" | "status");
        if matches!(kind, NodeKind::Graph | NodeKind::List) {
            continue;
        }
        if kind != NodeKind::Resource {
            let text = format!("`{node}` is no resource: it has no `{part}`");
            errors
                .push("SK029", part, text)
                .help(format!("write `per {node}`"));
        } else if !is_part {
            errors
                .push(
                    "SK029",
                    part,
                    "expected `value`, `stable`, `error` or `status`",
                )
                .help(format!("`per {node}` counts every change of the resource"));
        }
    }
}

fn unknown(body: &Body, node: &Ident, errors: &mut Errors) {
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
    if let Some(meant) = similar(&text(node), known) {
        error.help(format!("did you mean `{meant}`?"));
    }
}
