//! The nodes of a graph inside that a body names, and the changes that make it run.
//!
//! Must not know: feeds.

use signal_kernel::{Part, Reactive, reactive};
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    panics::{panic_of, quietly},
    poll,
    profile::fetch,
};

reactive! {
    pub struct Child {
        pub let limit: u32;
        let gates: Gates;
        pub signal a: u32 = 1;
        pub signal b: u32 = 1;
        pub signal key: u32 = 1;
        pub signal page: u32 = 0 per b;
        pub resource user = fetch(gates.open(key));
        pub computed sum: u32 = a + b;
        pub computed big: bool = { assert!(*a < 100, "too big"); *sum > 10 };
        pub signal r#type: u8 = 0;
    }

    pub struct Parent {
        let log: Log;
        let gates: Gates;
        graph child: Child(3, gates);
        computed of_signal: u32 = log.pass("signal", *child.a());
        computed of_value: u32 = log.pass("computed", *child.sum());
        computed of_lazy: bool = log.pass("big", *child.big());
        computed of_per: u32 = log.pass("per", *child.page());
        computed of_field: u32 = log.pass("field", *child.limit());
        computed of_raw: u8 = log.pass("raw", *child.r#type());
        computed of_method: u32 = log.pass("method", child.product());
        computed of_resource: usize = log.pass("user", child.user().to_string_length());
        computed of_part: Option<u32> = log.pass("part", child.user().value().copied());
        computed of_two: u32 = log.pass("two", child.a() + *child.page());
        signal marked: bool = false per child.key();
        effect all { let _ = (of_signal, of_value, of_lazy, of_per, of_field, of_raw, of_method); let _ = (of_resource, of_part, of_two); }
    }
}

impl Child {
    fn product(&self) -> u32 {
        self.a() * self.b()
    }
}

trait Length {
    fn to_string_length(&self) -> usize;
}

impl<T, E> Length for signal_kernel::AsyncState<T, E> {
    fn to_string_length(&self) -> usize {
        self.status().to_string().len()
    }
}

fn parent() -> (Parent, Log, Gates) {
    let (log, work) = (Log::new(), Log::new());
    let gates = Gates::new("user", &work);
    let parent = Parent::new(log.clone(), gates.clone());
    log.clear();
    (parent, log, gates)
}

#[test]
fn a_signal_or_computed_value_that_is_named() {
    let (mut parent, log, _) = parent();
    parent.update_child(|child| child.set_a(2));
    assert_eq!(log.take(), ["signal", "computed", "method", "two"]);
    parent.update_child(|child| {
        child.set_a(1);
        child.set_b(2);
    });
    // The sum is equal.
    assert_eq!(log.take(), ["signal", "method", "two"]);
}

#[test]
fn a_lazy_value_inside_is_brought_up_to_date_for_an_eager_reader_and_cut_off() {
    let (mut parent, log, _) = parent();
    parent.update_child(|child| child.set_b(3));
    assert_eq!(log.take(), ["computed", "method"]);
    parent.update_child(|child| child.set_b(12));
    assert_eq!(log.take(), ["computed", "big", "method"]);
}

#[test]
fn a_raw_name() {
    let (mut parent, log, _) = parent();
    parent.update_child(|child| child.set_type(1));
    assert_eq!(log.take(), ["raw", "method"]);
}

#[test]
fn a_signal_that_starts_anew_inside() {
    let (mut parent, log, _) = parent();
    parent.update_child(|child| child.set_page(4));
    assert_eq!(log.take(), ["per", "method", "two"]);
    parent.update_child(|child| child.set_b(2));
    assert_eq!(log.take(), ["computed", "per", "method", "two"]);
    assert_eq!(*parent.child().page(), 0);
}

#[test]
fn a_signal_outside_that_starts_anew_with_a_node_inside() {
    let (mut parent, log, _) = parent();
    parent.set_marked(true);
    parent.update_child(|child| child.set_a(5));
    assert!(*parent.marked());
    log.clear();
    parent.update_child(|child| child.set_key(5));
    assert!(!*parent.marked());
}

#[test]
fn a_resource_is_observed_whole_or_by_part() {
    let (mut parent, log, gates) = parent();
    assert!(poll!(parent).is_pending());
    assert_eq!(log.take(), NOTHING);
    gates.ok(1, 8);
    assert!(poll!(parent).is_ready());
    assert_eq!(log.take(), ["method", "user", "part"]);
    parent.update_child(|child| child.reload_user());
    // The value stays.
    assert_eq!(log.take(), ["method", "user"]);
}

#[test]
fn a_failed_node_fails_the_readers_that_name_it() {
    let (mut parent, log, _) = parent();
    let panicked = quietly(|| parent.update_child(|child| child.set_a(100)));
    assert!(panicked.is_err());
    assert_eq!(log.take(), ["signal", "computed", "method", "two"]);
    assert!(quietly(|| *parent.of_lazy()).is_err());
    assert_eq!(*parent.of_value(), 101);
    parent.update_child(|child| child.set_a(50));
    assert!(*parent.of_lazy());
    let before = parent.version();
    assert_eq!(parent.version(), before);
}

reactive! {
    struct Gauge {
        signal value: u32 = 1;
        signal other: u32 = 1;
        #[eager]
        computed good: u32 = { assert!(*value < 100, "too much"); *value };
    }

    struct Panel {
        let log: Log;
        graph gauge: Gauge;
        signal own: u32 = 0;
        computed twice: u32 = 2 * gauge.good();
        effect by_name { log.push(format!("good {} {own}", gauge.good())); }
        effect by_other_name { log.push(format!("other {} {own}", gauge.other())); }
        effect whole { log.push(format!("whole {} {own}", shown(gauge))); }
    }

    struct Cabin {
        let log: Log;
        signal own: u32 = 0;
        graph panel: Panel(log, failed());
        effect show { log.push(format!("cabin {} {own}", panel.own())); }
    }
}

/// A graph that runs, with a node that has panicked.
fn failed() -> Part<Gauge> {
    let mut gauge = Gauge::new();
    assert!(quietly(|| gauge.set_value(100)).is_err());
    Part::from(gauge)
}

fn shown(gauge: &Gauge) -> u32 {
    *gauge.value()
}

#[test]
fn a_node_that_has_failed_before_its_graph_is_put_in_fails_the_readers_that_name_it() {
    let log = Log::new();
    let mut panel = Panel::new(log.clone(), failed());
    assert_eq!(log.take(), ["other 1 0", "whole 100 0"]);
    panel.set_own(1);
    assert_eq!(log.take(), ["other 1 1", "whole 100 1"]);
    assert!(quietly(|| *panel.twice()).is_err());
    panel.update_gauge(|gauge| gauge.set_value(2));
    assert_eq!(log.take(), ["good 2 1", "whole 2 1"]);
    assert_eq!(*panel.twice(), 4);
}

reactive! {
    struct Readers {
        graph gauge: Gauge();
        computed thrice: u32 = 3 * gauge.good();
        computed more: u32 = thrice + 1;
        effect watch { let _ = more; }
    }
}

#[test]
fn a_read_that_a_failed_node_inside_blocks_names_the_graph() {
    let mut readers = Readers::new();
    assert_eq!(
        panic_of(|| readers.update_gauge(|gauge| gauge.set_value(100))),
        "too much"
    );
    assert_eq!(
        panic_of(|| *readers.thrice()),
        "computed `thrice` of `Readers` panicked: it depends on a failed node of graph `gauge`"
    );
    assert_eq!(
        panic_of(|| *readers.more()),
        "computed `more` of `Readers` panicked: it depends on computed `thrice`, which did: it depends on a failed node \
         of graph `gauge`"
    );
}

#[test]
fn a_failed_node_two_levels_down_fails_the_readers_that_name_it() {
    let log = Log::new();
    let mut cabin = Cabin::new(log.clone());
    assert_eq!(log.take(), ["other 1 0", "whole 100 0", "cabin 0 0"]);
    cabin.update_panel(|panel| panel.set_own(1));
    assert_eq!(log.take(), ["other 1 1", "whole 100 1", "cabin 1 0"]);
    cabin.update_panel(|panel| panel.gauge_mut().set_value(3));
    assert_eq!(log.take(), ["good 3 1", "whole 3 1"]);
}
