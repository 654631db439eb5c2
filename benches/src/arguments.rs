//! The command line.
//!
//! Invariants: an unknown flag is an error, not a silent run of everything.
//!
//! Must not know: the effects of the flags.

use std::{path::PathBuf, time::Duration};

pub const USAGE: &str = "\
--filter NAME   only rows whose name, or whose section (writes, lists, async, growth, memory), contains NAME
--sides A,B     only sides whose name contains one of these (hand-written code is always there)
--quick         check the answers; measure nothing worth quoting
--rounds N      repetitions of each measurement (11)
--any-noise     do not wait for quiet moments
--out FOLDER    where results.json and results.svg go (benches/target)
--save          write the committed copies too: RESULTS.md, results.json, results.svg";

pub struct Arguments {
    pub filter: String,
    pub sides: Vec<String>,
    pub quick: bool,
    pub rounds: usize,
    pub any_noise: bool,
    pub out: PathBuf,
    pub save: bool,
}

impl Arguments {
    /// The arguments of this process.
    pub fn parse() -> Result<Self, String> {
        let mut parsed = Arguments {
            filter: String::new(),
            sides: Vec::new(),
            quick: false,
            rounds: 11,
            any_noise: false,
            out: home().join("target"),
            save: false,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--filter" => parsed.filter = value()?,
                "--sides" => parsed.sides = value()?.split(',').map(str::to_owned).collect(),
                "--quick" => parsed.quick = true,
                "--rounds" => {
                    parsed.rounds = value()?.parse().map_err(|_| "--rounds takes a number")?;
                }
                "--any-noise" => parsed.any_noise = true,
                "--out" => parsed.out = value()?.into(),
                "--save" => parsed.save = true,
                "--help" => return Err(USAGE.to_owned()),
                _ => return Err(format!("unknown argument {argument}\n{USAGE}")),
            }
        }
        Ok(parsed)
    }

    /// Whether a row of a section is wanted.
    pub fn wants(&self, section: &str, row: &str) -> bool {
        section.contains(&self.filter) || row.contains(&self.filter)
    }

    /// Whether a side is wanted.
    pub fn wants_side(&self, name: &str) -> bool {
        self.sides.is_empty() || self.sides.iter().any(|side| name.contains(side.as_str()))
    }

    /// The duration of one repetition.
    pub fn target(&self) -> Duration {
        Duration::from_millis(if self.quick { 0 } else { 3 })
    }

    /// The number of repetitions that count.
    pub fn repetitions(&self) -> usize {
        if self.quick { 1 } else { self.rounds.max(1) }
    }
}

/// The folder of this crate.
pub fn home() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}
