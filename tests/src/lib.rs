//! Behaviour tests of both kinds of graph live in `tests/`.

pub mod crowd;
pub mod gate;
pub mod leak;
pub mod log;
pub mod panics;
pub mod random;
pub mod resources;
pub mod touchy;
