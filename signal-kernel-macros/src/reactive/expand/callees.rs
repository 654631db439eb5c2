//! Stand-in functions for calls of a node (SK024), or of a method of the graph as if it were a function (SK007). The
//! bounds of a stand-in explain the mistake.
//!
//! Invariants: a function of the user with the same name has priority, since names imported by a glob come last; a
//! graph without such a call has no stand-ins.
//!
//! Must not know: whether the user has such a function. Only rustc knows.

use crate::reactive::model::{Callee, Declaration};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use std::collections::HashSet;
use syn::ext::IdentExt;

/// ```text
/// #[allow(unused_imports)]
/// use __callees_Cart::*;
/// mod __callees_Cart {
///     pub(super) fn set_price<A0, R>(_: A0) -> R where for<'call> (): ::signal_kernel::needs::Write<'call> { .. }
/// }
/// ```
pub(super) fn callees(declaration: &Declaration) -> TokenStream {
    let mut seen = HashSet::new();
    let callees = declaration.nodes.iter().flat_map(|node| &node.callees);
    let functions: Vec<TokenStream> = callees
        .filter(|callee| seen.insert(callee.ident.to_string()))
        .map(function)
        .collect();
    if functions.is_empty() {
        return TokenStream::new();
    }
    let module = format_ident!("__callees_{}", declaration.name.unraw());
    quote! {
        #[allow(unused_imports, clippy::wildcard_imports)]
        use #module::*;
        #[doc(hidden)]
        #[allow(dead_code, non_snake_case, clippy::all, clippy::pedantic, clippy::nursery)]
        mod #module { #(#functions)* }
    }
}

/// The result has any type that the body expects, so that the bound is the only error.
fn function(callee: &Callee) -> TokenStream {
    let Callee {
        ident,
        arguments,
        node,
    } = callee;
    let span = ident.span();
    let types: Vec<_> = (0..*arguments).map(|at| format_ident!("A{at}")).collect();
    let need = match node {
        Some(_) => quote_spanned!(span=> Call),
        None => quote_spanned!(span=> Write),
    };
    let need = quote_spanned!(span=> (): ::signal_kernel::needs::#need<'call>);
    quote! {
        pub(super) fn #ident<#(#types,)* R>(#(_: #types),*) -> R where for<'call> #need {
            ::signal_kernel::__private::core::unreachable!()
        }
    }
}
