//! Every order of four items, an end, an error, a cancel, a change of the source and the disposal, over two runs: the
//! resource beside a model of the table.
//!
//! Must not know: executors.

use super::{chat, line, prices};
use signal_kernel::reactive;
use signal_kernel_tests::{log::Log, poll, tap::Taps};

reactive! {
    struct Answers {
        let taps: Taps;
        signal prompt: u32 = 1;
        resource answer = prices(taps.open(prompt));
    }
    struct RolledBack {
        let taps: Taps<char>;
        signal prompt: u32 = 1;
        resource answer = chat(taps.open(prompt));
    }
    struct Kept {
        let taps: Taps<char>;
        signal prompt: u32 = 1;
        #[on_cancel(keep)] #[on_error(keep)]
        resource answer = chat(taps.open(prompt));
    }
    struct Cleared {
        let taps: Taps<char>;
        signal prompt: u32 = 1;
        #[on_cancel(clear)] #[on_error(clear)]
        resource answer = chat(taps.open(prompt));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letter {
    Item,
    End,
    Error,
    Cancel,
    Change,
    Dispose,
}

const LETTERS: [(Letter, usize); 6] = [
    (Letter::Item, 4),
    (Letter::End, 1),
    (Letter::Error, 1),
    (Letter::Cancel, 1),
    (Letter::Change, 1),
    (Letter::Dispose, 1),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Each item is a whole answer.
    Answers,
    Rollback,
    Keep,
    Clear,
}

/// The table of one stream, its values as text.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    policy: Policy,
    status: &'static str,
    token: usize,
    partial: Option<String>,
    stable: Option<String>,
    /// The growing value of the open run.
    made: Option<String>,
    /// The tokens of the runs that have made the two values.
    partial_of: usize,
    stable_of: usize,
    failures: u32,
    /// Letters that wait in the stream.
    fed: Vec<Letter>,
}

impl Model {
    pub(crate) fn new(policy: Policy) -> Self {
        Model {
            policy,
            status: "pending",
            token: 1,
            partial: None,
            stable: None,
            made: None,
            partial_of: 0,
            stable_of: 0,
            failures: 0,
            fed: Vec::new(),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, "pending" | "streaming")
    }

    /// The text of an item: the runs have different ones.
    pub(crate) fn item(&self, index: usize) -> (u32, char) {
        let letter =
            b'a' + u8::try_from(index).expect("there are few") + 10 * u8::from(self.token > 1);
        (u32::from(letter), char::from(letter))
    }

    /// A poll: all that waits, up to the end of the run.
    pub(crate) fn poll(&mut self, items: &mut usize) {
        for letter in std::mem::take(&mut self.fed) {
            if !self.is_open() {
                break;
            }
            match letter {
                Letter::Item => {
                    let (number, text) = self.item(*items);
                    *items += 1;
                    self.status = "streaming";
                    if self.policy == Policy::Answers {
                        (self.stable, self.stable_of) = (Some(number.to_string()), self.token);
                        self.failures = 0;
                    } else {
                        self.made.get_or_insert_default().push(text);
                        (self.partial, self.partial_of) = (self.made.clone(), self.token);
                    }
                }
                Letter::End => {
                    self.status = "success";
                    self.failures = 0;
                    if self.policy != Policy::Answers {
                        self.stable = Some(self.made.take().unwrap_or_default());
                        (self.partial, self.stable_of) = (None, self.token);
                    }
                }
                _ => {
                    self.status = "error";
                    self.failures += 1;
                    self.interrupt();
                }
            }
        }
    }

    fn interrupt(&mut self) {
        match self.policy {
            Policy::Answers | Policy::Keep => {}
            Policy::Rollback => self.partial = None,
            Policy::Clear => (self.partial, self.stable) = (None, None),
        }
        self.made = None;
    }

    pub(crate) fn cancel(&mut self) {
        if self.is_open() {
            self.status = "cancelled";
            self.interrupt();
            self.fed.clear();
        }
    }

    pub(crate) fn change(&mut self) {
        (self.status, self.token) = ("pending", self.token + 1);
        (self.made, self.failures) = (None, 0);
        self.fed.clear();
    }

    /// As `line` of the state.
    pub(crate) fn line(&self) -> String {
        let shown = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
        let value = self.partial.as_ref().or(self.stable.as_ref()).cloned();
        let (text, stable) = (shown(&value), shown(&self.stable));
        let mut line = format!("{} #{} {text}/{stable}", self.status, self.token);
        if self.status == "error" {
            line += " error=reset";
        }
        if self.failures > 0 {
            line += &format!(" failures={}", self.failures);
        }
        if self.status == "cancelled" {
            line += " reason=enough";
        }
        let of = match self.partial {
            Some(_) => self.partial_of,
            None => self.stable_of,
        };
        if value.is_some() && of != self.token {
            line += " old";
        }
        line
    }
}

/// Calls `check` with every order of the letters, up to the disposal.
pub(crate) fn every_order(mut check: impl FnMut(&[Letter])) {
    fn go_on(
        left: &mut [(Letter, usize)],
        order: &mut Vec<Letter>,
        check: &mut impl FnMut(&[Letter]),
    ) {
        for index in 0..left.len() {
            let (letter, count) = left[index];
            if count == 0 {
                continue;
            }
            left[index].1 -= 1;
            order.push(letter);
            if letter == Letter::Dispose {
                check(order);
            } else {
                go_on(left, order, check);
            }
            order.pop();
            left[index].1 += 1;
        }
    }
    go_on(&mut LETTERS.clone(), &mut Vec::new(), &mut check);
}

/// Carries out an order on a graph and on the model. With `each`, a poll follows each letter, otherwise each second one.
macro_rules! carry_out {
    ($graph:ident, $policy:expr, $order:expr, $each:expr, $item:tt) => {{
        let taps = Taps::new("answer", &Log::new());
        let mut graph = $graph::new(taps.clone());
        let mut model = Model::new($policy);
        let mut items = 0;
        for (index, &letter) in $order.iter().enumerate() {
            let run = model.token;
            match letter {
                Letter::Item => {
                    let waiting = model.fed.iter().filter(|it| **it == Letter::Item).count();
                    taps.item(run, model.item(items + waiting).$item);
                }
                Letter::End => taps.end(run),
                Letter::Error => taps.error(run, "reset".to_owned()),
                Letter::Cancel => {
                    graph.cancel_answer("enough");
                    model.cancel();
                }
                Letter::Change => {
                    graph.set_prompt(2);
                    model.change();
                    items = 0;
                }
                Letter::Dispose => break,
            }
            if matches!(letter, Letter::Item | Letter::End | Letter::Error) && model.is_open() {
                model.fed.push(letter);
            }
            assert_eq!(
                line(graph.answer()),
                model.line(),
                "before the poll of {index} in {:?}",
                $order
            );
            if $each || index % 2 == 1 {
                let _ = poll!(graph);
                model.poll(&mut items);
            }
            assert_eq!(
                line(graph.answer()),
                model.line(),
                "{index} in {:?}",
                $order
            );
            assert_eq!(taps.alive(), usize::from(model.is_open()));
        }
        drop(graph);
        assert_eq!(taps.alive(), 0);
    }};
}

#[test]
fn every_order_of_events_over_two_runs_is_that_of_the_table() {
    let mut orders = 0;
    every_order(|order| {
        orders += 1;
        for each in [true, false] {
            carry_out!(Answers, Policy::Answers, order, each, 0);
            carry_out!(RolledBack, Policy::Rollback, order, each, 1);
            carry_out!(Kept, Policy::Keep, order, each, 1);
            carry_out!(Cleared, Policy::Clear, order, each, 1);
        }
    });
    assert!(orders > 5_000, "{orders}");
}
