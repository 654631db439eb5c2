//! What rustdoc says about a graph beyond the user's words: who depends on whom, and the picture.
//!
//! Invariants: all of it is cut away by `cfg_attr` unless rustdoc runs, and none of it is made where the graph
//! has an error; a link leads only to a method that whoever reads the text can see; each line starts with
//! a space, as those of `///` do.
//!
//! Must not know: what a method does.

mod links;
#[cfg(test)]
mod tests;

use super::{
    Context,
    picture::{self, Picture},
    plan::Plan,
};
use crate::model::{Kind, Node, Part};
use quote::ToTokens;
use std::{collections::BTreeSet, fmt::Display};
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Visibility, ext::IdentExt};

/// Longer lists are cut: `GRAPH` has them.
const MOST_NAMES: usize = 12;

/// `It depends on … . … depend on it.`
pub(super) fn edges(context: &Context, index: usize) -> String {
    let node = &context.graph.nodes[index];
    attribute(context, |plan| {
        let clauses = clauses(context, plan, index, &node.vis);
        let dependents = dependents(context, plan, index, &node.vis);
        match clauses.is_empty() {
            true => dependents,
            false => format!("It {}. {dependents}", listed(&clauses, ", and ")),
        }
    })
}

/// `… depend on it.`
pub(super) fn readers(context: &Context, index: usize) -> String {
    let vis = &context.graph.nodes[index].vis;
    attribute(context, |plan| dependents(context, plan, index, vis))
}

/// `It takes …`: the parameters of `new`.
pub(super) fn parameters(context: &Context) -> String {
    let nodes = context.graph.nodes.iter().enumerate();
    let names = nodes.filter_map(|(index, node)| match &node.kind {
        Kind::Field { value: None, .. } | Kind::Signal { value: None, .. } => {
            Some(link(context, index, &context.graph.vis))
        }
        _ => None,
    });
    let names: Vec<String> = names.collect();
    attribute(context, |_| match names.is_empty() {
        true => String::new(),
        false => format!("It takes the first value of {}.", listed(&names, " and ")),
    })
}

/// The graph as a picture, and what has no method of its own.
pub(super) fn of_struct(context: &Context) -> String {
    attribute(context, |plan| {
        let graph = context.graph;
        let picture = picture(context, plan);
        if picture.nodes.is_empty() {
            return String::new();
        }
        let counts = format!("A graph of {}", counts(&picture));
        // The first paragraph is shown beside the name of the struct in lists.
        let (before, mut counts) = match is_documented(&graph.attrs) {
            true => ("\n".to_owned(), format!("{counts}.")),
            false => (format!("{counts}.\n\n"), String::new()),
        };
        if !counts.is_empty() {
            counts.push(' ');
        }
        let shown = if picture.is_legible() {
            format!(
                "An arrow leads to what depends on its origin; [`GRAPH`](Self::GRAPH) has the same as data.\n\n{}",
                picture.draw()
            )
        } else if picture.edges() == 0 {
            "No node depends on another; [`GRAPH`](Self::GRAPH) has the nodes as data.".to_owned()
        } else {
            "It is too large for a picture on this page: [`GRAPH`](Self::GRAPH) has it as data, and writes it \
             for Graphviz and Mermaid."
                .to_owned()
        };
        let effects = list(context, plan, "Effects", |kind| {
            matches!(kind, Kind::Effect { .. })
        });
        let resources = list(context, plan, "Resources", |kind| {
            matches!(kind, Kind::Resource { .. })
        });
        format!("{before}# Graph\n\n{counts}{shown}\n{resources}{effects}")
    })
}

pub(super) fn is_documented(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| text(attr).is_some())
}

/// The text of an attribute, or of none.
fn attribute(context: &Context, text: impl FnOnce(&Plan) -> String) -> String {
    let text = context.plan.map(text).unwrap_or_default();
    if text.is_empty() {
        return text;
    }
    let mut spaced = String::with_capacity(text.len() + 16);
    for line in text.split('\n') {
        if !spaced.is_empty() {
            spaced.push('\n');
        }
        spaced.push(' ');
        spaced.push_str(line);
    }
    format!("#[cfg_attr(doc, doc = {spaced:?})]")
}

fn picture(context: &Context, plan: &Plan) -> Picture {
    let nodes = &context.graph.nodes;
    let mut places = vec![None; nodes.len()];
    let mut picture = Picture {
        title: format!("Dependency graph of {}", context.name.unraw()),
        nodes: Vec::new(),
    };
    let shown = || nodes.iter().enumerate().filter(|(_, node)| !is_field(node));
    for (place, (index, _)) in shown().enumerate() {
        places[index] = Some(place);
    }
    for (index, node) in shown() {
        let kind = match node.kind {
            Kind::Signal { .. } | Kind::Field { .. } => picture::Kind::Signal,
            Kind::Computed { .. } if plan.places[index].lazy => picture::Kind::Lazy,
            Kind::Computed { .. } => picture::Kind::Computed,
            Kind::Resource { .. } => picture::Kind::Resource,
            Kind::Effect { .. } => picture::Kind::Effect,
        };
        let name = node.name.unraw().to_string();
        let uses = node.uses().iter();
        // Each once: what a resource is read for, part by part, is one edge.
        let dependencies: BTreeSet<usize> = uses.filter_map(|used| places[used.node]).collect();
        picture.nodes.push(picture::Node {
            link: has_page(node, &context.graph.vis).then(|| format!("#method.{name}")),
            name,
            kind,
            dependencies: dependencies.into_iter().collect(),
        });
    }
    picture
}

fn counts(picture: &Picture) -> String {
    use picture::Kind::{Computed, Effect, Lazy, Resource, Signal};
    let kinds: [&[picture::Kind]; 4] = [&[Signal], &[Computed, Lazy], &[Resource], &[Effect]];
    let counts = kinds.iter().filter_map(|kinds| {
        let nodes = picture.nodes.iter();
        let count = nodes.filter(|node| kinds.contains(&node.kind)).count();
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {}{plural}", kinds[0].word()))
    });
    listed(&counts.collect::<Vec<_>>(), " and ")
}

/// A section that lists the nodes of a kind, with what they depend on and their documentation.
fn list(context: &Context, plan: &Plan, title: &str, wanted: fn(&Kind) -> bool) -> String {
    let vis = &context.graph.vis;
    let mut section = String::new();
    for (index, node) in context.graph.nodes.iter().enumerate() {
        if !wanted(&node.kind) || is_hidden(node) {
            continue;
        }
        if section.is_empty() {
            section = format!("\n# {title}\n\n");
        }
        let name = link(context, index, vis);
        let clauses = listed(&clauses(context, plan, index, vis), ", and ");
        section.push_str(&format!("- {name} {clauses}.\n"));
        for line in own_words(node, vis).lines() {
            section.push_str(if line.is_empty() { "" } else { "  " });
            section.push_str(line);
            section.push('\n');
        }
    }
    section
}

/// The documentation of a node, for a list: below an empty line.
///
/// A resource says the rest at its getter. What the readers of the struct cannot see may link to what they
/// cannot see either, which rustdoc refuses; then links become plain text.
fn own_words(node: &Node, vis: &Visibility) -> String {
    let lines: Vec<String> = node.attrs.iter().filter_map(text).collect();
    let lines: Vec<&str> = lines.iter().flat_map(|text| text.split('\n')).collect();
    let spaces = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let lines = lines.into_iter().map(str::trim_end);
    let indent = lines.clone().filter(|line| !line.is_empty());
    let indent = indent.map(|line| spaces(&line)).min().unwrap_or(0);
    let lines = lines.map(|line| line.get(indent..).unwrap_or_default());
    let lines = lines.skip_while(|line| line.is_empty());
    let words: Vec<&str> = match node.kind {
        Kind::Resource { .. } => lines.take_while(|line| !line.is_empty()).collect(),
        _ => lines.collect(),
    };
    if words.is_empty() {
        return String::new();
    }
    let words = words.join("\n");
    let is_cut = matches!(node.kind, Kind::Resource { .. });
    match is_cut || !covers(&node.vis, vis) {
        true => format!("\n{}", links::without_links(&words)),
        false => format!("\n{words}"),
    }
}

/// What a node does with others, each to stand after its name.
fn clauses(context: &Context, plan: &Plan, index: usize, vis: &Visibility) -> Vec<String> {
    let node = &context.graph.nodes[index];
    let (mut dependencies, mut fields) = (Vec::new(), Vec::new());
    for used in node.uses() {
        let name = link(context, used.node, vis);
        if is_field(&context.graph.nodes[used.node]) {
            fields.push(name);
            continue;
        }
        dependencies.push(match used.part {
            Part::Whole => name,
            Part::Value => format!("the value of {name}"),
            Part::Error => format!("the error of {name}"),
            Part::Status => format!("the status of {name}"),
        });
    }
    let (is_effect, keeps) = match &node.kind {
        Kind::Field { .. } | Kind::Signal { .. } => return Vec::new(),
        Kind::Effect { kept, .. } => (true, kept.is_some()),
        Kind::Computed { .. } | Kind::Resource { .. } => (false, false),
    };
    let mut clauses = Vec::new();
    match (dependencies.is_empty(), is_effect) {
        (true, true) => clauses.push("runs once, in `new`".to_owned()),
        (true, false) => clauses.push("depends on no other node".to_owned()),
        (false, _) => clauses.push(format!("depends on {}", listed(&dependencies, " and "))),
    }
    if !fields.is_empty() {
        let plural = if fields.len() == 1 { "" } else { "s" };
        clauses.push(format!(
            "uses the field{plural} {}",
            listed(&fields, " and ")
        ));
    }
    if plan.places[index].lazy {
        clauses.push("is computed when it is read".to_owned());
    }
    if keeps {
        clauses.push("keeps its result until it runs again".to_owned());
    }
    clauses
}

/// `… depend on it.`
fn dependents(context: &Context, plan: &Plan, index: usize, vis: &Visibility) -> String {
    let ranks = plan.places[index].dependents.iter();
    // In the order of declaration, each once.
    let readers: BTreeSet<usize> = ranks.map(|(rank, _)| plan.positions[*rank]).collect();
    let names = readers.iter().map(|&reader| {
        let name = link(context, reader, vis);
        match context.graph.nodes[reader].kind {
            Kind::Effect { .. } => format!("the effect {name}"),
            _ => name,
        }
    });
    let names: Vec<String> = names.collect();
    let plural = names.len() > 1;
    let verb = match (is_field(&context.graph.nodes[index]), plural) {
        (true, true) => "use",
        (true, false) => "uses",
        (false, true) => "depend on",
        (false, false) => "depends on",
    };
    match names.is_empty() {
        true => format!("Nothing {verb} it."),
        false => {
            let mut sentence = format!("{} {verb} it.", listed(&names, " and "));
            if let Some(rest) = sentence.strip_prefix("the ") {
                sentence = format!("The {rest}");
            }
            sentence
        }
    }
}

/// A node's name, with a link where readers of a method or struct of this visibility can follow it.
fn link(context: &Context, index: usize, vis: &Visibility) -> String {
    let node = &context.graph.nodes[index];
    let name = node.name.unraw();
    match has_page(node, vis) {
        true => format!("[`{name}`](Self::{name})"),
        false => format!("`{name}`"),
    }
}

/// There is a getter, and whoever sees what has visibility `vis` sees it.
fn has_page(node: &Node, vis: &Visibility) -> bool {
    !matches!(node.kind, Kind::Effect { .. }) && covers(&node.vis, vis) && !is_hidden(node)
}

/// What has this visibility is seen wherever something of visibility `other` is.
fn covers(vis: &Visibility, other: &Visibility) -> bool {
    match (vis, other) {
        (Visibility::Public(_), _) | (_, Visibility::Inherited) => true,
        (Visibility::Restricted(one), Visibility::Restricted(other)) => {
            let same = || one.to_token_stream().to_string() == other.to_token_stream().to_string();
            one.path.is_ident("crate") || same()
        }
        _ => false,
    }
}

fn is_field(node: &Node) -> bool {
    matches!(node.kind, Kind::Field { .. })
}

fn is_hidden(node: &Node) -> bool {
    node.attrs.iter().any(|attr| match &attr.meta {
        Meta::List(list) if attr.path().is_ident("doc") => {
            let mut tokens = list.tokens.clone().into_iter();
            tokens.any(|token| token.to_string() == "hidden")
        }
        _ => false,
    })
}

/// The text of a doc comment.
fn text(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            // `include_str!` and its like: what they say is not known here.
            _ => Some(String::new()),
        },
        _ => None,
    }
}

/// `a, b and c`
fn listed(names: &[impl Display], and: &str) -> String {
    let shown = match names.len() > MOST_NAMES {
        true => MOST_NAMES - 1,
        false => names.len(),
    };
    let others = names.len() - shown;
    let others = (others > 0).then(|| format!("{others} others"));
    let names = names[..shown].iter().map(ToString::to_string);
    let names: Vec<String> = names.chain(others).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, names)) => format!("{}{and}{last}", names.join(", ")),
        None => String::new(),
    }
}
