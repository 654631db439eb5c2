//! `per` and the list of dependencies at the end of a signal's value: `0 per current, user.value()`.
//!
//! Invariants: `per` is a keyword only where a list of dependencies follows it to the end, outside of all brackets;
//! everywhere else it is a name. If several could be the keyword, the last one is. The value before it need not parse:
//! a half-written value keeps its dependencies.
//!
//! Must not know: the nodes.

use proc_macro2::{Ident, Punct, Spacing, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Token, token};

/// `per` with its dependencies.
pub(crate) struct Per {
    pub(crate) keyword: Ident,
    /// Empty if there is none behind `per`, which has been reported.
    pub(crate) dependencies: Vec<Dependency>,
    /// The tokens behind `per`, as written.
    pub(crate) raw: TokenStream,
}

/// `node` or `node.part()`.
pub(crate) struct Dependency {
    pub(crate) node: Ident,
    pub(crate) part: Option<Ident>,
}

/// Takes `per` and its dependencies off the end of a value. Both have a `;` at the end.
pub(super) fn take(value: &TokenStream) -> Option<(TokenStream, Per)> {
    let mut tokens: Vec<TokenTree> = value.clone().into_iter().collect();
    let mut end = tokens.pop()?;
    let (at, keyword, dependencies) = with_list(&tokens).or_else(|| without_list(&tokens))?;
    // The error of an incomplete value points at `per`.
    end.set_span(keyword.span());
    let head = tokens[..at].iter().cloned().chain([end]);
    let per = Per {
        keyword: keyword.clone(),
        dependencies,
        raw: stream(&tokens[at + 1..]),
    };
    Some((head.collect(), per))
}

/// The keyword with dependencies behind it.
fn with_list(tokens: &[TokenTree]) -> Option<(usize, &Ident, Vec<Dependency>)> {
    keywords(tokens).find_map(|(at, keyword)| {
        let dependencies = list.parse2(stream(&tokens[at + 1..])).ok()?;
        Some((at, keyword, dependencies))
    })
}

/// The keyword with something else behind it, or nothing. The keyword is meant if the tokens are no expression, and those
/// before it are one.
fn without_list(tokens: &[TokenTree]) -> Option<(usize, &Ident, Vec<Dependency>)> {
    let is_expression = |tokens: &[TokenTree]| syn::parse2::<Expr>(stream(tokens)).is_ok();
    let mut keywords = keywords(tokens).peekable();
    keywords.peek()?;
    if is_expression(tokens) {
        return None;
    }
    let found = keywords.find(|(at, _)| is_expression(&tokens[..*at]));
    found.map(|(at, keyword)| (at, keyword, Vec::new()))
}

/// Each word `per` that may be the keyword, the last one first.
fn keywords(tokens: &[TokenTree]) -> impl Iterator<Item = (usize, &Ident)> {
    let words = tokens.iter().enumerate().rev();
    words.filter_map(|(at, token)| {
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        match token {
            TokenTree::Ident(word) if word == "per" && !is_quote(before) => Some((at, word)),
            _ => None,
        }
    })
}

/// The `'` of a label.
fn is_quote(token: Option<&TokenTree>) -> bool {
    let is_quote = |punct: &Punct| punct.as_char() == '\'' && punct.spacing() == Spacing::Joint;
    matches!(token, Some(TokenTree::Punct(punct)) if is_quote(punct))
}

/// `dep ("," dep)* ","?`
fn list(input: ParseStream) -> syn::Result<Vec<Dependency>> {
    let mut dependencies = vec![dependency(input)?];
    while !input.is_empty() {
        input.parse::<Token![,]>()?;
        if !input.is_empty() {
            dependencies.push(dependency(input)?);
        }
    }
    Ok(dependencies)
}

fn dependency(input: ParseStream) -> syn::Result<Dependency> {
    let node = input.parse()?;
    let mut part = None;
    if input.parse::<Option<Token![.]>>()?.is_some() {
        part = Some(input.parse()?);
        let arguments;
        syn::parenthesized!(arguments in input);
        if !arguments.is_empty() {
            return Err(arguments.error("expected no arguments"));
        }
    }
    Ok(Dependency { node, part })
}

fn stream(tokens: &[TokenTree]) -> TokenStream {
    tokens.iter().cloned().collect()
}

/// Whether `per` stands where the value of a signal should begin.
pub(super) fn is_next(input: ParseStream) -> bool {
    let word = input.fork().parse::<Ident>();
    word.is_ok_and(|word| word == "per") && !input.peek2(token::Paren)
}

#[cfg(test)]
mod tests {
    use super::{stream, with_list};
    use proc_macro2::{TokenStream, TokenTree};

    /// The value and the dependencies, or the whole if there are none.
    fn shown(tokens: &str) -> String {
        let tokens: TokenStream = tokens.parse().unwrap();
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let Some((at, _, dependencies)) = with_list(&trees) else {
            return format!("{tokens} | none");
        };
        let head = stream(&trees[..at]);
        let names = dependencies.iter().map(|it| match &it.part {
            Some(part) => format!("{}.{part}", it.node),
            None => it.node.to_string(),
        });
        format!("{head} | {}", names.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn the_last_per_with_a_list_behind_it_is_the_keyword() {
        for (tokens, expected) in [
            ("0 per left", "0 | left"),
            (
                "0 per left, user.value(), rename.error()",
                "0 | left, user.value, rename.error",
            ),
            ("0 per left,", "0 | left"),
            ("per", "per | none"),
            ("per + per", "per + per | none"),
            ("per per left", "per | left"),
            ("per per per", "per | per"),
            ("*per per per", "* per | per"),
            ("0 per per", "0 | per"),
            ("0 per per, left", "0 | per, left"),
            ("0 per left, per", "0 | left, per"),
            ("return per per left", "return per | left"),
            ("a > per per left", "a > per | left"),
            ("a as per per left", "a as per | left"),
            ("|per| per per left", "| per | per | left"),
            ("{ per } per left", "{ per } | left"),
            ("f(0 per left)", "f (0 per left) | none"),
            ("per(left)", "per (left) | none"),
            ("per.left()", "per . left () | none"),
            ("x.per per left", "x . per | left"),
            ("per! { left } per left", "per ! { left } | left"),
            ("per { left } per left", "per { left } | left"),
            (
                "'per: loop { break 'per left }",
                "'per : loop { break 'per left } | none",
            ),
            (
                "if per { 1 } else { 2 } per left",
                "if per { 1 } else { 2 } | left",
            ),
            ("break 'per left", "break 'per left | none"),
            ("r#per left", "r#per left | none"),
            // half-written values and lists
            ("foo. per left", "foo . | left"),
            ("foo + per left", "foo + | left"),
            ("per left", " | left"),
            ("0 per left +", "0 per left + | none"),
            ("0 per user.value(1)", "0 per user . value (1) | none"),
            ("0 per user.0", "0 per user . 0 | none"),
            ("0 per self", "0 per self | none"),
        ] {
            let packed = |text: &str| text.replace(' ', "");
            assert_eq!(packed(&shown(tokens)), packed(expected), "{tokens}");
        }
    }
}
