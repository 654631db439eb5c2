//! The rules on the function of a `#[resource]`: the list `RULES`.
//!
//! Invariants: only a function that keeps every rule becomes [`Added::Working`]; each rule reports by itself, so that
//! one build reports all mistakes.
//!
//! Must not know: the emitted items. Only rustc knows whether an alias is a `Result`, and whether the future is `Send`.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Generics, Pat, PathSegment, ReturnType, Signature, Type, Visibility};

use super::parse::{Function, Options};
use crate::errors::Errors;
use crate::types::{Mention, PRIMITIVES, mentions};

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
    /// `None`: the function yields `()`.
    pub(super) output: Option<&'a Type>,
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
const RULES: [fn(&Function, &Options, &mut Errors); 7] = [
    is_async,
    is_safe,
    has_no_lifetimes,
    owns_arguments,
    names_arguments,
    takes_one_token,
    returns_result,
];

pub(super) fn check<'a>(
    function: &'a Function,
    options: &Options,
    errors: &mut Errors,
) -> Added<'a> {
    if is_method(function, errors) {
        return Added::Nothing;
    }
    let before = errors.count();
    for rule in RULES {
        rule(function, options, errors);
    }
    let keeps_rules = errors.count() == before;

    let sig = &function.sig;
    let output = output(sig);
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
        infallible: options.infallible || output.is_none_or(is_no_result),
        local: options.local,
    };
    if keeps_rules && known {
        Added::Working(resource)
    } else {
        Added::Placeholder(resource)
    }
}

/// The first mention of this kind. A `fn(..)` has elided lifetimes of its own.
fn first(ty: &Type, wanted: Mention) -> Option<TokenStream> {
    let mut found = mentions(ty).into_iter();
    let found = found
        .find(|found| found.mention == wanted && (wanted != Mention::Elided || !found.in_callable));
    found.map(|found| found.tokens)
}

/// Whether the type means the same outside its function.
fn stands_alone(ty: &Type) -> bool {
    [Mention::Elided, Mention::Named, Mention::Opaque]
        .into_iter()
        .all(|mention| first(ty, mention).is_none())
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

fn is_async(function: &Function, _: &Options, errors: &mut Errors) {
    let sig = &function.sig;
    if sig.asyncness.is_none() {
        errors
            .push("SK015", sig.fn_token, "a `#[resource]` function is async")
            .help(format!("write `async fn {}`", sig.ident));
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

/// The type to take instead of a reference.
fn owned_type(ty: &Type) -> String {
    let name = |ty: &Type| plain_name(ty).map(|segment| segment.ident.to_string());
    let owned = match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) => name(&slice.elem).map(|name| format!("Vec<{name}>")),
            ty => match name(ty).as_deref() {
                Some("str") => Some("String".to_owned()),
                Some("Path") => Some("PathBuf".to_owned()),
                name => name.map(str::to_owned),
            },
        },
        _ => None,
    };
    let owned = owned.map_or("the value itself".to_owned(), |name| format!("a `{name}`"));
    format!("take {owned}, or share it in an `Arc`")
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
    // A function without `async` may return a future.
    if options.infallible || sig.asyncness.is_none() {
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

/// Whether a type can be no alias of a `Result`.
fn is_no_result(ty: &Type) -> bool {
    const OTHERS: [&str; 16] = [
        "Arc", "BTreeMap", "BTreeSet", "Box", "Cow", "Duration", "HashMap", "HashSet", "Instant",
        "Option", "PathBuf", "Rc", "String", "Vec", "VecDeque", "str",
    ];
    let is_known = |name: &Ident| PRIMITIVES.iter().chain(&OTHERS).any(|known| name == known);
    match ty {
        Type::Array(_) | Type::FnPtr(_) | Type::Ptr(_) | Type::Reference(_) => true,
        Type::Slice(_) | Type::TraitObject(_) | Type::Tuple(_) => true,
        ty => plain_name(ty).is_some_and(|segment| is_known(&segment.ident)),
    }
}

/// The type of a path that is a single name, with or without arguments.
fn plain_name(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) if path.qself.is_none() && path.path.segments.len() == 1 => {
            path.path.segments.first()
        }
        _ => None,
    }
}

/// Checked only in a function without other mistakes. rustc itself reports an output with a lifetime of no argument.
fn names_output(sig: &Signature, errors: &mut Errors) {
    if let Some(tokens) = output(sig).and_then(|ty| first(ty, Mention::Opaque)) {
        errors
            .push(
                "SK015",
                tokens,
                "a `#[resource]` function names the type it returns",
            )
            .help("write the type itself, or a `Box<dyn Trait>`");
    }
}

fn arguments(sig: &Signature) -> impl Iterator<Item = &Type> {
    sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&*typed.ty),
        FnArg::Receiver(_) => None,
    })
}

fn output(sig: &Signature) -> Option<&Type> {
    match &sig.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(ty),
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
