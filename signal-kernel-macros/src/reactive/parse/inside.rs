//! A graph inside, behind its name: `: Type(arguments) { signal: value };`.
//!
//! Invariants: the arguments and the feeds are taken off the end, since a path with parentheses would be a type too; each
//! feed with a name is kept, whether its value parses or not.
//!
//! Must not know: the nodes; the signals of the graph inside.

use proc_macro2::{Delimiter, Group, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Token, Type};

use super::report::report;
use super::value::{Arguments, Value};
use crate::errors::Errors;

/// The parts of a graph inside that were read.
#[derive(Default)]
pub(super) struct Inside {
    pub(super) ty: Option<Type>,
    pub(super) arguments: Option<Group>,
    pub(super) feeds: Vec<Feed>,
}

/// `signal: value`: the value flows into a signal of the graph inside.
pub(crate) struct Feed {
    pub(crate) signal: Ident,
    /// The value as written.
    pub(crate) raw: TokenStream,
    /// `None` if it does not parse, which has been reported.
    pub(crate) value: Option<Expr>,
}

const MADE_BY_A_CALL: &str = "a graph inside is made by the call behind its type, `name: Type(arguments);`, or is a parameter of `new`, `name: Type;`";

/// The item behind its name. The tokens end in the item's `;`.
pub(super) fn read(input: ParseStream, errors: &mut Errors) -> syn::Result<Inside> {
    input.parse::<Token![:]>()?;
    let mut tokens: Vec<TokenTree> = input.parse::<TokenStream>()?.into_iter().collect();
    let end = tokens.pop().map_or_else(Span::call_site, |end| end.span());
    if let Some(at) = value(&tokens) {
        errors
            .push_at("SK008", tokens[at].span(), "expected `;`")
            .help(MADE_BY_A_CALL);
        tokens.truncate(at);
    }
    Ok(call(tokens, end, errors))
}

/// `Type(arguments) { signal: value }`
pub(super) fn call(mut tokens: Vec<TokenTree>, end: Span, errors: &mut Errors) -> Inside {
    let mut inside = Inside::default();
    let braces = taken(&mut tokens, Delimiter::Brace);
    inside.arguments = taken(&mut tokens, Delimiter::Parenthesis);
    if let Some(braces) = braces {
        if inside.arguments.is_none() {
            errors
                .push_at("SK008", braces.span_open(), "expected `(`")
                .help("only a graph that is made here is fed: `name: Type(arguments) { signal: value };`");
        }
        inside.feeds = feeds(&braces, errors);
    }
    // The error of a missing type points at the next token.
    let next = inside.arguments.as_ref().map_or(end, Group::span_open);
    inside.ty = ty(tokens, next, errors);
    inside
}

/// All of these tokens as a type. The error of a missing type points at the `next` token.
pub(super) fn ty(mut tokens: Vec<TokenTree>, next: Span, errors: &mut Errors) -> Option<Type> {
    tokens.push(semicolon(next));
    let ty = (|input: ParseStream| {
        if input.peek(Token![;]) {
            return Err(input.error("expected a type"));
        }
        let ty = input.parse::<Type>()?;
        input.parse::<Token![;]>()?;
        Ok(ty)
    })
    .parse2(tokens.into_iter().collect());
    ty.map_err(|error| report(&error, errors)).ok()
}

/// The place of a `=` outside of generic arguments.
pub(super) fn value(tokens: &[TokenTree]) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().position(|token| {
        match token {
            TokenTree::Punct(sign) if sign.as_char() == '<' => depth += 1,
            TokenTree::Punct(sign) if sign.as_char() == '>' => depth = depth.saturating_sub(1),
            TokenTree::Punct(sign) if sign.as_char() == '=' => return depth == 0,
            _ => {}
        }
        false
    })
}

/// Takes a group off the end, if it is not all there is.
fn taken(tokens: &mut Vec<TokenTree>, delimiter: Delimiter) -> Option<Group> {
    match tokens.last() {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter && tokens.len() > 1 => {
            let group = group.clone();
            tokens.pop();
            Some(group)
        }
        _ => None,
    }
}

/// The arguments, which may end in a comma.
pub(super) fn arguments(group: &Group, errors: &mut Errors) -> Value {
    let parsed = (|input: ParseStream| {
        let content;
        let parens = syn::parenthesized!(content in input);
        let exprs = Punctuated::<Expr, Token![,]>::parse_terminated(&content)?;
        Ok(Arguments {
            parens,
            exprs: exprs.into_iter().collect(),
        })
    })
    .parse2(TokenTree::from(group.clone()).into());
    match parsed {
        Ok(arguments) => Value::Made(arguments),
        Err(error) => {
            report(&error, errors);
            Value::Broken(group.stream())
        }
    }
}

fn feeds(braces: &Group, errors: &mut Errors) -> Vec<Feed> {
    let mut feeds = Vec::new();
    let whole = |input: ParseStream| {
        let mut feeds = Vec::new();
        while !input.is_empty() {
            feeds.push(feed(input)?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(feeds)
    };
    if let Ok(feeds) = whole.parse2(braces.stream()) {
        return feeds;
    }
    for tokens in pieces(braces) {
        let mut signal = None;
        let parsed = (|input: ParseStream| {
            let read = alone(input, &mut signal);
            input.parse::<TokenStream>()?;
            read
        })
        .parse2(tokens.iter().cloned().collect());
        match (parsed, signal) {
            (Ok(feed), _) => feeds.push(feed),
            (Err(error), signal) => {
                report(&error, errors);
                // The name, the `:` and the comma are no part of the value.
                let end = tokens.len().saturating_sub(1);
                let raw = tokens.get(2..end).unwrap_or_default();
                feeds.extend(signal.map(|signal| Feed {
                    signal,
                    raw: raw.iter().cloned().collect(),
                    value: None,
                }));
            }
        }
    }
    feeds
}

/// `signal: value`
fn feed(input: ParseStream) -> syn::Result<Feed> {
    let signal = input.parse()?;
    input.parse::<Token![:]>()?;
    let after = input.fork();
    let value = after.parse::<Expr>()?;
    let mut raw = TokenStream::new();
    while input.cursor() != after.cursor() {
        raw.extend([input.parse::<TokenTree>()?]);
    }
    Ok(Feed {
        signal,
        raw,
        value: Some(value),
    })
}

/// One feed and its comma.
fn alone(input: ParseStream, signal: &mut Option<Ident>) -> syn::Result<Feed> {
    *signal = input.fork().parse().ok();
    let feed = feed(input)?;
    input.parse::<Token![,]>()?;
    Ok(feed)
}

/// Cuts behind each comma that a name with a `:`, or a name alone, follows, and adds the comma of the last piece.
fn pieces(braces: &Group) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = braces.stream().into_iter().collect();
    let is_feed = |at: usize| match (tokens.get(at), tokens.get(at + 1)) {
        (Some(TokenTree::Ident(_)), Some(TokenTree::Punct(sign))) => {
            let is_colon = sign.as_char() == ':' && sign.spacing() == Spacing::Alone;
            is_colon || sign.as_char() == ','
        }
        (Some(TokenTree::Ident(_)), None) => true,
        _ => false,
    };
    let mut pieces = vec![Vec::new()];
    for (at, token) in tokens.iter().enumerate() {
        let is_comma = matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',');
        pieces.last_mut().expect("a piece").push(token.clone());
        if is_comma && (is_feed(at + 1) || at + 1 == tokens.len()) {
            pieces.push(Vec::new());
        }
    }
    let last = pieces.pop().unwrap_or_default();
    if !last.is_empty() {
        let mut comma = Punct::new(',', Spacing::Alone);
        comma.set_span(braces.span_close());
        pieces.push(last.into_iter().chain([comma.into()]).collect());
    }
    pieces
}

pub(super) fn semicolon(span: Span) -> TokenTree {
    let mut semicolon = Punct::new(';', Spacing::Alone);
    semicolon.set_span(span);
    semicolon.into()
}
