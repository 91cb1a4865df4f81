//! The result document, version 1. Its members are described in `docs/result-document.md`.
//!
//! A [`Document`] holds what its JSON says, no more and no less: [`Document::from_json`] takes back what
//! [`Document::to_json`] wrote, and the same again is written from it. So the verdicts and the rates are members of it,
//! although they follow from the counts: whoever reads a document repeats them, and only [`Document::concluded`], where a
//! comparison ends, works them out.

mod profile;
mod reading;
mod writing;

pub use profile::{Change, Changes, Distances, Powers, Texts};
pub use reading::Unreadable;

use arrow::datatypes::i256;
use parity_kernels::compare::Distance;
use parity_kernels::spark::show::Cut;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::str::FromStr;

/// Version of the document.
pub const VERSION: u32 = 1;

/// One side's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideFiles {
    /// Path as given.
    pub path: String,
    /// Number of files.
    pub files: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// The rows, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows of the left side.
    pub left: u64,
    /// Rows of the right side.
    pub right: u64,
    /// Pairs of rows that belong together.
    pub matched: u64,
    /// Matched pairs without a difference.
    pub identical: u64,
    /// Matched pairs with a difference.
    pub changed: u64,
    /// Left rows without a partner.
    pub only_left: u64,
    /// Right rows without a partner.
    pub only_right: u64,
    /// Keys with several rows on the left.
    pub duplicate_keys_left: u64,
    /// Keys with several rows on the right.
    pub duplicate_keys_right: u64,
    /// Left rows with a null in the key.
    pub null_keys_left: u64,
    /// Right rows with a null in the key.
    pub null_keys_right: u64,
}

impl Counts {
    /// The first sum that does not add up.
    pub fn unreconciled(&self) -> Option<String> {
        let sums = [
            ("left = matched + only_left", self.left, self.matched + self.only_left),
            (
                "right = matched + only_right",
                self.right,
                self.matched + self.only_right,
            ),
            (
                "matched = identical + changed",
                self.matched,
                self.identical + self.changed,
            ),
        ];
        sums.into_iter()
            .find(|(_, a, b)| a != b)
            .map(|(rule, a, b)| format!("{rule}: {a} and {b}"))
    }
}

/// A column whose type differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeChange {
    /// Left name.
    pub name: String,
    /// Type on the left.
    pub left_type: String,
    /// Type on the right.
    pub right_type: String,
}

/// How the columns of both sides meet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaDifference {
    /// Left names of the columns on both sides.
    pub common: Vec<String>,
    /// Columns on the left only.
    pub only_left: Vec<String>,
    /// Columns on the right only.
    pub only_right: Vec<String>,
    /// Columns on both sides with different types.
    pub type_changes: Vec<TypeChange>,
}

impl SchemaDifference {
    /// Whether there is any difference.
    pub fn differs(&self) -> bool {
        !(self.only_left.is_empty() && self.only_right.is_empty() && self.type_changes.is_empty())
    }
}

/// A key column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyColumn {
    /// Left name.
    pub left: String,
    /// Right name.
    pub right: String,
    /// Whether its values are not to be seen.
    pub masked: bool,
}

/// Key columns and their shown values.
pub type KeyText = Vec<(String, Option<String>)>;

/// What is shown of the values of a cell that are too long to be shown whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellCut {
    /// Characters before the first one that is shown.
    pub from: u64,
    /// Characters of the whole values; `None` for null.
    pub lengths: [Option<u64>; 2],
}

impl From<Cut> for CellCut {
    fn from(Cut { from, lengths }: Cut) -> CellCut {
        CellCut { from, lengths }
    }
}

/// A changed cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellSample {
    /// The row's key.
    pub key: KeyText,
    /// The left value.
    pub left: Option<String>,
    /// The right value.
    pub right: Option<String>,
    /// What of long values the two are; `None` where they are whole.
    pub cut: Option<CellCut>,
    /// A number that cells and rows have in common where they are of one row.
    pub row: Option<u64>,
}

/// A compared column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnResult {
    /// Left name.
    pub name: String,
    /// Type on the left.
    pub left_type: String,
    /// Type on the right.
    pub right_type: String,
    /// Cells that differ.
    pub mismatches: u64,
    /// The same as a share of the matched pairs.
    pub rate: f64,
    /// Of these, null on the left only.
    pub null_left: u64,
    /// Of these, null on the right only.
    pub null_right: u64,
    /// Largest distance, with all its digits.
    pub max_difference: Option<Number>,
    /// Cells of matched rows that are equal only within a relaxation.
    pub relaxed: u64,
    /// Causes, each with how many of the differing cells it explains; most first.
    pub causes: Vec<(String, u64)>,
    /// By how much numbers and times differ, where any do.
    pub distances: Option<Distances>,
    /// Which values became which, where any did.
    pub changes: Option<Changes>,
    /// Where texts changed, where any did.
    pub texts: Option<Texts>,
    /// Examples.
    pub samples: Vec<CellSample>,
    /// Whether its values are not to be seen.
    pub masked: bool,
}

impl ColumnResult {
    /// Whether a side holds floating point numbers, so that distances are in double arithmetic.
    pub fn is_floating(&self) -> bool {
        let is_floating = |name: &str| name == "float" || name == "double";
        is_floating(&self.left_type) || is_floating(&self.right_type)
    }
}

/// A changed row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedSample {
    /// The row's key.
    pub key: KeyText,
    /// Columns that differ.
    pub columns: Vec<String>,
    /// A number that it has in common with the cells that are shown of it.
    pub row: Option<u64>,
}

/// A side of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

/// A key that several rows of a side have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey {
    /// The side.
    pub side: Side,
    /// The key.
    pub key: KeyText,
    /// Rows of the side that have it.
    pub rows: u64,
}

/// The values of a row, in the order of the compared columns; null is `None`.
pub type RowValues = Vec<Option<String>>;

/// Example rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowSamples {
    /// Left rows without a partner.
    pub only_left: Vec<KeyText>,
    /// Right rows without a partner.
    pub only_right: Vec<KeyText>,
    /// What these rows hold beside their keys, left and right, where that is told; without keys nothing, for the rows above are whole
    /// then.
    pub values: [Vec<Option<RowValues>>; 2],
    /// Duplicate keys, those of the left side first.
    pub duplicates: Vec<DuplicateKey>,
    /// Changed rows.
    pub changed: Vec<ChangedSample>,
}

/// Limits within which differences pass.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Share of rows that may be changed or on one side only.
    pub rows: Option<f64>,
    /// Share of the matched pairs that may differ in a column.
    pub columns: Vec<(String, f64)>,
    /// Whether schema differences count.
    pub schema: bool,
}

/// The whole result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Whether there is no difference at all.
    pub equal: bool,
    /// Whether the differences are within the thresholds; without thresholds, whether there are none.
    pub passed: bool,
    /// Files of both sides.
    pub sides: [SideFiles; 2],
    /// The keys; `None` for multisets.
    pub keys: Option<Vec<KeyColumn>>,
    /// The rows.
    pub counts: Counts,
    /// The columns of both sides.
    pub schema: SchemaDifference,
    /// Compared columns.
    pub columns: Vec<ColumnResult>,
    /// Names of the columns with mismatches, most first, then in schema order.
    pub mismatched_columns: Vec<String>,
    /// Example rows.
    pub samples: RowSamples,
    /// Limits within which differences pass.
    pub thresholds: Option<Thresholds>,
    /// The other options, by their names.
    pub options: Map<String, Value>,
    /// What the reader must know.
    pub warnings: Vec<String>,
}

impl Document {
    /// The document with what follows from its other members: both verdicts, the rates, and which columns are worst.
    pub fn concluded(mut self) -> Document {
        let matched = self.counts.matched;
        for column in &mut self.columns {
            column.rate = share(column.mismatches, matched);
        }
        let mut worst: Vec<&ColumnResult> = self.columns.iter().filter(|c| c.mismatches > 0).collect();
        worst.sort_by_key(|column| Reverse(column.mismatches));
        self.mismatched_columns = worst.iter().map(|column| column.name.clone()).collect();
        self.equal = self.has_no_difference();
        self.passed = self.is_within_thresholds();
        self
    }

    fn has_no_difference(&self) -> bool {
        let c = &self.counts;
        let rows_equal = c.changed == 0 && c.only_left == 0 && c.only_right == 0;
        rows_equal && !self.schema.differs() && self.mismatched_columns.is_empty()
    }

    fn is_within_thresholds(&self) -> bool {
        let Some(thresholds) = &self.thresholds else {
            return self.equal;
        };
        let rows_hold = |limit: f64| self.differing_rows() <= limit;
        let column_holds = |(name, limit): &(String, f64)| {
            let mut column = self.columns.iter().filter(|column| column.name == *name);
            column.all(|column| column.rate <= *limit)
        };
        let is_shown = thresholds.columns.is_empty() || !self.has_only_unmatched_rows();
        thresholds.rows.is_none_or(rows_hold)
            && thresholds.columns.iter().all(column_holds)
            && (is_shown || thresholds.rows.is_some())
            && !(thresholds.schema && self.schema.differs())
    }

    /// The rows that are changed or on one side only, as a share of the larger side.
    pub fn differing_rows(&self) -> f64 {
        let c = &self.counts;
        share(c.changed + c.only_left + c.only_right, c.left.max(c.right))
    }

    /// Whether there are rows and none was matched: then columns have shown nothing.
    pub fn has_only_unmatched_rows(&self) -> bool {
        self.counts.matched == 0 && self.counts.left + self.counts.right > 0
    }

    /// The columns with mismatches, most first, then in schema order.
    pub fn worst_columns(&self) -> Vec<&ColumnResult> {
        let named: HashMap<&str, &ColumnResult> = self.columns.iter().map(|c| (c.name.as_str(), c)).collect();
        let names = self.mismatched_columns.iter();
        names.filter_map(|name| named.get(name.as_str()).copied()).collect()
    }

    /// Whether a column, by its left name, is masked.
    pub fn is_masked(&self, name: &str) -> bool {
        let keys = self.keys.iter().flatten();
        keys.map(|key| (&key.left, key.masked))
            .chain(self.columns.iter().map(|column| (&column.name, column.masked)))
            .any(|(other, masked)| masked && other == name)
    }
}

/// A part of a whole; of nothing it is 0.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A distance as a document holds it; an exact one comes with its decimal places. One too large for a double has no
/// number.
pub fn distance_number(distance: Distance, scale: i32) -> Option<Number> {
    match distance {
        Distance::Exact(units) => Number::from_str(&exact_literal(units, scale)).ok(),
        Distance::Double(value) => Number::from_f64(value),
    }
}

/// `units` × 10^-scale with all its digits and no trailing zeros.
fn exact_literal(units: i256, scale: i32) -> String {
    let places = usize::try_from(scale).unwrap_or(0);
    let digits = format!("{:0>width$}", units.to_string(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction}")
    }
}

#[cfg(test)]
#[path = "document/document_tests.rs"]
mod tests;
