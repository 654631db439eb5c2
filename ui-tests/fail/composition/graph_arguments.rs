//! The arguments of a graph inside are those of its `new`.

use signal_kernel::reactive;

reactive! {
    pub struct Search {
        let limit: usize;
        pub computed is_small: bool = *limit < 10;
    }

    struct Few {
        graph search: Search();
    }

    struct Typed {
        let limit: u8;
        graph search: Search(limit);
    }

    struct Parts {
        graph search: Search;
    }
}

fn main() {
    Parts::new(Search::new(3));
}
