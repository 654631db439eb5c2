//! From what was written to what it means: items become nodes of the model.
//!
//! Invariants: every item gives a node; parts that are missing, and have been reported, get a stand-in
//! which type-checks.
//!
//! Must not know: any rule.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, Path, Type, parse_quote_spanned, token};

use crate::attributes::Attributes;
use crate::kind::NodeKind;
use crate::model::{Arg, Body, Kind, Node, Use};
use crate::names::{Facts, Names, bare};
use crate::parse::{Item, Value};

pub(crate) fn node(
    item: &Item,
    attributes: Attributes,
    facts: Facts,
    good: bool,
    names: &Names,
) -> Node {
    let Facts {
        uses,
        named,
        callees,
        ..
    } = facts;
    let kind = match item.kind {
        NodeKind::Field => Kind::Field {
            mutable: item.mutable,
            ty: ty(item),
            value: value(item, good),
        },
        NodeKind::Signal => Kind::Signal {
            ty: ty(item),
            value: value(item, good),
            rule: attributes.rule,
        },
        NodeKind::Computed => Kind::Computed {
            ty: ty(item),
            body: body(item, uses, good),
            rule: attributes.rule,
        },
        NodeKind::Resource => {
            let (path, args, parens) = call(item, names);
            Kind::Resource {
                path,
                args,
                parens,
                uses,
                good: good && matches!(item.value, Value::Call(_, Some(_))),
                keep_previous: attributes.keep_previous,
                manual: attributes.manual,
                rule: attributes.rule,
            }
        }
        NodeKind::Effect => Kind::Effect {
            kept: match item.value {
                Value::Expr(..) => Some(ty(item)),
                _ => item.ty.clone(),
            },
            body: body(item, uses, good),
        },
    };
    Node {
        attrs: attributes.passed,
        vis: item.vis.clone(),
        name: item.name.clone(),
        raw: item.raw.clone(),
        named,
        callees,
        kind,
    }
}

/// The path a broken call starts with.
pub(crate) fn path_of_call(tokens: TokenStream) -> Option<Path> {
    let path = |input: ParseStream| {
        let path: ExprPath = input.parse()?;
        let called = input.peek(token::Paren);
        input.parse::<TokenStream>()?;
        Ok((path.path, called))
    };
    let (path, called) = path.parse2(tokens).ok()?;
    called.then_some(path)
}

fn ty(item: &Item) -> Type {
    let missing = || Type::Verbatim(quote!(()));
    item.ty.clone().unwrap_or_else(missing)
}

/// A value that does not parse or carries a mistake, or whose type does not parse, is one that never comes to be; it is there, or
/// else `new` would have one more parameter.
fn value(item: &Item, good: bool) -> Option<Expr> {
    let never = || {
        Expr::Verbatim(quote!({
            fn broken<T>() -> T {
                ::signal_kernel::__private::core::unreachable!()
            }
            broken()
        }))
    };
    match &item.value {
        Value::Absent => None,
        Value::Expr(_, expr) if item.ty.is_some() && good => Some(expr.clone()),
        _ => Some(never()),
    }
}

fn body(item: &Item, uses: Vec<Use>, good: bool) -> Body {
    let parsed = match &item.value {
        Value::Expr(..) => item.ty.is_some(),
        Value::Block(..) => true,
        Value::Broken(_) | Value::Absent | Value::Call(..) => false,
    };
    Body {
        uses,
        good: good && parsed,
    }
}

fn call(item: &Item, names: &Names) -> (Path, Vec<Arg>, Span) {
    let Value::Call(path, args) = &item.value else {
        // A resource without a call has been refused its place in the graph.
        return (syn::parse_quote!(unknown), Vec::new(), Span::call_site());
    };
    let parens = match args {
        Some(args) => args.parens.span.join(),
        None => path.span(),
    };
    let exprs = args.iter().flat_map(|args| &args.exprs);
    let args = exprs.map(|expr| {
        let node = |expr: &Expr| names.node(bare(expr)?);
        match expr {
            Expr::Try(tried) if node(&tried.expr).is_some() => Arg {
                expr: (*tried.expr).clone(),
                bare: node(&tried.expr),
                tried: Some(tried.question_token),
            },
            _ => Arg {
                expr: expr.clone(),
                bare: node(expr),
                tried: None,
            },
        }
    });
    (known(path), args.collect(), parens)
}

/// A path that looks like a type's may be one, and no resource. Then everything that is said of it rests on
/// one constant, which fails at the path: one mistake, one error. A constant cannot depend on the
/// parameters of the struct, so a path with arguments stays as it is.
///
/// ```text
/// ::signal_kernel::__private::Known<Fetch, { <Fetch as ::signal_kernel::Resource>::IS }>
/// ```
fn known(path: &Path) -> Path {
    let last = path.segments.last();
    let suspect = last.is_some_and(|last| {
        let name = last.ident.to_string();
        last.arguments.is_none() && name.starts_with(char::is_uppercase)
    });
    if !suspect {
        return path.clone();
    }
    parse_quote_spanned! {path.span()=>
        ::signal_kernel::__private::Known<#path, { <#path as ::signal_kernel::Resource>::IS }>
    }
}
