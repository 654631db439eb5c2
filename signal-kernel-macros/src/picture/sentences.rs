//! The sentences of a graph's documentation.
//!
//! Must not know: tokens, and the model of a graph.

use std::fmt::Display;

/// Longer lists are cut: the constant `GRAPH` has all names.
const MOST_NAMES: usize = 12;

/// The dependencies of a node that is no source, each as the text that stands for it.
pub(crate) struct Dependencies {
    pub(crate) nodes: Vec<String>,
    pub(crate) fields: Vec<String>,
    pub(crate) is_effect: bool,
    pub(crate) is_lazy: bool,
    pub(crate) keeps_result: bool,
    pub(crate) is_after_first: bool,
    /// A signal that starts anew.
    pub(crate) is_signal: bool,
    /// The type of a graph inside, or of the rows of a list.
    pub(crate) holds: Option<String>,
    /// The policies of a resource, each as a clause.
    pub(crate) policies: Vec<String>,
}

impl Dependencies {
    /// `depends on a and b, and uses the field c`, to stand after the name of the node.
    pub(crate) fn sentence(&self) -> String {
        let mut clauses = Vec::new();
        if let Some(held) = &self.holds {
            clauses.push(format!("holds {held}"));
        }
        if self.is_signal {
            clauses.push(format!("starts anew with {}", listed(&self.nodes, " and ")));
        } else if !self.nodes.is_empty() {
            clauses.push(format!("depends on {}", listed(&self.nodes, " and ")));
        } else if self.is_effect {
            clauses.push("runs once, in `new`".to_owned());
        } else if self.holds.is_none() {
            clauses.push("depends on no other node".to_owned());
        }
        if !self.fields.is_empty() {
            let plural = if self.fields.len() == 1 { "" } else { "s" };
            let fields = listed(&self.fields, " and ");
            clauses.push(format!("uses the field{plural} {fields}"));
        }
        if self.is_lazy {
            clauses.push("is computed when it is read".to_owned());
        }
        if self.is_after_first {
            clauses.push("does not run in `new`".to_owned());
        }
        clauses.extend(self.policies.iter().cloned());
        if self.keeps_result {
            clauses.push("keeps its result until it runs again".to_owned());
        }
        listed(&clauses, ", and ")
    }
}

/// `… depend on it.`
pub(crate) fn dependents(names: &[String], of_field: bool) -> String {
    let verb = match (of_field, names.len() > 1) {
        (true, true) => "use",
        (true, false) => "uses",
        (false, true) => "depend on",
        (false, false) => "depends on",
    };
    if names.is_empty() {
        return format!("Nothing {verb} it.");
    }
    let sentence = format!("{} {verb} it.", listed(names, " and "));
    match sentence.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => sentence,
    }
}

/// A node's name, with a link if it has a method on the page.
pub(crate) fn name(name: &str, is_linked: bool) -> String {
    if is_linked {
        format!("[`{name}`](Self::{name})")
    } else {
        format!("`{name}`")
    }
}

/// The node, or the part of it that is observed.
pub(crate) fn observed(name: String, part: Option<&str>) -> String {
    match part {
        Some("stable") => format!("the stable value of {name}"),
        Some(part) => format!("the {part} of {name}"),
        None => name,
    }
}

/// A change by which a signal starts anew.
pub(crate) fn start(name: &str, part: Option<&str>) -> String {
    match part {
        Some("new_value") => format!("each value that {name} yields"),
        Some("new_stable") => format!("each whole answer of {name}"),
        Some("new_error") => format!("each error that {name} yields"),
        Some(part) => format!("each change of the {part} of {name}"),
        None => format!("each change of {name}"),
    }
}

/// `a, b and c`
pub(crate) fn listed(names: &[impl Display], and: &str) -> String {
    let shown = if names.len() > MOST_NAMES {
        MOST_NAMES - 1
    } else {
        names.len()
    };
    let mut parts: Vec<String> = names[..shown].iter().map(ToString::to_string).collect();
    if shown < names.len() {
        parts.push(format!("{} others", names.len() - shown));
    }
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, parts)) => format!("{}{and}{last}", parts.join(", ")),
        None => String::new(),
    }
}

/// Each line with a space in front, as behind `///`.
pub(crate) fn indented(text: &str) -> String {
    let mut indented = String::with_capacity(text.len() + 16);
    for line in text.split('\n') {
        if !indented.is_empty() {
            indented.push('\n');
        }
        indented.push(' ');
        indented.push_str(line);
    }
    indented
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed(&["a"], " and "), "a");
        assert_eq!(listed(&["a", "b", "c"], " and "), "a, b and c");
        let many = ["x"; 14];
        assert!(listed(&many, " and ").ends_with("x, x and 3 others"));
    }
}
