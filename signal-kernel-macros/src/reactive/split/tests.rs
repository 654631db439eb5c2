//! The cuts between items.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Each item's tokens; a `;` that was added is written as `<;>`.
fn cut(body: &str) -> Vec<String> {
    let input: TokenStream = format!("struct S {{ {body} }}").parse().expect("tokens");
    let mut structs = super::structs(input);
    assert_eq!(structs.len(), 1);
    let items = structs.remove(0).items.into_iter().map(|item| {
        let text = item.tokens.to_string();
        if item.unfinished {
            format!("{}<;>", text.trim_end_matches([' ', ';']))
        } else {
            text
        }
    });
    items.collect()
}

#[track_caller]
fn assert_cut(body: &str, expected: &[&str]) {
    let expected: Vec<String> = expected
        .iter()
        .map(|item| match item.strip_suffix("<;>") {
            Some(item) => format!("{}<;>", item.parse::<TokenStream>().expect("tokens")),
            None => item.parse::<TokenStream>().expect("tokens").to_string(),
        })
        .collect();
    assert_eq!(cut(body), expected, "{body}");
}

#[test]
fn items_end_at_semicolons_and_blocks() {
    assert_cut("", &[]);
    assert_cut(
        "let a: u8; signal b: u8 = 1;",
        &["let a: u8;", "signal b: u8 = 1;"],
    );
    assert_cut(
        "effect e { a; b } signal c: u8;",
        &["effect e { a; b }", "signal c: u8;"],
    );
    assert_cut(
        "effect e: G = { a; b }; let c: u8;",
        &["effect e: G = { a; b };", "let c: u8;"],
    );
    assert_cut(
        "/// doc\n #[eq(x)] pub(crate) signal b: u8;",
        &["#[doc = \" doc\"] #[eq(x)] pub(crate) signal b: u8;"],
    );
    assert_cut(";; let a: u8;; ", &["let a: u8;"]);
}

#[test]
fn a_missing_semicolon_is_made_up() {
    assert_cut(
        "let a: u8 signal b: u8;",
        &["let a: u8<;>", "signal b: u8;"],
    );
    assert_cut(
        "computed a: u8 = b. #[x] pub effect e {}",
        &["computed a: u8 = b.<;>", "#[x] pub effect e {}"],
    );
    assert_cut(
        "computed a: u8 = { 1 } let mut b: u8;",
        &["computed a: u8 = { 1 }<;>", "let mut b: u8;"],
    );
    assert_cut(
        "computed a: u8 = match b {} computed c",
        &["computed a: u8 = match b {} computed c<;>"],
    );
    assert_cut("signal a", &["signal a<;>"]);
    assert_cut(
        "singal a: u8 = 1 effect e {}",
        &["singal a: u8 = 1<;>", "effect e {}"],
    );
    assert_cut(
        "efect e { } signal a: u8;",
        &["efect e { }", "signal a: u8;"],
    );
    assert_cut(
        "#[x] #[y] z #[x] #[y] signal a: u8;",
        &["#[x] #[y] z<;>", "#[x] #[y] signal a: u8;"],
    );
}

#[test]
fn words_inside_of_an_expression_cut_nothing() {
    for item in [
        "computed a: bool = if let x = y { 1 } else { 2 };",
        "computed a: bool = if p && let x = y { 1 } else { 2 };",
        "computed a: bool = while let x = y {};",
        "computed a: u8 = signal;",
        "computed a: u8 = signal == effect;",
        "computed a: u64 = signal as u64;",
        "computed a: u8 = match signal { x => 1 };",
        "computed a: u8 = signal::effect::let_();",
        "signal signal: u8 = 1;",
        "signal computed: u8 = 1;",
        "let effect: effect = effect;",
        "computed let_: u8 = resource;",
        "signal r#let: u8 = 1;",
        "computed a: u8 = { let x = 1; x };",
        "computed a: F = |x| signal => y;",
    ] {
        assert_cut(item, &[item]);
    }
}

#[test]
fn structs_end_at_their_braces() {
    for (input, heads) in [
        ("", vec![]),
        (
            "struct A { } pub struct B { }",
            vec!["struct A {}", "pub struct B {}"],
        ),
        (
            "struct A<const N: usize = { 1 }> { }",
            vec!["struct A<const N: usize = { 1 }> {}"],
        ),
        (
            "struct A<T> where T: Fn() -> X<{ 1 }>, { }",
            vec!["struct A<T> where T: Fn() -> X<{ 1 }>, {}"],
        ),
        (
            "struct A<T { } struct B { }",
            vec!["struct A<T {}", "struct B {}"],
        ),
        (
            "struct A(u8); struct B;",
            vec!["struct A(u8);", "struct B;"],
        ),
        ("struct A {}; ; struct", vec!["struct A {}", "struct"]),
    ] {
        let input: TokenStream = input.parse().expect("tokens");
        let expected: Vec<String> = heads
            .iter()
            .map(|head| head.parse::<TokenStream>().expect("tokens").to_string())
            .collect();
        let heads: Vec<String> = super::structs(input)
            .iter()
            .map(|part| part.head.to_string())
            .collect();
        assert_eq!(heads, expected);
    }
}

fn invisible(text: &str) -> TokenTree {
    let stream = text.parse::<TokenStream>().expect("tokens");
    Group::new(Delimiter::None, stream).into()
}

/// The tokens that `$vis signal a: $ty = $expr; effect e $block` hands over.
#[test]
fn fragments_of_a_macro() {
    let mut body = TokenStream::new();
    let plain = |text: &str| text.parse::<TokenStream>().expect("tokens");
    body.extend([invisible("pub(crate)")]);
    body.extend(plain("signal a:"));
    body.extend([invisible("Vec<u8>")]);
    body.extend(plain("="));
    body.extend([invisible("1 + 2")]);
    body.extend([invisible("")]);
    body.extend(plain("computed"));
    body.extend([invisible("b")]);
    body.extend(plain(": u8 = 1; effect e"));
    body.extend([invisible("{ a }")]);
    let mut input = plain("struct S");
    input.extend([TokenTree::from(Group::new(Delimiter::Brace, body))]);
    let items = super::structs(input).remove(0).items;
    assert_eq!(items.len(), 3);
    assert!(items[0].unfinished);
    let invisible = items[0].tokens.clone().into_iter().filter(
        |token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::None),
    );
    assert_eq!(invisible.count(), 1, "the type keeps its group");
}
