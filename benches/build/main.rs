//! Writes the declared graphs: they are too long to write by hand, and have the shapes of the other sides' graphs.
//!
//! Invariants: a graph of `declared.rs` has one `Graph` implementation, beside it.
//!
//! Must not know: the plans.

mod fields;
mod graph;
mod shapes;

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build");
    let folder = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let folder = Path::new(&folder);
    let large = env::var_os("CARGO_FEATURE_LARGE").is_some();
    fs::write(folder.join("declared.rs"), shapes::all(large)).expect("OUT_DIR is writable");
    fs::write(folder.join("fields.rs"), fields::all()).expect("OUT_DIR is writable");
}
