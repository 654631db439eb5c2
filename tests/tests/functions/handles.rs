//! Handles of the dynamic graph: their traits, their text, and the message of misuse, which always has two places.
//!
//! Invariants: one behaviour a test; after each panic the graph is shown to work.
//!
//! Must not know: anything but the public interface.

use signal_kernel::{
    Computed, Effect, ReadError, ReadSignal, Scope, Signal, async_signal, batch, computed,
    create_effect, from_future, on_cleanup, scope, signal,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::Log;
use signal_kernel_tests::panics::panic_of;
use std::collections::HashSet;

/// Checks the source at the places that a message names: `said` must hold `pieces`, with a place between two of
/// them, and the source at each place begins as `sources` say.
#[track_caller]
fn assert_says(said: &str, pieces: &[&str], sources: &[&str]) {
    let lines: Vec<&str> = include_str!("handles.rs").lines().collect();
    let mut texts = said.split(file!());
    let mut found = vec![texts.next().unwrap_or_default()];
    for (index, text) in texts.enumerate() {
        let mut numbers = text.splitn(3, ':').skip(1);
        let line: usize = numbers.next().unwrap().parse().unwrap();
        let rest = numbers.next().unwrap();
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let column: usize = rest[..digits].parse().unwrap();
        let source = &lines[line - 1][column - 1..];
        assert!(
            source.starts_with(sources[index]),
            "place {index} of {said:?} is {source:?}"
        );
        found.push(&rest[digits..]);
    }
    assert_eq!(found, pieces, "{said:?}");
    assert_eq!(found.len(), sources.len() + 1, "{said:?}");
}

/// Both implementations fit a type that has the trait, so that it does not compile then.
macro_rules! assert_not {
    ($bound:path: $($type:ty),*) => {{
        trait Either<A> {
            fn pick() {}
        }
        struct Has;
        impl<T: ?Sized> Either<()> for T {}
        impl<T: ?Sized + $bound> Either<Has> for T {}
        $(<$type as Either<_>>::pick();)*
    }};
}

#[test]
fn handles_are_copy_and_stay_on_their_thread() {
    fn copy<T: Copy + Eq + std::hash::Hash + std::fmt::Debug>() {}
    struct NotClone;
    copy::<Signal<NotClone>>();
    copy::<ReadSignal<NotClone>>();
    copy::<Computed<NotClone>>();
    copy::<Effect>();
    assert_not!(Send: Signal<u8>, ReadSignal<u8>, Computed<u8>, Effect, Scope);
    assert_not!(Sync: Signal<u8>, ReadSignal<u8>, Computed<u8>, Effect, Scope);
    assert_not!(Copy: Scope);
    assert_not!(Clone: Scope);
}

#[test]
fn b032_nothing_writes_through_a_computed_value_or_a_read_only_handle() {
    // An inherent method would win over the method of a trait: a call that finds these traits shows that there is none.
    trait NoSet {
        fn set(&self, _: u8) -> &'static str {
            "none"
        }
        fn update(&self, _: fn(&mut u8)) -> &'static str {
            "none"
        }
    }
    impl NoSet for Computed<u8> {}
    impl NoSet for ReadSignal<u8> {}
    let value = computed(|| 1);
    let shown = signal(1).read_only();
    assert_eq!((value.set(2), value.update(|_| ())), ("none", "none"));
    assert_eq!((shown.set(2), shown.update(|_| ())), ("none", "none"));
}

#[test]
fn handles_are_equal_when_they_name_the_same_node() {
    let (a, b) = (signal(1), signal(1));
    let copy = a;
    assert_eq!(a, copy);
    assert_ne!(a, b);
    let set: HashSet<_> = [a, b, copy].into();
    assert_eq!(set.len(), 2);
    let (old, owner) = scope(|| signal(1));
    drop(owner);
    let (new, _owner) = scope(|| signal(1));
    assert_ne!(old, new, "even if the slot is used again");
}

#[test]
fn debug_prints_the_name_or_the_place_and_never_a_value() {
    let a = signal(1);
    assert_says(&format!("{a:?}"), &["signal made at ", ""], &["signal(1)"]);
    assert_says(
        &format!("{:?}", a.read_only()),
        &["signal made at ", ""],
        &["signal(1)"],
    );
    assert_eq!(format!("{:?}", a.named("a")), "signal `a`");
    assert_eq!(
        format!("{a:?} {:?}", a.read_only()),
        "signal `a` signal `a`"
    );
    let one = computed(|| 1);
    assert_says(
        &format!("{one:?}"),
        &["computed made at ", ""],
        &["computed(|| 1)"],
    );
    assert_eq!(format!("{:?}", one.named("one")), "computed `one`");
    let show = create_effect(|| ());
    assert_says(
        &format!("{show:?}"),
        &["effect made at ", ""],
        &["create_effect(|| ())"],
    );
    assert_eq!(
        format!("{:?}", show.named(String::from("show"))),
        "effect `show`"
    );
    let ((), owner) = scope(|| ());
    assert_says(
        &format!("{owner:?}"),
        &["scope made at ", ""],
        &["scope(|| ())"],
    );
}

#[test]
fn debug_of_a_disposed_node_says_so_and_a_name_goes_with_its_node() {
    let (old, owner) = scope(|| signal(1).named("old"));
    drop(owner);
    assert_says(
        &format!("{old:?}"),
        &["disposed signal made at ", ""],
        &["signal(1).named(\"old\")"],
    );
    let new = signal(2);
    assert_says(
        &format!("{new:?}"),
        &["signal made at ", ""],
        &["signal(2)"],
    );
    let _ = old.named("again");
    assert_says(
        &format!("{new:?}"),
        &["signal made at ", ""],
        &["signal(2)"],
    );
}

#[test]
fn use_after_disposal_names_the_place_of_use_and_that_of_creation() {
    let ((a, double), owner) = scope(|| {
        let a = signal(1);
        (a, computed(move || a.get() * 2))
    });
    let shown = a.read_only();
    drop(owner);
    let signal = |said: String, used: &str| {
        let pieces = ["a signal made at ", " was disposed of, and is used at ", ""];
        assert_says(&said, &pieces, &["signal(1)", used]);
    };
    signal(panic_of(|| a.get()), "get())");
    signal(panic_of(|| a.peek()), "peek())");
    signal(panic_of(|| a.with(|_| ())), "with(|_| ()))");
    signal(panic_of(|| a.set(2)), "set(2))");
    signal(panic_of(|| a.update(|_| ())), "update(|_| ()))");
    signal(panic_of(|| shown.get()), "get())");
    signal(panic_of(|| shown.peek()), "peek())");
    signal(panic_of(|| shown.with(|_| ())), "with(|_| ()))");
    let computed = |said: String, used: &str| {
        let pieces = [
            "a computed value made at ",
            " was disposed of, and is used at ",
            "",
        ];
        assert_says(&said, &pieces, &["computed(move", used]);
    };
    computed(panic_of(|| double.get()), "get())");
    computed(panic_of(|| double.peek()), "peek())");
    computed(panic_of(|| double.with(|_| ())), "with(|_| ()))");
}

#[test]
fn the_try_twins_tell_of_disposal_instead() {
    let ((a, double), owner) = scope(|| {
        let a = signal(1);
        (a, computed(move || a.get() * 2))
    });
    let shown = a.read_only();
    drop(owner);
    let reads = [
        a.try_get().err(),
        a.try_with(|_| ()).err(),
        shown.try_get().err(),
        shown.try_with(|_| ()).err(),
    ];
    let reads = reads.map(|error| match error {
        Some(ReadError::Disposed(error)) => Some(error),
        other => panic!("{other:?}"),
    });
    let writes = [a.try_set(2).err(), a.try_update(|_| ()).err()];
    let errors: Vec<_> = reads.into_iter().chain(writes).flatten().collect();
    assert_eq!(errors, [errors[0]; 6]);
    let pieces = ["a signal made at ", " was disposed of"];
    assert_says(&errors[0].to_string(), &pieces, &["signal(1)"]);
    assert_says(&errors[0].made_at().to_string(), &["", ""], &["signal(1)"]);
    assert_says(
        &format!("{:?}", errors[0]),
        &["Disposed(signal made at ", ")"],
        &["signal(1)"],
    );
    let error = double.try_get().unwrap_err();
    assert_eq!(double.try_with(|_| ()).unwrap_err(), error);
    let pieces = ["a computed value made at ", " was disposed of"];
    assert_says(&error.to_string(), &pieces, &["computed(move"]);
}

#[test]
fn all_try_reads_of_a_resource_tell_of_disposal() {
    let ready = || async { Ok::<_, String>(7) };
    let ((seven, (value, meta)), owner) = scope(|| (from_future(ready), async_signal(ready)));
    drop(owner);
    let reads = [
        value.try_get().err(),
        value.try_with(|_| ()).err(),
        seven.try_value().err(),
        seven.try_with_value(|_| ()).err(),
        seven.try_status().err(),
        meta.try_status().err(),
        meta.try_is_pending().err(),
        meta.try_is_reloading().err(),
        meta.try_is_current().err(),
        meta.try_error().err(),
        meta.try_with_error(|_| ()).err(),
        meta.try_token().err(),
        meta.try_cancel_reason().err(),
    ];
    for (index, error) in reads.iter().enumerate() {
        assert!(
            matches!(error, Some(ReadError::Disposed(_))),
            "{index}: {error:?}"
        );
    }
}

#[test]
fn b235_an_update_inside_a_with_names_both_places() {
    let log = leak(Log::new());
    let a = signal(vec![1]).named("a");
    create_effect(move || log.push(format!("{:?}", a.get())));
    log.clear();
    let pieces = [
        "signal `a` is borrowed by the `with` at ",
        ", and cannot be updated in place at ",
        "",
    ];
    let said = panic_of(|| a.with(|_| a.update(|a| a.push(2))));
    assert_says(&said, &pieces, &["with(|_|", "update(|a| a.push(2))"]);
    let shown = a.read_only();
    let said = panic_of(|| shown.with(|_| _ = a.try_update(|a| a.push(2))));
    assert_says(&said, &pieces, &["with(|_|", "try_update(|a| a.push(2))"]);
    a.update(|a| a.push(3));
    assert_eq!(log.take(), ["[1, 3]"]);
}

#[test]
fn b235_the_innermost_of_several_borrows_is_named() {
    let (a, b) = (signal(1).named("a"), signal(2).named("b"));
    let said = panic_of(|| a.with(|_| b.with(|_| a.update(|_| ()))));
    assert_says(
        &said,
        &[
            "signal `a` is borrowed by the `with` at ",
            ", and cannot be updated in place at ",
            "",
        ],
        &["with(|_| b.with", "update(|_| ())"],
    );
    assert_eq!(panic_of(|| a.with(|_| panic!("in with"))), "in with");
    a.update(|a| *a += 1);
    assert_eq!(a.get(), 2);
}

#[test]
fn b235_an_update_inside_an_update_names_both_places() {
    let log = leak(Log::new());
    let a = signal(1).named("a");
    create_effect(move || log.push(a.get()));
    log.clear();
    let said = panic_of(|| a.update(|_| a.update(|a| *a += 1)));
    assert_says(
        &said,
        &["signal `a` is being updated at ", ", and again at ", ""],
        &["update(|_| a.update", "update(|a| *a += 1)"],
    );
    a.update(|a| *a += 1);
    assert_eq!(
        log.take(),
        ["1", "2"],
        "a panic in an update is a change too"
    );
}

#[test]
fn b235_a_use_inside_an_update_names_both_places() {
    let a = signal(1).named("a");
    let shown = a.read_only();
    let check = |said: String, used: &str| {
        let pieces = ["signal `a` is being updated at ", ", and is used at ", ""];
        assert_says(&said, &pieces, &["update(|_|", used]);
    };
    check(panic_of(|| a.update(|_| a.get())), "get()");
    check(panic_of(|| a.update(|_| a.peek())), "peek()");
    check(panic_of(|| a.update(|_| a.with(|_| ()))), "with(|_| ())");
    check(panic_of(|| a.update(|_| a.set(2))), "set(2)");
    check(panic_of(|| a.update(|_| a.try_get().ok())), "try_get()");
    check(
        panic_of(|| a.update(|_| a.try_with(|_| ()).ok())),
        "try_with(|_| ())",
    );
    check(panic_of(|| a.update(|_| a.try_set(2).ok())), "try_set(2)");
    check(panic_of(|| a.update(|_| shown.get())), "get()");
    check(panic_of(|| a.update(|_| shown.peek())), "peek()");
    check(
        panic_of(|| a.update(|_| shown.with(|_| ()))),
        "with(|_| ())",
    );
    a.set(5);
    assert_eq!(a.get(), 5);
}

#[test]
fn b034_a_write_in_a_computed_value_names_both() {
    let log = leak(Log::new());
    let a = signal(1).named("a");
    let b = signal(1).named("b");
    let ways: [fn(Signal<i32>); 3] = [|b| b.set(2), |b| b.update(|b| *b = 2), |b| _ = b.try_set(2)];
    for write in ways {
        let total = computed(move || {
            write(b);
            a.get()
        })
        .named("total");
        let said = panic_of(|| total.get());
        assert_eq!(
            said,
            "computed `total` writes signal `b`: computed values cannot write signals"
        );
        assert_eq!(b.get(), 1);
    }
    create_effect(move || log.push(b.get()));
    b.set(3);
    assert_eq!(log.take(), ["1", "3"], "and the graph works");
    let unnamed = signal(1);
    let total = computed(move || batch(|| unnamed.set(a.get() + 1)));
    assert_says(
        &panic_of(|| total.get()),
        &[
            "computed made at ",
            " writes signal made at ",
            ": computed values cannot write signals",
        ],
        &["computed(move || batch", "signal(1)"],
    );
}

#[test]
fn b076_a_cleanup_outside_any_owner_panics_and_says_where() {
    let pieces = [
        "`on_cleanup` at ",
        " is outside of any scope, effect or computed value: nothing would ever run it",
    ];
    let said = panic_of(|| on_cleanup(|| ()));
    assert_says(&said, &pieces, &["on_cleanup(|| ()))"]);
    let said = panic_of(|| batch(|| on_cleanup(|| ())));
    assert_says(&said, &pieces, &["on_cleanup(|| ()))"]);
}

#[test]
fn a_scope_that_its_owner_disposed_of_takes_nothing_more() {
    let (inner, outer) = scope(|| scope(|| 7).1);
    inner.run(|| ());
    drop(outer);
    assert_says(
        &panic_of(|| inner.run(|| ())),
        &["a scope made at ", " was disposed of, and is used at ", ""],
        &["scope(|| 7)", "run(|| ())"],
    );
    drop(inner);
}
