//! Fetchers: functions and closures of every shape, with and without a context.
//!
//! Must not know: executors.

use futures::executor::block_on;
use signal_kernel::{
    AsyncMeta, AsyncValue, FetchContext, ResourceOptions, async_signal, create_manual_resource,
    create_resource, create_resource_when, create_resource_with, from_future, settled, signal,
};
use std::{convert::Infallible, fmt::Display, future::Future, pin::Pin, rc::Rc};

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
