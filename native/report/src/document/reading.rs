//! Reads a document back from its JSON.
//!
//! Members that this version does not know are passed over, for later ones may add some. A member that is missing, or is
//! something else than it should be, is named by its place in the document: `columns[3].mismatches`. Values are never
//! repeated in an error.

use super::{
    CellCut, CellSample, Change, ChangedSample, Changes, ColumnResult, Counts, Distances, Document, DuplicateKey,
    KeyColumn, KeyText, Powers, RowSamples, RowValues, SchemaDifference, Side, SideFiles, Texts, Thresholds,
    TypeChange, VERSION,
};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Why a text cannot be read as a result document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not JSON; why not.
    NotJson(String),
    /// It is a document of this other version.
    Version(String),
    /// It says why there is no result, with this code.
    NoResult(String),
    /// What is wrong with a member, after the member's place.
    Malformed(String),
}

impl Unreadable {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Unreadable::Version(_) => "read it with the version of spark-parity that wrote it, or compare again",
            Unreadable::NoResult(_) => "compare again: a comparison that failed has nothing to show",
            Unreadable::NotJson(_) | Unreadable::Malformed(_) => {
                "take the document whole and unchanged, as the comparison wrote it"
            }
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::NotJson(why) => write!(f, "the result document is not JSON: {why}"),
            Unreadable::Version(found) => write!(
                f,
                "the result document has version {found}, and this spark-parity reads version {VERSION}"
            ),
            Unreadable::NoResult(code) => write!(f, "the document holds no result but the error {code}"),
            Unreadable::Malformed(what) => write!(f, "the result document is malformed: {what}"),
        }
    }
}

impl std::error::Error for Unreadable {}

type Read<T> = Result<T, Unreadable>;

impl Document {
    /// Reads a document.
    pub fn from_json(text: &str) -> Result<Document, Unreadable> {
        let value: Value = serde_json::from_str(text).map_err(|e| Unreadable::NotJson(e.to_string()))?;
        let mut all = Object::of(&Place::Document, value)?;
        all.get("version", version)?;
        if let Some(code) = all.find("error", |place, value| Object::of(place, value)?.get("code", text_of))? {
            return Err(Unreadable::NoResult(code));
        }
        Ok(Document {
            equal: all.get("equal", flag)?,
            passed: all.get("passed", flag)?,
            sides: [all.get("left", side)?, all.get("right", side)?],
            keys: all.get("keys", or_null(list(key_column)))?,
            counts: all.get("counts", counts)?,
            schema: all.get("schema", schema)?,
            columns: all.get("columns", list(column))?,
            mismatched_columns: all.get("mismatched_columns", list(text_of))?,
            samples: all.get("samples", samples)?,
            thresholds: all.get("thresholds", or_null(thresholds))?,
            options: all
                .find("options", |place, value| Ok(Object::of(place, value)?.members))?
                .unwrap_or_default(),
            warnings: all.get("warnings", list(text_of))?,
        })
    }
}

/// Where a value stands in the document.
enum Place<'a> {
    Document,
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Document => f.write_str("the whole"),
            Place::Member(Place::Document, name) => f.write_str(name),
            Place::Member(object, name) => write!(f, "{object}.{name}"),
            Place::Item(list, number) => write!(f, "{list}[{number}]"),
        }
    }
}

/// The error that something else stands in a place.
fn unlike<T>(place: &Place<'_>, found: &Value, expected: &str) -> Read<T> {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Err(Unreadable::Malformed(format!(
        "{place} is {found} instead of {expected}"
    )))
}

/// A JSON object whose members are taken out one by one.
struct Object<'a> {
    place: &'a Place<'a>,
    members: Map<String, Value>,
}

impl<'a> Object<'a> {
    fn of(place: &'a Place<'a>, value: Value) -> Read<Object<'a>> {
        match value {
            Value::Object(members) => Ok(Object { place, members }),
            other => unlike(place, &other, "an object"),
        }
    }

    /// A member that has to be there.
    fn get<T>(&mut self, name: &str, read: impl FnOnce(&Place<'_>, Value) -> Read<T>) -> Read<T> {
        let place = Place::Member(self.place, name);
        match self.members.swap_remove(name) {
            Some(value) => read(&place, value),
            None => Err(Unreadable::Malformed(format!("{place} is missing"))),
        }
    }

    /// A member that may be left out.
    fn find<T>(&mut self, name: &str, read: impl FnOnce(&Place<'_>, Value) -> Read<T>) -> Read<Option<T>> {
        match self.members.contains_key(name) {
            true => self.get(name, read).map(Some),
            false => Ok(None),
        }
    }
}

fn text_of(place: &Place<'_>, value: Value) -> Read<String> {
    match value {
        Value::String(text) => Ok(text),
        other => unlike(place, &other, "text"),
    }
}

fn flag(place: &Place<'_>, value: Value) -> Read<bool> {
    match value {
        Value::Bool(flag) => Ok(flag),
        other => unlike(place, &other, "true or false"),
    }
}

fn number(place: &Place<'_>, value: Value) -> Read<Number> {
    match value {
        Value::Number(number) => Ok(number),
        other => unlike(place, &other, "a number"),
    }
}

fn share(place: &Place<'_>, value: Value) -> Read<f64> {
    let number = number(place, value)?;
    let share = number.as_f64().filter(|share| share.is_finite());
    share.map_or_else(|| unlike(place, &Value::Number(number), "a share"), Ok)
}

fn count(place: &Place<'_>, value: Value) -> Read<u64> {
    let number = number(place, value)?;
    let count = number.as_u64();
    count.map_or_else(|| unlike(place, &Value::Number(number), "a count"), Ok)
}

/// Reads null, or what `read` reads.
fn or_null<T>(read: impl FnOnce(&Place<'_>, Value) -> Read<T>) -> impl FnOnce(&Place<'_>, Value) -> Read<Option<T>> {
    move |place, value| match value {
        Value::Null => Ok(None),
        value => read(place, value).map(Some),
    }
}

/// Reads a list of what `read` reads.
fn list<T>(read: impl Fn(&Place<'_>, Value) -> Read<T>) -> impl Fn(&Place<'_>, Value) -> Read<Vec<T>> {
    move |place, value| match value {
        Value::Array(items) => {
            let items = items.into_iter().enumerate();
            items.map(|(i, item)| read(&Place::Item(place, i), item)).collect()
        }
        other => unlike(place, &other, "a list"),
    }
}

/// Reads an object whose members are names of the data, in their order.
fn entries<T>(read: impl Fn(&Place<'_>, Value) -> Read<T>) -> impl Fn(&Place<'_>, Value) -> Read<Vec<(String, T)>> {
    move |place, value| {
        let members = Object::of(place, value)?.members.into_iter();
        let entries = members.map(|(name, value)| {
            let value = read(&Place::Member(place, &name), value)?;
            Ok((name, value))
        });
        entries.collect()
    }
}

fn version(place: &Place<'_>, value: Value) -> Read<()> {
    match number(place, value)?.to_string() {
        found if found == VERSION.to_string() => Ok(()),
        found => Err(Unreadable::Version(found)),
    }
}

fn side(place: &Place<'_>, value: Value) -> Read<SideFiles> {
    let mut side = Object::of(place, value)?;
    Ok(SideFiles {
        path: side.get("path", text_of)?,
        files: side.get("files", count)?,
        bytes: side.get("bytes", count)?,
    })
}

fn key_column(place: &Place<'_>, value: Value) -> Read<KeyColumn> {
    let mut key = Object::of(place, value)?;
    Ok(KeyColumn {
        left: key.get("left", text_of)?,
        right: key.get("right", text_of)?,
        masked: key.find("masked", flag)?.unwrap_or(false),
    })
}

fn counts(place: &Place<'_>, value: Value) -> Read<Counts> {
    let mut counts = Object::of(place, value)?;
    Ok(Counts {
        left: counts.get("left", count)?,
        right: counts.get("right", count)?,
        matched: counts.get("matched", count)?,
        identical: counts.get("identical", count)?,
        changed: counts.get("changed", count)?,
        only_left: counts.get("only_left", count)?,
        only_right: counts.get("only_right", count)?,
        duplicate_keys_left: counts.get("duplicate_keys_left", count)?,
        duplicate_keys_right: counts.get("duplicate_keys_right", count)?,
        null_keys_left: counts.get("null_keys_left", count)?,
        null_keys_right: counts.get("null_keys_right", count)?,
    })
}

fn schema(place: &Place<'_>, value: Value) -> Read<SchemaDifference> {
    let mut schema = Object::of(place, value)?;
    Ok(SchemaDifference {
        common: schema.get("common", list(text_of))?,
        only_left: schema.get("only_left", list(text_of))?,
        only_right: schema.get("only_right", list(text_of))?,
        type_changes: schema.get("type_changes", list(type_change))?,
    })
}

fn type_change(place: &Place<'_>, value: Value) -> Read<TypeChange> {
    let mut change = Object::of(place, value)?;
    Ok(TypeChange {
        name: change.get("name", text_of)?,
        left_type: change.get("left_type", text_of)?,
        right_type: change.get("right_type", text_of)?,
    })
}

fn column(place: &Place<'_>, value: Value) -> Read<ColumnResult> {
    let mut column = Object::of(place, value)?;
    Ok(ColumnResult {
        name: column.get("name", text_of)?,
        left_type: column.get("left_type", text_of)?,
        right_type: column.get("right_type", text_of)?,
        mismatches: column.get("mismatches", count)?,
        rate: column.get("rate", share)?,
        null_left: column.get("null_left", count)?,
        null_right: column.get("null_right", count)?,
        max_difference: column.get("max_difference", or_null(number))?,
        relaxed: column.get("relaxed", count)?,
        causes: column.get("causes", entries(count))?,
        distances: column.find("distances", or_null(distances))?.flatten(),
        changes: column.find("changes", or_null(changes))?.flatten(),
        texts: column.find("texts", or_null(texts))?.flatten(),
        samples: column.get("samples", list(cell_sample))?,
        masked: column.find("masked", flag)?.unwrap_or(false),
    })
}

fn cell_sample(place: &Place<'_>, value: Value) -> Read<CellSample> {
    let mut sample = Object::of(place, value)?;
    Ok(CellSample {
        key: sample.get("key", key_text)?,
        left: sample.get("left", or_null(text_of))?,
        right: sample.get("right", or_null(text_of))?,
        cut: sample.find("cut", cell_cut)?,
        row: sample.find("row", count)?,
    })
}

fn distances(place: &Place<'_>, value: Value) -> Read<Distances> {
    let mut distances = Object::of(place, value)?;
    Ok(Distances {
        cells: distances.get("cells", count)?,
        least: distances.get("least", or_null(number))?,
        greatest: distances.get("greatest", or_null(number))?,
        lower: distances.get("lower", powers)?,
        higher: distances.get("higher", powers)?,
        commonest: distances.get("commonest", or_null(commonest))?,
    })
}

fn commonest(place: &Place<'_>, value: Value) -> Read<(String, u64)> {
    let mut commonest = Object::of(place, value)?;
    Ok((commonest.get("difference", text_of)?, commonest.get("cells", count)?))
}

fn powers(place: &Place<'_>, value: Value) -> Read<Powers> {
    list(|place, value| {
        let pair = list(number)(place, value.clone())?;
        let read = |pair: &[Number]| match pair {
            [power, cells] => Some((i32::try_from(power.as_i64()?).ok()?, cells.as_u64()?)),
            _ => None,
        };
        read(&pair).map_or_else(|| unlike(place, &value, "a power and a count"), Ok)
    })(place, value)
}

fn changes(place: &Place<'_>, value: Value) -> Read<Changes> {
    let mut changes = Object::of(place, value)?;
    Ok(Changes {
        distinct: changes.get("distinct", or_null(count))?,
        top: changes.get("top", list(change))?,
    })
}

fn change(place: &Place<'_>, value: Value) -> Read<Change> {
    let mut change = Object::of(place, value)?;
    Ok(Change {
        left: change.get("left", or_null(text_of))?,
        right: change.get("right", or_null(text_of))?,
        cut: change.find("cut", cell_cut)?,
        cells: change.get("cells", count)?,
    })
}

fn texts(place: &Place<'_>, value: Value) -> Read<Texts> {
    let mut texts = Object::of(place, value)?;
    Ok(Texts {
        cells: texts.get("cells", count)?,
        from: texts.get("from", powers)?,
        left_length: texts.get("left_length", powers)?,
        right_length: texts.get("right_length", powers)?,
    })
}

fn cell_cut(place: &Place<'_>, value: Value) -> Read<CellCut> {
    let mut cut = Object::of(place, value)?;
    Ok(CellCut {
        from: cut.get("from", count)?,
        lengths: [
            cut.get("left_length", or_null(count))?,
            cut.get("right_length", or_null(count))?,
        ],
    })
}

fn key_text(place: &Place<'_>, value: Value) -> Read<KeyText> {
    entries(|place, value| or_null(text_of)(place, value))(place, value)
}

fn samples(place: &Place<'_>, value: Value) -> Read<RowSamples> {
    let mut samples = Object::of(place, value)?;
    Ok(RowSamples {
        only_left: samples.get("only_left", list(key_text))?,
        only_right: samples.get("only_right", list(key_text))?,
        values: [
            samples.find("only_left_values", list(row_values))?.unwrap_or_default(),
            samples.find("only_right_values", list(row_values))?.unwrap_or_default(),
        ],
        duplicates: samples.find("duplicates", list(duplicate_key))?.unwrap_or_default(),
        changed: samples.get("changed", list(changed_sample))?,
    })
}

fn row_values(place: &Place<'_>, value: Value) -> Read<Option<RowValues>> {
    or_null(list(|place, value| or_null(text_of)(place, value)))(place, value)
}

fn duplicate_key(place: &Place<'_>, value: Value) -> Read<DuplicateKey> {
    let mut sample = Object::of(place, value)?;
    Ok(DuplicateKey {
        side: sample.get("side", side_name)?,
        key: sample.get("key", key_text)?,
        rows: sample.get("rows", count)?,
    })
}

fn side_name(place: &Place<'_>, value: Value) -> Read<Side> {
    match text_of(place, value)?.as_str() {
        "left" => Ok(Side::Left),
        "right" => Ok(Side::Right),
        _ => Err(Unreadable::Malformed(format!("{place} is neither left nor right"))),
    }
}

fn changed_sample(place: &Place<'_>, value: Value) -> Read<ChangedSample> {
    let mut sample = Object::of(place, value)?;
    Ok(ChangedSample {
        key: sample.get("key", key_text)?,
        columns: sample.get("columns", list(text_of))?,
        row: sample.find("row", count)?,
    })
}

fn thresholds(place: &Place<'_>, value: Value) -> Read<Thresholds> {
    let mut limits = Object::of(place, value)?;
    Ok(Thresholds {
        rows: limits.find("rows", share)?,
        columns: limits.find("columns", entries(share))?.unwrap_or_default(),
        schema: limits.find("schema", count)?.is_some(),
    })
}
