//! Fragments of a macro keep the hygiene of their place in the text, also in bodies.

#![deny(warnings)]
#![allow(dead_code)]

use signal_kernel::{reactive, resource};

#[resource]
async fn load(number: u64, twice: u64) -> Result<u64, String> {
    Ok(number + twice)
}

macro_rules! counter {
    ($(#[$meta:meta])* $vis:vis $name:ident, $node:ident: $ty:ty = $start:expr, $body:expr, $block:block) => {
        reactive! {
            $(#[$meta])*
            $vis struct $name {
                $vis signal $node: $ty = $start;
                $vis computed double: $ty = $node.clone() + $node.clone();
                $vis computed given: $ty = $body;
                computed product: $ty = $start * (2 as $ty);
                #[allow(deprecated)] // the block may name no node
                effect show $block
                effect plain { let local = $node; println!("{local} {}", $node); }
            }
        }
    };
}

counter! {
    /// One.
    pub(crate) One, count: u64 = 1 + 2, count * 10, { println!("{count} {}", double); }
}
counter!(Two, number: f64 = 1.5, { let x = number; *x }, {});

macro_rules! loaded {
    ($name:ident, $argument:expr) => {
        reactive! {
            struct $name {
                signal number: u64 = $argument * 2;
                resource loaded = load($argument * 2, number);
                computed text: String = format!("{:?}", loaded.value().map(|value| $argument * *value));
            }
        }
    };
}

loaded!(Four, 1 + 2);

macro_rules! whole {
    ($($tokens:tt)*) => { reactive! { $($tokens)* } };
}

whole! {
    struct Three {
        signal a: u64 = 1;
        computed b: u64 = a * 2;
    }
}

fn main() {
    let mut one = One::new();
    assert_eq!(
        (*one.count(), *one.double(), *one.given(), *one.product()),
        (3, 6, 30, 6)
    );
    one.set_count(4);
    assert_eq!(*one.given(), 40);
    assert_eq!(*Two::new().double(), 3.0);
    assert_eq!(*Three::new().b(), 2);
    let mut four = Four::new();
    signal_kernel_ui_tests::block_on(four.settled());
    assert_eq!((*four.number(), four.text().as_str()), (6, "Some(36)"));
}
