//! The names a body binds itself, scope by scope.
//!
//! Invariants: a scope is left as often as entered, and takes what was bound in it along.
//!
//! Must not know: nodes.

use std::collections::HashMap;

use syn::{Item, Pat};

use super::{Walk, text};

#[derive(Default)]
pub(super) struct Scopes {
    /// In the order of binding; the end of the list is the innermost scope.
    bound: Vec<String>,
    /// How often each name is bound, shadowed bindings included.
    count: HashMap<String, usize>,
}

/// Remembers where a scope started.
#[must_use]
pub(super) struct Scope(usize);

impl Scopes {
    pub(super) fn enter(&self) -> Scope {
        Scope(self.bound.len())
    }

    pub(super) fn leave(&mut self, scope: Scope) {
        for name in self.bound.drain(scope.0..) {
            if let Some(count) = self.count.get_mut(&name) {
                *count -= 1;
            }
        }
    }

    pub(super) fn bind(&mut self, name: String) {
        *self.count.entry(name.clone()).or_default() += 1;
        self.bound.push(name);
    }

    pub(super) fn binds(&self, name: &str) -> bool {
        self.count.get(name).is_some_and(|count| *count > 0)
    }
}

impl Walk<'_> {
    /// Every name of a pattern, until the scope is left. Its other parts are constants and types.
    pub(super) fn bind(&mut self, pat: &Pat) {
        match pat {
            Pat::Ident(pat) => {
                self.scopes.bind(text(&pat.ident));
                if let Some((_, inner)) = &pat.subpat {
                    self.bind(inner);
                }
            }
            Pat::Or(pat) => pat.cases.iter().for_each(|case| self.bind(case)),
            Pat::Paren(pat) => self.bind(&pat.pat),
            Pat::Reference(pat) => self.bind(&pat.pat),
            Pat::Slice(pat) => pat.elems.iter().for_each(|elem| self.bind(elem)),
            Pat::Struct(pat) => pat.fields.iter().for_each(|field| self.bind(&field.pat)),
            Pat::Tuple(pat) => pat.elems.iter().for_each(|elem| self.bind(elem)),
            Pat::TupleStruct(pat) => pat.elems.iter().for_each(|elem| self.bind(elem)),
            Pat::Type(pat) => self.bind(&pat.pat),
            Pat::Macro(pat) => self.macro_call(&pat.mac),
            Pat::Verbatim(tokens) => self.every_identifier(tokens.clone(), true),
            _ => {}
        }
    }

    /// The items of a block that are values are visible in all of it.
    pub(super) fn bind_item(&mut self, item: &Item) {
        match item {
            Item::Fn(item) => self.scopes.bind(text(&item.sig.ident)),
            Item::Const(item) => self.scopes.bind(text(&item.ident)),
            Item::Static(item) => self.scopes.bind(text(&item.ident)),
            _ => {}
        }
    }
}
