//! The structs and their methods: what users call.
//!
//! Invariants: a method has the visibility of its node, and a doc comment of its own; a getter never
//! runs an eager body; no method loops or decides anything, the runtime does.
//!
//! Must not know: ranks of other nodes than the one a method is for.

use super::{
    Context, Kind, Node, Part, docs, field, local, placed,
    plan::Plan,
    quiet, resource_type,
    script::Script,
    seen_type,
    texts::{Texts, texts},
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

/// ```text
/// pub struct Cart { core__: Core<1>, __price: Slot<u64>, … }
/// pub struct CartBatch<'graph> { graph__: &'graph mut Cart }
/// pub struct CartTransaction<'graph> { graph__: &'graph mut Cart }
/// ```
///
/// A large graph has its nodes in parts: `part_0__: (Slot<u64>, …)`, `part_1__: Box<(Lazy<u64>, …)>`.
///
/// The core is named most, and rustc looks for a field from the first to the last: it goes first.
pub(super) fn structs(context: &Context) -> TokenStream {
    let Context {
        name,
        batch,
        transaction,
        type_generics,
        where_clause,
        graph,
        opened,
        ..
    } = context;
    let (attrs, vis) = (&graph.attrs, &graph.vis);
    let full = &graph.generics;
    let (open_impl, _, _) = opened.split_for_impl();
    let fields: TokenStream = match context.plan.filter(|plan| !plan.parts.is_empty()) {
        None => {
            let fields = graph.nodes.iter().enumerate().filter_map(|(index, node)| {
                let (field, ty) = (field(node), stored_type(context, index, node)?);
                Some(quote!(#[doc(hidden)] #field: #ty,))
            });
            fields.collect()
        }
        Some(plan) => {
            let parts = plan.parts.iter().enumerate().map(|(part, members)| {
                let types = members
                    .iter()
                    .filter_map(|&index| stored_type(context, index, &graph.nodes[index]));
                let types = quote!((#(#types,)*));
                let ty = if plan.is_lazy(part) {
                    quote!(::signal_kernel::__private::std::boxed::Box<#types>)
                } else {
                    types
                };
                let part = format_ident!("part_{part}__");
                quote!(#[doc(hidden)] #part: #ty,)
            });
            parts.collect()
        }
    };
    let words = context.plan.map_or(1, |plan| plan.words);
    // An empty list that is the macro's: rustc suggests no parameter in it for a type it does not find.
    let full = if full.params.is_empty() {
        quote!(<>)
    } else {
        quote!(#full)
    };
    let plain = name.unraw();
    let batch_doc =
        format!(" Writes to a [`{plain}`] that are settled together. See [`{plain}::batch`].");
    let transaction_doc =
        format!(" Writes to a [`{plain}`] that can be taken back. See [`{plain}::transaction`].");
    let mut more = Script::default();
    docs::of_struct(context, &mut more);
    let more = more.finish();
    let structs = quote! {
        #(#attrs)*
        #more
        #[allow(unreachable_pub, clippy::type_complexity)]
        #vis struct #name #full #where_clause {
            #[doc(hidden)]
            core__: ::signal_kernel::__private::Core<#words>,
            #fields
        }

        #[doc = #batch_doc]
        #[allow(dead_code, missing_debug_implementations, unreachable_pub)]
        #vis struct #batch #open_impl #where_clause {
            #[doc(hidden)]
            graph__: &'graph mut #name #type_generics,
        }

        #[doc = #transaction_doc]
        #[allow(dead_code, missing_debug_implementations, unreachable_pub)]
        #vis struct #transaction #open_impl #where_clause {
            #[doc(hidden)]
            graph__: &'graph mut #name #type_generics,
        }
    };
    placed(name.span(), structs)
}

fn stored_type(context: &Context, index: usize, node: &Node) -> Option<TokenStream> {
    let version = match context.plan {
        Some(plan) if plan.places[index].versioned => quote!(u64),
        _ => quote!(()),
    };
    Some(match &node.kind {
        Kind::Field { ty, .. } => quote!(#ty),
        Kind::Computed { ty, .. } if context.is_lazy(index) => {
            quote!(::signal_kernel::__private::Lazy<#ty>)
        }
        Kind::Signal { ty, .. } | Kind::Computed { ty, .. } => {
            quote!(::signal_kernel::__private::Slot<#ty, #version>)
        }
        Kind::Resource { path, .. } => {
            let [value, error, future] =
                ["Value", "Error", "Future"].map(|what| resource_type(path, what));
            quote_spanned!(path.span()=> ::signal_kernel::__private::ResourceSlot<#value, #error, #future>)
        }
        Kind::Effect { kept: Some(ty), .. } => {
            quote!(::signal_kernel::__private::core::option::Option<#ty>)
        }
        Kind::Effect { kept: None, .. } => return None,
    })
}

/// ```text
/// impl Cart { pub fn price(&self) -> &u64 … pub fn set_price(&mut self, value: u64) … }
/// impl CartBatch<'_> { … }
/// impl CartTransaction<'_> { … }
/// ```
pub(super) fn accessors(context: &Context) -> TokenStream {
    let Context {
        name,
        batch,
        transaction,
        impl_generics,
        type_generics,
        where_clause,
        graph,
        ..
    } = context;
    let texts = texts(context);
    let texts = texts.as_slice();
    let nodes = || graph.nodes.iter().enumerate();
    let open = |open: Open| {
        let nodes = nodes().filter(|(index, _)| !context.is_forgotten(*index));
        nodes.map(move |(index, node)| open_methods(context, index, node, &texts[index], open))
    };
    let own = nodes().filter(|(index, _)| !context.is_forgotten(*index));
    let own = own.flat_map(|(index, node)| {
        let (getter, others) = own_methods(context, index, node, &texts[index]);
        [getter, others]
    });
    let (in_batch, in_transaction) = (open(Open::Batch), open(Open::Transaction));
    let forgotten = nodes().filter(|(index, _)| context.is_forgotten(*index));
    let forgotten =
        forgotten.map(|(index, node)| self::forgotten(context, index, node, &texts[index]));
    // Joined in one go, not one by one.
    let [own, in_batch, in_transaction, forgotten]: [TokenStream; 4] = [
        own.collect(),
        in_batch.collect(),
        in_transaction.collect(),
        forgotten.collect(),
    ];
    let nested_batch = nested(context, Open::Batch);
    let nested_transaction = nested(context, Open::Transaction);
    let quiet = quiet();
    let (open_impl, open_type, _) = context.opened.split_for_impl();
    quote! {
        #[allow(dead_code)]
        #quiet
        impl #impl_generics #name #type_generics #where_clause {
            #own
        }

        #[allow(dead_code, deprecated)]
        #quiet
        impl #open_impl #batch #open_type #where_clause {
            #in_batch
            #nested_batch
        }

        #[allow(dead_code, deprecated)]
        #quiet
        impl #open_impl #transaction #open_type #where_clause {
            #in_transaction
            #nested_transaction
        }

        #forgotten
    }
}

/// The methods of a private node that no body mentions. If no code reads it either, rustc says so at the
/// user's token: of the getter alone, which all that can read the node leads to. The other methods are
/// not spoken of, as their names belong to the macro.
///
/// ```text
/// impl Cart { fn price(&self) -> &u64 … }
/// impl Cart { fn set_price(&mut self, value: u64) … fn update_price(…) { let _ = <Cart>::price; … } }
/// impl CartBatch<'_> { … }
/// impl CartTransaction<'_> { … }
/// ```
fn forgotten(context: &Context, index: usize, node: &Node, texts: &Texts) -> TokenStream {
    let Context {
        name,
        batch,
        transaction,
        impl_generics,
        type_generics,
        where_clause,
        ..
    } = context;
    let quiet = quiet();
    let (open_impl, open_type, _) = context.opened.split_for_impl();
    let (getter, others) = own_methods(context, index, node, texts);
    let in_batch = open_methods(context, index, node, texts, Open::Batch);
    let in_transaction = open_methods(context, index, node, texts, Open::Transaction);
    let parameters = if context.names.is_empty() {
        quote!(<>)
    } else {
        quote!(#impl_generics)
    };
    let getter = quote! {
        #quiet
        impl #parameters #name #type_generics #where_clause { #getter }
    };
    let getter = placed(name.span(), getter);
    quote! {
        #getter
        #quiet
        impl #impl_generics #name #type_generics #where_clause { #others }
        #[allow(deprecated)]
        #quiet
        impl #open_impl #batch #open_type #where_clause { #in_batch }
        #[allow(deprecated)]
        #quiet
        impl #open_impl #transaction #open_type #where_clause { #in_transaction }
    }
}

/// The methods of the struct itself: the getter, and the others.
fn own_methods(
    context: &Context,
    index: usize,
    node: &Node,
    texts: &Texts,
) -> (TokenStream, TokenStream) {
    let (vis, attrs, x, field) = (&node.vis, &node.attrs, &node.name, context.field(index));
    let method = |before: &str, node: &Node, after: &str| {
        let mut name = super::method(before, node, after);
        name.set_span(context.place(index));
        name
    };
    let reads = context.reads(index);
    let ty = seen_type(node);
    let [value, change] = ["value", "change"].map(|name| Ident::new(name, x.span()));
    let seen = reference(&ty, false);
    let seen_mut = || reference(&ty, true);
    let returned = returned(context, &ty, x.span());
    let closure = || {
        let seen_mut = seen_mut();
        quote_spanned!(x.span()=> impl ::signal_kernel::__private::core::ops::FnOnce(#seen_mut) -> #returned)
    };
    let [said, other_said, third_said] = &texts.own;
    let getter = |body: TokenStream| {
        let said = quote!(#(#attrs)* #said #vis);
        getter(said, x, quote!(&self), seen, body)
    };
    match &node.kind {
        Kind::Field { mutable, .. } => {
            let getter = getter(quote!(&self.#field));
            let getter_mut = mutable.then(|| {
                let (x_mut, seen_mut) = (method("", node, "_mut"), seen_mut());
                quote! {
                    #other_said
                    #vis fn #x_mut(&mut self) -> #seen_mut { #reads self.core__.note_change(); &mut self.#field }
                }
            });
            (getter, placed(context.place(index), quote!(#getter_mut)))
        }
        Kind::Signal { .. } => {
            let getter = getter(quote!(&self.#field.value));
            let (set, update) = (method("set_", node, ""), method("update_", node, ""));
            let closure = closure();
            let set_body = context.live(|plan| set_body(context, plan, index, node, &value));
            let update_body = context.live(|plan| {
                let position = plan.position(index);
                quote! {
                    let changed = self.#field.change(&mut self.core__, #position, #change);
                    self.__updated(changed)
                }
            });
            let others = quote! {
                #other_said
                #vis fn #set(&mut self, #value: #ty) { #set_body }
                #third_said
                #vis fn #update<#returned>(&mut self, #change: #closure) -> #returned { #reads #update_body }
            };
            (getter, placed(context.place(index), others))
        }
        Kind::Computed { .. } => {
            let [read, _] = &texts.read;
            (getter(context.live(|_| read.clone())), TokenStream::new())
        }
        Kind::Resource { path, .. } => {
            let graph = local("self", path.span());
            let getter = getter(quote_spanned!(path.span()=> &#graph.#field.task.state));
            let (reload, cancel) = (method("reload_", node, ""), method("cancel_", node, ""));
            let request = |request: TokenStream| {
                context.live(|plan| {
                    let rank = plan.position(index);
                    quote_spanned! {path.span()=>
                        #graph.#field.request(#request);
                        ::signal_kernel::__private::settle::request(#graph, #rank)
                    }
                })
            };
            let (reload_body, cancel_body) = (request(reload_request()), request(cancel_request()));
            let others = quote! {
                #other_said
                #vis fn #reload(&mut self) { #reads #reload_body }
                #third_said
                #vis fn #cancel(&mut self, reason: impl ::signal_kernel::__private::core::convert::Into<::signal_kernel::CancelReason>) { #reads #cancel_body }
            };
            (getter, placed(context.place(index), others))
        }
        Kind::Effect { .. } => Default::default(),
    }
}

/// A getter, which stands where its name does: as `placed` would do it, and with less work.
fn getter(
    said: TokenStream,
    name: &Ident,
    receiver: TokenStream,
    seen: TokenStream,
    body: TokenStream,
) -> TokenStream {
    let keyword = Ident::new("fn", name.span());
    let [receiver, body] = [(Delimiter::Parenthesis, receiver), (Delimiter::Brace, body)].map(
        |(delimiter, content)| {
            let mut group = Group::new(delimiter, content);
            group.set_span(name.span());
            group
        },
    );
    quote!(#said #keyword #name #receiver -> #seen #body)
}

/// The type that a closure over a value of this type returns: none that is named in it.
fn returned(context: &Context, ty: &TokenStream, place: Span) -> Ident {
    let [free, _] = context.free_types();
    if mentions(ty.clone(), &free) {
        Ident::new("__Returned", place)
    } else {
        Ident::new(&free.to_string(), place)
    }
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// A reference that begins where its type does.
fn reference(ty: &TokenStream, mutable: bool) -> TokenStream {
    let first = ty.clone().into_iter().next();
    let place = first.map_or_else(Span::call_site, |first| first.span());
    if mutable {
        quote_spanned!(place=> &mut #ty)
    } else {
        quote_spanned!(place=> & #ty)
    }
}

/// ```text
/// let revision = self.core__.tick();
/// if let Some(old) = self.__price.replace(value, Self::__same_price, revision) {
///     self.core__.pending[1] = 0x3;
///     self.__changed(old, 0, 0x1);
/// }
/// ```
fn set_body(
    context: &Context,
    plan: &Plan,
    index: usize,
    node: &Node,
    value: &Ident,
) -> TokenStream {
    let (field, same) = (context.field(index), same(context, node));
    let revision = if plan.has_lazy() {
        quote!(self.core__.tick())
    } else {
        quote!(0)
    };
    let masks = plan.masks(index, Part::Whole);
    let Some(((word, bits), later)) = masks.split_first() else {
        // A float is not: the zeros are equal.
        let exact = context
            .primitive(node)
            .is_some_and(|name| !name.starts_with('f'));
        if exact {
            return quote!(self.#field.put(&mut self.core__, #value););
        }
        return quote! {
            let revision = #revision;
            if let ::signal_kernel::__private::core::option::Option::Some(old) = self.#field.replace(#value, Self::#same, revision) {
                self.core__.note_change();
                ::signal_kernel::__private::settle::discard(old);
            }
        };
    };
    let word = *word as usize;
    let marks = later.iter().map(|(word, bits)| {
        let word = *word as usize;
        quote!(self.core__.pending[#word] = #bits;)
    });
    quote! {
        let revision = #revision;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self.#field.replace(#value, Self::#same, revision) {
            #(#marks)*
            self.__changed(old, #word, #bits);
        }
    }
}

fn same(context: &Context, node: &Node) -> Ident {
    Ident::new(&context.same(node), super::ours(&node.name))
}

/// Which of the two types a method is for.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Batch,
    Transaction,
}

/// The methods of a node on the batch type or the transaction type.
fn open_methods(
    context: &Context,
    index: usize,
    node: &Node,
    texts: &Texts,
    open: Open,
) -> TokenStream {
    let Context {
        name,
        type_generics,
        ..
    } = context;
    let (vis, field) = (&node.vis, context.field(index));
    let mut x = node.name.clone();
    x.set_span(context.place(index));
    let x = &x;
    let method = |before: &str, node: &Node, after: &str| {
        let mut name = super::method(before, node, after);
        name.set_span(context.place(index));
        name
    };
    let reads = context.reads(index);
    let ty = seen_type(node);
    let [value, change] = ["value", "change"].map(|name| Ident::new(name, x.span()));
    let seen = reference(&ty, false);
    let seen_mut = || reference(&ty, true);
    let returned = returned(context, &ty, x.span());
    let closure = || {
        let seen_mut = seen_mut();
        quote_spanned!(x.span()=> impl ::signal_kernel::__private::core::ops::FnOnce(#seen_mut) -> #returned)
    };
    let [said, other_said, third_said] = &texts.open;
    let getter = |body: TokenStream| {
        getter(
            quote!(#said #vis),
            x,
            quote!(&mut self),
            seen,
            quote!(#reads #body),
        )
    };
    let position = |plan: &Plan| plan.position(index);
    match &node.kind {
        Kind::Field { mutable, .. } => {
            let getter = getter(quote!(&self.graph__.#field));
            let getter_mut = mutable.then(|| {
                let (x_mut, seen_mut) = (method("", node, "_mut"), seen_mut());
                quote! {
                    #other_said
                    #vis fn #x_mut(&mut self) -> #seen_mut { #reads self.graph__.core__.note_change(); &mut self.graph__.#field }
                }
            });
            let getter_mut = placed(x.span(), quote!(#getter_mut));
            quote!(#getter #getter_mut)
        }
        Kind::Signal { .. } => {
            let getter = getter(quote!(&self.graph__.#field.value));
            let closure = closure();
            let (set, update, same) = (
                method("set_", node, ""),
                method("update_", node, ""),
                same(context, node),
            );
            let set_body = context.live(|plan| {
                let position = position(plan);
                quote! {
                    self.graph__.#field.write(&mut self.graph__.core__, #position, #value, <#name #type_generics>::#same);
                }
            });
            let update_bound = match open {
                Open::Batch => quote!(),
                Open::Transaction => {
                    quote_spanned!(ty.span()=> where for<'undo> #ty: ::signal_kernel::needs::Undo<'undo>)
                }
            };
            let update_body = context.live(|plan| {
                let position = position(plan);
                let place = quote!(&mut self.graph__.core__, #position);
                match open {
                    Open::Batch => quote!(#change(self.graph__.#field.touch(#place))),
                    Open::Transaction => quote! {
                        #change(self.graph__.#field.touch_cloned(#place, ::signal_kernel::needs::Undo::copy_for_undo))
                    },
                }
            });
            let others = quote! {
                #other_said
                #vis fn #set(&mut self, #value: #ty) { #set_body }
                #third_said
                #vis fn #update<#returned>(&mut self, #change: #closure) -> #returned #update_bound { #reads #update_body }
            };
            let others = placed(x.span(), others);
            quote!(#getter #others)
        }
        Kind::Computed { .. } => {
            let [_, refreshed] = &texts.read;
            getter(context.live(|_| quote!(#refreshed.#x())))
        }
        Kind::Resource { path, .. } => {
            let batch = local("self", path.span());
            let getter = getter(quote_spanned!(path.span()=> &#batch.graph__.#field.task.state));
            if open == Open::Transaction {
                return getter;
            }
            let (reload, cancel) = (method("reload_", node, ""), method("cancel_", node, ""));
            let request = |request: TokenStream| {
                context.live(|plan| {
                    let rank = position(plan);
                    quote_spanned! {path.span()=>
                        let first = #batch.graph__.#field.request(#request);
                        ::signal_kernel::__private::batch::request(&mut *#batch.graph__, #rank, first)
                    }
                })
            };
            let (reload_body, cancel_body) = (request(reload_request()), request(cancel_request()));
            let others = quote! {
                #other_said
                #vis fn #reload(&mut self) { #reads #reload_body }
                #third_said
                #vis fn #cancel(&mut self, reason: impl ::signal_kernel::__private::core::convert::Into<::signal_kernel::CancelReason>) { #reads #cancel_body }
            };
            let others = placed(x.span(), others);
            quote!(#getter #others)
        }
        Kind::Effect { .. } => TokenStream::new(),
    }
}

fn reload_request() -> TokenStream {
    quote!(::signal_kernel::__private::Request::Reload)
}

fn cancel_request() -> TokenStream {
    quote!(::signal_kernel::__private::Request::Cancel(
        ::signal_kernel::__private::core::convert::Into::into(reason)
    ))
}

/// `batch` and `transaction` inside one: under a transaction everything can be taken back.
fn nested(context: &Context, open: Open) -> TokenStream {
    let [returned, failed] = context.free_types();
    let Context {
        batch,
        transaction,
        names,
        graph,
        ..
    } = context;
    let vis = &graph.vis;
    let inner = if open == Open::Batch {
        batch
    } else {
        transaction
    };
    let batch_body = context.live(|_| quote!(batch(&mut #inner { graph__: &mut *self.graph__ })));
    let transaction_body = context.live(|_| {
        quote! {
            ::signal_kernel::__private::batch::transaction(
                &mut *self.graph__,
                |graph| transaction(&mut #transaction { graph__: graph }),
            )
        }
    });
    quote! {
        /// A batch inside this one: the outermost settles.
        #vis fn batch<#returned>(&mut self, batch: impl ::signal_kernel::__private::core::ops::FnOnce(&mut #inner<'_, #(#names),*>) -> #returned) -> #returned {
            #batch_body
        }

        /// A transaction inside: if it fails, only what was written in it is taken back. The first `update_x` in it
        /// clones the old value of `x`.
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
    }
}
