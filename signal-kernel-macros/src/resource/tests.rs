//! The output of `#[resource]`, pretty-printed, and its errors.

use proc_macro2::TokenStream;

use super::{resource, run};

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("the test's text is made of tokens")
}

/// The whole expansion, as rustfmt would show it, without the lints that each added item silences.
fn expansion(options: &str, item: &str) -> String {
    let (expanded, errors) = run(tokens(options), tokens(item));
    assert_eq!(errors.into_list(), []);
    let file = syn::parse2(expanded).expect("the expansion parses");
    let text = prettyplease::unparse(&file);
    let mut shown = String::new();
    let mut inside = false;
    for line in text.lines() {
        inside |= line == "#[allow(";
        if !inside {
            shown += line;
            shown.push('\n');
        }
        inside &= line != ")]";
    }
    shown
}

/// Code, position and text of every mistake.
fn mistakes(options: &str, item: &str) -> Vec<(&'static str, String, String)> {
    let (expanded, errors) = run(tokens(options), tokens(item));
    let text = expanded.to_string();
    assert!(!text.contains("cancel"), "rustc does not know it: {text}");
    errors.into_list()
}

#[track_caller]
fn assert_mistakes(options: &str, item: &str, expected: &[(&str, &str, &str)]) {
    let mistakes = mistakes(options, item);
    let mistakes: Vec<_> = mistakes
        .iter()
        .map(|(code, place, text)| (*code, place.as_str(), text.as_str()))
        .collect();
    assert_eq!(mistakes, expected, "{item}");
}

#[test]
fn a_function_with_arguments() {
    let item = "
        /// Asks the server.
        #[tracing::instrument]
        pub(crate) async fn fetch_user(client: Client, id: u64) -> Result<User, FetchError> {
            client.get(id).await
        }";
    assert_eq!(
        expansion("", item),
        r#"/// Asks the server.
#[tracing::instrument]
pub(crate) async fn fetch_user(client: Client, id: u64) -> Result<User, FetchError> {
    client.get(id).await
}
#[doc(hidden)]
pub(crate) enum fetch_user {}
impl ::signal_kernel::Resource for fetch_user {
    type Value = <Result<User, FetchError> as ::signal_kernel::needs::Outcome>::Value;
    type Error = <Result<User, FetchError> as ::signal_kernel::needs::Outcome>::Error;
    type Future = ::signal_kernel::__private::SendFuture<Self::Value, Self::Error>;
}
impl fetch_user {
    #[doc(hidden)]
    pub fn __start(
        client: Client,
        id: u64,
    ) -> impl ::core::ops::FnOnce(
        ::signal_kernel::__private::Start<
            '_,
            <Self as ::signal_kernel::Resource>::Future,
        >,
    ) {
        move |start| {
            start.work(fetch_user(client, id), |work| ::std::boxed::Box::pin(work));
        }
    }
}
"#
    );
}

#[test]
fn a_generic_function_that_takes_a_token_and_patterns() {
    let item = "
        #[cfg(unix)]
        async fn fetch<T: Decode, const N: usize>(
            mut url: Url,
            #[cancel] token: CancelToken,
            (a, b): (u8, u8),
            _: [T; N],
        ) -> Fetched<T>
        where
            T: Clone,
        {
            todo!()
        }";
    assert_eq!(
        expansion("local", item),
        r#"#[cfg(unix)]
async fn fetch<T: Decode, const N: usize>(
    mut url: Url,
    token: CancelToken,
    (a, b): (u8, u8),
    _: [T; N],
) -> Fetched<T>
where
    T: Clone,
{
    todo!()
}
#[cfg(unix)]
#[doc(hidden)]
struct fetch<T: Decode, const N: usize>
where
    T: Clone,
{
    _types: ::core::marker::PhantomData<fn() -> (*const T,)>,
}
#[cfg(unix)]
impl<T: Decode, const N: usize> ::signal_kernel::Resource for fetch<T, N>
where
    T: Clone,
    T: 'static,
{
    type Value = <Fetched<T> as ::signal_kernel::needs::Outcome>::Value;
    type Error = <Fetched<T> as ::signal_kernel::needs::Outcome>::Error;
    type Future = ::signal_kernel::__private::LocalFuture<Self::Value, Self::Error>;
}
#[cfg(unix)]
impl<T: Decode, const N: usize> fetch<T, N>
where
    T: Clone,
    T: 'static,
{
    #[doc(hidden)]
    pub fn __start(
        url: Url,
        __argument_2: (u8, u8),
        __argument_3: [T; N],
    ) -> impl ::core::ops::FnOnce(
        ::signal_kernel::__private::Start<
            '_,
            <Self as ::signal_kernel::Resource>::Future,
        >,
    ) {
        move |mut start| {
            let token = start.token();
            start
                .work(
                    fetch::<T, N>(url, token, __argument_2, __argument_3),
                    |work| ::std::boxed::Box::pin(work),
                );
        }
    }
}
"#
    );
}

#[test]
fn a_function_that_cannot_fail() {
    let shown = expansion(
        "infallible",
        "async fn r#type<T: Send>(value: T) -> T { value }",
    );
    for part in [
        "struct r#type<T: Send> {\n",
        "    T: ::core::marker::Send + 'static,\n",
        "    type Value = T;\n",
        "    type Error = ::core::convert::Infallible;\n",
        "    type Future = ::signal_kernel::__private::SendFuture<\n        Self::Value,\n        Self::Error,\n        \
         ::signal_kernel::__private::IntoOk,\n    >;\n",
        "start.work(r#type::<T>(value), |work| ::std::boxed::Box::pin(work));",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    let shown = expansion("local, infallible,", "async fn tick() {}");
    for part in [
        "    type Value = ();\n",
        "LocalFuture<\n",
        "        ::signal_kernel::__private::IntoOk,\n",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}

#[test]
fn the_body_is_not_parsed() {
    let body = "{ let x = yeet match become 1 ? ? ; # ! [inner] }";
    let item = format!("async fn f() -> Result<(), ()> {body}");
    let (expanded, errors) = run(tokens(""), tokens(&item));
    assert_eq!(errors.into_list(), []);
    let start = tokens(&item).to_string();
    assert!(expanded.to_string().starts_with(&start), "{expanded}");
}

#[test]
fn a_function_that_returns_a_stream() {
    let item = "
        pub fn prices(symbol: String) -> impl Stream<Item = Result<f64, FeedError>> + use<> {
            feed::open(symbol)
        }";
    assert_eq!(
        expansion("", item),
        r#"pub fn prices(symbol: String) -> impl Stream<Item = Result<f64, FeedError>> + use<> {
    feed::open(symbol)
}
#[doc(hidden)]
pub enum prices {}
impl ::signal_kernel::Resource for prices {
    type Value = <Result<f64, FeedError> as ::signal_kernel::needs::Outcome>::Value;
    type Error = <Result<f64, FeedError> as ::signal_kernel::needs::Outcome>::Error;
    type Future = ::signal_kernel::__private::SendStream<Self::Value, Self::Error>;
}
impl prices {
    #[doc(hidden)]
    pub fn __start(
        symbol: String,
    ) -> impl ::core::ops::FnOnce(
        ::signal_kernel::__private::Start<
            '_,
            <Self as ::signal_kernel::Resource>::Future,
        >,
    ) {
        move |start| {
            start.work(prices(symbol), |work| ::std::boxed::Box::pin(work));
        }
    }
}
"#
    );
}

#[test]
fn a_stream_whose_items_make_one_answer() {
    let item = "
        fn collect<T: Decode>(
            url: Url,
            #[cancel] token: CancelToken,
        ) -> impl futures::Stream<Item = Fetched<T>> {
            todo!()
        }";
    assert_eq!(
        expansion("local, fold(Vec<T>, Vec::push)", item),
        r#"fn collect<T: Decode>(
    url: Url,
    token: CancelToken,
) -> impl futures::Stream<Item = Fetched<T>> {
    todo!()
}
#[doc(hidden)]
struct collect<T: Decode> {
    _types: ::core::marker::PhantomData<fn() -> (*const T,)>,
}
impl<T: Decode> ::signal_kernel::Resource for collect<T>
where
    T: 'static,
{
    type Value = <Self as ::signal_kernel::needs::Fold>::Value;
    type Error = <Fetched<T> as ::signal_kernel::needs::Outcome>::Error;
    type Future = ::signal_kernel::__private::LocalStream<
        Self::Value,
        Self::Error,
        ::signal_kernel::__private::Folded<Self>,
    >;
}
impl<T: Decode> ::signal_kernel::needs::Fold for collect<T>
where
    T: 'static,
{
    type Item = <Fetched<T> as ::signal_kernel::needs::Outcome>::Value;
    type Value = Vec<T>;
    #[inline]
    fn fold(value: &mut Self::Value, item: Self::Item) {
        let fold: fn(&mut Self::Value, Self::Item) = Vec::push;
        fold(value, item)
    }
}
impl<T: Decode> collect<T>
where
    T: 'static,
{
    #[doc(hidden)]
    pub fn __start(
        url: Url,
    ) -> impl ::core::ops::FnOnce(
        ::signal_kernel::__private::Start<
            '_,
            <Self as ::signal_kernel::Resource>::Future,
        >,
    ) {
        move |mut start| {
            let token = start.token();
            start.work(collect::<T>(url, token), |work| ::std::boxed::Box::pin(work));
        }
    }
}
"#
    );
}

#[test]
fn a_stream_that_cannot_fail() {
    let item = "fn ticks() -> impl Stream<Item = u8> { todo!() }";
    for (options, parts) in [
        (
            "infallible",
            [
                "    type Value = u8;\n",
                "::SendStream<",
                "::Latest<::signal_kernel::__private::IntoOk>,\n",
            ],
        ),
        (
            "fold(u64, add), infallible, local",
            [
                "    type Item = u8;\n    type Value = u64;\n",
                "::LocalStream<",
                "::Folded<Self, ::signal_kernel::__private::IntoOk>,\n",
            ],
        ),
    ] {
        let shown = expansion(options, item);
        for part in parts
            .into_iter()
            .chain(["    type Error = ::core::convert::Infallible;\n"])
        {
            assert!(shown.contains(part), "{part} in\n{shown}");
        }
    }
}

#[test]
fn a_stream_has_its_own_mistakes() {
    let is_async = "a `#[resource]` function that returns a stream is not async | remove `async`; \
                    if it has to connect first: `stream::once(connect()).try_flatten()`";
    let unnamed =
        "a `#[resource]` stream names its items | write `impl Stream<Item = Result<T, E>>`";
    let no_result = "a `#[resource]` stream yields `Result`s | \
                     for a stream that cannot fail, write `#[resource(infallible)]`";
    let opaque = "a `#[resource]` stream names the type of its items | \
                  write the type itself, or a `Box<dyn Trait>`";
    for (output, place, text) in [
        ("Stream", "1:16", unnamed),
        ("Send + Stream<Thing = u8>", "1:23", unnamed),
        ("Stream<Item = u8>", "1:30", no_result),
        ("Stream<Item = Result<impl Send, ()>>", "1:37", opaque),
    ] {
        let item = format!("fn f() -> impl {output} {{}}");
        assert_mistakes("", &item, &[("SK015", place, text)]);
    }
    let item = "async fn f(id: u8) -> impl Stream<Item = Result<u8, ()>> {}";
    assert_mistakes("", item, &[("SK015", "1:1", is_async)]);
    let expanded = resource(tokens("fold(u64, add)"), tokens(item)).to_string();
    let usable = expanded.contains("fn __start < __A0 >") && expanded.contains("type Value = u64");
    assert!(usable, "{expanded}");
}

#[test]
fn a_fold_names_an_owned_answer_and_a_function() {
    let item = "fn f() -> impl Stream<Item = Result<u8, ()>> {}";
    let malformed = "expected `fold(Type, function)` | \
                     the function takes an item into the answer: `fn(&mut Type, Item)`";
    for options in [
        "fold",
        "fold()",
        "fold(u64)",
        "fold(u64, |a, b| ())",
        "fold = 1",
    ] {
        let mistakes = mistakes(options, item);
        let first = mistakes
            .first()
            .map(|(code, place, text)| (*code, place.as_str(), text.as_str()));
        assert_eq!(first, Some(("SK010", "1:1", malformed)), "{options}");
    }
    let expanded = resource(tokens("fold(u64, |a, b| ())"), tokens(item)).to_string();
    let usable = expanded.contains("type Value = u64 ;") && expanded.contains("unreachable ! ()");
    assert!(usable, "the type is known: {expanded}");
    let borrowed = "the answer of a fold is owned: this one is borrowed | take a `String`, or share it in an `Arc`";
    assert_mistakes("fold(&str, push)", item, &[("SK015", "1:6", borrowed)]);
    let opaque =
        "`fold` names the type of its answer | write the type itself, or a `Box<dyn Trait>`";
    assert_mistakes("fold(impl Send, push)", item, &[("SK015", "1:6", opaque)]);
    assert_mistakes(
        "fold(u8, f), fold(u8, f)",
        item,
        &[(
            "SK010",
            "1:14",
            "`fold` is given twice | remove one of them",
        )],
    );
    assert_mistakes(
        "fold(u8, f)",
        "async fn f() -> Result<u8, ()> {}",
        &[(
            "SK010",
            "1:1",
            "`fold` has no meaning without a stream | \
             an async function has one answer; return an `impl Stream` of its parts",
        )],
    );
}

#[test]
fn it_is_an_async_fn_or_returns_a_stream() {
    let not_async = "a `#[resource]` function is async, or returns a stream | \
                     write `async fn f`, or return an `impl Stream<Item = Result<T, E>>`";
    assert_mistakes(
        "",
        "fn f() -> Result<(), ()> {}",
        &[("SK015", "1:1", not_async)],
    );
    assert_mistakes("", "pub const fn f() {}", &[("SK015", "1:11", not_async)]);
    assert_mistakes(
        "",
        "pub fn f(id: u64) -> impl Future<Output = Result<(), ()>> {}",
        &[("SK015", "1:5", not_async)],
    );
    for (item, place) in [
        ("pub struct S { x: u8 }", "1:5"),
        ("#[x] mod m {}", "1:6"),
        ("const X: u8 = 1;", "1:1"),
    ] {
        let not_a_function = "`#[resource]` goes on a function";
        assert_mistakes("", item, &[("SK015", place, not_a_function)]);
    }
}

#[test]
fn it_is_safe() {
    assert_mistakes(
        "",
        "async unsafe fn f() -> Result<(), ()> {}",
        &[(
            "SK015",
            "1:7",
            "a `#[resource]` function is safe to call | move the `unsafe` into its body",
        )],
    );
}

#[test]
fn it_is_no_method() {
    let text = "a `#[resource]` function cannot be a method | \
                move it out of the `impl`, and pass its arguments by value";
    for (item, place) in [
        (
            "async fn f(&self, #[cancel] token: CancelToken) -> Result<(), ()> {}",
            "1:13",
        ),
        ("fn f(mut self: Box<Self>, name: &str) {}", "1:10"),
        (
            "async fn f(other: Option<Self>) -> Result<(), ()> {}",
            "1:26",
        ),
        ("async fn f() -> Result<Self, ()> {}", "1:24"),
        ("async fn f() -> Result<(), ()>;", "1:10"),
    ] {
        assert_mistakes("", item, &[("SK015", place, text)]);
        let expanded = resource(tokens(""), tokens(item)).to_string();
        assert!(
            !expanded.contains("enum"),
            "nothing that an impl cannot hold: {expanded}"
        );
    }
}

#[test]
fn it_owns_its_arguments() {
    let borrowed = |place, owned: &str| {
        let text = "a `#[resource]` function owns its arguments: this one is borrowed";
        (
            "SK015",
            place,
            format!("{text} | take {owned}, or share it in an `Arc`"),
        )
    };
    for (ty, expected) in [
        ("&str", Some(borrowed("1:15", "a `String`"))),
        ("&mut Path", Some(borrowed("1:15", "a `PathBuf`"))),
        ("&[u8]", Some(borrowed("1:15", "a `Vec<u8>`"))),
        ("&Client", Some(borrowed("1:15", "a `Client`"))),
        ("&dyn Send", Some(borrowed("1:15", "the value itself"))),
        ("Option<&str>", Some(borrowed("1:22", "the value itself"))),
        ("Ref<'_, u8>", Some(borrowed("1:19", "the value itself"))),
        (
            "Box<dyn Fn(u8) + '_>",
            Some(borrowed("1:32", "the value itself")),
        ),
        ("&'static str", None),
        ("Cow<'static, str>", None),
        ("fn(&str) -> &str", None),
        ("for<'a> fn(&'a str, &u8) -> &'a str", None),
        ("Box<dyn Fn(&str) -> Option<&str> + Send>", None),
        ("Box<dyn for<'a> Visit<'a> + Send>", None),
    ] {
        let item = format!("async fn f(x: {ty}) -> Result<(), ()> {{}}");
        let expected: Vec<_> = expected.iter().collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(code, place, text)| (*code, *place, text.as_str()))
            .collect();
        assert_mistakes("", &item, &expected);
    }
    let lifetimes = "a `#[resource]` function owns its arguments: no lifetime parameters | \
                     take the values themselves, or share them in an `Arc`";
    assert_mistakes(
        "",
        "async fn f<'a, T>(x: &'a str, y: Vec<&'a T>) -> Result<(), ()> {}",
        &[("SK015", "1:12", lifetimes)],
    );
}

#[test]
fn it_names_its_types() {
    let argument = "a `#[resource]` function names the types of its arguments | make the `impl` a \
                    type parameter, and name the type in the call: `fetch::<User>(id)`";
    assert_mistakes(
        "",
        "async fn f(a: impl Into<String>, b: Vec<impl Send>) -> Result<(), ()> {}",
        &[("SK015", "1:15", argument), ("SK015", "1:41", argument)],
    );
    let output = "a `#[resource]` function names the type it returns | \
                  write the type itself, or a `Box<dyn Trait>`";
    assert_mistakes(
        "infallible",
        "async fn f() -> impl Send {}",
        &[("SK015", "1:17", output)],
    );
    assert_mistakes(
        "",
        "async fn f() -> Result<impl Send, ()> {}",
        &[("SK015", "1:24", output)],
    );
}

#[test]
fn it_returns_a_result() {
    let text = "a `#[resource]` function returns a `Result` | \
                for a function that cannot fail, write `#[resource(infallible)]`";
    for (item, place) in [
        ("async fn f(id: u64) {}", "1:10"),
        ("async fn f() -> () {}", "1:17"),
        ("async fn f() -> Option<u8> {}", "1:17"),
        ("async fn f() -> [u8; 4] {}", "1:17"),
        ("async fn f() -> Box<dyn Error> {}", "1:17"),
    ] {
        assert_mistakes("", item, &[("SK015", place, text)]);
        assert_mistakes("infallible", item, &[]);
    }
    // Any name may be an alias.
    assert_mistakes("", "async fn f() -> Fetched {}", &[]);
    assert_mistakes("", "async fn f() -> io::Result<u8> {}", &[]);
}

/// The function is emitted at once, with its parameters unchanged; the added items wait for the answers.
#[test]
fn parameters_come_and_go_by_rustcs_answers() {
    let item =
        "async fn f(#[cfg(a)] x: u8, #[cfg_attr(b, cancel)] y: Token) -> Result<(), ()> { z() }";
    let (output, errors) = run(tokens("local"), tokens(item));
    assert_eq!(errors.into_list(), []);
    let text = output.to_string();
    let function = "async fn f (# [cfg (a)] x : u8 , y : Token) -> Result < () , () > { z () }";
    assert!(text.starts_with(function), "{text}");
    assert!(!text.contains("enum f"));
    let asked = text.split_once("[] (local) ").expect("the question").1;
    let item = asked.strip_suffix(" }").expect("its end");
    let added =
        |answers: &str| super::answered(tokens(&format!("[{answers}] (local) {item}"))).to_string();
    assert!(added("1 1").contains("fn __start (x : u8)"));
    assert!(added("0 1").contains("fn __start ()"));
    assert!(added("0 0").contains("fn __start (y : Token)"));
}

#[test]
fn one_token_is_enough() {
    assert_mistakes(
        "",
        "async fn f(#[cancel] a: CancelToken, #[cancel(b)] b: CancelToken) -> Result<(), ()> {}",
        &[
            (
                "SK010",
                "1:38",
                "`#[cancel]` takes no arguments | write `#[cancel]`",
            ),
            (
                "SK010",
                "1:38",
                "`#[cancel]` is given twice | one token is enough: it can be cloned",
            ),
        ],
    );
}

#[test]
fn options_are_known_by_name() {
    let item = "async fn f() -> Result<(), ()> {}";
    assert_mistakes(
        "infalible, speed, local, local",
        item,
        &[
            (
                "SK010",
                "1:1",
                "`#[resource]` has no option `infalible` | did you mean `infallible`?",
            ),
            (
                "SK010",
                "1:12",
                "`#[resource]` has no option `speed` | the options are `infallible`, `local`, `fold(Type, function)` and `crate = path`",
            ),
            (
                "SK010",
                "1:26",
                "`local` is given twice | remove one of them",
            ),
        ],
    );
    assert_mistakes("local = true", item, &[("SK010", "1:7", "expected `,`")]);
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let item = "fn f(a: &str, b: impl Send, #[cancel] #[cancel] c: CancelToken) {}";
    let codes: Vec<_> = mistakes("fast", item)
        .into_iter()
        .map(|(code, place, _)| (code, place))
        .collect();
    let expected = [
        ("SK010", "1:1"),
        ("SK015", "1:1"),
        ("SK015", "1:9"),
        ("SK015", "1:18"),
        ("SK010", "1:39"),
    ];
    assert_eq!(
        codes,
        expected.map(|(code, place)| (code, place.to_owned()))
    );
}

#[test]
fn a_bad_function_stays_usable() {
    let item =
        "async fn f<T>(name: &str, #[cancel] token: CancelToken, x: T) -> Result<u8, ()> { body }";
    let expanded = resource(tokens(""), tokens(item));
    let file: syn::File = syn::parse2(expanded).expect("the expansion parses");
    let text = prettyplease::unparse(&file);
    for part in [
        "async fn f<T>(name: &str, token: CancelToken, x: T) -> Result<u8, ()> {\n    body\n}",
        "    type Value = <Result<u8, ()> as ::signal_kernel::needs::Outcome>::Value;",
        "    pub fn __start<__A0, __A1>(\n        _: __A0,\n        _: __A1,\n    ) -> fn(",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let last = text.trim_end().lines().rev().take(3).collect::<Vec<_>>();
    assert!(
        last.iter().any(|line| line.contains("compile_error!")),
        "errors stand last: {text}"
    );
}

#[test]
fn what_does_not_parse_comes_back_without_our_attributes() {
    for item in [
        "async fn f(#[cancel] token: ) {}",
        "async fn",
        "struct S(#[cancel] u8);",
        "",
    ] {
        let expanded = resource(tokens(""), tokens(item)).to_string();
        let kept = tokens(&item.replace("#[cancel]", "")).to_string();
        assert!(expanded.starts_with(&kept), "{expanded}");
        assert!(expanded.contains("compile_error"), "{expanded}");
    }
}
