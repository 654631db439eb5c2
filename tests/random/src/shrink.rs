//! Makes a failing program smaller, within a bounded number of attempts.
//!
//! Any act may be taken out of a program, so a candidate is the program without some steps or some acts. A
//! candidate that still fails, with any error, replaces the program.
//!
//! Must not know: why a program fails.

use crate::{
    program::{Act, Inner, Make, Program, Script, Step},
    suite::Failure,
};

/// The number of attempts of one search.
pub(crate) const ATTEMPTS: usize = 3000;

struct Shrink<'a> {
    program: Program,
    failure: Failure,
    attempts: usize,
    fails: &'a dyn Fn(&Program) -> Option<Failure>,
}

/// The smallest program found that fails, its failure, and the number of attempts.
pub(crate) fn shrink(
    program: Program,
    failure: Failure,
    fails: &dyn Fn(&Program) -> Option<Failure>,
) -> (Program, Failure, usize) {
    let mut shrink = Shrink {
        program,
        failure,
        attempts: 0,
        fails,
    };
    shrink.run();
    (shrink.program, shrink.failure, shrink.attempts)
}

impl Shrink<'_> {
    fn run(&mut self) {
        let end = self.failure.step + 1;
        let mut first = self.program.clone();
        first.steps.truncate(end);
        self.attempt(first);
        let mut size = usize::MAX;
        while self.attempts < ATTEMPTS && self.size() < size {
            size = self.size();
            self.steps();
            self.scripts();
            self.acts();
        }
    }

    /// Numbers of steps, acts and fuses.
    fn size(&self) -> usize {
        let program = &self.program;
        let steps = program.steps.iter();
        let steps = steps.map(|it| 1 + it.fuses.len() + weigh(&it.act) + flags(it));
        let scripts = program.scripts.iter();
        let scripts = scripts.map(|it| it.acts.iter().map(weigh).sum::<usize>());
        steps.sum::<usize>() + scripts.sum::<usize>()
    }

    fn attempt(&mut self, program: Program) -> bool {
        if self.attempts >= ATTEMPTS {
            return false;
        }
        self.attempts += 1;
        match (self.fails)(&program) {
            Some(failure) => {
                (self.program, self.failure) = (program, failure);
                true
            }
            None => false,
        }
    }

    /// Without a range of steps, long ranges first.
    fn steps(&mut self) {
        let mut length = self.program.steps.len() / 2;
        while length > 0 {
            let mut start = 0;
            while start < self.program.steps.len() {
                let mut program = self.program.clone();
                let end = (start + length).min(program.steps.len());
                program.steps.drain(start..end);
                if !self.attempt(program) {
                    start += length;
                }
                if self.attempts >= ATTEMPTS {
                    return;
                }
            }
            length /= 2;
        }
    }

    fn scripts(&mut self) {
        for index in 0..self.program.scripts.len() {
            if self.program.scripts[index].acts.is_empty() {
                continue;
            }
            let mut program = self.program.clone();
            program.scripts[index] = Script::default();
            if self.attempt(program) {
                continue;
            }
            let mut at = 0;
            while at < self.program.scripts[index].acts.len() {
                let mut program = self.program.clone();
                program.scripts[index].acts.remove(at);
                if self.attempt(program) {
                    continue;
                }
                for act in smaller(&self.program.scripts[index].acts[at]) {
                    let mut program = self.program.clone();
                    program.scripts[index].acts[at] = act;
                    if self.attempt(program) {
                        break;
                    }
                }
                at += 1;
            }
        }
    }

    fn acts(&mut self) {
        for index in 0..self.program.steps.len() {
            if !self.program.steps[index].fuses.is_empty() {
                let mut program = self.program.clone();
                program.steps[index].fuses.clear();
                if !self.attempt(program) && self.program.steps[index].fuses.len() > 1 {
                    let mut program = self.program.clone();
                    program.steps[index].fuses.remove(0);
                    self.attempt(program);
                }
            }
            if self.program.steps[index].fuel > 0 {
                let mut program = self.program.clone();
                program.steps[index].fuel = 0;
                self.attempt(program);
            }
            for recover in [false, true] {
                let mut program = self.program.clone();
                let step = &mut program.steps[index];
                let flag = match recover {
                    true => &mut step.recover,
                    false => &mut step.look,
                };
                if std::mem::take(flag) {
                    self.attempt(program);
                }
            }
            for act in smaller(&self.program.steps[index].act) {
                let mut program = self.program.clone();
                program.steps[index].act = act;
                if self.attempt(program) {
                    break;
                }
            }
        }
    }
}

fn flags(step: &Step) -> usize {
    usize::from(step.fuel > 0) + usize::from(step.look) + usize::from(step.recover)
}

fn weigh(act: &Act) -> usize {
    fn inner(it: &Inner) -> usize {
        match it {
            Inner::Batch(all) | Inner::Transaction(all, _) => {
                1 + all.iter().map(inner).sum::<usize>()
            }
            Inner::Act(act) => 1 + weigh(act),
            _ => 1,
        }
    }
    1 + match act {
        Act::Batch(acts)
        | Act::Transaction(acts, _)
        | Act::Inside(_, acts)
        | Act::Make(_, Make::Scope(acts)) => acts.iter().map(weigh).sum(),
        Act::UpdateDeclared(_, all) => all.iter().map(inner).sum(),
        _ => 0,
    }
}

/// The same act with less in it, and the acts in it by themselves.
fn smaller(act: &Act) -> Vec<Act> {
    let mut all = Vec::new();
    let mut lists = |acts: &[Act], wrap: &dyn Fn(Vec<Act>) -> Act| {
        if let [only] = acts {
            all.push(only.clone());
        }
        for index in 0..acts.len() {
            let mut fewer = acts.to_vec();
            fewer.remove(index);
            all.push(wrap(fewer));
        }
        for (index, act) in acts.iter().enumerate() {
            for less in smaller(act) {
                let mut fewer = acts.to_vec();
                fewer[index] = less;
                all.push(wrap(fewer));
            }
        }
    };
    match act {
        Act::Batch(acts) => lists(acts, &Act::Batch),
        Act::Transaction(acts, ends) => lists(acts, &|acts| Act::Transaction(acts, *ends)),
        Act::Inside(slot, acts) => lists(acts, &|acts| Act::Inside(*slot, acts)),
        Act::Make(slot, Make::Scope(acts)) => {
            lists(acts, &|acts| Act::Make(*slot, Make::Scope(acts)));
        }
        Act::UpdateDeclared(slot, inner) => {
            for index in 0..inner.len() {
                let mut fewer = inner.clone();
                let gone = fewer.remove(index);
                all.push(Act::UpdateDeclared(*slot, fewer.clone()));
                if let Inner::Batch(inside) | Inner::Transaction(inside, _) = gone {
                    fewer.splice(index..index, inside);
                    all.push(Act::UpdateDeclared(*slot, fewer));
                }
            }
        }
        _ => {}
    }
    all
}
