//! The rules on the function of a `#[resource]`: the list `RULES`.
//!
//! Invariants: only a function that keeps every rule becomes [`Added::Working`]; each rule reports by itself, so that
//! one build reports all mistakes.
//!
//! Must not know: the emitted items. Only rustc knows whether an alias is a `Result`, and whether the future is `Send`.

mod streams;
mod types;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, ExprPath, FnArg, Generics, Pat, ReturnType, Signature, Type, Visibility};

use self::streams::{Stream, folds_a_stream, names_items, owns_folded, stream};
use self::types::{first, is_no_result, owned_type, stands_alone};
use super::parse::{Fold, Function, Options};
use crate::errors::Errors;
use crate::types::Mention;

/// The items to emit beside the function.
pub(super) enum Added<'a> {
    Working(Resource<'a>),
    /// The function breaks a rule, but its output is known.
    Placeholder(Resource<'a>),
    /// The function breaks a rule, and its output means nothing outside of it.
    Nothing,
}

pub(super) struct Resource<'a> {
    /// The `cfg` and `allow` attributes of the function.
    pub(super) attrs: Vec<&'a Attribute>,
    pub(super) vis: &'a Visibility,
    pub(super) name: &'a Ident,
    /// Types and consts with their bounds.
    pub(super) generics: Generics,
    pub(super) params: Vec<Param<'a>>,
    /// The output of the function, or the items of its stream. `None`: the function yields `()`.
    pub(super) output: Option<&'a Type>,
    /// The function returns a stream.
    pub(super) stream: bool,
    /// The answer that the items make, and the function that takes an item into it.
    pub(super) fold: Option<(&'a Type, Option<&'a ExprPath>)>,
    pub(super) infallible: bool,
    pub(super) local: bool,
}

/// A parameter of the function, with a hygienic name.
pub(super) struct Param<'a> {
    pub(super) name: Ident,
    pub(super) ty: &'a Type,
    /// It receives the token instead of an argument.
    pub(super) cancel: bool,
}

/// Not for methods, which have no place for added items and are reported before.
const RULES: [fn(&Function, &Options, &mut Errors); 10] = [
    is_async_or_streams,
    names_items,
    folds_a_stream,
    owns_folded,
    is_safe,
    has_no_lifetimes,
    owns_arguments,
    names_arguments,
    takes_one_token,
    returns_result,
];

pub(super) fn check<'a>(
    function: &'a Function,
    options: &'a Options,
    errors: &mut Errors,
) -> Added<'a> {
    if is_method(function, errors) {
        return Added::Nothing;
    }
    let before = errors.count();
    for rule in RULES {
        rule(function, options, errors);
    }
    let is_malformed = |fold: &Fold| fold.function.is_none(); // it has been reported
    let keeps_rules = errors.count() == before && !options.fold.as_ref().is_some_and(is_malformed);

    let sig = &function.sig;
    let output = output(sig);
    let fold = options.fold.as_ref();
    let fold = fold.and_then(|fold| Some((fold.ty.as_ref()?, fold.function.as_ref())));
    if !output.is_none_or(stands_alone) {
        if keeps_rules {
            names_output(sig, errors);
        }
        return Added::Nothing;
    }
    let lifetimes = sig.generics.lifetimes().count();
    if lifetimes > 0 && lifetimes < sig.generics.params.len() {
        return Added::Nothing; // the other parameters may depend on them
    }
    // rustc itself reports a lifetime that is not declared.
    let known = arguments(sig).all(|ty| first(ty, Mention::Named).is_none());
    let resource = Resource {
        attrs: function
            .attrs
            .iter()
            .filter(|attr| is_shared(attr))
            .collect(),
        vis: &function.vis,
        name: &sig.ident,
        generics: if lifetimes > 0 {
            Generics::default()
        } else {
            sig.generics.clone()
        },
        params: params(function),
        output,
        stream: stream(sig).is_some(),
        fold: fold.filter(|(ty, _)| stands_alone(ty)),
        infallible: options.infallible || output.is_none_or(is_no_result),
        local: options.local,
    };
    if keeps_rules && known {
        Added::Working(resource)
    } else {
        Added::Placeholder(resource)
    }
}

fn is_method(function: &Function, errors: &mut Errors) -> bool {
    let sig = &function.sig;
    let wrong = match sig.receiver() {
        Some(receiver) => Some(Ident::from(receiver.self_token)),
        None if function.body.to_string() == ";" => Some(sig.ident.clone()),
        None => {
            let (inputs, output) = (&sig.inputs, &sig.output);
            find_self(quote!(#inputs #output))
        }
    };
    if let Some(wrong) = &wrong {
        errors
            .push(
                "SK015",
                wrong,
                "a `#[resource]` function cannot be a method",
            )
            .help("move it out of the `impl`, and pass its arguments by value");
    }
    wrong.is_some()
}

fn find_self(tokens: TokenStream) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => Some(ident),
        TokenTree::Group(group) => find_self(group.stream()),
        _ => None,
    })
}

fn is_async_or_streams(function: &Function, _: &Options, errors: &mut Errors) {
    let sig = &function.sig;
    match (sig.asyncness, stream(sig)) {
        (None, None) => {
            let text = "a `#[resource]` function is async, or returns a stream";
            errors.push("SK015", sig.fn_token, text).help(format!(
                "write `async fn {}`, or return an `impl Stream<Item = Result<T, E>>`",
                sig.ident
            ));
        }
        (Some(token), Some(_)) => {
            let text = "a `#[resource]` function that returns a stream is not async";
            errors.push("SK015", token, text).help(
                "remove `async`; if it has to connect first: \
                 `stream::once(connect()).try_flatten()`",
            );
        }
        _ => {}
    }
}

fn is_safe(function: &Function, _: &Options, errors: &mut Errors) {
    if let syn::Safety::Unsafe(token) = function.sig.safety {
        errors
            .push("SK015", token, "a `#[resource]` function is safe to call")
            .help("move the `unsafe` into its body");
    }
}

fn has_no_lifetimes(function: &Function, _: &Options, errors: &mut Errors) {
    for param in function.sig.generics.lifetimes() {
        errors
            .push(
                "SK015",
                &param.lifetime,
                "a `#[resource]` function owns its arguments: no lifetime parameters",
            )
            .help("take the values themselves, or share them in an `Arc`");
    }
}

/// Named lifetimes are reported once, at the lifetime parameter.
fn owns_arguments(function: &Function, _: &Options, errors: &mut Errors) {
    for ty in arguments(&function.sig) {
        if let Some(tokens) = first(ty, Mention::Elided) {
            errors
                .push(
                    "SK015",
                    tokens,
                    "a `#[resource]` function owns its arguments: this one is borrowed",
                )
                .help(owned_type(ty));
        }
    }
}

fn names_arguments(function: &Function, _: &Options, errors: &mut Errors) {
    for ty in arguments(&function.sig) {
        if let Some(tokens) = first(ty, Mention::Opaque) {
            errors
                .push(
                    "SK015",
                    tokens,
                    "a `#[resource]` function names the types of its arguments",
                )
                .help(
                    "make the `impl` a type parameter, and name the type in the call: \
                     `fetch::<User>(id)`",
                );
        }
    }
}

fn takes_one_token(function: &Function, _: &Options, errors: &mut Errors) {
    for (_, attr) in function.cancel.iter().skip(1) {
        errors
            .push("SK010", attr, "`#[cancel]` is given twice")
            .help("one token is enough: it can be cloned");
    }
}

/// Reports a type that surely is no `Result`. rustc judges the other types, with more than one error.
fn returns_result(function: &Function, options: &Options, errors: &mut Errors) {
    let sig = &function.sig;
    if options.infallible {
        return;
    }
    if let Some(stream) = stream(sig) {
        if let Some(item) = stream.item.filter(|item| is_no_result(item)) {
            errors
                .push("SK015", item, "a `#[resource]` stream yields `Result`s")
                .help("for a stream that cannot fail, write `#[resource(infallible)]`");
        }
        return;
    }
    // A function without `async` may return a future.
    if sig.asyncness.is_none() {
        return;
    }
    let tokens = match output(sig) {
        None => sig.ident.to_token_stream(),
        Some(ty) if is_no_result(ty) => ty.to_token_stream(),
        Some(_) => return,
    };
    errors
        .push(
            "SK015",
            tokens,
            "a `#[resource]` function returns a `Result`",
        )
        .help("for a function that cannot fail, write `#[resource(infallible)]`");
}

/// Checked only in a function without other mistakes. rustc itself reports an output with a lifetime of no argument.
fn names_output(sig: &Signature, errors: &mut Errors) {
    if let Some(tokens) = output(sig).and_then(|ty| first(ty, Mention::Opaque)) {
        let text = match stream(sig) {
            Some(_) => "a `#[resource]` stream names the type of its items",
            None => "a `#[resource]` function names the type it returns",
        };
        errors
            .push("SK015", tokens, text)
            .help("write the type itself, or a `Box<dyn Trait>`");
    }
}

fn arguments(sig: &Signature) -> impl Iterator<Item = &Type> {
    sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&*typed.ty),
        FnArg::Receiver(_) => None,
    })
}

/// The returned type, or that of the items of a stream.
fn output(sig: &Signature) -> Option<&Type> {
    match (&sig.output, stream(sig)) {
        (ReturnType::Default, _) => None,
        (
            ReturnType::Type(..),
            Some(Stream {
                item: Some(item), ..
            }),
        ) => Some(item),
        (ReturnType::Type(_, ty), _) => Some(ty),
    }
}

/// Whether the added items carry this attribute of the function too.
fn is_shared(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg") || attr.path().is_ident("allow")
}

/// A parameter keeps its name if its pattern is one, for rustc's notes about a wrong call.
fn params(function: &Function) -> Vec<Param<'_>> {
    let mut params = Vec::new();
    for (index, input) in function.sig.inputs.iter().enumerate() {
        let FnArg::Typed(typed) = input else { continue };
        let (mut name, span) = match &*typed.pat {
            Pat::Ident(pat) => (pat.ident.clone(), pat.ident.span()),
            pat => (format_ident!("__argument_{index}"), pat.span()),
        };
        name.set_span(Span::mixed_site().located_at(span)); // hides no name of the user's
        params.push(Param {
            name,
            ty: &typed.ty,
            cancel: function.cancel.iter().any(|(marked, _)| *marked == index),
        });
    }
    params
}
