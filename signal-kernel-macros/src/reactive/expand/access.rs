//! The signatures of the methods of a graph and of its batch type: the interface that users call.
//!
//! Invariants: a method has the visibility of its node, and a doc comment of its own; a graph and the sketch of one have
//! the same signatures.
//!
//! Must not know: the bodies of methods; ranks.

use super::context::{Context, Header};
use super::inside;
use super::list;
use super::methods::{self, Method};
use super::names;
use super::names::{lint_allows, mentions, respan, seen_type};
use super::texts::Texts;
use crate::reactive::model::{Kind, Node};
use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

/// ```text
/// impl Cart { pub fn price(&self) -> &u64 … pub fn set_price(&mut self, value: u64) … }
/// ::signal_kernel::__batch! { … }
/// ```
pub(super) fn accessors(context: &Context) -> TokenStream {
    let nodes = 0..context.declaration.nodes.len();
    let (unused, used): (Vec<usize>, Vec<usize>) =
        nodes.partition(|&index| context.is_unused(index));
    let own = own(context, &used);
    let batch = batch(context, &used, &unused);
    let unused = unused.into_iter().map(|index| self::unused(context, index));
    quote!(#own #batch #(#unused)*)
}

/// The parts of the methods of nodes in which a graph and its sketch differ.
pub(super) trait Printer {
    fn header(&self) -> &Header<'_>;
    /// The attributes of a node's methods.
    fn texts(&self, index: usize) -> Texts;
    /// The span of a node's methods.
    fn span(&self, index: usize) -> Span;
    fn body(&self, method: Method, index: usize) -> TokenStream;
    /// The place of a node in the struct.
    fn field(&self, index: usize) -> TokenStream;
    fn position(&self, index: usize) -> usize;
    /// The place and the position of the mark of a signal that starts anew.
    fn mark(&self, index: usize) -> Option<(TokenStream, usize)>;
    /// A statement that uses the getter of an unused node.
    fn getter_use(&self, index: usize) -> TokenStream;
    /// The maker of a list's rows, with its inputs.
    fn maker(&self, index: usize) -> TokenStream;
}

impl Printer for Context<'_> {
    fn header(&self) -> &Header<'_> {
        &self.header
    }

    fn texts(&self, index: usize) -> Texts {
        Texts::new(self, index)
    }

    fn span(&self, index: usize) -> Span {
        self.method_span(index)
    }

    fn body(&self, method: Method, index: usize) -> TokenStream {
        methods::body(self, method, index)
    }

    fn field(&self, index: usize) -> TokenStream {
        self.field(index)
    }

    fn position(&self, index: usize) -> usize {
        self.plan.position(index)
    }

    fn mark(&self, index: usize) -> Option<(TokenStream, usize)> {
        Some((self.mark(index), self.plan.nodes[index].mark?))
    }

    fn getter_use(&self, index: usize) -> TokenStream {
        self.getter_use(index)
    }

    fn maker(&self, index: usize) -> TokenStream {
        list::maker(self, index)
    }
}

/// The methods of a graph for these nodes.
pub(super) fn own(printer: &dyn Printer, nodes: &[usize]) -> TokenStream {
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        ..
    } = printer.header();
    // Joined in one go, not one by one.
    let methods = nodes.iter().map(|&index| methods(printer, index));
    let methods: TokenStream = methods
        .flat_map(|(getter, others)| [getter, others])
        .collect();
    let lint_allows = lint_allows();
    quote! {
        #[allow(dead_code)]
        #lint_allows
        impl #impl_generics #name #type_generics #where_clause {
            #methods
        }
    }
}

/// The methods of a private node that no body mentions. If no other code reads it, rustc warns at the user's token,
/// about the getter alone: the other methods that read use the getter, and lints ignore methods at the macro's
/// span.
///
/// ```text
/// impl Cart { fn price(&self) -> &u64 … }
/// impl Cart { fn set_price(&mut self, value: u64) … fn update_price(…) { let _ = <Cart>::price; … } }
/// ```
fn unused(printer: &dyn Printer, index: usize) -> TokenStream {
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        names,
        ..
    } = printer.header();
    let lint_allows = lint_allows();
    let (getter, others) = methods(printer, index);
    let parameters = if names.is_empty() {
        quote!(<>)
    } else {
        quote!(#impl_generics)
    };
    let getter = quote! {
        #lint_allows
        impl #parameters #name #type_generics #where_clause { #getter }
    };
    let getter = respan(name.span(), getter);
    quote! {
        #getter
        #lint_allows
        impl #impl_generics #name #type_generics #where_clause { #others }
    }
}

/// The getter of a node, and its other methods.
fn methods(printer: &dyn Printer, index: usize) -> (TokenStream, TokenStream) {
    let header = printer.header();
    let node = &header.declaration.nodes[index];
    let (vis, span) = (&node.vis, printer.span(index));
    let named = |before, after| method(before, node, after, span);
    let ty = seen_type(node);
    let seen_mut = reference(&ty, true);
    let returned = returned(header, &ty, node.name.span());
    let [value, change] = ["value", "change"].map(|name| Ident::new(name, node.name.span()));
    let body = |method| printer.body(method, index);
    let [getter_docs, second_docs, third_docs] = printer.texts(index).0;
    let others = match &node.kind {
        Kind::Effect { .. } => return Default::default(),
        Kind::Field { mutable: true, .. } => {
            let (name, body) = (named("", "_mut"), body(Method::GetMut));
            quote! {
                #second_docs
                #vis fn #name(&mut self) -> #seen_mut { #body }
            }
        }
        Kind::Signal { .. } => {
            let (set, update) = (named("set_", ""), named("update_", ""));
            let [set_body, update_body] = [Method::Set, Method::Update].map(body);
            let closure = quote_spanned!(node.name.span()=> impl ::signal_kernel::__private::core::ops::FnOnce(#seen_mut) -> #returned);
            quote! {
                #second_docs
                #vis fn #set(&mut self, #value: #ty) { #set_body }
                #third_docs
                #vis fn #update<#returned>(&mut self, #change: #closure) -> #returned { #update_body }
            }
        }
        Kind::Resource { .. } => {
            let (reload, cancel) = (named("reload_", ""), named("cancel_", ""));
            let [reload_body, cancel_body] = [Method::Reload, Method::Cancel].map(body);
            quote! {
                #second_docs
                #vis fn #reload(&mut self) { #reload_body }
                #third_docs
                #vis fn #cancel(&mut self, reason: impl ::signal_kernel::__private::core::convert::Into<::signal_kernel::CancelReason>) { #cancel_body }
            }
        }
        Kind::Graph { ty, .. } => {
            let (update, body) = (named("update_", ""), body(Method::Update));
            let batch = inside::batch(header, ty);
            let closure = quote_spanned!(node.name.span()=> impl ::signal_kernel::__private::core::ops::FnOnce(&mut #batch) -> #returned);
            quote! {
                #second_docs
                #vis fn #update<#returned>(&mut self, #change: #closure) -> #returned { #body }
            }
        }
        Kind::List(list) => {
            let (update, take) = (named("update_", ""), named("take_", ""));
            let [update_body, take_body] = [Method::Update, Method::Take].map(body);
            let batch = list::batch(list);
            let closure = quote_spanned!(node.name.span()=> impl ::signal_kernel::__private::core::ops::FnOnce(&mut #batch) -> #returned);
            let (row, key) = (&list.ty, &list.key);
            quote! {
                #second_docs
                #vis fn #update<#returned>(&mut self, #change: #closure) -> #returned { #update_body }
                #third_docs
                #vis fn #take(&mut self, key: &#key) -> ::signal_kernel::__private::core::option::Option<#row> { #take_body }
            }
        }
        Kind::Field { .. } | Kind::Computed { .. } => TokenStream::new(),
    };
    let getter = getter(node, &getter_docs, &ty, body(Method::Get));
    (getter, respan(span, others))
}
/// A getter, with the span of its name: as `respan` would do it, with less work.
fn getter(node: &Node, docs: &TokenStream, ty: &TokenStream, body: TokenStream) -> TokenStream {
    let (name, vis, attrs) = (&node.name, &node.vis, &node.attrs);
    let keyword = Ident::new("fn", name.span());
    let seen = reference(ty, false);
    let [receiver, body] = [
        (Delimiter::Parenthesis, quote!(&self)),
        (Delimiter::Brace, body),
    ]
    .map(|(delimiter, content)| {
        let mut group = Group::new(delimiter, content);
        group.set_span(name.span());
        group
    });
    quote!(#(#attrs)* #docs #vis #keyword #name #receiver -> #seen #body)
}

/// A method for a node, at this span.
fn method(before: &str, node: &Node, after: &str, span: Span) -> Ident {
    let mut name = names::method(before, node, after);
    name.set_span(span);
    name
}

/// The batch type's methods for a node, as a description for `__batch!`. In a sketch the field of a node stands for its
/// place.
///
/// ```text
/// [signal pub price u64, [__price] 2 __equal_u64 set_price … update_price_with value change R [u64: Undo<'undo>] []]
/// ```
fn batch_entry(printer: &dyn Printer, index: usize) -> Option<TokenStream> {
    let header = printer.header();
    let node = &header.declaration.nodes[index];
    let (vis, ty, span) = (&node.vis, seen_type(node), printer.span(index));
    let mut name = node.name.clone();
    name.set_span(span);
    let place = printer.field(index);
    let position = Literal::usize_unsuffixed(printer.position(index));
    let reads = printer.getter_use(index);
    let named = |before, after| method(before, node, after, span);
    Some(match &node.kind {
        Kind::Effect { .. } => return None,
        Kind::Field { mutable: true, .. } => {
            let change = named("", "_mut");
            quote!([mutable #vis #name #ty, [#place] [#reads] #change])
        }
        Kind::Field { .. } => quote!([field #vis #name #ty, [#place] [#reads]]),
        Kind::Computed { .. } => quote!([computed #vis #name #ty, #position [#reads]]),
        Kind::Signal { .. } => {
            let [set, update] = ["set_", "update_"].map(|before| named(before, ""));
            let mut update_with = named("update_", "_with");
            if node.name.to_string().ends_with('_') {
                // No lint blames the user for `update_end__with`.
                update_with.set_span(names::call_site_at(&node.name));
            }
            let same = header.same(node);
            let returned = returned(header, &ty, span);
            let [value, change] = ["value", "change"].map(|name| Ident::new(name, span));
            let bound =
                quote_spanned!(ty.span()=> for<'undo> #ty: ::signal_kernel::needs::Undo<'undo>);
            let (kind, mark) = match printer.mark(index) {
                Some((place, position)) => {
                    let position = Literal::usize_unsuffixed(position);
                    (quote!(per), quote!([#place] #position))
                }
                None => (quote!(signal), TokenStream::new()),
            };
            quote! {
                [#kind #vis #name #ty, [#place] #position #mark #same #set #update #update_with
                #value #change #returned [#bound] [#reads]]
            }
        }
        Kind::Resource { path, .. } => {
            let [reload, cancel] = ["reload_", "cancel_"].map(|before| named(before, ""));
            quote_spanned! {path.span()=>
                [resource #vis #name #ty, [#place] #position #reload #cancel [#reads]]
            }
        }
        Kind::Graph { ty: path, .. } => {
            let (mut write, batch) = (named("", "_mut"), inside::batch(header, path));
            if node.name.to_string().ends_with('_') {
                // No lint blames the user for `end__mut`.
                write.set_span(names::call_site_at(&node.name));
            }
            quote!([graph #vis #name #ty, [#place] #position #write [#batch] [#reads]])
        }
        Kind::List(list) => {
            let mut write = named("", "_mut");
            if node.name.to_string().ends_with('_') {
                write.set_span(names::call_site_at(&node.name));
            }
            let (key, row, kind) = (&list.key, &list.ty, list::kind(list));
            let maker = printer.maker(index);
            quote!([list #vis #name #key, #row, #kind, [#place] #position #write [#maker] [#reads]])
        }
    })
}

/// The batch type's methods, in the template of the runtime.
pub(super) fn batch(printer: &dyn Printer, nodes: &[usize], unused: &[usize]) -> TokenStream {
    let [entries, unused] = [nodes, unused].map(|nodes| {
        let entries = nodes
            .iter()
            .filter_map(|&index| batch_entry(printer, index));
        entries.collect::<TokenStream>()
    });
    let header = printer.header();
    let [returned, failed] = header.free_types();
    let Header {
        name,
        batch,
        type_generics,
        where_clause,
        declaration,
        names,
        batch_generics,
        ..
    } = header;
    let vis = &declaration.vis;
    let (batch_impl, batch_type, _) = batch_generics.split_for_impl();
    quote! {
        ::signal_kernel::__batch! {
            self impl [#batch_impl] #batch #batch_type [#where_clause] for #name #type_generics,
            #vis #batch [#(#names),*] #returned #failed
            { #entries } { #unused }
        }
    }
}

/// The type parameter for the result of a closure over a value of this type, which must not mention that name.
fn returned(header: &Header, ty: &TokenStream, span: Span) -> Ident {
    let [free, _] = header.free_types();
    if mentions(ty.clone(), &free) {
        Ident::new("__Returned", span)
    } else {
        Ident::new(&free.to_string(), span)
    }
}

/// A reference with the span of the first token of its type.
fn reference(ty: &TokenStream, mutable: bool) -> TokenStream {
    let first = ty.clone().into_iter().next();
    let span = first.map_or_else(Span::call_site, |first| first.span());
    if mutable {
        quote_spanned!(span=> &mut #ty)
    } else {
        quote_spanned!(span=> & #ty)
    }
}
