//! Panics around kept effect results and in `new`, and which of several goes on (R8).
//!
//! Invariants: after each panic the rest of the graph is shown to work.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::{
    log::Log,
    panicking::{PanicOn, Panicking},
    panics::panic_of,
};

reactive! {
    struct Kept {
        let log: Log;
        let trap: PanicOn;
        signal id: u32 = 1;
        signal other: u32 = 1;
        effect keep: Panicking = {
            log.push(format!("keep {id}"));
            assert!(*id != 13, "body");
            trap.value(*id)
        };
        effect after { log.push(format!("after {id}")); }
        effect rest { log.push(format!("rest {other}")); }
    }
}

fn kept() -> (Kept, PanicOn, Log) {
    let log = Log::new();
    let trap = PanicOn::new(&log);
    let kept = Kept::new(log.clone(), trap.clone());
    log.clear();
    (kept, trap, log)
}

#[test]
fn b074_a_kept_result_whose_drop_panics_keeps_no_run_from_happening() {
    let (mut kept, trap, log) = kept();
    trap.drop_of(1);
    assert_eq!(panic_of(|| kept.set_id(2)), "drop of 1");
    assert_eq!(log.take(), ["drop 1", "keep 2", "after 2"]);
    kept.set_id(3);
    assert_eq!(log.take(), ["drop 2", "keep 3", "after 3"]);
    kept.set_other(2);
    assert_eq!(log.take(), ["rest 2"]);
}

#[test]
fn b075_a_kept_result_is_gone_when_the_next_body_panics() {
    let (mut kept, _, log) = kept();
    assert_eq!(panic_of(|| kept.set_id(13)), "body");
    assert_eq!(log.take(), ["drop 1", "keep 13", "after 13"]);
    kept.set_other(2);
    assert_eq!(log.take(), ["rest 2"]);
    kept.set_id(2);
    assert_eq!(log.take(), ["keep 2", "after 2"]);
    drop(kept);
    assert_eq!(log.take(), ["drop 2"]);
}

#[test]
fn r8_of_a_drop_and_a_body_that_both_panic_the_first_goes_on() {
    let (mut kept, trap, log) = kept();
    trap.drop_of(1);
    assert_eq!(panic_of(|| kept.set_id(13)), "drop of 1");
    assert_eq!(log.take(), ["drop 1", "keep 13", "after 13"]);
    kept.set_id(2);
    assert_eq!(log.take(), ["keep 2", "after 2"]);
}

#[test]
fn r8_of_an_old_value_and_an_effect_that_both_panic_the_first_goes_on() {
    reactive! {
        struct Both {
            let log: Log;
            signal value: Panicking;
            effect show { assert!(value.number() != 2, "effect"); log.push(format!("show {value}")); }
            effect after { log.push(format!("after {value}")); }
        }
    }
    let log = Log::new();
    let trap = PanicOn::new(&log);
    let mut both = Both::new(log.clone(), trap.value(1));
    log.clear();
    trap.drop_of(1);
    assert_eq!(panic_of(|| both.set_value(trap.value(2))), "drop of 1");
    assert_eq!(log.take(), ["drop 1", "after 2"]);
    both.set_value(trap.value(3));
    assert_eq!(log.take(), ["drop 2", "show 3", "after 3"]);
}

#[test]
fn r8_a_later_panic_is_dropped_even_if_that_panics_too() {
    reactive! {
        struct Page {
            let log: Log;
            let trap: PanicOn;
            signal id: u32 = 1;
            effect first { assert!(*id == 1, "one"); }
            effect second { if *id > 1 { std::panic::panic_any(trap.value(*id)); } }
            effect third { log.push(format!("third {id}")); }
        }
    }
    let log = Log::new();
    let trap = PanicOn::new(&log);
    let mut page = Page::new(log.clone(), trap.clone());
    log.clear();
    trap.drop_of(2);
    assert_eq!(panic_of(|| page.set_id(2)), "one");
    assert_eq!(log.take(), ["drop 2", "third 2"]);
    assert_eq!(panic_of(|| page.set_id(3)), "one");
    assert_eq!(log.take(), ["drop 3", "third 3"]);
}

#[test]
fn r8_the_panic_of_an_update_wins_over_that_of_its_settle() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u32 = 1;
            computed checked: u32 = { assert!(*id != 2, "computed"); *id };
            effect first { assert!(*id != 2, "effect"); }
            effect second { log.push(format!("second {id}")); }
            effect third { log.push(format!("third {checked}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    let said = panic_of(|| {
        page.update_id(|id| {
            *id = 2;
            panic!("update");
        });
    });
    assert_eq!(said, "update");
    assert_eq!(log.take(), ["second 2"]);
    page.set_id(3);
    assert_eq!(log.take(), ["second 3", "third 3"]);
}

#[test]
fn r8_a_panic_in_new_drops_what_was_built() {
    fn forbid(id: &u32) -> u32 {
        assert!(*id != 13, "computed");
        *id
    }
    reactive! {
        struct Built {
            let trap: PanicOn;
            #[allow(dead_code)]
            let field: Panicking;
            signal id: u32;
            signal value: Panicking;
            computed first: Panicking = trap.value(value.number() + 1);
            computed checked: u32 = { let _ = first; forbid(id) };
            effect keep: Panicking = trap.value(first.number() + checked);
            effect show { assert!(*id != 14, "effect"); }
            effect last { drop(value.clone()); }
        }
    }
    let log = Log::new();
    let trap = PanicOn::new(&log);
    let build = |id| Built::new(trap.clone(), trap.value(50), id, trap.value(60));
    let sorted = || {
        let mut events = log.take();
        events.sort();
        events
    };
    assert_eq!(panic_of(|| build(13)), "computed");
    assert_eq!(sorted(), ["drop 50", "drop 60", "drop 61"]);
    assert_eq!(panic_of(|| build(14)), "effect");
    assert_eq!(
        sorted(),
        ["drop 50", "drop 60", "drop 60", "drop 61", "drop 75"],
        "the last effect has run"
    );
    drop(build(1));
    assert_eq!(
        sorted(),
        ["drop 50", "drop 60", "drop 60", "drop 61", "drop 62"]
    );
}

#[test]
fn b132_an_effect_that_panics_in_its_first_run_ends_new() {
    reactive! {
        struct Page {
            let log: Log;
            #[allow(deprecated)]
            effect first { log.push("first"); panic!("one"); }
            #[allow(deprecated)]
            effect second { log.push("second"); panic!("two"); }
            #[allow(deprecated)]
            effect third { log.push("third"); }
        }
    }
    let log = Log::new();
    assert_eq!(panic_of(|| Page::new(log.clone())), "one");
    assert_eq!(log.take(), ["first", "second", "third"]);
}

#[test]
fn r8_an_initial_value_that_panics_drops_those_before_it() {
    fn number(trap: &PanicOn, number: u32) -> Panicking {
        trap.value(number)
    }
    fn broken() -> Panicking {
        panic!("initial");
    }
    reactive! {
        struct Page {
            #[allow(dead_code)]
            let field: Panicking;
            #[allow(dead_code)]
            signal value: Panicking;
            #[allow(dead_code)]
            signal last: Panicking = broken();
        }
    }
    let log = Log::new();
    let trap = PanicOn::new(&log);
    assert_eq!(
        panic_of(|| Page::new(number(&trap, 1), number(&trap, 2))),
        "initial"
    );
    let mut events = log.take();
    events.sort();
    assert_eq!(events, ["drop 1", "drop 2"]);
}
