//! Prints a graph as a `reactive!` struct, with what the test needs to get at its nodes by number.
//!
//! For each graph it emits this:
//!
//! ```text
//! reactive! { #[derive(Debug)] struct G0 { signal s1: i64 = 3; computed c0: i64 = { ran("c0"); s1 % 2 }; … } }
//! subject! { G0 G0Batch; parameters(0: s4, …) signals(1: s1 set_s1 update_s1 update_s1_with, …) values(0: c0, …) }
//! ```
//!
//! Must not know: what the bodies mean.

use super::describe::{Body, Expr, Graph, Kind, Operator, Rule};
use std::fmt::Write;

pub(crate) fn rust(graphs: &[Graph]) -> String {
    let mut text = String::new();
    for graph in graphs {
        declaration(graph, &mut text).expect("writing to a string");
        subject(graph, &mut text).expect("writing to a string");
    }
    let names: Vec<_> = graphs.iter().map(|graph| graph.name.as_str()).collect();
    writeln!(text, "subjects! {{ {} }}", names.join(" ")).expect("writing to a string");
    text
}

fn declaration(graph: &Graph, text: &mut String) -> std::fmt::Result {
    let eager = if graph.eager { "#[eager] " } else { "" };
    writeln!(
        text,
        "reactive! {{\n    {eager}#[derive(Debug)]\n    struct {} {{",
        graph.name
    )?;
    for item in &graph.items {
        let name = &item.name;
        match &item.kind {
            Kind::Signal {
                first,
                parameter,
                rule,
            } => {
                attribute(*rule, text)?;
                match parameter {
                    true => writeln!(text, "        signal {name}: i64;")?,
                    false => writeln!(text, "        signal {name}: i64 = {first};")?,
                }
            }
            Kind::Computed { body, rule, eager } => {
                attribute(*rule, text)?;
                if *eager {
                    writeln!(text, "        #[eager]")?;
                }
                let body = block(graph, name, body, |value| value.to_owned());
                writeln!(text, "        computed {name}: i64 = {body};")?;
            }
            Kind::Effect {
                body,
                typed,
                after_first,
            } => {
                if *after_first {
                    writeln!(text, "        #[after_first]")?;
                }
                let last = if *typed { "keep" } else { "saw" };
                let end = if *typed { "" } else { ";" };
                let body = block(graph, name, body, |value| {
                    format!("{last}(\"{name}\", {value}){end}")
                });
                match typed {
                    true => writeln!(text, "        effect {name}: Kept = {body};")?,
                    false => writeln!(text, "        effect {name} {body}")?,
                }
            }
        }
    }
    writeln!(text, "    }}\n}}")
}

fn subject(graph: &Graph, text: &mut String) -> std::fmt::Result {
    let name = &graph.name;
    write!(text, "subject! {{ {name} {name}Batch; parameters(")?;
    let items = || graph.items.iter().enumerate();
    for (index, item) in items() {
        if matches!(
            item.kind,
            Kind::Signal {
                parameter: true,
                ..
            }
        ) {
            write!(text, "{index}, ")?;
        }
    }
    write!(text, ") signals(")?;
    for (index, item) in items() {
        if matches!(item.kind, Kind::Signal { .. }) {
            let name = &item.name;
            write!(
                text,
                "{index} {name} set_{name} update_{name} update_{name}_with, "
            )?;
        }
    }
    write!(text, ") values(")?;
    for (index, item) in items() {
        if !matches!(item.kind, Kind::Effect { .. }) {
            write!(text, "{index} {}, ", item.name)?;
        }
    }
    writeln!(text, ") }}")
}

fn attribute(rule: Rule, text: &mut String) -> std::fmt::Result {
    match rule {
        Rule::Equal => Ok(()),
        Rule::SameTen => writeln!(text, "        #[eq(same_ten)]"),
        Rule::Never => writeln!(text, "        #[eq(never)]"),
    }
}

fn block(graph: &Graph, name: &str, body: &Body, finish: impl FnOnce(&str) -> String) -> String {
    let mut text = format!("{{ ran(\"{name}\"); ");
    if let Some((expr, at)) = &body.panics_at {
        let expr = expression(graph, expr);
        write!(text, "if {expr} == {at} {{ panic!(\"boom {name}\"); }} ")
            .expect("writing to a string");
    }
    text + &finish(&expression(graph, &body.value)) + " }"
}

/// As text that needs no parentheses around it.
fn expression(graph: &Graph, expr: &Expr) -> String {
    let name = |item: usize| &graph.items[item].name;
    let text = |expr: &Expr| expression(graph, expr);
    match expr {
        Expr::Read(item) => format!("(*{})", name(*item)),
        Expr::Number(number) => format!("{number}_i64"),
        Expr::Pair(operator, a, b) => {
            let (a, b) = (text(a), text(b));
            match operator {
                Operator::Add => format!("{a}.wrapping_add({b})"),
                Operator::Subtract => format!("{a}.wrapping_sub({b})"),
                Operator::Multiply => format!("{a}.wrapping_mul({b})"),
                Operator::Xor => format!("({a} ^ {b})"),
                Operator::Min => format!("{a}.min({b})"),
                Operator::Max => format!("{a}.max({b})"),
            }
        }
        Expr::Divide(a, by) => format!("({} / {by})", text(a)),
        Expr::Remainder(a, by) => format!("({} % {by})", text(a)),
        Expr::If(a, above, then, otherwise) => {
            format!(
                "(if {} > {above} {{ {} }} else {{ {} }})",
                text(a),
                text(then),
                text(otherwise)
            )
        }
        Expr::Match(a, arms) => {
            let [zero, one, two] = &**arms;
            format!(
                "(match {}.rem_euclid(3) {{ 0 => {}, 1 => {}, _ => {} }})",
                text(a),
                text(zero),
                text(one),
                text(two)
            )
        }
        Expr::Length(item) => format!("(format!(\"{{{}}}\").len() as i64)", name(*item)),
        Expr::Shadow(item, add, by) => {
            let name = name(*item);
            format!("({{ let {name} = {name}.wrapping_add({add}); {name} % {by} }})")
        }
    }
}
