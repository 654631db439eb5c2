//! Batches: settling that is put off to the end (R5).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::{panic_of, payload_of};

reactive! {
    struct Cart {
        let log: Log;
        let mut shown: u32 = 0;
        signal price: u64 = 3;
        signal qty: u64 = 2;
        signal name: String = "tea".to_owned();
        computed total: u64 = { log.push("total"); price * qty };
        computed lazy: u64 = { log.push("lazy"); total + price };
        effect show { *shown += 1; log.push(format!("show {total}")); }
        effect greet { log.push(format!("greet {name}")); }
    }
}

fn cart() -> (Cart, Log) {
    let log = Log::new();
    let cart = Cart::new(log.clone());
    log.clear();
    (cart, log)
}

#[test]
fn b090_effects_run_once_after_the_batch() {
    let (mut cart, log) = cart();
    cart.batch(|cart| {
        cart.set_price(4);
        cart.set_qty(5);
        cart.set_name("mate".to_owned());
        log.push("end of batch");
    });
    assert_eq!(
        log.take(),
        ["end of batch", "total", "show 20", "greet mate"]
    );
}

#[test]
fn b090_the_outermost_of_nested_batches_settles() {
    let (mut cart, log) = cart();
    cart.batch(|cart| {
        cart.set_price(4);
        cart.batch(|cart| {
            cart.set_qty(5);
            cart.batch(|cart| cart.set_price(6));
            log.push("end of inner");
        });
        cart.set_name("mate".to_owned());
        log.push("end of outer");
    });
    assert_eq!(
        log.take(),
        [
            "end of inner",
            "end of outer",
            "total",
            "show 30",
            "greet mate"
        ]
    );
}

#[test]
fn b091_a_batch_returns_what_its_closure_returns() {
    let (mut cart, log) = cart();
    let before = cart.batch(|cart| {
        let before = *cart.price();
        cart.set_price(10);
        before
    });
    assert_eq!(before, 3);
    let sum = cart.batch(|cart| 1 + cart.batch(|_| 2));
    assert_eq!(sum, 3);
    let owned: Result<String, ()> = cart.batch(|cart| Ok(cart.name().clone()));
    assert_eq!(owned.as_deref(), Ok("tea"));
    assert_eq!(log.take(), ["total", "show 20"]);
}

#[test]
fn b092_writes_of_a_panicking_batch_stay_and_are_settled() {
    let (mut cart, log) = cart();
    let said = panic_of(|| {
        cart.batch(|cart| {
            cart.set_price(4);
            cart.update_name(|name| name.push('!'));
            if *cart.price() == 4 {
                log.push("panic");
                panic!("no");
            }
            cart.set_qty(100);
        });
    });
    assert_eq!(said, "no");
    assert_eq!(log.take(), ["panic", "total", "show 8", "greet tea!"]);
    assert_eq!((*cart.price(), *cart.qty(), *cart.total()), (4, 2, 8));
    cart.set_qty(3);
    assert_eq!(
        log.take(),
        ["total", "show 12"],
        "no batch is open any more"
    );
}

#[test]
fn b092_a_panic_caught_inside_an_outer_batch_settles_nothing_yet() {
    let (mut cart, log) = cart();
    cart.batch(|cart| {
        let said = panic_of(|| {
            cart.batch(|cart| {
                cart.set_price(4);
                if *cart.qty() == 2 {
                    panic!("no");
                }
            });
        });
        assert_eq!(said, "no");
        assert_eq!(log.take(), NOTHING);
        cart.set_qty(3);
    });
    assert_eq!(log.take(), ["total", "show 12"]);
}

#[test]
fn b092_an_update_that_panics_counts_as_far_as_it_came() {
    let (mut cart, log) = cart();
    let half = |name: &mut String| {
        name.push('!');
        panic!("half-way");
    };
    assert_eq!(panic_of(|| cart.update_name(half)), "half-way");
    assert_eq!(log.take(), ["greet tea!"]);
    assert_eq!(
        panic_of(|| cart.batch(|cart| cart.update_name(half))),
        "half-way"
    );
    assert_eq!(log.take(), ["greet tea!!"]);
    cart.set_name("tea".to_owned());
    assert_eq!(log.take(), ["greet tea"]);
}

#[test]
fn b092_the_panic_keeps_its_payload() {
    #[derive(Debug, PartialEq)]
    struct Ticket(u32);
    let (mut cart, log) = cart();
    let payload = payload_of(|| {
        cart.batch(|cart| {
            cart.set_price(4);
            std::panic::panic_any(Ticket(7));
        });
    });
    assert_eq!(payload.downcast_ref(), Some(&Ticket(7)));
    assert_eq!(log.take(), ["total", "show 8"]);
}

#[test]
fn b094_getters_of_a_batch_see_the_writes_made_so_far() {
    let (mut cart, log) = cart();
    cart.batch(|cart| {
        cart.set_price(4);
        assert_eq!(*cart.price(), 4);
        assert_eq!(*cart.total(), 8);
        assert_eq!(*cart.lazy(), 12);
        assert_eq!(log.take(), ["total", "lazy"]);
        cart.set_qty(3);
        assert_eq!(*cart.lazy(), 16);
        assert_eq!(log.take(), ["total", "lazy"]);
        assert_eq!(*cart.total(), 12);
        assert_eq!(cart.name(), "tea");
        assert_eq!(*cart.shown(), 1);
        assert_eq!(log.take(), NOTHING);
    });
    assert_eq!(log.take(), ["show 12"]);
}

#[test]
fn b095_reading_a_computed_value_in_a_batch_runs_no_effect() {
    let (mut cart, log) = cart();
    cart.batch(|cart| {
        cart.set_name("mate".to_owned());
        cart.set_price(4);
        let _ = cart.total();
        assert_eq!(log.take(), ["total"]);
        assert_eq!(*cart.shown(), 1);
    });
    assert_eq!(log.take(), ["show 8", "greet mate"]);
}

#[test]
fn b095_reading_in_a_batch_settles_only_what_is_needed() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 1;
            computed left: u64 = { log.push("left"); a + 1 };
            computed right: u64 = { log.push("right"); a + 2 };
            effect show { log.push(format!("show {left} {right}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.batch(|page| {
        page.set_a(2);
        assert_eq!(*page.left(), 3);
        assert_eq!(log.take(), ["left"]);
    });
    assert_eq!(log.take(), ["right", "show 3 4"]);
}

#[test]
fn b096_caches_stay_coherent_when_a_source_goes_back_after_a_read() {
    let (mut cart, log) = cart();
    let _ = cart.lazy();
    log.clear();
    cart.batch(|cart| {
        cart.set_price(4);
        assert_eq!((*cart.total(), *cart.lazy()), (8, 12));
        cart.set_price(3);
        assert_eq!((*cart.total(), *cart.lazy()), (6, 9));
        log.clear();
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!((*cart.total(), *cart.lazy()), (6, 9));
    cart.set_price(4);
    assert_eq!((*cart.total(), *cart.lazy()), (8, 12));
    assert_eq!(log.take(), ["total", "show 8", "lazy"]);
}

#[test]
fn b096_a_value_read_half_way_is_no_value_from_before() {
    let (mut cart, log) = cart();
    cart.batch(|cart| {
        cart.set_price(4);
        assert_eq!(*cart.total(), 8);
        cart.set_price(5);
    });
    assert_eq!(*cart.total(), 10);
    assert_eq!(log.take(), ["total", "total", "show 10"]);
    cart.batch(|cart| {
        cart.set_price(2);
        assert_eq!(*cart.total(), 4);
        cart.set_qty(5);
    });
    assert_eq!(*cart.total(), 10, "as before the batch, by another way");
    assert_eq!(log.take(), ["total", "total"]);
}

#[test]
fn b098_an_empty_batch_runs_nothing() {
    let (mut cart, log) = cart();
    for _ in 0..3 {
        cart.batch(|_| ());
        cart.batch(|cart| cart.batch(|_| ()));
        cart.batch(|cart| {
            cart.set_price(3);
            cart.set_qty(2);
            let _ = (*cart.total(), *cart.shown());
        });
    }
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b100_a_graph_cannot_be_settled_from_inside_its_own_settle() {
    // An effect has no way to name the graph, so there is nothing to call. It can reach only another
    // graph, which settles in full before the effect goes on.
    use std::{cell::RefCell, rc::Rc};
    reactive! {
        struct Inner {
            let log: Log;
            signal id: u64 = 0;
            effect show { log.push(format!("inner {id}")); }
        }

        struct Outer {
            let log: Log;
            let inner: Rc<RefCell<Inner>>;
            signal id: u64 = 1;
            effect forward {
                log.push(format!("forward {id}"));
                inner.borrow_mut().set_id(*id);
                log.push("forwarded");
            }
            effect after { log.push(format!("after {id}")); }
        }
    }
    let log = Log::new();
    let inner = Rc::new(RefCell::new(Inner::new(log.clone())));
    let mut outer = Outer::new(log.clone(), inner);
    log.clear();
    outer.set_id(2);
    assert_eq!(log.take(), ["forward 2", "inner 2", "forwarded", "after 2"]);
}

#[test]
fn r5_fields_can_be_read_and_changed_in_a_batch() {
    let (mut cart, log) = cart();
    cart.batch(|cart| {
        *cart.shown_mut() = 40;
        cart.log().push("from the field");
        cart.set_price(4);
    });
    assert_eq!(*cart.shown(), 41);
    assert_eq!(log.take(), ["from the field", "total", "show 8"]);
}

#[test]
fn r5_the_panic_of_the_closure_wins_over_that_of_the_settle() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            effect first { assert!(*id < 2, "effect"); log.push(format!("first {id}")); }
            effect second { log.push(format!("second {id}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    let said = panic_of(|| {
        page.batch(|page| {
            page.set_id(2);
            if *page.id() == 2 {
                panic!("closure");
            }
        });
    });
    assert_eq!(said, "closure");
    assert_eq!(log.take(), ["second 2"]);
    assert_eq!(panic_of(|| page.batch(|page| page.set_id(3))), "effect");
    page.set_id(1);
    assert_eq!(log.take(), ["second 3", "first 1", "second 1"]);
}

#[test]
fn r5_each_batch_is_held_against_what_was_before_it() {
    let (mut cart, log) = cart();
    cart.batch(|cart| cart.set_price(4));
    assert_eq!(log.take(), ["total", "show 8"]);
    // The values that an earlier batch has found are no longer those from before.
    cart.batch(|cart| {
        cart.set_price(5);
        cart.set_price(3);
    });
    assert_eq!(log.take(), ["total", "show 6"]);
    cart.batch(|cart| {
        cart.set_qty(5);
        cart.set_price(5);
        cart.set_price(3);
    });
    assert_eq!(log.take(), ["total", "show 15"]);
    let failed: Result<(), ()> = cart.transaction(|cart| {
        cart.set_price(9);
        Err(())
    });
    assert_eq!((failed, *cart.price()), (Err(()), 3));
    assert_eq!(log.take(), NOTHING);
    // An update counts as a change, but only of its own batch.
    cart.batch(|cart| cart.update_price(|_| ()));
    assert_eq!(log.take(), ["total"]);
    cart.batch(|cart| {
        cart.set_price(4);
        cart.set_price(3);
    });
    assert_eq!(log.take(), NOTHING);
}
