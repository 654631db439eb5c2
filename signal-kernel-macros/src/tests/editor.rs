//! The needs of an editor, tested on expansions without one.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The word that an editor inserts at the cursor.
const MARKER: &str = "intellijRulezz";

fn expanded(items: &str) -> String {
    let input = format!("struct S {{ {items} }}").parse::<TokenStream>();
    let (output, errors) = crate::reactive::reactive(input.expect("tokens"));
    drop(errors.into_compile_errors());
    // The tag of an entry may differ in its letter, but not in its length.
    output.to_string().replace("} b (", "} k (")
}

/// The text before the cursor must be the same with the marker and without.
#[test]
fn nothing_before_the_cursor_depends_on_what_stands_there() {
    for items in [
        "signal a: A; computed b: u8 = a.$; signal c: u8 = 1;",
        "signal a: A; computed b: u8 = a.$ signal c: u8 = 1;",
        "signal a: A; signal c: u8; computed b: u8 = { let c = 1; a.$ };",
        "signal a: A; signal c: u8; computed b: u8 = { if true { a.$ } let d = c; d };",
        "signal a: A; computed b: u8 = $; effect e { a.$ }",
        "signal a: A; computed b: u8 = { |x| x.$ }; computed c: u8 = *a + ;",
        "signal a: A; computed b: u8 = *c; computed c: u8 = *b + a.$;",
        "signal a: A = A::$; computed b: u8 = *a;",
        "signal a: A; resource r = fetch(a.$); computed b: u8 = *a;",
        "signal a: A; resource r = fetch(a.$)",
        "signal a: A; $ computed b: u8 = *a;",
        "signal a: A; comp$ computed b: u8 = *a;",
        "signal a: A; comp$ b: u8 = *a; computed c: u8 = *b;",
        "signal a: A; pub comp$",
        "signal a: A; signal b: u8 = a.$ per a; computed c: u8 = *b;",
        "signal a: A; signal b: B = b.$ per a",
        "signal a: A; signal b: u8 = 0 per $; computed c: u8 = *a;",
        "signal a: A; signal b: u8 = 0 per a, $",
        "let a: A; graph g: G(a.$); computed b: u8 = *g.x();",
        "let a: A; graph g: G(a.$) { x: a.b }",
        "signal a: A; graph g: G() { x: a.$ }; computed b: u8 = *g.x();",
        "signal a: A; graph g: G() { x: a.$, y: 1 }",
        "signal a: A; graph g: G() { x: *a, y: a.$, z: a. };",
        "signal a: A; graph g: G() { x$: *a };",
        "signal a: A; graph g: G() { y: 1, x$ };",
        "signal a: A; graph g: G() { x$ };",
        "graph g: G; computed b: u8 = g.$; effect e { g.x().$ }",
        "let a: A; list g: G by K => |k| G(a.$, k.b); computed b: u8 = *g.x();",
        "let a: A; list g: G by K => |k| G(a) { x: k.$, y: a. };",
        "signal a: A; list g: G by K = a.$ => |k| G(k); computed b: u8 = *a;",
        "signal a: A; list g: G by K = a.$",
        "signal a: A; list g: G by K => |k| G() { x$ }",
        "list g: G by K; computed b: u8 = g.$; effect e { g.each(G::$) }",
        "let mut a: A; effect e { println!(\"{}\", a.$) } effect f: A = a.$;",
    ] {
        for (cursor, _) in items.match_indices('$') {
            let [before, after] =
                [&items[..cursor], &items[cursor + 1..]].map(|text| text.replace('$', ""));
            let written = expanded(&format!("{before}{after}"));
            let marked = expanded(&format!("{before}{MARKER}{after}"));
            let Some(at) = marked.find(MARKER) else {
                panic!("the word is lost: {items}");
            };
            let at = marked[..at].trim_end().len();
            assert_eq!(written.get(..at), marked.get(..at), "{items}");
        }
    }
}

/// The expansion as rustc sees it, with the output of each `__bodies!` in its place.
pub(super) fn for_rustc(output: TokenStream) -> TokenStream {
    let mut output = output.into_iter().peekable();
    let mut plain: Vec<TokenTree> = Vec::new();
    while let Some(token) = output.next() {
        if matches!(&token, TokenTree::Ident(name) if name == "__bodies") {
            // `::signal_kernel::` and `!`
            plain.truncate(plain.len() - 5);
            output.next();
            let Some(TokenTree::Group(bodies)) = output.next() else {
                panic!("no content");
            };
            plain.extend(functions(bodies.stream()));
        } else {
            plain.push(token);
        }
    }
    plain.into_iter().collect()
}

fn functions(bodies: TokenStream) -> TokenStream {
    let groups: Vec<Group> = bodies.into_iter().map(group).collect();
    let [head, entries, _, _] = &groups[..] else {
        panic!("four groups");
    };
    let entries: Vec<TokenTree> = entries.stream().into_iter().collect();
    let mut functions = TokenStream::new();
    for entry in entries.split(|token| matches!(token, TokenTree::Punct(_))) {
        match entry {
            [] | [_, _] => {}
            [_words, tag, _edited, block, _named, head, rest @ ..] => {
                let block = match (tag.to_string().as_str(), rest) {
                    ("k", [_]) => block,
                    ("b", [stand_in]) => stand_in,
                    _ => panic!("no entry: {entry:?}"),
                };
                functions.extend(group(head.clone()).stream());
                functions.extend([block.clone()]);
            }
            _ => panic!("no entry: {entry:?}"),
        }
    }
    let mut function = head.stream();
    function.extend([TokenTree::from(Group::new(Delimiter::Brace, functions))]);
    function
}

fn group(token: TokenTree) -> Group {
    match token {
        TokenTree::Group(group) => group,
        token => panic!("no group: {token}"),
    }
}
