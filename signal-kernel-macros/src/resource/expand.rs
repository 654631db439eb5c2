//! Prints the items that `#[resource]` adds to a function.
//!
//! Invariants: every path is absolute; the added type takes no name in the namespace of values, in which the function
//! has its name; rustc reports errors at the user's own tokens.
//!
//! Must not know: the rules.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Generics, Type, WherePredicate, parse_quote, parse_quote_spanned, spanned::Spanned};

use super::check::{Param, Resource};

/// ```text
/// enum fetch_user {}
/// impl ::signal_kernel::Resource for fetch_user { .. }
/// impl fetch_user {
///     fn __start(client: Client, id: u64) -> impl FnOnce(Start<'_, Self::Future>) {
///         move |start| start.work(fetch_user(client, id), |work| Box::pin(work))
///     }
/// }
/// ```
pub(super) fn working(resource: &Resource<'_>) -> TokenStream {
    let Resource {
        name,
        generics,
        params,
        ..
    } = resource;
    let (described, header) = description(resource, true);
    let start = start(name);
    let taken = params.iter().filter(|param| !param.cancel);
    let taken = taken.map(|Param { name, ty, .. }| quote!(#name: #ty));
    let keyword = quote_spanned!(name.span()=> pub fn);
    let begin = Ident::new("start", Span::mixed_site());
    let (binding, token) = match params.iter().find(|param| param.cancel) {
        Some(Param { name, .. }) => (quote!(mut #begin), quote!(let #name = #begin.token();)),
        None => (quote!(#begin), TokenStream::new()),
    };
    let work = work(name, generics, params);
    let (first, last) = output_spans(resource);
    let start_of_type = quote_spanned!(first=> impl);
    let end_of_type = quote_spanned!(last=> Future>);
    quote! {
        #described
        #header {
            #[doc(hidden)]
            #keyword #start(#(#taken),*) -> #start_of_type ::core::ops::FnOnce(
                ::signal_kernel::__private::Start<'_, <Self as ::signal_kernel::Resource>::#end_of_type,
            ) {
                move |#binding| {
                    #token
                    #begin.work(#work);
                }
            }
        }
    }
}

/// For a function that breaks a rule. `__start` takes arguments of any type, so that the calling graph gets no error.
///
/// ```text
/// impl fetch_user {
///     fn __start<__A0, __A1>(_: __A0, _: __A1) -> fn(Start<'_, Self::Future>) { |_| unreachable!() }
/// }
/// ```
pub(super) fn placeholder(resource: &Resource<'_>) -> TokenStream {
    let Resource { name, params, .. } = resource;
    let keyword = quote_spanned!(name.span()=> pub fn);
    let (described, header) = description(resource, false);
    let start = start(name);
    let taken = params.iter().filter(|param| !param.cancel).count();
    let types: Vec<Ident> = (0..taken)
        .map(|index| format_ident!("__A{index}"))
        .collect();
    quote! {
        #described
        #header {
            #[doc(hidden)]
            #keyword #start<#(#types),*>(
                #(_: #types),*
            ) -> fn(::signal_kernel::__private::Start<'_, <Self as ::signal_kernel::Resource>::Future>) {
                |_| ::core::unreachable!()
            }
        }
    }
}

/// The type with its `impl` of `Resource`, and the head of the `impl` with `__start`.
///
/// ```text
/// enum fetch_user {}
/// impl ::signal_kernel::Resource for fetch_user {
///     type Value = <Result<User, FetchError> as ::signal_kernel::needs::Outcome>::Value;
///     type Error = <Result<User, FetchError> as ::signal_kernel::needs::Outcome>::Error;
///     type Future = ::signal_kernel::__private::SendFuture<Self::Value, Self::Error>;
/// }
/// ```
/// The type has the function's own visibility: with a wider one, a private type in `Value` would be an error.
fn description(resource: &Resource<'_>, works: bool) -> (TokenStream, TokenStream) {
    let Resource { name, generics, .. } = resource;
    let lint_allows = lint_allows(resource);
    let declared = declared(resource);
    let (value, error) = yielded(resource);
    let value = match resource.fold {
        Some(_) => quote!(<Self as ::signal_kernel::needs::Fold>::Value),
        None => value,
    };
    let [value, error, future] = [
        ("Value", value),
        ("Error", error),
        ("Future", future(resource)),
    ]
    .map(|(name, ty)| {
        let (first, last) = output_spans(resource);
        let name = Ident::new(name, first);
        let (head, end) = (quote_spanned!(first=> type), quote_spanned!(last=> ;));
        quote!(#head #name = #ty #end)
    });
    let (_, types, _) = generics.split_for_impl();
    let bounded = with_bounds(generics, resource.local);
    let (binder, _, clause) = bounded.split_for_impl();
    let folded = folded(
        resource,
        works,
        &quote!(#lint_allows impl #binder),
        &quote!(#name #types #clause),
    );
    let described = quote! {
        #lint_allows
        #[doc(hidden)]
        #declared

        #lint_allows
        impl #binder ::signal_kernel::Resource for #name #types #clause {
            #value
            #error
            #future
        }

        #folded
    };
    (
        described,
        quote!(#lint_allows impl #binder #name #types #clause),
    )
}

/// ```text
/// enum fetch_user {}
/// struct fetch<T> { _types: PhantomData<fn() -> (*const T,)> }
/// ```
fn declared(resource: &Resource<'_>) -> TokenStream {
    let Resource {
        vis,
        name,
        generics,
        ..
    } = resource;
    if generics.params.is_empty() {
        let keyword = quote_spanned!(name.span()=> enum);
        let braces = quote_spanned!(name.span()=> {});
        return quote!(#vis #keyword #name #braces);
    }
    let (binder, _, clause) = generics.split_for_impl();
    let types = generics.type_params().map(|param| &param.ident);
    let keyword = quote_spanned!(name.span()=> struct);
    quote! {
        #vis #keyword #name #binder #clause {
            _types: ::core::marker::PhantomData<fn() -> (#(*const #types,)*)>,
        }
    }
}

/// The function that takes an item into the answer.
///
/// ```text
/// impl ::signal_kernel::needs::Fold for chat {
///     type Item = <Result<String, ApiError> as ::signal_kernel::needs::Outcome>::Value;
///     type Value = String;
///     fn fold(value: &mut Self::Value, item: Self::Item) { let fold: fn(..) = push; fold(value, item) }
/// }
/// ```
fn folded(
    resource: &Resource<'_>,
    works: bool,
    head: &TokenStream,
    of: &TokenStream,
) -> TokenStream {
    let Some((ty, function)) = resource.fold else {
        return TokenStream::new();
    };
    let (item, _) = yielded(resource);
    let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let (value, end) = (quote_spanned!(first=> type Value), quote_spanned!(last=> ;));
    let at = function.map_or_else(Span::call_site, Spanned::span);
    let [answer, part] =
        ["value", "item"].map(|name| Ident::new(name, Span::mixed_site().located_at(at)));
    let call = match function {
        Some(function) if works => {
            // One error for all that may be wrong about the function.
            let fold = Ident::new("fold", Span::mixed_site().located_at(at));
            let ty = quote_spanned!(at=> fn(&mut Self::Value, Self::Item));
            quote_spanned!(at=> let #fold: #ty = #function; #fold(#answer, #part))
        }
        _ => quote!(let _ = (#answer, #part); ::core::unreachable!()),
    };
    quote! {
        #head ::signal_kernel::needs::Fold for #of {
            type Item = #item;
            #value = #ty #end

            #[inline]
            fn fold(#answer: &mut Self::Value, #part: Self::Item) { #call }
        }
    }
}

/// The types of the function's value and of its error.
fn yielded(resource: &Resource<'_>) -> (TokenStream, TokenStream) {
    let output = resource
        .output
        .map_or_else(|| quote!(()), Type::to_token_stream);
    if resource.infallible {
        return (output, quote!(::core::convert::Infallible));
    }
    let (first, last) = output_spans(resource);
    let open = quote_spanned!(first=> <);
    // The type may be no `Result`: rustc then reports one error, for the constant `IS`, at the type.
    let output = match resource.output {
        Some(ty) if resource.generics.params.is_empty() && !is_called_result(ty) => {
            quote_spanned! {first=>
                ::signal_kernel::__private::Taken<#output, { <#output as ::signal_kernel::needs::Outcome>::IS }>
            }
        }
        _ => output,
    };
    let outcome = quote!(#open #output as ::signal_kernel::needs::Outcome>);
    let (value, error) = (quote_spanned!(last=> Value), quote_spanned!(last=> Error));
    (quote!(#outcome::#value), quote!(#outcome::#error))
}

fn is_called_result(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "Result"),
        _ => false,
    }
}

/// The type of the memory for the future or the stream of a run.
fn future(resource: &Resource<'_>) -> TokenStream {
    let alias = match (resource.stream, resource.local) {
        (false, false) => quote!(SendFuture),
        (false, true) => quote!(LocalFuture),
        (true, false) => quote!(SendStream),
        (true, true) => quote!(LocalStream),
    };
    let (first, last) = output_spans(resource);
    let root = quote_spanned!(first=> ::signal_kernel::__private);
    let end = quote_spanned!(last=> >);
    let exit = match (resource.stream, resource.fold, resource.infallible) {
        (false, _, false) | (true, None, false) => TokenStream::new(),
        (false, _, true) => quote!(, #root::IntoOk),
        (true, None, true) => quote!(, #root::Latest<#root::IntoOk>),
        (true, Some(_), false) => quote!(, #root::Folded<Self>),
        (true, Some(_), true) => quote!(, #root::Folded<Self, #root::IntoOk>),
    };
    quote!(#root::#alias<Self::Value, Self::Error #exit #end)
}

/// The first and the last span that rustc underlines if the output is no `Result`. All code that depends on it has
/// these spans, since rustc shows equal errors at one span once.
fn output_spans(resource: &Resource<'_>) -> (Span, Span) {
    let output = resource.output.map(Type::to_token_stream);
    let mut spans = output.into_iter().flatten().map(|token| token.span());
    let first = spans.next().unwrap_or(resource.name.span());
    (first, spans.last().unwrap_or(first))
}

/// ```text
/// fetch_user(client, id), |work| Box::pin(work)
/// ```
/// If the future is not `Send`, rustc reports the second expression. The expression has the location and the hygiene of
/// the function's name, so the error points at that name.
fn work(name: &Ident, generics: &Generics, params: &[Param<'_>]) -> TokenStream {
    let span = name.span();
    let (_, types, _) = generics.split_for_impl();
    let turbofish = types.as_turbofish();
    let arguments = params.iter().map(|param| &param.name);
    quote_spanned! {span=>
        #name #turbofish (#(#arguments),*), |work| ::std::boxed::Box::pin(work)
    }
}

/// The span makes rustc's notes about a wrong call point at the function.
fn start(function: &Ident) -> Ident {
    format_ident!("__start", span = function.span())
}

/// The attributes of every added item. Lints would report generated code at the user's tokens.
fn lint_allows(resource: &Resource<'_>) -> TokenStream {
    let attrs = &resource.attrs;
    quote! {
        #(#attrs)*
        #[allow(
            dead_code,
            deprecated,
            non_camel_case_types,
            missing_copy_implementations,
            missing_debug_implementations,
            private_bounds,
            private_interfaces,
            unreachable_pub,
            clippy::all,
            clippy::pedantic,
            clippy::nursery
        )]
    }
}

/// The future is boxed and outlives its caller, so its generic types must be `'static`, and `Send` if the future is.
fn with_bounds(generics: &Generics, local: bool) -> Generics {
    let bound = |name: &Ident| -> WherePredicate {
        if local {
            parse_quote!(#name: 'static)
        } else {
            parse_quote_spanned!(name.span()=> #name: ::core::marker::Send + 'static)
        }
    };
    let mut bounded = generics.clone();
    let bounds: Vec<_> = generics
        .type_params()
        .map(|param| bound(&param.ident))
        .collect();
    if !bounds.is_empty() {
        bounded.make_where_clause().predicates.extend(bounds);
    }
    bounded
}
