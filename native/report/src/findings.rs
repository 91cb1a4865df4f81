//! What the short renderings of a document list, and the words for it: the verdict, the rows by kind, and the columns
//! that differ most, each with what changed and an example.

use crate::change::Cells;
use crate::document::{CellSample, ColumnResult, Document};
use crate::figures::{grouped, percent};
use crate::nature::nature;
use crate::shown::{LISTED_KEYS, MASKED, PAGE};
use std::fmt;

/// Columns and names that are listed; the document has all of them.
pub const LISTED: usize = 20;

/// The verdict in a word, or in a few where thresholds let differences pass.
pub fn verdict(document: &Document) -> &'static str {
    match (document.equal, document.passed) {
        (true, _) => "Equal",
        (false, true) => "Different, within the thresholds",
        (false, false) => "Different",
    }
}

/// All rows there are, by kind, in the order of a picture of them: a matched pair is one row.
pub fn kinds(document: &Document) -> [(&'static str, u64); 4] {
    let c = &document.counts;
    [
        ("only left", c.only_left),
        ("identical", c.identical),
        ("changed", c.changed),
        ("only right", c.only_right),
    ]
}

/// What else is to be known of the rows, as sentences without an end.
pub fn remarks(document: &Document) -> Vec<String> {
    let c = &document.counts;
    let both = [
        ("keys with several rows", c.duplicate_keys_left, c.duplicate_keys_right),
        ("rows with a null in the key", c.null_keys_left, c.null_keys_right),
    ];
    let found = both.into_iter().filter(|(_, left, right)| left + right > 0);
    found
        .map(|(what, left, right)| format!("{what}: {} left, {} right", grouped(left), grouped(right)))
        .collect()
}

/// A column that differs.
pub struct Mismatched<'a> {
    /// The column.
    pub column: &'a ColumnResult,
    /// How many of its cells differ.
    pub mismatches: String,
    /// Their share of the matched rows.
    pub share: String,
    /// What changed, in words.
    pub what: Option<String>,
    /// The changed cell that shows it best.
    pub example: Option<&'a CellSample>,
}

impl<'a> Mismatched<'a> {
    /// What there is to say of a column that differs.
    pub fn of(column: &'a ColumnResult) -> Self {
        let nature = nature(column);
        Mismatched {
            column,
            mismatches: grouped(column.mismatches),
            share: percent(column.rate),
            what: match column.masked {
                true => Some(MASKED.to_owned()),
                false => nature.words,
            },
            example: nature.example,
        }
    }
}

/// The columns that differ most, at most `listed`, and how many more do.
pub fn mismatched_columns(document: &Document, listed: usize) -> (Vec<Mismatched<'_>>, usize) {
    let worst = document.worst_columns();
    let more = worst.len().saturating_sub(listed);
    let listed = worst.into_iter().take(listed).map(Mismatched::of);
    (listed.collect(), more)
}

/// A changed cell, in the form of a page.
pub struct Example {
    /// Names and values of the row's key; null is `None`.
    pub key: Vec<(String, Option<String>)>,
    /// Columns of the key that are left out.
    pub more_keys: usize,
    /// Both values.
    pub values: Cells,
}

impl Example {
    /// The changed cell that a column shows, with this much room for each of its texts.
    pub fn of(document: &Document, mismatched: &Mismatched<'_>, room: usize) -> Option<Example> {
        let (column, sample) = (mismatched.column, mismatched.example?);
        let key = sample.key.iter().take(LISTED_KEYS).map(|(name, value)| {
            let value = match document.is_masked(name) {
                true => Some(MASKED.to_owned()),
                false => value.as_deref().map(|value| PAGE.cut(value, room)),
            };
            (PAGE.cut(name, room), value)
        });
        let types = [column.left_type.as_str(), column.right_type.as_str()];
        Some(Example {
            key: key.collect(),
            more_keys: sample.key.len().saturating_sub(LISTED_KEYS),
            values: PAGE.cells([sample.left.as_deref(), sample.right.as_deref()], types, room),
        })
    }
}

impl fmt::Display for Example {
    /// `id=1: 2.00 → 2.25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |value: &Option<String>| value.as_deref().unwrap_or("null").to_owned();
        let key = self.key.iter().map(|(name, text)| format!("{name}={}", value(text)));
        let more = (self.more_keys > 0).then(|| "…".to_owned());
        let key: Vec<String> = key.chain(more).collect();
        let [left, right] = self.values.each_ref().map(value);
        write!(f, "{}: {left} → {right}", key.join(", "))
    }
}
