//! The kinds of node, and the words for each: keyword, noun, article, letter.
//!
//! Must not know: anything but these words.

/// The kind of an item of a graph. A field is no node, but is declared and read like one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NodeKind {
    Field,
    Signal,
    Computed,
    Resource,
    Effect,
    /// A graph inside.
    Graph,
    /// A list of graphs inside.
    List,
}

impl NodeKind {
    /// In the order in which an error lists the keywords.
    pub(crate) const ALL: [Self; 7] = [
        Self::Field,
        Self::Signal,
        Self::Computed,
        Self::Resource,
        Self::Effect,
        Self::Graph,
        Self::List,
    ];

    /// The words that start an item.
    pub(crate) const KEYWORDS: [&str; 7] = [
        "let", "signal", "computed", "resource", "effect", "graph", "list",
    ];

    pub(crate) fn from_keyword(word: &str) -> Option<Self> {
        let at = Self::KEYWORDS.iter().position(|known| *known == word)?;
        Some(Self::ALL[at])
    }

    pub(crate) fn keyword(self) -> &'static str {
        Self::KEYWORDS[self as usize]
    }

    /// The name of the kind in messages and documentation.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Computed => "computed value",
            Self::Signal | Self::Resource | Self::Effect | Self::Graph | Self::List => {
                self.keyword()
            }
        }
    }

    pub(crate) fn article(self) -> &'static str {
        match self {
            Self::Effect => "an",
            _ => "a",
        }
    }

    /// The letter of the kind in the runtime's table of nodes. A lazy computed value has its own letter; a field has no
    /// entry.
    pub(crate) fn letter(self, lazy: bool) -> u8 {
        match self {
            Self::Computed if lazy => b'l',
            // For the runtime, a list is a graph inside.
            Self::List => b'g',
            _ => self.keyword().as_bytes()[0],
        }
    }

    /// Whether the state of a graph can hold it.
    pub(crate) fn has_state(self) -> bool {
        matches!(self, Self::Signal | Self::Graph | Self::List)
    }

    /// Whether the declaration may omit the value: the item is then a parameter of `new`.
    pub(crate) fn is_source(self) -> bool {
        matches!(self, Self::Field | Self::Signal)
    }
}

#[cfg(test)]
mod tests {
    use super::NodeKind;

    #[test]
    fn each_kind_is_known_by_its_keyword() {
        for kind in NodeKind::ALL {
            assert_eq!(NodeKind::from_keyword(kind.keyword()), Some(kind));
        }
        let letters = NodeKind::ALL.map(|kind| kind.letter(false));
        assert_eq!(letters[1..], *b"scregg");
    }
}
