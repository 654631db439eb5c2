//! `#[cfg(..)]` and `#[cfg_attr(..)]` on structs, items and parameters.
//!
//! A macro cannot evaluate a predicate, but rustc does when it keeps one of two helper macros. A macro call with
//! predicates expands to such helpers, which call the macro again with the answers:
//!
//! ```text
//! #[cfg(feature = "tax")]
//! macro_rules! __signal_kernel_cfg_0 { ([$($a:tt)*] $($t:tt)*) => { ::signal_kernel::…! { [$($a)* 1] $($t)* } } }
//! #[cfg(not(feature = "tax"))]
//! macro_rules! __signal_kernel_cfg_0 { ([$($a:tt)*] $($t:tt)*) => { ::signal_kernel::…! { [$($a)* 0] $($t)* } } }
//! __signal_kernel_cfg_0! { [] struct Cart { … } }
//! ```
//!
//! Invariants: a call without predicates stays as it is. The user's tokens are emitted once and last, so that an editor
//! finds its cursor. A predicate that occurs several times is asked once.
//!
//! Must not know: the kinds of item.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Lit, LitBool, Path, Token, token};

use crate::errors::Errors;
use crate::fragments::{opened_attribute, regrouped};

/// The predicates of a macro call, each once, in the order of the text.
#[derive(Default)]
pub(crate) struct Conditions {
    predicates: Vec<TokenStream>,
    /// By predicate; empty until rustc has answered.
    answers: Vec<bool>,
}

impl Conditions {
    /// Collects the predicates of the attributes at the start of these tokens.
    pub(crate) fn collect(&mut self, tokens: TokenStream) {
        let (attributes, _) = attributes(tokens);
        for (_, content) in attributes {
            self.collect_from(content.stream());
        }
    }

    fn collect_from(&mut self, attribute: TokenStream) {
        let Some(condition) = Condition::of(attribute) else {
            return;
        };
        let known = self.predicates.iter().map(ToString::to_string);
        let text = condition.predicate.to_string();
        if is_predicate(&condition.predicate) && !known.into_iter().any(|known| known == text) {
            self.predicates.push(condition.predicate);
        }
        for attribute in condition.attributes.into_iter().flatten() {
            self.collect_from(attribute);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.predicates.is_empty()
    }

    /// Emits the helpers, which call the macro `callback` with the answers and these tokens.
    pub(crate) fn ask(&self, callback: &str, tokens: &TokenStream) -> TokenStream {
        let callback = format_ident!("{callback}", span = Span::call_site());
        let name = |at: usize| format_ident!("__signal_kernel_cfg_{at}");
        let mut output = TokenStream::new();
        for (at, predicate) in self.predicates.iter().enumerate() {
            let (helper, next) = (name(at), name(at + 1));
            let next = if at + 1 == self.predicates.len() {
                quote!(::signal_kernel::__private::#callback)
            } else {
                quote!(#next)
            };
            output.extend(quote! {
                #[cfg(#predicate)]
                macro_rules! #helper {
                    ([$($answers:tt)*] $($tokens:tt)*) => { #next! { [$($answers)* 1] $($tokens)* } };
                }
                #[cfg(not(#predicate))]
                macro_rules! #helper {
                    ([$($answers:tt)*] $($tokens:tt)*) => { #next! { [$($answers)* 0] $($tokens)* } };
                }
            });
        }
        let first = name(0);
        output.extend(quote!(#first! { [] #tokens }));
        output
    }

    /// Reads the answers: a group with a `1` or `0` for each predicate.
    pub(crate) fn answered(mut self, answers: &TokenTree) -> Self {
        if let TokenTree::Group(group) = answers {
            let answers = group.stream().into_iter();
            self.answers = answers.map(|answer| answer.to_string() == "1").collect();
        }
        self
    }

    /// The tokens without `cfg`, with the attributes of each `cfg_attr` that holds. `None` if they are switched off.
    pub(crate) fn resolve(&self, tokens: TokenStream, errors: &mut Errors) -> Option<TokenStream> {
        let (attributes, rest) = attributes(tokens);
        let mut output = TokenStream::new();
        for (hash, content) in attributes {
            match Condition::of(content.stream()) {
                None => output.extend([hash, content.into()]),
                Some(condition) => {
                    let held = self.held(condition, &content, errors)?;
                    for attribute in held {
                        output.extend([hash.clone(), regrouped(&content, attribute)]);
                    }
                }
            }
        }
        output.extend(rest);
        Some(output)
    }

    /// The attributes that a condition leaves; `None` if it switches its item off.
    fn held(
        &self,
        condition: Condition,
        group: &Group,
        errors: &mut Errors,
    ) -> Option<Vec<TokenStream>> {
        let Condition {
            predicate,
            attributes,
        } = condition;
        let on = self.is_on(&predicate);
        if on.is_none() {
            let wrong = if predicate.is_empty() {
                group.to_token_stream()
            } else {
                predicate
            };
            let shape = match attributes {
                None => "expected `#[cfg(predicate)]`",
                Some(_) => "expected `#[cfg_attr(predicate, attribute)]`",
            };
            errors
                .push("SK010", wrong, shape)
                .help("a predicate is `feature = \"name\"`, `test`, `unix`, or `all`, `any`, `not` of others");
        }
        let Some(attributes) = attributes else {
            return on.unwrap_or(true).then(Vec::new);
        };
        let mut held = Vec::new();
        if on == Some(true) {
            for attribute in attributes {
                match Condition::of(attribute.clone()) {
                    None => held.push(attribute),
                    Some(inner) => held.extend(self.held(inner, group, errors)?),
                }
            }
        }
        Some(held)
    }

    /// `None` for tokens that are no predicate.
    fn is_on(&self, predicate: &TokenStream) -> Option<bool> {
        let text = predicate.to_string();
        let mut known = self.predicates.iter();
        let at = known.position(|known| known.to_string() == text)?;
        self.answers.get(at).copied()
    }
}

/// `cfg(predicate)` or `cfg_attr(predicate, attributes)`.
struct Condition {
    predicate: TokenStream,
    attributes: Option<Vec<TokenStream>>,
}

impl Condition {
    /// `None` for any other attribute.
    fn of(attribute: TokenStream) -> Option<Self> {
        let mut tokens = attribute.into_iter();
        let TokenTree::Ident(name) = tokens.next()? else {
            return None;
        };
        if name != "cfg" && name != "cfg_attr" {
            return None;
        }
        let content = match tokens.next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                group.stream()
            }
            _ => TokenStream::new(),
        };
        if name == "cfg" {
            let predicate = match content.clone().into_iter().collect::<Vec<_>>() {
                mut tokens if matches!(tokens.last(), Some(TokenTree::Punct(end)) if end.as_char() == ',') =>
                {
                    tokens.pop();
                    tokens.into_iter().collect()
                }
                _ => content,
            };
            return Some(Self {
                predicate,
                attributes: None,
            });
        }
        let content: Vec<TokenTree> = content.into_iter().collect();
        let is_comma =
            |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
        let mut parts = content
            .split(is_comma)
            .map(|part| part.iter().cloned().collect::<TokenStream>());
        Some(Self {
            predicate: parts.next().unwrap_or_default(),
            attributes: Some(parts.filter(|part| !part.is_empty()).collect()),
        })
    }
}

/// Whether rustc accepts this predicate. Any other tokens in the `cfg` of a helper macro would give several errors.
fn is_predicate(tokens: &TokenStream) -> bool {
    let whole = |input: ParseStream| predicate(input);
    whole.parse2(tokens.clone()).is_ok()
}

fn predicate(input: ParseStream) -> syn::Result<()> {
    if input.peek(LitBool) {
        return input.parse::<LitBool>().map(drop);
    }
    let path = input.call(Path::parse_mod_style)?;
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return input.parse::<Lit>().map(drop);
    }
    if input.peek(token::Paren) {
        let content;
        syn::parenthesized!(content in input);
        let inner = Punctuated::<(), Token![,]>::parse_terminated_with(&content, predicate)?;
        if path.is_ident("not") && inner.len() != 1 {
            return Err(content.error("expected one predicate"));
        }
    }
    Ok(())
}

type AttributeTokens = Vec<(TokenTree, Group)>;

/// The attributes at the start of tokens, and the rest.
fn attributes(tokens: TokenStream) -> (AttributeTokens, TokenStream) {
    let mut tokens = tokens.into_iter().peekable();
    let mut attributes = Vec::new();
    while let Some(hash) =
        tokens.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#'))
    {
        match tokens.next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
                let content = opened_attribute(&group);
                let content = content.map(|content| {
                    let mut opened = Group::new(Delimiter::Bracket, content);
                    opened.set_span(group.span());
                    opened
                });
                attributes.push((hash, content.unwrap_or(group)));
            }
            other => {
                let rest = std::iter::once(hash).chain(other).chain(tokens);
                return (attributes, rest.collect());
            }
        }
    }
    (attributes, tokens.collect())
}
