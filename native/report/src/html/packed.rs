//! Rows as the payload holds them: by column. Values of a column are alike, so they compress better beside each other than
//! beside their neighbours in a row, and what stands between them takes least where a column is one text.
//!
//! `packed.js` puts the rows together again.

use crate::rows::{ChangedCell, ChangedRow, Cut, DuplicateKey, KeyValues, OneSidedRow, Text};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What stands between two values of a column.
const BETWEEN: char = '|';
/// What null is in a column.
const NULL: &str = "~";

/// Values of a column: one text where none of them looks like what parts them or like null, else a list.
#[derive(Serialize)]
#[serde(untagged)]
enum Column<'a> {
    Joined(String),
    Listed(Vec<Option<&'a str>>),
}

fn column<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Column<'a> {
    let values: Vec<Option<&str>> = values.collect();
    let is_unclear = |value: &Option<&str>| value.is_some_and(|text| text == NULL || text.contains(BETWEEN));
    // Joined, no value at all would look like one that is empty.
    if values.is_empty() || values.iter().any(is_unclear) {
        return Column::Listed(values);
    }
    let mut joined = String::new();
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            joined.push(BETWEEN);
        }
        joined.push_str(value.unwrap_or(NULL));
    }
    Column::Joined(joined)
}

fn text<'a>(value: &'a Option<Text<'_>>) -> Option<&'a str> {
    value.as_ref().map(|text| text.0.as_ref())
}

/// One column for each place of a row's values.
fn columns<'a>(rows: &[&'a [Option<Text<'_>>]]) -> Vec<Column<'a>> {
    let width = rows.first().map_or(0, |row| row.len());
    let of = |place: usize| column(rows.iter().map(|row| row.get(place).and_then(text)));
    (0..width).map(of).collect()
}

fn keys<'a, 'b: 'a>(keys: impl Iterator<Item = &'a KeyValues<Text<'b>>>) -> Value {
    let keys: Vec<&[Option<Text<'_>>]> = keys.map(Vec::as_slice).collect();
    json!(columns(&keys))
}

/// `{"count", "keys", "values"}`.
pub(super) fn one_sided(rows: &[OneSidedRow<Text<'_>>]) -> Value {
    let values: Vec<&[Option<Text<'_>>]> = rows.iter().map(|row| row.values.as_slice()).collect();
    json!({
        "count": rows.len(),
        "keys": keys(rows.iter().map(|row| &row.key)),
        "values": columns(&values),
    })
}

/// `{"count", "keys", "columns"}`, a column `{"column", "rows", "values", "causes"}`: the row of each changed cell as its
/// distance from the one before, both its values one after the other, and its cause; `"cuts"` where values are cut.
pub(super) fn changed(rows: &[ChangedRow<Text<'_>>]) -> Value {
    let cells = rows.iter().map(|row| row.cells.as_slice());
    let mut cells: Vec<(usize, &ChangedCell<Text<'_>>)> = cells
        .enumerate()
        .flat_map(|(row, cells)| cells.iter().map(move |cell| (row, cell)))
        .collect();
    // A stable order, so that the rows of a column ascend.
    cells.sort_by_key(|(_, cell)| cell.column);
    json!({
        "count": rows.len(),
        "keys": keys(rows.iter().map(|row| &row.key)),
        "columns": cells.chunk_by(|a, b| a.1.column == b.1.column).map(changed_column).collect::<Vec<Value>>(),
    })
}

fn changed_column(cells: &[(usize, &ChangedCell<Text<'_>>)]) -> Value {
    let places = cells.iter().map(|(row, _)| *row);
    let before = std::iter::once(0).chain(places.clone());
    let distances: Vec<usize> = places.zip(before).map(|(row, before)| row - before).collect();
    let both = cells.iter().flat_map(|(_, cell)| [text(&cell.left), text(&cell.right)]);
    let mut packed = Map::new();
    packed.insert(
        "column".to_owned(),
        json!(cells.first().map_or(0, |(_, cell)| cell.column)),
    );
    packed.insert("rows".to_owned(), json!(distances));
    packed.insert("values".to_owned(), json!(column(both)));
    let causes = cells.iter().map(|(_, cell)| text(&cell.cause));
    packed.insert("causes".to_owned(), json!(column(causes)));
    if cells.iter().any(|(_, cell)| cell.cut.is_some()) {
        let cuts: Vec<Option<Cut>> = cells.iter().map(|(_, cell)| cell.cut).collect();
        packed.insert("cuts".to_owned(), json!(cuts));
    }
    Value::Object(packed)
}

/// The keys as they are: they are few values each.
pub(super) fn duplicates(rows: &[DuplicateKey<Text<'_>>]) -> Value {
    json!({ "rows": rows })
}

#[cfg(test)]
#[path = "packed_tests.rs"]
pub(super) mod tests;
