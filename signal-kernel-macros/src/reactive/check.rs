//! The rules of a graph. The lists below are the specification: each rule is one function.
//!
//! Invariants: a mistake is reported once, on the user's own tokens; a body that carries one, or that uses a broken
//! declaration, is broken itself. The outcome can be expanded, whatever was reported.
//!
//! Must not know: how a graph runs, or what is generated for it.

mod bodies;
mod body;
mod declarations;
mod inside;
mod owned;
mod per;
mod state;
mod time;

use std::cell::Cell;

use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::attributes::{self, OfStruct};
use crate::reactive::names::{Facts, Names, Walk, text};
use crate::reactive::parse::{Draft, Item, Maker, Value};
use crate::reactive::{itself, order};
use bodies::{
    initial_values, known_names, needs_stand_in, no_awaits, no_getters, no_mutable_fields, no_self,
    no_writes, not_itself, runs_ever,
};
use body::{Body, Place};
pub(crate) use body::{CheckedBody, CheckedNode};
use declarations::{declared_once, fed_by_calls, free_names, owned_types};
use inside::{fed_once, no_node_as_argument};
use per::per_dependencies;
use time::{has_a_sleep, waits_for_something};

/// Rules on declarations. `parse` reports SK008, SK009 and SK019, `attributes` reports SK010 and SK021, `acyclic` reports
/// SK002.
const DECLARATIONS: [fn(&mut Draft, &OfStruct, &mut Errors); 5] = [
    declared_once, // SK004
    free_names,    // SK005
    fed_by_calls,  // SK018
    owned_types,   // SK020
    fed_once,      // SK032
];

/// Rules on bodies and the arguments of resources.
const BODIES: [fn(&Body, &mut Errors); 13] = [
    known_names,         // SK001
    initial_values,      // SK028
    per_dependencies,    // SK001, SK029
    no_node_as_argument, // SK031
    not_itself,          // SK003
    no_writes,           // SK006, SK007
    no_awaits,           // SK011
    no_self,             // SK012
    no_mutable_fields,   // SK023
    no_getters,          // SK024
    runs_ever,           // SK010
    has_a_sleep,         // SK040
    waits_for_something, // SK010
];

/// A draft that every rule has seen, and what was found out about it.
pub(crate) struct Checked {
    pub(crate) draft: Draft,
    /// The attributes of the struct.
    pub(crate) attributes: OfStruct,
    /// Every name that a body may mention.
    pub(crate) names: Names,
    /// The items that can be nodes, in the order of declaration.
    pub(crate) nodes: Vec<CheckedNode>,
}

/// Each misspelt name is compared with each known one. After this many pairs in a graph an unknown name is left to
/// rustc, which reports it without a suggestion: the time must not grow with the square of the mistakes.
const MOST_COMPARISONS: usize = 50_000;

pub(crate) fn check(mut draft: Draft, errors: &mut Errors) -> Checked {
    let mut of_struct = attributes::of_struct(&draft.attrs, errors); // SK010, SK021
    for rule in DECLARATIONS {
        rule(&mut draft, &of_struct, errors);
    }
    itself::named(&mut draft);
    let items: Vec<&Item> = draft.items.iter().filter(|item| !item.rejected).collect();
    let readable = items.iter().filter(|node| node.kind != NodeKind::Effect);
    let known: Vec<String> = readable.map(|node| text(&node.name)).collect();
    let names = names(&draft);
    let sleeps = draft.attrs.iter().any(|attr| attr.path().is_ident("sleep"));
    let comparisons = Cell::new(MOST_COMPARISONS);
    let mut nodes = Vec::with_capacity(items.len());
    for (index, item) in draft.items.iter().enumerate() {
        let node = (!item.rejected).then_some(nodes.len());
        let attributes = attributes::of_item(&item.attrs, item.kind, errors); // SK010
        let mut judged = |mut facts: Facts, place: Place| {
            facts
                .callees
                .retain(|callee| needs_stand_in(callee, &items));
            let body = Body {
                graph: &draft.name,
                item,
                attributes: &attributes,
                node,
                facts: &facts,
                place,
                nodes: &items,
                known: &known,
                comparisons: &comparisons,
                absent: &draft.absent,
                items: &draft.items,
                poisoned: &draft.poisoned,
                sleeps,
            };
            let before = errors.count();
            for rule in BODIES {
                rule(&body, errors);
            }
            let broken = errors.count() > before || facts.poisoned;
            (facts, broken)
        };
        let (facts, broken) = judged(facts(item, &names), Place::Itself);
        let keys = item.keys().map(|keys| {
            let (facts, broken) = judged(inside::of_keys(keys, &names), Place::Keys);
            CheckedBody {
                broken: broken || keys.value.is_none(),
                facts,
            }
        });
        let feeds = item.feeds.iter().map(|feed| {
            let (facts, broken) = judged(inside::of_feed(item, feed, &names), Place::Feed);
            CheckedBody {
                broken: broken || feed.value.is_none(),
                facts,
            }
        });
        let feeds: Vec<CheckedBody> = feeds.collect();
        if node.is_some() {
            nodes.push(CheckedNode {
                item: index,
                dependencies: match item.kind {
                    NodeKind::Graph | NodeKind::List => {
                        inside::reads(item, node, keys.as_ref(), &feeds)
                    }
                    _ => reads(item, node, &facts),
                },
                broken: broken || !is_whole(item),
                attributes,
                facts,
                keys,
                feeds,
            });
        }
    }
    state::of_graph(&draft, &mut of_struct, &mut nodes, errors); // SK010, SK037
    Checked {
        draft,
        attributes: of_struct,
        names,
        nodes,
    }
}

/// Whether all parts of the item that its node needs have been read.
fn is_whole(item: &Item) -> bool {
    match item.value {
        Value::Absent => match &item.list {
            Some(list) => list.key.is_some() && list.maker.as_ref().is_none_or(Maker::is_whole),
            None => item.kind.is_source() || item.kind == NodeKind::Graph,
        },
        Value::Made(_) => item.ty.is_some(),
        Value::Expr(..) => item.ty.is_some(),
        Value::Block(_) => item.kind == NodeKind::Effect,
        Value::Call(_, ref arguments) => arguments.is_some(),
        Value::Broken(_) => false,
    }
}

impl Checked {
    /// The item of a node.
    pub(crate) fn item(&self, node: usize) -> &Item {
        &self.draft.items[self.nodes[node].item]
    }
}

/// SK002, and the ranks if there is no cycle: effects last, as nothing reads them.
pub(crate) fn acyclic(checked: &Checked, errors: &mut Errors) -> Option<Vec<usize>> {
    let nodes = checked.nodes.iter();
    let dependencies: Vec<Vec<usize>> = nodes.map(|node| node.dependencies.clone()).collect();
    match order::order(&dependencies) {
        Ok(order) => {
            let is_effect = |node: &usize| checked.item(*node).kind == NodeKind::Effect;
            let (mut effects, mut order): (Vec<_>, Vec<_>) = order.into_iter().partition(is_effect);
            effects.sort_unstable();
            order.append(&mut effects);
            Some(order)
        }
        Err(cycles) => {
            for cycle in cycles {
                cyclic(&cycle, checked, errors);
            }
            None
        }
    }
}

/// The whole path at the node declared first, and one error at each further edge.
fn cyclic(cycle: &[usize], checked: &Checked, errors: &mut Errors) {
    let name = |node: usize| format!("`{}`", checked.item(node).name);
    let closed = || cycle.iter().chain(&cycle[..1]).copied();
    let path = closed().map(name).collect::<Vec<_>>().join(" -> ");
    let first = &checked.item(cycle[0]).name;
    let starts_anew = cycle.iter().any(|&node| checked.item(node).per.is_some());
    let inside = cycle.iter().map(|&node| checked.item(node));
    let inside = inside
        .clone()
        .find(|item| matches!(item.kind, NodeKind::Graph | NodeKind::List));
    let help = if let Some(inside) = inside {
        &format!(
            "{} `{}` is one step: what feeds it cannot depend on it, through whichever node",
            inside.kind.keyword(),
            inside.name
        )
    } else if starts_anew {
        "compute these together, or leave one of them out behind `per`"
    } else {
        "compute these together, or make one of them a `signal`"
    };
    errors
        .push("SK002", first, format!("cyclic dependency: {path}"))
        .help(help);
    for (reader, read) in closed().zip(closed().skip(1)).skip(1) {
        let node = &checked.nodes[reader];
        let bodies = node.keys.iter().chain(&node.feeds);
        let facts = std::iter::once(&node.facts).chain(bodies.map(|body| &body.facts));
        let mut uses = facts.flat_map(|facts| &facts.uses);
        let used = uses.find(|used| used.node == read);
        let mention = used.map_or(&checked.item(reader).name, |used| &used.ident);
        let text = format!("…{} reads {} here", name(reader), name(read));
        errors.push("SK002", mention, text);
    }
}

/// Every name that a body may mention. An effect has no value, so its name is not among them.
fn names(draft: &Draft) -> Names {
    let mut names = Names::default();
    let mut node = 0;
    for item in &draft.items {
        let index = (!item.rejected).then_some(node);
        node += usize::from(!item.rejected);
        if item.kind != NodeKind::Effect {
            let poisoned = item.ty.is_none() && item.kind != NodeKind::Resource;
            names.insert(&item.name, index, Some(item.kind), poisoned);
        }
    }
    for name in &draft.poisoned {
        names.insert(name, None, None, true);
    }
    names
}

fn facts(item: &Item, names: &Names) -> Facts {
    if let Some(per) = &item.per {
        return per::facts(item, per, names);
    }
    if item.list.is_some() {
        return inside::of_list(item, names);
    }
    let mut walk = Walk::new(names);
    match (&item.value, item.kind) {
        (Value::Expr(_, expr), NodeKind::Field | NodeKind::Signal) => {
            walk.expr(expr);
            // No edge: an initial value may not mention a node.
            return Facts {
                values: walk.finish().values,
                ..Facts::default()
            };
        }
        (_, NodeKind::Field | NodeKind::Signal) | (Value::Absent, _) => {}
        (Value::Broken(tokens), _) => walk.tokens(tokens),
        (Value::Made(args), _) => args.exprs.iter().for_each(|expr| walk.expr(expr)),
        (Value::Expr(_, expr), _) => walk.expr(expr),
        (Value::Block(block), _) => walk.block(block),
        (Value::Call(_, args), _) => {
            let exprs = args.iter().flat_map(|args| &args.exprs);
            exprs.for_each(|expr| walk.expr(expr));
        }
    }
    walk.finish()
}

fn reads(item: &Item, node: Option<usize>, facts: &Facts) -> Vec<usize> {
    if let Value::Broken(_) = item.value {
        return Vec::new();
    }
    let reads = facts.uses.iter().map(|used| used.node);
    reads.filter(|&read| Some(read) != node).collect()
}
