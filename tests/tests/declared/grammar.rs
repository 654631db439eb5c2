//! The grammar of `reactive!`: the items of a graph, and the methods that they become (`signal-kernel/docs/reactive.md`, Items).
//!
//! Invariants: each sentence of the grammar has a test here or in `names.rs`.
//!
//! Must not know: anything but the public interface.

mod twice;

use futures::executor::block_on;
use signal_kernel::{AsyncStatus, NodeKind, reactive, resource};
use signal_kernel_tests::log::{Log, NOTHING};
use std::{collections::BTreeMap, fmt::Debug, hash::Hash};

#[test]
fn nodes_without_a_value_are_parameters_of_new_in_declaration_order() {
    reactive! {
        struct Page {
            #[allow(deprecated)]
            effect show { *count += 1; }
            signal id: u64;
            let mut count: u32;
            computed text: String = format!("{id} {name} {title}");
            signal fixed: bool = true;
            let name: &'static str;
            let unit: () = ();
            signal title: String;
        }
    }
    let page = Page::new(1, 10, "ann", "home".to_owned());
    assert_eq!(page.text(), "1 ann home");
    assert_eq!(
        (*page.count(), *page.fixed(), *page.name()),
        (11, true, "ann")
    );
    let () = *page.unit();
}

#[test]
fn without_parameters_there_is_default() {
    fn made<T: Default>() -> T {
        T::default()
    }
    reactive! {
        struct Page {
            let step: u64 = 2;
            signal id: u64 = 1;
            computed next: u64 = id + step;
        }

        struct Empty {
            signal only: () = ();
        }

        struct Generic<T: Default + PartialEq + Clone> {
            signal value: T = T::default();
            computed copy: T = value.clone();
        }
    }
    assert_eq!(*Page::default().next(), 3);
    assert_eq!(*made::<Page>().next(), 3);
    assert_eq!(*Empty::default().only(), ());
    assert_eq!(made::<Generic<String>>().copy(), "");
}

#[test]
fn initial_values_run_in_declaration_order_and_see_no_node() {
    fn id() -> u64 {
        7
    }
    reactive! {
        struct Page {
            let log: Log;
            let first: u32 = note("first", 1);
            signal second: u32 = note("second", 2);
            computed eager: u32 = { log.push("eager"); first + second };
            let mut third: u32 = note("third", 3);
            signal fourth: u32 = note("fourth", 4);
            effect show { *third += 1; log.push(format!("show {eager} {fourth}")); }
            signal id: u64;
            let make: fn() -> u64 = id;
        }
    }
    thread_local! {
        static NOTES: Log = Log::new();
    }
    fn note(what: &str, value: u32) -> u32 {
        NOTES.with(|notes| notes.pass(what, value))
    }
    let log = NOTES.with(Log::clone);
    let page = Page::new(log.clone(), 1);
    assert_eq!(
        log.take(),
        ["first", "second", "third", "fourth", "eager", "show 3 4"]
    );
    assert_eq!((*page.id(), (page.make())()), (1, 7));
    assert_eq!(*page.third(), 4);
}

#[test]
fn items_stand_in_any_order() {
    reactive! {
        struct Page {
            effect show { log.push(format!("{last}")); }
            computed last: u64 = middle + 1;
            computed middle: u64 = first + offset;
            let offset: u64 = 10;
            signal first: u64 = 1;
            let log: Log;
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_first(2);
    assert_eq!(log.take(), ["12", "13"]);
}

#[test]
fn several_structs_in_one_macro() {
    reactive! {
        struct One {
            signal id: u64 = 1;
        }

        /// The second.
        struct Two {
            signal id: u64 = 2;
            computed twice: u64 = id * 2;
        }

        struct Three<T> where T: PartialEq + Clone { signal id: T; computed same: T = id.clone(); }
    }
    assert_eq!(
        (
            *One::new().id(),
            *Two::new().twice(),
            *Three::new('3').same()
        ),
        (1, 4, '3')
    );
}

#[test]
fn an_effect_has_a_mutable_field_as_a_mutable_reference() {
    reactive! {
        struct Page {
            let mut shown: Vec<u64> = Vec::new();
            let mut runs: (u32, u32) = (0, 0);
            signal id: u64 = 1;
            effect show { shown.push(*id); runs.0 += 1; }
            #[allow(deprecated)]
            effect again { let runs: &mut (u32, u32) = runs; runs.1 = runs.0; }
            effect kept: usize = { let _ = id; shown.push(0); shown.len() };
        }
    }
    let mut page = Page::new();
    page.set_id(2);
    assert_eq!(page.shown(), &[1, 0, 2, 0]);
    assert_eq!(page.runs(), &(2, 1));
    page.shown_mut().clear();
    *page.runs_mut() = (7, 7);
    page.set_id(3);
    assert_eq!((page.shown().len(), *page.runs()), (2, (8, 7)));
}

#[test]
fn types_may_be_generic_with_bounds_and_where_clauses() {
    reactive! {
        struct Pick<K: Clone + PartialEq, V, const N: usize = 2>
        where
            K: Ord + Hash + Debug,
            V: Clone + PartialEq + Debug,
        {
            let log: Log;
            signal keys: [K; N];
            signal values: Vec<V>;
            computed map: BTreeMap<K, V> = keys.iter().cloned().zip(values.iter().cloned()).collect();
            computed first: Option<(K, V)> = map.iter().next().map(|(k, v)| (k.clone(), v.clone()));
            computed length: usize = N + values.len();
            effect show { log.push(format!("{map:?}")); }
            effect kept: Option<K> = keys.first().cloned();
        }
    }
    let log = Log::new();
    let mut pick = Pick::<&str, u8>::new(log.clone(), ["b", "a"], vec![1, 2]);
    assert_eq!(pick.first(), &Some(("a", 2)));
    let last = pick.batch(|pick| {
        pick.set_values(vec![3, 4]);
        pick.map().values().copied().last()
    });
    assert_eq!(last, Some(3));
    let failed: Result<(), ()> = pick.transaction(|pick| {
        pick.update_values(|values| values.clear());
        assert_eq!(*pick.length(), 2);
        Err(())
    });
    assert_eq!(failed, Err(()));
    assert_eq!(log.take(), [r#"{"a": 2, "b": 1}"#, r#"{"a": 4, "b": 3}"#]);
    let empty = Pick::<String, (), 0>::new(log.clone(), [], vec![]);
    assert_eq!((empty.first(), *empty.length()), (&None, 0));
    assert_eq!(Pick::<u8, u8, 9>::GRAPH.nodes.len(), 7);
}

#[test]
fn generic_values_need_equality_only_where_it_is_used() {
    struct Opaque;
    reactive! {
        struct Any<T> {
            #[eq(never)]
            signal value: T;
            #[eq(never)]
            computed boxed: Option<Box<u8>> = { let _ = value; None };
            effect look { let _ = value; }
        }
    }
    let mut any = Any::new(Opaque);
    any.set_value(Opaque);
    any.update_value(|_| ());
    assert!(any.boxed().is_none());
}

#[test]
fn raw_identifiers_are_names_like_others() {
    reactive! {
        struct r#Struct {
            let log: Log;
            signal r#type: u64 = 1;
            signal r#mut: u64 = 2;
            computed r#match: u64 = r#type + r#mut;
            effect r#loop { log.push(format!("{match} {type:>2} {0}", r#mut)); }
            let mut r#if: u64 = 0;
        }
    }
    let log = Log::new();
    let mut raw = r#Struct::new(log.clone());
    raw.set_type(5);
    raw.update_mut(|it| *it = 3);
    assert_eq!((*raw.r#type(), *raw.r#mut(), *raw.r#match()), (5, 3, 8));
    *raw.if_mut() = 4;
    raw.batch(|raw| {
        let next = *raw.r#if();
        raw.set_type(next);
    });
    assert_eq!(log.take(), ["3  1 2", "7  5 2", "8  5 3", "7  4 3"]);
    assert_eq!(r#Struct::GRAPH.name, "Struct");
    let names: Vec<_> = r#Struct::GRAPH.nodes.iter().map(|node| node.name).collect();
    assert_eq!(names, ["type", "mut", "match", "loop"]);
}

/// Nodes of every visibility, seen from outside their module.
#[allow(unreachable_pub, reason = "`pub` is tested")]
pub mod visibility {
    signal_kernel::reactive! {
        /// A graph.
        #[derive(Debug)]
        pub struct Page {
            /// Seen everywhere.
            pub signal everywhere: u64 = 1;
            pub(crate) signal in_crate: u64 = 2;
            pub(super) signal above: u64 = 3;
            pub(in crate::grammar::visibility) computed inside: u64 = private + 1;
            signal private: u64 = 4;
            /// A sum of them.
            pub computed sum: u64 = everywhere + in_crate + above + inside + private;
            let mut hidden: u64 = 0;
            /// A field.
            pub let mut shown: u64 = 0;
            effect count { *hidden += *sum; *shown = *hidden; }
        }
    }

    /// Writes a node that only this module may write.
    pub fn set_private(page: &mut Page, value: u64) {
        page.set_private(value);
        page.batch(|page| page.update_private(|private| *private += 1));
        assert_eq!(*page.inside(), value + 2);
    }
}

#[test]
fn the_visibility_of_a_node_is_that_of_its_methods() {
    let mut page = visibility::Page::new();
    assert_eq!((*page.sum(), *page.shown()), (15, 15));
    page.set_everywhere(0);
    page.set_in_crate(0);
    page.set_above(0);
    visibility::set_private(&mut page, 9);
    assert_eq!(*page.sum(), 21);
    *page.shown_mut() = 0;
    assert_eq!(*page.shown(), 0);
}

#[test]
fn documentation_and_lint_attributes_are_passed_on() {
    reactive! {
        /// A documented graph.
        ///
        /// With a second paragraph.
        #[must_use = "it does nothing by itself"]
        #[allow(clippy::struct_field_names)]
        struct Page {
            /// A field.
            let log: Log;
            /// A signal.
            #[allow(unused)]
            #[must_use]
            signal id: u64 = 1;
            /** Block documentation. */
            #[doc = "And more."]
            computed next: u64 = id + 1;
            #[deprecated = "only to see it pass"]
            computed old: u64 = *next;
            /// An effect.
            effect show { log.push(format!("{next}")); }
        }
    }
    let log = Log::new();
    let page = Page::new(log.clone());
    assert_eq!(log.take(), ["2"]);
    #[expect(deprecated, reason = "the attribute stands on the getter")]
    let old = *page.old();
    assert_eq!(old, 2);
}

#[test]
fn keywords_of_the_macro_are_names_too() {
    reactive! {
        struct Page {
            signal signal: u64 = 1;
            signal computed: u64 = 2;
            signal resource: u64 = 3;
            computed effect: u64 = signal + computed + resource;
            computed never: u64 = effect + 1;
        }
    }
    let mut page = Page::new();
    page.set_signal(10);
    assert_eq!((*page.effect(), *page.never()), (15, 16));
    page.update_computed(|computed| *computed = 0);
    assert_eq!(*page.effect(), 13);
}

#[test]
fn names_of_nodes_do_not_collide_with_generated_ones() {
    reactive! {
        struct Page {
            let log: Log;
            signal core: u64 = 1;
            signal graph: u64;
            signal value: u64 = 1;
            signal hub: u64;
            signal revision: u64 = 1;
            signal change: u64 = 1;
            signal u64: u64 = 1;
            signal std: u64 = 1;
            computed before: u64 = core + graph + value + hub;
            computed after: u64 = revision + change + u64 + std;
            computed bits: u64 = before + after;
            computed pass: u64 = bits + 1;
            computed changed_at: u64 = pass + 1;
            computed word: u64 = *bits;
            effect stamp { log.push(format!("{word}")); }
            effect write: u64 = *word;
            #[allow(deprecated)]
            effect context { log.push("context"); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone(), 1, 1);
    assert_eq!(log.take(), ["8", "context"]);
    page.set_core(2);
    page.set_value(2);
    page.set_u64(2);
    page.batch(|page| {
        page.set_graph(2);
        page.set_hub(2);
        page.set_revision(2);
        page.update_change(|change| *change += 1);
        let next = *page.u64();
        page.set_std(next);
    });
    assert_eq!((*page.bits(), *page.changed_at()), (16, 18));
    assert_eq!(log.take(), ["9", "10", "11", "16"]);
}

#[test]
fn a_graph_may_stand_in_a_macro_of_ones_own() {
    macro_rules! counter {
        ($name:ident { $($signal:ident: $type:ty = $value:expr),* } $sum:ident) => {
            reactive! {
                struct $name {
                    $(signal $signal: $type = $value;)*
                    computed $sum: u64 = 0 $(+ *$signal as u64)*;
                    computed text: String = format!("{}", $sum);
                }
            }
        };
    }
    counter!(Three { a: u8 = 1 + 1, b: u16 = 2, c: u32 = { 3 } } sum);
    let mut three = Three::new();
    three.set_b(20);
    assert_eq!((*three.sum(), three.text().as_str()), (25, "25"));
}

#[test]
fn types_are_any_owned_types() {
    type Callback = Box<dyn Fn(&str) -> usize + Send>;
    reactive! {
        struct Page {
            #[eq(never)]
            signal call: Callback = Box::new(str::len);
            signal function: fn(&str) -> usize = str::len;
            signal tuple: (u8, [u16; 2], Option<&'static str>) = (1, [2, 3], None);
            signal nested: Vec<Vec<Option<Result<u8, String>>>> = vec![vec![Some(Ok(1))], vec![None]];
            signal slice: &'static [u8] = b"abc";
            computed lengths: (usize, usize) = ((call)("four"), (function)("fives"));
            computed flat: Vec<u8> = nested.iter().flatten().flatten().flatten().copied().collect();
            computed second: Option<u8> = slice.get(usize::from(tuple.0)).copied();
            let unused: core::marker::PhantomData<str> = core::marker::PhantomData;
        }
    }
    let mut page = Page::new();
    assert_eq!(
        (*page.lengths(), page.flat().as_slice(), *page.second()),
        ((4, 5), [1].as_slice(), Some(b'b'))
    );
    page.set_call(Box::new(|_| 9));
    page.set_tuple((2, [0, 0], Some("x")));
    assert_eq!((page.lengths().0, *page.second()), (9, Some(b'c')));
    let _ = page.unused();
}

#[test]
fn bodies_are_expressions_or_blocks_of_any_kind() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: i64 = 1;
            computed expression: i64 = -id;
            computed block: i64 = { let twice = id * 2; twice + 1 };
            computed returned: i64 = { if *id < 0 { return 0; } *id };
            computed tried: Option<u8> = { let byte = u8::try_from(*id).ok()?; byte.checked_add(1) };
            computed looped: i64 = { let mut n = *id; loop { n += 1; if n > *id { break n; } } };
            computed matched: &'static str = match id { 0 => "none", 1 => "one", _ => "many" };
            computed branched: u8 = if *id > 1 { 1 } else { 0 };
            effect early { if *id > 1 { return; } log.push("early"); }
            #[allow(deprecated)]
            effect empty {}
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(
        (
            *page.expression(),
            *page.block(),
            *page.returned(),
            *page.tried()
        ),
        (-1, 3, 1, Some(2))
    );
    page.set_id(-1);
    page.set_id(300);
    assert_eq!(
        (
            *page.tried(),
            *page.looped(),
            *page.matched(),
            *page.branched()
        ),
        (None, 301, "many", 1)
    );
    assert_eq!(log.take(), ["early", "early"]);
}

#[test]
fn a_graph_of_effects_alone_runs_them_once() {
    reactive! {
        struct Page {
            let log: Log;
            #[allow(deprecated)]
            effect one { log.push("one"); }
            #[allow(deprecated)]
            effect two: u64 = { log.push("two"); 2 };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(log.take(), ["one", "two"]);
    page.batch(|_| ());
    assert_eq!(log.take(), NOTHING);
    assert!(
        Page::GRAPH
            .nodes
            .iter()
            .all(|node| node.kind == NodeKind::Effect)
    );
}

#[test]
fn an_argument_with_a_question_mark_is_cloned_into_the_call() {
    #[resource(infallible)]
    async fn greet(name: String, times: u8) -> String {
        name.repeat(times.into())
    }
    reactive! {
        struct Page {
            signal name: Option<String> = None;
            signal times: Option<u8> = Some(2);
            resource greeting = greet(name?, times?);
        }
    }
    let mut page = Page::new();
    assert_eq!(page.greeting().status(), AsyncStatus::Idle);
    page.set_name(Some("ho".to_owned()));
    block_on(page.settled());
    assert_eq!(page.greeting().value().map(String::as_str), Some("hoho"));
    assert_eq!(page.name().as_deref(), Some("ho"));
    page.set_times(None);
    assert_eq!(page.greeting().status(), AsyncStatus::Idle);
}

#[test]
fn the_batch_type_has_the_name_that_the_struct_gives_it() {
    struct CartBatch;
    reactive! {
        #[batch(CartWrites)]
        struct Cart {
            signal price: u64 = 1;
            computed double: u64 = price * 2;
        }
    }
    fn raise(cart: &mut CartWrites<'_>, by: u64) {
        let price = *cart.price();
        cart.set_price(price + by);
    }
    let CartBatch = CartBatch;
    let mut cart = Cart::new();
    cart.batch(|cart| raise(cart, 4));
    assert_eq!(*cart.double(), 10);
}

#[test]
fn the_block_of_an_effect_may_begin_with_attributes() {
    let log = Log::new();
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            effect show {
                #![allow(unused_mut)]
                let mut text = format!("{id}");
                log.push(text);
            }
        }
    }
    let mut page = Page::new(log.clone());
    page.set_id(2);
    assert_eq!(log.take(), ["1", "2"]);
}

#[test]
fn a_function_of_the_name_of_a_node_is_called() {
    fn price(of: u64) -> u64 {
        of * 10
    }
    fn set_qty(of: u64) -> u64 {
        of + 1
    }
    reactive! {
        struct Cart {
            signal qty: u64 = 2;
            signal price: fn(u64) -> u64 = |qty| qty * 3;
            computed by_function: u64 = price(*qty) + set_qty(*qty);
            computed by_node: u64 = (price)(*qty);
        }
    }
    let cart = Cart::new();
    assert_eq!((*cart.by_function(), *cart.by_node()), (20 + 3, 6));
}

/// The functions of the graphs that get some pieces from the caller of a macro.
mod handed_in {
    #![allow(dead_code, redundant_semicolons, unused_imports)]
    // Clippy takes these tokens for hand-written code in a graph in which they come from the caller.
    #![allow(clippy::borrow_deref_ref, clippy::identity_op)]

    use futures::executor::block_on;
    use signal_kernel::{__private::DeclaredGraph, resource};
    use std::fmt::Debug;

    include!(concat!(env!("OUT_DIR"), "/handed_in.rs"));

    fn same(a: &String, b: &String) -> bool {
        a == b
    }

    fn print(_: &str) {}

    ::signal_kernel::reactive! {
        #[derive(Debug)]
        struct Inner {
            let unit: String;
            let limit: usize;
            signal size: u32 = 0;
            signal text: String = String::new();
            computed all: String = format!("{unit}{limit}{size}{text}");
        }
    }

    #[resource]
    async fn fetch<T: std::fmt::Display>(client: String, id: T) -> Result<String, String> {
        Ok(format!("{client} {id}"))
    }

    #[resource]
    async fn text(client: String) -> Result<String, String> {
        Err(client)
    }

    #[resource(infallible)]
    async fn hold<T>(value: T) -> T {
        value
    }

    /// The graph is the same for each group of pieces from the caller.
    pub(super) fn check() {
        for (name, runs) in GRAPHS {
            let (_, first) = runs[0];
            for (piece, run) in *runs {
                assert_eq!(run(), first(), "{name}: {piece}");
            }
        }
    }

    fn shown<const N: usize>(mut graph: impl DeclaredGraph<N> + Debug) -> String {
        block_on(signal_kernel::__private::settled(&mut graph));
        format!("{graph:?}")
    }
}

#[test]
fn each_token_and_each_fragment_of_a_graph_may_come_from_the_caller_of_a_macro() {
    handed_in::check();
}

#[test]
fn doc_comments_and_attributes_of_a_node_may_come_from_the_caller_of_a_macro() {
    macro_rules! graph {
        ($(#[$of_graph:meta])* $name:ident { $($(#[$of_node:meta])* $node:ident: $ty:ty = $value:expr,)* }) => {
            reactive! {
                $(#[$of_graph])*
                struct $name {
                    $($(#[$of_node])* signal $node: $ty = $value;)*
                    $(#[$of_graph])*
                    effect show { let _ = ($($node,)*); }
                }
            }
        };
    }
    graph! {
        /// A basket.
        #[allow(dead_code)]
        Cart {
            /// The price,
            /// in cents.
            #[eq(never)]
            #[doc(alias = "cost")]
            price: u64 = 1 + 1,
            /** How many. */
            qty: u64 = 2,
        }
    }
    assert_eq!(*Cart::new().price() + Cart::new().qty(), 4);
}

#[test]
#[allow(dead_code)]
fn self_in_a_type_means_the_struct() {
    trait Told {
        const LEN: usize;
    }
    reactive! {
        #[derive(Debug)]
        struct Tree<T: Clone + PartialEq + Debug + Default> where Self: Told {
            let parent: Option<Box<Self>> = None;
            let mut children: Vec<Self> = Vec::new();
            signal seen: Kin<Self> = Kin::default();
            signal value: T = T::default();
            computed size: [u8; 2] = [0; 2];
            computed copied: Kin<Self> = seen.clone();
            effect show { let _ = (copied, &children); }
            effect kept: Kin<Self> = seen.clone();
        }

        struct Plain {
            signal sizes: [u8; Self::LEN] = [0; Self::LEN];
            computed first: u8 = sizes[0] + Self::LEN as u8;
        }
    }
    impl Told for Tree<u8> {
        const LEN: usize = 2;
    }
    impl Plain {
        const LEN: usize = 3;
    }

    struct Kin<T>(std::marker::PhantomData<fn() -> T>);
    impl<T> Default for Kin<T> {
        fn default() -> Self {
            Self(std::marker::PhantomData)
        }
    }
    impl<T> Clone for Kin<T> {
        fn clone(&self) -> Self {
            Self::default()
        }
    }
    impl<T> PartialEq for Kin<T> {
        fn eq(&self, _: &Self) -> bool {
            true
        }
    }
    impl<T> Debug for Kin<T> {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("Kin")
        }
    }

    let mut tree = Tree::<u8>::new();
    tree.children_mut().push(Tree::new());
    tree.batch(|tree| {
        let seen = tree.seen().clone();
        tree.set_seen(seen);
    });
    assert_eq!((tree.children().len(), *tree.value()), (1, 0));
    let mut plain = Plain::new();
    plain.batch(|plain| plain.set_sizes([1; 3]));
    assert_eq!(*plain.first(), 4);
}
