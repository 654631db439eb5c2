//! The bytes of the rows of a list, beyond those of their structs.
//!
//! A program of its own, since the allocator counts for the whole process.

use signal_kernel::reactive;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn bytes() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

reactive! {
    struct Row {
        signal number: u64 = 0;
        computed next: u64 = number + 1;
        effect see { std::hint::black_box(next); }
    }

    struct Table {
        list rows: Row by u64 => |_| Row();
    }
}

/// A power of two: no table of the list has room to spare.
const COUNT: u64 = 1024;

/// A row takes little more than its struct.
fn main() {
    let before = bytes();
    let mut table = Table::new();
    table.update_rows(|rows| {
        for key in 0..COUNT {
            rows.insert(key);
        }
    });
    let all = bytes() - before;
    let beyond = all as f64 / COUNT as f64 - size_of::<Row>() as f64;
    assert!(beyond <= 64.0, "{beyond} bytes beyond the struct of a row");
    table.update_rows(|rows| rows.clear());
    drop(table);
    assert_eq!(bytes(), before);
}
