//! A list with a maker, one without, and one that follows its keys have methods of their own.

use signal_kernel::reactive;

reactive! {
    pub struct Todo {
        pub signal done: bool = false;
    }

    struct App {
        signal open: Vec<u64> = Vec::new();
        list made: Todo by u64 => |_| Todo();
        list given: Todo by u64;
        list followed: Todo by u64 = open.iter().copied() => |_| Todo();
    }
}

fn main() {
    let mut app = App::new();
    app.update_made(|made| made.insert_part(1, Todo::part()));
    app.update_given(|given| given.insert(1).set_done(true));
    app.update_followed(|followed| followed.insert(1).set_done(true));
    app.update_followed(|followed| followed.remove(&1));
}
