//! The rows that a page shows beside the document: the first ones of each kind in key order, with all their values.
//!
//! What always holds of [`Rows`] that [`Rows::from_json`] read: they agree with their document. A key has as many values
//! as the document has key columns, a cell names a compared column and each only once, no kind shows more rows than there
//! are, and nothing masked has a value.

use crate::document::{CellCut, Document, KeyColumn, Side};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The first rows of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Rows of each kind that were asked for.
    pub limit: u64,
    /// Matched rows with a difference.
    pub changed: Listed<ChangedRow>,
    /// Left rows without a partner.
    pub only_left: Listed<OneSidedRow>,
    /// Right rows without a partner.
    pub only_right: Listed<OneSidedRow>,
    /// Keys with several rows.
    pub duplicates: Listed<DuplicateKey>,
}

/// The first rows of a kind, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed<T> {
    /// All of them, counted.
    pub total: u64,
    /// The first ones in key order.
    pub rows: Vec<T>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Listed {
            total: 0,
            rows: Vec::new(),
        }
    }
}

/// Values of the key columns, in their order; null is `None`.
pub type KeyValues = Vec<Option<String>>;

/// A changed row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRow {
    /// The row's key.
    pub key: KeyValues,
    /// Its changed cells, all of them.
    pub cells: Vec<ChangedCell>,
}

/// A changed cell of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedCell {
    /// The column's place in the document.
    pub column: usize,
    /// The left value.
    pub left: Option<String>,
    /// The right value.
    pub right: Option<String>,
    /// What explains the change.
    pub cause: Option<String>,
    /// What of long values the two are; `None` where they are whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
}

/// What is shown of the values of a cell, as a document says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Characters before the first one that is shown.
    pub from: u64,
    /// Characters of the whole left value; `None` for null.
    pub left_length: Option<u64>,
    /// Characters of the whole right value; `None` for null.
    pub right_length: Option<u64>,
}

impl From<CellCut> for Cut {
    fn from(CellCut { from, lengths }: CellCut) -> Cut {
        let [left_length, right_length] = lengths;
        Cut {
            from,
            left_length,
            right_length,
        }
    }
}

/// A row without a partner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneSidedRow {
    /// The row's key.
    pub key: KeyValues,
    /// Its values, in the order of the document's columns.
    pub values: Vec<Option<String>>,
}

/// A key that several rows of a side have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateKey {
    /// The side.
    pub side: Side,
    /// The key.
    pub key: KeyValues,
    /// Rows of the side that have it.
    pub rows: u64,
}

/// Why rows cannot be shown beside a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnreadableRows {
    /// They are not the JSON that rows are; why not.
    NotRows(String),
    /// They contradict the document or themselves; how.
    Contradiction(String),
}

impl fmt::Display for UnreadableRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnreadableRows::NotRows(why) => write!(f, "the rows of a report cannot be read: {why}"),
            UnreadableRows::Contradiction(how) => write!(f, "the rows of a report contradict it: {how}"),
        }
    }
}

impl std::error::Error for UnreadableRows {}

impl Rows {
    /// Reads the rows of a document. An error names places, never values.
    pub fn from_json(text: &str, document: &Document) -> Result<Rows, UnreadableRows> {
        // An error of serde_json may repeat a value, so only its place is taken over.
        let rows: Rows = serde_json::from_str(text).map_err(|e| {
            UnreadableRows::NotRows(format!(
                "line {}, column {} is not what rows have there",
                e.line(),
                e.column()
            ))
        })?;
        match rows.contradiction(document) {
            Some(how) => Err(UnreadableRows::Contradiction(how)),
            None => Ok(rows),
        }
    }

    /// The first way in which the rows contradict the document or themselves.
    pub fn contradiction(&self, document: &Document) -> Option<String> {
        let counts = &document.counts;
        let expected = Expected {
            limit: self.limit,
            keys: document.keys.as_deref().unwrap_or_default(),
        };
        let keys = |key: &KeyValues| expected.key(key);
        expected
            .list("changed", &self.changed, counts.changed, 1, |row| {
                keys(&row.key).or_else(|| changed_cells(row, document))
            })
            .or_else(|| {
                expected.list("only_left", &self.only_left, counts.only_left, 1, |row| {
                    keys(&row.key).or_else(|| values(row, document))
                })
            })
            .or_else(|| {
                expected.list("only_right", &self.only_right, counts.only_right, 1, |row| {
                    keys(&row.key).or_else(|| values(row, document))
                })
            })
            .or_else(|| {
                let keys_of_both = counts.duplicate_keys_left + counts.duplicate_keys_right;
                expected.list("duplicates", &self.duplicates, keys_of_both, 2, |key| {
                    keys(&key.key).or_else(|| (key.rows < 2).then(|| "stands for fewer than two rows".to_owned()))
                })
            })
    }
}

/// What the document makes rows be.
struct Expected<'a> {
    limit: u64,
    keys: &'a [KeyColumn],
}

impl Expected<'_> {
    /// The first way in which a list is wrong whose rows are of so many sides, each with as many rows as the limit allows.
    fn list<T>(
        &self,
        name: &str,
        listed: &Listed<T>,
        counted: u64,
        sides: u64,
        wrong: impl Fn(&T) -> Option<String>,
    ) -> Option<String> {
        let (total, shown) = (listed.total, listed.rows.len() as u64);
        if counted != total {
            return Some(format!("{name}.total is {total}, and the document counts {counted}"));
        }
        if shown > total.min(self.limit.saturating_mul(sides)) {
            return Some(format!(
                "{name} has {shown} rows of {total}, and the limit is {}",
                self.limit
            ));
        }
        let mut wrongs = listed.rows.iter().enumerate();
        wrongs.find_map(|(i, row)| wrong(row).map(|how| format!("{name}.rows[{i}] {how}")))
    }

    fn key(&self, key: &KeyValues) -> Option<String> {
        if key.len() != self.keys.len() {
            return Some(format!(
                "has {} values of its key, which has {} columns",
                key.len(),
                self.keys.len()
            ));
        }
        let mut parts = key.iter().zip(self.keys);
        let seen = parts.position(|(value, column)| column.masked && value.is_some());
        seen.map(|i| format!("shows a value of the masked key column {i}"))
    }
}

fn changed_cells(row: &ChangedRow, document: &Document) -> Option<String> {
    let mut seen = vec![false; document.columns.len()];
    for cell in &row.cells {
        let place = cell.column;
        let Some(column) = document.columns.get(place) else {
            return Some(format!("names column {place} of {}", document.columns.len()));
        };
        if std::mem::replace(&mut seen[place], true) {
            return Some(format!("names column {place} twice"));
        }
        if column.masked && (cell.left.is_some() || cell.right.is_some()) {
            return Some(format!("shows a value of the masked column {place}"));
        }
    }
    None
}

fn values(row: &OneSidedRow, document: &Document) -> Option<String> {
    if row.values.len() != document.columns.len() {
        return Some(format!(
            "has {} values of {} columns",
            row.values.len(),
            document.columns.len()
        ));
    }
    let mut cells = row.values.iter().zip(&document.columns);
    let seen = cells.position(|(value, column)| column.masked && value.is_some());
    seen.map(|i| format!("shows a value of the masked column {i}"))
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
