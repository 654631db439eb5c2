//! Dynamic signals (BEHAVIOURS A): a read gives the value that was written, and the readers hear of it.
//!
//! Not offered by the functions: `into_inner` (008: handles are `Copy`, the value belongs to the graph), hooks for
//! the first and the last reader (009), silent writes (010).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{
    ReadSignal, batch, computed, computed_with, create_effect, scope, signal, signal_with, untrack,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;

#[test]
fn b001_a_signal_gives_the_value_it_was_made_with() {
    assert_eq!(signal(7).get(), 7);
    assert_eq!(signal(String::from("Ada")).peek(), "Ada");
    assert_eq!(signal(()).try_get(), Ok(()));
    assert!(signal(None::<u8>).with(Option::is_none));
    assert_eq!(signal(vec![1, 2]).try_with(Vec::len), Ok(2));
}

#[test]
fn b002_a_write_is_seen_by_the_next_read_anywhere() {
    let log = leak(Log::new());
    let a = signal(1);
    let reader = a.read_only();
    let double = computed(move || a.get() * 2);
    a.set(2);
    assert_eq!(
        (a.get(), a.peek(), reader.get(), double.get()),
        (2, 2, 2, 4)
    );
    batch(|| {
        a.set(3);
        assert_eq!(
            (a.get(), a.peek(), reader.get(), double.get()),
            (3, 3, 3, 6)
        );
        a.update(|a| *a += 1);
        assert_eq!(
            (a.get(), a.peek(), reader.get(), double.get()),
            (4, 4, 4, 8)
        );
    });
    create_effect(move || {
        a.set(5);
        log.push(format!("{} {}", untrack(|| a.get()), double.peek()));
    });
    assert_eq!(log.take(), ["5 10"]);
}

#[test]
fn b003_a_peek_makes_no_dependency() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let sum = computed(move || log.pass("sum", a.get() + b.peek()));
    create_effect(move || log.push(format!("show {} {}", sum.get(), b.peek())));
    log.clear();
    b.set(10);
    assert_eq!(
        (sum.get(), log.take()),
        (2, NOTHING.map(String::from).to_vec())
    );
    a.set(2);
    assert_eq!(log.take(), ["sum", "show 12 10"]);
}

#[test]
fn b003_a_peek_beside_a_read_leaves_the_dependency() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || log.push(format!("{} {} {}", a.peek(), a.get(), a.peek())));
    a.set(2);
    assert_eq!(log.take(), ["1 1 1", "2 2 2"]);
}

#[test]
fn b004_an_update_runs_once_with_the_latest_value_and_gives_its_result() {
    let log = leak(Log::new());
    let a = signal(vec![1]);
    create_effect(move || log.push(format!("{:?}", a.get())));
    let length = a.update(|a| {
        log.push("update");
        a.push(2);
        a.len()
    });
    assert_eq!(length, 2);
    assert_eq!(log.take(), ["[1]", "update", "[1, 2]"]);
    batch(|| {
        a.set(vec![7]);
        a.update(|a| a.push(8));
        a.update(|a| a.push(9));
    });
    assert_eq!(log.take(), ["[7, 8, 9]"]);
}

#[test]
fn b004_an_update_always_counts_as_a_change() {
    let log = leak(Log::new());
    let a = signal(1);
    let parity = computed(move || log.pass("parity", a.get() % 2));
    create_effect(move || log.push(format!("a {}", a.get())));
    create_effect(move || log.push(format!("parity {}", parity.get())));
    log.clear();
    a.update(|_| ());
    assert_eq!(log.take(), ["parity", "a 1"]);
    batch(|| {
        a.set(2);
        a.update(|a| *a = 1);
    });
    assert_eq!(log.take(), ["parity", "a 1"]);
    batch(|| {
        a.update(|a| *a = 2);
        a.set(1);
    });
    assert_eq!(log.take(), ["parity", "a 1"]);
}

#[test]
fn b005_an_effect_that_is_disposed_of_leaves_the_others_subscribed() {
    let log = leak(Log::new());
    let a = signal(1);
    let effects = ["first", "second", "third"]
        .map(|name| create_effect(move || log.push(format!("{name} {}", a.get()))));
    log.clear();
    effects[1].dispose();
    a.set(2);
    assert_eq!(log.take(), ["first 2", "third 2"]);
    effects[0].dispose();
    a.set(3);
    assert_eq!(log.take(), ["third 3"]);
    effects[2].dispose();
    a.set(4);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b006_a_signal_read_twice_in_one_run_runs_the_reader_once() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let sum = computed(move || log.pass("sum", a.get() + b.get() + a.get() + b.get()));
    create_effect(move || {
        log.push(format!(
            "{} {} {} {}",
            a.get(),
            sum.get(),
            a.get(),
            sum.get()
        ))
    });
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["sum", "2 6 2 6"]);
    b.set(2);
    assert_eq!(log.take(), ["sum", "2 8 2 8"]);
}

#[test]
fn b007_a_write_to_an_unread_signal_runs_nothing() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let _unread = computed(move || log.pass("unread", a.get()));
    let stale = computed(move || log.pass("stale", a.get()));
    create_effect(move || log.push(format!("b {}", b.get())));
    stale.get();
    log.clear();
    a.set(2);
    a.set(3);
    batch(|| a.set(4));
    assert_eq!(log.take(), NOTHING);
    assert_eq!(stale.get(), 4);
    assert_eq!(log.take(), ["stale"]);
}

#[test]
fn a_read_only_handle_reads_the_same_signal_with_the_same_dependencies() {
    fn show(log: &'static Log, count: ReadSignal<u64>) {
        create_effect(move || log.push(format!("get {}", count.get())));
        create_effect(move || log.push(format!("with {}", count.with(|count| *count))));
        create_effect(move || log.push(format!("try {:?}", count.try_get().ok())));
        create_effect(move || log.push(format!("try with {:?}", count.try_with(|it| *it).ok())));
        create_effect(move || log.push(format!("peek {}", count.peek())));
    }
    let log = leak(Log::new());
    let count = signal(1);
    show(log, count.read_only());
    log.clear();
    count.set(2);
    assert_eq!(
        log.take(),
        ["get 2", "with 2", "try Some(2)", "try with Some(2)"]
    );
    assert_eq!(count.read_only(), count.read_only());
}

#[test]
fn values_need_no_trait_that_is_not_promised() {
    struct Plain(u64); // neither Clone nor PartialEq nor Debug nor Send
    let log = leak(Log::new());
    let a = signal_with(Plain(1), |_, _| false);
    let next = computed_with(move || Plain(a.with(|a| a.0) + 1), |_, _| false);
    create_effect(move || log.push(format!("{} {}", a.with(|a| a.0), next.with(|next| next.0))));
    a.set(Plain(2));
    a.update(|a| a.0 = 3);
    assert_eq!(log.take(), ["1 2", "2 3", "3 4"]);
    assert_eq!(next.try_with(|next| next.0), Ok(4));

    #[derive(PartialEq)]
    struct Equal(u64); // not Clone
    let a = signal(Equal(1));
    let next = computed(move || Equal(a.with(|a| a.0 / 10)));
    create_effect(move || log.push(next.with(|next| next.0)));
    a.set(Equal(2));
    a.set(Equal(20));
    assert_eq!(log.take(), ["0", "2"]);

    let ((), owner) = scope(|| ());
    assert_eq!(owner.run(|| signal(Plain(9)).with(|it| it.0)), 9);
    impl PartialEq for Plain {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
}

#[test]
fn a_set_inside_a_with_leaves_the_borrower_its_value() {
    let log = leak(Log::new());
    let name = signal("Ada".to_owned());
    create_effect(move || log.push(name.get()));
    name.with(|held| {
        name.set("Grace".to_owned());
        log.push(format!("held {held}, now {}", name.get()));
        name.with(|inner| log.push(format!("inner {inner}")));
        name.set("Joan".to_owned());
        log.push(format!("held {held}, now {}", name.get()));
    });
    assert_eq!(
        log.take(),
        [
            "Ada",
            "Grace",
            "held Ada, now Grace",
            "inner Grace",
            "Joan",
            "held Ada, now Joan"
        ]
    );
    name.update(|name| name.push('!'));
    assert_eq!(log.take(), ["Joan!"]);
}

#[test]
fn a_recomputation_inside_a_with_leaves_the_borrower_its_value() {
    let a = signal(1);
    let text = computed(move || format!("a is {}", a.get()));
    text.with(|held| {
        a.set(2);
        assert_eq!(text.get(), "a is 2");
        assert_eq!(held, "a is 1");
    });
    assert_eq!(text.get(), "a is 2");
}

#[test]
fn an_update_may_read_and_write_other_signals() {
    let log = leak(Log::new());
    let (a, b, c) = (signal(1), signal(10), signal(0));
    create_effect(move || log.push(format!("{} {}", a.get(), c.get())));
    log.clear();
    batch(|| {
        a.update(|a| {
            *a += b.get();
            c.set(5);
        });
    });
    assert_eq!(log.take(), ["11 5"]);
}

#[test]
fn a_write_inside_an_update_settles_nodes_that_do_not_need_the_signal() {
    let log = leak(Log::new());
    let (a, b) = (signal(1).named("a"), signal(1));
    let tens = computed(move || log.pass("tens", b.get() / 10));
    let sum = computed(move || log.pass("sum", a.get() + tens.get()));
    create_effect(move || log.push(format!("show {}", sum.get())));
    log.clear();
    a.update(|a| {
        b.set(2);
        log.push("in the update");
        *a = 2;
    });
    assert_eq!(log.take(), ["tens", "in the update", "sum", "show 2"]);
    let said = panic_of(|| {
        a.update(|a| {
            *a = 3;
            b.set(30);
        });
    });
    assert!(
        said.starts_with("signal `a` is being updated at "),
        "{said}"
    );
    assert_eq!(log.take(), ["tens", "sum", "show 6"]);
    assert_eq!((a.get(), sum.get()), (3, 6));
}
