//! What the short renderings of a document list: the verdict, the counts, and the columns that differ most, each with an
//! example.

use crate::change::Cells;
use crate::document::{CellSample, ColumnResult, Document};
use crate::figures::{grouped, percent};
use crate::shown::{MASKED, PAGE, SHOWN_COLUMNS};

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

/// The rows, counted; duplicate keys where there are any.
pub fn row_counts(document: &Document) -> Vec<(&'static str, String)> {
    let c = &document.counts;
    let rows = [
        ("left", c.left),
        ("right", c.right),
        ("matched", c.matched),
        ("identical", c.identical),
        ("changed", c.changed),
        ("only left", c.only_left),
        ("only right", c.only_right),
    ];
    let duplicates = [
        ("keys with several rows, left", c.duplicate_keys_left),
        ("keys with several rows, right", c.duplicate_keys_right),
    ];
    let counted = rows
        .into_iter()
        .chain(duplicates.into_iter().filter(|&(_, keys)| keys > 0));
    counted.map(|(name, number)| (name, grouped(number))).collect()
}

/// A column that differs.
pub struct Mismatched<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many of its cells differ.
    pub mismatches: String,
    /// Their share.
    pub rate: String,
    /// The first changed cell.
    pub example: Option<Example>,
}

/// A changed cell.
pub struct Example {
    /// Names and values of the row's key; null is `None`.
    pub key: Vec<(String, Option<String>)>,
    /// Both values.
    pub values: Cells,
}

/// The columns that differ most, and how many more do.
pub fn mismatched_columns(document: &Document) -> (Vec<Mismatched<'_>>, u64) {
    let worst = document.worst_columns();
    let listed = worst.iter().take(LISTED).map(|column| Mismatched {
        name: &column.name,
        mismatches: grouped(column.mismatches),
        rate: percent(column.rate),
        example: column.samples.first().map(|sample| example(document, column, sample)),
    });
    (listed.collect(), worst.len().saturating_sub(LISTED) as u64)
}

fn example(document: &Document, column: &ColumnResult, sample: &CellSample) -> Example {
    let key = sample.key.iter().map(|(name, value)| {
        let value = match document.is_masked(name) {
            true => Some(MASKED.to_owned()),
            false => value.as_deref().map(|value| PAGE.cut(value, SHOWN_COLUMNS)),
        };
        (PAGE.cut(name, SHOWN_COLUMNS), value)
    });
    let types = [column.left_type.as_str(), column.right_type.as_str()];
    Example {
        key: key.collect(),
        values: PAGE.cells([sample.left.as_deref(), sample.right.as_deref()], types),
    }
}
