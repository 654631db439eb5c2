//! A value that is fed to the rows of a list is cloned for each of them, and has the type of the signal.

use signal_kernel::reactive;

#[derive(Default, PartialEq)]
struct Money(u64);

reactive! {
    struct Row {
        signal price: Money = Money(0);
        signal count: u32 = 0;
    }

    struct Uncloned {
        signal cents: u64 = 0;
        list rows: Row by u32 => |_| Row() { price: Money(*cents) };
    }

    struct ForEachRow {
        signal cents: u64 = 0;
        list rows: Row by u32 => |id| Row() { price: Money(u64::from(id) + cents) };
    }

    struct Typed {
        signal open: bool = false;
        list rows: Row by u32 => |_| Row() { count: *open };
    }

    struct Missing {
        signal open: bool = false;
        list rows: Row by u32 => |_| Row() { cuont: 1 };
    }

    struct Mistaken {
        signal open: bool = false;
        list rows: Row by u32 => |_| Row() { count: open.len() };
    }
}

fn main() {}
