use signal_kernel::reactive;

reactive! {
    #[state(SavedTodo)]
    struct Todo {
        let id: u64;
        signal text: String = String::new();
    }

    #[state(SavedApp)]
    struct App {
        list made: Todo by u64 => |id| Todo(id);
        list given: Todo by u64;
    }
}

fn main() {}
