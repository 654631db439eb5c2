//! A page whose body panics, and that calls again, in a build that aborts at a panic. `page.mjs` is the page.
//!
//! Invariants: each function that the page calls is one turn of its event loop. The text of a panic is kept, for there is
//! no console. There is no unsafe code here: the attribute tells rustc that the names are for others.
//!
//! Must not know: how a graph finds out.

use signal_kernel::{
    Computed, Shared, Signal, computed, create_effect, poll_progress, reactive, resource, signal,
};
use std::{
    cell::RefCell,
    panic,
    sync::Mutex,
    task::{Context, Waker},
};

/// The text of the last panic.
static SAID: Mutex<String> = Mutex::new(String::new());

#[resource(infallible)]
async fn echo(number: i32) -> i32 {
    number
}

reactive! {
    struct Page {
        signal number: i32 = 1;
        resource answer = echo(number);
        computed root: i32 = root_of(*number);
        computed shown: String = root.to_string();
        effect check { assert!(*number < 100, "the number is too large"); }
    }
}

fn root_of(number: i32) -> i32 {
    assert!(number >= 0, "no root");
    number.isqrt()
}

struct Functions {
    number: Signal<i32>,
    root: Computed<i32>,
}

thread_local! {
    static FUNCTIONS: RefCell<Option<Functions>> = const { RefCell::new(None) };
    static SHARED: RefCell<Option<Shared<Page>>> = const { RefCell::new(None) };
    static PAGE: RefCell<Option<Page>> = const { RefCell::new(None) };
}

fn handles() -> (Signal<i32>, Computed<i32>) {
    FUNCTIONS.with_borrow(|it| {
        let it = it.as_ref().expect("`start` comes first");
        (it.number, it.root)
    })
}

fn shared() -> Shared<Page> {
    SHARED.with_borrow(|it| it.clone().expect("`start` comes first"))
}

/// Makes the graphs.
#[unsafe(no_mangle)]
pub extern "C" fn start() {
    panic::set_hook(Box::new(|info| *SAID.lock().unwrap() = info.to_string()));
    let number = signal(1);
    let root = computed(move || root_of(number.get()));
    create_effect(move || assert!(number.get() < 100, "the number is too large"));
    FUNCTIONS.set(Some(Functions { number, root }));
    SHARED.set(Some(Shared::new(Page::new())));
    PAGE.set(Some(Page::new()));
}

/// A panic of the page itself, where all graphs are at rest.
#[unsafe(no_mangle)]
pub extern "C" fn panic_elsewhere() {
    panic!("this is not a body");
}

/// Writes a signal of the functions, and reads it in a computed value.
#[unsafe(no_mangle)]
pub extern "C" fn functions_set(value: i32) -> i32 {
    let (number, root) = handles();
    number.set(value);
    root.get()
}

/// Reads only.
#[unsafe(no_mangle)]
pub extern "C" fn functions_get() -> i32 {
    handles().1.get()
}

/// Makes a node.
#[unsafe(no_mangle)]
pub extern "C" fn functions_make() -> i32 {
    signal(7).get()
}

/// Polls the work of the thread.
#[unsafe(no_mangle)]
pub extern "C" fn functions_poll() {
    let _ = poll_progress(&mut Context::from_waker(Waker::noop()));
}

/// Writes to the shared graph, and reads it.
#[unsafe(no_mangle)]
pub extern "C" fn shared_set(value: i32) -> i32 {
    shared().update(|page| page.set_number(value));
    shared().read(|page| page.shown().parse().expect("it is a number"))
}

/// Reads only.
#[unsafe(no_mangle)]
pub extern "C" fn shared_get() -> i32 {
    shared().read(|page| *page.number())
}

/// Polls the work of the shared graph.
#[unsafe(no_mangle)]
pub extern "C" fn shared_poll() -> i32 {
    let _ = shared().poll_progress(&mut Context::from_waker(Waker::noop()));
    shared().read(|page| page.answer().value().copied().unwrap_or(0))
}

/// Writes to a graph that is not shared.
#[unsafe(no_mangle)]
pub extern "C" fn page_set(value: i32) {
    PAGE.with_borrow_mut(|page| {
        let page = page.as_mut().expect("`start` comes first");
        page.set_number(value);
    });
}

/// Reads a lazy value of it.
#[unsafe(no_mangle)]
pub extern "C" fn page_get() -> i32 {
    PAGE.with_borrow(|page| {
        let page = page.as_ref().expect("`start` comes first");
        page.shown().parse().expect("it is a number")
    })
}

/// The address of the text of the last panic.
#[unsafe(no_mangle)]
pub extern "C" fn said() -> usize {
    SAID.lock().unwrap().as_ptr() as usize
}

/// How long it is.
#[unsafe(no_mangle)]
pub extern "C" fn said_bytes() -> usize {
    SAID.lock().unwrap().len()
}
