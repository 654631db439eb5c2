//! The constants of a graph: its public description, and the wiring the runtime works on.
//!
//! Invariants: `GRAPH` lists nodes in declaration order; `WIRING` lists them by position.
//!
//! Must not know: types and bodies.

use super::{
    Context, Kind, Part,
    plan::{Plan, masks},
};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

/// ```text
/// impl Cart { pub const GRAPH: Graph = Graph::new("Cart", &[Node::new("price", NodeKind::Signal, None, &[]), …]); }
/// ```
///
/// A graph with an error has the constant too, but nothing in it.
pub(super) fn graph(context: &Context, plan: Option<&Plan>) -> TokenStream {
    let Context {
        name,
        impl_generics,
        type_generics,
        where_clause,
        graph,
        ..
    } = context;
    let vis = &graph.vis;
    let mut indices = vec![None; graph.nodes.len()];
    let shown = graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| !matches!(node.kind, Kind::Field { .. }));
    for (shown, (node, _)) in shown.clone().enumerate() {
        indices[node] = Some(shown);
    }
    let nodes = plan
        .into_iter()
        .flat_map(|plan| shown.clone().map(move |shown| (plan, shown)));
    let nodes = nodes.map(|(plan, (index, node))| {
        let name = node.name.unraw().to_string();
        let position = plan.position(index);
        let rank = if position < plan.ranks {
            quote!(Some(#position))
        } else {
            quote!(None)
        };
        let kind = match node.kind {
            Kind::Computed { .. } if plan.places[index].lazy => quote!(Lazy),
            Kind::Computed { .. } => quote!(Computed),
            Kind::Resource { .. } => quote!(Resource),
            Kind::Effect { .. } => quote!(Effect),
            Kind::Signal { .. } | Kind::Field { .. } => quote!(Signal),
        };
        let dependencies = node.uses().iter().filter_map(|used| indices[used.node]);
        quote! {
            ::signal_kernel::Node::new(
                #name,
                ::signal_kernel::NodeKind::#kind,
                ::core::option::Option::#rank,
                &[#(#dependencies),*],
            )
        }
    });
    let text = name.unraw().to_string();
    quote! {
        impl #impl_generics #name #type_generics #where_clause {
            /// The shape of this graph: its nodes and the edges between them.
            #[allow(dead_code)]
            #vis const GRAPH: ::signal_kernel::Graph = ::signal_kernel::Graph::new(#text, &[#(#nodes),*]);
        }
    }
}

/// ```text
/// &Wiring { graph: "Cart", nodes: &[Wire { name: "total", kind: Computed, dependencies: &[2, 3], dependents: … }, …] }
/// ```
pub(super) fn wiring(context: &Context, plan: &Plan) -> TokenStream {
    let text = context.name.unraw().to_string();
    let wires = plan.positions.iter().enumerate().map(|(position, &index)| {
        let node = &context.graph.nodes[index];
        let name = node.name.unraw().to_string();
        let is_question = position != plan.position(index);
        let kind = match node.kind {
            Kind::Resource { .. } if is_question => quote!(Question),
            Kind::Resource { .. } => quote!(Answer),
            Kind::Computed { .. } if plan.places[index].lazy => quote!(Lazy),
            Kind::Computed { .. } => quote!(Computed),
            Kind::Effect { .. } => quote!(Effect),
            Kind::Signal { .. } | Kind::Field { .. } => quote!(Signal),
        };
        let dependencies: Vec<u32> = match node.kind {
            Kind::Resource { .. } if !is_question => vec![position as u32 - 1],
            _ => node
                .uses()
                .iter()
                .filter_map(|used| plan.places[used.node].position)
                .map(|it| it as u32)
                .collect(),
        };
        let dependents = if is_question {
            pairs(&masks(std::iter::once(position + 1)))
        } else {
            pairs(&plan.masks(index, Part::Whole))
        };
        let dependents = match node.kind {
            Kind::Resource { .. } if !is_question => {
                let [value, error, status] = [Part::Value, Part::Error, Part::Status]
                    .map(|part| pairs(&plan.masks(index, part)));
                quote! {
                    ::signal_kernel::__private::Dependents {
                        whole: #dependents,
                        value: #value,
                        error: #error,
                        status: #status,
                    }
                }
            }
            _ => quote!(::signal_kernel::__private::Dependents::whole(#dependents)),
        };
        quote! {
            ::signal_kernel::__private::Wire {
                name: #name,
                kind: ::signal_kernel::__private::WireKind::#kind,
                dependencies: &[#(#dependencies),*],
                dependents: #dependents,
            }
        }
    });
    quote! {
        &::signal_kernel::__private::Wiring { graph: #text, nodes: &[#(#wires),*] }
    }
}

fn pairs(masks: &[(u32, u64)]) -> TokenStream {
    let pairs = masks.iter().map(|(word, bits)| quote!((#word, #bits)));
    quote!(&[#(#pairs),*])
}
