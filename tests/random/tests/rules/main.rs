//! Random programs and every order of events, held against interpreters of the rules.

mod both;
mod composition;
mod declared;
mod declared_async;
mod functions;
mod functions_async;
mod panics;
mod per;
mod permutations;
mod trees;
mod writes;
