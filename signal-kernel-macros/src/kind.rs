//! The kinds of node, and all that is said of each in one word.
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
}

impl NodeKind {
    /// The order of the error that lists the keywords.
    pub(crate) const ALL: [Self; 5] = [
        Self::Field,
        Self::Signal,
        Self::Computed,
        Self::Resource,
        Self::Effect,
    ];

    /// The words that start an item.
    pub(crate) const KEYWORDS: [&str; 5] = ["let", "signal", "computed", "resource", "effect"];

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
            Self::Signal | Self::Resource | Self::Effect => self.keyword(),
        }
    }

    pub(crate) fn article(self) -> &'static str {
        match self {
            Self::Effect => "an",
            _ => "a",
        }
    }

    /// The letter of the kind in the runtime's table of nodes, where a lazy computed value has one of its own. Fields
    /// are not in that table.
    pub(crate) fn letter(self, lazy: bool) -> u8 {
        match self {
            Self::Computed if lazy => b'l',
            _ => self.keyword().as_bytes()[0],
        }
    }

    /// Without a value the item is a parameter of `new`.
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
        assert_eq!(letters[1..], *b"scre");
    }
}
