//! The attributes of a node's methods.
//!
//! Invariants: each method has a doc comment of its own.
//!
//! Must not know: signatures and bodies.

use super::context::Context;
use super::docs;
use crate::reactive::model::{Kind, Node};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

/// The attributes of a node's methods: of the getter, and of up to two others.
#[derive(Default)]
pub(super) struct Texts(pub(super) [TokenStream; 3]);

impl Texts {
    pub(super) fn new(context: &Context, index: usize) -> Self {
        Texts(own_texts(context, index, &context.declaration.nodes[index]))
    }
}

fn own_texts(context: &Context, index: usize, node: &Node) -> [TokenStream; 3] {
    let (noun, plain) = (node.kind().noun(), node.name.unraw());
    let (edges, readers) = (docs::edges(context, index), docs::readers(context, index));
    // The generated line of a getter's documentation stands below the user's.
    let below = docs::is_documented(&node.attrs).then(|| doc(""));
    let line = doc(&format!("The {noun} `{plain}`."));
    let getter = quote!(#below #line #edges #[inline] #[track_caller]);
    let [second, third] = match node.kind {
        Kind::Field { mutable: true, .. } => {
            let line = doc(&format!("The field `{plain}`, to change: nothing reruns."));
            [quote!(#line #readers #[inline]), TokenStream::new()]
        }
        Kind::Signal { .. } => {
            let set = doc(&format!(
                "Writes the signal `{plain}` and settles the graph; an equal value changes nothing."
            ));
            let update = doc(&format!(
                "Changes the signal `{plain}` in place and settles the graph, whatever became of it; returns what `change` returns."
            ));
            [quote!(#set #readers #[inline]), quote!(#update #readers)]
        }
        Kind::Resource { .. } => {
            let reload = doc(&format!(
                "Starts the resource `{plain}` again, with its arguments as they are now."
            ));
            let cancel = doc(&format!(
                "Drops the work of the resource `{plain}`; does nothing if none is in flight."
            ));
            [quote!(#reload #edges), quote!(#cancel #readers)]
        }
        Kind::Graph { .. } => {
            let update = doc(&format!(
                "Writes the graph `{plain}` inside this one and settles, once, when `change` returns; returns what `change` returns."
            ));
            [quote!(#update #edges), TokenStream::new()]
        }
        Kind::List(_) => {
            let update = doc(&format!(
                "Writes the list `{plain}` and settles, once, when `change` returns; returns what `change` returns."
            ));
            let take = doc(&format!(
                "Takes a row out of the list `{plain}`, with its state and its work, and settles."
            ));
            [quote!(#update #edges), quote!(#take #readers)]
        }
        _ => Default::default(),
    };
    [getter, second, third]
}

/// A line of documentation. A space comes first, as behind `///`.
fn doc(line: &str) -> TokenStream {
    let space = if line.is_empty() { "" } else { " " };
    let line = format!("{space}{line}");
    quote!(#[doc = #line])
}
