//! Waits for a state.

use super::*;

#[test]
fn a_wait_ends_at_once_or_with_the_write_that_it_waits_for() {
    let it = Fixture::new();
    let task = Wakes::new();
    let mut wait = pin!(
        it.live
            .until(|room| (*room.count() >= 2).then(|| *room.double()))
    );
    let mut poll = || task.poll(|cx| wait.as_mut().poll(cx));
    assert!(poll().is_pending());
    it.live.update(|room| room.set_count(0));
    assert_eq!(task.take(), 0, "nothing has changed");
    it.live.update(|room| room.set_count(1));
    assert_eq!(task.take(), 1);
    assert!(poll().is_pending());
    it.live.update(|room| room.set_count(2));
    it.live.update(|room| room.set_count(3));
    assert_eq!(task.take(), 1);
    assert_eq!(poll(), Poll::Ready(6));
    assert_eq!(task.held(), 0);
}

#[test]
fn a_wait_holds_a_handle_until_it_is_over() {
    let Fixture { live, hook, .. } = Fixture::new();
    let task = Wakes::new();
    let mut wait = pin!(live.until(|room| (*room.count() == 1).then_some(())));
    assert!(task.poll(|cx| wait.as_mut().poll(cx)).is_pending());
    let writer = live.clone();
    drop(live);
    writer.update(|room| room.set_count(1));
    drop(writer);
    assert_eq!(Arc::strong_count(&hook), 2);
    assert!(task.poll(|cx| wait.as_mut().poll(cx)).is_ready());
    assert_eq!(Arc::strong_count(&hook), 1, "the graph is gone");
    let again = panic_of(|| task.poll(|cx| wait.as_mut().poll(cx)));
    assert!(again.contains("until it is ready"), "{again}");
}

#[test]
fn a_wait_that_is_dropped_half_way_leaves_nothing_behind() {
    let it = Fixture::new();
    let tasks: Vec<Wakes> = (0..1000).map(|_| Wakes::new()).collect();
    for task in &tasks {
        let mut wait = Box::pin(it.live.until(|room| (*room.count() == 1).then_some(())));
        assert!(task.poll(|cx| wait.as_mut().poll(cx)).is_pending());
        assert!(task.held() > 0);
        drop(wait);
        assert_eq!(task.held(), 0);
    }
    it.live.update(|room| room.set_id(2));
    assert_eq!(tasks.iter().map(Wakes::take).sum::<usize>(), 0);
}

#[test]
fn a_wait_drives_the_work_while_no_driver_does() {
    let it = Fixture::new();
    let (waits, drives) = (Wakes::new(), Wakes::new());
    let answer = |room: &Room| room.answer().value().copied();
    let mut wait = pin!(it.live.until(answer));
    assert!(waits.poll(|cx| wait.as_mut().poll(cx)).is_pending());
    it.gates.ok(1, 7);
    assert_eq!(waits.take(), 1);
    assert_eq!(waits.poll(|cx| wait.as_mut().poll(cx)), Poll::Ready(7));

    // A driver comes, and goes while it has work to do.
    let _ = waits.take(); // its own commit
    it.live.update(|room| room.set_id(2));
    let mut driver = Box::pin(it.live.driver());
    let mut wait = pin!(
        it.live
            .until(move |room| answer(room).filter(|&it| it == 8))
    );
    assert!(drives.poll(|cx| driver.as_mut().poll(cx)).is_pending());
    assert!(waits.poll(|cx| wait.as_mut().poll(cx)).is_pending());
    it.gates.ok(2, 8);
    assert_eq!((drives.take(), waits.take()), (1, 0), "the driver drives");
    drop(driver);
    assert_eq!(waits.take(), 1, "from now on the wait drives");
    assert_eq!(waits.poll(|cx| wait.as_mut().poll(cx)), Poll::Ready(8));
}

#[test]
fn a_driver_that_was_never_polled_drives_nothing_and_the_waits_do() {
    let it = Fixture::new();
    let driver = it.live.driver();
    let task = Wakes::new();
    let mut wait = pin!(it.live.until(|room| room.answer().value().copied()));
    assert!(task.poll(|cx| wait.as_mut().poll(cx)).is_pending());
    it.gates.ok(1, 7);
    assert_eq!(task.poll(|cx| wait.as_mut().poll(cx)), Poll::Ready(7));
    drop(driver);
}

#[test]
fn a_panic_of_the_closure_reaches_the_task_that_waits() {
    let it = Fixture::new();
    let task = Wakes::new();
    let mut wait = Box::pin(it.live.until(|room| -> Option<()> {
        assert_eq!(*room.count(), 0, "the closure");
        None
    }));
    assert!(task.poll(|cx| wait.as_mut().poll(cx)).is_pending());
    it.live.update(|room| room.set_count(1));
    let text = panic_of(|| task.poll(|cx| wait.as_mut().poll(cx)));
    assert!(text.contains("the closure"), "{text}");
    drop(wait);
    assert_eq!(task.held(), 0);
    it.live.update(|room| room.set_count(2));
}

#[test]
fn a_panic_of_the_work_does_not_reach_a_wait_that_drives() {
    let it = Fixture::new();
    it.listen();
    let task = Wakes::new();
    let mut wait = pin!(it.live.until(|room| room.answer().cancel_reason().cloned()));
    assert!(task.poll(|cx| wait.as_mut().poll(cx)).is_pending());
    it.gates.panic(1);
    let polled = quietly(|| task.poll(|cx| wait.as_mut().poll(cx)));
    assert!(polled.is_ok_and(|it| it.is_ready()));
    assert_eq!(it.log.take().last().unwrap(), "panic: answer#1 panicked");
}

#[test]
fn a_wait_moves_to_another_task() {
    let it = Fixture::new();
    let (before, now) = (Wakes::new(), Wakes::new());
    let mut wait = Box::pin(it.live.until(|room| (*room.count() == 1).then_some(())));
    assert!(before.poll(|cx| wait.as_mut().poll(cx)).is_pending());
    assert!(now.poll(|cx| wait.as_mut().poll(cx)).is_pending());
    it.live.update(|room| room.set_count(1));
    assert_eq!((before.take(), now.take()), (0, 1));
}
