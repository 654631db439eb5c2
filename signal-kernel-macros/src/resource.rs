//! `#[resource]`: an async function, or one that returns a stream, that a graph can call by name, typed end to end.
//!
//! Invariants: the function is emitted as the user wrote it, with its body unparsed and `#[cancel]` removed; the added
//! items follow it, errors come last. A function that breaks a rule still gets its type if its output can be named, so
//! that one mistake is one error.
//!
//! Must not know: `reactive!`, and the runtime's use of the future.

mod check;
mod expand;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use self::check::Added;
use self::parse::{Function, Options};
use crate::errors::Errors;
use crate::rename;

/// The attribute: parse, check, expand.
pub(crate) fn resource(options: TokenStream, item: TokenStream) -> TokenStream {
    let (mut tokens, errors) = run(options, item);
    tokens.extend(errors.into_compile_errors());
    tokens
}

/// The items that are added to a function, with rustc's answers to the predicates on its parameters.
pub(crate) fn answered(input: TokenStream) -> TokenStream {
    let mut input = input.into_iter();
    let (answers, options) = (input.next(), input.next());
    let options = match options {
        Some(TokenTree::Group(options)) => options.stream(),
        _ => TokenStream::new(),
    };
    let mut errors = Errors::new();
    let mut tokens = TokenStream::new();
    let options = parse::options(options, &mut errors);
    let item: TokenStream = input.collect();
    if let (Some(mut function), Some(answers)) = (
        parse::function(rename::set_aside(options.path.as_ref(), item), &mut errors),
        answers,
    ) {
        let conditions = function.conditions().answered(&answers);
        function.resolve(&conditions, &mut errors);
        function.take_cancel(&mut errors);
        tokens = added(&function, &options, &mut errors);
    }
    tokens = rename::restore(options.path.as_ref(), tokens);
    tokens.extend(errors.into_compile_errors());
    tokens
}

fn run(options: TokenStream, item: TokenStream) -> (TokenStream, Errors) {
    let mut errors = Errors::new();
    let given = options.clone();
    let options = parse::options(options, &mut errors);
    let path = options.path.as_ref();
    let item = rename::set_aside(path, item);
    let Some(mut function) = parse::function(item.clone(), &mut errors) else {
        return (rename::restore(path, parse::without_cancel(item)), errors);
    };
    let conditions = function.conditions();
    if conditions.is_empty() {
        function.resolve(&conditions, &mut errors);
        function.take_cancel(&mut errors);
        let added = added(&function, &options, &mut errors);
        return (rename::restore(path, quote!(#function #added)), errors);
    }
    // The expansion with the answers reports every mistake.
    errors.forget();
    let (attrs, vis, sig) = (&function.attrs, &function.vis, &function.sig);
    let body = match function.body.to_string().as_str() {
        ";" => quote!(;),
        _ => quote!({}),
    };
    let asked = conditions.ask(
        "resource_where",
        &quote!((#given) #(#attrs)* #vis #sig #body),
    );
    let asked = rename::with_root(path, asked);
    let mut reported_later = Errors::new();
    function.take_cancel(&mut reported_later);
    reported_later.forget();
    (
        rename::restore(path, quote!(#function #asked)),
        Errors::new(),
    )
}

fn added(function: &Function, options: &Options, errors: &mut Errors) -> TokenStream {
    let added = match check::check(function, options, errors) {
        Added::Working(resource) => expand::working(&resource),
        Added::Placeholder(resource) => expand::placeholder(&resource),
        Added::Nothing => TokenStream::new(),
    };
    rename::with_root(options.path.as_ref(), added)
}
