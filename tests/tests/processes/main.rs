//! Tests of more than one graph or thread, and of the documents.

mod documents;
mod layout;
mod wakes;
