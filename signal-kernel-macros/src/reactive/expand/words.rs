//! Words of the descriptions that the templates of the runtime take: numbers, marks, parts of a resource.
//!
//! Must not know: nodes, plans.

use crate::reactive::model::Observed;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

/// A number whose type follows from its use.
pub(super) fn number(number: usize) -> Literal {
    Literal::usize_unsuffixed(number)
}

/// The constant of a part of a resource.
pub(super) fn part_name(part: Observed) -> Ident {
    let name = match part {
        Observed::Whole => "TRANSITION",
        Observed::Value => "VALUE",
        Observed::Stable => "STABLE",
        Observed::Error => "ERROR",
        Observed::Status => "STATUS",
        Observed::NewValue => "NEW_VALUE",
        Observed::NewStable => "NEW_STABLE",
        Observed::NewError => "NEW_ERROR",
    };
    format_ident!("{name}")
}

/// The call that marks dependents of the node of this rank.
pub(super) fn mark(rank: usize, word: u32, bits: u64) -> TokenStream {
    let (is_near, bits) = (word as usize == rank / 64, Literal::u64_unsuffixed(bits));
    let word = number(word as usize).into_token_stream();
    if is_near {
        quote!(mark (#bits))
    } else {
        quote!(mark_far (#word, #bits))
    }
}
