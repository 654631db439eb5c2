//! The shared types of the waking path. The model check in `tests/loom` compiles that path with types of its own
//! instead.

pub(crate) use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence},
};
