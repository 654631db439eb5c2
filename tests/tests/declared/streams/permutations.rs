//! Every order of four items, an end, an error, a cancel, a change of the source and the disposal, over two runs: the
//! resource beside a model of the table.
//!
//! Must not know: executors.

use super::{chat, prices};
use signal_kernel::reactive;
use signal_kernel_tests::{
    log::Log,
    poll, stream_line,
    stream_model::{Letter, Model, Policy, every_order},
    tap::Taps,
};

reactive! {
    struct Answers {
        let taps: Taps;
        signal prompt: u32 = 1;
        resource answer = prices(taps.open(prompt));
    }
    struct RolledBack {
        let taps: Taps<char>;
        signal prompt: u32 = 1;
        resource answer = chat(taps.open(prompt));
    }
    struct Kept {
        let taps: Taps<char>;
        signal prompt: u32 = 1;
        #[on_cancel(keep)] #[on_error(keep)]
        resource answer = chat(taps.open(prompt));
    }
    struct Cleared {
        let taps: Taps<char>;
        signal prompt: u32 = 1;
        #[on_cancel(clear)] #[on_error(clear)]
        resource answer = chat(taps.open(prompt));
    }
}

/// Carries out an order on a graph and on the model. With `each`, a poll follows each letter, otherwise each second one.
macro_rules! carry_out {
    ($graph:ident, $policy:expr, $order:expr, $each:expr, $item:tt) => {{
        let taps = Taps::new("answer", &Log::new());
        let mut graph = $graph::new(taps.clone());
        let mut model = Model::new($policy);
        for (index, &letter) in $order.iter().enumerate() {
            match letter {
                Letter::Item => taps.item(model.run(), model.next_item().$item),
                Letter::End => taps.end(model.run()),
                Letter::Error => taps.error(model.run(), "reset".to_owned()),
                Letter::Cancel => graph.cancel_answer("enough"),
                Letter::Change => graph.set_prompt(2),
                Letter::Dispose => break,
            }
            model.on(letter);
            let place = format!("{index} in {:?}", $order);
            assert_eq!(
                stream_line!(graph.answer()),
                model.line(),
                "before the poll {place}"
            );
            if $each || index % 2 == 1 {
                let _ = poll!(graph);
                model.poll();
            }
            assert_eq!(stream_line!(graph.answer()), model.line(), "{place}");
            assert_eq!(taps.alive(), usize::from(model.is_open()), "{place}");
        }
        drop(graph);
        assert_eq!(taps.alive(), 0);
    }};
}

#[test]
fn every_order_of_events_over_two_runs_is_that_of_the_table() {
    let mut orders = 0;
    every_order(|order| {
        orders += 1;
        for each in [true, false] {
            carry_out!(Answers, Policy::Answers, order, each, 0);
            carry_out!(RolledBack, Policy::Rollback, order, each, 1);
            carry_out!(Kept, Policy::Keep, order, each, 1);
            carry_out!(Cleared, Policy::Clear, order, each, 1);
        }
    });
    assert!(orders > 5_000, "{orders}");
}
