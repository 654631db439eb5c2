//! A small spreadsheet, made at run time from a file of formulas:
//!
//! ```text
//! cargo run --example dynamic                  then type `A1 = 5`, or `A1 = 5; B1 = A1 + 1`, and Enter
//! cargo run --example dynamic -- FILE
//! ```
//!
//! The file decides the dependencies of each cell, so the compiler cannot know them: cells are nodes of a dynamic
//! graph, and their dependencies are found while their formulas run. Read from top to bottom: a cell, the sheet, the
//! program. `formula` is the rest, plain Rust.

mod formula;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, BufRead, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::rc::Rc;
use std::{env, fs};

use formula::{Edit, Fault, Formula, Name, Value, edits, shown};
use signal_kernel::{
    Computed, ReadError, Scope, Signal, batch, computed, create_effect, scope, signal,
};

/// Handles on the nodes of a cell. Handles are `Copy`, even if the values of the nodes are not.
#[derive(Clone, Copy)]
struct Cell {
    /// The text that was typed. To set an equal formula is no change.
    formula: Signal<Option<Formula>>,
    /// Its value: computed when it is read, and kept until a dependency of the formula changes. An equal value
    /// changes nothing for its readers.
    value: Computed<Value>,
}

/// All cells that were ever named. The map is not reactive: when a formula is typed, the cells that it names are made,
/// so that each has a node to depend on even while the cell is empty.
type Cells = Rc<RefCell<BTreeMap<Name, Cell>>>;

struct Sheet {
    cells: Cells,
    /// Owns all nodes: the drop of the sheet disposes of them.
    nodes: Scope,
}

impl Sheet {
    fn new() -> Self {
        let (cells, nodes) = scope(Cells::default);
        Sheet { cells, nodes }
    }

    /// The cell of this name. A new one is empty.
    fn cell(&self, name: Name) -> Cell {
        let known = self.cells.borrow().get(&name).copied();
        known.unwrap_or_else(|| {
            let cell = self.nodes.run(|| make(name, self.cells.clone()));
            self.cells.borrow_mut().insert(name, cell);
            cell
        })
    }

    /// The graph settles once for all edits: no cell is computed twice or sees half of the edits, and only cells with
    /// another value in the end are shown.
    fn edit(&self, edits: Vec<Edit>) {
        batch(|| {
            for Edit { name, formula } in edits {
                let cell = self.cell(name);
                for other in formula.iter().flat_map(Formula::names) {
                    self.cell(other);
                }
                cell.formula.set(formula);
            }
        });
    }

    fn show(&self) {
        for (name, cell) in &*self.cells.borrow() {
            cell.formula.with(|formula| {
                if let Some(Formula { text, .. }) = formula {
                    let value = shown(&cell.value.get());
                    say(format!("{name}: {value}    = {text}"));
                }
            });
        }
    }
}

/// Makes the nodes of a cell. A name is for messages: without a name they give the line that made the node, which is
/// the same for all cells.
fn make(name: Name, cells: Cells) -> Cell {
    let formula = signal(None::<Formula>).named(format!("formula of {name}"));
    let value = computed(move || {
        formula.with(|formula| match formula {
            // The value depends on the cells that it reads in this run, and on no others.
            Some(formula) => formula.value(&|other| read(&cells, other)),
            None => Err(Fault::Empty(name)),
        })
    });
    let value = value.named(name.to_string());

    // Runs when the value has changed, after all values are up to date. A body may keep data of its own.
    let mut known = false;
    let show = move || match value.get() {
        Err(Fault::Empty(empty)) if empty == name => {
            if known {
                say(format!("{name}: empty"));
            }
            known = false;
        }
        value => {
            say(format!("{name}: {}", shown(&value)));
            known = true;
        }
    };
    create_effect(show).named(format!("show {name}"));
    Cell { formula, value }
}

/// The value of a cell, as a formula sees it.
///
/// Formulas may depend on each other in a circle. The read that would close the circle finds it: `try_get` returns the
/// way round as an error. In most programs that is a bug. Here it is a mistake of the user, and a value like others: it
/// reaches all cells of the circle. They still depend on each other, so they have their numbers again when one is
/// fixed.
fn read(cells: &Cells, name: Name) -> Value {
    let Some(Cell { value, .. }) = cells.borrow().get(&name).copied() else {
        return Err(Fault::Empty(name));
    };
    match value.try_get() {
        Ok(value) => value,
        Err(ReadError::Cycle(cycle)) => Err(Fault::Cycle(cycle.to_string().into())),
        Err(bug) => panic!("{bug}"),
    }
}

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let file = match (arguments.next(), arguments.next()) {
        (None, _) => None,
        (Some(option), None) if option == "--help" => {
            say(USAGE);
            return ExitCode::SUCCESS;
        }
        (Some(file), None) if !file.as_encoded_bytes().starts_with(b"-") => Some(file.into()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    // The first time, a formula that reads another one calls it: a column of ten thousand cells that add up is ten
    // thousand calls deep. If this thread's stack ends, it goes on in other memory.
    run(file)
}

fn run(file: Option<PathBuf>) -> ExitCode {
    let mut demo = file.is_none();
    let ours = || Path::new(env!("CARGO_MANIFEST_DIR")).join("sheet.txt");
    let file = file.unwrap_or_else(ours);
    let text = match fs::read(&file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("cannot read {}: {error}", file.display());
            return ExitCode::FAILURE;
        }
    };
    let sheet = Sheet::new();
    let (mut good, mut code) = (Vec::new(), ExitCode::SUCCESS);
    for (number, line) in (1..).zip(String::from_utf8_lossy(&text).lines()) {
        match edits(line) {
            Ok(edits) => good.extend(edits),
            Err(wrong) => {
                eprintln!("{}:{number}:{}: {wrong}", file.display(), wrong.column);
                code = ExitCode::FAILURE;
            }
        }
    }
    sheet.edit(good); // shows every cell
    if io::stdin().is_terminal() {
        say("Type `A1 = 5`, or more with `;` between them, then Enter; `show` or `quit`.");
    }

    for line in io::stdin().lock().split(b'\n').map_while(Result::ok) {
        demo = false;
        match String::from_utf8_lossy(&line).trim() {
            "quit" => break,
            "show" => sheet.show(),
            line => match edits(line) {
                Ok(edits) => sheet.edit(edits),
                Err(wrong) => {
                    let column = wrong.column;
                    say(format!("{line}\n{:>column$} column {column}: {wrong}", '^'));
                }
            },
        }
    }
    if demo {
        say("\nNothing was typed. These lines stand in for a user:");
        for line in DEMO {
            say(format!("\n> {line}"));
            sheet.edit(edits(line).unwrap_or_default());
        }
    }
    code
}

const DEMO: [&str; 6] = [
    "A2 = 2              # its dependents are computed, nothing else",
    "A1 = 1; A3 = 20     # two edits: everything is computed, and shown, once",
    "A1 = 3 - 2          # another formula, an equal value: nothing else is computed",
    "B2 = C7 / 4         # a cycle: the cells in it, and after it, have no value",
    "A3 = 1; C4 = 7      # all others work",
    "B2 = 400            # no cycle any more",
];

const USAGE: &str = "usage: dynamic [FILE]
Computes the sheet in FILE (examples/sheet.txt), then reads lines: `A1 = 5`, `A1 = 5; B1 = sum(A1:A9) / 2`,
`A1 =` to empty a cell, `show`, `quit`. Shows each cell that has changed.";

/// Like `println!`, but the program ends if its output is closed, as in `| head -1`.
fn say(line: impl Display) {
    if let Err(error) = writeln!(io::stdout(), "{line}") {
        process::exit(i32::from(error.kind() != ErrorKind::BrokenPipe));
    }
}
