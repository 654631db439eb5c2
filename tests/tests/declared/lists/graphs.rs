//! Graphs with lists.
//!
//! Must not know: tests.

use signal_kernel::reactive;
use signal_kernel_tests::{gate::Gates, log::Log, profile::fetch};

reactive! {
    /// A row.
    #[derive(Debug)]
    pub struct Todo {
        let log: Log;
        let gates: Gates;
        pub let id: u64;
        pub signal text: String;
        pub signal done: bool = false;
        pub signal dark: bool = false;
        pub resource size = fetch(gates.open(text));
        pub computed line: String = {
            assert!(text != "boom", "boom {id}");
            format!("{text} {done} {dark} {}", size.value().unwrap_or(&0))
        };
        effect show { log.push(format!("row {line}")); }
    }

    /// A list with a maker, and one that takes parts.
    #[derive(Debug)]
    pub struct App {
        let log: Log;
        let gates: Gates;
        pub signal dark: bool = false;
        pub list todos: Todo by u64 => |id| Todo(log, gates, made(log, id), id.to_string()) { dark: *dark };
        pub list given: Todo by u64;
        pub computed left: usize = todos.each(Todo::done).filter(|done| !**done).count();
        pub computed count: usize = todos.len();
        pub computed keys: Vec<u64> = todos.keys().copied().collect();
        pub computed all: String = lines(todos);
        effect show_left { log.push(format!("left {left}")); }
        effect show_count { log.push(format!("count {count}")); }
        effect show_keys { log.push(format!("keys {keys:?}")); }
        effect show_all { log.push("all"); let _ = all; }
    }

    /// A list that follows its keys.
    #[derive(Debug)]
    pub struct Tabs {
        let log: Log;
        let gates: Gates;
        pub signal ids: Vec<u64>;
        pub list tabs: Todo by u64 = checked(ids) => |id| Todo(log, gates, made(log, id), id.to_string());
        pub computed keys: Vec<u64> = tabs.keys().copied().collect();
        effect show_keys { log.push(format!("keys {keys:?}")); }
    }
}

/// The maker of row 13 panics.
fn made(log: &Log, id: u64) -> u64 {
    log.push(format!("make {id}"));
    assert!(id != 13, "no row 13");
    id
}

fn checked(ids: &[u64]) -> Vec<u64> {
    assert!(!ids.contains(&666), "no such keys");
    ids.to_vec()
}

fn lines(todos: &signal_kernel::List<u64, Todo>) -> String {
    let lines = todos.values().map(|todo| todo.line().as_str());
    lines.collect::<Vec<_>>().join("|")
}
