//! Prints the random graphs of `rules/declared.rs`, so that rustc sees them as `reactive!` structs.
//!
//! Must not know: what the graphs are for.

#[path = "../tests/rules/declared/describe.rs"]
#[allow(dead_code)] // the test uses the rest
mod describe;
#[path = "../tests/rules/declared/generate.rs"]
mod generate;
mod print;
#[path = "../../src/random.rs"]
#[allow(dead_code, unreachable_pub)] // the tests share it
mod random;

use std::{env, fs, path::Path};

fn main() {
    for file in ["describe", "generate"] {
        println!("cargo::rerun-if-changed=../tests/rules/declared/{file}.rs");
    }
    println!("cargo::rerun-if-changed=../../src/random.rs");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=print.rs");
    let directory = env::var_os("OUT_DIR").expect("cargo sets it");
    let text = print::rust(&generate::all());
    fs::write(Path::new(&directory).join("graphs.rs"), text).expect("OUT_DIR can be written to");
}
