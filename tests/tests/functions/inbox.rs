//! Messages from other threads.
//!
//! Invariants: the log says what happened, in order; threads are joined before anything is compared.
//!
//! Must not know: executors.

use signal_kernel::{
    Closed, InboxSender, create_effect, inbox, poll_progress, progress, scope, settled, signal,
};
use signal_kernel_tests::{
    gate::{Wakes, poll_once},
    log::{Log, NOTHING},
    panics::{panic_of, payload_of},
};
use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::pin,
    rc::Rc,
    sync::Arc,
    task::Poll,
    thread,
};

/// Sends from another thread.
fn send_all<M: Send + 'static>(sender: &InboxSender<M>, messages: impl IntoIterator<Item = M>) {
    let (sender, messages) = (sender.clone(), Vec::from_iter(messages));
    let sent = thread::spawn(move || messages.into_iter().all(|it| sender.send(it).is_ok()));
    assert!(sent.join().unwrap());
}

#[test]
fn messages_are_handled_in_order_each_as_one_batch_by_the_task_that_drives() {
    let log = Log::new();
    let (left, right) = (signal(0), signal(0));
    let seen = log.clone();
    create_effect(move || seen.push(format!("{} {}", left.get(), right.get())));
    let (_inbox, sender) = inbox(move |value: u32| {
        left.set(value);
        right.set(value);
    });
    log.clear();
    let task = Wakes::new();
    assert!(task.poll(|cx| poll_progress(cx)).is_pending());
    send_all(&sender, [1, 2, 3]);
    assert!(task.take() > 0);
    assert_eq!(log.take(), NOTHING);
    assert!(task.poll(|cx| poll_progress(cx)).is_ready());
    assert_eq!(log.take(), ["1 1", "2 2", "3 3"]);
    assert!(task.poll(|cx| poll_progress(cx)).is_pending());
}

#[test]
fn settled_handles_all_that_was_sent_before_it_also_without_an_earlier_driver() {
    let sum = signal(0);
    let (_inbox, sender) = inbox(move |value: u32| sum.update(|sum| *sum += value));
    send_all(&sender, 1..=1000);
    let mut wait = pin!(settled());
    assert_eq!(poll_once(|cx| wait.as_mut().poll(cx)), Poll::Ready(()));
    assert_eq!(sum.get(), 500_500);
    assert!(poll_once(|cx| pin!(settled()).poll(cx)).is_ready());
    assert!(poll_once(|cx| pin!(progress()).poll(cx)).is_pending());
}

#[test]
fn a_panic_of_the_handler_reaches_the_task_that_polls_and_the_rest_is_handled() {
    let log = Log::new();
    let seen = log.clone();
    let (_inbox, sender) = inbox(move |value: u32| {
        seen.push(format!("got {value}"));
        assert_ne!(value, 2, "the handler");
    });
    send_all(&sender, 1..=3);
    let text = panic_of(|| poll_once(|cx| poll_progress(cx)));
    assert!(text.contains("the handler"), "{text}");
    assert_eq!(log.take(), ["got 1", "got 2", "got 3"]);
    send_all(&sender, [4]);
    assert!(poll_once(|cx| poll_progress(cx)).is_ready());
    assert_eq!(log.take(), ["got 4"]);
}

#[test]
fn a_message_that_the_handler_sends_follows_in_the_next_poll() {
    let log = Log::new();
    let seen = log.clone();
    let own = Rc::new(RefCell::new(None::<InboxSender<u32>>));
    let again = own.clone();
    let (end, sender) = inbox(move |value: u32| {
        seen.push(value);
        if value < 3 {
            again.borrow().as_ref().unwrap().send(value + 1).unwrap();
        }
    });
    *own.borrow_mut() = Some(sender.clone());
    sender.send(1).unwrap();
    let task = Wakes::new();
    for value in ["1", "2", "3"] {
        assert!(task.poll(|cx| poll_progress(cx)).is_ready());
        assert_eq!(log.take(), [value]);
    }
    assert!(task.poll(|cx| poll_progress(cx)).is_pending());
    end.dispose();
}

#[test]
fn an_inbox_ends_with_its_owner_its_thread_or_by_hand() {
    let kept = Arc::new(());
    let (sender, owner) = scope(|| inbox(|_: Arc<()>| ()).1);
    sender.send(kept.clone()).unwrap();
    drop(owner);
    assert_eq!(
        Arc::strong_count(&kept),
        1,
        "messages that wait are dropped"
    );
    let Closed(back) = sender.send(kept.clone()).unwrap_err();
    assert!(Arc::ptr_eq(&back, &kept));

    let (end, sender) = inbox(|_: u32| ());
    end.dispose();
    end.dispose();
    assert_eq!(sender.send(1), Err(Closed(1)));

    let message = kept.clone();
    let other = thread::spawn(move || {
        let (_inbox, sender) = inbox(|_: Arc<()>| ());
        sender.send(message).unwrap();
        sender
    });
    drop(back);
    let sender = other.join().unwrap();
    assert_eq!(Arc::strong_count(&kept), 1);
    assert!(sender.send(kept.clone()).is_err());
}

#[test]
fn an_inbox_may_end_inside_of_its_own_handler() {
    let log = Log::new();
    let seen = log.clone();
    let end = Rc::new(Cell::new(None));
    let own = end.clone();
    let (handle, sender) = inbox(move |value: u32| {
        seen.push(value);
        if let Some(inbox) = own.take() {
            signal_kernel::Inbox::dispose(inbox);
        }
    });
    end.set(Some(handle));
    send_all(&sender, 1..=3);
    assert!(poll_once(|cx| poll_progress(cx)).is_ready());
    assert_eq!(log.take(), ["1"], "the others are dropped");
    assert!(sender.send(4).is_err());
    assert!(poll_once(|cx| pin!(settled()).poll(cx)).is_ready());
}

#[test]
fn the_handler_is_untracked_and_its_nodes_have_no_owner() {
    let log = Log::new();
    let (source, made) = (signal(1), Rc::new(Cell::new(None)));
    let (seen, keeps) = (log.clone(), made.clone());
    let (_inbox, sender) = inbox(move |value: u32| {
        seen.push(format!("{value} {}", source.get()));
        keeps.set(Some(signal(value)));
    });
    send_all(&sender, [7]);
    assert!(poll_once(|cx| poll_progress(cx)).is_ready());
    source.set(2);
    assert_eq!(log.take(), ["7 1"]);
    assert_eq!(made.get().unwrap().get(), 7);
}

#[test]
fn messages_that_panic_when_they_are_dropped_are_dropped_one_by_one() {
    struct Loud(Log);
    impl Drop for Loud {
        fn drop(&mut self) {
            self.0.push("dropped");
            panic!("a message");
        }
    }
    let log = Log::new();
    let (end, sender) = inbox(|_: Loud| ());
    for _ in 0..3 {
        assert!(sender.send(Loud(log.clone())).is_ok());
    }
    let payload = payload_of(|| end.dispose());
    assert_eq!(payload.downcast_ref(), Some(&"a message"));
    assert_eq!(log.take(), ["dropped"; 3]);
}

#[test]
fn many_threads_send_and_each_keeps_its_order() {
    let last = signal(vec![0_u32; 4]);
    let (_inbox, sender) = inbox(move |(thread, value): (usize, u32)| {
        last.update(|last| {
            assert_eq!(last[thread] + 1, value);
            last[thread] = value;
        });
    });
    let threads: Vec<_> = (0..4)
        .map(|at| {
            let sender = sender.clone();
            thread::spawn(move || (1..=2500).for_each(|value| sender.send((at, value)).unwrap()))
        })
        .collect();
    futures::executor::block_on(async {
        while last.get() != [2500; 4] {
            progress().await;
        }
    });
    threads.into_iter().for_each(|it| it.join().unwrap());
    assert!(poll_once(|cx| pin!(settled()).poll(cx)).is_ready());
}
