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

fn read(rows: &Value) -> Result<Rows, String> {
    Rows::from_json(&rows.to_string(), &document()).map_err(|e| e.to_string())
}

#[test]
fn rows_read_back_are_written_the_same() {
    let read = read(&rows()).unwrap();
    assert_eq!(read.changed.rows[1].cells[0].right.as_deref(), Some("three"));
    assert_eq!(serde_json::to_value(&read).unwrap(), rows());
}

#[test]
fn a_cut_cell_keeps_its_lengths() {
    let mut json = rows();
    json["changed"]["rows"][0]["cells"][1]["cut"] = json!({"from": 5, "left_length": 70000, "right_length": null});
    let read = read(&json).unwrap();
    let cut = read.changed.rows[0].cells[1].cut.unwrap();
    assert_eq!((cut.from, cut.left_length, cut.right_length), (5, Some(70000), None));
    assert_eq!(serde_json::to_value(&read).unwrap(), json);
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
    let error = Rows::from_json(&rows().to_string(), &document).unwrap_err().to_string();
    assert_eq!(
        error,
        "the rows of a report contradict it: changed.rows[0] shows a value of the masked column 1"
    );
    let mut json = rows();
    json["changed"]["rows"][0]["cells"] = json!("secret");
    assert!(!read(&json).unwrap_err().contains("secret"));
}
