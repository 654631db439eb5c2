use signal_kernel::reactive;

reactive! {
    struct First {
        signal a: u64 = 1;
        computed b: u64 = a * 2;
    }

    /// Public, with parameters.
    pub struct Second {
        signal a: u64;
        pub(crate) computed b: u64 = a * 3;
    }

    struct Empty {}
}

fn main() {
    let _ = Empty::new();
    assert_eq!((*First::new().b(), *Second::new(2).b()), (2, 6));
}
