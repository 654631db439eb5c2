//! The syntax of a struct: each piece from `split` is parsed alone, into an [`Item`] with the parts that parse.
//!
//! Invariants: a name that could be read becomes an item, or stands in [`Draft::poisoned`]; each missing part has been
//! reported once (SK008, SK009, SK019).
//!
//! Must not know: the meaning of names and attributes.

mod inside;
mod item;
mod list;
mod per;

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Block, Expr, Generics, Ident, Path, Token, Type, Visibility, token};

use crate::errors::Errors;
use crate::kind::NodeKind;
use crate::reactive::split;
pub(crate) use inside::Feed;
pub(crate) use list::{Keys, List, Maker};
pub(crate) use per::{Dependency, Per};

/// A struct as it was written.
pub(crate) struct Draft {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) items: Vec<Item>,
    /// Names of items whose kind is unknown: a body that mentions one cannot be judged.
    pub(crate) poisoned: Vec<Ident>,
    /// Words in place of a keyword: of the item with this index, or of one before it without a kind.
    pub(crate) unexpected: Vec<(usize, Ident)>,
    /// Names of items that a `cfg` switches off.
    pub(crate) absent: Vec<String>,
}

/// An item as it was written.
pub(crate) struct Item {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) kind: NodeKind,
    pub(crate) mutable: bool,
    pub(crate) name: Ident,
    /// `None` if the item has no type, or one that does not parse.
    pub(crate) ty: Option<Type>,
    pub(crate) value: Value,
    /// Of a signal that starts anew.
    pub(crate) per: Option<Per>,
    /// Of a list.
    pub(crate) list: Option<List>,
    /// Of a graph inside, or of a list.
    pub(crate) feeds: Vec<Feed>,
    /// The tokens behind the `=` and before `per`, the block of an effect, or the arguments of a graph inside, as written.
    pub(crate) raw: TokenStream,
    /// Set by a rule that the item breaks, so that it cannot be a node.
    pub(crate) rejected: bool,
}

impl Item {
    /// The keys that a list follows.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        self.list.as_ref()?.keys.as_ref()
    }

    /// The maker of a list's rows.
    pub(crate) fn maker(&self) -> Option<&Maker> {
        self.list.as_ref()?.maker.as_ref()
    }

    /// Whether this is a list whose rows are made, with arguments that parse.
    pub(crate) fn has_arguments(&self) -> bool {
        let maker = self.maker();
        maker.is_some_and(|maker| matches!(maker.arguments, Value::Made(_)))
    }
}

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

/// `None` if the head does not parse, which has been reported.
pub(crate) fn parse(part: split::Struct, errors: &mut Errors) -> Option<Draft> {
    let whole = part.head.clone();
    let mut code = "SK008";
    let head = |input: ParseStream| {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let expect = |expected: bool, code: &mut &str| {
            if expected {
                Ok(())
            } else {
                *code = "SK019";
                Err(input.error("expected `struct Name { … }`"))
            }
        };
        expect(input.peek(Token![struct]), &mut code)?;
        input.parse::<Token![struct]>()?;
        expect(input.peek(Ident::peek_any), &mut code)?;
        let name = input.parse()?;
        let mut generics: Generics = input.parse()?;
        generics.where_clause = input.parse()?;
        expect(input.peek(token::Brace), &mut code)?;
        input.parse::<TokenTree>()?;
        Ok(Draft {
            attrs,
            vis,
            name,
            generics,
            items: Vec::new(),
            poisoned: Vec::new(),
            unexpected: Vec::new(),
            absent: Vec::new(),
        })
    };
    match head.parse2(part.head) {
        Ok(mut draft) => {
            draft.absent = part.absent;
            for piece in part.items {
                item::item(piece, &mut draft, errors);
            }
            Some(draft)
        }
        Err(error) => {
            if at_end(&error) {
                errors.push(code, whole, text(&error));
            } else {
                errors.push_at(code, error.span(), text(&error));
            }
            None
        }
    }
}

fn report(error: &syn::Error, errors: &mut Errors) {
    errors.push_at("SK008", error.span(), text(error));
}

const AT_END: &str = "unexpected end of input, ";

fn at_end(error: &syn::Error) -> bool {
    error.to_string().starts_with(AT_END)
}

/// syn's text without "unexpected end of input", which is wrong at the end of a group, and with one word in place of
/// all tokens that can start a type or a pattern.
fn text(error: &syn::Error) -> String {
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
