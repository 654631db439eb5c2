//! `#[cfg]` and `#[cfg_attr]`, before and after rustc's answers.

use super::{assert_errors, assert_item};
use proc_macro2::TokenStream;
use quote::quote;

/// The predicates that rustc is asked for, in order.
fn asked(source: &str) -> Vec<String> {
    let (output, errors) = crate::reactive::reactive(source.parse().expect("tokens"));
    assert_eq!(errors.into_list(), []);
    let text = output.to_string();
    let asked = text.split("# [cfg (").skip(1).step_by(2);
    let asked = asked.filter_map(|asked| asked.split_once(")] macro_rules"));
    asked.map(|(asked, _)| asked.trim().to_owned()).collect()
}

/// The expansion of the input with these answers, and the errors about it.
fn answered(answers: TokenStream, source: &str) -> (String, Vec<String>) {
    let source: TokenStream = source.parse().expect("tokens");
    let (output, errors) = crate::reactive::answered(quote!([#answers] #source));
    let errors = errors.into_list().into_iter();
    let errors = errors.map(|(code, _, text)| format!("{code} {text}"));
    (output.to_string(), errors.collect())
}

const SOURCE: &str = "
    #[cfg(a)] struct A { signal x: u8 = 1; }
    #[cfg_attr(b, derive(Debug), cfg(c))] struct B {
        #[cfg(a)] signal x: u8 = 1;
        #[cfg(not(a))] signal y: u8 = 1;
        computed z: u8 = *x;
    }";

#[test]
fn each_predicate_is_asked_once() {
    assert_eq!(asked(SOURCE), ["a", "b", "c", "not (a)"]);
}

#[test]
fn answers_decide_what_is_there() {
    let (output, errors) = answered(quote!(1 1 1 0), SOURCE);
    assert_eq!(errors, [] as [&str; 0]);
    for there in ["struct A", "struct B", "Debug for B", "set_x"] {
        assert!(output.contains(there), "{there}");
    }
    assert!(!output.contains("set_y"));
    // A name that is switched off resembles another node's, but rustc reports it.
    let (output, errors) = answered(quote!(0 1 1 1), SOURCE);
    assert_eq!(errors, [] as [&str; 0]);
    for gone in ["fn set_x", "struct A", "fn x"] {
        assert!(!output.contains(gone), "{gone}: {output}");
    }
    assert!(output.contains("set_y"));
    let (output, errors) = answered(quote!(0 1 0 1), SOURCE);
    assert_eq!((output.as_str(), errors), ("", vec![]));
}

#[test]
fn mistakes_are_told_once_the_answers_are_there() {
    let source = "struct A { #[cfg(a)] signal x: u8 = ; #[cfg_attr(a, eq)] signal y: u8 = 1; }";
    let on = [
        "SK008 expected an expression",
        "SK010 expected `#[eq(path)]` or `#[eq(never)]` | the path names a `fn(&T, &T) -> bool`",
    ];
    assert_errors(source, &[]);
    assert_eq!(answered(quote!(1), source).1, on);
    assert_eq!(answered(quote!(0), source).1, [] as [&str; 0]);
}

#[test]
fn a_predicate_that_is_none_is_not_asked() {
    let help =
        "a predicate is `feature = \"name\"`, `test`, `unix`, or `all`, `any`, `not` of others";
    for (attribute, shape) in [
        ("#[cfg]", "`#[cfg(predicate)]`"),
        ("#[cfg()]", "`#[cfg(predicate)]`"),
        ("#[cfg(a, b)]", "`#[cfg(predicate)]`"),
        ("#[cfg(not(a, b))]", "`#[cfg(predicate)]`"),
        ("#[cfg(feature == 1)]", "`#[cfg(predicate)]`"),
        (
            "#[cfg_attr(!a, eq(never))]",
            "`#[cfg_attr(predicate, attribute)]`",
        ),
    ] {
        let item = format!("{attribute} signal x: u8 = 1;");
        let found = super::diagnostics(&format!("struct S {{ {item} }}"));
        let [found] = &found[..] else {
            panic!("one error: {found:?}");
        };
        assert!(
            found.ends_with(&format!("expected {shape} | {help}")),
            "{found}"
        );
    }
    assert_item("#[cfg(a)] signal x: u8 = 1;", &[]);
}

/// The text before the cursor must be the same with an editor's marker and without: see `editor`.
#[test]
fn the_question_ends_with_the_users_tokens() {
    let source = "struct A { #[cfg(a)] signal x: u8 = 1; computed y: u8 = x. }";
    let (output, errors) = crate::reactive::reactive(source.parse().expect("tokens"));
    assert_eq!(errors.into_list(), []);
    let source: TokenStream = source.parse().expect("tokens");
    assert!(output.to_string().ends_with(&format!("{{ [] {source} }}")));
}

#[test]
fn the_crate_is_where_the_option_says() {
    let source =
        "#![crate = a::b] struct A { signal x: ::signal_kernel::X = 1; computed y: u8 = 1; }";
    let (output, errors) = crate::reactive::reactive(source.parse().expect("tokens"));
    assert_eq!(errors.into_list(), []);
    let output = output.to_string();
    assert_eq!(
        output.matches(":: signal_kernel").count(),
        output.matches(":: signal_kernel :: X").count()
    );
    assert!(output.contains("a :: b :: __private"));
    assert_errors(
        "#![crate = 1] #![deny(x)] #![crate = a] #![crate = b] struct A {}",
        &[
            "SK010 1:4 expected `#![crate = path]` | the path leads to `signal_kernel`; other attributes stand on the structs",
            "SK010 1:18 expected `#![crate = path]` | the path leads to `signal_kernel`; other attributes stand on the structs",
            "SK010 1:44 `crate` is given twice | remove one of them",
        ],
    );
}
