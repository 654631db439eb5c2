//! A thread uses one `Live` graph at a time.

use super::*;
use futures::Stream;
use std::{pin::Pin, sync::OnceLock};

/// `text` names two places of this file: lines that end with these comments.
#[track_caller]
fn names_both_places(text: &str, since: &str, here: &str) {
    let place = |comment: &str| {
        let lines = include_str!("refused.rs").lines();
        let line = lines.zip(1..).find(|(line, _)| line.ends_with(comment));
        format!("{}:{}:", file!(), line.expect(comment).1)
    };
    let (first, second) = text.split_once(", and is asked for at ").expect(text);
    assert!(
        first.contains(&format!("in use since {}", place(since))),
        "{text}"
    );
    assert!(second.starts_with(&place(here)), "{text}");
}

#[test]
fn a_second_use_is_refused_of_this_graph_and_of_any_other() {
    let (it, other) = (Fixture::new(), Live::new(Counter::new()));
    let live = &it.live;
    let text = panic_of(|| {
        live.update(|_| {
            live.read(|_| ()); // a read inside
        });
    });
    names_both_places(&text, "live.update(|_| {", "// a read inside");
    live.read(|_| {
        assert!(live.try_read(|_| ()).is_err());
        assert!(other.try_update(|_| ()).is_err());
        let text = panic_of(|| {
            other.update(|_| ()); // an update inside
        });
        names_both_places(&text, "live.read(|_| {", "// an update inside");
        let text = panic_of(|| {
            let _ = other.transaction(|_| Ok::<_, ()>(())); // a transaction inside
        });
        names_both_places(&text, "live.read(|_| {", "// a transaction inside");
        let busy = other.try_transaction(|_| Ok::<_, ()>(())).unwrap_err(); // a try inside
        names_both_places(&busy.to_string(), "live.read(|_| {", "// a try inside");
    });
    assert_eq!(other.try_update(|_| 1), Ok(1));
}

#[test]
fn polls_of_waits_streams_and_drivers_are_refused_with_the_place_that_has_made_them() {
    let (it, other) = (Fixture::new(), Live::new(Counter::new()));
    let mut wait = pin!(other.until(|_| Some(()))); // a wait
    let mut driver = pin!(other.driver()); // a driver
    let mut updates = other.watch(|it| *it.count()); // a stream
    it.live.read(|_| {
        let text = panic_of(|| poll_once(|cx| wait.as_mut().poll(cx)));
        names_both_places(&text, "it.live.read(|_| {", "// a wait");
        let text = panic_of(|| poll_once(|cx| driver.as_mut().poll(cx)));
        names_both_places(&text, "it.live.read(|_| {", "// a driver");
        let text = panic_of(|| poll_once(|cx| Pin::new(&mut updates).poll_next(cx)));
        names_both_places(&text, "it.live.read(|_| {", "// a stream");
    });
    assert!(poll_once(|cx| wait.as_mut().poll(cx)).is_ready());
    assert!(poll_once(|cx| driver.as_mut().poll(cx)).is_pending());
    assert!(poll_once(|cx| Pin::new(&mut updates).poll_next(cx)).is_ready());
}

#[test]
fn the_closure_of_a_wait_or_a_stream_uses_the_graph_too() {
    let it = Fixture::new();
    let inside = it.live.clone();
    let mut wait = pin!(
        it.live
            .until(move |_| Some(inside.try_read(|_| ()).is_err()))
    );
    assert_eq!(poll_once(|cx| wait.as_mut().poll(cx)), Poll::Ready(true));
    let inside = it.live.clone();
    let mut updates = it.live.watch(move |_| inside.try_read(|_| ()).is_err());
    let first = poll_once(|cx| Pin::new(&mut updates).poll_next(cx));
    assert!(matches!(first, Poll::Ready(Some((_, refused))) if *refused));
}

#[test]
fn an_effect_that_writes_its_own_graph_panics_and_the_writer_hears_of_it() {
    let it = Fixture::new();
    it.on_change(|live, _| live.update(|room| room.set_copy(1)));
    let text = panic_of(|| it.live.update(|room| room.set_count(1)));
    it.quiet();
    assert!(text.contains("in use since"), "{text}");
    assert_eq!(it.live.read(|room| (*room.count(), *room.copy())), (1, 0));
}

/// The threads meet inside of both effects, so that each has one graph in use and reaches for the other one.
#[test]
fn two_graphs_whose_effects_reach_for_each_other_are_busy_and_nobody_waits_for_ever() {
    type Other = Arc<OnceLock<Live<Half>>>;
    reactive! {
        struct Half {
            let other: Other;
            let barrier: Arc<Barrier>;
            let busy: Log;
            signal count: u32 = 0;
            effect copy {
                if *count > 0 {
                    barrier.wait();
                    let other = other.get().unwrap();
                    let tried = other.try_update(|it| it.set_count(*count));
                    busy.push(format!("{}", tried.is_err()));
                    barrier.wait();
                }
            }
        }
    }
    let (barrier, busy) = (Arc::new(Barrier::new(2)), Log::new());
    let links = [Other::default(), Other::default()];
    let half = |other: &Other| Live::new(Half::new(other.clone(), barrier.clone(), busy.clone()));
    let halves = [half(&links[1]), half(&links[0])];
    for (link, half) in links.iter().zip(&halves) {
        assert!(link.set(half.clone()).is_ok());
    }
    thread::scope(|scope| {
        for half in &halves {
            scope.spawn(|| half.update(|it| it.set_count(1)));
        }
    });
    assert_eq!(busy.take(), ["true", "true"]);
}

#[test]
fn a_future_of_the_work_is_inside_of_a_use_too() {
    #[resource]
    async fn ask(other: Live<Counter>) -> Result<u32, String> {
        other
            .try_read(|it| *it.count())
            .map_err(|busy| busy.to_string())
    }
    reactive! {
        struct Asking {
            let other: Live<Counter>;
            resource answer = ask(other);
        }
    }
    let live = Live::new(Asking::new(Live::new(Counter::new())));
    let mut wait = pin!(live.until(|it| it.answer().error().cloned()));
    let Poll::Ready(text) = poll_once(|cx| wait.as_mut().poll(cx)) else {
        panic!("it is ready")
    };
    assert!(text.contains("in use since"), "{text}");
}
