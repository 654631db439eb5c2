//! One function for each body. Its parameters are the nodes that the body mentions.
//!
//! Invariants: a body stands in exactly one function, as that function's own block.
//!
//! Must not know: when a body runs.

mod fed;
mod parameters;

use super::context::Header;
use super::editor::{self, Function};
use super::mixed;
use super::names::{self, function, own_parameter, resource_type};
use super::time;
use crate::reactive::model::{Arg, Equality, Interruption, Kind, Node, Per, Use};
use parameters::{arguments, may_be_unused, parameter, unreachable_block};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use std::collections::BTreeSet;
use syn::{Path, Type, spanned::Spanned};

/// The functions of all bodies, and those that compare values. rustc does not see the tokens of a broken node.
pub(super) fn bodies(header: &Header, is_broken: impl Fn(usize) -> bool) -> TokenStream {
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        declaration,
        ..
    } = header;
    let head = quote! {
        #[doc(hidden)]
        #[allow(
            dead_code,
            clippy::too_many_arguments,
            clippy::ptr_arg,
            clippy::borrowed_box,
            clippy::unused_unit,
            clippy::let_unit_value,
            clippy::trivially_copy_pass_by_ref,
            clippy::ref_option,
            clippy::needless_pass_by_ref_mut,
            clippy::unnecessary_wraps,
        )]
        impl #impl_generics #name #type_generics #where_clause
    };
    let nodes = declaration.nodes.iter().enumerate();
    let functions = nodes.map(|(index, node)| {
        let function = node_function(header, node, is_broken(index));
        (function, fed::further(header, node))
    });
    let functions = editor::functions(header, &head, functions.collect());
    let comparisons = declaration
        .nodes
        .iter()
        .filter_map(|node| comparison(header, node));
    let comparisons: TokenStream = comparisons.collect();
    let equal = equal(header);
    let folds: TokenStream = declaration.nodes.iter().filter_map(folds).collect();
    let times = time::functions(header);
    quote! {
        #functions
        #head {
            #comparisons
            #equal
            #folds
            #times
        }
    }
}

/// The function of a node's value, body or call.
fn node_function(header: &Header, node: &Node, is_broken: bool) -> Option<Function> {
    Some(match &node.kind {
        Kind::Signal {
            ty, per: Some(per), ..
        } => per_value(header, node, ty, per, is_broken),
        Kind::Field { .. } | Kind::Signal { .. } if node.is_parameter() => return None,
        Kind::Field { ty, .. } | Kind::Signal { ty, .. } => initial(node, ty, is_broken),
        Kind::Computed { ty, .. } | Kind::Effect { kept: Some(ty), .. } => {
            body(header, node, is_broken, quote!(#ty))
        }
        Kind::Effect { kept: None, .. } => {
            let unit = quote_spanned!(node.name.span()=> ());
            body(header, node, is_broken, unit)
        }
        Kind::Resource {
            path,
            args,
            parens,
            uses,
            ..
        } => {
            let args = (!is_broken).then_some((args.as_slice(), *parens));
            start(header, node, path, args, uses)
        }
        Kind::Graph { made: None, .. } => return None,
        Kind::Graph {
            ty,
            made: Some(made),
            ..
        } => fed::make(header, node, (ty, ty), None, made, is_broken),
        Kind::List(list) => {
            let maker = list.maker.as_ref()?;
            let key = (list.pattern(), &list.key);
            let types = (&list.ty, &maker.ty);
            fed::make(header, node, types, Some(key), &maker.made, is_broken)
        }
    })
}

/// The function that compares two values of a node. Nodes of a primitive type share one: see [`equal`].
fn comparison(header: &Header, node: &Node) -> Option<TokenStream> {
    match &node.kind {
        Kind::Signal { .. } | Kind::Computed { .. } if header.primitive(node).is_some() => None,
        Kind::Signal { ty, equality, .. } | Kind::Computed { ty, equality, .. } => {
            Some(same(header, node, &quote!(#ty), ty.span(), equality))
        }
        Kind::Resource {
            path,
            equality: equality @ Equality::Path(_),
            ..
        } => {
            let ty = resource_type(path, "Value");
            Some(same(header, node, &ty, path.span(), equality))
        }
        Kind::Field { .. }
        | Kind::Resource { .. }
        | Kind::Effect { .. }
        | Kind::Graph { .. }
        | Kind::List(_) => None,
    }
}

/// Only rustc knows whether the function of a resource is a fold, which the policies of a partial answer need, and which
/// no rule of equality can judge. The error stands at the attribute.
///
/// ```text
/// fn __folds_answer(function: &PhantomData<chat>) {
///     <_ as PartialAnswer>::check(function);
/// }
/// ```
fn folds(node: &Node) -> Option<TokenStream> {
    let Kind::Resource {
        path,
        interruptions,
        equality,
        ..
    } = &node.kind
    else {
        return None;
    };
    let resource = names::resource(path);
    let checked = |at| names::local("function", at);
    let policies = interruptions.iter().map(|Interruption { by, .. }| {
        let checked = checked(by.span());
        quote_spanned! {by.span()=>
            <_ as ::signal_kernel::needs::PartialAnswer>::check(#checked);
        }
    });
    let mut needed: Vec<TokenStream> = policies.collect();
    if let Equality::Path(rule) = equality {
        let checked = checked(rule.span());
        needed.push(quote_spanned! {rule.span()=>
            <_ as ::signal_kernel::needs::WholeAnswer>::check(#checked);
        });
    }
    if needed.is_empty() {
        return None;
    }
    let (name, checked) = (function("folds", node), checked(path.span()));
    let of = quote_spanned!(path.span()=> ::signal_kernel::__private::core::marker::PhantomData<#resource>);
    Some(quote!(fn #name(#checked: &#of) { #(#needed)* }))
}

/// ```text
/// fn __equal_u64(before: &u64, after: &u64) -> bool { ::core::cmp::PartialEq::eq(before, after) }
/// ```
fn equal(header: &Header) -> TokenStream {
    let nodes = header.declaration.nodes.iter();
    let primitives: BTreeSet<&str> = nodes.filter_map(|node| header.primitive(node)).collect();
    let functions = primitives.into_iter().map(|ty| {
        let (name, ty) = (format_ident!("__equal_{ty}"), format_ident!("{ty}"));
        quote! {
            #[inline]
            fn #name(before: &#ty, after: &#ty) -> bool {
                ::signal_kernel::__private::core::cmp::PartialEq::eq(before, after)
            }
        }
    });
    functions.collect()
}

/// ```text
/// fn __body_total(price: &u64, qty: &u64) -> u64 { price * qty }
/// ```
fn body(header: &Header, node: &Node, is_broken: bool, result: TokenStream) -> Function {
    let name = function("body", node);
    let in_effect = node.is_effect();
    let unused = if !is_broken && is_plain(node) {
        TokenStream::new()
    } else {
        may_be_unused()
    };
    let parameters = node
        .uses()
        .iter()
        .map(|used| parameter(header, used, in_effect, &unused));
    // rustc shows a function from this token on, for example in an error about `?`.
    let keyword = quote_spanned!(node.name.span()=> fn);
    let stand_in = is_broken.then(unreachable_block);
    Function {
        head: quote! {
            #[inline]
            #keyword #name(#(#parameters),*) -> #result
        },
        result,
        stand_in,
    }
}

/// The function of a signal that starts anew. Without a parameter of its own name the value does not depend on itself.
///
/// ```text
/// fn __body_page(page: Option<&usize>, left: &usize) -> usize { page.map_or(0, |page| *page.min(left)) }
/// ```
fn per_value(header: &Header, node: &Node, ty: &Type, per: &Per, is_broken: bool) -> Function {
    let name = function("body", node);
    let unused = may_be_unused();
    let own = per.own.iter().map(|used| {
        let own = own_parameter(node, &used.ident, ty);
        quote!(#unused #own)
    });
    let uses = per.uses.iter();
    let uses = uses.map(|used| parameter(header, used, false, &unused));
    let parameters = own.chain(uses);
    let keyword = quote_spanned!(node.name.span()=> fn);
    Function {
        head: quote! {
            #[inline]
            #keyword #name(#(#parameters),*) -> #ty
        },
        result: quote!(#ty),
        stand_in: is_broken.then(unreachable_block),
    }
}

/// Whether a body has neither a macro call nor a `cfg`: it then uses every node that it mentions.
fn is_plain(node: &Node) -> bool {
    !node.raw.to_string().contains(['!', '#'])
}

/// ```text
/// fn __init_id() -> u64 { 1 }
/// ```
fn initial(node: &Node, ty: &Type, is_broken: bool) -> Function {
    let name = function("init", node);
    let stand_in = is_broken.then(unreachable_block);
    Function {
        head: quote!(fn #name() -> #ty),
        result: quote!(#ty),
        stand_in,
    }
}

/// ```text
/// fn __same_total(a: &u64, b: &u64) -> bool { enum total {} <_ as Comparable<total>>::is_unchanged(a, b) }
/// ```
///
/// A type parameter is compared by `PartialEq` itself: rustc then knows which bound to suggest.
fn same(
    header: &Header,
    node: &Node,
    ty: &TokenStream,
    span: Span,
    equality: &Equality,
) -> TokenStream {
    let name = function("same", node);
    // Both have the hygiene of the tokens around them, which may come from a macro of the user.
    let [before, after] = ["before", "after"].map(|name| Ident::new(name, span));
    let is_parameter = header
        .names
        .iter()
        .any(|name| name.to_string() == ty.to_string());
    let (compared, at) = match equality {
        Equality::PartialEq if is_parameter => (
            quote_spanned!(span=> <_ as ::signal_kernel::__private::core::cmp::PartialEq>::eq(#before, #after)),
            span,
        ),
        Equality::PartialEq => {
            // The marker names the node in rustc's message. It hides a type of the same name, so no type stands here.
            let marker = &node.name;
            let call = quote_spanned! {span=>
                <_ as ::signal_kernel::needs::Comparable<#marker>>::is_unchanged(#before, #after)
            };
            let compared = quote! {
                #[allow(non_camel_case_types)]
                enum #marker {}
                #call
            };
            (compared, span)
        }
        // rustc reports wrong parameters and a wrong result of the function at the path.
        Equality::Path(path) => (
            quote_spanned!(path.span()=> #path(#before, #after)),
            path.span(),
        ),
        Equality::Never => (quote!({ let _ = (#before, #after); false }), span),
    };
    let result = quote_spanned!(at=> bool);
    quote! {
        #[inline]
        fn #name(#before: &#ty, #after: &#ty) -> #result { #compared }
    }
}

/// Calls the resource function with its arguments. The result is `None` after a `?` without a value, and for arguments
/// with an error.
///
/// ```text
/// fn __start_user(client: &Client, id: &u64) -> Option<impl FnOnce(Start<'_, Future>)> {
///     let argument_0 = Argument::copy_for_call(client);
///     let argument_1 = Argument::copy_for_call(id)?; // for the argument `id?`
///     Some(<fetch_user>::__start(argument_0, argument_1))
/// }
/// ```
fn start(
    header: &Header,
    node: &Node,
    path: &Path,
    args: Option<(&[Arg], Span)>,
    uses: &[Use],
) -> Function {
    let name = function("start", node);
    let unused = if args.is_some() && is_plain(node) {
        TokenStream::new()
    } else {
        may_be_unused()
    };
    let parameters = uses
        .iter()
        .map(|used| parameter(header, used, false, &unused));
    let future = resource_type(path, "Future");
    let started = match args {
        Some((args, parens)) => {
            let (clones, values) = arguments(header, args, parens);
            let function = names::resource(path);
            let call = quote_spanned!(path.span()=> <#function>::__start #values);
            let aliases = mixed::aliases(header, node);
            quote!(#aliases #clones ::signal_kernel::__private::core::option::Option::Some(#call))
        }
        None => quote! {
            ::signal_kernel::__private::core::option::Option::None::<fn(::signal_kernel::__private::Start<'_, #future>)>
        },
    };
    let head = quote_spanned! {path.span()=>
        fn #name(#(#parameters),*) -> ::signal_kernel::__private::core::option::Option<
            impl ::signal_kernel::__private::core::ops::FnOnce(::signal_kernel::__private::Start<'_, #future>),
        >
    };
    Function {
        head,
        result: quote!(_),
        stand_in: Some(quote_spanned!(path.span()=> { #started })),
    }
}
