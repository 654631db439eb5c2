//! Functions that `#[resource]` accepts, and that can still be called.

#![deny(warnings)]

use signal_kernel::{CancelToken, reactive, resource};
use signal_kernel_ui_tests::{Stream, stream};
use std::rc::Rc;

type Answer<T> = Result<T, String>;

#[resource]
async fn aliased(id: u64) -> Answer<u64> {
    Ok(id)
}

#[resource(infallible)]
async fn doubled(id: u64) -> u64 {
    id * 2
}

#[resource(local)]
async fn local(shared: Rc<u64>) -> Result<Rc<u64>, Rc<str>> {
    Ok(shared)
}

#[resource]
async fn generic<T: Clone>(value: T, _times: usize) -> Result<T, ()> {
    Ok(value)
}

#[resource]
async fn cancellable(id: u64, #[cancel] token: CancelToken) -> Result<u64, String> {
    if token.is_cancelled() {
        Err("too late".to_owned())
    } else {
        Ok(id)
    }
}

#[resource]
fn numbers(from: u64, #[cancel] token: CancelToken) -> impl Stream<Item = Answer<u64>> {
    stream::iter((from..9).map(move |id| match token.is_cancelled() {
        true => Err("too late".to_owned()),
        false => Ok(id),
    }))
}

#[resource(local, infallible)]
fn stream_of_any<T: Copy>(value: Rc<T>) -> impl signal_kernel_ui_tests::Stream<Item = T> + use<T> {
    stream::iter([*value])
}

#[resource(fold(String, push), crate = signal_kernel,)]
fn words(words: Vec<&'static str>) -> impl Send + Stream<Item = Result<&'static str, Rc<str>>> {
    stream::iter(words.into_iter().map(Ok))
}

fn push(text: &mut String, word: &str) {
    *text += word;
}

#[resource(infallible, fold(Vec<T>, Vec::<T>::push))]
fn collected<T: Send + 'static>(
    #[cfg(all())] first: T,
    #[cfg(any())] second: T,
) -> impl Stream<Item = T> {
    stream::iter([first])
}

macro_rules! counted {
    ($name:ident, $ty:ty, $function:path, $item:ty, $items:expr) => {
        #[resource(fold($ty, $function))]
        fn $name(up_to: u64) -> impl Stream<Item = $item> {
            let _ = up_to;
            stream::iter($items)
        }
    };
}
counted!(counted, u64, add, Result<u64, ()>, [Ok(1), Ok(2)]);

fn add(sum: &mut u64, item: u64) {
    *sum += item;
}

mod api {
    pub(crate) mod users {
        #[signal_kernel::resource]
        pub(crate) async fn fetch(id: u64) -> Result<u64, String> {
            Ok(id + 1)
        }
    }
}

reactive! {
    struct Page {
        let shared: Rc<u64>;
        signal id: u64 = 1;
        signal selected: Option<u64> = None;
        resource one = aliased(id);
        resource two = doubled(*id + 1);
        resource three = local(shared);
        resource four = generic::<String>(id.to_string(), 3);
        resource five = cancellable(id);
        resource six = api::users::fetch((*selected)?);
        #[keep_previous(false)] #[eq(u64::eq)] resource seven = crate::api::users::fetch(*six.value()?);
        #[manual] resource eight = aliased(id);
        #[eq(u64::eq)] resource nine = numbers(id);
        resource ten = stream_of_any::<u64>(shared);
        #[on_cancel(keep)] #[on_error(rollback)] resource eleven = words(vec!["a", "b"]);
        #[on_error(clear)] #[manual] resource twelve = collected::<String>(id.to_string());
        resource thirteen = counted(id);
        signal last: u64 = 0 per nine.stable();
        effect show { let _ = (one, two, three, four, five, six, seven, eight); }
        effect see { let _ = (nine.stable(), ten.failures(), eleven.last_failure(), twelve, thirteen.is_pending()); }
    }
}

fn main() {
    let mut page = Page::new(Rc::new(3));
    signal_kernel_ui_tests::block_on(async {
        page.settled().await;
        assert_eq!(page.six().value(), None);
        page.set_selected(Some(5));
        page.settled().await;
        assert_eq!(aliased(1).await, Ok(1));
    });
    assert_eq!(
        (page.one().value(), page.two().value()),
        (Some(&1), Some(&4))
    );
    assert_eq!(
        (page.six().value(), page.seven().value()),
        (Some(&6), Some(&7))
    );
    assert_eq!(
        (page.eight().value(), page.five().value()),
        (None, Some(&1))
    );
    page.reload_twelve();
    signal_kernel_ui_tests::block_on(page.settled());
    assert_eq!(
        (page.nine().value(), page.ten().value()),
        (Some(&8), Some(&3))
    );
    assert_eq!(
        (
            page.eleven().value().unwrap().as_str(),
            page.thirteen().value()
        ),
        ("ab", Some(&3))
    );
    assert_eq!(page.twelve().stable().unwrap(), &["1".to_owned()]);
    assert_eq!(page.last(), &0);
    assert_eq!(page.four().value().map(String::as_str), Some("1"));
}
