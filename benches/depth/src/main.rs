//! The largest depth of each shape of graph before the process dies, found by bisection in child processes.
//!
//! ```text
//! cargo run [--release]                          the table: threads of 2 MiB and of 8 MiB
//! cargo run [--release] -- CASE DEPTH STACK      one run, with its time and its peak memory; STACK in bytes
//! ```
//!
//! Invariant: the exit code of a child tells its outcome: a value, a panic (an error that a program can catch), or no
//! code at all, after a signal.
//!
//! Must not know: the inside of the kernel.

use signal_kernel::{
    Computed, Scope, Shared, Signal, batch, computed, create_effect, create_resource,
    poll_progress, reactive, scope, signal, transaction, untrack,
};
use std::{
    cell::{Cell, RefCell},
    env, fs, hint, mem, panic,
    process::{Command, ExitCode, Stdio},
    rc::Rc,
    task::{Context, Waker},
    thread,
    time::Instant,
};

/// The largest depth of the search.
const MOST: usize = 1 << 20;

/// The exit code after a panic.
const REFUSED: i32 = 3;

type Case = (&'static str, fn(usize));

const CASES: &[Case] = &[
    ("computed, get", computed_get),
    ("computed, with", computed_with),
    ("computed, get, String", computed_string),
    ("effects", effects),
    ("effects that read", effects_that_read),
    ("scopes", scopes),
    ("batches", batches),
    ("transactions", transactions),
    ("untrack", untracked),
    ("resources", resources),
    ("resources, newest first", resources_newest_first),
    ("shared graphs", shared_graphs),
    ("drop: computed values", drop_computed),
    ("drop: effects", drop_effects),
    ("drop: scopes", drop_scopes),
    ("drop: scopes in closures", drop_held_scopes),
    ("drop: resources", drop_resources),
    ("drop: shared graphs", drop_shared),
    ("new", large),
    #[cfg(feature = "alien")]
    ("alien: computed, get", alien_computed),
    #[cfg(feature = "alien")]
    ("alien: effects", alien_effects),
];

thread_local! {
    /// The highest and the lowest address of a body's stack.
    static SEEN: Cell<(usize, usize)> = const { Cell::new((0, usize::MAX)) };
}

/// Called in each body: records the address of its stack.
#[inline(always)]
fn here() {
    let local = 0_u8;
    let address = std::ptr::from_ref(hint::black_box(&local)).addr();
    SEEN.with(|seen| {
        let (high, low) = seen.get();
        seen.set((high.max(address), low.min(address)));
    });
}

fn chain(depth: usize) -> (Signal<u64>, Computed<u64>) {
    let first = signal(0);
    let mut last = computed(move || {
        here();
        first.get()
    });
    for _ in 1..depth {
        let before = last;
        last = computed(move || {
            here();
            before.get() + 1
        });
    }
    (first, last)
}

fn computed_get(depth: usize) {
    let (first, last) = chain(depth);
    assert_eq!(last.get(), depth as u64 - 1);
    first.set(1);
    assert_eq!(last.get(), depth as u64);
}

fn computed_with(depth: usize) {
    let mut last = computed(|| {
        here();
        0
    });
    for _ in 1..depth {
        let before = last;
        last = computed(move || {
            here();
            before.with(|value| value + 1)
        });
    }
    assert_eq!(last.get(), depth as u64 - 1);
}

fn computed_string(depth: usize) {
    let mut last = computed(|| {
        here();
        "text".to_owned()
    });
    for _ in 1..depth {
        let before = last;
        last = computed(move || {
            here();
            before.get()
        });
    }
    assert_eq!(last.get(), "text");
}

fn effects(depth: usize) {
    create_effect(move || {
        here();
        if depth > 1 {
            effects(depth - 1);
        }
    });
}

fn effects_that_read(depth: usize) {
    fn nest(count: Signal<usize>, depth: usize) {
        create_effect(move || {
            here();
            if count.get() > 0 && depth > 1 {
                nest(count, depth - 1);
            }
        });
    }
    let count = signal(0);
    nest(count, depth);
    count.set(1);
    count.set(2);
}

fn nested_scopes(depth: usize) {
    let ((), inside) = scope(|| {
        here();
        if depth > 1 {
            nested_scopes(depth - 1);
        }
    });
    mem::forget(inside); // it belongs to the one around it
}

fn scopes(depth: usize) {
    nested_scopes(depth);
}

fn batches(depth: usize) {
    batch(|| {
        here();
        if depth > 1 {
            batches(depth - 1);
        }
    });
}

fn transactions(depth: usize) {
    let _ = transaction(|| {
        here();
        if depth > 1 {
            transactions(depth - 1);
        }
        Ok::<_, ()>(())
    });
}

fn untracked(depth: usize) {
    untrack(|| {
        here();
        if depth > 1 {
            untracked(depth - 1);
        }
    });
}

type Answers = Rc<RefCell<Vec<signal_kernel::AsyncValue<u64>>>>;

fn finish() {
    let mut context = Context::from_waker(Waker::noop());
    while poll_progress(&mut context).is_ready() {}
}

fn resources(depth: usize) {
    let first = signal(0_u64);
    let (mut last, _) = create_resource(
        move || first.get(),
        |input: u64| async move { Ok::<_, ()>(input) },
    );
    batch(|| {
        for _ in 1..depth {
            let before = last;
            (last, _) = create_resource(
                move || {
                    here();
                    before.get().unwrap_or_default()
                },
                |input: u64| async move { Ok::<_, ()>(input + 1) },
            );
        }
    });
    first.set(1);
}

fn resources_newest_first(depth: usize) {
    let first = signal(0_u64);
    let answers = Answers::default();
    batch(|| {
        for index in 0..depth {
            let source = {
                let answers = answers.clone();
                move || {
                    here();
                    let next = answers.borrow().get(index + 1).copied();
                    next.and_then(|next| next.get()).unwrap_or(first.get())
                }
            };
            let (answer, _) =
                create_resource(source, |input: u64| async move { Ok::<_, ()>(input) });
            answers.borrow_mut().push(answer);
        }
    });
    first.set(1);
}

reactive! {
    struct Link {
        let next: Option<Shared<Link>>;
        computed length: u64 = {
            here();
            match next {
                Some(next) => next.read(|next| *next.length()) + 1,
                None => 0,
            }
        };
    }
}

fn links(depth: usize) -> Shared<Link> {
    let mut first = Shared::new(Link::new(None));
    for _ in 1..depth {
        first = Shared::new(Link::new(Some(first)));
    }
    first
}

fn shared_graphs(depth: usize) {
    let first = links(depth);
    assert_eq!(first.read(|first| *first.length()), depth as u64 - 1);
    mem::forget(first);
}

fn drop_shared(depth: usize) {
    drop(links(depth));
}

fn drop_computed(depth: usize) {
    let (_, owner) = scope(|| {
        let (_, last) = chain(1);
        let mut last = last;
        for _ in 1..depth {
            let before = last;
            last = computed(move || before.get() + 1);
            last.get();
        }
    });
    drop(owner);
}

fn drop_effects(depth: usize) {
    let ((), owner) = scope(|| effects(depth));
    drop(owner);
}

fn drop_scopes(depth: usize) {
    let ((), owner) = scope(|| nested_scopes(depth));
    drop(owner);
}

fn drop_held_scopes(depth: usize) {
    let mut held: Option<Scope> = None;
    for _ in 0..depth {
        let inside = held.take();
        let ((), owner) = scope(|| {
            computed(move || inside.is_some());
        });
        held = Some(owner);
    }
    drop(held);
}

fn drop_resources(depth: usize) {
    let ((), owner) = scope(|| resources(depth));
    finish();
    drop(owner);
}

reactive! {
    struct Large {
        signal one: [u64; 12_500] = [1; 12_500];
        signal two: [u64; 12_500] = [2; 12_500];
        signal three: [u64; 12_500] = [3; 12_500];
        computed first: u64 = one[0] + two[0] + three[0];
        effect show { std::hint::black_box(first); }
    }
}

fn large(_: usize) {
    hint::black_box(Large::new().first());
}

#[cfg(feature = "alien")]
fn alien_computed(depth: usize) {
    let mut last = alien_signals::Computed::new(|_| {
        here();
        0
    });
    for _ in 1..depth {
        let before = last;
        last = alien_signals::Computed::new(move |_| {
            here();
            before.get() + 1
        });
    }
    assert_eq!(last.get(), depth as u64 - 1);
}

#[cfg(feature = "alien")]
fn alien_effects(depth: usize) {
    let effect = alien_signals::Effect::new(move || {
        here();
        if depth > 1 {
            alien_effects(depth - 1);
        }
    });
    mem::forget(effect);
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => table(""),
        [part] => table(part),
        [case, depth, stack] => {
            let known = CASES.iter().find(|(name, _)| *name == case);
            match (known, depth.parse(), stack.parse()) {
                (Some(case), Ok(depth), Ok(stack)) => run(case.1, depth, stack),
                _ => ExitCode::FAILURE,
            }
        }
        _ => ExitCode::FAILURE,
    }
}

fn run(case: fn(usize), depth: usize, stack: usize) -> ExitCode {
    let start = Instant::now();
    let thread = thread::Builder::new().stack_size(stack).spawn(move || {
        if panic::catch_unwind(|| case(depth)).is_err() {
            std::process::exit(REFUSED);
        }
        SEEN.get()
    });
    let (high, low) = thread
        .expect("a thread")
        .join()
        .expect("no panic gets here");
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!(
        "{} bytes of stack each, peak {}, {:?}",
        high.saturating_sub(low) / (depth - 1).max(1),
        peak.unwrap_or("?").trim(),
        start.elapsed()
    );
    ExitCode::SUCCESS
}

/// The outcome of a child.
enum Outcome {
    Value(String),
    Refused,
    Died,
}

fn child(case: &str, depth: usize, stack: usize) -> Outcome {
    let output = Command::new(env::current_exe().expect("this program"))
        .args([case, &depth.to_string(), &stack.to_string()])
        .stderr(Stdio::null())
        .output()
        .expect("a child");
    match output.status.code() {
        Some(0) => Outcome::Value(String::from_utf8_lossy(&output.stdout).into_owned()),
        Some(REFUSED) => Outcome::Refused,
        _ => Outcome::Died,
    }
}

/// The greatest depth that gives a value, and whether one more is an error (`!`) or the end of the process.
fn deepest(case: &str, stack: usize) -> String {
    let (mut good, mut bad, mut refused) = (0, MOST + 1, false);
    let mut next = 128;
    while bad - good > 1 + good / 100 {
        match child(case, next, stack) {
            Outcome::Value(_) => good = next,
            outcome => (bad, refused) = (next, matches!(outcome, Outcome::Refused)),
        }
        next = match bad {
            bad if bad > MOST => (good * 4).min(MOST),
            _ => good.midpoint(bad),
        };
        if good == MOST {
            return format!("> {MOST}");
        }
    }
    match refused {
        true => format!("{good} !"),
        false => good.to_string(),
    }
}

fn table(part: &str) -> ExitCode {
    println!("{:28}{:>12}{:>12}   each", "", "2 MiB", "8 MiB");
    for (case, _) in CASES.iter().filter(|(name, _)| name.contains(part)) {
        if *case == "new" {
            continue;
        }
        let [small, large] = [2, 8].map(|size| deepest(case, size << 20));
        // Shallow enough for a stack that does not grow.
        let each = match child(case, 101, 8 << 20) {
            Outcome::Value(text) => text.split(',').next().unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        println!("{case:28}{small:>12}{large:>12}   {each}");
    }
    let size = size_of::<Large>();
    let (mut bad, mut good) = (size, 64 * size);
    while good - bad > size / 20 {
        let next = good.midpoint(bad);
        match child("new", 1, next) {
            Outcome::Value(_) => good = next,
            _ => bad = next,
        }
    }
    let factor = good as f64 / size as f64;
    println!("`new` of a declared graph wants {factor:.1} times the graph's size");
    println!(
        "{MOST} is the end of the search; `!`: one more is a panic, which a program can catch"
    );
    ExitCode::SUCCESS
}
