//! `#[resource]`: an async function that a graph can call by name, typed end to end.
//!
//! Invariants: the function comes out as the user wrote it, its body unparsed, only `#[cancel]`
//! removed; whatever is added stands after it, and errors stand last. A function that breaks a rule
//! still gets its type where what it yields can be named, so that one mistake is one error.
//!
//! Must not know: `reactive!`, or how the runtime polls the future.

mod check;
mod expand;
mod mentions;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use self::check::Added;
use crate::errors::Errors;

/// The attribute: parse, check, expand.
pub(crate) fn resource(options: TokenStream, item: TokenStream) -> TokenStream {
    let (mut tokens, errors) = run(options, item);
    tokens.extend(errors.into_compile_errors());
    tokens
}

fn run(options: TokenStream, item: TokenStream) -> (TokenStream, Errors) {
    let mut errors = Errors::new();
    let options = parse::options(options, &mut errors);
    let Some(function) = parse::function(item.clone(), &mut errors) else {
        return (parse::without_cancel(item), errors);
    };
    let added = match check::check(&function, &options, &mut errors) {
        Added::Working(resource) => expand::working(&resource),
        Added::Placeholder(resource) => expand::placeholder(&resource),
        Added::Nothing => TokenStream::new(),
    };
    (quote!(#function #added), errors)
}
