//! The syntax of a `#[resource]`: its options and its function.
//!
//! Invariants: a function's body is kept as tokens, so it may use syntax that syn does not know yet; `#[cancel]`, which
//! rustc does not know, is removed from the parameters.
//!
//! Must not know: the rules.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, ExprPath, FnArg, Meta, Path, Signature, Token, Type, Visibility};

use crate::conditions::Conditions;
use crate::edit_distance::similar;
use crate::errors::Errors;
use crate::fragments::regrouped;
use crate::rename::crate_path;

/// The content of the parentheses of `#[resource(..)]`.
#[derive(Default)]
pub(super) struct Options {
    /// The function does not return a `Result`.
    pub(super) infallible: bool,
    /// The future stays on its thread.
    pub(super) local: bool,
    /// The items of the stream make one answer.
    pub(super) fold: Option<Fold>,
    /// The path of the runtime crate.
    pub(super) path: Option<Path>,
}

/// `fold(Type, function)`
pub(super) struct Fold {
    /// The word itself.
    pub(super) word: Ident,
    /// The answer.
    pub(super) ty: Option<Type>,
    /// The function that takes an item into the answer. `None`: `fold` does not parse, which has been reported.
    pub(super) function: Option<ExprPath>,
}

pub(super) struct Function {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) sig: Signature,
    /// The block with its braces, or the `;` of a trait's method.
    pub(super) body: TokenStream,
    /// The index of each parameter marked `#[cancel]`, and the mark.
    pub(super) cancel: Vec<(usize, Attribute)>,
}

/// Reports each unknown option, and reads the others.
pub(super) fn options(tokens: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options::default();
    let parsed = match Punctuated::<Given, Token![,]>::parse_terminated.parse2(tokens) {
        Ok(parsed) => parsed,
        Err(error) => {
            errors.push_at("SK010", error.span(), error.to_string());
            return options;
        }
    };
    for given in parsed {
        let name = match given {
            Given::Word(name) => name,
            Given::Crate(span, path) => {
                if options.path.is_some() {
                    errors
                        .push_at("SK010", span, "`crate` is given twice")
                        .help("remove one of them");
                }
                options.path = Some(path);
                continue;
            }
            Given::Fold(fold) => {
                if fold.function.is_none() {
                    errors
                        .push("SK010", &fold.word, "expected `fold(Type, function)`")
                        .help("the function takes an item into the answer: `fn(&mut Type, Item)`");
                }
                if options.fold.is_some() {
                    errors
                        .push("SK010", &fold.word, "`fold` is given twice")
                        .help("remove one of them");
                }
                options.fold = Some(*fold);
                continue;
            }
        };
        let option = match name.to_string().as_str() {
            "infallible" => &mut options.infallible,
            "local" => &mut options.local,
            unknown => {
                let text = format!("`#[resource]` has no option `{unknown}`");
                let help = match similar(unknown, ["infallible", "local", "fold"]) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "the options are `infallible`, `local`, `fold(Type, function)` and `crate = path`"
                        .to_owned(),
                };
                errors.push("SK010", &name, text).help(help);
                continue;
            }
        };
        if *option {
            let text = format!("`{name}` is given twice");
            errors.push("SK010", &name, text).help("remove one of them");
        }
        *option = true;
    }
    options
}

/// One option.
enum Given {
    Word(Ident),
    /// `crate = path`
    Crate(Span, Path),
    Fold(Box<Fold>),
}

impl Parse for Given {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Token![crate]) {
            let word: Ident = input.parse()?;
            if word != "fold" {
                return Ok(Self::Word(word));
            }
            let mut fold = Fold {
                word,
                ty: None,
                function: None,
            };
            let parts = input.step(|cursor| match cursor.token_tree() {
                Some((TokenTree::Group(group), rest)) => Ok((group.stream(), rest)),
                _ => Ok((TokenStream::new(), *cursor)),
            })?;
            let _ = (|input: ParseStream<'_>| fold.parse(input)).parse2(parts);
            while !input.is_empty() && !input.peek(Token![,]) {
                input.parse::<TokenTree>()?;
                fold.function = None;
            }
            return Ok(Self::Fold(Box::new(fold)));
        }
        let span = input.span();
        Ok(Self::Crate(span, crate_path(input)?))
    }
}

impl Fold {
    /// Keeps the type though the function does not parse.
    fn parse(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        self.ty = Some(input.parse()?);
        input.parse::<Token![,]>()?;
        let function = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        if input.is_empty() {
            self.function = Some(function);
        }
        Ok(())
    }
}

/// `None` if there is no function, which has been reported.
pub(super) fn function(tokens: TokenStream, errors: &mut Errors) -> Option<Function> {
    match syn::parse2::<Function>(tokens) {
        Ok(function) => Some(function),
        Err(error) => {
            errors.push_at("SK015", error.span(), error.to_string());
            None
        }
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = Attribute::parse_outer(input)?;
        let vis = input.parse()?;
        if !starts_function(input) {
            return Err(input.error("`#[resource]` goes on a function"));
        }
        Ok(Function {
            attrs,
            vis,
            sig: input.parse()?,
            body: input.parse()?,
            cancel: Vec::new(),
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Function {
            attrs,
            vis,
            sig,
            body,
            ..
        } = self;
        tokens.extend(quote!(#(#attrs)* #vis #sig #body));
    }
}

/// Whether only qualifiers stand in front of `fn`.
fn starts_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while ahead.peek(Token![const])
        || ahead.peek(Token![async])
        || ahead.peek(Token![unsafe])
        || ahead.peek(Token![extern])
        || ahead.peek(syn::LitStr)
    {
        let _ = ahead.parse::<TokenTree>();
    }
    ahead.peek(Token![fn])
}

/// Removes `#[cancel]` from the parameters, and returns the marked ones.
fn take_cancel(sig: &mut Signature, errors: &mut Errors) -> Vec<(usize, Attribute)> {
    let mut marked = Vec::new();
    for (index, input) in sig.inputs.iter_mut().enumerate() {
        let attrs = match input {
            FnArg::Receiver(receiver) => &mut receiver.attrs,
            FnArg::Typed(typed) => &mut typed.attrs,
        };
        let (cancel, rest) = attrs
            .drain(..)
            .partition(|attr| attr.path().is_ident("cancel"));
        *attrs = rest;
        attrs.retain_mut(without_conditional_cancel);
        let cancel: Vec<Attribute> = cancel;
        for attr in cancel {
            if !matches!(attr.meta, Meta::Path(_)) {
                errors
                    .push("SK010", &attr, "`#[cancel]` takes no arguments")
                    .help("write `#[cancel]`");
            }
            marked.push((index, attr));
        }
    }
    marked
}

/// Removes the mark in `#[cfg_attr(predicate, cancel)]`. Returns whether other attributes are left in it.
fn without_conditional_cancel(attr: &mut Attribute) -> bool {
    let Meta::List(list) = &mut attr.meta else {
        return true;
    };
    if !list.path.is_ident("cfg_attr") {
        return true;
    }
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
    let parts = tokens.split_inclusive(is_comma);
    let is_mark = |part: &&[TokenTree]| matches!(part.first(), Some(TokenTree::Ident(word)) if word == "cancel");
    let (marks, kept): (Vec<_>, Vec<_>) = parts.partition(is_mark);
    if marks.is_empty() {
        return true;
    }
    list.tokens = kept.iter().flat_map(|part| part.iter().cloned()).collect();
    kept.len() > 1
}

impl Function {
    /// Removes `#[cancel]` from the parameters, and records the marked ones.
    pub(super) fn take_cancel(&mut self, errors: &mut Errors) {
        self.cancel = take_cancel(&mut self.sig, errors);
    }

    /// The predicates of its parameters.
    pub(super) fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::default();
        for input in &self.sig.inputs {
            conditions.collect(input.to_token_stream());
        }
        conditions
    }

    /// Removes the parameters that are switched off.
    pub(super) fn resolve(&mut self, conditions: &Conditions, errors: &mut Errors) {
        let inputs = std::mem::take(&mut self.sig.inputs).into_iter();
        let inputs = inputs.filter_map(|input| {
            let resolved = conditions.resolve(input.to_token_stream(), errors)?;
            Some(syn::parse2(resolved).unwrap_or(input))
        });
        self.sig.inputs = inputs.collect();
    }
}

/// Removes `#[cancel]` from an item that does not parse: rustc would report the attribute as unknown.
pub(super) fn without_cancel(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            kept.push(token);
            continue;
        };
        let marks = group.delimiter() == Delimiter::Bracket
            && group.stream().to_string() == "cancel"
            && matches!(kept.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        if marks {
            kept.pop();
        } else if group.delimiter() == Delimiter::Parenthesis {
            kept.push(regrouped(&group, without_cancel(group.stream())));
        } else {
            kept.push(group.into());
        }
    }
    kept.into_iter().collect()
}
