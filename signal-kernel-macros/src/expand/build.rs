//! How a graph comes into being: `new`, `Default`, `Debug`, and the methods that drive it.
//!
//! Invariants: initial values run in declaration order, then computed values and first loads in order of
//! rank; effects run when the struct is complete.
//!
//! Must not know: masks and edges.

use super::{
    Context, Header, Home, Kind, Node, bits, docs, field, lint_allows, local, respan,
    script::Script, seen_type,
};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Type, ext::IdentExt, spanned::Spanned};

pub(super) fn build(context: &Context) -> TokenStream {
    let batch = &context.batch;
    let mut takes = Script::default();
    write!(takes, "{}", docs::parameters(context));
    let methods = methods(context, &takes.finish(), |method| match method {
        "new" => new_body(context),
        "batch" => quote! {
            ::signal_kernel::__private::batch::batch(self, |graph| batch(&mut #batch { graph__: graph }))
        },
        "transaction" => quote! {
            ::signal_kernel::__private::batch::batch(self, |graph| {
                ::signal_kernel::__private::batch::transaction(graph, |graph| transaction(&mut #batch { graph__: graph }))
            })
        },
        "poll_progress" => quote!(::signal_kernel::__private::poll_progress(self, context)),
        "progress" => quote!(::signal_kernel::__private::progress(self).await),
        _ => quote!(::signal_kernel::__private::settled(self).await),
    });
    let debug = context.declaration.debug.then(|| {
        let field = |index| context.field(index);
        debug(context, field, |index, ty| {
            computed_value(context, index, ty)
        })
    });
    quote!(#methods #debug)
}

/// `new`, `Default` and the methods that drive the graph. The body of each method comes from its name.
pub(super) fn methods(
    header: &Header,
    takes: &TokenStream,
    body: impl Fn(&str) -> TokenStream,
) -> TokenStream {
    let [returned, failed] = header.free_types();
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        declaration,
        batch,
        names,
        ..
    } = header;
    let vis = &declaration.vis;
    let parameters: Vec<TokenStream> = declaration.nodes.iter().filter_map(parameter).collect();
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
    let [
        new,
        batch_body,
        transaction_body,
        poll_progress,
        progress,
        settled,
    ] = [
        "new",
        "batch",
        "transaction",
        "poll_progress",
        "progress",
        "settled",
    ]
    .map(body);
    let plain = name.unraw();
    let new_doc = format!(
        " A new `{plain}`: every computed value an effect or a resource needs is current, every effect has run."
    );
    let methods = quote! {
        #[doc = #new_doc]
        #takes
        #[allow(clippy::too_many_arguments)]
        #vis fn #called(#(#parameters),*) -> #itself { #new }

        /// Defers settling to the end of `batch`, and returns what it returns.
        #vis fn batch<#returned>(&mut self, batch: impl ::signal_kernel::__private::core::ops::FnOnce(&mut #batch<'_, #(#names),*>) -> #returned) -> #returned {
            #batch_body
        }

        /// A batch that takes back its writes and requests if `transaction` returns an error or panics. A `set_x` moves
        /// the old value of `x` aside; an `update_x` clones it, once in each transaction; an `update_x_with` is told
        /// how to undo the change.
        ///
        /// # Errors
        ///
        /// With the error of `transaction`.
        #vis fn transaction<#returned, #failed>(
            &mut self,
            transaction: impl ::signal_kernel::__private::core::ops::FnOnce(&mut #batch<'_, #(#names),*>) -> ::signal_kernel::__private::core::result::Result<#returned, #failed>,
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
    let methods = respan(name.span(), methods);
    let lint_allows = lint_allows();
    quote! {
        #[allow(dead_code)]
        #lint_allows
        impl #impl_generics #name #type_generics #where_clause {
            #methods
        }

        #default
    }
}

/// A field or signal without a value is a parameter of `new`.
fn parameter(node: &Node) -> Option<TokenStream> {
    let (name, ty) = (&node.name, seen_type(node));
    node.is_parameter().then(|| quote!(#name: #ty))
}

/// ```text
/// let __price = make::slot::<_, ()>(Self::__init_price);
/// let __total = make::slot::<_, ()>(|| Self::__body_total(&__price.value));
/// make::graph(|| Self { __price: __price.take(), __total: __total.take(), core__: Core::new([0x2], [0x0], None, Self::TOPOLOGY) })
/// ```
///
/// Each piece is made in a function of its own, and waits for the struct on the heap where nothing is optimized: else all
/// of them, and what they are moved through, would be on the stack together.
///
/// In a large graph each part is a piece: `let part_0__ = make::part(|| { …; (__price.take(), __qty.take(),) });`.
fn new_body(context: &Context) -> TokenStream {
    let plan = context.plan;
    let nodes = &context.declaration.nodes;
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
            make(context, script, index);
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
                make(context, &mut sources, index);
            }
            if node.is_stored() {
                let name = node.name.unraw();
                fields += &format!("__{name}: __{name}{},", taken(node));
            }
        }
        for rank in 0..plan.ranks {
            let index = plan.positions[rank];
            if rank == plan.position(index) {
                make(context, &mut derived, index);
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
        if plan.nodes[index].lazy {
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
                <Self as ::signal_kernel::__private::DeclaredGraph<#words>>::TOPOLOGY,
            ),
        })
    }
}

/// How a piece is taken to where it belongs. A field that is a parameter is no piece.
fn taken(node: &Node) -> &'static str {
    if node.is_field() && node.is_parameter() {
        ""
    } else {
        ".take()"
    }
}

/// Makes what the struct keeps of one node.
fn make(context: &Context, script: &mut Script, index: usize) {
    let plan = context.plan;
    let node = &context.declaration.nodes[index];
    let name = node.name.unraw();
    // Types are spelled out: what waits for the struct at the end to be inferred makes rustc's time grow
    // with the square of the nodes.
    let slot = if plan.nodes[index].versioned {
        "::signal_kernel::__private::make::slot::<_, u64>"
    } else {
        "::signal_kernel::__private::make::slot::<_, ()>"
    };
    let inputs = |script: &mut Script| {
        let inputs = context.inputs(script, node, Home::Locals(context.part(index)));
        inputs.join(", ")
    };
    match &node.kind {
        Kind::Field {
            is_parameter: true, ..
        } => {
            let value = script.hole(node.name.to_token_stream());
            write!(script, "let __{name} = {value};");
        }
        Kind::Field { .. } => write!(
            script,
            "let __{name} = ::signal_kernel::__private::make::apart(Self::__init_{name});"
        ),
        Kind::Signal {
            is_parameter: true, ..
        } => {
            let value = script.hole(node.name.to_token_stream());
            write!(script, "let __{name} = {slot}(move || {value});");
        }
        Kind::Signal { .. } => write!(script, "let __{name} = {slot}(Self::__init_{name});"),
        Kind::Computed { .. } if plan.nodes[index].lazy => {
            let same = context.same(node);
            write!(
                script,
                "let __{name} = ::signal_kernel::__private::make::apart(|| ::signal_kernel::__private::Memo::new(Self::{same}));"
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

/// A computed value as `Debug` prints it.
fn computed_value(context: &Context, index: usize, ty: &Type) -> TokenStream {
    let (plan, field) = (context.plan, context.field(index));
    let print = quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print);
    if plan.nodes[index].lazy {
        return quote!(self.#field.to_print(#print));
    }
    let (graph, rank) = (local("self", ty.span()), plan.position(index));
    let value = quote_spanned!(ty.span()=> #print(&#graph.#field.value));
    quote! {
        if self.core__.is_failed(#rank) {
            &::signal_kernel::__private::read::Panicked as &dyn ::signal_kernel::__private::core::fmt::Debug
        } else {
            #value
        }
    }
}

/// Names and values, without running a body.
pub(super) fn debug(
    header: &Header,
    field: impl Fn(usize) -> TokenStream,
    computed: impl Fn(usize, &Type) -> TokenStream,
) -> TokenStream {
    let Header {
        name,
        impl_generics,
        type_generics,
        declaration,
        ..
    } = header;
    let mut generics = declaration.generics.clone();
    let parameters: Vec<_> = declaration
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
    let fields = declaration.nodes.iter().enumerate().filter_map(|(index, node)| {
        let (field, label) = (field(index), node.name.unraw().to_string());
        // The span of the user's token, which may come from another macro than the method around it.
        let span = match &node.kind {
            Kind::Field { ty, .. } | Kind::Signal { ty, .. } | Kind::Computed { ty, .. } => ty.span(),
            Kind::Resource { path, .. } => path.span(),
            Kind::Effect { .. } => return None,
        };
        let graph = local("self", span);
        let value = match &node.kind {
            // A value that cannot be printed is reported at its type.
            Kind::Field { ty, .. } => {
                quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print(&#graph.#field))
            }
            Kind::Signal { ty, .. } => {
                quote_spanned!(ty.span()=> <_ as ::signal_kernel::needs::Printable>::to_print(&#graph.#field.value))
            }
            Kind::Resource { path, .. } => quote_spanned!(path.span()=> &#graph.#field.task.state),
            Kind::Computed { ty, .. } => computed(index, ty),
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
