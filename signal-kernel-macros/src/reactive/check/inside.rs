//! The facts and rules of graphs inside: their arguments see fields, their feeds see nodes.
//!
//! Invariants: a graph inside depends on what its feeds mention; its arguments are read once and make no edge.
//!
//! Must not know: the syntax of a feed; the signals of the graph inside.

use std::collections::HashSet;

use super::{Body, CheckedFeed};
use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::attributes::OfStruct;
use crate::reactive::names::{Facts, Names, Use, Walk, text};
use crate::reactive::parse::{Draft, Feed, Item};

/// The mentions in the value of a feed.
pub(super) fn facts(feed: &Feed, names: &Names) -> Facts {
    let mut walk = Walk::new(names);
    match &feed.value {
        Some(value) => walk.expr(value),
        None => walk.tokens(&feed.raw),
    }
    walk.finish()
}

/// The nodes that the feeds of a graph inside read for certain.
pub(super) fn reads(item: &Item, node: Option<usize>, feeds: &[CheckedFeed]) -> Vec<usize> {
    let feeds = item.feeds.iter().zip(feeds);
    let feeds = feeds.filter(|(feed, _)| feed.value.is_some());
    let reads = feeds.flat_map(|(_, feed)| feed.facts.uses.iter().map(|used| used.node));
    let mut reads: Vec<usize> = reads.filter(|&read| Some(read) != node).collect();
    let mut seen = HashSet::new();
    reads.retain(|&read| seen.insert(read));
    reads
}

/// SK031: the arguments are read once, when the graph is made.
pub(super) fn no_node_as_argument(body: &Body, errors: &mut Errors) {
    if body.item.kind != NodeKind::Graph || body.is_feed {
        return;
    }
    let graph = &body.item.name;
    for Use { node, ident, .. } in &body.facts.uses {
        if body.nodes[*node].kind == NodeKind::Field {
            continue;
        }
        let ty = body.item.ty.as_ref().map(super::last_of_type);
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
