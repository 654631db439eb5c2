//! The modules that a part of the crate may know, held by the `use` lines of each file.

use std::fs;
use std::path::{Path, PathBuf};

/// The files of these modules, without their tests, each with its text. A stage of `reactive!` is named by its path.
fn files(modules: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut left: Vec<PathBuf> = modules
        .iter()
        .flat_map(|module| [root.join(module), root.join(format!("{module}.rs"))])
        .collect();
    let mut files = Vec::new();
    while let Some(path) = left.pop() {
        if let Ok(folder) = fs::read_dir(&path) {
            left.extend(folder.map(|entry| entry.expect("an entry").path()));
        } else if let Ok(text) = fs::read_to_string(&path) {
            let name = path.strip_prefix(&root).expect("a file of ours");
            let name = name.to_string_lossy().replace('\\', "/");
            let code = text.split("#[cfg(test)]\nmod tests {").next();
            if !name
                .split('/')
                .any(|part| part == "tests" || part == "tests.rs")
            {
                files.push((name, code.unwrap_or_default().to_owned()));
            }
        }
    }
    assert!(!files.is_empty(), "no file of {modules:?}");
    files
}

/// The modules of this crate that the `use` lines of a text name.
fn used(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_start);
    let lines = lines.filter_map(|line| {
        let line = line.trim_start_matches("pub(crate) ");
        let path = line.strip_prefix("use crate::")?;
        Some(path.strip_prefix("reactive::").unwrap_or(path))
    });
    // Of a list in braces every member counts.
    lines
        .flat_map(|line| {
            let list = line
                .strip_prefix('{')
                .map(|list| list.trim_end_matches("};"));
            list.map_or(vec![line], |list| list.split(", ").collect())
        })
        .map(|path| path.split([':', ';', ' ', '{', ',']).next().unwrap_or(path))
        .collect()
}

fn assert_uses_only(modules: &[&str], allowed: &[&str]) {
    for (name, text) in files(modules) {
        for used in used(&text) {
            let is_own = modules.iter().any(|module| module.ends_with(used));
            assert!(is_own || allowed.contains(&used), "{name} uses `{used}`");
        }
    }
}

/// `kind` is the vocabulary: the one table of the kinds of nodes.
#[test]
fn names_order_and_the_picture_know_nothing_of_the_crate_but_the_kinds() {
    assert_uses_only(&["reactive/names"], &["kind"]);
    assert_uses_only(&["reactive/order"], &[]);
    assert_uses_only(&["picture"], &["kind"]);
    assert_uses_only(&["kind"], &[]);
}

#[test]
fn each_stage_knows_only_the_stages_before_it() {
    for (stage, later) in [
        ("split", ["parse", "check", "lower", "expand"].as_slice()),
        ("parse", &["check", "lower", "expand"]),
        ("check", &["lower", "model", "expand"]),
        ("lower", &["expand"]),
        ("model", &["parse", "check", "lower", "expand"]),
        ("expand", &["parse", "check", "lower", "split", "errors"]),
    ] {
        for (name, text) in files(&[&format!("reactive/{stage}")]) {
            for used in used(&text) {
                assert!(!later.contains(&used), "{name} uses `{used}`");
            }
        }
    }
}

#[test]
fn lower_has_no_templates() {
    for (name, text) in files(&["reactive/lower"]) {
        for template in ["quote::", "quote!", "parse_quote"] {
            assert!(!text.contains(template), "{name} has `{template}`");
        }
    }
}

/// The modules that both macros use.
#[test]
fn shared_modules_know_neither_macro() {
    for module in [
        "conditions",
        "edit_distance",
        "errors",
        "fragments",
        "kind",
        "rename",
        "types",
    ] {
        for (name, text) in files(&[module]) {
            for macros in ["crate::reactive", "crate::resource", "crate::picture"] {
                assert!(!text.contains(macros), "{name} uses `{macros}`");
            }
        }
    }
}

/// `conditions` asks rustc through a macro of the runtime before anything can be expanded; `rename` replaces the name.
#[test]
fn only_what_expands_names_the_runtime() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules: Vec<String> = fs::read_dir(root)
        .expect("the sources")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    for module in modules {
        if ["conditions", "rename", "tests"].contains(&module.as_str()) {
            continue;
        }
        for (name, text) in files(&[&module]) {
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let names = code.filter(|line| line.contains("::signal_kernel")).count();
            let expands = ["reactive/expand", "resource/expand"];
            let expands = expands.iter().any(|expand| name.starts_with(expand));
            assert!(names == 0 || expands, "{name}");
        }
    }
}

/// Code lines: neither blank nor a comment.
#[test]
fn no_file_has_more_than_400_code_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(root).expect("the sources") {
        let path = entry.expect("an entry").path();
        let module = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if module == "tests" {
            continue;
        }
        for (name, text) in files(&[&module]) {
            let lines = text.lines().map(str::trim_start);
            let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
            let count = lines.count();
            assert!(count <= 400, "{name} has {count}");
        }
    }
}
