use signal_kernel::{Reactive, reactive};

reactive! {
    #[state(SavedFrame, derive(Clone))]
    struct Frame<G: Reactive> {
        signal title: String = String::new();
        graph inner: G;
        list rows: G by u64;
        #[state(skip)]
        graph other: G;
    }
}

fn main() {}
