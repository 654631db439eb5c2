//! Random batches on a tree of graphs, held against a model that computes everything anew (R1, R2, R4, R5, R8): values,
//! effects and their order, half-way reads, feeds, writes by hand, and failures.
//!
//! Invariants: the model knows neither ranks nor undo logs; a program follows from its seed.
//!
//! `STEPS` is the number of programs, `SEED` the first seed.

use signal_kernel::{Reactive, reactive};
use signal_kernel_tests::{
    log::Log,
    panics::{quietly, text_of},
    random::Random,
};
use std::env;

/// A leaf whose `a` has this value has a failed value.
const BAD: i64 = 3;

reactive! {
    pub struct Leaf {
        let log: Log;
        let name: &'static str;
        pub signal a: i64 = 0;
        pub signal b: i64 = 0;
        pub signal fed: i64 = 0;
        pub computed parity: i64 = a % 2;
        pub computed frail: i64 = { assert!(*a != BAD, "frail"); a + 1 };
        pub computed twice: i64 = a * 2;
        effect show { log.push(format!("{name} {parity} {fed}")); }
        effect watch { log.push(format!("{name} frail {frail}")); }
    }

    pub struct Branch {
        let log: Log;
        pub signal x: i64 = 0;
        pub graph left: Leaf(log, "left") { fed: *x };
        pub computed both: i64 = left.parity() + right.parity() * 10;
        pub computed through: i64 = left.twice() / 4;
        pub computed safe: i64 = left.frail() * 10;
        pub computed whole: i64 = all_of(right);
        pub computed lazily: i64 = left.twice() + right.b() + x;
        effect show_both { log.push(format!("both {both}")); }
        pub graph right: Leaf(log, "right");
        effect show_through { log.push(format!("through {through}")); }
        effect show_safe { log.push(format!("safe {safe}")); }
        effect show_whole { log.push(format!("whole {whole}")); }
    }

    pub struct Root {
        let log: Log;
        pub signal y: i64 = 0;
        pub graph branch: Branch(log) { x: *y };
        pub computed top: i64 = branch.both() * 1000 + branch.through();
        pub computed deep: i64 = branch.lazily() + y;
        effect show_top { log.push(format!("top {top}")); }
    }
}

fn all_of(leaf: &Leaf) -> i64 {
    leaf.a() * 100 + leaf.b() * 10 + leaf.fed()
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct LeafState {
    a: i64,
    b: i64,
    fed: i64,
    /// The open batch has updated `a` in place, which always counts.
    is_updated: bool,
}

impl LeafState {
    fn frail(self) -> Option<i64> {
        (self.a != BAD).then_some(self.a + 1)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct State {
    y: i64,
    x: i64,
    left: LeafState,
    right: LeafState,
    /// The open batch has written `x`, or `fed` of the left leaf.
    x_by_hand: bool,
    fed_by_hand: bool,
    /// It has updated `y` or `x` in place, which always counts.
    y_is_updated: bool,
    x_is_updated: bool,
}

impl State {
    /// Has the open batch updated anything in place?
    fn is_updated(self) -> bool {
        let leaves = self.left.is_updated || self.right.is_updated;
        self.y_is_updated || self.x_is_updated || leaves
    }

    /// The state when the batch has ended.
    fn at_rest(self) -> State {
        let leaf = |leaf: LeafState| LeafState {
            is_updated: false,
            ..leaf
        };
        State {
            y: self.y,
            x: self.x,
            left: leaf(self.left),
            right: leaf(self.right),
            ..State::default()
        }
    }

    fn both(self) -> i64 {
        self.left.a % 2 + self.right.a % 2 * 10
    }

    fn through(self) -> i64 {
        self.left.a * 2 / 4
    }

    fn whole(self) -> i64 {
        self.right.a * 100 + self.right.b * 10 + self.right.fed
    }

    fn lazily(self) -> i64 {
        self.left.a * 2 + self.right.b + self.x
    }

    fn top(self) -> i64 {
        self.both() * 1000 + self.through()
    }

    /// The lines of the effects, in order, with a failed value as `None`.
    fn lines(self) -> Vec<Option<String>> {
        let shown = |name: &str, leaf: LeafState| format!("{name} {} {}", leaf.a % 2, leaf.fed);
        let frail =
            |name: &str, leaf: LeafState| leaf.frail().map(|frail| format!("{name} frail {frail}"));
        vec![
            Some(shown("left", self.left)),
            frail("left", self.left),
            Some(format!("both {}", self.both())),
            Some(shown("right", self.right)),
            frail("right", self.right),
            Some(format!("through {}", self.through())),
            self.left
                .frail()
                .map(|frail| format!("safe {}", frail * 10)),
            Some(format!("whole {}", self.whole())),
            Some(format!("top {}", self.top())),
        ]
    }
}

/// One run of a program.
struct Run {
    random: Random,
    state: State,
    /// The program so far, for the message of a failure.
    text: String,
    /// A body that has panicked half-way may, or may not, panic again at the end of the batch.
    may_panic: bool,
}

impl Run {
    fn say(&mut self, word: impl std::fmt::Display) {
        self.text += &format!("{word}; ");
    }

    fn value(&mut self) -> i64 {
        self.random.between(0, 3)
    }

    fn check<T: PartialEq + std::fmt::Debug>(&self, seen: T, expected: T) {
        assert_eq!(seen, expected, "{}", self.text);
    }

    /// A read that panics if the value is failed.
    fn check_read(&mut self, name: &str, expected: Option<i64>, read: impl FnOnce() -> i64) {
        self.say(name);
        let seen = quietly(read).ok();
        self.may_panic |= expected.is_none();
        self.check(seen, expected);
    }

    fn ends_well(&mut self) -> bool {
        self.random.chance(60)
    }

    fn root(&mut self, root: &mut RootBatch<'_>, depth: usize) {
        for _ in 0..self.random.below(6) {
            match self.random.below(12) {
                0 | 1 => {
                    let y = self.value();
                    self.say(format_args!("y={y}"));
                    root.set_y(y);
                    self.state.y = y;
                }
                2 if self.random.chance(30) => {
                    let y = self.value();
                    self.say(format_args!("y:={y}"));
                    root.update_y(|own| *own = y);
                    self.state.y = y;
                    self.state.y_is_updated = true;
                }
                2 => {
                    let top = self.state.top();
                    self.check_read("top", Some(top), || *root.top());
                }
                3 => {
                    let deep = self.state.lazily() + self.state.y;
                    self.check_read("deep", Some(deep), || *root.deep());
                }
                4 if depth < 3 => self.nested("root", |run| {
                    let done = root.transaction(|root| {
                        run.root(root, depth + 1);
                        if run.ends_well() { Ok(()) } else { Err(()) }
                    });
                    done.is_ok()
                }),
                5 if depth < 3 => root.batch(|root| self.root(root, depth + 1)),
                _ => self.branch(&mut root.branch_mut(), depth),
            }
        }
    }

    /// A transaction, which is taken back if it fails.
    fn nested(&mut self, name: &str, run: impl FnOnce(&mut Self) -> bool) {
        let before = self.state;
        self.say(format_args!("{name} {{"));
        let done = run(self);
        self.say(if done { "}" } else { "} back" });
        if !done {
            self.state = before;
        }
    }

    fn branch(&mut self, branch: &mut BranchBatch<'_>, depth: usize) {
        let state = self.state;
        match self.random.below(14) {
            0 => {
                let x = self.value();
                if self.random.chance(30) {
                    self.say(format_args!("x:={x}"));
                    branch.update_x(|own| *own = x);
                    self.state.x_is_updated = true;
                } else {
                    self.say(format_args!("x={x}"));
                    branch.set_x(x);
                }
                self.state.x = x;
                self.state.x_by_hand = true;
            }
            1 => self.check_read("both", Some(state.both()), || *branch.both()),
            2 => self.check_read("through", Some(state.through()), || *branch.through()),
            3 => self.check_read("lazily", Some(state.lazily()), || *branch.lazily()),
            4 => {
                let safe = state.left.frail().map(|frail| frail * 10);
                self.check_read("safe", safe, || *branch.safe());
            }
            // A failed value in the graph may panic in the middle of a batch or at its end.
            5 if state.right.a == BAD => {
                self.say("whole?");
                let _ = quietly(|| *branch.whole());
                self.may_panic = true;
            }
            5 => self.check_read("whole", Some(state.whole()), || *branch.whole()),
            6 if depth < 3 => self.nested("branch", |run| {
                let done = branch.transaction(|branch| {
                    for _ in 0..run.random.below(4) {
                        run.branch(branch, depth + 1);
                    }
                    if run.ends_well() { Ok(()) } else { Err(()) }
                });
                done.is_ok()
            }),
            _ if self.random.chance(60) => self.leaf(&mut branch.left_mut(), true, depth),
            _ => self.leaf(&mut branch.right_mut(), false, depth),
        }
    }

    fn own(&mut self, is_left: bool) -> &mut LeafState {
        match is_left {
            true => &mut self.state.left,
            false => &mut self.state.right,
        }
    }

    fn leaf(&mut self, leaf: &mut LeafBatch<'_>, is_left: bool, depth: usize) {
        let name = if is_left { "left" } else { "right" };
        let (value, own) = (self.value(), *self.own(is_left));
        match self.random.below(9) {
            0 if self.random.chance(50) => {
                self.say(format_args!("{name}.a:={value}"));
                leaf.update_a(|own| *own = value);
                self.own(is_left).a = value;
                self.own(is_left).is_updated = true;
            }
            0..3 => {
                self.say(format_args!("{name}.a={value}"));
                leaf.set_a(value);
                self.own(is_left).a = value;
            }
            3 => {
                self.say(format_args!("{name}.b={value}"));
                leaf.set_b(value);
                self.own(is_left).b = value;
            }
            4 => {
                self.say(format_args!("{name}.fed={value}"));
                leaf.set_fed(value);
                self.own(is_left).fed = value;
                self.state.fed_by_hand |= is_left;
            }
            5 => self.check_read("parity", Some(own.a % 2), || *leaf.parity()),
            6 => self.check_read("twice", Some(own.a * 2), || *leaf.twice()),
            7 => self.check_read("frail", own.frail(), || *leaf.frail()),
            _ if depth < 3 => self.nested(name, |run| {
                let done = leaf.transaction(|leaf| {
                    for _ in 0..run.random.below(3) {
                        run.leaf(leaf, is_left, depth + 1);
                    }
                    if run.ends_well() { Ok(()) } else { Err(()) }
                });
                done.is_ok()
            }),
            _ => {}
        }
    }

    /// The end of the outermost batch: what feeds, feeds. Returns the lines of the effects that run, and whether a body
    /// panics.
    fn end(&mut self, before: State) -> (Vec<String>, bool) {
        let state = &mut self.state;
        if (state.y != before.y || state.y_is_updated) && !state.x_by_hand {
            state.x = state.y;
        }
        if (state.x != before.x || state.x_is_updated) && !state.fed_by_hand {
            state.left.fed = state.x;
        }
        let lines = before.lines().into_iter().zip(state.lines());
        let lines = lines.filter_map(|(before, now)| if now == before { None } else { now });
        let pairs = [(before.left, state.left), (before.right, state.right)];
        // The same failure again is no change if the batch has read the value in between.
        let again = |(before, now): (LeafState, LeafState)| {
            now.is_updated && before.a == BAD && now.a == BAD
        };
        self.may_panic |= pairs.into_iter().any(again);
        let fails = |(before, now): (LeafState, LeafState)| now.a != before.a && now.a == BAD;
        (lines.collect(), pairs.into_iter().any(fails))
    }

    /// Reads everything at rest.
    fn check_all(&mut self, root: &Root) {
        let (state, branch) = (self.state, root.branch());
        let leaf = |leaf: &Leaf| LeafState {
            a: *leaf.a(),
            b: *leaf.b(),
            fed: *leaf.fed(),
            is_updated: false,
        };
        let seen = State {
            y: *root.y(),
            x: *branch.x(),
            left: leaf(branch.left()),
            right: leaf(branch.right()),
            ..State::default()
        };
        self.check(seen, state);
        self.check(
            (*branch.both(), *branch.through(), *branch.whole()),
            (state.both(), state.through(), state.whole()),
        );
        self.check(
            quietly(|| *branch.safe()).ok(),
            state.left.frail().map(|it| it * 10),
        );
        self.check(
            quietly(|| *branch.right().frail()).ok(),
            state.right.frail(),
        );
        self.check(*root.top(), state.top());
        if self.random.chance(50) {
            self.say("deep at rest");
            self.check(*root.deep(), state.lazily() + state.y);
        }
        if self.random.chance(50) {
            self.say("left.twice at rest");
            self.check(*branch.left().twice(), state.left.a * 2);
        }
    }
}

fn program(seed: u64) {
    let log = Log::new();
    let mut root = Root::new(log.clone());
    let mut run = Run {
        random: Random::new(seed),
        state: State::default(),
        text: format!("seed {seed}: "),
        may_panic: false,
    };
    let first: Vec<String> = run.state.lines().into_iter().flatten().collect();
    run.check(log.take(), first);
    for _ in 0..5 {
        let before = run.state;
        run.may_panic = false;
        run.text.push_str("\n[");
        let version = root.version();
        let result = quietly(|| {
            if run.random.chance(30) {
                let kept = run.ends_well();
                let _ = root.transaction(|batch| {
                    run.root(batch, 1);
                    if kept { Ok(()) } else { Err(()) }
                });
                if !kept {
                    run.state = before;
                    run.text.push_str("back");
                }
            } else {
                root.batch(|batch| run.root(batch, 0));
            }
        });
        run.text.push(']');
        let (lines, panics) = run.end(before);
        if let Err(payload) = &result {
            let text = text_of(&**payload).unwrap_or_default();
            assert!(
                text.starts_with("frail") || text.starts_with("computed `frail`"),
                "{text}"
            );
        }
        if !run.may_panic {
            run.check(result.is_err(), panics);
        }
        run.check(log.take(), lines);
        let is_updated = run.state.is_updated();
        run.state = run.state.at_rest();
        run.check(root.version() != version, is_updated || run.state != before);
        run.check_all(&root);
    }
}

#[test]
fn a_tree_of_graphs_does_what_the_rules_say() {
    let number = |name| {
        env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let first = number("SEED").unwrap_or(1);
    for seed in first..first + number("STEPS").unwrap_or(3000) {
        program(seed);
    }
}
