//! What the runtime needs to run a graph: the pass over each word of the mask, and the way to a node.
//!
//! Invariants: a word's nodes are tested in order of rank; a visit is: say which rank, run the body,
//! store, mark. Everything else is the runtime's.
//!
//! Must not know: declaration syntax; batches.

use super::{Context, Kind, Node, Part, Rule, bits, field, function, plan::Plan, tables};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// Nodes of a word that are skipped together where none is due.
const GROUP: usize = 8;

pub(super) fn engine(context: &Context, plan: &Plan) -> TokenStream {
    let Context {
        name,
        impl_generics,
        type_generics,
        where_clause,
        graph,
        ..
    } = context;
    let words = plan.words;
    let wiring = tables::wiring(context, plan);
    let has_resources = context.has_resources();
    let passes = (0..words).map(|word| pass(context, plan, word));
    let calls = (0..words).map(|word| {
        let pass = pass_name(word);
        quote!(#word => self.#pass::<ONE>(bits),)
    });
    let each = |arm: &dyn Fn(usize, &Node) -> Option<TokenStream>| -> Vec<TokenStream> {
        graph
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(index, node)| arm(index, node))
            .collect()
    };
    let nodes = each(&|index, node| {
        let (field, same) = (field(node), function("same", node));
        let position = plan.places[index].position?;
        let exact = matches!(
            node.kind,
            Kind::Signal {
                rule: Rule::PartialEq,
                ..
            } | Kind::Computed {
                rule: Rule::PartialEq,
                ..
            }
        );
        let shown = match node.kind {
            Kind::Resource { ref path, .. } => {
                quote_spanned!(path.span()=> Answer(&mut self.#field))
            }
            Kind::Computed { .. } if plan.places[index].lazy => quote! {
                Lazy(&mut ::signal_kernel::__private::LazyRef { lazy: &mut self.#field, same: Self::#same, exact: #exact })
            },
            Kind::Signal { .. } | Kind::Computed { .. } => quote! {
                Slot(&mut ::signal_kernel::__private::SlotRef { slot: &mut self.#field, same: Self::#same, exact: #exact })
            },
            Kind::Effect { .. } | Kind::Field { .. } => return None,
        };
        Some(quote!(#position => with(::signal_kernel::__private::NodeRef::#shown),))
    });
    let lazy = each(&|index, node| {
        let (field, rank) = (field(node), plan.position(index));
        plan.places[index]
            .lazy
            .then(|| quote!(#rank => &self.#field,))
    });
    let forced = each(&|index, node| {
        plan.places[index]
            .lazy
            .then(|| force(context, plan, index, node))
    });
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, clippy::redundant_closure)]
        impl #impl_generics #name #type_generics #where_clause {
            #(#passes)*
        }

        #[doc(hidden)]
        #[allow(clippy::redundant_closure)]
        impl #impl_generics ::signal_kernel::__private::Wired<#words> for #name #type_generics #where_clause {
            const WIRING: &'static ::signal_kernel::__private::Wiring = #wiring;
            const HAS_RESOURCES: bool = #has_resources;

            #[inline]
            fn core(&self) -> &::signal_kernel::__private::Core<#words> {
                &self.core__
            }

            #[inline]
            fn core_mut(&mut self) -> &mut ::signal_kernel::__private::Core<#words> {
                &mut self.core__
            }

            #[inline]
            fn sweep<const ONE: bool>(&mut self, word: usize, bits: u64) -> ::signal_kernel::__private::Change {
                match word {
                    #(#calls)*
                    _ => ::signal_kernel::__private::Change::NONE,
                }
            }

            fn node(
                &mut self,
                position: usize,
                with: &mut dyn ::core::ops::FnMut(::signal_kernel::__private::NodeRef<'_>),
            ) {
                match position {
                    #(#nodes)*
                    _ => {}
                }
            }

            fn lazy(&self, rank: usize) -> &dyn ::signal_kernel::__private::LazyState {
                match rank {
                    #(#lazy)*
                    _ => ::signal_kernel::__private::read::not_lazy(rank),
                }
            }

            fn force(&self, rank: usize) -> ::core::option::Option<::signal_kernel::__private::Payload> {
                match rank {
                    #(#forced)*
                    _ => ::signal_kernel::__private::read::not_lazy(rank),
                }
            }
        }
    }
}

fn pass_name(word: usize) -> syn::Ident {
    format_ident!("__sweep_{word}")
}

/// ```text
/// fn __sweep_0<const ONE: bool>(&mut self, bits: u64) -> Change {
///     let mut sweep = Sweep::<ONE, 1>::new(&mut self.core__.pending, &mut self.core__.reached, 0, bits);
///     if sweep.due(0x1) { … }
///     if sweep.due(0x2) { … }
///     sweep.end();
///     Change::NONE
/// }
/// ```
fn pass(context: &Context, plan: &Plan, word: usize) -> TokenStream {
    let name = pass_name(word);
    let words = plan.words;
    let ranks: Vec<usize> = (word * 64..plan.ranks.min(word * 64 + 64)).collect();
    let groups = ranks.chunks(GROUP).map(|group| {
        let visits = group.iter().map(|&rank| visit(context, plan, rank));
        let all = group.iter().fold(0, |all, &rank| all | bits(rank));
        if ranks.len() <= GROUP {
            quote!(#(#visits)*)
        } else {
            quote!(if sweep.due(#all) { #(#visits)* })
        }
    });
    quote! {
        #[inline]
        #[allow(unused_variables)]
        fn #name<const ONE: bool>(&mut self, bits: u64) -> ::signal_kernel::__private::Change {
            let revision = self.core__.revision;
            let mut sweep = ::signal_kernel::__private::Sweep::<ONE, #words>::new(
                &mut self.core__.pending,
                &mut self.core__.reached,
                #word,
                bits,
            );
            #(#groups)*
            sweep.end();
            ::signal_kernel::__private::Change::NONE
        }
    }
}

/// ```text
/// if sweep.due(0x1) {
///     sweep.visit(0);
///     let value = Self::__body_total(&self.__price.value, &self.__qty.value);
///     if self.__total.store(value, Self::__same_total, revision, &mut sweep) {
///         if ONE { return Change::TRANSITION; }
///         sweep.mark(0x2);
///     }
///     if ONE { return Change::NONE; }
/// }
/// ```
fn visit(context: &Context, plan: &Plan, rank: usize) -> TokenStream {
    let index = plan.positions[rank];
    let node = &context.graph.nodes[index];
    let place = &plan.places[index];
    let field = field(node);
    let (bits, number) = (bits(rank), rank as u32);
    let inputs = context.inputs(node, &quote!(self.));
    let changed = quote!(::signal_kernel::__private::Change::TRANSITION);
    let unchanged = quote!(::signal_kernel::__private::Change::NONE);
    let (body, same) = (function("body", node), function("same", node));
    let marks_all = marks(plan, index, rank, Part::Whole);
    let visit = match &node.kind {
        Kind::Computed { .. } if place.lazy => quote! {
            if let ::core::option::Option::Some(old) = self.#field.outdate() {
                sweep.committed(#changed);
                #marks_all
                ::signal_kernel::__private::settle::discard(old);
                if ONE { return #changed; }
            }
        },
        Kind::Computed { .. } => quote! {
            let value = Self::#body(#(#inputs),*);
            if self.#field.store(value, Self::#same, revision, &mut sweep) {
                if ONE { return #changed; }
                #marks_all
            }
        },
        Kind::Effect { kept: None, .. } => quote!(Self::#body(#(#inputs),*);),
        Kind::Effect { kept: Some(_), .. } => {
            let fields = (0..inputs.len()).map(syn::Index::from);
            quote! {
                let inputs = (#(#inputs,)*);
                ::signal_kernel::__private::settle::rerun(&mut self.#field, move || Self::#body(#(inputs.#fields),*));
            }
        }
        Kind::Resource { path, .. } if rank != plan.position(index) => {
            let answer = super::bits(rank + 1);
            let mark = if (rank + 1) / 64 == rank / 64 {
                quote!(sweep.mark(#answer);)
            } else {
                let word = (rank + 1) / 64;
                quote!(sweep.mark_far(#word, #answer);)
            };
            quote_spanned! {path.span()=>
                let change = self.#field.question_changed();
                if ONE { return change; }
                if !change.is_none() { #mark }
            }
        }
        Kind::Resource { path, rule, .. } => {
            let start = function("start", node);
            let fields = (0..inputs.len()).map(syn::Index::from);
            let same = match rule {
                Rule::Path(_) => quote!(::core::option::Option::Some(Self::#same)),
                Rule::PartialEq | Rule::Never => quote!(::core::option::Option::None),
            };
            let parts = [
                (Part::Whole, quote!(TRANSITION)),
                (Part::Value, quote!(VALUE)),
                (Part::Error, quote!(ERROR)),
                (Part::Status, quote!(STATUS)),
            ];
            let marks = parts.into_iter().map(|(part, name)| {
                let marks = marks(plan, index, rank, part);
                (!marks.is_empty()).then(|| {
                    quote!(if change.contains(::signal_kernel::__private::Change::#name) { #marks })
                })
            });
            quote_spanned! {path.span()=>
                let inputs = (#(#inputs,)*);
                let (change, dropped) =
                    self.#field.act(&self.core__.hub, revision, move || Self::#start(#(inputs.#fields),*), #same);
                sweep.committed(change);
                #(#marks)*
                dropped.resume();
                if ONE { return change; }
            }
        }
        Kind::Signal { .. } | Kind::Field { .. } => quote!(),
    };
    quote! {
        if sweep.due(#bits) {
            sweep.visit(#number);
            #visit
            if ONE { return #unchanged; }
        }
    }
}

/// Marks who depends on a part of a node.
fn marks(plan: &Plan, index: usize, rank: usize, part: Part) -> TokenStream {
    let marks = plan.masks(index, part).into_iter().map(|(word, bits)| {
        let word = word as usize;
        if word == rank / 64 {
            quote!(sweep.mark(#bits);)
        } else {
            quote!(sweep.mark_far(#word, #bits);)
        }
    });
    quote!(#(#marks)*)
}

/// ```text
/// 3 => {
///     let mut changed_at = 0;
///     changed_at = max(changed_at, self.__price.version);
///     self.__total.force(self.core__.revision, changed_at, || Self::__body_total(&self.__price.value), Self::__same_total)
/// }
/// ```
fn force(context: &Context, plan: &Plan, index: usize, node: &Node) -> TokenStream {
    let (field, body, same) = (field(node), function("body", node), function("same", node));
    let rank = plan.position(index);
    let inputs = context.inputs(node, &quote!(self.));
    let versions = node.uses().iter().filter_map(|used| {
        let read = &context.graph.nodes[used.node];
        let from = super::field(read);
        let version = match read.kind {
            Kind::Computed { .. } if plan.places[used.node].lazy => {
                quote!(::signal_kernel::__private::LazyState::changed_at(&self.#from))
            }
            Kind::Signal { .. } | Kind::Computed { .. } => quote!(self.#from.version),
            Kind::Resource { .. } => {
                let part = match used.part {
                    Part::Whole => quote!(TRANSITION),
                    Part::Value => quote!(VALUE),
                    Part::Error => quote!(ERROR),
                    Part::Status => quote!(STATUS),
                };
                quote!(self.#from.version(::signal_kernel::__private::Change::#part))
            }
            Kind::Field { .. } | Kind::Effect { .. } => return None,
        };
        Some(quote!(changed_at = ::core::cmp::Ord::max(changed_at, #version);))
    });
    quote! {
        #rank => {
            #[allow(unused_mut)]
            let mut changed_at = 0_u64;
            #(#versions)*
            self.#field.force(self.core__.revision, changed_at, || Self::#body(#(#inputs),*), Self::#same)
        }
    }
}
