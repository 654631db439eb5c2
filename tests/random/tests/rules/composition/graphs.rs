//! A graph of everything that composes: graphs three deep and more, lists of its own kind, lists that follow keys, lists
//! of parts, feeds, signals that start anew, work, and effects that show all of it.
//!
//! Must not know: the model, programs.

use super::model::{BAD_ID, NO_KEYS};
use serde::{Deserialize, Serialize};
use signal_kernel::{List, reactive};
use signal_kernel_tests::{
    describe,
    gate::{Gate, Gates},
    log::Log,
    profile::fetch,
};

/// A leaf whose `a` has this value has a failed value.
pub(super) const FRAIL: u32 = 3;
/// A leaf whose `a` has this value has an effect that panics.
pub(super) const TRIP: u32 = 4;
/// A signal that is fed this value cannot start anew.
pub(super) const BAD_FEED: u32 = 5;
/// A tree that is fed this value cannot feed its tabs.
pub(super) const NO_FEED: u32 = 4;
/// A question that cannot be asked.
pub(super) const BAD_QUESTION: u32 = 2;

/// The log of the effects, and the work.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) log: Log,
    pub(super) gates: Gates,
}

impl World {
    pub(super) fn new() -> Self {
        World {
            log: Log::new(),
            gates: Gates::new("work", &Log::new()),
        }
    }

    fn ask(&self, name: &str, question: u32) -> Gate {
        assert!(question != BAD_QUESTION, "bad question");
        self.gates.open(format_args!("{name} {question}"))
    }
}

/// The name of a row, which the maker of a row with this key cannot make.
pub(super) fn row_name(name: &str, list: &str, key: u32) -> String {
    assert!(key != BAD_ID, "no row");
    format!("{name}.{list}{key}")
}

pub(super) fn grown(before: Option<&u32>, fed: u32) -> u32 {
    assert!(fed != BAD_FEED, "bad feed");
    before.map_or(1 + fed, |before| before.wrapping_mul(10).wrapping_add(fed))
}

pub(super) fn next(before: Option<&u32>) -> u32 {
    before.map_or(0, |before| before + 1)
}

pub(super) fn sum<'a>(values: impl Iterator<Item = &'a u32>) -> u32 {
    values.fold(0, |sum, value| sum.wrapping_add(*value))
}

/// The value that a tab is fed.
pub(super) fn feed(key: u32, fed: u32) -> u32 {
    assert!(fed != NO_FEED, "no feed");
    key + fed
}

fn checked(ids: &[u32]) -> Vec<u32> {
    assert!(!ids.contains(&NO_KEYS), "no keys");
    ids.to_vec()
}

fn lines(tabs: &List<u32, Leaf>) -> String {
    let lines = tabs
        .iter()
        .map(|(key, tab)| format!("{key}: {}", line(tab)));
    lines.collect::<Vec<_>>().join(", ")
}

fn line(leaf: &Leaf) -> String {
    format!("{} {} {:?}", leaf.a(), leaf.fed(), leaf.got())
}

reactive! {
    #[state(SavedLeaf, derive(Clone, Debug, PartialEq, Serialize, Deserialize))]
    #[derive(Debug)]
    pub(super) struct Leaf {
        let world: World;
        let name: String;
        pub(super) signal a: u32 = 0;
        pub(super) signal fed: u32 = 0;
        pub(super) signal ask: Option<u32> = None;
        pub(super) signal anew: u32 = grown(anew, *fed) per fed;
        pub(super) resource work = fetch(world.ask(name, (*ask)?));
        pub(super) signal draft: Option<u32> = None per work.value(), work.error();
        pub(super) computed frail: u32 = { assert!(*a != FRAIL, "frail"); anew.wrapping_add(*a) };
        pub(super) computed seen: String = format!("{} {}", describe!(work), work.is_current());
        pub(super) computed got: Option<u32> = work.value().copied();
        pub(super) computed lazily: u32 = frail.wrapping_add(*fed);
        effect show { world.log.push(format!("{name} {a} {fed} {draft:?}")); }
        effect watch { world.log.push(format!("{name} frail {frail}")); }
        effect follow { world.log.push(format!("{name} {seen}")); }
        effect trip { world.log.push(format!("{name} trip")); assert!(*a != TRIP, "trip"); }
    }

    #[state(SavedTree, derive(Clone, Debug, PartialEq, Serialize, Deserialize))]
    #[derive(Debug)]
    pub(super) struct Tree {
        let world: World;
        let name: String;
        pub(super) signal a: u32 = 0;
        pub(super) signal fed: u32 = 0;
        pub(super) signal hint: u32 = 0;
        pub(super) signal ids: Vec<u32> = Vec::new();
        effect show { world.log.push(format!("{name} {a} {fed} {hint}")); }
        pub(super) list rows: Tree by u32 => |key| Tree(world, row_name(name, "row", key)) { fed: *a, hint: *leaf.frail() };
        pub(super) graph leaf: Leaf(world, row_name(name, "leaf", 0)) { fed: *a };
        pub(super) list tabs: Leaf by u32 = checked(ids) => |key| Leaf(world, row_name(name, "tab", key)) { fed: feed(key, *fed) };
        #[state(skip)]
        pub(super) list given: Leaf by u32;
        pub(super) computed keys: Vec<u32> = rows.keys().copied().collect();
        pub(super) signal page: u32 = next(page) per keys;
        pub(super) signal mark: u32 = next(mark) per leaf.got();
        pub(super) signal opened: u32 = next(opened) per tabs.len();
        pub(super) resource work = fetch(world.ask(name, (*leaf.got())?));
        pub(super) computed seen: String = format!("{} {}", describe!(work), work.is_current());
        pub(super) computed below: u32 = sum(rows.each(Tree::total)).wrapping_add(sum(tabs.each(Leaf::frail)));
        pub(super) computed total: u32 = a.wrapping_add(*leaf.frail()).wrapping_add(*below);
        pub(super) computed whole: String = line(leaf);
        pub(super) computed all: String = lines(tabs);
        pub(super) computed put: u32 = sum(given.each(Leaf::a));
        #[eager]
        pub(super) computed quick: u32 = a.wrapping_add(*hint);
        pub(super) computed lazily: u32 = total.wrapping_mul(3).wrapping_add(rows.len() as u32);
        #[after_first]
        effect show_later { world.log.push(format!("{name} later {hint}")); }
        effect show_keys { world.log.push(format!("{name} keys {keys:?} {}", rows.len())); }
        effect show_marks { world.log.push(format!("{name} {page} {mark} {opened}")); }
        effect show_total { world.log.push(format!("{name} total {total}")); }
        effect show_all { world.log.push(format!("{name} {whole}; {all}; {put}")); }
        effect follow { world.log.push(format!("{name} {seen}")); }
    }
}
