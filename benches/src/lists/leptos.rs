//! reactive_stores, the store of Leptos, with a keyed field. As `<For>` does, an effect on the field makes an effect for
//! each row that comes, and disposes of it when the row goes.
//!
//! Must not know: the workloads.

use super::{ListSide, Rows, Shape};
use crate::{body::double, library::Count, side::Kind};
use any_spawner::Executor;
use reactive_graph::{
    computed::Memo,
    effect::{ImmediateEffect, batch},
    owner::Owner,
    traits::{Get, GetUntracked, Read, ReadUntracked, Set, Write},
};
use reactive_stores::{Patch, Store};
use send_wrapper::SendWrapper;
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    hint::black_box,
    rc::Rc,
};

pub fn side() -> ListSide {
    ListSide {
        name: "reactive_stores",
        kind: Kind::Peer,
        how: "Store with `#[store(key: u64 = ..)]`, an ImmediateEffect for each row, writes in batch(); rows are found by key; the sum is a Memo over the field",
        skip: &[(
            "put in, take out, at 10 000",
            "each change of the list runs the effects of all rows",
        )],
        with: |shape, work| {
            let _ = Executor::init_futures_executor(); // an error from the second call on
            let owner = Owner::new();
            owner.with(|| work(&mut Table::new(shape)));
            owner.cleanup();
            true
        },
    }
}

#[derive(Store, Patch, Default)]
struct State {
    #[store(key: u64 = |row| row.id)]
    rows: Vec<Row>,
}

#[derive(Store, Patch, Default, Clone)]
struct Row {
    id: u64,
    value: i64,
}

struct Table {
    store: Store<State>,
    total: Option<Memo<i64>>,
    count: Count,
    _rows: ImmediateEffect,
}

impl Table {
    fn new(shape: Shape) -> Self {
        let rows = (0..shape.len as u64).map(|key| Row { id: key, value: 0 });
        let store = Store::new(State {
            rows: rows.collect(),
        });
        let count = Count::default();
        let known: Rc<RefCell<HashMap<u64, ImmediateEffect>>> = Rc::default();
        let state = SendWrapper::new((known, count.clone()));
        let outer = SendWrapper::new(Owner::current());
        let rows = ImmediateEffect::new(move || {
            let (known, count) = &*state;
            let mut known = known.borrow_mut();
            let mut there = HashSet::new();
            for row in store.rows() {
                let key = row.key();
                there.insert(key);
                known.entry(key).or_insert_with(|| {
                    let count = SendWrapper::new(count.clone());
                    let make = || {
                        ImmediateEffect::new(move || {
                            black_box(double(row.value().get()));
                            count.hit();
                        })
                    };
                    match &*outer {
                        Some(owner) => owner.with(make),
                        None => make(),
                    }
                });
            }
            known.retain(|key, _| there.contains(key));
        });
        let sum = move |_: Option<&i64>| {
            let rows = store.rows();
            let rows = rows.read();
            rows.iter().map(|row| double(row.value)).sum()
        };
        Table {
            store,
            total: shape.total.then(|| Memo::new(sum)),
            count,
            _rows: rows,
        }
    }
}

impl Rows for Table {
    fn insert(&mut self, key: u64) {
        batch(|| self.store.rows().write().push(Row { id: key, value: 0 }));
    }
    fn remove(&mut self, _: u64, at: usize) {
        batch(|| self.store.rows().write().remove(at));
    }
    fn move_to_front(&mut self, _: u64, at: usize) {
        batch(|| self.store.rows().write()[..=at].rotate_right(1));
    }
    fn write(&mut self, key: u64, _: usize, value: i64) {
        batch(|| self.store.rows().at_key(key).value().set(value));
    }
    fn follow(&mut self, keys: Vec<u64>) {
        batch(|| {
            let rows = self.store.rows();
            let mut rows = rows.write();
            let known = std::mem::take(&mut *rows).into_iter();
            let mut known: HashMap<u64, Row> = known.map(|row| (row.id, row)).collect();
            let row = |id| known.remove(&id).unwrap_or(Row { id, value: 0 });
            *rows = keys.into_iter().map(row).collect();
        });
    }
    fn twice(&mut self, key: u64, _: usize) -> i64 {
        double(self.store.rows().at_key(key).value().get_untracked())
    }
    fn total(&mut self) -> i64 {
        self.total.map_or(0, |total| total.get_untracked())
    }
    fn count(&mut self) -> usize {
        self.store.rows().read_untracked().len()
    }
    fn key_at(&mut self, at: usize) -> u64 {
        self.store.rows().read_untracked()[at].id
    }
    fn runs(&mut self) -> u64 {
        self.count.now()
    }
}
