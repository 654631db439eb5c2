//! The engine of a graph as a description for `__engine!`, the template in the runtime: the pass over each word of the
//! mask, and the way to each node.
//!
//! Invariants: a word's nodes are visited in order of rank; every list follows the positions.
//!
//! Must not know: declaration syntax; batches; the code that the template makes of this.

use super::context::{Context, Header, Origin};
use super::inside;
use super::list;
use super::names;
use super::names::bits;
use super::plan::{Plan, Position, Role};
use super::tables;
use super::words::{mark, number, part_name};
use crate::reactive::model::{Equality, Kind, Observed};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// Nodes of a word that are skipped together where none is due.
const GROUP: usize = 8;

pub(super) fn engine(context: &Context) -> TokenStream {
    let plan = context.plan;
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        ..
    } = &context.header;
    let words = number(plan.words);
    let [free, failed] = context.free_types();
    let topology = tables::topology(context, plan);
    let has_work = context.has_work();
    let inside = inside::links(context);
    let passes = (0..plan.words).map(|word| pass(context, plan, word));
    let nodes = groups(plan, "node", |position, at| show(context, position, at));
    let memos = groups(plan, "memo", |position, at| {
        memo(context, plan, position, at)
    });
    quote! {
        ::signal_kernel::__engine! {
            self impl [#impl_generics] #name #type_generics [#where_clause] #words #free #failed
            topology #topology
            resources #has_work #inside
            pass { #(#passes)* }
            node { #(#nodes)* }
            memo { #(#memos)* }
        }
    }
}

/// The interface that all graphs share. A sketch has it too.
pub(super) fn declared(
    header: &Header,
    words: usize,
    names: &TokenStream,
    poll: TokenStream,
) -> TokenStream {
    let Header {
        name,
        batch,
        impl_generics,
        type_generics,
        where_clause,
        batch_generics,
        ..
    } = header;
    let (words, (_, batch_type, _)) = (number(words), batch_generics.split_for_impl());
    quote! {
        ::signal_kernel::__declared! {
            self impl [#impl_generics] #name #type_generics [#where_clause]
            'graph #batch [#batch_type] #words #names context { #poll }
        }
    }
}

/// Entries for the positions at which `entry` gives one, in the functions that find them: one for each word in a large
/// graph, for rustc's time grows with the square of a function's length.
///
/// ```text
/// __node_0 0 2 [inline] { … }
/// ```
fn groups(
    plan: &Plan,
    what: &str,
    entry: impl Fn(usize, Position) -> Option<TokenStream>,
) -> Vec<TokenStream> {
    let (size, inline) = if plan.chunks.is_empty() {
        (plan.positions.len().max(1), quote!(inline))
    } else {
        (64, quote!(inline(never)))
    };
    let mut groups = Vec::new();
    for (group, members) in plan.positions.chunks(size).enumerate() {
        let first = group * size;
        let entries: Vec<TokenStream> = (first..)
            .zip(members)
            .filter_map(|(position, &at)| entry(position, at))
            .collect();
        if entries.is_empty() {
            continue;
        }
        let function = format_ident!("__{what}_{group}");
        let compute = (what == "memo").then(|| format_ident!("__compute_{group}"));
        let (first, last) = (number(first), number(first + members.len() - 1));
        groups.push(quote!(#function #compute #first #last [#inline] { #(#entries)* }));
    }
    groups
}

/// ```text
/// 2 [__price] __same_price;
/// ```
fn show(context: &Context, position: usize, at: Position) -> Option<TokenStream> {
    let index = at.node;
    let node = &context.declaration.nodes[index];
    let (position, place) = (number(position), context.field(index));
    match at.role {
        Role::Mark => {
            let mark = context.mark(index);
            return Some(quote!(#position [#mark];));
        }
        Role::Input | Role::Keys | Role::Feed(_) | Role::Effects => return None,
        Role::Node => {}
    }
    match &node.kind {
        Kind::Graph { ty, .. } => Some(quote_spanned!(ty.span()=> #position [#place];)),
        Kind::List(list) => Some(quote_spanned!(list.ty.span()=> #position [#place];)),
        Kind::Resource { path, .. } => Some(quote_spanned!(path.span()=> #position [#place];)),
        Kind::Signal { .. } | Kind::Computed { .. } => {
            let same = context.same(node);
            Some(quote!(#position [#place] #same;))
        }
        Kind::Effect { .. } | Kind::Field { .. } => None,
    }
}

/// ```text
/// 3 [__sum] __body_sum [([&] __price.value)] __same_sum [ask (__price.version)];
/// ```
fn memo(context: &Context, plan: &Plan, rank: usize, at: Position) -> Option<TokenStream> {
    let index = at.node;
    if !plan.nodes[index].lazy {
        return None;
    }
    let node = &context.declaration.nodes[index];
    let (rank, place) = (number(rank), context.field(index));
    let (body, same) = (names::function("body", node), context.same(node));
    let inputs = context.inputs(node, Origin::Graph);
    // A lazy value that reads no other one becomes stale only through a confirmed change.
    let since = if plan.nodes[index].reads.is_empty() {
        quote!(now)
    } else {
        let changes = node.uses().iter().filter_map(|used| {
            let place = context.field(used.node);
            match &context.declaration.nodes[used.node].kind {
                Kind::Computed { .. } if plan.nodes[used.node].lazy => {
                    Some(quote!((#place.changed_at())))
                }
                Kind::Signal { .. } | Kind::Computed { .. } => Some(quote!((#place.version))),
                Kind::Resource { .. } => {
                    let part = part_name(used.observed);
                    Some(quote!((#place.version(::signal_kernel::__private::Change::#part))))
                }
                Kind::Graph { .. } | Kind::List(_) => Some(quote!((#place.changed_at()))),
                Kind::Field { .. } | Kind::Effect { .. } => None,
            }
        });
        quote!(ask #(#changes)*)
    };
    Some(quote!(#rank [#place] #body [#(#inputs)*] #same [#since];))
}

/// ```text
/// __pass_0 0 [inline] { 255 { 0 [computed …] 1 [effect …] } }
/// ```
fn pass(context: &Context, plan: &Plan, word: usize) -> TokenStream {
    let name = format_ident!("__pass_{word}");
    let ranks: Vec<usize> = (word * 64..plan.rank_count.min(word * 64 + 64)).collect();
    let groups = ranks.chunks(GROUP).map(|group| {
        let due = Literal::u64_unsuffixed(group.iter().fold(0, |all, &rank| all | bits(rank)));
        let visits = group.iter().map(|&rank| visit(context, plan, rank));
        let ranks = group.iter().map(|&rank| number(rank));
        quote!(#due { #(#ranks #visits)* })
    });
    // One function of all words would take rustc far longer than one for each.
    let inline = match plan.words {
        1 => quote!(inline),
        _ => quote!(inline(never)),
    };
    let word = number(word);
    quote!(#name #word [#inline] { #(#groups)* })
}

/// ```text
/// [computed [__total] __body_total [([&] __price.value) ([&] __qty.value)] __same_total 2 []]
/// ```
fn visit(context: &Context, plan: &Plan, rank: usize) -> TokenStream {
    let Position { node: index, role } = plan.positions[rank];
    let node = &context.declaration.nodes[index];
    let place = context.field(index);
    let inputs = || context.inputs(node, Origin::Graph);
    match &node.kind {
        Kind::Computed { .. } | Kind::Signal { .. } => {
            let masks = plan.masks(index, Observed::Whole);
            let is_near = |(word, _): &&(u32, u64)| *word as usize == rank / 64;
            let near = masks.iter().find(is_near).map_or(0, |(_, bits)| *bits);
            let near = Literal::u64_unsuffixed(near);
            let far = masks.iter().filter(|mask| !is_near(mask));
            let far = far.map(|&(word, bits)| {
                let (word, bits) = (number(word as usize), Literal::u64_unsuffixed(bits));
                quote!(#word #bits)
            });
            if plan.nodes[index].lazy {
                return quote!([memo [#place] #near [#(#far)*]]);
            }
            let (body, same, inputs) =
                (names::function("body", node), context.same(node), inputs());
            let rest = quote!([#place] #body [#(#inputs)*] #same #near [#(#far)*]);
            if node.is_signal() {
                let mark = context.mark(index);
                return quote!([per [#mark] #rest]);
            }
            quote!([computed #rest])
        }
        Kind::Effect { kept, .. } => {
            let (body, inputs) = (names::function("body", node), inputs());
            if kept.is_none() {
                return quote!([effect #body [#(#inputs)*]]);
            }
            let locals = locals(&inputs);
            quote!([kept [#place] #body [#(#locals #inputs)*]])
        }
        Kind::Resource { path, .. } if role == Role::Input => {
            let mark = mark(rank, ((rank + 1) / 64) as u32, bits(rank + 1));
            quote_spanned!(path.span()=> [input [#place] #mark])
        }
        Kind::Resource { path, equality, .. } => {
            let inputs = inputs();
            let (start, locals) = (names::function("start", node), locals(&inputs));
            let same = match equality {
                Equality::Path(_) => {
                    let same = context.same(node);
                    quote!(Some(Self::#same))
                }
                Equality::PartialEq | Equality::Never => quote!(None),
            };
            let parts = [
                Observed::Whole,
                Observed::Value,
                Observed::Stable,
                Observed::Error,
                Observed::Status,
                Observed::NewValue,
                Observed::NewStable,
                Observed::NewError,
            ];
            let parts = parts.into_iter().filter_map(|part| {
                let masks = plan.masks(index, part);
                let marks = masks.iter().map(|&(word, bits)| mark(rank, word, bits));
                let name = part_name(part);
                (!masks.is_empty()).then(|| quote!(#name { #(#marks)* }))
            });
            quote_spanned! {path.span()=>
                [resource [#place] #start [#(#locals #inputs)*] [#same] { #(#parts)* }]
            }
        }
        Kind::Graph { .. } => inside::visit(context, rank, index, role),
        Kind::List(list) => list::visit(context, rank, index, role, list),
        Kind::Field { .. } => TokenStream::new(),
    }
}

/// Names for inputs that a closure takes by value.
fn locals(inputs: &[TokenStream]) -> Vec<proc_macro2::Ident> {
    (0..inputs.len())
        .map(|at| format_ident!("input_{at}"))
        .collect()
}
