//! Time in a declared graph: `#[sleep]`, `#[debounce]`, `#[timeout]`, `#[retry]`, `#[refresh]`.
//!
//! Invariants: time passes only on the clock of a test; work is made and polled by hand; the log says what happened, in
//! order.
//!
//! Must not know: executors.

mod token;

use futures::{FutureExt, Stream, StreamExt, stream};
use signal_kernel::{
    AsyncState, AsyncStatus, CancelReason, CancelToken, Failure, reactive, resource,
    time::ManualClock,
};
use signal_kernel_tests::{
    describe,
    gate::{Gates, poll_once},
    log::{Log, NOTHING},
    panics::panic_of,
};
use std::{cell::Cell, future::pending, time::Duration};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Work by hand; the log hears the reason of a cancel.
#[resource]
async fn fetch(
    gates: Gates,
    log: Log,
    id: u32,
    #[cancel] token: CancelToken,
) -> Result<u32, String> {
    struct Watched(CancelToken, Log);
    impl Drop for Watched {
        fn drop(&mut self) {
            if let Some(reason) = self.0.reason() {
                self.1.push(format!("told: {reason}"));
            }
        }
    }
    let _watched = Watched(token, log);
    gates.open(id).await
}

/// The state in one line.
fn line(state: &AsyncState<u32, String>) -> String {
    let mut line = describe!(state);
    if state.is_waiting() {
        line += " waits";
    }
    if state.failures() > 0 {
        line += &format!(" failures={}", state.failures());
    }
    line
}

fn is_temporary(error: &String) -> bool {
    error != "gone"
}

const LONGEST: Duration = millis(1500);

reactive! {
    #[sleep(clock)]
    struct Search {
        let clock: ManualClock;
        let gates: Gates;
        let log: Log;
        signal query: Option<u32> = Some(1);
        #[debounce(150ms)]
        #[timeout(2s)]
        #[retry(2, 1s..=LONGEST)]
        #[retry_if(is_temporary)]
        resource hits = fetch(gates, log, query?);
        effect show { log.push(line(hits)); }
    }
}

struct World {
    clock: ManualClock,
    gates: Gates,
    log: Log,
    search: Search,
}

impl World {
    /// The first question was asked, and is polled.
    fn new() -> Self {
        let (clock, log) = (ManualClock::new(), Log::new());
        let gates = Gates::new("hits", &log);
        let search = Search::new(clock.clone(), gates.clone(), log.clone());
        let mut world = World {
            clock,
            gates,
            log,
            search,
        };
        assert_eq!(
            world.poll(),
            ["pending #1", "hits#1 created 1", "hits#1 polled"]
        );
        world
    }

    /// The first question has its answer, 10.
    fn answered() -> Self {
        let mut world = World::new();
        world.gates.ok(1, 10);
        assert_eq!(
            world.poll(),
            ["hits#1 polled", "hits#1 done", "success #1 value=10"]
        );
        world
    }

    /// Polls until there is nothing to commit. The events.
    fn poll(&mut self) -> Vec<String> {
        while poll_once(|context| self.search.poll_progress(context)).is_ready() {}
        self.log.take()
    }

    /// Lets this time pass, and polls.
    fn pass(&mut self, time: Duration) -> Vec<String> {
        self.clock.advance(time);
        self.poll()
    }
}

#[test]
fn the_first_question_does_not_wait_and_a_burst_of_later_ones_is_one_run() {
    let mut world = World::answered();
    world.search.set_query(Some(2));
    assert_eq!(world.poll(), ["pending #2 value=10 waits"]);
    assert_eq!(world.pass(millis(100)), NOTHING);
    world.search.set_query(Some(3));
    assert_eq!(world.poll(), NOTHING, "the wait starts anew");
    assert_eq!(world.pass(millis(100)), NOTHING);
    let asked = world.pass(millis(50));
    assert_eq!(
        asked,
        ["pending #2 value=10", "hits#2 created 3", "hits#2 polled"]
    );
    world.gates.ok(2, 30);
    assert_eq!(
        world.poll(),
        ["hits#2 polled", "hits#2 done", "success #2 value=30"]
    );
}

#[test]
fn a_new_question_drops_the_work_for_the_one_before_at_once() {
    let mut world = World::new();
    world.search.set_query(Some(2));
    let expected = ["hits#1 dropped", "told: source changed", "pending #2 waits"];
    assert_eq!(world.log.take(), expected);
    assert_eq!(world.gates.alive(), 0);
}

#[test]
fn a_write_makes_no_sleep_and_wakes_the_driver_that_does() {
    let mut world = World::answered();
    world.search.set_query(Some(2));
    assert_eq!(world.clock.until_next(), None);
    world.clock.advance(millis(500));
    world.poll();
    assert_eq!(world.clock.until_next(), Some(millis(150)));
}

#[test]
fn a_sleep_that_a_poll_asks_for_is_made_in_that_poll() {
    let mut world = World::new();
    world.gates.err(1, "offline".to_owned());
    let polled = poll_once(|context| world.search.poll_progress(context));
    assert!(polled.is_ready());
    assert_eq!(world.clock.until_next(), Some(millis(1000)));
}

#[test]
fn a_question_after_no_question_waits_and_no_question_does_not() {
    let mut world = World::answered();
    world.search.set_query(Some(2));
    world.poll();
    world.search.set_query(None);
    assert_eq!(world.log.take(), ["idle #2"]);
    assert_eq!(world.clock.until_next(), None, "the sleep is gone");
    world.search.set_query(Some(3));
    assert_eq!(world.poll(), ["pending #3 waits"]);
    let asked = world.pass(millis(150));
    assert_eq!(asked, ["pending #3", "hits#2 created 3", "hits#2 polled"]);
}

#[test]
fn a_reload_while_the_input_is_not_quiet_begins_the_same_run_now() {
    let mut world = World::answered();
    world.search.set_query(Some(2));
    world.poll();
    world.search.reload_hits();
    let asked = ["pending #2 value=10", "hits#2 created 2", "hits#2 polled"];
    assert_eq!(world.poll(), asked);
    assert_eq!(world.clock.until_next(), Some(millis(2000)), "the time-out");
}

#[test]
fn a_cancel_ends_the_wait_and_the_next_reload_asks_a_new_question() {
    let mut world = World::answered();
    world.search.set_query(Some(2));
    world.poll();
    world.search.cancel_hits("enough");
    assert_eq!(world.poll(), ["cancelled #2 value=10 reason=enough"]);
    assert_eq!(world.clock.until_next(), None);
    world.search.reload_hits();
    let asked = ["pending #3 value=10", "hits#2 created 2", "hits#2 polled"];
    assert_eq!(world.poll(), asked);
}

#[test]
fn an_attempt_that_takes_too_long_is_dropped_and_tried_again_and_at_last_the_run_is_cancelled() {
    let mut world = World::new();
    assert_eq!(world.pass(millis(1999)), NOTHING);
    let late = [
        "hits#1 polled",
        "hits#1 dropped",
        "told: timed out after 2s",
        "pending #1 waits failures=1",
    ];
    assert_eq!(world.pass(millis(1)), late);
    assert_eq!(
        world.search.hits().last_failure(),
        Some(Failure::TimedOut(millis(2000)))
    );
    let again = ["pending #1 failures=1", "hits#2 created 1", "hits#2 polled"];
    assert_eq!(world.pass(millis(1000)), again);
    let late = [
        "hits#2 polled",
        "hits#2 dropped",
        "told: timed out after 2s",
        "pending #1 waits failures=2",
    ];
    assert_eq!(world.pass(millis(2000)), late);
    let again = ["pending #1 failures=2", "hits#3 created 1", "hits#3 polled"];
    assert_eq!(world.pass(millis(1500)), again);
    let end = [
        "hits#3 polled",
        "hits#3 dropped",
        "told: timed out after 2s",
        "cancelled #1 reason=timed out after 2s failures=3",
    ];
    assert_eq!(world.pass(millis(2000)), end);
    let reason = CancelReason::TimedOut(millis(2000));
    assert_eq!(world.search.hits().cancel_reason(), Some(&reason));
    assert_eq!(world.clock.until_next(), None);
}

#[test]
fn an_answer_that_is_there_in_time_is_in_time_though_the_poll_comes_late() {
    let mut world = World::new();
    world.gates.ok(1, 10);
    world.clock.advance(millis(5000));
    assert_eq!(
        world.poll(),
        ["hits#1 polled", "hits#1 done", "success #1 value=10"]
    );
    assert_eq!(world.clock.until_next(), None);
}

#[test]
fn errors_are_tried_again_with_longer_waits_and_a_success_forgets_them() {
    let mut world = World::new();
    world.gates.err(1, "offline".to_owned());
    let failed = [
        "hits#1 polled",
        "hits#1 done",
        "pending #1 waits failures=1",
    ];
    assert_eq!(world.poll(), failed);
    let hits = world.search.hits();
    assert_eq!((hits.error(), hits.is_reloading()), (None, false));
    assert_eq!(
        hits.last_failure(),
        Some(Failure::Error(&"offline".to_owned()))
    );
    assert_eq!(world.clock.until_next(), Some(millis(1000)));
    world.pass(millis(1000));
    world.gates.err(2, "offline".to_owned());
    world.poll();
    assert_eq!(world.clock.until_next(), Some(LONGEST));
    world.pass(LONGEST);
    world.gates.ok(3, 10);
    assert_eq!(
        world.poll(),
        ["hits#3 polled", "hits#3 done", "success #1 value=10"]
    );
    assert_eq!(world.search.hits().last_failure(), None);
    assert_eq!(world.clock.until_next(), None);
}

#[test]
fn the_last_failed_attempt_ends_the_run_and_an_error_that_is_not_temporary_does_so_at_once() {
    let mut world = World::new();
    for attempt in 1..=3 {
        world.gates.err(attempt, format!("offline {attempt}"));
        world.poll();
        if let Some(wait) = world.clock.until_next() {
            world.pass(wait);
        }
    }
    assert_eq!(
        line(world.search.hits()),
        "error #1 error=offline 3 failures=3"
    );
    world.search.reload_hits();
    world.poll();
    world.gates.err(4, "gone".to_owned());
    let end = [
        "hits#4 polled",
        "hits#4 done",
        "error #2 error=gone failures=4",
    ];
    assert_eq!(world.poll(), end);
}

#[test]
fn a_new_question_a_reload_and_a_cancel_end_the_wait_for_the_next_attempt() {
    let broken = || {
        let mut world = World::new();
        world.gates.err(1, "offline".to_owned());
        world.poll();
        world
    };
    let mut world = broken();
    world.search.set_query(Some(2));
    assert_eq!(
        world.log.take(),
        ["pending #2 waits"],
        "no failure of another question"
    );
    let mut world = broken();
    world.search.reload_hits();
    let asked = [
        "pending #2 again failures=1",
        "hits#2 created 1",
        "hits#2 polled",
    ];
    assert_eq!(world.poll(), asked);
    for attempt in 2..=3 {
        world.gates.err(attempt, "offline".to_owned());
        world.poll();
        world.pass(world.clock.until_next().expect("the whole budget"));
    }
    assert_eq!(line(world.search.hits()), "pending #2 again failures=3");
    let mut world = broken();
    world.search.cancel_hits("enough");
    assert_eq!(world.poll(), ["cancelled #1 reason=enough failures=1"]);
    assert_eq!(world.clock.until_next(), None);
}

#[test]
fn a_panic_is_not_tried_again() {
    let mut world = World::new();
    world.gates.panic(1);
    let panic = panic_of(|| world.search.poll_progress(&mut noop()));
    assert_eq!(panic, "hits#1 panicked");
    assert_eq!(line(world.search.hits()), "cancelled #1 reason=panicked");
    world.poll();
    assert_eq!(world.clock.until_next(), None);
}

fn noop() -> std::task::Context<'static> {
    std::task::Context::from_waker(std::task::Waker::noop())
}

#[test]
fn the_end_of_a_graph_takes_its_sleeps_along_in_every_phase() {
    let quiet = |world: &mut World| world.search.set_query(Some(2));
    let waits = |world: &mut World| world.gates.err(1, "offline".to_owned());
    let works = |_: &mut World| {};
    for act in [quiet as fn(&mut World), waits, works] {
        let mut world = World::new();
        act(&mut world);
        world.poll();
        assert!(world.clock.until_next().is_some());
        drop(world.search);
        assert_eq!(world.clock.until_next(), None);
        assert!(world.gates.all_dropped_once());
    }
}

#[test]
fn writes_of_a_failed_transaction_start_no_wait() {
    let mut world = World::answered();
    let failed: Result<(), ()> = world.search.transaction(|search| {
        search.set_query(Some(2));
        search.reload_hits();
        Err(())
    });
    assert_eq!(failed, Err(()));
    assert_eq!(world.poll(), NOTHING);
    assert_eq!(world.clock.until_next(), None);
}

#[test]
fn settled_waits_for_the_wait_and_for_the_attempt_after_it() {
    let mut world = World::answered();
    world.search.set_query(Some(2));
    assert!(world.search.settled().now_or_never().is_none());
    world.clock.advance(millis(150));
    assert!(world.search.settled().now_or_never().is_none());
    world.gates.ok(2, 20);
    assert!(world.search.settled().now_or_never().is_some());
}

reactive! {
    #[sleep(clock)]
    struct Refreshed {
        let clock: ManualClock;
        let gates: Gates;
        let log: Log;
        signal query: u32 = 1;
        #[refresh(60s)]
        #[timeout(5s)]
        resource rates = fetch(gates, log, query);
        effect show { log.push(line(rates)); }
    }
}

#[test]
fn a_refresh_asks_again_after_a_success_an_error_and_a_time_out() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let gates = Gates::new("rates", &log);
    let mut graph = Refreshed::new(clock.clone(), gates.clone(), log.clone());
    let poll = |graph: &mut Refreshed| while poll_once(|cx| graph.poll_progress(cx)).is_ready() {};
    poll(&mut graph);
    gates.ok(1, 10);
    poll(&mut graph);
    assert!(
        graph.settled().now_or_never().is_some(),
        "it is not in flight"
    );
    assert_eq!(clock.until_next(), Some(millis(60_000)));
    log.clear();
    clock.advance(millis(60_000));
    poll(&mut graph);
    assert_eq!(
        log.take(),
        [
            "pending #2 again value=10",
            "rates#2 created 1",
            "rates#2 polled"
        ]
    );
    gates.err(2, "offline".to_owned());
    poll(&mut graph);
    clock.advance(millis(60_000));
    poll(&mut graph);
    clock.advance(millis(5_000));
    poll(&mut graph);
    log.clear();
    assert_eq!(clock.until_next(), Some(millis(60_000)));
    clock.advance(millis(60_000));
    poll(&mut graph);
    assert_eq!(
        log.take(),
        [
            "pending #4 again value=10 failures=2",
            "rates#4 created 1",
            "rates#4 polled"
        ]
    );
    graph.cancel_rates("enough");
    poll(&mut graph);
    assert_eq!(clock.until_next(), None, "no refresh after a cancel");
}

#[test]
fn a_cancel_takes_the_refresh_away_and_is_no_transition_and_a_new_question_ends_it() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let gates = Gates::new("rates", &log);
    let mut graph = Refreshed::new(clock.clone(), gates.clone(), log.clone());
    let poll = |graph: &mut Refreshed| while poll_once(|cx| graph.poll_progress(cx)).is_ready() {};
    poll(&mut graph);
    gates.ok(1, 10);
    poll(&mut graph);
    log.clear();
    graph.cancel_rates("enough");
    assert_eq!(log.take(), NOTHING);
    assert_eq!(graph.rates().status(), AsyncStatus::Success);
    assert_eq!(clock.until_next(), None);
    graph.reload_rates();
    poll(&mut graph);
    gates.ok(2, 20);
    poll(&mut graph);
    assert_eq!(clock.until_next(), Some(millis(60_000)));
    graph.set_query(2);
    poll(&mut graph);
    assert_eq!(
        clock.until_next(),
        Some(millis(5_000)),
        "the time-out alone"
    );
}

/// A token that expires after as many seconds as its number says.
fn before_expiry(token: &u32) -> Option<Duration> {
    (*token < 1000).then(|| Duration::from_secs(u64::from(*token)))
}

reactive! {
    #[sleep(clock)]
    struct Session {
        let clock: ManualClock;
        let gates: Gates;
        let log: Log;
        #[refresh(before_expiry)]
        #[retry(1, 250ms..=8s)]
        resource token = fetch(gates, log, 1);
        #[refresh(before_expiry)]
        resource plain = fetch(gates, log, 2);
    }
}

#[test]
fn a_refresh_may_depend_on_the_value_within_bounds() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let gates = Gates::new("token", &log);
    let mut graph = Session::new(clock.clone(), gates.clone(), log.clone());
    let poll = |graph: &mut Session| while poll_once(|cx| graph.poll_progress(cx)).is_ready() {};
    poll(&mut graph);
    gates.ok(2, 1000);
    gates.ok(1, 30);
    poll(&mut graph);
    assert_eq!(clock.until_next(), Some(millis(30_000)), "`None` is never");
    clock.advance(millis(30_000));
    poll(&mut graph);
    gates.ok(3, 0);
    poll(&mut graph);
    assert_eq!(
        clock.until_next(),
        Some(millis(250)),
        "the first wait of `retry`"
    );
    graph.reload_plain();
    poll(&mut graph);
    gates.ok(4, 0);
    graph.cancel_token("enough");
    poll(&mut graph);
    assert_eq!(
        clock.until_next(),
        Some(millis(1000)),
        "a second without `retry`"
    );
    clock.advance(millis(1000));
    poll(&mut graph);
    gates.err(5, "offline".to_owned());
    poll(&mut graph);
    assert_eq!(
        clock.until_next(),
        Some(millis(60_000)),
        "a minute after an error"
    );
}

/// Prices that a test sends; the stream that was made last.
#[resource(fold(String, push))]
fn letters(text: String) -> impl Stream<Item = Result<char, String>> {
    let ends = text.ends_with('.');
    let fails = text.ends_with('!');
    let letters = text.chars().filter(|it| it.is_alphabetic());
    let letters = stream::iter(letters.collect::<Vec<_>>()).map(Ok);
    let end = stream::once(async move {
        match (ends, fails) {
            (true, _) => None,
            (_, true) => Some(Err("broken".to_owned())),
            _ => pending().await,
        }
    });
    letters.chain(end.filter_map(std::future::ready))
}

fn push(text: &mut String, letter: char) {
    text.push(letter);
}

reactive! {
    #[sleep(clock)]
    struct Spelt {
        let clock: ManualClock;
        signal text: String = "ab.".to_owned();
        #[timeout(3s)]
        #[retry(1, 1s..=1s)]
        #[on_cancel(keep)]
        resource spelt = letters(text);
    }
}

#[test]
fn the_time_out_of_a_stream_is_its_longest_silence_and_a_broken_fold_is_tried_again() {
    let clock = ManualClock::new();
    let mut graph = Spelt::new(clock.clone());
    let poll = |graph: &mut Spelt| while poll_once(|cx| graph.poll_progress(cx)).is_ready() {};
    poll(&mut graph);
    assert_eq!(graph.spelt().value().map(String::as_str), Some("ab"));
    assert_eq!(clock.until_next(), None);

    graph.set_text("cd!".to_owned());
    poll(&mut graph);
    let spelt = graph.spelt();
    assert_eq!(
        (spelt.status(), spelt.is_waiting()),
        (AsyncStatus::Pending, true)
    );
    assert_eq!(
        spelt.value().map(String::as_str),
        Some("cd"),
        "it stays through the wait"
    );
    assert_eq!(spelt.stable().map(String::as_str), Some("ab"));
    clock.advance(millis(1000));
    poll(&mut graph);
    assert_eq!(graph.spelt().status(), AsyncStatus::Error);
    assert_eq!(
        graph.spelt().value().map(String::as_str),
        Some("ab"),
        "rolled back"
    );

    graph.set_text("ef".to_owned());
    poll(&mut graph);
    assert_eq!(graph.spelt().status(), AsyncStatus::Streaming);
    assert_eq!(clock.until_next(), Some(millis(3000)));
    clock.advance(millis(3000));
    poll(&mut graph);
    assert!(graph.spelt().is_waiting());
    clock.advance(millis(1000));
    poll(&mut graph);
    clock.advance(millis(3000));
    poll(&mut graph);
    let spelt = graph.spelt();
    assert_eq!(spelt.status(), AsyncStatus::Cancelled);
    assert_eq!(spelt.value().map(String::as_str), Some("ef"), "kept");
    assert_eq!(spelt.failures(), 2);
}

thread_local! {
    static PANICS: Cell<bool> = const { Cell::new(false) };
    static MADE: Cell<u32> = const { Cell::new(0) };
}

/// A sleep whose type has no name; it is over at once, and yields something.
async fn no_time(_: Duration) -> u8 {
    7
}

/// A sleep that may panic when it is made.
fn fragile(time: Duration) -> impl Future<Output = ()> {
    MADE.set(MADE.get() + 1);
    assert!(!PANICS.get(), "no timer");
    let clock = CLOCK.with(Clone::clone);
    clock.sleep(time)
}

thread_local! {
    static CLOCK: ManualClock = ManualClock::new();
}

reactive! {
    #[sleep(fragile)]
    struct Fragile {
        signal query: u32 = 1;
        #[debounce(1s)]
        #[refresh(1s)]
        resource double = doubled(query);
    }

    #[sleep(no_time)]
    struct Hasty {
        signal query: u32 = 1;
        #[debounce(1h)]
        resource double = doubled(query);
    }

    #[sleep(local, fragile)]
    struct Local {
        signal query: u32 = 1;
        #[debounce(1s)]
        resource double = kept(query);
    }
}

#[resource(infallible)]
async fn doubled(query: u32) -> u32 {
    query * 2
}

#[resource(infallible, local)]
async fn kept(query: u32) -> std::rc::Rc<u32> {
    std::rc::Rc::new(query)
}

#[test]
fn a_sleep_that_panics_ends_the_run_and_a_refresh_without_a_transition() {
    let mut graph = Fragile::new();
    while poll_once(|cx| graph.poll_progress(cx)).is_ready() {}
    assert_eq!(MADE.get(), 1, "the refresh");
    PANICS.set(true);
    graph.set_query(2);
    assert_eq!(panic_of(|| graph.poll_progress(&mut noop())), "no timer");
    let double = graph.double();
    assert_eq!(double.cancel_reason(), Some(&CancelReason::Panicked));
    assert_eq!(
        (double.status(), double.token()),
        (AsyncStatus::Cancelled, 2)
    );
    graph.reload_double();
    assert_eq!(
        panic_of(|| while graph.poll_progress(&mut noop()).is_ready() {}),
        "no timer"
    );
    assert_eq!(graph.double().status(), AsyncStatus::Success);
    let before = graph.double().clone();
    while poll_once(|cx| graph.poll_progress(cx)).is_ready() {}
    assert_eq!(*graph.double(), before);
    PANICS.set(false);
}

#[test]
fn a_sleep_may_be_over_at_once_and_may_stay_on_its_thread() {
    let mut graph = Hasty::new();
    graph.set_query(4);
    assert!(graph.double().is_waiting());
    futures::executor::block_on(graph.settled());
    assert_eq!(graph.double().value(), Some(&8));
    let mut graph = Local::new();
    graph.set_query(4);
    assert!(graph.settled().now_or_never().is_none());
    CLOCK.with(|clock| clock.advance(millis(1000)));
    futures::executor::block_on(graph.settled());
    assert_eq!(graph.double().value().map(|value| **value), Some(4));
}

reactive! {
    struct Around {
        let clock: ManualClock;
        let gates: Gates;
        let log: Log;
        signal query: u32 = 1;
        graph inner: Refreshed(clock, gates, log) { query: *query };
        list rows: Refreshed by u32 => |_| Refreshed(clock, gates, log);
    }
}

#[test]
fn graphs_inside_and_rows_sleep_too() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let gates = Gates::new("rates", &log);
    let mut graph = Around::new(clock.clone(), gates.clone(), log.clone());
    graph.update_rows(|rows| {
        rows.insert(1);
    });
    let poll = |graph: &mut Around| while poll_once(|cx| graph.poll_progress(cx)).is_ready() {};
    poll(&mut graph);
    assert_eq!(clock.until_next(), Some(millis(5000)));
    clock.advance(millis(5000));
    poll(&mut graph);
    let reason = CancelReason::TimedOut(millis(5000));
    assert_eq!(graph.inner().rates().cancel_reason(), Some(&reason));
    let row = graph.rows().get(&1).unwrap();
    assert_eq!(row.rates().cancel_reason(), Some(&reason));
    assert_eq!(clock.until_next(), Some(millis(60_000)));
    graph.update_rows(|rows| rows.remove(&1));
    clock.advance(millis(60_000));
    poll(&mut graph);
    assert!(graph.inner().rates().is_reloading());
}

#[test]
fn a_timed_graph_goes_to_other_threads_and_to_tokio() {
    fn is_send_and_sync<T: Send + Sync>(_: &T) {}
    reactive! {
        #[sleep(tokio::time::sleep)]
        struct OnTokio {
            signal query: u32 = 1;
            #[debounce(150ms)] #[timeout(2s)] #[retry(3, 1s..=4s)] #[refresh(1h)]
            resource double = doubled(query);
        }
    }
    let mut graph = OnTokio::new(); // outside of a runtime
    graph.set_query(2);
    graph.set_query(3);
    is_send_and_sync(&graph);
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let elapsed = runtime.block_on(async {
        let begun = tokio::time::Instant::now();
        graph.settled().await;
        begun.elapsed()
    });
    assert_eq!(graph.double().value(), Some(&6));
    assert!(
        elapsed >= millis(150) && elapsed < millis(200),
        "{elapsed:?}"
    );
    graph.set_query(4); // and outside again
    assert!(graph.double().is_waiting());
}

fn checked(query: u32) -> Option<u32> {
    assert!(query != 13, "unlucky");
    (query > 0).then_some(query)
}

reactive! {
    #[sleep(clock)]
    struct Checked {
        let clock: ManualClock;
        signal query: u32 = 1;
        signal limit: u32 = 100;
        computed asked: u32 = { assert!(query < limit, "too large"); *query };
        #[debounce(1s)]
        resource double = doubled(checked(*asked)?);
    }
}

#[test]
fn arguments_that_panic_end_the_wait_and_so_does_a_failed_dependency() {
    let clock = ManualClock::new();
    let mut graph = Checked::new(clock.clone());
    futures::executor::block_on(graph.settled());
    let panicked = Some(&CancelReason::Panicked);
    let wait = |graph: &mut Checked, query| {
        graph.set_query(query);
        assert!(graph.settled().now_or_never().is_none());
        assert!(graph.double().is_waiting());
    };
    wait(&mut graph, 2);
    assert_eq!(panic_of(|| graph.set_query(13)), "unlucky");
    assert_eq!(graph.double().cancel_reason(), panicked);
    assert_eq!(clock.until_next(), None);

    wait(&mut graph, 3);
    assert_eq!(panic_of(|| graph.set_query(100)), "too large");
    assert_eq!(graph.double().cancel_reason(), panicked);
    assert_eq!(clock.until_next(), None);

    wait(&mut graph, 4);
    graph.set_query(0);
    assert_eq!(graph.double().status(), AsyncStatus::Idle);
    assert_eq!(clock.until_next(), None);

    wait(&mut graph, 5);
    clock.advance(millis(1000));
    futures::executor::block_on(graph.settled());
    assert_eq!(graph.double().value(), Some(&10));
}

#[test]
fn tasks_that_share_a_graph_wait_for_its_sleeps() {
    let clock = ManualClock::new();
    let live = signal_kernel::Live::new(Checked::new(clock.clone()));
    let mut driver = std::pin::pin!(live.driver());
    assert!(driver.as_mut().now_or_never().is_none());
    live.update(|graph| graph.set_query(7));
    assert!(driver.as_mut().now_or_never().is_none());
    assert_eq!(clock.until_next(), Some(millis(1000)));
    clock.advance(millis(1000));
    assert!(driver.as_mut().now_or_never().is_none());
    assert_eq!(live.read(|graph| graph.double().value().copied()), Some(14));
}
