//! Cut-off: an equal value stops a change (R2).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};
use std::rc::Rc;

/// A value that tells when it is compared.
#[derive(Clone, Debug)]
struct Told(Log, u32);

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        self.0.push(format!("{} == {}?", self.1, other.1));
        self.1 == other.1
    }
}

fn same_total(before: &f64, after: &f64) -> bool {
    before.total_cmp(after).is_eq()
}

#[test]
fn b011_writing_an_equal_value_changes_nothing() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed eager: u64 = { log.push("eager"); *id };
            computed lazy: u64 = { log.push("lazy"); *id };
            effect show { log.push(format!("show {id} {eager}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    let _ = page.lazy();
    log.clear();
    page.set_id(1);
    page.batch(|page| page.set_id(1));
    assert_eq!(*page.lazy(), 1);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b012_never_equal_counts_every_write() {
    reactive! {
        struct Page {
            let log: Log;
            #[eq(never)]
            signal id: u64 = 1;
            effect show { log.push(format!("{id}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_id(1);
    page.batch(|page| page.set_id(1));
    page.batch(|page| {
        page.set_id(2);
        page.set_id(1);
    });
    assert_eq!(log.take(), ["1", "1", "1", "1"]);
    page.batch(|_| ());
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b012_a_computed_value_that_is_never_equal_always_counts() {
    struct Opaque(u64);
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            #[eq(never)]
            computed opaque: Opaque = Opaque(id / 10);
            effect show { log.push(format!("{}", opaque.0)); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_id(2);
    page.set_id(2);
    assert_eq!(log.take(), ["0", "0"]);
}

#[test]
fn b013_an_equal_computed_value_stops_computed_values() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed tens: u64 = { log.push("tens"); id / 10 };
            computed text: String = { log.push("text"); tens.to_string() };
            effect show { log.push(format!("show {text}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(log.take(), ["tens", "text", "show 0"]);
    page.set_id(2);
    assert_eq!(log.take(), ["tens"]);
    page.set_id(12);
    assert_eq!(log.take(), ["tens", "text", "show 1"]);
}

#[test]
fn b013_an_equal_lazy_value_stops_lazy_values() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed tens: u64 = { log.push("tens"); id / 10 };
            computed text: String = { log.push("text"); tens.to_string() };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(page.text(), "0");
    assert_eq!(log.take(), ["tens", "text"]);
    page.set_id(2);
    assert_eq!(page.text(), "0");
    assert_eq!(log.take(), ["tens"]);
    page.set_id(12);
    assert_eq!(page.text(), "1");
    assert_eq!(log.take(), ["tens", "text"]);
}

#[test]
fn b013_an_equal_eager_value_stops_lazy_values() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed tens: u64 = { log.push("tens"); id / 10 };
            computed text: String = { log.push("text"); tens.to_string() };
            effect show { log.push(format!("show {tens}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(page.text(), "0");
    assert_eq!(log.take(), ["tens", "show 0", "text"]);
    page.set_id(2);
    assert_eq!(page.text(), "0");
    assert_eq!(log.take(), ["tens"]);
}

#[test]
fn b014_an_equal_computed_value_stops_effects() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed tens: u64 = id / 10;
            effect show { log.push(format!("{tens}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    for id in 0..10 {
        page.set_id(id);
    }
    assert_eq!(log.take(), ["0"]);
    page.set_id(10);
    assert_eq!(log.take(), ["1"]);
}

#[test]
fn b015_checking_a_chain_stops_at_the_first_unchanged_value() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed a: u64 = { log.push("a"); id % 2 };
            computed b: u64 = { log.push("b"); *a };
            computed c: u64 = { log.push("c"); *b };
            effect show { log.push(format!("show {c}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_id(3);
    assert_eq!(log.take(), ["a"]);
}

#[test]
fn b016_a_float_is_compared_by_partial_eq() {
    reactive! {
        struct Page {
            let log: Log;
            signal x: f64 = f64::NAN;
            effect show { log.push(format!("{x}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_x(f64::NAN);
    assert_eq!(log.take(), ["NaN", "NaN"], "NaN is another value than NaN");
    page.batch(|page| page.set_x(f64::NAN));
    assert_eq!(log.take(), ["NaN"]);
    page.set_x(0.0);
    page.set_x(-0.0);
    assert_eq!(log.take(), ["0"]);
}

#[test]
fn b016_a_float_can_be_compared_by_total_order() {
    reactive! {
        struct Page {
            let log: Log;
            #[eq(same_total)]
            signal x: f64 = f64::NAN;
            #[eq(same_total)]
            computed twice: f64 = x * 2.0;
            effect show { log.push(format!("{x} {twice}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_x(f64::NAN);
    page.batch(|page| page.set_x(f64::NAN));
    assert_eq!(log.take(), ["NaN NaN"]);
    page.set_x(0.0);
    page.set_x(-0.0);
    assert_eq!(log.take(), ["0 0", "-0 -0"]);
}

#[test]
fn b012_a_rule_is_any_path() {
    reactive! {
        struct Page {
            let log: Log;
            #[eq(Rc::ptr_eq)]
            signal shared: Rc<u64>;
            #[eq(str::eq_ignore_ascii_case)]
            signal name: String = "Ann".to_owned();
            #[eq(super_rules::same_length)]
            computed letters: Vec<char> = name.chars().collect();
            effect share { log.push(format!("shared {shared}")); }
            effect greet { log.push(format!("name {name}")); }
            effect count { log.push(format!("letters {}", letters.len())); }
        }
    }
    mod super_rules {
        #[expect(clippy::ptr_arg, reason = "a rule sees the node's type")]
        pub(super) fn same_length(before: &Vec<char>, after: &Vec<char>) -> bool {
            before.len() == after.len()
        }
    }
    let log = Log::new();
    let first = Rc::new(1);
    let mut page = Page::new(log.clone(), first.clone());
    log.clear();
    page.set_shared(first);
    assert_eq!(log.take(), NOTHING);
    page.set_shared(Rc::new(1));
    assert_eq!(log.take(), ["shared 1"]);
    page.set_name("ANN".to_owned());
    assert_eq!(log.take(), NOTHING);
    assert_eq!(page.name(), "Ann", "an equal value is not written");
    page.set_name("Bob".to_owned());
    assert_eq!(log.take(), ["name Bob"]);
    assert_eq!(page.letters(), &['A', 'n', 'n']);
    page.set_name("Bobby".to_owned());
    assert_eq!(log.take(), ["name Bobby", "letters 5"]);
}

#[test]
fn b017_a_first_value_is_not_compared() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u32 = 1;
            computed eager: Told = Told(log.clone(), *id);
            computed lazy: Told = Told(log.clone(), *id);
            effect show { log.push(format!("show {}", eager.1)); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(page.lazy().1, 1);
    assert_eq!(log.take(), ["show 1"]);
    page.set_id(2);
    assert_eq!(log.take(), ["1 == 2?", "show 2"]);
    assert_eq!(page.lazy().1, 2);
    assert_eq!(log.take(), ["1 == 2?"]);
}

#[test]
fn b017_a_rule_sees_the_value_before_first() {
    fn only_grows(before: &u32, after: &u32) -> bool {
        after <= before
    }
    reactive! {
        struct Page {
            let log: Log;
            #[eq(only_grows)]
            signal high: u32 = 5;
            #[eq(only_grows)]
            computed eager: u32 = *high / 2;
            effect show { log.push(format!("{high} {eager}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_high(3);
    page.set_high(7);
    page.set_high(6);
    page.batch(|page| page.set_high(2));
    assert_eq!(log.take(), ["5 2", "7 3"]);
    page.batch(|page| {
        page.set_high(9);
        page.set_high(8);
    });
    assert_eq!(log.take(), ["9 4"]);
}

#[test]
fn b012_a_lazy_value_that_is_never_equal_always_counts() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            #[eq(never)]
            computed tens: u64 = { log.push("tens"); id / 10 };
            computed text: String = { log.push("text"); tens.to_string() };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(page.text(), "0");
    log.clear();
    page.set_id(2);
    assert_eq!(page.text(), "0");
    assert_eq!(log.take(), ["tens", "text"]);
    page.set_id(2);
    assert_eq!(page.text(), "0");
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b012_an_eager_value_that_is_never_equal_outdates_lazy_ones() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            #[eq(never)]
            computed tens: u64 = { log.push("tens"); id / 10 };
            computed text: String = { log.push("text"); tens.to_string() };
            effect show { log.push(format!("show {tens}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(page.text(), "0");
    log.clear();
    page.set_id(2);
    assert_eq!(page.text(), "0");
    assert_eq!(log.take(), ["tens", "show 0", "text"]);
}

#[test]
fn b012_readers_see_the_value_that_is_put_back() {
    fn same_ten(before: &i64, after: &i64) -> bool {
        before / 10 == after / 10
    }
    reactive! {
        struct Page {
            let log: Log;
            #[eq(same_ten)]
            signal a: i64 = 7;
            signal b: i64 = 0;
            computed sum: i64 = a + b;
            computed lazy: i64 = a * 100 + b;
            effect show { log.push(format!("show {sum}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.batch(|page| {
        page.set_b(1);
        page.set_a(-17);
        page.set_a(4);
        assert_eq!((*page.sum(), *page.lazy()), (5, 401));
    });
    assert_eq!((*page.a(), *page.sum(), *page.lazy()), (7, 8, 701));
    assert_eq!(log.take(), ["show 8"]);
}
