//! The arguments of a row are read once.

use signal_kernel::reactive;

reactive! {
    pub struct Todo {
        let id: u64;
        let size: u64;
        pub signal dark: bool = false;
        pub computed sum: u64 = id + size;
    }

    struct App {
        signal size: u64 = 1;
        list todos: Todo by u64 => |id| Todo(id, *size) { dark: *size > 3, drak: true };
    }

    struct Cycle {
        list todos: Todo by u64 = 0..*count => |id| Todo(id, 3);
        computed count: u64 = todos.len() as u64;
    }
}

fn main() {}
