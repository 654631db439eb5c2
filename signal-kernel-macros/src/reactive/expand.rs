//! From the model to Rust: the items of a graph, and the shape of a sketch.
//!
//! Invariants: emitted code names the runtime by absolute paths only; items follow the order of the declaration; a
//! user's tokens are emitted once each where they can be completed in an editor.
//!
//! Must not know: how the declaration was written; how a graph is settled.

mod access;
mod bodies;
mod build;
mod callees;
mod context;
mod debug;
mod docs;
mod editor;
mod engine;
mod inside;
mod list;
mod methods;
mod mixed;
mod names;
mod plan;
mod sketch;
mod state;
mod structs;
mod tables;
mod texts;
mod time;
mod warnings;
mod words;

use crate::reactive::model::Graph;
use context::Context;
use plan::Plan;
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) use sketch::sketch;

/// All items of a graph. rustdoc lists methods in the order of the source: `GRAPH` and `new` go first.
pub(crate) fn graph(graph: &Graph) -> TokenStream {
    let plan = Plan::new(graph);
    let context = &Context::new(&graph.declaration, &plan);
    let bodies = bodies::bodies(context, |_| false);
    let structs = structs::structs(context);
    let tables = tables::graph(context, &inside::descriptions(context));
    let built = build::build(context);
    let debug = debug::debug(context);
    let state = state::state(context);
    let accessors = access::accessors(context);
    let declared = engine::declared(
        context,
        plan.words,
        &tables::names(context),
        quote!(::signal_kernel::__private::poll_work(self, context)),
    );
    let engine = engine::engine(context);
    let warnings = warnings::warnings(context);
    let callees = callees::callees(context.declaration);
    quote!(#bodies #structs #tables #built #debug #state #accessors #declared #engine #warnings #callees)
}
