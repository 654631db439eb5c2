//! From syntax to meaning: items become nodes of the model.
//!
//! Invariants: every item gives a node; parts that are missing, and have been reported, get a stand-in
//! which type-checks.
//!
//! Must not know: the rules; the emitted code.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Meta, Path, Type, TypeTuple, punctuated::Punctuated};

use crate::kind::NodeKind;
use crate::reactive::attributes::{OfStruct, Saved};
use crate::reactive::check::{Checked, CheckedNode};
use crate::reactive::model::{Arg, Declaration, Feed, Keys, Kind, List, Made, Maker, Node, Per};
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
        sleep: attributes.sleep,
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
        keys,
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
                interruptions: attributes.interruptions,
                times: attributes.times,
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
        NodeKind::Graph | NodeKind::List => {
            let keys = keys.map(|checked| {
                facts.callees.extend(checked.facts.callees);
                Keys {
                    raw: item.keys().map(|keys| keys.raw.clone()).unwrap_or_default(),
                    named: checked.facts.named,
                    uses: checked.facts.uses,
                    broken: checked.broken,
                }
            });
            let feeds = item.feeds.iter().zip(feeds).map(|(feed, checked)| {
                facts.callees.extend(checked.facts.callees);
                Feed {
                    signal: feed.signal.clone(),
                    raw: feed.raw.clone(),
                    named: checked.facts.named,
                    uses: checked.facts.uses,
                    names_key: names_key(item, &feed.raw),
                    broken: checked.broken,
                }
            });
            let feeds = feeds.collect();
            match &item.list {
                Some(list) => Kind::List(Box::new(List {
                    ty: ty(item),
                    key: list.key.clone().unwrap_or_else(unit),
                    keys,
                    maker: list.maker.as_ref().map(|maker| Maker {
                        pattern: maker.pattern.clone(),
                        ty: maker.ty.clone().unwrap_or_else(unit),
                        made: arguments(item, &maker.arguments, uses, names),
                    }),
                    feeds,
                })),
                None => Kind::Graph {
                    ty: ty(item),
                    feeds,
                    made: match &item.value {
                        Value::Absent => None,
                        value => Some(arguments(item, value, uses, names)),
                    },
                },
            }
        }
    };
    let is_saved = of_struct.state.is_some() && item.kind.has_state();
    let saved = is_saved.then_some(attributes.saved);
    let saved = saved.and_then(field_of_state);
    Node {
        attrs: attributes.forwarded,
        vis: item.vis.clone(),
        name: item.name.clone(),
        raw: match item.maker() {
            Some(maker) => maker.raw.clone(),
            None => item.raw.clone(),
        },
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

/// The attributes of the field that the state has for a node.
fn field_of_state(saved: Option<Saved>) -> Option<Vec<Meta>> {
    match saved {
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

/// The arguments of a graph inside. Those that do not parse are empty: the graph is in a sketch.
fn arguments(item: &Item, value: &Value, uses: Vec<Use>, names: &Names) -> Made {
    // The name of the key is no node.
    let is_node = |name: &Ident| uses.iter().any(|used| names.node(name) == Some(used.node));
    match value {
        Value::Made(arguments) => Made {
            args: arguments
                .exprs
                .iter()
                .map(|expr| match bare(expr) {
                    Some(name) if !is_node(name) => Arg {
                        expr: expr.clone(),
                        bare: None,
                        tried: None,
                    },
                    _ => untried(expr, names),
                })
                .collect(),
            parens: arguments.parens.span.join(),
            uses,
        },
        _ => Made {
            args: Vec::new(),
            parens: item.name.span(),
            uses,
        },
    }
}

/// Whether a feed of a list mentions a name of the pattern that takes the key.
fn names_key(item: &Item, feed: &TokenStream) -> bool {
    fn words_of(tokens: TokenStream, words: &mut Vec<String>) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => words.push(word.to_string()),
                TokenTree::Group(group) => words_of(group.stream(), words),
                TokenTree::Literal(literal) => words.push(literal.to_string()),
                TokenTree::Punct(_) => {}
            }
        }
    }
    let Some(maker) = item.maker() else {
        return false;
    };
    let [mut bound, mut mentioned] = [Vec::new(), Vec::new()];
    words_of(maker.raw_pattern.clone(), &mut bound);
    words_of(feed.clone(), &mut mentioned);
    // A format string may capture a name.
    let mentions = |name: &String| {
        mentioned
            .iter()
            .any(|word| word == name || word.starts_with('"') && word.contains(&**name))
    };
    bound.iter().any(mentions)
}
