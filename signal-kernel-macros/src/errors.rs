//! The mistakes found in one macro call: collected, so that one build reports them all.
//!
//! Invariants: every error has a code of the catalogue and underlines the user's tokens; a collector that holds errors
//! is never dropped unread.
//!
//! Must not know: the rules.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// Errors in the order they were found.
pub(crate) struct Errors {
    list: Vec<Error>,
}

/// One mistake. [`Error::help`] adds the fix.
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

    /// Reports a mistake in these tokens. The message is lower case, has no full stop, and has names in backticks.
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

    /// Reports a mistake at a span without a token.
    pub(crate) fn push_at(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Error {
        self.push(code, quote_spanned!(span=> _), message)
    }

    /// The number of errors so far. Two equal counts mean that no mistake was found between them.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// Drops the errors, which a second expansion of the same input reports.
    pub(crate) fn forget(mut self) {
        self.list.clear();
    }

    /// One `compile_error!` per mistake, for the very end of the expansion.
    pub(crate) fn into_compile_errors(mut self) -> TokenStream {
        let list = std::mem::take(&mut self.list);
        list.iter().map(Error::to_compile_error).collect()
    }

    /// The same errors inside a constant.
    ///
    /// ```text
    /// const _: () = { compile_error! { .. } compile_error! { .. } () };
    /// ```
    /// rustc reports no unresolved names in a module with a `compile_error!`; inside the block it hides none.
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
    /// Says how to fix the mistake.
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
