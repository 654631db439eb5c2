//! The state of a graph as plain data: its struct, and the methods that take it out and put it back.
//!
//! Invariants: the struct has a field for each node that is saved, in the order of declaration; a graph and the sketch
//! of one have the same signatures; without `#[state]` nothing is emitted.
//!
//! Must not know: ranks; how a graph is made of its pieces.

mod generics;

use super::build::{self, First};
use super::context::{Context, Header};
use super::docs;
use super::inside;
use super::list;
use super::names::{lint_allows, local, method, respan};
use crate::reactive::model::{Kind, Node, State};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Meta, Type, ext::IdentExt, spanned::Spanned};

/// The bodies of the methods.
pub(super) struct Bodies {
    pub(super) state: TokenStream,
    /// Writes the state, in a batch.
    pub(super) restore: TokenStream,
    /// Makes a graph that has not started.
    pub(super) restored: TokenStream,
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
    let writes = saved.clone().map(|(_, node)| write(context, node));
    let made = build::made(context, First::State);
    let taken = saved.map(|(_, node)| match node.is_inside() {
        true => {
            let (name, local) = (&node.name, build::local_state(node));
            quote!(#name: #local)
        }
        false => node.name.to_token_stream(),
    });
    let bodies = Bodies {
        state: quote!(#name { #(#names: #copies,)* }),
        restore: quote!(#(#writes)*),
        restored: quote! {
            let #name { #(#taken,)* } = state;
            #made
        },
    };
    items(context, &docs::parameters_beside_state(context), bodies)
}

/// ```text
/// graph.set_text(state.text);
/// <Search as Stateful>::__restore(&mut graph.search_mut(), state.search);
/// restore_rows::<_, Todo, _>(graph.todos_mut(), state.todos);
/// ```
fn write(header: &Header, node: &Node) -> TokenStream {
    let (name, write) = (&node.name, method("", node, "_mut"));
    match &node.kind {
        Kind::Graph { ty, .. } => {
            let (inner, [graph, state]) = (inside::stateful(header, ty, false), locals(ty));
            quote_spanned! {ty.span()=>
                <#inner as ::signal_kernel::__private::Stateful>::__restore(&mut #graph.#write(), #state.#name);
            }
        }
        Kind::List(list) => {
            let (row, [graph, state]) = (list::stateful_row(header, list), locals(&list.ty));
            quote_spanned! {list.ty.span()=>
                ::signal_kernel::__private::restore_rows::<_, #row, _>(#graph.#write(), #state.#name);
            }
        }
        _ => {
            let set = method("set_", node, "");
            quote!(graph.#set(state.#name);)
        }
    }
}

/// The parameters of `__restore`, where rustc reports an error in this type.
fn locals(ty: &Type) -> [Ident; 2] {
    ["graph", "state"].map(|name| local(name, ty.span()))
}

/// A copy of a signal's value, or the state of what is inside.
///
/// ```text
/// <String as Saved<String>>::copy_for_state(&self.__text.value)
/// ```
///
/// A type parameter is cloned by `Clone` itself: rustc then knows which bound to suggest.
fn copy(context: &Context, index: usize, node: &Node) -> TokenStream {
    let field = context.field(index);
    let ty = match &node.kind {
        Kind::Signal { ty, .. } => ty,
        Kind::Graph { ty, .. } => {
            let (graph, inner) = (
                local("self", ty.span()),
                inside::stateful(context, ty, false),
            );
            return quote_spanned! {ty.span()=>
                <#inner as ::signal_kernel::__private::Stateful>::__state(#graph.#field.get())
            };
        }
        Kind::List(list) => {
            let (ty, graph) = (&list.ty, local("self", list.ty.span()));
            let row = inside::stateful(context, ty, false);
            return quote_spanned! {ty.span()=>
                ::signal_kernel::__private::states_of::<_, #row>(&#graph.#field)
            };
        }
        _ => return TokenStream::new(),
    };
    let graph = local("self", ty.span());
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
/// impl Stateful for Cart { … }
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
        "The state of a [`{plain}`] as plain data: [`{plain}::state`] takes it out, \
         [`{plain}::restore`] and [`{plain}::with_state`] put it back."
    );
    let of_struct = documented(attrs, &of_struct);
    let fields = nodes.iter().filter_map(|node| field(header, node));
    let others = nodes.iter().filter(|node| node.is_parameter_beside_state());
    let given: Vec<&Ident> = others.clone().map(|node| &node.name).collect();
    let parameters: Vec<TokenStream> = others.filter_map(build::parameter).collect();
    let but_some = build::but_for_later_runs(declaration);
    let with_state_doc = format!(
        " A new `{plain}` that starts with the values of `state`: every effect has run once{but_some}, with these \
         values. The initial values of these signals are not computed."
    );
    let Bodies {
        state: state_body,
        restore,
        restored,
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
        /// The values of the signals, here and in the graphs inside, as plain data: a clone of each. Nothing runs.
        #vis fn #state_fn(&self) -> #saved #saved_type { #state_body }

        /// Writes `state` back, in one batch: an equal value changes nothing, and rows whose keys are in it stay.
        #vis fn #restore_fn(&mut self, #state: #saved #saved_type) {
            self.batch(|graph| <Self as ::signal_kernel::__private::Stateful>::__restore(graph, #state))
        }

        #[doc = #with_state_doc]
        #parameter_docs
        #vis fn #with_state_fn(#(#parameters,)* #state: #saved #saved_type) -> #itself {
            let mut graph = Self::__restored(#(#given,)* #state);
            ::signal_kernel::__private::settle::begin(&mut graph);
            graph
        }

        #[doc(hidden)] #[allow(clippy::too_many_arguments)]
        fn __restored(#(#parameters,)* #state: #saved #saved_type) -> #itself { #restored }
    };
    let from_state = given.is_empty().then(|| quote! {
        impl #impl_generics ::signal_kernel::__private::FromState for #name #type_generics #where_clause {
            fn __from_state(state: #saved #saved_type) -> ::signal_kernel::Part<Self> {
                ::signal_kernel::__private::part(Self::__restored(state))
            }
        }
    });
    let structure = respan(saved.span(), structure);
    let methods = respan(name.span(), methods);
    quote! {
        #structure

        #[allow(dead_code)]
        #lint_allows
        impl #impl_generics #name #type_generics #where_clause {
            #methods
        }

        #lint_allows
        impl #impl_generics ::signal_kernel::__private::Stateful for #name #type_generics #where_clause {
            type State = #saved #saved_type;

            fn __state(&self) -> Self::State { Self::#state_fn(self) }

            fn __restore(graph: &mut Self::Batch<'_>, state: Self::State) { #restore }
        }

        #from_state
    }
}

/// The field of a node. Its documentation leads to the getter, if each reader of the field can follow.
fn field(header: &Header, node: &Node) -> Option<TokenStream> {
    let attrs = node.saved.as_ref()?;
    let (ty, value) = match &node.kind {
        Kind::Signal { ty, .. } => (ty.to_token_stream(), "value of the signal"),
        Kind::Graph { ty, .. } => (state_of(header, ty), "state of the graph"),
        Kind::List(list) => {
            let (key, row) = (&list.key, state_of(header, &list.ty));
            let vec = quote!(::signal_kernel::__private::std::vec::Vec);
            (quote!(#vec<(#key, #row)>), "keys and states of the list")
        }
        _ => return None,
    };
    let (name, graph) = (&node.name, header.name.unraw());
    let plain = name.unraw();
    let link = if docs::has_page(node, &header.declaration.vis) {
        format!("[`{plain}`]({graph}::{plain})")
    } else {
        format!("`{plain}`")
    };
    let attrs = documented(attrs, &format!("The {value} {link}."));
    Some(quote!(#attrs pub #name: #ty,))
}

/// The type of the state of a graph inside.
fn state_of(header: &Header, ty: &Type) -> TokenStream {
    let graph = inside::stateful(header, ty, false);
    quote_spanned!(ty.span()=> <#graph as ::signal_kernel::__private::Stateful>::State)
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
