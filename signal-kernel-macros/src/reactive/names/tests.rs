//! Bodies of every shape, and the nodes they mention.

use syn::{Expr, Ident};

use super::{Form, Inside, Names, Walk};
use crate::kind::NodeKind;
use crate::reactive::model::Observed;

/// Signals `a b x price title width type`, resource `user`, field `log`, graph `search`, list `rows`, and the broken
/// declaration `lost`.
fn nodes() -> Names {
    let mut names = Names::default();
    let signals = ["a", "b", "x", "price", "title", "width", "r#type"];
    let ident = |name: &str| syn::parse_str::<Ident>(name).expect("a name");
    for (node, name) in signals.into_iter().enumerate() {
        names.insert(&ident(name), Some(node), Some(NodeKind::Signal), false);
    }
    names.insert(&ident("user"), Some(7), Some(NodeKind::Resource), false);
    names.insert(&ident("log"), Some(8), Some(NodeKind::Field), false);
    names.insert(&ident("search"), Some(9), Some(NodeKind::Graph), false);
    names.insert(&ident("rows"), Some(10), Some(NodeKind::List), false);
    names.insert(&ident("lost"), None, None, true);
    names
}

fn facts(body: &str) -> super::Facts {
    let names = nodes();
    let mut walk = Walk::new(&names);
    match syn::parse_str::<Expr>(body) {
        Ok(expr) => walk.expr(&expr),
        Err(error) => panic!("{body}: {error}"),
    }
    walk.finish()
}

/// The idents in the order of mention; a resource with the part that is observed.
fn mentions(body: &str) -> String {
    let uses = facts(body)
        .uses
        .into_iter()
        .map(|used| match (used.observed, used.inside) {
            (_, Some(inside)) => {
                let nodes = inside.into_iter().map(|it| match it {
                    Inside::Node {
                        name,
                        observed: Observed::Whole,
                    } => name,
                    Inside::Node { name, observed } => format!("{name}.{observed:?}"),
                    other => format!("{other:?}"),
                });
                format!("{}[{}]", used.ident, nodes.collect::<Vec<_>>().join(" "))
            }
            (Observed::Whole, None) => used.ident.to_string(),
            (part, None) => format!("{}.{part:?}", used.ident),
        });
    uses.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn assert_mentions(table: &[(&str, &str)]) {
    for (body, expected) in table {
        assert_eq!(mentions(body), *expected, "{body}");
    }
}

#[test]
fn nodes_of_a_graph_inside() {
    assert_mentions(&[
        ("search", "search"),
        ("search.title()", "search[title]"),
        ("(search).title().len()", "search[title]"),
        ("search.r#type().max(search.title())", "search[type title]"),
        ("search.title() + search.title()", "search[title]"),
        ("search.user().value()", "search[user.Value]"),
        ("search.user().is_pending()", "search[user.Status]"),
        (
            "search.user().value().x + search.user()",
            "search[user.Value user]",
        ),
        ("search.user().value(1)", "search[user]"),
        ("search.value()", "search[value]"),
        ("search.title(1)", "search"),
        ("search.title::<u8>()", "search"),
        ("search.user(1).value()", "search"),
        ("search.title() + search.x", "search"),
        ("f(search) + search.title()", "search"),
        ("(&search).title()", "search"),
        ("format!(\"{} {search}\", search.title())", "search"),
        ("format!(\"{}\", search.title())", "search[title]"),
        ("own!(search.title())", "search[title]"),
        ("|search| search.title()", ""),
        (
            "{ let search = search.title(); search.user() }",
            "search[title]",
        ),
        ("user.title().value()", "user"),
        ("price.user().value()", "price"),
    ]);
    let writes = facts("{ self.update_search(|s| s.x()); search.x() }").writes;
    assert_eq!(writes.len(), 1);
}

#[test]
fn parts_of_a_list() {
    assert_mentions(&[
        ("rows.len() + rows.len()", "rows[Members]"),
        ("rows.is_empty() || rows.contains_key(a)", "rows[Members] a"),
        ("rows.keys().count() + rows.position(&3)", "rows[Order]"),
        ("rows.each(Todo::done).count()", "rows[done]"),
        (
            "rows.each(todo::Todo::r#type).zip(rows.len())",
            "rows[type Members]",
        ),
        ("rows.each(done)", "rows"),
        ("rows.each(|row| row.done())", "rows"),
        ("rows.len() + rows.iter().count()", "rows"),
        ("rows.get(&a)", "rows a"),
        ("rows", "rows"),
    ]);
    assert_eq!(
        facts("{ self.take_rows(&1); self.update_rows(|_| 1) }")
            .writes
            .len(),
        2
    );
}

#[test]
fn plain_expressions() {
    assert_mentions(&[
        ("price", "price"),
        ("*price * 2 + *b", "price b"),
        ("price + price", "price"),
        ("other", ""),
        ("-price", "price"),
        ("&price", "price"),
        ("(price)", "price"),
        ("[a, b]", "a b"),
        ("[a; 3]", "a"),
        ("[0; price]", ""),
        ("(a, b)", "a b"),
        ("x[*a..*b]", "x a b"),
        ("*price as f64", "price"),
        ("a?", "a"),
        ("return a", "a"),
        ("r#price", "r#price"),
        ("*r#type + 1", "r#type"),
        ("loop { break *a }", "a"),
        ("unsafe { a }", "a"),
        ("const { price }", ""),
        ("lost + a", "a"),
        ("yield a", "a"),
        ("..*a", "a"),
    ]);
}

#[test]
fn names_that_are_no_values() {
    assert_mentions(&[
        ("price(1)", ""),
        ("price(a)", "a"),
        ("(price)(a)", "price a"),
        ("r#price(1)", ""),
        ("price::new()", ""),
        ("::price", ""),
        ("self::price", ""),
        ("price::<u8>", ""),
        ("foo::price(b)", "b"),
        ("foo::<price>(b)", "b"),
        ("<price>::x()", ""),
        ("<u8 as price>::x", ""),
        ("<price>::x + a", "a"),
        ("other.price", ""),
        ("other.price()", ""),
        ("other.get::<{ price }>()", ""),
        ("price.x", "price"),
        ("price.x.title", "price"),
        ("a.price(b)", "a b"),
        ("a.0.price", "a"),
        ("'price: loop { break 'price *a }", "a"),
        ("'price: { break 'price }", ""),
        ("price { x: 1 }", ""),
        ("Foo { price: 1 }", ""),
        ("Foo { price }", "price"),
        ("Foo { price, x: b, ..a }", "price b a"),
        ("1 as price", ""),
        ("{ let y: price = 1; y }", ""),
    ]);
}

#[test]
fn let_binds_what_follows_it() {
    assert_mentions(&[
        ("{ let price = 1; price }", ""),
        ("{ let price = price + 1; price }", "price"),
        ("{ price; let price = 1; price + a }", "price a"),
        ("{ { let price = 1; price } price }", "price"),
        ("{ { let price = 1; } }", ""),
        ("{ let y = { let price = 1; price }; price }", "price"),
        ("{ let (price, a) = b; price + a }", "b"),
        ("{ let Foo { price, x: a, .. } = b; price + a + x }", "b x"),
        ("{ let [price, .., a] = b; price + a }", "b"),
        (
            "{ let [price @ .., 1] = b else { return price }; price }",
            "b price",
        ),
        (
            "{ let Some(price) = price else { return 0 }; price }",
            "price",
        ),
        ("{ let &price = a; price }", "a"),
        ("{ let ref mut price = a; price }", "a"),
        ("{ let y @ Some(price) = a; price + y }", "a"),
        ("{ let price @ Some(_) = a; price }", "a"),
        ("{ let (price): u8 = a; price }", "a"),
        ("{ let price: u8; price }", ""),
        ("{ let r#price = 1; price }", ""),
        ("{ let price = 1; r#price }", ""),
        ("{ let r#type = 1; b }", "b"),
        ("{ let (A::B(price) | A::C(price)) = a; price }", "a"),
        ("{ let Foo::<price> { .. } = a; }", "a"),
        ("{ let 0..=9 = a; }", "a"),
        ("{ if true { let price = 1; } price }", "price"),
    ]);
}

#[test]
fn branches_and_loops() {
    assert_mentions(&[
        ("if *a { b } else { x }", "a b x"),
        ("if let Some(price) = price { price } else { 0 }", "price"),
        ("if let Some(price) = a { price } else { price }", "a price"),
        (
            "if let Some(price) = a && *price > 1 { price } else { 1 }",
            "a",
        ),
        (
            "if *price > 1 && let Some(price) = a { price } else { 1 }",
            "price a",
        ),
        (
            "if let Some(a) = x && let Some(b) = a && b > 1 { a + b } else { 1 }",
            "x",
        ),
        (
            "if let Some(a) = x { 1 } else if let Some(b) = a { b } else { b }",
            "x a b",
        ),
        ("while let Some(price) = a.pop() { price } ", "a"),
        (
            "{ while let Some(price) = a.pop() && price > 1 { price } price }",
            "a price",
        ),
        ("for price in price { price }", "price"),
        ("for (i, price) in a.iter() { i + price + b }", "a b"),
        ("'x: for a in b { continue 'x }", "b"),
        ("match price { price => price }", "price"),
        (
            "match a { Some(price) if price > *b => price, _ => price }",
            "a b price",
        ),
        ("match a { Some(price) => 1, None => 2 }", "a"),
        (
            "match a { price @ 1..=9 => price, x if x > 9 => 1, _ => *x }",
            "a x",
        ),
        (
            "match a { Foo { price } => price, Foo { x: price } | Bar(price) => price }",
            "a",
        ),
        ("match a { &[ref price, _] => price, _ => 0 }", "a"),
        ("match a { price::Foo => 1, x(y) => y, _ => 3 }", "a"),
        ("match *a { 0 if let Some(b) = x => b, _ => *b }", "a x b"),
    ]);
}

#[test]
fn closures_and_async_blocks() {
    assert_mentions(&[
        ("|price| price + a", "a"),
        ("(|price| price)(price)", "price"),
        ("a.map(|price| price)", "a"),
        ("a.map(|(price, b): (u8, u8)| price + b + x)", "a x"),
        ("a.map(|&price| price).filter(|b| b > price)", "a price"),
        ("move || price", "price"),
        ("|_| { let x = 1; x + b }", "b"),
        ("|a| |b| a + b + x", "x"),
        ("async { price.await }", "price"),
        ("async move { let price = a; price }", "a"),
        ("async |price| price + b", "b"),
    ]);
}

#[test]
fn items_in_a_body() {
    assert_mentions(&[
        ("{ fn price() -> u8 { a } price }", ""),
        ("{ price; fn price() {} }", ""),
        ("{ const price: u8 = a; price + b }", "b"),
        ("{ { static price: u8 = 1; price } price }", "price"),
        ("{ fn helper(x: u8) -> u8 { price } helper(*x) }", "x"),
        (
            "{ struct Price { price: u8 } impl Price { fn x(&self) { self.price } } a }",
            "a",
        ),
        ("{ use crate::price; price }", "price"),
        (
            "{ macro_rules! twice { ($e:expr) => { $e * price } } twice!(a) }",
            "price a",
        ),
    ]);
}

#[test]
fn macro_arguments() {
    assert_mentions(&[
        ("vec![price, a]", "price a"),
        ("vec![*price; *a]", "price a"),
        ("vec![]", ""),
        ("vec![a,]", "a"),
        ("vec![\"{price}\"]", ""),
        ("std::vec![price]", "price"),
        ("dbg!(price, \"{a}\")", "price"),
        ("stringify!(price)", ""),
        ("concat!(\"{price}\")", ""),
        ("include_str!(\"{price}\")", ""),
        ("matches!(price, Some(a) if a > *b)", "price b"),
        ("matches!(a, price)", "a"),
        ("matches!(a, Some(price) | Ok(price) if price > 1,)", "a"),
        ("{ matches!(a, price); price }", "a price"),
        (
            "assert_matches!(a, Some(price) if price > 1, \"{x} {price}\")",
            "a x price",
        ),
        ("assert!(price > a)", "price a"),
        ("assert!(*price, \"{a} {}\", b)", "price a b"),
        ("assert!(\"{x}\" == a)", "a"),
        ("assert_eq!(a, \"{b}\", \"{x}\")", "a x"),
        ("user_macro!(price, a.b(|x| x + b))", "price a b"),
        ("user_macro!(price = 3)", ""),
        ("user_macro!(price = a)", "a"),
        ("user_macro!(let price = a; b)", "price a b"),
        ("user_macro!(<p>{price}</p> x=a)", "price x a"),
        ("user_macro! { x => { other.price } }", "x price"),
        ("user_macro!(x => 'price)", "x"),
        ("user_macro!(x => price::a(b))", "x price a b"),
        ("json!({ \"key\": price, \"{a}\": [b] })", "price a b"),
        ("{ let price = 1; json!({ \"key\": price }) }", ""),
        ("user_macro!(|price| price + a)", "a"),
        (
            "{ user_macro!(a); user_macro! { b } user_macro![x] }",
            "a b x",
        ),
        ("matches!(a => b, \"{x}\")", "a b"),
        ("match a { pattern!(price) => 1, _ => 2 }", "a price"),
    ]);
}

#[test]
fn format_strings() {
    assert_mentions(&[
        ("format!(\"{title}\")", "title"),
        (
            "format!(\"{title:?} {a:>width$.b$} {{price}} {x}\")",
            "title a width b x",
        ),
        ("format!(r#\"{title} \"{a}\" \"#)", "title a"),
        ("format!(\"\\u{7b}title} {a}\")", "title a"),
        ("format!(\"{}\", title)", "title"),
        ("format!(\"{title}\", title = 1)", ""),
        ("format!(\"{title} {x}\", title = a)", "x a"),
        ("format!(\"{:width$}\", a, width = 3)", "a"),
        ("format!(\"{}\", \"{a}\")", ""),
        ("{ let title = 1; format!(\"{title} {a}\") }", "a"),
        ("a.map(|title| format!(\"{title}{b}\"))", "a b"),
        (
            "println!(\"[{:?}] {title}\", user.status())",
            "title user.Status",
        ),
        ("write!(out, \"{title}\", )", "title"),
        ("write!(\"{a}\", \"{title}\")", "title"),
        ("std::println!(\"{type}\")", "r#type"),
        ("log::info!(\"{title}\")", "title"),
        ("log::info!(target: \"x\", \"{title}\")", "title"),
        ("panic!(\"{title}\")", "title"),
        ("format!(b\"{title}\")", ""),
        ("format!(\"{title\")", "title"),
    ]);
}

#[test]
fn parts_of_a_resource() {
    assert_mentions(&[
        ("user", "user"),
        ("user.value()", "user.Value"),
        ("user.value().map(|u| u.name)", "user.Value"),
        ("(user).error()", "user.Error"),
        (
            "user.status() == Pending || user.is_pending()",
            "user.Status",
        ),
        ("user.value() + user.value()", "user.Value"),
        ("user.value() + user.error()", "user"),
        ("user.value() + user", "user"),
        ("user + user.value()", "user"),
        ("user.token()", "user"),
        ("user.value", "user"),
        ("user.value(1)", "user"),
        ("(*user).value()", "user"),
        ("a.value()", "a"),
        ("format!(\"{user:?}\")", "user"),
        (
            "match user.value() { Some(user) => user.name(), None => 1 }",
            "user.Value",
        ),
        ("json!({ \"x\": user.value() })", "user"),
    ]);
}

#[test]
fn the_ident_is_the_first_mention() {
    let facts = facts("other + price + a");
    let columns: Vec<usize> = facts
        .uses
        .iter()
        .map(|used| used.ident.span().start().column)
        .collect();
    assert_eq!(columns, [8, 16]);
    let captured = self::facts("format!(\"{title}\")");
    assert_eq!(captured.uses[0].ident.span().start().column, 8);
}

#[test]
fn broken_tokens_mention_every_identifier() {
    let names = nodes();
    let mut walk = Walk::new(&names);
    walk.tokens(&"price. + { a.b \"{x}\" 'title }".parse().expect("tokens"));
    let idents: Vec<String> = walk
        .finish()
        .uses
        .iter()
        .map(|used| used.ident.to_string())
        .collect();
    assert_eq!(idents, ["price", "a", "b", "x"]);
}

#[test]
fn unknown_names_where_no_function_can_stand() {
    for (body, expected) in [
        ("qyt * 2", "qyt"),
        ("*qyt", "qyt"),
        ("qyt.len()", "qyt"),
        ("qyt.0", "qyt"),
        ("qyt[0]", "qyt"),
        ("-(qyt)", "qyt"),
        ("format!(\"{qyt}\")", "qyt"),
        ("format!(\"{}\", qyt)", "qyt"),
        ("assert_eq!(1, qyt + 1)", "qyt"),
        ("qyt", ""),
        ("qyt(1)", ""),
        ("f(qyt)", ""),
        ("a.map(qyt)", ""),
        ("Some(&qyt)", ""),
        ("QTY * 2", ""),
        ("qyt::X * 2", ""),
        ("{ let qyt = 1; qyt * 2 }", ""),
        ("a.map(|qyt| qyt * 2)", ""),
        ("user_macro!(\"{qyt}\")", ""),
        ("{ declare!(qyt); qyt * 2 }", ""),
        ("{ declare!(let qyt = 1); qyt * 2 }", ""),
    ] {
        let unknown: Vec<String> = facts(body).unknown.into_iter().map(|u| u.name).collect();
        assert_eq!(unknown.join(" "), expected, "{body}");
    }
}

#[test]
fn writes() {
    use Form::{Assignment, Method, Request, Requester, Setter};
    for (body, expected) in [
        ("price = 3", vec![(3, Assignment)]),
        ("*price += 3", vec![(3, Assignment)]),
        ("price.x = 3", vec![(3, Assignment)]),
        ("price[0].y = 3", vec![(3, Assignment)]),
        ("(a, *b) = (1, 2)", vec![(0, Assignment), (1, Assignment)]),
        ("{ let mut price = 1; price = 2; }", vec![]),
        ("price.lock().x = 3", vec![]),
        ("**price = 3", vec![]),
        ("*log += 1", vec![(8, Assignment)]),
        ("price.set(3)", vec![(3, Method)]),
        ("price.update(|p| *p += 1)", vec![(3, Method)]),
        ("self.set_price(3)", vec![(3, Setter)]),
        ("self.update_price(f)", vec![(3, Setter)]),
        ("self.update_price_with(f, g)", vec![(3, Setter)]),
        ("self.set_log(3)", vec![]),
        ("self.set_user(3)", vec![]),
        ("self.reload_user()", vec![(7, Requester)]),
        ("user.cancel(why)", vec![(7, Request)]),
        ("set_price(3)", vec![]),
        ("other.set_price(3)", vec![]),
        ("user_macro!(price = 3)", vec![]),
        ("price == 3", vec![]),
    ] {
        let facts = facts(body);
        let writes: Vec<_> = facts.writes.iter().map(|w| (w.node, w.form)).collect();
        assert_eq!(writes, expected, "{body}");
    }
}

#[test]
fn callees() {
    for (body, expected) in [
        ("price(1)", "price"),
        ("set_price(1) + reload_user()", "set_price reload_user"),
        ("reload_price() + set_user(1) + set_log(1)", ""),
        ("{ fn price() {} price() }", ""),
        ("{ let set_price = f; set_price(1) }", ""),
        ("(price)(1) + self::price(1) + x.price(1)", ""),
    ] {
        let callees = facts(body).callees;
        let callees: Vec<_> = callees
            .iter()
            .map(|callee| callee.ident.to_string())
            .collect();
        assert_eq!(callees.join(" "), expected, "{body}");
    }
}

#[test]
fn awaits_and_selves() {
    for (body, awaits, selfs) in [
        ("a.await", 1, 0),
        ("a.await + b.await", 2, 0),
        ("async { a.await }", 0, 0),
        ("async move || a.await", 0, 0),
        ("a.map(|x| x.await)", 1, 0),
        ("stream! { a.await }", 0, 0),
        ("vec![a.await]", 1, 0),
        ("self.price", 0, 1),
        ("self.price()", 0, 1),
        ("f(self)", 0, 1),
        ("*self", 0, 1),
        ("self::f()", 0, 0),
        ("{ struct S; impl S { fn f(&self) { self; } } }", 0, 0),
    ] {
        let facts = facts(body);
        assert_eq!(
            (facts.awaits.len(), facts.selfs.len()),
            (awaits, selfs),
            "{body}"
        );
    }
}
