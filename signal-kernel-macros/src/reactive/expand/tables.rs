//! The constants of a graph: `GRAPH`, its public description, and `TOPOLOGY`, on which the runtime works.
//!
//! Invariants: `GRAPH` lists nodes in declaration order; `TOPOLOGY` lists them by position. Both are few flat lists:
//! the time of rustc grows with the expressions in a constant, and that of the macro with the tokens that it emits one
//! by one.
//!
//! Must not know: types and bodies.

use super::context::{Context, Header};
use super::plan::{Plan, Position, Role, masks};
use crate::kind::NodeKind;
use crate::reactive::model::{Node, Observed};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use std::fmt::{Display, Write};
use syn::ext::IdentExt;

/// ```text
/// impl Cart {
///     pub const GRAPH: Graph = Graph::new("Cart", {
///         const NODES: &[Node] = &Node::all(["price", "qty", "total"], b"ssc", [1, 2, 0], [&[], &[], &[0, 1]]);
///         NODES
///     });
/// }
/// ```
///
/// `inner` has the descriptions of the graphs inside.
pub(super) fn graph(context: &Context, inner: &[TokenStream]) -> TokenStream {
    let (nodes, plan) = (&context.declaration.nodes, context.plan);
    let mut indices = vec![None; nodes.len()];
    let shown = nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| !node.is_field());
    for (shown, (node, _)) in shown.clone().enumerate() {
        indices[node] = Some(shown);
    }
    let [mut names, mut positions, mut dependencies] = [(); 3].map(|()| List::new());
    let mut kinds = Vec::new();
    for (index, node) in shown {
        names.push(format_args!("\"{}\"", node.name.unraw()));
        positions.push(plan.position(index));
        kinds.push(match node.kind() {
            NodeKind::List => b'i',
            _ => letter(plan, index, node),
        });
        let uses = node.uses().iter().chain(node.fed_by());
        let mut own: Vec<usize> = Vec::new();
        for used in uses.filter_map(|used| indices[used.node]) {
            if !own.contains(&used) {
                own.push(used);
            }
        }
        dependencies.push(format_args!("&{own:?}"));
    }
    let kinds = Literal::byte_string(&kinds);
    let [names, positions, dependencies] = [names, positions, dependencies].map(List::finish);
    let mut all = quote!(::signal_kernel::Node::all(#names, #kinds, #positions, #dependencies));
    if !inner.is_empty() {
        all = quote!(::signal_kernel::Node::with_inner(#all, [#(#inner),*]));
    }
    let nodes = quote! {
        const NODES: &[::signal_kernel::Node] = &#all;
        NODES
    };
    graph_of(context, &nodes)
}

/// The constant with these nodes. That of a sketch is empty.
pub(super) fn graph_of(header: &Header, nodes: &TokenStream) -> TokenStream {
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        declaration,
        ..
    } = header;
    let vis = &declaration.vis;
    let text = name.unraw().to_string();
    quote! {
        impl #impl_generics #name #type_generics #where_clause {
            /// The shape of this graph: its nodes and the edges between them.
            #[allow(dead_code)]
            #vis const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(#text, { #nodes });
        }
    }
}

/// The topology by position, for `__engine!`: how each node is settled, what it reads, and masks of its dependents.
///
/// ```text
/// b"ces" ([2, 3, 3], [2, 3, 0]) { whole ([1, 1, 2, 3], [0, 0, 0], [2, 1, 1]) }
/// ```
pub(super) fn topology(context: &Context, plan: &Plan) -> TokenStream {
    let nodes = &context.declaration.nodes;
    let positions = || plan.positions.iter().copied().enumerate();
    let kinds = positions().map(|(_, Position { node: index, role })| match role {
        Role::Input => b'q',
        Role::Mark => b'h',
        Role::Feed(_) => b'd',
        Role::Keys => b'k',
        Role::Effects => b'f',
        Role::Node if nodes[index].is_resource() => b'a',
        Role::Node => letter(plan, index, &nodes[index]),
    });
    let kinds = Literal::byte_string(&kinds.collect::<Vec<u8>>());
    let [mut ends, mut items] = [(); 2].map(|()| List::new());
    for (position, Position { node: index, role }) in positions() {
        let node = &nodes[index];
        match role {
            Role::Node if node.is_resource() => items.push(position - 1),
            Role::Node if node.is_inside() => {
                let planned = &plan.nodes[index];
                let before = planned.keys.iter().chain(&planned.feeds);
                before.for_each(|&rank| items.push(rank));
            }
            Role::Mark | Role::Effects => {}
            Role::Keys => {
                let uses = node.keys().into_iter().flat_map(|keys| &keys.uses);
                let read = uses.filter_map(|used| plan.nodes[used.node].position);
                read.for_each(|position| items.push(position));
            }
            Role::Feed(feed) => {
                let uses = node.feeds()[feed].uses.iter();
                let read = uses.filter_map(|used| plan.nodes[used.node].position);
                read.for_each(|position| items.push(position));
            }
            Role::Node | Role::Input => {
                let read = node.uses().iter().map(|used| &plan.nodes[used.node]);
                let read = read.filter_map(|node| node.position);
                read.for_each(|position| items.push(position));
                plan.nodes[index]
                    .mark
                    .iter()
                    .for_each(|mark| items.push(mark));
            }
        }
        ends.push(items.count);
    }
    let (ends, items) = (ends.finish(), items.finish());
    let memos = if plan.has_lazy() {
        plan.lazily_read()
    } else {
        Vec::new()
    };
    let memos = masks_of("memos", memos.into_iter());
    let parts = [
        ("whole", Observed::Whole),
        ("value", Observed::Value),
        ("stable", Observed::Stable),
        ("error", Observed::Error),
        ("status", Observed::Status),
        ("new_value", Observed::NewValue),
        ("new_stable", Observed::NewStable),
        ("new_error", Observed::NewError),
    ];
    let parts = parts.map(|(name, part)| {
        masks_of(
            name,
            positions().map(|(_, Position { node, role })| match (role, part) {
                // The links of a graph inside tell its dependents.
                (Role::Node, _) if nodes[node].is_inside() => Vec::new(),
                (Role::Node, _) => plan.masks(node, part),
                (Role::Input | Role::Mark | Role::Keys | Role::Feed(_), Observed::Whole) => {
                    masks(std::iter::once(plan.position(node)))
                }
                (_, _) => Vec::new(),
            }),
        )
    });
    quote!(#kinds (#ends, #items) { #memos #(#parts)* })
}

fn letter(plan: &Plan, index: usize, node: &Node) -> u8 {
    match node.per() {
        Some(_) => b'p',
        None => node.kind().letter(plan.nodes[index].lazy),
    }
}

/// Masks for each position: `whole ([1, 2], [0, 0], [2, 1])`. If all are empty, nothing.
fn masks_of(name: &str, masks: impl Iterator<Item = Vec<(u32, u64)>>) -> TokenStream {
    let [mut ends, mut words, mut bits] = [(); 3].map(|()| List::new());
    for masks in masks {
        for (word, mask) in masks {
            words.push(word);
            bits.push(mask);
        }
        ends.push(words.count);
    }
    if words.count == 0 {
        return TokenStream::new();
    }
    let name = format_ident!("{name}");
    let (ends, words, bits) = (ends.finish(), words.finish(), bits.finish());
    quote!(#name (#ends, #words, #bits))
}

/// The names by which a graph around finds a node of this one: `[hashes] [positions]`, in the order of the hashes. A field
/// is no node; an effect has no value to read.
pub(super) fn names(context: &Context) -> TokenStream {
    let nodes = context.declaration.nodes.iter().enumerate();
    let nodes = nodes.filter(|(_, node)| !node.is_effect());
    let names = nodes.map(|(index, node)| {
        let position = context.plan.nodes[index].position;
        let position = position.map_or(u32::MAX, |position| position as u32);
        (hash(&node.name.unraw().to_string()), position)
    });
    let mut names: Vec<(u64, u32)> = names.collect();
    names.sort_unstable();
    let [mut hashes, mut positions] = [(); 2].map(|()| List::new());
    for (hash, position) in names {
        hashes.push(hash);
        positions.push(position);
    }
    let (hashes, positions) = (hashes.finish(), positions.finish());
    quote!(#hashes #positions)
}

/// FNV-1a: the graph around, in another call of the macro, must come to the same number.
pub(super) fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A list of literals, as text: rustc parses a text much faster than it accepts tokens one by one.
struct List {
    text: String,
    count: usize,
}

impl List {
    fn new() -> Self {
        List {
            text: "[".to_owned(),
            count: 0,
        }
    }

    fn push(&mut self, literal: impl Display) {
        write!(self.text, "{literal},").expect("writing to a string");
        self.count += 1;
    }

    fn finish(mut self) -> TokenStream {
        self.text.push(']');
        let expected = "a list of literals";
        // rustc's own parser, if rustc runs the macro: `proc_macro2` would read the text once more.
        if proc_macro::is_available() {
            let tokens: proc_macro::TokenStream = self.text.parse().expect(expected);
            tokens.into()
        } else {
            self.text.parse().expect(expected)
        }
    }
}
