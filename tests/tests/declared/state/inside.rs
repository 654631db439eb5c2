//! The state of graphs inside and of lists (BEHAVIOURS, S).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use futures::executor::block_on;
use serde::{Deserialize, Serialize};
use signal_kernel::{Part, reactive};
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    panics::panic_of,
    profile::fetch,
};
use std::{
    cell::Cell,
    hash::{Hash, Hasher},
};

reactive! {
    #[state(SavedTodo, derive(Clone, Debug, PartialEq, Serialize, Deserialize))]
    struct Todo {
        let log: Log;
        let gates: Gates;
        let id: u64;
        signal text: String = String::new();
        signal seed: u64 = 0;
        #[state(skip)]
        signal dark: bool = false;
        resource size = fetch(gates.open(seed));
        effect show { log.push(format!("{id} {text} {dark}")); }
    }

    #[state(SavedTag, derive(Clone, Debug, PartialEq, Serialize, Deserialize))]
    struct Tag {
        signal name: String = String::new();
        computed long: bool = name.len() > 3;
    }

    /// Three levels: the graph, the search, the tag.
    #[state(SavedSearch, derive(Clone, Debug, PartialEq, Serialize, Deserialize))]
    struct Search {
        let log: Log;
        signal query: String = "all".to_owned();
        signal page: usize = 0 per query;
        graph tag: Tag() { name: query.clone() };
        effect show { log.push(format!("search {query} {page} {}", tag.long())); }
    }

    #[state(SavedApp, derive(Clone, Debug, PartialEq, Serialize, Deserialize))]
    struct App {
        let log: Log;
        let gates: Gates;
        signal dark: bool = false;
        signal open: Option<u64> = None;
        list todos: Todo by u64 => |id| Todo(log, gates, id) { dark: *dark };
        list tags: Tag by String;
        list dialog: Tag by u64 = *open => |_| Tag();
        #[state(skip)]
        list gone: Tag by u64 => |_| Tag();
        graph search: Search(log);
        #[state(serde(rename = "other"))]
        graph given: Search;
        computed names: String = tags.each(Tag::name).cloned().collect::<Vec<_>>().concat();
        effect show { log.push(format!("app {} {names}", todos.len())); }
    }
}

fn app() -> (App, Log, Gates) {
    let (log, gates) = (Log::new(), Gates::new("size", &Log::new()));
    let mut app = App::new(log.clone(), gates.clone(), Search::part(log.clone()));
    app.batch(|app| {
        app.todos_mut().insert(1).set_text("milk".to_owned());
        app.todos_mut().insert(2).set_text("tea".to_owned());
        let mut tags = app.tags_mut();
        for name in ["a", "b"] {
            tags.insert_part(name.to_owned(), Tag::part());
            tags.row_mut(name).expect("a row").set_name(name.to_owned());
        }
    });
    app.batch(|app| {
        app.search_mut().set_query("home".to_owned());
        app.set_open(Some(7));
    });
    app.batch(|app| {
        app.search_mut().set_page(4);
        app.gone_mut().insert(1);
        app.dialog_mut()
            .row_mut(&7)
            .expect("a row")
            .set_name("d".to_owned());
    });
    log.clear();
    (app, log, gates)
}

fn todo(text: &str, seed: u64) -> SavedTodo {
    let text = text.to_owned();
    SavedTodo { text, seed }
}

#[test]
fn the_state_holds_what_is_inside() {
    let (app, log, _) = app();
    let state = app.state();
    assert_eq!(log.take(), NOTHING);
    assert_eq!(state.todos, [(1, todo("milk", 0)), (2, todo("tea", 0))]);
    assert_eq!(state.tags[1].1.name, "b");
    assert_eq!(state.dialog[0].1.name, "d");
    assert_eq!((&*state.search.query, state.search.page), ("home", 4));
    assert_eq!(state.search.tag.name, "home");
}

#[test]
fn a_graph_starts_with_the_state_of_another_and_each_effect_runs_once() {
    let (app, _, _) = app();
    let text = serde_json::to_string(&app.state()).expect("JSON");
    let state: SavedApp = serde_json::from_str(&text).expect("the same");
    assert_eq!(state, app.state());
    let (log, gates) = (Log::new(), Gates::new("size", &Log::new()));
    let given = Search::part(log.clone());
    let other = App::with_state(log.clone(), gates.clone(), given, state.clone());
    assert_eq!(
        log.take(),
        [
            "1 milk false",
            "2 tea false",
            "search home 4 true",
            "search all 0 false",
            "app 2 ab"
        ]
    );
    assert_eq!(other.state(), state);
    assert_eq!(other.names(), "ab");
    assert!(other.gone().is_empty());
}

#[test]
fn a_restore_brings_rows_back_takes_others_out_and_keeps_the_order() {
    let (mut app, log, _) = app();
    let saved = app.state();
    app.batch(|app| {
        app.todos_mut().remove(&1);
        app.todos_mut().insert(3);
        app.tags_mut().remove("a");
        app.tags_mut().sort_by(|(a, _), (b, _)| b.cmp(a));
    });
    log.clear();
    app.restore(saved.clone());
    assert_eq!(app.state(), saved);
    assert_eq!(log.take(), ["1 milk false", "app 2 ab"]);
    app.restore(saved);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn rows_that_stay_keep_their_work() {
    let (mut app, _, gates) = app();
    let starts = gates.created();
    let saved = app.state();
    app.update_todos(|todos| {
        todos
            .row_mut(&1)
            .map(|mut todo| todo.set_text("x".to_owned()))
    });
    app.restore(saved.clone());
    assert_eq!(gates.created(), starts);
    app.update_todos(|todos| todos.row_mut(&1).map(|mut todo| todo.set_seed(9)));
    app.restore(saved);
    assert_eq!(gates.created(), starts + 2);
    for number in 1..=gates.created() {
        gates.ok(number, number as u32);
    }
    block_on(app.settled());
    let sizes = app
        .todos()
        .values()
        .map(|todo| todo.size().value().copied());
    assert_eq!(
        sizes.collect::<Vec<_>>(),
        [Some(starts as u32 + 2), Some(2)]
    );
}

#[test]
fn undo_and_redo_are_lists_of_states() {
    let (mut app, _, _) = app();
    let mut states = vec![app.state()];
    for key in 10..14 {
        app.update_todos(|todos| todos.insert(key).set_text(key.to_string()));
        app.update_search(|search| search.set_query(key.to_string()));
        states.push(app.state());
    }
    for state in states.iter().rev().chain(&states) {
        app.restore(state.clone());
        assert_eq!(app.state(), *state);
    }
}

#[test]
fn a_restore_in_a_transaction_that_fails_was_seen_by_nobody() {
    let (mut app, log, _) = app();
    let before = app.state();
    let mut other = before.clone();
    other.todos.remove(0);
    other.todos.push((8, todo("new", 8)));
    other.search.query = "else".to_owned();
    let failed: Result<(), ()> = app.transaction(|app| {
        restore_all(app, other.clone());
        Err(())
    });
    assert_eq!(failed, Err(()));
    assert_eq!(log.take(), NOTHING);
    assert_eq!(app.state(), before);
}

/// As `restore`, in the middle of a batch.
fn restore_all(app: &mut AppBatch<'_>, state: SavedApp) {
    app.search_mut().set_query(state.search.query);
    let mut todos = app.todos_mut();
    let keys: Vec<u64> = state.todos.iter().map(|(key, _)| *key).collect();
    todos.retain(|key, _| keys.contains(key));
    for (key, todo) in state.todos {
        todos.insert(key).set_text(todo.text);
    }
}

#[test]
fn a_key_that_comes_twice_counts_once() {
    let (mut app, _, _) = app();
    let mut state = app.state();
    state.todos = vec![
        (5, todo("first", 5)),
        (1, todo("milk", 0)),
        (5, todo("second", 6)),
    ];
    app.restore(state);
    let texts: Vec<&String> = app.todos().each(Todo::text).collect();
    assert_eq!(texts, ["first", "milk"]);
}

reactive! {
    #[state(SavedRow, derive(Clone, Debug, PartialEq))]
    struct Row {
        let key: u64;
        signal count: u32 = 0;
    }

    #[state(SavedTable, derive(Clone, Debug, PartialEq))]
    struct Table {
        signal title: String = String::new();
        list rows: Row by u64 => |key| Row(lucky(key));
    }
}

fn lucky(key: u64) -> u64 {
    assert!(key != 13, "no such row");
    key
}

#[test]
fn a_maker_that_panics_in_a_restore_costs_its_row_alone() {
    let mut table = Table::new();
    table.update_rows(|rows| rows.insert(1).set_count(1));
    let state = SavedTable {
        title: "new".to_owned(),
        rows: [13, 2].map(|key| (key, SavedRow { count: 5 })).to_vec(),
    };
    let text = panic_of(|| table.restore(state.clone()));
    assert_eq!(text, "no such row");
    assert_eq!(table.title(), "new");
    assert_eq!(table.rows().keys().collect::<Vec<_>>(), [&1, &2]);
    let row = table.rows().get(&2).expect("a row");
    assert_eq!((*row.key(), *row.count()), (2, 5));
    assert_eq!(panic_of(|| Table::with_state(state)), "no such row");
}

reactive! {
    /// A tree.
    #[state(SavedTree, derive(Clone, Debug, PartialEq, Serialize, Deserialize))]
    struct Tree {
        signal value: u32 = 0;
        list children: Tree by u32 => |_| Tree();
        computed sum: u32 = value + children.each(Tree::sum).sum::<u32>();
    }
}

#[test]
fn a_tree_of_its_own_kind_has_a_state() {
    let mut tree = Tree::new();
    tree.update_children(|children| {
        let mut child = children.insert(1);
        child.set_value(2);
        child.children_mut().insert(5).set_value(3);
    });
    let text = serde_json::to_string(&tree.state()).expect("JSON");
    assert_eq!(
        text,
        r#"{"value":0,"children":[[1,{"value":2,"children":[[5,{"value":3,"children":[]}]]}]]}"#
    );
    let mut other = Tree::with_state(serde_json::from_str(&text).expect("the same"));
    assert_eq!((*other.sum(), other.state()), (5, tree.state()));
    other.restore(Tree::new().state());
    assert_eq!(*other.sum(), 0);
}

reactive! {
    #[state(SavedPair, derive(Clone, Debug, PartialEq))]
    struct Pair<T: Clone + PartialEq + Default> {
        signal one: T = T::default();
    }

    #[state(SavedFrame, derive(Clone, Debug, PartialEq))]
    struct Frame<T: Clone + PartialEq + Default + 'static> {
        graph pair: Pair<T>();
        list pairs: Pair<T> by u8;
    }
}

#[test]
fn a_generic_graph_saves_generic_graphs_inside() {
    let mut frame = Frame::<String>::new();
    frame.update_pairs(|pairs| pairs.insert_part(1, Pair::part()));
    let state = frame.state();
    frame.update_pair(|pair| pair.set_one("x".to_owned()));
    assert_eq!(frame.state().pair.one, "x");
    frame.restore(state.clone());
    assert_eq!(frame.state(), state);
    assert_eq!(Frame::with_state(state.clone()).state(), state);
    let _: Part<Frame<u8>> = Frame::part();
}

#[test]
fn the_state_goes_into_a_graph_that_is_handed_in() {
    let (mut app, _, gates) = app();
    app.update_given(|given| given.set_query("given".to_owned()));
    app.update_given(|given| given.set_page(3));
    let state = app.state();
    let log = Log::new();
    let given = Search::part(log.clone());
    let other = App::with_state(log.clone(), gates, given, state.clone());
    assert_eq!(other.state(), state);
    assert_eq!(
        (&**other.given().query(), *other.given().page()),
        ("given", 3)
    );
    let given: Vec<String> = log.take();
    let given = given.iter().filter(|line| line.contains("given"));
    assert_eq!(given.collect::<Vec<_>>(), ["search given 3 true"]);
}

reactive! {
    #[state(SavedDesk, derive(Clone, Debug, PartialEq))]
    struct Desk {
        signal title: String = "desk".to_owned();
        #[state(skip)]
        graph made: Tag();
        #[state(skip)]
        graph given: Tag;
    }
}

#[test]
fn a_graph_that_is_left_out_starts_anew() {
    let mut desk = Desk::new(Tag::part());
    desk.set_title("other".to_owned());
    desk.update_made(|tag| tag.set_name("made".to_owned()));
    desk.update_given(|tag| tag.set_name("given".to_owned()));
    let state = desk.state();
    let title = "other".to_owned();
    assert_eq!(state, SavedDesk { title });
    desk.restore(Desk::new(Tag::part()).state());
    assert_eq!((&**desk.title(), &**desk.made().name()), ("desk", "made"));
    let other = Desk::with_state(Tag::part(), state);
    assert_eq!(other.title(), "other");
    assert_eq!((&**other.made().name(), &**other.given().name()), ("", ""));
}

thread_local! {
    static UNLUCKY: Cell<bool> = const { Cell::new(false) };
    static TRIED: Cell<bool> = const { Cell::new(false) };
}

/// A key. If it is 13, it cannot be hashed while `UNLUCKY` is set.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key(u32);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        assert!(self.0 != 13 || !UNLUCKY.get(), "no such key");
        self.0.hash(state);
    }
}

reactive! {
    #[state(SavedSlot, derive(Clone, Debug, PartialEq))]
    struct Slot {
        let made: u32;
        signal value: u32 = 0;
    }

    #[state(SavedBoard, derive(Clone, Debug, PartialEq))]
    struct Board {
        list rows: Slot by Key => |key| Slot(second_time(key.0));
    }
}

/// Makes 7 at the second attempt.
fn second_time(key: u32) -> u32 {
    assert!(key != 7 || TRIED.replace(true), "not yet");
    key
}

fn board(rows: &[(u32, u32)]) -> SavedBoard {
    let rows = rows
        .iter()
        .map(|&(key, value)| (Key(key), SavedSlot { value }));
    SavedBoard {
        rows: rows.collect(),
    }
}

#[test]
fn the_first_place_of_a_key_counts_also_where_its_row_cannot_be_made() {
    let mut table = Board::new();
    let text = panic_of(|| table.restore(board(&[(7, 1), (2, 2), (7, 3)])));
    assert_eq!(text, "not yet");
    assert_eq!(table.state(), board(&[(2, 2)]));
}

#[test]
fn keys_that_panic_leave_the_list_as_it_was() {
    let mut table = Board::new();
    table.restore(board(&[(1, 1), (13, 2)]));
    let before = table.state();
    UNLUCKY.set(true);
    let text = panic_of(|| table.restore(board(&[(13, 5), (1, 6), (4, 7)])));
    UNLUCKY.set(false);
    assert_eq!(text, "no such key");
    assert_eq!(table.state(), before);
    assert_eq!(
        table.rows().values().map(|slot| *slot.made()).sum::<u32>(),
        14
    );
}
