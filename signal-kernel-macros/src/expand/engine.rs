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
    let shortcuts = shortcuts(context, plan);
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
        let shown = match &node.kind {
            Kind::Resource { path, .. } => {
                return Some(
                    quote_spanned!(path.span()=> #position => show.answer(&mut self.#field),),
                );
            }
            Kind::Computed { rule, .. } if plan.places[index].lazy => match rule {
                Rule::PartialEq => quote!(lazy),
                Rule::Path(_) | Rule::Never => quote!(lazy_by_rule),
            },
            Kind::Signal { rule, .. } | Kind::Computed { rule, .. } => match rule {
                Rule::PartialEq => quote!(slot),
                Rule::Path(_) | Rule::Never => quote!(slot_by_rule),
            },
            Kind::Effect { .. } | Kind::Field { .. } => return None,
        };
        Some(quote!(#position => show.#shown(&mut self.#field, Self::#same),))
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
            #shortcuts
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

            fn node(&mut self, position: usize, show: &mut ::signal_kernel::__private::Show<'_>) {
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

/// What methods call for each node, with no type to be found out: that is most of what a call costs rustc.
fn shortcuts(context: &Context, plan: &Plan) -> TokenStream {
    let [ty, _] = context.free_types();
    let lazy = plan.has_lazy().then(|| {
        quote! {
            #[inline]
            #[track_caller]
            fn __lazy<'graph, #ty>(
                &'graph self,
                rank: usize,
                lazy: &'graph ::signal_kernel::__private::Lazy<#ty>,
            ) -> &'graph #ty {
                ::signal_kernel::__private::read::lazy(self, rank, lazy)
            }
        }
    });
    quote! {
        #[inline]
        fn __changed<#ty>(&mut self, old: #ty) {
            ::signal_kernel::__private::settle::changed(self, old);
        }

        fn __updated(&mut self, caught: ::signal_kernel::__private::Caught) {
            ::signal_kernel::__private::settle::updated(self, caught);
        }

        #[track_caller]
        fn __refreshed(&mut self, rank: usize) -> &Self {
            ::signal_kernel::__private::batch::refresh(self, rank);
            self
        }

        #lazy
    }
}

fn pass_name(word: usize) -> syn::Ident {
    format_ident!("__sweep_{word}")
}

/// ```text
/// fn __sweep_0<const ONE: bool>(&mut self, bits: u64) -> Change {
///     let mut sweep = Sweep::<ONE, 1>::new(&mut self.core__, 0, bits);
///     if sweep.visit(0) { … }
///     if sweep.visit(1) { … }
///     sweep.end()
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
            let mut sweep = ::signal_kernel::__private::Sweep::<ONE, #words>::new(&mut self.core__, #word, bits);
            #(#groups)*
            sweep.end()
        }
    }
}

/// ```text
/// if sweep.visit(0) {
///     let value = Self::__body_total(&self.__price.value, &self.__qty.value);
///     self.__total.store(value, Self::__same_total, 0x2, &mut sweep);
/// }
/// ```
fn visit(context: &Context, plan: &Plan, rank: usize) -> TokenStream {
    let index = plan.positions[rank];
    let node = &context.graph.nodes[index];
    let place = &plan.places[index];
    let field = field(node);
    let number = rank as u32;
    let inputs = context.inputs(node, &quote!(self.));
    let (body, same) = (function("body", node), function("same", node));
    let visit = match &node.kind {
        Kind::Computed { .. } => {
            let (near, far): (Vec<_>, Vec<_>) = plan
                .masks(index, Part::Whole)
                .into_iter()
                .partition(|(word, _)| *word as usize == rank / 64);
            let near = near.first().map_or(0, |(_, bits)| *bits);
            let far = far.iter().map(|(word, bits)| {
                let word = *word as usize;
                quote!(sweep.mark_far(#word, #bits);)
            });
            let far: TokenStream = far.collect();
            let (value, stored) = match place.lazy {
                true => (quote!(), quote!(self.#field.outdate(#near, &mut sweep))),
                false => (
                    quote!(let value = Self::#body(#(#inputs),*);),
                    quote!(self.#field.store(value, Self::#same, #near, &mut sweep)),
                ),
            };
            match far.is_empty() {
                true => quote!(#value #stored;),
                false => quote!(#value if #stored { #far }),
            }
        }
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
                if self.#field.question_changed(&mut sweep) { #mark }
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
                    self.#field.act(sweep.hub(), sweep.revision(), move || Self::#start(#(inputs.#fields),*), #same);
                sweep.committed(change);
                #(#marks)*
                dropped.resume();
            }
        }
        Kind::Signal { .. } | Kind::Field { .. } => quote!(),
    };
    quote! {
        if sweep.visit(#number) { #visit }
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
