//! SK008, SK009, SK010, SK019, SK020, SK021: input that does not parse, or stands in the wrong place.

use super::{assert_errors, assert_item};

const KEYWORDS: &str =
    "expected one of: `let`, `signal`, `computed`, `resource`, `effect`, `graph`, `list`";

#[test]
fn a_whole_graph_is_accepted() {
    assert_errors(
        "/// What the profile page knows.
        #[derive(Debug)]
        #[allow(clippy::pedantic)]
        pub struct Profile<T: Clone = u8, const N: usize = { 3 }> where T: Send {
            /// Handed to every fetch.
            let client: Client;
            let mut log: Vec<String> = Vec::new();
            pub signal id: u64 = 1;
            #[eq(never)] signal draft: String;
            #[eq(f64::eq)] pub(crate) computed price: f64 = *id as f64 * 2.0;
            #[keep_previous(false)] #[manual] #[eq(User::same)]
            pub resource user = fetch_user::<T>(client, id, (*draft)?);
            computed title: String = match user.value() {
                Some(user) => format!(\"{} (#{})\", user.name, user.id),
                None => \"…\".to_owned(),
            };
            effect show { println!(\"[{:?}] {title}\", user.status()); log.push(title.clone()); *log = vec![]; }
            effect timer: Timer = Timer::new(*price);
        }
        struct Empty {}",
        &[],
    );
}

#[test]
fn something_else_than_a_struct() {
    let text = "expected `struct Name { … }`";
    assert_errors("", &[&format!("SK019 1:1 {text}")]);
    assert_errors("pub enum A { B }", &[&format!("SK019 1:5 {text}")]);
    assert_errors("struct A(u8);", &[&format!("SK019 1:9 {text}")]);
    assert_errors("struct A;", &[&format!("SK019 1:9 {text}")]);
    assert_errors("struct { }", &[&format!("SK019 1:8 {text}")]);
    assert_errors("struct", &[&format!("SK019 1:1 {text}")]);
    assert_errors("signal a: u8 = 1;", &[&format!("SK019 1:1 {text}")]);
    assert_errors(
        "struct A { signal a: u8 = 1; } enum B {} struct C { x }",
        &[
            &format!("SK019 1:32 {text}"),
            &format!("SK009 1:53 {KEYWORDS}"),
        ],
    );
    assert_errors(
        "struct type { }",
        &["SK008 1:8 expected identifier, found keyword `type`"],
    );
    assert_errors("struct A<T { }", &["SK008 1:12 expected `,`"]);
}

#[test]
fn a_missing_piece_is_one_error() {
    assert_item("signal a: u8 = 1", &["SK008 2:1 expected `;`"]);
    assert_item(
        "signal a: u8 = 1\nsignal b: u8 = 2;",
        &["SK008 2:1 expected `;`"],
    );
    assert_item("signal a u8 = 1;", &["SK008 1:10 expected `:`"]);
    assert_item("signal a = 1;", &["SK008 1:10 expected `:`"]);
    assert_item("signal a: = 1;", &["SK008 1:11 expected a type"]);
    assert_item("signal a: ;", &["SK008 1:11 expected a type"]);
    assert_item("signal a: 3 = 1;", &["SK008 1:11 expected a type"]);
    assert_item("signal a: u8 1;", &["SK008 1:14 expected `=` or `;`"]);
    assert_item("signal a: u8 = ;", &["SK008 1:16 expected an expression"]);
    assert_item("signal a;", &["SK008 1:9 expected `:`"]);
    assert_item("signal ;", &["SK008 1:8 expected identifier"]);
    assert_item(
        "signal type: u8;",
        &["SK008 1:8 expected identifier, found keyword `type`"],
    );
    assert_item(
        "signal a: _ = 1;",
        &["SK008 1:11 expected a type, found `_` | a node's type is part of its declaration"],
    );
    assert_item(
        "signal mut a: u8 = 1;",
        &["SK008 1:8 expected the name of the signal | only a plain field can be `mut`: `let mut`"],
    );
    assert_item("computed a: u8;", &["SK008 1:15 expected `=`"]);
    assert_item(
        "computed a: u8 { 1 }\nsignal b: u8;",
        &["SK008 1:16 expected `=`"],
    );
    assert_item(
        "computed a: u8 = b.;",
        &["SK008 1:20 expected identifier or integer"],
    );
    assert_item(
        "computed a: u8 = f(1 +);",
        &["SK008 1:23 expected an expression"],
    );
    assert_item("computed a: u8 = 1 2;", &["SK008 1:20 expected `;`"]);
    assert_item(
        "computed a: u8 = 1 +",
        &["SK008 2:1 expected an expression"],
    );
    assert_item("computed a: ;", &["SK008 1:13 expected a type"]);
    assert_item("computed a;", &["SK008 1:11 expected `:`"]);
    assert_item("computed a = 1;", &["SK008 1:12 expected `:`"]);
    assert_item(
        "computed a u8;",
        &["SK008 1:12 expected `:`", "SK008 1:14 expected `=`"],
    );
    assert_item("effect e;", &["SK008 1:9 expected `:` or a block"]);
    assert_item("effect e = 1;", &["SK008 1:10 expected `:` or a block"]);
    assert_item("effect { f() }", &["SK008 1:8 expected identifier"]);
    assert_item("effect e { let = 1; }", &["SK008 1:16 expected a pattern"]);
    assert_item(
        "resource r: u8 = f();",
        &["SK008 1:11 expected `=` | the type of a resource follows from its function"],
    );
    assert_item("resource r;", &["SK008 1:11 expected `=`"]);
    assert_item("resource r = ;", &["SK008 1:14 expected an expression"]);
    assert_item(
        "resource r = f(1 +);",
        &["SK008 1:19 expected an expression"],
    );
}

#[test]
fn a_graph_inside_that_does_not_parse() {
    let made = "a graph inside is made by the call behind its type, `name: Type(arguments);`, or is a parameter of `new`, `name: Type;`";
    assert_item("graph s Search;", &["SK008 1:9 expected `:`"]);
    assert_item("graph s: ;", &["SK008 1:10 expected a type"]);
    assert_item(
        "graph s: Search = Search();",
        &[&format!("SK008 1:17 expected `;` | {made}")],
    );
    assert_item(
        "graph s: Search { dark: 1 };",
        &[
            "SK008 1:17 expected `(` | only a graph that is made here is fed: `name: Type(arguments) { signal: value };`",
        ],
    );
    assert_item(
        "graph s: Search(1, +);",
        &["SK008 1:20 expected an expression"],
    );
    assert_item(
        "graph s: Search() { dark: , light: a. };",
        &[
            "SK008 1:27 expected an expression",
            "SK008 1:39 expected identifier or integer",
        ],
    );
    assert_item("graph s: Search() { dark };", &["SK008 1:26 expected `:`"]);
    assert_item(
        "graph s: Search() { 1 };",
        &["SK008 1:21 expected identifier"],
    );
    assert_item(
        "graph mut s: Search();",
        &["SK008 1:7 expected the name of the graph | only a plain field can be `mut`: `let mut`"],
    );
    assert_item("graph s: Search()", &["SK008 2:1 expected `;`"]);
    assert_item(
        "signal a: u8; graph s: A<B = u8>((1, 2)) { a: [1, 2].x(|a, b| *a), b: f::<u8, u8>(), }; signal b: u8;",
        &[],
    );
}

#[test]
fn a_node_that_is_partly_missing_is_still_there() {
    assert_item(
        "signal price u8 = 1;\ncomputed total: u8 = *price;",
        &["SK008 1:14 expected `:`"],
    );
    assert_item(
        "signal = 1;\ncomputed total: u8 = *price * 2;",
        &["SK008 1:8 expected identifier"],
    );
    assert_item(
        "stat price: u8 = 1;\ncomputed total: u8 = *prise * 2;",
        &[&format!("SK009 1:1 {KEYWORDS}")],
    );
    assert_item(
        "computed a: u8 = ;\ncomputed b: u8 = *a; computed c: u8 = *b;",
        &["SK008 1:18 expected an expression"],
    );
}

#[test]
fn unknown_keywords() {
    assert_item(
        "singal a: u8 = 1;\ncomputed b: u8 = *a;",
        &[&format!("SK009 1:1 {KEYWORDS} | did you mean `signal`?")],
    );
    assert_item(
        "effetc e { f() }\nsignal b: u8;",
        &[&format!("SK009 1:1 {KEYWORDS} | did you mean `effect`?")],
    );
    assert_item(
        "price: u8,",
        &[&format!(
            "SK009 1:1 {KEYWORDS} | a plain field is `let price: …;`, a source is `signal price: …;`"
        )],
    );
    assert_item(
        "fn f() {}\nsignal b: u8;",
        &[&format!("SK009 1:1 {KEYWORDS}")],
    );
    assert_item("/// lost", &[&format!("SK009 2:1 {KEYWORDS}")]);
    assert_item("pub", &[&format!("SK009 2:1 {KEYWORDS}")]);
    assert_item("= 3;", &[&format!("SK009 1:1 {KEYWORDS}")]);
}

#[test]
fn attributes() {
    assert_item(
        "#[equal(x)] signal a: u8;",
        &[
            "SK010 1:3 unknown attribute `equal` | doc comments, lint attributes and `eq`, `keep_previous`, `on_cancel`, `on_error`, `debounce`, `timeout`, `retry`, `retry_if`, `refresh`, `manual`, `eager`, `after_first`, `state` can stand here",
        ],
    );
    assert_item("#[eager] #[eq(never)] computed a: u8 = 1;", &[]);
    assert_item(
        "#[eager] signal a: u8;",
        &[
            "SK010 1:3 attribute `eager` has no meaning on a signal | `eager` computes a value with each write; only a `computed` waits for a read",
        ],
    );
    assert_item(
        "#[eager(true)] computed a: u8 = 1;",
        &["SK010 1:3 expected `#[eager]`"],
    );
    assert_item(
        "#[after_first] computed a: u8 = 1;",
        &[
            "SK010 1:3 attribute `after_first` has no meaning on a computed value | `after_first` leaves out the first run of an `effect`",
        ],
    );
    assert_item(
        "#[after_first] effect e {}",
        &[
            "SK010 1:3 this effect never runs: `after_first` leaves out its first run, and it depends on no node",
        ],
    );
    assert_item(
        "#[after_fist] effect e {}",
        &["SK010 1:3 unknown attribute `after_fist` | did you mean `after_first`?"],
    );
    assert_item(
        "#[manul] resource r = f();",
        &["SK010 1:3 unknown attribute `manul` | did you mean `manual`?"],
    );
    assert_item(
        "#[eq(x)] #[eq(x)] signal a: u8;",
        &["SK010 1:12 attribute `eq` is given twice"],
    );
    assert_item(
        "#[eq(x)] #[eq(never)] signal a: u8;",
        &["SK010 1:12 attribute `eq` contradicts the one above"],
    );
    assert_item(
        "#[manual] computed a: u8 = 1;",
        &[
            "SK010 1:3 attribute `manual` has no meaning on a computed value | it belongs to a `resource`",
        ],
    );
    assert_item(
        "#[keep_previous(true)] signal a: u8;",
        &[
            "SK010 1:3 attribute `keep_previous` has no meaning on a signal | it belongs to a `resource`",
        ],
    );
    assert_item(
        "#[eq(x)] effect e {}",
        &[
            "SK010 1:3 attribute `eq` has no meaning on an effect | `eq` compares the values of a signal, a computed value or a resource",
        ],
    );
    assert_item(
        "#[eq(x)] let a: u8;",
        &[
            "SK010 1:3 attribute `eq` has no meaning on a field | `eq` compares the values of a signal, a computed value or a resource",
        ],
    );
    assert_item(
        "#[eq(never)] resource r = f();",
        &[
            "SK010 1:6 attribute `eq(never)` has no meaning on a resource | every result of a resource counts, unless `#[eq(path)]` compares them",
        ],
    );
    assert_item(
        "#[eq] signal a: u8;",
        &[
            "SK010 1:3 expected `#[eq(path)]` or `#[eq(never)]` | the path names a `fn(&T, &T) -> bool`",
        ],
    );
    assert_item(
        "#[eq(|a, b| true)] signal a: u8;",
        &[
            "SK010 1:3 expected `#[eq(path)]` or `#[eq(never)]` | the path names a `fn(&T, &T) -> bool`",
        ],
    );
    assert_item(
        "#[keep_previous] resource r = f();",
        &[
            "SK010 1:3 expected `#[keep_previous(true)]`, `#[keep_previous(reload)]` or `#[keep_previous(false)]` | \
             `reload` keeps the value while work runs again for the same input",
        ],
    );
    assert_item(
        "#[on_cancel(keep)] #[on_error(clear)] resource r = f();",
        &[],
    );
    assert_item(
        "#[on_cancel] #[on_error(keeep)] resource r = f();",
        &[
            "SK010 1:3 expected `#[on_cancel(rollback)]`, `#[on_cancel(keep)]` or `#[on_cancel(clear)]` | \
             `keep` keeps a partial answer, `clear` takes the last whole one too",
            "SK010 1:16 expected `#[on_error(rollback)]`, `#[on_error(keep)]` or `#[on_error(clear)]` | \
             did you mean `keep`?",
        ],
    );
    assert_item(
        "#[on_cancel(keep)] #[on_cancel(clear)] resource r = f();",
        &["SK010 1:22 attribute `on_cancel` contradicts the one above"],
    );
    assert_item(
        "#[on_error(keep)] effect e {}",
        &[
            "SK010 1:3 attribute `on_error` has no meaning on an effect | it belongs to a `resource`",
        ],
    );
    assert_item(
        "#[manual(true)] resource r = f();",
        &["SK010 1:3 expected `#[manual]`"],
    );
    assert_item(
        "#[clippy::cognitive_complexity = \"9\"] #[deprecated] #[must_use] computed a: u8 = 1;",
        &[],
    );
}

#[test]
fn derives() {
    assert_errors(
        "#[derive(Debug, Clone)] struct A {}",
        &[
            "SK021 1:17 a graph cannot be `Clone`: work in flight has one owner | clone the values you need",
        ],
    );
    assert_errors("#[derive(std::fmt::Debug)] struct A {}", &[]);
    assert_errors(
        "#[derive(Debug)] #[derive(Debug)] struct A {}",
        &["SK010 1:27 `Debug` is derived twice"],
    );
    assert_errors(
        "#[derive(PartialEq, Default, serde::Serialize)] struct A {}",
        &[
            "SK021 1:10 a graph cannot be `PartialEq`: it is not a value | compare the values you need",
            "SK021 1:21 a graph cannot be `Default`: its values come from the declaration | if `new` takes no parameters, the graph has `Default` already",
            "SK021 1:30 a graph cannot be `Serialize`: only `Debug` can be derived | implement it by hand, on the getters",
        ],
    );
    assert_errors(
        "#[derve(Debug)] struct A {}",
        &["SK010 1:3 unknown attribute `derve` | did you mean `derive`?"],
    );
}

#[test]
fn types_own_their_values() {
    let borrowed = "reactive structs own their values: no borrowed types | store an owned value (`String` for `&str`), or a `&'static` one";
    assert_errors(
        "struct A<'a, T> { let x: &'a T; }",
        &[
            "SK020 1:10 reactive structs own their values: no lifetime parameters | store an owned value, or a `&'static` one",
        ],
    );
    assert_item(
        "signal a: &str = \"\";",
        &[&format!("SK020 1:11 {borrowed}")],
    );
    assert_item(
        "signal a: Cow<'_, [&u8]>;",
        &[&format!("SK020 1:15 {borrowed}")],
    );
    assert_item(
        "signal a: Vec<&'a str>;",
        &[&format!("SK020 1:16 {borrowed}")],
    );
    assert_item(
        "let f: Box<dyn for<'a> Fn(&'a str, &str) -> &'a str>; let g: fn(&u8) -> &u8; let h: &'static str;",
        &[],
    );
    assert_item(
        "let f: Box<dyn for<'a> Trait<'a>>; let g: [u8; { const N: &usize = &1; *N }];",
        &[],
    );
    assert_item(
        "let f: impl Fn();",
        &[
            "SK020 1:8 a node's type needs a name: `impl Trait` has none | write the type, or `Box<dyn Trait>`",
        ],
    );
}

#[test]
fn an_operator_where_an_equals_sign_belongs() {
    assert_item(
        "signal a: u64 += 1;\ncomputed b: u64 *= 1;\nlet c: Vec<u8> += 1;",
        &[
            "SK008 1:15 expected `=`",
            "SK008 2:17 expected `=`",
            "SK008 3:16 expected `=`",
        ],
    );
    assert_item("let a: Box<dyn A + B> = b; let c: Vec<u8>= d;", &[]);
}
