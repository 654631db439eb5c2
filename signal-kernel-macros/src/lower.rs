//! From what was written to what it means: items become nodes of the model.
//!
//! Invariants: every item gives a node; parts that are missing, and have been reported, get a stand-in
//! which type-checks.
//!
//! Must not know: any rule; what is emitted.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, Path, Type, parse_quote};

use crate::attributes::Attributes;
use crate::kind::NodeKind;
use crate::model::{Arg, Kind, Node};
use crate::names::{Facts, Names, bare};
use crate::parse::{Item, Value};

pub(crate) fn node(item: &Item, attributes: Attributes, facts: Facts, names: &Names) -> Node {
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
            is_parameter: matches!(item.value, Value::Absent),
        },
        NodeKind::Signal => Kind::Signal {
            ty: ty(item),
            is_parameter: matches!(item.value, Value::Absent),
            rule: attributes.rule,
        },
        NodeKind::Computed => Kind::Computed {
            ty: ty(item),
            uses,
            rule: attributes.rule,
        },
        NodeKind::Resource => {
            let (path, args, parens) = call(item, names);
            Kind::Resource {
                path,
                args,
                parens,
                uses,
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
            uses,
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

fn ty(item: &Item) -> Type {
    let missing = || parse_quote!(());
    item.ty.clone().unwrap_or_else(missing)
}

fn call(item: &Item, names: &Names) -> (Path, Vec<Arg>, Span) {
    let Value::Call(path, args) = &item.value else {
        // A resource without a call is no node of the graph.
        return (parse_quote!(unknown), Vec::new(), Span::call_site());
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
    (path.clone(), args.collect(), parens)
}
