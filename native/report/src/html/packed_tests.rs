use super::*;
use crate::rows::Rows;

fn read<'a, T: serde::Deserialize<'a>>(rows: &'a str) -> Vec<T> {
    serde_json::from_str(rows).unwrap()
}

/// The rows of a payload as they were, with nothing of `packed.js` in it.
pub(in crate::html) fn unpacked(mut rows: Value) -> Value {
    for kind in ["only_left", "only_right"] {
        let packed = rows[kind].take();
        let values = turned(&packed["values"], &packed["count"]);
        let keys = turned(&packed["keys"], &packed["count"]);
        let both = keys.into_iter().zip(values);
        let of = |(key, values)| json!({"key": key, "values": values});
        rows[kind] = json!({"total": packed["total"], "rows": both.map(of).collect::<Vec<Value>>()});
    }
    let packed = rows["changed"].take();
    let keys = turned(&packed["keys"], &packed["count"]).into_iter();
    let mut changed: Vec<Value> = keys.map(|key| json!({"key": key, "cells": []})).collect();
    for column in list(&packed["columns"]) {
        let (values, causes) = (texts(&column["values"]), texts(&column["causes"]));
        let mut row = 0;
        for (i, distance) in list(&column["rows"]).iter().enumerate() {
            row += distance.as_u64().unwrap() as usize;
            let mut cell = json!({
                "column": column["column"], "left": values[2 * i], "right": values[2 * i + 1], "cause": causes[i],
            });
            if !column["cuts"][i].is_null() {
                cell["cut"] = column["cuts"][i].clone();
            }
            changed[row]["cells"].as_array_mut().unwrap().push(cell);
        }
    }
    rows["changed"] = json!({"total": packed["total"], "rows": changed});
    rows
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn texts(column: &Value) -> Vec<Value> {
    match column {
        Value::String(joined) => {
            let values = joined.split('|');
            values
                .map(|text| if text == "~" { Value::Null } else { json!(text) })
                .collect()
        }
        listed => list(listed).to_vec(),
    }
}

fn turned(columns: &Value, count: &Value) -> Vec<Vec<Value>> {
    let columns: Vec<Vec<Value>> = list(columns).iter().map(texts).collect();
    let row = |row: u64| columns.iter().map(|column| column[row as usize].clone()).collect();
    (0..count.as_u64().unwrap()).map(row).collect()
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts
        .iter()
        .map(|text| (*text != "null").then(|| (*text).to_owned()))
        .collect()
}

#[test]
fn a_column_is_one_text_unless_a_value_looks_like_a_mark() {
    let of = |texts: &[&str]| json!(column(some(texts).iter().map(Option::as_deref)));
    assert_eq!(of(&["1", "null", "", "3"]), json!("1|~||3"));
    assert_eq!(of(&[""]), json!(""));
    assert_eq!(of(&["null"]), json!("~"));
    assert_eq!(of(&[]), json!([]));
    assert_eq!(of(&["a|b", "null"]), json!(["a|b", null]));
    assert_eq!(of(&["~", "x"]), json!(["~", "x"]));
    assert_eq!(of(&["~~", "\"x\"\n"]), json!("~~|\"x\"\n"));
}

#[test]
fn changed_cells_lie_by_column_and_keep_their_rows() {
    let cell = |column, left: &str, cause: Option<&str>| ChangedCell {
        column,
        left: some(&[left]).remove(0),
        right: Some("r".to_owned()),
        cause: cause.map(str::to_owned),
        cut: (column == 1).then(Cut::default),
    };
    let rows = [
        ChangedRow {
            key: some(&["a"]),
            cells: vec![cell(0, "1", None), cell(2, "null", Some("other"))],
        },
        ChangedRow {
            key: some(&["b"]),
            cells: vec![],
        },
        ChangedRow {
            key: some(&["c"]),
            cells: vec![cell(0, "~", Some("sign")), cell(1, "|", None)],
        },
    ];
    let text = serde_json::to_string(&rows).unwrap();
    let packed = changed(&read(&text));
    assert_eq!(packed["columns"][0]["rows"], json!([0, 2]));
    assert_eq!(packed["columns"][0]["values"], json!(["1", "r", "~", "r"]));
    assert_eq!(packed["columns"][0]["causes"], json!("~|sign"));
    assert!(packed["columns"][0].get("cuts").is_none());
    let whole = Rows {
        changed: crate::rows::Listed {
            total: 3,
            rows: rows.to_vec(),
        },
        ..Rows::default()
    };
    let mut payload = serde_json::to_value(&whole).unwrap();
    payload["changed"] = packed;
    payload["changed"]["total"] = json!(3);
    for kind in ["only_left", "only_right"] {
        payload[kind] = one_sided(&[]);
        payload[kind]["total"] = json!(0);
    }
    assert_eq!(unpacked(payload), serde_json::to_value(&whole).unwrap());
}
