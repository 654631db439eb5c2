//! SK014

use signal_kernel::resource;
use signal_kernel_ui_tests::{Stream, stream};
use std::rc::Rc;

#[resource] // `#[resource(local)]` compiles
fn letters(text: Rc<str>) -> impl Stream<Item = Result<u8, String>> {
    stream::iter((0..text.len()).map(move |at| Ok(text.as_bytes()[at])))
}

fn main() {}
