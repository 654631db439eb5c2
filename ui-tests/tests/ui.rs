//! Programs that do not compile, with rustc's messages about them. Those that
//! compile are the tests of the package `pass`.

use std::env;
use std::process::Command;

/// The compiler whose messages the `.stderr` files hold. Other versions have other messages.
const PINNED: &str = "rustc 1.95.";

#[test]
fn ui_programs_that_do_not_compile() {
    match compiler() {
        version if version.starts_with(PINNED) => {
            trybuild::TestCases::new().compile_fail("fail/**/*.rs");
        }
        version => {
            println!("fail/ is skipped: its texts are those of {PINNED}*, this is {version}")
        }
    }
}

fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let output = output.expect("the compiler that compiled this test");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn each_program_that_compiles_is_a_test() {
    let mut programs = Vec::new();
    collect(&mut programs, "pass".as_ref());
    let manifest = include_str!("../pass/Cargo.toml");
    let is_test = |name: &String| manifest.contains(&format!("path = \"{name}\""));
    programs.retain(|name| !is_test(name));
    assert_eq!(programs, Vec::<String>::new());
}

/// A program is named after its mistake, and the name alone identifies the file.
#[test]
fn base_names_are_unique() {
    let mut names: Vec<String> = Vec::new();
    for folder in ["pass", "fail"] {
        collect(&mut names, folder.as_ref());
    }
    names.sort();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None);
}

fn collect(names: &mut Vec<String>, folder: &std::path::Path) {
    for entry in folder.read_dir().expect("a folder of programs") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(names, &path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_name().expect("a file's name");
            names.push(name.to_string_lossy().into_owned());
        }
    }
}
