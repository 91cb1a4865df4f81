//! Colours of a terminal. They are put around texts that are laid out already: an escape sequence takes no column.
//!
//! No other escape sequence is ever in a text, because what comes from data has its control characters escaped.

use crate::document::Document;
use crate::shown::columns_of;

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    Equal,
    Within,
    Different,
    OnlyLeft,
    Identical,
    Changed,
    OnlyRight,
    /// What only guides the eye.
    Faint,
}

impl Paint {
    /// The colour of a verdict.
    pub(super) fn of(document: &Document) -> Paint {
        match (document.equal, document.passed) {
            (true, _) => Paint::Equal,
            (false, true) => Paint::Within,
            (false, false) => Paint::Different,
        }
    }

    /// The text in this colour. The sixteen colours of the terminal are its user's choice, and suit its background.
    pub(super) fn around(self, text: &str) -> String {
        let code = match self {
            Paint::Equal => "1;32",
            Paint::Within => "1;33",
            Paint::Different => "1;31",
            Paint::OnlyLeft => "34",
            Paint::Identical => "90",
            Paint::Changed => "33",
            Paint::OnlyRight => "35",
            Paint::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// The columns that a painted text takes.
pub(super) fn columns_of_painted(text: &str) -> usize {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().map_or(0, columns_of);
    let others = parts.map(|part| part.split_once('m').map_or(0, |(_, shown)| columns_of(shown)));
    first + others.sum::<usize>()
}
