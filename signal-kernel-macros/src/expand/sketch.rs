//! The shape of a declaration that has errors: its types and signatures, with no body that runs.
//!
//! Invariants: the sketch type-checks, so that each error stands alone; bodies that parse are there, so that rustc
//! resolves their names and an editor completes them.
//!
//! Must not know: ranks.

use super::access::{self, Accessors, Places};
use super::{Header, bodies, build, callees, engine, field, tables, texts::Texts};
use crate::model::Sketch;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

impl Places for Header<'_> {
    fn span(&self, index: usize) -> Span {
        super::named_span(&self.declaration.nodes[index])
    }

    fn place(&self, index: usize) -> TokenStream {
        field(&self.declaration.nodes[index]).to_token_stream()
    }

    fn position(&self, _index: usize) -> usize {
        0
    }

    fn reads(&self, _index: usize) -> TokenStream {
        TokenStream::new()
    }
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
    let unreachable = || quote!(::signal_kernel::__private::std::unreachable!());
    let bodies = bodies::bodies(header, |node| broken[node]);
    let fields = nodes.iter().filter_map(|node| {
        let (field, ty) = (field(node), access::stored_type(node, false, false)?);
        Some(quote!(#[doc(hidden)] #field: #ty,))
    });
    let structs = access::structs_with(header, 1, &fields.collect(), &TokenStream::new());
    let tables = tables::graph_of(header, &quote!(&[]));
    let built = build::methods(header, &TokenStream::new(), |_| unreachable());
    let debug = declaration.debug.then(|| {
        let field = |index: usize| field(&nodes[index]).to_token_stream();
        build::debug(header, field, |_, _| quote!(&"_"))
    });
    let accessors = Accessors {
        header,
        texts: &vec![Texts::default(); nodes.len()],
        span: &|index| super::named_span(&nodes[index]),
        body: &|_, _| unreachable(),
    };
    let indices: Vec<usize> = (0..nodes.len()).collect();
    let accessors = accessors.own(&indices);
    let entries = indices
        .iter()
        .filter_map(|&index| access::batch_entry(header, header, index));
    let entries: Vec<TokenStream> = entries.collect();
    let batch = access::batch(header, &entries, &[]);
    let shortcuts = shortcuts(header);
    let declared = engine::declared(header, unreachable());
    let callees = callees::callees(declaration);
    quote!(#bodies #structs #tables #built #debug #accessors #batch #shortcuts #declared #callees)
}
