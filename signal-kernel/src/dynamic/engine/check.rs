//! Checks every invariant of the whole graph. For tests: the check walks all tables.
//!
//! Most invariants hold whenever user code may run. Some hold at rest only: while no batch is open and no body runs.
//!
//! Must not know: values, and how the graph reaches its state.

use super::{current, runtime::Runtime, value::Value};
use crate::dynamic::graph::{
    ids::{LinkId, NodeId},
    marks::{Kind, Marks},
    rows::RowId,
};

type Checked = Result<(), String>;

macro_rules! ensure {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            return Err(format!($($message)+));
        }
    };
}

/// Checks all invariants of this thread's graph.
///
/// # Errors
///
/// Returns the first invariant that does not hold.
pub fn check_dynamic() -> Result<(), String> {
    current::with(|cell| cell.borrow().check())
}

/// Returns the number of nodes and the number of links in this thread's graph.
#[must_use]
pub fn dynamic_size() -> (usize, usize) {
    current::with(|cell| cell.borrow().size())
}

impl Runtime {
    /// Checks all invariants. A later check relies on the earlier ones.
    pub(crate) fn check(&self) -> Checked {
        self.check_slots()?;
        self.check_bodies()?;
        self.check_links()?;
        self.check_owners()?;
        self.check_marks()?;
        self.check_queues()?;
        self.check_snapshots()?;
        self.check_values()?;
        self.check_numbers()?;
        if self.depth == 0 && self.context.running.is_none() {
            self.check_rest()?;
        }
        Ok(())
    }

    fn live_nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes
            .entries()
            .filter_map(|(index, node)| match node.kind {
                Kind::Free => None,
                _ => Some(index),
            })
    }

    /// Every slot is a live node, stands in the list of free slots, or is used up. A free slot holds nothing.
    fn check_slots(&self) -> Checked {
        let live = self.live_nodes().count();
        ensure!(live == self.live, "{} live nodes, not {live}", self.live);
        let mut waiting = vec![false; self.nodes.len()];
        let mut index = self.free_node;
        while index.is_some() {
            let slot = &self.nodes[index];
            ensure!(
                slot.kind == Kind::Free,
                "{index} is live, and in the list of free nodes"
            );
            ensure!(
                !waiting[index.row()],
                "{index} is twice in the list of free nodes"
            );
            waiting[index.row()] = true;
            index = self.ownership[index].next_sibling;
        }
        for (index, slot) in self.nodes.entries() {
            if slot.kind != Kind::Free {
                continue;
            }
            let empty = matches!(slot.value, Value::Bits(0)) && slot.body.is_none();
            let alone = slot.subs.is_none() && slot.subs_tail.is_none();
            ensure!(empty && alone, "the free node {index} holds something");
            if waiting[index.row()] {
                ensure!(slot.marks == Marks::NONE, "the free node {index} is marked");
            } else {
                // The mark keeps the last handle of a used-up slot from taking the slot for a live node.
                let used_up = slot.generation == u32::MAX && slot.marks == Marks::USED_UP;
                ensure!(used_up, "the free node {index} is lost");
            }
        }
        Ok(())
    }

    /// Every node that runs has a body, which leaves its slot only for a run.
    fn check_bodies(&self) -> Checked {
        ensure!(
            self.nodes.len() == self.ownership.len(),
            "{} nodes, and ownership for {}",
            self.nodes.len(),
            self.ownership.len()
        );
        for index in self.live_nodes() {
            let node = &self.nodes[index];
            let runs = matches!(
                node.kind,
                Kind::Computed | Kind::Effect | Kind::Resource | Kind::Cleanup
            );
            ensure!(
                node.order.is_some() || !runs && node.kind != Kind::Scope,
                "{index} has no order"
            );
            // A comparison with `same` takes the body of a computed value out of its slot too, without the mark
            // of a run.
            let away = node.marks.is_running() || self.context.running.is_some() || self.depth > 0;
            ensure!(
                !runs || node.body.is_some() || away,
                "the body of {index} is gone"
            );
        }
        Ok(())
    }

    /// A link stands in the list of dependencies of its subscriber and, if its dependency is alive, in the dependency's
    /// list of subscribers. A link in none of these lists stands in the list of free links.
    fn check_links(&self) -> Checked {
        let mut seen = vec![false; self.links.len()];
        let mut with_dep = 0;
        for index in self.live_nodes() {
            let mut link = self.deps(index);
            while link.is_some() {
                let it = &self.links[link];
                ensure!(
                    it.sub == index,
                    "a dependency of {index} belongs to {}",
                    it.sub
                );
                let twice = std::mem::replace(&mut seen[link.row()], true);
                ensure!(!twice, "a link of {index} is in two lists");
                with_dep += usize::from(it.dep.is_some());
                link = it.next_dep;
            }
        }
        for index in self.live_nodes() {
            let mut last = LinkId::NONE;
            let mut link = self.nodes[index].subs;
            while link.is_some() {
                let it = &self.links[link];
                ensure!(
                    seen[link.row()],
                    "a subscriber of {index} does not depend on it"
                );
                ensure!(
                    it.dep == index,
                    "a subscriber of {index} depends on {}",
                    it.dep
                );
                ensure!(
                    it.prev_sub == last,
                    "the subscribers of {index} are not linked back"
                );
                with_dep -= 1;
                (last, link) = (link, it.next_sub);
            }
            let tail = self.nodes[index].subs_tail;
            ensure!(
                tail == last,
                "the last subscriber of {index} is another one"
            );
        }
        ensure!(
            with_dep == 0,
            "{with_dep} links are not in the lists of their dependencies"
        );
        let mut link = self.free_link;
        while link.is_some() {
            let it = &self.links[link];
            let twice = std::mem::replace(&mut seen[link.row()], true);
            ensure!(!twice, "the link {link} is free, and not");
            ensure!(
                it.sub.is_none() && it.dep.is_none(),
                "the free link {link} holds something"
            );
            link = it.next_dep;
        }
        ensure!(seen.iter().all(|&it| it), "a link is lost");
        Ok(())
    }

    /// Every node stands in the list of its owner or has no owner, and no node owns itself. Cleanups have a list of
    /// their own.
    fn check_owners(&self) -> Checked {
        let is_first = |index: NodeId, prev: NodeId| {
            let ownership = &self.ownership[prev];
            ownership.first_child == index || ownership.first_cleanup == index
        };
        let roots = self
            .live_nodes()
            .filter(|&index| self.ownership[index].prev_sibling.is_none());
        let mut found = 0;
        let mut stack: Vec<NodeId> = roots.collect();
        while let Some(owner) = stack.pop() {
            found += 1;
            ensure!(found <= self.live, "a node is in the lists of two owners");
            let lists = &self.ownership[owner];
            let node = &self.nodes[owner];
            ensure!(
                node.kind == Kind::Signal || node.owns_any() == self.last_owned(owner).is_some(),
                "{owner} does not know whether it owns anything"
            );
            for (mut child, cleanups) in [(lists.first_child, false), (lists.first_cleanup, true)] {
                let mut prev = owner;
                while child.is_some() {
                    let node = &self.nodes[child];
                    let ownership = &self.ownership[child];
                    ensure!(
                        node.kind != Kind::Free,
                        "{owner} owns {child}, which is gone"
                    );
                    let is_cleanup = node.kind == Kind::Cleanup;
                    ensure!(
                        is_cleanup == cleanups,
                        "{child} is in the wrong list of {owner}"
                    );
                    ensure!(
                        ownership.prev_sibling == prev,
                        "{child} does not know its sibling"
                    );
                    ensure!(
                        prev == owner || !is_first(child, prev),
                        "{child} has two owners"
                    );
                    stack.push(child);
                    (prev, child) = (child, ownership.next_sibling);
                }
            }
        }
        ensure!(
            found == self.live,
            "{found} of {} nodes have an owner or need none",
            self.live
        );
        Ok(())
    }

    /// A node without marks depends on nodes without marks through fresh links. A running node is exempt. A failed node
    /// is exempt too: a refused read may have left it a link, and its body would have read other dependencies after a
    /// failed one, which no check has reached.
    fn check_marks(&self) -> Checked {
        for index in self.live_nodes() {
            let node = &self.nodes[index];
            if !node.marks.is_clean() {
                continue;
            }
            let mut link = self.deps(index);
            while link.is_some() {
                let it = &self.links[link];
                if it.dep.is_some() && !it.seen.is_refused() {
                    let dep = &self.nodes[it.dep];
                    // Phase A marks the nodes below a queued resource.
                    let waits = dep.kind == Kind::Resource && dep.marks.is_queued();
                    ensure!(
                        !dep.marks.is_stale() || waits,
                        "{} is not marked, {} is",
                        self.describe(index),
                        self.describe(it.dep)
                    );
                    let fresh = dep.version == it.seen.version() || dep.marks.is_running();
                    ensure!(
                        fresh,
                        "{} has not seen {}, and is not marked",
                        self.describe(index),
                        self.describe(it.dep)
                    );
                }
                link = it.next_dep;
            }
        }
        for index in self.live_nodes() {
            let node = &self.nodes[index];
            let odd = node.marks.forbidden(node.kind);
            ensure!(
                odd == Marks::NONE,
                "{} has the marks {odd}",
                self.describe(index)
            );
        }
        Ok(())
    }

    /// Every queued node stands in a queue, unless the effects of its round are running. Every node in a queue
    /// has the mark, unless this phase has checked the node. At rest the queues are empty.
    fn check_queues(&self) -> Checked {
        let mut waiting = Vec::new();
        for (queue, kind) in [
            (&self.schedule.effects, Kind::Effect),
            (&self.schedule.resources, Kind::Resource),
        ] {
            for &it in queue.iter().filter(|&&it| self.is_due(it)) {
                let node = &self.nodes[it.node()];
                ensure!(
                    node.kind == kind,
                    "{} is in the wrong queue",
                    self.describe(it.node())
                );
                waiting.push(it.node());
            }
        }
        waiting.sort_unstable();
        for index in self.live_nodes() {
            let node = &self.nodes[index];
            let runs = node.kind != Kind::Signal; // for a signal, this bit says that it is in an update
            let queued = runs && node.marks.is_queued() && !node.marks.is_disposed();
            let lost = queued && !self.round && waiting.binary_search(&index).is_err();
            ensure!(!lost, "{} is queued in no queue", self.describe(index));
        }
        Ok(())
    }

    /// A node is provisional exactly while it has a snapshot, and only a computed value has one.
    fn check_snapshots(&self) -> Checked {
        for index in self.live_nodes() {
            let node = &self.nodes[index];
            let provisional = node.kind != Kind::Effect && node.marks.is_provisional(); // for an effect, this bit says that it has not run yet
            let known = self.snapshots.contains_key(&index);
            ensure!(
                provisional == known,
                "{} is provisional: {provisional}, with a snapshot: {known}",
                self.describe(index)
            );
        }
        for &index in self.snapshots.keys() {
            let node = self.nodes.get(index);
            let computed = node.is_some_and(|it| it.kind == Kind::Computed);
            ensure!(computed, "{index} has a snapshot, and is no computed value");
        }
        Ok(())
    }

    /// A signal always has a value. A computed value has one too, unless it has never run, is failed, or is being
    /// disposed of. Of the other kinds, only a resource and its parts hold a value.
    fn check_values(&self) -> Checked {
        for index in self.live_nodes() {
            let node = &self.nodes[index];
            let valued = node.version.is_some();
            let right = match node.kind {
                Kind::Signal => valued,
                Kind::Computed => {
                    valued
                        || node.marks.is_stale()
                        || node.marks.is_running()
                        || node.marks.is_failed_or_disposed()
                }
                Kind::Passive | Kind::Resource => true,
                _ => matches!(node.value, Value::Bits(0)),
            };
            ensure!(right, "{} has a value: {valued}", self.describe(index));
        }
        for index in self.live_nodes() {
            let node = &self.nodes[index];
            let failed = node.marks.is_failed_at_rest() && node.kind == Kind::Computed;
            let known = self.known_record(index).is_some();
            let right = failed == known || node.marks.is_running() || node.marks.is_disposed();
            ensure!(
                right,
                "{} is failed: {failed}, and has a record: {known}",
                self.describe(index)
            );
        }
        for &index in self.failures.nodes() {
            let node = self.nodes.get(index);
            let alive = node.is_some_and(|it| it.kind != Kind::Free);
            ensure!(alive, "{index} has a record, and is gone");
        }
        for &index in self.names.given() {
            let node = self.nodes.get(index);
            let alive = node.is_some_and(|it| it.kind != Kind::Free);
            ensure!(alive, "{index} has a name, and is gone");
        }
        Ok(())
    }

    /// No number exceeds the counter that issued it, and no two bodies have the same `order`.
    fn check_numbers(&self) -> Checked {
        let mut orders = Vec::new();
        for index in self.live_nodes() {
            let node = &self.nodes[index];
            ensure!(node.version <= self.clock, "{index} is ahead of the clock");
            if node.order.is_some() {
                orders.push(node.order);
            }
        }
        let made = orders.len();
        ensure!(
            orders.iter().all(|&it| it <= self.orders),
            "a body is ahead of its counter"
        );
        orders.sort_unstable();
        orders.dedup();
        ensure!(orders.len() == made, "two bodies have the same order");
        Ok(())
    }

    /// At rest, no mark, no queue and no stack keeps anything of the last settle.
    fn check_rest(&self) -> Checked {
        for index in self.live_nodes() {
            let node = &self.nodes[index];
            // The closure of a scope or of an update may be running.
            let marks = match node.kind {
                Kind::Scope | Kind::Signal => Marks::NONE,
                _ => node.marks.busy(),
            };
            ensure!(
                marks == Marks::NONE,
                "{} still has the marks {marks}",
                self.describe(index)
            );
            let logged = node.kind == Kind::Signal && node.log_level() != 0;
            ensure!(!logged, "{} is still logged", self.describe(index));
        }
        ensure!(
            self.check_stack.is_empty(),
            "a frame is left on the check stack"
        );
        ensure!(
            self.mark_stack.is_empty(),
            "a link is left on the mark stack"
        );
        ensure!(
            self.schedule.effects.is_empty(),
            "an effect is left in the queue"
        );
        ensure!(
            self.schedule.resources.is_empty(),
            "a resource is left in the queue"
        );
        ensure!(
            self.schedule.spare.is_empty(),
            "the spare queue is not empty"
        );
        ensure!(self.snapshots.is_empty(), "a provisional value is left");
        ensure!(self.callbacks.is_empty(), "a callback is left");
        ensure!(self.log.is_empty(), "the log is not empty");
        ensure!(self.level == 0, "a transaction is left open");
        ensure!(!self.round, "a round is left open");
        ensure!(self.deferred_panics.is_empty(), "a panic is left");
        ensure!(!self.failures.has_refused(), "a refused read is left");
        ensure!(self.context.observer.node.is_none(), "an observer is left");
        ensure!(
            self.context.computing.is_none(),
            "a computed value is left running"
        );
        Ok(())
    }
}
