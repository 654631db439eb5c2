//! Ranks: the order in which nodes can be computed, or the cycles that make it impossible.
//!
//! Invariants: nodes are indices in declaration order, and among nodes that are ready the one declared
//! first goes first. Time is linear but for the heap that keeps this promise; nothing recurses.
//!
//! Must not know: names, kinds or spans. Its tests are plain vectors.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// `dependencies[n]` lists what `n` reads. On failure there is one path for each separate tangle: the
/// shortest cycle through its first declared node, starting there and closing back on it.
pub(crate) fn order(dependencies: &[Vec<usize>]) -> Result<Vec<usize>, Vec<Vec<usize>>> {
    let mut dependents = vec![Vec::new(); dependencies.len()];
    for (node, reads) in dependencies.iter().enumerate() {
        for &read in reads {
            dependents[read].push(node);
        }
    }
    let mut missing: Vec<usize> = dependencies.iter().map(Vec::len).collect();
    let mut ready: BinaryHeap<Reverse<usize>> = missing
        .iter()
        .enumerate()
        .filter(|&(_, &missing)| missing == 0)
        .map(|(node, _)| Reverse(node))
        .collect();

    let mut order = Vec::with_capacity(dependencies.len());
    while let Some(Reverse(node)) = ready.pop() {
        order.push(node);
        for &dependent in &dependents[node] {
            missing[dependent] -= 1;
            if missing[dependent] == 0 {
                ready.push(Reverse(dependent));
            }
        }
    }
    if order.len() == dependencies.len() {
        return Ok(order);
    }
    Err(cycles(dependencies))
}

/// One path per tangle, in the order of their first declared nodes.
fn cycles(dependencies: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let component = components(dependencies);
    let mut seen = vec![false; dependencies.len()];
    let mut paths = Vec::new();
    for first in 0..dependencies.len() {
        if !seen[component[first]] {
            seen[component[first]] = true;
            paths.extend(shortest_cycle(first, dependencies, &component));
        }
    }
    paths
}

/// Breadth first through the tangle of `start` until an edge leads back to it.
fn shortest_cycle(
    start: usize,
    dependencies: &[Vec<usize>],
    component: &[usize],
) -> Option<Vec<usize>> {
    let mut came_from = std::collections::HashMap::from([(start, start)]);
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &read in &dependencies[node] {
            if read == start {
                let mut path = vec![node];
                let mut at = node;
                while at != start {
                    at = came_from[&at];
                    path.push(at);
                }
                path.reverse();
                return Some(path);
            }
            if component[read] == component[start] && !came_from.contains_key(&read) {
                came_from.insert(read, node);
                queue.push_back(read);
            }
        }
    }
    None
}

/// Tarjan's strongly connected components with a stack of our own: the number of each node's component.
fn components(dependencies: &[Vec<usize>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let count = dependencies.len();
    let mut component = vec![NONE; count];
    let mut visited = vec![NONE; count];
    let mut lowest = vec![0; count];
    let mut open = Vec::new();
    let mut calls: Vec<(usize, usize)> = Vec::new();
    let mut visits = 0;
    let mut found = 0;

    for root in 0..count {
        if visited[root] == NONE {
            calls.push((root, 0));
        }
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                visited[node] = visits;
                lowest[node] = visits;
                visits += 1;
                open.push(node);
            } else {
                // Back from the edge before: what that dependency reached, this node reaches.
                let read = dependencies[node][edge - 1];
                if component[read] == NONE {
                    lowest[node] = lowest[node].min(lowest[read]);
                }
            }
            if let Some(&read) = dependencies[node].get(edge) {
                calls.push((node, edge + 1));
                if visited[read] == NONE {
                    calls.push((read, 0));
                } else if component[read] == NONE {
                    lowest[node] = lowest[node].min(visited[read]);
                }
            } else if lowest[node] == visited[node] {
                while let Some(member) = open.pop() {
                    component[member] = found;
                    if member == node {
                        break;
                    }
                }
                found += 1;
            }
        }
    }
    component
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
    fn each_tangle_gives_its_shortest_cycle() {
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
            // two separate tangles, and nodes which only hang on them
            (
                vec![vec![5], vec![2], vec![1], vec![4], vec![3, 1], vec![]],
                vec![vec![1, 2], vec![3, 4]],
            ),
            // reached from outside first
            (vec![vec![2], vec![], vec![3], vec![2]], vec![vec![2, 3]]),
            // a figure of eight is one tangle
            (vec![vec![1], vec![0, 2], vec![1]], vec![vec![0, 1]]),
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
}
