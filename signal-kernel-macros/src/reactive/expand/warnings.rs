//! Warnings about declarations that are allowed but hardly intended. Only rustc can give a warning.
//!
//! Invariants: a warning stands at the user's token, is about a graph without errors, and comes after all items of the
//! graph.
//!
//! Must not know: how a node runs.

use super::context::Context;
use crate::reactive::model::Node;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

/// SK016: each effect that reads no node. A use of a deprecated item is the only warning with a text of the macro's
/// choice; `#[allow(deprecated)]` on the effect, or on the struct, silences it.
///
/// ```text
/// const _: () = {
///     #[deprecated(note = "effect `hello` reads no node: it runs once (SK016)")]
///     const hello: () = ();
///     const _: () = hello;
/// };
/// ```
pub(super) fn warnings(context: &Context) -> TokenStream {
    let graph = context.declaration;
    let reads_no_node = |node: &Node| {
        node.uses()
            .iter()
            .all(|used| graph.nodes[used.node].is_field())
    };
    let without_dependencies = graph
        .nodes
        .iter()
        .filter(|node| node.is_effect() && node.callees.is_empty() && reads_no_node(node));
    let warnings = without_dependencies.map(|node| {
        let name = &node.name;
        let note = format!("effect `{name}` reads no node: it runs once (SK016)");
        let of_all = graph
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("allow"));
        let lints = of_all.chain(node.attrs.iter().filter(|attr| is_lint_level(attr)));
        quote! {
            #(#lints)*
            const _: () = {
                #[deprecated(note = #note)]
                #[allow(non_upper_case_globals)]
                const #name: () = ();
                const _: () = #name;
            };
        }
    });
    warnings.collect()
}

fn is_lint_level(attr: &Attribute) -> bool {
    ["allow", "expect", "warn", "deny", "forbid"]
        .iter()
        .any(|level| attr.path().is_ident(level))
}
