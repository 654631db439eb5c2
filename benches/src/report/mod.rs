//! The results of a run as tables, and the format of figures.
//!
//! Invariants: the figure of a wrong answer is marked in every table.
//!
//! Must not know: the workloads, and the method.

mod markdown;
mod plot;

pub use markdown::markdown;
pub use plot::plot;

use crate::{meter::Fault, round::Samples};
use serde_json::{Map, Value, json};

/// Rows by sides.
pub struct Table {
    pub section: &'static str,
    pub title: String,
    /// The unit of the figures.
    pub unit: &'static str,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// Notes for readers, one sentence each.
    pub notes: Vec<String>,
}

pub struct Row {
    pub name: String,
    pub operation: String,
    pub about: String,
    pub cells: Vec<Cell>,
}

/// One figure, or the reason why there is none.
#[derive(Clone, Default)]
pub struct Cell {
    pub figure: Option<f64>,
    /// A second one: allocations beside bytes.
    pub second: Option<f64>,
    pub min: Option<f64>,
    pub faults: Vec<String>,
    pub absent: Option<String>,
}

impl Cell {
    pub fn of(samples: &Samples) -> Self {
        Cell {
            figure: samples.median(),
            second: None,
            min: samples.min(),
            faults: samples.faults.iter().map(Fault::to_string).collect(),
            absent: samples.absent.clone(),
        }
    }

    pub fn figure(figure: f64) -> Self {
        Cell {
            figure: Some(figure),
            ..Cell::default()
        }
    }

    pub fn text(&self) -> String {
        let Some(number) = self.figure else {
            return match &self.absent {
                Some(why) if why.starts_with("panics") => "panics".to_owned(),
                Some(why) if why != "not expressed" => "skip".to_owned(),
                _ => "-".to_owned(),
            };
        };
        let star = if self.faults.is_empty() { "" } else { "*" };
        match self.second {
            Some(second) => format!("{} / {second:.1}{star}", written(number)),
            None => format!("{}{star}", written(number)),
        }
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        let rounded = |number: f64| json!((number * 1000.0).round() / 1000.0);
        let figures = [
            ("median", self.figure),
            ("min", self.min),
            ("allocations", self.second),
        ];
        for (name, figure) in figures {
            if let Some(figure) = figure {
                object.insert(name.to_owned(), rounded(figure));
            }
        }
        if !self.faults.is_empty() {
            object.insert("wrong".to_owned(), json!(self.faults));
        }
        if let Some(absent) = &self.absent {
            object.insert("absent".to_owned(), json!(absent));
        }
        Value::Object(object)
    }
}

/// Three significant digits or so; thousands as `k` from 100 000 on.
pub fn written(number: f64) -> String {
    let size = number.abs();
    match () {
        () if size < 0.005 => "0".to_owned(),
        () if size >= 99_500_000.0 => format!("{:.0}M", number / 1e6),
        () if size >= 9_950_000.0 => format!("{:.1}M", number / 1e6),
        () if size >= 99_500.0 => format!("{:.0}k", number / 1e3),
        () if size >= 9_950.0 => format!("{:.1}k", number / 1e3),
        () if size >= 99.5 => format!("{number:.0}"),
        () if size >= 9.95 => format!("{number:.1}"),
        () => format!("{number:.2}"),
    }
}

impl Table {
    pub fn print(&self) {
        println!("\n{} ({})", self.title, self.unit);
        let lead = self.rows.iter().map(|row| row.name.len()).max();
        let lead = lead.unwrap_or(0).max(8);
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row.cells[column].text().len());
            cells.max().unwrap_or(0).max(self.columns[column].len()) + 2
        };
        print!("{:lead$}", "");
        for (column, name) in self.columns.iter().enumerate() {
            let width = width(column);
            print!("{name:>width$}");
        }
        println!();
        for row in &self.rows {
            print!("{:lead$}", row.name);
            for (column, cell) in row.cells.iter().enumerate() {
                let (cell, width) = (cell.text(), width(column));
                print!("{cell:>width$}");
            }
            println!();
        }
        for note in self.deviations().iter().chain(&self.notes) {
            println!("  {note}");
        }
    }

    /// Each wrong answer and each skipped cell, in words; the same reason once for a side.
    pub fn deviations(&self) -> Vec<String> {
        let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
        for (column, side) in self.columns.iter().enumerate() {
            for row in &self.rows {
                let cell = &row.cells[column];
                let absent = cell.absent.iter().filter(|why| *why != "not expressed");
                for reason in
                    cell.faults
                        .iter()
                        .map(|fault| format!("* {fault}"))
                        .chain(absent.map(|why| match why.starts_with("panics") {
                            true => why.clone(),
                            false => format!("skipped, {why}"),
                        }))
                {
                    let line = format!("{side}: {reason}");
                    match lines.iter_mut().find(|(known, _)| *known == line) {
                        Some((_, rows)) => rows.push(&row.name),
                        None => lines.push((line, vec![&row.name])),
                    }
                }
            }
        }
        let line = |(line, rows): (String, Vec<&str>)| format!("{line} ({})", rows.join("; "));
        lines.into_iter().map(line).collect()
    }

    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let sides = self
                .columns
                .iter()
                .cloned()
                .zip(row.cells.iter().map(Cell::json));
            json!({
                "row": row.name,
                "operation": row.operation,
                "sides": Map::from_iter(sides),
            })
        });
        json!({
            "section": self.section,
            "title": self.title,
            "unit": self.unit,
            "rows": rows.collect::<Vec<_>>(),
            "notes": self.notes,
        })
    }
}
