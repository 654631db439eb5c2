//! `#[sleep(..)]` on a struct, and the attributes of a resource that wait: `debounce`, `timeout`, `retry`, `retry_if`,
//! `refresh`.
//!
//! Invariants: a length that is known is positive; the bounds of a range that are known are in order.
//!
//! Must not know: the other attributes; which items there are.

use std::time::Duration;

use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{Attribute, Ident, LitFloat, LitInt, Path, Token};

use crate::errors::Errors;
use crate::reactive::model::time::{Count, Length, Retry, Sleep, Times, Worded};

/// The names of the attributes on a resource.
pub(super) const NAMES: [&str; 5] = ["debounce", "timeout", "retry", "retry_if", "refresh"];

/// `#[sleep(path)]` or `#[sleep(local, path)]`
pub(super) fn of_struct(attr: &Attribute, errors: &mut Errors) -> Option<Sleep> {
    let arguments = |input: ParseStream| {
        let ahead = input.fork();
        let local = ahead.parse::<Ident>().is_ok_and(|word| word == "local")
            && ahead.parse::<Token![,]>().is_ok();
        if local {
            input.parse::<Ident>()?;
            input.parse::<Token![,]>()?;
        }
        Ok((local, Path::parse_mod_style(input)?))
    };
    match attr.parse_args_with(arguments) {
        Ok((local, path)) => Some(Sleep { local, path }),
        Err(_) => {
            errors
                .push("SK010", &attr.meta, "expected `#[sleep(path)]` or `#[sleep(local, path)]`")
                .help("the path names a `fn(Duration) -> impl Future`, such as `tokio::time::sleep`, or a `let` field that is a `Sleeper`");
            None
        }
    }
}

/// Reads one of `NAMES`.
pub(super) fn of_item(attr: &Attribute, name: &str, times: &mut Times, errors: &mut Errors) {
    let Ok(word) = attr.path().require_ident() else {
        return;
    };
    match name {
        "debounce" => times.debounce = worded(word, attr, LENGTH, errors, length),
        "timeout" => times.timeout = worded(word, attr, LENGTH, errors, length),
        "retry" => times.retry = worded(word, attr, RETRY, errors, retry),
        "retry_if" => {
            let help = "the path names a `fn(&E) -> bool`";
            times.retry_if = worded(word, attr, help, errors, Path::parse_mod_style);
        }
        _ => times.refresh = worded(word, attr, REFRESH, errors, length),
    }
}

const LENGTH: &str =
    "a duration is `150ms`, `2s`, `5min`, `1.5s`, or the path of a `const Duration`";
const RETRY: &str = "write the most attempts and the waits before them: `#[retry(5, 250ms..=8s)]`";
const REFRESH: &str = "a duration is `150ms`, `2s`, `5min`, `1.5s`, or the path of a `const Duration`; \
                       the path may also name a `fn(&T) -> Option<Duration>`";

/// Parses the arguments of an attribute. An error stands at the token that is wrong.
fn worded<T>(
    word: &Ident,
    attr: &Attribute,
    help: &str,
    errors: &mut Errors,
    parse: fn(ParseStream) -> syn::Result<T>,
) -> Option<Worded<T>> {
    match attr.parse_args_with(parse) {
        Ok(value) => Some(Worded {
            word: word.clone(),
            value,
        }),
        Err(error) => {
            errors
                .push_at("SK010", error.span(), error.to_string())
                .help(help);
            None
        }
    }
}

/// `5, 250ms..=8s`
fn retry(input: ParseStream) -> syn::Result<Retry> {
    let (span, ahead) = (input.span(), input.fork());
    let times = if input.peek(syn::LitInt) {
        let literal: LitInt = input.parse()?;
        match literal.base10_parse() {
            Ok(0) => return Err(syn::Error::new(span, "no attempt is left to make")),
            Ok(times) if literal.suffix().is_empty() => Count::Known(times),
            _ => return Err(syn::Error::new(span, "expected a number of attempts")),
        }
    } else if Path::parse_mod_style(&ahead).is_ok() {
        Count::Path(Path::parse_mod_style(input)?)
    } else {
        return Err(input.error("expected a number of attempts"));
    };
    input.parse::<Token![,]>()?;
    let span = input.span();
    let first = length(input)?;
    input.parse::<Token![..=]>()?;
    let most = length(input)?;
    if let (Length::Known(first), Length::Known(most)) = (&first, &most) {
        if first > most {
            return Err(syn::Error::new(span, "this range is empty"));
        }
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(Retry { times, first, most })
}

/// A literal with a unit, or the path of a constant.
fn length(input: ParseStream) -> syn::Result<Length> {
    let span = input.span();
    let (digits, unit) = if input.peek(LitInt) {
        let literal: LitInt = input.parse()?;
        (
            literal.base10_digits().to_owned(),
            literal.suffix().to_owned(),
        )
    } else if input.peek(LitFloat) {
        let literal: LitFloat = input.parse()?;
        (
            literal.base10_digits().to_owned(),
            literal.suffix().to_owned(),
        )
    } else if Path::parse_mod_style(&input.fork()).is_ok() {
        return Path::parse_mod_style(input).map(Length::Path);
    } else {
        return Err(input.error("expected a duration"));
    };
    known(&digits, &unit, span).map(Length::Known)
}

/// The units, in nanoseconds.
const UNITS: [(&str, u128); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

fn known(digits: &str, unit: &str, span: Span) -> syn::Result<Duration> {
    let wrong = |text: String| syn::Error::new(span, text);
    let Some((_, nanos)) = UNITS.iter().find(|(known, _)| *known == unit) else {
        return Err(wrong(match unit {
            "" => format!("`{digits}` what? a duration has a unit"),
            unit => format!("there is no unit `{unit}`"),
        }));
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: Option<u128> = whole.parse().ok();
    let whole = whole.and_then(|whole| whole.checked_mul(*nanos));
    let part = match part.trim_end_matches('0') {
        "" => Some(0),
        part => part.parse().ok().and_then(|digits: u128| {
            let scale = 10_u128.checked_pow(part.len() as u32)?;
            let nanos = digits.checked_mul(*nanos)?;
            (nanos % scale == 0).then_some(nanos / scale)
        }),
    };
    let nanos = whole
        .zip(part)
        .and_then(|(whole, part)| whole.checked_add(part));
    let seconds = nanos.map(|nanos| (nanos / 1_000_000_000, (nanos % 1_000_000_000) as u32));
    match seconds.map(|(seconds, nanos)| (u64::try_from(seconds), nanos)) {
        Some((Ok(0), 0)) => Err(wrong("this is no time at all".to_owned())),
        Some((Ok(seconds), nanos)) => Ok(Duration::new(seconds, nanos)),
        _ => Err(wrong(format!("`{digits}{unit}` is no duration"))),
    }
}
