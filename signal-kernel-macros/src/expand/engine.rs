//! The engine of a graph, for the runtime: the pass over each word of the mask, and the way to a node.
//!
//! Invariants: a word's nodes are tested in order of rank; a visit is: say which rank, run the body,
//! store, mark. Everything else is the runtime's.
//!
//! Must not know: declaration syntax; batches.

use super::{
    Context, Header, Home, Kind, Node, Part, Rule, bits, plan::Plan, script::Script, tables,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

/// Nodes of a word that are skipped together where none is due.
const GROUP: usize = 8;

pub(super) fn engine(context: &Context) -> TokenStream {
    let plan = context.plan;
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        ..
    } = &context.header;
    let words = plan.words;
    let shortcuts = shortcuts(context, plan);
    let wiring = tables::wiring(context, plan);
    let has_resources = context.has_resources();
    let passes = (0..words).map(|word| pass(context, plan, word));
    let calls = (0..words).map(|word| {
        let pass = pass_name(word);
        quote!(#word => self.#pass::<SINGLE>(bits),)
    });
    let ways = [Way::Node, Way::Memo, Way::Compute].map(|way| ways(context, plan, way));
    let [(nodes, node), (memos, memo), (computes, compute)] = ways;
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, clippy::redundant_closure)]
        impl #impl_generics #name #type_generics #where_clause {
            #(#passes)*
            #shortcuts
            #nodes
            #memos
            #computes
        }

        #[doc(hidden)]
        #[allow(clippy::redundant_closure)]
        impl #impl_generics ::signal_kernel::__private::DeclaredGraph<#words> for #name #type_generics #where_clause {
            const TOPOLOGY: &'static ::signal_kernel::__private::Topology = #wiring;
            const HAS_RESOURCES: bool = #has_resources;

            #[inline]
            fn core(&self) -> &::signal_kernel::__private::Core<#words> {
                &self.core__
            }

            #[inline]
            fn core_mut(&mut self) -> &mut ::signal_kernel::__private::Core<#words> {
                &mut self.core__
            }

            #[inline]
            fn pass<const SINGLE: bool>(&mut self, word: usize, bits: u64) -> ::signal_kernel::__private::Change {
                match word {
                    #(#calls)*
                    _ => ::signal_kernel::__private::Change::NONE,
                }
            }

            fn node(&mut self, position: usize, visitor: &mut ::signal_kernel::__private::Visitor<'_>) {
                #node
            }

            fn memo(&self, rank: usize) -> &dyn ::signal_kernel::__private::MemoState {
                #memo
            }

            fn compute(&self, rank: usize, revision: u64) -> ::signal_kernel::__private::core::option::Option<::signal_kernel::__private::Payload> {
                #compute
            }
        }
    }
}

/// The interface of a graph for `Shared`. A sketch has it too.
pub(super) fn declared(header: &Header, poll: TokenStream) -> TokenStream {
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        ..
    } = header;
    quote! {
        #[doc(hidden)]
        #[allow(unused_variables)]
        impl #impl_generics ::signal_kernel::__private::Declared for #name #type_generics #where_clause {
            fn watch(&mut self) -> &mut ::signal_kernel::__private::Watch {
                self.core__.watch()
            }

            fn ready_queue(&self) -> ::signal_kernel::__private::core::option::Option<&::signal_kernel::__private::std::sync::Arc<::signal_kernel::__private::ReadyQueue>> {
                self.core__.ready_queue()
            }

            fn poll(&mut self, context: &mut ::signal_kernel::__private::core::task::Context<'_>) -> ::signal_kernel::__private::core::task::Poll<()> {
                #poll
            }
        }
    }
}

/// Functions that the methods of each node call. They leave no type to infer, which costs rustc most in a call.
fn shortcuts(context: &Context, plan: &Plan) -> TokenStream {
    let [ty, _] = context.free_types();
    let lazy = plan.has_lazy().then(|| {
        quote! {
            #[inline]
            #[track_caller]
            fn __memo<'graph, #ty>(
                &'graph self,
                rank: usize,
                memo: &'graph ::signal_kernel::__private::Memo<#ty>,
            ) -> &'graph #ty {
                ::signal_kernel::__private::read::memo(self, rank, memo)
            }
        }
    });
    quote! {
        #[inline]
        fn __changed<#ty>(&mut self, old: #ty, word: usize, bits: u64) {
            ::signal_kernel::__private::settle::changed(self, old, word, bits);
        }

        fn __updated<#ty>(&mut self, (result, caught): (::signal_kernel::__private::core::option::Option<#ty>, ::signal_kernel::__private::FirstPanic)) -> #ty {
            ::signal_kernel::__private::settle::updated(self, result, caught)
        }

        #[track_caller]
        fn __refreshed(&mut self, rank: usize) -> &Self {
            ::signal_kernel::__private::batch::refresh(self, rank);
            self
        }

        #lazy
    }
}

/// A function that finds a node by its position.
#[derive(Clone, Copy)]
enum Way {
    Node,
    Memo,
    Compute,
}

/// The way to each node, and in a large graph the functions it leads through, one for each word.
///
/// ```text
/// match position { 0 => visitor.slot(…), … _ => {} }
/// match position / 64 { 0 => self.__node_0(position, visitor), … _ => {} }
/// ```
fn ways(context: &Context, plan: &Plan, way: Way) -> (TokenStream, TokenStream) {
    let arms = |script: &mut Script, positions: &[usize], first: usize| {
        for (position, &index) in (first..).zip(positions) {
            let node = &context.declaration.nodes[index];
            let lazy = plan.nodes[index].lazy;
            match way {
                Way::Node if position == plan.position(index) => {
                    visitor(context, plan, script, index, node)
                }
                Way::Memo if lazy => write!(
                    script,
                    "{position}usize => &self.{},",
                    context.stored(index)
                ),
                Way::Compute if lazy => compute(context, plan, script, index, node),
                _ => {}
            }
        }
    };
    let (by, missing) = match way {
        Way::Node => ("position", "{}"),
        Way::Memo | Way::Compute => ("rank", "::signal_kernel::__private::read::no_memo(rank)"),
    };
    let [mut functions, mut body] = [(); 2].map(|()| Script::default());
    if plan.parts.is_empty() {
        write!(body, "match {by} {{");
        arms(&mut body, &plan.positions, 0);
        write!(body, "_ => {missing} }}");
        return (functions.finish(), body.finish());
    }
    write!(body, "match {by} / 64 {{");
    for (word, positions) in plan.positions.chunks(64).enumerate() {
        let mut found = Script::default();
        arms(&mut found, positions, word * 64);
        if found.is_empty() {
            continue;
        }
        let (head, call) = match way {
            Way::Node => (
                format!(
                    "__node_{word}(&mut self, position: usize, visitor: &mut ::signal_kernel::__private::Visitor<'_>)"
                ),
                format!("__node_{word}(position, visitor)"),
            ),
            Way::Memo => (
                format!(
                    "__memo_{word}(&self, rank: usize) -> &dyn ::signal_kernel::__private::MemoState"
                ),
                format!("__memo_{word}(rank)"),
            ),
            Way::Compute => (
                format!(
                    "__compute_{word}(&self, rank: usize, revision: u64) -> ::signal_kernel::__private::core::option::Option<::signal_kernel::__private::Payload>"
                ),
                format!("__compute_{word}(rank, revision)"),
            ),
        };
        let found = functions.hole(found.finish());
        write!(
            functions,
            "#[inline(never)] fn {head} {{ match {by} {{ {found} _ => {missing} }} }}"
        );
        write!(body, "{word}usize => self.{call},");
    }
    write!(body, "_ => {missing} }}");
    (functions.finish(), body.finish())
}

fn pass_name(word: usize) -> syn::Ident {
    format_ident!("__pass_{word}")
}

/// ```text
/// 2 => visitor.slot(&mut self.__price, Self::__same_price),
/// ```
fn visitor(context: &Context, plan: &Plan, script: &mut Script, index: usize, node: &Node) {
    let Some(position) = plan.nodes[index].position else {
        return;
    };
    let method = match &node.kind {
        Kind::Resource { path, .. } => {
            let (field, visitor) = (
                context.field(index),
                Ident::new("visitor", Span::call_site()),
            );
            let graph = Ident::new("self", Span::call_site());
            let visited =
                script.hole(quote_spanned!(path.span()=> #visitor.resource(&mut #graph.#field)));
            return write!(script, "{position}usize => {visited},");
        }
        Kind::Computed { .. } if plan.nodes[index].lazy => "memo",
        Kind::Signal { .. } | Kind::Computed { .. } => "slot",
        Kind::Effect { .. } | Kind::Field { .. } => return,
    };
    let (stored, same) = (context.stored(index), context.same(node));
    write!(
        script,
        "{position}usize => visitor.{method}(&mut self.{stored}, Self::{same}),"
    );
}

/// ```text
/// fn __pass_0<const SINGLE: bool>(&mut self, bits: u64) -> Change {
///     let mut pass = Pass::<SINGLE, 1>::new(&mut self.core__, 0, bits);
///     if pass.visit(0) { … }
///     if pass.visit(1) { … }
///     pass.end()
/// }
/// ```
fn pass(context: &Context, plan: &Plan, word: usize) -> TokenStream {
    let name = pass_name(word);
    let words = plan.words;
    let ranks: Vec<usize> = (word * 64..plan.ranks.min(word * 64 + 64)).collect();
    let mut script = Script::default();
    write!(
        script,
        "let mut pass = ::signal_kernel::__private::Pass::<SINGLE, {words}usize>::new(\
         &mut self.core__, {word}usize, bits);"
    );
    for group in ranks.chunks(GROUP) {
        let all = group.iter().fold(0, |all, &rank| all | bits(rank));
        let grouped = ranks.len() > GROUP;
        if grouped {
            write!(script, "if pass.due({all}u64) {{");
        }
        for &rank in group {
            write!(script, "if pass.visit({rank}u32) {{");
            visit(context, plan, &mut script, rank);
            write!(script, "}}");
        }
        if grouped {
            write!(script, "}}");
        }
    }
    write!(script, "pass.end()");
    let body = script.finish();
    // One function of all words would take rustc far longer than one for each.
    let inline = match words {
        1 => quote!(#[inline]),
        _ => quote!(#[inline(never)]),
    };
    quote! {
        #inline
        #[allow(unused_variables)]
        fn #name<const SINGLE: bool>(&mut self, bits: u64) -> ::signal_kernel::__private::Change { #body }
    }
}

/// ```text
/// let value = Self::__body_total(&self.__price.value, &self.__qty.value);
/// self.__total.store(value, Self::__same_total, 0x2, &mut pass);
/// ```
fn visit(context: &Context, plan: &Plan, script: &mut Script, rank: usize) {
    let index = plan.positions[rank];
    let node = &context.declaration.nodes[index];
    let (name, field) = (node.name.unraw(), context.stored(index));
    match &node.kind {
        Kind::Computed { .. } => {
            let masks = plan.masks(index, Part::Whole);
            let is_near = |(word, _): &&(u32, u64)| *word as usize == rank / 64;
            let near = masks.iter().find(is_near).map_or(0, |(_, bits)| *bits);
            let stored = if plan.nodes[index].lazy {
                format!("self.{field}.invalidate({near}u64, &mut pass)")
            } else {
                let inputs = context.inputs(script, node, Home::Graph("self")).join(", ");
                let same = context.same(node);
                write!(script, "let value = Self::__body_{name}({inputs});");
                format!("self.{field}.store(value, Self::{same}, {near}u64, &mut pass)")
            };
            if masks.iter().all(|mask| is_near(&mask)) {
                write!(script, "{stored};")
            } else {
                write!(script, "if {stored} {{");
                let far = masks.iter().filter(|mask| !is_near(mask));
                far.for_each(|&(word, bits)| mark(script, rank, word, bits));
                write!(script, "}}");
            }
        }
        Kind::Effect { kept, .. } => {
            let inputs = context.inputs(script, node, Home::Graph("self"));
            if kept.is_none() {
                return write!(script, "Self::__body_{name}({});", inputs.join(", "));
            }
            let inputs = taken(script, &inputs);
            write!(
                script,
                "::signal_kernel::__private::settle::rerun(\
                 &mut self.{field}, move || Self::__body_{name}({inputs}));"
            );
        }
        Kind::Resource { path, .. } if rank != plan.position(index) => {
            let (field, pass) = (context.field(index), Ident::new("pass", Span::call_site()));
            let graph = Ident::new("self", Span::call_site());
            let changed =
                script.hole(quote_spanned!(path.span()=> #graph.#field.input_changed(&mut #pass)));
            write!(script, "if {changed} {{");
            mark(script, rank, ((rank + 1) / 64) as u32, bits(rank + 1));
            write!(script, "}}");
        }
        Kind::Resource { path, rule, .. } => {
            let inputs = context.inputs(script, node, Home::Graph("self"));
            let inputs = taken(script, &inputs);
            let [graph, pass] = ["self", "pass"].map(|name| Ident::new(name, Span::call_site()));
            let field = context.field(index);
            let act = script.hole(quote_spanned!(path.span()=> #graph.#field.act));
            let arguments =
                script.hole(quote_spanned!(path.span()=> #pass.ready_queue(), #pass.revision()));
            let same = match rule {
                Rule::Path(_) => format!("Some(Self::__same_{name})"),
                Rule::PartialEq | Rule::Never => "None".to_owned(),
            };
            write!(
                script,
                "let (change, dropped) = {act}({arguments}, move || Self::__start_{name}({inputs}), \
                 ::signal_kernel::__private::core::option::Option::{same}); \
                 pass.committed(change);"
            );
            let parts = [
                (Part::Whole, "TRANSITION"),
                (Part::Value, "VALUE"),
                (Part::Error, "ERROR"),
                (Part::Status, "STATUS"),
            ];
            for (part, name) in parts {
                let masks = plan.masks(index, part);
                if masks.is_empty() {
                    continue;
                }
                write!(
                    script,
                    "if change.contains(::signal_kernel::__private::Change::{name}) {{"
                );
                for (word, bits) in masks {
                    mark(script, rank, word, bits);
                }
                write!(script, "}}");
            }
            write!(script, "dropped.resume();");
        }
        Kind::Signal { .. } | Kind::Field { .. } => {}
    }
}

/// Inputs for a closure, which takes them by value: `let inputs = (…);`. Returns how they are called in it.
fn taken(script: &mut Script, inputs: &[String]) -> String {
    write!(script, "let inputs = (");
    for input in inputs {
        write!(script, "{input},");
    }
    write!(script, ");");
    let inputs: Vec<String> = (0..inputs.len()).map(|at| format!("inputs.{at}")).collect();
    inputs.join(", ")
}

/// Marks dependents of the node of this rank.
fn mark(script: &mut Script, rank: usize, word: u32, bits: u64) {
    if word as usize == rank / 64 {
        write!(script, "pass.mark({bits}u64);")
    } else {
        write!(script, "pass.mark_far({word}usize, {bits}u64);")
    }
}

/// ```text
/// 3 => {
///     let changed_at = max(0, self.__price.version);
///     self.__total.compute(
///         self,
///         revision,
///         changed_at,
///         |graph| Self::__body_total(&graph.__price.value),
///         Self::__same_total,
///     )
/// }
/// ```
fn compute(context: &Context, plan: &Plan, script: &mut Script, index: usize, node: &Node) {
    let (rank, name) = (plan.position(index), node.name.unraw());
    let stored = context.stored(index);
    // A lazy value that reads no other one becomes stale only through a confirmed change.
    let is_sure = plan.nodes[index].reads.is_empty();
    let mut changed_at = if is_sure { "revision" } else { "0_u64" }.to_owned();
    write!(script, "{rank}usize => {{");
    for used in node.uses().iter().filter(|_| !is_sure) {
        let read = &context.declaration.nodes[used.node];
        let from = context.stored(used.node);
        let change = match &read.kind {
            Kind::Computed { .. } if plan.nodes[used.node].lazy => {
                format!("self.{from}.changed_at()")
            }
            Kind::Signal { .. } | Kind::Computed { .. } => {
                format!("self.{from}.version")
            }
            Kind::Resource { .. } => {
                let part = match used.part {
                    Part::Whole => "TRANSITION",
                    Part::Value => "VALUE",
                    Part::Error => "ERROR",
                    Part::Status => "STATUS",
                };
                format!("self.{from}.version(::signal_kernel::__private::Change::{part})")
            }
            Kind::Field { .. } | Kind::Effect { .. } => continue,
        };
        write!(
            script,
            "let changed_at = ::signal_kernel::__private::core::cmp::Ord::max({changed_at}, {change});"
        );
        changed_at = "changed_at".to_owned();
    }
    let inputs = context
        .inputs(script, node, Home::Graph("graph"))
        .join(", ");
    let same = context.same(node);
    write!(
        script,
        "self.{stored}.compute(self, revision, {changed_at}, |graph| Self::__body_{name}({inputs}), Self::{same}) }}"
    );
}
