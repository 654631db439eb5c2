//! Rules on declarations: names, types and the calls of resources.
//!
//! Invariants: an item that cannot be a node is marked so, and stays in the draft: its body is checked like any other.
//!
//! Must not know: the mentions in bodies.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprPath, Path, token};

use super::body::last;
use super::owned;
use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::attributes::OfStruct;
use crate::reactive::names::text;
use crate::reactive::parse::{Arguments, Draft, Item, Value};

/// SK004: names are unique.
pub(super) fn declared_once(draft: &mut Draft, _: &OfStruct, errors: &mut Errors) {
    let mut first: HashMap<String, (usize, bool)> = HashMap::new();
    for at in 0..draft.items.len() {
        let name = draft.items[at].name.clone();
        let Some((before, is_reported)) = first.get_mut(&text(&name)) else {
            first.insert(text(&name), (at, false));
            continue;
        };
        errors.push("SK004", &name, format!("node `{name}` is declared twice"));
        if !std::mem::replace(is_reported, true) {
            errors.push("SK004", &draft.items[*before].name, "first declared here");
        }
        draft.items[at].rejected = true;
    }
}

const RESERVED: [&str; 9] = [
    "new",
    "part",
    "default",
    "batch",
    "transaction",
    "poll_progress",
    "progress",
    "settled",
    "GRAPH",
];

/// Names of methods that a graph has under `#[state]`.
const RESERVED_BY_STATE: [&str; 3] = ["state", "restore", "with_state"];

/// SK005: no two generated methods have one name.
pub(super) fn free_names(draft: &mut Draft, of_struct: &OfStruct, errors: &mut Errors) {
    let mut getters: HashMap<String, usize> = HashMap::new();
    for (at, item) in draft.items.iter_mut().enumerate() {
        let name = text(&item.name);
        let of_state = of_struct.state.is_some() && RESERVED_BY_STATE.contains(&name.as_str());
        if RESERVED.contains(&name.as_str()) || of_state || name.starts_with("__") {
            let reserved = format!("the node name `{name}` is reserved");
            let error = errors.push("SK005", &item.name, reserved);
            if name.starts_with("__") {
                error.help("names that start with `__` belong to the macro");
            } else if of_state {
                error.help("a graph with `#[state(..)]` has a method of this name");
            }
            item.rejected = true;
        } else if !item.rejected && item.kind != NodeKind::Effect {
            getters.insert(name, at);
        }
    }
    let mut generated: HashMap<String, usize> = HashMap::new();
    for at in 0..draft.items.len() {
        let item = &draft.items[at];
        if item.rejected {
            continue;
        }
        for method in methods(item) {
            let (noun, name) = (item.kind.noun(), &item.name);
            let text = format!("{noun} `{name}` generates `{method}`");
            if let Some(&at) = getters.get(&method) {
                let other = &draft.items[at].name;
                errors.push(
                    "SK005",
                    other,
                    format!("{text}, which is declared here too"),
                );
                draft.items[at].rejected = true;
                break;
            }
            if let Some(&first) = generated.get(&method) {
                let other = &draft.items[first].name;
                errors.push(
                    "SK005",
                    name,
                    format!("{text}, which `{other}` generates too"),
                );
                draft.items[at].rejected = true;
                break;
            }
            generated.insert(method, at);
        }
    }
}

/// Methods beside the getter, which has the name of the node.
fn methods(item: &Item) -> Vec<String> {
    let name = text(&item.name);
    match item.kind {
        NodeKind::Signal => vec![
            format!("set_{name}"),
            format!("update_{name}"),
            format!("update_{name}_with"),
        ],
        NodeKind::Resource => vec![format!("reload_{name}"), format!("cancel_{name}")],
        NodeKind::Graph => vec![format!("update_{name}"), format!("{name}_mut")],
        NodeKind::List => vec![
            format!("update_{name}"),
            format!("take_{name}"),
            format!("{name}_mut"),
        ],
        NodeKind::Field if item.mutable => vec![format!("{name}_mut")],
        _ => Vec::new(),
    }
}

/// SK018: a resource is fed by a call.
pub(super) fn fed_by_calls(draft: &mut Draft, _: &OfStruct, errors: &mut Errors) {
    for item in &mut draft.items {
        if item.kind != NodeKind::Resource {
            continue;
        }
        let call = match std::mem::replace(&mut item.value, Value::Absent) {
            Value::Expr(_, expr) => fed_by_call(expr, errors),
            // The path may be all that is left of the call, and it tells the type.
            Value::Broken(tokens) => path_of_call(tokens).map(|path| (path, None)),
            _ => None,
        };
        match call {
            Some((path, args)) => item.value = Value::Call(path, args),
            None => item.rejected = true,
        }
    }
}

/// Keeps the call of an expression that is nearly a call.
fn fed_by_call(expr: Expr, errors: &mut Errors) -> Option<(Path, Option<Arguments>)> {
    let text = "a resource is fed by a call";
    match expr {
        Expr::Group(group) => fed_by_call(*group.expr, errors),
        Expr::Await(wait) => {
            errors
                .push("SK018", wait.await_token, text)
                .help("remove `.await`: the graph drives the future");
            fed_by_call(*wait.base, errors)
        }
        Expr::Try(tried) => {
            errors
                .push("SK018", tried.question_token, text)
                .help("remove `?`: the error is part of the resource's state");
            fed_by_call(*tried.expr, errors)
        }
        Expr::Path(path) if path.qself.is_none() => {
            let help = format!("call it: `{}(…)`", last(&path.path));
            errors.push("SK018", &path, text).help(help);
            Some((path.path, None))
        }
        Expr::Call(call) => match ungrouped(*call.func) {
            Expr::Path(path) if path.qself.is_none() => {
                let arguments = Arguments {
                    parens: call.paren_token,
                    exprs: call.args.into_iter().collect(),
                };
                Some((path.path, Some(arguments)))
            }
            func => {
                errors
                    .push("SK018", &func, text)
                    .help("name the function by its path: `fetch_user(id)`");
                None
            }
        },
        expr => {
            errors
                .push("SK018", &expr, text)
                .help("call a function that is marked `#[resource]`: `fetch_user(id)`");
            None
        }
    }
}

/// Removes the group around a fragment: the path of the function may be one.
fn ungrouped(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => ungrouped(*group.expr),
        expr => expr,
    }
}

/// SK020: types own their values.
pub(super) fn owned_types(draft: &mut Draft, _: &OfStruct, errors: &mut Errors) {
    owned::generics(&draft.generics, errors);
    for item in &mut draft.items {
        if !owned::check(&mut item.ty, &draft.generics, errors) {
            item.value = match std::mem::replace(&mut item.value, Value::Absent) {
                Value::Expr(tokens, _) => Value::Broken(tokens),
                value => value,
            };
        }
    }
}

/// The path at the start of a broken call.
fn path_of_call(tokens: TokenStream) -> Option<Path> {
    let path = |input: ParseStream| {
        let path: ExprPath = input.parse()?;
        let called = input.peek(token::Paren);
        input.parse::<TokenStream>()?;
        Ok((path.path, called))
    };
    let (path, called) = path.parse2(tokens).ok()?;
    called.then_some(path)
}
