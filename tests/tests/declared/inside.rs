//! Graphs inside a graph: `graph name: Type(arguments) { signal: value };`.
//!
//! Invariants: one behaviour a test, told by the log in the order of events; work is polled by hand.
//!
//! Must not know: executors.

mod description;
mod feeds;
mod half_way;
mod large;
mod names;
mod three_levels;
mod work;

use signal_kernel::{Part, Reactive, reactive};
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    panics::{panic_of, quietly},
    poll,
    profile::fetch,
};

reactive! {
    #[derive(Debug)]
    pub struct Search {
        let log: Log;
        let gates: Gates;
        pub signal query: String = String::new();
        pub signal dark: bool = false;
        pub signal boom: bool = false;
        pub resource hits = fetch(gates.open(query));
        pub computed title: String = format!("{query}/{dark}");
        pub computed danger: u32 = { assert!(!boom, "danger"); 7 };
        pub computed lazily: usize = log.pass("lazily", query.len() * 10);
        effect show { log.push(format!("search: {title} {}", hits.status())); }
    }

    #[derive(Debug)]
    pub struct App {
        let log: Log;
        let gates: Gates;
        pub signal dark: bool = false;
        effect first { log.push(format!("first: {dark}")); }
        pub graph search: Search(log, gates) { dark: *dark };
        pub computed loud: String = format!("{}!", search.title());
        pub computed whole: String = described(search);
        pub computed asleep: usize = log.pass("asleep", search.lazily() + 1);
        effect out { log.push(format!("app: {loud}")); }
        effect all { log.push(format!("app: {whole}")); }
    }
}

impl Search {
    /// A method of the user.
    fn summary(&self) -> String {
        format!("<{} {}>", self.query(), self.danger())
    }
}

fn described(search: &Search) -> String {
    let hits = search.hits().value().copied().unwrap_or_default();
    format!("{} {hits}", search.summary())
}

/// An app whose search has not been polled. The log is empty.
fn app() -> (App, Log, Gates) {
    let log = Log::new();
    let gates = Gates::new("hits", &log);
    let app = App::new(log.clone(), gates.clone());
    log.clear();
    (app, log, gates)
}

#[test]
fn effects_of_the_tree_run_once_in_the_order_of_declaration_when_all_values_are_there() {
    let log = Log::new();
    let gates = Gates::new("hits", &log);
    let app = App::new(log.clone(), gates);
    assert_eq!(
        log.take(),
        [
            "hits#1 created ",
            "first: false",
            "search: /false pending",
            "app: /false!",
            "app: < 7> 0",
        ]
    );
    assert_eq!(app.search().title(), "/false");
}

#[test]
fn a_graph_with_a_graph_inside_is_send_if_all_fields_are() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&app().0);
}

#[test]
fn a_write_inside_settles_the_tree_and_returns_what_the_closure_returns() {
    let (mut app, log, _) = app();
    let length = app.update_search(|search| {
        search.set_query("a".into());
        search.title().len()
    });
    assert_eq!(length, "a/false".len());
    assert_eq!(
        log.take(),
        [
            "hits#1 dropped",
            "hits#2 created a",
            "search: a/false pending",
            "app: a/false!",
            "app: <a 7> 0",
        ]
    );
    assert_eq!(app.search().query(), "a");
}

#[test]
fn a_body_depends_on_the_nodes_that_it_names() {
    let (mut app, log, _) = app();
    assert_eq!(*app.asleep(), 1);
    assert_eq!(log.take(), ["lazily", "asleep"]);
    app.update_search(|search| search.set_boom(false));
    app.update_search(|search| search.set_dark(true));
    assert_eq!(log.take(), ["search: /true pending", "app: /true!"]);
    assert_eq!(*app.asleep(), 1);
    assert_eq!(log.take(), NOTHING);
    app.update_search(|search| search.set_query("ab".into()));
    log.clear();
    assert_eq!(*app.asleep(), 21);
    assert_eq!(log.take(), ["lazily", "asleep"]);
    assert_eq!(*app.search().lazily(), 20);
}

#[test]
fn there_and_back_is_no_change_even_if_it_was_read_on_the_way() {
    let (mut app, log, _) = app();
    assert_eq!(*app.asleep(), 1);
    log.clear();
    app.batch(|app| {
        app.search_mut().set_query("x".into());
        assert_eq!(app.loud(), "x/false!");
        assert_eq!(*app.asleep(), 11);
        assert_eq!(app.search().query(), "x");
        app.search_mut().set_query(String::new());
        assert_eq!(app.loud(), "/false!");
    });
    log.take().into_iter().for_each(|event| {
        assert!(["lazily", "asleep"].contains(&&*event), "{event}");
    });
    assert_eq!(app.loud(), "/false!");
    assert_eq!(*app.asleep(), 1);
    assert_eq!(app.search().title(), "/false");
}

#[test]
fn a_failed_transaction_takes_back_the_writes_inside() {
    let (mut app, log, gates) = app();
    let failed: Result<(), u8> = app.transaction(|app| {
        app.set_dark(true);
        let mut search = app.search_mut();
        search.set_query("x".into());
        search.transaction(|search| {
            search.set_query("y".into());
            Ok::<(), u8>(())
        })?;
        assert_eq!(
            app.loud(),
            "y/false!",
            "nothing is fed in the middle of a batch"
        );
        Err(3)
    });
    assert_eq!(failed, Err(3));
    assert_eq!(log.take(), NOTHING);
    assert_eq!(
        (
            app.search().query().as_str(),
            *app.search().dark(),
            gates.created()
        ),
        ("", false, 1)
    );
    assert_eq!(app.loud(), "/false!");
}

#[test]
fn a_failed_transaction_inside_another_takes_back_its_own_writes_inside() {
    let (mut app, log, _) = app();
    app.transaction(|app| {
        app.search_mut().set_query("a".into());
        let failed = app.transaction(|app| {
            app.search_mut().set_query("b".into());
            Err::<(), ()>(())
        });
        assert_eq!(failed, Err(()));
        Ok::<_, ()>(())
    })
    .unwrap();
    assert_eq!(app.search().query(), "a");
    log.clear();
    let failed = app.transaction(|app| {
        app.transaction(|app| {
            app.search_mut().set_query("b".into());
            Ok::<_, ()>(())
        })?;
        Err::<(), _>(())
    });
    assert_eq!(failed, Err(()));
    assert_eq!(app.search().query(), "a");
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_failed_transaction_forgets_the_requests_inside() {
    let (mut app, log, gates) = app();
    let failed = app.transaction(|app| {
        app.search_mut().reload_hits();
        Err::<(), ()>(())
    });
    assert!(failed.is_err() && log.take().is_empty());
    app.update_search(|search| search.cancel_hits("enough"));
    assert_eq!(gates.alive(), 0);
    assert_eq!(log.take(), ["hits#1 dropped", "search: /false cancelled"]);
}

#[test]
fn the_writes_of_a_closure_that_panics_stay_and_settle() {
    let (mut app, log, _) = app();
    let panic = panic_of(|| {
        app.update_search(|search| {
            search.set_query("p".into());
            panic!("the closure");
        })
    });
    assert_eq!(panic, "the closure");
    assert_eq!(app.loud(), "p/false!");
    assert!(log.take().contains(&"app: p/false!".to_owned()));
}

#[test]
fn a_transaction_that_panics_takes_back_the_writes_inside() {
    let (mut app, log, _) = app();
    let panicked = quietly(|| {
        app.transaction(|app| -> Result<(), ()> {
            app.search_mut().set_query("q".into());
            panic!("the transaction");
        })
    });
    assert!(panicked.is_err());
    assert_eq!((app.search().query().as_str(), log.take().len()), ("", 0));
    app.update_search(|search| search.set_query("r".into()));
    assert_eq!(app.loud(), "r/false!");
}

#[test]
fn a_panic_in_a_body_inside_stops_nothing_that_does_not_read_it_and_goes_on() {
    let (mut app, log, _) = app();
    let panic = panic_of(|| {
        app.batch(|app| {
            app.set_dark(true);
            app.search_mut().set_boom(true);
        })
    });
    assert_eq!(panic, "danger");
    assert_eq!(
        log.take(),
        ["first: true", "search: /true pending", "app: /true!"]
    );
    assert_eq!(app.loud(), "/true!");
    assert!(quietly(|| app.whole().clone()).is_err());
    assert!(quietly(|| *app.search().danger()).is_err());
    app.update_search(|search| search.set_boom(false));
    assert_eq!(app.whole(), "< 7> 0");
}

#[test]
fn work_inside_is_driven_from_outside() {
    let (mut app, log, gates) = app();
    assert!(poll!(app).is_pending());
    assert_eq!(log.take(), ["hits#1 polled"]);
    gates.ok(1, 5);
    assert!(poll!(app).is_ready());
    assert_eq!(
        log.take(),
        [
            "hits#1 polled",
            "hits#1 done",
            "search: /false success",
            "app: < 7> 5"
        ]
    );
    assert!(poll!(app).is_pending());
}

#[test]
fn a_graph_that_is_dropped_drops_the_work_inside() {
    let (app, log, gates) = app();
    drop(app);
    assert_eq!(log.take(), ["hits#1 dropped"]);
    assert!(gates.all_dropped_once());
}

#[test]
fn debug_prints_the_graph_inside_as_a_value() {
    let (app, _, _) = app();
    let shown = format!("{app:?}");
    assert!(shown.contains("search: Search { log:"), "{shown}");
    assert!(shown.contains("title: \"/false\""), "{shown}");
}

#[test]
fn the_version_goes_up_with_changes_inside() {
    let (mut app, _, _) = app();
    let mut version = app.version();
    let mut has_changed =
        |app: &App| std::mem::replace(&mut version, app.version()) != app.version();
    app.update_search(|search| search.set_query(String::new()));
    assert!(!has_changed(&app));
    app.update_search(|search| search.set_query("a".into()));
    assert!(has_changed(&app));
    app.update_search(|search| {
        search.set_query("b".into());
        search.set_query("a".into());
    });
    assert!(!has_changed(&app));
}

#[test]
fn the_description_has_the_graph_as_one_node() {
    let search = App::GRAPH.node("search").unwrap();
    assert_eq!(search.kind, signal_kernel::NodeKind::Graph);
    let dependencies: Vec<_> = App::GRAPH
        .dependencies_of(search)
        .map(|node| node.name)
        .collect();
    assert_eq!(dependencies, ["dark"]);
}

reactive! {
    /// Any two graphs, the first of which comes from outside.
    #[derive(Debug)]
    pub struct Frame<G: Reactive, H: Reactive> {
        let log: Log;
        pub graph left: G;
        pub signal width: u32 = 1;
        pub graph right: H;
        pub computed versions: (u64, u64) = (left.version(), right.version());
        effect show { log.push(format!("frame: {width}")); }
        effect changed { let _ = versions; log.push("changed"); }
    }

    #[derive(Debug)]
    pub struct Leaf {
        let log: Log;
        let name: &'static str;
        pub signal value: u32 = 1;
        pub computed double: u32 = log.pass(format!("{name}: double"), value * 2);
        effect show { log.push(format!("{name}: {double}")); }
    }
}

fn leaf(log: &Log, name: &'static str) -> Part<Leaf> {
    Leaf::part(log.clone(), name)
}

#[test]
fn a_part_has_its_values_and_has_run_no_effect() {
    let log = Log::new();
    let part = leaf(&log, "a");
    assert_eq!(log.take(), ["a: double"]);
    assert_eq!(format!("{part:?}"), "Part { .. }");
    drop(part);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_part_starts_where_it_is_put_in() {
    let log = Log::new();
    let (left, right) = (leaf(&log, "left"), leaf(&log, "right"));
    log.clear();
    let mut frame = Frame::new(log.clone(), left, right);
    assert_eq!(log.take(), ["left: 2", "right: 2", "frame: 1", "changed"]);
    frame.update_left(|left| left.set_value(3));
    assert_eq!(log.take(), ["left: double", "left: 6", "changed"]);
    frame.set_width(2);
    assert_eq!(log.take(), ["frame: 2"]);
}

#[test]
fn a_running_graph_that_is_put_in_does_not_run_its_effects_again() {
    let log = Log::new();
    let mut running = Leaf::new(log.clone(), "left");
    running.set_value(2);
    log.clear();
    let frame = Frame::new(log.clone(), Part::from(running), leaf(&log, "right"));
    assert_eq!(
        log.take(),
        ["right: double", "right: 2", "frame: 1", "changed"]
    );
    assert_eq!(*frame.left().double(), 4);
}

#[test]
fn a_graph_inside_may_have_graphs_inside() {
    let log = Log::new();
    let inner = Frame::part(log.clone(), leaf(&log, "a"), leaf(&log, "b"));
    log.clear();
    let mut outer = Frame::new(log.clone(), inner, leaf(&log, "c"));
    assert_eq!(
        log.take(),
        [
            "c: double",
            "a: 2",
            "b: 2",
            "frame: 1",
            "changed",
            "c: 2",
            "frame: 1",
            "changed"
        ]
    );
    outer.update_left(|inner| inner.right_mut().set_value(5));
    assert_eq!(log.take(), ["b: double", "b: 10", "changed", "changed"]);
    let failed = outer.transaction(|outer| {
        let mut inner = outer.left_mut();
        inner.left_mut().set_value(7);
        inner.set_width(9);
        assert_eq!(*inner.left_mut().double(), 14);
        Err::<(), ()>(())
    });
    assert!(failed.is_err());
    assert_eq!(log.take(), ["a: double"]);
    assert_eq!(
        (*outer.left().left().double(), *outer.left().width()),
        (2, 1)
    );
}

#[test]
fn a_helper_takes_the_batch_of_any_graph() {
    fn raise(leaf: &mut LeafBatch<'_>) -> u32 {
        let value = *leaf.value() + 1;
        leaf.set_value(value);
        value
    }
    fn rounds<G: Reactive>(graph: &mut G) -> usize {
        usize::from(
            signal_kernel_tests::gate::poll_once(|context| graph.poll_progress(context)).is_ready(),
        )
    }
    let log = Log::new();
    let mut frame = Frame::new(log.clone(), leaf(&log, "a"), leaf(&log, "b"));
    assert_eq!(frame.update_left(raise), 2);
    assert_eq!(frame.batch(|frame| raise(&mut frame.right_mut())), 2);
    assert_eq!((*frame.left().value(), *frame.right().value()), (2, 2));
    assert_eq!(rounds(&mut frame), 0);
}
