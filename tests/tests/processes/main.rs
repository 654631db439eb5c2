//! Tests of more than one graph or thread, and of the documents.

mod both;
mod documents;
mod wakes;
