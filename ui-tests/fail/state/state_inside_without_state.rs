use signal_kernel::reactive;

reactive! {
    struct Search {
        signal query: String = String::new();
    }

    #[state(SavedApp, derive(Clone))]
    struct App {
        graph search: Search();
        list tabs: Search by u64 => |_| Search();
        #[state(skip)]
        graph other: Search();
    }
}

fn main() {}
