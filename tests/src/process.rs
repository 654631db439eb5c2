//! Tests that need a process of their own.
//!
//! Must not know: graphs.

use std::{any::type_name, env, process::Command};

/// In the environment of a child.
const CHILD: &str = "SIGNAL_KERNEL_CHILD";

/// Lets `run` run the body of a test in a process of its own: the test starts itself again as a child. So a body that ends
/// the process, for example because a stack overflows, fails one test and no other. The type of the body tells the name of
/// the test.
///
/// # Panics
///
/// If the child does not succeed, with all that it has printed.
pub fn alone<F: FnOnce()>(body: F, run: impl FnOnce(F)) {
    if env::var_os(CHILD).is_some() {
        return run(body);
    }
    // `binary::module::test::{{closure}}`
    let path = type_name::<F>();
    let name = path
        .split_once("::")
        .and_then(|(_, rest)| rest.strip_suffix("::{{closure}}"))
        .expect("the body is a closure of the test");
    let child = Command::new(env::current_exe().expect("a test has a file"))
        .args([name, "--exact", "--nocapture"])
        .env(CHILD, "")
        .output()
        .expect("the test starts again");
    let (said, errors) = (
        String::from_utf8_lossy(&child.stdout),
        String::from_utf8_lossy(&child.stderr),
    );
    let passed = child.status.success() && said.contains("test result: ok. 1 passed");
    assert!(passed, "{}\n{said}\n{errors}", child.status);
}
