//! The spreadsheet as its users meet it: a process with a file, an input and an output.
//!
//! Invariants: cells are shown in the order in which cells were first named, at the end of each line.
//!
//! Must not know: the source of the example.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs, thread};

/// Cargo gives tests the paths of binaries, but not of examples: their folder is beside that of the tests.
fn dynamic() -> Command {
    let name = format!("dynamic{}", env::consts::EXE_SUFFIX);
    let test = env::current_exe().expect("a test has a place");
    let example = test
        .ancestors()
        .map(|folder| folder.join("examples").join(&name))
        .find(|example| example.is_file())
        .expect("built by `cargo test`, or by `cargo build --example dynamic`");
    let mut command = Command::new(example);
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the command on an input, to its end.
fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command.spawn().expect("the example runs");
    let mut keyboard = child.stdin.take().expect("piped");
    let input = input.to_owned();
    // The example may end before it has read all.
    let typist = thread::spawn(move || drop(keyboard.write_all(&input)));
    let output = child.wait_with_output().expect("an end");
    typist.join().expect("nothing can go wrong");
    output
}

fn sheet(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dynamic-{name}.txt"));
    fs::write(&file, text).expect("a new file");
    file
}

/// The output of a run, which succeeds and prints no error.
#[track_caller]
fn lines(output: &Output) -> Vec<String> {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    text.lines().map(str::to_owned).collect()
}

/// The output for this input, and a sheet with this text.
#[track_caller]
fn says(name: &str, text: &str, input: &str) -> Vec<String> {
    lines(&run(dynamic().arg(sheet(name, text)), input.as_bytes()))
}

#[test]
fn without_arguments_and_input_it_shows_itself() {
    let lines = lines(&run(&mut dynamic(), b""));
    assert_eq!(lines[..3], ["A1: 2", "B1: 300", "C1: 600"]);
    let after = |edit: &str| -> Vec<&str> {
        let begin = lines
            .iter()
            .position(|line| line.starts_with(&format!("> {edit} ")));
        let begin = begin.unwrap_or_else(|| panic!("{lines:#?}"));
        let shown = lines[begin + 1..].iter().map(String::as_str);
        shown.take_while(|line| !line.is_empty()).collect()
    };
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("Nothing was typed."))
    );
    assert_eq!(after("A2 = 2")[..2], ["A2: 2", "C2: 900"]);
    assert_eq!(after("A1 = 3 - 2"), [""; 0]);
    let way = "#CYCLE! cyclic dependency: `B2` -> `C7` -> `C5` -> `C2` -> `B2`";
    assert_eq!(after("B2 = C7 / 4")[0], format!("B2: {way}"));
    assert_eq!(after("A3 = 1; C4 = 7"), ["A3: 1", "C3: 20", "C4: 7"]);
    assert_eq!(after("B2 = 400")[..3], ["B2: 400", "C2: 800", "C5: 1127"]);
}

#[test]
fn with_input_the_sheet_that_comes_with_it_is_for_playing() {
    let output = run(&mut dynamic(), b"A1 = 0\nquit\nA1 = 1\n");
    let lines = lines(&output);
    let last = ["A1: 0", "C1: 0", "C5: 550", "C7: 550", "C8: 91.6667"];
    assert_eq!(lines[lines.len() - 5..], last);
}

#[test]
fn only_what_has_changed_is_shown() {
    let text = "A1 = 3\nB1 = A1 * 2 + sum(A1:A9)\nC1 = max(A1, 10)\n";
    assert_eq!(
        says(
            "changed",
            text,
            "A1 = 4\nA1 = 2 + 2\nA1 = 11\nA2 = 1\nB1 = 1; B1 = 34\n"
        ),
        [
            "A1: 3", "B1: 9", "C1: 10", // the file
            "A1: 4",
            "B1: 12", // the greatest is still 10; then: another formula, the same value
            "A1: 11", "B1: 33", "C1: 11", //
            "B1: 34", "A2: 1", // made after B1, which names it; then: there and back again
        ]
    );
}

#[test]
fn a_line_is_one_batch() {
    let text = "A1 = 1; A2 = 2; B1 = A1 + A2; B2 = 6 / (A1 - A2)";
    assert_eq!(
        says(
            "batch",
            text,
            "A1 = 5; A2 = 2\nA1 = 2; A2 = 5;; \n;\n\n# nothing\n"
        ),
        [
            "A1: 1", "A2: 2", "B1: 3", "B2: -6", //
            "A1: 5", "B1: 7", "B2: 2", // never divided by zero on the way
            "A1: 2", "A2: 5", "B2: -2", // the sum is the same
        ]
    );
}

#[test]
fn arithmetic() {
    let text = "
        a1 = 1 + 2 * 3 - 4 / 2 - 1      # from left to right
        A2 = -(1 - 3) * -2
        A3 = 10 / 4 / 5
        A4 = Sum(A1:A3, 10, A1 * A1)
        A5 = min(A1:B2); A6 = MAX(B2:A1); A7 = avg(A1:A3, 1.5)
        AB12 = 1 / 3; ZZ9999 = 1000000 * 1000000 * 1000000
        A8 = sum(C1:C9); A9 = 0 * -1
    ";
    assert_eq!(
        says("arithmetic", text, ""),
        [
            "A1: 4",
            "A2: -4",
            "A3: 0.5",
            "A4: 26.5",
            "A5: -4",
            "A6: 4",
            "A7: 0.5", //
            "AB12: 0.3333",
            "ZZ9999: 1e18",
            "A8: 0",
            "A9: 0",
        ]
    );
}

#[test]
fn a_fault_goes_to_whoever_reads_the_cell() {
    let text =
        "A1 = 1 / B1; B1 = 0\nA2 = A1 + B9\nA3 = B9 * 2\nA4 = avg(C1:C9)\nA5 = sum(A4, B1:B9)";
    assert_eq!(
        says("faults", text, "B1 = 4\nB9 = 2\nC1 = 8\nB9 =\n"),
        [
            "A1: #DIV/0!",
            "B1: 0",
            "A2: #DIV/0!",
            "A3: #REF! nothing is in B9",
            "A4: #NUM! avg of nothing",
            "A5: #NUM! avg of nothing",
            "A1: 0.25",
            "B1: 4",
            "A2: #REF! nothing is in B9",
            "A2: 2.25",
            "B9: 2",
            "A3: 4",
            "A4: 8",
            "C1: 8",
            "A5: 14",
            "A2: #REF! nothing is in B9",
            "B9: empty",
            "A3: #REF! nothing is in B9",
            "A5: 12",
        ]
    );
    assert_eq!(
        says(
            "large",
            "A1 = 1000000000000; A2 = A1 * A1 * A1 * A1; A3 = A2 * A2 * A2 * A2 * A2 * A2 * A2",
            ""
        ),
        ["A1: 1000000000000", "A2: 1e48", "A3: #NUM! too large"]
    );
}

const RING: &str = "A1 = 3\nB1 = A1 * 2\nC1 = B1 + 1\nD1 = 7\n";

#[test]
fn a_cycle_is_named_and_the_rest_works() {
    let way = "#CYCLE! cyclic dependency: `A1` -> `B1` -> `A1`";
    assert_eq!(
        says(
            "cycle",
            RING,
            "A1 = B1\nD1 = 8\nE1 = D1 + 1; E2 = C1\nshow\n"
        )[4..],
        [
            format!("A1: {way}"),
            format!("B1: {way}"),
            format!("C1: {way}"),
            "D1: 8".to_owned(),
            "E1: 9".to_owned(),
            format!("E2: {way}"),
            format!("A1: {way}    = B1"),
            format!("B1: {way}    = A1 * 2"),
            format!("C1: {way}    = B1 + 1"),
            "D1: 8    = 8".to_owned(),
            "E1: 9    = D1 + 1".to_owned(),
            format!("E2: {way}    = C1"),
        ]
    );
}

#[test]
fn a_cycle_can_be_mended_at_any_of_its_cells() {
    for (mend, after) in [
        ("A1 = 1", ["A1: 1", "B1: 2", "C1: 3"]),
        ("B1 = 1", ["A1: 1", "B1: 1", "C1: 2"]),
        ("A1 = 5; B1 = D1", ["A1: 5", "B1: 7", "C1: 8"]),
    ] {
        let lines = says("mended", RING, &format!("A1 = B1\n{mend}\n"));
        assert_eq!(lines[7..], after, "{mend}");
    }
}

#[test]
fn cycles_come_and_go() {
    let input =
        "A1 = A1\nA1 = B1; B1 = A1; A1 = 4\nA1 = D1; D1 = C1\nA1 = 3; D1 = A1\nA1 = sum(A1:D1)\n";
    let way = "#CYCLE! cyclic dependency: `A1` -> `D1` -> `C1` -> `B1` -> `A1`";
    let itself = "#CYCLE! computed `A1` reads itself";
    let all = |fault: &str| ["A1", "B1", "C1", "D1"].map(|name| format!("{name}: {fault}"));
    let lines = says("come-and-go", RING, input);
    assert_eq!(lines[4..7], all(itself)[..3]);
    assert_eq!(lines[7..10], ["A1: 4", "B1: 4", "C1: 5"]); // the cycle on the way was none in the end
    assert_eq!(lines[10..14], all(way));
    assert_eq!(lines[14..18], ["A1: 3", "B1: 3", "C1: 4", "D1: 3"]);
    assert_eq!(lines[18..], all(itself));
}

#[test]
fn a_long_cycle_is_named_in_short() {
    let ring = |cell: usize| format!("A{cell} = A{}\n", cell % 100 + 1);
    let lines = says(
        "long-cycle",
        &(1..=100).map(ring).collect::<String>(),
        "A100 = 1\n",
    );
    let way = "cyclic dependency: `A1` -> `A2` -> `A3` -> `A4` -> `A5` -> `A6` -> `A7` -> … 93 more … -> `A1`";
    assert_eq!(lines[0], format!("A1: #CYCLE! {way}"));
    assert_eq!(lines[99], format!("A100: #CYCLE! {way}"));
    assert_eq!(lines[199], "A100: 1");
}

#[test]
fn a_column_that_adds_up_from_below() {
    let add = |cell: usize| format!("A{cell} = A{} + 1\n", cell + 1);
    let text = (1..9999).map(add).collect::<String>() + "A9999 = 1";
    let lines = says("deep", &text, "A9999 = 2\n");
    assert_eq!((&*lines[0], &*lines[9999]), ("A1: 9999", "A1: 10000"));
}

#[test]
fn a_bad_line_changes_nothing() {
    for (line, column, message) in [
        ("A1 = 9; B1 = 3 +", 18, "but the line ends here"),
        (
            "A1 = 9; 7 = B1",
            9,
            "expected the name of a cell, as in `B12`, but here is `7`",
        ),
        ("A1 9", 4, "expected `=`, but here is `9`"),
        (
            "A1 = 9 9",
            8,
            "expected an operator, `;` or the end, but here is `9`",
        ),
        ("A1 = 1.2.3", 6, "`1.2.3` is not a number"),
        ("A1 = é", 6, "or `(`, but here is `é`"),
        (
            "A1 = (((1)",
            12,
            "expected an operator or `)`, but the line ends here",
        ),
        ("A1 = sum 3", 10, "expected `(`, but here is `3`"),
        (
            "A1 = sum(A1:3)",
            13,
            "expected the cell at the other corner, but here is `3`",
        ),
        (
            "A1 = sum(A1 3)",
            13,
            "expected an operator, `,` or `)`, but here is `3`",
        ),
        (
            "A1 = A1:A9",
            8,
            "expected an operator, `;` or the end, but here is `:`",
        ),
        ("A1 = max(A1:ZZ9999)", 10, "a range of more than 1000 cells"),
        ("A01 = 3", 1, "but here is `A01`"),
        ("ABC1 = 3", 1, "but here is `ABC1`"),
        ("hide", 1, "but here is `hide`"),
    ] {
        let lines = says(
            "bad-line",
            "A1 = 1; B1 = A1",
            &format!(" {line} # why\nshow\n"),
        );
        assert_eq!(lines[2], format!("{line} # why"));
        let (arrow, found) = lines[3].split_once('^').expect("an arrow");
        assert_eq!(arrow, " ".repeat(column - 1), "{lines:#?}");
        assert!(
            found.starts_with(&format!(" column {column}: ")),
            "{lines:#?}"
        );
        assert!(found.ends_with(message), "{lines:#?}");
        assert_eq!(lines[4..], ["A1: 1    = 1", "B1: 1    = A1"], "{line}");
    }
    let deep = format!("A1 = {}1{}", "(".repeat(1000), ")".repeat(1000));
    let lines = says("nested", "", &deep);
    assert!(
        lines[1].ends_with("column 106: this is nested too deep"),
        "{lines:?}"
    );
}

#[test]
fn input_that_is_no_text_is_a_bad_line() {
    let output = run(
        dynamic().arg(sheet("bytes", "A1 = 1")),
        b"A1 = \xff\nA1 = 2",
    );
    let lines = lines(&output);
    assert!(lines[2].ends_with("but here is `\u{fffd}`"), "{lines:?}");
    assert_eq!(lines[3], "A1: 2"); // ended by the input, not by a newline
}

#[test]
fn a_bad_line_in_the_file_is_named_and_the_others_count() {
    let file = sheet(
        "bad-file",
        "A1 = 1\nA2 = 2; A3 = )\r\nA4 = A2\nA5 = A1 + 1\n",
    );
    let output = run(dynamic().arg(&file), b"A2 = 4");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).expect("text");
    let nothing = "A4: #REF! nothing is in A2";
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines, ["A1: 1", nothing, "A5: 2", "A4: 4", "A2: 4"]);
    let complaint = String::from_utf8(output.stderr).expect("text");
    let begin = format!("{}:2:14: expected a number", file.display());
    assert!(complaint.starts_with(&begin), "{complaint}");
    assert_eq!(complaint.lines().count(), 1);
}

#[test]
fn without_a_file_there_is_no_sheet() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no such file");
    let error = fs::read(&file).expect_err("there is none");
    let output = run(dynamic().arg(&file), b"A1 = 1");
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).expect("text");
    assert_eq!(
        complaint,
        format!("cannot read {}: {error}\n", file.display())
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn how_it_is_used() {
    let help = lines(&run(dynamic().arg("--help"), b""));
    assert!(help[0].starts_with("usage: dynamic"));
    for arguments in [&["--unknown"][..], &["a", "b"]] {
        let output = run(dynamic().args(arguments), b"");
        assert_eq!(output.status.code(), Some(2));
        let usage = String::from_utf8(output.stderr).expect("text");
        assert!(usage.starts_with(&help[0]), "{usage}");
    }
}
