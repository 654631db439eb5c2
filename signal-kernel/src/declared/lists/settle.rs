//! A list in the settle of the graph around it: its rows settle in the order of the list, and so do their effects run.
//!
//! Invariants: a row that was taken out is dropped after phase A of all rows; its number is not used again before.
//! The queue of the list has one entry for each row that wants to be polled, so a completion costs the same in a short and in
//! a long list.
//!
//! Must not know: how a batch writes (`batch`).

use super::{
    super::{
        inside::graph,
        names::{EFFECTS, MEMBERS, NOTHING, ORDER, WHOLE},
        pass::Pass,
        visit::{AnyGraph, Closed, NodeRef, Visitor},
    },
    list::List,
    open::empty,
    rows::RowId,
};
use crate::{panics::FirstPanic, reactive::Reactive, task::state::Change};

impl<K, G: Reactive> List<K, G> {
    /// The visit of phase A. `panics` are those of the feeds of new rows.
    pub fn visit_fed<const MODE: u8, const W: usize>(
        &mut self,
        pass: &mut Pass<'_, MODE, W>,
        panics: FirstPanic,
    ) {
        graph::visit(self, pass, panics);
    }

    /// Phase A of the rows that were just put in and fed: the first values around read them.
    #[must_use]
    pub fn begin(&mut self) -> FirstPanic {
        let mut panics = FirstPanic::default();
        self.close(0, &mut panics);
        panics
    }

    /// The visit of phase B.
    pub fn visit_effects(&mut self) {
        graph::visit_effects(self);
    }

    /// Shows this list to the visitor.
    pub fn accept(&mut self, visitor: &mut Visitor<'_>) {
        visitor.other(NodeRef::Graph(self));
    }

    /// The revision of the graph around at which anything inside last changed.
    pub fn changed_at(&self) -> u64 {
        self.changed_at
    }

    /// Tells the queue of the list of the work in this row.
    fn report_row(&mut self, id: RowId) {
        if let Some(work) = &self.work {
            self.rows.row_mut(id).report(id.number(), work.queue());
        }
    }
}

impl<K, G: Reactive> AnyGraph for List<K, G> {
    fn close(&mut self, revision: u64, panics: &mut FirstPanic) -> Closed {
        self.settled.structure = self.rows.finish();
        self.settled.rows_changed = false;
        let mut counts = self.settled.structure.order;
        let last = std::mem::take(&mut self.settled.touched);
        self.settled.touched = self.rows.take_touched(last);
        self.settled.with_effects.clear();
        for at in 0..self.settled.touched.len() {
            let id = self.settled.touched[at];
            let is_new = self.rows.take_new(id);
            let row = self.rows.row_mut(id);
            let closed = row.close(panics);
            self.settled.rows_changed |= closed.changed;
            counts |= closed.counts;
            if is_new {
                row.release();
            }
            if row.has_effects() {
                self.settled.with_effects.push(id);
            }
            if row.has_work() {
                self.report_row(id);
            }
        }
        self.rows.remove_gone(|key, row| {
            panics.discard(key); // user code
            panics.discard(row); // user code
        });
        self.report();
        let changed = self.settled.structure.order || self.settled.rows_changed;
        if changed {
            self.changed_at = revision;
        }
        Closed { changed, counts }
    }

    fn effects(&mut self, panics: &mut FirstPanic) {
        for at in 0..self.settled.with_effects.len() {
            let id = self.settled.with_effects[at];
            self.rows.row_mut(id).effects(panics);
        }
        empty(&mut self.settled.with_effects);
    }

    fn has_effects(&self) -> bool {
        !self.settled.with_effects.is_empty()
    }

    fn roll_back(&mut self, level: u32, revision: u64, panics: &mut FirstPanic) {
        self.changed_at = revision;
        self.rows
            .roll_back(level, |row| row.roll_back(level, panics));
    }

    fn merge_into_outer(&mut self, level: u32, panics: &mut FirstPanic) {
        self.rows
            .merge_into_outer(level, |row| row.merge_into_outer(level, panics));
    }

    fn refresh(&mut self, panics: &mut FirstPanic) {
        self.rows.for_each_touched(|row| row.refresh(panics));
    }

    fn refresh_at(&mut self, at: usize, panics: &mut FirstPanic) {
        match at {
            NOTHING | EFFECTS | MEMBERS | ORDER => {}
            WHOLE => self.refresh(panics),
            position => self
                .rows
                .for_each_touched(|row| row.refresh_at(position, panics)),
        }
    }

    fn has_changed(&mut self, at: usize, part: Change, eager: bool) -> bool {
        let structure = self.settled.structure;
        match at {
            MEMBERS => structure.members,
            // A field of the rows never changes, but rows come, go and move.
            ORDER | NOTHING => structure.order,
            WHOLE => structure.order || self.settled.rows_changed,
            _ => {
                let mut touched = self.settled.touched.iter();
                let rows = &mut self.rows;
                structure.order || touched.any(|&id| rows.row_mut(id).has_changed(at, part, eager))
            }
        }
    }

    /// A row that fails does not fail the readers of all rows.
    fn is_failed(&self, _: usize) -> bool {
        false
    }

    fn any_failed(&self) -> bool {
        false
    }

    fn poll(&mut self, panics: &mut FirstPanic) -> bool {
        let Some(work) = &mut self.work else {
            return false;
        };
        let ready = work.take_ready();
        let mut done = false;
        for &number in &ready {
            let id = RowId::from_number(number);
            let Some(row) = self.rows.get_mut(id) else {
                continue; // a late wake of a row that is gone
            };
            if row.poll(panics) {
                done = true;
                self.rows.touch(0, id);
            }
            self.report_row(id);
        }
        if let Some(work) = &mut self.work {
            work.put_back(ready);
        }
        self.report();
        done
    }

    fn report(&mut self) {
        if let Some(work) = &mut self.work {
            work.report();
        }
    }
}
