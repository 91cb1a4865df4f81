//! What can be wrong with a predicate, in words for whoever wrote it.

use thiserror::Error;

/// What a predicate may hold, for hints.
pub const SUPPORTED: &str = "comparisons of a column with a literal, [not] in, [not] between, is [not] null, [not] like 'prefix%', \
     and, or, not and parentheses are supported; for anything else filter the data first";

/// Bytes of the text that messages show from where something is wrong.
const SHOWN: usize = 40;

/// Why a predicate cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PredicateError {
    /// Text that is not a predicate.
    #[error("{what}, at character {character}: {near}")]
    Unreadable {
        /// What is wrong.
        what: String,
        /// Where, counted from 1.
        character: usize,
        /// The text from there on.
        near: String,
    },
    /// Something that Spark may understand and this does not.
    #[error("{what}, at character {character}: {near}")]
    Unsupported {
        /// What it is.
        what: String,
        /// Where, counted from 1.
        character: usize,
        /// The text from there on.
        near: String,
    },
    /// A name that no column has.
    #[error("{name} is not a column")]
    UnknownColumn {
        /// The name as it was written.
        name: String,
    },
    /// A column and literals that have no rule in common.
    #[error("{what}")]
    NoRule {
        /// Which, with their types.
        what: String,
        /// What to write instead.
        hint: String,
    },
}

impl PredicateError {
    pub(super) fn unreadable(text: &str, at: usize, what: impl Into<String>) -> Self {
        let (character, near) = place(text, at);
        PredicateError::Unreadable {
            what: what.into(),
            character,
            near,
        }
    }

    pub(super) fn unsupported(text: &str, at: usize, what: impl Into<String>) -> Self {
        let (character, near) = place(text, at);
        PredicateError::Unsupported {
            what: what.into(),
            character,
            near,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            PredicateError::NoRule { hint, .. } => hint.clone(),
            PredicateError::Unreadable { .. } | PredicateError::Unsupported { .. } => SUPPORTED.to_owned(),
            PredicateError::UnknownColumn { .. } => {
                "write names with anything but letters, digits and underscores in backquotes".to_owned()
            }
        }
    }
}

/// A place as messages tell it: the number of the character, and the text from there on.
fn place(text: &str, at: usize) -> (usize, String) {
    let before = text.get(..at).unwrap_or(text);
    let rest = &text[before.len()..];
    let near = if rest.is_empty() {
        "the end".to_owned()
    } else if rest.chars().count() > SHOWN {
        format!("{}…", rest.chars().take(SHOWN).collect::<String>())
    } else {
        rest.to_owned()
    };
    (before.chars().count() + 1, near)
}
