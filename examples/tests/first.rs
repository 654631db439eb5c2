//! The two examples for newcomers: their output is that of their comments, and they come to an end.
//!
//! Must not know: the sources of the examples.

use std::env;
use std::process::Command;

/// The output of an example. Cargo gives tests no paths of examples: their folder is beside that of the tests.
fn output(name: &str) -> Vec<String> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let test = env::current_exe().expect("a test has a place");
    let example = test
        .ancestors()
        .map(|folder| folder.join("examples").join(&file))
        .find(|example| example.is_file())
        .expect("built by `cargo test`, or by `cargo build --examples`");
    let output = Command::new(example).output().expect("the example runs");
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
