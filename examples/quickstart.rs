//! Live search over real files:
//!
//! ```text
//! cargo run --example quickstart                  then type a word and Enter, and another one
//! cargo run --example quickstart -- signal-kernel/src reactive graph
//! ```
//!
//! Type on before the answer is there, and the walk through the files is dropped: it stops at its
//! next file, and its answer to the outdated query is never seen. Read from top to bottom:
//! the graph, the work that feeds it, the program that drives it. `walk` is the rest, plain Rust.

mod walk;

use std::cmp::Reverse;
use std::sync::{Arc, atomic::Ordering};
use std::{env, io, path::Path, path::PathBuf, process::ExitCode};

use signal_kernel::{AsyncStatus, CancelToken, reactive, resource};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::task::{spawn_blocking, yield_now};
use tokio::{select, sync::Notify};
use walk::{Found, Hits, Walk, say, shown, skipped, some};

// Makes a struct with `new`, a getter for each name and a setter for each `signal`. The
// macro finds the dependencies in the bodies at compile time: a cycle or a misspelt name is a compile error.
reactive! {
    struct Search {
        // Plain data. Without a value here it is a parameter of `new`.
        let folder: PathBuf;
        let long: Arc<Notify>; // notified when a walk takes long

        // Input. An equal value is no change, unless the signal says otherwise: here, the same word
        // typed again asks whether the files have changed.
        #[eq(never)]
        signal query: String = String::new();

        // Work in flight is state too: it starts anew when a node that its arguments name has
        // changed. `?` is for "no input": without a query there is no work and no answer.
        resource answer = search(folder, (!query.is_empty()).then(|| query.clone())?, long);

        // Derived, and kept: computed once for each answer, however often it is read.
        computed ranking: Vec<Hits> = {
            let mut ranking = answer.value().map_or(Vec::new(), |found| found.hits.clone());
            ranking.sort_by_key(|hits| Reverse(hits.count));
            ranking
        };
        computed total: usize = ranking.iter().map(|hits| hits.count).sum();

        // Runs when a node that it names has changed, once all these nodes are up to date.
        effect show {
            match (answer.status(), answer.value(), answer.error()) {
                (AsyncStatus::Success, Some(found), _) => {
                    let hits = ranking.len();
                    say(format!("{query:?}: {total} × in {hits} of {} files", found.files));
                    some(ranking.iter().map(Hits::to_string));
                    some(found.skipped.iter().map(|(why, names)| skipped(why, names)));
                }
                (_, _, Some(error)) => say(format!("{query:?}: cannot search {folder:?}: {error}")),
                _ => {} // no query, or still walking: `value()` answers the query before this one
            }
        }
    }
}

/// Any async function with owned arguments. To drop its future does not stop the thread that it waits for: the token
/// does.
#[resource]
async fn search(
    folder: PathBuf,
    query: String,
    long: Arc<Notify>,
    #[cancel] token: CancelToken,
) -> io::Result<Found> {
    let walk = Arc::new(Walk::new(folder, query, long, token));
    let _farewell = Farewell(Arc::clone(&walk));
    let found = spawn_blocking(move || walk.run()).await?;
    yield_now().await; // newer input goes first
    found
}

/// To cancel is to drop: the data of the work is gone before its successor starts.
struct Farewell(Arc<Walk>);

impl Drop for Farewell {
    fn drop(&mut self) {
        let (query, files) = (&self.0.query, self.0.files.load(Ordering::Relaxed));
        // There is a reason only if the work did not complete.
        if let Some(reason) = self.0.token.reason() {
            say(format!("{query:?}: dropped at file {files}, {reason}"));
        }
    }
}

// Any executor will do: the graph has none, the program polls it.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut arguments = env::args_os().skip(1);
    let folder = match arguments.next() {
        Some(option) if option == "--help" => {
            say(USAGE);
            return ExitCode::SUCCESS;
        }
        Some(option) if option.as_encoded_bytes().starts_with(b"-") => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
        Some(folder) => folder.into(),
        None => examples.parent().unwrap_or(examples).to_owned(),
    };
    let mut queries: Vec<_> = arguments.map(|it| it.to_string_lossy().into()).collect();

    let long = Arc::new(Notify::new());
    let mut graph = Search::new(folder, Arc::clone(&long));

    if queries.is_empty() {
        let folder = shown(graph.folder());
        say(format!("Searching {folder}: type a word, then Enter."));
        let mut lines = BufReader::new(tokio::io::stdin()).split(b'\n');
        loop {
            select! {
                biased;
                // Commits the answer and runs the effects. If a line comes first, only this wait
                // is dropped: the walk goes on, unless the line changes the query.
                () = graph.progress() => {}
                line = lines.next_segment() => match line {
                    Ok(Some(line)) => graph.set_query(String::from_utf8_lossy(&line).trim().into()),
                    _ => break,
                }
            }
        }
        if graph.answer().token() == 0 {
            say("Nothing was asked. This is a user who types \"signal\" quickly:");
            queries = ["s", "si", "signal"].map(String::from).into();
        }
    }
    for query in queries {
        graph.set_query(query);
        select! { // the user types on if there is no answer by the tenth file
            biased;
            () = long.notified() => {}
            () = graph.settled() => {}
        }
    }
    graph.settled().await; // the input has ended
    ExitCode::from(u8::from(graph.answer().error().is_some()))
}

const USAGE: &str = "usage: quickstart [FOLDER [QUERY]...]
Searches the files of FOLDER (this repository) for each QUERY, or for each line of the input.
The next QUERY comes at the tenth file, or after the answer; a line comes when it is typed.";
