//! The value, body or call of an item, as far as it parses.

use proc_macro2::TokenStream;
use syn::{Block, Expr, Path, token};

/// The part behind the `=`, the block of an effect, or the arguments of a graph inside.
pub(crate) enum Value {
    Absent,
    /// Tokens that do not parse, which has been reported.
    Broken(TokenStream),
    Expr(TokenStream, Expr),
    Block(Block),
    /// The call of a resource, which `check` recognises. Arguments that do not parse are `None`.
    Call(Path, Option<Arguments>),
    /// The arguments behind the type of a graph inside. Without them it is `Absent`.
    Made(Arguments),
}

/// The content of a call's parentheses.
pub(crate) struct Arguments {
    pub(crate) parens: token::Paren,
    pub(crate) exprs: Vec<Expr>,
}
