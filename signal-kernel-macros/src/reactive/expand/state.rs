//! The state of a graph as plain data: its struct, and the methods that take it out and put it back.
//!
//! Invariants: the struct has a field for each signal that is saved, in the order of declaration; a graph and the sketch
//! of one have the same signatures; without `#[state]` nothing is emitted.
//!
//! Must not know: ranks; how a graph is made of its pieces.

mod generics;

use super::build::{self, First};
use super::context::{Context, Header};
use super::docs;
use super::names::{lint_allows, local, method, respan};
use crate::reactive::model::State;
use crate::reactive::model::{Kind, Node};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Meta, ext::IdentExt, spanned::Spanned};

/// The bodies of the three methods.
pub(super) struct Bodies {
    pub(super) state: TokenStream,
    pub(super) restore: TokenStream,
    pub(super) with_state: TokenStream,
}

/// The struct and the methods, if the graph has a state.
pub(super) fn state(context: &Context) -> TokenStream {
    let Some(state) = &context.declaration.state else {
        return TokenStream::new();
    };
    let name = &state.name;
    let nodes = context.declaration.nodes.iter().enumerate();
    let saved = nodes.filter(|(_, node)| node.saved.is_some());
    let names = saved.clone().map(|(_, node)| &node.name);
    let copies = saved
        .clone()
        .map(|(index, node)| copy(context, index, node));
    let writes = saved.map(|(_, node)| {
        let (set, name) = (method("set_", node, ""), &node.name);
        quote!(graph.#set(state.#name);)
    });
    let made = build::made(context, First::State);
    let taken = names.clone();
    let bodies = Bodies {
        state: quote!(#name { #(#names: #copies,)* }),
        restore: quote!(self.batch(|graph| { #(#writes)* })),
        with_state: quote! {
            let #name { #(#taken,)* } = state;
            let mut graph = { #made };
            ::signal_kernel::__private::settle::begin(&mut graph);
            graph
        },
    };
    items(context, &docs::parameters_beside_state(context), bodies)
}

/// A copy of a signal's value.
///
/// ```text
/// <String as Saved<String>>::copy_for_state(&self.__text.value)
/// ```
///
/// A type parameter is cloned by `Clone` itself: rustc then knows which bound to suggest.
fn copy(context: &Context, index: usize, node: &Node) -> TokenStream {
    let Kind::Signal { ty, .. } = &node.kind else {
        return TokenStream::new();
    };
    let (graph, field) = (local("self", ty.span()), context.field(index));
    if context.primitive(node).is_some() {
        return quote!(#graph.#field.value);
    }
    let written = ty.to_token_stream().to_string();
    let mut parameters = context.names.iter();
    let copy = if parameters.any(|parameter| parameter.to_string() == written) {
        quote_spanned!(ty.span()=> <_ as ::signal_kernel::__private::core::clone::Clone>::clone)
    } else {
        quote_spanned!(ty.span()=> <#ty as ::signal_kernel::needs::Saved<#ty>>::copy_for_state)
    };
    quote_spanned!(ty.span()=> #copy(&#graph.#field.value))
}

/// ```text
/// pub struct SavedCart { pub price: u64, pub qty: u32 }
/// impl Cart {
///     pub fn state(&self) -> SavedCart { … }
///     pub fn restore(&mut self, state: SavedCart) { … }
///     pub fn with_state(log: Log, state: SavedCart) -> Self { … }
/// }
/// ```
pub(super) fn items(header: &Header, parameter_docs: &TokenStream, bodies: Bodies) -> TokenStream {
    let Some(state) = &header.declaration.state else {
        return TokenStream::new();
    };
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        declaration,
        ..
    } = header;
    let State { name: saved, attrs } = state;
    let (vis, nodes) = (&declaration.vis, &declaration.nodes);
    let generics = generics::of_state(declaration);
    let (_, saved_type, saved_where) = generics.split_for_impl();
    let full = if generics.params.is_empty() {
        quote!(<>)
    } else {
        quote!(#generics)
    };
    let plain = name.unraw();
    let of_struct = format!(
        "The values of the signals of a [`{plain}`] as plain data: [`{plain}::state`] takes them out, \
         [`{plain}::restore`] and [`{plain}::with_state`] put them back."
    );
    let of_struct = documented(attrs, &of_struct);
    let fields = nodes.iter().filter_map(|node| field(header, node));
    let others = nodes.iter().filter(|node| node.is_parameter_beside_state());
    let parameters = others.filter_map(build::parameter);
    let but_some = build::but_for_later_runs(declaration);
    let with_state_doc = format!(
        " A new `{plain}` that starts with the values of `state`: every effect has run once{but_some}, with these \
         values. The initial values of these signals are not computed."
    );
    let Bodies {
        state: state_body,
        restore,
        with_state,
    } = bodies;
    let [state_fn, restore_fn, with_state_fn, itself] =
        ["state", "restore", "with_state", "Self"].map(|word| Ident::new(word, name.span()));
    let state = local("state", Span::call_site());
    let lint_allows = lint_allows();
    let structure = quote! {
        #of_struct
        #lint_allows
        #vis struct #saved #full #saved_where {
            #(#fields)*
        }
    };
    let methods = quote! {
        /// The values of the signals as plain data: a clone of each. Nothing runs.
        #vis fn #state_fn(&self) -> #saved #saved_type { #state_body }

        /// Writes the values of `state` to the signals, in one batch: an equal value changes nothing.
        #vis fn #restore_fn(&mut self, #state: #saved #saved_type) { #restore }

        #[doc = #with_state_doc]
        #parameter_docs
        #vis fn #with_state_fn(#(#parameters,)* #state: #saved #saved_type) -> #itself { #with_state }
    };
    let structure = respan(saved.span(), structure);
    let methods = respan(name.span(), methods);
    quote! {
        #structure

        #[allow(dead_code)]
        #lint_allows
        impl #impl_generics #name #type_generics #where_clause {
            #methods
        }
    }
}

/// The field of a signal. Its documentation leads to the getter, if each reader of the field can follow.
fn field(header: &Header, node: &Node) -> Option<TokenStream> {
    let (attrs, Kind::Signal { ty, .. }) = (node.saved.as_ref()?, &node.kind) else {
        return None;
    };
    let (name, graph) = (&node.name, header.name.unraw());
    let plain = name.unraw();
    let attrs = documented(
        attrs,
        &if docs::has_page(node, &header.declaration.vis) {
            format!("The value of the signal [`{plain}`]({graph}::{plain}).")
        } else {
            format!("The value of the signal `{plain}`.")
        },
    );
    Some(quote!(#attrs pub #name: #ty,))
}

/// The user's attributes, and a line of documentation: below the user's words, if there are any.
fn documented(attrs: &[Meta], line: &str) -> TokenStream {
    let line = format!(" {line}");
    if attrs.iter().any(|attr| attr.path().is_ident("doc")) {
        quote!(#(#[#attrs])* #[doc = ""] #[doc = #line])
    } else {
        quote!(#[doc = #line] #(#[#attrs])*)
    }
}
