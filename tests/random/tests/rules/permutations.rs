//! Every order in which overlapping fetches can complete, against one rule: only the newest input's
//! answer is ever visible (O, R6, R7).
//!
//! Each test goes through all interleavings of a small number of events, carries each out on a declared
//! graph, and on a few lines of interpreter that know the state machine and nothing else. After every
//! event the whole log is compared: the futures that were created and dropped, in this order, and each state
//! that an effect saw. In the end each future was dropped exactly once.
//!
//! Must not know: executors, and when work is polled that has not been released (the lines "polled" are
//! left out).

use signal_kernel::{AsyncState, reactive};
use signal_kernel_tests::{
    describe,
    gate::{Gates, poll_once},
    log::Log,
    profile::fetch,
};
use std::{collections::BTreeMap, mem};

// ---- one resource -----------------------------------------------------------------------------------

reactive! {
    /// One resource, whose input can go away.
    struct Page {
        let gates: Gates;
        let log: Log;
        signal id: Option<u32> = Some(100);
        resource user = fetch(gates.open((*id)?));
        effect show { log.push(describe!(user)); }
    }

    /// The same, which shows nothing old while it waits.
    struct Blank {
        let gates: Gates;
        let log: Log;
        signal id: Option<u32> = Some(100);
        #[keep_previous(false)]
        resource user = fetch(gates.open((*id)?));
        effect show { log.push(describe!(user)); }
    }
}

/// The events of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// A new input.
    Ask,
    /// Two new inputs in one batch: the first is never asked.
    AskTwice,
    /// A new input and the old one again, in one batch: nothing is asked.
    AskInVain,
    /// The same input again.
    Reload,
    /// Cancel, then reload, in one batch: the last request wins.
    CancelAndReload,
    /// Reload, then cancel, in one batch: the last request wins.
    ReloadAndCancel,
    Cancel,
    /// The input goes away: `?` yields `None`.
    Stop,
    /// The fetch of this number completes.
    Release(usize),
    Poll,
}

use Event::*;

/// The interpreter remembers this of a resource.
#[derive(Debug)]
struct Expected {
    keep_previous: bool,
    input: Option<u32>,
    /// How many fetches there were.
    created: usize,
    /// The one in flight.
    running: Option<usize>,
    results: BTreeMap<usize, Result<u32, String>>,
    status: &'static str,
    token: u64,
    again: bool,
    value: Option<u32>,
    error: Option<String>,
    reason: Option<&'static str>,
    log: Vec<String>,
}

impl Expected {
    /// As `new` leaves it: the first input is asked.
    fn new(keep_previous: bool) -> Self {
        let mut expected = Expected {
            keep_previous,
            input: Some(100),
            created: 0,
            running: None,
            results: BTreeMap::new(),
            status: "idle",
            token: 0,
            again: false,
            value: None,
            error: None,
            reason: None,
            log: Vec::new(),
        };
        expected.start(false);
        expected
    }

    fn start(&mut self, again: bool) {
        self.stop();
        let Some(input) = self.input else {
            self.turn("idle", false);
            self.value = None;
            return self.show();
        };
        self.created += 1;
        self.running = Some(self.created);
        self.log
            .push(format!("user#{} created {input}", self.created));
        self.token += 1;
        self.turn("pending", again);
        if !self.keep_previous {
            self.value = None;
        }
        self.show();
    }

    /// Drops the fetch in flight: this is the first thing that happens.
    fn stop(&mut self) {
        if let Some(number) = self.running.take() {
            self.log.push(format!("user#{number} dropped"));
        }
    }

    fn turn(&mut self, status: &'static str, again: bool) {
        (self.status, self.again) = (status, again);
        (self.error, self.reason) = (None, None);
    }

    fn cancel(&mut self) {
        if self.running.is_some() {
            self.stop();
            self.turn("cancelled", false);
            self.reason = Some("enough");
            self.show();
        }
    }

    fn reload(&mut self) {
        // Without an input there is nothing to ask, and staying idle is no transition.
        if self.input.is_some() {
            self.start(true);
        }
    }

    /// True if something was committed.
    fn poll(&mut self) -> bool {
        let Some(result) = self
            .running
            .and_then(|number| self.results.get(&number))
            .cloned()
        else {
            return false;
        };
        let number = self.running.take().unwrap_or_default();
        self.log.push(format!("user#{number} done"));
        match result {
            Ok(value) => {
                self.turn("success", false);
                self.value = Some(value);
            }
            Err(error) => {
                self.turn("error", false);
                self.error = Some(error);
            }
        }
        self.show();
        true
    }

    /// The line that `describe!` prints.
    fn state(&self) -> String {
        let mut line = format!("{} #{}", self.status, self.token);
        line += if self.again { " again" } else { "" };
        line += &self
            .value
            .map_or(String::new(), |value| format!(" value={value}"));
        line += &self
            .error
            .as_ref()
            .map_or(String::new(), |error| format!(" error={error}"));
        line += &self
            .reason
            .map_or(String::new(), |reason| format!(" reason={reason}"));
        line
    }

    fn show(&mut self) {
        self.log.push(self.state());
    }
}

/// The result of fetch `number`: all different, so that an old answer cannot pass for a new one.
fn result(number: usize, is_ok: bool) -> Result<u32, String> {
    if is_ok {
        Ok(number as u32)
    } else {
        Err(format!("no {number}"))
    }
}

macro_rules! check {
    ($name:ident) => {
        /// Carries out `events` and compares after each; `oks` has a bit for each fetch that yields `Ok`.
        fn check(events: &[Event], oks: u32, keep_previous: bool) {
            let log = Log::new();
            let gates = Gates::new("user", &log);
            let mut page = $name::new(gates.clone(), log.clone());
            let mut expected = Expected::new(keep_previous);
            let mut next = 100;
            compare(&log, &mut expected, page.user(), events, oks);
            for event in events {
                let old = expected.input;
                next += 1;
                match *event {
                    Ask => {
                        page.set_id(Some(next));
                        expected.input = Some(next);
                        expected.start(false);
                    }
                    AskTwice => {
                        page.batch(|page| {
                            page.set_id(Some(next + 1000));
                            page.set_id(Some(next));
                        });
                        expected.input = Some(next);
                        expected.start(false);
                    }
                    AskInVain => page.batch(|page| {
                        page.set_id(Some(next));
                        page.set_id(old);
                    }),
                    Reload => {
                        page.reload_user();
                        expected.reload();
                    }
                    CancelAndReload => {
                        page.batch(|page| {
                            page.cancel_user("enough");
                            page.reload_user();
                        });
                        expected.reload();
                    }
                    ReloadAndCancel => {
                        page.batch(|page| {
                            page.reload_user();
                            page.cancel_user("enough");
                        });
                        expected.cancel();
                    }
                    Cancel => {
                        page.cancel_user("enough");
                        expected.cancel();
                    }
                    Stop => {
                        page.set_id(None);
                        if expected.input.take().is_some() {
                            expected.start(false);
                        }
                    }
                    Release(number) if number <= gates.created() => {
                        match result(number, oks & (1 << number) != 0) {
                            Ok(value) => gates.ok(number, value),
                            Err(error) => gates.err(number, error),
                        }
                        expected
                            .results
                            .insert(number, result(number, oks & (1 << number) != 0));
                    }
                    Release(_) => {}
                    Poll => {
                        let ready = poll_once(|context| page.poll_progress(context)).is_ready();
                        assert_eq!(ready, expected.poll(), "{events:?} {oks:b}");
                    }
                }
                compare(&log, &mut expected, page.user(), events, oks);
            }
            drop(page);
            assert!(gates.all_dropped_once(), "{events:?} {oks:b}");
            assert_eq!(gates.created(), expected.created, "{events:?} {oks:b}");
        }
    };
}

fn compare(
    log: &Log,
    expected: &mut Expected,
    state: &AsyncState<u32, String>,
    events: &[Event],
    oks: u32,
) {
    let mut lines = log.take();
    lines.retain(|line| !line.ends_with(" polled"));
    assert_eq!(lines, mem::take(&mut expected.log), "{events:?} {oks:b}");
    assert_eq!(describe!(state), expected.state(), "{events:?} {oks:b}");
}

mod kept {
    use super::*;
    check!(Page);

    pub(super) fn run(events: &[Event], oks: u32) {
        check(events, oks, true);
    }
}

mod blank {
    use super::*;
    check!(Blank);

    pub(super) fn run(events: &[Event], oks: u32) {
        check(events, oks, false);
    }
}

/// All interleavings of `asks`, in this order, with the completion of each fetch after its start. The
/// first fetch has been started by `new`, `asks[0]` starts the second.
fn interleavings(asks: &[Event], mut with: impl FnMut(&[Event])) {
    fn extend(
        asks: &[Event],
        open: &mut Vec<usize>,
        next: usize,
        events: &mut Vec<Event>,
        with: &mut dyn FnMut(&[Event]),
    ) {
        if asks.is_empty() && open.is_empty() {
            return with(events);
        }
        if let Some((&ask, rest)) = asks.split_first() {
            events.push(ask);
            open.push(next);
            extend(rest, open, next + 1, events, with);
            open.pop();
            events.pop();
        }
        for at in 0..open.len() {
            let number = open.remove(at);
            events.push(Release(number));
            extend(asks, open, next, events, with);
            events.pop();
            open.insert(at, number);
        }
    }
    extend(asks, &mut vec![1], 2, &mut Vec::new(), &mut with);
}

/// Both ways to poll: after every event, or in the end.
fn with_polls(events: &[Event], mut with: impl FnMut(&[Event])) {
    let mut often = vec![Poll];
    for &event in events {
        often.extend([event, Poll]);
    }
    with(&often);
    with(&[events, &[Poll, Poll]].concat());
}

/// Behaviours 168, 169 and 170: five fetches, 945 interleavings, each fetch with `Ok` or `Err`, polled
/// after every event or in the end.
#[test]
fn b169_of_five_overlapping_fetches_only_the_newest_is_seen() {
    let mut count = 0;
    interleavings(&[Ask; 4], |events| {
        with_polls(events, |events| {
            for oks in 0..32 {
                kept::run(events, oks << 1);
                count += 1;
            }
        });
    });
    assert_eq!(count, 945 * 2 * 32);
}

/// Behaviours 152, 163, 164, 177 and 180: three further events of every kind, in all interleavings.
#[test]
fn b163_reload_cancel_and_no_input_at_every_point() {
    let kinds = [
        Ask,
        AskTwice,
        AskInVain,
        Reload,
        CancelAndReload,
        ReloadAndCancel,
        Cancel,
        Stop,
    ];
    for first in kinds {
        for second in kinds {
            for third in kinds {
                interleavings(&[first, second, third], |events| {
                    with_polls(events, |events| {
                        kept::run(events, 0b10110);
                        kept::run(events, 0b01001);
                    });
                });
            }
        }
    }
}

/// Behaviours 146, 156 and 165: longer stories, all of whose fetches complete in every order.
#[test]
fn b146_mixed_stories_of_five_fetches() {
    let stories = [
        [Ask, Reload, Ask, Reload],
        [Reload, Cancel, Reload, Ask],
        [Stop, Ask, Stop, Ask],
        [Cancel, Stop, Reload, Ask],
        [Reload, Reload, Stop, Ask],
        [AskTwice, CancelAndReload, ReloadAndCancel, Reload],
        [Ask, AskInVain, Cancel, CancelAndReload],
    ];
    for story in stories {
        interleavings(&story, |events| {
            with_polls(events, |events| {
                for oks in [0, 0b111110, 0b010100, 0b101010] {
                    kept::run(events, oks);
                }
            });
        });
    }
}

/// Behaviour 175: the same with `#[keep_previous(false)]`.
#[test]
fn b175_without_previous_values() {
    let kinds = [Ask, AskInVain, Reload, CancelAndReload, Cancel, Stop];
    for first in kinds {
        for second in kinds {
            for third in kinds {
                interleavings(&[first, second, third], |events| {
                    with_polls(events, |events| {
                        blank::run(events, 0b10110);
                        blank::run(events, 0b01001);
                    });
                });
            }
        }
    }
}

// ---- resources that feed one another ----------------------------------------------------------------

reactive! {
    /// `base` feeds `left` and `right`, which feed `top`. Declared from the end.
    struct Diamond {
        let log: Log;
        let gates: [Gates; 4];
        effect show {
            log.push(format!(
                "{} | {} | {} | {}",
                describe!(base),
                describe!(left),
                describe!(right),
                describe!(top),
            ));
        }
        resource top = fetch(gates[3].open(sum((*left_value)?, (*right_value)?)));
        computed right_value: Option<u32> = right.value().copied();
        computed left_value: Option<u32> = left.value().copied();
        resource right = fetch(gates[2].open((*base_value)?));
        resource left = fetch(gates[1].open((*base_value)?));
        computed base_value: Option<u32> = base.value().copied();
        resource base = fetch(gates[0].open(0));
    }
}

fn sum(left: u32, right: u32) -> u32 {
    left * 1000 + right
}

const NAMES: [&str; 4] = ["base", "left", "right", "top"];
const INPUTS: [&[usize]; 4] = [&[], &[0], &[0], &[1, 2]];

/// How a fetch of the diamond ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// With the value that is there.
    Same,
    Another,
    Error,
}

/// The interpreter remembers this of one corner: all four are pending on an input asked for the second
/// time, and show the value from the first.
#[derive(Debug, Clone)]
struct Corner {
    status: &'static str,
    token: u64,
    again: bool,
    value: u32,
    error: Option<String>,
    ending: Option<Ending>,
}

impl Corner {
    fn state(&self) -> String {
        let again = if self.again { " again" } else { "" };
        let error = self
            .error
            .as_ref()
            .map_or(String::new(), |error| format!(" error={error}"));
        format!(
            "{} #{}{again} value={}{error}",
            self.status, self.token, self.value
        )
    }
}

/// The effect of one poll on the corners: the lines of the log, but for the last, are in no particular order
/// where two corners are not connected.
fn poll_corners(corners: &mut [Corner; 4]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut changed = [false; 4];
    let before = corners.clone();
    for at in 0..4 {
        let ending = corners[at].ending.take();
        if ending.is_some() {
            lines.push(format!("{}#{} done", NAMES[at], corners[at].token));
        }
        let corner = corners[at].clone();
        if INPUTS[at].iter().any(|&input| changed[input]) {
            // Its input has changed under its result: superseded, and asked anew.
            if corner.status == "pending" && ending.is_none() {
                lines.push(format!("{}#{} dropped", NAMES[at], corner.token));
            }
            let input = match *INPUTS[at] {
                [one] => corners[one].value,
                [left, right] => sum(corners[left].value, corners[right].value),
                _ => unreachable!("the base has no inputs"),
            };
            lines.push(format!(
                "{}#{} created {input}",
                NAMES[at],
                corner.token + 1
            ));
            corners[at] = Corner {
                status: "pending",
                token: corner.token + 1,
                again: false,
                error: None,
                ..corner
            };
            continue;
        }
        let corner = &mut corners[at];
        match ending {
            None => continue,
            Some(Ending::Error) => {
                corner.status = "error";
                corner.error = Some("offline".to_owned());
            }
            Some(ending) => {
                changed[at] = ending == Ending::Another;
                corner.status = "success";
                corner.error = None;
                corner.value += u32::from(changed[at]);
            }
        }
        corner.again = false;
    }
    let states = |corners: &[Corner; 4]| corners.each_ref().map(Corner::state).join(" | ");
    if states(&before) != states(corners) {
        lines.push(states(corners));
    }
    lines
}

/// A diamond all of whose corners are pending for the second time, on the input they have an answer to.
fn reloading() -> (Diamond, [Gates; 4], Log, [Corner; 4]) {
    let log = Log::new();
    let gates = NAMES.map(|name| Gates::new(name, &log));
    let mut diamond = Diamond::new(log.clone(), gates.clone());
    let values = [10, 20, 30, 40];
    for (gates, value) in gates.iter().zip(values) {
        gates.ok(1, value);
        let _ = poll_once(|context| diamond.poll_progress(context));
    }
    diamond.batch(|diamond| {
        diamond.reload_base();
        diamond.reload_left();
        diamond.reload_right();
        diamond.reload_top();
    });
    assert_eq!(gates.each_ref().map(Gates::created), [2; 4]);
    assert!(poll_once(|context| diamond.poll_progress(context)).is_pending());
    log.clear();
    let corners = values.map(|value| Corner {
        status: "pending",
        token: 2,
        again: true,
        value,
        error: None,
        ending: None,
    });
    (diamond, gates, log, corners)
}

/// The corners release their second fetch in `order`, each with its ending, and are polled after each
/// release or once; then the rest is released until nothing is in flight.
fn check_diamond(order: &[usize], endings: &[Ending; 4], polled_between: bool) {
    let story = || format!("{order:?} {endings:?} {polled_between}");
    let (mut diamond, gates, log, mut corners) = reloading();
    for (done, &at) in order.iter().enumerate() {
        release(&gates, &mut corners, at, 2, endings[at]);
        if polled_between || done + 1 == order.len() {
            poll_and_compare(&mut diamond, &log, &mut corners, &story);
        }
    }
    for _ in 0..4 {
        for at in 0..4 {
            if corners[at].status == "pending" && corners[at].ending.is_none() {
                let token = corners[at].token as usize;
                release(&gates, &mut corners, at, token, Ending::Another);
            }
        }
        poll_and_compare(&mut diamond, &log, &mut corners, &story);
    }
    assert!(
        corners.iter().all(|corner| corner.status != "pending"),
        "{}",
        story()
    );
    let mut created = [0; 4];
    for (at, gates) in gates.iter().enumerate() {
        created[at] = gates.created();
        assert_eq!(created[at] as u64, corners[at].token, "{}", story());
    }
    // The last answer belongs to the present values.
    let input = |at: usize| gates[at].input(created[at]);
    assert_eq!(input(1), corners[0].value.to_string(), "{}", story());
    assert_eq!(input(2), corners[0].value.to_string(), "{}", story());
    assert_eq!(
        input(3),
        sum(corners[1].value, corners[2].value).to_string(),
        "{}",
        story()
    );
    drop(diamond);
    assert!(gates.iter().all(Gates::all_dropped_once), "{}", story());
}

fn release(
    gates: &[Gates; 4],
    corners: &mut [Corner; 4],
    at: usize,
    number: usize,
    ending: Ending,
) {
    let corner = &mut corners[at];
    match ending {
        Ending::Same => gates[at].ok(number, corner.value),
        Ending::Another => gates[at].ok(number, corner.value + 1),
        Ending::Error => gates[at].err(number, "offline".to_owned()),
    }
    // The release of a superseded fetch has no effect.
    if corner.token == number as u64 && corner.status == "pending" {
        corner.ending = Some(ending);
    }
}

fn poll_and_compare(
    diamond: &mut Diamond,
    log: &Log,
    corners: &mut [Corner; 4],
    story: &dyn Fn() -> String,
) {
    let expected = poll_corners(corners);
    let ready = poll_once(|context| diamond.poll_progress(context)).is_ready();
    let mut lines = log.take();
    lines.retain(|line| !line.ends_with(" polled"));
    assert_eq!(ready, !expected.is_empty(), "{}", story());
    assert_eq!(lines.last(), expected.last(), "{}", story());
    assert_order(&lines, story);
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    assert_eq!(sorted(lines), sorted(expected), "{}", story());
}

/// First everything is polled, then it is committed, dependencies first, then the effect runs.
fn assert_order(lines: &[String], story: &dyn Fn() -> String) {
    let phase = |line: &String| match line.split_once('#') {
        Some((_, rest)) if rest.ends_with("done") => 0,
        Some((name, _)) if line.contains("created") || line.contains("dropped") => {
            let dropped = usize::from(!line.contains("dropped"));
            match name {
                "left" | "right" => 1,
                _ => 3 + dropped,
            }
        }
        _ => 9,
    };
    assert!(lines.is_sorted_by_key(phase), "{lines:?} {}", story());
    for name in ["left", "right"] {
        let mut own = lines
            .iter()
            .filter(|line| line.starts_with(name) && !line.ends_with("done"));
        if let (Some(first), Some(second)) = (own.next(), own.next()) {
            assert!(
                first.ends_with("dropped") && second.contains("created"),
                "{lines:?} {}",
                story()
            );
        }
    }
}

/// R6: four resources that feed one another, each with every ending, complete in every order, polled one
/// by one or all at once; those that complete in one poll are committed together, and a result whose
/// input an earlier one has changed is superseded.
#[test]
fn b158_results_of_one_poll_are_committed_together_dependencies_first() {
    let endings = [Ending::Same, Ending::Another, Ending::Error];
    for number in 0..81 {
        let ending = |at: u32| endings[number / 3_usize.pow(at) % 3];
        let endings = [ending(0), ending(1), ending(2), ending(3)];
        for_each_permutation(&mut [0, 1, 2, 3], 0, &mut |order| {
            check_diamond(order, &endings, true);
        });
        check_diamond(&[3, 1, 0, 2], &endings, false);
    }
}

/// R6: any part of the four completes in one poll.
#[test]
fn b158_any_of_four_results_in_one_poll() {
    let endings = [Ending::Same, Ending::Another, Ending::Error];
    for part in 0..16 {
        let order: Vec<usize> = (0..4).filter(|at| part & (1 << at) != 0).collect();
        for number in 0..81 {
            let ending = |at: u32| endings[number / 3_usize.pow(at) % 3];
            check_diamond(&order, &[ending(0), ending(1), ending(2), ending(3)], false);
        }
    }
}

fn for_each_permutation(list: &mut [usize], fixed: usize, with: &mut dyn FnMut(&[usize])) {
    if fixed == list.len() {
        return with(list);
    }
    for at in fixed..list.len() {
        list.swap(fixed, at);
        for_each_permutation(list, fixed + 1, with);
        list.swap(fixed, at);
    }
}
