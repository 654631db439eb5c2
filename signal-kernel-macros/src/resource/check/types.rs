//! Facts about the types in a signature.
//!
//! Must not know: the rules, and the parts of a signature.

use proc_macro2::{Ident, TokenStream};
use syn::{PathSegment, Type};

use crate::types::{Mention, PRIMITIVES, mentions};

/// The first mention of this kind. A `fn(..)` has elided lifetimes of its own.
pub(super) fn first(ty: &Type, wanted: Mention) -> Option<TokenStream> {
    let mut found = mentions(ty).into_iter();
    let found = found
        .find(|found| found.mention == wanted && (wanted != Mention::Elided || !found.in_callable));
    found.map(|found| found.tokens)
}

/// Whether the type means the same outside its function.
pub(super) fn stands_alone(ty: &Type) -> bool {
    [Mention::Elided, Mention::Named, Mention::Opaque]
        .into_iter()
        .all(|mention| first(ty, mention).is_none())
}

/// The type to take instead of a reference.
pub(super) fn owned_type(ty: &Type) -> String {
    let name = |ty: &Type| plain_name(ty).map(|segment| segment.ident.to_string());
    let owned = match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) => name(&slice.elem).map(|name| format!("Vec<{name}>")),
            ty => match name(ty).as_deref() {
                Some("str") => Some("String".to_owned()),
                Some("Path") => Some("PathBuf".to_owned()),
                name => name.map(str::to_owned),
            },
        },
        _ => None,
    };
    let owned = owned.map_or("the value itself".to_owned(), |name| format!("a `{name}`"));
    format!("take {owned}, or share it in an `Arc`")
}

/// Whether a type can be no alias of a `Result`.
pub(super) fn is_no_result(ty: &Type) -> bool {
    const OTHERS: [&str; 16] = [
        "Arc", "BTreeMap", "BTreeSet", "Box", "Cow", "Duration", "HashMap", "HashSet", "Instant",
        "Option", "PathBuf", "Rc", "String", "Vec", "VecDeque", "str",
    ];
    let is_known = |name: &Ident| PRIMITIVES.iter().chain(&OTHERS).any(|known| name == known);
    match ty {
        Type::Array(_) | Type::FnPtr(_) | Type::Ptr(_) | Type::Reference(_) => true,
        Type::Slice(_) | Type::TraitObject(_) | Type::Tuple(_) => true,
        ty => plain_name(ty).is_some_and(|segment| is_known(&segment.ident)),
    }
}

/// The type of a path that is a single name, with or without arguments.
fn plain_name(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) if path.qself.is_none() && path.path.segments.len() == 1 => {
            path.path.segments.first()
        }
        _ => None,
    }
}
