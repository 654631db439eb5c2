//! Resources that wait: the type of their work, their attributes as calls, and the function that makes their sleeps.
//!
//! Must not know: the rules on attributes.

use super::context::{Context, Header, Origin};
use super::names::{self, local, resource_type, seen_type};
use crate::reactive::model::time::{Count, Length, Retry, Times, Worded};
use crate::reactive::model::{Kind, Node};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Path, spanned::Spanned};

/// The slot for the work of a resource.
///
/// ```text
/// Timed<Value, Error, Future, SendSleep>
/// ```
pub(super) fn work_type(
    header: &Header,
    path: &Path,
    times: &Times,
    [value, error, future]: [&TokenStream; 3],
) -> TokenStream {
    match &header.declaration.sleep {
        Some(sleep) if !times.is_empty() => {
            let slot = match sleep.local {
                true => quote!(LocalSleep),
                false => quote!(SendSleep),
            };
            quote_spanned! {path.span()=>
                ::signal_kernel::__private::Timed<#value, #error, #future, ::signal_kernel::__private::#slot>
            }
        }
        _ => future.clone(),
    }
}

/// The functions of a graph whose resources wait: one for its sleeps, and one for the times of each of them. Their types
/// are known, so rustc reports a mistake once, at the user's tokens.
///
/// ```text
/// fn __sleeps(clock: &ManualClock) -> SendSleeps { send_sleeps(<ManualClock as Clone>::clone(clock)) }
/// fn __times_hits() -> Times<Value, Error> { Times::<Value, Error>::new().debounce(Duration::new(0, 150_000_000)) }
/// ```
pub(super) fn functions(header: &Header) -> TokenStream {
    let Some(sleep) = &header.declaration.sleep else {
        return TokenStream::new();
    };
    let nodes = header.declaration.nodes.iter();
    let times: Vec<TokenStream> = nodes.filter_map(times).collect();
    if times.is_empty() {
        return TokenStream::new();
    }
    let span = sleep.path.span();
    let (make, made) = match sleep.local {
        true => ("local_sleeps", "LocalSleeps"),
        false => ("send_sleeps", "SendSleeps"),
    };
    let [make, made] = [make, made].map(|name| Ident::new(name, span));
    let field = field(header);
    let parameter = field.map(|node| {
        let (name, ty) = (local("sleeper", span), seen_type(node));
        quote_spanned!(span=> #name: &#ty)
    });
    let sleeper = match field {
        Some(node) => {
            let (name, ty) = (local("sleeper", span), seen_type(node));
            quote_spanned!(span=> <#ty as ::signal_kernel::__private::core::clone::Clone>::clone(#name))
        }
        None => sleep.path.to_token_stream(),
    };
    let function = quote_spanned! {span=>
        fn __sleeps(#parameter) -> ::signal_kernel::__private::#made {
            ::signal_kernel::__private::#make(#sleeper)
        }
    };
    quote!(#function #(#times)*)
}

fn times(node: &Node) -> Option<TokenStream> {
    let Kind::Resource { path, times, .. } = &node.kind else {
        return None;
    };
    if times.is_empty() {
        return None;
    }
    let name = names::function("times", node);
    let [value, error] = ["Value", "Error"].map(|name| resource_type(path, name));
    let times = calls(times);
    Some(quote! {
        fn #name() -> ::signal_kernel::__private::Times<#value, #error> {
            ::signal_kernel::__private::Times::<#value, #error>::new() #times
        }
    })
}

/// The description of the sleeps and times of a resource that waits.
///
/// ```text
/// [__sleeps (& __clock) __times_hits]
/// ```
pub(super) fn waits(
    context: &Context,
    node: &Node,
    times: &Times,
    from: Origin,
) -> Option<TokenStream> {
    if times.is_empty() || context.declaration.sleep.is_none() {
        return None;
    }
    let argument = field(&context.header).map(|node| {
        let nodes = context.declaration.nodes.iter();
        let index = nodes.take_while(|it| !std::ptr::eq(*it, node)).count();
        let place = context.place_from(index, from);
        quote!(&#place)
    });
    let times = names::function("times", node);
    Some(quote!([__sleeps (#argument) #times]))
}

/// The `let` field by which the resources sleep.
fn field<'a>(header: &Header<'a>) -> Option<&'a Node> {
    let mut nodes = header.declaration.nodes.iter();
    nodes.find(|node| header.declaration.sleeps_by(node))
}

fn calls(times: &Times) -> TokenStream {
    let Times {
        debounce,
        timeout,
        retry,
        retry_if,
        refresh,
    } = times;
    let debounce = debounce.as_ref().map(|it| of_length("debounce", &it.value));
    let timeout = timeout.as_ref().map(|it| of_length("timeout", &it.value));
    let retry = retry.as_ref().map(|Worded { word, value }| {
        let Retry { times, first, most } = value;
        let times = match times {
            Count::Known(times) => Literal::u32_unsuffixed(*times).to_token_stream(),
            Count::Path(path) => path.to_token_stream(),
        };
        let (first, most) = (length(first), length(most));
        quote_spanned!(word.span()=> .retry(#times, #first, #most))
    });
    let retry_if = retry_if
        .as_ref()
        .map(|Worded { value, .. }| quote_spanned!(value.span()=> .retry_if(#value)));
    let refresh = refresh.as_ref().map(|it| of_length("refresh", &it.value));
    quote!(#debounce #timeout #retry #retry_if #refresh)
}

/// A call with a length. rustc reports one of another type at its path.
fn of_length(method: &str, value: &Length) -> TokenStream {
    let span = match value {
        Length::Path(path) => path.span(),
        Length::Known(_) => Span::call_site(),
    };
    let (method, length) = (Ident::new(method, span), length(value));
    quote_spanned!(span=> .#method(#length))
}

/// An expression of this length.
fn length(length: &Length) -> TokenStream {
    match length {
        Length::Known(time) => {
            let seconds = Literal::u64_unsuffixed(time.as_secs());
            let nanos = Literal::u32_unsuffixed(time.subsec_nanos());
            quote!(::signal_kernel::__private::core::time::Duration::new(#seconds, #nanos))
        }
        Length::Path(path) => quote!(#path),
    }
}

/// The attributes as clauses of the documentation.
pub(super) fn clauses(times: &Times) -> Vec<String> {
    let clauses = [
        times.debounce.as_ref().map(|it| {
            let time = shown(&it.value);
            format!("waits until its input has been quiet for {time}")
        }),
        times.timeout.as_ref().map(|it| {
            let time = shown(&it.value);
            format!("gives an attempt {time}")
        }),
        times.retry.as_ref().map(|it| {
            let (first, most) = (shown(&it.value.first), shown(&it.value.most));
            let times = match &it.value.times {
                Count::Known(1) => "once".to_owned(),
                Count::Known(times) => format!("up to {times} times"),
                Count::Path(path) => format!("up to {} times", path_text(path)),
            };
            format!("tries again {times}, after {first} to {most}")
        }),
        times.refresh.as_ref().map(|it| match &it.value {
            Length::Known(_) => format!("asks again {} after a run", shown(&it.value)),
            Length::Path(path) => format!("asks again as {} says", path_text(path)),
        }),
    ];
    clauses.into_iter().flatten().collect()
}

/// `250 ms`
fn shown(length: &Length) -> String {
    let time = match length {
        Length::Path(path) => return path_text(path),
        Length::Known(time) => *time,
    };
    let units = [(3600, "h"), (60, "min"), (1, "s")];
    let seconds = time.as_secs();
    let whole = units
        .iter()
        .find(|(unit, _)| seconds > 0 && time.subsec_nanos() == 0 && seconds % unit == 0);
    if let Some((unit, name)) = whole {
        return format!("{} {name}", seconds / unit);
    }
    let text = format!("{time:?}");
    let digits = text.trim_end_matches(char::is_alphabetic).len();
    format!("{} {}", &text[..digits], &text[digits..])
}

fn path_text(path: &Path) -> String {
    let names = path.segments.iter().map(|it| it.ident.to_string());
    format!("`{}`", names.collect::<Vec<_>>().join("::"))
}
