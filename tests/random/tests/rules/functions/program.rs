//! Programs over a dynamic graph, and how one is carried out in a world: the graph, the model, or nowhere.
//!
//! Invariants: the number of a node follows from its maker and the maker's run, not from the time, so two worlds agree on
//! the numbers in any order of runs; the acts of a body depend on its tracked reads only, so a computed value is a
//! function.
//!
//! Must not know: rules.

use std::{collections::BTreeMap, sync::Arc};

/// The number of a node.
pub(crate) type Id = u64;
/// A place in the environment of a body, assigned by the generator.
pub(crate) type Slot = usize;

/// A body has panicked. The graph unwinds instead.
#[derive(Debug)]
pub(crate) struct Panicked;
pub(crate) type Flow<T> = Result<T, Panicked>;

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Const(i64),
    Read(Slot),
    /// Looked at and logged; worth nothing.
    Peek(Slot),
    /// The same, for all that is inside.
    Untrack(Box<Expr>),
    Sum(Vec<Expr>, i64),
    /// Odd or even?
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Panics if the value is this one.
    Trap(Box<Expr>, i64),
}

#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    Eval(Expr),
    Set(Slot, Expr),
    Update(Slot),
    /// Reads and adds one, up to a limit.
    Bump(Slot, i64),
    Signal(Slot, i64, bool),
    Computed(Slot, Arc<Body>),
    Effect(Slot, Arc<Block>),
    Scope(Slot, Block),
    Inside(Slot, Block),
    Cleanup(Arc<Block>),
    Dispose(Slot),
    DisposeSelf,
    Batch(Block),
    /// Whether it is committed.
    Transaction(Block, bool),
    If(Expr, Block),
    Panic,
}

pub(crate) type Block = Vec<Stmt>;

#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) block: Block,
    pub(crate) result: Expr,
    /// A recomputation counts as a change even if it yields an equal value.
    pub(crate) never: bool,
}

pub(crate) type Env = Vec<Id>;

/// One run of a body.
pub(crate) struct Frame {
    me: Id,
    run: u64,
    made: u64,
    pub(crate) env: Env,
    record: usize,
}

impl Frame {
    pub(crate) fn new(me: Id, run: u64, env: Env, record: usize) -> Self {
        Frame {
            me,
            run,
            made: 0,
            env,
            record,
        }
    }

    fn id(&self, slot: Slot) -> Option<Id> {
        self.env.get(slot).copied().filter(|&id| id != 0)
    }

    fn next(&mut self) -> Id {
        self.made += 1;
        let mut id = 0xcbf2_9ce4_8422_2325_u64;
        for part in [self.me, self.run, self.made] {
            id = (id ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            id ^= id >> 29;
        }
        id | 1
    }

    fn bind(&mut self, slot: Slot, id: Id) {
        if self.env.len() <= slot {
            self.env.resize(slot + 1, 0);
        }
        self.env[slot] = id;
    }
}

/// The events: one record for each run of a body.
#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) records: Vec<Record>,
    runs: BTreeMap<Id, u64>,
}

/// The order of those that are ordered is told by the rules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    pub(crate) ordered: bool,
    pub(crate) text: String,
}

impl Trace {
    /// A body begins: the number of its run, and of its record.
    pub(crate) fn begin(&mut self, id: Id, kind: &str, ordered: bool) -> (u64, usize) {
        let run = self.runs.entry(id).or_default();
        *run += 1;
        let text = format!("{kind} {}:", short(id));
        self.records.push(Record { ordered, text });
        (*run, self.records.len() - 1)
    }

    pub(crate) fn note(&mut self, record: usize, text: &str) {
        if let Some(record) = self.records.get_mut(record) {
            record.text += text;
        }
    }
}

pub(crate) fn short(id: Id) -> String {
    format!("{:04x}", id >> 48)
}

/// A program is carried out in a world.
pub(crate) trait World {
    fn begin(&self, id: Id, kind: &str, ordered: bool) -> (u64, usize);
    fn note(&self, record: usize, text: &str);
    /// `None` if the node is gone.
    fn read(&self, id: Id, tracked: bool) -> Flow<Option<i64>>;
    fn untrack(&self, f: &mut dyn FnMut() -> Flow<i64>) -> Flow<i64>;
    fn set(&self, id: Id, value: i64) -> Flow<()>;
    fn update(&self, id: Id) -> Flow<()>;
    fn signal(&self, id: Id, value: i64, never: bool);
    fn computed(&self, id: Id, body: &Arc<Body>, env: Env);
    fn effect(&self, id: Id, block: &Arc<Block>, env: Env) -> Flow<()>;
    fn scope(&self, id: Id, f: &mut dyn FnMut() -> Flow<()>) -> Flow<()>;
    fn inside(&self, id: Id, f: &mut dyn FnMut() -> Flow<()>) -> Flow<()>;
    fn cleanup(&self, id: Id, block: &Arc<Block>, env: Env);
    fn dispose(&self, id: Id) -> Flow<()>;
    fn batch(&self, f: &mut dyn FnMut() -> Flow<()>) -> Flow<()>;
    fn transaction(&self, f: &mut dyn FnMut() -> Flow<()>, commit: bool) -> Flow<()>;
    fn panic(&self) -> Flow<()>;
}

fn expr(world: &dyn World, frame: &Frame, it: &Expr) -> Flow<i64> {
    let read = |slot, tracked| -> Flow<i64> {
        let Some(id) = frame.id(slot) else {
            return Ok(0);
        };
        let mark = if tracked { "" } else { "?" };
        world.note(frame.record, &format!(" {}{mark}", short(id)));
        let value = world.read(id, tracked)?;
        let text = value.map_or("gone".to_owned(), |it| it.to_string());
        world.note(frame.record, &format!("={text}"));
        Ok(value.unwrap_or(0))
    };
    Ok(match it {
        Expr::Const(value) => *value,
        Expr::Read(slot) => read(*slot, true)?,
        Expr::Peek(slot) => {
            read(*slot, false)?;
            0
        }
        Expr::Untrack(inner) => {
            world.untrack(&mut || expr(world, frame, inner))?;
            0
        }
        Expr::Sum(terms, modulus) => {
            let mut sum = 0;
            for term in terms {
                sum += expr(world, frame, term)?;
            }
            sum.rem_euclid(*modulus)
        }
        Expr::If(condition, yes, no) => {
            let odd = expr(world, frame, condition)? % 2 != 0;
            expr(world, frame, if odd { yes } else { no })?
        }
        Expr::Trap(inner, bad) => {
            let value = expr(world, frame, inner)?;
            if value == *bad {
                world.note(frame.record, " PANIC");
                world.panic()?;
            }
            value
        }
    })
}

pub(crate) fn block(world: &dyn World, frame: &mut Frame, block_: &[Stmt]) -> Flow<()> {
    for it in block_ {
        stmt(world, frame, it)?;
    }
    Ok(())
}

fn stmt(world: &dyn World, frame: &mut Frame, it: &Stmt) -> Flow<()> {
    match it {
        Stmt::Eval(it) => {
            expr(world, frame, it)?;
        }
        Stmt::Set(slot, value) => {
            let value = expr(world, frame, value)?;
            if let Some(id) = frame.id(*slot) {
                world.note(frame.record, &format!(" {}:={value}", short(id)));
                world.set(id, value)?;
            }
        }
        Stmt::Update(slot) => {
            if let Some(id) = frame.id(*slot) {
                world.update(id)?;
            }
        }
        Stmt::Bump(slot, limit) => {
            let value = expr(world, frame, &Expr::Read(*slot))?;
            if let (Some(id), true) = (frame.id(*slot), value < *limit) {
                world.set(id, value + 1)?;
            }
        }
        Stmt::Signal(slot, value, never) => {
            let id = frame.next();
            world.signal(id, *value, *never);
            frame.bind(*slot, id);
        }
        Stmt::Computed(slot, body) => {
            let id = frame.next();
            world.computed(id, body, frame.env.clone());
            frame.bind(*slot, id);
        }
        Stmt::Effect(slot, body) => {
            let id = frame.next();
            let env = frame.env.clone();
            frame.bind(*slot, id);
            world.effect(id, body, env)?;
        }
        Stmt::Scope(slot, inner) => {
            let id = frame.next();
            frame.bind(*slot, id);
            world.scope(id, &mut || block(world, frame, inner))?;
        }
        Stmt::Inside(slot, inner) => {
            if let Some(id) = frame.id(*slot) {
                world.inside(id, &mut || block(world, frame, inner))?;
            }
        }
        Stmt::Cleanup(inner) => {
            let id = frame.next();
            world.cleanup(id, inner, frame.env.clone());
        }
        Stmt::Dispose(slot) => {
            if let Some(id) = frame.id(*slot) {
                world.note(frame.record, &format!(" end {}", short(id)));
                world.dispose(id)?;
            }
        }
        Stmt::DisposeSelf => world.dispose(frame.me)?,
        Stmt::Batch(inner) => world.batch(&mut || block(world, frame, inner))?,
        Stmt::Transaction(inner, commit) => {
            world.transaction(&mut || block(world, frame, inner), *commit)?;
        }
        Stmt::If(condition, inner) => {
            if expr(world, frame, condition)? % 2 != 0 {
                block(world, frame, inner)?;
            }
        }
        Stmt::Panic => {
            world.note(frame.record, " PANIC");
            world.panic()?;
        }
    }
    Ok(())
}

pub(crate) fn run_computed(world: &dyn World, id: Id, body: &Body, env: &Env) -> Flow<i64> {
    let (run, record) = world.begin(id, "computed", false);
    let mut frame = Frame::new(id, run, env.clone(), record);
    block(world, &mut frame, &body.block)?;
    let value = expr(world, &frame, &body.result)?;
    world.note(record, &format!(" -> {value}"));
    Ok(value)
}

pub(crate) fn run_effect(world: &dyn World, id: Id, inner: &Block, env: &Env) -> Flow<()> {
    let (run, record) = world.begin(id, "effect", true);
    block(world, &mut Frame::new(id, run, env.clone(), record), inner)
}

pub(crate) fn run_cleanup(
    world: &dyn World,
    id: Id,
    ordered: bool,
    inner: &Block,
    env: &Env,
) -> Flow<()> {
    let (run, record) = world.begin(id, "cleanup", ordered);
    block(world, &mut Frame::new(id, run, env.clone(), record), inner)
}
