//! The nodes that a body mentions, found by a walk over its syntax that knows Rust's scopes.
//!
//! Invariants: a name that the body binds by a pattern, closure or item is no mention while the binding is visible; a
//! callee, field, method, path segment or label is never a mention. In a macro call of unknown syntax, too many names
//! count rather than too few. Time is linear in the body.
//!
//! Must not know: the kinds of body, and the rules. The walk collects facts, `check` judges them.

mod captures;
mod macros;
mod scope;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{HashMap, HashSet};

use proc_macro2::{Span, TokenStream};
use syn::visit::Visit;
use syn::{Block, Expr, Ident};

use crate::kind::NodeKind;
use scope::Scopes;

/// The names of a graph, as its bodies may mention them.
#[derive(Default)]
pub(crate) struct Names {
    by_text: HashMap<String, Name>,
}

#[derive(Clone, Copy)]
struct Name {
    node: Option<usize>,
    kind: Option<NodeKind>,
    poisoned: bool,
    raw: bool,
}

/// A body's edge to a node or field.
#[derive(Clone)]
pub(crate) struct Use {
    /// Index into the nodes of the declaration.
    pub(crate) node: usize,
    /// The identifier as the body wrote it first; the body's parameter takes its name and hygiene.
    pub(crate) ident: Ident,
    /// One mention of each further hygiene: the tokens of a body may come from several macros.
    pub(crate) others: Vec<Ident>,
    pub(crate) observed: Observed,
    /// Of a graph inside or a list: the parts that the body observes, each once. `None` is all of it.
    pub(crate) inside: Option<Vec<Inside>>,
}

/// The part of a graph inside, or of a list, that a body observes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Inside {
    /// A node of the graph, or that node of each row.
    Node {
        /// The name without `r#`. It may as well be that of a field, or of a method of the user.
        name: String,
        observed: Observed,
    },
    /// The keys of a list.
    Members,
    /// The keys of a list, and their order.
    Order,
}

/// A node of the declaration, as another one depends on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Edge {
    pub(crate) node: usize,
    pub(crate) observed: Observed,
    /// The part of a graph inside or a list that counts. `None` is all of it.
    pub(crate) inside: Option<Inside>,
}

impl Use {
    /// The first mention of a node, which observes all of it.
    pub(crate) fn whole(node: usize, ident: Ident) -> Self {
        Use {
            node,
            ident,
            others: Vec::new(),
            observed: Observed::Whole,
            inside: None,
        }
    }

    /// The edges of the body to this node: several, if it is a graph.
    pub(crate) fn edges(&self) -> Vec<Edge> {
        let edge = |inside| Edge {
            node: self.node,
            observed: self.observed,
            inside,
        };
        match &self.inside {
            Some(inside) => inside.iter().map(|node| edge(Some(node.clone()))).collect(),
            None => vec![edge(None)],
        }
    }
}

/// A callee that is named like a node or like a generated method. Only rustc knows whether it is a function.
pub(crate) struct Callee {
    pub(crate) ident: Ident,
    pub(crate) arguments: usize,
    /// The node that has this name; `None` for a method of the graph.
    pub(crate) node: Option<usize>,
}

/// The part of a resource that a body observes. Nodes of other kinds are observed whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Observed {
    Whole,
    Value,
    /// The last whole answer: the value, but for a fold.
    Stable,
    Error,
    Status,
    /// Each value that a run yields. No start takes it away.
    NewValue,
    /// Each whole answer of a run.
    NewStable,
    /// Each error that a run yields.
    NewError,
}

impl Observed {
    /// `None` for the whole.
    pub(crate) fn word(self) -> Option<&'static str> {
        match self {
            Observed::Whole => None,
            Observed::Value => Some("value"),
            Observed::Stable => Some("stable"),
            Observed::Error => Some("error"),
            Observed::Status => Some("status"),
            Observed::NewValue => Some("new_value"),
            Observed::NewStable => Some("new_stable"),
            Observed::NewError => Some("new_error"),
        }
    }
}

/// The use of names in a body.
#[derive(Default)]
pub(crate) struct Facts {
    /// Each node mentioned, once, in the order of first mention.
    pub(crate) uses: Vec<Use>,
    /// Every identifier that surely names a node.
    pub(crate) named: Vec<Ident>,
    /// Whether the body mentions a node whose declaration is broken.
    pub(crate) poisoned: bool,
    /// Lower-case names at [`Position::Value`] that are neither nodes nor bound by the body.
    pub(crate) unknown: Vec<Unknown>,
    /// Each `.await` outside of async blocks, async closures and unknown macros.
    pub(crate) awaits: Vec<Span>,
    pub(crate) selfs: Vec<SelfUse>,
    pub(crate) writes: Vec<Write>,
    /// Mentions of nodes at [`Position::Value`].
    pub(crate) values: Vec<Ident>,
    /// Callees without a path that are named like a node, or like a generated method of one.
    pub(crate) callees: Vec<Callee>,
    /// Each `x.get()`: the node, and the span of `get`.
    pub(crate) gets: Vec<(usize, Span)>,
    /// Of a signal that starts anew: the mention of its own name, and the nodes by which it starts anew, with the parts
    /// that count.
    pub(crate) own: Option<Use>,
    pub(crate) starts: Vec<Edge>,
    /// Of each name behind `per`, the node or field.
    pub(crate) behind_per: Vec<Option<usize>>,
}

pub(crate) struct Unknown {
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// A `self`, with the field or method behind it if the graph has a node of that name.
pub(crate) struct SelfUse {
    pub(crate) span: Span,
    pub(crate) member: Option<Ident>,
}

/// Code that looks like a write to a node.
pub(crate) struct Write {
    pub(crate) node: usize,
    pub(crate) span: Span,
    pub(crate) form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// `x = 1`, `*x += 1`, `x.field = 1`
    Assignment,
    /// `x.set(1)`, `x.update(..)`
    Method,
    /// `x.reload()`, `x.cancel(..)`
    Request,
    /// `self.set_x(1)`, `self.update_x(..)`
    Setter,
    /// `self.reload_x()`, `self.cancel_x(..)`
    Requester,
}

/// The part of a node that an expression uses. It counts for nodes of its kind only.
enum Seen {
    Whole,
    /// Of a resource.
    Part(Observed),
    /// Of a graph inside or a list.
    Inside(Inside),
}

/// The position of a name. A function can stand only at [`Position::Anywhere`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Position {
    Anywhere,
    /// An operand (of `*` too), a receiver, or an argument that a macro formats.
    Value,
}

impl Names {
    /// The first of two equal names stays. A name is poisoned if its node is unknown or has no known type: bodies that
    /// mention it cannot be judged.
    pub(crate) fn insert(
        &mut self,
        ident: &Ident,
        node: Option<usize>,
        kind: Option<NodeKind>,
        poisoned: bool,
    ) {
        let name = Name {
            node,
            kind,
            poisoned: poisoned || node.is_none(),
            raw: ident.to_string().starts_with("r#"),
        };
        self.by_text.entry(text(ident)).or_insert(name);
    }

    pub(crate) fn node(&self, ident: &Ident) -> Option<usize> {
        self.by_text.get(&text(ident))?.node
    }

    pub(crate) fn kind(&self, ident: &Ident) -> Option<NodeKind> {
        self.by_text.get(&text(ident))?.kind
    }

    pub(crate) fn is_poisoned(&self, ident: &Ident) -> bool {
        let name = self.by_text.get(&text(ident));
        name.is_some_and(|name| name.poisoned)
    }
}

/// An identifier's text without `r#`: `r#type` and `type` are one name.
pub(crate) fn text(ident: &Ident) -> String {
    let text = ident.to_string();
    match text.strip_prefix("r#") {
        Some(text) => text.to_owned(),
        None => text,
    }
}

/// The hygiene of a span: a local is visible only to tokens with the hygiene of its binding. Stable Rust shows it only
/// in the debug output of a span, `#4 bytes(7..12)`. If that output has another form, all tokens have one hygiene.
pub(crate) fn hygiene(span: Span) -> String {
    let shown = format!("{span:?}");
    match shown.split_once(' ') {
        Some((hygiene, _)) if hygiene.starts_with('#') => hygiene.to_owned(),
        _ => String::new(),
    }
}

/// Whether one of these attributes makes its item depend on a predicate.
fn is_conditional(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("cfg"))
}

/// The name, if the expression is nothing else.
pub(crate) fn bare(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => path.path.get_ident(),
        Expr::Group(group) => bare(&group.expr),
        _ => None,
    }
}

/// Reads one body, or the arguments of one resource.
pub(crate) struct Walk<'a> {
    names: &'a Names,
    scopes: Scopes,
    facts: Facts,
    /// By node: the index of its entry in `facts.uses`, and the hygiene of each mention, once.
    used: HashMap<usize, (usize, Vec<String>)>,
    /// Names in the arguments of unknown macros, which may declare them.
    maybe_declared: HashSet<String>,
    /// Whether `.await` is allowed: the walk is in an async block or closure.
    in_async: bool,
    /// The depth of nested macro calls.
    macros: usize,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(names: &'a Names) -> Self {
        Self {
            names,
            scopes: Scopes::default(),
            facts: Facts::default(),
            used: HashMap::new(),
            maybe_declared: HashSet::new(),
            in_async: false,
            macros: 0,
        }
    }

    pub(crate) fn expr(&mut self, expr: &Expr) {
        self.visit_expr(expr);
    }

    pub(crate) fn block(&mut self, block: &Block) {
        self.visit_block(block);
    }

    /// Binds the names of a pattern, for all that follows.
    pub(crate) fn bound(&mut self, pattern: &syn::Pat) {
        self.bind(pattern);
    }

    /// For a body that does not parse: every identifier counts.
    pub(crate) fn tokens(&mut self, tokens: &TokenStream) {
        self.every_identifier(tokens.clone(), true);
    }

    pub(crate) fn finish(self) -> Facts {
        let mut facts = self.facts;
        facts
            .unknown
            .retain(|unknown| !self.maybe_declared.contains(&unknown.name));
        facts
    }

    /// Records a name in an expression. Returns the node that it names.
    fn mention(&mut self, ident: &Ident, seen: Seen, position: Position) -> Option<usize> {
        let node = self.mention_text(&text(ident), ident.span(), Some(ident), seen, position);
        self.facts.named.extend(node.map(|_| ident.clone()));
        if position == Position::Value {
            self.facts.values.extend(node.map(|_| ident.clone()));
        }
        node
    }

    /// `ident` is `None` for a name inside of a string literal.
    fn mention_text(
        &mut self,
        text: &str,
        span: Span,
        ident: Option<&Ident>,
        seen: Seen,
        position: Position,
    ) -> Option<usize> {
        let hygiene = hygiene(span);
        if self.scopes.binds(text, &hygiene) {
            return None;
        }
        let Some(name) = self.names.by_text.get(text) else {
            let lower_case = text.chars().next().is_some_and(char::is_lowercase);
            if lower_case && position == Position::Value {
                let name = text.to_owned();
                self.facts.unknown.push(Unknown { name, span });
            }
            return None;
        };
        self.facts.poisoned |= name.poisoned;
        let node = name.node?;
        let (observed, inside) = match (name.kind, seen) {
            (Some(NodeKind::Resource), Seen::Part(observed)) => (observed, None),
            (Some(NodeKind::Graph | NodeKind::List), Seen::Inside(inside)) => {
                (Observed::Whole, Some(inside))
            }
            _ => (Observed::Whole, None),
        };
        let ident = || match ident {
            Some(ident) => ident.clone(),
            None if name.raw => Ident::new_raw(text, span),
            None => Ident::new(text, span),
        };
        match self.used.get_mut(&node) {
            Some((at, known)) => {
                let used = &mut self.facts.uses[*at];
                if used.observed != observed {
                    used.observed = Observed::Whole;
                }
                match (&mut used.inside, inside) {
                    (Some(known), Some(inside)) if known.contains(&inside) => {}
                    (Some(known), Some(inside)) => known.push(inside),
                    (known, _) => *known = None,
                }
                if !known.contains(&hygiene) {
                    known.push(hygiene);
                    used.others.push(ident());
                }
            }
            None => {
                self.used
                    .insert(node, (self.facts.uses.len(), vec![hygiene]));
                self.facts.uses.push(Use {
                    node,
                    ident: ident(),
                    others: Vec::new(),
                    observed,
                    inside: inside.map(|inside| vec![inside]),
                });
            }
        }
        Some(node)
    }
}
