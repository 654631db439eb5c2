//! Signals that start anew when something changes: `signal x: T = value per node;`.
//!
//! Invariants: one behaviour a test, told by the log in the order of events; work is polled by hand.
//!
//! Must not know: executors.

use signal_kernel::{Graph, NodeKind, Shared, create_effect, reactive};
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    panics::panic_of,
    poll,
    profile::fetch,
};

reactive! {
    #[derive(Debug)]
    struct Page {
        let log: Log;
        signal current: u32 = 1;
        pub signal other: u32 = 1;
        signal scroll: u16 = top() per current;
        computed line: String = log.pass("line", format!("{current}:{scroll}"));
        computed half: u16 = log.pass("half", scroll / 2);
        effect show { log.push(line); }
    }
}

fn top() -> u16 {
    0
}

fn page() -> (Page, Log) {
    let log = Log::new();
    let page = Page::new(log.clone());
    log.clear();
    (page, log)
}

#[test]
fn it_has_its_first_value_again_whenever_the_node_changes() {
    let (mut page, log) = page();
    page.set_scroll(7);
    assert_eq!(log.take(), ["line", "1:7"]);
    page.set_current(2);
    assert_eq!(*page.scroll(), 0);
    assert_eq!(log.take(), ["line", "2:0"]);
}

#[test]
fn an_equal_write_to_the_node_and_a_write_to_another_leave_it_alone() {
    let (mut page, log) = page();
    page.set_scroll(7);
    log.clear();
    page.set_current(1);
    page.set_other(2);
    assert_eq!(*page.scroll(), 7);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn there_and_back_in_a_batch_is_no_change() {
    let (mut page, log) = page();
    page.set_scroll(7);
    log.clear();
    page.batch(|page| {
        page.set_current(2);
        page.set_current(1);
    });
    assert_eq!(*page.scroll(), 7);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn in_the_middle_of_a_batch_it_has_not_started_anew() {
    let (mut page, log) = page();
    page.set_scroll(7);
    log.clear();
    page.batch(|page| {
        page.set_current(2);
        assert_eq!(*page.scroll(), 7);
        assert_eq!(page.line(), "2:7");
        assert_eq!(*page.half(), 3);
        log.clear();
    });
    assert_eq!(*page.scroll(), 0);
    assert_eq!(log.take(), ["line", "2:0"]);
    assert_eq!(*page.half(), 0);
    assert_eq!(log.take(), ["half"]);
}

#[test]
fn a_write_by_hand_in_the_same_batch_wins_in_any_order() {
    let (mut page, _) = page();
    page.batch(|page| {
        page.set_current(2);
        page.set_scroll(5);
    });
    assert_eq!(*page.scroll(), 5);
    page.batch(|page| {
        page.set_scroll(6);
        assert_eq!(*page.scroll(), 6);
        page.set_current(3);
        assert_eq!(page.line(), "3:6");
    });
    assert_eq!(*page.scroll(), 6);
    page.set_current(4);
    assert_eq!(*page.scroll(), 0);
}

#[test]
fn an_equal_write_by_hand_wins_too() {
    let (mut page, log) = page();
    page.set_scroll(5);
    log.clear();
    page.batch(|page| {
        page.set_current(2);
        page.set_scroll(5);
    });
    assert_eq!(*page.scroll(), 5);
    assert_eq!(log.take(), ["line", "2:5"]);
}

#[test]
fn updates_in_a_batch_are_writes_by_hand() {
    let (mut page, _) = page();
    page.set_scroll(5);
    let old = page.batch(|page| {
        page.set_current(2);
        page.update_scroll(|scroll| std::mem::replace(scroll, 8))
    });
    assert_eq!((old, *page.scroll()), (5, 8));
    page.batch(|page| {
        page.set_current(3);
        page.update_scroll_with(|scroll| *scroll += 1, |scroll| *scroll -= 1);
    });
    assert_eq!(*page.scroll(), 9);
}

#[test]
fn a_write_by_hand_that_was_rolled_back_has_not_been_made() {
    let (mut page, _) = page();
    page.set_scroll(7);
    for write in 0..4 {
        page.set_scroll(7);
        page.batch(|page| {
            page.set_current(10 + write);
            let failed = page.transaction(|page| {
                match write {
                    0 => page.set_scroll(3),
                    1 => page.set_scroll(7),
                    2 => page.update_scroll(|scroll| *scroll = 3),
                    _ => page.update_scroll_with(|scroll| *scroll += 1, |scroll| *scroll -= 1),
                }
                page.line();
                Err::<(), ()>(())
            });
            assert_eq!(failed, Err(()));
            assert_eq!(*page.scroll(), 7);
        });
        assert_eq!(*page.scroll(), 0, "{write}");
    }
}

#[test]
fn a_write_by_hand_before_or_in_a_transaction_that_succeeds_counts() {
    let (mut page, _) = page();
    page.batch(|page| {
        page.set_scroll(3);
        let _ = page.transaction(|page| {
            page.set_scroll(4);
            Err::<(), ()>(())
        });
        page.set_current(2);
    });
    assert_eq!(*page.scroll(), 3);
    let kept = page.transaction(|page| {
        page.set_current(3);
        page.transaction(|page| {
            page.set_scroll(4);
            Ok::<(), ()>(())
        })
    });
    assert_eq!((kept, *page.scroll()), (Ok(()), 4));
}

#[test]
fn a_failed_transaction_around_a_change_leaves_it_alone() {
    let (mut page, log) = page();
    page.set_scroll(7);
    log.clear();
    let failed = page.transaction(|page| {
        page.set_current(2);
        page.line();
        log.clear();
        Err::<(), ()>(())
    });
    assert_eq!(failed, Err(()));
    assert_eq!(*page.scroll(), 7);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn the_mark_of_a_write_by_hand_does_not_outlive_its_batch() {
    let (mut page, _) = page();
    page.batch(|page| page.set_scroll(3));
    page.batch(|page| page.set_current(2));
    assert_eq!(*page.scroll(), 0);
}

reactive! {
    struct Picked {
        pub signal rows: Vec<u32> = vec![4, 5, 6];
        pub signal picked: Option<u32> = keep_or_first(picked, rows) per rows;
    }
}

/// The picked row stays if it is there, else the first one is picked.
fn keep_or_first(picked: Option<&Option<u32>>, rows: &[u32]) -> Option<u32> {
    let picked = picked.copied().flatten();
    let kept = picked.filter(|picked| rows.contains(picked));
    kept.or(rows.first().copied())
}

#[test]
fn b036_a_writable_derived_value_sees_its_own_value_from_before() {
    let mut list = Picked::new();
    assert_eq!(*list.picked(), Some(4));
    list.set_picked(Some(5));
    list.update_rows(|rows| rows.retain(|row| *row != 4));
    assert_eq!(*list.picked(), Some(5));
    list.update_rows(|rows| rows.retain(|row| *row != 5));
    assert_eq!(*list.picked(), Some(6));
    list.set_rows(vec![]);
    assert_eq!(*list.picked(), None);
}

reactive! {
    struct Counter {
        pub signal source: u32 = 0;
        pub signal grown: u32 = grown.map_or(1, |grown| grown * 10 + source) per source;
        pub computed next: u32 = grown + 1;
    }
}

#[test]
fn reads_in_the_middle_of_a_batch_do_not_change_its_own_value_from_before() {
    let mut counter = Counter::new();
    assert_eq!(*counter.grown(), 1);
    counter.batch(|counter| {
        let _ = counter.transaction(|counter| {
            counter.set_source(7);
            assert_eq!(*counter.next(), 2);
            counter.set_grown(5);
            assert_eq!(*counter.next(), 6);
            Err::<(), ()>(())
        });
        assert_eq!(*counter.next(), 2);
        counter.set_source(2);
        assert_eq!(*counter.next(), 2);
    });
    assert_eq!((*counter.grown(), *counter.next()), (12, 13));
}

reactive! {
    struct Chained {
        let log: Log;
        signal a: u32 = 1;
        computed doubled: u32 = log.pass("doubled", a * 2);
        signal first: u32 = *doubled per doubled;
        signal second: u32 = first + 1 per first;
    }
}

#[test]
fn its_dependencies_are_eager_and_it_may_depend_on_another_of_its_kind() {
    let log = Log::new();
    let mut chained = Chained::new(log.clone());
    assert_eq!(log.take(), ["doubled"]);
    assert_eq!((*chained.first(), *chained.second()), (2, 3));
    chained.set_a(2);
    assert_eq!(log.take(), ["doubled"]);
    assert_eq!((*chained.first(), *chained.second()), (4, 5));
    chained.set_first(9);
    assert_eq!(*chained.second(), 10);
    chained.set_second(1);
    chained.set_first(9);
    assert_eq!((*chained.first(), *chained.second()), (9, 1));
}

reactive! {
    struct Fallible {
        let log: Log;
        signal divisor: u32 = 1;
        signal share: u32 = 100 / divisor per divisor;
        computed next: u32 = share + 1;
        computed lazy: u32 = share + 2;
        effect show { log.push(next); }
    }
}

fn failed() -> (Fallible, Log) {
    let log = Log::new();
    let mut graph = Fallible::new(log.clone());
    let text = panic_of(|| graph.set_divisor(0));
    assert_eq!(text, "attempt to divide by zero");
    log.clear();
    (graph, log)
}

#[test]
fn a_panic_fails_it_and_its_readers_until_the_node_changes() {
    let (mut graph, log) = failed();
    let text = panic_of(|| *graph.share());
    assert_eq!(
        text,
        "signal `share` of `Fallible` panicked: attempt to divide by zero"
    );
    let text = panic_of(|| *graph.lazy());
    assert_eq!(
        text,
        "computed `lazy` of `Fallible` panicked: it depends on signal `share`, which did: attempt to divide by zero"
    );
    assert_eq!(log.take(), NOTHING);
    graph.set_divisor(1);
    assert_eq!((*graph.share(), *graph.lazy()), (100, 102));
    assert_eq!(log.take(), ["101"]);
}

#[test]
fn a_write_by_hand_ends_its_failure_outside_of_a_batch() {
    let (mut graph, log) = failed();
    graph.set_share(100);
    assert_eq!((*graph.share(), *graph.lazy()), (100, 102));
    assert_eq!(log.take(), ["101"]);

    let (mut graph, log) = failed();
    assert_eq!(graph.update_share(|share| std::mem::replace(share, 7)), 100);
    assert_eq!((*graph.share(), *graph.lazy()), (7, 9));
    assert_eq!(log.take(), ["8"]);
}

#[test]
fn a_write_by_hand_ends_its_failure_in_a_batch() {
    for value in [100, 7] {
        let (mut graph, log) = failed();
        graph.batch(|graph| {
            let text = panic_of(|| *graph.share());
            assert_eq!(
                text,
                "signal `share` of `Fallible` panicked: attempt to divide by zero"
            );
            graph.set_share(value);
            assert_eq!(*graph.share(), value);
            assert_eq!(*graph.next(), value + 1);
            assert_eq!(*graph.lazy(), value + 2);
        });
        assert_eq!(*graph.share(), value);
        assert_eq!((*graph.next(), *graph.lazy()), (value + 1, value + 2));
        assert_eq!(log.take(), [(value + 1).to_string()]);
    }
}

#[test]
fn a_write_that_was_rolled_back_does_not_end_its_failure() {
    for value in [100, 7] {
        let (mut graph, log) = failed();
        graph.batch(|graph| {
            let _ = graph.transaction(|graph| {
                graph.set_share(value);
                assert_eq!((*graph.next(), *graph.lazy()), (value + 1, value + 2));
                Err::<(), ()>(())
            });
            panic_of(|| *graph.share());
            panic_of(|| *graph.next());
            panic_of(|| *graph.lazy());
            let _ = graph.transaction(|graph| {
                graph.set_share(value);
                assert_eq!((*graph.next(), *graph.lazy()), (value + 1, value + 2));
                Err::<(), ()>(())
            });
        });
        panic_of(|| *graph.share());
        panic_of(|| *graph.next());
        panic_of(|| *graph.lazy());
        assert_eq!(log.take(), NOTHING);
    }
}

#[test]
fn after_a_failure_it_sees_the_last_good_value() {
    reactive! {
        struct Sum {
            signal term: i32 = 1;
            signal sum: i32 = sum.map_or(0, |sum| sum + term.checked_abs().expect("a term")) per term;
        }
    }
    let mut sum = Sum::new();
    sum.set_term(2);
    assert_eq!(panic_of(|| sum.set_term(i32::MIN)), "a term");
    sum.set_term(3);
    assert_eq!(*sum.sum(), 5);
}

reactive! {
    struct Blocked {
        signal a: u32 = 1;
        #[eager]
        computed inverse: u32 = 100 / a;
        signal share: u32 = *inverse per inverse;
        computed next: u32 = share + 1;
    }
}

#[test]
fn a_failed_dependency_fails_it_unless_it_was_written_by_hand() {
    let mut graph = Blocked::new();
    panic_of(|| graph.set_a(0));
    assert_eq!(
        panic_of(|| *graph.share()),
        "signal `share` of `Blocked` panicked: it depends on computed `inverse`, which did: attempt to divide by zero"
    );
    graph.set_share(3);
    assert_eq!((*graph.share(), *graph.next()), (3, 4));
    graph.set_a(1);
    assert_eq!((*graph.share(), *graph.next()), (100, 101));
    panic_of(|| {
        graph.batch(|graph| {
            graph.set_a(0);
            graph.set_share(5);
        });
    });
    assert_eq!((*graph.share(), *graph.next()), (5, 6));
}

#[test]
fn an_update_that_panics_in_a_batch_is_a_write_by_hand() {
    let (mut page, _) = page();
    page.set_scroll(7);
    let text = panic_of(|| {
        page.batch(|page| {
            page.set_current(2);
            page.update_scroll(|_| panic!("half-way"));
        });
    });
    assert_eq!((text.as_str(), *page.scroll()), ("half-way", 7));
    let text = panic_of(|| {
        page.batch(|page| {
            page.set_current(3);
            page.update_scroll_with(|_| panic!("half-way"), |_| {});
        });
    });
    assert_eq!((text.as_str(), *page.scroll()), ("half-way", 7));
}

reactive! {
    struct Profile {
        let user_gates: Gates;
        let rename_gates: Gates;
        signal id: Option<u32> = Some(1);
        signal name: u32 = 1;
        resource user = fetch(user_gates.open((*id)?));
        #[manual]
        resource rename = fetch(rename_gates.open(name));
        signal draft: Option<String> = None per user.value(), rename.error();
        signal seen: u32 = seen.map_or(0, |seen| seen + 1) per user.status();
        signal steps: u32 = steps.map_or(0, |steps| steps + 1) per user;
    }
}

fn profile() -> (Profile, Gates, Gates) {
    let log = Log::new();
    let (users, renames) = (Gates::new("user", &log), Gates::new("rename", &log));
    let profile = Profile::new(users.clone(), renames.clone());
    (profile, users, renames)
}

fn drafted(profile: &mut Profile) {
    profile.set_draft(Some("Al".to_owned()));
}

#[test]
fn a_draft_ends_when_a_value_arrives() {
    let (mut profile, users, _) = profile();
    drafted(&mut profile);
    users.ok(1, 5);
    assert!(poll!(profile).is_ready());
    assert_eq!(*profile.draft(), None);
    drafted(&mut profile);
    profile.reload_user();
    assert!(profile.draft().is_some());
    users.ok(2, 5);
    assert!(poll!(profile).is_ready());
    assert_eq!(*profile.draft(), None);
}

#[test]
fn a_start_a_cancel_an_error_and_a_missing_input_do_not_end_a_draft() {
    let (mut profile, users, _) = profile();
    users.ok(1, 5);
    assert!(poll!(profile).is_ready());
    drafted(&mut profile);
    profile.reload_user();
    profile.cancel_user("enough");
    profile.set_id(Some(2));
    users.err(3, "no".to_owned());
    assert!(poll!(profile).is_ready());
    assert!(profile.user().error().is_some());
    profile.set_id(None);
    assert!(profile.user().value().is_none());
    assert!(profile.draft().is_some());
}

#[test]
fn a_draft_ends_when_an_error_of_the_other_resource_arrives() {
    let (mut profile, _, renames) = profile();
    drafted(&mut profile);
    profile.reload_rename();
    renames.ok(1, 1);
    assert!(poll!(profile).is_ready());
    assert!(profile.draft().is_some());
    profile.reload_rename();
    renames.err(2, "taken".to_owned());
    assert!(poll!(profile).is_ready());
    assert_eq!(*profile.draft(), None);
    drafted(&mut profile);
    profile.reload_rename();
    assert!(profile.rename().error().is_none());
    assert!(profile.draft().is_some());
}

#[test]
fn of_a_status_every_change_counts_and_of_a_resource_every_transition() {
    let (mut profile, users, _) = profile();
    assert_eq!((*profile.seen(), *profile.steps()), (0, 0));
    users.ok(1, 5);
    assert!(poll!(profile).is_ready());
    assert_eq!((*profile.seen(), *profile.steps()), (1, 1));
    profile.reload_user();
    assert_eq!((*profile.seen(), *profile.steps()), (2, 2));
    profile.reload_user();
    assert_eq!((*profile.seen(), *profile.steps()), (2, 3));
}

#[test]
fn values_arrive_for_it_while_another_value_is_failed() {
    reactive! {
        struct Mixed {
            let gates: Gates;
            let log: Log;
            signal id: u32 = 1;
            signal divisor: u32 = 1;
            resource user = fetch(gates.open(id));
            #[eager]
            pub computed share: u32 = 100 / divisor;
            signal draft: Option<u32> = None per user.value(), user.error();
            effect show { log.push(format!("{draft:?}")); }
        }
    }
    let log = Log::new();
    let gates = Gates::new("user", &log);
    let mut mixed = Mixed::new(gates.clone(), log.clone());
    mixed.set_draft(Some(3));
    panic_of(|| mixed.set_divisor(0));
    log.clear();
    gates.ok(1, 5);
    assert!(poll!(mixed).is_ready());
    assert_eq!(*mixed.draft(), None);
    mixed.set_draft(Some(4));
    mixed.set_id(2);
    assert_eq!(*mixed.draft(), Some(4));
    gates.err(2, "no".to_owned());
    assert!(poll!(mixed).is_ready());
    assert_eq!(*mixed.draft(), None);
}

reactive! {
    struct Search {
        let gates: Gates;
        signal query: u32 = 1;
        signal page: u32 = 0 per query;
        pub resource hits = fetch(gates.open(page));
    }
}

#[test]
fn a_resource_that_asks_with_it_starts_once() {
    let log = Log::new();
    let gates = Gates::new("hits", &log);
    let mut search = Search::new(gates);
    search.set_page(3);
    log.clear();
    search.set_query(2);
    assert_eq!(log.take(), ["hits#2 dropped", "hits#3 created 0"]);
    search.batch(|search| {
        search.set_query(3);
        search.set_page(0);
    });
    assert_eq!(log.take(), NOTHING);
}

reactive! {
    struct Generic<T: Clone + PartialEq>
    where
        T: std::fmt::Display,
    {
        signal base: T;
        #[eq(signal_kernel::eq::never)]
        signal shown: Vec<T> = vec![base.clone()] per base;
        computed text: String = shown.iter().map(ToString::to_string).collect();
    }
}

#[test]
fn it_may_be_generic_and_have_its_own_rule_of_equality() {
    let mut generic = Generic::new("a".to_owned());
    generic.update_shown(|shown| shown.push("b".to_owned()));
    assert_eq!(generic.text(), "ab");
    generic.set_base("c".to_owned());
    assert_eq!(generic.text(), "c");
}

#[test]
fn per_is_a_name_everywhere_else() {
    reactive! {
        struct Names {
            signal per: u32 = 1;
            signal left: u32 = 5;
            computed sum: u32 = per + left;
            signal page: u32 = *per per per, left;
            signal more: bool = page > per per page, per;
        }
    }
    let mut names = Names::new();
    assert_eq!((*names.sum(), *names.page(), *names.more()), (6, 1, false));
    names.set_page(3);
    assert!(*names.more());
    names.set_left(6);
    assert_eq!((*names.page(), *names.more()), (1, false));
}

#[test]
fn items_and_values_may_be_switched_off() {
    reactive! {
        struct Switched {
            #[cfg(any())]
            signal page: u32 = 0 per missing;
            signal left: u32 = 1;
            #[cfg(all())]
            signal page: u32 = 0 per left;
        }
    }
    let mut switched = Switched::new();
    switched.set_page(2);
    switched.set_left(2);
    assert_eq!(*switched.page(), 0);
}

#[test]
fn it_may_come_from_a_macro() {
    macro_rules! paged {
        ($($name:ident: $value:expr, $by:ident;)*) => {
            reactive! {
                struct Paged {
                    signal left: u32 = 1;
                    signal right: u32 = 1;
                    $( signal $name: u32 = $value per $by; )*
                }
            }
        };
    }
    paged! { first: 1 + 1, left; second: 2, right; }
    let mut paged = Paged::new();
    paged.set_first(7);
    paged.set_second(7);
    paged.set_left(2);
    assert_eq!((*paged.first(), *paged.second()), (2, 7));
}

#[test]
fn the_description_has_its_edges_and_its_rank() {
    const GRAPH: Graph = Page::GRAPH;
    let scroll = GRAPH.node("scroll").unwrap();
    assert_eq!((scroll.kind, scroll.rank), (NodeKind::Signal, Some(0)));
    let names = GRAPH.dependencies_of(scroll).map(|node| node.name);
    assert_eq!(names.collect::<Vec<_>>(), ["current"]);
    assert!(GRAPH.to_mermaid().contains("current --> scroll"));
    assert!(GRAPH.to_mermaid().contains("scroll([scroll])"));
}

#[test]
fn debug_shows_its_value() {
    let (mut page, _) = page();
    page.set_scroll(4);
    assert!(format!("{page:?}").contains("scroll: 4"));
    reactive! {
        #[derive(Debug)]
        struct Fallible {
            signal divisor: u32 = 1;
            pub signal share: u32 = 100 / divisor per divisor;
        }
    }
    let mut graph = Fallible::new();
    panic_of(|| graph.set_divisor(0));
    assert_eq!(
        format!("{graph:?}"),
        "Fallible { divisor: 0, share: <panicked> }"
    );
}

#[test]
fn an_equal_write_by_hand_reruns_no_reader_of_a_shared_graph() {
    let (shared, log) = (Shared::new(Picked::new()), Log::new());
    let (reader, seen) = (shared.clone(), log.clone());
    create_effect(move || seen.push(format!("{:?}", reader.read(|list| *list.picked()))));
    log.clear();
    shared.update(|list| list.batch(|list| list.set_picked(Some(4))));
    assert_eq!(log.take(), NOTHING);
    shared.update(|list| list.batch(|list| list.set_picked(Some(5))));
    assert_eq!(log.take(), ["Some(5)"]);
}

#[test]
fn a_restored_one_does_not_start_anew_and_a_graph_made_of_its_state_does_not_either() {
    reactive! {
        #[state(SavedPage, derive(Clone, Debug, PartialEq))]
        struct Saved {
            signal query: u32 = 1;
            signal page: u32 = 0 per query;
            #[state(skip)]
            signal scroll: u32 = *page per page;
        }
    }
    let mut graph = Saved::new();
    graph.set_page(3);
    let saved = graph.state();
    assert_eq!(saved, SavedPage { query: 1, page: 3 });
    graph.set_query(2);
    assert_eq!(*graph.page(), 0);
    graph.set_page(3);
    graph.set_scroll(7);
    graph.restore(saved.clone());
    assert_eq!((*graph.query(), *graph.page(), *graph.scroll()), (1, 3, 7));
    let made = Saved::with_state(saved);
    assert_eq!((*made.query(), *made.page(), *made.scroll()), (1, 3, 3));
}
