//! Lists as `reactive!` makes them: `list name: Type by Key = keys => |key| Type(arguments) { signal: value };`.
//!
//! Must not know: how a list keeps its rows.

use signal_kernel::{ListBatch, Part, reactive};
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    panics::quietly,
    poll,
    profile::fetch,
};

reactive! {
    #[derive(Debug)]
    pub struct Todo {
        let log: Log;
        let gates: Gates;
        pub let id: u64;
        pub signal text: String = String::new();
        pub signal done: bool = false;
        pub signal dark: bool = false;
        pub resource size = fetch(gates.open(text));
        pub computed line: String = format!("{id}:{text}:{done}:{dark}");
        effect show { log.push(format!("row {line}")); }
    }

    #[derive(Debug)]
    pub struct App {
        let log: Log;
        let gates: Gates;
        pub signal dark: bool = false;
        pub list todos: Todo by u64 => |id| Todo(log.pass(format!("make {id}"), log.clone()), gates, id) {
            dark: *dark,
            text: log.pass(format!("text {id}"), id.to_string()),
        };
        pub list given: Todo by String;
        pub computed left: usize = log.pass("left", todos.each(Todo::done).filter(|done| !**done).count());
        pub computed count: usize = log.pass("count", todos.len());
        pub computed order: Vec<u64> = log.pass("order", todos.keys().copied().collect());
        pub computed all: usize = log.pass("all", todos.iter().filter(|(_, todo)| *todo.done()).count());
        pub signal page: usize = 0 per todos.len();
        effect out { log.push(format!("out {left} {count} {order:?} {all} {}", given.len())); }
    }
}

fn app() -> (App, Log, Gates) {
    let log = Log::new();
    let gates = Gates::new("size", &Log::new());
    let app = App::new(log.clone(), gates.clone());
    log.clear();
    (app, log, gates)
}

#[test]
fn a_row_is_made_fed_and_started_by_insert() {
    let (mut app, log, _) = app();
    app.set_page(3);
    app.set_dark(true);
    assert_eq!(log.take(), NOTHING);
    app.update_todos(|todos| todos.insert(7).set_done(true));
    assert_eq!(
        log.take(),
        [
            "make 7",
            "text 7",
            "left",
            "count",
            "order",
            "all",
            "row 7:7:true:true",
            "out 0 1 [7] 1 0"
        ]
    );
    assert_eq!((*app.page(), app.todos().len()), (0, 1));
    app.set_dark(false);
    assert_eq!(log.take(), ["all", "row 7:7:true:false"]);
}

#[test]
fn a_body_depends_on_the_part_of_the_list_that_it_uses() {
    let (mut app, log, _) = app();
    app.update_todos(|todos| {
        todos.insert(1);
        todos.insert(2);
    });
    log.clear();
    app.update_todos(|todos| todos.row_mut(&1).map(|mut todo| todo.set_done(true)));
    assert_eq!(
        log.take(),
        ["left", "all", "row 1:1:true:false", "out 1 2 [1, 2] 1 0"]
    );
    app.update_todos(|todos| todos.row_mut(&1).map(|mut todo| todo.set_text("x".into())));
    assert_eq!(log.take(), ["all", "row 1:x:true:false"]);
    app.update_todos(|todos| {
        todos.move_to(&1, 1);
    });
    assert_eq!(log.take(), ["left", "order", "all", "out 1 2 [2, 1] 1 0"]);
}

#[test]
fn a_transaction_that_fails_takes_rows_back() {
    let (mut app, log, _) = app();
    app.update_todos(|todos| {
        todos.insert(1);
    });
    log.clear();
    let failed = app.transaction(|app| {
        app.todos_mut().insert(2).set_text("two".into());
        app.todos_mut().remove(&1);
        assert_eq!(*app.count(), 1);
        Err::<(), ()>(())
    });
    assert!(failed.is_err());
    assert_eq!(app.todos().keys().copied().collect::<Vec<_>>(), [1]);
    assert!(
        !log.take()
            .iter()
            .any(|event| event.starts_with("row") || event.starts_with("out"))
    );
}

#[test]
fn parts_go_into_a_list_without_a_maker() {
    let (mut app, log, gates) = app();
    let part: Part<Todo> = Todo::part(log.clone(), gates.clone(), 9);
    assert!(
        app.update_given(
            |given: &mut ListBatch<'_, String, Todo, _>| given.insert_part("nine".into(), part)
        )
    );
    assert_eq!(log.take(), ["row 9::false:false", "out 0 0 [] 0 1"]);
    let taken = app.take_given(&"nine".to_owned()).expect("the row");
    assert_eq!(*taken.id(), 9);
    assert_eq!(log.take(), ["out 0 0 [] 0 0"]);
}

#[test]
fn work_of_rows_is_driven_from_the_graph_around() {
    let (mut app, _, gates) = app();
    app.update_todos(|todos| {
        todos.insert(1);
        todos.insert(2);
    });
    assert!(poll!(app).is_pending());
    gates.ok(gates.created(), 5);
    assert!(poll!(app).is_ready());
    assert_eq!(app.todos().get(&2).unwrap().size().value(), Some(&5));
}

reactive! {
    #[derive(Debug)]
    struct Tabs {
        let log: Log;
        let gates: Gates;
        signal open: Vec<u64> = Vec::new();
        signal dark: bool = true;
        list tabs: Todo by u64 = checked(open) => |id| Todo(log, gates, id) { dark: *dark };
        signal dialog: Option<u64> = None;
        list shown: Todo by u64 = *dialog => |id| Todo(log, gates, { assert!(id != 13, "no row"); id });
        computed order: Vec<u64> = tabs.keys().copied().collect();
    }
}

fn checked(keys: &[u64]) -> impl Iterator<Item = u64> {
    assert!(!keys.contains(&666), "no such keys");
    keys.iter().copied()
}

#[test]
fn a_list_follows_its_keys() {
    let log = Log::new();
    let mut tabs = Tabs::new(log.clone(), Gates::new("size", &Log::new()));
    tabs.set_open(vec![3, 1]);
    assert_eq!(log.take(), ["row 3::false:true", "row 1::false:true"]);
    tabs.update_tabs(|tabs| tabs.row_mut(&1).map(|mut tab| tab.set_text("one".into())));
    tabs.set_open(vec![1, 2, 1]);
    assert_eq!(tabs.order(), &[1, 2]);
    assert_eq!(log.take(), ["row 1:one:false:true", "row 2::false:true"]);
    tabs.set_dark(false);
    assert_eq!(log.take(), ["row 1:one:false:false", "row 2::false:false"]);
    assert!(quietly(|| tabs.set_open(vec![666])).is_err());
    assert_eq!(tabs.order(), &[1, 2]);
    tabs.set_dialog(Some(5));
    assert_eq!(log.take(), ["row 5::false:false"]);
    assert!(quietly(|| tabs.set_dialog(Some(13))).is_err());
    assert_eq!(tabs.shown().len(), 0);
    tabs.set_dialog(None);
    assert!(tabs.shown().is_empty());
}

reactive! {
    /// A list of its own kind.
    #[derive(Debug)]
    pub struct Tree {
        pub signal name: String = String::new();
        pub list children: Tree by u64 => |_| Tree();
        pub computed size: usize = 1 + children.values().map(|child| *child.size()).sum::<usize>();
    }
}

#[test]
fn a_graph_may_hold_a_list_of_its_own_kind() {
    let mut tree = Tree::new();
    tree.update_children(|children| {
        children
            .insert(1)
            .children_mut()
            .insert(1)
            .set_name("leaf".into());
        children.insert(2);
    });
    assert_eq!(*tree.size(), 4);
    assert_eq!(
        tree.children()
            .get(&1)
            .unwrap()
            .children()
            .get(&1)
            .unwrap()
            .name(),
        "leaf"
    );
    tree.update_children(|children| children.remove(&1));
    assert_eq!(*tree.size(), 2);
}
