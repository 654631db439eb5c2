//! The fragments of a `macro_rules!` around the call (`$vis`, `$body`, …), which arrive in invisible groups.
//!
//! Invariants: an expression keeps its precedence. rustc ignores invisible groups in the output of a proc macro, so
//! the `$a` of `$a * 2` gets parentheses.
//!
//! Must not know: the meaning of the tokens around a fragment.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::Expr;

/// Removes the groups around a visibility, a block, a single token or nothing: `split` finds the start of an item by
/// such tokens. All other groups stay.
pub(crate) fn opened(input: TokenStream) -> Vec<TokenTree> {
    let mut tokens = Vec::new();
    for token in input {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                let mut content = opened(group.stream());
                let visibility = matches!(content.first(), Some(TokenTree::Ident(i)) if i == "pub");
                if content.len() <= 1 || visibility {
                    tokens.append(&mut content);
                } else {
                    tokens.push(TokenTree::Group(group));
                }
            }
            token => tokens.push(token),
        }
    }
    tokens
}

/// Replaces invisible groups by parentheses if they hold an expression with operators, and removes those that neither
/// syn nor rustc reads as a group.
pub(crate) fn parenthesized(tokens: TokenStream) -> TokenStream {
    changed(&tokens).unwrap_or(tokens)
}

/// `None` if nothing changes: a group that is not rebuilt keeps the spans of its delimiters.
fn changed(tokens: &TokenStream) -> Option<TokenStream> {
    let mut any = false;
    let mut output: Vec<TokenTree> = Vec::new();
    for token in tokens.clone() {
        let TokenTree::Group(group) = token else {
            output.push(token);
            continue;
        };
        let inner = if is_attribute(&output, &group) {
            opened_attribute(&group)
        } else {
            changed(&group.stream())
        };
        let content = inner.clone().unwrap_or_else(|| group.stream());
        let (delimiter, span) = match group.delimiter() {
            Delimiter::None if must_be_opened(&content) => {
                any = true;
                output.extend(content);
                continue;
            }
            // rustc does not lint parentheses from a macro as unused.
            Delimiter::None if has_operators(&content) => (
                Delimiter::Parenthesis,
                Span::mixed_site().located_at(group.span()),
            ),
            _ if inner.is_none() => {
                output.push(TokenTree::Group(group));
                continue;
            }
            delimiter => (delimiter, group.span()),
        };
        any = true;
        let mut group = Group::new(delimiter, content);
        group.set_span(span);
        output.push(TokenTree::Group(group));
    }
    any.then(|| output.into_iter().collect())
}

/// The group with other content, the same delimiters and their span.
pub(crate) fn regrouped(group: &Group, content: TokenStream) -> TokenTree {
    let mut new = Group::new(group.delimiter(), content);
    new.set_span(group.span());
    new.into()
}

/// Whether `#` or `#!` stands before these brackets.
fn is_attribute(before: &[TokenTree], group: &Group) -> bool {
    let sign = |from_end: usize| match before.len().checked_sub(from_end).map(|at| &before[at]) {
        Some(TokenTree::Punct(punct)) => punct.as_char(),
        _ => ' ',
    };
    group.delimiter() == Delimiter::Bracket && (sign(1) == '#' || (sign(2), sign(1)) == ('#', '!'))
}

/// `$(#[$meta:meta])*`: the group is removed, since a `name = value` in it is no assignment.
pub(crate) fn opened_attribute(group: &Group) -> Option<TokenStream> {
    let mut tokens = group.stream().into_iter().peekable();
    let is_fragment = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::None,
        _ => false,
    };
    tokens.peek().filter(|first| is_fragment(first))?;
    let opened = tokens.flat_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => group.stream(),
        token => token.into(),
    });
    Some(opened.collect())
}

/// Whether the content is a `let` statement, a lifetime or label, or `..`, which may be a pattern.
fn must_be_opened(content: &TokenStream) -> bool {
    let content: Vec<TokenTree> = content.clone().into_iter().take(3).collect();
    match &content[..] {
        [TokenTree::Ident(word), ..] => word == "let",
        [TokenTree::Punct(first), TokenTree::Punct(second)] => {
            first.as_char() == '.' && second.as_char() == '.'
        }
        [TokenTree::Punct(quote), TokenTree::Ident(_)] => quote.as_char() == '\'',
        _ => false,
    }
}

/// Whether tokens beside an expression could change its meaning. A type or pattern that parses as such an expression
/// may stand in parentheses as well.
fn has_operators(content: &TokenStream) -> bool {
    let operators = |expr| {
        matches!(
            expr,
            Expr::Assign(_)
                | Expr::Binary(_)
                | Expr::Break(_)
                | Expr::Cast(_)
                | Expr::Closure(_)
                | Expr::If(_)
                | Expr::Match(_)
                | Expr::Range(_)
                | Expr::Reference(_)
                | Expr::Return(_)
                | Expr::Struct(_)
                | Expr::Unary(_)
        )
    };
    syn::parse2::<Expr>(content.clone()).is_ok_and(operators)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invisible(text: &str) -> TokenTree {
        let stream = text.parse::<TokenStream>().expect("tokens");
        Group::new(Delimiter::None, stream).into()
    }

    #[test]
    fn expressions_keep_their_precedence() {
        for (fragment, expected) in [
            ("a + b", "{ (a + b) * 2 }"),
            ("-1", "{ (-1) * 2 }"),
            ("a as u8", "{ (a as u8) * 2 }"),
            ("|x| x", "{ (|x| x) * 2 }"),
            ("if a { b } else { c }", "{ (if a { b } else { c }) * 2 }"),
            ("A { b }", "{ (A { b }) * 2 }"),
            ("a.b(c + d)", "{ a.b(c + d) * 2 }"),
            ("{ a }", "{ { a } * 2 }"),
            ("Vec<u8>", "{ Vec<u8> * 2 }"),
            ("&'static str", "{ &'static str * 2 }"),
            ("", "{ * 2 }"),
            ("let a = b + c", "{ let a = b + c * 2 }"),
            ("'a", "{ 'a * 2 }"),
            ("..", "{ .. * 2 }"),
            ("..=b", "{ (..=b) * 2 }"),
        ] {
            let mut content = TokenStream::from(invisible(fragment));
            content.extend("* 2".parse::<TokenStream>().expect("tokens"));
            let tokens = TokenTree::from(Group::new(Delimiter::Brace, content));
            let tokens = parenthesized(tokens.into()).to_string();
            let expected = expected.parse::<TokenStream>().expect("tokens");
            let plain = |text: String| text.replace([' ', '\n'], "");
            assert_eq!(plain(tokens), plain(expected.to_string()), "{fragment}");
        }
    }
}
