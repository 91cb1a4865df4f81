use super::*;
use crate::samples::changed;
use serde_json::{Value, json};

/// Rows of the document `changed`: two are changed, one is only on the left.
pub(crate) fn rows() -> Value {
    json!({
        "limit": 1000,
        "changed": {"total": 2, "rows": [
            {"key": ["2"], "cells": [
                {"column": 0, "left": "2.00", "right": "2.25", "cause": "other"},
                {"column": 1, "left": "two", "right": "Two", "cause": "case"},
            ]},
            {"key": ["3"], "cells": [{"column": 1, "left": null, "right": "three", "cause": "null_left"}]},
        ]},
        "only_left": {"total": 1, "rows": [{"key": ["4"], "values": ["4.00", "four", null]}]},
        "only_right": {"total": 0, "rows": []},
        "duplicates": {"total": 1, "rows": [{"side": "left", "key": ["9"], "rows": 2}]},
    })
}

fn document() -> Document {
    let mut document = changed();
    document.counts.duplicate_keys_left = 1;
    document
}

/// Reads all rows, as a page with room for them does.
fn read_of(rows: &Value, document: &Document) -> Result<(), String> {
    let text = rows.to_string();
    let every = || {
        let rows = RowsJson::of(&text, document)?;
        rows.changed
            .read::<ChangedRow<Text<'_>>>()
            .try_for_each(|row| row.map(drop))?;
        for side in &rows.only {
            side.read::<OneSidedRow<Text<'_>>>().try_for_each(|row| row.map(drop))?;
        }
        rows.duplicates
            .read::<DuplicateKey<Text<'_>>>()
            .try_for_each(|row| row.map(drop))
    };
    every().map_err(|e: UnreadableRows| e.to_string())
}

fn read(rows: &Value) -> Result<(), String> {
    read_of(rows, &document())
}

#[test]
fn rows_read_back_are_written_the_same() {
    let read: Rows = serde_json::from_value(rows()).unwrap();
    assert_eq!(read.changed.rows[1].cells[0].right.as_deref(), Some("three"));
    assert_eq!(serde_json::to_value(&read).unwrap(), rows());
}

#[test]
fn a_cut_cell_keeps_its_lengths() {
    let mut json = rows();
    json["changed"]["rows"][0]["cells"][1]["cut"] = json!({"from": 5, "left_length": 70000, "right_length": null});
    assert!(read(&json).is_ok());
    let read: Rows = serde_json::from_value(json.clone()).unwrap();
    let cut = read.changed.rows[0].cells[1].cut.unwrap();
    assert_eq!((cut.from, cut.left_length, cut.right_length), (5, Some(70000), None));
    assert_eq!(serde_json::to_value(&read).unwrap(), json);
}

#[test]
fn values_are_copied_only_where_json_escapes_them() {
    let text = rows().to_string().replace("\"case\"", r#""\u0063ase""#);
    let document = document();
    let rows = RowsJson::of(&text, &document).unwrap();
    assert_eq!((rows.limit, rows.changed.total), (1000, 2));
    let first: ChangedRow<Text<'_>> = rows.changed.read().next().unwrap().unwrap();
    assert!(matches!(&first.cells[1].cause, Some(Text(Cow::Owned(cause))) if cause == "case"));
    assert!(matches!(first.cells[1].left, Some(Text(Cow::Borrowed("two")))));
}

#[test]
fn contradictions_are_refused_in_a_sentence() {
    let wrong = |path: &str, value: Value| {
        let mut json = rows();
        *json.pointer_mut(path).unwrap() = value;
        read(&json)
            .unwrap_err()
            .replace("the rows of a report contradict it: ", "")
    };
    assert_eq!(
        wrong("/changed/total", json!(3)),
        "changed.total is 3, and the document counts 2"
    );
    assert_eq!(wrong("/limit", json!(1)), "changed has 2 rows of 2, and the limit is 1");
    assert_eq!(
        wrong("/changed/rows/1/key", json!([])),
        "changed.rows[1] has 0 values of its key, which has 1 columns"
    );
    assert_eq!(
        wrong("/changed/rows/0/cells/0/column", json!(3)),
        "changed.rows[0] names column 3 of 3"
    );
    assert_eq!(
        wrong("/changed/rows/0/cells/0/column", json!(1)),
        "changed.rows[0] names column 1 twice"
    );
    assert_eq!(
        wrong("/only_left/rows/0/values", json!([null])),
        "only_left.rows[0] has 1 values of 3 columns"
    );
    assert_eq!(
        wrong("/duplicates/total", json!(2)),
        "duplicates.total is 2, and the document counts 1"
    );
    assert_eq!(
        wrong("/duplicates/rows/0/rows", json!(1)),
        "duplicates.rows[0] stands for fewer than two rows"
    );
}

#[test]
fn a_masked_value_is_refused_and_not_repeated() {
    let mut document = document();
    document.columns[1].masked = true;
    let error = read_of(&rows(), &document).unwrap_err();
    assert_eq!(
        error,
        "the rows of a report contradict it: changed.rows[0] shows a value of the masked column 1"
    );
    let mut json = rows();
    json["changed"]["rows"][0]["cells"] = json!("secret");
    assert_eq!(
        read(&json).unwrap_err(),
        "the rows of a report cannot be read: changed.rows[0] is not such a row"
    );
    assert!(!read(&json!({"limit": "secret"})).unwrap_err().contains("secret"));
}
