//! Random batches on a list, with nested transactions and reads half-way, held against a plain list of plain rows.
//!
//! Invariants: the model knows neither ranks nor undo logs; a program follows from its seed.
//!
//! `STEPS` is the number of programs, `SEED` the first seed.

use super::graphs::{App, AppBatch, Todo};
use signal_kernel_tests::{gate::Gates, log::Log, random::Random};

#[derive(Clone, Debug, PartialEq)]
struct Row {
    key: u64,
    /// Another row with the same key has another one.
    serial: usize,
    text: String,
    done: bool,
    dark: bool,
    /// The open batch has written `dark`.
    by_hand: bool,
}

#[derive(Clone, Debug, Default)]
struct Model {
    rows: Vec<Row>,
    dark: bool,
    serial: usize,
}

/// The values that the effects show.
#[derive(Debug, PartialEq)]
struct Seen {
    left: usize,
    count: usize,
    keys: Vec<u64>,
    all: String,
}

impl Row {
    fn line(&self) -> String {
        format!("{} {} {} 0", self.text, self.done, self.dark)
    }
}

impl Model {
    fn seen(&self) -> Seen {
        let lines: Vec<String> = self.rows.iter().map(Row::line).collect();
        Seen {
            left: self.rows.iter().filter(|row| !row.done).count(),
            count: self.rows.len(),
            keys: self.rows.iter().map(|row| row.key).collect(),
            all: lines.join("|"),
        }
    }

    fn at(&self, key: u64) -> Option<usize> {
        self.rows.iter().position(|row| row.key == key)
    }

    /// Feeds the rows at the end of a batch, and returns the events of it.
    fn close(&mut self, before: &Model) -> Vec<String> {
        let mut events = Vec::new();
        for row in &mut self.rows {
            let old = before.rows.iter().find(|old| old.serial == row.serial);
            let is_fed = old.is_none() || before.dark != self.dark;
            if is_fed && !row.by_hand {
                row.dark = self.dark;
            }
            row.by_hand = false;
            if old.is_none_or(|old| old.line() != row.line()) {
                events.push(format!("row {}", row.line()));
            }
        }
        let (now, then) = (self.seen(), before.seen());
        if now.left != then.left {
            events.push(format!("left {}", now.left));
        }
        if now.count != then.count {
            events.push(format!("count {}", now.count));
        }
        if now.keys != then.keys {
            events.push(format!("keys {:?}", now.keys));
        }
        if now.all != then.all {
            events.push("all".to_owned());
        }
        events
    }
}

fn act(app: &mut AppBatch<'_>, model: &mut Model, random: &mut Random, depth: usize) {
    for _ in 0..random.below(8) {
        let (key, other) = (random.below(8) as u64, random.below(8));
        let text = random.below(3).to_string();
        match random.below(16) {
            0..=2 => {
                let at = model.at(key).unwrap_or_else(|| {
                    model.serial += 1;
                    model.rows.push(Row {
                        key,
                        serial: model.serial,
                        text: key.to_string(),
                        done: false,
                        dark: false,
                        by_hand: false,
                    });
                    model.rows.len() - 1
                });
                let mut todos = app.todos_mut();
                let mut row = todos.insert(key);
                if random.chance(50) {
                    row.set_text(text.clone());
                    model.rows[at].text = text;
                }
            }
            3 | 4 => {
                let at = model.at(key);
                assert_eq!(app.todos_mut().remove(&key), at.is_some());
                at.map(|at| model.rows.remove(at));
            }
            5 => {
                let at = model.at(key);
                assert_eq!(app.todos_mut().move_to(&key, other), at.is_some());
                if let Some(at) = at {
                    let row = model.rows.remove(at);
                    model.rows.insert(other.min(model.rows.len()), row);
                }
            }
            6 => {
                app.todos_mut()
                    .sort_by(|(_, a), (_, b)| a.line().cmp(b.line()));
                model.rows.sort_by_key(Row::line);
            }
            7 => {
                app.todos_mut()
                    .retain(|key, row| *row.done() || key % 2 == 0);
                model.rows.retain(|row| row.done || row.key % 2 == 0);
            }
            8 | 9 => {
                let mut todos = app.todos_mut();
                let row = todos.row_mut(&key);
                assert_eq!(row.is_some(), model.at(key).is_some());
                if let (Some(mut row), Some(at)) = (row, model.at(key)) {
                    let old = &mut model.rows[at];
                    match random.below(4) {
                        0 => {
                            row.set_text(text.clone());
                            old.text = text;
                        }
                        1 => {
                            row.set_dark(other % 2 == 0);
                            (old.dark, old.by_hand) = (other % 2 == 0, true);
                        }
                        _ => {
                            row.update_done(|done| *done = !*done);
                            old.done = !old.done;
                        }
                    }
                    assert_eq!(*row.line(), old.line());
                }
            }
            10 => {
                app.set_dark(other % 2 == 0);
                model.dark = other % 2 == 0;
            }
            11 | 12 => {
                let seen = model.seen();
                match random.below(4) {
                    0 => assert_eq!(*app.left(), seen.left),
                    1 => assert_eq!(*app.count(), seen.count),
                    2 => assert_eq!(*app.keys(), seen.keys),
                    _ => assert_eq!(*app.all(), seen.all),
                }
            }
            13 if random.chance(20) => {
                app.todos_mut().clear();
                model.rows.clear();
            }
            13..=15 if depth > 0 => {
                let before = model.clone();
                let result = app.transaction(|app| {
                    act(app, model, random, depth - 1);
                    if random.chance(50) { Ok(()) } else { Err(()) }
                });
                if result.is_err() {
                    *model = Model {
                        serial: model.serial,
                        ..before
                    };
                }
            }
            _ => {}
        }
    }
}

fn run(seed: u64) {
    let random = &mut Random::new(seed);
    let (log, work) = (Log::new(), Log::new());
    let gates = Gates::new("size", &work);
    let mut app = App::new(log.clone(), gates.clone());
    let mut model = Model::default();
    log.clear();
    for _ in 0..4 {
        let before = model.clone();
        app.batch(|app| act(app, &mut model, random, 3));
        let expected = model.close(&before);
        let mut events = log.take();
        events.retain(|event| !event.starts_with("make"));
        assert_eq!(events, expected, "seed {seed}");
        let seen = Seen {
            left: *app.left(),
            count: *app.count(),
            keys: app.keys().clone(),
            all: app.all().clone(),
        };
        assert_eq!(seen, model.seen(), "seed {seed}");
        let each: Vec<bool> = app.todos().each(Todo::dark).copied().collect();
        let dark: Vec<bool> = model.rows.iter().map(|row| row.dark).collect();
        assert_eq!(each, dark, "seed {seed}");
        assert_eq!(gates.alive(), model.rows.len(), "seed {seed}");
    }
}

#[test]
fn random_batches_do_what_a_plain_list_of_plain_rows_does() {
    let number = |name: &str, default| {
        std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
    };
    let (first, steps) = (number("SEED", 1), number("STEPS", 2_000));
    (first..first + steps).for_each(run);
}
