//! Updates that wait until the graph is free.

use super::*;
use std::sync::OnceLock;

#[test]
fn a_free_graph_is_updated_at_once_as_one_batch() {
    let it = Fixture::new();
    it.live.update_later(|room| {
        room.set_count(1);
        room.set_copy(2);
    });
    assert_eq!(it.log.take(), ["count 1 copy 2 answer None"]);
    assert_eq!(it.live.version(), it.live.read(Room::version));
}

#[test]
fn updates_of_an_effect_follow_the_settle_in_the_order_of_arrival() {
    let it = Fixture::new();
    let is_first = Mutex::new(true);
    it.on_change(move |live, _| {
        if std::mem::take(&mut *is_first.lock().unwrap()) {
            for copy in 1..=3 {
                live.update_later(move |room| room.set_copy(copy));
            }
        }
    });
    let count = it.live.update(|room| {
        room.set_count(1);
        *room.count()
    });
    it.quiet();
    assert_eq!(count, 1);
    assert_eq!(
        it.log.take(),
        [
            "count 1 copy 0 answer None",
            "count 1 copy 1 answer None",
            "count 1 copy 2 answer None",
            "count 1 copy 3 answer None"
        ]
    );
}

#[test]
fn an_update_asked_for_in_a_read_or_a_panicking_update_follows_it() {
    let it = Fixture::new();
    it.live.read(|_| {
        it.live.update_later(|room| room.set_count(1));
        it.log.push("the read ends");
    });
    assert_eq!(
        it.log.take(),
        ["the read ends", "count 1 copy 0 answer None"]
    );
    let update = || {
        it.live.update(|_| {
            it.live.update_later(|room| room.set_count(2));
            panic!("an update")
        })
    };
    assert_eq!(panic_of(update), "an update");
    assert_eq!(it.log.take(), ["count 2 copy 0 answer None"]);
}

#[test]
fn another_thread_that_uses_the_graph_runs_the_update() {
    let it = Fixture::new();
    let (inside, asked) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| {
        let user = scope.spawn(|| {
            it.live.read(|_| {
                inside.wait();
                asked.wait();
            });
            it.live.version()
        });
        inside.wait();
        let before = it.live.version();
        it.live.update_later(|room| room.set_count(1)); // does not wait
        assert_eq!(it.log.take(), NOTHING);
        asked.wait();
        assert!(user.join().unwrap() > before);
    });
    assert_eq!(it.log.take(), ["count 1 copy 0 answer None"]);
}

#[test]
fn an_update_of_another_graph_waits_for_the_use_of_this_one() {
    let (it, other) = (Fixture::new(), Fixture::new());
    let log = it.log.clone();
    other.on_change(move |_, count| log.push(format!("other {count}")));
    let target = other.live.clone();
    it.on_change(move |_, count| {
        target.update_later(move |room| room.set_count(count));
        assert!(target.try_read(|_| ()).is_err());
    });
    it.live.update(|room| room.set_count(5));
    assert_eq!(it.log.take(), ["count 5 copy 0 answer None", "other 5"]);
    it.quiet();
    other.quiet();
}

#[test]
fn a_panic_of_an_update_goes_to_the_hook_and_costs_no_other_update() {
    let it = Fixture::new();
    it.listen();
    it.live.read(|_| {
        it.live.update_later(|_| panic!("an update"));
        it.live.update_later(|room| room.set_count(1));
    });
    assert_eq!(
        it.log.take(),
        ["count 1 copy 0 answer None", "panic: an update"]
    );
    let at_once = quietly(|| it.live.update_later(|_| panic!("at once")));
    assert!(at_once.is_ok());
    assert_eq!(it.log.take(), ["panic: at once"]);
}

#[test]
fn updates_that_never_come_to_rest_are_reported_and_none_is_lost() {
    let it = Fixture::new();
    it.on_change(|live, _| live.update_later(|room| room.update_count(|count| *count += 1)));
    it.listen();
    it.live.update(|room| room.set_count(1));
    let last = it.log.take().pop().unwrap();
    assert!(
        last.starts_with("panic: updates that `update_later`"),
        "{last}"
    );
    it.quiet();
    let stopped = it.live.read(|room| *room.count());
    assert!((100_000..100_010).contains(&stopped), "{stopped}");
    assert_eq!(
        it.live.read(|room| *room.count()),
        stopped + 1,
        "the one that waited"
    );
}

#[test]
fn two_graphs_that_update_each_other_take_turns() {
    type Other = Arc<OnceLock<Live<Half>>>;
    reactive! {
        struct Half {
            let other: Other;
            let last: u32;
            signal count: u32 = 0;
            effect hand_on {
                let next = count + 1;
                if *count > 0 && next <= *last {
                    other.get().unwrap().update_later(move |it| it.set_count(next));
                }
            }
        }
    }
    for (last, panics) in [(50_000, 0), (u32::MAX, 1)] {
        let links = [Other::default(), Other::default()];
        let half = |other: &Other| Live::new(Half::new(other.clone(), last));
        let halves = [half(&links[1]), half(&links[0])];
        let log = Log::new();
        for (link, half) in links.iter().zip(&halves) {
            let log = log.clone();
            half.on_panic(move |_| log.push("again and again"));
            assert!(link.set(half.clone()).is_ok());
        }
        halves[0].update(|it| it.set_count(1));
        assert_eq!(log.take().len(), panics);
        if panics == 0 {
            assert_eq!(halves[1].read(|it| *it.count()), last);
        }
    }
}

#[test]
fn the_last_handle_may_go_inside_of_an_update_that_waits() {
    let Fixture {
        live, hook, log, ..
    } = Fixture::new();
    let last = live.clone();
    live.read(|_| {
        live.update_later(move |room| {
            drop(last);
            room.set_count(1);
        });
    });
    let last = live.clone();
    live.update_later(move |_| drop(last));
    let keeper = Live::new(Counter::new());
    keeper.update(|_| {
        live.update_later(|room| room.set_count(2));
        drop(live);
    });
    assert_eq!(
        log.take(),
        ["count 1 copy 0 answer None", "count 2 copy 0 answer None"]
    );
    assert_eq!(Arc::strong_count(&hook), 1);
}

#[test]
fn a_place_in_a_message_is_that_of_the_update() {
    let it = Fixture::new();
    it.listen();
    let inside = it.live.clone();
    it.live.read(|_| {
        it.live.update_later(move |_| inside.read(|_| ()));
    });
    let text = it.log.take().pop().unwrap();
    let line = line!() - 3;
    let place = format!("{}:{line}:", file!());
    assert_eq!(text.matches(&place).count(), 2, "{text}");
}
