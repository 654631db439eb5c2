//! Graphs of more nodes than a machine word has bits.
//!
//! Invariants: the rules that hold for three nodes hold for these.
//!
//! Must not know: anything but the public interface.

use crate::chains::{Chain64, Chain65, Chain200, LazyChain, POISON};
use futures::executor::block_on;
use signal_kernel::{NodeKind, reactive, resource};
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::convert::Infallible;

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
        assert!(said.ends_with(": n100"), "{said}");
    }
    chain.batch(|chain| {
        chain.set_n0(5);
        assert_eq!(*chain.n199(), 204);
        chain.set_n0(POISON - 99);
        log.clear();
    });
    assert_eq!(
        log.take(),
        ["n100"],
        "the failed value runs once more, for it was read inside the batch, and nothing above it"
    );
    assert_eq!(
        panic_of(|| *chain.n199()),
        "computed `n199` of `Chain200` panicked: it depends on computed `n100`, which did: n100"
    );
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
        assert!(said.ends_with(": n100"), "{said}");
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

#[resource]
async fn doubled(number: u64) -> Result<u64, Infallible> {
    Ok(number * 2)
}

/// Says when it is dropped.
struct Kept(Log, u64);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.push(format!("dropped {}", self.1));
    }
}

/// A node of each kind among many: with as many nodes the struct has them in parts.
macro_rules! mixed {
    ($first:ident $($node:ident)*) => {
        reactive! {
            #[derive(Debug)]
            struct Mixed<T: Clone + PartialEq> {
                let log: Log;
                let mut shown: u64 = 0;
                signal value: T;
                signal number: u64 = 1;
                signal page: u64 = page.map_or(0, |page| page + 1) per $first;
                signal draft: Option<T> = None per answer.value(), value;
                computed $first: u64 = number + 1;
                $(computed $node: u64 = number + $first;)*
                computed copy: T = value.clone();
                computed unwatched: u64 = $first + number;
                computed unwatched_too: u64 = unwatched + 1;
                resource answer = doubled(*$first);
                effect kept: Kept = Kept(log.clone(), *$first);
                effect show {
                    *shown += 1;
                    log.push(format!("{:?} {}", answer.value(), [$($node),*].into_iter().sum::<u64>()));
                }
            }
        }
    };
}

mixed! {
    n0 n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n11 n12 n13 n14 n15 n16 n17 n18 n19 n20 n21 n22 n23 n24 n25 n26 n27 n28
    n29 n30 n31 n32 n33 n34 n35 n36 n37 n38 n39 n40 n41 n42 n43 n44 n45 n46 n47 n48 n49 n50 n51 n52 n53 n54
    n55 n56 n57 n58 n59 n60 n61 n62 n63 n64 n65 n66 n67 n68 n69 n70 n71 n72 n73 n74 n75 n76 n77 n78 n79 n80
    n81 n82 n83 n84 n85 n86 n87 n88 n89 n90 n91 n92 n93 n94 n95 n96 n97 n98 n99 n100 n101 n102 n103 n104
    n105 n106 n107 n108 n109 n110 n111 n112 n113 n114 n115 n116 n117 n118 n119 n120 n121 n122 n123 n124
    n125 n126 n127 n128 n129 n130
}

#[test]
fn a_node_of_each_kind_among_many() {
    let log = Log::new();
    let mut mixed = Mixed::new(log.clone(), "a".to_owned());
    assert_eq!(log.take(), ["None 390"]);
    block_on(mixed.settled());
    assert_eq!(log.take(), ["Some(4) 390"]);
    assert_eq!((mixed.copy().as_str(), *mixed.unwatched_too()), ("a", 4));
    mixed.batch(|mixed| {
        mixed.set_value("b".to_owned());
        mixed.update_number(|number| *number += 1);
        assert_eq!((*mixed.n130(), *mixed.unwatched_too()), (5, 6));
        mixed.set_number(3);
    });
    assert_eq!(log.take(), ["dropped 2", "Some(4) 910"]);
    block_on(mixed.settled());
    assert_eq!(log.take(), ["Some(8) 910"]);
    assert_eq!((*mixed.shown(), mixed.copy().as_str()), (4, "b"));
    let printed = format!("{mixed:?}");
    for field in ["number: 3", "n130: 7", "unwatched_too: _", "copy: \"b\""] {
        assert!(printed.contains(field), "{field} in {printed}");
    }
    let failed: Result<(), ()> = mixed.transaction(|mixed| {
        mixed.set_number(1);
        mixed.set_value("c".to_owned());
        Err(())
    });
    assert_eq!((failed, *mixed.number()), (Err(()), 3));
    assert_eq!((*mixed.page(), mixed.draft().clone()), (1, None));
    mixed.batch(|mixed| {
        mixed.set_draft(Some("d".to_owned()));
        mixed.set_number(4);
    });
    assert_eq!(log.take(), ["dropped 4", "Some(8) 1170"]);
    assert_eq!((*mixed.page(), mixed.draft().as_deref()), (2, Some("d")));
    block_on(mixed.settled());
    assert_eq!((*mixed.page(), mixed.draft().clone()), (2, None));
    assert_eq!(log.take(), ["Some(10) 1170"]);
    assert_eq!((mixed.copy().as_str(), *mixed.unwatched_too()), ("b", 10));
    assert_eq!(log.take(), NOTHING);
    drop(mixed);
    assert_eq!(log.take(), ["dropped 5"]);
}

const WIDE: usize = 12_500;

reactive! {
    struct Arrays {
        signal one: [u64; WIDE] = [1; WIDE];
        signal two: [u64; WIDE] = [2; WIDE];
        computed sum: [u64; WIDE] = std::array::from_fn(|at| one[at] + two[at]);
        let log: Log;
        effect show { log.push(sum[WIDE - 1]) }
    }
}

/// Without optimization each move of a value is a copy on the stack.
#[test]
fn a_graph_of_large_values_is_made_on_a_small_stack() {
    let size = size_of::<Arrays>();
    let thread = std::thread::Builder::new().stack_size(6 * size);
    let made = thread.spawn(move || {
        let log = Log::new();
        let arrays = Arrays::new(log.clone());
        assert_eq!((arrays.sum()[0], log.take().len()), (3, 1));
    });
    made.unwrap().join().unwrap();
}
