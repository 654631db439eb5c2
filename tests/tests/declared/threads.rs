//! Abilities of a graph of plain values that a thread's own kernel lacks: move to another thread, and be
//! read from many at once.
//!
//! Invariants: no sleeping; threads meet at barriers.
//!
//! Must not know: anything but the public interface.

use crate::chains::LazyChain;
use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::{
    cell::Cell,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

fn is_send<T: Send>() {}
fn is_sync<T: Sync>() {}

#[test]
fn a_graph_is_send_and_sync_where_its_values_are() {
    reactive! {
        struct Plain {
            let log: Log;
            let mut count: u64 = 0;
            signal names: Vec<String> = Vec::new();
            computed eager: usize = names.len();
            #[allow(dead_code)]
            computed lazy: String = names.join(" ");
            effect show { log.push(eager); *count += 1; }
            effect kept: Arc<usize> = Arc::new(*eager);
        }

        struct Generic<T: PartialEq + Clone> {
            signal value: T;
            #[allow(dead_code)]
            computed copy: T = value.clone();
        }

        struct Lonely {
            signal cell: Cell<u64>;
            #[allow(dead_code)]
            computed half: u64 = cell.get() / 2;
        }
    }
    is_send::<Plain>();
    is_sync::<Plain>();
    is_send::<Generic<String>>();
    is_sync::<Generic<String>>();
    is_send::<Lonely>();
    is_send::<PlainBatch<'static>>();
    let _ = (
        Plain::new(Log::new()),
        Generic::new(1),
        Lonely::new(Cell::new(1)),
    );
}

#[test]
fn a_graph_moves_to_another_thread_and_back() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed eager: u64 = id * 2;
            computed lazy: u64 = id * 3;
            effect show { log.push(format!("show {eager}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    let moved = thread::spawn(move || {
        page.set_id(2);
        assert_eq!(*page.lazy(), 6);
        page
    });
    let mut page = moved.join().expect("the thread has not panicked");
    page.set_id(3);
    assert_eq!(*page.lazy(), 9);
    assert_eq!(log.take(), ["show 2", "show 4", "show 6"]);
}

#[test]
fn r3_a_lazy_value_read_from_many_threads_is_computed_once() {
    const READERS: usize = 8;
    reactive! {
        struct Page {
            let runs: Arc<AtomicUsize>;
            signal id: u64 = 1;
            computed below: u64 = { runs.fetch_add(1, Ordering::SeqCst); id * 2 };
            computed lazy: String = { runs.fetch_add(1, Ordering::SeqCst); below.to_string() };
        }
    }
    let runs = Arc::new(AtomicUsize::new(0));
    let mut page = Page::new(runs.clone());
    for id in 1..50 {
        page.set_id(id);
        runs.store(0, Ordering::SeqCst);
        let barrier = Barrier::new(READERS);
        let page = &page;
        let read = || {
            barrier.wait();
            page.lazy()
        };
        let seen: Vec<&String> = thread::scope(|scope| {
            let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
            readers
                .into_iter()
                .map(|reader| reader.join().expect("no reader panics"))
                .collect()
        });
        assert!(seen.iter().all(|&text| *text == (id * 2).to_string()));
        assert!(seen.iter().all(|&text| std::ptr::eq(text, seen[0])));
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }
}

#[test]
fn r8_a_lazy_body_that_panics_does_so_for_one_of_many_readers() {
    const READERS: usize = 8;
    reactive! {
        struct Page {
            signal id: u64 = 1;
            computed lazy: u64 = { assert!(*id != 1, "own message"); *id };
        }
    }
    let page = Page::new();
    let barrier = Barrier::new(READERS);
    let read = || {
        barrier.wait();
        panic_of(|| *page.lazy())
    };
    let mut said: Vec<String> = thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
        readers
            .into_iter()
            .map(|reader| reader.join().expect("panics are caught"))
            .collect()
    });
    said.sort();
    assert_eq!(said.pop().as_deref(), Some("own message"));
    assert!(
        said.iter()
            .all(|text| text.contains("computed `lazy` of `Page` panicked")),
        "{said:?}"
    );
}

/// Generated loops keep their stack in the frame of one function, however long the chain: the thread's
/// stack is far smaller than five hundred nested calls would need in any build.
const SMALL_STACK: usize = 64 * 1024;

#[test]
fn b035_a_long_lazy_chain_needs_no_deep_stack() {
    let log = Log::new();
    let mut chain = Box::new(LazyChain::new(log.clone(), 1));
    assert_eq!(log.take(), NOTHING);
    let read = |chain: &LazyChain| {
        thread::scope(|scope| {
            let reader = thread::Builder::new().stack_size(SMALL_STACK);
            let reader = reader.spawn_scoped(scope, || *chain.n500());
            reader
                .expect("a thread")
                .join()
                .expect("the stack is deep enough")
        })
    };
    assert_eq!(read(&chain), 501);
    assert_eq!(log.take().len(), 500, "each body runs once");
    chain.set_n0(2);
    assert_eq!(read(&chain), 502);
    assert_eq!(log.take().len(), 500);
    assert_eq!(read(&chain), 502);
    assert_eq!(log.take(), NOTHING);
}
