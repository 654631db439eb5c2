//! The macros of `signal-kernel`. Use them through that crate, where they are documented.

mod conditions;
mod edit_distance;
mod errors;
mod fragments;
mod kind;
mod picture;
mod reactive;
mod rename;
mod resource;
#[cfg(test)]
mod tests;
mod types;

use errors::Errors;
use proc_macro::TokenStream;

/// Declares a graph. See `signal_kernel::reactive`.
#[proc_macro]
pub fn reactive(input: TokenStream) -> TokenStream {
    with_errors(reactive::reactive(input.into()))
}

/// Turns an async function into a resource. See `signal_kernel::resource`.
#[proc_macro_attribute]
pub fn resource(options: TokenStream, item: TokenStream) -> TokenStream {
    resource::resource(options.into(), item.into()).into()
}

/// `reactive!` with rustc's answers to its predicates: `[1 0] struct …`.
#[doc(hidden)]
#[proc_macro]
pub fn reactive_where(input: TokenStream) -> TokenStream {
    with_errors(reactive::answered(input.into()))
}

/// The additions of `#[resource]` to a function, with rustc's answers to its predicates: `[1 0] (options) async fn …`.
#[doc(hidden)]
#[proc_macro]
pub fn resource_where(input: TokenStream) -> TokenStream {
    resource::answered(input.into()).into()
}

/// The section *Graph* of a struct's documentation, as a string literal. Only rustdoc expands it.
#[doc(hidden)]
#[proc_macro]
pub fn __picture(input: TokenStream) -> TokenStream {
    picture::picture(input.into()).into()
}

fn with_errors((mut output, errors): (proc_macro2::TokenStream, Errors)) -> TokenStream {
    // Errors come last: they must not move the tokens in front of an editor's cursor.
    output.extend(errors.into_constant());
    output.into()
}
