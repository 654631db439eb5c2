//! Graphs of more nodes than a machine word has bits.
//!
//! Invariants: whatever holds for three nodes holds for these.
//!
//! Must not know: anything but the public interface.

mod chains;

use chains::{Chain64, Chain65, Chain200, LazyChain, POISON};
use signal_kernel::{NodeKind, reactive};
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;

/// The log of a chain whose bodies have all run.
fn whole(length: usize, last: u64) -> Vec<String> {
    let bodies = (1..=length).map(|at| format!("n{at}"));
    bodies.chain([format!("show {last}")]).collect()
}

macro_rules! a_watched_chain {
    ($test:ident: $chain:ident, $length:literal, $last:ident) => {
        #[test]
        fn $test() {
            let log = Log::new();
            let mut chain = $chain::new(log.clone(), 1);
            assert_eq!(log.take(), whole($length, $length + 1));
            chain.set_n0(5);
            assert_eq!(log.take(), whole($length, $length + 5));
            assert_eq!(*chain.$last(), $length + 5);
            chain.set_n0(5);
            chain.batch(|chain| {
                chain.set_n0(6);
                chain.set_n0(5);
            });
            assert_eq!(log.take(), NOTHING);
            chain.batch(|chain| {
                chain.set_n0(6);
                assert_eq!(*chain.$last(), $length + 6);
                log.clear();
                chain.set_n0(5);
            });
            assert_eq!(*chain.$last(), $length + 5);
            assert_eq!(log.take(), NOTHING);
            let failed: Result<(), &str> = chain.transaction(|chain| {
                chain.set_n0(7);
                Err("no")
            });
            assert_eq!(failed, Err("no"));
            assert_eq!(log.take(), NOTHING);
            let effect = $chain::GRAPH.node("show").expect("the effect");
            assert_eq!(
                (effect.kind, effect.rank),
                (NodeKind::Effect, Some($length))
            );
        }
    };
}

a_watched_chain!(r1_a_graph_of_64_ranks: Chain64, 63, n63);
a_watched_chain!(r1_a_graph_of_65_ranks: Chain65, 64, n64);
a_watched_chain!(r1_a_graph_of_200_ranks: Chain200, 199, n199);

#[test]
fn b035_a_lazy_chain_is_computed_once_where_it_is_read() {
    let log = Log::new();
    let mut chain = LazyChain::new(log.clone(), 1);
    assert_eq!(*chain.n250(), 251);
    assert_eq!(log.take().len(), 250);
    assert_eq!(*chain.n500(), 501);
    assert_eq!(log.take().len(), 250, "the lower half is current");
    chain.set_n0(2);
    assert_eq!(*chain.n64(), 66);
    assert_eq!(log.take().len(), 64);
    assert_eq!(*chain.n500(), 502);
    assert_eq!(log.take().len(), 436);
    chain.batch(|chain| {
        chain.set_n0(3);
        assert_eq!(*chain.n300(), 303);
        assert_eq!(log.take().len(), 300);
        chain.set_n0(2);
    });
    assert_eq!(*chain.n500(), 502);
    assert_eq!(
        log.take(),
        NOTHING,
        "every value from before the batch is back"
    );
}

#[test]
fn r8_a_failure_in_the_middle_of_a_long_chain() {
    let log = Log::new();
    let mut chain = Chain200::new(log.clone(), 1);
    log.clear();
    assert_eq!(panic_of(|| chain.set_n0(POISON - 99)), "n100");
    assert_eq!(
        log.take(),
        whole(100, 0)[..100],
        "nothing above the failure runs"
    );
    assert_eq!(*chain.n99(), POISON);
    for said in [panic_of(|| *chain.n100()), panic_of(|| *chain.n199())] {
        assert!(said.contains("of `Chain200` panicked"), "{said}");
    }
    chain.batch(|chain| {
        chain.set_n0(5);
        assert_eq!(*chain.n199(), 204);
        chain.set_n0(POISON - 99);
        log.clear();
    });
    assert_eq!(log.take(), NOTHING);
    assert!(panic_of(|| *chain.n199()).contains("of `Chain200` panicked"));
    chain.set_n0(1);
    assert_eq!(
        log.take(),
        whole(199, 200),
        "all of it, though the last value is the old one"
    );
}

#[test]
fn r8_a_failure_in_the_middle_of_a_long_lazy_chain() {
    let log = Log::new();
    let mut chain = LazyChain::new(log.clone(), POISON - 99);
    assert_eq!(panic_of(|| *chain.n500()), "n100");
    assert_eq!(log.take().len(), 100);
    for said in [
        panic_of(|| *chain.n100()),
        panic_of(|| *chain.n101()),
        panic_of(|| *chain.n500()),
    ] {
        assert!(said.contains("of `LazyChain` panicked"), "{said}");
    }
    assert_eq!(*chain.n99(), POISON);
    assert_eq!(log.take(), NOTHING);
    chain.set_n0(1);
    assert_eq!(*chain.n500(), 501);
    assert_eq!(log.take().len(), 500);
}

/// The same effect many times: for graphs whose effects alone fill more than a word.
macro_rules! wide {
    ($name:ident: $($node:ident)*) => {
        reactive! {
            struct $name {
                let log: Log;
                signal all: u64 = 0;
                signal bad: u64 = 0;
                computed checked: u64 = { assert!(*bad == 0, "bad is {bad}"); all + bad };
                $(effect $node { log.push(format!("{} {all}", stringify!($node))); })*
                effect last { log.push(format!("last {checked}")); }
            }
        }
    };
}

wide! { Wide:
    e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 e10 e11 e12 e13 e14 e15 e16 e17 e18 e19 e20 e21 e22 e23 e24 e25 e26
    e27 e28 e29 e30 e31 e32 e33 e34 e35 e36 e37 e38 e39 e40 e41 e42 e43 e44 e45 e46 e47 e48 e49 e50
    e51 e52 e53 e54 e55 e56 e57 e58 e59 e60 e61 e62 e63 e64 e65 e66 e67 e68 e69
}

fn effects(all: u64) -> Vec<String> {
    (0..70).map(|at| format!("e{at} {all}")).collect()
}

#[test]
fn b064_many_effects_run_once_each_in_declaration_order() {
    let log = Log::new();
    let mut wide = Wide::new(log.clone());
    let with_last = |all: u64| [effects(all), vec![format!("last {all}")]].concat();
    assert_eq!(log.take(), with_last(0));
    wide.set_all(3);
    assert_eq!(log.take(), with_last(3));
    wide.batch(|wide| {
        wide.set_all(4);
        wide.set_all(5);
    });
    assert_eq!(log.take(), with_last(5));
}

#[test]
fn r8_a_failure_reaches_across_words() {
    let log = Log::new();
    let mut wide = Wide::new(log.clone());
    log.clear();
    assert_eq!(panic_of(|| wide.set_bad(1)), "bad is 1");
    assert_eq!(log.take(), NOTHING);
    assert_eq!(panic_of(|| wide.set_all(1)), "bad is 1");
    assert_eq!(log.take(), effects(1));
    wide.set_bad(0);
    assert_eq!(log.take(), ["last 1"]);
}
