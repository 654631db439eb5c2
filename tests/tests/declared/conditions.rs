//! Graphs with `#[cfg]` and `#[cfg_attr]` in the declaration, and with the runtime crate at another path.
//!
//! Must not know: how a predicate gets its answer.

#![allow(clippy::non_minimal_cfg)] // `all()` holds on every target

// The crate by another name, as a dependency that was renamed.
extern crate signal_kernel as kernel;

use futures::executor::block_on;
use kernel::{CancelToken, NodeKind, reactive, resource};
use signal_kernel_tests::log::Log;

/// A crate that hands the kernel on.
mod framework {
    pub(crate) mod inner {
        pub(crate) use ::signal_kernel as kernel;
    }
}

fn names(graph: &kernel::Graph) -> Vec<&'static str> {
    graph.nodes.iter().map(|node| node.name).collect()
}

#[test]
fn a_node_that_is_switched_off_is_absent() {
    #[resource(infallible)]
    async fn echo(text: u32) -> u32 {
        text
    }
    reactive! {
        struct Cart {
            #[cfg(any())]
            let unit: Missing;
            let log: Log;
            #[cfg(all())]
            pub signal price: u32 = 1;
            #[cfg(not(all()))]
            pub signal price: Missing = missing();
            #[cfg(any())]
            resource rate = missing(price);
            #[cfg(not(any()))]
            resource rate = echo(price);
            #[cfg(any())]
            computed total: u32 = price * missing;
            #[cfg(not(any()))]
            /// The price of all.
            computed total: u32 = price * 2;
            #[cfg(any())]
            effect show { log.push("never"); missing(total); }
            #[cfg(test)]
            #[cfg(not(any()))]
            effect show { log.push(total); }
        }
    }
    let log = Log::default();
    let mut cart = Cart::new(log.clone());
    cart.set_price(2);
    block_on(cart.settled());
    assert_eq!(cart.rate().value(), Some(&2));
    assert_eq!(log.take(), ["2", "4"]);
    assert_eq!(names(&Cart::GRAPH), ["price", "rate", "total", "show"]);
}

#[test]
fn a_struct_that_is_switched_off_is_absent() {
    reactive! {
        #[cfg(any())]
        struct Cart { signal missing: Missing = missing(); }

        #[cfg(all())]
        struct Cart { signal price: u32 = 1; }
    }
    assert_eq!(Cart::new().price(), &1);
}

#[test]
fn attributes_may_depend_on_a_predicate() {
    reactive! {
        #[cfg_attr(all(), derive(Debug), allow(dead_code))]
        #[cfg_attr(any(), derive(Clone))]
        struct Cart {
            let log: Log;
            #[cfg_attr(all(), eq(never), doc = "What it costs.")]
            signal price: u32 = 1;
            #[cfg_attr(any(), eq(never))]
            #[cfg_attr(all(), cfg(all()))]
            signal qty: u32 = 1;
            #[cfg_attr(all(), cfg(any()))]
            signal missing: Missing = missing();
            effect show { log.push(format!("{price} {qty}")); }
        }
    }
    let log = Log::default();
    let mut cart = Cart::new(log.clone());
    cart.set_price(1);
    cart.set_qty(1);
    assert_eq!(log.take(), ["1 1", "1 1"]);
    assert!(format!("{cart:?}").contains("price: 1"));
}

#[test]
fn a_local_that_is_switched_off_hides_no_node() {
    reactive! {
        struct Cart {
            signal price: u32 = 1;
            signal qty: u32 = 2;
            computed off: u32 = {
                #[cfg(any())]
                let price = &0;
                #[cfg(any())]
                const qty: &u32 = &0;
                price * qty
            };
            computed on: u32 = {
                #[cfg(all())]
                let price = &5;
                price * qty
            };
            computed other: u32 = {
                let either = match (price, qty) {
                    #[cfg(any())]
                    (price, _) => missing(price),
                    _ => price + qty,
                };
                #[cfg(any())]
                missing(either);
                either
            };
        }
    }
    let mut cart = Cart::new();
    assert_eq!((*cart.off(), *cart.on(), *cart.other()), (2, 10, 3));
    cart.set_price(2);
    assert_eq!((*cart.off(), *cart.on(), *cart.other()), (4, 10, 4));
}

#[test]
fn parameters_of_a_resource_may_depend_on_a_predicate() {
    #[resource]
    async fn fetch(
        #[cfg(any())] missing: Missing,
        #[cfg(all())] id: u32,
        #[cfg_attr(all(), cfg(all()))] by: u32,
        #[cfg_attr(all(), cancel)] token: CancelToken,
        #[cfg_attr(any(), cancel)] last: u32,
    ) -> Result<u32, String> {
        match token.is_cancelled() {
            true => Err("late".to_owned()),
            false => Ok(id * by + last),
        }
    }
    reactive! {
        struct Page {
            signal id: u32 = 3;
            resource user = fetch(id, 2, 1);
        }
    }
    let mut page = Page::new();
    block_on(page.settled());
    assert_eq!(page.user().value(), Some(&7));
    assert_eq!(block_on(fetch(1, 2, CancelToken::new(), 3)), Ok(5));
}

#[test]
fn predicates_and_answers_meet_in_a_macro_of_the_users() {
    macro_rules! graph {
        ($name:ident, $($predicate:meta => $node:ident: $ty:ty = $value:expr;)*) => {
            reactive! {
                #[derive(Debug)]
                struct $name {
                    $(#[cfg($predicate)] signal $node: $ty = $value * 2;)*
                    computed sum: u32 = { let mut sum = 0; $(#[cfg($predicate)] { sum += $node; })* sum };
                    effect show { let _ = sum; }
                }
            }
        };
    }
    graph!(Sum, all() => a: u32 = 1 + 1; any() => b: Missing = missing(); test => c: u32 = 3;);
    assert_eq!(format!("{:?}", Sum::new()), "Sum { a: 4, c: 6, sum: 10 }");
}

#[test]
#[allow(dead_code)]
fn many_predicates_are_answered_in_order() {
    reactive! {
        struct Many {
            #[cfg(all())] signal a: u32 = 1;
            #[cfg(any())] signal b: u32 = 1;
            #[cfg(not(any()))] signal c: u32 = 1;
            #[cfg(not(all()))] signal d: u32 = 1;
            #[cfg(all(all(), not(any())))] signal e: u32 = 1;
            #[cfg(target_os = "none")] signal f: u32 = 1;
            #[cfg(any(test, any()))] signal g: u32 = 1;
            #[cfg(all(),)] signal h: u32 = 1;
        }
    }
    assert_eq!(names(&Many::GRAPH), ["a", "c", "e", "g", "h"]);
    assert!(
        Many::GRAPH
            .nodes
            .iter()
            .all(|node| node.kind == NodeKind::Signal)
    );
}

#[test]
fn the_runtime_crate_may_stand_at_another_path() {
    use framework::inner;

    #[resource(crate = crate::conditions::framework::inner::kernel)]
    async fn fetch(#[cfg(all())] id: u64, #[cancel] _token: CancelToken) -> Result<String, String> {
        Ok(format!("user {id}"))
    }

    #[resource(local, infallible, crate = inner::kernel)]
    async fn shout<T: AsRef<str>>(text: T) -> String {
        text.as_ref().to_uppercase()
    }

    reactive! {
        #![crate = crate::conditions::framework::inner::kernel]

        #[derive(Debug)]
        struct Profile<T: Clone + PartialEq> {
            let seed: T;
            let mut count: u32 = 0;
            #[cfg(all())]
            signal id: u64 = 1;
            resource user = fetch(id);
            #[manual]
            resource loud = shout::<String>("hi".to_owned());
            computed title: String = user.value().cloned().unwrap_or_default();
            computed lazy: T = seed.clone();
            effect show { let _ = title; *count += 1; }
            effect kept: u64 = *id;
        }

        struct Plain { signal a: u32 = 1; computed b: u32 = a + 1; }
    }
    let mut profile = Profile::new(5);
    profile.reload_loud();
    block_on(profile.settled());
    profile
        .transaction(|profile| -> Result<(), ()> {
            profile.set_id(2);
            Ok(())
        })
        .unwrap();
    block_on(profile.settled());
    assert_eq!(profile.title(), "user 2");
    assert_eq!(profile.loud().value().map(String::as_str), Some("HI"));
    assert_eq!((*profile.lazy(), *Plain::new().b()), (5, 2));

    reactive! {
        #![crate = kernel]
        struct Renamed { signal a: u32 = 1; computed b: u32 = a + 1; effect c { let _ = b; } }
    }
    assert_eq!(*Renamed::new().b(), 2);
}

#[test]
fn a_macro_of_another_crate_may_name_the_runtime_crate() {
    macro_rules! graph {
        ($path:path, $name:ident) => {
            reactive! {
                #![crate = $path]
                struct $name { signal a: u32 = 1; computed b: u32 = a + 1; }
            }
        };
    }
    graph!(crate::conditions::framework::inner::kernel, One);
    graph!(::signal_kernel, Two);
    assert_eq!(*One::new().b() + *Two::new().b(), 4);
}
