//! How a graph comes into being: `new`, `Default`, `Debug`, and the methods that drive it.
//!
//! Invariants: initial values run in declaration order, then computed values and first loads in order of
//! rank; effects run when the struct is complete.
//!
//! Must not know: masks and edges.

use super::{
    Context, Home, Kind, Node, bits, docs, field, local, placed, plan::Plan, quiet, script::Script,
};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

pub(super) fn build(context: &Context) -> TokenStream {
    let [returned, failed] = context.free_types();
    let Context {
        name,
        impl_generics,
        type_generics,
        where_clause,
        graph,
        batch,
        transaction,
        names,
        ..
    } = context;
    let vis = &graph.vis;
    let parameters: Vec<TokenStream> = graph.nodes.iter().filter_map(parameter).collect();
    let new = context.live(|plan| new_body(context, plan));
    let [called, itself] = ["new", "Self"].map(|word| Ident::new(word, name.span()));
    let default = parameters.is_empty().then(|| {
        quote! {
            impl #impl_generics ::signal_kernel::__private::core::default::Default for #name #type_generics #where_clause {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    let debug = graph.debug.then(|| debug(context));
    let batch_body = context.live(|_| quote!(::signal_kernel::__private::batch::batch(self, |graph| batch(&mut #batch { graph__: graph }))));
    let transaction_body = context.live(|_| {
        quote! {
            ::signal_kernel::__private::batch::batch(self, |graph| {
                ::signal_kernel::__private::batch::transaction(graph, |graph| transaction(&mut #transaction { graph__: graph }))
            })
        }
    });
    let poll_progress =
        context.live(|_| quote!(::signal_kernel::__private::poll_progress(self, context)));
    let progress = context.live(|_| quote!(::signal_kernel::__private::progress(self).await));
    let settled = context.live(|_| quote!(::signal_kernel::__private::settled(self).await));
    let plain = name.unraw();
    let new_doc = format!(
        " A new `{plain}`: every computed value an effect or a resource needs is current, every effect has run."
    );
    let mut takes = Script::default();
    write!(takes, "{}", docs::parameters(context));
    let takes = takes.finish();
    let methods = quote! {
        #[doc = #new_doc]
        #takes
        #[allow(clippy::too_many_arguments)]
        #vis fn #called(#(#parameters),*) -> #itself { #new }

        /// Defers settling to the end of `batch`, and returns what it returns.
        #vis fn batch<#returned>(&mut self, batch: impl ::signal_kernel::__private::core::ops::FnOnce(&mut #batch<'_, #(#names),*>) -> #returned) -> #returned {
            #batch_body
        }

        /// A batch that restores every signal written in it if `transaction` returns an error or panics. A `set_x`
        /// moves the old value of `x` aside; an `update_x` clones it, once in each transaction.
        ///
        /// # Errors
        ///
        /// With the error of `transaction`.
        #vis fn transaction<#returned, #failed>(
            &mut self,
            transaction: impl ::signal_kernel::__private::core::ops::FnOnce(&mut #transaction<'_, #(#names),*>) -> ::signal_kernel::__private::core::result::Result<#returned, #failed>,
        ) -> ::signal_kernel::__private::core::result::Result<#returned, #failed> {
            #transaction_body
        }

        /// Polls the work in flight; ready once at least one piece of it was committed and its effects have run.
        #vis fn poll_progress(&mut self, context: &mut ::signal_kernel::__private::core::task::Context<'_>) -> ::signal_kernel::__private::core::task::Poll<()> {
            #poll_progress
        }

        /// Waits until a piece of work was committed and its effects have run; for ever while none is in flight.
        /// Dropping this future drops no work.
        #vis async fn progress(&mut self) { #progress }

        /// Waits until nothing is in flight. Dropping this future drops no work.
        #vis async fn settled(&mut self) { #settled }
    };
    let methods = placed(name.span(), methods);
    let quiet = quiet();
    quote! {
        #[allow(dead_code)]
        #quiet
        impl #impl_generics #name #type_generics #where_clause {
            #methods
        }

        #default
        #debug
    }
}

/// A field or signal without a value is a parameter of `new`.
fn parameter(node: &Node) -> Option<TokenStream> {
    let name = &node.name;
    match &node.kind {
        Kind::Field {
            ty, value: None, ..
        }
        | Kind::Signal {
            ty, value: None, ..
        } => Some(quote!(#name: #ty)),
        _ => None,
    }
}

/// ```text
/// let __price = make::slot::<_, ()>(Self::__init_price);
/// let __total = make::slot::<_, ()>(|| Self::__body_total(&__price.value));
/// make::graph(|| Self { __price: __price.take(), __total: __total.take(), core__: Core::new([0x2], [0x0], None, Self::WIRING) })
/// ```
///
/// Each piece is made in a function of its own, and waits for the struct on the heap where nothing is optimized: else all
/// of them, and what they are moved through, would be on the stack together.
///
/// In a large graph each part is a piece: `let part_0__ = make::part(|| { …; (__price.take(), __qty.take(),) });`.
fn new_body(context: &Context, plan: &Plan) -> TokenStream {
    let nodes = &context.graph.nodes;
    let [mut sources, mut derived] = [(); 2].map(|()| Script::default());
    let mut fields = String::new();
    for (part, members) in plan.parts.iter().enumerate() {
        let script = if members.iter().all(|&index| nodes[index].is_source()) {
            &mut sources
        } else {
            &mut derived
        };
        let apart = if plan.is_lazy(part) { "boxed" } else { "part" };
        write!(
            script,
            "let part_{part}__ = ::signal_kernel::__private::make::{apart}(|| {{"
        );
        let mut made = String::new();
        for &index in members {
            make(context, plan, script, index);
            made += &format!("__{}{},", nodes[index].name.unraw(), taken(&nodes[index]));
        }
        write!(script, "({made}) }});");
        fields += &if plan.is_lazy(part) {
            format!("part_{part}__,")
        } else {
            format!("part_{part}__: part_{part}__.take(),")
        };
    }
    if plan.parts.is_empty() {
        for (index, node) in nodes.iter().enumerate() {
            if node.is_source() {
                make(context, plan, &mut sources, index);
            }
            if node.is_stored() {
                let name = node.name.unraw();
                fields += &format!("__{name}: __{name}{},", taken(node));
            }
        }
        for rank in 0..plan.ranks {
            let index = plan.positions[rank];
            if rank == plan.position(index) {
                make(context, plan, &mut derived, index);
            }
        }
    }
    let [sources, derived] = [sources, derived].map(Script::finish);
    let mut script = Script::default();
    write!(script, "{fields}");
    let fields = script.finish();
    let hub = if context.has_resources() {
        quote!(::signal_kernel::__private::core::option::Option::Some(
            ::signal_kernel::__private::core::default::Default::default()
        ))
    } else {
        quote!(::signal_kernel::__private::core::option::Option::None)
    };
    let words = plan.words;
    let [mut effects, mut lazy] = [(); 2].map(|()| vec![0_u64; words]);
    for rank in 0..plan.ranks {
        let index = plan.positions[rank];
        if nodes[index].is_effect() {
            effects[rank / 64] |= bits(rank);
        }
        if plan.places[index].lazy {
            lazy[rank / 64] |= bits(rank);
        }
    }
    quote! {
        #sources
        let hub = #hub;
        #derived
        ::signal_kernel::__private::make::graph(move || Self {
            #fields
            core__: ::signal_kernel::__private::Core::new(
                [#(#effects),*],
                [#(#lazy),*],
                hub,
                <Self as ::signal_kernel::__private::Wired<#words>>::WIRING,
            ),
        })
    }
}

/// How a piece is taken to where it belongs. A field that is a parameter is no piece.
fn taken(node: &Node) -> &'static str {
    match node.kind {
        Kind::Field { value: None, .. } => "",
        _ => ".take()",
    }
}

/// Makes what the struct keeps of one node.
fn make(context: &Context, plan: &Plan, script: &mut Script, index: usize) {
    let node = &context.graph.nodes[index];
    let name = node.name.unraw();
    // Types are spelled out: what waits for the struct at the end to be inferred makes rustc's time grow
    // with the square of the nodes.
    let slot = if plan.places[index].versioned {
        "::signal_kernel::__private::make::slot::<_, u64>"
    } else {
        "::signal_kernel::__private::make::slot::<_, ()>"
    };
    let inputs = |script: &mut Script| {
        let inputs = context.inputs(script, node, Home::Locals(context.part(index)));
        inputs.join(", ")
    };
    match &node.kind {
        Kind::Field { value: None, .. } => {
            let value = script.hole(node.name.to_token_stream());
            write!(script, "let __{name} = {value};");
        }
        Kind::Field { .. } => write!(
            script,
            "let __{name} = ::signal_kernel::__private::make::apart(Self::__init_{name});"
        ),
        Kind::Signal { value: None, .. } => {
            let value = script.hole(node.name.to_token_stream());
            write!(script, "let __{name} = {slot}(move || {value});");
        }
        Kind::Signal { .. } => write!(script, "let __{name} = {slot}(Self::__init_{name});"),
        Kind::Computed { .. } if plan.places[index].lazy => {
            let same = context.same(node);
            write!(
                script,
                "let __{name} = ::signal_kernel::__private::make::apart(|| ::signal_kernel::__private::Lazy::new(Self::{same}));"
            );
        }
        Kind::Computed { .. } => {
            let inputs = inputs(script);
            write!(
                script,
                "let __{name} = {slot}(|| Self::__body_{name}({inputs}));"
            );
        }
        Kind::Resource {
            path,
            keep_previous,
            manual,
            ..
        } => {
            let (field, answer) = (field(node), plan.position(index) as u32);
            let keep = format_ident!("{keep_previous:?}", span = path.span());
            let new = quote_spanned! {path.span()=>
                ::signal_kernel::__private::ResourceSlot::new(#answer, ::signal_kernel::__private::KeepPrevious::#keep, #manual)
            };
            let new = script.hole(new);
            if *manual {
                write!(
                    script,
                    "let __{name} = ::signal_kernel::__private::make::apart(|| {new});"
                );
            } else {
                let inputs = inputs(script);
                let begin = script.hole(quote_spanned!(path.span()=> #field.begin));
                write!(
                    script,
                    "let mut __{name} = ::signal_kernel::__private::make::apart(|| {new}); {begin}(&hub, Self::__start_{name}({inputs}));"
                );
            }
        }
        Kind::Effect { kept: Some(ty), .. } => {
            let ty = script.hole(quote!(#ty));
            write!(
                script,
                "let __{name} = ::signal_kernel::__private::make::apart(|| ::signal_kernel::__private::core::option::Option::<{ty}>::None);"
            );
        }
        Kind::Effect { kept: None, .. } => {}
    }
}

/// Names and values, without running a body.
fn debug(context: &Context) -> TokenStream {
    let Context {
        name,
        impl_generics,
        type_generics,
        graph,
        ..
    } = context;
    let mut generics = graph.generics.clone();
    let parameters: Vec<_> = graph
        .generics
        .type_params()
        .map(|parameter| parameter.ident.clone())
        .collect();
    let bounds = generics.make_where_clause();
    for parameter in parameters {
        bounds
            .predicates
            .push(syn::parse_quote!(#parameter: ::signal_kernel::__private::core::fmt::Debug));
    }
    let where_clause = &generics.where_clause;
    let fields = graph.nodes.iter().enumerate().filter_map(|(index, node)| {
        let (field, label) = (context.field(index), node.name.unraw().to_string());
        // At the user's token, which may come from another macro than the method around it.
        let place = match &node.kind {
            Kind::Field { ty, .. } | Kind::Signal { ty, .. } | Kind::Computed { ty, .. } => ty.span(),
            Kind::Resource { path, .. } => path.span(),
            Kind::Effect { .. } => return None,
        };
        let graph = local("self", place);
        let value = match &node.kind {
            // What cannot be printed is reported at its type.
            Kind::Field { ty, .. } => {
                quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print(&#graph.#field))
            }
            Kind::Signal { ty, .. } => {
                quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print(&#graph.#field.value))
            }
            Kind::Resource { path, .. } => quote_spanned!(path.span()=> &#graph.#field.task.state),
            Kind::Computed { ty, .. } => match context.plan {
                Some(plan) if !plan.places[index].lazy => {
                    let rank = plan.position(index);
                    let value = quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print(&#graph.#field.value));
                    quote! {
                        if self.core__.is_failed(#rank) {
                            &::signal_kernel::__private::read::Panicked as &dyn ::signal_kernel::__private::core::fmt::Debug
                        } else {
                            #value
                        }
                    }
                }
                Some(_) => {
                    let print = quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print);
                    quote!(self.#field.to_print(#print))
                }
                None => quote!(&"_"),
            },
            Kind::Effect { .. } => return None,
        };
        Some(quote!(debug.field(#label, #value);))
    });
    let text = name.unraw().to_string();
    quote! {
        impl #impl_generics ::signal_kernel::__private::core::fmt::Debug for #name #type_generics #where_clause {
            fn fmt(&self, formatter: &mut ::signal_kernel::__private::core::fmt::Formatter<'_>) -> ::signal_kernel::__private::core::fmt::Result {
                let mut debug = formatter.debug_struct(#text);
                #(#fields)*
                debug.finish()
            }
        }
    }
}
