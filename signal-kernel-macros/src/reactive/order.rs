//! Ranks: the order in which nodes can be computed, or the cycles that make it impossible.
//!
//! Invariants: nodes are indices in declaration order; of the nodes that are ready, the one declared first comes first.
//! Time is linear, except for the heap of ready nodes and a bounded search for short cycles. No function recurses.
//!
//! Must not know: names, kinds or spans. The tests use plain vectors.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The number of edges that the search for the shortest cycle may follow: enough to start at each of a thousand nodes
/// that depend on each other. In larger graphs the shortest cycle found by then is reported.
const MOST_EDGES: usize = 4_000_000;

/// `dependencies[n]` lists the nodes that `n` reads. An error holds cycles that share no node: the shortest one, the
/// shortest one without its nodes, and so on. The path of a cycle starts at the node declared first.
pub(crate) fn order(dependencies: &[Vec<usize>]) -> Result<Vec<usize>, Vec<Vec<usize>>> {
    let mut dependents = vec![Vec::new(); dependencies.len()];
    for (node, reads) in dependencies.iter().enumerate() {
        for &read in reads {
            dependents[read].push(node);
        }
    }
    let missing: Vec<usize> = dependencies.iter().map(Vec::len).collect();
    let ready = (0..missing.len()).filter(|&node| missing[node] == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = ready.map(Reverse).collect();
    let mut search = Search {
        dependencies,
        missing,
        first: 0,
        came_from: vec![None; dependencies.len()],
        edges_left: MOST_EDGES,
    };
    let mut order = Vec::with_capacity(dependencies.len());
    let mut cycles = Vec::new();
    loop {
        while let Some(Reverse(node)) = ready.pop() {
            order.push(node);
            for &dependent in &dependents[node] {
                let missing = &mut search.missing[dependent];
                if *missing > 0 {
                    *missing -= 1;
                    if *missing == 0 {
                        ready.push(Reverse(dependent));
                    }
                }
            }
        }
        if order.len() == dependencies.len() {
            break;
        }
        let cycle = search.shortest_cycle();
        // The nodes of the cycle count as computed, since the others may contain another cycle.
        for &node in &cycle {
            search.missing[node] = 0;
            ready.push(Reverse(node));
        }
        cycles.push(cycle);
    }
    if cycles.is_empty() {
        return Ok(order);
    }
    cycles.sort_by_key(|cycle| cycle[0]);
    Err(cycles)
}

/// A search among the waiting nodes. Each of them reads a waiting node, so there is a cycle.
struct Search<'a> {
    dependencies: &'a [Vec<usize>],
    /// By node: the number of its dependencies that are not computed yet. A node waits while there are any.
    missing: Vec<usize>,
    /// No node before this one waits.
    first: usize,
    /// By node: the node from which a search reached it. All `None` between two searches.
    came_from: Vec<Option<usize>>,
    /// The number of edges that may still be followed.
    edges_left: usize,
}

impl Search<'_> {
    /// Of equally short cycles, the one through the node declared first.
    fn shortest_cycle(&mut self) -> Vec<usize> {
        while self.missing[self.first] == 0 {
            self.first += 1;
        }
        let mut shortest: Option<Vec<usize>> = None;
        for start in self.first..self.missing.len() {
            if self.edges_left == 0 {
                break;
            }
            if self.missing[start] == 0 {
                continue;
            }
            let limit = shortest.as_ref().map_or(usize::MAX, Vec::len);
            if let Some(cycle) = self.cycle_through(start, limit) {
                shortest = Some(cycle);
            }
        }
        shortest.unwrap_or_else(|| self.any_cycle())
    }

    /// Searches breadth first for a path of fewer than `limit` edges that leads back to the start.
    fn cycle_through(&mut self, start: usize, limit: usize) -> Option<Vec<usize>> {
        let mut reached = vec![(start, 1)];
        let mut next = 0;
        let mut last = None;
        'search: while let Some(&(node, length)) = reached.get(next) {
            next += 1;
            if length >= limit || self.edges_left == 0 {
                break;
            }
            for &read in &self.dependencies[node] {
                self.edges_left = self.edges_left.saturating_sub(1);
                if read == start {
                    last = Some(node);
                    break 'search;
                }
                if self.missing[read] > 0 && self.came_from[read].is_none() {
                    self.came_from[read] = Some(node);
                    reached.push((read, length + 1));
                }
            }
        }
        let cycle = last.map(|last| {
            let mut cycle: Vec<usize> =
                std::iter::successors(Some(last), |&node| self.came_from[node]).collect();
            cycle.reverse();
            cycle
        });
        for (node, _) in reached {
            self.came_from[node] = None;
        }
        cycle
    }

    /// Follows waiting dependencies, from the first waiting node until a node repeats.
    fn any_cycle(&mut self) -> Vec<usize> {
        let mut path = vec![self.first];
        let mut node = self.first;
        let repeated = loop {
            let mut reads = self.dependencies[node].iter().copied();
            let waiting = reads.find(|&read| self.missing[read] > 0);
            let read = waiting.expect("a node that waits reads another one");
            if read == self.first || self.came_from[read].is_some() {
                break read;
            }
            self.came_from[read] = Some(node);
            path.push(read);
            node = read;
        };
        for &node in &path {
            self.came_from[node] = None;
        }
        let start = path.iter().position(|&node| node == repeated);
        let mut cycle = path.split_off(start.unwrap_or(0));
        let first_declared = (0..cycle.len()).min_by_key(|&at| cycle[at]);
        cycle.rotate_left(first_declared.unwrap_or(0));
        cycle
    }
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn dependencies_come_first_and_ties_go_by_declaration() {
        for (dependencies, expected) in [
            (vec![], vec![]),
            (vec![vec![], vec![], vec![]], vec![0, 1, 2]),
            (vec![vec![2], vec![], vec![]], vec![1, 2, 0]),
            (vec![vec![1], vec![2], vec![]], vec![2, 1, 0]),
            (
                vec![vec![3], vec![], vec![0, 1], vec![1, 1]],
                vec![1, 3, 0, 2],
            ),
        ] {
            assert_eq!(order(&dependencies), Ok(expected));
        }
    }

    #[test]
    fn the_shortest_cycles_are_found() {
        for (dependencies, expected) in [
            // a node on itself
            (vec![vec![], vec![1]], vec![vec![1]]),
            // two nodes, the path starts at the first declared
            (vec![vec![1], vec![0]], vec![vec![0, 1]]),
            // a short way round and a long one
            (
                vec![vec![1, 2], vec![2], vec![3], vec![0]],
                vec![vec![0, 2, 3]],
            ),
            // two separate cycles, and nodes which only depend on them
            (
                vec![vec![5], vec![2], vec![1], vec![4], vec![3, 1], vec![]],
                vec![vec![1, 2], vec![3, 4]],
            ),
            // reached from outside first
            (vec![vec![2], vec![], vec![3], vec![2]], vec![vec![2, 3]]),
            // a figure of eight: both cycles go through one node
            (vec![vec![1], vec![0, 2], vec![1]], vec![vec![0, 1]]),
            // the shortest need not go through the first declared node
            (
                vec![vec![1], vec![2], vec![3, 0], vec![2]],
                vec![vec![2, 3]],
            ),
            // two that share no node, though each leads to the other
            (
                vec![vec![1], vec![0, 2], vec![3], vec![2, 0]],
                vec![vec![0, 1], vec![2, 3]],
            ),
        ] {
            assert_eq!(order(&dependencies), Err(expected));
        }
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let count = 200_000;
        let mut chain: Vec<Vec<usize>> = (1..count).map(|next| vec![next]).collect();
        chain.push(vec![]);
        let forward: Vec<usize> = (0..count).rev().collect();
        assert_eq!(order(&chain), Ok(forward));
        chain[count - 1].push(0);
        assert_eq!(order(&chain), Err(vec![(0..count).collect()]));
    }
    #[test]
    fn every_cycle_is_found_also_where_the_search_for_short_ones_has_ended() {
        let pairs = 10_000;
        let pair = |node: usize| vec![node ^ 1];
        let dependencies: Vec<Vec<usize>> = (0..2 * pairs).map(pair).collect();
        let cycles: Vec<Vec<usize>> = (0..pairs).map(|at| vec![2 * at, 2 * at + 1]).collect();
        assert_eq!(order(&dependencies), Err(cycles));
    }

    #[test]
    fn one_cycle_is_found_however_many_nodes_depend_on_it() {
        let count = 200_000;
        let mut chain: Vec<Vec<usize>> = (1..count).map(|next| vec![next]).collect();
        chain.push(vec![count - 2]);
        assert_eq!(order(&chain), Err(vec![vec![count - 2, count - 1]]));
    }
}
