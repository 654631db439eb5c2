//! Takes turns: every repetition of a row runs each of its sides once, so that a disturbance of the machine disturbs
//! all sides.
//!
//! Invariants: the first repetition is a warm-up and does not count (unless only answers are checked). A disturbed
//! repetition is taken again, a few times; if it stays disturbed, it counts only if there are too few quiet ones.
//!
//! Must not know: the measured workloads.

use crate::{
    arguments::Arguments,
    meter::{self, Fault, Meter, Quiet},
};
use std::{
    any::Any,
    cell::Cell,
    mem::discriminant,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

/// The measurements of one side in one row.
#[derive(Default)]
pub struct Samples {
    /// Nanoseconds per operation, one for each repetition.
    pub nanos: Vec<f64>,
    /// Whether the machine was quiet, for each of `nanos`.
    quiet: Vec<bool>,
    /// The deviations, each kind once.
    pub faults: Vec<Fault>,
    /// The reason why there are no measurements.
    pub absent: Option<String>,
}

impl Samples {
    pub fn absent(why: impl Into<String>) -> Self {
        Samples {
            absent: Some(why.into()),
            ..Samples::default()
        }
    }

    /// The median of the quiet repetitions, if there are enough, or else of all.
    pub fn median(&self) -> Option<f64> {
        median(chosen(&self.nanos, &self.quiet))
    }

    /// The median of the ratios within each repetition; of the quiet repetitions, if there are enough.
    pub fn ratio(&self, to: &Samples) -> Option<f64> {
        let ratios: Vec<f64> = self
            .nanos
            .iter()
            .zip(&to.nanos)
            .map(|(of, to)| of / to)
            .collect();
        let quiet: Vec<bool> = self
            .quiet
            .iter()
            .zip(&to.quiet)
            .map(|(of, to)| *of && *to)
            .collect();
        median(chosen(&ratios, &quiet))
    }

    pub fn min(&self) -> Option<f64> {
        self.nanos.iter().copied().min_by(f64::total_cmp)
    }

    fn take(&mut self, meter: &Meter, quiet: bool) {
        self.nanos.extend(meter.nanos());
        self.quiet.extend(meter.nanos().map(|_| quiet));
        for fault in meter.faults() {
            let is_new = |known: &Fault| discriminant(known) != discriminant(&fault);
            if self.faults.iter().all(is_new) {
                self.faults.push(fault);
            }
        }
    }
}

/// The quiet figures, if there are three, or else all.
fn chosen(figures: &[f64], quiet: &[bool]) -> Vec<f64> {
    let quiet = figures.iter().zip(quiet).filter(|(_, quiet)| **quiet);
    let quiet: Vec<f64> = quiet.map(|(figure, _)| *figure).collect();
    if quiet.len() < 3 {
        figures.to_vec()
    } else {
        quiet
    }
}

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}

/// One side's part in a row: runs a repetition; false if the side cannot express it.
pub type Turn<'a> = Box<dyn Fn(&Meter) -> bool + 'a>;

/// The measuring of rows, with the search for quiet moments.
pub struct Rounds {
    target: Duration,
    repetitions: usize,
    quiet: Option<Quiet>,
    warm_up: bool,
    /// The waiting time that is left in this run, so that the run ends on a machine that is never quiet.
    patience: Cell<Duration>,
    disturbed: Cell<usize>,
}

/// The number of attempts at a quiet repetition.
const TRIES: usize = 8;

impl Rounds {
    pub fn new(arguments: &Arguments) -> Self {
        let quiet = !arguments.quick && !arguments.any_noise;
        Rounds {
            target: arguments.target(),
            repetitions: arguments.repetitions(),
            quiet: quiet.then(|| Quiet::learn(Duration::from_secs(1))),
            warm_up: !arguments.quick,
            patience: Cell::new(Duration::from_secs(180)),
            disturbed: Cell::new(0),
        }
    }

    /// Measures a row; a turn that is `Err` has the reason why the side is absent.
    pub fn row(&self, turns: Vec<Result<Turn<'_>, String>>) -> Vec<Samples> {
        let mut samples: Vec<Samples> = turns
            .iter()
            .map(|turn| match turn {
                Ok(_) => Samples::default(),
                Err(why) => Samples::absent(why),
            })
            .collect();
        let warm_ups = usize::from(self.warm_up);
        for repetition in 0..self.repetitions + warm_ups {
            for (turn, samples) in turns.iter().zip(&mut samples) {
                let Ok(turn) = turn else { continue };
                if samples.absent.is_some() {
                    continue;
                }
                match self.repetition(turn, repetition < warm_ups) {
                    Ok((Some(meter), quiet)) if repetition >= warm_ups => {
                        samples.take(&meter, quiet);
                    }
                    Ok((Some(_), _)) => {}
                    Ok((None, _)) => samples.absent = Some("not expressed".to_owned()),
                    Err(panic) => samples.absent = Some(format!("panics: {panic}")),
                }
            }
        }
        samples
    }

    fn repetition(&self, turn: &Turn<'_>, warm_up: bool) -> Result<(Option<Meter>, bool), String> {
        let once = || {
            catch_unwind(AssertUnwindSafe(|| {
                let meter = Meter::new(self.target);
                turn(&meter).then_some(meter)
            }))
            .map_err(message)
        };
        let Some(quiet) = self.quiet.as_ref().filter(|_| !warm_up) else {
            return Ok((once()?, true));
        };
        for _ in 0..TRIES {
            let start = Instant::now();
            let limit = self.patience.get().min(Duration::from_millis(300));
            let was_quiet = quiet.wait(limit);
            let waited = start.elapsed();
            let preempted = meter::preempted();
            let meter = once()?;
            let preempted = meter::preempted() - preempted;
            let undisturbed = preempted * 50 < start.elapsed() - waited;
            if was_quiet && undisturbed && quiet.holds() {
                return Ok((meter, true));
            }
            // Taking it again costs patience too.
            let spent = waited + start.elapsed();
            self.patience.set(self.patience.get().saturating_sub(spent));
            if self.patience.get().is_zero() {
                self.disturbed.set(self.disturbed.get() + 1);
                return Ok((meter, false));
            }
        }
        self.disturbed.set(self.disturbed.get() + 1);
        Ok((once()?, false))
    }

    /// The number of repetitions that count although the machine was not quiet.
    pub fn disturbed(&self) -> usize {
        self.disturbed.get()
    }
}

/// The message of a panic.
pub fn message(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => match panic.downcast_ref::<&str>() {
            Some(text) => (*text).to_owned(),
            None => "a value".to_owned(),
        },
    }
}
