//! A model of the table of async work for one stream: its values as text, and every order of four items, an end, an error,
//! a cancel, a change of the source and the disposal, over two runs.
//!
//! Must not know: graphs.

/// A state in one line: status, token, value and last whole answer, and every other part that is there.
///
/// It takes any type with the methods of an `AsyncState`, or the two halves of a dynamic resource.
#[macro_export]
macro_rules! stream_line {
    ($state:expr) => {{
        let state = $state;
        $crate::stream_line!(@ state, state.value(), state.stable())
    }};
    ($value:expr, $meta:expr) => {{
        let (value, state) = ($value, $meta);
        $crate::stream_line!(@ state, value.get(), value.stable())
    }};
    (@ $state:ident, $value:expr, $stable:expr) => {{
        let (value, stable) = ($value, $stable);
        let has_value = value.is_some();
        let mut line = format!("{} #{} ", $state.status(), $state.token());
        line += &value.map_or("-".to_owned(), |value| value.to_string());
        line += &stable.map_or("/-".to_owned(), |value| format!("/{value}"));
        if $state.is_reloading() {
            line += " again";
        }
        if let Some(error) = $state.error() {
            line += &format!(" error={error}");
        }
        if $state.failures() > 0 {
            line += &format!(" failures={}", $state.failures());
        }
        if let Some(reason) = $state.cancel_reason() {
            line += &format!(" reason={reason}");
        }
        if has_value && !$state.is_current() {
            line += " old";
        }
        line
    }};
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// The stream yields an item.
    Item,
    /// The stream ends.
    End,
    /// The stream yields an error.
    Error,
    /// The run is cancelled.
    Cancel,
    /// The source changes.
    Change,
    /// The resource is disposed of.
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

/// The rules for the items of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Each item is a whole answer.
    Answers,
    /// A fold, interrupted with a rollback.
    Rollback,
    /// A fold that keeps its value.
    Keep,
    /// A fold that clears its value.
    Clear,
}

/// The table of one stream, its values as text.
#[derive(Clone, Debug)]
pub struct Model {
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
    items: usize,
}

impl Model {
    /// A stream whose first run has started.
    pub fn new(policy: Policy) -> Self {
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
            items: 0,
        }
    }

    /// Is a run open?
    pub fn is_open(&self) -> bool {
        matches!(self.status, "pending" | "streaming")
    }

    /// The number of the run.
    pub fn run(&self) -> usize {
        self.token
    }

    /// An event; items and ends wait for the next poll.
    pub fn on(&mut self, letter: Letter) {
        match letter {
            Letter::Cancel => self.cancel(),
            Letter::Change => self.change(),
            _ if self.is_open() => self.fed.push(letter),
            _ => {}
        }
    }

    /// The next item to be fed.
    pub fn next_item(&self) -> (u32, char) {
        let waiting = self.fed.iter().filter(|it| **it == Letter::Item).count();
        self.item(self.items + waiting)
    }

    /// The text of an item: the runs have different ones.
    fn item(&self, index: usize) -> (u32, char) {
        let letter =
            b'a' + u8::try_from(index).expect("there are few") + 10 * u8::from(self.token > 1);
        (u32::from(letter), char::from(letter))
    }

    /// A poll: all that waits, up to the end of the run.
    pub fn poll(&mut self) {
        for letter in std::mem::take(&mut self.fed) {
            if !self.is_open() {
                break;
            }
            match letter {
                Letter::Item => {
                    let (number, text) = self.item(self.items);
                    self.items += 1;
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

    /// The run is cancelled.
    fn cancel(&mut self) {
        if self.is_open() {
            self.status = "cancelled";
            self.interrupt();
            self.fed.clear();
        }
    }

    /// The source changes: the next run starts.
    fn change(&mut self) {
        (self.status, self.token) = ("pending", self.token + 1);
        (self.made, self.failures, self.items) = (None, 0, 0);
        self.fed.clear();
    }

    /// The state in one line, as [`stream_line!`](crate::stream_line) shows one.
    pub fn line(&self) -> String {
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
pub fn every_order(mut check: impl FnMut(&[Letter])) {
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
