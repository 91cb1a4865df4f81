//! The document as JSON. What stands here in which order is what `reading` takes back.

use super::{
    CellCut, CellSample, Change, Changes, ColumnResult, Distances, Document, KeyText, SideFiles, Texts, Thresholds,
    VERSION,
};
use serde_json::{Map, Value, json};

impl Document {
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
            "equal": self.equal,
            "passed": self.passed,
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
            "columns": self.columns.iter().map(column_json).collect::<Vec<Value>>(),
            "mismatched_columns": self.mismatched_columns,
            "samples": {
                "only_left": self.samples.only_left.iter().map(key_json).collect::<Vec<Value>>(),
                "only_right": self.samples.only_right.iter().map(key_json).collect::<Vec<Value>>(),
                "only_left_values": self.samples.values[0],
                "only_right_values": self.samples.values[1],
                "duplicates": self.samples.duplicates.iter().map(|sample| {
                    json!({"side": sample.side, "key": key_json(&sample.key), "rows": sample.rows})
                }).collect::<Vec<Value>>(),
                "changed": self.samples.changed.iter().map(|sample| {
                    let json = json!({"key": key_json(&sample.key), "columns": sample.columns});
                    with(json, "row", sample.row)
                }).collect::<Vec<Value>>(),
            },
            "thresholds": self.thresholds.as_ref().map(thresholds_json),
            "options": self.options,
            "warnings": self.warnings,
        })
    }
}

fn column_json(column: &ColumnResult) -> Value {
    let json = json!({
        "name": column.name,
        "left_type": column.left_type,
        "right_type": column.right_type,
        "mismatches": column.mismatches,
        "rate": column.rate,
        "null_left": column.null_left,
        "null_right": column.null_right,
        "max_difference": column.max_difference,
        "relaxed": column.relaxed,
        "causes": column.causes.iter().map(|(cause, cells)| (cause.clone(), json!(cells))).collect::<Map<String, Value>>(),
        "samples": column.samples.iter().map(sample_json).collect::<Vec<Value>>(),
    });
    let json = with(json, "distances", column.distances.as_ref().map(distances_json));
    let json = with(json, "changes", column.changes.as_ref().map(changes_json));
    let json = with(json, "texts", column.texts.as_ref().map(texts_json));
    with_mask(json, column.masked)
}

fn distances_json(distances: &Distances) -> Value {
    let commonest = distances.commonest.as_ref();
    json!({
        "cells": distances.cells,
        "least": distances.least,
        "greatest": distances.greatest,
        "lower": distances.lower,
        "higher": distances.higher,
        "commonest": commonest.map(|(difference, cells)| json!({"difference": difference, "cells": cells})),
    })
}

fn changes_json(changes: &Changes) -> Value {
    json!({"distinct": changes.distinct, "top": changes.top.iter().map(change_json).collect::<Vec<Value>>()})
}

fn change_json(change: &Change) -> Value {
    let json = json!({"left": change.left, "right": change.right, "cells": change.cells});
    with(json, "cut", change.cut.map(cut_json))
}

fn texts_json(texts: &Texts) -> Value {
    json!({
        "cells": texts.cells,
        "from": texts.from,
        "left_length": texts.left_length,
        "right_length": texts.right_length,
    })
}

fn sample_json(sample: &CellSample) -> Value {
    let json = json!({"key": key_json(&sample.key), "left": sample.left, "right": sample.right});
    let json = with(json, "cut", sample.cut.map(cut_json));
    with(json, "row", sample.row)
}

fn cut_json(CellCut { from, lengths }: CellCut) -> Value {
    json!({"from": from, "left_length": lengths[0], "right_length": lengths[1]})
}

/// An object with one member more, where that has a value.
fn with(mut json: Value, name: &str, value: Option<impl Into<Value>>) -> Value {
    if let Some(value) = value {
        json[name] = value.into();
    }
    json
}

/// A column's JSON, which says so if the column is masked.
fn with_mask(json: Value, masked: bool) -> Value {
    with(json, "masked", masked.then_some(true))
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
