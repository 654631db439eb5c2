//! Lists of graphs inside a graph.
//!
//! Invariants: one behaviour a test, told by the log in the order of events; work is polled by hand.
//!
//! Must not know: executors.

mod fed;
mod follow;
mod graphs;
mod half_way;
mod made;
mod panics;
mod random;

use graphs::{App, Todo};
use signal_kernel::Part;
use signal_kernel_tests::{
    gate::{Gates, Wakes},
    log::{Log, NOTHING},
    panics::{panic_of, quietly},
    poll,
};

/// The events of the app's list, without those of its gates.
fn app() -> (App, Log, Gates) {
    let (log, work) = (Log::new(), Log::new());
    let gates = Gates::new("size", &work);
    let app = App::new(log.clone(), gates.clone());
    assert_eq!(log.take(), ["left 0", "count 0", "keys []", "all"]);
    (app, log, gates)
}

/// An app with these rows. The log is empty.
fn app_of(keys: &[u64]) -> (App, Log, Gates) {
    let (mut app, log, gates) = app();
    app.update_todos(|todos| {
        for &key in keys {
            todos.insert(key);
        }
    });
    log.clear();
    (app, log, gates)
}

#[test]
fn a_new_row_is_fed_before_anything_in_it_runs() {
    let (mut app, log, _) = app();
    app.set_dark(true);
    assert_eq!(log.take(), NOTHING);
    app.update_todos(|todos| {
        todos.insert(7).set_text("milk".into());
        todos.insert(8);
    });
    assert_eq!(
        log.take(),
        [
            "make 7",
            "make 8",
            "row milk false true 0",
            "row 8 false true 0",
            "left 2",
            "count 2",
            "keys [7, 8]",
            "all",
        ]
    );
    app.set_dark(false);
    assert_eq!(
        log.take(),
        ["row milk false false 0", "row 8 false false 0", "all"]
    );
}

#[test]
fn a_write_to_a_row_runs_the_bodies_that_depend_on_the_node() {
    let (mut app, log, _) = app_of(&[1, 2, 3]);
    app.update_todos(|todos| todos.row_mut(&2).map(|mut row| row.set_done(true)));
    assert_eq!(log.take(), ["row 2 true false 0", "left 2", "all"]);
    app.update_todos(|todos| todos.row_mut(&2).map(|mut row| row.set_text("tea".into())));
    assert_eq!(log.take(), ["row tea true false 0", "all"]);
    app.update_todos(|todos| assert!(todos.row_mut(&9).is_none()));
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn moving_a_row_runs_the_bodies_that_depend_on_the_order() {
    let (mut app, log, _) = app_of(&[1, 2, 3]);
    assert!(app.update_todos(|todos| todos.move_to(&3, 0)));
    assert_eq!(log.take(), ["keys [3, 1, 2]", "all"]);
    app.update_todos(|todos| {
        todos.move_to(&3, 9);
        assert_eq!(todos.position(&3), Some(2));
        assert!(!todos.move_to(&9, 0));
    });
    assert_eq!(log.take(), ["keys [1, 2, 3]", "all"]);
}

#[test]
fn rows_settle_and_run_their_effects_in_the_order_of_the_list() {
    let (mut app, log, _) = app_of(&[1, 2, 3]);
    app.update_todos(|todos| {
        todos.row_mut(&1).expect("it is there").set_text("a".into());
        todos.row_mut(&3).expect("it is there").set_text("c".into());
        todos.move_to(&3, 0);
    });
    let rows: Vec<_> = log.take().into_iter().take(2).collect();
    assert_eq!(rows, ["row c false false 0", "row a false false 0"]);
}

#[test]
fn there_and_back_is_no_change() {
    let (mut app, log, _) = app_of(&[1, 2, 3]);
    app.update_todos(|todos| {
        todos.insert(4);
        todos.move_to(&4, 0);
        todos.row_mut(&2).expect("it is there").set_done(true);
        todos.remove(&4);
        todos.row_mut(&2).expect("it is there").set_done(false);
    });
    assert_eq!(log.take(), ["make 4"]);
}

#[test]
fn a_transaction_that_fails_was_seen_by_nobody() {
    let (mut app, log, gates) = app_of(&[1, 2, 3]);
    assert!(poll!(app).is_pending());
    let created = gates.created();
    let result = app.transaction(|app| {
        let mut todos = app.todos_mut();
        todos.insert(4).set_text("four".into());
        todos
            .row_mut(&1)
            .expect("it is there")
            .set_text("one".into());
        todos.remove(&1);
        todos.move_to(&3, 0);
        assert_eq!(todos.keys().collect::<Vec<_>>(), [&3, &2, &4]);
        drop(todos);
        assert_eq!(*app.left(), 3);
        assert_eq!(*app.keys(), [3, 2, 4]);
        Err::<(), _>("no")
    });
    assert_eq!(result, Err("no"));
    assert_eq!(log.take(), ["make 4"]);
    assert_eq!(*app.keys(), [1, 2, 3]);
    assert_eq!(app.todos().get(&1).expect("it is there").text(), "1");
    assert_eq!((gates.created(), gates.alive()), (created + 1, 3));
    // The work of the row that was taken out was not interrupted.
    gates.ok(1, 11);
    assert!(poll!(app).is_ready());
    assert_eq!(log.take(), ["row 1 false false 11", "all"]);
}

#[test]
fn a_nested_transaction_that_fails_takes_back_its_own_changes() {
    let (mut app, log, _) = app_of(&[1, 2]);
    app.transaction(|app| {
        app.todos_mut().insert(3);
        let _ = app.transaction(|app| {
            let mut todos = app.todos_mut();
            todos.insert(4);
            todos.remove(&3);
            todos.clear();
            Err::<(), _>(())
        });
        assert_eq!(*app.keys(), [1, 2, 3]);
        Ok::<_, ()>(())
    })
    .expect("it succeeds");
    assert_eq!(*app.keys(), [1, 2, 3]);
    log.clear();
    // written, merged into the outer transaction, taken out, and all of it taken back
    let _ = app.transaction(|app| {
        let _ = app.transaction(|app| {
            let mut todos = app.todos_mut();
            todos.row_mut(&1).expect("it is there").set_text("x".into());
            todos.remove(&1);
            Ok::<_, ()>(())
        });
        Err::<(), _>(())
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!(app.todos().get(&1).expect("it is there").text(), "1");
}

#[test]
fn a_row_that_is_taken_out_is_dropped_with_its_work_when_the_batch_ends() {
    let (mut app, log, gates) = app_of(&[1, 2]);
    assert_eq!(gates.alive(), 2);
    app.batch(|app| {
        assert!(app.todos_mut().remove(&1));
        assert!(!app.todos_mut().remove(&1));
        assert_eq!(*app.count(), 1);
        app.todos_mut().insert(1);
    });
    assert_eq!(gates.alive(), 2);
    assert_eq!(
        log.take(),
        ["make 1", "row 1 false false 0", "keys [2, 1]", "all"]
    );
    gates.wake(1); // a late one
    assert!(poll!(app).is_pending());
}

#[test]
fn a_row_that_was_taken_goes_on_elsewhere() {
    let (mut app, log, gates) = app_of(&[1, 2]);
    assert!(poll!(app).is_pending());
    let mut todo = app.take_todos(&1).expect("it is there");
    assert_eq!(log.take(), ["left 1", "count 1", "keys [2]", "all"]);
    assert!(app.take_todos(&1).is_none());
    gates.ok(1, 5);
    assert!(poll!(app).is_pending());
    assert!(poll!(todo).is_ready());
    assert_eq!(log.take(), ["row 1 false false 5"]);
    assert!(app.update_given(|given| given.insert_part(3, Part::from(todo))));
    assert_eq!(log.take(), NOTHING);
    app.update_given(|given| given.row_mut(&3).map(|mut row| row.set_done(true)));
    assert_eq!(log.take(), ["row 1 true false 5"]);
}

#[test]
fn a_part_whose_key_is_there_is_dropped() {
    let (mut app, log, gates) = app();
    let part = || Todo::part(log.clone(), gates.clone(), 9, "9".into());
    app.update_given(|given| {
        assert!(given.insert_part(1, part()));
        assert!(!given.insert_part(1, part()));
    });
    assert_eq!(log.take(), ["row 9 false false 0"]);
    assert_eq!((app.given().len(), gates.alive()), (1, 1));
}

#[test]
fn rows_are_sorted_and_filtered_by_what_the_batch_has_written() {
    let (mut app, log, _) = app_of(&[1, 2, 3, 4]);
    app.update_todos(|todos| {
        for (key, mut row) in todos.rows_mut() {
            row.set_text(format!("{}", (key * 7) % 5));
            row.set_done(key % 2 == 0);
        }
        todos.sort_by(|(_, a), (_, b)| a.line().cmp(b.line()));
        assert_eq!(todos.keys().collect::<Vec<_>>(), [&3, &1, &4, &2]);
        todos.retain(|_, row| !*row.done());
    });
    assert_eq!(*app.keys(), [3, 1]);
    assert_eq!(*app.all(), "1 false false 0|2 false false 0");
    log.clear();
    app.update_todos(|todos| todos.clear());
    assert_eq!(log.take(), ["left 0", "count 0", "keys []", "all"]);
}

#[test]
fn a_panic_of_the_caller_leaves_the_list_as_it_was_before_the_call() {
    let (mut app, log, _) = app_of(&[1, 2]);
    let text = panic_of(|| {
        app.update_todos(|todos| {
            todos.insert(13);
        })
    });
    assert_eq!(text, "no row 13");
    assert_eq!(log.take(), ["make 13"]);
    panic_of(|| app.update_todos(|todos| todos.retain(|key, _| panic!("{key}"))));
    panic_of(|| app.update_todos(|todos| todos.sort_by(|_, _| panic!("no"))));
    panic_of(|| {
        let _ = app.transaction(|app| -> Result<(), ()> {
            app.todos_mut().remove(&1);
            panic!("in the closure");
        });
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!(*app.keys(), [1, 2]);
}

#[test]
fn a_row_that_fails_costs_its_own_values() {
    let (mut app, log, _) = app_of(&[1, 2]);
    let text = panic_of(|| {
        app.update_todos(|todos| {
            todos
                .row_mut(&1)
                .expect("it is there")
                .set_text("boom".into());
            todos.row_mut(&2).expect("it is there").set_done(true);
        });
    });
    assert_eq!(text, "boom 1");
    assert_eq!(log.take(), ["row 2 true false 0", "left 1"]);
    assert!(quietly(|| app.all().len()).is_err());
    app.update_todos(|todos| todos.row_mut(&1).expect("it is there").set_text("a".into()));
    assert_eq!(log.take(), ["row a false false 0", "all"]);
}

#[test]
fn work_in_rows_is_driven_from_outside() {
    let (mut app, log, gates) = app();
    let wakes = Wakes::new();
    assert!(
        wakes
            .poll(|context| app.poll_progress(context))
            .is_pending()
    );
    app.update_todos(|todos| {
        todos.insert(1);
        todos.insert(2);
    });
    assert_eq!(wakes.take(), 1);
    assert!(
        wakes
            .poll(|context| app.poll_progress(context))
            .is_pending()
    );
    log.clear();
    gates.ok(2, 20);
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(|context| app.poll_progress(context)).is_ready());
    assert_eq!(log.take(), ["row 2 false false 20", "all"]);
    assert_eq!((gates.polls(1), gates.polls(2)), (1, 2));
    // Work that replaces work is polled, too.
    assert!(
        wakes
            .poll(|context| app.poll_progress(context))
            .is_pending()
    );
    let _ = wakes.take();
    app.update_todos(|todos| todos.row_mut(&1).map(|mut row| row.set_text("one".into())));
    assert_eq!(wakes.take(), 1);
    assert!(
        wakes
            .poll(|context| app.poll_progress(context))
            .is_pending()
    );
    assert_eq!(gates.polls(3), 1);
}

#[test]
fn one_completion_polls_one_row() {
    let (mut app, _, gates) = app_of(&(100..600).collect::<Vec<_>>());
    assert!(poll!(app).is_pending());
    gates.ok(300, 1);
    assert!(poll!(app).is_ready());
    assert_eq!((gates.polls(299), gates.polls(300)), (1, 2));
    assert_eq!(
        app.todos().get(&399).expect("it is there").line(),
        "399 false false 1"
    );
}

#[test]
fn a_value_that_was_fed_is_left_alone_where_the_batch_has_written_the_signal() {
    let (mut app, log, _) = app_of(&[1, 2]);
    app.batch(|app| {
        app.todos_mut()
            .row_mut(&1)
            .expect("it is there")
            .set_dark(false);
        app.set_dark(true);
    });
    assert_eq!(log.take(), ["row 2 false true 0", "all"]);
    let _ = app.transaction(|app| {
        app.todos_mut()
            .row_mut(&2)
            .expect("it is there")
            .set_dark(false);
        Err::<(), _>(())
    });
    app.set_dark(false);
    assert_eq!(log.take(), ["row 2 false false 0", "all"]);
}

#[test]
fn the_list_reads_in_its_order() {
    let (mut app, _, _) = app_of(&[5, 3, 9]);
    let todos = app.todos();
    assert_eq!((todos.len(), todos.is_empty()), (3, false));
    assert_eq!(todos.get_index(1).map(|it| *it.0), Some(3));
    assert_eq!(todos.first().map(|it| *it.0), Some(5));
    assert_eq!(todos.last().map(|it| *it.1.id()), Some(9));
    assert_eq!(todos.position(&9), Some(2));
    assert_eq!(
        todos.each(Todo::text).rev().collect::<Vec<_>>(),
        ["9", "3", "5"]
    );
    assert!(todos.contains_key(&3) && !todos.contains_key(&4));
    assert!(todos.get(&4).is_none() && todos.get_index(3).is_none());
    assert_eq!(todos.iter().len(), 3);
    assert!(format!("{todos:?}").starts_with("{5: Todo {"));
    app.batch(|app| {
        app.todos_mut().remove(&3);
        let todos = app.todos();
        assert_eq!(todos.get_index(1).map(|it| *it.0), Some(9));
        assert_eq!((todos.len(), todos.position(&9)), (2, Some(1)));
    });
}
