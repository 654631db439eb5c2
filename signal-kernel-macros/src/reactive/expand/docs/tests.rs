//! The documentation of a graph as rustdoc reads it.

use super::covers;
use proc_macro2::TokenStream;
use syn::{
    Attribute, Expr, ExprLit, ImplItem, Item, Lit, Token, Visibility, parse_quote,
    punctuated::Punctuated,
};

/// The documentation of a struct, or of one of its methods, as rustdoc reads it.
fn documentation(source: &str, method: Option<&str>) -> String {
    let input: TokenStream = source.parse().expect("tokens");
    let (output, errors) = crate::reactive::reactive(input);
    drop(errors.into_list());
    let items = syn::parse2::<syn::File>(output).expect("items").items;
    let attrs = items.iter().find_map(|item| match (item, method) {
        (Item::Struct(item), None) => Some(item.attrs.clone()),
        (Item::Impl(item), Some(method)) => item.items.iter().find_map(|item| match item {
            ImplItem::Fn(item) if item.sig.ident == method => Some(item.attrs.clone()),
            _ => None,
        }),
        _ => None,
    });
    let lines = attrs.expect("an item").into_iter().filter_map(line);
    lines.collect::<Vec<_>>().join("\n")
}

fn line(attr: Attribute) -> Option<String> {
    let pair = if attr.path().is_ident("cfg_attr") {
        let list = attr
            .parse_args_with(Punctuated::<syn::Meta, Token![,]>::parse_terminated)
            .expect("a list");
        let mut list = list.into_iter();
        assert!(list.next().expect("a condition").path().is_ident("doc"));
        list.next()?.require_name_value().ok()?.clone()
    } else {
        attr.meta.require_name_value().ok()?.clone()
    };
    if !pair.path.is_ident("doc") {
        return None;
    }
    let text = match pair.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => text.value(),
        Expr::Macro(call) => crate::picture::text(call.mac.tokens).expect("a description"),
        _ => return None,
    };
    let lines = text
        .split('\n')
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

const PROFILE: &str = "
    /// A user, and the page about the user.
    pub struct Profile {
        let client: Client;
        let mut log: Vec<String> = Vec::new();
        pub signal id: u64;
        signal theme: u8 = 0;
        /// The user, see [`fetch`].
        ///
        /// Not in the list.
        pub resource user = fetch(client, id);
        pub(crate) computed title: String = title_of(user.value());
        pub computed r#type: u8 = *theme + title.len() as u8;
        /// Writes [the log](LOG).
        ///
        ///     let code = 1;
        effect note { log.push(title.clone()); user.status(); }
        effect kept: Guard = lock(title);
        effect hello { println!(); }
    }";

#[test]
fn methods_say_what_their_node_depends_on_and_what_depends_on_it() {
    for (method, expected) in [
        (
            "client",
            "The field `client`.\n[`user`](Self::user) uses it.",
        ),
        (
            "log_mut",
            "The field `log`, to change: nothing reruns.\nThe effect `note` uses it.",
        ),
        (
            "id",
            "The signal `id`.\n[`user`](Self::user) depends on it.",
        ),
        (
            "set_id",
            "Writes the signal `id` and settles the graph; an equal value changes nothing.\n\
             [`user`](Self::user) depends on it.",
        ),
        (
            "user",
            "The user, see [`fetch`].\n\nNot in the list.\n\nThe resource `user`.\n\
             It depends on [`id`](Self::id), and uses the field `client`. \
             `title` and the effect `note` depend on it.",
        ),
        (
            "title",
            "The computed value `title`.\nIt depends on the value of [`user`](Self::user). \
             [`type`](Self::type), the effect `note` and the effect `kept` depend on it.",
        ),
        (
            "type",
            "The computed value `type`.\nIt depends on `theme` and `title`, \
             and is computed when it is read. Nothing depends on it.",
        ),
        (
            "new",
            "A new `Profile`: every computed value an effect or a resource needs is current, \
             every effect has run.\nIt takes the first value of `client` and [`id`](Self::id).",
        ),
    ] {
        let method = if method == "type" { "r#type" } else { method };
        let documented = documentation(PROFILE, Some(method));
        assert_eq!(documented, expected, "{method}");
    }
}

#[test]
fn a_resource_says_what_becomes_of_a_partial_answer() {
    let source = "pub struct Page {
        signal query: String;
        #[on_cancel(keep)] #[on_error(clear)] pub resource hits = find(query);
        #[on_cancel(rollback)] #[on_error(keep)] pub resource more = find(query);
        pub computed text: String = hits.stable().cloned();
        signal draft: u8 = 0 per hits.stable();
    }";
    for (method, expected) in [
        (
            "hits",
            "The resource `hits`.\nIt depends on `query`, keeps a partial answer that is cancelled, \
             and loses its value when it fails. \
             [`text`](Self::text) and `draft` depend on it.",
        ),
        (
            "text",
            "The computed value `text`.\nIt depends on the stable value of \
             [`hits`](Self::hits), and is computed when it is read. Nothing depends on it.",
        ),
        (
            "draft",
            "The signal `draft`.\nIt starts anew with each whole answer of \
             [`hits`](Self::hits). Nothing depends on it.",
        ),
    ] {
        assert_eq!(documentation(source, Some(method)), expected, "{method}");
    }
    let page = documentation(source, None);
    let listed =
        "- [`more`](Self::more) depends on `query`, and keeps a partial answer that fails.";
    assert!(page.contains(listed), "{page}");
}

#[test]
fn a_resource_says_how_long_it_waits() {
    let source = "#[sleep(sleep)] pub struct Page {
        pub signal query: String;
        #[debounce(150ms)] #[timeout(1.5s)] #[retry(5, 250ms..=LONGEST)] #[refresh(5min)]
        pub resource hits = find(query);
        #[retry(1, 1s..=90s)] #[refresh(api::before_expiry)] pub resource token = fetch();
    }";
    assert_eq!(
        documentation(source, Some("hits")),
        "The resource `hits`.\nIt depends on [`query`](Self::query), \
         waits until its input has been quiet for 150 ms, gives an attempt 1.5 s, \
         tries again up to 5 times, after 250 ms to `LONGEST`, \
         and asks again 5 min after a run. Nothing depends on it."
    );
    let page = documentation(source, None);
    let listed = "- [`token`](Self::token) depends on no other node, tries again once, after 1 s to 90 s, \
                  and asks again as `api::before_expiry` says.";
    assert!(page.contains(listed), "{page}");
}

#[test]
fn a_signal_that_starts_anew_says_by_what() {
    let source = "pub struct Page {
        pub signal query: String;
        pub resource hits = find(query);
        pub signal draft: u8 = 0 per query, hits.value(), hits.error(), hits.status();
    }";
    assert_eq!(
        documentation(source, Some("draft")),
        "The signal `draft`.\nIt starts anew with each change of [`query`](Self::query), each value that [`hits`](Self::hits) \
         yields, each error that [`hits`](Self::hits) yields and each change of the status of [`hits`](Self::hits). \
         Nothing depends on it."
    );
    assert_eq!(
        documentation(source, Some("query")),
        "The signal `query`.\n[`hits`](Self::hits) and [`draft`](Self::draft) depend on it."
    );
}

#[test]
fn a_struct_shows_its_graph_and_lists_what_has_no_method() {
    let documented = documentation(PROFILE, None);
    let (before, rest) = documented.split_once("<div").expect("a picture");
    let (_, after) = rest.split_once("</div>").expect("its end");
    assert_eq!(
        before,
        "A user, and the page about the user.\n\n# Graph\n\nA graph of 2 signals, 2 computed values, 1 resource and 3 effects. \
         An arrow leads from a node to a dependent; [`GRAPH`](Self::GRAPH) has the same as data.\n\n"
    );
    assert_eq!(
        after,
        "\n\n# Resources\n\n\
         - [`user`](Self::user) depends on [`id`](Self::id), and uses the field `client`.\n\
         \n  The user, see [`fetch`].\n\
         \n# Effects\n\n\
         - `note` depends on `title` and the status of [`user`](Self::user), and uses the field `log`.\n\
         \n  Writes [the log](LOG).\n\n      let code = 1;\n\
         - `kept` depends on `title`, and keeps its result until it runs again.\n\
         - `hello` runs once, in `new`.\n"
    );
}

#[test]
fn graphs_inside_and_lists_are_listed_with_their_types() {
    let source = "pub struct App<G: Reactive> {
        pub signal dark: bool = false;
        /// Searches all of it.
        pub graph search: parts::Search() { dark: *dark };
        pub graph inner: G;
        list rows: Row<u8> by u64;
        pub computed left: usize = rows.len();
    }";
    let documented = documentation(source, None);
    let (_, lists) = documented.split_once("# Graphs inside").expect("a list");
    assert_eq!(
        lists,
        "

- [`search`](Self::search) holds a [`Search`](parts::Search), and depends on [`dark`](Self::dark).

  Searches all of it.
- [`inner`](Self::inner) holds a `G`.

# Lists

- `rows` holds a [`Row`](Row) for each key.
"
    );
    let documented = documentation(source, Some("inner"));
    assert!(
        documented.contains("It depends on no other node."),
        "{documented}"
    );
}

#[test]
fn without_documentation_the_first_sentence_counts() {
    let documented = documentation("struct S { signal a: u8; computed b: u8 = *a; }", None);
    assert!(
        documented.starts_with("A graph of 1 signal and 1 computed value.\n\n# Graph\n\nAn arrow"),
        "{documented}"
    );
}

#[test]
fn there_is_no_picture_of_too_little_or_too_much() {
    let documented = documentation("struct S { signal a: u8; }", None);
    assert!(
        documented.contains("No node depends on another"),
        "{documented}"
    );
    let mut source = String::from("struct S { signal a: u8;");
    for index in 0..80 {
        source.push_str(&format!("computed c{index}: u8 = *a;"));
    }
    let documented = documentation(&format!("{source} }}"), None);
    assert!(
        documented.contains("It is too large for a picture"),
        "{documented}"
    );
    assert!(!documented.contains("<svg"), "{documented}");
    let getter = documentation(&format!("{source} }}"), Some("a"));
    assert!(
        getter.ends_with("`c10` and 69 others depend on it.")
            || getter.ends_with("[`c10`](Self::c10) and 69 others depend on it."),
        "{getter}"
    );
    assert_eq!(documentation("struct S { let a: u8; }", None), "");
}

#[test]
fn a_graph_with_an_error_says_nothing_of_its_own() {
    let documented = documentation(
        "struct S { computed a: u8 = *b; computed b: u8 = *a; }",
        None,
    );
    assert_eq!(documented, "");
}

#[test]
fn what_is_hidden_is_neither_linked_nor_listed() {
    let source = "pub struct S { #[doc(hidden)] pub signal a: u8; pub computed b: u8 = *a; #[doc(hidden)] effect e { b } }";
    let documented = documentation(source, None);
    assert!(!documented.contains("# Effects"), "{documented}");
    assert!(!documented.contains("#method.a\""), "{documented}");
    assert!(documented.contains("#method.b\""), "{documented}");
    let documented = documentation(source, Some("b"));
    assert!(documented.contains("depends on `a`."), "{documented}");
}

#[test]
fn links_lead_to_what_is_seen_as_widely() {
    let [public, in_crate, above, private]: [Visibility; 4] = [
        parse_quote!(pub),
        parse_quote!(pub(crate)),
        parse_quote!(pub(super)),
        Visibility::Inherited,
    ];
    let rows = [
        (&public, [true, true, true, true]),
        (&in_crate, [false, true, true, true]),
        (&above, [false, false, true, true]),
        (&private, [false, false, false, true]),
    ];
    for (target, expected) in rows {
        let seen = [&public, &in_crate, &above, &private].map(|from| covers(target, from));
        assert_eq!(seen, expected);
    }
}
