//! Prints the random graphs of `tests/oracle.rs`, so that rustc sees them as `reactive!` structs, and the
//! graphs of `tests/grammar.rs` that are made by macros.
//!
//! Must not know: what the graphs are for.

#[path = "tests/oracle/describe.rs"]
#[allow(dead_code)] // the test uses the rest
mod describe;
#[path = "tests/oracle/generate.rs"]
mod generate;
#[path = "tests/grammar/handed_in.rs"]
mod handed_in;
#[path = "tests/oracle/print.rs"]
mod print;
#[path = "tests/oracle/random.rs"]
mod random;

use std::{env, fs, path::Path};

fn main() {
    for file in ["describe", "generate", "print", "random"] {
        println!("cargo::rerun-if-changed=tests/oracle/{file}.rs");
    }
    println!("cargo::rerun-if-changed=tests/grammar/handed_in.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let directory = env::var_os("OUT_DIR").expect("cargo sets it");
    let text = print::rust(&generate::all());
    let directory = Path::new(&directory);
    fs::write(directory.join("graphs.rs"), text).expect("OUT_DIR can be written to");
    let modules = handed_in::modules();
    fs::write(directory.join("handed_in.rs"), modules).expect("OUT_DIR can be written to");
}
