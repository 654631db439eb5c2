//! One item, part by part: the parts before a mistake are kept.
//!
//! Invariants: one mistake in an item is one error; a name that was read becomes an item, or is poisoned.
//!
//! Must not know: the other items.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Block, Expr, Ident, Token, Type, Visibility, token};

use super::draft::{Draft, Item};
use super::inside::{self, Feed};
use super::list::{self, List};
use super::per::{self, Per};
use super::report::report;
use super::value::Value;
use crate::edit_distance::similar;
use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::split;

/// The parts of an item that were read before one that does not parse.
#[derive(Default)]
struct Parts {
    attrs: Vec<Attribute>,
    vis: Option<Visibility>,
    kind: Option<NodeKind>,
    unexpected: Option<Ident>,
    mutable: bool,
    name: Option<Ident>,
    ty: Option<Type>,
    value: Option<TokenStream>,
    block: Option<TokenTree>,
    /// The arguments of a graph inside.
    arguments: Option<Group>,
    list: Option<List>,
    feeds: Vec<Feed>,
}

pub(super) fn item(piece: split::Item, draft: &mut Draft, errors: &mut Errors) {
    let before = errors.count();
    let end = piece.tokens.clone().into_iter().last();
    let mut parts = Parts::default();
    let parsed = (|input: ParseStream| {
        let read = read(input, &mut parts, errors);
        // Tokens left over after a mistake are no second mistake.
        input.parse::<TokenStream>()?;
        read
    })
    .parse2(piece.tokens);
    if let Err(error) = parsed {
        report(&error, errors);
    }
    let per = parts
        .value
        .as_mut()
        .and_then(|value| take_per(parts.kind, value, errors));
    let raw = match (&parts.block, &parts.value, &parts.arguments) {
        (Some(block), ..) => block.clone().into(),
        (None, Some(tokens), _) => without_end(tokens.clone()),
        (None, None, Some(arguments)) => arguments.stream(),
        (None, None, None) => TokenStream::new(),
    };
    let value = match (parts.block, parts.value, parts.arguments) {
        (Some(block), ..) => block_value(block, errors),
        (None, Some(tokens), _) if per.is_some() && is_empty(&tokens) => Value::Broken(tokens),
        (None, Some(tokens), _) => expr_value(tokens, errors),
        (None, None, Some(arguments)) => inside::arguments(&arguments, errors),
        (None, None, None) => Value::Absent,
    };
    if piece.unfinished && errors.count() == before {
        let span = end.map_or_else(Span::call_site, |end| end.span());
        errors.push_at("SK008", span, "expected `;`");
    }
    let at = draft.items.len();
    draft
        .unexpected
        .extend(parts.unexpected.map(|word| (at, word)));
    let Some(name) = parts.name else {
        return;
    };
    match parts.kind {
        Some(kind) => draft.items.push(Item {
            attrs: parts.attrs,
            vis: parts.vis.unwrap_or(Visibility::Inherited),
            kind,
            mutable: parts.mutable,
            name,
            ty: parts.ty,
            value,
            per,
            list: parts.list,
            feeds: parts.feeds,
            raw,
            rejected: false,
        }),
        None => draft.poisoned.push(name),
    }
}

/// `attr* vis keyword mut? name (: Type)? (= expr)? ;`, or the name and a block. `inside` and `list` read
/// the rest of a graph inside and of a list.
fn read(input: ParseStream, parts: &mut Parts, errors: &mut Errors) -> syn::Result<()> {
    parts.attrs = input.call(Attribute::parse_outer)?;
    parts.vis = Some(input.parse()?);
    let kind = match kind(input, parts, errors)? {
        Ok(kind) => kind,
        Err(name) => {
            parts.name = name;
            return Ok(());
        }
    };
    parts.kind = Some(kind);
    if let Some(word) = input.parse::<Option<Token![mut]>>()? {
        parts.mutable = kind == NodeKind::Field;
        if !parts.mutable {
            errors
                .push(
                    "SK008",
                    word,
                    format!("expected the name of the {}", kind.noun()),
                )
                .help("only a plain field can be `mut`: `let mut`");
        }
    }
    parts.name = Some(input.parse()?);
    if kind == NodeKind::Effect && input.peek(token::Brace) {
        parts.block = Some(input.parse()?);
        return Ok(());
    }
    if kind == NodeKind::Graph {
        let inside = inside::read(input, errors)?;
        (parts.ty, parts.arguments, parts.feeds) = (inside.ty, inside.arguments, inside.feeds);
        return Ok(());
    }
    if kind == NodeKind::List {
        let (ty, list, feeds) = list::read(input, errors)?;
        (parts.ty, parts.list, parts.feeds) = (ty, Some(list), feeds);
        return Ok(());
    }
    match kind {
        NodeKind::Resource if !input.peek(Token![:]) => {}
        NodeKind::Resource => {
            errors
                .push_at("SK008", input.span(), "expected `=`")
                .help("the type of a resource follows from its function");
            input.parse::<Token![:]>()?;
            input.parse::<Type>()?;
        }
        _ => parts.ty = ty(input, kind, errors)?,
    }
    if kind.is_source() && input.peek(Token![;]) {
        return Ok(());
    }
    if kind == NodeKind::Signal && per::is_next(input) {
        let span = input.span();
        errors.push_at("SK029", span, NO_VALUE).help(START_ANEW);
        return Ok(());
    }
    if kind.is_source() && !input.peek(Token![=]) {
        return Err(input.error("expected `=` or `;`"));
    }
    input.parse::<Token![=]>()?;
    parts.value = Some(input.parse()?);
    Ok(())
}

/// Behind a missing `:` or a missing type the rest is still readable, so parsing goes on.
fn ty(input: ParseStream, kind: NodeKind, errors: &mut Errors) -> syn::Result<Option<Type>> {
    let ends = |input: ParseStream| input.peek(Token![=]) || input.peek(Token![;]);
    if let Err(error) = input.parse::<Token![:]>() {
        let fork = input.fork();
        let ty = if ends(input) {
            None
        } else {
            fork.parse::<Type>().ok().filter(|_| ends(&fork))
        };
        let text = match kind {
            NodeKind::Effect => "expected `:` or a block",
            _ => "expected `:`",
        };
        let goes_on = if ends(input) {
            kind.is_source() || input.peek(Token![=])
        } else {
            ty.is_some()
        };
        if !goes_on {
            return Err(syn::Error::new(error.span(), text));
        }
        errors.push_at("SK008", error.span(), text);
        if ty.is_some() {
            input.advance_to(&fork);
        }
        return Ok(ty);
    }
    if ends(input) {
        let error = input.error("expected a type");
        if input.peek(Token![;]) && !kind.is_source() {
            return Err(error);
        }
        report(&error, errors);
        return Ok(None);
    }
    // `u64 += 1`: a type may end in a `+`, and rustc would then report the mistake at the type.
    let fork = input.fork();
    let plain = Type::without_plus(&fork)
        .ok()
        .filter(|_| fork.peek(Token![+=]));
    if let Some(ty) = plain {
        errors.push_at("SK008", fork.span(), "expected `=`");
        input.advance_to(&fork);
        input.parse::<TokenTree>()?;
        return Ok(Some(ty));
    }
    input.parse().map(Some)
}

/// The kind, or the name of an item whose first word neither is a keyword nor resembles one.
fn kind(
    input: ParseStream,
    parts: &mut Parts,
    errors: &mut Errors,
) -> syn::Result<Result<NodeKind, Option<Ident>>> {
    let found: Option<Ident> = if input.peek(Ident::peek_any) {
        Some(input.call(Ident::parse_any)?)
    } else {
        None
    };
    let span = found.as_ref().map_or_else(|| input.span(), Ident::span);
    let word = found.as_ref().map(Ident::to_string).unwrap_or_default();
    if let Some(kind) = NodeKind::from_keyword(&word) {
        return Ok(Ok(kind));
    }
    parts.unexpected.clone_from(&found);
    let expected: Vec<String> = NodeKind::KEYWORDS.map(|word| format!("`{word}`")).into();
    let expected = format!("expected one of: {}", expected.join(", "));
    let error = errors.push_at("SK009", span, expected);
    if let Some(meant) = similar(&word, NodeKind::KEYWORDS) {
        error.help(format!("did you mean `{meant}`?"));
        return Ok(NodeKind::from_keyword(meant).ok_or(None));
    }
    if found.is_some() && input.peek(Token![:]) {
        error.help(format!(
            "a plain field is `let {word}: …;`, a source is `signal {word}: …;`"
        ));
        return Ok(Err(found));
    }
    Ok(Err(input.parse().ok()))
}

const NO_VALUE: &str = "`per` needs a value before it";
const START_ANEW: &str =
    "write `= value per node`: the signal is set to the value whenever the node changes";

/// Takes `per` and its dependencies off the end of a value.
fn take_per(kind: Option<NodeKind>, value: &mut TokenStream, errors: &mut Errors) -> Option<Per> {
    let (head, per) = per::take(value)?;
    let has_value = !is_empty(&head);
    if kind != Some(NodeKind::Signal) {
        if !has_value || per.dependencies.is_empty() {
            return None; // no expression, whatever was meant
        }
        errors
            .push("SK029", &per.keyword, "only a signal can start anew")
            .help("make it a `signal`, or remove `per`");
        *value = head;
        return None;
    }
    if per.dependencies.is_empty() {
        let first = per.raw.clone().into_iter().next();
        let span = first.map_or_else(|| per.keyword.span(), |first| first.span());
        errors
            .push_at("SK029", span, "expected nodes after `per`")
            .help(START_ANEW);
    } else if !has_value {
        errors
            .push("SK029", &per.keyword, NO_VALUE)
            .help(START_ANEW);
    }
    *value = head;
    Some(per)
}

/// Is this a `;` alone?
fn is_empty(value: &TokenStream) -> bool {
    value.clone().into_iter().nth(1).is_none()
}

fn block_value(block: TokenTree, errors: &mut Errors) -> Value {
    let tokens = TokenStream::from(block);
    let parsed = (|input: ParseStream| {
        let content;
        let brace_token = syn::braced!(content in input);
        content.call(Attribute::parse_inner)?; // kept in the tokens, for rustc
        let stmts = content.call(Block::parse_within)?;
        Ok(Block { brace_token, stmts })
    })
    .parse2(tokens.clone());
    match parsed {
        Ok(block) => Value::Block(block),
        Err(error) => {
            report(&error, errors);
            Value::Broken(tokens)
        }
    }
}

/// The tokens end in the item's `;`: the error of an incomplete expression points at it.
fn expr_value(tokens: TokenStream, errors: &mut Errors) -> Value {
    let parsed = (|input: ParseStream| {
        let expr = input.parse::<Expr>()?;
        input.parse::<Token![;]>()?;
        Ok(expr)
    })
    .parse2(tokens.clone());
    let tokens = without_end(tokens);
    match parsed {
        Ok(expr) => Value::Expr(tokens, expr),
        Err(error) => {
            report(&error, errors);
            Value::Broken(tokens)
        }
    }
}

/// A value's tokens without the item's `;`.
fn without_end(tokens: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.pop();
    tokens.into_iter().collect()
}
