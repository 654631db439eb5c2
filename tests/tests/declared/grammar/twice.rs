//! Bodies of every form, once in `reactive!` and once in a plain function: both have the same values after each
//! write. In a graph each body stands as tokens, as a fragment, and as the argument of a resource.
//!
//! Must not know: how names are found.

use futures::executor::block_on;
use signal_kernel::{reactive, resource};
use std::fmt::Debug;

#[derive(Clone, Debug, PartialEq)]
struct Point {
    x: u32,
    y: u32,
}

#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Dot(Point),
    Line { from: Point, to: Point },
    Nothing,
}

impl Point {
    const ZERO: Self = Self { x: 0, y: 0 };

    fn sum(&self) -> u32 {
        self.x.wrapping_add(self.y)
    }
}

macro_rules! double {
    ($value:expr) => {
        $value * 2
    };
}

macro_rules! with {
    ($name:ident = $value:expr => $result:expr) => {{
        let $name = $value;
        $result
    }};
}

macro_rules! captured {
    ($($arguments:tt)*) => { format!($($arguments)*) };
}

macro_rules! function {
    ($name:ident, $result:expr) => {
        fn $name() -> u32 {
            $result
        }
    };
}

/// Calls a macro with names and types of the inputs, then with the bodies.
macro_rules! bodies {
    ($callback:ident) => {
        $callback! {
            [a: u32, b: Vec<u32>, text: String, some: Option<u32>, point: Point, shape: Shape]
            {
                plain: u32 = [*a + 1];
                shadowed: u32 = [{ let a = a + 1; let a = a * 2; a }];
                shadowed_in_part: u32 = [{ let x = { let a = b.len() as u32; a + 1 }; x + a }];
                shadowed_by_itself: u32 = [{ let a = *a; { let a = a + 1; let _ = a; } a }];
                shadowed_too_late: u32 = [{ let x = *a; let a = 1; x + a }];
                in_a_pattern: u32 = [match some { Some(a) => *a, None => *a }];
                nested_patterns: u32 = [match (some, (a, b.first())) { (Some(x), (_, Some(a))) => x + a, (_, (a, _)) => *a }];
                bound_whole: u32 = [match *a { a @ 0..=3 => a, whole @ (4 | 5) => whole * 10, _ => 99 }];
                guarded: u32 = [match some { Some(x) if x > a => *x, Some(x) if b.contains(x) => 2, _ => 3 }];
                guard_that_binds: u32 = [match b.as_slice() { [a, ..] if *a > 2 => *a, [_, rest @ ..] if rest.len() > 1 => rest[0], _ => *a }];
                or_pattern: u32 = [match shape { Shape::Dot(Point { x: a, .. }) | Shape::Line { to: Point { x: a, .. }, .. } => *a, Shape::Nothing => *a }];
                shorthand_pattern: u32 = [{ let Point { x, y: a } = point; x ^ a }];
                shorthand: Point = [{ let (x, y) = (*a, a + 1); Point { x, y } }];
                updated: Point = [Point { x: *a, ..point.clone() }];
                if_let: u32 = [if let Some(a) = some { *a } else { *a }];
                if_let_else_if: u32 = [if let Some(a @ 0..=5) = some { *a } else if let [a] = b[..] { a } else { *a }];
                let_chain: u32 = [if let Some(x) = some && let Some(b) = b.first() && x > b { x - b } else { b.len() as u32 }];
                while_let: u32 = [{ let mut left = b.clone(); let mut sum = 0; while let Some(a) = left.pop() { sum += a; } sum + a }];
                labels: u32 = ['a: { if b.is_empty() { break 'a 0; } b.iter().sum() }];
                loops: u32 = [{ let mut n = *a; loop { n += 3; if n % 2 == 0 { break n; } } }];
                labelled_loops: u32 = [{ let mut n = 0; 'b: for x in b { for y in b { if x == y { continue 'b; } if n > 20 { break 'b; } n += y; } } n }];
                for_binds: u32 = [{ let mut sum = 0; for (a, b) in b.iter().enumerate() { sum += a as u32 * b; } sum }];
                closure: u32 = [b.iter().map(|x| x + a).sum()];
                closure_shadows: u32 = [b.iter().fold(*a, |a, b| a + b)];
                closure_pattern: u32 = [b.iter().enumerate().map(|(a, &b)| a as u32 + b).sum()];
                closure_kept: u32 = [{ let add = |b: u32| move |text: u32| a + b + text; add(1)(2) }];
                closure_moves: u32 = [{ let point = point.clone(); let sum = move || point.sum(); sum() }];
                cast: u64 = [*a as u64 + b.len() as u64];
                compared: bool = [(*a as usize) < b.len() && (text.as_str() > "a")];
                ranges: Vec<u32> = [(*a..a + 3).chain(1..=2).collect()];
                indexed: u32 = [b.get(..2).map_or(0, |b| b[0] + b[1])];
                arrays: [u32; 3] = [[*a; 3]];
                tuples: (u32, String) = [(a + point.x, text.clone())];
                format_captures: String = [format!("{a} {a:>5} {text:?} {0} {b:?}", b.len())];
                format_width: String = [{ let width = 7; format!("{a:>width$} {x:0prec$}", x = a, prec = width + 1) }];
                format_shadows: String = [{ let a = "local"; format!("{a} {}", text) }];
                format_named: String = [format!("{a}{b}", a = text, b = a)];
                through_macros: String = [captured!("{a} {text} {}", some.is_some())];
                macro_of_an_operand: u32 = [double!(a + 1)];
                macro_that_binds: u32 = [with!(a = b.len() as u32 => a + 1)];
                macro_that_binds_beside: u32 = [with!(x = *a => x + a)];
                nested_macros: Vec<String> = [vec![format!("{a}"), captured!("{}", format!("{text}")), vec!["x"; 2].concat()]];
                matched: bool = [matches!(some, Some(a) if *a > 1) || matches!(a, 3 | 4)];
                asserted: u32 = [{ assert!(b.len() < 100, "{a}"); debug_assert_eq!(*a, a.wrapping_add(0), "{text}"); *a }];
                items: u32 = [{ const A: u32 = 5; fn b(a: u32) -> u32 { a * A } struct S { a: u32 } impl S { fn a(&self) -> u32 { self.a } } b(*a) + S { a: 1 }.a() }];
                const_named_like_a_node: u32 = [{ #[allow(non_upper_case_globals)] const text: u32 = 4; text + a }];
                items_of_macros: u32 = [{ function!(seven, 7); seven() + a }];
                used: u32 = [{ use std::cmp::max; max(*a, 2) }];
                paths: u32 = [Point::ZERO.sum() + Point::sum(point) + u32::from(*a > 1)];
                fields_and_methods: u32 = [{ struct Own { a: u32, b: u32 } let own = Own { a: 1, b: 2 }; own.a + own.b + point.x }];
                callee: u32 = [{ fn a(text: u32) -> u32 { text } a(2) }];
                cfg_off: u32 = [{ #[cfg(any())] let a = &0; #[cfg(any())] { missing(a) } *a }];
                cfg_on: u32 = [{ #[cfg(all())] let a = &(a + 1); *a }];
                cfg_arm: u32 = [match a { #[cfg(any())] a => missing(a), #[cfg(all())] a if *a > 2 => 1, _ => 2 }];
                cfg_argument: Vec<u32> = [[*a, #[cfg(all())] 2].to_vec()];
                attributes: u32 = [{ #[allow(unused_variables)] let b = a; #[rustfmt::skip] let x = 1 + a; x }];
                assigned: u32 = [{ let mut n; n = *a; n += 2; let (x, y); (x, y) = (n, n + 1); [n, _] = [x, y]; n }];
                assigned_to_fields: u32 = [{ let mut point = point.clone(); point.x += a; point.x }];
                negated: i64 = [-(*a as i64) + !0];
                borrowed: u32 = [{ let r = &a; let rr = &r; ***rr }];
                deref: usize = [{ let text: &str = text; text.len() + text[..1].len() }];
                raw: u32 = [{ let r#type = a; *r#type + r#a }];
                consts: u32 = [const { 3 + 4 } + { static N: u32 = 2; N }];
                turbofish: usize = [b.iter().copied().map(u64::from).collect::<Vec<_>>().len() + size_of::<[u8; 3]>()];
                unicode: String = [{ let größe = text; format!("{größe}") }];
                boxed: u32 = [{ let f: Box<dyn Fn(u32) -> u32> = Box::new(|x| x + *a); f(1) }];
                asynchronous: u32 = [futures::executor::block_on(async { let a = async { *a }.await; a + 1 })];
                references: Vec<u32> = [{ let mut all: Vec<&u32> = b.iter().collect(); all.push(a); all.into_iter().copied().collect() }];
                strings: String = [[text.as_str(), "{a}", stringify!(a), concat!("a", 1)].join("")];
                blocks: u32 = [{ { *a } } + { let b = 1; b }];
                block_with_a_method: String = [{ text }.repeat(2)];
                branches: u32 = [if *a > 1 { 1 } else { 2 } + if *a > 2 { 1 } else { 2 }];
                matches: u32 = [match a { 3 => 1, _ => 2 } as u32 * *a];
                compared_block: bool = ['x: { if *a > 2 { break 'x 1; } 2 } == 1];
                unsafe_names: u32 = [{ let graph = 1; let this = 2; let value = 3; graph + this + value + a }];
            }
            // Expressions that leave the function they stand in.
            {
                let_else: u32 = [{ let Some(a) = some else { return *a + 1000; }; *a }];
                let_else_nested: u32 = [{ let Shape::Dot(Point { x, .. }) = shape else { return b.len() as u32 }; *x }];
                early: u32 = [{ if a > &3 { return 7; } b.iter().for_each(|_| { return; }); *a }];
                question: Option<u32> = [{ let x = (*some)?; let y = b.first()?; Some(x + y) }];
            }
        }
    };
}

type Inputs = (u32, Vec<u32>, String, Option<u32>, Point, Shape);

fn shown(name: &str, value: impl Debug) -> String {
    format!("{name}: {value:?}")
}

/// The bodies as plain functions.
macro_rules! functions {
    ([$($input:ident: $of:ty),*] $({ $($name:ident: $ty:ty = [$($body:tt)*];)* })*) => {
        #[allow(unused_variables, clippy::redundant_closure_call)]
        fn functions(($($input),*): &Inputs) -> Vec<String> {
            vec![$($({
                let plain = || -> $ty {
                    let value: $ty = $($body)*;
                    value
                };
                shown(stringify!($name), plain())
            },)*)*]
        }
    };
}
bodies!(functions);

/// Computed values that nothing needs; the bodies are fragments.
macro_rules! fragments {
    ([$($input:ident: $of:ty),*] $({ $($name:ident: $ty:ty = [$body:expr];)* })*) => {
        reactive! {
            struct Fragments {
                $(signal $input: $of;)*
                $($(computed $name: $ty = $body;)*)*
            }
        }

        fn fragments(graph: &mut Fragments) -> Vec<String> {
            vec![$($(shown(stringify!($name), graph.$name()),)*)*]
        }
    };
}
bodies!(fragments);

/// Computed values that an effect needs; the bodies are tokens.
macro_rules! tokens {
    ([$($input:ident: $of:ty),*] $({ $($name:ident: $ty:ty = [$($body:tt)*];)* })*) => {
        reactive! {
            struct Tokens {
                $(signal $input: $of;)*
                $($(computed $name: $ty = $($body)*;)*)*
                effect watch { let _ = ($($((&$name),)*)*); }
            }
        }

        fn tokens(graph: &mut Tokens) -> Vec<String> {
            vec![$($(shown(stringify!($name), graph.$name()),)*)*]
        }
    };
}
bodies!(tokens);

#[resource(infallible)]
async fn echo<T>(value: T) -> T {
    value
}

/// Arguments of resources, where a `return` would be one of the call.
macro_rules! arguments {
    ([$($input:ident: $of:ty),*] { $($name:ident: $ty:ty = [$($body:tt)*];)* } $leaving:tt) => {
        reactive! {
            struct Arguments {
                $(signal $input: $of;)*
                $(resource $name = echo::<$ty>($($body)*);)*
            }
        }

        fn arguments(graph: &mut Arguments) -> Vec<String> {
            block_on(graph.settled());
            vec![$(shown(stringify!($name), graph.$name().value().expect("an answer")),)*]
        }
    };
}
bodies!(arguments);

/// A graph and what it shows, after each change of its inputs.
macro_rules! compared {
    ($graph:ident, $show:ident, $inputs:expr) => {{
        let mut all = $inputs.iter();
        let (a, b, text, some, point, shape) = all.next().expect("a first one").clone();
        let mut graph = $graph::new(a, b, text, some, point, shape);
        let mut shown = vec![$show(&mut graph)];
        for (a, b, text, some, point, shape) in all.cloned() {
            graph.batch(|graph| {
                graph.set_a(a);
                graph.set_b(b);
                graph.set_text(text);
                graph.set_some(some);
                graph.set_point(point);
                graph.set_shape(shape);
            });
            shown.push($show(&mut graph));
        }
        shown
    }};
}

/// Each input differs from the one before in one place, then in all.
fn inputs() -> Vec<Inputs> {
    let point = |x, y| Point { x, y };
    let first = (
        3,
        vec![1, 2, 3],
        "text".to_owned(),
        Some(4),
        point(1, 2),
        Shape::Nothing,
    );
    let mut inputs = vec![first.clone()];
    let mut next = |change: &dyn Fn(&mut Inputs)| {
        let mut input = inputs.last().expect("one").clone();
        change(&mut input);
        inputs.push(input);
    };
    next(&|(a, ..)| *a = 4);
    next(&|(_, b, ..)| b.push(7));
    next(&|(_, b, ..)| *b = vec![5]);
    next(&|(_, _, text, ..)| *text = "a".to_owned());
    next(&|(_, _, _, some, ..)| *some = None);
    next(&|(a, ..)| *a = 0);
    next(&|(_, _, _, some, ..)| *some = Some(1));
    next(&|(_, _, _, _, point, _)| point.x = 9);
    next(&|(.., shape)| *shape = Shape::Dot(point(6, 7)));
    next(&|(.., shape)| {
        *shape = Shape::Line {
            from: point(0, 1),
            to: point(8, 8),
        }
    });
    next(&|(_, b, ..)| b.clear());
    next(&|input| *input = first.clone());
    inputs
}

#[test]
fn a_body_has_the_value_of_the_function_it_would_be() {
    let inputs = inputs();
    let expected: Vec<Vec<String>> = inputs.iter().map(functions).collect();
    assert_eq!(compared!(Fragments, fragments, inputs), expected);
    assert_eq!(compared!(Tokens, tokens, inputs), expected);
    let of_resources = compared!(Arguments, arguments, inputs);
    for (found, expected) in of_resources.iter().zip(&expected) {
        assert_eq!(found, &expected[..found.len()]);
    }
}
