//! The attributes that wait: lengths of time, and their errors.

use super::{assert_errors, assert_item};

#[test]
fn each_attribute_that_waits_needs_a_sleep() {
    let items = "signal a: u8;\n\
                 #[debounce(150ms)] #[timeout(2s)] #[retry(5, 250ms..=8s)] #[retry_if(E::is_gone)]\n\
                 #[refresh(5min)] resource r = f(a);";
    let no_sleep = |word: &str, place: &str| {
        format!(
            "SK040 {place} attribute `{word}` needs a way to sleep | \
             name it on `S`: `#[sleep(tokio::time::sleep)]`, or a `let` field that is a `Sleeper`"
        )
    };
    let expected = [
        no_sleep("debounce", "2:3"),
        no_sleep("timeout", "2:22"),
        no_sleep("retry", "2:37"),
        no_sleep("refresh", "3:3"),
    ];
    assert_item(items, &expected.each_ref().map(String::as_str));
    for sleep in ["tokio::time::sleep", "local, gloo::sleep", "clock", "local"] {
        assert_errors(&format!("#[sleep({sleep})] struct S {{ {items} }}"), &[]);
    }
}

#[test]
fn a_sleep_is_a_path() {
    let help = "the path names a `fn(Duration) -> impl Future`, such as `tokio::time::sleep`, or a `let` field that is a `Sleeper`";
    for sleep in [
        "sleep",
        "sleep()",
        "sleep(|d| f(d))",
        "sleep(a, b)",
        "sleep = a",
    ] {
        let expected =
            format!("SK010 1:3 expected `#[sleep(path)]` or `#[sleep(local, path)]` | {help}");
        assert_errors(
            &format!("#[{sleep}] struct S {{ let a: u8; }}"),
            &[&expected],
        );
    }
    assert_errors(
        "#[sleep(a)] #[sleep(b)] struct S { let a: u8; }",
        &["SK010 1:15 attribute `sleep` contradicts the one above"],
    );
}

/// The errors of one attribute on a resource whose graph has a sleep.
#[track_caller]
fn assert_attribute(attribute: &str, expected: &[&str]) {
    let source =
        format!("#[sleep(sleep)] struct S {{ signal a: u8; \n#[{attribute}] resource r = f(a); }}");
    assert_errors(&source, expected);
}

#[test]
fn lengths_of_time() {
    for length in [
        "150ms",
        "2s",
        "5min",
        "1.5s",
        "1h",
        "1_000us",
        "2ns",
        "0.5ms",
        "2.50s",
        "PATIENCE",
        "config::PATIENCE",
        "crate::PATIENCE",
    ] {
        assert_attribute(&format!("timeout({length})"), &[]);
    }
    let help = "a duration is `150ms`, `2s`, `5min`, `1.5s`, or the path of a `const Duration`";
    for (length, place, text) in [
        ("2", "2:11", "`2` what? a duration has a unit"),
        ("2m", "2:11", "there is no unit `m`"),
        ("0s", "2:11", "this is no time at all"),
        ("0.5ns", "2:11", "`0.5ns` is no duration"),
        (
            "99999999999999999999h",
            "2:11",
            "`99999999999999999999h` is no duration",
        ),
        ("\"2s\"", "2:11", "expected a duration"),
        ("2 s", "2:11", "`2` what? a duration has a unit"),
        ("-2s", "2:11", "`-2s` is no duration"),
        ("2s, 3s", "2:13", "unexpected token"),
    ] {
        assert_attribute(
            &format!("timeout({length})"),
            &[&format!("SK010 {place} {text} | {help}")],
        );
    }
    for attribute in ["debounce", "debounce()"] {
        let source = format!(
            "SK010 2:3 expected attribute arguments in parentheses: #[{attribute}(...)] | {help}"
        );
        let expected = match attribute {
            "debounce" => source,
            _ => format!("SK010 2:12 unexpected end of input, expected a duration | {help}"),
        };
        assert_attribute(attribute, &[&expected]);
    }
}

#[test]
fn retries() {
    for arguments in [
        "1, 1s..=1s",
        "5, 250ms..=8s,",
        "MOST, FIRST..=config::LONGEST",
        "3, 1s..=LONGEST",
    ] {
        assert_attribute(&format!("retry({arguments})"), &[]);
    }
    let help = "write the most attempts and the waits before them: `#[retry(5, 250ms..=8s)]`";
    for (arguments, place, text) in [
        ("0, 1s..=2s", "2:9", "no attempt is left to make"),
        ("1s, 1s..=2s", "2:9", "expected a number of attempts"),
        ("5", "2:10", "expected `,`"),
        ("5, 8s..=250ms", "2:12", "this range is empty"),
        ("5, 1s", "2:14", "expected `..=`"),
        ("5, 1s..2s", "2:14", "expected `..=`"),
        (
            "5, 1s..=",
            "2:17",
            "unexpected end of input, expected a duration",
        ),
    ] {
        assert_attribute(
            &format!("retry({arguments})"),
            &[&format!("SK010 {place} {text} | {help}")],
        );
    }
    assert_attribute(
        "retry_if(is_gone)",
        &[
            "SK010 2:3 attribute `retry_if` has no meaning without `retry` | `#[retry(5, 250ms..=8s)]` tries again, `retry_if` says after which errors",
        ],
    );
    assert_attribute(
        "retry_if(|e| true)] #[retry(1, 1s..=1s)",
        &["SK010 2:12 expected identifier | the path names a `fn(&E) -> bool`"],
    );
}

#[test]
fn attributes_without_a_purpose() {
    let manual = |name| format!("attribute `{name}` has no meaning on a `#[manual]` resource");
    assert_errors(
        "#[sleep(s)] struct S { signal a: u8; let c: C;\n#[debounce(1s)] #[refresh(1s)] #[manual] resource r = f(a);\n#[debounce(1s)] resource q = f(c); }",
        &[
            &format!(
                "SK010 2:3 {} | `reload_r` starts it at once, and no change does",
                manual("debounce")
            ),
            &format!(
                "SK010 2:19 {} | only `reload_r` starts it",
                manual("refresh")
            ),
            "SK010 3:3 the input of `q` never changes: it depends on no node | remove `debounce`, which waits until the input has been quiet",
        ],
    );
    assert_item(
        "#[timeout(1s)] computed a: u8 = 1;",
        &[
            "SK010 1:3 attribute `timeout` has no meaning on a computed value | it belongs to a `resource`",
        ],
    );
}
