//! Random programs, the same ones for the same seed.
//!
//! Invariants: a body names only nodes that were made before it, so there are no cycles; an effect writes
//! only signals of a higher tier than all that it and the effects around it read, so all comes to rest.
//!
//! Must not know: what programs do.

use super::program::{Block, Body, Expr, Slot, Stmt};
use signal_kernel_tests::random::Random;
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Signal,
    Computed,
    Effect,
    Scope,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    slot: Slot,
    kind: Kind,
    tier: usize,
}

/// The nodes that a body may name, and its possible acts.
#[derive(Clone)]
struct Context {
    known: Vec<Known>,
    /// Tracked reads are of this tier at most; writes are above.
    reads: usize,
    nesting: usize,
}

pub(crate) struct Generator {
    random: Random,
    slots: usize,
    /// Bodies may panic.
    traps: bool,
    /// Updates, and values that are never equal.
    always: bool,
}

const TIERS: usize = 4;

impl Generator {
    pub(crate) fn new(seed: u64, traps: bool, always: bool) -> Self {
        Generator {
            random: Random::new(seed),
            slots: 0,
            traps,
            always,
        }
    }

    /// A program: each step is carried out on its own.
    pub(crate) fn program(&mut self, steps: usize) -> Block {
        let mut context = Context {
            known: Vec::new(),
            reads: TIERS,
            nesting: 0,
        };
        let mut program = Vec::new();
        for tier in [0, 0, 0, 1, 1, 2, 3] {
            program.push(self.signal(&mut context, tier));
        }
        for _ in 0..self.random.below(8) {
            program.push(self.computed(&mut context));
        }
        for _ in 0..self.random.below(5) {
            program.push(self.effect(&mut context));
        }
        for _ in 0..steps {
            program.push(self.step(&mut context));
        }
        program
    }

    fn slot(&mut self, context: &mut Context, kind: Kind, tier: usize) -> Slot {
        let slot = self.slots;
        self.slots += 1;
        context.known.push(Known { slot, kind, tier });
        slot
    }

    fn pick(&mut self, context: &Context, wanted: impl Fn(&Known) -> bool) -> Option<Known> {
        let known: Vec<Known> = context
            .known
            .iter()
            .copied()
            .filter(|it| wanted(it))
            .collect();
        if known.is_empty() {
            return None;
        }
        // Rather something new than something old.
        let one = self.random.below(known.len());
        let other = self.random.below(known.len());
        Some(known[one.max(other)])
    }

    fn step(&mut self, context: &mut Context) -> Stmt {
        match self.random.below(100) {
            0..30 => self.write(context, 0),
            30..48 => self.read(context),
            48..62 => {
                let block = self.ops(context, true);
                Stmt::Batch(block)
            }
            62..74 => {
                let block = self.ops(context, true);
                Stmt::Transaction(block, self.random.chance(60))
            }
            74..84 => self.make(context),
            84..89 => self.scope(context),
            89..95 => self.dispose(context),
            _ => match self.pick(context, |it| it.kind == Kind::Scope) {
                Some(it) => {
                    let mut inner = context.clone();
                    let block = self.ops(&mut inner, false);
                    Stmt::Inside(it.slot, block)
                }
                None => self.make(context),
            },
        }
    }

    /// The acts in a batch, in a scope, or in one after the other.
    fn ops(&mut self, context: &mut Context, may_panic: bool) -> Block {
        let mut block = Vec::new();
        for _ in 0..self.random.between(1, 5) {
            let stmt = match self.random.below(100) {
                0..45 => self.write(context, 0),
                45..72 => self.read(context),
                72..80 => Stmt::Batch(self.ops(context, may_panic)),
                80..88 => {
                    let inner = self.ops(context, may_panic);
                    Stmt::Transaction(inner, self.random.chance(50))
                }
                88..93 => self.make(context),
                93..95 => self.scope(context),
                _ => self.dispose(context),
            };
            block.push(stmt);
        }
        if self.traps && may_panic && self.random.chance(10) {
            block.push(Stmt::Panic);
        }
        if self.random.chance(25) {
            self.there_and_back(context, &mut block);
        }
        block
    }

    /// A -> B -> A, with a look at what is between.
    fn there_and_back(&mut self, context: &Context, block: &mut Block) {
        let Some(signal) = self.pick(context, |it| it.kind == Kind::Signal) else {
            return;
        };
        let at = self.random.below(block.len() + 1);
        let mut way = vec![
            Stmt::Set(signal.slot, Expr::Const(1)),
            Stmt::Set(signal.slot, Expr::Const(2)),
            self.read(context),
            self.read(context),
            Stmt::Set(signal.slot, Expr::Const(1)),
        ];
        if self.random.chance(50) {
            way.push(self.read(context));
        }
        block.splice(at..at, way);
    }

    fn write(&mut self, context: &Context, above: usize) -> Stmt {
        let signal = self.pick(context, |it| it.kind == Kind::Signal && it.tier >= above);
        let Some(signal) = signal else {
            return Stmt::Eval(Expr::Const(0));
        };
        if self.always && self.random.chance(15) {
            return Stmt::Update(signal.slot);
        }
        let value = if self.random.chance(70) {
            Expr::Const(self.random.between(0, 3))
        } else {
            self.expr(context, 1)
        };
        Stmt::Set(signal.slot, value)
    }

    fn read(&mut self, context: &Context) -> Stmt {
        Stmt::Eval(self.expr(context, 0))
    }

    fn dispose(&mut self, context: &Context) -> Stmt {
        match self.pick(context, |it| matches!(it.kind, Kind::Effect | Kind::Scope)) {
            Some(it) => Stmt::Dispose(it.slot),
            None => self.write(context, context.reads + 1),
        }
    }

    fn make(&mut self, context: &mut Context) -> Stmt {
        match self.random.below(10) {
            0..2 => {
                let tier = self.random.below(TIERS);
                self.signal(context, tier)
            }
            2..6 => self.computed(context),
            _ => self.effect(context),
        }
    }

    fn signal(&mut self, context: &mut Context, tier: usize) -> Stmt {
        let slot = self.slot(context, Kind::Signal, tier);
        let never = self.always && self.random.chance(10);
        Stmt::Signal(slot, self.random.between(0, 3), never)
    }

    fn scope(&mut self, context: &mut Context) -> Stmt {
        let mut block = Vec::new();
        for _ in 0..self.random.between(1, 4) {
            let stmt = match self.random.below(10) {
                0..6 => self.make(context),
                6..8 => self.cleanup(context, 0),
                8 if self.random.chance(50) => self.scope(context),
                _ => self.write(context, 0),
            };
            block.push(stmt);
        }
        let slot = self.slot(context, Kind::Scope, 0);
        Stmt::Scope(slot, block)
    }

    /// Writes nothing below `above`.
    fn cleanup(&mut self, context: &Context, above: usize) -> Stmt {
        let mut block = Vec::new();
        if self.random.chance(60) {
            block.push(self.read(context));
        }
        if self.random.chance(30) {
            block.push(self.write(context, above));
        }
        if self.random.chance(10) {
            block.push(self.dispose(context));
        }
        if self.traps && self.random.chance(5) {
            block.push(Stmt::Panic);
        }
        Stmt::Cleanup(Arc::new(block))
    }

    fn computed(&mut self, context: &mut Context) -> Stmt {
        let tier = self.random.below(TIERS);
        let mut inner = Context {
            known: context.known.clone(),
            reads: tier,
            nesting: context.nesting + 1,
        };
        let mut block = Vec::new();
        if self.random.chance(25) {
            for _ in 0..self.random.between(1, 2) {
                let stmt = match self.random.below(4) {
                    0 => self.signal(&mut inner, 0),
                    1 if inner.nesting < 3 => self.computed(&mut inner),
                    2 => Stmt::Eval(self.expr(&inner, 1)),
                    _ => Stmt::Cleanup(Arc::new(Vec::new())),
                };
                let stmt = match self.random.below(3) {
                    0 => Stmt::If(self.expr(&inner, 2), vec![stmt]),
                    _ => stmt,
                };
                block.push(stmt);
            }
        }
        let mut result = self.expr(&inner, 0);
        if self.traps && self.random.chance(25) {
            result = Expr::Trap(Box::new(result), self.random.between(0, 3));
        }
        let body = Body {
            block,
            result,
            never: self.always && self.random.chance(8),
        };
        let slot = self.slot(context, Kind::Computed, tier);
        Stmt::Computed(slot, Arc::new(body))
    }

    fn effect(&mut self, context: &mut Context) -> Stmt {
        // The reads of the effects around it are below its writes, too.
        let floor = if context.nesting == 0 {
            0
        } else {
            context.reads
        };
        let reads = floor.max(self.random.below(TIERS));
        let mut inner = Context {
            known: context.known.clone(),
            reads,
            nesting: context.nesting + 1,
        };
        let mut block = vec![Stmt::Eval(self.expr(&inner, 0))];
        for _ in 0..self.random.below(4) {
            let stmt = match self.random.below(100) {
                0..20 => Stmt::Eval(self.expr(&inner, 0)),
                20..45 => self.write(&inner, reads + 1),
                45..55 => self.cleanup(&inner, reads + 1),
                55..63 if inner.nesting < 3 => self.effect(&mut inner),
                63..68 => self.computed(&mut inner),
                68..71 => {
                    let tier = self.random.between(reads as i64, 3) as usize;
                    self.signal(&mut inner, tier)
                }
                71..75 if inner.nesting < 3 => {
                    let made = self.effect(&mut inner);
                    let cleanup = self.cleanup(&inner, reads + 1);
                    let slot = self.slot(&mut inner, Kind::Scope, 0);
                    Stmt::Scope(slot, vec![made, cleanup])
                }
                75..82 => {
                    let writes = [self.write(&inner, reads + 1), self.read(&inner)];
                    let commit = self.random.chance(50);
                    match self.random.below(2) {
                        0 => Stmt::Batch(writes.into()),
                        _ => Stmt::Transaction(writes.into(), commit),
                    }
                }
                82..86 => self.dispose(&inner),
                86..87 => Stmt::DisposeSelf,
                87..92 if inner.nesting == 1 => {
                    // Goes up only, and nothing that this triggers takes it down.
                    let top = |it: &Known| it.kind == Kind::Signal && it.tier == reads;
                    match self.pick(context, top) {
                        Some(it) => Stmt::Bump(it.slot, 2),
                        None => self.read(&inner),
                    }
                }
                92..94 if self.traps => Stmt::Eval(Expr::Trap(
                    Box::new(self.expr(&inner, 0)),
                    self.random.between(0, 3),
                )),
                _ => {
                    let condition = self.expr(&inner, 2);
                    Stmt::If(condition, vec![self.write(&inner, reads + 1)])
                }
            };
            block.push(stmt);
        }
        let slot = self.slot(context, Kind::Effect, 0);
        Stmt::Effect(slot, Arc::new(block))
    }

    fn expr(&mut self, context: &Context, depth: usize) -> Expr {
        let readable = |it: &Known| {
            matches!(it.kind, Kind::Signal | Kind::Computed) && it.tier <= context.reads
        };
        let Some(one) = self.pick(context, readable) else {
            return Expr::Const(1);
        };
        if depth >= 3 {
            return Expr::Read(one.slot);
        }
        match self.random.below(100) {
            0..25 => Expr::Read(one.slot),
            25..60 => {
                let count = self.random.between(1, 3);
                let terms = (0..count).map(|_| self.expr(context, depth + 1));
                let terms = terms.collect();
                Expr::Sum(terms, self.random.between(2, 5))
            }
            60..90 => Expr::If(
                Box::new(Expr::Read(one.slot)),
                Box::new(self.expr(context, depth + 1)),
                Box::new(self.expr(context, depth + 1)),
            ),
            90..94 => Expr::Peek(one.slot),
            94..97 => Expr::Untrack(Box::new(self.expr(context, depth + 1))),
            _ => Expr::Const(self.random.between(0, 3)),
        }
    }
}
