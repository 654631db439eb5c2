//! The documentation of a user's crate: rustdoc makes it without a warning, and it shows the graph.

use signal_kernel_ui_tests::cargo;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn rustdoc_has_nothing_to_complain_about() {
    let folder = package();
    for visible in [&[][..], &["--document-private-items"][..]] {
        let (mut doc, results) = cargo("doc", &folder, env!("CARGO_TARGET_TMPDIR"));
        let output = doc
            .arg("--no-deps")
            .args(visible)
            .env("RUSTDOCFLAGS", "-D warnings")
            .output()
            .expect("cargo runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{visible:?}\n{told}");
        let page = results.join("doc/documented/struct.Page.html");
        let page = fs::read_to_string(page).expect("the page of a struct");
        for part in [
            "<svg role=\"img\"",
            "<title>Dependency graph of Page</title>",
            "href=\"#method.user\"",
            "<code>note</code> depends on",
        ] {
            assert!(page.contains(part), "{part} is missing");
        }
        let hidden = visible.is_empty();
        assert_eq!(hidden, !page.contains("id=\"method.length\""));
        assert!(!page.contains("__"), "something of ours is shown");
    }
}

/// A package of its own, as a user's is.
fn package() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documented");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::create_dir_all(&folder).expect("a folder for the package");
    let manifest = format!(
        "[package]\nname = \"documented\"\nedition = \"2024\"\n\
         [lib]\npath = {:?}\n[dependencies]\nsignal-kernel = {{ path = {:?} }}\n[workspace]\n",
        here.join("pass/documented.rs"),
        here.join("../signal-kernel"),
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    fs::copy(here.join("../Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    folder
}
