//! A value whose comparison or drop panics when a test wants it to.
//!
//! Invariants: a trap springs once, and then is off; a drop is noted before it panics.
//!
//! Must not know: graphs.

use crate::log::Log;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

/// Sets traps for values that share it.
#[derive(Clone, Debug)]
pub struct PanicOn {
    log: Log,
    comparison: Arc<AtomicBool>,
    drop: Arc<AtomicU32>,
}

impl PanicOn {
    /// No trap so far. Drops are noted in `log`.
    pub fn new(log: &Log) -> Self {
        PanicOn {
            log: log.clone(),
            comparison: Arc::default(),
            drop: Arc::new(AtomicU32::new(u32::MAX)),
        }
    }

    /// The next comparison panics.
    pub fn next_comparison(&self) {
        self.comparison.store(true, Ordering::SeqCst);
    }

    /// The next drop of a value of this number panics.
    pub fn drop_of(&self, number: u32) {
        self.drop.store(number, Ordering::SeqCst);
    }

    /// A value that these traps are for.
    pub fn value(&self, number: u32) -> Panicking {
        Panicking {
            number,
            trap: self.clone(),
        }
    }
}

/// A number that may panic.
pub struct Panicking {
    number: u32,
    trap: PanicOn,
}

impl Panicking {
    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl PartialEq for Panicking {
    fn eq(&self, other: &Self) -> bool {
        let sprung = self.trap.comparison.swap(false, Ordering::SeqCst);
        assert!(!sprung, "{} == {}", self.number, other.number);
        self.number == other.number
    }
}

impl Clone for Panicking {
    fn clone(&self) -> Self {
        self.trap.value(self.number)
    }
}

impl Drop for Panicking {
    fn drop(&mut self) {
        self.trap.log.push(format!("drop {}", self.number));
        let trap = &self.trap.drop;
        let sprung =
            trap.compare_exchange(self.number, u32::MAX, Ordering::SeqCst, Ordering::SeqCst);
        assert!(sprung.is_err(), "drop of {}", self.number);
    }
}

impl fmt::Debug for Panicking {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(formatter)
    }
}

impl fmt::Display for Panicking {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(formatter)
    }
}
