//! The rules of a tree of graphs as an interpreter that computes everything anew and compares with the state of before
//! the batch.
//!
//! Must not know: the graph that it is held against, programs, ranks, undo logs.

use super::graphs::{BAD_FEED, BAD_QUESTION, FRAIL, NO_FEED, SavedLeaf, SavedTree, TRIP, row_name};
use std::collections::HashMap;

/// A key whose row cannot be made.
pub(super) const BAD_ID: u32 = 6;
/// A list of ids with this one is no list of keys.
pub(super) const NO_KEYS: u32 = 7;

/// A signal.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Signal<T> {
    pub(super) value: T,
    /// The number of updates in place, each of which counts as a change.
    pub(super) updates: u32,
    /// The open batch has written the signal.
    pub(super) by_hand: bool,
    /// It could not start anew.
    pub(super) is_failed: bool,
}

impl<T: PartialEq + Clone> Signal<T> {
    fn new(value: T) -> Self {
        Signal {
            value,
            updates: 0,
            by_hand: false,
            is_failed: false,
        }
    }

    pub(super) fn set(&mut self, value: T) {
        self.value = value;
        (self.by_hand, self.is_failed) = (true, false);
    }

    pub(super) fn update(&mut self, value: T) {
        self.set(value);
        self.updates += 1;
    }

    pub(super) fn seen(&self) -> Option<T> {
        (!self.is_failed).then(|| self.value.clone())
    }

    fn is_changed(&self, before: &Self) -> bool {
        let is_other = !self.is_failed && self.value != before.value;
        is_other || self.is_failed != before.is_failed || self.updates != before.updates
    }

    fn is_changed_from(&self, before: Option<&Self>) -> bool {
        before.is_none_or(|before| self.is_changed(before))
    }

    fn feed(&mut self, is_due: bool, value: T) {
        if is_due && !self.by_hand {
            self.value = value;
        }
    }

    /// Starts anew, unless it was written.
    fn start_anew(
        &mut self,
        is_due: bool,
        settle: &mut Settle,
        value: impl FnOnce(&T) -> Option<T>,
    ) {
        if !is_due || self.by_hand {
            return;
        }
        match value(&self.value) {
            Some(value) => (self.value, self.is_failed) = (value, false),
            None => {
                self.is_failed = true;
                settle.panics += 1;
            }
        }
    }
}

/// The end of a piece of work.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    Ok(u32),
    Err(String),
    Panic,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Request {
    Reload,
    Cancel,
}

/// A resource.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Work {
    status: &'static str,
    token: u64,
    pub(super) value: Option<u32>,
    error: Option<String>,
    reason: Option<&'static str>,
    is_reloading: bool,
    /// The value belongs to the present question.
    answers: bool,
    /// The present question was asked.
    was_asked: bool,
    pub(super) request: Option<Request>,
    /// The number of the work in flight; 0 until the settle that starts it has ended.
    pub(super) gate: Option<usize>,
    /// The end of the work, if this poll has seen it.
    pub(super) outcome: Option<Outcome>,
    /// The numbers of values and errors so far.
    arrivals: (u32, u32),
}

impl Work {
    fn new() -> Self {
        Work {
            status: "idle",
            token: 0,
            value: None,
            error: None,
            reason: None,
            is_reloading: false,
            answers: false,
            was_asked: false,
            request: None,
            gate: None,
            outcome: None,
            arrivals: (0, 0),
        }
    }

    pub(super) fn seen(&self) -> String {
        let mut line = format!("{} #{}", self.status, self.token);
        if self.is_reloading {
            line += " again";
        }
        if let Some(value) = self.value {
            line += &format!(" value={value}");
        }
        if let Some(error) = &self.error {
            line += &format!(" error={error}");
        }
        if let Some(reason) = self.reason {
            line += &format!(" reason={reason}");
        }
        format!("{line} {}", self.answers && self.value.is_some())
    }

    /// No run is in flight any more.
    fn end(&mut self, status: &'static str, reason: Option<&'static str>) {
        self.status = status;
        (self.reason, self.error, self.is_reloading) = (reason, None, false);
        (self.gate, self.outcome) = (None, None);
    }

    fn settle(&mut self, name: &str, question: Option<u32>, is_changed: bool, settle: &mut Settle) {
        if is_changed || self.request == Some(Request::Reload) {
            let again = self.was_asked && !is_changed;
            if self.request == Some(Request::Reload) {
                self.request = None;
            }
            self.was_asked = false;
            match question {
                None => {
                    self.end("idle", None);
                    (self.value, self.answers) = (None, false);
                }
                Some(BAD_QUESTION) => {
                    self.end("cancelled", Some("panicked"));
                    self.answers = false;
                    settle.panics += 1;
                }
                Some(question) => {
                    self.end("pending", None);
                    (self.was_asked, self.is_reloading) = (true, again);
                    self.answers &= again;
                    self.token += 1;
                    self.gate = Some(0);
                    settle.starts.push(format!("{name} {question}"));
                }
            }
        } else if self.request.is_none() {
            match self.outcome.take() {
                None => {}
                Some(Outcome::Ok(value)) => {
                    self.end("success", None);
                    (self.value, self.answers) = (Some(value), true);
                    self.arrivals.0 += 1;
                }
                Some(Outcome::Err(error)) => {
                    self.end("error", None);
                    self.error = Some(error);
                    self.arrivals.1 += 1;
                }
                Some(Outcome::Panic) => self.end("cancelled", Some("panicked")),
            }
        }
        if self.request.take().is_some() && self.status == "pending" {
            if self.gate == Some(0) {
                settle.stopped.push(settle.starts.pop().expect("a start"));
            }
            self.end("cancelled", Some("enough"));
        }
    }
}

/// The observations of a settle that are no state.
#[derive(Debug, Default)]
pub(super) struct Settle {
    /// The work that is started, by name and question.
    pub(super) starts: Vec<String>,
    /// The work that is started and stopped at once.
    pub(super) stopped: Vec<String>,
    pub(super) panics: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Leaf {
    pub(super) serial: u32,
    pub(super) name: String,
    pub(super) a: Signal<u32>,
    pub(super) fed: Signal<u32>,
    pub(super) ask: Signal<Option<u32>>,
    pub(super) anew: Signal<u32>,
    pub(super) draft: Signal<Option<u32>>,
    pub(super) work: Work,
}

/// An effect: the graph that has it, and its place there.
type Effect = (u32, usize);

/// All that an effect depends on but the values that its line shows, and the line; `None` if a dependency is failed.
type Line = Option<(String, String)>;

/// The effect that does not run first.
const AFTER_FIRST: usize = 1;

impl Leaf {
    pub(super) fn new(name: String, serial: &mut u32) -> Self {
        *serial += 1;
        Leaf {
            serial: *serial,
            name,
            a: Signal::new(0),
            fed: Signal::new(0),
            ask: Signal::new(None),
            anew: Signal::new(1),
            draft: Signal::new(None),
            work: Work::new(),
        }
    }

    pub(super) fn frail(&self) -> Option<u32> {
        let anew = self.anew.seen()?;
        (self.a.value != FRAIL).then(|| anew.wrapping_add(self.a.value))
    }

    pub(super) fn lazily(&self) -> Option<u32> {
        Some(self.frail()?.wrapping_add(self.fed.value))
    }

    pub(super) fn line(&self) -> String {
        format!("{} {} {:?}", self.a.value, self.fed.value, self.work.value)
    }

    fn settle(&mut self, before: Option<&Leaf>, settle: &mut Settle) {
        // A graph that is put in has its first values before it is fed.
        let due = match before {
            Some(before) => self.fed.is_changed(&before.fed),
            None => self.fed.is_changed(&Signal::new(0)),
        };
        let fed = self.fed.value;
        self.anew.start_anew(due, settle, |anew| {
            (fed != BAD_FEED).then(|| anew.wrapping_mul(10).wrapping_add(fed))
        });
        let due = self.ask.is_changed_from(before.map(|it| &it.ask));
        self.work.settle(&self.name, self.ask.value, due, settle);
        let arrivals = before.map_or((0, 0), |before| before.work.arrivals);
        self.draft
            .start_anew(arrivals != self.work.arrivals, settle, |_| Some(None));
        let due = self.a.is_changed_from(before.map(|it| &it.a))
            || self.anew.is_changed_from(before.map(|it| &it.anew));
        if due && self.a.value == FRAIL && !self.anew.is_failed {
            settle.panics += 1;
        }
        if self.a.is_changed_from(before.map(|it| &it.a)) && self.a.value == TRIP {
            settle.panics += 1;
        }
    }

    /// A failed signal has the value from before.
    fn state(&self) -> SavedLeaf {
        SavedLeaf {
            a: self.a.value,
            fed: self.fed.value,
            ask: self.ask.value,
            anew: self.anew.value,
            draft: self.draft.value,
        }
    }

    /// Writes a state, in a batch.
    fn restore(&mut self, saved: &SavedLeaf) {
        self.a.set(saved.a);
        self.fed.set(saved.fed);
        self.ask.set(saved.ask);
        self.anew.set(saved.anew);
        self.draft.set(saved.draft);
    }

    fn lines(&self, lines: &mut Vec<(Effect, Line)>) {
        let Leaf {
            name,
            a,
            fed,
            draft,
            ..
        } = self;
        let all = [
            Some((
                format!("{} {} {}", a.updates, fed.updates, draft.updates),
                format!("{name} {} {} {:?}", a.value, fed.value, draft.value),
            )),
            self.frail()
                .map(|frail| (String::new(), format!("{name} frail {frail}"))),
            Some((String::new(), format!("{name} {}", self.work.seen()))),
            Some((format!("{} {}", a.value, a.updates), format!("{name} trip"))),
        ];
        let all = all.into_iter().enumerate();
        lines.extend(all.map(|(place, line)| ((self.serial, place), line)));
    }

    fn rest(&mut self) {
        self.a.by_hand = false;
        self.fed.by_hand = false;
        self.ask.by_hand = false;
        self.anew.by_hand = false;
        self.draft.by_hand = false;
    }
}

/// The rows of a list, whatever their order. A row that takes the place of another with its key is another member.
fn members(serials: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut members: Vec<u32> = serials.collect();
    members.sort();
    members
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) serial: u32,
    pub(super) name: String,
    pub(super) a: Signal<u32>,
    pub(super) fed: Signal<u32>,
    pub(super) hint: Signal<u32>,
    pub(super) ids: Signal<Vec<u32>>,
    pub(super) rows: Vec<(u32, Tree)>,
    pub(super) leaf: Leaf,
    pub(super) tabs: Vec<(u32, Leaf)>,
    /// The states of tabs that the open batch has restored.
    restored: Vec<(u32, SavedLeaf)>,
    pub(super) given: Vec<(u32, Leaf)>,
    pub(super) page: Signal<u32>,
    pub(super) mark: Signal<u32>,
    pub(super) opened: Signal<u32>,
    pub(super) work: Work,
}

impl Tree {
    pub(super) fn new(name: String, serial: &mut u32) -> Self {
        *serial += 1;
        Tree {
            serial: *serial,
            a: Signal::new(0),
            fed: Signal::new(0),
            hint: Signal::new(0),
            ids: Signal::new(Vec::new()),
            rows: Vec::new(),
            leaf: Leaf::new(row_name(&name, "leaf", 0), serial),
            tabs: Vec::new(),
            restored: Vec::new(),
            given: Vec::new(),
            page: Signal::new(0),
            mark: Signal::new(0),
            opened: Signal::new(0),
            work: Work::new(),
            name,
        }
    }

    pub(super) fn keys(&self) -> Vec<u32> {
        self.rows.iter().map(|(key, _)| *key).collect()
    }

    pub(super) fn below(&self) -> Option<u32> {
        let rows = self.rows.iter().map(|(_, row)| row.total());
        let tabs = self.tabs.iter().map(|(_, tab)| tab.frail());
        rows.chain(tabs)
            .try_fold(0, |sum: u32, value| Some(sum.wrapping_add(value?)))
    }

    /// All that `below` reads, by row.
    fn read_below(&self) -> Vec<(u32, Option<u32>)> {
        let rows = self.rows.iter().map(|(_, row)| (row.serial, row.total()));
        let tabs = self.tabs.iter().map(|(_, tab)| (tab.serial, tab.frail()));
        rows.chain(tabs).collect()
    }

    pub(super) fn total(&self) -> Option<u32> {
        let own = self.a.value.wrapping_add(self.leaf.frail()?);
        Some(own.wrapping_add(self.below()?))
    }

    pub(super) fn quick(&self) -> u32 {
        self.a.value.wrapping_add(self.hint.value)
    }

    pub(super) fn lazily(&self) -> Option<u32> {
        let total = self.total()?.wrapping_mul(3);
        Some(total.wrapping_add(self.rows.len() as u32))
    }

    pub(super) fn all(&self) -> String {
        let lines = self
            .tabs
            .iter()
            .map(|(key, tab)| format!("{key}: {}", tab.line()));
        lines.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn put(&self) -> u32 {
        self.given.iter().map(|(_, leaf)| leaf.a.value).sum()
    }

    /// Phase A of the tree.
    pub(super) fn settle(&mut self, before: Option<&Tree>, serial: &mut u32, settle: &mut Settle) {
        let own = self.a.is_changed_from(before.map(|it| &it.a));
        let a = self.a.value;
        self.leaf.fed.feed(own, a);
        self.leaf.settle(before.map(|it| &it.leaf), settle);
        let frail = self.leaf.frail();
        let is_other = before.is_none_or(|before| before.leaf.frail() != frail);
        for (_, row) in &mut self.rows {
            let rows = before.map_or(&[][..], |before| &before.rows);
            let old = rows
                .iter()
                .map(|(_, old)| old)
                .find(|old| old.serial == row.serial);
            row.fed.feed(own || old.is_none(), a);
            if let Some(frail) = frail {
                row.hint.feed(is_other || old.is_none(), frail);
            }
            row.settle(old, serial, settle);
        }
        if self.ids.is_changed_from(before.map(|it| &it.ids)) {
            self.follow(serial, settle);
        }
        let own = self.fed.is_changed_from(before.map(|it| &it.fed));
        for (key, tab) in &mut self.tabs {
            let tabs = before.map_or(&[][..], |before| &before.tabs);
            let old = tabs
                .iter()
                .map(|(_, old)| old)
                .find(|old| old.serial == tab.serial);
            let is_due = own || old.is_none();
            if self.fed.value != NO_FEED {
                tab.fed.feed(is_due, *key + self.fed.value);
            } else if is_due && !tab.fed.by_hand {
                settle.panics += 1;
            }
            tab.settle(old, settle);
        }
        for (_, leaf) in &mut self.given {
            let given = before.map_or(&[][..], |before| &before.given);
            let old = given
                .iter()
                .map(|(_, old)| old)
                .find(|old| old.serial == leaf.serial);
            leaf.settle(old, settle);
        }
        // A row that fails fails no reader: the body runs, and the read of the failed value panics.
        let is_due = before.is_none_or(|before| before.read_below() != self.read_below());
        settle.panics += u32::from(is_due && self.below().is_none());
        let next = |value: &u32| Some(value + 1);
        let due = before.map_or(vec![], Tree::keys) != self.keys();
        self.page.start_anew(due, settle, next);
        let got = before.and_then(|it| it.leaf.work.value);
        let due = got != self.leaf.work.value;
        self.mark.start_anew(due, settle, next);
        let question = self.leaf.work.value;
        self.work
            .settle(&self.name, question, due || before.is_none(), settle);
        let due = before.map_or(vec![], |before| {
            members(before.tabs.iter().map(|(_, tab)| tab.serial))
        }) != members(self.tabs.iter().map(|(_, tab)| tab.serial));
        self.opened.start_anew(due, settle, next);
    }

    /// The rows of the list that follows: those of the keys, each key once, at its first place.
    fn follow(&mut self, serial: &mut u32, settle: &mut Settle) {
        let ids = &self.ids.value;
        if ids.contains(&NO_KEYS) {
            settle.panics += 1;
            return;
        }
        let mut tabs: Vec<(u32, Leaf)> = Vec::new();
        for (place, id) in ids.iter().enumerate() {
            if ids[..place].contains(id) {
                continue;
            }
            let old = self.tabs.iter().position(|(key, _)| key == id);
            match old {
                Some(at) => tabs.push(self.tabs.remove(at)),
                None if *id == BAD_ID => settle.panics += 1,
                None => {
                    let mut tab = Leaf::new(row_name(&self.name, "tab", *id), serial);
                    if let Some((_, saved)) = self.restored.iter().find(|(key, _)| key == id) {
                        tab.restore(saved);
                    }
                    tabs.push((*id, tab));
                }
            }
        }
        self.tabs = tabs;
    }

    pub(super) fn state(&self) -> SavedTree {
        let rows = self.rows.iter().map(|(key, row)| (*key, row.state()));
        let tabs = self.tabs.iter().map(|(key, tab)| (*key, tab.state()));
        SavedTree {
            a: self.a.value,
            fed: self.fed.value,
            hint: self.hint.value,
            ids: self.ids.value.clone(),
            rows: rows.collect(),
            leaf: self.leaf.state(),
            tabs: tabs.collect(),
            page: self.page.value,
            mark: self.mark.value,
            opened: self.opened.value,
        }
    }

    /// Writes a state, in a batch.
    pub(super) fn restore(&mut self, saved: &SavedTree, serial: &mut u32) {
        self.a.set(saved.a);
        self.fed.set(saved.fed);
        self.hint.set(saved.hint);
        self.ids.set(saved.ids.clone());
        self.page.set(saved.page);
        self.mark.set(saved.mark);
        self.opened.set(saved.opened);
        self.leaf.restore(&saved.leaf);
        let mut rows = Vec::new();
        for (key, saved) in &saved.rows {
            let old = self.rows.iter().position(|(other, _)| other == key);
            let mut row = match old {
                Some(at) => self.rows.remove(at).1,
                None => Tree::new(row_name(&self.name, "row", *key), serial),
            };
            row.restore(saved, serial);
            rows.push((*key, row));
        }
        self.rows = rows;
        for (key, tab) in &mut self.tabs {
            if let Some((_, saved)) = saved.tabs.iter().find(|(other, _)| other == key) {
                tab.restore(saved);
            }
        }
        self.restored = saved.tabs.clone();
    }

    /// The effects in their order.
    pub(super) fn lines(&self, lines: &mut Vec<(Effect, Line)>) {
        let Tree {
            name, a, fed, hint, ..
        } = self;
        let (first, line) = (
            format!("{} {} {}", a.updates, fed.updates, hint.updates),
            format!("{name} {} {} {}", a.value, fed.value, hint.value),
        );
        lines.push(((self.serial, 0), Some((first, line))));
        for (_, row) in &self.rows {
            row.lines(lines);
        }
        self.leaf.lines(lines);
        for (_, leaf) in self.tabs.iter().chain(&self.given) {
            leaf.lines(lines);
        }
        let (page, mark, opened) = (&self.page, &self.mark, &self.opened);
        let all = [
            Some((
                hint.updates.to_string(),
                format!("{name} later {}", hint.value),
            )),
            Some((
                format!("{:?}", members(self.rows.iter().map(|(_, row)| row.serial))),
                format!("{name} keys {:?} {}", self.keys(), self.rows.len()),
            )),
            Some((
                format!("{} {} {}", page.updates, mark.updates, opened.updates),
                format!("{name} {} {} {}", page.value, mark.value, opened.value),
            )),
            self.total()
                .map(|total| (String::new(), format!("{name} total {total}"))),
            Some((
                String::new(),
                format!(
                    "{name} {}; {}; {}",
                    self.leaf.line(),
                    self.all(),
                    self.put()
                ),
            )),
            Some((String::new(), format!("{name} {}", self.work.seen()))),
        ];
        let all = all.into_iter().enumerate();
        lines.extend(all.map(|(place, line)| ((self.serial, AFTER_FIRST + place), line)));
    }

    /// The lines of the effects that run, in their order.
    pub(super) fn ran(&self, before: Option<&Tree>) -> Vec<String> {
        let (mut now, mut then) = (Vec::new(), Vec::new());
        self.lines(&mut now);
        if let Some(before) = before {
            before.lines(&mut then);
        }
        let then: HashMap<Effect, Line> = then.into_iter().collect();
        let runs = now
            .into_iter()
            .filter(|(effect, line)| match then.get(effect) {
                Some(then) => then != line,
                None => !self.is_after_first(*effect),
            });
        runs.filter_map(|(_, line)| Some(line?.1)).collect()
    }

    fn is_after_first(&self, effect: Effect) -> bool {
        let mut rows = self.rows.iter();
        effect == (self.serial, AFTER_FIRST) || rows.any(|(_, row)| row.is_after_first(effect))
    }

    /// All leaves, and all work, of the tree.
    pub(super) fn each(
        &mut self,
        leaf: &mut impl FnMut(&mut Leaf),
        work: &mut impl FnMut(&str, &mut Work),
    ) {
        for (_, row) in &mut self.rows {
            row.each(leaf, work);
        }
        let others = self.tabs.iter_mut().chain(&mut self.given);
        for it in [&mut self.leaf].into_iter().chain(others.map(|(_, it)| it)) {
            work(&it.name.clone(), &mut it.work);
            leaf(it);
        }
        work(&self.name, &mut self.work);
    }

    /// Is any value in the tree failed?
    pub(super) fn fails(&mut self) -> bool {
        let mut fails = false;
        self.each(&mut |leaf| fails |= leaf.frail().is_none(), &mut |_, _| {});
        fails
    }

    /// The end of a batch.
    pub(super) fn rest(&mut self) {
        for (_, row) in &mut self.rows {
            row.rest();
        }
        let others = self.tabs.iter_mut().chain(&mut self.given);
        for it in [&mut self.leaf].into_iter().chain(others.map(|(_, it)| it)) {
            it.rest();
        }
        self.restored.clear();
        self.a.by_hand = false;
        self.fed.by_hand = false;
        self.hint.by_hand = false;
        self.ids.by_hand = false;
        self.page.by_hand = false;
        self.mark.by_hand = false;
        self.opened.by_hand = false;
    }
}
