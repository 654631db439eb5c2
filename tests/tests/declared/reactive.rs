//! `Reactive` and `Part`: drivers and helpers over any graph, the version of a graph, and a graph that has not started.
//!
//! Invariants: the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{Part, Reactive, reactive};
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    panics::panic_of,
    poll,
    profile::{Profile, loaded},
};
use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

reactive! {
    pub struct Cart {
        let log: Log;
        pub let mut tag: u32 = 0;
        pub signal price: u64 = 1;
        pub signal qty: u64 = 2;
        pub signal note: String = String::new();
        pub signal unread: u64 = 0;
        pub signal unread_text: String = String::new();
        pub computed total: u64 = price * qty;
        pub computed words: usize = note.split(' ').count();
        effect show { log.push(format!("total {total}")); }
    }
}

fn cart() -> (Cart, Log) {
    let log = Log::default();
    let cart = Cart::new(log.clone());
    log.clear();
    (cart, log)
}

/// Has `change` made the version of the graph go up?
fn counts<G: Reactive>(graph: &mut G, change: impl FnOnce(&mut G)) -> bool {
    let before = graph.version();
    change(graph);
    assert!(graph.version() >= before);
    graph.version() != before
}

#[test]
fn each_kind_of_write_counts_as_a_change_and_an_equal_value_does_not() {
    let (mut cart, _) = cart();
    assert!(counts(&mut cart, |cart| cart.set_price(5)));
    assert!(!counts(&mut cart, |cart| cart.set_price(5)));
    assert!(counts(&mut cart, |cart| cart.set_note("a b".into())));
    assert!(!counts(&mut cart, |cart| cart.set_note("a b".into())));
    assert!(counts(&mut cart, |cart| cart.set_unread(7)));
    assert!(!counts(&mut cart, |cart| cart.set_unread(7)));
    assert!(counts(&mut cart, |cart| cart.set_unread_text("x".into())));
    assert!(!counts(&mut cart, |cart| cart.set_unread_text("x".into())));
    assert!(counts(&mut cart, |cart| cart.update_qty(|qty| *qty += 1)));
    assert!(counts(&mut cart, |cart| cart.update_unread(|_| ())));
    assert!(counts(&mut cart, |cart| *cart.tag_mut() = 1));
}

#[test]
fn a_read_counts_as_no_change() {
    let (mut cart, _) = cart();
    assert!(!counts(&mut cart, |cart| {
        assert_eq!((*cart.total(), *cart.words()), (2, 1));
    }));
}

#[test]
fn a_batch_counts_by_its_net_change() {
    let (mut cart, _) = cart();
    assert!(!counts(&mut cart, |cart| cart.batch(|_| ())));
    assert!(counts(&mut cart, |cart| cart.batch(|cart| cart.set_price(9))));
    assert!(!counts(&mut cart, |cart| cart.batch(|cart| {
        cart.set_note("there".into());
        assert_eq!(*cart.words(), 1);
        cart.set_note(String::new());
    })));
    assert!(counts(&mut cart, |cart| cart.batch(|cart| cart.set_unread(1))));
    assert!(counts(&mut cart, |cart| {
        cart.batch(|cart| *cart.tag_mut() = 2);
    }));
}

#[test]
fn a_transaction_that_fails_counts_as_no_change() {
    let (mut cart, log) = cart();
    assert!(!counts(&mut cart, |cart| {
        let failed: Result<(), u8> = cart.transaction(|cart| {
            cart.set_price(8);
            cart.set_note("gone".into());
            assert_eq!(*cart.total(), 16);
            Err(1)
        });
        assert_eq!(failed, Err(1));
    }));
    assert!(!counts(&mut cart, |cart| {
        panic_of(|| {
            cart.transaction(|cart| -> Result<(), ()> {
                cart.set_price(8);
                panic!("on the way")
            })
        });
    }));
    assert_eq!(log.take(), NOTHING);
    assert!(counts(&mut cart, |cart| {
        let done: Result<(), ()> = cart.transaction(|cart| {
            cart.set_price(8);
            Ok(())
        });
        assert_eq!(done, Ok(()));
    }));
}

reactive! {
    struct Page {
        signal current: u32 = 1;
        signal scroll: u32 = { assert!(*current != 3, "no page"); 0 } per current;
        computed inverse: u32 = { assert!(*current != 2, "odd"); *current };
        effect show { let _ = inverse; }
    }

    struct Pages {
        graph one: Page();
        list rows: Page by u32 => |_| Page();
    }
}

#[test]
fn an_equal_write_to_a_signal_that_starts_anew_counts_only_if_it_ends_its_failure() {
    let mut page = Page::new();
    assert!(!counts(&mut page, |page| page.set_scroll(0)));
    assert!(!counts(&mut page, |page| page.batch(|page| page.set_scroll(0))));
    panic_of(|| page.set_current(2));
    assert!(!counts(&mut page, |page| page.set_scroll(0)));
    assert!(!counts(&mut page, |page| page.batch(|page| page.set_scroll(0))));
    panic_of(|| page.set_current(3));
    assert!(counts(&mut page, |page| page.batch(|page| page.set_scroll(0))));
    assert_eq!(*page.scroll(), 0);

    let mut pages = Pages::new();
    pages.update_rows(|rows| {
        rows.insert(1);
    });
    let version = pages.one().version();
    assert!(!counts(&mut pages, |pages| pages
        .update_one(|page| page.set_scroll(0))));
    assert!(!counts(&mut pages, |pages| {
        pages.update_rows(|rows| rows.row_mut(&1).expect("a row").set_scroll(0));
    }));
    assert_eq!(pages.one().version(), version);
}

#[test]
fn a_write_whose_effect_panics_counts() {
    reactive! {
        struct Fragile {
            signal count: u32 = 1;
            computed inverse: u32 = 100 / count;
            effect show { let _ = inverse; }
        }
    }
    let mut graph = Fragile::new();
    assert!(counts(&mut graph, |graph| {
        panic_of(|| graph.set_count(0));
    }));
    assert!(counts(&mut graph, |graph| graph.set_count(2)));
}

#[test]
fn work_counts_when_it_starts_and_when_it_is_committed() {
    let (mut profile, gates, log): (Profile, Gates, Log) = loaded();
    assert!(counts(&mut profile, Profile::reload_user));
    gates.ok(2, 6);
    assert!(counts(&mut profile, |profile| {
        assert!(poll!(profile).is_ready());
    }));
    assert!(!counts(&mut profile, |profile| {
        assert!(poll!(profile).is_pending());
    }));
    // A reload inside a batch counts as one outside.
    assert!(counts(&mut profile, |profile| profile
        .batch(|profile| profile.reload_user())));
    log.clear();
}

#[test]
fn a_request_that_changes_nothing_counts_as_no_change() {
    let (mut profile, _, _): (Profile, Gates, Log) = loaded();
    profile.cancel_user("enough");
    assert!(!counts(&mut profile, |profile| profile.cancel_user("enough")));
    assert!(!counts(&mut profile, |profile| {
        profile.batch(|profile| profile.cancel_user("enough"));
    }));
}

/// A driver for any graph.
fn drive<G: Reactive>(graph: &mut G) -> u32 {
    let mut context = Context::from_waker(Waker::noop());
    let mut commits = 0;
    while graph.poll_progress(&mut context).is_ready() {
        commits += 1;
    }
    commits
}

#[test]
fn a_driver_works_for_any_graph() {
    let (mut cart, _) = cart();
    assert_eq!(drive(&mut cart), 0);
    let (mut profile, gates, _): (Profile, Gates, Log) = loaded();
    profile.reload_user();
    gates.ok(2, 6);
    assert_eq!(drive(&mut profile), 1);
    assert!(matches!(poll!(profile), Poll::Pending));
    assert!(
        pin!(profile.settled())
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    );
}

/// A struct that holds any graph.
struct Frame<G: Reactive> {
    inner: G,
    seen: u64,
}

impl<G: Reactive> Frame<G> {
    fn new(inner: G) -> Self {
        Frame {
            seen: inner.version(),
            inner,
        }
    }

    fn has_changed(&mut self) -> bool {
        std::mem::replace(&mut self.seen, self.inner.version()) != self.inner.version()
    }

    fn size() -> usize {
        G::GRAPH.nodes.len()
    }
}

reactive! {
    /// Generic, with bounds and a constant.
    struct Pair<T: Clone + PartialEq, const N: usize> where T: Default {
        signal items: [T; N] = std::array::from_fn(|_| T::default());
        computed first: T = items[0].clone();
    }
}

#[test]
fn a_struct_holds_any_graph() {
    let mut frame = Frame::new(cart().0);
    assert!(!frame.has_changed());
    frame.inner.set_price(3);
    assert!(frame.has_changed() && !frame.has_changed());
    assert_eq!(Frame::<Cart>::size(), 8);

    let mut frame = Frame::new(Pair::<String, 2>::new());
    frame.inner.set_items(["a".into(), "b".into()]);
    assert!(frame.has_changed());
    assert_eq!(frame.inner.first(), "a");
}

/// A helper over the batch type that a graph names.
fn raise(cart: &mut <Cart as Reactive>::Batch<'_>) {
    let price = *cart.price();
    cart.set_price(price + 1);
}

#[test]
fn the_batch_type_has_a_name_in_the_trait() {
    let (mut cart, log) = cart();
    cart.batch(raise);
    cart.batch(|cart| cart.batch(raise));
    assert_eq!(log.take(), ["total 4", "total 6"]);
}

#[test]
fn a_part_has_run_no_effect_and_neither_has_one_that_is_dropped() {
    let log = Log::default();
    let part: Part<Cart> = Cart::part(log.clone());
    assert_eq!(format!("{part:?}"), "Part { .. }");
    drop(part);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_graph_that_runs_can_be_made_a_part() {
    let (cart, log) = cart();
    drop(Part::from(cart));
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn the_work_of_a_part_is_not_polled() {
    let log = Log::default();
    let part = Profile::part(Gates::new("user", &log), log.clone());
    assert_eq!(log.take(), ["user#1 created 1"]);
    drop(part);
    assert_eq!(log.take(), ["user#1 dropped"]);
}

#[test]
fn a_part_can_be_sent_as_its_graph_can() {
    fn is_send<T: Send + Sync>() {}
    is_send::<Part<Cart>>();
}
