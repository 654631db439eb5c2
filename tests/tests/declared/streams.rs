//! Resources that are streams: whole answers and folds, their interruption, and the order of their events.
//!
//! Invariants: streams are fed by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

mod permutations;

use futures::{FutureExt, Stream, StreamExt, stream};
use signal_kernel::{
    AsyncState, AsyncStatus, CancelReason, CancelToken, Failure, Part, Shared, poll_progress,
    reactive, resource, settled,
};
use signal_kernel_tests::{
    gate::Wakes,
    log::{Log, NOTHING},
    panics::panic_of,
    poll, stream_line,
    tap::{Tap, Taps},
};
use std::task::Poll;

/// A state in one line.
fn line<T: std::fmt::Display, E: std::fmt::Display>(state: &AsyncState<T, E>) -> String {
    stream_line!(state)
}

#[resource]
fn prices(tap: Tap) -> impl Stream<Item = Result<u32, String>> {
    tap
}

#[resource(fold(String, push))]
fn chat(tap: Tap<char>) -> impl Stream<Item = Result<char, String>> {
    tap
}

/// A `!` panics in the middle of the fold.
fn push(answer: &mut String, token: char) {
    answer.push(token);
    assert_ne!(token, '!', "the fold panicked");
}

reactive! {
    struct Desk {
        let taps: Taps;
        let log: Log;
        signal symbol: Option<u32> = Some(1);
        resource price = prices(taps.open(symbol.as_ref()?));
        effect show { log.push(line(price)); }
    }
}

fn desk() -> (Desk, Taps, Log) {
    let log = Log::new();
    let taps = Taps::new("price", &log);
    let desk = Desk::new(taps.clone(), log.clone());
    assert_eq!(log.take(), ["price#1 opened 1", "pending #1 -/-"]);
    (desk, taps, log)
}

reactive! {
    struct Talk {
        let taps: Taps<char>;
        let log: Log;
        signal prompt: Option<u32> = Some(1);
        resource answer = chat(taps.open(prompt.as_ref()?));
        effect show { log.push(line(answer)); }
        effect store { log.push(format!("stable {:?}", answer.stable())); }
    }
}

fn talk() -> (Talk, Taps<char>, Log) {
    let log = Log::new();
    let taps = Taps::new("answer", &log);
    let talk = Talk::new(taps.clone(), log.clone());
    let begun = ["answer#1 opened 1", "pending #1 -/-", "stable None"];
    assert_eq!(log.take(), begun);
    (talk, taps, log)
}

#[test]
fn b194_b195_b215_each_item_is_a_whole_answer() {
    let (mut desk, taps, log) = desk();
    assert_eq!(poll!(desk), Poll::Pending);
    assert!(desk.price().is_pending());
    assert_eq!(log.take(), NOTHING);
    taps.item(1, 10);
    assert_eq!(poll!(desk), Poll::Ready(()));
    assert_eq!(log.take(), ["streaming #1 10/10"]);
    assert!(!desk.price().is_pending());
    assert!(desk.price().is_current());
    taps.item(1, 11);
    assert!(poll!(desk).is_ready());
    assert_eq!(log.take(), ["streaming #1 11/11"]);
    assert_eq!(poll!(desk), Poll::Pending);
    taps.end(1);
    assert!(poll!(desk).is_ready());
    assert_eq!(log.take(), ["price#1 over", "success #1 11/11"]);
    assert_eq!(poll!(desk), Poll::Pending);
}

#[test]
fn of_the_items_of_one_poll_only_the_last_is_seen() {
    let (mut desk, taps, log) = desk();
    taps.items(1, [10, 11, 12]);
    assert!(poll!(desk).is_ready());
    assert_eq!(log.take(), ["streaming #1 12/12"]);
    taps.items(1, [13, 14]);
    taps.end(1);
    assert!(poll!(desk).is_ready());
    assert_eq!(log.take(), ["price#1 over", "success #1 14/14"]);
}

#[test]
fn b200_an_end_without_an_item_leaves_the_value_that_there_was() {
    let (mut desk, taps, log) = desk();
    taps.end(1);
    assert!(poll!(desk).is_ready());
    assert_eq!(log.take(), ["price#1 over", "success #1 -/-"]);
    desk.set_symbol(Some(2));
    taps.item(2, 20);
    taps.end(2);
    assert!(poll!(desk).is_ready());
    desk.set_symbol(Some(3));
    taps.end(3);
    assert!(poll!(desk).is_ready());
    assert_eq!(desk.price().value(), Some(&20));
    assert!(!desk.price().is_current(), "it answers an older question");
    let (mut talk, taps, log) = talk();
    taps.end(1);
    assert!(poll!(talk).is_ready());
    assert_eq!(
        log.take(),
        ["answer#1 over", "success #1 /", "stable Some(\"\")"],
        "no rows found is an answer"
    );
}

#[test]
fn b201_b202_an_error_ends_the_run_and_the_first_one_counts() {
    let (mut desk, taps, log) = desk();
    taps.item(1, 10);
    assert!(poll!(desk).is_ready());
    log.clear();
    taps.error(1, "reset".to_owned());
    taps.error(1, "again".to_owned());
    assert!(poll!(desk).is_ready());
    assert_eq!(
        log.take(),
        ["price#1 over", "error #1 10/10 error=reset failures=1"]
    );
    taps.wake(1);
    assert_eq!(poll!(desk), Poll::Pending);
    desk.reload_price();
    assert_eq!(
        log.take(),
        ["price#2 opened 1", "pending #2 10/10 again failures=1"]
    );
    assert_eq!(
        desk.price().last_failure(),
        Some(Failure::Error(&"reset".to_owned()))
    );
    taps.item(2, 11);
    assert!(poll!(desk).is_ready());
    assert_eq!(
        log.take(),
        ["streaming #2 11/11"],
        "an item resets the failures"
    );
    assert_eq!(desk.price().last_failure(), None);
}

#[test]
fn an_item_and_an_error_in_one_poll_are_one_transition() {
    let (mut desk, taps, log) = desk();
    taps.item(1, 10);
    taps.error(1, "reset".to_owned());
    assert!(poll!(desk).is_ready());
    assert_eq!(
        log.take(),
        ["price#1 over", "error #1 10/10 error=reset failures=1"]
    );
    desk.set_symbol(Some(2));
    taps.item(2, 20);
    taps.panic(2);
    log.clear();
    assert_eq!(panic_of(|| poll!(desk)), "price#2 panicked");
    assert_eq!(
        log.take(),
        ["price#2 over", "cancelled #2 20/20 reason=panicked"]
    );
}

#[test]
fn b196_b198_a_fold_makes_one_value_of_the_items_and_its_end_makes_it_stable() {
    let (mut talk, taps, log) = talk();
    taps.items(1, ['a', 'b']);
    assert!(poll!(talk).is_ready());
    assert_eq!(
        log.take(),
        ["streaming #1 ab/-"],
        "the stable value has not changed"
    );
    taps.item(1, 'c');
    assert!(poll!(talk).is_ready());
    assert_eq!(log.take(), ["streaming #1 abc/-"]);
    assert!(talk.answer().is_current());
    taps.end(1);
    assert!(poll!(talk).is_ready());
    assert_eq!(
        log.take(),
        [
            "answer#1 over",
            "success #1 abc/abc",
            "stable Some(\"abc\")"
        ]
    );
    talk.set_prompt(Some(2));
    assert_eq!(log.take(), ["answer#2 opened 2", "pending #2 abc/abc old"]);
    taps.item(2, 'x');
    assert!(poll!(talk).is_ready());
    assert_eq!(
        log.take(),
        ["streaming #2 x/abc"],
        "it starts from the initial value"
    );
    taps.item(2, 'y');
    taps.end(2);
    assert!(poll!(talk).is_ready());
    assert_eq!(
        log.take(),
        ["answer#2 over", "success #2 xy/xy", "stable Some(\"xy\")"]
    );
}

#[test]
fn b203_b204_without_a_policy_the_value_of_an_interrupted_fold_rolls_back() {
    let (mut talk, taps, log) = talk();
    taps.item(1, 'a');
    taps.end(1);
    assert!(poll!(talk).is_ready());
    talk.reload_answer();
    taps.item(2, 'b');
    assert!(poll!(talk).is_ready());
    assert_eq!(line(talk.answer()), "streaming #2 b/a");
    log.clear();
    talk.cancel_answer("enough");
    assert_eq!(
        log.take(),
        ["answer#2 dropped", "cancelled #2 a/a reason=enough"]
    );
    talk.reload_answer();
    taps.item(3, 'c');
    taps.error(3, "reset".to_owned());
    log.clear();
    assert!(poll!(talk).is_ready());
    assert_eq!(
        log.take(),
        ["answer#3 over", "error #3 a/a error=reset failures=1"]
    );
}

reactive! {
    struct Kept {
        let taps: Taps<char>;
        signal prompt: u32 = 1;
        #[on_cancel(keep)] #[on_error(keep)]
        resource answer = chat(taps.open(prompt));
    }
    struct Cleared {
        let taps: Taps<char>;
        signal prompt: u32 = 1;
        #[on_cancel(clear)] #[on_error(clear)] #[keep_previous(false)]
        resource answer = chat(taps.open(prompt));
    }
}

#[test]
fn b203_b204_a_policy_keeps_or_clears_the_value_of_an_interrupted_fold() {
    let log = Log::new();
    let taps = Taps::new("answer", &log);
    let mut kept = Kept::new(taps.clone());
    taps.item(1, 'a');
    taps.end(1);
    assert!(poll!(kept).is_ready());
    kept.reload_answer();
    taps.item(2, 'b');
    assert!(poll!(kept).is_ready());
    kept.cancel_answer("enough");
    assert_eq!(line(kept.answer()), "cancelled #2 b/a reason=enough");
    kept.reload_answer();
    assert_eq!(
        line(kept.answer()),
        "pending #3 b/a again",
        "it stays until the first item"
    );
    taps.item(3, 'c');
    taps.error(3, "reset".to_owned());
    assert!(poll!(kept).is_ready());
    assert_eq!(line(kept.answer()), "error #3 c/a error=reset failures=1");
    kept.set_prompt(2);
    assert_eq!(line(kept.answer()), "pending #4 c/a old");

    let taps = Taps::new("answer", &log);
    let mut cleared = Cleared::new(taps.clone());
    taps.item(1, 'a');
    taps.end(1);
    assert!(poll!(cleared).is_ready());
    assert_eq!(line(cleared.answer()), "success #1 a/a");
    cleared.reload_answer();
    assert_eq!(line(cleared.answer()), "pending #2 -/- again", "not kept");
    taps.item(2, 'b');
    assert!(poll!(cleared).is_ready());
    cleared.cancel_answer("enough");
    assert_eq!(line(cleared.answer()), "cancelled #2 -/- reason=enough");
    cleared.reload_answer();
    taps.item(3, 'c');
    taps.error(3, "reset".to_owned());
    assert!(poll!(cleared).is_ready());
    assert_eq!(
        line(cleared.answer()),
        "error #3 -/- error=reset failures=1"
    );
}

#[test]
fn b206_a_superseded_run_is_not_interrupted_and_its_late_items_are_ignored() {
    let (mut talk, taps, log) = talk();
    taps.item(1, 'a');
    assert!(poll!(talk).is_ready());
    log.clear();
    talk.set_prompt(Some(2));
    assert_eq!(
        log.take(),
        [
            "answer#1 dropped",
            "answer#2 opened 2",
            "pending #2 a/- old"
        ],
        "`keep_previous` decides"
    );
    taps.items(1, ['x', 'y']);
    taps.end(1);
    assert_eq!(poll!(talk), Poll::Pending);
    assert_eq!(log.take(), NOTHING);
    assert_eq!(taps.waiting(1), 3);
    talk.set_prompt(None);
    assert_eq!(
        log.take(),
        ["answer#2 dropped", "idle #2 -/-"],
        "both values go"
    );
}

#[test]
fn b209_b210_disposal_drops_the_stream_and_tells_nothing() {
    let (mut talk, taps, log) = talk();
    taps.item(1, 'a');
    assert!(poll!(talk).is_ready());
    log.clear();
    drop(talk);
    assert_eq!(log.take(), ["answer#1 dropped"]);
    assert_eq!(taps.alive(), 0);
    taps.item(1, 'b');
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b211_a_stream_that_is_cancelled_before_its_first_poll_is_never_polled() {
    let (mut desk, taps, log) = desk();
    taps.item(1, 10);
    desk.cancel_price("enough");
    assert_eq!(
        log.take(),
        ["price#1 dropped", "cancelled #1 -/- reason=enough"]
    );
    assert_eq!(poll!(desk), Poll::Pending);
    assert_eq!(taps.polls(1), 0);
}

#[test]
fn b212_b213_a_new_input_and_a_reload_drop_the_stream_before_the_next_is_opened() {
    let (mut desk, taps, log) = desk();
    taps.item(1, 10);
    assert!(poll!(desk).is_ready());
    log.clear();
    desk.reload_price();
    assert_eq!(
        log.take(),
        [
            "price#1 dropped",
            "price#2 opened 1",
            "pending #2 10/10 again"
        ]
    );
    desk.cancel_price("enough");
    log.clear();
    desk.set_symbol(Some(2));
    assert_eq!(log.take(), ["price#3 opened 2", "pending #3 10/10 old"]);
    taps.item(3, 30);
    assert!(poll!(desk).is_ready());
    assert_eq!(log.take(), ["streaming #3 30/30"], "not reloading any more");
}

#[test]
fn a_fold_that_panics_has_torn_its_value() {
    let log = Log::new();
    let taps = Taps::new("answer", &log);
    let mut kept = Kept::new(taps.clone());
    taps.item(1, 'a');
    taps.end(1);
    assert!(poll!(kept).is_ready());
    kept.reload_answer();
    taps.item(2, 'b');
    assert!(poll!(kept).is_ready());
    taps.items(2, ['c', '!', 'd']);
    assert!(panic_of(|| poll!(kept)).contains("the fold panicked"));
    assert_eq!(
        line(kept.answer()),
        "cancelled #2 a/a reason=panicked",
        "whatever the policy"
    );
    assert_eq!((taps.alive(), taps.waiting(2)), (0, 1));
    kept.reload_answer();
    taps.item(3, '!');
    assert!(panic_of(|| poll!(kept)).contains("the fold panicked"));
    assert_eq!(line(kept.answer()), "cancelled #3 a/a reason=panicked");
}

#[test]
fn a_stream_that_panics_is_interrupted_as_by_a_cancel() {
    let log = Log::new();
    let taps = Taps::new("answer", &log);
    let mut kept = Kept::new(taps.clone());
    taps.items(1, ['a', 'b']);
    taps.panic(1);
    assert_eq!(panic_of(|| poll!(kept)), "answer#1 panicked");
    assert_eq!(line(kept.answer()), "cancelled #1 ab/- reason=panicked");
    kept.reload_answer();
    taps.item(2, 'c');
    taps.panic_when_dropped(2);
    assert!(poll!(kept).is_ready());
    assert_eq!(
        panic_of(|| kept.cancel_answer("enough")),
        "answer#2 panicked when dropped"
    );
    assert_eq!(line(kept.answer()), "cancelled #2 c/- reason=enough");
    assert_eq!(poll!(kept), Poll::Pending);
}

reactive! {
    struct Compared {
        let taps: Taps;
        let log: Log;
        signal symbol: u32 = 1;
        #[eq(tens)]
        resource price = prices(taps.open(symbol));
        effect show { log.push(format!("{:?}", price.value())); }
    }
}

/// A difference below ten does not count; a 13 cannot be compared.
fn tens(old: &u32, new: &u32) -> bool {
    assert_ne!(*new, 13, "the comparison panicked");
    old / 10 == new / 10
}

#[test]
fn a_rule_of_equality_is_asked_once_a_poll_for_the_last_item() {
    let log = Log::new();
    let taps = Taps::new("price", &log);
    let mut desk = Compared::new(taps.clone(), log.clone());
    taps.item(1, 10);
    assert!(poll!(desk).is_ready());
    log.clear();
    taps.items(1, [30, 12]);
    assert!(poll!(desk).is_ready());
    assert_eq!(log.take(), NOTHING);
    assert_eq!(desk.price().value(), Some(&10), "the equal one is dropped");
    taps.item(1, 13);
    assert!(panic_of(|| poll!(desk)).contains("the comparison panicked"));
    assert_eq!(line(desk.price()), "cancelled #1 10/10 reason=panicked");
    assert_eq!(log.take(), ["price#1 dropped"], "the run is over");
    taps.item(1, 50);
    assert_eq!(poll!(desk), Poll::Pending);
}

#[test]
fn settled_waits_for_the_first_item_of_answers_and_for_the_end_of_a_fold() {
    let (mut desk, taps, _) = desk();
    assert!(desk.settled().now_or_never().is_none());
    taps.item(1, 10);
    assert!(desk.settled().now_or_never().is_some());
    assert_eq!(desk.price().status(), AsyncStatus::Streaming);
    assert!(desk.settled().now_or_never().is_some());
    taps.item(1, 11);
    assert!(
        desk.progress().now_or_never().is_some(),
        "`progress` waits for each"
    );
    assert!(desk.progress().now_or_never().is_none());
    assert_eq!(desk.price().value(), Some(&11));

    let (mut talk, taps, _) = talk();
    taps.item(1, 'a');
    assert!(talk.settled().now_or_never().is_none());
    assert_eq!(line(talk.answer()), "streaming #1 a/-");
    taps.end(1);
    assert!(talk.settled().now_or_never().is_some());
}

#[test]
fn an_open_stream_wakes_the_task_that_waits_for_progress() {
    let (mut desk, taps, _) = desk();
    taps.item(1, 10);
    let wakes = Wakes::new();
    assert!(wakes.poll(|context| desk.poll_progress(context)).is_ready());
    assert!(
        wakes
            .poll(|context| desk.poll_progress(context))
            .is_pending()
    );
    assert_eq!(wakes.take(), 0);
    taps.item(1, 11);
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(|context| desk.poll_progress(context)).is_ready());
    assert_eq!(desk.price().value(), Some(&11));
}

#[test]
fn b216_a_stream_that_is_not_polled_gets_no_items() {
    let (mut desk, taps, _) = desk();
    taps.items(1, [10, 11, 12]);
    assert_eq!((taps.waiting(1), taps.polls(1)), (3, 0));
    assert!(poll!(desk).is_ready());
    assert_eq!(taps.waiting(1), 0);
}

#[resource(infallible, fold(u64, add))]
fn many(items: u64) -> impl Stream<Item = u64> {
    stream::iter(0..items).map(|_| 1)
}

fn add(sum: &mut u64, item: u64) {
    *sum += item;
}

#[resource(infallible, local)]
fn endless() -> impl Stream<Item = u64> {
    let count = std::rc::Rc::new(std::cell::Cell::new(0));
    stream::repeat_with(move || {
        count.set(count.get() + 1);
        count.get()
    })
}

reactive! {
    struct Sum { resource sum = many(3000); }
    struct Endless { resource number = endless(); }
}

#[test]
fn a_poll_ends_after_1024_items_and_the_next_one_leaves_the_stream_alone() {
    let mut graph = Sum::new();
    let wakes = Wakes::new();
    let mut seen = Vec::new();
    for _ in 0..7 {
        let polled = wakes
            .poll(|context| graph.poll_progress(context))
            .is_ready();
        let woken = wakes.take() > 0;
        seen.push((polled, woken, *graph.sum().value().unwrap()));
    }
    let expected = [
        (true, true, 1024),
        (false, true, 1024),
        (true, true, 2048),
        (false, true, 2048),
        (true, false, 3000),
        (false, false, 3000),
        (false, false, 3000),
    ];
    assert_eq!(seen, expected);
    assert_eq!(graph.sum().status(), AsyncStatus::Success);
}

#[test]
fn waiting_for_an_endless_stream_returns_to_the_executor() {
    let mut graph = Endless::new();
    let wakes = Wakes::new();
    let mut turns = 0;
    let mut waits = Box::pin(async {
        loop {
            graph.progress().await;
        }
    });
    while turns < 5 {
        assert!(
            wakes
                .poll(|context| waits.as_mut().poll(context))
                .is_pending()
        );
        assert!(wakes.take() > 0, "it comes again");
        turns += 1;
    }
    drop(waits);
    assert_eq!(graph.number().value(), Some(&(5 * 1024)));
    let mut sum = Sum::new();
    let mut settled = Box::pin(sum.settled());
    let mut turns = 1;
    while wakes
        .poll(|context| settled.as_mut().poll(context))
        .is_pending()
    {
        turns += 1;
    }
    assert_eq!(turns, 3);
}

#[resource]
fn watched(
    tap: Tap,
    #[cancel] token: CancelToken,
    tokens: Tokens,
) -> impl Stream<Item = Result<u32, String>> {
    tokens.lock().unwrap().push(token);
    tap
}

type Tokens = std::sync::Arc<std::sync::Mutex<Vec<CancelToken>>>;

reactive! {
    struct Watched {
        let taps: Taps;
        let tokens: Tokens;
        signal symbol: u32 = 1;
        resource price = watched(taps.open(symbol), tokens.clone());
    }
}

#[test]
fn a_cancel_token_tells_why_a_stream_was_dropped() {
    let (taps, tokens) = (Taps::new("price", &Log::new()), Tokens::default());
    let mut graph = Watched::new(taps.clone(), tokens.clone());
    let reason = |number: usize| tokens.lock().unwrap()[number - 1].reason();
    taps.item(1, 10);
    assert!(poll!(graph).is_ready());
    assert_eq!(reason(1), None);
    graph.set_symbol(2);
    assert_eq!(reason(1), Some(CancelReason::SourceChanged));
    taps.end(2);
    assert!(poll!(graph).is_ready());
    assert_eq!(reason(2), None);
    graph.reload_price();
    graph.reload_price();
    assert_eq!(reason(3), Some(CancelReason::Reloaded));
    drop(graph);
    assert_eq!(reason(4), Some(CancelReason::Disposed));
}

reactive! {
    struct Superseded {
        let taps: Taps<char>;
        let log: Log;
        signal limit: usize = 9;
        resource first = chat(taps.open("first"));
        computed length: usize = first.value().map_or(0, String::len).min(*limit);
        resource second = chat(taps.open(length));
        effect show { log.push(line(second)); }
    }
}

#[test]
fn a_run_that_is_superseded_in_the_settle_of_its_poll_has_folded_already() {
    let log = Log::new();
    let taps = Taps::new("tap", &log);
    let mut graph = Superseded::new(taps.clone(), log.clone());
    taps.item(2, 'x');
    assert!(poll!(graph).is_ready());
    log.clear();
    taps.item(1, 'a');
    taps.item(2, 'y');
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take(),
        ["tap#2 dropped", "tap#3 opened 1", "pending #2 xy/- old"],
        "the value counts as changed"
    );
    taps.item(1, 'b');
    taps.items(3, ['z', '!']);
    assert!(panic_of(|| poll!(graph)).contains("the fold panicked"));
    assert_eq!(line(graph.second()), "pending #3 -/-", "nothing torn stays");
}

reactive! {
    struct Reset {
        let taps: Taps<char>;
        resource answer = chat(taps.open("answer"));
        signal read: bool = false per answer.value();
        signal stored: bool = false per answer.stable();
    }
}

#[test]
fn a_signal_starts_anew_with_each_item_or_with_each_whole_answer() {
    let log = Log::new();
    let taps = Taps::new("answer", &log);
    let mut graph = Reset::new(taps.clone());
    let marks = |graph: &mut Reset| {
        let seen = (*graph.read(), *graph.stored());
        graph.set_read(true);
        graph.set_stored(true);
        seen
    };
    assert_eq!(marks(&mut graph), (false, false));
    taps.item(1, 'a');
    assert!(poll!(graph).is_ready());
    assert_eq!(marks(&mut graph), (false, true));
    taps.end(1);
    assert!(poll!(graph).is_ready());
    assert_eq!(marks(&mut graph), (true, false));
}

reactive! {
    struct Row {
        let taps: Taps;
        resource price = prices(taps.open("row"));
    }
    struct Board {
        list rows: Row by u32;
        computed sum: u32 = rows.values().filter_map(|row| row.price().value().copied()).sum();
    }
}

#[test]
fn a_graph_with_an_open_stream_goes_on_inside_another() {
    let taps = Taps::new("price", &Log::new());
    let mut row = Row::new(taps.clone());
    taps.item(1, 10);
    assert!(poll!(row).is_ready());
    assert!(poll!(row).is_pending());
    let mut board = Board::new();
    assert!(board.update_rows(|rows| rows.insert_part(1, Part::from(row))));
    assert_eq!(*board.sum(), 10);
    let wakes = Wakes::new();
    let turn = |board: &mut Board| {
        wakes
            .poll(|context| board.poll_progress(context))
            .is_ready()
    };
    assert!(!turn(&mut board));
    taps.item(1, 11);
    assert!(turn(&mut board));
    assert_eq!(*board.sum(), 11);
    assert!(board.settled().now_or_never().is_some());
    assert!(!turn(&mut board));
    let _ = wakes.take();
    taps.item(1, 12);
    assert_eq!(
        wakes.take(),
        1,
        "the stream wakes the task that polls the graph around"
    );
    assert!(turn(&mut board));
    assert_eq!(*board.sum(), 12);
}

#[test]
fn a_graph_with_an_open_stream_goes_on_behind_a_handle() {
    let (mut desk, taps, _) = desk();
    taps.item(1, 10);
    assert!(poll!(desk).is_ready());
    assert!(poll!(desk).is_pending());
    let desk = Shared::new(desk);
    let wakes = Wakes::new();
    assert!(wakes.poll(poll_progress).is_pending());
    let _ = wakes.take();
    taps.item(1, 11);
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(poll_progress).is_ready());
    assert_eq!(desk.read(|desk| desk.price().value().copied()), Some(11));
    assert!(settled().now_or_never().is_some());
    taps.end(1);
    assert!(wakes.poll(poll_progress).is_ready());
    assert_eq!(
        desk.read(|desk| desk.price().status()),
        AsyncStatus::Success
    );
}
