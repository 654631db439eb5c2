//! The documents of the repository hold what they promise: behaviours have tests, links have targets.
//!
//! Must not know: the subjects of the documents.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each number stands once, with one of the three marks; a test names it exactly if it is held.
#[test]
fn each_behaviour_is_held_by_a_test_or_says_why_not() {
    let text = read(&workspace().join("tests/BEHAVIOURS.md"));
    let rows = text.lines().filter_map(|line| {
        let (number, rest) = line.strip_prefix("| ")?.split_once(" | ")?;
        let (mark, sentence) = rest.split_once(" | ")?;
        Some((number.parse::<u32>().ok()?, mark, sentence))
    });
    let mut numbers = Vec::new();
    let mut held = BTreeSet::new();
    for (number, mark, sentence) in rows {
        numbers.push(number);
        let reason = sentence.contains(" — ");
        match mark {
            "held" => assert!(held.insert(number) && !reason, "{number}"),
            "not yet" => assert!(sentence.contains(" — Waits for "), "{number}: for what?"),
            "not ours" => assert!(reason, "{number}: by which rule?"),
            mark => panic!("{number}: no such mark: {mark}"),
        }
    }
    assert_eq!(numbers, (1..=235).collect::<Vec<_>>());

    let mut named = BTreeSet::new();
    for folder in ["tests/tests", "tests/random"] {
        for file in files(&workspace().join(folder), "rs") {
            for name in read(&file).split("fn ").skip(1) {
                named.extend(numbers_of(name));
            }
        }
    }
    let untested: Vec<_> = held.difference(&named).collect();
    assert!(
        untested.is_empty(),
        "held, but no test says so: {untested:?}"
    );
    let unmarked: Vec<_> = named.difference(&held).collect();
    assert!(unmarked.is_empty(), "a test names them: {unmarked:?}");
}

/// `b106_b110_transactions` names 106 and 110.
fn numbers_of(name: &str) -> impl Iterator<Item = u32> {
    let parts = name.split('_').map_while(|part| part.strip_prefix('b'));
    let numbers = parts.map_while(|part| (part.len() == 3).then(|| part.parse().ok()).flatten());
    numbers.collect::<Vec<_>>().into_iter()
}

#[test]
fn each_relative_link_has_a_target() {
    let mut dead = Vec::new();
    for document in documents() {
        let text = read(&document);
        let folder = document.parent().expect("a folder");
        for rest in text.split("](").skip(1) {
            let (link, _) = rest.split_once(')').expect("a link ends");
            let (path, _) = link.split_once('#').unwrap_or((link, ""));
            // Links of rustdoc and of the web are checked elsewhere, or not at all.
            let foreign = path.contains("://") || path.contains("::") || path.contains('@');
            if !(path.is_empty() || foreign || folder.join(path).exists()) {
                dead.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// rustdoc compiles all examples as one program, unless one of them does not compile in a module: then it compiles each
/// for itself, which takes a minute. A path from the root of its crate needs `standalone_crate`.
#[test]
fn each_example_that_needs_a_crate_of_its_own_says_so() {
    let mut missing = Vec::new();
    for document in documents() {
        let text = read(&document);
        let blocks = text.split("\n```").skip(1).step_by(2);
        for block in blocks {
            let (fence, program) = block.split_once('\n').unwrap_or((block, ""));
            let is_example = ["", "rust", "no_run"].contains(&fence);
            if is_example && program.replace("$crate::", "").contains(" crate::") {
                missing.push(format!("{}: {program}", document.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The subject of a sentence is a noun. A clause in its place makes the reader go back.
#[test]
fn no_sentence_has_a_clause_for_its_subject() {
    let mut found = Vec::new();
    for document in documents() {
        for line in outside_of_code(read(&document).lines()) {
            if has_a_clause_for_a_subject(line) {
                found.push(format!("{}: {line}", document.display()));
            }
        }
    }
    for source in sources() {
        let text = read(&source);
        let comments = text.lines().filter_map(comment);
        for line in outside_of_code(comments) {
            if has_a_clause_for_a_subject(line) {
                found.push(format!("{}: {line}", source.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

fn has_a_clause_for_a_subject(line: &str) -> bool {
    let mut starts = line.split(". ").flat_map(|it| it.split(": "));
    let begins = |start: &str| {
        let start = start.trim_start_matches(['-', '*', '|', '>', ' ']);
        ["What ", "Who ", "Whoever ", "Where "]
            .into_iter()
            .any(|word| start.starts_with(word))
    };
    !line.ends_with('?') && starts.any(begins)
}

/// The lines that stand in no block of code.
fn outside_of_code<'a>(lines: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let mut is_code = false;
    lines.filter(move |line| {
        is_code ^= line.starts_with("```");
        !is_code
    })
}

/// The text of a line that is a comment.
fn comment(line: &str) -> Option<&str> {
    let text = line.trim_start().strip_prefix("//")?;
    Some(text.trim_start_matches(['/', '!']).trim_start())
}

/// A row that begins with a file and goes on with names in backticks: the file defines them.
#[test]
fn the_architecture_names_functions_where_they_are() {
    let mut lost = Vec::new();
    for row in read(&workspace().join("ARCHITECTURE.md")).lines() {
        let mut cells = row.split(" | ");
        let (Some(first), Some(second)) = (cells.next(), cells.next()) else {
            continue;
        };
        let path = first
            .split("](")
            .nth(1)
            .and_then(|it| it.strip_suffix(".rs)"));
        let (Some(path), true) = (path, second.starts_with('`')) else {
            continue;
        };
        let text = read(&workspace().join(format!("{path}.rs")));
        for name in second.split('`').skip(1).step_by(2) {
            let defines = |keyword| text.contains(&format!("{keyword} {name}"));
            let is_name = name
                .bytes()
                .all(|it| it == b'_' || it.is_ascii_alphanumeric());
            if is_name && !["fn", "const", "struct"].into_iter().any(defines) {
                lost.push(format!("{path}.rs: {name}"));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

/// All that users and contributors read, but for the results of the benches.
fn documents() -> Vec<PathBuf> {
    let mut documents = files(&workspace(), "md");
    documents.extend(files(&workspace().join("signal-kernel/docs"), "md"));
    documents.push(workspace().join("benches/NOTES.md"));
    documents.push(workspace().join("signal-kernel/CHANGELOG.md"));
    documents.push(workspace().join("tests/BEHAVIOURS.md"));
    documents
}

/// The recorded expansions have the comments of users.
const SNAPSHOTS: &str = "signal-kernel-macros/src/tests/snapshots";

/// The source files whose comments are read.
fn sources() -> Vec<PathBuf> {
    let folders = [
        "signal-kernel/src",
        "signal-kernel-macros/src",
        "benches/src",
        "examples",
        "tests/random",
        "tests/src",
        "tests/tests",
        "ui-tests/tests",
    ];
    let snapshots = workspace().join(SNAPSHOTS);
    let sources = folders.map(|folder| files(&workspace().join(folder), "rs"));
    let sources = sources.into_iter().flatten();
    sources
        .filter(|file| !file.starts_with(&snapshots))
        .collect()
}

/// The files in `folder` with this extension; of `.rs`, also those in folders inside.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && extension == "rs" && !path.ends_with("target") {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    folder.expect("the workspace").to_owned()
}
