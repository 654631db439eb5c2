//! The generic parameters of the state: those that the types of its fields mention.
//!
//! Invariants: rustc accepts no unused type parameter, so none is kept; a bound or a default that mentions a parameter
//! without a place in the state is dropped.
//!
//! Must not know: the methods of the state.

use crate::reactive::model::{Declaration, Kind};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{GenericParam, Generics, Macro, Path, Type};

pub(super) fn of_state(declaration: &Declaration) -> Generics {
    let all = &declaration.generics;
    let names: BTreeSet<String> = all.params.iter().map(name).collect();
    let mut kept = Mentions::of(&names);
    for node in &declaration.nodes {
        match &node.kind {
            Kind::Signal { ty, .. } | Kind::Graph { ty, .. } if node.saved.is_some() => {
                kept.visit_type(ty);
            }
            Kind::List(list) if node.saved.is_some() => {
                kept.visit_type(&list.key);
                kept.visit_type(&list.ty);
            }
            _ => {}
        }
    }
    let kept = kept.found;
    let dropped: BTreeSet<String> = names.difference(&kept).cloned().collect();
    // No parameter with a default may stand before one without, so all defaults stay or none does.
    let has_defaults = all
        .params
        .iter()
        .filter(|param| kept.contains(&name(param)))
        .all(|param| {
            Mentions::none_in(&dropped, |mentions| match param {
                GenericParam::Type(param) => param
                    .default
                    .iter()
                    .for_each(|(_, ty)| mentions.visit_type(ty)),
                GenericParam::Const(param) => param
                    .default
                    .iter()
                    .for_each(|(_, expr)| mentions.visit_expr(expr)),
                GenericParam::Lifetime(_) => {}
            })
        });
    let mut generics = all.clone();
    let params = std::mem::take(&mut generics.params).into_iter();
    generics.params = params
        .filter(|param| kept.contains(&name(param)))
        .map(|param| of_param(param, &dropped, has_defaults))
        .collect();
    if let Some(clause) = &mut generics.where_clause {
        let predicates = std::mem::take(&mut clause.predicates).into_iter();
        clause.predicates = predicates
            .filter(|predicate| {
                let mentions =
                    |names| !Mentions::none_in(names, |it| it.visit_where_predicate(predicate));
                mentions(&kept) && !mentions(&dropped)
            })
            .collect();
    }
    generics.where_clause = generics
        .where_clause
        .filter(|clause| !clause.predicates.is_empty());
    if generics.params.is_empty() {
        generics.lt_token = None;
        generics.gt_token = None;
    }
    generics
}

/// A parameter with the bounds that mention no dropped one.
fn of_param(
    mut param: GenericParam,
    dropped: &BTreeSet<String>,
    has_defaults: bool,
) -> GenericParam {
    match &mut param {
        GenericParam::Type(param) => {
            let bounds = std::mem::take(&mut param.bounds).into_iter();
            let bounds = bounds
                .filter(|bound| Mentions::none_in(dropped, |it| it.visit_type_param_bound(bound)));
            param.bounds = bounds.collect::<Punctuated<_, _>>();
            if !has_defaults {
                param.default = None;
            }
        }
        GenericParam::Const(param) if !has_defaults => {
            param.default = None;
        }
        GenericParam::Const(_) | GenericParam::Lifetime(_) => {}
    }
    param
}

/// A lifetime has been reported as an error, but the user's types still name it.
fn name(param: &GenericParam) -> String {
    match param {
        GenericParam::Type(param) => param.ident.to_string(),
        GenericParam::Const(param) => param.ident.to_string(),
        GenericParam::Lifetime(param) => param.lifetime.to_string(),
    }
}

/// The mentions of some generic parameters.
struct Mentions<'a> {
    names: &'a BTreeSet<String>,
    found: BTreeSet<String>,
}

impl<'a> Mentions<'a> {
    fn of(names: &'a BTreeSet<String>) -> Self {
        Mentions {
            names,
            found: BTreeSet::new(),
        }
    }

    fn none_in(names: &'a BTreeSet<String>, visit: impl FnOnce(&mut Self)) -> bool {
        let mut mentions = Self::of(names);
        visit(&mut mentions);
        mentions.found.is_empty()
    }

    fn note(&mut self, word: &Ident) {
        self.found
            .extend(self.names.get(&word.to_string()).cloned());
    }

    /// Each word counts in tokens whose grammar is unknown.
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => self.note(&word),
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Mentions<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        let first = path
            .segments
            .first()
            .filter(|_| path.leading_colon.is_none());
        first.into_iter().for_each(|first| self.note(&first.ident));
        visit::visit_path(self, path);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast syn::Lifetime) {
        self.found
            .extend(self.names.get(&lifetime.to_string()).cloned());
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_type(&mut self, ty: &'ast Type) {
        match ty {
            Type::Verbatim(tokens) => self.tokens(tokens.to_token_stream()),
            ty => visit::visit_type(self, ty),
        }
    }
}
