//! SK010: the attribute `state` of a struct and those of its signals fit together.
//!
//! Invariants: a struct of the state whose name is taken is not emitted.
//!
//! Must not know: how the state is taken or restored.

use super::body::CheckedNode;
use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::attributes::OfStruct;
use crate::reactive::parse::Draft;
use syn::{GenericParam, Ident, ext::IdentExt};

pub(super) fn of_graph(
    draft: &Draft,
    of_struct: &mut OfStruct,
    nodes: &[CheckedNode],
    errors: &mut Errors,
) {
    let saved = nodes
        .iter()
        .filter_map(|node| node.attributes.saved.as_ref());
    let Some(state) = &of_struct.state else {
        let is_declared = |attr: &syn::Attribute| attr.path().is_ident("state");
        // A `state` of the struct that does not parse has been reported.
        if !draft.attrs.iter().any(is_declared) {
            let text = "attribute `state` has no meaning on a signal of a graph without state";
            for saved in saved {
                errors
                    .push("SK010", &saved.path, text)
                    .help("add `#[state(Name)]` to the struct");
            }
        }
        return;
    };
    let is_saved = |node: &CheckedNode| {
        let left_out = node.attributes.saved.as_ref().is_some_and(|it| it.skip);
        draft.items[node.item].kind == NodeKind::Signal && !left_out
    };
    // An item that is no node has been reported, and may have been a signal.
    let is_whole = draft.poisoned.is_empty() && draft.items.iter().all(|item| !item.rejected);
    if is_whole && !nodes.iter().any(is_saved) {
        let (graph, name) = (&draft.name, &state.name);
        let help = match saved.count() {
            0 => format!("`{graph}` has no signal"),
            _ => "every signal is left out by `#[state(skip)]`".to_owned(),
        };
        errors
            .push("SK010", name, format!("`{name}` would hold nothing"))
            .help(help);
    }
    if let Some(owner) = taken(draft, of_struct, &state.name) {
        let (graph, name) = (&draft.name.unraw(), &state.name);
        errors
            .push("SK010", name, format!("`{name}` is the name of {owner}"))
            .help(format!("the state is a struct of its own: `Saved{graph}`"));
        of_struct.state = None;
    }
}

/// The owner of a name that the struct of the state cannot have.
fn taken(draft: &Draft, of_struct: &OfStruct, state: &Ident) -> Option<&'static str> {
    let (name, graph) = (state.unraw(), draft.name.unraw());
    let is_batch = match &of_struct.batch {
        Some(batch) => batch.unraw() == name,
        None => name == format!("{graph}Batch"),
    };
    let is_named = |parameter: &GenericParam| match parameter {
        GenericParam::Type(parameter) => parameter.ident.unraw() == name,
        GenericParam::Const(parameter) => parameter.ident.unraw() == name,
        GenericParam::Lifetime(_) => false,
    };
    if name == graph {
        Some("the graph")
    } else if is_batch {
        Some("the batch type")
    } else if draft.generics.params.iter().any(is_named) {
        Some("a parameter of the graph")
    } else {
        None
    }
}
