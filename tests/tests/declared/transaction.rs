//! Transactions: batches that can be taken back (R5).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::sync::Arc;

/// A value that cannot be cloned.
#[derive(Debug, PartialEq)]
struct Owned(u32);

reactive! {
    struct Bank {
        let log: Log;
        let mut notes: Vec<String> = Vec::new();
        signal alice: i64 = 100;
        signal bob: i64 = 50;
        signal names: Vec<&'static str> = vec!["alice", "bob"];
        signal deed: Owned = Owned(1);
        computed sum: i64 = { log.push("sum"); alice + bob };
        computed lazy: i64 = { log.push("lazy"); alice - bob };
        effect show_sum { log.push(format!("sum {sum}")); }
        effect show_alice { log.push(format!("alice {alice}")); }
        effect show_bob { log.push(format!("bob {bob}")); }
        effect show_names { log.push(names.join(" ")); }
        effect show_deed { log.push(format!("{deed:?}")); }
    }
}

fn bank() -> (Bank, Log) {
    let log = Log::new();
    let bank = Bank::new(log.clone());
    assert_eq!(*bank.lazy(), 50);
    log.clear();
    (bank, log)
}

#[test]
fn b105_writes_of_a_transaction_that_succeeds_stay() {
    let (mut bank, log) = bank();
    let moved: Result<i64, ()> = bank.transaction(|bank| {
        bank.set_alice(70);
        bank.set_bob(80);
        assert_eq!(log.take(), NOTHING);
        Ok(30)
    });
    assert_eq!(moved, Ok(30));
    assert_eq!(log.take(), ["sum", "alice 70", "bob 80"]);
    assert_eq!((*bank.alice(), *bank.bob(), *bank.lazy()), (70, 80, -10));
}

#[test]
fn b106_a_transaction_that_fails_restores_every_signal() {
    let (mut bank, log) = bank();
    let failed: Result<(), &str> = bank.transaction(|bank| {
        bank.set_alice(70);
        bank.set_alice(60);
        bank.set_bob(80);
        bank.update_names(|names| names.push("carol"));
        bank.set_deed(Owned(2));
        bank.set_deed(Owned(3));
        Err("no")
    });
    assert_eq!(failed, Err("no"));
    assert_eq!(log.take(), NOTHING, "no effect sees the attempt");
    assert_eq!((*bank.alice(), *bank.bob()), (100, 50));
    assert_eq!(bank.names(), &["alice", "bob"]);
    assert_eq!(bank.deed(), &Owned(1));
}

#[test]
fn b106_a_transaction_that_panics_restores_every_signal() {
    let (mut bank, log) = bank();
    let said = panic_of(|| {
        let _: Result<(), ()> = bank.transaction(|bank| {
            bank.set_alice(70);
            bank.update_names(|names| names.clear());
            panic!("no");
        });
    });
    assert_eq!(said, "no");
    assert_eq!(log.take(), NOTHING);
    assert_eq!(*bank.alice(), 100);
    assert_eq!(bank.names(), &["alice", "bob"]);
    bank.set_alice(90);
    assert_eq!(
        log.take(),
        ["sum", "sum 140", "alice 90"],
        "no transaction is open any more"
    );
}

#[test]
fn b106_an_update_that_panics_in_a_transaction_is_taken_back() {
    let (mut bank, log) = bank();
    let said = panic_of(|| {
        let _: Result<(), ()> = bank.transaction(|bank| {
            bank.update_names(|names| {
                names.clear();
                panic!("half-way");
            });
            Ok(())
        });
    });
    assert_eq!(said, "half-way");
    assert_eq!(bank.names(), &["alice", "bob"]);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b107_computed_values_below_a_failed_transaction_are_the_old_ones() {
    let (mut bank, log) = bank();
    let failed: Result<(), ()> = bank.transaction(|bank| {
        bank.set_alice(0);
        assert_eq!((*bank.sum(), *bank.lazy()), (50, -50));
        bank.set_bob(0);
        assert_eq!((*bank.sum(), *bank.lazy()), (0, 0));
        log.clear();
        Err(())
    });
    assert_eq!(failed, Err(()));
    assert_eq!((*bank.sum(), *bank.lazy()), (150, 50));
    assert_eq!(log.take(), NOTHING, "they come back without running");
    bank.set_alice(101);
    assert_eq!((*bank.sum(), *bank.lazy()), (151, 51));
}

#[test]
fn b108_a_failed_transaction_lets_no_effect_run() {
    let (mut bank, log) = bank();
    for alice in 0..3 {
        let failed: Result<(), ()> = bank.transaction(|bank| {
            bank.set_alice(alice);
            Err(())
        });
        assert_eq!(failed, Err(()));
    }
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b109_effects_that_were_already_due_still_run() {
    let (mut bank, log) = bank();
    bank.batch(|bank| {
        bank.set_bob(1);
        let failed: Result<(), ()> = bank.transaction(|bank| {
            bank.set_alice(0);
            bank.set_bob(2);
            Err(())
        });
        assert_eq!(failed, Err(()));
        assert_eq!((*bank.alice(), *bank.bob()), (100, 1));
    });
    assert_eq!(log.take(), ["sum", "sum 101", "bob 1"]);
}

#[test]
fn b109_an_update_from_before_a_failed_transaction_still_counts() {
    let (mut bank, log) = bank();
    bank.batch(|bank| {
        bank.update_alice(|_| ());
        let failed: Result<(), ()> = bank.transaction(|bank| {
            bank.update_alice(|alice| *alice = 0);
            bank.update_bob(|bob| *bob = 0);
            Err(())
        });
        assert_eq!(failed, Err(()));
    });
    assert_eq!(
        log.take(),
        ["sum", "alice 100"],
        "an update counts, one that is rolled back does not"
    );
}

#[test]
fn b110_a_nested_transaction_that_succeeds_is_taken_back_with_the_outer_one() {
    let (mut bank, log) = bank();
    let failed: Result<(), &str> = bank.transaction(|bank| {
        bank.set_alice(1);
        let inner: Result<(), ()> = bank.transaction(|bank| {
            bank.set_alice(2);
            bank.set_bob(2);
            bank.update_names(|names| names.clear());
            bank.set_deed(Owned(2));
            Ok(())
        });
        assert_eq!(inner, Ok(()));
        assert_eq!((*bank.alice(), *bank.bob()), (2, 2));
        Err("outer")
    });
    assert_eq!(failed, Err("outer"));
    assert_eq!(
        (*bank.alice(), *bank.bob(), bank.names().len()),
        (100, 50, 2)
    );
    assert_eq!(bank.deed(), &Owned(1));
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b111_a_nested_transaction_that_fails_takes_back_only_itself() {
    let (mut bank, log) = bank();
    let done: Result<(), ()> = bank.transaction(|bank| {
        bank.set_alice(1);
        bank.update_names(|names| names.push("carol"));
        let inner: Result<(), &str> = bank.transaction(|bank| {
            bank.set_alice(2);
            bank.set_bob(2);
            bank.update_names(|names| names.push("dave"));
            bank.set_deed(Owned(2));
            Err("inner")
        });
        assert_eq!(inner, Err("inner"));
        assert_eq!((*bank.alice(), *bank.bob()), (1, 50));
        assert_eq!(bank.names().len(), 3);
        Ok(())
    });
    assert_eq!(done, Ok(()));
    assert_eq!(log.take(), ["sum", "sum 51", "alice 1", "alice bob carol"]);
    assert_eq!(bank.deed(), &Owned(1));
}

#[test]
fn b111_a_nested_transaction_that_panics_takes_back_only_itself() {
    let (mut bank, log) = bank();
    let done: Result<String, ()> = bank.transaction(|bank| {
        bank.set_alice(1);
        let said = panic_of(|| {
            let _: Result<(), ()> = bank.transaction(|bank| {
                bank.set_alice(2);
                bank.set_bob(2);
                panic!("inner");
            });
        });
        assert_eq!((*bank.alice(), *bank.bob()), (1, 50));
        Ok(said)
    });
    assert_eq!(done.as_deref(), Ok("inner"));
    assert_eq!(log.take(), ["sum", "sum 51", "alice 1"]);
}

#[test]
fn r5_three_levels_are_undone_one_by_one() {
    let (mut bank, log) = bank();
    let _: Result<(), ()> = bank.transaction(|bank| {
        bank.set_alice(1);
        let _: Result<(), ()> = bank.transaction(|bank| {
            bank.set_alice(2);
            let _: Result<(), ()> = bank.transaction(|bank| {
                bank.set_alice(3);
                bank.set_bob(3);
                Ok(())
            });
            assert_eq!((*bank.alice(), *bank.bob()), (3, 3));
            let _: Result<(), ()> = bank.transaction(|bank| {
                bank.set_alice(4);
                bank.set_bob(4);
                Err(())
            });
            assert_eq!((*bank.alice(), *bank.bob()), (3, 3));
            Err(())
        });
        assert_eq!((*bank.alice(), *bank.bob()), (1, 50));
        Ok(())
    });
    assert_eq!(log.take(), ["sum", "sum 51", "alice 1"]);
}

#[test]
fn r5_a_batch_in_a_transaction_is_taken_back_with_it() {
    let (mut bank, log) = bank();
    let failed: Result<(), ()> = bank.transaction(|bank| {
        bank.batch(|bank| {
            bank.set_alice(1);
            bank.update_names(|names| names.clear());
            let inner: Result<(), ()> = bank.transaction(|bank| {
                bank.set_bob(1);
                Ok(())
            });
            assert_eq!(inner, Ok(()));
        });
        assert_eq!(log.take(), NOTHING);
        Err(())
    });
    assert_eq!(failed, Err(()));
    assert_eq!(
        (*bank.alice(), *bank.bob(), bank.names().len()),
        (100, 50, 2)
    );
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn r5_a_transaction_in_a_batch_is_settled_with_it() {
    let (mut bank, log) = bank();
    bank.batch(|bank| {
        bank.set_alice(1);
        let done: Result<u8, ()> = bank.transaction(|bank| {
            bank.set_bob(1);
            Ok(7)
        });
        assert_eq!(done, Ok(7));
        assert_eq!(log.take(), NOTHING);
        bank.set_alice(2);
    });
    assert_eq!(log.take(), ["sum", "sum 3", "alice 2", "bob 1"]);
}

#[test]
fn r5_a_transaction_that_fails_after_an_outer_write_goes_back_to_that_write() {
    let (mut bank, log) = bank();
    bank.batch(|bank| {
        bank.set_deed(Owned(2));
        let _: Result<(), ()> = bank.transaction(|bank| {
            bank.set_deed(Owned(3));
            Err(())
        });
        assert_eq!(bank.deed(), &Owned(2));
    });
    assert_eq!(log.take(), ["Owned(2)"]);
    bank.batch(|bank| {
        bank.set_deed(Owned(9));
        let _: Result<(), ()> = bank.transaction(|bank| {
            bank.set_deed(Owned(2));
            Ok(())
        });
    });
    assert_eq!(
        log.take(),
        NOTHING,
        "back to the value from before the batch"
    );
}

#[test]
fn r5_a_signal_without_clone_can_be_set_in_a_transaction() {
    let (mut bank, log) = bank();
    let done: Result<(), ()> = bank.transaction(|bank| {
        bank.set_deed(Owned(2));
        bank.set_deed(Owned(3));
        Ok(())
    });
    assert_eq!(done, Ok(()));
    assert_eq!(log.take(), ["Owned(3)"]);
    bank.update_deed(|deed| deed.0 = 4);
    bank.batch(|bank| bank.update_deed_with(|deed| deed.0 += 1, |deed| deed.0 -= 1));
    assert_eq!(log.take(), ["Owned(4)", "Owned(5)"]);
}

#[test]
fn r5_a_rolled_back_signal_has_its_very_value_again() {
    reactive! {
        struct Page {
            signal text: Arc<str>;
        }
    }
    let first: Arc<str> = "a".into();
    let mut page = Page::new(first.clone());
    let failed: Result<(), ()> = page.transaction(|page| {
        page.set_text("b".into());
        page.set_text("a".into());
        Err(())
    });
    assert_eq!(failed, Err(()));
    assert!(Arc::ptr_eq(page.text(), &first));
}

#[test]
fn r5_fields_are_no_signals_and_stay_as_they_were_left() {
    let (mut bank, log) = bank();
    let failed: Result<(), ()> = bank.transaction(|bank| {
        bank.notes_mut().push("tried".to_owned());
        assert_eq!(bank.notes(), &["tried"]);
        bank.log().push("from the field");
        Err(())
    });
    assert_eq!(failed, Err(()));
    assert_eq!(bank.notes(), &["tried"]);
    assert_eq!(log.take(), ["from the field"]);
}

#[test]
fn r5_a_committed_transaction_counts_its_net_change() {
    let (mut bank, log) = bank();
    let done: Result<(), ()> = bank.transaction(|bank| {
        bank.set_alice(1);
        bank.set_alice(100);
        Ok(())
    });
    assert_eq!(done, Ok(()));
    assert_eq!(log.take(), NOTHING);
    let done: Result<(), ()> = bank.transaction(|bank| {
        bank.set_alice(90);
        bank.set_bob(60);
        Ok(())
    });
    assert_eq!(done, Ok(()));
    assert_eq!(
        log.take(),
        ["sum", "alice 90", "bob 60"],
        "the sum is the old one"
    );
}

#[test]
fn r5_the_settle_of_a_committed_transaction_may_panic() {
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
        page.transaction(|page| {
            page.set_id(2);
            Ok::<_, ()>(())
        })
    });
    assert_eq!(said, "effect");
    assert_eq!(*page.id(), 2, "it is committed");
    assert_eq!(log.take(), ["second 2"]);
    let said = panic_of(|| {
        page.transaction(|page| {
            page.set_id(3);
            if *page.id() == 3 {
                panic!("closure");
            }
            Ok::<_, ()>(())
        })
    });
    assert_eq!(said, "closure");
    assert_eq!((*page.id(), log.take().len()), (2, 0));
}

#[test]
fn b114_after_a_rollback_the_same_effect_can_become_due_again() {
    let (mut bank, log) = bank();
    for alice in 1..4 {
        let failed: Result<(), ()> = bank.transaction(|bank| {
            bank.set_alice(alice);
            let _ = *bank.sum();
            Err(())
        });
        assert_eq!(failed, Err(()));
        log.clear();
        bank.set_alice(alice);
        assert_eq!(
            log.take(),
            [
                "sum",
                &format!("sum {}", alice + 50),
                &format!("alice {alice}")
            ]
        );
    }
}

#[test]
fn r5_a_lazy_value_first_read_in_a_failed_transaction_is_computed_again() {
    reactive! {
        struct Page {
            signal a: i64 = 8;
            computed below: i64 = a + 1;
            computed lazy: i64 = *below;
        }
    }
    let mut page = Page::new();
    let failed: Result<(), ()> = page.transaction(|page| {
        page.set_a(3);
        assert_eq!(*page.lazy(), 4);
        Err(())
    });
    assert_eq!(failed, Err(()));
    assert_eq!((*page.lazy(), *page.below()), (9, 9));
    page.set_a(1);
    assert_eq!(*page.lazy(), 2);
}

#[test]
fn r5_a_read_after_a_failed_transaction_in_the_same_batch_sees_the_old_state() {
    reactive! {
        struct Page {
            signal a: i64 = 1;
            computed lazy: i64 = *a;
            computed eager: i64 = *a;
            effect watch { let _ = eager; }
        }
    }
    let mut page = Page::new();
    assert_eq!(*page.lazy(), 1);
    page.batch(|page| {
        let failed: Result<(), ()> = page.transaction(|page| {
            page.set_a(2);
            assert_eq!((*page.lazy(), *page.eager()), (2, 2));
            Err(())
        });
        assert_eq!(failed, Err(()));
        assert_eq!((*page.lazy(), *page.eager()), (1, 1));
    });
    assert_eq!((*page.lazy(), *page.eager()), (1, 1));
}

#[test]
fn r5_an_update_in_a_transaction_clones_the_old_value_once_in_each_and_a_set_never() {
    struct Loud(u32, Log);
    impl PartialEq for Loud {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Clone for Loud {
        fn clone(&self) -> Self {
            Loud(
                self.0,
                self.1.pass(format!("clone {}", self.0), self.1.clone()),
            )
        }
    }
    reactive! {
        struct Page { signal loud: Loud; computed seen: u32 = loud.0; }
    }
    let log = Log::new();
    let mut page = Page::new(Loud(1, log.clone()));
    let done: Result<(), ()> = page.transaction(|page| {
        page.update_loud(|loud| loud.0 = 2);
        page.update_loud(|loud| loud.0 = 3);
        assert_eq!(log.take(), ["clone 1"]);
        let failed: Result<(), ()> = page.transaction(|page| {
            page.update_loud(|loud| loud.0 = 4);
            page.update_loud(|loud| loud.0 = 5);
            Err(())
        });
        assert_eq!((failed, log.take()), (Err(()), vec!["clone 3".to_owned()]));
        Ok(())
    });
    assert_eq!((done, *page.seen(), page.loud().0), (Ok(()), 3, 3));
    let failed: Result<(), ()> = page.transaction(|page| {
        page.set_loud(Loud(6, log.clone()));
        page.update_loud(|loud| loud.0 = 7);
        Err(())
    });
    page.batch(|page| page.update_loud(|loud| loud.0 += 1));
    page.update_loud(|loud| loud.0 += 1);
    assert_eq!((failed, page.loud().0, log.take()), (Err(()), 5, vec![]));
}

/// Bids that cannot be copied.
#[derive(Debug, PartialEq)]
struct Bids(Vec<u32>);

reactive! {
    struct Auction<T: PartialEq> {
        let log: Log;
        signal bids: Bids = Bids(vec![1]);
        signal tag: T;
        computed best: u32 = *bids.0.last().unwrap_or(&0);
        effect show { log.push(format!("{bids:?} {best}")); }
    }
}

impl<T: PartialEq> AuctionBatch<'_, T> {
    fn bid(&mut self, bid: u32) -> usize {
        self.update_bids_with(
            |bids| {
                bids.0.push(bid);
                bids.0.len()
            },
            |bids| {
                bids.0.pop();
            },
        )
    }
}

fn auction() -> (Auction<Owned>, Log) {
    let log = Log::new();
    let auction = Auction::new(log.clone(), Owned(1));
    log.clear();
    (auction, log)
}

#[test]
fn r5_an_update_with_a_way_back_needs_no_copy_and_returns_what_its_closure_returns() {
    let (mut auction, log) = auction();
    assert_eq!(auction.batch(|auction| auction.bid(2)), 2);
    assert_eq!(log.take(), ["Bids([1, 2]) 2"]);
    let length = auction.transaction(|auction| Ok::<_, ()>(auction.bid(3)));
    assert_eq!(length, Ok(3));
    assert_eq!(log.take(), ["Bids([1, 2, 3]) 3"]);
    auction.batch(|auction| {
        auction.update_tag_with(|tag| tag.0 = 2, |tag| tag.0 = 1);
        assert_eq!(auction.tag(), &Owned(2));
    });
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn r5_ways_back_are_gone_in_reverse() {
    let (mut auction, log) = auction();
    let failed = auction.transaction(|auction| {
        auction.bid(2);
        auction.bid(3);
        assert_eq!(*auction.best(), 3);
        let failed = auction.transaction(|auction| {
            auction.bid(4);
            auction.bid(5);
            assert_eq!(*auction.best(), 5);
            Err::<(), _>("inner")
        });
        assert_eq!(failed, Err("inner"));
        assert_eq!(*auction.best(), 3);
        assert_eq!(auction.bids(), &Bids(vec![1, 2, 3]));
        let done = auction.transaction(|auction| {
            auction.update_bids_with(|bids| bids.0.reverse(), |bids| bids.0.reverse());
            auction.batch(|auction| auction.bid(6));
            Ok::<_, ()>(())
        });
        assert_eq!(done, Ok(()));
        assert_eq!(auction.bids(), &Bids(vec![3, 2, 1, 6]));
        Err::<(), _>("outer")
    });
    assert_eq!(failed, Err("outer"));
    assert_eq!((auction.bids(), *auction.best()), (&Bids(vec![1]), 1));
    assert_eq!(log.take(), NOTHING, "what is taken back is no change");
}

#[test]
fn r5_sets_and_updates_with_a_way_back_are_taken_back_together() {
    let (mut auction, log) = auction();
    for _ in 0..2 {
        let failed = auction.transaction(|auction| {
            auction.bid(2);
            auction.set_bids(Bids(vec![7]));
            auction.bid(8);
            let inner = auction.transaction(|auction| {
                auction.bid(9);
                auction.set_bids(Bids(Vec::new()));
                Ok::<_, ()>(())
            });
            assert_eq!(inner, Ok(()));
            Err::<(), _>("undo")
        });
        assert_eq!(failed, Err("undo"));
        assert_eq!(auction.bids(), &Bids(vec![1]));
        let failed = auction.transaction(|auction| {
            auction.bid(2);
            let inner = auction.transaction(|auction| {
                auction.bid(3);
                auction.set_bids(Bids(vec![7]));
                auction.bid(8);
                Ok::<_, ()>(())
            });
            assert_eq!(inner, Ok(()));
            Err::<(), _>("undo")
        });
        assert_eq!(failed, Err("undo"));
        assert_eq!(auction.bids(), &Bids(vec![1]));
    }
    assert_eq!(log.take(), NOTHING);
    auction.batch(|auction| {
        auction.set_bids(Bids(vec![5]));
        let failed = auction.transaction(|auction| {
            auction.bid(6);
            Err::<(), _>("undo")
        });
        assert_eq!(failed, Err("undo"));
        auction.set_bids(Bids(vec![1]));
    });
    assert_eq!(log.take(), NOTHING, "there and back again");
}

#[test]
fn r5_a_committed_update_with_a_way_back_counts_as_a_change() {
    let (mut auction, log) = auction();
    let done = auction.transaction(|auction| {
        auction.bid(2);
        auction.set_bids(Bids(vec![1]));
        Ok::<_, ()>(())
    });
    assert_eq!(done, Ok(()));
    assert_eq!(log.take(), ["Bids([1]) 1"]);
    let done = auction.transaction(|auction| {
        let inner = auction.transaction(|auction| Ok::<_, ()>(auction.bid(2)));
        auction.set_bids(Bids(vec![1]));
        inner
    });
    assert_eq!(done, Ok(2));
    assert_eq!(log.take(), ["Bids([1]) 1"]);
}

#[test]
fn r5_a_change_that_panics_is_not_undone() {
    let (mut auction, log) = auction();
    let said = panic_of(|| {
        auction.transaction(|auction| {
            auction.bid(2);
            auction.update_bids_with(
                |bids| {
                    let bids = std::mem::take(&mut bids.0);
                    assert!(bids.is_empty(), "change");
                },
                |bids| bids.0.push(100),
            );
            Ok::<_, ()>(())
        })
    });
    assert_eq!(said, "change");
    assert_eq!(
        auction.bids(),
        &Bids(Vec::new()),
        "the bid before was popped, and the panicking change has left nothing"
    );
    assert_eq!(
        log.take(),
        ["Bids([]) 0"],
        "the value is not the one from before"
    );
}

#[test]
fn r8_a_way_back_that_panics_costs_no_other_and_its_signal_counts_as_changed() {
    let (mut auction, log) = auction();
    let said = panic_of(|| {
        let _ = auction.transaction(|auction| {
            auction.bid(2);
            auction.update_bids_with(|bids| bids.0.push(3), |_| panic!("undo 3"));
            auction.update_bids_with(
                |bids| bids.0.push(4),
                |bids| {
                    bids.0.pop();
                    panic!("undo 4")
                },
            );
            auction.set_tag(Owned(2));
            Err::<(), _>("the first panic goes on instead")
        });
    });
    assert_eq!(said, "undo 4");
    assert_eq!(auction.bids(), &Bids(vec![1, 2]), "each way back has run");
    assert_eq!(auction.tag(), &Owned(1));
    assert_eq!(log.take(), ["Bids([1, 2]) 2"]);
    auction.batch(|auction| auction.bid(5));
    assert_eq!(log.take(), ["Bids([1, 2, 5]) 5"], "the graph works");
}

#[test]
fn r8_a_way_back_that_is_not_needed_may_panic_in_its_drop() {
    struct Trap;
    impl Drop for Trap {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let (mut auction, log) = auction();
    for nested in [false, true] {
        let said = panic_of(|| {
            auction.transaction(|auction| {
                let trap = Trap;
                let undo = move |_: &mut Bids| drop(trap);
                if nested {
                    let inner = auction.transaction(|auction| {
                        auction.update_bids_with(|bids| bids.0.push(2), undo);
                        Ok::<_, ()>(())
                    });
                    assert_eq!(inner, Ok(()));
                } else {
                    auction.update_bids_with(|bids| bids.0.push(2), undo);
                }
                Ok::<_, ()>(())
            })
        });
        assert_eq!(said, "dropped");
    }
    assert_eq!(auction.bids(), &Bids(vec![1, 2, 2]), "it is committed");
    assert_eq!(log.take(), ["Bids([1, 2]) 2", "Bids([1, 2, 2]) 2"]);
}

#[test]
fn r5_a_function_that_takes_the_batch_works_in_batches_and_transactions() {
    fn raise<T: PartialEq>(auction: &mut AuctionBatch<'_, T>) -> u32 {
        let next = *auction.best() + 1;
        auction.bid(next);
        *auction.best()
    }
    let (mut auction, log) = auction();
    assert_eq!(auction.batch(raise), 2);
    let seen = auction.transaction(|auction| {
        let seen = [raise(auction), auction.batch(raise)];
        Err::<(), _>(seen)
    });
    assert_eq!(seen, Err([3, 4]));
    assert_eq!(
        auction.transaction(|auction| Ok::<_, ()>(raise(auction))),
        Ok(3)
    );
    assert_eq!(log.take(), ["Bids([1, 2]) 2", "Bids([1, 2, 3]) 3"]);
}
