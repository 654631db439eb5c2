//! The syntax of a struct: each piece from `split` is parsed alone, into an [`Item`] with the parts that parse.
//!
//! Invariants: a name that could be read becomes an item, or stands in [`Draft::poisoned`]; each missing part has been
//! reported once (SK008, SK009, SK019).
//!
//! Must not know: the meaning of names and attributes.

mod draft;
mod inside;
mod item;
mod list;
mod per;
mod report;
mod value;

use proc_macro2::TokenTree;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Generics, Ident, Token, token};

use crate::errors::Errors;
use crate::reactive::split;
pub(crate) use draft::{Draft, Item};
pub(crate) use inside::Feed;
pub(crate) use list::{Keys, Maker};
pub(crate) use per::{Dependency, Per};
use report::{at_end, text};
pub(crate) use value::{Arguments, Value};

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
