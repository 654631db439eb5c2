//! Prints the graphs of `tests/declared/grammar.rs` that are made by macros.
//!
//! Must not know: what the graphs are for.

#[path = "tests/declared/grammar/handed_in.rs"]
mod handed_in;

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=tests/declared/grammar/handed_in.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let directory = env::var_os("OUT_DIR").expect("cargo sets it");
    let modules = handed_in::modules();
    fs::write(Path::new(&directory).join("handed_in.rs"), modules)
        .expect("OUT_DIR can be written to");
}
