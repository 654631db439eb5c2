//! The help of an editor inside of `reactive!` while code is being written, asked of a rust-analyzer.
//!
//! Each situation is one text with a cursor, `$0`. The source of the standard library is not needed: the texts contain
//! the items that they use of it. Analyzers differ between machines, so the test runs only if `SIGNAL_KERNEL_EDITOR`
//! names one: `SIGNAL_KERNEL_EDITOR=rust-analyzer cargo test --test editor`.

#[path = "editor/client.rs"]
mod client;
#[path = "editor/situations.rs"]
mod situations;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use client::{Client, uri};
use serde_json::{Value, json};
use situations::{Ask, SITUATIONS, Situation};

#[test]
fn an_editor_stays_alive() {
    let Ok(server) = env::var("SIGNAL_KERNEL_EDITOR") else {
        println!("SIGNAL_KERNEL_EDITOR names no analyzer: nothing was asked of one");
        return;
    };
    let workspace = workspace();
    let mut editor = Editor::open(&server, &workspace).expect("the analyzer answers");
    let mut failed = Vec::new();
    for situation in SITUATIONS {
        match editor.ask(situation) {
            Ok(()) => println!("works: {}", situation.name),
            Err(found) => {
                println!("FAILS: {}: {found}", situation.name);
                failed.push(situation.name);
            }
        }
    }
    assert!(failed.is_empty(), "{} fail: {failed:#?}", failed.len());
}

/// A crate of its own that depends on `signal-kernel`, as a user's crate does.
fn workspace() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let workspace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    let manifest = format!(
        "[package]\nname = \"edited\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nsignal-kernel = {{ path = {:?} }}\n\n[workspace]\n",
        root.join("signal-kernel")
    );
    fs::create_dir_all(workspace.join("src")).expect("a folder");
    fs::create_dir_all(workspace.join("library")).expect("a folder");
    fs::write(workspace.join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(workspace.join("src/lib.rs"), "").expect("a file");
    // The same versions as in this workspace: they need no network.
    fs::copy(root.join("Cargo.lock"), workspace.join("Cargo.lock")).expect("a lock file");
    workspace
}

struct Editor {
    client: Client,
    file: String,
    version: u64,
}

impl Editor {
    fn open(server: &str, workspace: &Path) -> Option<Self> {
        let options = json!({
            "checkOnSave": false,
            "cachePriming": { "enable": false },
            "cargo": {
                // An empty folder: without this setting, the analyzer has rustup download the source.
                "sysrootSrc": workspace.join("library"),
                "buildScripts": { "enable": true },
                "extraEnv": { "CARGO_NET_OFFLINE": "true" },
                "targetDir": workspace.join("target"),
            },
            "procMacro": { "enable": true },
        });
        let mut client = Client::start(server, workspace, options)?;
        let file = uri(&workspace.join("src/lib.rs"));
        let status = client.loaded();
        // A warning says that the source of the standard library is missing, which is allowed.
        assert_ne!(status["health"], "error", "{status}");
        client.notify(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": file, "languageId": "rust", "version": 1, "text": "" } }),
        );
        Some(Self {
            client,
            file,
            version: 1,
        })
    }

    fn ask(&mut self, situation: &Situation) -> Result<(), String> {
        let (text, cursor) = situation.text();
        self.version += 1;
        self.client.notify(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": self.file, "version": self.version },
                "contentChanges": [{ "text": text }],
            }),
        );
        let mut at =
            json!({ "textDocument": { "uri": self.file }, "position": position(&text, cursor) });
        match situation.ask {
            Ask::Complete(expected) => {
                let answer = self.client.request("textDocument/completion", at);
                let labels = labels(&answer);
                expect_all(expected, &labels)
            }
            Ask::Definition(expected) => {
                let answer = self.client.request("textDocument/definition", at);
                let places = places(&answer, &text);
                expect_only(&[expected], &places)
            }
            Ask::Hover(expected) => {
                let answer = self.client.request("textDocument/hover", at);
                let shown = answer["contents"]["value"].as_str().unwrap_or_default();
                match shown.contains(expected) {
                    true => Ok(()),
                    false => Err(format!("{expected:?} is not in {answer}")),
                }
            }
            Ask::Rename(expected) => {
                at["newName"] = json!("renamed");
                let answer = self.client.request("textDocument/rename", at);
                let edits = &answer["documentChanges"][0]["edits"];
                let mut lines = lines(edits, &text);
                lines.sort();
                lines.dedup();
                match lines == expected {
                    true => Ok(()),
                    false => Err(format!("{lines:?} in {answer}")),
                }
            }
        }
    }
}

/// Line and column, both from 0; the texts are ASCII.
fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line = before.matches('\n').count();
    let column = at - before.rfind('\n').map_or(0, |end| end + 1);
    json!({ "line": line, "character": column })
}

fn labels(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().or(answer.as_array());
    let items = items.map(Vec::as_slice).unwrap_or_default();
    let label = |item: &Value| item["label"].as_str().map(str::to_owned);
    items.iter().filter_map(label).collect()
}

/// The line of each definition, trimmed.
fn places(answer: &Value, text: &str) -> Vec<String> {
    let found = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut places: Vec<String> = found
        .iter()
        .map(|place| {
            let range = match place["targetSelectionRange"].is_null() {
                true => &place["range"],
                false => &place["targetSelectionRange"],
            };
            line(range, text)
        })
        .collect();
    places.dedup();
    places
}

fn lines(edits: &Value, text: &str) -> Vec<String> {
    let edits = edits.as_array().map(Vec::as_slice).unwrap_or_default();
    edits
        .iter()
        .map(|edit| line(&edit["range"], text))
        .collect()
}

fn line(range: &Value, text: &str) -> String {
    let line = range["start"]["line"].as_u64().unwrap_or(u64::MAX);
    let line = text.lines().nth(usize::try_from(line).expect("a line"));
    line.unwrap_or_default().trim().to_owned()
}

fn expect_all(expected: &[&str], found: &[String]) -> Result<(), String> {
    let shown = |expected: &&&str| {
        // `doubled()` is the label of a method.
        found
            .iter()
            .any(|label| label == *expected || label.starts_with(&format!("{expected}(")))
    };
    match expected.iter().all(|expected| shown(&expected)) {
        true => Ok(()),
        false => {
            let some = &found[..found.len().min(12)];
            Err(format!(
                "{expected:?} is not in the {} of {some:?}…",
                found.len()
            ))
        }
    }
}

fn expect_only(expected: &[&str], found: &[String]) -> Result<(), String> {
    match expected == found {
        true => Ok(()),
        false => Err(format!("{found:?}")),
    }
}
