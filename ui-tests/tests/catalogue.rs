//! `docs/errors.md`: each wrong program gives the error of its entry, with the message that the entry quotes, and no
//! code is missing. The doctests of `signal-kernel` compile the fixed programs.

use signal_kernel_ui_tests::cargo;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// An entry of the catalogue.
struct Entry {
    /// The first line of the message, without its level.
    message: String,
    /// The wrong program.
    program: String,
}

/// The entries by their codes.
fn catalogue() -> BTreeMap<String, Entry> {
    let text = read(&workspace().join("signal-kernel/docs/errors.md"));
    let (contents, _) = text.split_once("\n# ").expect("an entry");
    let entries = text.split("\n# ").skip(1).map(|section| {
        let (heading, rest) = section.split_once('\n').expect("a heading");
        let (code, _) = heading.split_once(": ").expect("a title");
        let link = format!("- [{heading}](#{})\n", anchor(heading));
        assert!(contents.contains(&link), "not in the contents: {link}");
        let (_, quoted) = rest.split_once("```text\n").expect("a message");
        let (quoted, _) = quoted.split_once('\n').expect("its end");
        let (_, message) = quoted.split_once(": ").expect("a level");
        let (_, program) = rest.split_once("```compile_fail\n").expect("a program");
        let (program, rest) = program.split_once("```").expect("its end");
        assert!(rest.contains("Fixed:\n\n```\n"), "{code} is not fixed");
        let entry = Entry {
            message: message.to_owned(),
            program: program.to_owned(),
        };
        (code.to_owned(), entry)
    });
    entries.collect()
}

/// The name that rustdoc gives to a heading.
fn anchor(heading: &str) -> String {
    let heading = heading.to_lowercase().replace(' ', "-");
    let letters = heading.chars();
    letters
        .filter(|&it| it.is_alphanumeric() || it == '-' || it == '_')
        .collect()
}

/// Text that each error of an entry has: its code, or part of the message if the error is rustc's own.
fn told(code: &str) -> &str {
    match code {
        "SK014" => "future cannot be sent between threads safely",
        "SK017" => "method `spare` is never used",
        "SK022" => "this function takes 1 argument but 2 arguments were supplied",
        code => code,
    }
}

#[test]
fn each_wrong_program_gives_its_error() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("catalogue");
    let sources = folder.join("src/bin");
    let _ = fs::remove_dir_all(&sources);
    fs::create_dir_all(&sources).expect("a folder");
    let kernel = workspace().join("signal-kernel");
    let manifest = format!(
        "[package]\nname = \"catalogue\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nsignal-kernel = {{ path = {kernel:?} }}\nfutures = \"0.3\"\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    let lock = fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock"));
    lock.expect("the versions of the workspace");
    let catalogue = catalogue();
    for (code, Entry { program, .. }) in &catalogue {
        let main = !program.contains("fn main()");
        let (statements, items) = match program.split_once("\nlet ") {
            Some((items, statements)) => (format!("let {statements}"), items),
            None => (String::new(), program.as_str()),
        };
        let main = main.then(|| format!("fn main() {{\n{statements}}}\n"));
        let text = format!("{items}\n{}", main.unwrap_or_default());
        fs::write(sources.join(format!("{}.rs", code.to_lowercase())), text).expect("a program");
    }
    let (mut check, _) = cargo("check", &folder, env!("CARGO_TARGET_TMPDIR"));
    let output = check
        .args(["--bins", "--keep-going"])
        .args(["--color=never", "--message-format=json"])
        .output();
    let output = output.expect("cargo, which runs this test");
    let messages = String::from_utf8_lossy(&output.stdout);
    for (code, Entry { message, .. }) in &catalogue {
        let name = format!("\"name\":\"{}\"", code.to_lowercase());
        let errors: Vec<&str> = messages
            .lines()
            .filter(|line| line.contains(&name) && line.contains("\"level\":\"error\""))
            .filter(|line| !line.contains("\"rendered\":\"error: aborting due to"))
            .filter(|line| !line.contains("could not compile"))
            .collect();
        assert!(!errors.is_empty(), "{code}: no error\n{}", stderr(&output));
        let first_line = |error: &&str| {
            let error: serde_json::Value = serde_json::from_str(error).expect("JSON");
            let text = error["message"]["message"].as_str().expect("a message");
            text.lines().next() == Some(message)
        };
        assert!(
            errors.iter().any(first_line),
            "{code}: not quoted: {errors:#?}"
        );
        for error in errors {
            assert!(error.contains(told(code)), "{code}: {error}");
        }
    }
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every code in a message has its entry, and the entries have no gap.
#[test]
fn no_code_is_missing() {
    let known: Vec<String> = catalogue().into_keys().collect();
    let numbered: Vec<String> = (1..=known.len()).map(|at| format!("SK{at:03}")).collect();
    assert_eq!(known, numbered);
    let mut files = Vec::new();
    collect(&mut files, &workspace().join("signal-kernel/src"));
    collect(&mut files, &workspace().join("signal-kernel-macros/src"));
    let mut raised = Vec::new();
    for file in files.iter().filter(|file| !file.ends_with("tests")) {
        for found in read(file).split("\"SK").skip(1) {
            raised.extend(found.get(..3).map(|number| format!("SK{number}")));
        }
    }
    raised.retain(|code| code != "SK000");
    let missing: Vec<&String> = raised.iter().filter(|code| !known.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let ours = known.iter().filter(|code| told(code) == code.as_str());
    let never: Vec<&String> = ours
        .filter(|code| !raised.contains(code) && code.as_str() != "SK016")
        .collect();
    assert!(
        never.is_empty(),
        "in the catalogue, but never said: {never:?}"
    );
}

fn collect(files: &mut Vec<PathBuf>, folder: &Path) {
    for entry in folder.read_dir().expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(files, &path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file of the workspace")
}

fn workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    folder.expect("the workspace").to_owned()
}
