//! A list of graphs, behind its name: `: Type by Key = keys => |key| Type(arguments) { signal: value };`.
//!
//! Invariants: each part stands between its signs, so a part that does not parse costs no other part.
//!
//! Must not know: the nodes; how a list is written.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Pat, Token, Type};

use super::inside::{self, Feed};
use super::report::report;
use super::value::Value;
use crate::errors::Errors;

/// The parts of a list that were read.
#[derive(Default)]
pub(crate) struct List {
    /// `None` if it does not parse, which has been reported.
    pub(crate) key: Option<Type>,
    /// The keys that the list follows.
    pub(crate) keys: Option<Keys>,
    pub(crate) maker: Option<Maker>,
}

/// The expression of the keys.
pub(crate) struct Keys {
    pub(crate) raw: TokenStream,
    /// `None` if it does not parse, which has been reported.
    pub(crate) value: Option<Expr>,
}

/// `|key| Type(arguments)`
pub(crate) struct Maker {
    /// `None` if it does not parse, which has been reported.
    pub(crate) pattern: Option<Pat>,
    /// The tokens of the pattern.
    pub(crate) raw_pattern: TokenStream,
    pub(crate) ty: Option<Type>,
    /// The arguments as written.
    pub(crate) raw: TokenStream,
    pub(crate) arguments: Value,
}

impl Maker {
    pub(crate) fn is_whole(&self) -> bool {
        let is_made = matches!(self.arguments, Value::Made(_));
        is_made && self.pattern.is_some() && self.ty.is_some()
    }
}

const HELP: &str =
    "write `list name: Type by Key;`, with `=> |key| Type(arguments)` for rows that are made here";

/// The item behind its name: the type of the rows, the rest, and the feeds. The tokens end in the item's `;`.
pub(super) fn read(
    input: ParseStream,
    errors: &mut Errors,
) -> syn::Result<(Option<Type>, List, Vec<Feed>)> {
    input.parse::<Token![:]>()?;
    let mut tokens: Vec<TokenTree> = input.parse::<TokenStream>()?.into_iter().collect();
    let end = tokens.pop().map_or_else(Span::call_site, |end| end.span());
    let mut list = List::default();
    let mut feeds = Vec::new();
    let at = inside::value(&tokens).unwrap_or(tokens.len());
    let mut rest = tokens.split_off(at);
    let next = rest.first().map_or(end, TokenTree::span);
    let ty = row_and_key(tokens, next, &mut list, errors);
    let arrow = arrow(&rest);
    let maker = arrow.map(|at| rest.split_off(at).split_off(2));
    // The `=` of the keys.
    if !rest.is_empty() {
        let raw: TokenStream = rest.drain(1..).collect();
        let next = maker.as_ref().map_or(end, |_| next);
        list.keys = Some(keys(raw, next, errors));
        if maker.is_none() {
            errors
                .push_at("SK008", end, "expected `=>`")
                .help("a list that follows keys makes its rows: `= keys => |key| Type(arguments)`");
        }
    }
    if let Some(maker) = maker {
        let (maker, fed) = self::maker(maker, end, errors);
        list.maker = maker;
        feeds = fed;
    }
    Ok((ty, list, feeds))
}

/// `Type by Key`
fn row_and_key(
    mut tokens: Vec<TokenTree>,
    next: Span,
    list: &mut List,
    errors: &mut Errors,
) -> Option<Type> {
    let is_by = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "by");
    let Some(at) = tokens.iter().rposition(is_by).filter(|at| *at > 0) else {
        errors
            .push_at("SK008", next, "expected `by` and the type of the key")
            .help(HELP);
        return inside::ty(tokens, next, errors);
    };
    let key = tokens.split_off(at).split_off(1);
    list.key = inside::ty(key, next, errors);
    inside::ty(tokens, next, errors)
}

/// The place of the `=>`: those of `match` stand in braces.
fn arrow(tokens: &[TokenTree]) -> Option<usize> {
    let sign = |at: usize| match tokens.get(at) {
        Some(TokenTree::Punct(sign)) => sign.as_char(),
        _ => ' ',
    };
    (0..tokens.len()).find(|&at| sign(at) == '=' && sign(at + 1) == '>')
}

fn keys(raw: TokenStream, next: Span, errors: &mut Errors) -> Keys {
    let end = inside::semicolon(next);
    let parsed = (|input: ParseStream| {
        let value = input.parse::<Expr>()?;
        input.parse::<Token![;]>()?;
        Ok(value)
    })
    .parse2(raw.clone().into_iter().chain([end]).collect());
    let value = parsed.map_err(|error| report(&error, errors)).ok();
    Keys { raw, value }
}

/// `|pattern| Type(arguments) { feeds }`
fn maker(mut tokens: Vec<TokenTree>, end: Span, errors: &mut Errors) -> (Option<Maker>, Vec<Feed>) {
    let is_bar =
        |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == '|');
    let first = tokens.first().map_or(end, TokenTree::span);
    let closing = tokens.iter().skip(1).position(is_bar).map(|at| at + 1);
    let Some(closing) = closing.filter(|_| tokens.first().is_some_and(is_bar)) else {
        errors
            .push_at("SK008", first, "expected `|key|`")
            .help("the maker takes the key of a new row: `=> |key| Type(arguments)`");
        return (None, Vec::new());
    };
    let call = tokens.split_off(closing + 1);
    let bar = tokens.pop().map_or(end, |bar| bar.span());
    let raw_pattern: TokenStream = tokens.into_iter().skip(1).collect();
    let pattern = (|input: ParseStream| {
        if input.peek(Token![;]) {
            return Err(input.error("expected a pattern"));
        }
        let pattern = Pat::parse_single(input)?;
        input.parse::<Token![;]>()?;
        Ok(pattern)
    })
    .parse2(
        raw_pattern
            .clone()
            .into_iter()
            .chain([inside::semicolon(bar)])
            .collect(),
    );
    let pattern = pattern.map_err(|error| report(&error, errors)).ok();
    let inside = inside::call(call, end, errors);
    let arguments = match &inside.arguments {
        Some(group) => inside::arguments(group, errors),
        None => {
            if inside.ty.is_some() && inside.feeds.is_empty() {
                errors.push_at("SK008", end, "expected `(`").help(HELP);
            }
            Value::Broken(TokenStream::new())
        }
    };
    let maker = Maker {
        pattern,
        raw_pattern,
        ty: inside.ty,
        raw: inside
            .arguments
            .as_ref()
            .map(Group::stream)
            .unwrap_or_default(),
        arguments,
    };
    (Some(maker), inside.feeds)
}
