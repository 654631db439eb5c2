//! The names that a body itself binds, scope by scope.
//!
//! Invariants: the bindings of a scope end with it. A local binds a name for tokens of
//! its own hygiene, an item for all tokens.
//!
//! Must not know: nodes.

use std::collections::HashMap;

use syn::visit::Visit;
use syn::{Item, Pat};

use super::{Walk, hygiene, is_conditional, text};

#[derive(Default)]
pub(super) struct Scopes {
    /// In the order of binding; the end of the list is the innermost scope.
    bound: Vec<String>,
    /// By name: the number of its bindings, shadowed ones included.
    count: HashMap<String, usize>,
}

impl Scopes {
    /// Forgets all bindings but the first ones.
    fn truncate(&mut self, first: usize) {
        for name in self.bound.drain(first..) {
            if let Some(count) = self.count.get_mut(&name) {
                *count -= 1;
            }
        }
    }

    /// Binds a local, for tokens of this hygiene only.
    pub(super) fn bind_local(&mut self, name: &str, hygiene: &str) {
        self.bind(local(name, hygiene));
    }

    pub(super) fn bind(&mut self, name: String) {
        *self.count.entry(name.clone()).or_default() += 1;
        self.bound.push(name);
    }

    pub(super) fn binds(&self, name: &str, hygiene: &str) -> bool {
        let bound = |name: &str| self.count.get(name).is_some_and(|count| *count > 0);
        bound(name) || bound(&local(name, hygiene))
    }
}

/// The key of a local. No name contains a `#`, so the key differs from the name of an item.
fn local(name: &str, hygiene: &str) -> String {
    format!("{name}#{hygiene}")
}

impl Walk<'_> {
    /// Visits in a scope of its own.
    pub(super) fn scoped(&mut self, visit: impl FnOnce(&mut Self)) {
        let outside = self.scopes.bound.len();
        visit(self);
        self.scopes.truncate(outside);
    }

    /// Binds every name of a pattern until the end of the scope. The other parts of a pattern are constants and types.
    pub(super) fn bind(&mut self, pat: &Pat) {
        match pat {
            // A `cfg` may switch this binding off, so it does not count.
            Pat::Ident(pat) if is_conditional(&pat.attrs) => {}
            Pat::Ident(pat) => {
                let name = text(&pat.ident);
                self.scopes.bind_local(&name, &hygiene(pat.ident.span()));
                if let Some((_, inner)) = &pat.subpat {
                    self.bind(inner);
                }
            }
            Pat::Guard(pat) => {
                self.bind(&pat.pat);
                self.visit_expr(&pat.guard);
            }
            Pat::Or(pat) => pat.cases.iter().for_each(|case| self.bind(case)),
            Pat::Paren(pat) => self.bind(&pat.pat),
            Pat::Reference(pat) => self.bind(&pat.pat),
            Pat::Slice(pat) => pat.elems.iter().for_each(|elem| self.bind(elem)),
            Pat::Struct(pat) => {
                for field in &pat.fields {
                    if !is_conditional(&field.attrs) {
                        self.bind(&field.pat);
                    }
                }
            }
            Pat::Tuple(pat) => pat.elems.iter().for_each(|elem| self.bind(elem)),
            Pat::TupleStruct(pat) => pat.elems.iter().for_each(|elem| self.bind(elem)),
            Pat::Type(pat) => self.bind(&pat.pat),
            Pat::Macro(pat) => self.macro_call(&pat.mac),
            Pat::Verbatim(tokens) => self.every_identifier(tokens.clone(), true),
            _ => {}
        }
    }

    /// Functions, constants and statics are visible in the whole block.
    pub(super) fn bind_item(&mut self, item: &Item) {
        match item {
            Item::Fn(item) if is_conditional(&item.attrs) => {}
            Item::Const(item) if is_conditional(&item.attrs) => {}
            Item::Static(item) if is_conditional(&item.attrs) => {}
            Item::Fn(item) => self.scopes.bind(text(&item.sig.ident)),
            Item::Const(item) => self.scopes.bind(text(&item.ident)),
            Item::Static(item) => self.scopes.bind(text(&item.ident)),
            _ => {}
        }
    }
}
