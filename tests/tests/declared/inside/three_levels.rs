//! A graph in a graph in a graph, with work in the innermost.
//!
//! Must not know: the rules of one level, which are tested for themselves.

use super::{App, Search};
use signal_kernel::reactive;
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    poll,
};

reactive! {
    struct Window {
        let log: Log;
        let gates: Gates;
        signal night: bool = false;
        graph app: App(log, gates) { dark: *night };
        computed caption: String = app.search().query().clone();
        effect show { log.push(format!("window: {caption}")); }
    }
}

fn window() -> (Window, Log, Gates) {
    let log = Log::new();
    let gates = Gates::new("hits", &log);
    let window = Window::new(log.clone(), gates.clone());
    (window, log, gates)
}

#[test]
fn the_feeds_reach_the_innermost_graph_before_anything_runs() {
    let (mut window, log, _) = window();
    assert_eq!(
        log.take(),
        [
            "hits#1 created ",
            "first: false",
            "search: /false pending",
            "app: /false!",
            "app: < 7> 0",
            "window: ",
        ]
    );
    window.set_night(true);
    assert_eq!(
        log.take(),
        ["first: true", "search: /true pending", "app: /true!"]
    );
}

#[test]
fn a_write_two_levels_down_reaches_the_reader_at_the_top() {
    let (mut window, log, _) = window();
    log.clear();
    window.update_app(|app| app.search_mut().set_query("done".into()));
    assert_eq!(
        log.take(),
        [
            "hits#1 dropped",
            "hits#2 created done",
            "search: done/false pending",
            "app: done/false!",
            "app: <done 7> 0",
            "window: done",
        ]
    );
}

#[test]
fn a_failed_transaction_takes_back_two_levels_down() {
    let (mut window, log, gates) = window();
    log.clear();
    let failed = window.transaction(|window| {
        let mut app = window.app_mut();
        app.transaction(|app| {
            app.search_mut().set_query("x".into());
            Ok::<(), ()>(())
        })?;
        assert_eq!(window.caption(), "x");
        Err(())
    });
    assert_eq!(failed, Err::<(), ()>(()));
    assert_eq!(log.take(), NOTHING);
    let search: &Search = window.app().search();
    assert_eq!((search.query().as_str(), gates.created()), ("", 1));
    assert_eq!(window.caption(), "");
}

#[test]
fn work_two_levels_down_is_driven_from_the_top() {
    let (mut window, log, gates) = window();
    assert!(poll!(window).is_pending());
    log.clear();
    gates.ok(1, 5);
    assert!(poll!(window).is_ready());
    assert_eq!(
        log.take(),
        [
            "hits#1 polled",
            "hits#1 done",
            "search: /false success",
            "app: < 7> 5",
        ]
    );
    assert!(poll!(window).is_pending());
    assert_eq!(log.take(), NOTHING);
}
