//! Tests that need a process or threads of their own, and tests of the documents.

mod depth;
mod documents;
mod layout;
mod live;
mod wakes;
