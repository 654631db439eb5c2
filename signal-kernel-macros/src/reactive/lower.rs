//! From syntax to meaning: items become nodes of the model.
//!
//! Invariants: every item gives a node; parts that are missing, and have been reported, get a stand-in
//! which type-checks.
//!
//! Must not know: the rules; the emitted code.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, Ident, Meta, Path, Type, TypeTuple, punctuated::Punctuated};

use crate::kind::NodeKind;
use crate::reactive::attributes::{OfStruct, Saved};
use crate::reactive::check::{Checked, CheckedNode};
use crate::reactive::model::{Arg, Declaration, Feed, Kind, Made, Node, Per};
use crate::reactive::names::{Names, Use, bare};
use crate::reactive::parse::{Dependency, Draft, Item, Value};

/// The declaration, and for each of its nodes whether it is broken.
pub(crate) fn lower(checked: Checked) -> (Declaration, Vec<bool>) {
    let Checked {
        draft,
        attributes,
        names,
        nodes,
    } = checked;
    let broken = nodes.iter().map(|node| node.broken).collect();
    let nodes = nodes
        .into_iter()
        .map(|checked| node(&draft.items[checked.item], checked, &names, &attributes))
        .collect();
    let declaration = Declaration {
        attrs: attributes.forwarded,
        debug: attributes.debug,
        batch: attributes.batch,
        state: attributes.state,
        unexpected: unexpected(&draft),
        vis: draft.vis,
        name: draft.name,
        generics: draft.generics,
        nodes,
    };
    (declaration, broken)
}

/// From the index of an item to that of a node.
fn unexpected(draft: &Draft) -> Vec<(usize, Ident)> {
    let node = |item: usize| draft.items[..item].iter().filter(|item| !item.rejected);
    let words = draft.unexpected.iter();
    words
        .map(|(item, word)| (node(*item).count(), word.clone()))
        .collect()
}

fn node(item: &Item, checked: CheckedNode, names: &Names, of_struct: &OfStruct) -> Node {
    let CheckedNode {
        attributes,
        mut facts,
        feeds,
        ..
    } = checked;
    let uses = std::mem::take(&mut facts.uses);
    let kind = match item.kind {
        NodeKind::Field => Kind::Field {
            mutable: item.mutable,
            ty: ty(item),
            is_parameter: matches!(item.value, Value::Absent),
        },
        NodeKind::Signal => Kind::Signal {
            ty: ty(item),
            is_parameter: matches!(item.value, Value::Absent),
            equality: attributes.equality,
            per: item.per.as_ref().map(|per| Per {
                own: facts.own,
                uses,
                starts: facts.starts,
                inside: nodes_inside(&per.dependencies, names),
                raw: per.raw.clone(),
            }),
        },
        NodeKind::Computed => Kind::Computed {
            ty: ty(item),
            uses,
            equality: attributes.equality,
            eager: of_struct.eager || attributes.eager,
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
                equality: attributes.equality,
            }
        }
        NodeKind::Effect => Kind::Effect {
            kept: match item.value {
                Value::Expr(..) => Some(ty(item)),
                _ => item.ty.clone(),
            },
            uses,
            after_first: attributes.after_first.is_some(),
        },
        NodeKind::Graph => {
            let feeds = item.feeds.iter().zip(feeds).map(|(feed, checked)| {
                facts.callees.extend(checked.facts.callees);
                Feed {
                    signal: feed.signal.clone(),
                    raw: feed.raw.clone(),
                    named: checked.facts.named,
                    uses: checked.facts.uses,
                    broken: checked.broken,
                }
            });
            Kind::Graph {
                ty: ty(item),
                feeds: feeds.collect(),
                made: made(item, uses, names),
            }
        }
    };
    let is_saved = of_struct.state.is_some() && item.kind == NodeKind::Signal;
    let saved = is_saved.then_some(attributes.saved);
    let saved = saved.and_then(field_of_state);
    Node {
        attrs: attributes.forwarded,
        vis: item.vis.clone(),
        name: item.name.clone(),
        raw: item.raw.clone(),
        named: facts.named,
        callees: facts.callees,
        saved,
        kind,
    }
}

fn nodes_inside(dependencies: &[Dependency], names: &Names) -> Vec<(usize, Ident)> {
    let inside = dependencies.iter().filter_map(|dependency| {
        let graph = names.node(&dependency.node)?;
        let is_graph = names.kind(&dependency.node) == Some(NodeKind::Graph);
        Some((graph, dependency.part.clone().filter(|_| is_graph)?))
    });
    inside.collect()
}

/// The attributes of the field that the state has for a signal.
fn field_of_state(of_signal: Option<Saved>) -> Option<Vec<Meta>> {
    match of_signal {
        Some(Saved { skip: true, .. }) => None,
        Some(Saved { attrs, .. }) => Some(attrs),
        None => Some(Vec::new()),
    }
}

fn ty(item: &Item) -> Type {
    item.ty.clone().unwrap_or_else(unit)
}

/// `()`
fn unit() -> Type {
    Type::Tuple(TypeTuple {
        attrs: Vec::new(),
        paren_token: Default::default(),
        elems: Punctuated::new(),
    })
}

fn call(item: &Item, names: &Names) -> (Path, Vec<Arg>, Span) {
    let Value::Call(path, args) = &item.value else {
        // A resource without a call is no node of the graph.
        let unknown = Ident::new("unknown", Span::call_site());
        return (unknown.into(), Vec::new(), Span::call_site());
    };
    let parens = match args {
        Some(args) => args.parens.span.join(),
        None => path.span(),
    };
    let exprs = args.iter().flat_map(|args| &args.exprs);
    let node = |expr: &Expr| names.node(bare(expr)?);
    let args = exprs.map(|expr| match expr {
        Expr::Try(tried) if node(&tried.expr).is_some() => Arg {
            expr: (*tried.expr).clone(),
            bare: node(&tried.expr),
            tried: Some(tried.question_token),
        },
        _ => untried(expr, names),
    });
    (path.clone(), args.collect(), parens)
}

fn untried(expr: &Expr, names: &Names) -> Arg {
    Arg {
        expr: expr.clone(),
        bare: bare(expr).and_then(|name| names.node(name)),
        tried: None,
    }
}

/// `None` for a graph that is a parameter of `new`.
fn made(item: &Item, uses: Vec<Use>, names: &Names) -> Option<Made> {
    match &item.value {
        Value::Made(arguments) => Some(Made {
            args: arguments
                .exprs
                .iter()
                .map(|expr| untried(expr, names))
                .collect(),
            parens: arguments.parens.span.join(),
            uses,
        }),
        // The arguments do not parse, so the graph is in a sketch.
        Value::Broken(_) => Some(Made {
            args: Vec::new(),
            parens: item.name.span(),
            uses,
        }),
        _ => None,
    }
}
