//! Types, constants, defaults and where-clauses.

#![allow(dead_code)]

use signal_kernel::{reactive, resource};
use std::fmt::Debug;

#[resource]
async fn echo<T: Clone>(value: T) -> Result<T, String> {
    Ok(value)
}

reactive! {
    #[derive(Debug)]
    pub struct List<T: Clone + PartialEq + Debug, const N: usize = 2>
    where
        T: Send + 'static,
    {
        signal items: [T; N];
        signal extra: Vec<T> = Vec::new();
        computed all: Vec<T> = items.iter().chain(extra).cloned().collect();
        computed count: usize = all.len() + N;
        resource echoed = echo::<Vec<T>>(all);
        effect show { println!("{all:?} {count}"); }
    }

    struct Plain<T> where T: PartialEq + Copy {
        signal value: T;
        computed same: T = *value;
    }
}

fn main() {
    let mut list: List<u8, 3> = List::new([1, 2, 3]);
    list.set_extra(vec![4]);
    assert_eq!(
        (list.all().as_slice(), *list.count()),
        (&[1, 2, 3, 4][..], 7)
    );
    list.batch(|list| list.update_extra(|extra| extra.push(5)));
    let done: Result<(), u8> = list.transaction(|list| {
        list.update_extra(|extra| extra.clear());
        Err(1)
    });
    assert_eq!((done, list.all().len()), (Err(1), 5));
    let mut plain = Plain::new('a');
    plain.set_value('b');
    assert_eq!(*plain.same(), 'b');
}
