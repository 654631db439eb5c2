//! The cost of async work, and the fate of outdated work.
//!
//! Invariants: outdated work is dropped inside the write and before its successor starts, and only the newest result is
//! seen; the run fails if one of our sides does otherwise.
//!
//! Must not know: a particular library.

use crate::{
    meter::Meter,
    resources::{AsyncSide, Board, Resources},
};

/// Rows: the name, and the description of one operation.
pub const ROWS: [(&str, &str); 6] = [
    (
        "superseded",
        "change of the source while a fetch is pending",
    ),
    (
        "superseded, polled",
        "the same, and the new fetch is polled",
    ),
    ("ready at once", "change, fetch, answer"),
    ("10 000 resources: made", "resource"),
    ("10 000 resources: superseded", "change of one of them"),
    ("10 000 resources: answered", "answer"),
];

const CHANGES: usize = 10_000;
const MANY: usize = 10_000;

/// Times a row of [`ROWS`] once; false if the side cannot take part.
pub fn run(side: &AsyncSide, row: usize, meter: &Meter) -> bool {
    let with = side.with;
    match row {
        0 | 1 => with(&Board::default(), 1, &mut |resources| {
            superseded(resources, row == 1, meter)
        }),
        2 => {
            let board = Board::open();
            with(&board, 1, &mut |resources| ready(resources, meter))
        }
        3 => {
            let board = Board::default();
            let mut able = false;
            meter.once(MANY as u64, || {
                able = with(&board, MANY, &mut |resources| resources.tick());
            });
            able
        }
        4 => with(&Board::default(), MANY, &mut |resources| {
            resources.tick();
            meter.once(MANY as u64, || {
                for at in 0..MANY {
                    resources.set(at, 1);
                }
            });
        }),
        _ => {
            let board = Board::default();
            with(&board, MANY, &mut |resources| {
                resources.tick();
                meter.once(MANY as u64, || {
                    for id in 0..MANY {
                        board.release(id);
                    }
                    resources.tick();
                });
                let wrong = (0..MANY).filter(|&at| resources.value(at) != Some(0));
                meter.values(wrong.count() as u64);
            })
        }
    }
}

fn superseded(resources: &mut dyn Resources, polled: bool, meter: &Meter) {
    resources.tick();
    meter.once(CHANGES as u64, || {
        for value in 1..=CHANGES as i64 {
            resources.set(0, value);
            if polled {
                resources.tick();
            }
        }
    });
    meter.values(u64::from(
        !resources.is_pending(0) || resources.value(0).is_some(),
    ));
}

fn ready(resources: &mut dyn Resources, meter: &Meter) {
    resources.tick();
    let mut wrong = 0;
    meter.once(CHANGES as u64, || {
        for value in 1..=CHANGES as i64 {
            resources.set(0, value);
            resources.tick();
            wrong += u64::from(resources.value(0) != Some(value * 10));
        }
    });
    meter.values(wrong);
}

/// The fate of outdated work.
pub struct Fate {
    pub story: String,
    /// Outdated work was dropped inside the write, only the newest result was seen, and work was dropped with its
    /// owner.
    pub is_right: bool,
}

/// A hundred changes while a fetch is pending; then the oldest and the newest are released.
pub fn fate(side: &AsyncSide) -> Fate {
    let mut fate = Fate {
        story: String::new(),
        is_right: false,
    };
    let board = Board::default();
    (side.with)(&board, 1, &mut |resources| {
        resources.tick();
        for value in 1..=100 {
            resources.set(0, value);
        }
        let at_once = (board.started(), board.dropped());
        resources.tick();
        let ticked = (board.started(), board.dropped());
        board.release(0);
        resources.tick();
        let outdated = resources.value(0);
        board.release(board.started() - 1);
        resources.tick();
        let newest = resources.value(0);
        resources.set(0, 7);
        resources.tick();
        let dropped = board.dropped();
        resources.dispose();
        let disposed = board.dropped() - dropped;
        fate.is_right =
            at_once == (101, 100) && outdated.is_none() && newest == Some(1000) && disposed == 1;
        fate.story = format!(
            "100 changes while pending: {} started and {} dropped inside the writes, {} and {} after a \
             tick; the first fetch is let go: {}; then the newest: {}; disposed while pending: {}",
            at_once.0,
            at_once.1,
            ticked.0,
            ticked.1,
            match outdated {
                None => "nothing is seen".to_owned(),
                Some(value) => format!("its outdated answer {value} is seen"),
            },
            match newest {
                Some(1000) => "its answer is seen".to_owned(),
                other => format!("{other:?} is seen"),
            },
            if disposed == 1 {
                "dropped at once"
            } else {
                "not dropped"
            },
        );
    });
    fate
}
