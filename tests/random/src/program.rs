//! The language of random programs: plain data, so that a program can be shrunk and printed.
//!
//! A program is a list of steps and a table of scripts. A step is one act of the main program; a script is a
//! list of acts that a user callback performs. Nodes live in numbered slots; an act on an empty slot, or on a
//! slot of another kind, does nothing, so any act may be taken out of a program.
//!
//! Invariant: the recipe of a computed value or a source names only slots below its own, so there are no
//! cycles unless `Settings::cycles` asks for them.

use signal_kernel_tests::random::Random;
use std::fmt;

pub(crate) type Slot = usize;
pub(crate) type ScriptId = usize;

/// The sub-language that a program is written in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Steps of a program.
    pub steps: usize,
    /// Callbacks perform acts.
    pub reenter: bool,
    /// Callbacks panic at random.
    pub panics: bool,
    /// Destructors panic at random, too.
    pub drop_panics: bool,
    /// Bodies panic before their first read, too.
    pub early: bool,
    /// There are resources.
    pub work: bool,
    /// Most bodies read several parts of one resource.
    pub parts: bool,
    /// Bodies read by `try_get`, too.
    pub tries: bool,
    /// Bodies may read each other in circles, as long as a signal is odd.
    pub cycles: bool,
    /// There are declared graphs, some of them behind a `Shared`.
    pub declared: bool,
    /// Cleanups read the nodes of their owner.
    pub cleanups_read: bool,
    /// The model is wrong on purpose: tests of the net.
    pub wrong_model: bool,
}

impl Settings {
    /// Short programs without panics, resources and declared graphs, whose callbacks do nothing else.
    pub const PLAIN: Self = Settings {
        steps: 60,
        reenter: false,
        panics: false,
        drop_panics: false,
        early: true,
        work: false,
        parts: false,
        tries: false,
        cycles: false,
        declared: false,
        cleanups_read: true,
        wrong_model: false,
    };
}

#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) settings: Settings,
    /// Nodes of the main program have an owner. Without one, they end with the thread.
    pub(crate) rooted: bool,
    pub(crate) scripts: Vec<Script>,
    pub(crate) steps: Vec<Step>,
}

/// The acts of a callback.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub(crate) acts: Vec<Act>,
    /// Refusals of the kernel end an act, not the callback.
    pub(crate) caught: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) act: Act,
    /// The numbers of callbacks between one panic and the next.
    pub(crate) fuses: Vec<u32>,
    /// The number of acts that callbacks may perform.
    pub(crate) fuel: u32,
    /// Lazy values are read and compared after the step.
    pub(crate) look: bool,
    /// All signals are written anew after the step, and all work is done.
    pub(crate) recover: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Value,
    Status,
    Error,
    Token,
}

/// A read of a node.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    pub(crate) slot: Slot,
    pub(crate) part: Part,
    /// By `try_get`: a failure is a value.
    pub(crate) fallible: bool,
}

/// The reads of a body, and with that its value: the sum of `first` and one of the others.
#[derive(Clone, Copy)]
pub(crate) struct Recipe {
    pub(crate) first: Source,
    pub(crate) odd: Source,
    pub(crate) even: Source,
    /// The script runs before the reads.
    pub(crate) script_first: bool,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.fallible { "?" } else { "" };
        match self.part {
            Part::Value => write!(f, "s{}{mark}", self.slot),
            part => write!(f, "s{}.{part:?}{mark}", self.slot),
        }
    }
}

impl fmt::Debug for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Recipe {
            first,
            odd,
            even,
            script_first,
        } = self;
        let order = if *script_first { "script, then " } else { "" };
        write!(f, "{order}{first:?} + (if odd {odd:?} else {even:?})")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A number that is kept in place.
    Plain,
    /// A value with callbacks, compared with `PartialEq`.
    Value,
    /// A value with callbacks: even ones are equal, and odd ones.
    Parity,
    /// A value with callbacks that is equal to none.
    Never,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    pub(crate) polls: usize,
    /// The future wakes itself; otherwise `Act::Wake` does.
    pub(crate) wakes_itself: bool,
    pub(crate) eager: bool,
    pub(crate) keep: bool,
    pub(crate) fetch: ScriptId,
    pub(crate) poll: ScriptId,
    pub(crate) end: ScriptId,
    pub(crate) hook: ScriptId,
    pub(crate) tag: ScriptId,
}

#[derive(Clone, Debug)]
pub(crate) enum Make {
    Signal(Rule, i64, ScriptId),
    Computed(Rule, Recipe, ScriptId, ScriptId),
    Effect(Recipe, ScriptId),
    Resource(Recipe, Work, ScriptId),
    Future(Work),
    Manual(Work),
    Scope(Vec<Act>),
    Declared { shared: bool, script: ScriptId },
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    Get,
    With(ScriptId),
    Peek,
    Untracked,
}

/// Acts on a declared graph.
#[derive(Clone, Debug)]
pub(crate) enum Inner {
    SetA(i64, ScriptId),
    SetB(i64),
    UpdateB(i64),
    UpdateBWith(i64),
    Read,
    Reload,
    Cancel,
    Batch(Vec<Inner>),
    Transaction(Vec<Inner>, bool),
    /// Another act of a closure. The declared graph has none.
    Act(Box<Act>),
}

#[derive(Clone, Debug)]
pub(crate) enum Act {
    Read(Source, Mode),
    Set(Slot, i64, ScriptId),
    Update(Slot, i64, ScriptId),
    Batch(Vec<Act>),
    Transaction(Vec<Act>, bool),
    Make(Slot, Make),
    Inside(Slot, Vec<Act>),
    Dispose(Slot),
    Reload(Slot),
    Cancel(Slot),
    Run(Slot, i64, ScriptId),
    Progress,
    Wake,
    Wait(u8),
    PollWaits,
    DropWaits,
    Cleanup(ScriptId),
    /// A signal, a computed value of it, and a cleanup that reads both.
    CleanupReads,
    Panic,
    ReadShared(Slot),
    UpdateDeclared(Slot, Vec<Inner>),
    PollDeclared(Slot),
}

/// Signals have the first slots, and a program fills so many.
pub(crate) const SIGNALS: usize = 5;
pub(crate) const SLOTS: usize = 18;
pub(crate) const SCRIPTS: usize = 20;

pub(crate) struct Generator {
    random: Random,
    settings: Settings,
}

impl Program {
    /// The program of a seed.
    pub(crate) fn new(seed: u64, settings: Settings) -> Self {
        let mut generator = Generator {
            random: Random::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x1234),
            settings,
        };
        generator.program()
    }
}

impl Generator {
    fn program(&mut self) -> Program {
        let rooted = self.random.chance(80);
        let mut scripts = Vec::new();
        for _ in 0..SCRIPTS {
            let mut acts = Vec::new();
            if self.settings.reenter && self.random.chance(75) {
                for _ in 0..self.random.within(1..4) {
                    acts.push(self.act(1));
                }
            }
            let caught = self.random.chance(80);
            scripts.push(Script { acts, caught });
        }
        let mut steps = Vec::new();
        for slot in 0..SIGNALS {
            let make = self.signal();
            steps.push(self.step(Act::Make(slot, make)));
        }
        for slot in SIGNALS..SLOTS - 4 {
            let make = self.make(slot, 0);
            steps.push(self.step(Act::Make(slot, make)));
        }
        while steps.len() < self.settings.steps {
            let act = self.act(0);
            steps.push(self.step(act));
        }
        Program {
            settings: self.settings,
            rooted,
            scripts,
            steps,
        }
    }

    fn step(&mut self, act: Act) -> Step {
        let mut fuses = Vec::new();
        if self.settings.panics && self.random.chance(60) {
            for _ in 0..self.random.within(1..4) {
                fuses.push(self.random.below(12) as u32);
            }
        }
        Step {
            act,
            fuses,
            fuel: self.random.within(5..40) as u32,
            look: self.random.chance(40),
            recover: self.random.chance(12),
        }
    }

    fn script(&mut self) -> ScriptId {
        self.random.below(SCRIPTS)
    }

    fn number(&mut self) -> i64 {
        self.random.below(6) as i64
    }

    fn signal(&mut self) -> Make {
        let rule = match self.random.below(10) {
            0..4 => Rule::Plain,
            4..8 => Rule::Value,
            8 => Rule::Parity,
            _ => Rule::Never,
        };
        Make::Signal(rule, self.number(), self.script())
    }

    fn source(&mut self, below: Slot) -> Source {
        let slot = match self.random.chance(35) {
            true => self.random.below(SIGNALS.min(below)),
            false => self.random.below(below),
        };
        let part = match self.random.below(8) {
            0..4 => Part::Value,
            4 | 5 => Part::Status,
            6 => Part::Error,
            _ => Part::Token,
        };
        Source {
            slot,
            part,
            fallible: self.settings.tries && self.random.chance(30),
        }
    }

    fn recipe(&mut self, below: Slot) -> Recipe {
        let mut recipe = Recipe {
            first: self.source(below),
            odd: self.source(below),
            even: self.source(below),
            script_first: self.random.chance(50),
        };
        if self.settings.parts && self.random.chance(70) {
            let slot = self
                .random
                .within(SIGNALS..SLOTS.min(below.max(SIGNALS + 1)));
            if slot < below {
                for source in [&mut recipe.first, &mut recipe.odd, &mut recipe.even] {
                    source.slot = slot;
                }
            }
        }
        if !self.settings.early {
            recipe.first.slot = self.random.below(SIGNALS);
        }
        if self.settings.cycles && self.random.chance(60) {
            recipe.first.slot = self.random.below(SIGNALS);
            recipe.odd.slot = self.random.within(SIGNALS..SLOTS);
            recipe.odd.fallible = true;
        }
        recipe
    }

    fn work(&mut self) -> Work {
        Work {
            polls: [0, 0, 1, 2][self.random.below(4)],
            wakes_itself: self.random.chance(50),
            eager: self.random.chance(75),
            keep: self.random.chance(70),
            fetch: self.script(),
            poll: self.script(),
            end: self.script(),
            hook: self.script(),
            tag: self.script(),
        }
    }

    fn make(&mut self, slot: Slot, depth: usize) -> Make {
        let work = match (self.settings.work, self.settings.parts) {
            (false, _) => 0,
            (true, false) => 25,
            (true, true) => 100,
        };
        let declared = if self.settings.declared { 25 } else { 0 };
        let bound = 100 + work + declared;
        match self.random.below(bound) {
            0..12 => self.signal(),
            12..50 => {
                let rule = match self.random.below(10) {
                    0..4 => Rule::Plain,
                    4..7 => Rule::Value,
                    7 | 8 => Rule::Parity,
                    _ => Rule::Never,
                };
                Make::Computed(rule, self.recipe(slot), self.script(), self.script())
            }
            50..88 => Make::Effect(self.recipe(SLOTS), self.script()),
            88..100 => {
                let acts = match depth {
                    0 | 1 => self.acts(depth + 1),
                    _ => Vec::new(),
                };
                Make::Scope(acts)
            }
            it if it < 100 + work => match self.random.below(6) {
                0..4 => Make::Resource(self.recipe(slot), self.work(), self.script()),
                4 => Make::Future(self.work()),
                _ => Make::Manual(self.work()),
            },
            _ => Make::Declared {
                shared: self.random.chance(70),
                script: self.script(),
            },
        }
    }

    fn acts(&mut self, depth: usize) -> Vec<Act> {
        let mut acts = Vec::new();
        for _ in 0..self.random.within(1..4) {
            acts.push(self.act(depth + 1));
        }
        acts
    }

    fn inner(&mut self, depth: usize) -> Vec<Inner> {
        let mut all = Vec::new();
        for _ in 0..self.random.within(1..4) {
            all.push(match self.random.below(if depth < 2 { 14 } else { 10 }) {
                0..3 => Inner::SetA(self.number(), self.script()),
                3..6 => Inner::SetB(self.number()),
                6 if self.random.chance(50) => Inner::UpdateBWith(self.number()),
                6 => Inner::UpdateB(self.number()),
                7 => Inner::Read,
                8 => Inner::Reload,
                9 => Inner::Cancel,
                10 => Inner::Batch(self.inner(depth + 1)),
                11 => Inner::Transaction(self.inner(depth + 1), self.random.chance(50)),
                _ => Inner::Act(Box::new(self.act(depth + 1))),
            });
        }
        all
    }

    fn act(&mut self, depth: usize) -> Act {
        let any = self.random.below(SLOTS);
        let work = if self.settings.work { 26 } else { 0 };
        let declared = if self.settings.declared { 30 } else { 0 };
        let nested = depth < 3;
        match self.random.below(100 + work + declared) {
            0..30 => Act::Set(self.random.below(SIGNALS + 1), self.number(), self.script()),
            30..35 => Act::Update(self.random.below(SIGNALS), self.number(), self.script()),
            35..50 => {
                let mode = match self.random.below(6) {
                    0..3 => Mode::Get,
                    3 => Mode::With(self.script()),
                    4 => Mode::Peek,
                    _ => Mode::Untracked,
                };
                Act::Read(self.source(SLOTS), mode)
            }
            50..60 if nested => Act::Batch(self.acts(depth)),
            60..68 if nested => Act::Transaction(self.acts(depth), self.random.chance(50)),
            68..80 => {
                let slot = self.random.within(SIGNALS..SLOTS);
                Act::Make(slot, self.make(slot, depth))
            }
            80..86 => Act::Dispose(any),
            86..90 if nested => Act::Inside(any, self.acts(depth)),
            90..95 => Act::Cleanup(self.script()),
            95 | 96 if self.settings.cleanups_read => Act::CleanupReads,
            97 if self.settings.panics => Act::Panic,
            it if it >= 100 && it < 100 + work => match it - 100 {
                0..4 => Act::Reload(any),
                4..8 => Act::Cancel(any),
                8..11 => Act::Run(any, self.number(), self.script()),
                11..18 => Act::Progress,
                18..22 => Act::Wake,
                22 => Act::Wait(self.random.below(3) as u8),
                23 | 24 => Act::PollWaits,
                _ => Act::DropWaits,
            },
            it if it >= 100 => match self.random.below(4) {
                0 => Act::ReadShared(any),
                1 => Act::PollDeclared(any),
                _ => Act::UpdateDeclared(any, self.inner(depth)),
            },
            _ => Act::Set(self.random.below(SIGNALS), self.number(), self.script()),
        }
    }
}
