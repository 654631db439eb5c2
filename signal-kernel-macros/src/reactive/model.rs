//! The meaning of a `reactive!` declaration: a graph, or the sketch of one that has errors.
//!
//! Invariants: `nodes` is in declaration order; every [`Use`] points at an existing node, and a body lists each node
//! it mentions once, in the order of first mention; a [`Graph`] has no error.
//!
//! Must not know: the syntax of a declaration, and the emitted code.

pub(crate) mod time;

use crate::kind::NodeKind;
pub(crate) use crate::reactive::names::{Callee, Edge, Inside, Observed, Use};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Generics, Ident, Meta, Pat, Path, Token, Type, Visibility};
use time::{Sleep, Times};

/// A declaration without errors, and an order in which its nodes can be computed.
pub(crate) struct Graph {
    pub(crate) declaration: Declaration,
    /// Effects come last: nothing reads them.
    pub(crate) order: Vec<usize>,
}

/// A declaration with errors. Its types and signatures are expanded, so that code around it finds them.
pub(crate) struct Sketch {
    pub(crate) declaration: Declaration,
    /// By node: whether its value, body or call does not parse or has an error, and so is not emitted.
    pub(crate) broken: Vec<bool>,
}

/// One `struct` of a `reactive!` call.
pub(crate) struct Declaration {
    /// Doc comments and lint attributes, forwarded to the struct.
    pub(crate) attrs: Vec<Attribute>,
    /// `#[derive(Debug)]` was asked for.
    pub(crate) debug: bool,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// The name of the batch type, if `#[batch(Name)]` gives one.
    pub(crate) batch: Option<Ident>,
    /// `#[state(Name)]` was asked for.
    pub(crate) state: Option<State>,
    /// `#[sleep(..)]`
    pub(crate) sleep: Option<Sleep>,
    /// Type and const parameters with the where-clause.
    pub(crate) generics: Generics,
    pub(crate) nodes: Vec<Node>,
    /// Words in place of a keyword, each before the node with this index.
    pub(crate) unexpected: Vec<(usize, Ident)>,
}

impl Declaration {
    /// Whether the resources of the graph sleep by this field.
    pub(crate) fn sleeps_by(&self, node: &Node) -> bool {
        let path = self.sleep.as_ref().and_then(|sleep| sleep.path.get_ident());
        node.is_field() && path.is_some_and(|name| node.name == *name)
    }
}

/// The struct that holds the values of a graph's signals as plain data.
pub(crate) struct State {
    pub(crate) name: Ident,
    /// Its attributes, in the order of the text.
    pub(crate) attrs: Vec<Meta>,
}

/// One item of a struct, a plain field included.
pub(crate) struct Node {
    /// Doc comments and lint attributes, forwarded to the node's getter.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// The user's tokens for the value, the body or the call, whether they parse or not.
    pub(crate) raw: TokenStream,
    /// Every identifier in `raw` that surely names a node.
    pub(crate) named: Vec<Ident>,
    /// Callees in `raw` that are named like a node, or like a generated method of one.
    pub(crate) callees: Vec<Callee>,
    /// The attributes of its field in the state; `None` if the state does not hold it.
    pub(crate) saved: Option<Vec<Meta>>,
    pub(crate) kind: Kind,
}

impl Node {
    pub(crate) fn kind(&self) -> NodeKind {
        match self.kind {
            Kind::Field { .. } => NodeKind::Field,
            Kind::Signal { .. } => NodeKind::Signal,
            Kind::Computed { .. } => NodeKind::Computed,
            Kind::Resource { .. } => NodeKind::Resource,
            Kind::Effect { .. } => NodeKind::Effect,
            Kind::Graph { .. } => NodeKind::Graph,
            Kind::List { .. } => NodeKind::List,
        }
    }

    /// A source gets its first value in the declaration, or is a parameter of `new`.
    pub(crate) fn is_source(&self) -> bool {
        self.kind().is_source() && self.per().is_none()
    }

    pub(crate) fn is_signal(&self) -> bool {
        self.kind() == NodeKind::Signal
    }

    /// The dependencies of a signal that starts anew.
    pub(crate) fn per(&self) -> Option<&Per> {
        match &self.kind {
            Kind::Signal { per, .. } => per.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn is_field(&self) -> bool {
        self.kind() == NodeKind::Field
    }

    pub(crate) fn is_computed(&self) -> bool {
        self.kind() == NodeKind::Computed
    }

    pub(crate) fn is_resource(&self) -> bool {
        self.kind() == NodeKind::Resource
    }

    pub(crate) fn is_effect(&self) -> bool {
        self.kind() == NodeKind::Effect
    }

    /// A graph inside, or a list of them.
    pub(crate) fn is_inside(&self) -> bool {
        matches!(self.kind(), NodeKind::Graph | NodeKind::List)
    }

    /// A field or signal without a value, or a graph inside without arguments: a parameter of `new`.
    pub(crate) fn is_parameter(&self) -> bool {
        match &self.kind {
            Kind::Field { is_parameter, .. } | Kind::Signal { is_parameter, .. } => *is_parameter,
            Kind::Graph { made, .. } => made.is_none(),
            _ => false,
        }
    }

    /// A parameter of `with_state` beside the state. The state of a graph inside goes into a graph that was made.
    pub(crate) fn is_parameter_beside_state(&self) -> bool {
        self.is_parameter() && (self.saved.is_none() || self.is_inside())
    }

    /// Whether the struct has a field for this node. An effect has one for the result that it keeps.
    pub(crate) fn is_stored(&self) -> bool {
        !matches!(self.kind, Kind::Effect { kept: None, .. })
    }

    /// `#[eager]` on the node or on the struct.
    pub(crate) fn is_eager(&self) -> bool {
        matches!(self.kind, Kind::Computed { eager: true, .. })
    }

    /// An effect that `new` runs.
    pub(crate) fn runs_at_first(&self) -> bool {
        matches!(
            self.kind,
            Kind::Effect {
                after_first: false,
                ..
            }
        )
    }

    /// The nodes that this node's body, or a resource's arguments, mention.
    pub(crate) fn uses(&self) -> &[Use] {
        match &self.kind {
            Kind::Signal { per: Some(per), .. } => &per.uses,
            Kind::Field { .. } | Kind::Signal { per: None, .. } => &[],
            Kind::Computed { uses, .. }
            | Kind::Resource { uses, .. }
            | Kind::Effect { uses, .. } => uses,
            // Of the arguments: fields only.
            Kind::Graph { made, .. } => made.as_ref().map_or(&[], |made| &made.uses),
            Kind::List(list) => list.maker.as_ref().map_or(&[], |maker| &maker.made.uses),
        }
    }

    /// The values that flow into a graph inside, or into the rows of a list.
    pub(crate) fn feeds(&self) -> &[Feed] {
        match &self.kind {
            Kind::Graph { feeds, .. } => feeds,
            Kind::List(list) => &list.feeds,
            _ => &[],
        }
    }

    /// The keys that a list follows.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        match &self.kind {
            Kind::List(list) => list.keys.as_ref(),
            _ => None,
        }
    }

    /// The nodes that the feeds and keys mention.
    pub(crate) fn fed_by(&self) -> impl Iterator<Item = &Use> {
        let keys = self.keys().into_iter().flat_map(|keys| &keys.uses);
        keys.chain(self.feeds().iter().flat_map(|feed| &feed.uses))
    }

    /// The nodes whose changes matter to this one, with the part that does: of a resource, or of a graph inside.
    pub(crate) fn edges(&self) -> Vec<Edge> {
        match &self.kind {
            Kind::Signal { per: Some(per), .. } => per.starts.clone(),
            Kind::Graph { .. } | Kind::List(_) => self.fed_by().flat_map(Use::edges).collect(),
            _ => self.uses().iter().flat_map(Use::edges).collect(),
        }
    }
}

pub(crate) enum Kind {
    /// `let` and `let mut`: plain data, no node of the graph.
    Field {
        mutable: bool,
        ty: Type,
        /// Without a value the field is a parameter of `new`.
        is_parameter: bool,
    },
    Signal {
        ty: Type,
        is_parameter: bool,
        equality: Equality,
        /// It starts anew when a node changes.
        per: Option<Per>,
    },
    Computed {
        ty: Type,
        uses: Vec<Use>,
        equality: Equality,
        /// `#[eager]` on it or on the struct: it is computed with each write.
        eager: bool,
    },
    Resource {
        /// The `#[resource]` function, with the type arguments the user wrote.
        path: Path,
        args: Vec<Arg>,
        /// The span of the parentheses around them.
        parens: Span,
        /// Every node the arguments mention.
        uses: Vec<Use>,
        keep_previous: KeepPrevious,
        /// Each policy once.
        interruptions: Vec<Interruption>,
        times: Times,
        manual: bool,
        /// The cut-off of the value. `Equality::PartialEq` means that there is none.
        equality: Equality,
    },
    Effect {
        /// The type of a result that is kept until the next run.
        kept: Option<Type>,
        uses: Vec<Use>,
        /// `#[after_first]`: `new` does not run it.
        after_first: bool,
    },
    /// A graph inside.
    Graph {
        ty: Type,
        /// Without arguments the graph is a parameter of `new`, a `Part`.
        made: Option<Made>,
        feeds: Vec<Feed>,
    },
    /// A list of graphs.
    List(Box<List>),
}

/// A keyed, ordered list of graphs.
pub(crate) struct List {
    /// The type of the rows.
    pub(crate) ty: Type,
    pub(crate) key: Type,
    /// The keys that it follows.
    pub(crate) keys: Option<Keys>,
    /// Without one, rows are handed in as a `Part`.
    pub(crate) maker: Option<Maker>,
    pub(crate) feeds: Vec<Feed>,
}

impl List {
    /// The pattern that takes the key.
    pub(crate) fn pattern(&self) -> TokenStream {
        let pattern = self.maker.as_ref().and_then(|maker| maker.pattern.as_ref());
        pattern.map_or_else(|| quote!(_), ToTokens::to_token_stream)
    }
}

/// The expression of the keys.
pub(crate) struct Keys {
    pub(crate) raw: TokenStream,
    /// Every identifier in `raw` that surely names a node.
    pub(crate) named: Vec<Ident>,
    pub(crate) uses: Vec<Use>,
    pub(crate) broken: bool,
}

/// Makes a row for a key.
pub(crate) struct Maker {
    /// The pattern that takes the key; `None` in a sketch, if it does not parse.
    pub(crate) pattern: Option<Pat>,
    pub(crate) ty: Type,
    pub(crate) made: Made,
}

/// The arguments with which a graph inside is made.
pub(crate) struct Made {
    pub(crate) args: Vec<Arg>,
    /// The span of the parentheses around them.
    pub(crate) parens: Span,
    /// The fields that they mention.
    pub(crate) uses: Vec<Use>,
}

/// A value that flows into a signal of a graph inside.
pub(crate) struct Feed {
    pub(crate) signal: Ident,
    /// The user's tokens for the value.
    pub(crate) raw: TokenStream,
    /// Every identifier in `raw` that surely names a node.
    pub(crate) named: Vec<Ident>,
    pub(crate) uses: Vec<Use>,
    /// A feed of a list that mentions the key.
    pub(crate) names_key: bool,
    /// In a sketch: whether the value does not parse or has an error, and so is not emitted.
    pub(crate) broken: bool,
}

impl Feed {
    pub(crate) fn edges(&self) -> Vec<Edge> {
        self.uses.iter().flat_map(Use::edges).collect()
    }
}

/// The part of a signal behind its value: `per node, node`.
pub(crate) struct Per {
    /// The mention of the signal's own name in the value: there it is the value from before.
    pub(crate) own: Option<Use>,
    /// The nodes behind `per`, each once.
    pub(crate) uses: Vec<Use>,
    /// The nodes again, with the parts that count; several parts of a resource may.
    pub(crate) starts: Vec<Edge>,
    /// The nodes of graphs inside that `per` names: the graph and the name.
    pub(crate) inside: Vec<(usize, Ident)>,
    /// The tokens behind `per`.
    pub(crate) raw: TokenStream,
}

/// How two values of a node are compared.
pub(crate) enum Equality {
    PartialEq,
    /// `#[eq(path)]`, a `fn(&T, &T) -> bool`.
    Path(Path),
    /// `#[eq(never)]`
    Never,
}

/// `#[keep_previous(..)]`: whether the value of the previous run stays readable when a run starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeepPrevious {
    /// `true`
    Always,
    /// `reload`
    Reload,
    /// `false`
    Never,
}

/// `#[on_cancel(..)]` or `#[on_error(..)]`: the fate of a partial answer whose run ends that way.
#[derive(Clone)]
pub(crate) struct Interruption {
    /// The name of the attribute, which is the name of the policy.
    pub(crate) by: Ident,
    pub(crate) fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// `rollback`: the last whole answer comes back.
    Rollback,
    /// `keep`
    Keep,
    /// `clear`: the last whole answer goes too.
    Clear,
}

/// An argument of a resource call.
pub(crate) struct Arg {
    pub(crate) expr: Expr,
    /// The node or field, if the argument is its bare name: the value is cloned into the call.
    pub(crate) bare: Option<usize>,
    /// The `?` behind a bare name: an argument that may be missing.
    pub(crate) tried: Option<Token![?]>,
}
