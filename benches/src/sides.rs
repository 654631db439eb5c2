//! The sides that take part: hand-written code, both kinds of graph, the peers.
//!
//! Invariants: the sides stand in the order of the report, hand-written code first.
//!
//! Must not know: the graphs of a side.

use crate::{
    declared, hand,
    libraries::dynamic::Dynamic,
    library::Library,
    side::{Kind, Side},
};

fn of<L: Library>() -> Side {
    Side {
        name: L::NAME,
        kind: if L::IS_OURS { Kind::Ours } else { Kind::Peer },
        effects: L::EFFECTS,
        skip: L::SKIP,
        run: crate::graphs::run::<L>,
    }
}

/// Every side of this build.
pub fn all() -> Vec<Side> {
    #[allow(unused_mut)] // without peers
    let mut sides = vec![
        Side {
            name: hand::NAME,
            kind: Kind::Hand,
            effects: "straight calls",
            skip: &[],
            run: hand::run,
        },
        Side {
            name: declared::NAME,
            kind: Kind::Ours,
            effects: "inside the write",
            skip: &[],
            run: declared::run,
        },
        Side {
            name: declared::EAGER,
            kind: Kind::Ours,
            effects: "inside the write",
            skip: &[],
            run: declared::run_eager,
        },
        of::<Dynamic>(),
        hand::fields::side(),
    ];
    #[cfg(feature = "peers")]
    {
        use crate::{explicit, libraries::*};
        sides.extend([
            of::<alien::Alien>(),
            of::<leptos::Immediate>(),
            of::<leptos::Ticked>(),
            of::<sycamore::Sycamore>(),
            of::<floem::Floem>(),
            of::<dioxus::Dioxus>(),
            explicit::incremental::side(),
            explicit::futures_signals::side(),
        ]);
    }
    sides
}
