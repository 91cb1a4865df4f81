//! The rows that a page shows beside the document: the first ones of each kind in key order, with all their values.
//!
//! They travel as JSON and are read row by row ([`RowsJson`]): of wide rows a page has room for a part only, and the rest
//! need not become values. What always holds of a row that was read: it agrees with its document. A key has as many
//! values as the document has key columns, a cell names a compared column and each only once, and nothing masked has a
//! value. No kind has more rows than the document counts.

use crate::document::{CellCut, Document, Side};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
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
pub type KeyValues<V = String> = Vec<Option<V>>;

/// A value inside the JSON that it was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// A changed row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRow<V = String> {
    /// The row's key.
    pub key: KeyValues<V>,
    /// Its changed cells, all of them.
    pub cells: Vec<ChangedCell<V>>,
}

/// A changed cell of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedCell<V = String> {
    /// The column's place in the document.
    pub column: usize,
    /// The left value.
    pub left: Option<V>,
    /// The right value.
    pub right: Option<V>,
    /// What explains the change.
    pub cause: Option<V>,
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
pub struct OneSidedRow<V = String> {
    /// The row's key.
    pub key: KeyValues<V>,
    /// Its values, in the order of the document's columns.
    pub values: Vec<Option<V>>,
}

/// A key that several rows of a side have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateKey<V = String> {
    /// The side.
    pub side: Side,
    /// The key.
    pub key: KeyValues<V>,
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

/// The rows of a document as JSON.
#[derive(Debug)]
pub struct RowsJson<'a> {
    /// Rows of each kind that were asked for.
    pub limit: u64,
    /// Matched rows with a difference: [`ChangedRow`].
    pub changed: Unread<'a>,
    /// Rows of each side without a partner: [`OneSidedRow`].
    pub only: [Unread<'a>; 2],
    /// Keys with several rows: [`DuplicateKey`].
    pub duplicates: Unread<'a>,
}

/// Rows of a kind, not read yet.
#[derive(Debug)]
pub struct Unread<'a> {
    /// What JSON calls them.
    pub name: &'static str,
    /// All of them, counted.
    pub total: u64,
    rows: Vec<&'a RawValue>,
    document: &'a Document,
}

/// A row that is read from JSON.
pub trait JsonRow<'a>: Deserialize<'a> {
    /// How it contradicts its document.
    fn contradiction(&self, document: &Document) -> Option<String>;
}

impl<'a> RowsJson<'a> {
    /// Finds the rows in their text. An error names places, never values.
    pub fn of(text: &'a str, document: &'a Document) -> Result<RowsJson<'a>, UnreadableRows> {
        #[derive(Deserialize)]
        struct Lists<'a> {
            limit: u64,
            #[serde(borrow)]
            changed: Listed<&'a RawValue>,
            #[serde(borrow)]
            only_left: Listed<&'a RawValue>,
            #[serde(borrow)]
            only_right: Listed<&'a RawValue>,
            #[serde(borrow)]
            duplicates: Listed<&'a RawValue>,
        }
        // An error of serde_json may repeat a value, so only its place is taken over.
        let lists: Lists<'a> = serde_json::from_str(text).map_err(|e| {
            UnreadableRows::NotRows(format!(
                "line {}, column {} is not what rows have there",
                e.line(),
                e.column()
            ))
        })?;
        let counts = &document.counts;
        let keys_of_both = counts.duplicate_keys_left + counts.duplicate_keys_right;
        // Rows of a kind are of so many sides, each with as many rows as the limit allows.
        let unread = |name, Listed { total, rows }: Listed<&'a RawValue>, counted: u64, sides: u64| {
            let shown = rows.len() as u64;
            if counted != total {
                let how = format!("{name}.total is {total}, and the document counts {counted}");
                return Err(UnreadableRows::Contradiction(how));
            }
            if shown > total.min(lists.limit.saturating_mul(sides)) {
                let how = format!("{name} has {shown} rows of {total}, and the limit is {}", lists.limit);
                return Err(UnreadableRows::Contradiction(how));
            }
            Ok(Unread {
                name,
                total,
                rows,
                document,
            })
        };
        Ok(RowsJson {
            limit: lists.limit,
            changed: unread("changed", lists.changed, counts.changed, 1)?,
            only: [
                unread("only_left", lists.only_left, counts.only_left, 1)?,
                unread("only_right", lists.only_right, counts.only_right, 1)?,
            ],
            duplicates: unread("duplicates", lists.duplicates, keys_of_both, 2)?,
        })
    }
}

impl<'a> Unread<'a> {
    /// Bytes of their JSON.
    pub fn len_bytes(&self) -> usize {
        self.rows.iter().map(|row| row.get().len()).sum()
    }

    /// Reads them one by one. An error names places, never values.
    pub fn read<R: JsonRow<'a>>(&self) -> impl Iterator<Item = Result<R, UnreadableRows>> {
        let name = self.name;
        self.rows.iter().enumerate().map(move |(i, row)| {
            let row: R = serde_json::from_str(row.get())
                .map_err(|_| UnreadableRows::NotRows(format!("{name}.rows[{i}] is not such a row")))?;
            match row.contradiction(self.document) {
                Some(how) => Err(UnreadableRows::Contradiction(format!("{name}.rows[{i}] {how}"))),
                None => Ok(row),
            }
        })
    }
}

impl<'a> JsonRow<'a> for ChangedRow<Text<'a>> {
    fn contradiction(&self, document: &Document) -> Option<String> {
        key(&self.key, document).or_else(|| changed_cells(self, document))
    }
}

impl<'a> JsonRow<'a> for OneSidedRow<Text<'a>> {
    fn contradiction(&self, document: &Document) -> Option<String> {
        key(&self.key, document).or_else(|| values(self, document))
    }
}

impl<'a> JsonRow<'a> for DuplicateKey<Text<'a>> {
    fn contradiction(&self, document: &Document) -> Option<String> {
        let single = || (self.rows < 2).then(|| "stands for fewer than two rows".to_owned());
        key(&self.key, document).or_else(single)
    }
}

fn key<V>(key: &KeyValues<V>, document: &Document) -> Option<String> {
    let columns = document.keys.as_deref().unwrap_or_default();
    if key.len() != columns.len() {
        return Some(format!(
            "has {} values of its key, which has {} columns",
            key.len(),
            columns.len()
        ));
    }
    let mut parts = key.iter().zip(columns);
    let seen = parts.position(|(value, column)| column.masked && value.is_some());
    seen.map(|i| format!("shows a value of the masked key column {i}"))
}

fn changed_cells<V>(row: &ChangedRow<V>, document: &Document) -> Option<String> {
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

fn values<V>(row: &OneSidedRow<V>, document: &Document) -> Option<String> {
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
pub(crate) mod tests;
