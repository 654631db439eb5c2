//! A set of ranks, as the bits of words.
//!
//! Must not know: nodes, graphs.

/// A set of ranks below `64 * W`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mask<const W: usize> {
    /// The loops take whole words out and put them back.
    pub(super) words: [u64; W],
}

/// The bit of a rank in its word.
#[inline(always)]
pub(super) const fn bit(rank: usize) -> u64 {
    1 << (rank % 64)
}

impl<const W: usize> Mask<W> {
    pub(super) const EMPTY: Self = Mask { words: [0; W] };

    #[inline(always)]
    pub(super) fn has(&self, rank: usize) -> bool {
        self.words[rank / 64] & bit(rank) != 0
    }

    pub(super) fn insert(&mut self, rank: usize) {
        self.words[rank / 64] |= bit(rank);
    }

    /// Removes a rank. Returns whether it was there.
    pub(super) fn take(&mut self, rank: usize) -> bool {
        let was = self.has(rank);
        self.words[rank / 64] &= !bit(rank);
        was
    }

    /// Removes a rank and all lower ranks in its word.
    pub(super) fn remove_up_to(&mut self, rank: usize) {
        self.words[rank / 64] &= !(bit(rank) | (bit(rank) - 1));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    pub(super) fn lowest(&self) -> Option<usize> {
        let word = self.first_word(0)?;
        Some(word * 64 + self.words[word].trailing_zeros() as usize)
    }

    pub(super) fn highest(&self) -> Option<usize> {
        let word = self.words.iter().rposition(|&word| word != 0)?;
        Some(word * 64 + 63 - self.words[word].leading_zeros() as usize)
    }

    /// The first word that is not empty, from this one on. Most words of a large mask are empty, so several are tested
    /// at once.
    #[inline]
    pub(super) fn first_word(&self, mut from: usize) -> Option<usize> {
        while let Some(words) = self.words.get(from..from + 8) {
            if words.iter().fold(0, |all, word| all | word) != 0 {
                break;
            }
            from += 8;
        }
        let word = self.words.get(from..)?.iter().position(|&word| word != 0)?;
        Some(from + word)
    }

    /// The ranks that are in one of the sets.
    pub(super) fn or(&self, other: &Self) -> Self {
        Mask {
            words: std::array::from_fn(|word| self.words[word] | other.words[word]),
        }
    }

    /// The ranks that are in both sets.
    pub(super) fn and(&self, other: &Self) -> Self {
        Mask {
            words: std::array::from_fn(|word| self.words[word] & other.words[word]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask<const W: usize>(ranks: &[usize]) -> Mask<W> {
        let mut mask = Mask::EMPTY;
        ranks.iter().for_each(|&rank| mask.insert(rank));
        mask
    }

    #[test]
    fn a_rank_is_in_the_mask_until_it_is_taken() {
        let mut mask = mask::<2>(&[3, 64, 127]);
        assert!(mask.has(64) && !mask.has(0) && !mask.has(65));
        assert!(mask.take(64) && !mask.take(64));
        assert!(!mask.has(64) && mask.has(3) && mask.has(127));
        assert!(!mask.is_empty() && Mask::<2>::EMPTY.is_empty());
    }

    #[test]
    fn the_ends_are_found_in_any_word() {
        for (low, high) in [(0, 0), (5, 700), (63, 64), (600, 600), (1279, 1279)] {
            let mask = mask::<20>(&[low, high]);
            assert_eq!((mask.lowest(), mask.highest()), (Some(low), Some(high)));
            assert_eq!(mask.first_word(0), Some(low / 64));
            assert_eq!(mask.first_word(low / 64), Some(low / 64));
            assert_eq!(mask.first_word(high / 64 + 1), None);
        }
        assert_eq!(Mask::<20>::EMPTY.lowest(), None);
        assert_eq!(Mask::<20>::EMPTY.highest(), None);
    }

    #[test]
    fn ranks_up_to_one_are_those_of_its_word() {
        let mut it = mask::<2>(&[1, 64, 70, 71, 127]);
        it.remove_up_to(70);
        assert_eq!(it, mask(&[1, 71, 127]));
        it.remove_up_to(127);
        assert_eq!(it, mask(&[1]));
    }

    #[test]
    fn and_is_what_both_have() {
        assert_eq!(
            mask::<2>(&[1, 2, 80]).and(&mask(&[2, 3, 80, 81])),
            mask(&[2, 80])
        );
    }
}
