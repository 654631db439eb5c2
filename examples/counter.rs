//! A counter, a value that is derived from it, and an effect: `cargo run --example counter`

use signal_kernel::reactive;

reactive! {
    struct Counter {
        signal count: u32 = 0;
        computed parity: &'static str = if count % 2 == 0 { "even" } else { "odd" };
        effect show { println!("{count} is {parity}"); }
    }
}

fn main() {
    let mut counter = Counter::new(); // 0 is even
    counter.set_count(1); // 1 is odd
    counter.set_count(1); // an equal value: nothing runs
    counter.update_count(|count| *count += 1); // 2 is even
}
