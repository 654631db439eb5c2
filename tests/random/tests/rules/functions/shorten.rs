//! Makes a program that fails shorter, as long as it fails.
//!
//! Must not know: why it fails.

use super::program::{Block, Body, Expr, Stmt};
use std::{cell::Cell, sync::Arc};

/// The number of statements that all attempts carry out at most: the report of a graph that is all wrong comes soon.
const LIMIT: usize = 20_000;

/// A program is taken apart statement by statement when it has no more than these.
const SHORT: usize = 25;

/// `fails` tells the step, and why.
pub(crate) fn shorten(
    program: Block,
    complaint: String,
    fails: impl Fn(&[Stmt]) -> Option<(usize, String)>,
) -> (Block, String) {
    let done = Cell::new(0);
    let fails = |program: &[Stmt]| {
        done.set(done.get() + program.len().max(1));
        (done.get() <= LIMIT).then(|| fails(program)).flatten()
    };
    let (program, complaint) = without_pieces(program, complaint, &fails);
    match program.len() <= SHORT {
        true => smallest(program, complaint, &fails),
        false => (program, complaint),
    }
}

/// Leaves out statements, in ever smaller pieces.
fn without_pieces(
    mut program: Block,
    mut complaint: String,
    fails: &dyn Fn(&[Stmt]) -> Option<(usize, String)>,
) -> (Block, String) {
    let mut size = program.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < program.len() {
            let mut other = program.clone();
            other.drain(at..(at + size).min(program.len()));
            match fails(&other) {
                Some((step, why)) => {
                    (program, complaint) = (other, why);
                    program.truncate(step + 1);
                }
                None => at += size,
            }
        }
        size /= 2;
    }
    (program, complaint)
}

/// Makes statements smaller, one by one.
fn smallest(
    mut program: Block,
    mut complaint: String,
    fails: &dyn Fn(&[Stmt]) -> Option<(usize, String)>,
) -> (Block, String) {
    let mut at = 0;
    loop {
        let mut others = smaller_blocks(&program);
        others.rotate_left(at);
        let found = others
            .into_iter()
            .enumerate()
            .find_map(|(index, other)| fails(&other).map(|why| (index, other, why)));
        let Some((index, other, (step, why))) = found else {
            return (program, complaint);
        };
        (program, complaint) = (other, why);
        program.truncate(step + 1);
        let others = smaller_blocks(&program).len();
        at = (at + index) % others.max(1);
        if others == 0 {
            return (program, complaint);
        }
    }
}

fn smaller_blocks(block: &Block) -> Vec<Block> {
    let mut all = Vec::new();
    for at in (0..block.len()).rev() {
        let mut other = block.clone();
        other.remove(at);
        all.push(other);
    }
    for at in 0..block.len() {
        if let Some(inner) = unwrapped(&block[at]) {
            let mut other = block.clone();
            other.splice(at..=at, inner);
            all.push(other);
        }
        for stmt in smaller_stmts(&block[at]) {
            let mut other = block.clone();
            other[at] = stmt;
            all.push(other);
        }
    }
    all
}

fn unwrapped(stmt: &Stmt) -> Option<Block> {
    match stmt {
        Stmt::Batch(block) | Stmt::Transaction(block, _) | Stmt::Inside(_, block) => {
            Some(block.clone())
        }
        _ => None,
    }
}

fn smaller_stmts(stmt: &Stmt) -> Vec<Stmt> {
    let blocks = |block: &Block, wrap: &dyn Fn(Block) -> Stmt| -> Vec<Stmt> {
        smaller_blocks(block).into_iter().map(wrap).collect()
    };
    match stmt {
        Stmt::Eval(it) => smaller(it).into_iter().map(Stmt::Eval).collect(),
        Stmt::Set(slot, it) => {
            let all = smaller(it).into_iter();
            all.map(|it| Stmt::Set(*slot, it)).collect()
        }
        Stmt::Computed(slot, body) => {
            let blocks = smaller_blocks(&body.block).into_iter().map(|block| Body {
                block,
                ..(**body).clone()
            });
            let results = smaller(&body.result).into_iter().map(|result| Body {
                result,
                ..(**body).clone()
            });
            let all = blocks.chain(results);
            all.map(|body| Stmt::Computed(*slot, Arc::new(body)))
                .collect()
        }
        Stmt::Effect(slot, block) => blocks(block, &|it| Stmt::Effect(*slot, Arc::new(it))),
        Stmt::Scope(slot, block) => blocks(block, &|it| Stmt::Scope(*slot, it)),
        Stmt::Inside(slot, block) => blocks(block, &|it| Stmt::Inside(*slot, it)),
        Stmt::Cleanup(block) => blocks(block, &|it| Stmt::Cleanup(Arc::new(it))),
        Stmt::Batch(block) => blocks(block, &Stmt::Batch),
        Stmt::Transaction(block, commit) => blocks(block, &|it| Stmt::Transaction(it, *commit)),
        Stmt::If(condition, block) => {
            let mut all = blocks(block, &|it| Stmt::If(condition.clone(), it));
            let conditions = smaller(condition).into_iter();
            all.extend(conditions.map(|it| Stmt::If(it, block.clone())));
            all
        }
        _ => Vec::new(),
    }
}

fn smaller(expr: &Expr) -> Vec<Expr> {
    match expr {
        Expr::Const(_) | Expr::Read(_) | Expr::Peek(_) => Vec::new(),
        Expr::Untrack(inner) => {
            let mut all = vec![(**inner).clone()];
            let others = smaller(inner).into_iter();
            all.extend(others.map(|it| Expr::Untrack(Box::new(it))));
            all
        }
        Expr::Sum(terms, modulus) => {
            let mut all = terms.clone();
            for at in 0..terms.len() {
                let mut other = terms.clone();
                other.remove(at);
                all.push(Expr::Sum(other, *modulus));
                for term in smaller(&terms[at]) {
                    let mut other = terms.clone();
                    other[at] = term;
                    all.push(Expr::Sum(other, *modulus));
                }
            }
            all
        }
        Expr::If(condition, yes, no) => {
            let mut all = vec![(**yes).clone(), (**no).clone()];
            let parts = [condition, yes, no];
            for at in 0..3 {
                for part in smaller(parts[at]) {
                    let mut other = parts.map(Clone::clone);
                    *other[at] = part;
                    let [condition, yes, no] = other;
                    all.push(Expr::If(condition, yes, no));
                }
            }
            all
        }
        Expr::Trap(inner, bad) => {
            let mut all = vec![(**inner).clone()];
            let others = smaller(inner).into_iter();
            all.extend(others.map(|it| Expr::Trap(Box::new(it), *bad)));
            all
        }
    }
}
