//! A todo list in a terminal. Each row measures the file or folder that its text names; the list has undo, and a file.
//!
//! ```text
//! cargo run --example todos
//! add README.md · done 1 · move 2 1 · remove 1 · undo · redo · save todos.json · load todos.json
//! ```
//!
//! One declared graph: a row has its own signals and its own work, the list is never reconciled by hand, and undo and
//! the file are its state as plain data. Read from top to bottom: the graph, the work, the commands, the loop.

use std::{error::Error, fs, io};

use serde::{Deserialize, Serialize};
use signal_kernel::{AsyncStatus, reactive, resource};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::{select, task::spawn_blocking};
use walkdir::WalkDir;

reactive! {
    // Makes `SavedTodo`, a plain struct of the signals. The derives are those of this program.
    #[state(SavedTodo, derive(Clone, PartialEq, Serialize, Deserialize))]
    struct Todo {
        signal text: String = String::new();
        signal done: bool = false;

        // Starts with the row and whenever `text` changes; a row that is removed drops it.
        resource size = size_of(text);

        computed label: String = {
            let size = match (size.status(), size.value()) {
                (AsyncStatus::Pending, _) => ", measuring".to_owned(),
                (_, Some(bytes)) => format!(", {bytes} bytes"),
                _ => String::new(), // no file has this name
            };
            format!("[{}] {text}{size}", if *done { 'x' } else { ' ' })
        };
    }

    #[state(SavedTodos, derive(Clone, PartialEq, Serialize, Deserialize))]
    struct Todos {
        signal next: u64 = 1; // the key of the next row
        list rows: Todo by u64 => |_| Todo();

        // `each` depends on this one node of each row: a new text or a finished measurement runs no filter.
        computed left: usize = rows.each(Todo::done).filter(|done| !**done).count();
        computed bytes: u64 = rows.each(Todo::size).filter_map(|size| size.value()).sum();

        // Runs once after each command, and when a measurement has come to its end.
        effect show {
            for (number, row) in (1..).zip(rows.values()) {
                println!("{number} {}", row.label());
            }
            println!("{left} of {} to do, {bytes} bytes\n", rows.len());
        }
    }
}

/// The bytes of a file, or of all files in a folder. The thread goes on if this future is dropped, but nothing hears of
/// it.
#[resource]
async fn size_of(name: String) -> io::Result<u64> {
    let measure = || {
        let files = WalkDir::new(name).into_iter().filter(|entry| {
            let is_folder = |entry: &walkdir::DirEntry| entry.file_type().is_dir();
            !entry.as_ref().is_ok_and(is_folder)
        });
        files.map(|file| Ok(file?.metadata()?.len())).sum()
    };
    spawn_blocking(measure).await?
}

/// The states before and after the one that is shown.
#[derive(Default)]
struct History {
    undo: Vec<SavedTodos>,
    redo: Vec<SavedTodos>,
}

const COMMANDS: &str = "add TEXT, done N, move N N, remove N, undo, redo, save FILE, load FILE";

/// Carries out one line. After an error the list is as it was before.
fn carry_out(line: &str, todos: &mut Todos, history: &mut History) -> Result<(), Box<dyn Error>> {
    let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
    let before = todos.state();
    match (command, rest.trim()) {
        ("", _) => {}
        // A batch: one settle, one run of each effect, whatever is written.
        ("add", text) if !text.is_empty() => todos.batch(|todos| {
            let key = *todos.next();
            todos.set_next(key + 1);
            todos.rows_mut().insert(key).set_text(text.to_owned());
        }),
        ("done", number) => {
            let key = key_of(todos, number)?;
            todos.update_rows(|rows| rows.row_mut(&key).map(|mut row| row.set_done(true)));
        }
        ("move", numbers) => {
            let (from, to) = numbers
                .split_once(' ')
                .ok_or("move which row to which number?")?;
            let (key, index) = (key_of(todos, from)?, index_of(todos, to)?);
            todos.update_rows(|rows| rows.move_to(&key, index));
        }
        ("remove", number) => {
            let key = key_of(todos, number)?;
            todos.update_rows(|rows| rows.remove(&key));
        }
        ("undo", "") => return step(todos, &mut history.undo, &mut history.redo),
        ("redo", "") => return step(todos, &mut history.redo, &mut history.undo),
        ("save", file) if !file.is_empty() => {
            let text = serde_json::to_string_pretty(&before)?;
            fs::write(file, text).map_err(|error| format!("{file}: {error}"))?;
        }
        ("load", file) if !file.is_empty() => {
            let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
            let state = serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
            todos.restore(state);
        }
        _ => return Err(format!("`{line}`? The commands are {COMMANDS}").into()),
    }
    if todos.state() != before {
        history.undo.push(before);
        history.redo.clear();
    }
    Ok(())
}

/// Goes to the last state of `from`. Rows that are in both states stay, with their measurements.
fn step(
    todos: &mut Todos,
    from: &mut Vec<SavedTodos>,
    back: &mut Vec<SavedTodos>,
) -> Result<(), Box<dyn Error>> {
    let state = from.pop().ok_or("there is no such state")?;
    back.push(todos.state());
    todos.restore(state);
    Ok(())
}

/// The index of a row by the number that is shown before it.
fn index_of(todos: &Todos, number: &str) -> Result<usize, String> {
    let count = todos.rows().len();
    let number = number
        .trim()
        .parse()
        .ok()
        .filter(|number| (1..=count).contains(number));
    number
        .map(|number| number - 1)
        .ok_or_else(|| format!("no such row: there are {count}"))
}

fn key_of(todos: &Todos, number: &str) -> Result<u64, String> {
    let row = todos.rows().get_index(index_of(todos, number)?);
    row.map(|(key, _)| *key)
        .ok_or_else(|| "no such row".to_owned())
}

// Any executor will do: the graph has none, the program polls it.
#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    println!("{COMMANDS}\n");
    let (mut todos, mut history) = (Todos::new(), History::default());
    let mut lines = BufReader::new(tokio::io::stdin()).split(b'\n');
    loop {
        select! {
            // Drives the work of all rows. A line ends this wait, and no measurement.
            () = todos.progress() => {}
            line = lines.next_segment() => match line? {
                Some(line) => {
                    let line = String::from_utf8_lossy(&line);
                    if let Err(error) = carry_out(line.trim(), &mut todos, &mut history) {
                        println!("{error}\n");
                    }
                }
                None => break,
            }
        }
    }
    todos.settled().await;
    Ok(())
}
