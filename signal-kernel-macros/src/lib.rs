//! The macros of `signal-kernel`. Use them through that crate, where they are documented.

mod attributes;
mod check;
mod conditions;
mod edit_distance;
mod errors;
mod expand;
mod fragments;
mod itself;
mod kind;
mod lower;
mod model;
mod names;
mod options;
mod order;
mod parse;
mod picture;
mod rename;
mod resource;
mod split;
#[cfg(test)]
mod tests;
mod types;

use proc_macro::TokenStream;
use proc_macro2::{Span, TokenStream as TokenStream2, TokenTree};

use conditions::Conditions;
use errors::Errors;
use model::{Graph, Sketch};

/// Declares a graph. See `signal_kernel::reactive`.
#[proc_macro]
pub fn reactive(input: TokenStream) -> TokenStream {
    with_errors(reactive2(input.into()))
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
    let mut input = TokenStream2::from(input).into_iter();
    let answers = input.next();
    with_errors(declared(input.collect(), answers.as_ref()))
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

fn with_errors((mut output, errors): (TokenStream2, Errors)) -> TokenStream {
    // Errors come last: they must not move the tokens in front of an editor's cursor.
    output.extend(errors.into_constant());
    output.into()
}

fn reactive2(input: TokenStream2) -> (TokenStream2, Errors) {
    declared(input, None)
}

/// If the input has predicates and `answers` is `None`, the output is the helper macros that ask rustc.
fn declared(input: TokenStream2, answers: Option<&TokenTree>) -> (TokenStream2, Errors) {
    let mut errors = Errors::new();
    let (path, structs) = options::options(input.clone(), &mut errors);
    let path = path.as_ref();
    let [input, structs] = [input, structs].map(|tokens| rename::set_aside(path, tokens));
    let output = asked_or_expanded(&input, structs, answers, &mut errors);
    let output = rename::with_root(path, output);
    (rename::restore(path, output), errors)
}

/// `structs` is the input behind the options.
fn asked_or_expanded(
    input: &TokenStream2,
    structs: TokenStream2,
    answers: Option<&TokenTree>,
    errors: &mut Errors,
) -> TokenStream2 {
    if structs.is_empty() {
        errors.push_at("SK019", Span::call_site(), "expected `struct Name { … }`");
    }
    let mut structs = split::structs(structs);
    let conditions = Conditions::of(&structs);
    match answers {
        None if !conditions.is_empty() => {
            // The expansion with the answers reports every mistake.
            std::mem::replace(errors, Errors::new()).forget();
            return conditions.ask("reactive_where", input);
        }
        None => conditions.apply(&mut structs, errors),
        Some(answers) => conditions.answered(answers).apply(&mut structs, errors),
    }
    expanded(structs, errors)
}

/// Expands each struct alone: a mistake in one does not affect the others.
fn expanded(structs: Vec<split::Struct>, errors: &mut Errors) -> TokenStream2 {
    let mut output = TokenStream2::new();
    for part in structs {
        let before = errors.count();
        let Some(draft) = parse::parse(part, errors) else {
            continue;
        };
        let checked = check::check(draft, errors);
        let order = check::acyclic(&checked, errors);
        let (declaration, broken) = lower::lower(checked);
        output.extend(match order.filter(|_| errors.count() == before) {
            Some(order) => expand::graph(&Graph { declaration, order }),
            None => expand::sketch(&Sketch {
                declaration,
                broken,
            }),
        });
    }
    output
}
