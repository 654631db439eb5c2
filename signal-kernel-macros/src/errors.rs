//! The mistakes found in one macro call: collected, so that one build reports them all.
//!
//! Invariants: every error has a code of the catalogue and underlines tokens of the user's; a collector that holds
//! errors is never dropped unread.
//!
//! Must not know: which rules exist, or what they look at.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// Errors in the order they were found.
pub(crate) struct Errors {
    list: Vec<Error>,
}

/// One mistake. [`Error::help`] adds the way out.
pub(crate) struct Error {
    code: &'static str,
    /// The tokens to underline, from the first to the last.
    tokens: TokenStream,
    message: String,
    help: Option<String>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// Reports a mistake in these tokens. The message says what is wrong: lower case, no full stop, names in backticks.
    pub(crate) fn push(
        &mut self,
        code: &'static str,
        tokens: impl ToTokens,
        message: impl Into<String>,
    ) -> &mut Error {
        self.list.push(Error {
            code,
            tokens: tokens.into_token_stream(),
            message: message.into(),
            help: None,
        });
        self.list.last_mut().expect("an error was just pushed")
    }

    /// Reports a mistake where there is a span but no token.
    pub(crate) fn push_at(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Error {
        self.push(code, quote_spanned!(span=> _), message)
    }

    /// How many so far: two counts tell whether the work between them went well.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// Drops the errors: they will be found and reported again.
    pub(crate) fn forget(mut self) {
        self.list.clear();
    }

    /// One `compile_error!` per mistake, for the very end of the expansion.
    pub(crate) fn into_compile_errors(mut self) -> TokenStream {
        let list = std::mem::take(&mut self.list);
        list.iter().map(Error::to_compile_error).collect()
    }

    /// The same in a block of their own, where a constant can stand.
    ///
    /// ```text
    /// const _: () = { compile_error! { .. } compile_error! { .. } () };
    /// ```
    /// rustc reports no unresolved name of a module in which a `compile_error!` stands: this block hides none.
    pub(crate) fn into_constant(self) -> TokenStream {
        if self.list.is_empty() {
            return TokenStream::new();
        }
        let errors = self.into_compile_errors();
        quote!(const _: () = { #errors () };)
    }

    /// For assertions in tests: code, `line:column` (columns from 1, as rustc counts), text with help.
    #[cfg(test)]
    pub(crate) fn into_list(mut self) -> Vec<(&'static str, String, String)> {
        let list = std::mem::take(&mut self.list);
        list.into_iter()
            .map(|error| {
                let first = error.tokens.into_iter().next();
                let start = first
                    .map_or_else(Span::call_site, |token| token.span())
                    .start();
                let help = error.help.map(|help| format!(" | {help}"));
                let text = error.message + &help.unwrap_or_default();
                let position = format!("{}:{}", start.line, start.column + 1);
                (error.code, position, text)
            })
            .collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        if !self.list.is_empty() && !std::thread::panicking() {
            panic!("{} errors were never reported", self.list.len());
        }
    }
}

impl Error {
    /// Says how to get out of it.
    pub(crate) fn help(&mut self, help: impl Into<String>) {
        self.help = Some(help.into());
    }

    /// ```text
    /// ::core::compile_error! { "what is wrong\n\n  = help: the way out\n  = note: SK000" }
    /// ```
    fn to_compile_error(&self) -> TokenStream {
        let help = match &self.help {
            Some(help) => format!("  = help: {help}\n"),
            None => String::new(),
        };
        let text = format!("{}\n\n{help}  = note: {}", self.message, self.code);
        syn::Error::new_spanned(&self.tokens, text).to_compile_error()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_holds_message_help_and_code() {
        let mut errors = Errors::new();
        errors
            .push_at("SK001", Span::call_site(), "no node named `qyt` in `Cart`")
            .help("did you mean `qty`?");
        errors.push_at("SK019", Span::call_site(), "expected `struct Name { … }`");
        let text = errors.into_compile_errors().to_string();
        let file: syn::File = syn::parse_str(&text).expect("items");
        let texts: Vec<String> = file
            .items
            .iter()
            .map(|item| match item {
                syn::Item::Macro(item) => item.mac.parse_body::<syn::LitStr>().unwrap().value(),
                _ => panic!("not a macro call"),
            })
            .collect();
        assert_eq!(
            texts,
            [
                "no node named `qyt` in `Cart`\n\n  = help: did you mean `qty`?\n  = note: SK001",
                "expected `struct Name { … }`\n\n  = note: SK019",
            ]
        );
    }

    #[test]
    #[should_panic(expected = "1 errors were never reported")]
    fn dropping_unread_errors_panics() {
        let mut errors = Errors::new();
        errors.push_at("SK001", Span::call_site(), "lost");
    }
}
