//! Functions that stand in for a setter which a body calls as if it were a function (SK006, SK007).
//!
//! Invariants: a function of the user's of the same name is found before one of these, since a name that is
//! imported by a glob comes last; a graph without such a call expands to nothing here.
//!
//! Must not know: whether there is such a function of the user's: rustc does.

use crate::model::Graph;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use std::collections::HashSet;
use syn::ext::IdentExt;

/// ```text
/// #[allow(unused_imports)]
/// use __setters_Cart::*;
/// mod __setters_Cart {
///     pub(super) fn set_price<T>(_: T) where for<'call> (): ::signal_kernel::needs::Write<'call> {}
/// }
/// ```
pub(super) fn setters(graph: &Graph) -> TokenStream {
    let mut told = HashSet::new();
    let calls = graph.nodes.iter().flat_map(|node| &node.setters);
    let functions: Vec<TokenStream> = calls
        .filter(|callee| told.insert(callee.to_string()))
        .map(|callee| {
            let place = callee.span();
            let parameter = match callee.to_string().starts_with("reload_") {
                true => quote!(()),
                false => quote_spanned!(place=> <T>(_: T)),
            };
            let need = quote_spanned!(place=> (): ::signal_kernel::needs::Write<'call>);
            quote!(pub(super) fn #callee #parameter where for<'call> #need {})
        })
        .collect();
    if functions.is_empty() {
        return TokenStream::new();
    }
    let module = format_ident!("__setters_{}", graph.name.unraw());
    quote! {
        #[allow(unused_imports, clippy::wildcard_imports)]
        use #module::*;
        #[doc(hidden)]
        #[allow(dead_code, non_snake_case, clippy::all, clippy::pedantic, clippy::nursery)]
        mod #module { #(#functions)* }
    }
}
