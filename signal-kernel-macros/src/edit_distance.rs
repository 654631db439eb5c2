//! "Did you mean": the candidate closest to a misspelt word.
//!
//! Invariants: the answer depends on the words alone, and of equally close candidates the first wins.
//!
//! Must not know: the meaning of the words.

/// Words longer than this are not compared: the cost is the product of both lengths.
const LONGEST: usize = 64;

/// The closest candidate, if at most a third of the word's letters are wrong.
pub(crate) fn similar<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word: Vec<char> = word.chars().collect();
    let limit = word.len().max(3) / 3;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let letters: Vec<char> = candidate.chars().collect();
        if letters.len().max(word.len()) > LONGEST || letters.len().abs_diff(word.len()) > limit {
            continue;
        }
        let distance = distance(&word, &letters);
        let closest = best.map_or(limit + 1, |(least, _)| least);
        // A word that shares no letter is no misspelling, however short it is.
        if distance < closest && distance < letters.len() {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Edits between two words; swapping two neighbours is one edit.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn slips_are_found_and_other_words_are_not() {
        let nodes = ["qty", "price", "total"];
        for (word, expected) in [
            ("qyt", Some("qty")),
            ("qt", Some("qty")),
            ("prise", Some("price")),
            ("totals", Some("total")),
            ("t", None),
            ("cost", None),
            ("", None),
        ] {
            assert_eq!(similar(word, nodes), expected, "{word}");
        }
    }
}
