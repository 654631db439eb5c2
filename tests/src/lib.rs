//! Behaviour tests of both doors live in `tests/`.

pub mod crowd;
pub mod gate;
pub mod leak;
pub mod log;
pub mod panics;
pub mod touchy;
