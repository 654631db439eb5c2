//! A body with the facts that the rules judge, and the outcome.
//!
//! Must not know: the rules.

use std::cell::Cell;

use quote::ToTokens;
use syn::{Ident, Path, Type};

use crate::reactive::attributes::Attributes;
use crate::reactive::names::Facts;
use crate::reactive::parse::Item;

pub(crate) struct CheckedNode {
    /// The index of its item.
    pub(crate) item: usize,
    pub(crate) attributes: Attributes,
    /// The mentions in its value, body or call.
    pub(crate) facts: Facts,
    /// The nodes that it reads for certain: a guess from broken tokens is no dependency.
    pub(crate) dependencies: Vec<usize>,
    /// Its value, body or call does not parse or carries an error.
    pub(crate) broken: bool,
    /// The keys that a list follows.
    pub(crate) keys: Option<CheckedBody>,
    /// Of a graph inside or a list, in the order of the text.
    pub(crate) feeds: Vec<CheckedBody>,
}

/// A further body of an item.
pub(crate) struct CheckedBody {
    pub(crate) facts: Facts,
    pub(crate) broken: bool,
}

/// A body, and the facts about its graph that a rule on bodies needs.
pub(super) struct Body<'a> {
    pub(super) graph: &'a Ident,
    pub(super) item: &'a Item,
    pub(super) attributes: &'a Attributes,
    /// The index of its node, if the item can be one.
    pub(super) node: Option<usize>,
    pub(super) facts: &'a Facts,
    pub(super) place: Place,
    /// The nodes by index.
    pub(super) nodes: &'a [&'a Item],
    /// The names a body may mention.
    pub(super) known: &'a [String],
    /// The number of pairs of names that may still be compared: see `MOST_COMPARISONS`.
    pub(super) comparisons: &'a Cell<usize>,
    /// Names of items that are switched off: rustc reports their uses.
    pub(super) absent: &'a [String],
    /// All items, and the names of those without a kind.
    pub(super) items: &'a [Item],
    pub(super) poisoned: &'a [Ident],
    /// The struct names a way to sleep.
    pub(super) sleeps: bool,
}

/// The place of a body in its item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The value, body, call or arguments.
    Itself,
    /// The keys that a list follows.
    Keys,
    Feed,
}

/// The last name of a type that is a path, or all of the type.
pub(super) fn last_of_type(ty: &Type) -> String {
    match ty {
        Type::Path(ty) => last(&ty.path),
        _ => ty.to_token_stream().to_string(),
    }
}

/// The last name of a path.
pub(super) fn last(path: &Path) -> String {
    path.segments
        .last()
        .map(|last| last.ident.to_string())
        .unwrap_or_default()
}
