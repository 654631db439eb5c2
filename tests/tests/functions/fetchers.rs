//! Fetchers: functions and closures of every shape, with and without a context.
//!
//! Must not know: executors.

use futures::executor::block_on;
use signal_kernel::{
    AsyncMeta, AsyncValue, CancelReason, CancelToken, FetchContext, Resource, ResourceOptions,
    async_signal, create_manual_resource, create_resource, create_resource_when,
    create_resource_with, from_future, resource, settled, signal,
};
use std::{cell::RefCell, convert::Infallible, fmt::Display, future::Future, pin::Pin, rc::Rc};

async fn plain(id: u32) -> Result<String, String> {
    Ok(format!("plain {id}"))
}

async fn with_context(id: u32, run: FetchContext) -> Result<String, String> {
    Ok(format!("run {} for {id}", run.token()))
}

async fn generic<T: Display>(id: T) -> Result<String, String> {
    Ok(format!("generic {id}"))
}

fn boxed(id: u32) -> Pin<Box<dyn Future<Output = Result<String, String>>>> {
    Box::pin(plain(id))
}

async fn never_fails(id: u32) -> Result<u32, Infallible> {
    Ok(id)
}

struct Client {
    name: String,
}

impl Client {
    async fn fetch(self: Rc<Self>, id: u32) -> std::io::Result<String> {
        Ok(format!("{} {id}", self.name))
    }
}

#[test]
fn functions_of_every_shape_are_fetchers() {
    let id = signal(7u32);
    let source = move || id.get();
    let (one, _) = create_resource(source, plain);
    let (two, _) = create_resource(source, with_context);
    let (three, _) = create_resource(source, generic::<u32>);
    let (four, _) = create_resource(source, boxed);
    let (five, _) = create_resource(source, never_fails);
    let (six, _) = create_resource_when(move || (id.get() > 0).then_some("text"), generic);
    block_on(settled());
    let texts = [one, two, three, four, six].map(|value| value.get().unwrap());
    assert_eq!(
        texts,
        [
            "plain 7",
            "run 1 for 7",
            "generic 7",
            "plain 7",
            "generic text"
        ]
    );
    assert_eq!(five.get(), Some(7));
}

#[test]
fn closures_are_fetchers_and_need_no_annotation_unless_a_method_is_called() {
    let id = signal(7u32);
    let client = Rc::new(Client {
        name: "client".to_owned(),
    });
    let (one, _) = create_resource(move || id.get(), move |id: u32| client.clone().fetch(id));
    let (two, _) = create_resource(
        move || id.get(),
        |id| async move { Ok::<_, String>(id + 1) },
    );
    let (three, _) = create_resource(
        move || id.get(),
        |id: u32, run: FetchContext| async move { Ok::<_, String>(id.pow(2) + run.token() as u32) },
    );
    let mut calls = 0;
    let (four, _) = create_resource(
        move || id.get(),
        move |_: u32| {
            calls += 1;
            std::future::ready(Ok::<u32, ()>(calls))
        },
    );
    block_on(settled());
    assert_eq!(one.get().as_deref(), Some("client 7"));
    assert_eq!(
        (two.get(), three.get(), four.get()),
        (Some(8), Some(50), Some(1))
    );
}

#[test]
fn those_started_by_hand_take_the_same() {
    let one = create_manual_resource(plain);
    let two = create_manual_resource(with_context);
    assert_eq!(block_on(one.run(7)).as_deref(), Some("plain 7"));
    assert_eq!(block_on(two.run(7)).as_deref(), Some("run 1 for 7"));
    let three = from_future(|| plain(8));
    let (four, _) = async_signal(|| boxed(9));
    block_on(settled());
    assert_eq!(three.value().as_deref(), Some("plain 8"));
    assert_eq!(four.get().as_deref(), Some("plain 9"));
}

#[test]
fn options_are_for_the_types_of_the_fetcher() {
    let id = signal(7u32);
    let options = ResourceOptions::new()
        .on_success(|value: &String| assert!(!value.is_empty()))
        .on_error(|error: &String| panic!("{error}"));
    let (value, meta): (AsyncValue<String>, AsyncMeta<String>) =
        create_resource_with(move || id.get(), plain, options);
    block_on(settled());
    assert_eq!(
        (value.get().as_deref(), meta.error()),
        (Some("plain 7"), None)
    );
}

#[test]
fn values_and_errors_need_no_traits() {
    struct Opaque(u32);
    struct Failure(&'static str);
    let id = signal(7u32);
    let (value, meta) = create_resource(
        move || id.get(),
        |id: u32| async move {
            if id == 7 {
                Ok(Opaque(id))
            } else {
                Err(Failure("no"))
            }
        },
    );
    block_on(settled());
    assert_eq!(value.with(|value| value.map(|it| it.0)), Some(7));
    id.set(8);
    block_on(settled());
    assert_eq!(meta.with_error(|error| error.map(|it| it.0)), Some("no"));
}

#[resource]
async fn fetched(id: u32) -> Result<String, String> {
    Ok(format!("fetched {id}"))
}

#[resource]
async fn stoppable(id: u32, #[cancel] token: CancelToken) -> Result<String, String> {
    Ok(format!("stoppable {id} {}", token.is_cancelled()))
}

#[resource]
async fn stoppable_first(#[cancel] token: CancelToken, id: u32) -> Result<String, String> {
    stoppable(id, token).await
}

#[resource]
async fn wrapped<T: Display>(id: T, #[cancel] token: CancelToken) -> std::io::Result<String> {
    Ok(format!("wrapped {id} {}", token.is_cancelled()))
}

#[resource(local)]
async fn stays(shared: Rc<u32>) -> Result<Rc<u32>, Rc<str>> {
    Ok(shared)
}

#[resource(local)]
async fn shared_token(
    tokens: Rc<RefCell<Vec<CancelToken>>>,
    #[cancel] token: CancelToken,
) -> Result<(), Infallible> {
    tokens.borrow_mut().push(token);
    Ok(())
}

#[resource(infallible)]
async fn doubled(id: u32) -> u32 {
    id * 2
}

#[test]
fn functions_with_the_attribute_are_fetchers_as_they_are() {
    let id = signal(7u32);
    let source = move || id.get();
    let (one, one_meta) = create_resource(source, fetched);
    let (two, _) = create_resource(source, stoppable);
    let (three, _) = create_resource(source, stoppable_first);
    let (four, _) = create_resource(source, wrapped::<u32>);
    let (five, _) = create_resource_when(move || Some("text"), wrapped);
    let (six, _) = create_resource(move || Rc::new(id.get()), stays);
    let by_hand = create_manual_resource(stoppable);
    let token_first = create_manual_resource(stoppable_first);
    let (seven, _) = create_resource(source, |id| async move {
        Ok::<_, Infallible>(doubled(id).await)
    });
    block_on(settled());
    // The name is that of a type too.
    let typed: Option<<fetched as Resource>::Value> = one.get();
    let _: Option<<fetched as Resource>::Error> = one_meta.error();
    assert_eq!(typed.as_deref(), Some("fetched 7"));
    assert_eq!(two.get().as_deref(), Some("stoppable 7 false"));
    assert_eq!(three.get().as_deref(), Some("stoppable 7 false"));
    assert_eq!(four.get().as_deref(), Some("wrapped 7 false"));
    assert_eq!(five.get().as_deref(), Some("wrapped text false"));
    assert_eq!((six.get(), seven.get()), (Some(Rc::new(7)), Some(14)));
    let text = block_on(by_hand.run(8));
    assert_eq!(text.as_deref(), Some("stoppable 8 false"));
    let text = block_on(token_first.run(9));
    assert_eq!(text.as_deref(), Some("stoppable 9 false"));
}

#[test]
fn the_token_of_such_a_function_is_that_of_its_run() {
    let tokens = Rc::new(RefCell::new(Vec::new()));
    let given = tokens.clone();
    let again = signal(0);
    let options = ResourceOptions::new().observe(move || again.with(|_| ()));
    let (_value, meta) = create_resource_with(
        || (),
        {
            let given = given.clone();
            move |(), token: CancelToken| {
                given.borrow_mut().push(token);
                std::future::pending::<Result<(), ()>>()
            }
        },
        options,
    );
    again.set(1);
    meta.cancel("enough");
    let reasons: Vec<_> = tokens.borrow().iter().map(CancelToken::reason).collect();
    let expected = [CancelReason::SourceChanged, "enough".into()];
    assert_eq!(reasons, expected.map(Some));

    let run = create_manual_resource(shared_token);
    assert_eq!(block_on(run.run(tokens.clone())), Some(()));
    run.cancel("too late");
    assert_eq!(tokens.borrow()[2].reason(), None, "it has come to its end");
}
