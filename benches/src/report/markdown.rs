//! The run as `RESULTS.md`.
//!
//! Invariants: all figures come from one run; `NOTES.md` explains the method.
//!
//! Must not know: the workloads.

use super::{Row, Table};
use std::fmt::Write;

/// The whole page. `about` has the lines about the machine and the versions.
pub fn markdown(about: &[String], tables: &[Table], rows: &[(&str, &str, &str)]) -> String {
    let mut page = String::from(
        "# Results\n\nWritten by `cargo run --release --manifest-path benches/Cargo.toml -- --save`. \
         [NOTES.md](NOTES.md) has the method, with its fair and unfair points.\n\n",
    );
    for line in about {
        writeln!(page, "- {line}").unwrap();
    }
    page.push_str("\n![Each side's time as a multiple of hand-written code's](results.svg)\n");
    for table in tables {
        self::table(&mut page, table);
    }
    page.push_str("\n## The rows\n\n| workload | one operation is | |\n|---|---|---|\n");
    for (name, operation, about) in rows {
        writeln!(page, "| {name} | {operation} | {about} |").unwrap();
    }
    page
}

fn table(page: &mut String, table: &Table) {
    writeln!(page, "\n## {}\n\n{}.\n", table.title, table.unit).unwrap();
    writeln!(page, "| | {} |", table.columns.join(" | ")).unwrap();
    writeln!(page, "|---|{}", "---:|".repeat(table.columns.len())).unwrap();
    for Row { name, cells, .. } in &table.rows {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| cell.text().replace('*', "\\*"))
            .collect();
        writeln!(page, "| {name} | {} |", cells.join(" | ")).unwrap();
    }
    let deviations = table.deviations();
    if !deviations.is_empty() || !table.notes.is_empty() {
        page.push('\n');
    }
    for note in deviations.iter().chain(&table.notes) {
        writeln!(page, "- {}", note.replace('*', "\\*")).unwrap();
    }
}
