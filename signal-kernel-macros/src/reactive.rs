//! `reactive!`: structs are declared as graphs. Each stage takes the product of the stage before.
//!
//! Invariants: a mistake in one struct does not affect the others; every mistake is reported in one build.
//!
//! Must not know: the syntax and the rules of the stages.

mod attributes;
mod check;
mod expand;
mod itself;
mod lower;
mod model;
mod names;
mod options;
mod order;
mod parse;
mod split;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream, TokenTree};

use crate::conditions::Conditions;
use crate::errors::Errors;
use crate::rename;
use model::{Graph, Sketch};

pub(crate) fn reactive(input: TokenStream) -> (TokenStream, Errors) {
    declared(input, None)
}

/// The same input behind rustc's answers to its predicates.
pub(crate) fn answered(input: TokenStream) -> (TokenStream, Errors) {
    let mut input = input.into_iter();
    let answers = input.next();
    declared(input.collect(), answers.as_ref())
}

/// If the input has predicates and `answers` is `None`, the output is the helper macros that ask rustc.
fn declared(input: TokenStream, answers: Option<&TokenTree>) -> (TokenStream, Errors) {
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
    input: &TokenStream,
    structs: TokenStream,
    answers: Option<&TokenTree>,
    errors: &mut Errors,
) -> TokenStream {
    if structs.is_empty() {
        errors.push_at("SK019", Span::call_site(), "expected `struct Name { … }`");
    }
    let structs = split::structs(structs);
    let conditions = conditions(&structs);
    let conditions = match answers {
        None if !conditions.is_empty() => {
            // The expansion with the answers reports every mistake.
            std::mem::replace(errors, Errors::new()).forget();
            return conditions.ask("reactive_where", input);
        }
        None => conditions,
        Some(answers) => conditions.answered(answers),
    };
    let structs = structs.into_iter();
    let structs = structs.filter_map(|part| resolved(part, &conditions, errors));
    let structs: Vec<split::Struct> = structs.collect();
    expanded(structs, errors)
}

/// The predicates of all structs and their items.
fn conditions(structs: &[split::Struct]) -> Conditions {
    let mut conditions = Conditions::default();
    for part in structs {
        conditions.collect(part.head.clone());
        for item in &part.items {
            conditions.collect(item.tokens.clone());
        }
    }
    conditions
}

/// A struct without the items that are switched off; `None` if it is switched off itself.
fn resolved(
    part: split::Struct,
    conditions: &Conditions,
    errors: &mut Errors,
) -> Option<split::Struct> {
    let mut resolved = split::Struct {
        head: conditions.resolve(part.head, errors)?,
        items: Vec::new(),
        absent: part.absent,
    };
    for item in part.items {
        match conditions.resolve(item.tokens.clone(), errors) {
            Some(tokens) => resolved.items.push(split::Item { tokens, ..item }),
            None => resolved.absent.extend(split::item_name(item.tokens)),
        }
    }
    Some(resolved)
}

/// Expands each struct alone: a mistake in one does not affect the others.
fn expanded(structs: Vec<split::Struct>, errors: &mut Errors) -> TokenStream {
    let mut output = TokenStream::new();
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
