//! The result document, version 1. Its members are described in `docs/result-document.md`.

use arrow::datatypes::i256;
use parity_kernels::compare::Distance;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};
use std::str::FromStr;

/// Version of the document.
pub const VERSION: u32 = 1;

/// One side's files.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// A compared column.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnResult {
    /// Left name.
    pub name: String,
    /// Type on the left.
    pub left_type: String,
    /// Type on the right.
    pub right_type: String,
    /// Cells that differ.
    pub mismatches: u64,
    /// Of these, null on the left only.
    pub null_left: u64,
    /// Of these, null on the right only.
    pub null_right: u64,
    /// Largest distance, with the decimal places of an exact one.
    pub max_difference: Option<(Distance, i32)>,
    /// Cells of matched rows that are equal only within a relaxation.
    pub relaxed: u64,
    /// Causes, each with how many of the differing cells it explains; most first.
    pub causes: Vec<(String, u64)>,
    /// Examples.
    pub samples: Vec<CellSample>,
    /// Whether its values are not to be seen.
    pub masked: bool,
}

/// A changed row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedSample {
    /// The row's key.
    pub key: KeyText,
    /// Columns that differ.
    pub columns: Vec<String>,
}

/// Example rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowSamples {
    /// Left rows without a partner.
    pub only_left: Vec<KeyText>,
    /// Right rows without a partner.
    pub only_right: Vec<KeyText>,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
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
    /// Example rows.
    pub samples: RowSamples,
    /// Limits within which differences pass.
    pub thresholds: Option<Thresholds>,
    /// What the reader must know.
    pub warnings: Vec<String>,
}

impl Document {
    /// Whether there is no difference at all.
    pub fn equal(&self) -> bool {
        let c = &self.counts;
        let rows_equal = c.changed == 0 && c.only_left == 0 && c.only_right == 0;
        rows_equal && !self.schema.differs() && self.columns.iter().all(|column| column.mismatches == 0)
    }

    /// Whether the differences are within the thresholds; without thresholds, whether there are none.
    pub fn passed(&self) -> bool {
        let Some(thresholds) = &self.thresholds else {
            return self.equal();
        };
        let c = &self.counts;
        let differing = c.changed + c.only_left + c.only_right;
        let rows_hold = |limit: f64| share(differing, c.left.max(c.right)) <= limit;
        let column_holds = |(name, limit): &(String, f64)| {
            let mut column = self.columns.iter().filter(|column| column.name == *name);
            column.all(|column| self.rate(column) <= *limit)
        };
        // Columns of which no row was matched have shown nothing.
        let is_shown = c.matched > 0 || c.left + c.right == 0 || thresholds.columns.is_empty();
        thresholds.rows.is_none_or(rows_hold)
            && thresholds.columns.iter().all(column_holds)
            && (is_shown || thresholds.rows.is_some())
            && !(thresholds.schema && self.schema.differs())
    }

    /// Mismatches as a share of the matched pairs.
    pub fn rate(&self, column: &ColumnResult) -> f64 {
        share(column.mismatches, self.counts.matched)
    }

    /// Columns with mismatches, most first, then in schema order.
    pub fn mismatched_columns(&self) -> Vec<&ColumnResult> {
        let mut columns: Vec<&ColumnResult> = self.columns.iter().filter(|c| c.mismatches > 0).collect();
        columns.sort_by_key(|c| std::cmp::Reverse(c.mismatches));
        columns
    }

    /// The document as JSON.
    pub fn to_json(&self) -> Value {
        let c = &self.counts;
        let side = |s: &SideFiles| json!({"path": s.path, "files": s.files, "bytes": s.bytes});
        let keys = self.keys.as_ref().map(|keys| {
            keys.iter()
                .map(|key| with_mask(json!({"left": key.left, "right": key.right}), key.masked))
                .collect::<Vec<Value>>()
        });
        json!({
            "version": VERSION,
            "equal": self.equal(),
            "passed": self.passed(),
            "left": side(&self.sides[0]),
            "right": side(&self.sides[1]),
            "keys": keys,
            "counts": {
                "left": c.left,
                "right": c.right,
                "matched": c.matched,
                "identical": c.identical,
                "changed": c.changed,
                "only_left": c.only_left,
                "only_right": c.only_right,
                "duplicate_keys_left": c.duplicate_keys_left,
                "duplicate_keys_right": c.duplicate_keys_right,
                "null_keys_left": c.null_keys_left,
                "null_keys_right": c.null_keys_right,
            },
            "schema": {
                "common": self.schema.common,
                "only_left": self.schema.only_left,
                "only_right": self.schema.only_right,
                "type_changes": self.schema.type_changes.iter().map(|t| json!({
                    "name": t.name, "left_type": t.left_type, "right_type": t.right_type,
                })).collect::<Vec<Value>>(),
            },
            "columns": self.columns.iter().map(|column| self.column_json(column)).collect::<Vec<Value>>(),
            "mismatched_columns": self.mismatched_columns().iter().map(|c| c.name.as_str()).collect::<Vec<&str>>(),
            "samples": {
                "only_left": self.samples.only_left.iter().map(key_json).collect::<Vec<Value>>(),
                "only_right": self.samples.only_right.iter().map(key_json).collect::<Vec<Value>>(),
                "changed": self.samples.changed.iter().map(|row| json!({
                    "key": key_json(&row.key), "columns": row.columns,
                })).collect::<Vec<Value>>(),
            },
            "thresholds": self.thresholds.as_ref().map(thresholds_json),
            "warnings": self.warnings,
        })
    }

    fn column_json(&self, column: &ColumnResult) -> Value {
        let json = json!({
            "name": column.name,
            "left_type": column.left_type,
            "right_type": column.right_type,
            "mismatches": column.mismatches,
            "rate": self.rate(column),
            "null_left": column.null_left,
            "null_right": column.null_right,
            "max_difference": column.max_difference.and_then(|(distance, scale)| distance_json(distance, scale)),
            "relaxed": column.relaxed,
            "causes": column.causes.iter().map(|(cause, cells)| (cause.clone(), json!(cells))).collect::<Map<String, Value>>(),
            "samples": column.samples.iter().map(sample_json).collect::<Vec<Value>>(),
        });
        with_mask(json, column.masked)
    }

    /// Whether a column, by its left name, is masked.
    pub fn is_masked(&self, name: &str) -> bool {
        let keys = self.keys.iter().flatten();
        keys.map(|key| (&key.left, key.masked))
            .chain(self.columns.iter().map(|column| (&column.name, column.masked)))
            .any(|(other, masked)| masked && other == name)
    }
}

fn sample_json(sample: &CellSample) -> Value {
    let mut json = json!({"key": key_json(&sample.key), "left": sample.left, "right": sample.right});
    if let Some(CellCut { from, lengths }) = sample.cut {
        json["cut"] = json!({"from": from, "left_length": lengths[0], "right_length": lengths[1]});
    }
    json
}

/// A column's JSON, which says so if the column is masked.
fn with_mask(mut json: Value, masked: bool) -> Value {
    if masked {
        json["masked"] = json!(true);
    }
    json
}

/// A part of a whole; of nothing it is 0.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn key_json(key: &KeyText) -> Value {
    let members: Map<String, Value> = key.iter().map(|(name, text)| (name.clone(), json!(text))).collect();
    Value::Object(members)
}

fn thresholds_json(thresholds: &Thresholds) -> Value {
    let mut members = Map::new();
    if let Some(rows) = thresholds.rows {
        members.insert("rows".to_owned(), json!(rows));
    }
    if !thresholds.columns.is_empty() {
        let columns = thresholds.columns.iter();
        let columns: Map<String, Value> = columns.map(|(name, share)| (name.clone(), json!(share))).collect();
        members.insert("columns".to_owned(), Value::Object(columns));
    }
    if thresholds.schema {
        members.insert("schema".to_owned(), json!(0));
    }
    Value::Object(members)
}

fn distance_json(distance: Distance, scale: i32) -> Option<Value> {
    let literal = match distance {
        Distance::Exact(units) => exact_literal(units, scale),
        Distance::Double(value) => return Number::from_f64(value).map(Value::Number),
    };
    Number::from_str(&literal).ok().map(Value::Number)
}

/// `units` × 10^-scale with all its digits and no trailing zeros.
pub fn exact_literal(units: i256, scale: i32) -> String {
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
mod tests {
    use super::*;

    #[test]
    fn exact_distances_keep_all_their_digits() {
        let literal = |units: i128, scale| exact_literal(i256::from_i128(units), scale);
        assert_eq!(literal(5, 0), "5");
        assert_eq!(literal(1, 2), "0.01");
        assert_eq!(literal(1050, 3), "1.05");
        assert_eq!(literal(1000, 3), "1");
        let digits = "12345678901234567890123456789012345678";
        assert_eq!(
            literal(digits.parse().unwrap(), 18),
            "12345678901234567890.123456789012345678"
        );
        let json = distance_json(Distance::Exact(i256::from_i128(digits.parse().unwrap())), 0).unwrap();
        assert_eq!(json.to_string(), digits);
    }

    #[test]
    fn counts_that_do_not_add_up_are_found() {
        let counts = Counts {
            left: 3,
            right: 2,
            matched: 2,
            identical: 1,
            changed: 1,
            only_left: 1,
            ..Counts::default()
        };
        assert_eq!(counts.unreconciled(), None);
        let wrong = Counts { identical: 2, ..counts };
        assert_eq!(wrong.unreconciled().unwrap(), "matched = identical + changed: 2 and 3");
    }
}
