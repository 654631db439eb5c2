//! Every kind of item, for the strictest lints there are: a lint about text of the macros' is one that no user can
//! mend. `.ci/run` adds rustc's lints that are off by default.

#![warn(clippy::pedantic, clippy::nursery)]

use futures::{Stream, StreamExt, stream};
use signal_kernel::{CancelToken, reactive, resource, time::ManualClock};
use std::time::Duration;

/// Asks for a name.
///
/// # Errors
///
/// If there is none.
#[resource]
#[allow(clippy::unused_async)]
pub async fn fetch(id: u64, #[cancel] token: CancelToken) -> Result<String, String> {
    if token.is_cancelled() {
        return Err(format!("no name for {id}"));
    }
    Ok(format!("name {id}"))
}

#[resource(infallible, local)]
#[allow(clippy::unused_async)]
async fn keep<T>(#[cfg(any(unix, not(unix)))] value: T) -> T {
    value
}

const PATIENCE: Duration = Duration::from_secs(8);
const MOST: u32 = 3;

#[allow(clippy::ptr_arg)] // the kernel hands out references
fn is_temporary(error: &String) -> bool {
    error.is_empty()
}

#[allow(clippy::ptr_arg)]
fn never(name: &String) -> Option<Duration> {
    name.is_empty().then_some(PATIENCE)
}

/// Streams names.
#[resource(fold(String, push))]
pub fn letters(id: u64) -> impl Stream<Item = Result<char, String>> {
    stream::iter((0..id).map(|_| Ok('a')))
}

fn push(text: &mut String, letter: char) {
    text.push(letter);
}

#[resource(infallible, local)]
fn count<T: Clone>(item: T) -> impl Stream<Item = T> {
    stream::repeat(item).take(2)
}

#[resource(infallible, fold(Vec<T>, Vec::push))]
fn counts<T: Clone>(item: T, #[cancel] token: CancelToken) -> impl Stream<Item = T> {
    stream::repeat(item).take_while(move |_| std::future::ready(!token.is_cancelled()))
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the kernel hands out references
const fn same(a: &f64, b: &f64) -> bool {
    a.to_bits() == b.to_bits()
}

reactive! {
    /// A graph that others see.
    #[derive(Debug)]
    #[sleep(std::future::ready)]
    #[state(SavedPublic, derive(Clone, Copy, Debug))]
    pub struct Public {
        /// A field.
        pub let unit: u64;
        /// A field that changes unseen.
        pub let mut log: Vec<String> = Vec::new();
        /// A signal.
        pub signal price: u64 = 1;
        /// A signal that is compared in its own way.
        #[eq(same)]
        pub signal load: f64 = 0.0;
        /// A signal that starts anew.
        pub signal page: u64 = page.map_or(0, |page| *page.min(price)) per price, name.value();
        /// A value that an effect needs.
        pub computed total: u64 = price * unit;
        /// A value that nothing needs.
        pub computed lazy: Option<u64> = total.checked_add(1);
        /// A value that always counts.
        #[eq(never)]
        pub computed text: String = format!("{total}");
        /// A fetch.
        #[keep_previous(false)]
        pub resource name = fetch(price);
        /// A fetch that is asked for.
        #[manual]
        pub resource asked = fetch(*total);
        /// A fetch that waits.
        #[debounce(150ms)]
        #[timeout(PATIENCE)]
        #[retry(MOST, 250ms..=PATIENCE)]
        #[retry_if(is_temporary)]
        #[refresh(never)]
        pub resource patient = fetch(price);
        /// A stream.
        #[on_cancel(keep)]
        #[on_error(clear)]
        pub resource names = letters(price);
        /// An effect.
        effect show { log.push(text.clone()); log.push(format!("{:?}", name.value())); }
        /// An effect that keeps its result.
        effect kept: u64 = total + load.to_bits();
    }

    /// A graph that holds others.
    #[derive(Debug)]
    #[state(SavedOuter, derive(Clone, Debug))]
    pub struct Outer {
        /// A field.
        pub let unit: u64;
        /// A signal.
        pub signal dark: u64 = 1;
        /// A graph that is made here.
        pub graph inner: Inner(unit) { dark: dark + 1, text: dark.to_string() };
        /// A graph from outside.
        pub graph given: Inner;
        /// Graphs that are made here.
        pub list rows: Inner by u64 => |id| Inner(id) { dark: dark + id, text: dark.to_string() };
        /// Graphs from outside.
        #[state(skip)]
        pub list parts: Inner by String;
        /// Graphs that their state makes.
        pub list alone: Alone by String;
        /// Graphs that follow their keys.
        pub list followed: Inner by u64 = rows.keys().copied() => |_| Inner(unit);
        /// A value from all of them.
        pub computed sum: u64 = rows.each(Inner::dark).sum::<u64>() + parts.len() as u64 + u64::from(followed.is_empty());
        /// A value from inside.
        pub computed length: usize = inner.text().len() + given.text().len();
        /// An effect.
        effect show { let _ = (length, inner.name().value()); }
    }

    /// A graph inside.
    #[derive(Debug)]
    #[state(SavedInner, derive(Clone, Debug))]
    pub struct Inner {
        /// A field.
        pub let unit: u64;
        /// A signal.
        pub signal dark: u64 = 0;
        /// Another.
        pub signal text: String = String::new();
        /// A fetch.
        pub resource name = fetch(dark);
        /// An effect.
        effect show { let _ = (dark, unit, name); }
    }

    /// A graph that its state makes.
    #[derive(Debug)]
    #[state(SavedAlone, derive(Clone, Debug))]
    pub struct Alone {
        /// A signal.
        pub signal text: String = String::new();
    }

    /// A graph with parameters.
    #[derive(Debug)]
    #[state(SavedGeneric, derive(Clone, Debug))]
    pub struct Generic<T: Clone + PartialEq + Default + 'static> where T: Send {
        /// A signal.
        pub signal value: T;
        /// A value.
        pub computed copy: Vec<T> = vec![value.clone()];
        /// An effect.
        effect show { let _ = copy.len(); }
    }
}

reactive! {
    #[state(SavedPrivate)]
    #[sleep(local, clock)]
    struct Private {
        let clock: ManualClock = ManualClock::new();
        let unit: u64 = 2;
        let mut log: Vec<String> = Vec::new();
        signal price: u64 = 1;
        #[cfg(any(unix, not(unix)))]
        #[state(skip)]
        signal small: bool = false;
        #[eq(same)]
        signal load: f64 = 0.0;
        signal only_saved: u64 = 0;
        signal page: u64 = { 0 } per price, second;
        #[eq(same)]
        signal ratio: f64 = ratio.map_or(0.5, |ratio| { ratio / 2.0 }) per page, name.error();
        computed total: u64 = if *small { *price } else { price * unit };
        computed lazy: Option<u64> = { let next = total.checked_add(1); next.filter(|next| *next > *price) };
        #[eq(never)]
        computed text: String = { format!("{total}") };
        resource name = keep::<u64>(price);
        #[manual]
        resource asked = keep::<String>(String::new());
        #[debounce(1.5s)]
        #[timeout(2min)]
        #[eq(u64::eq)]
        resource items = count::<u64>(price);
        #[manual]
        #[on_error(keep)]
        resource all = counts::<u64>(price);
        effect show { log.push(text.clone()); log.push(format!("{:?} {:?}", name.value(), asked.status())); }
        effect see { log.push(format!("{:?} {:?} {}", items.stable(), all.value(), items.failures())); }
        effect kept: u64 = { total + load.to_bits() };
        effect count { log.push(price.to_string()); }

        let mut unread: Vec<u64> = Vec::new();
        signal second: bool = false;
        signal third: bool = false;
        signal fourth: bool = false;
        computed some: Option<u64> = { Some(*price) };
        computed none: Option<u64> = { some.map(|some| some + 1) };
        computed boxed: Box<u64> = { Box::new(7) };
        computed fixed: u64 = { 7 };
        computed few: Option<Box<u64>> = {
            let any = *small || *second || *third || *fourth;
            none.filter(|_| any).or(*some).map(Box::new)
        };
        effect lengths { assert_ne!((unread.len(), few.is_some(), boxed.leading_zeros(), *fixed), (1, false, 1, 1)); }
        #[allow(deprecated)]
        effect nothing {}
    }
}

/// Uses the private graph.
#[must_use]
pub fn used() -> Option<u64> {
    let mut graph = Private::new();
    graph.set_price(2);
    graph.set_only_saved(2);
    graph.update_load(|load| *load += 1.0);
    graph.batch(|graph| graph.set_small(true));
    graph.set_page(1);
    graph.update_ratio(|ratio| *ratio += 1.0);
    graph.reload_asked();
    graph.cancel_name("enough");
    *graph.lazy()
}
