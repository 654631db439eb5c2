//! Compile-pass and compile-fail programs live beside this crate in `pass/` and `fail/`.

use std::path::{Path, PathBuf};

/// The folder in which trybuild compiles, from the folder that Cargo gives to tests. Packages that a test compiles there
/// find the macros and their dependencies compiled.
///
/// # Panics
///
/// If the folder has no parent.
pub fn target(temporary: &str) -> PathBuf {
    let target = Path::new(temporary).parent();
    target.expect("a target folder").join("tests/trybuild")
}
