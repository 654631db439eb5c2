//! Asynchronous signals from streams: whole answers and folds, their readers by part, and the order of their events.
//!
//! Invariants: streams are fed by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use futures::{FutureExt, Stream, StreamExt, stream};
use signal_kernel::{
    AsyncMeta, AsyncSignal, AsyncStatus, AsyncValue, Failure, FetchContext, Interrupted, Signal,
    StreamOptions, create_effect, create_stream_resource, create_stream_resource_with, from_stream,
    from_stream_with, poll_progress, progress, scope, settled, signal,
};
use signal_kernel_tests::{
    gate::Wakes,
    log::{Log, NOTHING},
    panics::panic_of,
    resources::{line as event, poll},
    stream_line,
    stream_model::{Letter, Model, Policy, every_order},
    tap::{Tap, Taps},
};
use std::{cell::RefCell, rc::Rc, task::Poll};

/// A stream for an id, and an effect that sees every transition.
struct Price {
    id: Signal<u32>,
    value: AsyncValue<u32>,
    meta: AsyncMeta<String>,
    taps: Taps,
    log: Log,
}

fn price() -> Price {
    let (log, id) = (Log::new(), signal(1));
    let taps = Taps::<u32>::new("price", &log);
    let open = taps.clone();
    let (value, meta) = create_stream_resource(move || id.get(), move |id: u32| open.open(id));
    let seen = log.clone();
    create_effect(move || seen.push(stream_line!(value, meta)));
    assert_eq!(log.take(), ["price#1 opened 1", "pending #1 -/-"]);
    Price {
        id,
        value,
        meta,
        taps,
        log,
    }
}

/// A `!` panics in the middle of the fold.
fn push(answer: &mut String, token: char) {
    answer.push(token);
    assert_ne!(token, '!', "the fold panicked");
}

type Answer = AsyncSignal<String, String>;

fn answer(taps: &Taps<char>, rule: Interrupted) -> Answer {
    let taps = taps.clone();
    let options = StreamOptions::new()
        .fold(push)
        .after_cancel(rule)
        .after_error(rule);
    from_stream_with(move || taps.open("answer"), options)
}

fn folded(rule: Interrupted) -> (Answer, Taps<char>, Log) {
    let log = Log::new();
    let taps = Taps::new("answer", &log);
    (answer(&taps, rule), taps, log)
}

#[test]
fn b195_b215_each_item_of_a_stream_is_an_answer() {
    let Price {
        meta, taps, log, ..
    } = price();
    assert_eq!(poll(), Poll::Pending);
    taps.items(1, [10, 11]);
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["streaming #1 11/11"], "only the last is seen");
    assert!(!meta.is_pending() && meta.is_current());
    taps.item(1, 12);
    taps.end(1);
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["price#1 over", "success #1 12/12"]);
    assert_eq!(poll(), Poll::Pending);
}

#[test]
fn b206_b213_a_change_of_the_source_drops_the_stream_before_it_opens_another() {
    let Price { id, taps, log, .. } = price();
    taps.item(1, 10);
    assert!(poll().is_ready());
    log.clear();
    id.set(2);
    assert_eq!(
        log.take(),
        [
            "price#1 dropped",
            "price#2 opened 2",
            "pending #2 10/10 old"
        ]
    );
    taps.item(1, 11);
    assert_eq!(poll(), Poll::Pending);
    taps.item(2, 20);
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["streaming #2 20/20"]);
}

#[test]
fn b201_the_failure_outlives_the_status_error() {
    let Price {
        meta, taps, log, ..
    } = price();
    taps.item(1, 10);
    taps.error(1, "reset".to_owned());
    assert!(poll().is_ready());
    assert_eq!(
        log.take(),
        ["price#1 over", "error #1 10/10 error=reset failures=1"],
        "an item and an error are one transition"
    );
    meta.reload();
    assert_eq!(
        log.take(),
        ["price#2 opened 1", "pending #2 10/10 again failures=1"]
    );
    let text = |failure: Option<Failure<'_, String>>| match failure {
        Some(Failure::Error(error)) => error.clone(),
        _ => "none".to_owned(),
    };
    assert_eq!(meta.with_last_failure(text), "reset");
    assert_eq!(meta.try_failures(), Ok(1));
    taps.item(2, 11);
    assert!(poll().is_ready());
    assert_eq!(meta.with_last_failure(text), "none");
    assert_eq!(log.take(), ["streaming #2 11/11"]);
}

#[test]
fn b196_b198_a_fold_grows_and_its_end_makes_it_stable() {
    let (answer, taps, log) = folded(Interrupted::Rollback);
    let seen = log.clone();
    create_effect(move || seen.push(format!("value {:?}", answer.value())));
    let seen = log.clone();
    create_effect(move || seen.push(format!("stable {:?}", answer.stable())));
    log.clear();
    taps.items(1, ['a', 'b']);
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["value Some(\"ab\")"], "not stable yet");
    taps.item(1, 'c');
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["value Some(\"abc\")"]);
    taps.end(1);
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["answer#1 over", "stable Some(\"abc\")"]);
    answer.reload();
    taps.item(2, 'x');
    assert!(poll().is_ready());
    assert_eq!(stream_line!(answer), "streaming #2 x/abc");
    assert_eq!(answer.try_stable(), Ok(Some("abc".to_owned())));
    assert_eq!(
        answer.try_with_stable(|it| it.map(String::len)),
        Ok(Some(3))
    );
}

#[test]
fn b203_b204_a_rule_decides_about_an_interrupted_fold() {
    for (rule, cancelled, failed) in [
        (Interrupted::Rollback, "a/a", "a/a"),
        (Interrupted::Keep, "b/a", "c/a"),
        (Interrupted::Clear, "-/-", "-/-"),
    ] {
        let (answer, taps, _) = folded(rule);
        taps.item(1, 'a');
        taps.end(1);
        assert!(poll().is_ready());
        answer.reload();
        taps.item(2, 'b');
        assert!(poll().is_ready());
        assert_eq!(stream_line!(answer), "streaming #2 b/a");
        answer.cancel("enough");
        assert_eq!(
            stream_line!(answer),
            format!("cancelled #2 {cancelled} reason=enough")
        );
        answer.reload();
        taps.item(3, 'c');
        taps.error(3, "reset".to_owned());
        assert!(poll().is_ready());
        assert_eq!(
            stream_line!(answer),
            format!("error #3 {failed} error=reset failures=1")
        );
    }
}

#[test]
fn a_value_that_a_reader_holds_does_not_grow() {
    let (answer, taps, _) = folded(Interrupted::Rollback);
    taps.item(1, 'a');
    assert!(poll().is_ready());
    taps.item(1, 'b');
    let wakes = Wakes::new();
    answer.with_value(|held| {
        assert_eq!(wakes.poll(poll_progress), Poll::Pending);
        assert_eq!(held.map(String::as_str), Some("a"));
    });
    assert_eq!(
        (taps.waiting(1), wakes.take()),
        (1, 1),
        "it is polled again"
    );
    assert!(wakes.poll(poll_progress).is_ready());
    assert_eq!(answer.value().as_deref(), Some("ab"));
}

#[test]
fn a_stream_and_its_fold_do_not_see_the_value_that_grows() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let cell = Rc::new(RefCell::new(None::<Answer>));
    let (own, note) = (cell.clone(), seen.clone());
    let fold = move |answer: &mut String, token: char| {
        answer.push(token);
        let own = own.borrow();
        let own = own.as_ref().expect("it was put there");
        note.borrow_mut().push((own.value(), own.status()));
    };
    let taps = Taps::<char>::new("answer", &Log::new());
    let open = taps.clone();
    let options = StreamOptions::new().fold(fold);
    let answer: Answer = from_stream_with(move || open.open(1), options);
    *cell.borrow_mut() = Some(answer);
    taps.item(1, 'a');
    assert!(poll().is_ready());
    taps.item(1, 'b');
    assert!(poll().is_ready());
    let expected = [(None, AsyncStatus::Pending), (None, AsyncStatus::Streaming)];
    assert_eq!(*seen.borrow(), expected);
    assert_eq!(answer.value().as_deref(), Some("ab"));
}

#[test]
fn a_fold_that_panics_has_torn_its_value() {
    let (answer, taps, _) = folded(Interrupted::Keep);
    taps.item(1, 'a');
    taps.end(1);
    assert!(poll().is_ready());
    answer.reload();
    taps.item(2, 'b');
    assert!(poll().is_ready());
    taps.items(2, ['c', '!', 'd']);
    assert!(panic_of(poll).contains("the fold panicked"));
    assert_eq!(stream_line!(answer), "cancelled #2 a/a reason=panicked");
    assert_eq!(taps.alive(), 0);
    answer.reload();
    taps.item(3, 'e');
    taps.panic(3);
    assert_eq!(panic_of(poll), "answer#3 panicked");
    assert_eq!(
        stream_line!(answer),
        "cancelled #3 e/a reason=panicked",
        "not torn"
    );
}

#[test]
fn settled_waits_for_the_first_item_of_answers_and_for_the_end_of_a_fold() {
    let Price { value, taps, .. } = price();
    assert!(settled().now_or_never().is_none());
    taps.item(1, 10);
    assert!(settled().now_or_never().is_some());
    taps.item(1, 11);
    assert!(progress().now_or_never().is_some());
    assert_eq!(value.get(), Some(11));
    let (_, taps, _) = folded(Interrupted::Rollback);
    taps.item(1, 'a');
    assert!(settled().now_or_never().is_none());
    taps.end(1);
    assert!(settled().now_or_never().is_some());
}

#[test]
fn waiting_for_an_endless_stream_returns_to_the_executor() {
    let number = from_stream(|| stream::iter(1..).map(Ok::<u32, String>));
    let wakes = Wakes::new();
    let mut waits = Box::pin(async {
        loop {
            progress().await;
        }
    });
    for _ in 0..3 {
        assert!(
            wakes
                .poll(|context| waits.as_mut().poll(context))
                .is_pending()
        );
        assert!(wakes.take() > 0, "it comes again");
    }
    assert_eq!(number.value(), Some(3 * 1024));
}

#[test]
fn b209_b211_a_stream_that_was_disposed_of_is_dropped_and_tells_nothing() {
    let log = Log::new();
    let taps = Taps::<char>::new("answer", &log);
    let (answer, owner) = scope(|| answer(&taps, Interrupted::Keep));
    taps.item(1, 'a');
    assert!(poll().is_ready());
    log.clear();
    drop(owner);
    assert_eq!(log.take(), ["answer#1 dropped"]);
    assert!(answer.try_value().is_err() && answer.try_stable().is_err());
    taps.item(1, 'b');
    assert_eq!(poll(), Poll::Pending);
    assert_eq!(log.take(), NOTHING);
    let (answer, taps, _) = folded(Interrupted::Keep);
    answer.cancel("enough");
    assert_eq!(
        (poll(), taps.polls(1)),
        (Poll::Pending, 0),
        "it was never begun"
    );
}

#[test]
fn b231_a_run_of_a_stream_has_one_start_and_one_end() {
    let log = Log::new();
    let taps = Taps::<u32>::new("price", &log);
    let (open, note, told) = (taps.clone(), log.clone(), log.clone());
    let options = StreamOptions::new()
        .on_event(move |it| note.push(event(it)))
        .on_success(move |value: &u32| told.push(format!("on_success {value}")));
    let id = signal(1);
    let (_, meta): (AsyncValue<u32>, AsyncMeta<String>) =
        create_stream_resource_with(move || id.get(), move |id: u32| open.open(id), options);
    assert_eq!(log.take(), ["price#1 opened 1", "start 1"]);
    taps.items(1, [10, 11]);
    assert!(poll().is_ready());
    assert_eq!(log.take(), NOTHING);
    id.set(2);
    let expected = [
        "price#1 dropped",
        "price#2 opened 2",
        "superseded 1 by 2",
        "start 2",
    ];
    assert_eq!(log.take(), expected);
    taps.item(2, 20);
    taps.end(2);
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["price#2 over", "on_success 20", "success 2"]);
    meta.reload();
    meta.cancel("enough");
    let expected = [
        "price#3 opened 2",
        "start 3",
        "price#3 dropped",
        "cancelled 3: enough",
    ];
    assert_eq!(log.take(), expected);
}

#[test]
fn a_reload_that_is_awaited_resolves_at_the_end_of_its_stream() {
    let (answer, taps, _) = folded(Interrupted::Rollback);
    taps.end(1);
    assert!(poll().is_ready());
    let mut run = Box::pin(answer.reload());
    taps.item(2, 'a');
    let wakes = Wakes::new();
    assert_eq!(
        wakes.poll(|context| run.as_mut().poll(context)),
        Poll::Pending
    );
    assert_eq!(stream_line!(answer), "streaming #2 a/");
    taps.item(2, 'b');
    taps.end(2);
    let ended = wakes.poll(|context| run.as_mut().poll(context));
    assert_eq!(ended, Poll::Ready(Some("ab".to_owned())));
}

fn counted(limit: u32, run: FetchContext) -> impl Stream<Item = Result<u64, String>> {
    stream::iter([Ok(u64::from(limit) + run.token())])
}

#[test]
fn a_plain_function_with_or_without_a_context_is_a_streamer() {
    let limit = signal(10);
    let (number, _) = create_stream_resource(move || limit.get(), counted);
    assert!(poll().is_ready());
    assert_eq!(number.get(), Some(11));
    let tap = |tap: u32| -> Tap { Taps::new("tap", &Log::new()).open(tap) };
    let (_, meta) = create_stream_resource(move || limit.get(), tap);
    assert!(meta.is_pending());
}

#[test]
fn a_stream_that_is_not_eager_waits_for_a_reload() {
    let log = Log::new();
    let taps = Taps::<u32>::new("price", &log);
    let open = taps.clone();
    let options = StreamOptions::new()
        .eager(false)
        .keep_previous_value_on_pending(false);
    let price: AsyncSignal<u32, String> = from_stream_with(move || open.open(1), options);
    assert_eq!((price.status(), taps.opened()), (AsyncStatus::Idle, 0));
    price.reload();
    taps.item(1, 10);
    assert!(poll().is_ready());
    price.reload();
    assert_eq!(stream_line!(price), "pending #2 -/- again");
}

/// Carries out an order on a resource and on the model. With `each`, a poll follows each letter, otherwise each second
/// one: the orders alternate.
fn carry_out<T: Clone + std::fmt::Display + 'static, I>(
    policy: Policy,
    order: &[Letter],
    each: bool,
    item: impl Fn((u32, char)) -> I,
    make: impl Fn(Signal<u32>, Taps<I>) -> (AsyncValue<T>, AsyncMeta<String>),
) {
    let taps = Taps::<I>::new("answer", &Log::new());
    let ((id, value, meta), owner) = scope(|| {
        let id = signal(1);
        let (value, meta) = make(id, taps.clone());
        (id, value, meta)
    });
    let mut model = Model::new(policy);
    for (index, &letter) in order.iter().enumerate() {
        match letter {
            Letter::Item => taps.item(model.run(), item(model.next_item())),
            Letter::End => taps.end(model.run()),
            Letter::Error => taps.error(model.run(), "reset".to_owned()),
            Letter::Cancel => meta.cancel("enough"),
            Letter::Change => id.set(2),
            Letter::Dispose => break,
        }
        model.on(letter);
        let place = || format!("{index} in {order:?}");
        assert_eq!(
            stream_line!(value, meta),
            model.line(),
            "before the poll {}",
            place()
        );
        if each || index % 2 == 1 {
            let _ = poll();
            model.poll();
        }
        assert_eq!(stream_line!(value, meta), model.line(), "{}", place());
        assert_eq!(taps.alive(), usize::from(model.is_open()), "{}", place());
    }
    drop(owner);
    assert_eq!(taps.alive(), 0);
}

#[test]
fn every_order_of_events_over_two_runs_is_that_of_the_table() {
    let fold = |rule| {
        move |id: Signal<u32>, taps: Taps<char>| {
            let options = StreamOptions::new()
                .fold(push)
                .after_cancel(rule)
                .after_error(rule);
            create_stream_resource_with(move || id.get(), move |id: u32| taps.open(id), options)
        }
    };
    let answers = |id: Signal<u32>, taps: Taps| {
        create_stream_resource(move || id.get(), move |id: u32| taps.open(id))
    };
    let mut orders = 0;
    every_order(|order| {
        orders += 1;
        let each = orders % 2 == 0;
        carry_out(Policy::Answers, order, each, |it| it.0, answers);
        for (policy, rule) in [
            (Policy::Rollback, Interrupted::Rollback),
            (Policy::Keep, Interrupted::Keep),
            (Policy::Clear, Interrupted::Clear),
        ] {
            carry_out(policy, order, each, |it| it.1, fold(rule));
        }
    });
    assert!(orders > 5_000, "{orders}");
}
