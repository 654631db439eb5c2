//! The quickstart as its users meet it: a process with arguments, an input and an output.
//!
//! Invariants: no test depends on the speed of a walk. The next query among the arguments comes at the tenth file of a
//! walk, even if the walk is over by then, or after the answer if there are fewer files. Lines that are written at once
//! are read at once, before the first walk is over.
//!
//! Must not know: the source of the example.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::{env, fs};

/// Cargo gives tests the paths of binaries, but not of examples: their folder is beside that of the tests.
fn quickstart() -> Command {
    let name = format!("quickstart{}", env::consts::EXE_SUFFIX);
    let test = env::current_exe().expect("a test has a place");
    let example = test
        .ancestors()
        .map(|folder| folder.join("examples").join(&name))
        .find(|example| example.is_file())
        .expect("built by `cargo test`, or by `cargo build --example quickstart`");
    let mut command = Command::new(example);
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ask(folder: &Path, queries: &[&str]) -> Output {
    let mut command = quickstart();
    let output = command.arg(folder).args(queries).output();
    output.expect("the example runs")
}

/// The output of a run that prints no error.
#[track_caller]
fn lines(output: &Output, code: i32) -> Vec<String> {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    text.lines().map(str::to_owned).collect()
}

/// The number of files that the walk for `query` searched, if `line` says that it was dropped.
fn dropped(line: &str, query: &str) -> Option<usize> {
    let line = line.strip_prefix(&format!("{query:?}: dropped at file "))?;
    line.strip_suffix(", source changed")?.parse().ok()
}

/// Makes a folder of these files.
fn folder<'a>(name: &str, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("quickstart-{name}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("left by a run before");
    }
    fs::create_dir_all(&folder).expect("a new folder");
    for (name, text) in files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().expect("the folder")).expect("a folder inside");
        fs::write(file, text).expect("a new file");
    }
    folder
}

/// Enough files for a long walk, during which the user types on.
fn twelve_files(name: &str) -> PathBuf {
    let names: Vec<String> = (0..12).map(|number| format!("{number:02}.txt")).collect();
    let text = |index: usize| -> &[u8] {
        match index {
            3 => b"one signal\n",
            7 => b"no match here\nsignal, signal\nsignal\n",
            _ => b"silence\n",
        }
    };
    let files = names.iter().enumerate();
    folder(
        name,
        files.map(|(index, name)| (name.as_str(), text(index))),
    )
}

const TWELVE_FILES: [&str; 3] = [
    r#""signal": 4 × in 2 of 12 files"#,
    "     3 × 07.txt:2",
    "     1 × 03.txt:1",
];

/// A running quickstart, with its input and output.
struct Typist {
    quickstart: Child,
    keyboard: ChildStdin,
    screen: BufReader<ChildStdout>,
}

impl Typist {
    fn sit_down(folder: &Path) -> Typist {
        let mut command = quickstart();
        let command = command.arg(folder).stdin(Stdio::piped());
        let mut quickstart = command.spawn().expect("the example runs");
        let keyboard = quickstart.stdin.take().expect("piped");
        let screen = BufReader::new(quickstart.stdout.take().expect("piped"));
        let mut typist = Typist {
            quickstart,
            keyboard,
            screen,
        };
        let hint = format!("Searching {}: type a word, then Enter.", folder.display());
        assert_eq!(typist.read(), hint);
        typist
    }

    fn types(&mut self, text: &[u8]) {
        self.keyboard.write_all(text).expect("an open input");
    }

    fn read(&mut self) -> String {
        let mut line = String::new();
        self.screen.read_line(&mut line).expect("an open output");
        line.trim_end_matches(['\r', '\n']).to_owned()
    }

    #[track_caller]
    fn reads(&mut self, lines: &[&str]) {
        for line in lines {
            assert_eq!(self.read(), *line);
        }
    }

    /// Ends the input, and returns the lines that come after that.
    #[track_caller]
    fn leaves(self, code: i32) -> Vec<String> {
        drop(self.keyboard);
        let mut rest = Vec::new();
        for line in self.screen.lines() {
            rest.push(line.expect("text"));
        }
        let output = self.quickstart.wait_with_output().expect("an end");
        assert_eq!(lines(&output, code), [""; 0]);
        rest
    }
}

#[test]
fn without_arguments_and_input_it_shows_itself_on_this_repository() {
    let output = quickstart().output().expect("the example runs");
    let lines = lines(&output, 0);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("one");
    let searching = format!("Searching {}: ", repository.display());
    assert!(lines[0].starts_with(&searching), "{lines:#?}");
    assert!(lines[1].starts_with("Nothing was asked."), "{lines:#?}");
    assert!(dropped(&lines[2], "s") >= Some(10), "{lines:#?}");
    assert!(dropped(&lines[3], "si") >= Some(10), "{lines:#?}");
    assert!(lines[4].starts_with(r#""signal": "#), "{lines:#?}");
    assert!(lines[4].ends_with(" files"), "{lines:#?}");
    assert!(lines[5].contains(" × "), "{lines:#?}");
}

#[test]
fn a_walk_that_takes_long_is_dropped_for_the_next_query() {
    let output = ask(&twelve_files("arguments"), &["s", "si", "signal"]);
    let lines = lines(&output, 0);
    for (line, query) in lines.iter().zip(["s", "si"]) {
        let files = dropped(line, query).unwrap_or_else(|| panic!("{lines:#?}"));
        assert!((10..=12).contains(&files), "{lines:#?}");
    }
    assert_eq!(lines[2..], TWELVE_FILES);
}

#[test]
fn a_short_walk_is_waited_for() {
    let folder = folder(
        "short",
        [("a", &b"x\nxy"[..]), ("b", b"xyz xyz"), ("c", b"")],
    );
    assert_eq!(
        lines(&ask(&folder, &["x", "xyz", "no", ""]), 0),
        [
            r#""x": 4 × in 2 of 3 files"#,
            "     2 × a:1",
            "     2 × b:1",
            r#""xyz": 2 × in 1 of 3 files"#,
            "     2 × b:1",
            r#""no": 0 × in 0 of 3 files"#,
        ]
    );
}

#[test]
fn lines_typed_at_once_drop_what_was_typed_before() {
    let mut typist = Typist::sit_down(&twelve_files("at-once"));
    typist.types(b"s\nsi\nsignal\n");
    for query in ["s", "si"] {
        let line = typist.read();
        assert!(dropped(&line, query) <= Some(12), "{line}");
        assert!(dropped(&line, query).is_some(), "{line}");
    }
    typist.reads(&TWELVE_FILES);
    assert_eq!(typist.leaves(0), [""; 0]);
}

#[test]
fn lines_typed_one_by_one_are_answered_one_by_one() {
    let folder = folder("one-by-one", [("a", &b"x\n"[..])]);
    let mut typist = Typist::sit_down(&folder);
    typist.types(b"x\n");
    typist.reads(&[r#""x": 1 × in 1 of 1 files"#, "     1 × a:1"]);

    fs::write(folder.join("b"), "xx\n").expect("a new file");
    typist.types(b" x\r\n");
    typist.reads(&[
        r#""x": 3 × in 2 of 2 files"#,
        "     2 × b:1",
        "     1 × a:1",
    ]);

    typist.types(b"\n"); // no query, no walk, no answer
    typist.types(b"not \xff\n");
    typist.reads(&["\"not \u{fffd}\": 0 × in 0 of 2 files"]);

    typist.types(b"xx"); // ended by the input, not by a newline
    assert_eq!(
        typist.leaves(0),
        [r#""xx": 1 × in 1 of 2 files"#, "     1 × b:1"]
    );
}

#[test]
fn without_a_folder_the_search_goes_on() {
    let folder = folder("missing", []);
    let missing = folder.join("missing");
    let error = fs::read_dir(&missing).expect_err("it is missing");
    let cannot = format!("cannot search {missing:?}: {error}");
    assert_eq!(
        lines(&ask(&missing, &["x", "y"]), 1),
        [
            format!("{:?}: {cannot}", "x"),
            format!("{:?}: {cannot}", "y")
        ]
    );

    let mut typist = Typist::sit_down(&missing);
    typist.types(b"x\n");
    typist.reads(&[&format!("{:?}: {cannot}", "x")]);
    fs::create_dir(&missing).expect("a new folder");
    typist.types(b"x\n");
    typist.reads(&[r#""x": 0 × in 0 of 0 files"#]);
    assert_eq!(typist.leaves(0), [""; 0], "the last answer is what counts");
}

#[test]
fn a_file_is_no_folder() {
    let file = folder("file", [("a", &b"x"[..])]).join("a");
    let error = fs::read_dir(&file).expect_err("it is a file");
    let cannot = format!("{:?}: cannot search {file:?}: {error}", "x");
    assert_eq!(lines(&ask(&file, &["x"]), 1), [cannot]);
}

#[test]
fn what_is_no_text_is_named_and_passed_by() {
    let folder = folder(
        "binary",
        [
            ("a.png", &b"\x89PNG x"[..]),
            ("b.bin", b"x\0"),
            ("c.txt", b"x"),
        ],
    );
    fs::File::create(folder.join("d.img"))
        .and_then(|file| file.set_len((1 << 24) + 1))
        .expect("a sparse file");
    assert_eq!(
        lines(&ask(&folder, &["x"]), 0),
        [
            r#""x": 1 × in 1 of 4 files"#,
            "     1 × c.txt:1",
            "     2 skipped (binary, or not UTF-8): a.png, b.bin",
            "     1 skipped (too large): d.img",
        ]
    );
}

#[test]
fn a_few_of_many_are_shown() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let text = folder("many", names.map(|name| (name, &b"x"[..])));
    let binary = folder("many-binary", names.map(|name| (name, &b"\0"[..])));
    let text = lines(&ask(&text, &["x"]), 0);
    assert_eq!(text[0], r#""x": 8 × in 8 of 8 files"#);
    assert_eq!(text[5..], ["     1 × e:1", "       … and 3 more"]);
    let binary = lines(&ask(&binary, &["x"]), 0);
    let skipped = "     8 skipped (binary, or not UTF-8): a, b, c, d, e, …";
    assert_eq!(binary, [r#""x": 0 × in 0 of 8 files"#, skipped]);
}

#[test]
fn what_is_built_or_hidden_is_left_alone() {
    let folder = folder(
        "hidden",
        [
            (".git/a", &b"x"[..]),
            ("sub/target/b", b"x"),
            ("sub/c", b"x"),
            (".d", b"x"),
            ("target", b"x"), // a file
        ],
    );
    let sub = Path::new("sub").join("c");
    assert_eq!(
        lines(&ask(&folder, &["x"]), 0),
        [
            r#""x": 3 × in 3 of 3 files"#.to_owned(),
            "     1 × .d:1".to_owned(),
            format!("     1 × {}:1", sub.display()),
            "     1 × target:1".to_owned(),
        ]
    );
    let built = lines(&ask(&folder.join("sub").join("target"), &["x"]), 0);
    assert_eq!(built[1..], ["     1 × b:1"], "it was asked for by name");
}

#[cfg(unix)]
#[test]
fn what_is_locked_is_named_and_passed_by() {
    use std::os::unix::fs::PermissionsExt;

    let files = [("a/locked", &b"x"[..]), ("b", b"x"), ("c", b"x")];
    let folder = folder("locked", files);
    let lock = |name: &str, mode: u32| {
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).expect("ours");
    };
    lock("a", 0);
    lock("b", 0);
    let locked = fs::read(folder.join("b"));
    let output = ask(&folder, &["x"]);
    lock("a", 0o700);
    let expected: &[String] = match locked {
        Err(error) => &[
            r#""x": 1 × in 1 of 2 files"#.to_owned(),
            "     1 × c:1".to_owned(),
            format!("     2 skipped ({error}): a, b"),
        ],
        // Nothing is locked for root.
        Ok(_) => &[
            r#""x": 3 × in 3 of 3 files"#.to_owned(),
            "     1 × a/locked:1".to_owned(),
            "     1 × b:1".to_owned(),
            "     1 × c:1".to_owned(),
        ],
    };
    assert_eq!(lines(&output, 0), expected);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::{ffi::OsStrExt, fs::symlink};

    let folder = folder("names", [("a", &b"\0"[..])]).join(OsStr::from_bytes(b"f\xff"));
    fs::create_dir(&folder).expect("a new folder");
    fs::write(folder.join(OsStr::from_bytes(b"n\xff")), "x").expect("a new file");
    symlink(".", folder.join("loop")).expect("a new link");
    symlink("nowhere", folder.join("dangling")).expect("a new link");
    assert_eq!(
        lines(&ask(&folder, &["x"]), 0),
        [r#""x": 1 × in 1 of 1 files"#, "     1 × n\u{fffd}:1"]
    );
}

#[test]
fn it_ends_when_nobody_reads_on() {
    let typist = Typist::sit_down(&folder("closed", [("a", &b"x"[..])]));
    let Typist {
        quickstart,
        mut keyboard,
        screen,
    } = typist;
    drop(screen);
    keyboard.write_all(b"x\n").expect("it still listens");
    drop(keyboard);
    let output = quickstart.wait_with_output().expect("an end");
    assert_eq!(lines(&output, 0), [""; 0]);
}

#[test]
fn it_says_how_it_is_used() {
    let run = |option: &str| quickstart().arg(option).output().expect("the example runs");
    let help = lines(&run("--help"), 0);
    assert_eq!(help[0], "usage: quickstart [FOLDER [QUERY]...]");

    let unknown = run("--unknown");
    assert_eq!(unknown.status.code(), Some(2));
    assert_eq!(unknown.stdout, b"");
    let usage = String::from_utf8(unknown.stderr).expect("text");
    assert_eq!(Vec::from_iter(usage.lines()), help);
}

#[cfg(unix)] // elsewhere no file has such a name
#[test]
fn the_name_of_a_file_does_not_drive_the_terminal() {
    let folder = folder("escape", [("\u{1b}[2Jgone\nmine.txt", &b"signal\n"[..])]);
    assert_eq!(
        lines(&ask(&folder, &["signal"]), 0),
        [
            r#""signal": 1 × in 1 of 1 files"#,
            r"     1 × \u{1b}[2Jgone\nmine.txt:1",
        ]
    );
}
