//! The macros of `signal-kernel`. Use them through that crate, where they are documented.

mod attributes;
mod check;
mod errors;
mod expand;
mod fragments;
mod lower;
mod model;
mod names;
mod order;
mod owned;
mod parse;
mod resource;
mod similar;
mod split;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use proc_macro2::{Span, TokenStream as TokenStream2};

use errors::Errors;

/// Declares a graph. See `signal_kernel::reactive`.
#[proc_macro]
pub fn reactive(input: TokenStream) -> TokenStream {
    let (mut output, errors) = reactive2(input.into());
    // Last, so that an editor finds what stands before them where it looks for it.
    output.extend(errors.into_constant());
    output.into()
}

/// Turns an async function into a resource. See `signal_kernel::resource`.
#[proc_macro_attribute]
pub fn resource(options: TokenStream, item: TokenStream) -> TokenStream {
    resource::resource(options.into(), item.into()).into()
}

/// Each struct by itself: a mistake in one keeps no other from being whole.
fn reactive2(input: TokenStream2) -> (TokenStream2, Errors) {
    let mut errors = Errors::new();
    let mut output = TokenStream2::new();
    if input.is_empty() {
        errors.push("SK019", Span::call_site(), "expected `struct Name { … }`");
    }
    for part in split::structs(input) {
        let before = errors.count();
        let Some(draft) = parse::parse(part, &mut errors) else {
            continue;
        };
        let checked = check::check(draft, &mut errors);
        let order = check::acyclic(&checked, &mut errors);
        let order = order.filter(|_| errors.count() == before);
        output.extend(expand::expand(&checked.graph, order.as_deref()));
    }
    (output, errors)
}
