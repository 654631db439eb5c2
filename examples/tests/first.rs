//! The small examples: their output is that of their comments, and they come to an end.
//!
//! Must not know: the sources of the examples.

use std::io::Write;
use std::process::{Command, Stdio};
use std::{env, fs, path::Path};

/// The output of an example. Cargo gives tests no paths of examples: their folder is beside that of the tests.
fn output(name: &str) -> Vec<String> {
    output_for(name, "")
}

/// The output of an example that reads these lines.
fn output_for(name: &str, input: &str) -> Vec<String> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let test = env::current_exe().expect("a test has a place");
    let example = test
        .ancestors()
        .map(|folder| folder.join("examples").join(&file))
        .find(|example| example.is_file())
        .expect("built by `cargo test`, or by `cargo build --examples`");
    let mut command = Command::new(example);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut example = command.spawn().expect("the example runs");
    let mut stdin = example.stdin.take().expect("it was asked for");
    stdin
        .write_all(input.as_bytes())
        .expect("the example reads it");
    drop(stdin);
    let output = example.wait_with_output().expect("the example ends");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn the_counter_shows_each_change_once() {
    assert_eq!(output("counter"), ["0 is even", "1 is odd", "2 is even"]);
}

#[test]
fn outdated_requests_are_dropped_and_the_last_one_is_answered() {
    let expected = [
        r#""": idle"#,
        r#""s": pending"#,
        r#"    the request for "s" was dropped"#,
        r#""si": pending"#,
        r#"    the request for "si" was dropped"#,
        r#""sig": pending"#,
        r#"    the request for "sig" was answered"#,
        r#""sig": signal, signature"#,
    ];
    assert_eq!(output("fetch"), expected);
}

#[test]
fn the_todo_list_undoes_saves_and_loads() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("todos");
    fs::create_dir_all(folder.join("inner")).expect("a folder");
    fs::write(folder.join("five"), "12345").expect("a file");
    fs::write(folder.join("inner/three"), "123").expect("a file");
    let (all, file) = (folder.display(), folder.join("list.json"));
    let _ = fs::remove_file(&file);
    let input = format!(
        "add {all}/five\nadd {all}/inner\nadd buy milk\ndone 3\nmove 3 1\nundo\nredo\nremove 9\nfly\nsave {file}\n\
         remove 2\nundo\nundo\nadd tea\nredo\nload {file}\nload {all}/five/none\nload {all}/five\n",
        file = file.display()
    );
    let shown = output_for("todos", &input);
    let last = shown
        .iter()
        .rposition(|line| line.starts_with("1 "))
        .expect("a list");
    let expected = [
        "1 [x] buy milk".to_owned(),
        format!("2 [ ] {all}/five, 5 bytes"),
        format!("3 [ ] {all}/inner, 3 bytes"),
        "2 of 3 to do, 8 bytes".to_owned(),
    ];
    assert_eq!(shown[last..last + 4], expected);
    for error in ["no such row: there are 3", "there is no such state"] {
        assert!(shown.iter().any(|line| line == error), "{shown:#?}");
    }
    for start in ["`fly`? The commands are add TEXT", "/five: "] {
        assert!(shown.iter().any(|line| line.contains(start)), "{shown:#?}");
    }
    let saved = fs::read_to_string(file).expect("the file was saved");
    assert!(saved.contains(r#""text": "buy milk""#), "{saved}");
}
