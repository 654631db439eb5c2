//! The stream that a function returns, and the rules on it and on the answer that its items make.
//!
//! Must not know: the other rules.

use proc_macro2::Ident;
use syn::{GenericArgument, PathArguments, ReturnType, Signature, Type, TypeParamBound};

use super::types::{first, owned_type};
use crate::errors::Errors;
use crate::resource::parse::{Function, Options};
use crate::types::Mention;

/// `impl Stream<Item = ..>`
pub(super) struct Stream<'a> {
    pub(super) name: &'a Ident,
    pub(super) item: Option<&'a Type>,
}

/// The stream that the function returns, known by the name of its trait.
pub(super) fn stream(sig: &Signature) -> Option<Stream<'_>> {
    let ReturnType::Type(_, ty) = &sig.output else {
        return None;
    };
    let Type::ImplTrait(ty) = ungrouped(ty) else {
        return None;
    };
    let last = ty.bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last()?;
            (last.ident == "Stream").then_some(last)
        }
        _ => None,
    })?;
    let item = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::AssocType(given) if given.ident == "Item" => Some(&given.ty),
                _ => None,
            })
        }
        _ => None,
    };
    let name = &last.ident;
    Some(Stream { name, item })
}

/// Removes the group around a fragment.
fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        ty => ty,
    }
}

pub(super) fn names_items(function: &Function, _: &Options, errors: &mut Errors) {
    if let Some(Stream { name, item: None }) = stream(&function.sig) {
        errors
            .push("SK015", name, "a `#[resource]` stream names its items")
            .help("write `impl Stream<Item = Result<T, E>>`");
    }
}

pub(super) fn folds_a_stream(function: &Function, options: &Options, errors: &mut Errors) {
    if let (Some(fold), Some(_), None) =
        (&options.fold, function.sig.asyncness, stream(&function.sig))
    {
        errors
            .push(
                "SK010",
                &fold.word,
                "`fold` has no meaning without a stream",
            )
            .help("an async function has one answer; return an `impl Stream` of its parts");
    }
}

/// The answer of a fold outlives each run.
pub(super) fn owns_folded(_: &Function, options: &Options, errors: &mut Errors) {
    let Some(ty) = options.fold.as_ref().and_then(|fold| fold.ty.as_ref()) else {
        return;
    };
    if let Some(tokens) = first(ty, Mention::Elided) {
        errors
            .push(
                "SK015",
                tokens,
                "the answer of a fold is owned: this one is borrowed",
            )
            .help(owned_type(ty));
    }
    if let Some(tokens) = first(ty, Mention::Opaque) {
        errors
            .push("SK015", tokens, "`fold` names the type of its answer")
            .help("write the type itself, or a `Box<dyn Trait>`");
    }
}
