//! syn's errors in the words of the catalogue.

use crate::errors::Errors;

pub(super) fn report(error: &syn::Error, errors: &mut Errors) {
    errors.push_at("SK008", error.span(), text(error));
}

const AT_END: &str = "unexpected end of input, ";

pub(super) fn at_end(error: &syn::Error) -> bool {
    error.to_string().starts_with(AT_END)
}

/// syn's text without "unexpected end of input", which is wrong at the end of a group, and with one word in place of
/// all tokens that can start a type or a pattern.
pub(super) fn text(error: &syn::Error) -> String {
    let text = error.to_string();
    let text = text.strip_prefix(AT_END).unwrap_or(&text);
    if text.starts_with("expected one of: `for`, parentheses") {
        return "expected a type".to_owned();
    }
    if text.starts_with("expected one of: identifier, `::`, `<`, `_`") {
        return "expected a pattern".to_owned();
    }
    text.to_owned()
}
