//! The bytes of threads that have ended: none is left of a program, whether its nodes were disposed of or ended with
//! their thread.
//!
//! A program of its own, since the allocator counts for the whole process.

use signal_kernel_random::{Settings, try_seed};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn bytes() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// A thread that has ended leaves no bytes.
fn main() {
    let base = Settings {
        work: true,
        ..Settings::PLAIN
    };
    let reenter = Settings {
        reenter: true,
        ..base
    };
    let panics = Settings {
        panics: true,
        ..reenter
    };
    let declared = Settings {
        declared: true,
        ..panics
    };
    for settings in [base, reenter, panics, declared] {
        // The process makes some things once.
        for seed in 0..5 {
            assert_eq!(try_seed(settings, seed), Ok(()));
        }
        let before = bytes();
        for seed in 5..40 {
            assert_eq!(try_seed(settings, seed), Ok(()));
            assert_eq!(bytes(), before, "seed {seed} of {settings:?}");
        }
    }
}
