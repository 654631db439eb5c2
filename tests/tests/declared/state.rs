//! State as plain data: taken out, put back, and a graph that starts with it (BEHAVIOURS, S).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

mod followed;
mod inside;

use futures::executor::block_on;
use serde::{Deserialize, Serialize};
use signal_kernel::{AsyncStatus, reactive};
use signal_kernel_tests::{
    describe,
    gate::Gates,
    log::{Log, NOTHING},
    panics::panic_of,
    poll,
    profile::fetch,
};

/// An initial value that says when it is computed.
fn initial<T>(value: T) -> T {
    EVALUATED.with(|evaluated| evaluated.set(evaluated.get() + 1));
    value
}

thread_local! {
    static EVALUATED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// The number of initial values since the last call.
fn evaluated() -> u32 {
    EVALUATED.take()
}

reactive! {
    /// The goods in the basket.
    #[state(SavedCart, derive(Clone, Debug, PartialEq, Serialize, Deserialize))]
    struct Cart {
        let log: Log;
        /// In cents.
        signal price: u64 = initial(300);
        signal name: String = initial("tea".to_owned());
        #[state(serde(default))]
        signal qty: u64 = initial(1);
        #[state(skip)]
        signal secret: String = initial("none".to_owned());
        computed total: u64 = log.pass("total", price * qty);
        computed lazy: usize = log.pass("lazy", name.len());
        effect show { log.push(format!("{name} {total}")); }
        #[after_first] effect save { log.push(format!("save {name}")); }
    }
}

fn cart() -> (Cart, Log) {
    let log = Log::new();
    let cart = Cart::new(log.clone());
    log.clear();
    evaluated();
    (cart, log)
}

fn saved(price: u64, name: &str, qty: u64) -> SavedCart {
    SavedCart {
        price,
        name: name.to_owned(),
        qty,
    }
}

#[test]
fn b217_b218_the_values_of_the_signals_are_taken_out_and_nothing_runs() {
    let (mut cart, log) = cart();
    cart.set_qty(2);
    log.clear();
    assert_eq!(cart.state(), saved(300, "tea", 2));
    assert_eq!(cart.state(), cart.state());
    assert_eq!(log.take(), NOTHING);
    assert_eq!((*cart.total(), *cart.qty()), (600, 2));
}

#[test]
fn b219_b224_effects_run_once_after_all_values_were_restored() {
    let (mut cart, log) = cart();
    cart.restore(saved(5, "milk", 3));
    assert_eq!(log.take(), ["total", "milk 15", "save milk"]);
    assert_eq!((*cart.total(), *cart.lazy()), (15, 4));
    assert_eq!(log.take(), ["lazy"]);
    assert_eq!(cart.state(), saved(5, "milk", 3));
}

#[test]
fn an_equal_state_changes_nothing() {
    let (mut cart, log) = cart();
    cart.restore(cart.state());
    assert_eq!(log.take(), NOTHING);
    cart.restore(saved(300, "oats", 1));
    assert_eq!(log.take(), ["oats 300", "save oats"]);
}

#[test]
fn b225_a_signal_that_is_left_out_keeps_its_value() {
    let (mut cart, log) = cart();
    cart.set_secret("1234".to_owned());
    let written = serde_json::to_string(&cart.state()).unwrap();
    assert_eq!(written, r#"{"price":300,"name":"tea","qty":1}"#);
    cart.restore(saved(1, "a", 1));
    assert_eq!(cart.secret(), "1234");
    let other = Cart::with_state(log.clone(), cart.state());
    assert_eq!(other.secret(), "none");
}

#[test]
fn a_graph_starts_with_a_state_and_its_effects_never_see_the_defaults() {
    let log = Log::new();
    let mut cart = Cart::with_state(log.clone(), saved(5, "milk", 3));
    assert_eq!(log.take(), ["total", "milk 15"]);
    assert_eq!(evaluated(), 1, "of the signal that is left out");
    cart.set_name("tea".to_owned());
    assert_eq!(log.take(), ["tea 15", "save tea"]);
    assert_eq!(cart.state(), saved(5, "tea", 3));
}

#[test]
fn b227_state_that_was_encoded_and_decoded_is_equal() {
    let (mut cart, log) = cart();
    cart.set_qty(7);
    let written = serde_json::to_string(&cart.state()).unwrap();
    let read: SavedCart = serde_json::from_str(&written).unwrap();
    assert_eq!(read, cart.state());
    log.clear();
    let again = Cart::with_state(log.clone(), read);
    assert_eq!(again.state(), cart.state());
    assert_eq!(log.take(), ["total", "tea 2100"]);
}

#[test]
fn b221_b222_state_of_another_shape_is_refused_before_anything_is_restored() {
    let (mut cart, log) = cart();
    let restored = serde_json::from_str(r#"{"name":"milk"}"#).map(|state| cart.restore(state));
    let refused = restored.unwrap_err().to_string();
    assert!(refused.starts_with("missing field `price`"), "{refused}");
    assert_eq!(cart.state(), saved(300, "tea", 1));
    // The field `qty` has `#[serde(default)]`.
    cart.restore(serde_json::from_str(r#"{"price":2,"name":"milk"}"#).unwrap());
    assert_eq!(cart.state(), saved(2, "milk", 0));
    assert_eq!(log.take(), ["total", "milk 0", "save milk"]);
}

#[test]
fn undo_is_a_list_of_states() {
    let (mut cart, log) = cart();
    let mut undo: Vec<SavedCart> = Vec::new();
    for qty in 2..5 {
        undo.push(cart.state());
        cart.set_qty(qty);
    }
    log.clear();
    while let Some(state) = undo.pop() {
        cart.restore(state);
    }
    assert_eq!(cart.state(), saved(300, "tea", 1));
    let shown = ["tea 900", "tea 600", "tea 300"];
    assert_eq!(
        log.take(),
        shown.map(|line| ["total", line]).concat(),
        "`save` does not depend on `qty`"
    );
}

#[test]
fn a_second_graph_answers_what_if() {
    let (cart, log) = cart();
    let mut other = Cart::with_state(log.clone(), cart.state());
    other.set_price(1);
    assert_eq!((*other.total(), *cart.total()), (1, 300));
}

reactive! {
    #[state(SavedPage)]
    struct Page {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        signal theme: u32 = 0;
        resource user = fetch(gates.open(id));
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn b220_b229_to_restore_starts_work_only_where_an_input_has_changed() {
    let log = Log::new();
    let gates = Gates::new("user", &log);
    let mut page = Page::new(gates.clone(), log.clone());
    gates.ok(1, 5);
    assert!(poll!(page).is_ready());
    log.clear();
    page.restore(SavedPage { id: 1, theme: 2 });
    assert_eq!(log.take(), NOTHING);
    page.restore(SavedPage { id: 2, theme: 2 });
    assert_eq!(page.user().status(), AsyncStatus::Pending);
    let pending = page.state();
    drop(page);
    log.clear();
    let mut page = Page::with_state(gates.clone(), log.clone(), pending);
    assert_eq!(page.user().status(), AsyncStatus::Pending);
    assert_eq!(page.user().value(), None);
    gates.ok(3, 8);
    block_on(page.settled());
    assert_eq!(page.user().value(), Some(&8));
}

#[test]
fn a_restore_that_panics_half_way_is_a_batch_that_does() {
    #[derive(Clone)]
    struct Fragile(u32);
    impl PartialEq for Fragile {
        fn eq(&self, other: &Self) -> bool {
            assert!(other.0 != 13, "unlucky");
            self.0 == other.0
        }
    }
    reactive! {
        #[state(Saved)]
        struct Graph {
            let log: Log;
            signal a: u32 = 1;
            signal b: Fragile = Fragile(1);
            signal c: u32 = 1;
            effect show { log.push(format!("{a} {} {c}", b.0)); }
        }
    }
    let log = Log::new();
    let mut graph = Graph::new(log.clone());
    let state = |b| Saved {
        a: 2,
        b: Fragile(b),
        c: 2,
    };
    assert_eq!(panic_of(|| graph.restore(state(13))), "unlucky");
    assert_eq!(log.take(), ["1 1 1", "2 1 1"]);
    graph.restore(state(3));
    assert_eq!(log.take(), ["2 3 2"]);
}

/// The rules of equality of the signals decide.
#[test]
fn a_signal_without_equality_counts_as_changed() {
    reactive! {
        #[state(Saved, derive(Clone))]
        struct Graph {
            let log: Log;
            #[eq(never)]
            signal a: u32 = 1;
            #[eq(same_parity)]
            signal b: u32 = 1;
            effect first { log.push(format!("a {a}")); }
            effect second { log.push(format!("b {b}")); }
        }
    }
    fn same_parity(a: &u32, b: &u32) -> bool {
        a % 2 == b % 2
    }
    let log = Log::new();
    let mut graph = Graph::new(log.clone());
    log.clear();
    graph.restore(graph.state());
    assert_eq!(log.take(), ["a 1"]);
    graph.restore(Saved { a: 1, b: 3 });
    assert_eq!(log.take(), ["a 1"]);
    assert_eq!(*graph.b(), 1);
}

/// Types without `Default` or `PartialEq`, parameters that the state does not need, and bounds that name them.
mod generic {
    use super::*;

    reactive! {
        /// A table.
        #[state(SavedTable, derive(Clone, Debug, PartialEq))]
        pub(crate) struct Table<C, T: Clone + PartialEq, const N: usize, const M: usize = 2>
        where
            C: Into<T> + Clone + PartialEq,
            T: Send + PartialEq<T>,
        {
            let columns: C;
            pub signal rows: Vec<T>;
            pub signal fixed: [T; N];
            #[state(skip)]
            pub signal extra: C;
            signal all: [u8; M] = [0; M];
            pub computed first: T = rows.first().cloned().unwrap_or_else(|| columns.clone().into());
        }
    }

    #[test]
    fn the_state_has_the_parameters_that_its_types_mention() {
        let mut table = Table::<u8, u64, 1, 2>::new(7, vec![1], [3], 9);
        let state: SavedTable<u64, 1, 2> = table.state();
        table.set_rows(Vec::new());
        table.set_extra(1);
        assert_eq!(*table.first(), 7);
        table.restore(state.clone());
        assert_eq!((*table.first(), *table.extra()), (1, 1));
        let table = Table::<u32, u64, 1, 2>::with_state(8, 10, state.clone());
        assert_eq!(table.state(), state);
        assert_eq!((table.columns(), table.extra()), (&8, &10));
        assert_eq!(state.fixed, [3]);
    }

    reactive! {
        #[state(SavedBag)]
        struct Bag<T: Iterator, U = u8, V = Vec<U>> where for<'a> &'a T: Send, U: Clone + PartialEq, V: Clone + PartialEq {
            pub let source: Option<T> = None;
            signal last: std::marker::PhantomData<fn(T) -> T::Item>;
            signal other: ::std::vec::Vec<V>;
            pub let one: Option<U> = None;
        }
    }

    #[test]
    fn a_default_that_names_a_parameter_without_a_place_is_dropped() {
        type Chars = std::str::Chars<'static>;
        let bag = Bag::<Chars>::new(std::marker::PhantomData, vec![vec![1]]);
        let state: SavedBag<Chars, Vec<u8>> = bag.state();
        assert_eq!(state.other, [[1]]);
    }
}

mod outside {
    pub(super) mod inside {
        use signal_kernel::reactive;

        #[derive(Clone, Debug, PartialEq)]
        struct Hidden(u8);

        reactive! {
            #[derive(Debug)]
            #[batch(Writes)]
            #[state(Data, derive(Clone, Debug, PartialEq))]
            pub(in super::super) struct Graph {
                pub(in super::super) signal r#type: u8 = 1;
                signal _kept: Hidden = Hidden(2);
                signal end_: u8 = 3;
            }
        }
    }
}

#[test]
fn names_visibility_and_types_that_only_the_declaration_sees() {
    let mut graph = outside::inside::Graph::new();
    let state: outside::inside::Data = graph.state();
    graph.set_type(5);
    graph.restore(state.clone());
    assert_eq!(*graph.r#type(), state.r#type);
    assert_eq!(
        outside::inside::Graph::with_state(state.clone()).state(),
        state
    );
    assert!(format!("{state:?}").starts_with("Data { type: 1, _kept: Hidden(2), end_: 3"));
}

#[test]
fn without_state_its_names_are_free() {
    reactive! {
        struct Graph {
            signal state: u8 = 1;
            signal restore: u8 = 2;
            computed with_state: u8 = state + restore;
        }
    }
    assert_eq!(*Graph::new().with_state(), 3);
}

#[test]
fn a_signal_that_is_switched_off_is_not_in_the_state() {
    reactive! {
        #[cfg_attr(all(), state(Saved, derive(Debug)))]
        struct Graph {
            #[cfg(any())]
            signal missing: Missing = 1;
            #[cfg(all())]
            signal here: u8 = 1;
            #[cfg_attr(all(), state(skip))]
            signal left_out: u8 = 2;
            #[cfg_attr(any(), state(skip))]
            signal too: u8 = 3;
        }
    }
    let graph = Graph::with_state(Saved { here: 4, too: 5 });
    assert_eq!(format!("{:?}", graph.state()), "Saved { here: 4, too: 5 }");
    assert_eq!(*graph.left_out(), 2);
}

#[test]
fn a_macro_of_the_users_supplies_the_tokens() {
    macro_rules! graph {
        ($name:ident $saved:ident $($signal:ident: $ty:ty = $value:expr),*) => {
            reactive! {
                #[state($saved, derive(Clone))]
                struct $name { $(signal $signal: $ty = $value;)* }
            }
        };
    }
    graph! { Pair SavedPair a: Vec<u8> = vec![1], b: Option<u8> = None }
    let mut pair = Pair::new();
    let state = pair.state();
    pair.update_a(|a| a.push(2));
    pair.set_b(Some(1));
    pair.restore(state);
    assert_eq!((pair.a().as_slice(), *pair.b()), ([1].as_slice(), None));
}

/// A graph of more than 128 nodes has them in parts.
macro_rules! many {
    ($($node:ident $double:ident)*) => {
        reactive! {
            #[state(SavedMany, derive(Clone, Debug, PartialEq))]
            struct Many {
                let log: Log;
                let unit: u64 = 1;
                $(signal $node: u64 = initial(0);)*
                $(computed $double: u64 = $node * unit * 2;)*
                #[state(skip)]
                signal left_out: String;
                signal text: String = initial("a".to_owned());
                effect show { log.push(format!("{text} {left_out} {}", 0 $(+ $double)*)); }
            }
        }

        /// A state with the same number everywhere.
        fn all(number: u64) -> SavedMany {
            SavedMany { $($node: number,)* text: "b".to_owned() }
        }
    };
}

many! {
    a0 b0 a1 b1 a2 b2 a3 b3 a4 b4 a5 b5 a6 b6 a7 b7 a8 b8 a9 b9 a10 b10 a11 b11 a12 b12 a13 b13 a14 b14 a15 b15
    a16 b16 a17 b17 a18 b18 a19 b19 a20 b20 a21 b21 a22 b22 a23 b23 a24 b24 a25 b25 a26 b26 a27 b27 a28 b28
    a29 b29 a30 b30 a31 b31 a32 b32 a33 b33 a34 b34 a35 b35 a36 b36 a37 b37 a38 b38 a39 b39 a40 b40 a41 b41
    a42 b42 a43 b43 a44 b44 a45 b45 a46 b46 a47 b47 a48 b48 a49 b49 a50 b50 a51 b51 a52 b52 a53 b53 a54 b54
    a55 b55 a56 b56 a57 b57 a58 b58 a59 b59 a60 b60 a61 b61 a62 b62 a63 b63 a64 b64 a65 b65 a66 b66 a67 b67
}

#[test]
fn the_state_of_many_nodes() {
    let log = Log::new();
    let mut many = Many::with_state(log.clone(), "x".to_owned(), all(1));
    assert_eq!(evaluated(), 0);
    assert_eq!(log.take(), ["b x 136"]);
    assert_eq!(many.state(), all(1));
    many.restore(all(2));
    assert_eq!(log.take(), ["b x 272"]);
    many.set_a67(9);
    log.clear();
    many.restore(all(2));
    assert_eq!(log.take(), ["b x 272"]);
    assert_eq!((*many.b67(), many.state()), (4, all(2)));
}
