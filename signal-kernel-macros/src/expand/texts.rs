//! The parts of a node's methods that can be written as text: their attributes, and bodies without a token of the user's.
//!
//! Invariants: each method has a doc comment of its own.
//!
//! Must not know: signatures.

use super::{Context, Kind, Node, docs, script::Script};
use proc_macro2::TokenStream;
use syn::ext::IdentExt;

/// The attributes and bodies of a node's methods in which no token is the user's.
#[derive(Clone, Default)]
pub(super) struct Texts {
    /// The attributes of the struct's methods: of the getter, and of up to three others.
    pub(super) own: [TokenStream; 4],
    /// The same of the batch's.
    pub(super) open: [TokenStream; 4],
    /// The bodies of the getters of a computed value: of the struct, and of its batch.
    pub(super) read: [TokenStream; 2],
}

/// The texts of all nodes, parsed at once.
pub(super) fn texts(context: &Context) -> Vec<Texts> {
    let mut script = Script::default();
    for (index, node) in context.declaration.nodes.iter().enumerate() {
        let texts = own_texts(context, index, node).into_iter();
        let texts = texts.chain(open_texts(context, node));
        for text in texts.chain(read_texts(context, index, node)) {
            write!(script, "{{{text}}}");
        }
    }
    let mut groups = script.groups();
    let mut next = |_| groups.next().unwrap_or_default();
    let nodes = context.declaration.nodes.iter();
    let texts = nodes.map(|_| Texts {
        own: [0, 1, 2, 3].map(&mut next),
        open: [0, 1, 2, 3].map(&mut next),
        read: [0, 1].map(&mut next),
    });
    texts.collect()
}

fn own_texts(context: &Context, index: usize, node: &Node) -> [String; 4] {
    let (noun, plain) = (node.kind().noun(), node.name.unraw());
    let (edges, readers) = (docs::edges(context, index), docs::readers(context, index));
    // Our line of a getter's documentation stands below the user's.
    let below = if docs::is_documented(&node.attrs) {
        doc("")
    } else {
        String::new()
    };
    let line = doc(&format!("The {noun} `{plain}`."));
    let getter = format!("{below} {line} {edges} #[inline] #[track_caller]");
    let (other, third) = match node.kind {
        Kind::Field { mutable: true, .. } => {
            let line = doc(&format!("The field `{plain}`, to change: nothing reruns."));
            (format!("{line} {readers} #[inline]"), String::new())
        }
        Kind::Signal { .. } => {
            let set = doc(&format!(
                "Writes the signal `{plain}` and settles the graph; an equal value changes nothing."
            ));
            let update = doc(&format!(
                "Changes the signal `{plain}` in place and settles the graph, whatever became of it; returns what `change` returns."
            ));
            (
                format!("{set} {readers} #[inline]"),
                format!("{update} {readers}"),
            )
        }
        Kind::Resource { .. } => {
            let reload = doc(&format!(
                "Starts the resource `{plain}` again, with its arguments as they are now."
            ));
            let cancel = doc(&format!(
                "Drops the work of the resource `{plain}`; does nothing if none is in flight."
            ));
            (format!("{reload} {edges}"), format!("{cancel} {readers}"))
        }
        _ => Default::default(),
    };
    [getter, other, third, String::new()]
}

fn open_texts(context: &Context, node: &Node) -> [String; 4] {
    let (graph, plain) = (context.name, node.name.unraw());
    let getter = doc(&format!("As [`{graph}::{plain}`]."));
    let others = match node.kind {
        Kind::Field { mutable: true, .. } => [getter.clone(), String::new(), String::new()],
        Kind::Signal { .. } => [
            doc(&format!("Writes the signal `{plain}`.")),
            doc(&format!(
                "Changes the signal `{plain}` in place, and returns what `change` returns: this always counts as a change, unless rolled back. In a transaction the first update copies the old value."
            )),
            doc(&format!(
                "As `update_{plain}`, without a copy: if a transaction fails, `undo` takes back a `change` that has returned."
            )),
        ],
        Kind::Resource { .. } => {
            let line = doc(&format!(
                "Asks for what [`{graph}`]'s method of this name does, when the batch ends; the last request counts. A transaction that fails forgets its requests."
            ));
            [line.clone(), line, String::new()]
        }
        _ => Default::default(),
    };
    let [second, third, fourth] = others;
    [format!("{getter} #[track_caller]"), second, third, fourth]
}

fn read_texts(context: &Context, index: usize, node: &Node) -> [String; 2] {
    if !node.is_computed() {
        return Default::default();
    }
    let plan = context.plan;
    let (rank, stored) = (plan.position(index), context.stored(index));
    let own = if plan.nodes[index].lazy {
        format!("self.__memo({rank}usize, &self.{stored})")
    } else {
        format!("self.core__.assert_good({rank}usize); &self.{stored}.value")
    };
    [own, format!("self.graph__.__refreshed({rank}usize)")]
}

/// A line of documentation. A space comes first, as behind `///`.
fn doc(line: &str) -> String {
    let space = if line.is_empty() { "" } else { " " };
    let line = format!("{space}{line}");
    format!("#[doc = {line:?}]")
}
