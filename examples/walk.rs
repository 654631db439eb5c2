//! The quickstart without its graph: a walk through the text files of a folder, and printing.
//!
//! Invariants: a walk checks its token before every file; it names a file that it cannot search, and goes on.
//!
//! Must not know: the graph.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{fs, process};

use signal_kernel::CancelToken;
use tokio::sync::Notify;
use walkdir::{DirEntry, WalkDir};

/// From this many files on, a walk is long.
const LONG: usize = 10;

/// Files of more bytes are not searched.
const LARGE: u64 = 1 << 24;

/// The number of lines of a long list that are shown.
const FEW: usize = 5;

pub(crate) struct Walk {
    folder: PathBuf,
    pub(crate) query: String,
    /// The number of files that were searched so far.
    pub(crate) files: AtomicUsize,
    /// Notified once, if this walk is long.
    long: Arc<Notify>,
    pub(crate) token: CancelToken,
}

#[derive(Default)]
pub(crate) struct Found {
    pub(crate) files: usize,
    pub(crate) hits: Vec<Hits>,
    /// Paths that could not be searched, by the reason.
    pub(crate) skipped: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, PartialEq)]
pub(crate) struct Hits {
    file: String,
    /// The path of the first one.
    line: usize,
    pub(crate) count: usize,
}

impl Display for Hits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Hits { file, line, count } = self;
        write!(f, "{count:>6} × {file}:{line}")
    }
}

impl Walk {
    pub(crate) fn new(
        folder: PathBuf,
        query: String,
        long: Arc<Notify>,
        token: CancelToken,
    ) -> Self {
        Walk {
            folder,
            query,
            files: AtomicUsize::new(0),
            long,
            token,
        }
    }

    /// Blocks until every file was searched, or the walk was cancelled.
    pub(crate) fn run(&self) -> io::Result<Found> {
        fs::read_dir(&self.folder)?; // without the folder itself there is nothing to do
        let mut found = Found::default();
        let entries = WalkDir::new(&self.folder).sort_by_file_name();
        for entry in entries.into_iter().filter_entry(is_wanted) {
            if self.token.is_cancelled() {
                break;
            }
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    self.search(entry.path(), &mut found);
                    found.files = self.files.fetch_add(1, Relaxed) + 1;
                    if found.files == LONG {
                        self.long.notify_one();
                    }
                }
                Ok(_) => {} // a folder, a link, a pipe
                Err(error) => {
                    let name = self.name(error.path().unwrap_or(&self.folder));
                    let why = error
                        .into_io_error()
                        .map_or("a loop".to_owned(), |it| it.to_string());
                    found.skipped.entry(why).or_default().push(name);
                }
            }
        }
        Ok(found)
    }

    fn search(&self, path: &Path, found: &mut Found) {
        let file = self.name(path);
        match text(path) {
            Ok(text) => {
                if let Some(first) = text.find(&self.query) {
                    let line = text[..first].matches('\n').count() + 1;
                    let count = text.matches(&self.query).count();
                    found.hits.push(Hits { file, line, count });
                }
            }
            Err(why) => found.skipped.entry(why).or_default().push(file),
        }
    }

    /// A path within the folder, as it is shown.
    fn name(&self, path: &Path) -> String {
        shown(path.strip_prefix(&self.folder).unwrap_or(path))
    }
}

/// The text of a path with its control characters escaped: the name of a file must not drive the terminal.
pub(crate) fn shown(path: &Path) -> String {
    let mut shown = String::new();
    for letter in path.to_string_lossy().chars() {
        match letter.is_control() {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    shown
}

/// False for hidden folders, such as `.git`, and for cargo's `target`.
fn is_wanted(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let unwanted = name == "target" || name.as_encoded_bytes().starts_with(b".");
    entry.depth() == 0 || !entry.file_type().is_dir() || !unwanted
}

/// The text of a file, or the reason why there is none.
fn text(path: &Path) -> Result<String, String> {
    if fs::metadata(path).is_ok_and(|it| it.len() > LARGE) {
        return Err("too large".to_owned());
    }
    match fs::read_to_string(path) {
        Ok(text) if !text.contains('\0') => Ok(text),
        Err(error) if error.kind() != ErrorKind::InvalidData => Err(error.to_string()),
        _ => Err("binary, or not UTF-8".to_owned()),
    }
}

/// One line about the paths that were skipped for the same reason.
pub(crate) fn skipped(why: &str, names: &[String]) -> String {
    let few = names[..names.len().min(FEW)].join(", ");
    let more = if names.len() > FEW { ", …" } else { "" };
    format!("{:>6} skipped ({why}): {few}{more}", names.len())
}

/// The first few of many lines.
pub(crate) fn some(lines: impl ExactSizeIterator<Item = String>) {
    let more = lines.len().saturating_sub(FEW);
    lines.take(FEW).for_each(say);
    if more > 0 {
        say(format!("       … and {more} more"));
    }
}

/// Like `println!`, but the program ends if its output is closed, as in `| head -1`.
pub(crate) fn say(line: impl Display) {
    if let Err(error) = writeln!(io::stdout(), "{line}") {
        process::exit(i32::from(error.kind() != ErrorKind::BrokenPipe));
    }
}
