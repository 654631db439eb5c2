//! The construction of a graph: `new`, `part`, `Default`, and the methods that drive it.
//!
//! Invariants: initial values run in declaration order, then computed values and first loads in order of
//! rank; effects run when the struct is complete.
//!
//! Must not know: masks and edges.

use super::context::{Context, Header, Origin};
use super::docs;
use super::inside;
use super::list;
use super::names::{bits, field, function, lint_allows, respan, seen_type};
use super::plan::{Plan, Position, Role};
use super::time;
use crate::reactive::model::Declaration;
use crate::reactive::model::{Interruption, Kind, Node};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

pub(super) fn build(context: &Context) -> TokenStream {
    let batch = &context.batch;
    let bodies = Bodies {
        unstarted: made(context, First::Initial),
        batch: quote! {
            ::signal_kernel::__private::batch::batch(self, |graph| batch(&mut #batch { graph__: graph }))
        },
        transaction: quote! {
            ::signal_kernel::__private::batch::batch(self, |graph| {
                ::signal_kernel::__private::batch::transaction(graph, |graph| transaction(&mut #batch { graph__: graph }))
            })
        },
        poll_progress: quote!(::signal_kernel::__private::poll_progress(self, context)),
        progress: quote!(::signal_kernel::__private::progress(self).await),
        settled: quote!(::signal_kernel::__private::settled(self).await),
    };
    methods(context, &docs::parameters(context), bodies)
}

/// The bodies of the function that makes a graph, and of the methods that drive it.
pub(super) struct Bodies {
    /// Makes the graph, without the first run of its effects.
    pub(super) unstarted: TokenStream,
    pub(super) batch: TokenStream,
    pub(super) transaction: TokenStream,
    pub(super) poll_progress: TokenStream,
    pub(super) progress: TokenStream,
    pub(super) settled: TokenStream,
}

/// `new`, `part`, `Default` and the methods that drive the graph.
pub(super) fn methods(
    header: &Header,
    parameter_docs: &TokenStream,
    bodies: Bodies,
) -> TokenStream {
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        declaration,
        ..
    } = header;
    let vis = &declaration.vis;
    let parameters: Vec<TokenStream> = declaration.nodes.iter().filter_map(parameter).collect();
    let given: Vec<&Ident> = declaration
        .nodes
        .iter()
        .filter(|node| node.is_parameter())
        .map(|node| &node.name)
        .collect();
    let [called, part_called, itself] =
        ["new", "part", "Self"].map(|word| Ident::new(word, name.span()));
    let default = parameters.is_empty().then(|| {
        quote! {
            impl #impl_generics ::signal_kernel::__private::core::default::Default for #name #type_generics #where_clause {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    let plain = name.unraw();
    let but_some = but_for_later_runs(declaration);
    let new_doc = format!(
        " A new `{plain}`: every computed value an effect or a resource needs is current, every effect has run{but_some}."
    );
    let part_doc = format!(
        " A new `{plain}` that goes into another graph: it starts where it is put in, and nothing runs before."
    );
    let unstarted = &bodies.unstarted;
    let new = quote! {
        #[doc = #new_doc]
        #parameter_docs
        #[allow(clippy::too_many_arguments)]
        #vis fn #called(#(#parameters),*) -> #itself {
            let mut graph = Self::__unstarted(#(#given),*);
            ::signal_kernel::__private::settle::begin(&mut graph);
            graph
        }

        #[doc = #part_doc]
        #parameter_docs
        #[allow(clippy::too_many_arguments)]
        #vis fn #part_called(#(#parameters),*) -> ::signal_kernel::Part<#itself> {
            ::signal_kernel::__private::part(Self::__unstarted(#(#given),*))
        }

        #[doc(hidden)] #[allow(clippy::too_many_arguments)]
        fn __unstarted(#(#parameters),*) -> #itself { #unstarted }
    };
    let [new, driven] = [new, driven(header, bodies)].map(|methods| respan(name.span(), methods));
    let lint_allows = lint_allows();
    quote! {
        #[allow(dead_code)]
        #lint_allows
        impl #impl_generics #name #type_generics #where_clause {
            #new
            #driven
        }

        #default
    }
}

/// The exception, if there is one, to the sentence that every effect has run.
pub(super) fn but_for_later_runs(declaration: &Declaration) -> &'static str {
    let runs_later = |node: &Node| node.is_effect() && !node.runs_at_first();
    if declaration.nodes.iter().any(runs_later) {
        ", but for those after the first run"
    } else {
        ""
    }
}

/// The methods that write several nodes at once, and those that wait for work.
fn driven(header: &Header, bodies: Bodies) -> TokenStream {
    let [returned, failed] = header.free_types();
    let Header {
        declaration,
        batch,
        names,
        ..
    } = header;
    let vis = &declaration.vis;
    let Bodies {
        unstarted: _,
        batch: batch_body,
        transaction,
        poll_progress,
        progress,
        settled,
    } = bodies;
    quote! {
        /// Defers settling to the end of `batch`, and returns what it returns.
        #vis fn batch<#returned>(&mut self, batch: impl ::signal_kernel::__private::core::ops::FnOnce(&mut #batch<'_, #(#names),*>) -> #returned) -> #returned {
            #batch_body
        }

        /// A batch that takes back its writes and requests if `transaction` returns an error or panics. `set_x` keeps
        /// the old value of `x`; `update_x` clones it, once in each transaction; `update_x_with` takes a second closure,
        /// which undoes the change.
        ///
        /// # Errors
        ///
        /// With the error of `transaction`.
        #vis fn transaction<#returned, #failed>(
            &mut self,
            transaction: impl ::signal_kernel::__private::core::ops::FnOnce(&mut #batch<'_, #(#names),*>) -> ::signal_kernel::__private::core::result::Result<#returned, #failed>,
        ) -> ::signal_kernel::__private::core::result::Result<#returned, #failed> {
            #transaction
        }

        /// Polls the work in flight; ready once at least one piece of it was committed and its effects have run.
        #vis fn poll_progress(&mut self, context: &mut ::signal_kernel::__private::core::task::Context<'_>) -> ::signal_kernel::__private::core::task::Poll<()> {
            #poll_progress
        }

        /// Waits until a piece of work was committed and its effects have run. Stays pending while no work is in flight.
        /// Dropping this future drops no work.
        #vis async fn progress(&mut self) { #progress }

        /// Waits until nothing is in flight. Dropping this future drops no work.
        #vis async fn settled(&mut self) { #settled }
    }
}

/// A field or signal without a value is a parameter of `new`, and so is a graph inside without arguments.
pub(super) fn parameter(node: &Node) -> Option<TokenStream> {
    let (name, ty) = (&node.name, seen_type(node));
    let ty = match &node.kind {
        Kind::Graph { .. } => quote!(::signal_kernel::Part<#ty>),
        _ => ty,
    };
    node.is_parameter().then(|| quote!(#name: #ty))
}

/// The first values of signals.
#[derive(Clone, Copy)]
pub(super) enum First {
    /// Initial values, and parameters for signals without one.
    Initial,
    /// Locals with the names of the signals that the state holds.
    State,
}

impl First {
    /// Whether a local with the name of this signal has its first value.
    fn is_local(self, node: &Node) -> bool {
        match self {
            First::Initial => node.is_parameter(),
            First::State => node.is_parameter() || node.saved.is_some(),
        }
    }

    /// The local with the state of a graph inside or of a list.
    fn state_of(self, node: &Node) -> Option<Ident> {
        match self {
            First::State if node.saved.is_some() => Some(local_state(node)),
            _ => None,
        }
    }
}

/// The local with the state of a graph inside or of a list: the graph itself may be a parameter of the same name.
pub(super) fn local_state(node: &Node) -> Ident {
    function("state", node)
}

/// The description of the pieces and the struct for `__make!`, the template in the runtime.
pub(super) fn made(context: &Context, first: First) -> TokenStream {
    let plan = context.plan;
    let ready = Ident::new("ready", Span::call_site());
    let Pieces {
        sources,
        derived,
        fields,
    } = if plan.chunks.is_empty() {
        whole(context, first)
    } else {
        chunks(context, first)
    };
    let queue = if context.has_work() {
        quote!(::signal_kernel::__private::core::option::Option::Some(
            ::signal_kernel::__private::core::default::Default::default()
        ))
    } else {
        quote!(::signal_kernel::__private::core::option::Option::None)
    };
    let nodes = &context.declaration.nodes;
    let words = Literal::usize_unsuffixed(plan.words);
    let runs = |at: &Position| at.role == Role::Effects || nodes[at.node].runs_at_first();
    let effects = mask(plan, runs);
    let memos = mask(plan, |at| plan.nodes[at.node].lazy);
    quote! {
        ::signal_kernel::__make! {
            #words #effects #memos #ready [#queue]
            { #(#sources)* } { #(#derived)* } { #(#fields)* }
        }
    }
}

/// The chosen ranks, as a list of words.
fn mask(plan: &Plan, is_chosen: impl Fn(&Position) -> bool) -> TokenStream {
    let mut words = vec![0_u64; plan.words];
    for (rank, at) in plan.ranks().iter().enumerate() {
        if is_chosen(at) {
            words[rank / 64] |= bits(rank);
        }
    }
    let words = words.into_iter().map(Literal::u64_unsuffixed);
    quote!([#(#words),*])
}

/// The pieces of a graph, and the fields of its struct that take their values.
#[derive(Default)]
struct Pieces {
    sources: Vec<TokenStream>,
    derived: Vec<TokenStream>,
    fields: Vec<TokenStream>,
}

/// Each node is a piece.
fn whole(context: &Context, first: First) -> Pieces {
    let plan = context.plan;
    let mut pieces = Pieces::default();
    for (index, node) in context.declaration.nodes.iter().enumerate() {
        if node.is_source() {
            pieces.sources.push(piece(context, index, first));
        }
        if node.is_stored() {
            let (field, value) = (field(node), taken(node));
            pieces.fields.push(quote!(#field: #value,));
        }
    }
    for at in plan.ranks() {
        if at.role == Role::Node {
            pieces.derived.push(piece(context, at.node, first));
        }
    }
    pieces
}

/// Each chunk of a large graph is a piece, which is made of its nodes.
fn chunks(context: &Context, first: First) -> Pieces {
    let (plan, nodes) = (context.plan, &context.declaration.nodes);
    let mut pieces = Pieces::default();
    for (chunk, members) in plan.chunks.iter().enumerate() {
        let inner = members.iter().map(|&index| piece(context, index, first));
        let values = members.iter().map(|&index| taken(&nodes[index]));
        let name = format_ident!("chunk_{chunk}__");
        let (how, take) = if plan.is_lazy(chunk) {
            (quote!(boxed), None)
        } else {
            (quote!(chunk), Some(quote!(.take())))
        };
        let piece = quote!([chunk #name #how { #(#inner)* } (#(#values,)*)]);
        if members.iter().all(|&index| nodes[index].is_source()) {
            pieces.sources.push(piece);
        } else {
            pieces.derived.push(piece);
        }
        pieces.fields.push(quote!(#name: #name #take,));
    }
    pieces
}

/// Moves the value of a piece into the struct. A field that is a parameter is no piece.
fn taken(node: &Node) -> TokenStream {
    let piece = field(node);
    if node.is_field() && node.is_parameter() {
        quote!(#piece)
    } else {
        quote!(#piece.take())
    }
}

/// The piece of a graph that holds one node: see `__piece!`.
fn piece(context: &Context, index: usize, first: First) -> TokenStream {
    let plan = context.plan;
    let node = &context.declaration.nodes[index];
    let (name, piece) = (&node.name, field(node));
    let version = if plan.nodes[index].versioned {
        quote!(u64)
    } else {
        quote!(())
    };
    let inputs = || context.inputs(node, Origin::Locals(context.chunk(index)));
    match &node.kind {
        Kind::Field {
            is_parameter: true, ..
        } => quote!([given #piece = #name]),
        Kind::Field { .. } => {
            let init = function("init", node);
            quote!([field #piece = #init])
        }
        Kind::Signal { per: Some(_), .. } if first.is_local(node) => {
            quote!([per_parameter #piece #version = #name])
        }
        Kind::Signal { per: Some(_), .. } => {
            let (body, inputs) = (function("body", node), inputs());
            quote!([per #piece #version = #body [#(#inputs)*]])
        }
        Kind::Signal { .. } if first.is_local(node) => {
            quote!([parameter #piece #version = #name])
        }
        Kind::Signal { .. } => {
            let init = function("init", node);
            quote!([signal #piece #version = #init])
        }
        Kind::Computed { .. } if plan.nodes[index].lazy => {
            let same = context.same(node);
            quote!([memo #piece #same])
        }
        Kind::Computed { .. } => {
            let (body, inputs) = (function("body", node), inputs());
            quote!([computed #piece #version = #body [#(#inputs)*]])
        }
        Kind::Resource {
            path,
            keep_previous,
            interruptions,
            times,
            manual,
            ..
        } => {
            let rank = Literal::u32_unsuffixed(plan.position(index) as u32);
            let keep = format_ident!("{keep_previous:?}", span = path.span());
            let policies = interruptions.iter().map(|Interruption { by, fate }| {
                let fate = format_ident!("{fate:?}");
                quote!(.#by(::signal_kernel::__private::Interrupted::#fate))
            });
            let policies: TokenStream = policies.collect();
            let policies = (!policies.is_empty()).then(|| quote!({ #policies }));
            let from = Origin::Locals(context.chunk(index));
            if let Some(waits) = time::waits(context, node, times, from) {
                let policies = policies.unwrap_or_else(|| quote!({}));
                let start = (!manual).then(|| {
                    let (start, inputs) = (function("start", node), inputs());
                    quote!(#start [#(#inputs)*])
                });
                return quote_spanned! {path.span()=>
                    [timed #piece #rank #keep #manual #policies #waits #start]
                };
            }
            if *manual {
                quote!([manual #piece #rank #keep #policies])
            } else {
                let (start, inputs) = (function("start", node), inputs());
                quote_spanned! {path.span()=>
                    [resource #piece #rank #keep #policies #start [#(#inputs)*]]
                }
            }
        }
        Kind::Effect { kept: Some(ty), .. } => quote!([kept #piece #ty]),
        Kind::Effect { kept: None, .. } => TokenStream::new(),
        Kind::Graph { .. } => inside::piece(context, index, first.state_of(node)),
        Kind::List(list) => list::piece(context, index, list, first.state_of(node)),
    }
}
