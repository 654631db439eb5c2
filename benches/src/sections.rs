//! The parts of a run: writes, lists, async work, growth, memory; each prints its tables as it ends.
//!
//! Invariants: a fault of one of our sides is remembered in `wrong`.
//!
//! Must not know: the graphs of a side.

use serde_json::Value;
use signal_kernel_benches::{
    arguments::{Arguments, home},
    growth::{self, Growth},
    heap,
    library::Library,
    lists,
    meter::{Fault, Meter},
    report::{Cell, Row, Table},
    resources,
    round::{Rounds, Samples, Turn},
    side::{Kind, Side},
    sides, storm,
    workloads::WORKLOADS,
};
use std::{cell::Cell as Shared, collections::BTreeSet, process::Command, time::Duration};

pub struct Run<'a> {
    arguments: &'a Arguments,
    rounds: Rounds,
    pub tables: Vec<Table>,
    /// Multiples of hand-written code, for the plot.
    pub ratios: Option<Table>,
    /// The deviations of our sides.
    pub wrong: BTreeSet<String>,
}

impl<'a> Run<'a> {
    pub fn new(arguments: &'a Arguments) -> Self {
        Run {
            arguments,
            rounds: Rounds::new(arguments),
            tables: Vec::new(),
            ratios: None,
            wrong: BTreeSet::new(),
        }
    }

    /// The number of repetitions that count although the machine was not quiet.
    pub fn disturbed(&self) -> usize {
        self.rounds.disturbed()
    }

    fn judge(&mut self, row: &str, name: &str, kind: Kind, samples: &Samples) {
        if kind != Kind::Peer {
            let panic = samples
                .absent
                .iter()
                .filter(|why| why.starts_with("panics"));
            let faults = samples.faults.iter().map(Fault::to_string);
            for fault in faults.chain(panic.cloned()) {
                self.wrong.insert(format!("{name}, {row}: {fault}"));
            }
        }
    }

    fn show(&mut self, table: Table) {
        if !table.rows.is_empty() {
            table.print();
            self.tables.push(table);
        }
    }

    pub fn writes(&mut self) {
        let arguments = self.arguments;
        let mut sides = sides::all();
        sides.retain(|side| side.kind == Kind::Hand || arguments.wants_side(side.name));
        let names: Vec<String> = sides.iter().map(|side| side.name.to_owned()).collect();
        let mut times = table(
            "writes",
            "Writes",
            "nanoseconds per operation",
            names.clone(),
        );
        let mut multiples = table("", "", "", names[1..].to_vec());
        let mut columns = Vec::new();
        for side in sides.iter().filter(|side| side.kind == Kind::Ours) {
            columns.extend([
                format!("{} / hand", side.name),
                format!("{} / best peer", side.name),
            ]);
        }
        let mut ratios = table(
            "writes",
            "Ratios",
            "medians of the ratios of one round",
            columns,
        );
        for workload in WORKLOADS {
            if !arguments.wants("writes", workload.name) {
                continue;
            }
            let turn = |side: &'_ Side| -> Result<Turn<'_>, String> {
                let (run, name) = (side.run, workload.name);
                match side.skips(name) {
                    Some(why) => Err(why.to_owned()),
                    None => Ok(Box::new(move |meter| run(name, meter))),
                }
            };
            let samples = self.rounds.row(sides.iter().map(turn).collect());
            for (side, samples) in sides.iter().zip(&samples) {
                self.judge(workload.name, side.name, side.kind, samples);
            }
            let row = |cells| Row {
                name: workload.name.to_owned(),
                operation: workload.operation.to_owned(),
                about: workload.about.to_owned(),
                cells,
            };
            let best = sides
                .iter()
                .zip(&samples)
                .filter(|(side, samples)| side.kind == Kind::Peer && samples.faults.is_empty())
                .filter(|(_, samples)| !samples.nanos.is_empty())
                .min_by(|(_, a), (_, b)| a.median().unwrap().total_cmp(&b.median().unwrap()));
            let mut cells = Vec::new();
            for (side, ours) in sides.iter().zip(&samples) {
                if side.kind == Kind::Ours {
                    cells.push(ratio(ours, &samples[0]));
                    cells.push(best.map_or(Cell::default(), |(_, best)| ratio(ours, best)));
                }
            }
            ratios.rows.push(row(cells));
            times.rows.push(row(samples.iter().map(Cell::of).collect()));
            let multiple = samples[1..].iter().map(|of| ratio(of, &samples[0]));
            multiples.rows.push(row(multiple.collect()));
        }
        self.show(times);
        self.show(ratios);
        self.ratios = (!multiples.rows.is_empty()).then_some(multiples);
    }

    /// Measures and judges all sides of a row.
    fn row_of_times<'side>(
        &mut self,
        name: &str,
        operation: &str,
        turns: Vec<Result<Turn<'_>, String>>,
        sides: impl Iterator<Item = (&'side str, Kind)>,
    ) -> Row {
        let samples = self.rounds.row(turns);
        for ((side, kind), samples) in sides.zip(&samples) {
            self.judge(name, side, kind, samples);
        }
        Row {
            name: name.to_owned(),
            operation: operation.to_owned(),
            about: String::new(),
            cells: samples.iter().map(Cell::of).collect(),
        }
    }

    pub fn lists(&mut self) {
        let arguments = self.arguments;
        let mut sides = lists::all();
        sides.retain(|side| side.kind == Kind::Hand || arguments.wants_side(side.name));
        let names = sides.iter().map(|side| side.name.to_owned()).collect();
        let mut times = table("lists", "Lists", "nanoseconds per operation", names);
        for (index, (name, operation)) in lists::ROWS.into_iter().enumerate() {
            if !arguments.wants("lists", name) {
                continue;
            }
            let turns = sides.iter().map(|side| list_turn(side, index));
            let sides = sides.iter().map(|side| (side.name, side.kind));
            times
                .rows
                .push(self.row_of_times(name, operation, turns.collect(), sides));
        }
        self.show(times);
    }

    pub fn async_work(&mut self) {
        let arguments = self.arguments;
        let mut sides = resources::all();
        sides.retain(|side| side.kind == Kind::Hand || arguments.wants_side(side.name));
        let names = sides.iter().map(|side| side.name.to_owned()).collect();
        let mut times = table("async", "Async work", "nanoseconds per operation", names);
        for (index, (name, operation)) in storm::ROWS.into_iter().enumerate() {
            if !arguments.wants("async", name) {
                continue;
            }
            let turn = |side| -> Result<Turn<'_>, String> {
                Ok(Box::new(move |meter| storm::run(side, index, meter)))
            };
            let turns = sides.iter().map(turn).collect();
            let sides = sides.iter().map(|side| (side.name, side.kind));
            times
                .rows
                .push(self.row_of_times(name, operation, turns, sides));
        }
        if !times.rows.is_empty() {
            for side in &sides {
                let fate = storm::fate(side);
                if side.kind != Kind::Peer && !fate.is_right {
                    self.wrong.insert(format!("{}: {}", side.name, fate.story));
                }
                times.notes.push(format!("{}: {}", side.name, fate.story));
            }
        }
        self.show(times);
    }

    pub fn growth(&mut self) {
        let arguments = self.arguments;
        for growth in Growth::ALL {
            if !arguments.wants("growth", growth.name()) {
                continue;
            }
            let unit = "nanoseconds per operation";
            let mut table = table(
                "growth",
                &format!("Growth: {}", growth.operation()),
                unit,
                vec![],
            );
            let sizes = growth::SIZES
                .into_iter()
                .filter(|size| !arguments.quick || *size <= 1000);
            let sizes: Vec<usize> = sizes.collect();
            table.rows.extend(sizes.iter().map(|size| Row {
                name: format!("{} {size}", growth.name()),
                operation: growth.operation().to_owned(),
                about: String::new(),
                cells: Vec::new(),
            }));
            macro_rules! each {
                ($library:ty) => {
                    if arguments.wants_side(<$library>::NAME) {
                        table.columns.push(<$library>::NAME.to_owned());
                        let slow = Shared::new(false);
                        for (row, &size) in table.rows.iter_mut().zip(&sizes) {
                            let cell = self.grown::<$library>(growth, size, &slow);
                            row.cells.push(cell);
                        }
                    }
                };
            }
            signal_kernel_benches::for_each_library!(each);
            if !table.columns.is_empty() {
                self.show(table);
            }
        }
    }

    fn grown<L: Library>(&mut self, growth: Growth, size: usize, slow: &Shared<bool>) -> Cell {
        let (turns, fastest) = (Shared::new(0), Shared::new(Duration::MAX));
        let last = Shared::new(None);
        let turn: Result<Turn<'_>, String> = match slow.get() {
            true => Err("it takes too long".to_owned()),
            false => Ok(Box::new(|meter: &Meter| {
                if turns.get() < 2 || fastest.get() <= growth::PATIENCE {
                    let took = growth::run::<L>(growth, size, meter);
                    fastest.set(fastest.get().min(took));
                    turns.set(turns.get() + 1);
                    last.set(meter.nanos());
                } else {
                    meter.as_before(last.get());
                }
                true
            })),
        };
        let samples = self.rounds.row(vec![turn]).remove(0);
        slow.set(slow.get() || fastest.get() > growth::PATIENCE);
        let kind = if L::IS_OURS { Kind::Ours } else { Kind::Peer };
        self.judge(growth.name(), L::NAME, kind, &samples);
        Cell::of(&samples)
    }

    /// Counted in a process of its own, since counting slows allocations down.
    pub fn memory(&mut self) {
        if !self.arguments.wants("memory", "memory") {
            return;
        }
        match counted() {
            Ok(sides) => self.show(memory_table(&sides, self.arguments)),
            Err(why) => {
                self.wrong.insert(format!("memory: {why}"));
            }
        }
    }
}

fn list_turn(side: &lists::ListSide, row: usize) -> Result<Turn<'_>, String> {
    let (name, _) = lists::ROWS[row];
    match side.skip.iter().find(|(skipped, _)| *skipped == name) {
        Some((_, why)) => Err((*why).to_owned()),
        None => Ok(Box::new(move |meter| lists::run(side, row, meter))),
    }
}

fn counted() -> Result<serde_json::Map<String, Value>, String> {
    let cargo = std::env::var("CARGO").unwrap_or("cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args([
        "run",
        "--quiet",
        "--release",
        "--bin",
        "memory",
        "--manifest-path",
    ]);
    command.arg(home().join("Cargo.toml"));
    // The features of this build, so that nothing is built twice.
    if !cfg!(feature = "peers") {
        command.arg("--no-default-features");
    }
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    match serde_json::from_slice(&output.stdout) {
        Ok(Value::Object(sides)) => Ok(sides),
        other => Err(format!("{other:?}")),
    }
}

fn memory_table(sides: &serde_json::Map<String, Value>, arguments: &Arguments) -> Table {
    let wanted = || sides.iter().filter(|(name, _)| arguments.wants_side(name));
    let columns = wanted().map(|(name, _)| name.clone()).collect();
    let unit = "bytes / allocations for each";
    let mut table = table("memory", "Memory", unit, columns);
    for (index, name) in heap::ROWS.into_iter().enumerate() {
        let cell = |(_, figures): (&String, &Value)| match figures[index][0].as_f64() {
            Some(bytes) => Cell {
                figure: Some(bytes),
                second: figures[index][1].as_f64(),
                ..Cell::default()
            },
            None => Cell {
                absent: figures.as_str().map(|panic| format!("panics: {panic}")),
                ..Cell::default()
            },
        };
        table.rows.push(Row {
            name: name.to_owned(),
            operation: String::new(),
            about: String::new(),
            cells: wanted().map(cell).collect(),
        });
    }
    table
}

fn table(section: &'static str, title: &str, unit: &'static str, columns: Vec<String>) -> Table {
    Table {
        section,
        title: title.to_owned(),
        unit,
        columns,
        rows: Vec::new(),
        notes: Vec::new(),
    }
}

/// The median of the ratios within each round.
fn ratio(of: &Samples, to: &Samples) -> Cell {
    Cell {
        figure: of.ratio(to),
        min: None,
        ..Cell::of(of)
    }
}
