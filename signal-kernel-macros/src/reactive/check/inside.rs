//! The facts and rules of graphs inside and of lists: their arguments see fields, their feeds and keys see nodes.
//!
//! Invariants: a graph inside depends on what its feeds mention, a list on its keys too; arguments are read once and make
//! no edge.
//!
//! Must not know: the syntax of a feed; the signals of the graph inside.

use std::collections::HashSet;

use super::body::{Body, CheckedBody, Place, last_of_type};
use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::attributes::OfStruct;
use crate::reactive::names::{Facts, Names, Use, Walk, text};
use crate::reactive::parse::{Draft, Feed, Item, Keys, Value};

/// The mentions in the arguments of the rows of a list, which see the key.
pub(super) fn of_list(item: &Item, names: &Names) -> Facts {
    let mut walk = Walk::new(names);
    if let Some(maker) = item.maker() {
        maker.pattern.iter().for_each(|pattern| walk.bound(pattern));
        match &maker.arguments {
            Value::Made(arguments) => arguments.exprs.iter().for_each(|expr| walk.expr(expr)),
            _ => walk.tokens(&maker.raw),
        }
    }
    walk.finish()
}

/// The mentions in the keys of a list.
pub(super) fn of_keys(keys: &Keys, names: &Names) -> Facts {
    let mut walk = Walk::new(names);
    match &keys.value {
        Some(value) => walk.expr(value),
        None => walk.tokens(&keys.raw),
    }
    walk.finish()
}

/// The mentions in the value of a feed. A feed of a list sees the key.
pub(super) fn of_feed(item: &Item, feed: &Feed, names: &Names) -> Facts {
    let mut walk = Walk::new(names);
    let pattern = item.maker().and_then(|maker| maker.pattern.as_ref());
    pattern.iter().for_each(|pattern| walk.bound(pattern));
    match &feed.value {
        Some(value) => walk.expr(value),
        None => walk.tokens(&feed.raw),
    }
    walk.finish()
}

/// The nodes that the keys and feeds read for certain.
pub(super) fn reads(
    item: &Item,
    node: Option<usize>,
    keys: Option<&CheckedBody>,
    feeds: &[CheckedBody],
) -> Vec<usize> {
    let keys_parse = |keys: &Keys| keys.value.is_some();
    let keys = keys.filter(|_| item.keys().is_some_and(keys_parse));
    let feeds = item.feeds.iter().zip(feeds);
    let feeds = feeds.filter(|(feed, _)| feed.value.is_some());
    let bodies = keys.into_iter().chain(feeds.map(|(_, feed)| feed));
    let reads = bodies.flat_map(|body| body.facts.uses.iter().map(|used| used.node));
    let mut reads: Vec<usize> = reads.filter(|&read| Some(read) != node).collect();
    let mut seen = HashSet::new();
    reads.retain(|&read| seen.insert(read));
    reads
}

/// SK031: the arguments are read once, when the graph is made.
pub(super) fn no_node_as_argument(body: &Body, errors: &mut Errors) {
    let is_made = matches!(body.item.kind, NodeKind::Graph | NodeKind::List);
    let is_judged = match &body.item.value {
        Value::Broken(_) => false, // the mentions are a guess
        _ => body.item.list.is_none() || body.item.has_arguments(),
    };
    if !is_made || body.place != Place::Itself || !is_judged {
        return;
    }
    let graph = &body.item.name;
    for Use { node, ident, .. } in &body.facts.uses {
        if body.nodes[*node].kind == NodeKind::Field {
            continue;
        }
        let ty = body.item.ty.as_ref().map(last_of_type);
        let ty = ty.unwrap_or_else(|| "Type".to_owned());
        errors
            .push(
                "SK031",
                ident,
                format!("the arguments of `{graph}` are read once: `{ident}` is a node"),
            )
            .help(format!("feed it: `{ty}(…) {{ signal: *{ident} }}`"));
    }
}

/// SK032: each signal of a graph inside has one feed.
pub(super) fn fed_once(draft: &mut Draft, _: &OfStruct, errors: &mut Errors) {
    for item in &mut draft.items {
        let mut seen = HashSet::new();
        let graph = &item.name;
        item.feeds.retain(|feed| {
            let is_first = seen.insert(text(&feed.signal));
            if !is_first {
                let text = format!("signal `{}` of `{graph}` is fed twice", feed.signal);
                errors.push("SK032", &feed.signal, text);
            }
            is_first
        });
    }
}
