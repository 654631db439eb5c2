//! Code in which no token is the user's, written as text: the compiler reads a text much faster than it takes
//! in tokens one by one, and a large graph has a hundred thousand of them.
//!
//! Invariants: the text has the span and the hygiene of the whole call; tokens that must keep their own
//! stand in holes.
//!
//! Must not know: what the code is for.

use crate::fragments::regrouped;
use proc_macro2::{TokenStream, TokenTree};
use std::fmt::{self, Arguments, Write};

/// The name of a hole in the text. A name made from a node's starts with `__`, so none is like this.
const HOLE: &str = "hole__";

/// A piece of code that is being written.
#[derive(Default)]
pub(super) struct Script {
    text: String,
    holes: Vec<TokenStream>,
}

/// The position of a hole in the text.
pub(super) struct Hole(usize);

impl fmt::Display for Hole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{HOLE}{}", self.0)
    }
}

impl Script {
    /// For `write!`.
    pub(super) fn write_fmt(&mut self, text: Arguments<'_>) {
        self.text.write_fmt(text).expect("writing to a string");
    }

    /// Nothing was written.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Leaves room in the text for these tokens.
    pub(super) fn hole(&mut self, tokens: TokenStream) -> Hole {
        self.holes.push(tokens);
        Hole(self.holes.len() - 1)
    }

    /// Of a text that is a row of groups, the content of each.
    pub(super) fn groups(self) -> impl Iterator<Item = TokenStream> {
        let groups = self.finish().into_iter();
        groups.filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        })
    }

    /// The tokens of all that was written.
    pub(super) fn finish(self) -> TokenStream {
        let tokens = parsed(&self.text);
        if self.holes.is_empty() {
            tokens
        } else {
            filled(tokens, &self.holes)
        }
    }
}

/// The compiler's own parser, where there is a compiler: `proc_macro2` would go through the text before it.
fn parsed(text: &str) -> TokenStream {
    let sound = "code that was put together here";
    if proc_macro::is_available() {
        let tokens: proc_macro::TokenStream = text.parse().expect(sound);
        tokens.into()
    } else {
        text.parse().expect(sound)
    }
}

fn filled(tokens: TokenStream, holes: &[TokenStream]) -> TokenStream {
    let mut output = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                output.extend([regrouped(&group, filled(group.stream(), holes))]);
            }
            TokenTree::Ident(word) => {
                let word_text = word.to_string();
                let hole = word_text.strip_prefix(HOLE);
                match hole.and_then(|hole| hole.parse::<usize>().ok()) {
                    Some(hole) => output.extend(holes[hole].clone()),
                    None => output.extend([TokenTree::from(word)]),
                }
            }
            token => output.extend([token]),
        }
    }
    output
}
