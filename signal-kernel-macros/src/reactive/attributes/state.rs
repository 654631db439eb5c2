//! `#[state(..)]`: on a struct the name of its state and the attributes of that struct, on an item those of its field.
//!
//! Invariants: a struct of the state has a name that the graph leaves free; a predicate stands on an item of the
//! declaration, never inside `state(..)`.
//!
//! Must not know: the kinds of item; which items there are.

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Meta, Path, Token};

use crate::errors::Errors;
use crate::reactive::model::State;

/// `#[state(skip)]` or `#[state(serde(default))]` on an item.
pub(crate) struct Saved {
    /// `state`, for a message on it.
    pub(crate) path: Path,
    pub(crate) skip: bool,
    /// The attributes of the field, in the order of the text.
    pub(crate) attrs: Vec<Meta>,
}

impl Saved {
    /// An item that the state cannot hold.
    pub(crate) fn skipped(state: &Ident) -> Self {
        Saved {
            path: state.clone().into(),
            skip: true,
            attrs: Vec::new(),
        }
    }
}

pub(super) fn of_struct(attr: &Attribute, errors: &mut Errors) -> Option<State> {
    let name_and_attributes = |input: ParseStream| {
        let name: Ident = input.parse()?;
        let mut attrs = Vec::new();
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
            attrs.extend(Punctuated::<Meta, Token![,]>::parse_terminated(input)?);
        }
        Ok(State { name, attrs })
    };
    match attr.parse_args_with(name_and_attributes) {
        Ok(State { name, attrs }) if name != "skip" => {
            let attrs = without_predicates(attrs, errors);
            Some(State { name, attrs })
        }
        _ => {
            errors
                .push("SK010", &attr.meta, "expected `#[state(Name, attribute, ..)]`")
                .help("`Name` is the struct that `state()` returns, and `derive(Clone)` and the like go onto it");
            None
        }
    }
}

pub(super) fn of_item(attr: &Attribute, errors: &mut Errors) -> Option<Saved> {
    let list = Punctuated::<Meta, Token![,]>::parse_terminated;
    let attrs = match &attr.meta {
        Meta::List(_) => attr.parse_args_with(list).ok(),
        Meta::Path(_) | Meta::NameValue(_) => None,
    };
    let Some(attrs) = attrs.filter(|attrs| !attrs.is_empty()) else {
        let text = "expected `#[state(skip)]` or `#[state(attribute, ..)]`";
        errors
            .push("SK010", &attr.meta, text)
            .help("`skip` leaves the item out of the state, any other attribute goes onto its field there");
        return None;
    };
    let attrs: Vec<Meta> = attrs.into_iter().collect();
    let skip = attrs.iter().any(|meta| meta.path().is_ident("skip"));
    if skip && attrs.len() > 1 {
        errors
            .push("SK010", &attr.meta, "expected `#[state(skip)]`")
            .help("an item that is left out has no field to which an attribute could go");
    }
    Some(Saved {
        path: attr.path().clone(),
        skip,
        attrs: without_predicates(attrs, errors),
    })
}

/// A field or struct that `cfg` removes would be missing in the methods.
fn without_predicates(mut attrs: Vec<Meta>, errors: &mut Errors) -> Vec<Meta> {
    attrs.retain(|meta| {
        let is_predicate = meta.path().is_ident("cfg");
        if is_predicate {
            errors
                .push("SK010", meta, "attribute `cfg` has no meaning in `state(..)`")
                .help("switch the item off by `#[cfg(..)]`, or its attribute by `#[cfg_attr(.., state(..))]`");
        }
        !is_predicate
    });
    attrs
}
