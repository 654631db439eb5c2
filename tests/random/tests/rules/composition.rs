//! Random programs on a tree of graphs with lists, held against a model that computes everything anew: values, effects
//! and their order, half-way reads, feeds, signals that start anew, work that ends in any order, panics, and states that
//! are carried away.
//!
//! `composition/graphs.rs` has the graphs, `composition/model.rs` the rules.
//!
//! Invariants: a program follows from its seed.
//!
//! `STEPS` is the number of programs, `SEED` the first seed.

mod graphs;
mod model;

use graphs::{BAD_FEED, Leaf, LeafBatch, SavedTree, Tree, TreeBatch, World};
use model::{BAD_ID, NO_KEYS, Outcome, Request, Settle, Work};
use signal_kernel::Reactive;
use signal_kernel_tests::{
    panics::{quietly, text_of},
    poll,
    random::Random,
};
use std::{any::Any, collections::HashMap, env, fmt::Debug, fmt::Display, panic::resume_unwind};

/// The depth of the lists, and of the batches, inside each other.
const DEPTH: usize = 3;

/// One run of a program.
struct Run {
    random: Random,
    world: World,
    serial: u32,
    /// The program so far, for the message of a failure.
    text: String,
    /// The number of steps so far.
    steps: u64,
    /// A value was failed before the batch.
    was_failed: bool,
    /// A body that has panicked half-way, or before the batch, and was read in it may, or may not, panic again at the end.
    may_panic: bool,
    /// The work that has come to an end, and was not polled since.
    released: HashMap<usize, Outcome>,
    /// The number of pieces of work so far.
    created: usize,
    version: u64,
    /// The states so far, as text.
    states: Vec<String>,
}

/// The end of a transaction.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Commit,
    Fail,
    Panic,
}

impl Run {
    fn say(&mut self, word: impl Display) {
        self.text += &format!("{word}; ");
    }

    fn check<T: PartialEq + Debug>(&self, seen: T, expected: T) {
        assert_eq!(seen, expected, "{}", self.text);
    }

    /// A read that panics if the value is failed.
    fn read<T: PartialEq + Debug>(
        &mut self,
        name: &str,
        expected: Option<T>,
        read: impl FnOnce() -> T,
    ) {
        self.say(name);
        let seen = quietly(read).ok();
        self.may_panic |= self.was_failed || expected.is_none();
        self.check(seen, expected);
    }

    fn value(&mut self) -> u32 {
        self.random.below(5) as u32
    }

    fn key(&mut self) -> u32 {
        if self.random.chance(4) {
            BAD_ID
        } else {
            self.random.below(4) as u32
        }
    }

    fn ids(&mut self) -> Vec<u32> {
        let mut ids: Vec<u32> = (0..self.random.below(4)).map(|_| self.key()).collect();
        if self.random.chance(4) {
            ids.push(NO_KEYS);
        }
        ids
    }

    fn end(&mut self) -> End {
        match self.random.below(10) {
            0..6 => End::Commit,
            6..9 => End::Fail,
            _ => End::Panic,
        }
    }

    fn write<T: Debug + Clone + PartialEq>(
        &mut self,
        (graph, signal): (&str, &str),
        own: &mut model::Signal<T>,
        value: T,
        write: impl FnOnce(T, bool),
    ) {
        let in_place = !own.is_failed && self.random.chance(25);
        let sign = if in_place { ":=" } else { "=" };
        self.say(format_args!("{graph}.{signal}{sign}{value:?}"));
        if in_place {
            own.update(value.clone())
        } else {
            own.set(value.clone())
        }
        write(value, in_place); // the graph may settle, and panic
    }

    fn request(&mut self, name: &str, work: &mut Work) -> Request {
        let request = if self.random.chance(50) {
            Request::Reload
        } else {
            Request::Cancel
        };
        self.say(format_args!("{name} {request:?}"));
        work.request = Some(request.clone());
        request
    }

    /// A batch or a transaction inside, which is taken back if it fails.
    fn nested<M: Clone>(
        &mut self,
        name: &str,
        state: &mut M,
        run: impl FnOnce(&mut Self, &mut M, End) -> bool,
    ) {
        let before = state.clone();
        let end = self.end();
        self.say(format_args!("{name} {{"));
        let kept = run(self, state, end);
        self.say(if kept { "}" } else { "} back" });
        if !kept {
            *state = before;
        }
    }

    fn leaf(&mut self, leaf: &mut LeafBatch<'_>, own: &mut model::Leaf, depth: usize) {
        self.steps += 1;
        let name = own.name.clone();
        let value = self.value();
        match self.random.below(17) {
            0..3 => self.write((&name, "a"), &mut own.a, value, |value, in_place| {
                if in_place {
                    leaf.update_a(|own| *own = value)
                } else {
                    leaf.set_a(value)
                }
            }),
            3 => self.write((&name, "fed"), &mut own.fed, value, |value, in_place| {
                if in_place {
                    leaf.update_fed(|own| *own = value)
                } else {
                    leaf.set_fed(value)
                }
            }),
            4..7 => {
                let ask = (value > 0).then_some(value);
                self.write((&name, "ask"), &mut own.ask, ask, |ask, in_place| {
                    if in_place {
                        leaf.update_ask(|own| *own = ask)
                    } else {
                        leaf.set_ask(ask)
                    }
                });
            }
            7 => self.write((&name, "anew"), &mut own.anew, value, |value, in_place| {
                if in_place {
                    leaf.update_anew(|own| *own = value)
                } else {
                    leaf.set_anew(value)
                }
            }),
            8 => self.write(
                (&name, "draft"),
                &mut own.draft,
                Some(value),
                |value, in_place| {
                    if in_place {
                        leaf.update_draft(|own| *own = value)
                    } else {
                        leaf.set_draft(value)
                    }
                },
            ),
            9 => match self.request(&name, &mut own.work) {
                Request::Reload => leaf.reload_work(),
                Request::Cancel => leaf.cancel_work("enough"),
            },
            10 => self.read("frail", own.frail(), || *leaf.frail()),
            11 => self.read("anew", own.anew.seen(), || *leaf.anew()),
            12 => self.read("seen", Some(own.work.seen()), || leaf.seen().clone()),
            13 => self.read("lazily", own.lazily(), || *leaf.lazily()),
            14 => self.read("got", Some(own.work.value), || *leaf.got()),
            _ if depth < DEPTH => self.nested(&name, own, |run, own, end| {
                let done = quietly(|| {
                    leaf.transaction(|leaf| {
                        for _ in 0..run.random.below(4) {
                            run.leaf(leaf, own, depth + 1);
                        }
                        match end {
                            End::Commit => Ok(()),
                            End::Fail => Err(()),
                            End::Panic => panic!("closure"),
                        }
                    })
                });
                is_kept(done)
            }),
            _ => {}
        }
    }

    fn tree(
        &mut self,
        tree: &mut TreeBatch<'_>,
        own: &mut model::Tree,
        depth: usize,
        level: usize,
    ) {
        self.steps += 1;
        let name = own.name.clone();
        let value = self.value();
        match self.random.below(38) {
            0..3 => {
                let value = if self.random.chance(10) {
                    BAD_FEED
                } else {
                    value
                };
                self.write((&name, "a"), &mut own.a, value, |value, in_place| {
                    if in_place {
                        tree.update_a(|own| *own = value)
                    } else {
                        tree.set_a(value)
                    }
                });
            }
            3 => self.write((&name, "fed"), &mut own.fed, value, |value, in_place| {
                if in_place {
                    tree.update_fed(|own| *own = value)
                } else {
                    tree.set_fed(value)
                }
            }),
            4 => self.write((&name, "hint"), &mut own.hint, value, |value, in_place| {
                if in_place {
                    tree.update_hint(|own| *own = value)
                } else {
                    tree.set_hint(value)
                }
            }),
            5..7 => {
                let ids = self.ids();
                self.write((&name, "ids"), &mut own.ids, ids, |ids, in_place| {
                    if in_place {
                        tree.update_ids(|own| *own = ids)
                    } else {
                        tree.set_ids(ids)
                    }
                });
            }
            7 => self.write((&name, "page"), &mut own.page, value, |value, in_place| {
                if in_place {
                    tree.update_page(|own| *own = value)
                } else {
                    tree.set_page(value)
                }
            }),
            8 => self.write((&name, "mark"), &mut own.mark, value, |value, in_place| {
                if in_place {
                    tree.update_mark(|own| *own = value)
                } else {
                    tree.set_mark(value)
                }
            }),
            9 => self.write(
                (&name, "opened"),
                &mut own.opened,
                value,
                |value, in_place| {
                    if in_place {
                        tree.update_opened(|own| *own = value)
                    } else {
                        tree.set_opened(value)
                    }
                },
            ),
            10 => match self.request(&name, &mut own.work) {
                Request::Reload => tree.reload_work(),
                Request::Cancel => tree.cancel_work("enough"),
            },
            11 => self.read("below", own.below(), || *tree.below()),
            12 => self.read("total", own.total(), || *tree.total()),
            13 => self.read("lazily", own.lazily(), || *tree.lazily()),
            14 => {
                let tabs = own.tabs.iter().map(|(_, tab)| tab.frail());
                let fails = tabs.chain([own.leaf.frail()]).any(|frail| frail.is_none());
                self.say("all");
                self.may_panic |= self.was_failed || fails;
                let seen = quietly(|| (tree.whole().clone(), tree.all().clone())).ok();
                // A read of a whole graph may bring all of its values up to date, also one that fails.
                if seen.is_some() || !fails {
                    self.check(seen, Some((own.leaf.line(), own.all())));
                }
            }
            15 if self.random.chance(50) => {
                self.read("quick", Some(own.quick()), || *tree.quick());
            }
            15 => self.read("keys", Some(own.keys()), || tree.keys().clone()),
            16 => self.read("marks", Some((own.page.value, own.mark.value)), || {
                (*tree.page(), *tree.mark())
            }),
            17 => self.read("seen", Some(own.work.seen()), || tree.seen().clone()),
            18 | 19 if depth < DEPTH => self.nested(&name, own, |run, own, end| {
                let done = quietly(|| {
                    tree.transaction(|tree| {
                        for _ in 0..run.random.below(6) {
                            run.tree(tree, own, depth + 1, level);
                        }
                        match end {
                            End::Commit => Ok(()),
                            End::Fail => Err(()),
                            End::Panic => panic!("closure"),
                        }
                    })
                });
                is_kept(done)
            }),
            20 if depth < DEPTH => self.nested(&name, own, |run, own, end| {
                let done = quietly(|| {
                    tree.batch(|tree| {
                        for _ in 0..run.random.below(4) {
                            run.tree(tree, own, depth + 1, level);
                        }
                        assert!(end != End::Panic, "closure");
                        Ok(())
                    })
                });
                is_kept(done);
                true
            }),
            21..24 => self.leaf(&mut tree.leaf_mut(), &mut own.leaf, depth),
            24..27 if level < DEPTH => self.rows(tree, own),
            27..29 => self.given(tree, own),
            29..31 => {
                let key = self.key();
                let mut tabs = tree.tabs_mut();
                let row = tabs.row_mut(&key);
                let own = own.tabs.iter_mut().find(|(other, _)| *other == key);
                self.check(row.is_some(), own.is_some());
                if let (Some(mut row), Some((_, own))) = (row, own) {
                    self.leaf(&mut row, own, depth);
                }
            }
            _ => {
                let key = self.key();
                let mut rows = tree.rows_mut();
                let row = rows.row_mut(&key);
                let own = own.rows.iter_mut().find(|(other, _)| *other == key);
                self.check(row.is_some(), own.is_some());
                if let (Some(mut row), Some((_, own))) = (row, own) {
                    self.tree(&mut row, own, depth, level + 1);
                }
            }
        }
    }

    /// A change of the list with a maker.
    fn rows(&mut self, tree: &mut TreeBatch<'_>, own: &mut model::Tree) {
        let (key, to) = (self.key(), self.random.below(4));
        let at = own.rows.iter().position(|(other, _)| *other == key);
        let name = &own.name;
        match self.random.below(12) {
            0..6 => {
                self.text += &format!("{name}.rows+{key}; ");
                let made = quietly(|| {
                    tree.rows_mut().insert(key);
                });
                self.check(made.is_ok(), key != BAD_ID);
                if at.is_none() && key != BAD_ID {
                    let row =
                        model::Tree::new(graphs::row_name(name, "row", key), &mut self.serial);
                    own.rows.push((key, row));
                }
            }
            6..8 => {
                self.text += &format!("{name}.rows-{key}; ");
                self.check(tree.rows_mut().remove(&key), at.is_some());
                at.map(|at| own.rows.remove(at));
            }
            8 | 9 => {
                self.text += &format!("{name}.rows {key} to {to}; ");
                self.check(tree.rows_mut().move_to(&key, to), at.is_some());
                if let Some(at) = at {
                    let row = own.rows.remove(at);
                    own.rows.insert(to.min(own.rows.len()), row);
                }
            }
            // The closures see whole rows. Bringing one up to date may panic, before anything has moved.
            10 => {
                self.text += &format!("{name}.rows sorted; ");
                let done = quietly(|| tree.rows_mut().sort_by(|(a, _), (b, _)| b.cmp(a)));
                if self.moved(done, own) {
                    own.rows.sort_by(|(a, _), (b, _)| b.cmp(a));
                }
            }
            _ => {
                self.text += &format!("{name}.rows retained; ");
                let done = quietly(|| tree.rows_mut().retain(|_, row| row.a() % 2 == 0));
                if self.moved(done, own) {
                    own.rows.retain(|(_, row)| row.a.value % 2 == 0);
                }
            }
        }
    }

    /// Whether the rows were moved; if not, one of them is failed.
    fn moved(&mut self, done: Result<(), Box<dyn Any + Send>>, own: &mut model::Tree) -> bool {
        let fails = own.rows.iter_mut().any(|(_, row)| row.fails());
        self.may_panic |= self.was_failed || fails;
        assert!(done.is_ok() || fails, "{}", self.text);
        done.is_ok()
    }

    /// A change of the list of parts.
    fn given(&mut self, tree: &mut TreeBatch<'_>, own: &mut model::Tree) {
        let key = self.random.below(3) as u32;
        let at = own.given.iter().position(|(other, _)| *other == key);
        let name = format!("{}.given{key}", own.name);
        match self.random.below(6) {
            0..3 => {
                self.say(format_args!("+{name}"));
                let part = Leaf::part(self.world.clone(), name.clone());
                self.check(tree.given_mut().insert_part(key, part), at.is_none());
                if at.is_none() {
                    own.given
                        .push((key, model::Leaf::new(name, &mut self.serial)));
                }
            }
            3 => {
                self.say(format_args!("-{name}"));
                self.check(tree.given_mut().remove(&key), at.is_some());
                at.map(|at| own.given.remove(at));
            }
            _ => {
                let mut given = tree.given_mut();
                let row = given.row_mut(&key);
                self.check(row.is_some(), at.is_some());
                if let (Some(mut row), Some(at)) = (row, at) {
                    self.leaf(&mut row, &mut own.given[at].1, DEPTH);
                }
            }
        }
    }

    /// Lets some of the work come to an end, or wakes work that is gone.
    fn release(&mut self, own: &mut model::Tree) {
        let mut alive = Vec::new();
        own.each(&mut |_| {}, &mut |_, work| alive.extend(work.gate));
        for _ in 0..1 + self.random.below(3) {
            self.steps += 1;
            let created = self.world.gates.created();
            if created > 0 && self.random.chance(10) {
                self.world.gates.wake(1 + self.random.below(created)); // often too late
            }
            if alive.is_empty() {
                return;
            }
            let gate = self.random.pick(&alive);
            let outcome = match self.random.below(10) {
                0..6 => Outcome::Ok(self.value()),
                6..9 => Outcome::Err(self.value().to_string()),
                _ => Outcome::Panic,
            };
            self.say(format_args!("{gate} {outcome:?}"));
            match outcome.clone() {
                Outcome::Ok(value) => self.world.gates.ok(gate, value),
                Outcome::Err(error) => self.world.gates.err(gate, error),
                Outcome::Panic => self.world.gates.panic(gate),
            }
            self.released.insert(gate, outcome);
        }
    }

    /// One poll.
    fn poll(&mut self, tree: &mut Tree, own: &mut model::Tree) {
        let before = own.clone();
        let mut done = 0;
        let mut panics = false;
        let released = &mut self.released;
        own.each(&mut |_| {}, &mut |_, work| {
            work.outcome = work.gate.and_then(|gate| released.remove(&gate));
            done += usize::from(work.outcome.is_some());
            panics |= work.outcome == Some(Outcome::Panic);
        });
        self.say("poll");
        let polled = quietly(|| poll!(tree));
        if let Ok(polled) = &polled {
            self.check(polled.is_ready(), done > 0);
        }
        self.settle(tree, own, Some(&before), polled.err(), panics);
    }

    /// One batch.
    fn batch(&mut self, tree: &mut Tree, own: &mut model::Tree) {
        let before = own.clone();
        self.was_failed = own.fails();
        self.text.push_str("\n[");
        let mut end = End::Commit;
        let result = quietly(|| {
            if self.random.chance(30) {
                end = self.end();
                let _ = tree.transaction(|tree| {
                    self.steps(tree, own);
                    match end {
                        End::Commit => Ok(()),
                        End::Fail => Err(()),
                        End::Panic => panic!("closure"),
                    }
                });
            } else {
                tree.batch(|tree| self.steps(tree, own));
            }
        });
        if end != End::Commit {
            *own = before.clone();
        }
        self.say(if end == End::Commit { "]" } else { "] back" });
        self.settle(tree, own, Some(&before), result.err(), end == End::Panic);
    }

    /// One write, reload or cancel outside of a batch.
    fn single(&mut self, tree: &mut Tree, own: &mut model::Tree) {
        self.steps += 1;
        let before = own.clone();
        let value = self.value();
        self.text.push_str("\nsingle ");
        let key = self.key();
        let result = quietly(|| match self.random.below(9) {
            0 => self.write(("tree", "a"), &mut own.a, value, |value, in_place| {
                if in_place {
                    tree.update_a(|own| *own = value)
                } else {
                    tree.set_a(value)
                }
            }),
            1 => self.write(("tree", "fed"), &mut own.fed, value, |value, in_place| {
                if in_place {
                    tree.update_fed(|own| *own = value)
                } else {
                    tree.set_fed(value)
                }
            }),
            2 => {
                let ids = self.ids();
                self.write(("tree", "ids"), &mut own.ids, ids, |ids, in_place| {
                    if in_place {
                        tree.update_ids(|own| *own = ids)
                    } else {
                        tree.set_ids(ids)
                    }
                });
            }
            3 => self.write(("tree", "page"), &mut own.page, value, |value, in_place| {
                if in_place {
                    tree.update_page(|own| *own = value)
                } else {
                    tree.set_page(value)
                }
            }),
            4 => match self.request("tree", &mut own.work) {
                Request::Reload => tree.reload_work(),
                Request::Cancel => tree.cancel_work("enough"),
            },
            5 => tree.update_leaf(|leaf| self.leaf(leaf, &mut own.leaf, 0)),
            6 => tree.update_rows(|rows| {
                let own = own.rows.iter_mut().find(|(other, _)| *other == key);
                if let (Some(mut row), Some((_, own))) = (rows.row_mut(&key), own) {
                    self.tree(&mut row, own, 0, 1);
                }
            }),
            7 => tree.update_tabs(|tabs| {
                let own = own.tabs.iter_mut().find(|(other, _)| *other == key);
                if let (Some(mut row), Some((_, own))) = (tabs.row_mut(&key), own) {
                    self.leaf(&mut row, own, 0);
                }
            }),
            _ => {
                let at = own.rows.iter().position(|(other, _)| *other == key);
                let taken = at.map(|at| own.rows.remove(at));
                self.say(format_args!("take {key}"));
                let row = tree.take_rows(&key);
                self.check(row.is_some(), taken.is_some());
                if let (Some(row), Some((_, taken))) = (row, taken) {
                    self.check_tree(&row, &taken);
                }
            }
        });
        self.settle(tree, own, Some(&before), result.err(), false);
    }

    fn steps(&mut self, tree: &mut TreeBatch<'_>, own: &mut model::Tree) {
        for _ in 0..1 + self.random.below(8) {
            self.tree(tree, own, 0, 0);
        }
    }

    /// Takes the state, and carries it as text into this tree, perhaps later, or into a new one.
    fn carry(&mut self, tree: &mut Tree, own: &mut model::Tree) {
        self.steps += 1;
        let state = tree.state();
        self.check(state.clone(), own.state());
        let text = serde_json::to_string(&state).expect("JSON");
        self.check(serde_json::from_str(&text).ok(), Some(state));
        self.states.push(text);
        let at = self.random.below(self.states.len());
        let state: SavedTree = serde_json::from_str(&self.states[at]).expect("a state");
        let before = own.clone();
        if self.random.chance(60) {
            self.say(format_args!("restore {at}"));
            own.restore(&state, &mut self.serial);
            let result = quietly(|| tree.restore(state));
            self.settle(tree, own, Some(&before), result.err(), false);
            return;
        }
        self.say(format_args!("with state {at}"));
        let mut other = model::Tree::new("tree".to_owned(), &mut self.serial);
        other.restore(&state, &mut self.serial);
        let (world, name) = (World::new(), "tree".to_owned());
        let made = quietly(|| Tree::with_state(world.clone(), name, state.clone()));
        let Ok(made) = made else {
            let mut settle = Settle::default();
            other.settle(None, &mut self.serial, &mut settle);
            self.check(settle.panics > 0, true);
            return; // there is no such tree
        };
        (*tree, self.world) = (made, world);
        (*own, self.created, self.version) = (other, 0, 0);
        self.released.clear();
        self.settle(tree, own, None, None, false);
        self.check(tree.state(), state);
    }

    /// The end of a batch. `own` is the model before it has settled; `panics` if a panic was on its way then.
    fn settle(
        &mut self,
        tree: &Tree,
        own: &mut model::Tree,
        before: Option<&model::Tree>,
        payload: Option<Box<dyn Any + Send>>,
        panics: bool,
    ) {
        let mut settle = Settle::default();
        own.settle(before, &mut self.serial, &mut settle);
        let text = payload
            .as_ref()
            .map(|payload| text_of(&**payload).unwrap_or_default().to_owned());
        let text = text.as_deref();
        if let Some(text) = text.filter(|text| text.contains("seed")) {
            panic!("{text}"); // of a check in the batch
        }
        if !self.may_panic {
            let panics = panics || settle.panics > 0;
            assert_eq!(payload.is_some(), panics, "{}{text:?}", self.text);
        }
        self.may_panic = false;
        self.check(self.world.log.take(), own.ran(before));
        self.starts(own, settle);
        own.rest();
        self.check_tree(tree, own);
        if before.is_some() {
            self.check(tree.version() != self.version, before != Some(own));
        }
        self.version = tree.version();
    }

    /// Compares the work that was started, and notes its numbers in the model.
    fn starts(&mut self, own: &mut model::Tree, settle: Settle) {
        let new = self.created + 1..=self.world.gates.created();
        self.created = *new.end();
        let numbers: HashMap<String, usize> = new
            .map(|number| (self.world.gates.input(number), number))
            .collect();
        let mut started: Vec<&String> = numbers.keys().collect();
        let mut expected: Vec<&String> = settle.starts.iter().chain(&settle.stopped).collect();
        started.sort();
        expected.sort();
        self.check(started, expected);
        let mut alive = 0;
        own.each(&mut |_| {}, &mut |name, work| {
            if work.gate == Some(0) {
                let start = settle.starts.iter().find(|start| is_of(start, name));
                work.gate = Some(numbers[start.expect("a start")]);
            }
            alive += usize::from(work.gate.is_some());
        });
        self.check(self.world.gates.alive(), alive);
    }

    /// Reads everything at rest.
    fn check_tree(&mut self, tree: &Tree, own: &model::Tree) {
        let seen = (*tree.a(), *tree.fed(), *tree.hint(), tree.ids().clone());
        let expected = (
            own.a.value,
            own.fed.value,
            own.hint.value,
            own.ids.value.clone(),
        );
        self.check(seen, expected);
        let seen = (*tree.page(), *tree.mark(), *tree.opened());
        self.check(seen, (own.page.value, own.mark.value, own.opened.value));
        self.check(tree.seen().clone(), own.work.seen());
        self.check(
            (tree.keys().clone(), *tree.quick()),
            (own.keys(), own.quick()),
        );
        self.check(quietly(|| *tree.below()).ok(), own.below());
        self.check(quietly(|| *tree.total()).ok(), own.total());
        self.check(
            (tree.whole().clone(), tree.all().clone()),
            (own.leaf.line(), own.all()),
        );
        self.check(*tree.put(), own.put());
        if self.random.chance(50) {
            self.text.push('L');
            self.check(quietly(|| *tree.lazily()).ok(), own.lazily());
        }
        self.check_leaf(tree.leaf(), &own.leaf);
        let keys =
            |rows: &[(u32, model::Leaf)]| rows.iter().map(|(key, _)| *key).collect::<Vec<_>>();
        self.check(tree.tabs().keys().copied().collect(), keys(&own.tabs));
        self.check(tree.given().keys().copied().collect(), keys(&own.given));
        let leaves = tree.tabs().values().chain(tree.given().values());
        for (leaf, (_, own)) in leaves.zip(own.tabs.iter().chain(&own.given)) {
            self.check_leaf(leaf, own);
        }
        self.check(tree.rows().keys().copied().collect(), own.keys());
        for (tree, (_, own)) in tree.rows().values().zip(&own.rows) {
            self.check_tree(tree, own);
        }
    }

    fn check_leaf(&mut self, leaf: &Leaf, own: &model::Leaf) {
        let seen = (*leaf.a(), *leaf.fed(), *leaf.ask(), *leaf.draft());
        self.check(
            seen,
            (own.a.value, own.fed.value, own.ask.value, own.draft.value),
        );
        self.check(quietly(|| *leaf.anew()).ok(), own.anew.seen());
        self.check(quietly(|| *leaf.frail()).ok(), own.frail());
        self.check(
            (leaf.seen().clone(), *leaf.got()),
            (own.work.seen(), own.work.value),
        );
        if self.random.chance(50) {
            self.text.push('l');
            self.check(quietly(|| *leaf.lazily()).ok(), own.lazily());
        }
    }
}

/// Whether a transaction has kept its writes. A panic that is not the program's own goes on.
fn is_kept(done: Result<Result<(), ()>, Box<dyn Any + Send>>) -> bool {
    match done {
        Ok(done) => done.is_ok(),
        Err(payload) if text_of(&*payload) == Some("closure") => false,
        Err(payload) => resume_unwind(payload),
    }
}

/// Is this a start of the work of the graph of this name?
fn is_of(start: &str, name: &str) -> bool {
    start.rsplit_once(' ').is_some_and(|(of, _)| of == name)
}

/// The number of steps.
fn program(seed: u64) -> u64 {
    let world = World::new();
    let mut run = Run {
        random: Random::new(seed),
        world: world.clone(),
        serial: 0,
        text: format!("seed {seed}: "),
        steps: 0,
        was_failed: false,
        may_panic: false,
        released: HashMap::new(),
        created: 0,
        version: 0,
        states: Vec::new(),
    };
    let mut tree = Tree::new(world.clone(), "tree".to_owned());
    let mut own = model::Tree::new("tree".to_owned(), &mut run.serial);
    run.settle(&tree, &mut own, None, None, false);
    for _ in 0..8 {
        match run.random.below(20) {
            0..7 => {
                run.release(&mut own);
                run.poll(&mut tree, &mut own);
            }
            7..9 => run.carry(&mut tree, &mut own),
            9..12 => run.single(&mut tree, &mut own),
            _ => run.batch(&mut tree, &mut own),
        }
    }
    drop(tree);
    run.check(run.world.gates.alive(), 0);
    run.steps
}

#[test]
fn a_tree_of_graphs_and_lists_does_what_the_rules_say() {
    let number = |name, default| {
        env::var(name).map_or(default, |text| text.parse::<u64>().expect("a number"))
    };
    let (first, programs) = (number("SEED", 1), number("STEPS", 2000));
    let steps: u64 = (first..first + programs).map(program).sum();
    println!("{programs} programs, {steps} steps");
}
