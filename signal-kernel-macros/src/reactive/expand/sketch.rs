//! The shape of a declaration that has errors: its types and signatures, with no body that runs.
//!
//! Invariants: the sketch type-checks, so that each error stands alone; bodies that parse are there, so that rustc
//! resolves their names and an editor completes them.
//!
//! Must not know: ranks.

use super::access::{self, Printer};
use super::bodies;
use super::build;
use super::callees;
use super::context::Header;
use super::debug;
use super::engine;
use super::methods::Method;
use super::names;
use super::names::{field, place};
use super::state;
use super::structs;
use super::tables;
use super::texts::Texts;
use crate::reactive::model::Sketch;
use proc_macro2::{Span, TokenStream};
use quote::quote;

impl Printer for Header<'_> {
    fn header(&self) -> &Header<'_> {
        self
    }

    fn texts(&self, _index: usize) -> Texts {
        Texts::default()
    }

    fn span(&self, index: usize) -> Span {
        names::named_span(&self.declaration.nodes[index])
    }

    fn body(&self, _method: Method, _index: usize) -> TokenStream {
        unreachable()
    }

    fn field(&self, index: usize) -> TokenStream {
        let node = &self.declaration.nodes[index];
        place(node, &field(node))
    }

    fn position(&self, _index: usize) -> usize {
        0
    }

    fn mark(&self, index: usize) -> Option<(TokenStream, usize)> {
        let node = &self.declaration.nodes[index];
        let field = field(node);
        node.per().map(|_| (quote!(#field.hand), 0))
    }

    fn getter_use(&self, _index: usize) -> TokenStream {
        TokenStream::new()
    }

    fn maker(&self, _index: usize) -> TokenStream {
        TokenStream::new()
    }
}

fn unreachable() -> TokenStream {
    quote!(::signal_kernel::__private::std::unreachable!())
}

/// The methods of a graph that the batch type's methods call.
fn shortcuts(header: &Header) -> TokenStream {
    let Header {
        name,
        impl_generics,
        type_generics,
        where_clause,
        ..
    } = header;
    let [free, failed] = header.free_types();
    quote! {
        ::signal_kernel::__sketch! {
            self impl [#impl_generics] #name #type_generics [#where_clause] #free #failed
        }
    }
}

pub(crate) fn sketch(sketch: &Sketch) -> TokenStream {
    let Sketch {
        declaration,
        broken,
    } = sketch;
    let header = &Header::new(declaration);
    let nodes = &declaration.nodes;
    let bodies = bodies::bodies(header, |node| broken[node]);
    let fields = nodes.iter().filter_map(|node| {
        let (field, ty) = (
            field(node),
            structs::stored_type(header, node, false, false)?,
        );
        Some(quote!(#[doc(hidden)] #field: #ty,))
    });
    let structs = structs::structs_with(header, 1, &fields.collect(), &TokenStream::new());
    let tables = tables::graph_of(header, &quote!(&[]));
    let bodies_of_methods = build::Bodies {
        unstarted: unreachable(),
        batch: unreachable(),
        transaction: unreachable(),
        poll_progress: unreachable(),
        progress: unreachable(),
        settled: unreachable(),
    };
    let built = build::methods(header, &TokenStream::new(), bodies_of_methods);
    let bodies_of_state = state::Bodies {
        state: unreachable(),
        restore: unreachable(),
        restored: unreachable(),
    };
    let state = state::items(header, &TokenStream::new(), bodies_of_state);
    let debug = declaration.debug.then(|| {
        let field = |index: usize| place(&nodes[index], &field(&nodes[index]));
        debug::implementation(header, field, |_, _| quote!(&"_"))
    });
    let indices: Vec<usize> = (0..nodes.len()).collect();
    let accessors = access::own(header, &indices);
    let batch = access::batch(header, &indices, &[]);
    let shortcuts = shortcuts(header);
    let declared = engine::declared(header, 1, &quote!([] []), unreachable());
    let callees = callees::callees(declaration);
    quote!(#bodies #structs #tables #built #state #debug #accessors #batch #shortcuts #declared #callees)
}
