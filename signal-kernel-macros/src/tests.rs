//! From text to errors: their texts and their positions.

mod broken;
mod budgets;
mod conditions;
mod editor;
mod layers;
mod rules;
mod snapshots;
mod syntax;
mod waits;

use proc_macro2::TokenStream;

/// Each error as `code line:column text | help`.
fn diagnostics(source: &str) -> Vec<String> {
    let input: TokenStream = source.parse().expect("tokens");
    let (_, errors) = crate::reactive::reactive(input);
    let list = errors.into_list().into_iter();
    list.map(|(code, place, text)| format!("{code} {place} {text}"))
        .collect()
}

#[track_caller]
fn assert_errors(source: &str, expected: &[&str]) {
    assert_eq!(diagnostics(source), expected, "{source}");
}

/// One struct `S` around an item, which starts at `1:1` so that columns can be counted.
#[track_caller]
fn assert_item(items: &str, expected: &[&str]) {
    let source = format!("struct S {{\n{items}\n}}");
    let expected: Vec<String> = expected
        .iter()
        .map(|line| {
            let (code, rest) = line.split_once(' ').expect("a code");
            let (place, text) = rest.split_once(' ').expect("a place");
            let (line, column) = place.split_once(':').expect("a line and a column");
            let line: usize = line.parse().expect("a line");
            format!("{code} {}:{column} {text}", line + 1)
        })
        .collect();
    assert_eq!(diagnostics(&source), expected, "{source}");
}
