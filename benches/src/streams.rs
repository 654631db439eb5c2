//! The items of a stream that a fold puts into one value: what an item costs on top of the stream itself.
//!
//! Must not know: the inside of the kernel.

use crate::meter::Meter;
use futures::{Stream, stream};
use signal_kernel::{AsyncStatus, reactive, resource};
use std::{
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};
use tokio_stream::StreamExt;

/// The name in the reports.
pub const NAME: &str = "streams";

/// The workloads.
pub const WORKLOADS: [&str; 3] = ["fold", "by hand", "tokio-stream"];

/// The hundredths of the items by hand that a fold may cost.
pub const GOAL: u64 = 150;

/// The number of items of a workload.
const ITEMS: usize = 100_000;

/// The goal that is missed, if it is.
pub fn missed_goal(count: &dyn Fn(&str) -> u64) -> Option<String> {
    let missed = count("fold") * 100 > count("by hand") * GOAL;
    missed.then(|| format!("an item costs more than {GOAL} % of one by hand"))
}

type Item = Result<u8, ()>;

fn letters(count: usize) -> impl Stream<Item = Item> + Send {
    stream::iter((0..count).map(|at| Ok(b'a' + (at % 26) as u8)))
}

fn push(text: &mut Text, letter: u8) {
    text.0.push(letter as char);
}

/// A text with room for all items.
struct Text(String);

impl Default for Text {
    fn default() -> Self {
        Text(String::with_capacity(ITEMS))
    }
}

#[resource(fold(Text, push))]
fn text(count: usize) -> impl Stream<Item = Item> {
    letters(count)
}

reactive! {
    struct Reader {
        signal count: usize = 10;
        resource answer = text(count);
    }
}

/// Times `workload` once; false if there is no such workload here.
pub fn run(workload: &str, meter: &Meter) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    let length = match workload {
        "fold" => fold(meter, &mut context),
        "by hand" => meter.once(ITEMS as u64, || {
            let mut letters = pin!(letters(black_box(ITEMS)));
            let mut text = Text::default();
            while let Poll::Ready(Some(Ok(letter))) = letters.as_mut().poll_next(&mut context) {
                push(&mut text, letter);
            }
            text.0.len()
        }),
        "tokio-stream" => meter.once(ITEMS as u64, || {
            let fold = letters(black_box(ITEMS)).fold(Text::default(), |mut text, letter| {
                if let Ok(letter) = letter {
                    push(&mut text, letter);
                }
                text
            });
            match pin!(fold).poll(&mut context) {
                Poll::Ready(text) => text.0.len(),
                Poll::Pending => 0,
            }
        }),
        _ => return false,
    };
    meter.values(u64::from(length != ITEMS));
    true
}

/// The first run makes the memory of the stream.
fn fold(meter: &Meter, context: &mut Context<'_>) -> usize {
    let mut reader = Reader::new();
    let mut drive = |reader: &mut Reader| {
        while reader.answer().status() != AsyncStatus::Success {
            let _ = reader.poll_progress(context);
        }
    };
    drive(&mut reader);
    meter.once(ITEMS as u64, || {
        reader.set_count(black_box(ITEMS));
        drive(&mut reader);
    });
    reader.answer().value().map_or(0, |text| text.0.len())
}
