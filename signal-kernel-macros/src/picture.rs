//! The section *Graph* on the page of a struct: a picture, and lists of the resources and effects.
//!
//! `reactive!` emits a description of the graph in an attribute. Only rustdoc expands it, so other builds do not pay
//! for the picture:
//!
//! ```text
//! #[cfg_attr(doc, doc = ::signal_kernel::__private::picture! {
//!     Profile documented;
//!     let client [];
//!     signal id linked [];
//!     resource user linked [0, 1] " The user, see [`fetch`].";
//!     computed title lazy [2 value];
//!     effect note kept [3, 2 status];
//!     graph search ("[`Search`](Search)") linked [0];
//! })]
//! ```
//!
//! Each item has its keyword, its name, the type of a graph inside, flags, policies, the items that it reads (with the part of a resource that it observes),
//! and the documentation of a resource, an effect or a graph inside.
//!
//! Invariants: each line of the text starts with a space, as behind `///`; a link leads only to methods that are on
//! the page.
//!
//! Must not know: the model of a graph; attributes and visibilities.

mod layout;
pub(crate) mod sentences;
mod svg;

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitInt, LitStr, Token, bracketed, parenthesized, token};

use crate::kind::NodeKind;
use sentences::{Dependencies, listed};
use svg::{Picture, Shape};

/// The text of the section, as a string literal.
pub(crate) fn picture(description: TokenStream) -> TokenStream {
    match text(description) {
        Ok(text) => TokenStream::from_iter([proc_macro2::TokenTree::from(Literal::string(&text))]),
        Err(error) => error.to_compile_error(),
    }
}

pub(crate) fn text(description: TokenStream) -> syn::Result<String> {
    let graph = Graph::parse.parse2(description)?;
    Ok(sentences::indented(&graph.section()))
}

struct Graph {
    name: String,
    /// The user has documented the struct.
    is_documented: bool,
    items: Vec<Item>,
}

struct Item {
    kind: NodeKind,
    name: String,
    /// The type of a graph inside or of the rows of a list, as Markdown.
    held: Option<String>,
    flags: Vec<String>,
    /// The policies of a resource, each as a clause.
    policies: Vec<String>,
    /// Indices of items; for a resource also the part that is observed.
    reads: Vec<(usize, Option<String>)>,
    /// The user's documentation.
    words: Option<String>,
}

impl Graph {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?.to_string();
        let is_documented = input.parse::<Option<Ident>>()?.is_some();
        input.parse::<Token![;]>()?;
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.call(Item::parse)?);
        }
        Ok(Graph {
            name,
            is_documented,
            items,
        })
    }

    fn section(&self) -> String {
        let picture = self.picture();
        let counts = format!("A graph of {}", self.counts());
        // The first paragraph is shown beside the name of the struct in lists.
        let (before, counts) = if self.is_documented {
            ("\n".to_owned(), format!("{counts}. "))
        } else {
            (format!("{counts}.\n\n"), String::new())
        };
        let shown = if picture.is_legible() {
            format!(
                "An arrow leads from a node to a dependent; [`GRAPH`](Self::GRAPH) has the same as data.\n\n{}",
                picture.draw()
            )
        } else if picture.edges() == 0 {
            "No node depends on another; [`GRAPH`](Self::GRAPH) has the nodes as data.".to_owned()
        } else {
            "It is too large for a picture on this page: [`GRAPH`](Self::GRAPH) has it as data, and writes it \
             for Graphviz and Mermaid."
                .to_owned()
        };
        let resources = self.list("Resources", NodeKind::Resource);
        let effects = self.list("Effects", NodeKind::Effect);
        let graphs = self.list("Graphs inside", NodeKind::Graph);
        let lists = self.list("Lists", NodeKind::List);
        format!("{before}# Graph\n\n{counts}{shown}\n{resources}{effects}{graphs}{lists}")
    }

    fn picture(&self) -> Picture {
        let mut node_of = vec![None; self.items.len()];
        let nodes = || {
            self.items
                .iter()
                .enumerate()
                .filter(|(_, item)| item.is_node())
        };
        for (node, (item, _)) in nodes().enumerate() {
            node_of[item] = Some(node);
        }
        let nodes = nodes().map(|(_, item)| {
            // A resource of which several parts are observed is one edge.
            let reads = item.reads.iter();
            let dependencies: BTreeSet<usize> =
                reads.filter_map(|(read, _)| node_of[*read]).collect();
            svg::Node {
                link: item.has("linked").then(|| format!("#method.{}", item.name)),
                name: item.name.clone(),
                shape: Shape {
                    kind: item.kind,
                    is_lazy: item.has("lazy"),
                },
                dependencies: dependencies.into_iter().collect(),
            }
        });
        Picture {
            title: format!("Dependency graph of {}", self.name),
            nodes: nodes.collect(),
        }
    }

    /// `2 signals and 1 effect`
    fn counts(&self) -> String {
        let counts = NodeKind::ALL.into_iter().filter_map(|kind| {
            let items = self.items.iter().filter(|item| item.is_node());
            let count = items.filter(|item| item.kind == kind).count();
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {}{plural}", kind.noun()))
        });
        listed(&counts.collect::<Vec<_>>(), " and ")
    }

    /// A section that lists the nodes of a kind, with their dependencies and their documentation.
    fn list(&self, title: &str, kind: NodeKind) -> String {
        let mut section = String::new();
        for item in &self.items {
            if item.kind != kind || item.has("hidden") {
                continue;
            }
            if section.is_empty() {
                section = format!("\n# {title}\n\n");
            }
            let dependencies = self.dependencies(item).sentence();
            section.push_str(&format!("- {} {dependencies}.\n", item.mention()));
            for line in item.own_words().lines() {
                section.push_str(if line.is_empty() { "" } else { "  " });
                section.push_str(line);
                section.push('\n');
            }
        }
        section
    }

    fn dependencies(&self, item: &Item) -> Dependencies {
        let mut dependencies = Dependencies {
            nodes: Vec::new(),
            fields: Vec::new(),
            is_effect: item.kind == NodeKind::Effect,
            is_lazy: item.has("lazy"),
            keeps_result: item.has("kept"),
            is_after_first: item.has("after_first"),
            is_signal: item.kind == NodeKind::Signal,
            holds: item.holds(),
            policies: item.policies.clone(),
        };
        for (read, part) in &item.reads {
            let read = &self.items[*read];
            if read.is_node() {
                let text = sentences::observed(read.mention(), part.as_deref());
                dependencies.nodes.push(text);
            } else {
                dependencies.fields.push(read.mention());
            }
        }
        dependencies
    }
}

impl Item {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let keyword = input.call(Ident::parse_any)?;
        let kind = NodeKind::from_keyword(&keyword.to_string())
            .ok_or_else(|| syn::Error::new(keyword.span(), "expected a keyword"))?;
        let name = input.call(Ident::parse_any)?.to_string();
        let mut held = None;
        if input.peek(token::Paren) {
            let inner;
            parenthesized!(inner in input);
            held = Some(inner.parse::<LitStr>()?.value());
        }
        let (mut flags, mut policies) = (Vec::new(), Vec::new());
        while !input.peek(token::Bracket) {
            if input.peek(LitStr) {
                policies.push(input.parse::<LitStr>()?.value());
            } else {
                flags.push(input.parse::<Ident>()?.to_string());
            }
        }
        let reads;
        bracketed!(reads in input);
        let read = |input: ParseStream| {
            let index = input.parse::<LitInt>()?.base10_parse()?;
            let part: Option<Ident> = input.parse()?;
            Ok((index, part.map(|part| part.to_string())))
        };
        let reads = Punctuated::<_, Token![,]>::parse_terminated_with(&reads, read)?;
        let words: Option<LitStr> = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(Item {
            kind,
            name,
            held,
            flags,
            policies,
            reads: reads.into_iter().collect(),
            words: words.map(|words| words.value()),
        })
    }

    fn is_node(&self) -> bool {
        self.kind != NodeKind::Field
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|word| word == flag)
    }

    /// `a [`Search`](Search)`
    fn holds(&self) -> Option<String> {
        let held = self.held.as_ref()?;
        Some(match self.kind {
            NodeKind::List => format!("a {held} for each key"),
            _ => format!("a {held}"),
        })
    }

    fn mention(&self) -> String {
        sentences::name(&self.name, self.has("linked"))
    }

    /// The user's documentation, below an empty line. A getter has the whole text, so the list of its kind shows
    /// only its first paragraph and its definitions of links.
    fn own_words(&self) -> String {
        let lines = self.words.iter().flat_map(|words| words.split('\n'));
        let lines = lines.map(str::trim_end);
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let filled = lines.clone().filter(|line| !line.is_empty());
        let least = filled.map(indent).min().unwrap_or(0);
        let mut lines: Vec<&str> = lines
            .map(|line| line.get(least..).unwrap_or_default())
            .skip_while(|line| line.is_empty())
            .collect();
        if self.kind != NodeKind::Effect {
            let end = lines.iter().position(|line| line.is_empty());
            let rest = lines.split_off(end.unwrap_or(lines.len()));
            let mut definitions = rest.into_iter().filter(|line| is_definition(line));
            if let Some(first) = definitions.next() {
                lines.extend(["", first]);
                lines.extend(definitions);
            }
        }
        if lines.is_empty() {
            return String::new();
        }
        format!("\n{}", lines.join("\n"))
    }
}

/// `[name]: target`
fn is_definition(line: &str) -> bool {
    let name = line.strip_prefix('[');
    name.is_some_and(|name| !name.starts_with('^') && name.contains("]:"))
}
