//! Ranks: the order in which nodes can be computed, or the cycles that make it impossible.
//!
//! Invariants: nodes are indices in declaration order, and among nodes that are ready the one declared
//! first goes first. Time is linear but for the heap that keeps this promise; nothing recurses.
//!
//! Must not know: names, kinds or spans. Its tests are plain vectors.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// `dependencies[n]` lists what `n` reads. On failure there are cycles, which share no node: of each
/// tangle the shortest, and what else goes round without it. A path starts at its first declared node and
/// closes back on it.
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

/// How many edges may be followed in search of ever shorter cycles: enough to try every start in a tangle
/// of a thousand nodes. In larger ones the shortest of those found so far is reported.
const PATIENCE: usize = 4_000_000;

/// Cycles that share no node, each the shortest of what is left of its tangle; by their first declared nodes.
fn cycles(dependencies: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut left = dependencies.to_vec();
    let mut patience = PATIENCE;
    let mut paths = Vec::new();
    loop {
        let component = components(&left);
        let found = tangles(&left, &component, &mut patience);
        for node in found.iter().flatten() {
            left[*node].clear();
        }
        let gone = found.is_empty() || patience == 0;
        paths.extend(found);
        if gone {
            break;
        }
    }
    paths.sort_by_key(|path| path[0]);
    paths
}

/// The shortest cycle of each tangle; of equally short ones that of the node declared first.
fn tangles(
    dependencies: &[Vec<usize>],
    component: &[usize],
    patience: &mut usize,
) -> Vec<Vec<usize>> {
    let mut shortest: Vec<Option<Vec<usize>>> = vec![None; dependencies.len()];
    let mut came_from = vec![usize::MAX; dependencies.len()];
    for start in 0..dependencies.len() {
        let best = &mut shortest[component[start]];
        if *patience == 0 && best.is_some() {
            continue;
        }
        let limit = best.as_ref().map_or(usize::MAX, Vec::len);
        let path = cycle(
            start,
            limit,
            dependencies,
            component,
            &mut came_from,
            patience,
        );
        if path.is_some() {
            *best = path;
        }
    }
    shortest.into_iter().flatten().collect()
}

/// Breadth first through the tangle of `start` until an edge leads back to it in fewer than `limit` steps.
/// `came_from` is empty before and after.
fn cycle(
    start: usize,
    limit: usize,
    dependencies: &[Vec<usize>],
    component: &[usize],
    came_from: &mut [usize],
    patience: &mut usize,
) -> Option<Vec<usize>> {
    const NONE: usize = usize::MAX;
    came_from[start] = start;
    let mut reached = vec![(start, 1)];
    let mut next = 0;
    let mut last = None;
    'search: while let Some(&(node, length)) = reached.get(next) {
        next += 1;
        if length >= limit {
            break;
        }
        for &read in &dependencies[node] {
            *patience = patience.saturating_sub(1);
            if read == start {
                last = Some(node);
                break 'search;
            }
            if component[read] == component[start] && came_from[read] == NONE {
                came_from[read] = node;
                reached.push((read, length + 1));
            }
        }
    }
    let path = last.map(|last| {
        let mut path = vec![last];
        while path[path.len() - 1] != start {
            path.push(came_from[path[path.len() - 1]]);
        }
        path.reverse();
        path
    });
    for (node, _) in reached {
        came_from[node] = NONE;
    }
    path
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
            // two separate tangles, and nodes which only hang on them
            (
                vec![vec![5], vec![2], vec![1], vec![4], vec![3, 1], vec![]],
                vec![vec![1, 2], vec![3, 4]],
            ),
            // reached from outside first
            (vec![vec![2], vec![], vec![3], vec![2]], vec![vec![2, 3]]),
            // a figure of eight: both go through one node
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
}
