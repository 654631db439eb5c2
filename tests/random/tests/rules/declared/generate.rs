//! The random graphs, always the same ones: the package `graphs` prints them as `reactive!` structs, the test
//! interprets them.
//!
//! Invariants: no body panics with the first values; a graph has exactly the number of computed values
//! and effects (ranks) that `all` asks for.
//!
//! Must not know: the runtime under test, Rust's syntax.

use super::describe::{Body, Expr, Graph, Item, Kind, Operator, Rule};
use super::random::Random;

/// The measures of a graph.
#[derive(Clone, Copy)]
struct Plan {
    signals: usize,
    /// Computed values and effects.
    ranks: usize,
    /// Out of a hundred ranks.
    effects: usize,
    /// Out of a hundred computed values: those that no effect may use.
    lazy: usize,
    /// Some of the values that no effect uses are eager.
    eager: bool,
    /// Out of a hundred bodies: those that can panic.
    panics: usize,
}

/// Every graph, the strict ones first.
pub(crate) fn all() -> Vec<Graph> {
    let mut random = Random::new(0x5161_7a11);
    let mut plans = Vec::new();
    for i in 0..16 {
        plans.push(Plan {
            signals: 1 + i / 3 + random.below(4),
            ranks: 4 + 3 * i + random.below(4),
            effects: 10 + random.below(30),
            lazy: [0, 25, 50, 90][i % 4],
            eager: i % 8 != 3,
            panics: 0,
        });
    }
    // Around the edges of the words of a mask.
    for ranks in [63, 64, 65, 128, 129, 200, 1000] {
        plans.push(Plan {
            signals: 4 + ranks / 20,
            ranks,
            effects: 20,
            lazy: 25,
            eager: ranks % 2 == 0,
            panics: 0,
        });
    }
    for i in 0..12 {
        plans.push(Plan {
            signals: 2 + i / 3 + random.below(3),
            ranks: 5 + 4 * i + random.below(4),
            effects: 10 + random.below(25),
            lazy: [10, 40, 80][i % 3],
            eager: i % 2 == 0,
            panics: [15, 30, 50][i % 3],
        });
    }
    for ranks in [65, 130] {
        plans.push(Plan {
            signals: 10,
            ranks,
            effects: 20,
            lazy: 25,
            eager: ranks == 65,
            panics: 15,
        });
    }
    let graphs = plans.into_iter().enumerate();
    graphs
        .map(|(number, plan)| graph(&format!("G{number}"), plan, &mut random))
        .collect()
}

/// Nodes before they are shuffled: signals first, then in topological order.
fn graph(name: &str, plan: Plan, random: &mut Random) -> Graph {
    let mut kinds = Vec::new();
    let mut values: Vec<i64> = Vec::new();
    let mut usable = Vec::new(); // by bodies that an effect needs
    let mut all = Vec::new();
    // Numbers of their own: with other attributes the nodes and the bodies stay what they are.
    let mut marks = Random::new(plan.ranks as u64);
    for signal in 0..plan.signals {
        let first = random.between(0, 9);
        let parameter = random.chance(30);
        kinds.push(Kind::Signal {
            first,
            parameter,
            rule: rule(random),
        });
        values.push(first);
        usable.push(signal);
        all.push(signal);
    }
    for rank in 0..plan.ranks {
        let index = plan.signals + rank;
        // At least one effect, unless the graph is to be lazy altogether.
        let effect = random.chance(plan.effects) || (rank + 1 == plan.ranks && plan.lazy < 90);
        let lazy = !effect && random.chance(plan.lazy);
        let from = if lazy { &all } else { &usable };
        let read = |item: usize| values[item];
        let value = expression(from, random);
        let panics_at = random.chance(plan.panics).then(|| {
            let modulus = random.between(3, 7);
            let expr = Expr::Remainder(Box::new(atom(from, random)), modulus);
            let now = expr.value(&read);
            (expr, (now + random.between(1, modulus - 1)) % modulus)
        });
        let body = Body::new(panics_at, value);
        // Values that are equal most of the time are what cut-offs are made of.
        let first = body
            .run(&read)
            .expect("a first value at which the body does not panic");
        values.push(first);
        if effect {
            kinds.push(Kind::Effect {
                body,
                typed: random.chance(40),
                after_first: marks.chance(20),
            });
        } else {
            kinds.push(Kind::Computed {
                body,
                rule: rule(random),
                eager: lazy && plan.eager && marks.chance(33),
            });
            all.push(index);
            if !lazy {
                usable.push(index);
            }
        }
    }
    declare(name, plan.eager && marks.chance(15), kinds, random)
}

/// Shuffles the nodes into their order of declaration.
fn declare(name: &str, eager: bool, kinds: Vec<Kind>, random: &mut Random) -> Graph {
    let mut places: Vec<usize> = (0..kinds.len()).collect();
    random.shuffle(&mut places);
    let mut order = Vec::new();
    let mut items: Vec<Option<Item>> = kinds.iter().map(|_| None).collect();
    for (index, mut kind) in kinds.into_iter().enumerate() {
        let place = places[index];
        let letter = match &mut kind {
            Kind::Signal { .. } => 's',
            Kind::Computed { body, .. } => {
                rename(body, &places);
                'c'
            }
            Kind::Effect { body, .. } => {
                rename(body, &places);
                'e'
            }
        };
        if letter != 's' {
            order.push(place);
        }
        items[place] = Some(Item {
            name: format!("{letter}{place}"),
            kind,
        });
    }
    let mut graph = Graph {
        name: name.to_owned(),
        eager,
        items: items
            .into_iter()
            .map(|item| item.expect("a permutation"))
            .collect(),
        order,
    };
    let watched = graph.watched();
    let can_panic = (0..graph.items.len()).any(|item| {
        let body = graph.body(item);
        body.is_some_and(|body| body.panics_at.is_some())
    });
    for (item, watched) in graph.items.iter_mut().zip(watched) {
        if let Kind::Computed { rule, .. } = &mut item.kind {
            // Which of several equal values a lazy one shows, or one that was failed half-way, would
            // depend on who read it when.
            if *rule == Rule::SameTen && (!watched || can_panic) {
                *rule = Rule::Equal;
            }
        }
    }
    graph
}

fn rule(random: &mut Random) -> Rule {
    match random.below(12) {
        0 => Rule::Never,
        1 | 2 => Rule::SameTen,
        _ => Rule::Equal,
    }
}

/// A body that reads one to four of `from`, preferring the latest so that graphs grow deep, and that
/// often yields the same for different inputs.
fn expression(from: &[usize], random: &mut Random) -> Expr {
    let inner = combination(from, random, 2);
    let boxed = Box::new(inner);
    match random.below(8) {
        0 | 1 => Expr::Remainder(boxed, random.between(2, 5)),
        2 => Expr::Divide(boxed, 10),
        3 => Expr::Pair(Operator::Min, boxed, Box::new(Expr::Number(3))),
        4 => Expr::Pair(Operator::Max, boxed, Box::new(Expr::Number(2))),
        5 => Expr::Remainder(boxed, 30),
        _ => *boxed,
    }
}

fn combination(from: &[usize], random: &mut Random, depth: usize) -> Expr {
    if depth == 0 {
        return atom(from, random);
    }
    let part = |random: &mut Random| Box::new(combination(from, random, depth - 1));
    match random.below(10) {
        0..=3 => {
            let operators = [
                Operator::Add,
                Operator::Add,
                Operator::Subtract,
                Operator::Multiply,
                Operator::Xor,
                Operator::Min,
                Operator::Max,
            ];
            Expr::Pair(
                random.pick(&operators),
                part(random),
                Box::new(atom(from, random)),
            )
        }
        4 => Expr::If(
            Box::new(atom(from, random)),
            random.between(0, 6),
            part(random),
            Box::new(atom(from, random)),
        ),
        5 => Expr::Match(
            Box::new(atom(from, random)),
            Box::new([
                atom(from, random),
                Expr::Number(random.between(0, 3)),
                atom(from, random),
            ]),
        ),
        _ => atom(from, random),
    }
}

fn atom(from: &[usize], random: &mut Random) -> Expr {
    let item = if random.chance(60) {
        from[from.len() - 1 - random.below(from.len().min(6))]
    } else {
        random.pick(from)
    };
    match random.below(10) {
        0 => Expr::Length(item),
        1 => Expr::Shadow(item, random.between(0, 3), random.between(2, 12)),
        2 => Expr::Pair(
            Operator::Add,
            Box::new(Expr::Read(item)),
            Box::new(Expr::Number(random.between(1, 5))),
        ),
        _ => Expr::Read(item),
    }
}

fn rename(body: &mut Body, places: &[usize]) {
    fn walk(expr: &mut Expr, places: &[usize]) {
        match expr {
            Expr::Number(_) => {}
            Expr::Read(item) | Expr::Length(item) | Expr::Shadow(item, ..) => *item = places[*item],
            Expr::Pair(_, a, b) => [a, b].into_iter().for_each(|expr| walk(expr, places)),
            Expr::Divide(a, _) | Expr::Remainder(a, _) => walk(a, places),
            Expr::If(a, _, b, c) => [a, b, c].into_iter().for_each(|expr| walk(expr, places)),
            Expr::Match(a, arms) => {
                walk(a, places);
                arms.iter_mut().for_each(|arm| walk(arm, places));
            }
        }
    }
    if let Some((expr, _)) = &mut body.panics_at {
        walk(expr, places);
    }
    walk(&mut body.value, places);
    body.mentions
        .iter_mut()
        .for_each(|item| *item = places[*item]);
}
