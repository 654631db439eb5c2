//! Functions that `#[resource]` accepts, and that can still be called.

#![deny(warnings)]

use signal_kernel::{CancelToken, reactive, resource};
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
        effect show { let _ = (one, two, three, four, five, six, seven, eight); }
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
    assert_eq!(page.four().value().map(String::as_str), Some("1"));
}
