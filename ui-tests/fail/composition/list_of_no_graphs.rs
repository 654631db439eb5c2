//! The rows of a list are graphs.

use signal_kernel::reactive;

#[derive(Clone)]
pub struct Todo;

reactive! {
    struct App {
        list todos: Todo by u64;
        computed count: usize = todos.len();
    }
}

fn main() {}
