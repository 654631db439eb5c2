//! Fixtures of the behaviour tests, which live in `tests/` and `random/`.

pub mod crowd;
pub mod gate;
pub mod leak;
pub mod log;
pub mod panicking;
pub mod panics;
pub mod process;
pub mod profile;
pub mod random;
pub mod resources;
pub mod sound;
pub mod stream_model;
pub mod tap;
