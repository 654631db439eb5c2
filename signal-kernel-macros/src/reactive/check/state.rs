//! SK010, SK037: the attribute `state` of a struct and those of its items fit together.
//!
//! Invariants: a struct of the state whose name is taken is not emitted.
//!
//! Must not know: how the state is taken or restored.

use super::body::CheckedNode;
use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::attributes::{OfStruct, Saved};
use crate::reactive::parse::{Draft, Item};
use syn::{GenericParam, Ident, Type, ext::IdentExt};

pub(super) fn of_graph(
    draft: &Draft,
    of_struct: &mut OfStruct,
    nodes: &mut [CheckedNode],
    errors: &mut Errors,
) {
    let marked = nodes.iter().filter_map(|node| {
        let item = &draft.items[node.item];
        Some((item, node.attributes.saved.as_ref()?))
    });
    let Some(state) = &of_struct.state else {
        let is_declared = |attr: &syn::Attribute| attr.path().is_ident("state");
        // A `state` of the struct that does not parse has been reported.
        if !draft.attrs.iter().any(is_declared) {
            for (item, saved) in marked {
                let (article, noun) = (item.kind.article(), item.kind.noun());
                let text = format!(
                    "attribute `state` has no meaning on {article} {noun} of a graph without state"
                );
                errors
                    .push("SK010", &saved.path, text)
                    .help("add `#[state(Name)]` to the struct");
            }
        }
        return;
    };
    let is_saved = |node: &CheckedNode| {
        let left_out = node.attributes.saved.as_ref().is_some_and(|it| it.skip);
        draft.items[node.item].kind.has_state() && !left_out
    };
    // An item that is no node has been reported, and may have been a signal.
    let is_whole = draft.poisoned.is_empty() && draft.items.iter().all(|item| !item.rejected);
    if is_whole && !nodes.iter().any(is_saved) {
        let (graph, name) = (&draft.name, &state.name);
        let help = match marked.count() {
            0 => format!("`{graph}` has no signal, graph inside or list"),
            _ => "everything is left out by `#[state(skip)]`".to_owned(),
        };
        errors
            .push("SK010", name, format!("`{name}` would hold nothing"))
            .help(help);
    }
    for node in nodes.iter_mut().filter(|node| is_saved(node)) {
        let item = &draft.items[node.item];
        if !is_of_known_type(draft, item, errors) {
            node.attributes.saved = Some(Saved::skipped(&state.name));
        }
    }
    if let Some(owner) = taken(draft, of_struct, &state.name) {
        let (graph, name) = (&draft.name.unraw(), &state.name);
        errors
            .push("SK010", name, format!("`{name}` is the name of {owner}"))
            .help(format!("the state is a struct of its own: `Saved{graph}`"));
        of_struct.state = None;
    }
}

/// SK037: `derive` would need a bound on the state of the parameter, and has no place for one.
fn is_of_known_type(draft: &Draft, item: &Item, errors: &mut Errors) -> bool {
    let Some(Type::Path(ty)) = item.ty.as_ref().filter(|_| item.kind != NodeKind::Signal) else {
        return true;
    };
    let mut parameters = draft.generics.type_params();
    let first = ty.path.segments.first().map(|first| &first.ident);
    let Some(parameter) = parameters.find(|it| Some(&it.ident) == first) else {
        return true;
    };
    let (noun, name, parameter) = (item.kind.noun(), &item.name, &parameter.ident);
    let text = format!("the state of {noun} `{name}` would depend on the parameter `{parameter}`");
    errors
        .push("SK037", ty, text)
        .help("leave it out with `#[state(skip)]`, or name the type of the graph");
    false
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
