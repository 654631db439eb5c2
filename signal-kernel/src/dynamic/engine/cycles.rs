//! Cycles: the path of the check stack, and the nodes that a cycle leaves open.
//!
//! Invariants: on the check stack, each node depends on the next one.
//!
//! Must not know: `run`, `settle`, and the outcome of a check.

use super::{read_error::Cycle, runtime::Runtime};
use crate::dynamic::graph::{
    checks::{Frame, UNTRACKED},
    ids::{NodeId, RunId},
    marks::Kind,
};

impl Runtime {
    /// Names the path to a read that is too deep: `node` would run inside all bodies that run now.
    #[cold]
    pub(crate) fn too_deep(&self, node: NodeId) -> String {
        let running = self.context.running;
        let mut path: Vec<NodeId> = self.check_stack.iter().map(|it| it.node).collect();
        path.extend([running, node].into_iter().filter(|&node| node.is_some()));
        path.dedup_by_key(|node| self.known_as(*node));
        let count = path.len();
        let mut names: Vec<String> = Vec::new();
        for (at, &node) in path.iter().enumerate() {
            match (at, count - at) {
                (0..3, _) | (_, 0..=3) => names.push(self.name(self.known_as(node))),
                (3, _) => names.push(format!("{} more", count - 6)),
                _ => {}
            }
        }
        names.join(" -> ")
    }

    /// Returns whether a `try_` read leads to this node, on the part of the check stack above the last read by a body.
    /// A panic of the node goes no further than that `try_` read.
    #[cold]
    pub(crate) fn is_tried(&self, mut node: NodeId) -> bool {
        for frame in self.check_stack.iter().rev() {
            match self.links.get(frame.link) {
                Some(link) if link.dep == node && link.seen.is_tried() => return true,
                Some(link) if link.dep == node => node = frame.node,
                _ => break,
            }
        }
        false
    }

    /// Returns the cycle that `from` closes by depending on `to`, which is being computed.
    #[cold]
    pub(crate) fn cycle(&mut self, from: NodeId, to: NodeId) -> Cycle {
        // On the check stack, each node depends on the next one: nodes being checked, and nodes whose bodies have begun
        // a pull.
        let mut path: Vec<NodeId> = self.check_stack.iter().map(|it| it.node).collect();
        path.push(from);
        let start = path.iter().position(|&node| node == to).unwrap_or(0);
        let mut path: Vec<NodeId> = path[start..].iter().map(|&it| self.known_as(it)).collect();
        path.dedup();
        if path.len() > 1 && path.first() == path.last() {
            path.pop(); // the cycle begins in the middle of a resource
        }
        let to = path[0];
        let mut names: Vec<String> = path.into_iter().map(|node| self.name(node)).collect();
        let text = match &names[..] {
            [_] => format!("{} reads itself", self.describe(to)),
            [first, ..] => {
                let back = first.clone();
                names.push(back);
                let text = format!("cyclic dependency: {}", names.join(" -> "));
                names.pop();
                text
            }
            [] => unreachable!("a cycle has a node"),
        };
        let cycle = Cycle::new(names, text);
        self.failures.note(&cycle);
        cycle
    }

    /// Abandons the check of a node because of a cycle. A computed value with an earlier result loses its marks: later
    /// changes then pass through it to the refused readers.
    #[cold]
    pub(crate) fn abandon_frame(&mut self, index: NodeId) {
        self.nodes[index].marks.end_check();
        let node = &self.nodes[index];
        if node.kind == Kind::Computed && !node.marks.is_running() {
            self.leave_open(index, RunId::NONE);
            self.nodes[index].marks.clear_stale();
        }
    }

    /// The check of `at` has reached a node that is being checked already: the nodes checked since then are current
    /// only if that node is.
    #[cold]
    pub(crate) fn leave_cycle_open(&mut self, at: &Frame, base: usize, to: NodeId) {
        let since = self.check_stack[base..]
            .iter()
            .rev()
            .map(|frame| frame.node);
        let round: Vec<NodeId> = since.take_while(|&node| node != to).collect();
        for node in round.into_iter().chain([at.node]) {
            if node != to && self.nodes[node].kind == Kind::Computed {
                self.leave_open(node, self.runs);
            }
        }
    }

    /// Returns whether an untracked reader stands on the check stack: a peek or a cleanup.
    pub(crate) fn has_untracked_reader(&self) -> bool {
        self.check_stack.iter().any(|frame| frame.link == UNTRACKED)
    }
}
