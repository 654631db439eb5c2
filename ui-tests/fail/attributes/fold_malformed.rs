//! SK010

use signal_kernel::resource;
use signal_kernel_ui_tests::{Stream, stream};

#[resource(fold(String))]
fn chat(prompt: String) -> impl Stream<Item = Result<String, String>> {
    stream::iter([Ok(prompt)])
}

#[resource(fold(String, push))]
async fn ask(prompt: String) -> Result<String, String> {
    Ok(prompt)
}

fn push(answer: &mut String, word: String) {
    answer.push_str(&word);
}

fn main() {
    let _ = (chat, ask, push);
}
