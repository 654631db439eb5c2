//! The names of a graph's nodes, by which a graph around finds them.
//!
//! A macro does not see the graph inside, so it asks for a name by its hash, in a constant: a binary search over numbers
//! takes rustc no time, a comparison of strings would.
//!
//! Must not know: what stands at a position.

/// The names of a graph, as hashes in ascending order, each with the position of the node.
#[derive(Debug)]
pub struct Names {
    /// The hash of each name: FNV-1a.
    pub hashes: &'static [u64],
    /// The position of each; `u32::MAX` for a plain field.
    pub positions: &'static [u32],
}

/// All of a graph, in place of a position.
pub const WHOLE: usize = usize::MAX;
/// The effects of a graph, in place of a position: are there any to run?
pub const EFFECTS: usize = usize::MAX - 1;
/// The keys that are in a list, in place of a position.
pub const MEMBERS: usize = usize::MAX - 2;
/// The keys that are in a list, and their order, in place of a position.
pub const ORDER: usize = usize::MAX - 3;
/// A field, in place of a position: it never changes.
pub const NOTHING: usize = usize::MAX - 4;

/// The position of the node with this hash. A name that is unknown is that of a method of the user, which may read all of
/// the graph.
pub const fn position(names: &Names, hash: u64) -> usize {
    let (mut low, mut high) = (0, names.hashes.len());
    while low < high {
        let middle = (low + high) / 2;
        if names.hashes[middle] == hash {
            return match names.positions[middle] {
                u32::MAX => NOTHING,
                position => position as usize,
            };
        }
        if names.hashes[middle] < hash {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    WHOLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_its_hash() {
        let names = Names {
            hashes: &[1, 5, 6, 900],
            positions: &[3, u32::MAX, 0, 7],
        };
        let found = [1, 5, 6, 900, 0, 2, 901].map(|hash| position(&names, hash));
        assert_eq!(found, [3, NOTHING, 0, 7, WHOLE, WHOLE, WHOLE]);
    }
}
