//! A list looks its rows up by their keys.

use signal_kernel::reactive;

#[derive(Clone, PartialEq)]
pub struct Id(u64);

reactive! {
    pub struct Todo {
        pub signal done: bool = false;
    }

    struct App {
        list todos: Todo by Id => |_| Todo();
        list given: Todo by f64;
        computed count: usize = todos.len() + given.len();
    }
}

fn main() {}
