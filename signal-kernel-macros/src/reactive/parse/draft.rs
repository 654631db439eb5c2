//! The struct and its items, as they were written.
//!
//! Must not know: the grammar.

use proc_macro2::TokenStream;
use syn::{Attribute, Generics, Ident, Type, Visibility};

use super::inside::Feed;
use super::list::{Keys, List, Maker};
use super::per::Per;
use super::value::Value;
use crate::kind::NodeKind;

/// A struct as it was written.
pub(crate) struct Draft {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) items: Vec<Item>,
    /// Names of items whose kind is unknown: a body that mentions one cannot be judged.
    pub(crate) poisoned: Vec<Ident>,
    /// Words in place of a keyword: of the item with this index, or of one before it without a kind.
    pub(crate) unexpected: Vec<(usize, Ident)>,
    /// Names of items that a `cfg` switches off.
    pub(crate) absent: Vec<String>,
}

/// An item as it was written.
pub(crate) struct Item {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) kind: NodeKind,
    pub(crate) mutable: bool,
    pub(crate) name: Ident,
    /// `None` if the item has no type, or one that does not parse.
    pub(crate) ty: Option<Type>,
    pub(crate) value: Value,
    /// Of a signal that starts anew.
    pub(crate) per: Option<Per>,
    /// Of a list.
    pub(crate) list: Option<List>,
    /// Of a graph inside, or of a list.
    pub(crate) feeds: Vec<Feed>,
    /// The tokens behind the `=` and before `per`, the block of an effect, or the arguments of a graph inside, as written.
    pub(crate) raw: TokenStream,
    /// Set by a rule that the item breaks, so that it cannot be a node.
    pub(crate) rejected: bool,
}

impl Item {
    /// The keys that a list follows.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        self.list.as_ref()?.keys.as_ref()
    }

    /// The maker of a list's rows.
    pub(crate) fn maker(&self) -> Option<&Maker> {
        self.list.as_ref()?.maker.as_ref()
    }

    /// Whether this is a list whose rows are made, with arguments that parse.
    pub(crate) fn has_arguments(&self) -> bool {
        let maker = self.maker();
        maker.is_some_and(|maker| matches!(maker.arguments, Value::Made(_)))
    }
}
