//! The rules of `check`, and the cycles that `order` finds.

use super::{assert_errors, assert_item};

#[test]
fn misspelt_names() {
    assert_errors(
        "struct Cart { signal qty: u32 = 1; computed total: u32 = qyt * 2 + *qyt; }",
        &["SK001 1:58 no node named `qyt` in `Cart` | did you mean `qty`?"],
    );
    assert_item(
        "signal title: u8; effect e { println!(\"{titel}\"); }",
        &["SK001 1:39 no node named `titel` in `S` | did you mean `title`?"],
    );
    assert_item(
        "signal qty: u8; computed a: u8 = qyt(1) + f(qyt) + quantity.x;",
        &[],
    );
    assert_item("effect show { } effect e { shwo.x; }", &[]);
}

#[test]
fn nodes_that_read_themselves() {
    assert_item(
        "computed total: u8 = *total + 1;",
        &["SK003 1:23 computed `total` reads itself"],
    );
    assert_item(
        "resource user = fetch(user);",
        &["SK003 1:23 resource `user` reads itself"],
    );
    assert_item("computed total: u8 = { let total = 1; total };", &[]);
    assert_item("effect show { show(); }", &[]);
}

#[test]
fn cycles() {
    assert_item(
        "signal a: u8;\ncomputed total: u8 = *a + *tax;\ncomputed tax: u8 = *total * 2;",
        &[
            "SK002 2:10 cyclic dependency: `total` -> `tax` -> `total` | compute these together, or make one of them a `signal`",
            "SK002 3:21 …`tax` reads `total` here",
        ],
    );
    assert_item(
        "computed a: u8 = *b;\nresource b = f(c);\ncomputed c: u8 = *a; computed d: u8 = *e; computed e: u8 = *d;",
        &[
            "SK002 1:10 cyclic dependency: `a` -> `b` -> `c` -> `a` | compute these together, or make one of them a `signal`",
            "SK002 2:16 …`b` reads `c` here",
            "SK002 3:19 …`c` reads `a` here",
            "SK002 3:31 cyclic dependency: `d` -> `e` -> `d` | compute these together, or make one of them a `signal`",
            "SK002 3:61 …`e` reads `d` here",
        ],
    );
    // The dependencies of a broken body are unknown.
    assert_item(
        "computed a: u8 = b.;\ncomputed b: u8 = *a;",
        &["SK008 1:20 expected identifier or integer"],
    );
}

#[test]
fn cycles_through_a_graph_inside() {
    let help = "graph `s` is one step: what feeds it cannot depend on it, through whichever node";
    assert_item(
        "graph s: Search() { dark: *a };\ncomputed a: bool = s.query().is_empty();",
        &[
            &format!("SK002 1:7 cyclic dependency: `s` -> `a` -> `s` | {help}"),
            "SK002 2:20 …`a` reads `s` here",
        ],
    );
    assert_item(
        "graph s: Search() { dark: s.light() };",
        &[
            "SK003 1:27 graph `s` reads itself | a graph inside is one step: what feeds it cannot depend on it, through whichever node",
        ],
    );
    assert_item(
        "graph s: Search() { dark: *p };\nsignal p: u8 = 0 per s.query();",
        &[
            &format!("SK002 1:7 cyclic dependency: `s` -> `p` -> `s` | {help}"),
            "SK002 2:22 …`p` reads `s` here",
        ],
    );
}

#[test]
fn the_arguments_and_feeds_of_a_graph_inside() {
    assert_item(
        "let log: Log;\nlet mut count: u8;\nsignal dark: bool;\ngraph s: a::Search(log, *dark, count, darc.x) { dark: *drak, dark: *dark };",
        &[
            "SK032 4:62 signal `dark` of `s` is fed twice",
            "SK001 4:39 no node named `darc` in `S` | did you mean `dark`?",
            "SK031 4:26 the arguments of `s` are read once: `dark` is a node | feed it: `Search(…) { signal: *dark }`",
            "SK023 4:32 only effects see `let mut` fields | make it a `signal`",
            "SK001 4:56 no node named `drak` in `S` | did you mean `dark`?",
        ],
    );
    assert_item(
        "signal d: u8;\ngraph s: S(x.await, self.y) { a: { d = 3; 1 }, b: f(d).await, c: self.d() };",
        &[
            "SK011 2:14 the arguments of a graph inside are synchronous | await before `new`, and hand the value over in a field",
            "SK012 2:21 bodies see nodes by name, not through `self` | name the nodes themselves",
            "SK006 2:36 feeds cannot write signals | write from outside, in a `batch`",
            "SK011 2:56 feeds are synchronous | declare a `resource`",
            "SK012 2:66 bodies see nodes by name, not through `self` | write `d`",
        ],
    );
}

#[test]
fn names_declared_twice() {
    assert_item(
        "signal price: u8;\ncomputed price: u8 = 1;\neffect r#price { }",
        &[
            "SK004 2:10 node `price` is declared twice",
            "SK004 1:8 first declared here",
            "SK004 3:8 node `r#price` is declared twice",
        ],
    );
    assert_item(
        "signal a: u8; signal a: u8 = 2; computed b: u8 = *a;",
        &[
            "SK004 1:22 node `a` is declared twice",
            "SK004 1:8 first declared here",
        ],
    );
}

#[test]
fn names_that_are_taken() {
    for name in [
        "new",
        "default",
        "part",
        "batch",
        "transaction",
        "poll_progress",
        "progress",
        "settled",
        "GRAPH",
    ] {
        let item = format!("signal {name}: u8; computed b: u8 = *{name};");
        assert_item(
            &item,
            &[&format!("SK005 1:8 the node name `{name}` is reserved")],
        );
    }
    assert_item(
        "computed __x: u8 = 1;",
        &[
            "SK005 1:10 the node name `__x` is reserved | names that start with `__` belong to the macro",
        ],
    );
    let collision = "which is declared here too";
    assert_item(
        "signal price: u8; let set_price: u8;",
        &[&format!(
            "SK005 1:23 signal `price` generates `set_price`, {collision}"
        )],
    );
    assert_item(
        "computed update_price: u8 = 1; signal price: u8;",
        &[&format!(
            "SK005 1:10 signal `price` generates `update_price`, {collision}"
        )],
    );
    assert_item(
        "resource user = f(); signal reload_user: u8;",
        &[&format!(
            "SK005 1:29 resource `user` generates `reload_user`, {collision}"
        )],
    );
    assert_item(
        "resource user = f(); signal cancel_user: u8;",
        &[&format!(
            "SK005 1:29 resource `user` generates `cancel_user`, {collision}"
        )],
    );
    assert_item(
        "let mut log: u8; let log_mut: u8;",
        &[&format!(
            "SK005 1:22 field `log` generates `log_mut`, {collision}"
        )],
    );
    assert_item(
        "signal y_mut: u8; let mut set_y: u8;",
        &["SK005 1:27 field `set_y` generates `set_y_mut`, which `y_mut` generates too"],
    );
    assert_item(
        "signal price: u8; signal price_with: u8;",
        &[
            "SK005 1:26 signal `price_with` generates `update_price_with`, which `price` generates too",
        ],
    );
    assert_item(
        "signal price: u8; effect set_price {} let log: u8; let log_mut: u8; computed x: u8 = 1; let set_x: u8;",
        &[],
    );
}

#[test]
fn writes_in_a_body() {
    let computed = "computed values cannot write signals | write from outside, in a `batch`";
    let effect = "effects cannot write signals, so a graph always comes to rest | derive it with `computed`, or write from the caller";
    let resource =
        "the arguments of a resource cannot write signals | write from outside, in a `batch`";
    assert_item(
        "signal a: u8; computed b: u8 = { a = 3; 1 };",
        &[&format!("SK006 1:34 {computed}")],
    );
    assert_item(
        "signal a: u8; effect e { *a += 3; a.set(4); self.set_a(5); self.update_a(f); }",
        &[
            &format!("SK007 1:27 {effect}"),
            &format!("SK007 1:37 {effect}"),
            &format!("SK007 1:50 {effect}"),
            &format!("SK007 1:65 {effect}"),
        ],
    );
    assert_item(
        "signal a: u8; resource r = f({ a = 1; 2 });",
        &[&format!("SK006 1:32 {resource}")],
    );
    // The rules do not apply to a user's own function, type or field.
    assert_item(
        "signal a: Flag; let mut n: u8; effect e { set_a(a); a.set(1); *n += 1; other.set_a(1); }",
        &[],
    );
    assert_item(
        "signal a: Vec<u8>; effect e { a.update(f); }",
        &[&format!("SK007 1:33 {effect}")],
    );
    let request = "effects cannot start or stop resources, so a graph always comes to rest | a resource restarts when its arguments change; `reload` and `cancel` are for the caller";
    assert_item(
        "resource r = f(); signal s: Socket; effect e { r.reload(); self.cancel_r(why); s.reload(); }",
        &[
            &format!("SK007 1:50 {request}"),
            &format!("SK007 1:65 {request}"),
        ],
    );
}

#[test]
fn waiting_in_a_body() {
    assert_item(
        "signal a: u8; computed b: u8 = f(a).await;",
        &["SK011 1:37 computed bodies are synchronous | declare a `resource`"],
    );
    assert_item(
        "signal a: u8; effect e { f(a).await; }",
        &["SK011 1:31 effect bodies are synchronous | declare a `resource`"],
    );
    assert_item(
        "signal a: u8; resource r = f(g(a).await);",
        &[
            "SK011 1:35 the arguments of a resource are synchronous | await it in the function that is called",
        ],
    );
    assert_item(
        "signal a: u8; effect e { spawn(async move { f(a).await }); }",
        &[],
    );
}

#[test]
fn getters_in_a_body() {
    assert_item(
        "signal price: u8; computed b: u8 = price.get() * 2;",
        &[
            "SK024 1:42 bodies see the value of `price` itself: there is no `get` | write `price`, or `*price` for a copy",
        ],
    );
    assert_item(
        "signal a: Cell<u8>; signal v: Vec<u8>; computed b: u8 = a.get() + v.get(0);",
        &[],
    );
}

#[test]
fn self_in_a_body() {
    let text = "SK012 1:35 bodies see nodes by name, not through `self`";
    assert_item(
        "signal price: u8; computed b: u8 = self.price;",
        &[&format!("{} | write `price`", text.replace("35", "36"))],
    );
    assert_item(
        "signal price: u8; computed b: u8 = self.price();",
        &[&format!("{} | write `price`", text.replace("35", "36"))],
    );
    assert_item(
        "signal price: u8; computed b: u8 = f(self);",
        &[&format!(
            "{} | name the nodes themselves",
            text.replace("35", "38")
        )],
    );
}

#[test]
fn what_feeds_a_resource() {
    let text = "a resource is fed by a call";
    assert_item(
        "resource r = fetch;",
        &[&format!("SK018 1:14 {text} | call it: `fetch(…)`")],
    );
    assert_item(
        "resource r = 3 + 4; computed a: u8 = r.value();",
        &[&format!(
            "SK018 1:14 {text} | call a function that is marked `#[resource]`: `fetch_user(id)`"
        )],
    );
    assert_item(
        "resource r = client.fetch(1);",
        &[&format!(
            "SK018 1:14 {text} | call a function that is marked `#[resource]`: `fetch_user(id)`"
        )],
    );
    assert_item(
        "resource r = (f)(1);",
        &[&format!(
            "SK018 1:14 {text} | name the function by its path: `fetch_user(id)`"
        )],
    );
    assert_item(
        "resource r = f(1).await;",
        &[&format!(
            "SK018 1:19 {text} | remove `.await`: the graph drives the future"
        )],
    );
    assert_item(
        "resource r = f(1)?;",
        &[&format!(
            "SK018 1:18 {text} | remove `?`: the error is part of the resource's state"
        )],
    );
    assert_item("signal id: u8; resource r = api::f::<u8>(id, (*id)?);", &[]);
}

#[test]
fn mutable_fields() {
    let text = "only effects see `let mut` fields | make it a `signal`";
    assert_item(
        "let mut log: u8; computed a: u8 = *log + *log;",
        &[&format!("SK023 1:36 {text}")],
    );
    assert_item(
        "let mut log: u8; resource r = f(log);",
        &[&format!("SK023 1:33 {text}")],
    );
    assert_item("let mut log: u8; effect e { log.push(1); }", &[]);
}

#[test]
fn many_mistakes_are_all_reported() {
    assert_errors(
        "struct Cart {
    singal qty: u32 = 1;
    signal price u32 = 2;
    computed total: u32 = qyt * price.await;
    computed total: u32 = 3
    resource user = fetch;
    effect show { price = 3; self.total }
}",
        &[
            "SK009 2:5 expected one of: `let`, `signal`, `computed`, `resource`, `effect`, `graph`, `list` | did you mean `signal`?",
            "SK008 3:18 expected `:`",
            "SK008 6:5 expected `;`",
            "SK004 5:14 node `total` is declared twice",
            "SK004 4:14 first declared here",
            "SK018 6:21 a resource is fed by a call | call it: `fetch(…)`",
            "SK001 4:27 no node named `qyt` in `Cart` | did you mean `qty`?",
            "SK011 4:39 computed bodies are synchronous | declare a `resource`",
            "SK007 7:19 effects cannot write signals, so a graph always comes to rest | derive it with `computed`, or write from the caller",
            "SK012 7:30 bodies see nodes by name, not through `self` | write `total`",
        ],
    );
}

#[test]
fn initial_values_that_read_an_item() {
    let help = "initial values see no node and no parameter of `new`: hand the value to `new`, or derive it with `computed`";
    assert_item(
        "let client: Client; signal id: u64 = client.id + *start; signal start: u64 = 1;",
        &[
            &format!("SK028 1:38 the initial value of `id` cannot read `client` | {help}"),
            &format!("SK028 1:51 the initial value of `id` cannot read `start` | {help}"),
        ],
    );
    // A function of the user's may have the name of a node, and a body binds names of its own.
    assert_item("signal id: u64 = id(id) + { let id = 1; id * 2 };", &[]);
}

#[test]
fn signals_that_start_anew() {
    let start =
        "write `= value per node`: the signal is set to the value whenever the node changes";
    assert_item(
        "signal a: u8; resource r = f(a); effect e { }
        signal b: u8 = 0 per a, r, r.value(), r.error(), r.status();
        signal c: Option<u8> = c.copied().flatten() per b;
        signal d: u8 = per per per; signal per: u8 = *a per a,;",
        &[],
    );
    assert_item(
        "signal a: u8; let client: Client; effect e { a.x() }
signal b: u8 = 0 per lef;
signal c: u8 = 0 per aa, client, e;
signal d: u8 = 0 per a.value(), r.len(), r.value();
resource r = f(a);",
        &[
            "SK001 2:22 no node named `lef` in `S`",
            "SK001 3:22 no node named `aa` in `S`",
            "SK029 3:26 `client` is a field | a signal starts anew when a node changes; a field is none",
            "SK029 3:34 `e` is an effect | a signal starts anew when a value changes; an effect has none",
            "SK029 4:24 `a` is no resource: it has no `value` | write `per a`",
            "SK029 4:35 expected `value`, `stable`, `error` or `status` | `per r` counts every change of the resource",
        ],
    );
    assert_item(
        "let mut a: u8 = 1; signal b: u8 = *a per a;",
        &["SK029 1:42 `a` is a field | a signal starts anew when a node changes; a field is none"],
    );
    assert_item(
        "signal left: u8; signal b: u8 = 0 per lefts;",
        &["SK001 1:39 no node named `lefts` in `S` | did you mean `left`?"],
    );
    assert_item(
        "signal a: u8;\nsignal b: u8 = 0 per;\nsignal c: u8 = 0 per 3;\nsignal d: u8 = per a;\nsignal e: u8 per a;\ncomputed f: u8 = 0 per a;\nlet g: u8 = 0 per a;",
        &[
            &format!("SK029 2:18 expected nodes after `per` | {start}"),
            &format!("SK029 3:22 expected nodes after `per` | {start}"),
            &format!("SK029 4:16 `per` needs a value before it | {start}"),
            &format!("SK029 5:14 `per` needs a value before it | {start}"),
            "SK029 6:20 only a signal can start anew | make it a `signal`, or remove `per`",
            "SK029 7:15 only a signal can start anew | make it a `signal`, or remove `per`",
        ],
    );
    // A value that does not parse keeps its dependencies, and a name is no keyword.
    assert_item(
        "signal a: u8; signal b: u8 = a. per a; computed c: u8 = *b;",
        &["SK008 1:33 expected identifier or integer"],
    );
    assert_item(
        "signal per: u8 = 1; computed b: u8 = per + per; signal c: u8 = per;",
        &[],
    );
}

#[test]
fn the_value_of_a_signal_that_starts_anew() {
    assert_item(
        "signal a: u8; let k: u8 = 1; signal b: u8 = 1;
signal c: u8 = a + f(b) + *k + *b per a;",
        &[
            "SK028 2:22 the initial value of `c` cannot read `b` | name it after `per`: the signal then starts anew when `b` changes too",
            "SK028 2:28 the initial value of `c` cannot read `k` | the value of a signal that starts anew sees the nodes behind `per`, and no field",
        ],
    );
    assert_item(
        "signal a: u8;\nsignal c: u8 = self.a + aa + a.get() + { *a = 1; 2 } + f().await per a;",
        &[
            "SK006 2:43 the value of a signal that starts anew cannot write signals | write from outside, in a `batch`",
            "SK011 2:60 the value of a signal that starts anew is synchronous | declare a `resource`",
            "SK012 2:16 bodies see nodes by name, not through `self` | write `a`",
            "SK024 2:32 bodies see the value of `a` itself: there is no `get` | write `a`, or `*a` for a copy",
        ],
    );
    assert_item(
        "signal a: u8 = 0 per a;",
        &["SK003 1:22 signal `a` reads itself"],
    );
    assert_item(
        "signal a: u8 = 0 per b;\nsignal b: u8 = 0 per a;",
        &[
            "SK002 1:8 cyclic dependency: `a` -> `b` -> `a` | compute these together, or leave one of them out behind `per`",
            "SK002 2:22 …`b` reads `a` here",
        ],
    );
}

#[test]
fn an_eager_graph() {
    assert_errors("#[eager] struct S { computed a: u8 = 1; }", &[]);
    assert_errors(
        "#[eager] #[eager] struct S { signal a: u8; }",
        &["SK010 1:12 attribute `eager` is given twice"],
    );
    assert_errors(
        "#[eager(a)] struct S { signal a: u8; }",
        &["SK010 1:3 expected `#[eager]`"],
    );
    assert_errors(
        "struct S { signal a: u8; #[after_first] effect e { a; } let f: u8 = 1; #[after_first] effect g { f; } }",
        &[
            "SK010 1:74 this effect never runs: `after_first` leaves out its first run, and it depends on no node",
        ],
    );
}

#[test]
fn the_name_of_the_batch_type() {
    assert_errors("#[batch(Writes)] struct S { signal a: u8; }", &[]);
    let help = "`Name` is the type that a batch passes to its closure";
    for (attributes, found) in [
        (
            "#[batch]",
            format!("SK010 1:3 expected `#[batch(Name)]` | {help}"),
        ),
        (
            "#[batch(a::B)]",
            format!("SK010 1:3 expected `#[batch(Name)]` | {help}"),
        ),
        (
            "#[batch(A)] #[batch(A)]",
            "SK010 1:15 attribute `batch` is given twice".to_owned(),
        ),
        (
            "#[batch(A)] #[batch(B)]",
            "SK010 1:15 attribute `batch` contradicts the one above".to_owned(),
        ),
    ] {
        assert_errors(
            &format!("{attributes} struct S {{ signal a: u8; }}"),
            &[&found],
        );
    }
}

#[test]
fn a_graph_with_state() {
    assert_errors(
        "#[state(Saved, derive(Clone), serde(default))] struct S { let log: u8; signal a: u8; #[state(skip)] signal b: u8; #[state(serde(rename = \"d\"), doc = \"x\")] signal c: u8; }",
        &[],
    );
    assert_errors("#[state(Saved,)] struct S { signal a: u8; }", &[]);
    let expected = "SK010 1:3 expected `#[state(Name, attribute, ..)]` | `Name` is the struct that `state()` returns, and `derive(Clone)` and the like go onto it";
    for attribute in [
        "state",
        "state()",
        "state = Saved",
        "state(derive(Clone))",
        "state(a::Saved)",
        "state(Saved derive(Clone))",
        "state(skip)",
    ] {
        assert_errors(
            &format!("#[{attribute}] struct S {{ signal a: u8; #[state(skip)] signal b: u8; }}"),
            &[expected],
        );
    }
    assert_errors(
        "#[state(A)] #[state(A)] struct S { signal a: u8; }",
        &["SK010 1:15 attribute `state` is given twice"],
    );
    assert_errors(
        "#[state(A)] #[state(B)] struct S { signal a: u8; }",
        &["SK010 1:15 attribute `state` contradicts the one above"],
    );
    assert_errors(
        "#[state(A, cfg(test))] struct S { #[state(cfg(test))] signal a: u8; }",
        &[
            "SK010 1:12 attribute `cfg` has no meaning in `state(..)` | switch the item off by `#[cfg(..)]`, or its attribute by `#[cfg_attr(.., state(..))]`",
            "SK010 1:43 attribute `cfg` has no meaning in `state(..)` | switch the item off by `#[cfg(..)]`, or its attribute by `#[cfg_attr(.., state(..))]`",
        ],
    );
}

#[test]
fn the_signals_of_a_state() {
    let expected = "SK010 1:30 expected `#[state(skip)]` or `#[state(attribute, ..)]` | `skip` leaves the item out of the state, any other attribute goes onto its field there";
    for attribute in ["state", "state()", "state = skip", "state(1)"] {
        assert_errors(
            &format!("#[state(Saved)] struct S {{ #[{attribute}] signal a: u8; }}"),
            &[expected],
        );
    }
    assert_errors(
        "#[state(Saved)] struct S { signal a: u8; #[state(skip, default)] signal b: u8; }",
        &[
            "SK010 1:44 expected `#[state(skip)]` | an item that is left out has no field to which an attribute could go",
        ],
    );
    assert_errors(
        "#[state(Saved)] struct S { signal a: u8; #[state(skip)] #[state(skip)] signal b: u8; }",
        &["SK010 1:59 attribute `state` is given twice"],
    );
    assert_item(
        "#[state(skip)] signal a: u8;",
        &[
            "SK010 1:3 attribute `state` has no meaning on a signal of a graph without state | add `#[state(Name)]` to the struct",
        ],
    );
    assert_item(
        "#[state(skip)] graph g: G();",
        &[
            "SK010 1:3 attribute `state` has no meaning on a graph of a graph without state | add `#[state(Name)]` to the struct",
        ],
    );
    for (item, noun, help) in [
        (
            "let f: u8;",
            "a field",
            "make it a `signal`, or hand the field to `with_state`",
        ),
        (
            "computed c: u8 = *a;",
            "a computed value",
            "a computed value follows from them",
        ),
        (
            "resource r = f(a);",
            "a resource",
            "a resource starts again, with arguments that follow from them",
        ),
        (
            "effect e { f(a); }",
            "an effect",
            "an effect runs when they are restored",
        ),
    ] {
        assert_errors(
            &format!("#[state(Saved)] struct S {{ signal a: u8; #[state(skip)] {item} }}"),
            &[&format!(
                "SK010 1:44 attribute `state` has no meaning on {noun} | the state holds signals: {help}"
            )],
        );
    }
}

#[test]
fn the_state_of_a_type_parameter() {
    let (text, help) = (
        "would depend on the parameter `G`",
        "leave it out with `#[state(skip)]`, or name the type of the graph",
    );
    assert_errors(
        "#[state(Saved)] struct S<G: Reactive> { graph g: G; list l: G::Row by u8; #[state(skip)] graph h: G; graph p: Pair<G>; }",
        &[
            &format!("SK037 1:50 the state of graph `g` {text} | {help}"),
            &format!("SK037 1:61 the state of list `l` {text} | {help}"),
        ],
    );
}

#[test]
fn a_state_that_would_hold_nothing() {
    let empty = "SK010 1:9 `Saved` would hold nothing";
    assert_errors(
        "#[state(Saved)] struct S { let a: u8; computed b: u8 = *a; }",
        &[&format!(
            "{empty} | `S` has no signal, graph inside or list"
        )],
    );
    assert_errors(
        "#[state(Saved)] struct S { #[state(skip)] signal a: u8; }",
        &[&format!(
            "{empty} | everything is left out by `#[state(skip)]`"
        )],
    );
    assert_errors(
        "#[state(Saved)] struct S { singal a: u8; }",
        &[
            "SK009 1:28 expected one of: `let`, `signal`, `computed`, `resource`, `effect`, `graph`, `list` | did you mean `signal`?",
        ],
    );
}

#[test]
fn names_that_a_state_takes() {
    for name in ["state", "restore", "with_state"] {
        assert_errors(
            &format!("#[state(Saved)] struct S {{ signal a: u8; signal {name}: u8; }}"),
            &[&format!(
                "SK005 1:49 the node name `{name}` is reserved | a graph with `#[state(..)]` has a method of this name"
            )],
        );
        assert_item(
            &format!("signal {name}: u8; computed b: u8 = *{name};"),
            &[],
        );
    }
    let help = "the state is a struct of its own: `SavedS`";
    for (attributes, owner) in [
        ("#[state(S)]", "the graph"),
        ("#[state(r#S)]", "the graph"),
        ("#[state(SBatch)]", "the batch type"),
        ("#[state(W)] #[batch(W)]", "the batch type"),
        ("#[state(T)]", "a parameter of the graph"),
        ("#[state(N)]", "a parameter of the graph"),
    ] {
        let found = super::diagnostics(&format!(
            "{attributes} struct S<T, const N: usize> {{ signal a: [T; N]; }}"
        ));
        let name = &attributes["#[state(".len()..attributes.find(')').expect("its end")];
        let expected = format!("SK010 1:9 `{name}` is the name of {owner} | {help}");
        assert_eq!(found, [expected]);
    }
    assert_errors(
        "#[state(SBatch)] #[batch(W)] struct S { signal a: u8; }",
        &[],
    );
}

/// Each misspelt name is compared with each node, up to a number of pairs: rustc reports the others.
#[test]
fn many_misspelt_names() {
    let items: Vec<String> = (0..1000)
        .map(|at| format!("signal number_{at}: u8; computed c{at}: u8 = *nubmer_{at};"))
        .collect();
    let found = super::diagnostics(&format!("struct S {{ {} }}", items.join(" ")));
    assert_eq!(found.len(), 25);
    assert!(
        found[24].ends_with("did you mean `number_24`?"),
        "{}",
        found[24]
    );
}

/// Macro calls inside of macro calls are parsed up to a depth, since each level parses its arguments again.
#[test]
fn macros_inside_of_macros() {
    let body = format!("{}*qty{}", "vec![".repeat(300), "]".repeat(300));
    assert_item(&format!("signal qty: u8; computed a: Deep = {body};"), &[]);
}
