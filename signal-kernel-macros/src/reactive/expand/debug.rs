//! `Debug`: the names and values of a graph.
//!
//! Invariants: nothing runs; a lazy value that is not current, or a failed one, is printed as such.
//!
//! Must not know: how a graph is made.

use super::context::{Context, Header};
use super::names::local;
use crate::reactive::model::Kind;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Type, ext::IdentExt, spanned::Spanned};

pub(super) fn debug(context: &Context) -> Option<TokenStream> {
    let field = |index| context.field(index);
    let computed = |index, ty: &Type| computed_value(context, index, ty);
    let derived = context.declaration.debug;
    derived.then(|| implementation(context, field, computed))
}

/// A computed value as `Debug` prints it.
fn computed_value(context: &Context, index: usize, ty: &Type) -> TokenStream {
    let (plan, field) = (context.plan, context.field(index));
    let print = quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print);
    if plan.nodes[index].lazy {
        return quote!(self.#field.to_print(#print));
    }
    let (graph, rank) = (local("self", ty.span()), plan.position(index));
    let value = quote_spanned!(ty.span()=> #print(&#graph.#field.value));
    quote! {
        if self.core__.is_failed(#rank) {
            &::signal_kernel::__private::read::PANICKED as &dyn ::signal_kernel::__private::core::fmt::Debug
        } else {
            #value
        }
    }
}

/// Names and values, without running a body.
pub(super) fn implementation(
    header: &Header,
    field: impl Fn(usize) -> TokenStream,
    computed: impl Fn(usize, &Type) -> TokenStream,
) -> TokenStream {
    let Header {
        name,
        impl_generics,
        type_generics,
        declaration,
        ..
    } = header;
    let mut generics = declaration.generics.clone();
    let parameters: Vec<_> = declaration
        .generics
        .type_params()
        .map(|parameter| parameter.ident.clone())
        .collect();
    let bounds = generics.make_where_clause();
    for parameter in parameters {
        bounds
            .predicates
            .push(syn::parse_quote!(#parameter: ::signal_kernel::__private::core::fmt::Debug));
    }
    let where_clause = &generics.where_clause;
    let fields = declaration.nodes.iter().enumerate().filter_map(|(index, node)| {
        let (field, label) = (field(index), node.name.unraw().to_string());
        // The span of the user's token, whose hygiene may differ from that of the method around it.
        let span = match &node.kind {
            Kind::Field { ty, .. } | Kind::Signal { ty, .. } | Kind::Computed { ty, .. } => ty.span(),
            Kind::Graph { ty, .. } => ty.span(),
            Kind::List(list) => list.ty.span(),
            Kind::Resource { path, .. } => path.span(),
            Kind::Effect { .. } => return None,
        };
        let graph = local("self", span);
        let value = match &node.kind {
            // A value that cannot be printed is reported at its type.
            Kind::Field { ty, .. } => {
                quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print(&#graph.#field))
            }
            Kind::Signal { ty, per: Some(_), .. } => computed(index, ty),
            Kind::Signal { ty, .. } => {
                quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print(&#graph.#field.value))
            }
            Kind::Resource { path, .. } => quote_spanned!(path.span()=> &#graph.#field.task.state),
            Kind::Computed { ty, .. } => computed(index, ty),
            Kind::Graph { ty, .. } => {
                quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print(#graph.#field.get()))
            }
            Kind::List(list) => {
                quote_spanned!(list.ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print(&#graph.#field))
            }
            Kind::Effect { .. } => return None,
        };
        Some(quote!(debug.field(#label, #value);))
    });
    let text = name.unraw().to_string();
    quote! {
        impl #impl_generics ::signal_kernel::__private::core::fmt::Debug for #name #type_generics #where_clause {
            fn fmt(&self, formatter: &mut ::signal_kernel::__private::core::fmt::Formatter<'_>) -> ::signal_kernel::__private::core::fmt::Result {
                let mut debug = formatter.debug_struct(#text);
                #(#fields)*
                debug.finish()
            }
        }
    }
}
