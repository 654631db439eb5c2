//! The whole expansion of three structs as rustc sees it, pretty-printed. To accept a change: run the tests with
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
    let (output, errors) = crate::reactive2(input);
    assert_eq!(errors.into_list(), []);
    let file = syn::parse2(for_rustc(output)).expect("the expansion is a file of items");
    prettyplease::unparse(&file)
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
