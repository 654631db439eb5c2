//! The bodies of a graph, in a form that an editor can complete: see `__bodies!` of the runtime crate, which shows rustc
//! nothing but the functions.
//!
//! Invariants: the tokens before a body do not depend on it; entries are in declaration order; the user's tokens stand
//! once, except the arguments of a resource, which rustc needs in another form.
//!
//! Must not know: the purpose of a body's function.

use super::context::Header;
use super::inside;
use super::mixed;
use super::names::{function, own_parameter, seen_type};
use crate::reactive::model::{Feed, Keys, Per};
use crate::reactive::model::{Kind, Node, Use};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::Expr;
use syn::parse::{ParseStream, Parser};

/// In larger graphs an editor sees a function with the nodes that its body names, not with all nodes: those would take
/// quadratic time.
const MANY: usize = 128;

/// The function of a body, taken apart.
pub(super) struct Function {
    /// Attributes, name, parameters, result.
    pub(super) head: TokenStream,
    /// The type of the user's tokens.
    pub(super) result: TokenStream,
    /// The block that rustc gets instead of the user's tokens.
    pub(super) stand_in: Option<TokenStream>,
}

/// ```text
/// ::signal_kernel::__bodies! {
///     { impl Cart }
///     { { } k (p __edit_total -> u64) { price * qty } (price qty) { fn __body_total(price: &u64, qty: &u64) -> u64 } b; { } b; }
///     (price: &u64, qty: &u64, total: &u64)
///     (price: &u64, qty: &u64, total: &u64)
/// }
/// ```
pub(super) fn functions(
    header: &Header,
    head: &TokenStream,
    functions: Vec<(Option<Function>, Vec<Function>)>,
) -> TokenStream {
    let nodes = &header.declaration.nodes;
    let mut unexpected = header.declaration.unexpected.iter().peekable();
    let mut words = |at: usize, mut words: TokenStream| {
        while let Some((_, word)) = unexpected.next_if(|(before, _)| *before <= at) {
            words.extend(quote!(#word));
        }
        quote!({ #words })
    };
    let entries = nodes.iter().zip(functions).enumerate();
    let entries = entries.map(|(at, (node, (function, further)))| {
        let words = words(at, given_type(node));
        let mut further = further.into_iter();
        let keys = node.keys().and_then(|keys| Some((keys, further.next()?)));
        let keys = keys.map(|(keys, function)| followed(header, node, keys, function));
        let feeds = node.feeds().iter().enumerate().zip(further);
        let feeds = feeds.map(|(feed, function)| fed(header, node, feed, function));
        let feeds = keys.into_iter().chain(feeds);
        let feeds: TokenStream = feeds.collect();
        let function = match function {
            Some(function) => entry(header, node, function),
            None => quote!(b),
        };
        let dependencies = node.per().map(|per| dependencies(header, node, per));
        // First, for the entry of a value ends in another way if the value has an error.
        quote!(#dependencies #words #function; #feeds)
    });
    let entries: TokenStream = entries.collect();
    let last = words(nodes.len(), TokenStream::new());
    let [plain, effect] = [false, true].map(|in_effect| {
        let nodes = nodes.iter().filter(|_| nodes.len() <= MANY);
        let parameters = nodes.filter_map(|node| parameter(node, in_effect));
        quote!((#(#parameters),*))
    });
    quote! {
        ::signal_kernel::__bodies! {
            { #head }
            { #entries #last b; }
            #plain
            #effect
        }
    }
}

/// The type of a graph that is handed in, which stands in no function: an editor completes it here, before the
/// documentation that names it.
fn given_type(node: &Node) -> TokenStream {
    match &node.kind {
        Kind::Graph { ty, made: None, .. } => quote!(let _: ::signal_kernel::Part<#ty>;),
        Kind::List(list) if list.maker.is_none() => {
            let ty = &list.ty;
            quote!(let _: ::signal_kernel::Part<#ty>;)
        }
        _ => TokenStream::new(),
    }
}

fn entry(header: &Header, node: &Node, function: Function) -> TokenStream {
    let name = self::function("edit", node);

    let scope = match &node.kind {
        Kind::Signal {
            ty, per: Some(per), ..
        } => {
            // Mentioned or not: the tokens before the body must not depend on it.
            let own = per.own.as_ref().map_or(&node.name, |own| &own.ident);
            let own = own_parameter(node, own, ty);
            let named = named(header, node);
            quote!(o #name (#own #(, #named)*))
        }
        // Initial values see no node.
        Kind::Field { .. } | Kind::Signal { .. } => quote!(n #name),
        _ if header.declaration.nodes.len() > MANY => {
            let named = named(header, node);
            quote!(o #name (#(#named),*))
        }
        // The arguments of a graph inside see fields, those of a row its key too.
        Kind::Graph { .. } | Kind::List(_) => {
            let nodes = header.declaration.nodes.iter();
            let fields = nodes.filter(|node| node.is_field());
            let fields = fields.filter_map(|field| parameter(field, false));
            let key = match &node.kind {
                Kind::List(list) => {
                    let (pattern, key) = (list.pattern(), &list.key);
                    Some(quote!(#pattern: #key))
                }
                _ => None,
            };
            let parameters = key.into_iter().chain(fields);
            quote!(o #name (#(#parameters),*))
        }
        Kind::Effect { .. } => quote!(e #name),
        Kind::Computed { .. } | Kind::Resource { .. } => quote!(p #name),
    };
    let Function {
        head,
        result,
        stand_in,
    } = function;
    let (tag, end) = match stand_in {
        Some(stand_in) => (quote!(b), stand_in),
        None => (quote!(k), quote!(b)),
    };
    let body = match &node.kind {
        Kind::Graph { ty, .. } => {
            let raw = &node.raw;
            quote!(<#ty>::part(#raw))
        }
        Kind::List(list) => {
            let (raw, ty) = (&node.raw, list.maker.as_ref().map(|maker| &maker.ty));
            quote!(<#ty>::part(#raw))
        }
        _ => mixed::unified(header, node),
    };
    let block = match mixed::aliases(header, node) {
        aliases if aliases.is_empty() => block(&body),
        aliases => quote!({ #aliases #body }),
    };
    let named = &node.named;
    quote!(#tag (#scope -> #result) #block (#(#named)*) { #head } #end)
}

/// The parameters for the nodes that a body names.
fn named(header: &Header, node: &Node) -> Vec<TokenStream> {
    let named = node.uses().iter();
    let named =
        named.filter_map(|used| parameter(&header.declaration.nodes[used.node], node.is_effect()));
    named.collect()
}

/// A feed: for an editor the signal's getter and the value, for rustc the call of the setter.
fn fed(
    header: &Header,
    node: &Node,
    (index, feed): (usize, &Feed),
    function: Function,
) -> TokenStream {
    let (ty, key) = match &node.kind {
        Kind::Graph { ty, .. } => (ty, None),
        Kind::List(list) => {
            let (pattern, key) = (list.pattern(), &list.key);
            (&list.ty, Some(quote!(let #pattern: #key = loop {};)))
        }
        _ => return TokenStream::new(),
    };
    let name = inside::edited_feed(node, index);
    let scope = scope(header, &name, &feed.uses);
    let Function {
        head,
        result,
        stand_in,
    } = function;
    let (signal, raw, named) = (&feed.signal, &feed.raw, &feed.named);
    let aliases = mixed::aliases_of(&feed.uses);
    quote! {
        { } b (#scope -> #result) { #key let _ = <#ty>::#signal; #aliases #raw } (#(#named)*) { #head } #stand_in;
    }
}

/// The keys that a list follows.
fn followed(header: &Header, node: &Node, keys: &Keys, function: Function) -> TokenStream {
    let name = self::function("edit_keys", node);
    let scope = scope(header, &name, &keys.uses);
    let Function {
        head,
        result,
        stand_in,
    } = function;
    let (tag, end) = match stand_in {
        Some(stand_in) => (quote!(b), stand_in),
        None => (quote!(k), quote!(b)),
    };
    let aliases = mixed::aliases_of(&keys.uses);
    let block = match &keys.raw {
        raw if aliases.is_empty() => block(raw),
        raw => quote!({ #aliases #raw }),
    };
    let named = &keys.named;
    quote!({ } #tag (#scope -> #result) #block (#(#named)*) { #head } #end;)
}

/// A scope with all nodes, or in a very large graph with those that are used.
fn scope(header: &Header, name: &Ident, uses: &[Use]) -> TokenStream {
    let nodes = &header.declaration.nodes;
    if nodes.len() <= MANY {
        return quote!(p #name);
    }
    let named = uses.iter();
    let named = named.filter_map(|used| parameter(&nodes[used.node], false));
    quote!(o #name (#(#named),*))
}

/// The names behind `per`: for an editor a tuple in a function that sees all nodes, for rustc a function that names the
/// getters of nodes inside of graphs.
fn dependencies(header: &Header, node: &Node, per: &Per) -> TokenStream {
    let (edited, name) = (function("edit_per", node), function("per", node));
    let scope = if header.declaration.nodes.len() > MANY {
        let named = named(header, node);
        quote!(o #edited (#(#named),*))
    } else {
        quote!(p #edited)
    };
    let raw = &per.raw;
    let inside =
        per.inside.iter().map(
            |(graph, node)| match &header.declaration.nodes[*graph].kind {
                Kind::Graph { ty, .. } => quote!(let _ = <#ty>::#node;),
                Kind::List(list) => {
                    let ty = &list.ty;
                    quote!(let _ = <#ty>::#node;)
                }
                _ => TokenStream::new(),
            },
        );
    quote!({ } b (#scope -> ()) { let _ = (#raw,); } () { fn #name() } { #(#inside)* };)
}

/// Tokens as the block of a function. A block is not wrapped again, since rustc's `unused_braces` warns about double
/// braces. `{ a } + b` gets parentheses: at the start of a block it would be two statements.
fn block(tokens: &TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Brace => {
            tokens.clone()
        }
        (Some(first), Some(_)) if may_begin_a_statement(&first) && is_cut_short(tokens) => {
            // rustc does not lint parentheses from a macro as unused.
            let mut whole = Group::new(Delimiter::Parenthesis, tokens.clone());
            whole.set_span(Span::mixed_site());
            quote!({ #whole })
        }
        _ => quote!({ #tokens }),
    }
}

fn may_begin_a_statement(first: &TokenTree) -> bool {
    const WORDS: [&str; 7] = ["if", "match", "loop", "while", "for", "unsafe", "const"];
    match first {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(word) => WORDS.iter().any(|known| word == known),
        TokenTree::Punct(label) => label.as_char() == '\'',
        TokenTree::Literal(_) => false,
    }
}

/// Whether a statement would end before the expression does; `false` for tokens that do not parse.
fn is_cut_short(tokens: &TokenStream) -> bool {
    let statement = |input: ParseStream| {
        input.call(Expr::parse_with_earlier_boundary_rule)?;
        let cut_short = !input.is_empty();
        input.parse::<TokenStream>()?;
        Ok(cut_short)
    };
    let cut_short = statement.parse2(tokens.clone());
    cut_short.unwrap_or(false) && syn::parse2::<Expr>(tokens.clone()).is_ok()
}

/// The parameter for a node, at its declaration: an editor jumps there from a use.
fn parameter(node: &Node, in_effect: bool) -> Option<TokenStream> {
    let (name, ty) = (&node.name, seen_type(node));
    match node.kind {
        Kind::Effect { .. } => None,
        Kind::Field { mutable: true, .. } => in_effect.then(|| quote!(#name: &mut #ty)),
        _ => Some(quote!(#name: &#ty)),
    }
}
