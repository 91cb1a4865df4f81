//! The JSON Schema of the options: what a reader of options can refuse before it knows any data.
//!
//! It describes the keyword arguments of `compare_datasets` as one JSON object. Values that Python writes as dates or
//! decimals are objects with one member here, as in `--options`.

use crate::ask::catalog::{CATALOG, Entry, Kind};
use serde_json::{Map, Value, json};

/// The schema of all options that have a keyword.
pub fn options() -> Value {
    let described = CATALOG.iter().filter_map(|entry| {
        let keyword = entry.keyword?;
        Some((keyword.name.to_owned(), of_entry(entry)?))
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The options of a comparison: the keyword arguments of compare_datasets as one JSON object",
        "type": "object",
        "properties": described.collect::<Map<String, Value>>(),
        "additionalProperties": false,
    })
}

/// The schema of an option; `None` of what JSON cannot say.
fn of_entry(entry: &Entry) -> Option<Value> {
    let name = json!({"type": "string"});
    let pairs = json!({"type": "object", "additionalProperties": name});
    let value = match entry.kind {
        Kind::Session | Kind::Object => return None,
        Kind::Dataset => json!({"anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
        ]}),
        Kind::Keys => or_null(&json!({"anyOf": [
            {"type": "array", "items": name, "minItems": 1, "uniqueItems": true},
            {"type": "object", "additionalProperties": name, "minProperties": 1},
        ]})),
        Kind::Names(0) => or_null(&json!({"type": "array", "items": name})),
        Kind::Names(least) => or_null(&json!({"type": "array", "items": name, "minItems": least})),
        Kind::Pairs => or_null(&pairs),
        Kind::Predicate => or_null(&name),
        Kind::Choice(words) => json!({"enum": words.iter().map(|(word, _)| *word).collect::<Vec<_>>()}),
        Kind::Number { most, .. } => json!({"type": "integer", "minimum": 0, "maximum": most}),
        Kind::Switch => json!({"type": "boolean"}),
        Kind::Text(_) => or_null(&json!({"type": "string", "minLength": 1})),
        Kind::Json(schema) => or_null(&schema()),
    };
    let mut described = json!({"description": entry.help, "examples": [entry.example()]});
    if !matches!(entry.kind, Kind::Dataset) {
        described["default"] = entry.default();
    }
    if let (Value::Object(described), Value::Object(value)) = (&mut described, value) {
        described.extend(value);
    }
    Some(described)
}

fn or_null(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// A value, or values by column (`price`), by type (`type:double`), or for all (`*`).
fn everywhere_or_by_name(one: &Value) -> Value {
    json!({"anyOf": [one, {"type": "object", "additionalProperties": one}]})
}

/// A value that JSON has no form for: an object with one member.
fn tagged(tag: &str, value: &Value) -> Value {
    json!({"type": "object", "properties": {tag: value}, "required": [tag], "additionalProperties": false})
}

/// The schema of tolerances.
pub(crate) fn tolerance() -> Value {
    let number = json!({"anyOf": [{"type": "number", "minimum": 0}, tagged("$decimal", &json!({"type": "string"}))]});
    let members = json!({
        "type": "object",
        "properties": {
            "absolute": or_null(&number),
            "relative": or_null(&number),
            "symmetric": {"type": "boolean"},
            "time": {"type": ["string", "null"]},
        },
        "additionalProperties": false,
    });
    everywhere_or_by_name(&or_null(
        &json!({"anyOf": [number, members, tagged("$tolerance", &members)]}),
    ))
}

/// The schema of text rules.
pub(crate) fn text() -> Value {
    let rules = json!({"enum": ["trim", "collapse_spaces", "ignore_case", "normalize"]});
    everywhere_or_by_name(&json!({"type": "array", "items": rules}))
}

/// The schema of literals that null stands for.
pub(crate) fn null_equals() -> Value {
    let mut literals = vec![json!({"type": ["boolean", "string", "number"]})];
    literals.extend(["$decimal", "$date", "$ts", "$ts_ntz"].map(|tag| tagged(tag, &json!({"type": "string"}))));
    everywhere_or_by_name(&json!({"anyOf": literals}))
}

/// The schema of thresholds.
pub(crate) fn thresholds() -> Value {
    let share = json!({"type": "number", "minimum": 0, "maximum": 1});
    json!({
        "type": "object",
        "properties": {
            "rows": share,
            "columns": {"type": "object", "additionalProperties": share},
            "schema": {"const": 0},
        },
        "additionalProperties": false,
    })
}
