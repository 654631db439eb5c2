//! Dynamic effects (BEHAVIOURS F): their writes are settled in rounds, and the rounds come to an end.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{
    Effect, Scope, batch, computed, create_effect, create_resource, scope, signal,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::Log;
use signal_kernel_tests::panics::panic_of;
use std::cell::Cell;

#[test]
fn b059_writes_of_an_effect_settle_before_the_write_that_began_it_returns() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(0));
    let double = computed(move || log.pass("double", b.get() * 2));
    create_effect(move || {
        b.set(a.get());
        log.push("copied");
    });
    create_effect(move || log.push(format!("show {}", double.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["copied", "double", "show 4"]);
}

#[test]
fn b059_a_chain_of_effects_settles_in_one_write() {
    let log = leak(Log::new());
    let (a, b, c) = (signal(1), signal(0), signal(0));
    create_effect(move || log.push(format!("c {}", c.get())));
    create_effect(move || c.set(b.get()));
    create_effect(move || b.set(a.get()));
    log.clear();
    a.set(2);
    assert_eq!((b.get(), c.get()), (2, 2));
    assert_eq!(log.take(), ["c 2"]);
}

#[test]
fn b060_several_writes_of_one_effect_run_their_reader_once() {
    let log = leak(Log::new());
    let (a, x, y) = (signal(1), signal(0), signal(0));
    create_effect(move || {
        x.set(a.get());
        y.set(a.get() * 10);
    });
    create_effect(move || log.push(format!("{} {}", x.get(), y.get())));
    a.set(2);
    assert_eq!(log.take(), ["1 10", "2 20"]);
}

#[test]
fn b060_writes_of_several_effects_of_a_round_run_their_reader_once() {
    let log = leak(Log::new());
    let (a, x, y) = (signal(1), signal(0), signal(0));
    create_effect(move || log.push(format!("{} {}", x.get(), y.get())));
    create_effect(move || x.set(a.get()));
    create_effect(move || y.set(a.get() * 10));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["2 20"]);
}

#[test]
fn b061_an_effect_that_writes_what_it_reads_runs_until_it_converges() {
    let log = leak(Log::new());
    let a = signal(0);
    create_effect(move || {
        log.push(a.get());
        if a.get() < 3 {
            a.set(a.get() + 1);
        }
    });
    assert_eq!(log.take(), ["0", "1", "2", "3"]);
    a.set(2);
    assert_eq!(log.take(), ["2", "3"]);
}

#[test]
fn b061_slow_convergence_is_fine() {
    let a = signal(0);
    let effect = create_effect(move || {
        if a.get() < 5_000 {
            a.update(|a| *a += 1);
        }
    });
    assert_eq!(a.get(), 5_000);
    effect.dispose();
    let (x, y) = (signal(1_000), signal(0));
    create_effect(move || y.set(x.get() / 2));
    create_effect(move || x.set(y.get() * 2 - i32::from(y.get() > 0) * 2));
    assert_eq!((x.get(), y.get()), (0, 0));
}

#[test]
fn b062_effects_that_never_come_to_rest_are_named() {
    let log = leak(Log::new());
    let (a, b, on) = (signal(0_u64), signal(0_u64), signal(false));
    create_effect(move || {
        if on.get() {
            b.set(a.get() + 1);
        }
    })
    .named("ping");
    create_effect(move || {
        if on.get() {
            a.set(b.get() + 1);
        }
    })
    .named("pong");
    create_effect(move || log.push(format!("on {}", on.get()))).named("aside");
    log.clear();
    let said = panic_of(|| on.set(true));
    assert!(said.contains("never come to rest"), "{said}");
    assert!(
        said.contains("effect `ping`") && said.contains("effect `pong`"),
        "{said}"
    );
    assert!(!said.contains("aside"), "{said}");
    assert_eq!(log.take(), ["on true"]);
}

#[test]
fn an_effect_and_a_resource_that_never_come_to_rest_are_each_named_once() {
    let (id, on) = (signal(0_u64), signal(false));
    let (value, meta) = create_resource(move || id.get(), async |id: u64| Ok::<u64, String>(id));
    let meta = meta.named("user");
    create_effect(move || {
        let seen = (value.get(), meta.status(), meta.token(), meta.is_pending());
        if on.get() && seen.2 > 0 {
            id.set(id.peek() + 1);
        }
    })
    .named("feed");
    let said = panic_of(|| on.set(true));
    assert_eq!(
        said,
        "effects never come to rest: after 10000 rounds there is still effect `feed`"
    );
}

#[test]
fn b062_an_effect_without_a_name_is_named_by_its_place() {
    let a = signal(0_u64);
    let said = panic_of(|| {
        create_effect(move || a.set(a.get() + 1));
    });
    assert!(
        said.contains(&format!("effect made at {}:", file!())),
        "{said}"
    );
}

#[test]
fn b063_after_the_guard_has_tripped_everything_works() {
    let log = leak(Log::new());
    let (a, on) = (signal(0_u64), signal(true));
    let beside = signal(1);
    create_effect(move || log.push(format!("beside {}", beside.get())));
    panic_of(|| {
        create_effect(move || {
            if on.get() {
                a.set(a.get() + 1);
            }
        });
    });
    beside.set(2);
    assert_eq!(log.take(), ["beside 1", "beside 2"]);
    on.set(false);
    let known = a.get();
    on.set(false);
    assert_eq!(a.get(), known, "the loop is over");
    create_effect(move || log.push(format!("new {}", a.get() - known)));
    a.set(known + 1);
    assert_eq!(log.take(), ["new 0", "new 1"]);
    assert!(panic_of(|| on.set(true)).contains("never come to rest"));
}

#[test]
fn b064_many_effects_that_run_once_each_do_not_trip_the_guard() {
    let runs = leak(Cell::new(0));
    let a = signal(0);
    for _ in 0..20_000 {
        create_effect(move || {
            a.get();
            runs.set(runs.get() + 1);
        });
    }
    a.set(1);
    assert_eq!(runs.get(), 40_000);
}

#[test]
fn b065_every_computed_value_is_current_before_the_first_effect_runs() {
    let log = leak(Log::new());
    let a = signal(1);
    for name in ["x", "y", "z"] {
        let value = computed(move || log.pass(name, a.get()));
        create_effect(move || log.push(format!("show {name} {}", value.get())));
    }
    log.clear();
    a.set(2);
    assert_eq!(
        log.take(),
        ["x", "y", "z", "show x 2", "show y 2", "show z 2"]
    );
}

#[test]
fn b064_effects_that_each_write_the_next_come_to_rest_however_many_there_are() {
    const MANY: usize = 12_000;
    let all: Vec<_> = (0..=MANY).map(|_| signal(0)).collect();
    for (&from, &to) in all.iter().zip(&all[1..]).rev() {
        create_effect(move || to.set(from.get()));
    }
    all[0].set(7);
    assert_eq!(all[MANY].get(), 7);
}

#[test]
fn b062_effects_that_run_again_are_refused_after_ten_thousand_rounds() {
    let runs = leak(Cell::new(0));
    let (on, a) = (signal(false), signal(0));
    create_effect(move || {
        if on.get() {
            runs.set(runs.get() + 1);
            a.set(a.get() + 1);
        }
    })
    .named("endless");
    let said = panic_of(|| on.set(true));
    assert!(said.contains("after 10000 rounds"), "{said}");
    assert!(said.contains("effect `endless`"), "{said}");
    assert!((10_000..=10_050).contains(&runs.get()), "{}", runs.get());
}

/// Each effect makes the next one in a batch, which runs it in the next round, and owns none of them.
#[test]
fn b062_effects_that_make_new_ones_for_ever_are_refused_with_their_name() {
    fn make(owner: &'static Scope, last: &'static Cell<Option<Effect>>) {
        let made = owner.run(|| {
            batch(|| {
                create_effect(move || {
                    if let Some(last) = last.take() {
                        last.dispose();
                    }
                    make(owner, last);
                })
                .named("breeder")
            })
        });
        last.set(Some(made));
    }
    let owner: &'static Scope = Box::leak(Box::new(scope(|| ()).1));
    let last = leak(Cell::new(None));
    let said = panic_of(|| make(owner, last));
    assert!(said.contains("after 100000 rounds"), "{said}");
    assert!(said.contains("effect `breeder`"), "{said}");
}
