//! The whole expansion of five structs as rustc sees it, pretty-printed. To accept a change: run the tests with
//! `UPDATE_EXPECT=1` and read the difference.

use super::editor::for_rustc;
use expect_test::expect_file;
use proc_macro2::TokenStream;
use std::{fs, path::Path};

fn assert_expansion(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/snapshots");
    let input = fs::read_to_string(folder.join(format!("{name}.in.rs"))).expect("the input");
    expect_file![folder.join(format!("{name}.out.rs"))].assert_eq(&printed(&input));
}

/// The expansion of these structs as rustc sees it, pretty-printed.
pub(super) fn printed(input: &str) -> String {
    let input: TokenStream = input.parse().expect("tokens");
    let (output, errors) = crate::reactive::reactive(input);
    assert_eq!(errors.into_list(), []);
    let file = syn::parse2(for_rustc(output)).expect("the expansion is a file of items");
    wrapped(&prettyplease::unparse(&file))
}

/// `prettyplease` puts each token of a macro in an attribute on a line of its own: here they fill their lines.
fn wrapped(printed: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut in_picture = false;
    for line in printed.lines() {
        let last = lines
            .last_mut()
            .filter(|last| in_picture && last.len() < 100);
        match last {
            Some(last) => *last = format!("{last} {}", line.trim_start()),
            None => lines.push(line.to_owned()),
        }
        in_picture |= line.contains("picture!{");
        in_picture &= !line.ends_with('}');
    }
    lines.join("\n") + "\n"
}

#[test]
fn signals_a_computed_value_and_an_effect() {
    assert_expansion("cart");
}

#[test]
fn a_resource_fields_attributes_and_both_kinds_of_effect() {
    assert_expansion("profile");
}

#[test]
fn generics_raw_identifiers_and_lazy_values() {
    assert_expansion("generic");
}

#[test]
fn signals_that_start_anew() {
    assert_expansion("per");
}

#[test]
fn a_resource_that_waits_for_a_request_an_unused_node_and_the_name_of_the_batch_type() {
    assert_expansion("requests");
}

#[test]
fn graphs_inside_a_graph() {
    assert_expansion("parent");
}

#[test]
fn lists_of_graphs() {
    assert_expansion("todos");
}

#[test]
fn the_state_as_plain_data() {
    assert_expansion("saved");
}
