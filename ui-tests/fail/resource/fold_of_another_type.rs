//! A function that takes another item, one that takes the answer by value, and one that does not exist.

use signal_kernel::resource;
use signal_kernel_ui_tests::{Stream, stream};

fn push(answer: &mut String, word: char) {
    answer.push(word);
}

fn joined(answer: String, word: String) -> String {
    answer + &word
}

#[resource(fold(String, push))]
fn chat(prompt: String) -> impl Stream<Item = Result<String, String>> {
    stream::iter([Ok(prompt)])
}

#[resource(fold(String, joined))]
fn talk(prompt: String) -> impl Stream<Item = Result<String, String>> {
    stream::iter([Ok(prompt)])
}

#[resource(fold(String, psuh))]
fn speak(prompt: String) -> impl Stream<Item = Result<String, String>> {
    stream::iter([Ok(prompt)])
}

fn main() {}
