//! The code of a declared graph, as templates: `reactive!` emits a description of the graph, and these macros turn the
//! description into Rust. They are the caller's side of [`super::settle`], [`super::batch`] and [`super::make`]:
//! [`engine`] for the pass and the way to each node, [`make`] for `new`, [`batch`] for the type of a graph that is being
//! written.
//!
//! A description holds names, places and numbers. A place is a path to a field without the graph: `__price`, or
//! `chunk_2__.17` in a graph that is kept in chunks. An input `([&] __price.value)` is a reference to a place; the input
//! `([] __total.current())` is a memo's value. The user's names and `self` come from the description, so they keep
//! the meaning that they have in the declaration.
//!
//! Invariants: no macro here calls itself; an entry of a list is one group, so that rustc's matcher has no choice to
//! make between two entries.
//!
//! Must not know: declaration syntax; how a graph settles.

mod batch;
mod engine;
mod make;
