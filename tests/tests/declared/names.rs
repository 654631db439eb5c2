//! Which names of a body are mentions of nodes, and so its dependencies (`signal-kernel/docs/reactive.md`, Items).
//!
//! Invariants: a test reads the dependencies of a node off `GRAPH`; the value of the node shows that the body saw them.
//!
//! Must not know: how the macro finds names.

#![allow(
    unused_parens,
    clippy::style,
    clippy::complexity,
    clippy::suspicious,
    reason = "odd ways to mention a name are what is tested here"
)]

use signal_kernel::{Graph, reactive};
use signal_kernel_tests::log::Log;

/// The dependencies of a node, in the order of its mentions.
#[track_caller]
fn reads(graph: &Graph, node: &str) -> Vec<&'static str> {
    let node = graph.node(node).expect("there is such a node");
    graph.dependencies_of(node).map(|node| node.name).collect()
}

/// Each computed value of a graph has one line: `name: type = body => [dependencies], value`.
macro_rules! mentions {
    (
        $test:ident { $($declared:tt)* }
        $($name:ident: $type:ty = $body:expr => [$($read:literal),*], $value:expr;)*
    ) => {
        #[test]
        fn $test() {
            reactive! {
                struct Page {
                    $($declared)*
                    $(computed $name: $type = $body;)*
                }
            }
            let page = Page::new();
            $(
                let expected: Vec<&str> = vec![$($read),*];
                assert_eq!(reads(&Page::GRAPH, stringify!($name)), expected, stringify!($name));
                assert_eq!(*page.$name(), $value, stringify!($name));
            )*
        }
    };
}

mentions! {
    names_are_found_wherever_an_expression_stands {
        signal a: u32 = 1;
        signal b: u32 = 2;
        signal list: Vec<u32> = vec![1, 2, 3];
        signal pair: (u32, u32) = (5, 6);
        signal maybe: Option<u32> = Some(4);
    }
    nested_blocks: u32 = { let x = { let y = *a; let z = { *b }; y + z }; x } => ["a", "b"], 3;
    order_of_mention: u32 = b * 10 + a + b => ["b", "a"], 23;
    parens: u32 = ((*a)) + (*(b)) => ["a", "b"], 3;
    unary: i32 = -(*a as i32) => ["a"], -1;
    reference: u32 = { let r: &u32 = &*a; *r } => ["a"], 1;
    index: u32 = list[*a as usize] => ["list", "a"], 2;
    range: usize = list[*a as usize..*b as usize].len() => ["list", "a", "b"], 1;
    field: u32 = pair.0 + pair.1 => ["pair"], 11;
    tuple: (u32, u32) = (*a, *b) => ["a", "b"], (1, 2);
    array: [u32; 2] = [*a, *b] => ["a", "b"], [1, 2];
    repeat: [u32; 2] = [*a; 2] => ["a"], [1, 1];
    branch: u32 = if *a == 1 { *b } else { list[0] } => ["a", "b", "list"], 2;
    matched: u32 = match *a { 0 => *b, n if n == *b => 7, n => n + pair.0 } => ["a", "b", "pair"], 6;
    if_let: u32 = if let Some(x) = maybe { x + a } else { *b } => ["maybe", "a", "b"], 5;
    let_else: u32 = { let Some(x) = maybe else { return *a; }; *x } => ["maybe", "a"], 4;
    for_loop: u32 = { let mut sum = 0; for x in list { sum += x * a; } sum } => ["list", "a"], 6;
    while_loop: u32 = { let mut n = *a; while n < *b { n += 1; } n } => ["a", "b"], 2;
    while_let: u32 = {
        let (mut rest, mut n) = (list.iter(), 0);
        while let Some(x) = rest.next() { n += x + a; }
        n
    } => ["list", "a"], 9;
    labelled: u32 = 'a: { if *b == 2 { break 'a *b; } 0 } => ["b"], 2;
    closure: u32 = (|x: u32| x + *a)(*b) => ["a", "b"], 3;
    chain: usize = list.iter().filter(|x| **x > *a).map(|x| x * b).count() => ["list", "a", "b"], 2;
    arguments: u32 = u32::max(*a, *b) => ["a", "b"], 2;
    turbofish: Vec<u32> = list.iter().map(|x| x + a).collect::<Vec<_>>() => ["list", "a"], [2, 3, 4];
    cast: u64 = u64::from(*a) + *b as u64 => ["a", "b"], 3;
    tried: Option<u32> = Some((*maybe)? + a) => ["maybe", "a"], Some(5);
    constant: u32 = *a + const { 1 + 1 } => ["a"], 3;
    structure: u32 = { struct P { x: u32, y: u32 } let p = P { x: *a, y: *b }; p.x + p.y } => ["a", "b"], 3;
}

mentions! {
    names_are_found_in_macros {
        signal a: u32 = 1;
        signal b: u32 = 2;
        signal maybe: Option<u32> = Some(4);
        signal width: usize = 4;
        signal prec: usize = 1;
        signal text: String = "x".to_owned();
        signal float: f64 = 1.25;
    }
    arguments: String = format!("{} {}", a, b) => ["a", "b"], "1 2";
    captured: String = format!("{a} {b:?} {a:02}") => ["a", "b"], "1 2 01";
    mixed: String = format!("{a} {}", b) => ["a", "b"], "1 2";
    width_captured: String = format!("{text:>width$}|") => ["text", "width"], "   x|";
    width_only: String = format!("{:>width$}|", "y") => ["width"], "   y|";
    prec_captured: String = format!("{float:.prec$} {float:width$.prec$}") => ["float", "prec", "width"], "1.2  1.2";
    escaped: String = format!("{{a}} {b}") => ["b"], "{a} 2";
    named: String = format!("{a} {b}", a = 9) => ["b"], "9 2";
    named_of_node: String = format!("{x}", x = a) => ["a"], "1";
    plain_literal: String = format!("{}", "{a}") => [], "{a}";
    list: Vec<u32> = vec![*a, *b] => ["a", "b"], [1, 2];
    repeated: Vec<u32> = vec![*a; *width] => ["a", "width"], [1, 1, 1, 1];
    tested: bool = matches!(maybe, Some(n) if n > a) => ["maybe", "a"], true;
    tested_or: bool = matches!(*a, 1 | 2) => ["a"], true;
    asserted: u32 = { assert!(*a == 1, "{b}"); *a } => ["a", "b"], 1;
    equal: u32 = { assert_eq!(*a, 1); debug_assert_ne!(a, b, "{width}"); 0 } => ["a", "b", "width"], 0;
    written: String = {
        use std::fmt::Write;
        let mut out = String::new();
        write!(out, "{a}{}", b).ok();
        out
    } => ["a", "b"], "12";
    nested: String = format!("{:?}", vec![*a, { let x = *b; x }]) => ["a", "b"], "[1, 2]";
    deep: usize = vec![format!("{a}"), format!("{}", vec![b].len())].len() => ["a", "b"], 2;
    stringified: &'static str = stringify!(a) => [], "a";
    concatenated: &'static str = concat!("a", 1) => [], "a1";
    unreached: u32 = if *a == 1 { 5 } else { unreachable!("{b}") } => ["a", "b"], 5;
    closure_in_macro: Vec<u32> = vec![(|a: u32| a + 1)(*b)] => ["b"], [3];
    scope_in_macro: String = format!("{}", { let a = 5; a }) => [], "5";
    scope_around: String = { let a = 8; format!("{a} {b}") } => ["b"], "8 2";
}

macro_rules! double {
    ($value:expr) => {
        *$value * 2
    };
}

macro_rules! pick {
    ($left:ident => $right:ident) => {
        *$left + *$right
    };
    (all of $($each:ident)and*) => {
        0 $(+ *$each)*
    };
}

mentions! {
    names_are_found_in_macros_of_ones_own {
        signal a: u32 = 1;
        signal b: u32 = 2;
        signal c: u32 = 3;
    }
    expression: u32 = double!(a) => ["a"], 2;
    inner: u32 = double!(&(b + 1)) => ["b"], 6;
    grammar: u32 = pick!(a => b) => ["a", "b"], 3;
    words: u32 = pick!(all of a and b and c) => ["a", "b", "c"], 6;
}

/// Functions, types and modules that have the names of nodes.
mod like_nodes {
    pub(super) const SIZE: u32 = 100;

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(super) struct Point {
        pub(super) a: u32,
        pub(super) b: u32,
    }

    impl Point {
        pub(super) fn a(self) -> u32 {
            self.a * 10
        }
    }

    pub(super) fn area(side: u32) -> u32 {
        side * side
    }
}

use like_nodes::{Point, area};

mentions! {
    what_only_looks_like_a_mention {
        signal a: u32 = 1;
        signal b: u32 = 2;
        signal point: Point = Point { a: 3, b: 4 };
        signal like_nodes: u32 = 5;
        #[allow(dead_code)]
        signal len: usize = 6;
    }
    area: u32 = area(*a) => ["a"], 1;
    callee: u32 = { fn b(x: u32) -> u32 { x + 1 } b(*a) } => ["a"], 2;
    method: usize = "xyz".len() => [], 3;
    of_a_method: u32 = point.a() => ["point"], 30;
    of_a_field: u32 = point.b + point.a => ["point"], 7;
    path: u32 = like_nodes::SIZE + *like_nodes => ["like_nodes"], 105;
    label: u32 = { let mut n = 0; 'b: loop { n += 1; if n > 2 { break 'b; } } n } => [], 3;
    literal_field: u32 = Point { a: 1, b: *b }.b => ["b"], 2;
    pattern_field: u32 = { let Point { a: x, b: _ } = *point; x } => ["point"], 3;
    type_name: u32 = {
        #[allow(non_camel_case_types)]
        #[derive(Default)]
        struct a(u32);
        a::default().0
    } => [], 0;
    lifetime: u32 = { fn first<'a>(x: &'a u32, _: &'a u32) -> &'a u32 { x } *first(b, b) } => ["b"], 2;
    item: u32 = { fn twice(a: u32) -> u32 { a * 2 } twice(*b) } => ["b"], 4;
    text: &'static str = "{a}" => [], "{a}";
}

mentions! {
    a_name_bound_by_a_pattern_is_no_mention_in_its_scope {
        signal a: u32 = 1;
        signal b: u32 = 2;
        signal maybe: Option<u32> = Some(4);
        signal none: Option<u32> = None;
        signal list: Vec<u32> = vec![1, 2, 3];
        signal point: Point = Point { a: 3, b: 4 };
    }
    local: u32 = { let a = 5; a + *b } => ["b"], 7;
    initialiser: u32 = { let a = *a + 1; a } => ["a"], 2;
    before_and_after: u32 = { let x = *a; let a = 5; x + a } => ["a"], 6;
    inner_scope: u32 = { let x = { let a = 5; a }; x + *a } => ["a"], 6;
    shorthand_pattern: u32 = { let Point { a, b } = *point; a + b } => ["point"], 7;
    renamed: u32 = { let Point { a: b, .. } = *point; b } => ["point"], 3;
    closure: u32 = list.iter().map(|a| a + 1).sum() => ["list"], 9;
    closure_ends: u32 = list.iter().map(|a| a + 1).sum::<u32>() + *a => ["list", "a"], 10;
    arm: u32 = match maybe { Some(a) => *a, None => 0 } => ["maybe"], 4;
    other_arm: u32 = match none { Some(a) => *a, None => *a } => ["none", "a"], 1;
    guard: u32 = match maybe { Some(a) if *a > 3 => 1, _ => 0 } => ["maybe"], 1;
    at: u32 = match *b { a @ 1..=5 => a, _ => 0 } => ["b"], 2;
    or: u32 = match (maybe, none) { (Some(a), _) | (_, Some(a)) => *a, _ => 0 } => ["maybe", "none"], 4;
    if_let: u32 = if let Some(a) = maybe { *a } else { 0 } => ["maybe"], 4;
    if_let_else: u32 = if let Some(a) = none { *a } else { *a } => ["none", "a"], 1;
    let_else: u32 = { let Some(a) = *maybe else { return 0 }; a } => ["maybe"], 4;
    for_loop: u32 = { let mut sum = 0; for a in list { sum += a; } sum } => ["list"], 6;
    for_loop_ends: u32 = { let mut sum = 0; for a in list { sum += a; } sum + *a } => ["list", "a"], 7;
    while_let: u32 = {
        let (mut stack, mut sum) = (list.clone(), 0);
        while let Some(a) = stack.pop() { sum += a; }
        sum
    } => ["list"], 6;
    slices: u32 = match list.as_slice() { [a, .., b] => a + b, _ => 0 } => ["list"], 4;
    references: u32 = { let &(a, ref b) = &(1, 2); a + *b } => [], 3;
    constant: u32 = { #[allow(non_upper_case_globals)] const later: u32 = 3; later + *a } => ["a"], 4;
    in_matches: bool = matches!(maybe, Some(a) if *a > 3) => ["maybe"], true;
    in_capture: String = { let a = "own"; format!("{a}") } => [], "own";
    capture_outside: String = { { let a = "own"; let _ = a; } format!("{a}") } => ["a"], "1";
}

#[test]
fn struct_shorthand_is_a_mention() {
    reactive! {
        struct Page {
            signal x: u32 = 1;
            signal y: u32 = 2;
            computed sum: u32 = {
                struct View<'a> { x: &'a u32, y: &'a u32 }
                let View { x: left, y: right } = View { x, y };
                left + right
            };
        }
    }
    assert_eq!(reads(&Page::GRAPH, "sum"), ["x", "y"]);
    assert_eq!(*Page::new().sum(), 3);
}

#[test]
fn a_callee_of_the_name_of_its_own_node_is_no_cycle() {
    fn total(price: u32, qty: u32) -> u32 {
        price * qty
    }
    reactive! {
        struct Cart {
            let log: Log;
            signal price: u32 = 3;
            signal qty: u32 = 2;
            computed total: u32 = total(*price, *qty);
            effect show { show(log, *total); }
        }
    }
    fn show(log: &Log, total: u32) {
        log.push(total);
    }
    let log = Log::new();
    let mut cart = Cart::new(log.clone());
    cart.set_qty(5);
    assert_eq!(log.take(), ["6", "15"]);
    assert_eq!(reads(&Cart::GRAPH, "total"), ["price", "qty"]);
    assert_eq!(reads(&Cart::GRAPH, "show"), ["total"]);
}

#[test]
fn a_body_runs_only_for_names_that_it_mentions() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u32 = 1;
            signal b: u32 = 2;
            effect shadowed { let a = b + 1; log.push(format!("shadowed {a}")); }
            effect captured { log.push(format!("captured {a}")); }
            effect in_closure {
                let seen: Vec<u32> = (0..2).map(|n| n + a).collect();
                log.push(format!("{seen:?}"));
            }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_a(5);
    assert_eq!(log.take(), ["captured 5", "[5, 6]"]);
    page.set_b(5);
    assert_eq!(log.take(), ["shadowed 6"]);
}
