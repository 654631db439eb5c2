//! Cuts the input of `reactive!` into structs and items by looking at tokens alone, so that an item
//! that does not parse costs no other item.
//!
//! Invariants: tokens keep their order, and only a `;` that stands alone is dropped. An item ends in its block or in a
//! `;`; a missing `;` is added.
//!
//! Must not know: the meaning of an item. Errors are left to `parse`.

use proc_macro2::{Delimiter, Group, Punct, Spacing, Span, TokenStream, TokenTree};

use syn::ext::IdentExt;

use crate::fragments::{opened, parenthesized};
use crate::kind::NodeKind;

/// A struct, or the tokens in its place.
pub(crate) struct Struct {
    /// `attr* vis struct Name generics? where? {}`, with empty braces: their content is in `items`.
    pub(crate) head: TokenStream,
    pub(crate) items: Vec<Item>,
    /// Names of items that are switched off.
    pub(crate) absent: Vec<String>,
}

/// One item of a struct's body.
pub(crate) struct Item {
    pub(crate) tokens: TokenStream,
    /// The user's `;` is missing. The added one has the span of the next token.
    pub(crate) unfinished: bool,
}

/// A struct ends at its brace group. Braces inside of `<…>` are const arguments.
pub(crate) fn structs(input: TokenStream) -> Vec<Struct> {
    let tokens = opened(input);
    let mut structs = Vec::new();
    let mut head: Vec<TokenTree> = Vec::new();
    let mut depth = 0_usize;
    for token in tokens {
        let previous = head.last().and_then(punct);
        match &token {
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Brace
                    && (depth == 0 || !matches!(previous, Some('=' | '<' | ','))) =>
            {
                head.push(braces(group.span_open()));
                structs.push(Struct {
                    head: head.drain(..).collect(),
                    items: items(group),
                    absent: Vec::new(),
                });
                depth = 0;
                continue;
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' => depth += 1,
                '>' if !matches!(previous, Some('-' | '=')) => depth = depth.saturating_sub(1),
                ';' => {
                    if !head.is_empty() {
                        head.push(token);
                        structs.push(Struct {
                            head: head.drain(..).collect(),
                            items: Vec::new(),
                            absent: Vec::new(),
                        });
                    }
                    depth = 0;
                    continue;
                }
                _ => {}
            },
            _ => {}
        }
        head.push(token);
    }
    if !head.is_empty() {
        structs.push(Struct {
            head: head.into_iter().collect(),
            items: Vec::new(),
            absent: Vec::new(),
        });
    }
    structs
}

/// An item ends at its `;`, at the block that follows its name, or where the next item starts.
fn items(body: &Group) -> Vec<Item> {
    let tokens = opened(body.stream());
    let mut items = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        if punct(&tokens[start]) == Some(';') {
            start += 1;
            continue;
        }
        let (end, finished) = end_of_item(&tokens, start);
        let mut item: Vec<TokenTree> = tokens[start..end].to_vec();
        if !finished {
            let next = tokens.get(end).map(TokenTree::span);
            item.push(semicolon(next.unwrap_or_else(|| body.span_close())));
        }
        items.push(Item {
            tokens: parenthesized(item.into_iter().collect()),
            unfinished: !finished,
        });
        start = end;
    }
    items
}

/// The end of the item that starts at `start`, and whether the user ended it with a `;` or block.
fn end_of_item(tokens: &[TokenTree], start: usize) -> (usize, bool) {
    let keyword = self::keyword(tokens, start);
    let block = keyword + 2;
    if is_ident(tokens, keyword) && is_ident(tokens, keyword + 1) && is_block(tokens, block) {
        return (block + 1, true);
    }
    let mut at = keyword;
    while at < tokens.len() {
        if punct(&tokens[at]) == Some(';') {
            return (at + 1, true);
        }
        if at > keyword && starts_item(tokens, at) {
            return (at, false);
        }
        // Attributes in front of no item are skipped at once, which keeps the time linear.
        at = self::keyword(tokens, at).max(at + 1);
    }
    (at, false)
}

/// The name of an item, as text without `r#`.
pub(crate) fn item_name(tokens: TokenStream) -> Option<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let name = keyword(&tokens, 0) + 1;
    let is_mut = matches!(tokens.get(name), Some(TokenTree::Ident(word)) if word == "mut");
    match tokens.get(name + usize::from(is_mut)) {
        Some(TokenTree::Ident(name)) => Some(name.unraw().to_string()),
        _ => None,
    }
}

/// Keyword, optional `mut`, name, and one of `:` `=` `{` `;`, after attributes and a visibility.
fn starts_item(tokens: &[TokenTree], at: usize) -> bool {
    // `if let x = …` and `&& let x = …` belong to the expression they stand in.
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    let in_condition = match before {
        Some(TokenTree::Ident(ident)) => ident == "if" || ident == "while",
        Some(token) => matches!(punct(token), Some('&' | '|')),
        None => false,
    };
    let at = keyword(tokens, at);
    let Some(TokenTree::Ident(keyword)) = tokens.get(at) else {
        return false;
    };
    if in_condition || !NodeKind::KEYWORDS.iter().any(|known| keyword == known) {
        return false;
    }
    let name = match tokens.get(at + 1) {
        Some(TokenTree::Ident(ident)) if ident == "mut" => at + 2,
        _ => at + 1,
    };
    // `signal as u64` is a cast and `signal else` the end of a `let`.
    is_ident(tokens, name) && !is_word(tokens, name) && ends_head(tokens, name + 1)
}

/// Skips attributes and a visibility.
fn keyword(tokens: &[TokenTree], mut at: usize) -> usize {
    while let (Some(hash), Some(TokenTree::Group(group))) = (tokens.get(at), tokens.get(at + 1)) {
        if punct(hash) != Some('#') || group.delimiter() != Delimiter::Bracket {
            break;
        }
        at += 2;
    }
    match tokens.get(at) {
        Some(TokenTree::Ident(ident)) if ident == "pub" => match tokens.get(at + 1) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => at + 2,
            _ => at + 1,
        },
        _ => at,
    }
}

/// One of `:` `=` `{` `;`, and not the first half of `::`, `==` or `=>`.
fn ends_head(tokens: &[TokenTree], at: usize) -> bool {
    let Some(TokenTree::Punct(first)) = tokens.get(at) else {
        return is_block(tokens, at);
    };
    let joined = match first.spacing() {
        Spacing::Joint => tokens.get(at + 1).and_then(punct),
        Spacing::Alone => None,
    };
    match first.as_char() {
        ':' => joined != Some(':'),
        '=' => !matches!(joined, Some('=' | '>')),
        ';' => true,
        _ => false,
    }
}

fn is_ident(tokens: &[TokenTree], at: usize) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Ident(_)))
}

/// Words of the language that can follow an expression, and so are no names.
fn is_word(tokens: &[TokenTree], at: usize) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Ident(ident)) if ident == "as" || ident == "else")
}

fn is_block(tokens: &[TokenTree], at: usize) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
}

fn punct(token: &TokenTree) -> Option<char> {
    match token {
        TokenTree::Punct(punct) => Some(punct.as_char()),
        _ => None,
    }
}

fn braces(span: Span) -> TokenTree {
    let mut braces = Group::new(Delimiter::Brace, TokenStream::new());
    braces.set_span(span);
    braces.into()
}

fn semicolon(span: Span) -> TokenTree {
    let mut semicolon = Punct::new(';', Spacing::Alone);
    semicolon.set_span(span);
    semicolon.into()
}

#[cfg(test)]
mod tests;
