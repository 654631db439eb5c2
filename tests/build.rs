//! Prints the random graphs of `tests/declared/oracle.rs`, so that rustc sees them as `reactive!` structs, and the
//! graphs of `tests/declared/grammar.rs` that are made by macros.
//!
//! Must not know: what the graphs are for.

#[path = "tests/declared/oracle/describe.rs"]
#[allow(dead_code)] // the test uses the rest
mod describe;
#[path = "tests/declared/oracle/generate.rs"]
mod generate;
#[path = "tests/declared/grammar/handed_in.rs"]
mod handed_in;
#[path = "tests/declared/oracle/print.rs"]
mod print;
#[path = "src/random.rs"]
#[allow(unreachable_pub)] // the tests share it
mod random;

use std::{env, fs, path::Path};

fn main() {
    for file in ["describe", "generate", "print"] {
        println!("cargo::rerun-if-changed=tests/declared/oracle/{file}.rs");
    }
    println!("cargo::rerun-if-changed=tests/declared/grammar/handed_in.rs");
    println!("cargo::rerun-if-changed=src/random.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let directory = env::var_os("OUT_DIR").expect("cargo sets it");
    let text = print::rust(&generate::all());
    let directory = Path::new(&directory);
    fs::write(directory.join("graphs.rs"), text).expect("OUT_DIR can be written to");
    let modules = handed_in::modules();
    fs::write(directory.join("handed_in.rs"), modules).expect("OUT_DIR can be written to");
}
