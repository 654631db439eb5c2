//! Values as streams.

use super::*;
use futures::{FutureExt, Stream, StreamExt};
use std::{
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Polls a stream once: the value of the item, and `None` while there is none.
fn next<T: Copy>(
    task: &Wakes,
    updates: &mut (impl Stream<Item = (u64, Arc<T>)> + Unpin),
) -> Option<T> {
    match task.poll(|cx| Pin::new(updates).poll_next(cx)) {
        Poll::Ready(Some((_, value))) => Some(*value),
        Poll::Ready(None) => panic!("the stream has ended"),
        Poll::Pending => None,
    }
}

#[test]
fn a_stream_begins_with_the_present_value_and_the_newest_wins() {
    let it = Fixture::new();
    let task = Wakes::new();
    let mut updates = it.live.watch(|room| *room.double());
    assert_eq!(next(&task, &mut updates), Some(0));
    assert_eq!(next(&task, &mut updates), None);
    it.live.update(|room| room.set_count(1));
    it.live.update(|room| room.set_count(2));
    assert_eq!(task.take(), 1);
    assert_eq!(next(&task, &mut updates), Some(4));
    assert_eq!(next(&task, &mut updates), None);
    it.live.update(|room| room.set_copy(1));
    assert_eq!(task.take(), 1, "a settle only wakes");
    assert_eq!(next(&task, &mut updates), None, "an equal value");
}

#[test]
fn each_item_has_the_version_at_which_it_was_found_to_differ() {
    let it = Fixture::new();
    let mut updates = it.live.watch(|room| *room.count());
    let mut item = || updates.next().now_or_never().flatten().unwrap();
    assert_eq!(item().0, it.live.version());
    it.live.update(|room| room.set_count(1));
    let at = it.live.version();
    assert_eq!(item(), (at, Arc::new(1)));
    it.live.update(|room| room.set_copy(1));
    assert!(it.live.version() > at);
    let late = updates.clone().next().now_or_never().flatten();
    assert_eq!(late, Some((at, Arc::new(1))));
}

#[test]
fn clones_are_readers_of_their_own_and_share_the_runs_of_the_closure() {
    let it = Fixture::new();
    let runs = Arc::new(AtomicUsize::new(0));
    let first = it.live.watch({
        let runs = runs.clone();
        move |room| {
            runs.fetch_add(1, Ordering::Relaxed);
            *room.count()
        }
    });
    assert_eq!(runs.load(Ordering::Relaxed), 0, "lazy");
    let tasks: Vec<Wakes> = (0..50).map(|_| Wakes::new()).collect();
    let mut readers: Vec<_> = tasks.iter().map(|_| first.clone()).collect();
    for count in 0..3 {
        it.live.update(|room| room.set_count(count));
        for (task, reader) in tasks.iter().zip(&mut readers) {
            assert_eq!(next(task, reader), Some(count));
            assert_eq!(next(task, reader), None);
        }
        assert_eq!(runs.load(Ordering::Relaxed), count as usize + 1);
    }
    let mut late = first;
    assert_eq!(next(&tasks[0], &mut late), Some(2), "the present value");
    assert_eq!(runs.load(Ordering::Relaxed), 3);
    it.live.update(|room| room.set_count(9));
    it.live.update(|room| room.set_count(2));
    let seen: Vec<_> = tasks
        .iter()
        .zip(&mut readers)
        .map(|(task, it)| next(task, it))
        .collect();
    assert_eq!(seen, [None; 50], "there and back");
    assert_eq!(runs.load(Ordering::Relaxed), 4);
}

#[test]
fn a_stream_ends_with_the_last_handle_and_leaves_no_waker() {
    let Fixture { live, hook, .. } = Fixture::new();
    let tasks = [Wakes::new(), Wakes::new()];
    let mut updates = live.watch(|room| *room.count());
    let mut gone = updates.clone();
    for (task, reader) in tasks.iter().zip([&mut updates, &mut gone]) {
        assert_eq!(next(task, reader), Some(0));
        assert_eq!(next(task, reader), None);
    }
    drop(gone);
    assert_eq!(tasks[1].held(), 0);
    drop(live);
    assert_eq!(Arc::strong_count(&hook), 1, "a stream holds no handle");
    assert!(tasks[0].take() > 0);
    assert!(tasks[0].poll(|cx| Pin::new(&mut updates).poll_next(cx)) == Poll::Ready(None));
    assert!(tasks[0].poll(|cx| Pin::new(&mut updates).poll_next(cx)) == Poll::Ready(None));
    drop(updates);
    assert_eq!(tasks[0].held(), 0);
}

#[test]
fn a_stream_drives_the_work_while_no_driver_does() {
    let it = Fixture::new();
    let (waits, drives) = (Wakes::new(), Wakes::new());
    let mut updates = it.live.watch(|room| room.answer().value().copied());
    assert_eq!(next(&waits, &mut updates), Some(None));
    assert_eq!(next(&waits, &mut updates), None);
    it.gates.ok(1, 7);
    assert!(waits.take() > 0);
    assert_eq!(next(&waits, &mut updates), Some(Some(7)));
    assert_eq!(next(&waits, &mut updates), None);
    let mut driver = Box::pin(it.live.driver());
    it.live.update(|room| room.set_id(2));
    assert!(drives.poll(|cx| driver.as_mut().poll(cx)).is_pending());
    let _ = waits.take();
    let _ = next(&waits, &mut updates);
    it.gates.ok(2, 8);
    assert!(drives.take() > 0);
    drop(driver);
    assert!(waits.take() > 0);
    assert_eq!(next(&waits, &mut updates), Some(Some(8)));
}

#[test]
fn a_panic_of_the_closure_reaches_the_reader_and_the_next_one_tries_again() {
    let it = Fixture::new();
    let tasks = [Wakes::new(), Wakes::new()];
    let panics = Arc::new(AtomicUsize::new(1));
    let mut updates = it.live.watch({
        let panics = panics.clone();
        move |room| {
            let left = panics.load(Ordering::Relaxed);
            if left > 0 {
                panics.store(left - 1, Ordering::Relaxed);
                panic!("the closure");
            }
            *room.count()
        }
    });
    let mut other = updates.clone();
    assert_eq!(panic_of(|| next(&tasks[0], &mut updates)), "the closure");
    assert_eq!(next(&tasks[1], &mut other), Some(0));
    assert_eq!(next(&tasks[0], &mut updates), Some(0));
    panics.store(1, Ordering::Relaxed);
    it.live.update(|room| room.set_count(1));
    assert_eq!(panic_of(|| next(&tasks[1], &mut other)), "the closure");
    assert_eq!(next(&tasks[0], &mut updates), Some(1));
}

/// A value whose comparison and drop use the graph, and read a stream of their own type.
struct Curious {
    value: u32,
    live: Live<Room>,
    log: Log,
}

impl PartialEq for Curious {
    fn eq(&self, other: &Self) -> bool {
        let count = self.live.try_read(|room| *room.count());
        self.log.push(format!("compared: {count:?}"));
        self.value == other.value
    }
}

impl Drop for Curious {
    fn drop(&mut self) {
        let count = self.live.try_read(|room| *room.count());
        self.log.push(format!("dropped {}: {count:?}", self.value));
    }
}

#[test]
fn values_are_compared_and_dropped_outside_of_the_graph() {
    let it = Fixture::new();
    let (task, log) = (Wakes::new(), Log::new());
    let mut updates = it.live.watch({
        let (live, log) = (it.live.clone(), log.clone());
        move |room| Curious {
            value: *room.count(),
            live: live.clone(),
            log: log.clone(),
        }
    });
    let mut value = || {
        let polled = task.poll(|cx| Pin::new(&mut updates).poll_next(cx));
        match polled {
            Poll::Ready(Some((_, it))) => Some(it.value),
            _ => None,
        }
    };
    assert_eq!(value(), Some(0));
    it.live.update(|room| room.set_copy(1));
    assert_eq!(value(), None);
    assert_eq!(log.take(), ["compared: Ok(0)", "dropped 0: Ok(0)"]);
    it.live.update(|room| room.set_count(1));
    assert_eq!(value(), Some(1));
    assert_eq!(log.take(), ["compared: Ok(1)", "dropped 0: Ok(1)"]);
    drop(updates); // its closure holds a handle
}

#[test]
fn a_reader_waits_while_another_thread_runs_the_closure() {
    let it = Fixture::new();
    let (inside, out) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let updates = it.live.watch({
        let (inside, out) = (inside.clone(), out.clone());
        move |room| {
            inside.wait();
            out.wait();
            *room.count()
        }
    });
    let task = Wakes::new();
    let mut mine = updates.clone();
    thread::scope(|scope| {
        let other = scope.spawn(|| updates.clone().next().now_or_never().flatten().unwrap());
        inside.wait();
        assert_eq!(next(&task, &mut mine), None, "and it does not block");
        out.wait();
        assert_eq!(*other.join().unwrap().1, 0);
    });
    assert_eq!(task.take(), 1);
    assert_eq!(next(&task, &mut mine), Some(0));
}
