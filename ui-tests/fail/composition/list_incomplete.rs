//! The parts of a list.

use signal_kernel::reactive;

reactive! {
    pub struct Todo {
        pub signal done: bool = false;
    }

    struct App {
        signal open: Vec<u64> = Vec::new();
        list no_key: Todo;
        list no_maker: Todo by u64 = open.iter().copied();
        list no_pattern: Todo by u64 => Todo();
        list no_call: Todo by u64 => |_| Todo;
    }
}

fn main() {}
