//! The schema that Spark leaves in a footer beside Parquet's own, which alone tells intervals from integers.

use crate::settings::ReadSettings;
use parity_kernels::types::LeafType;
use parity_kernels::types::interval::Interval;
use parquet::file::metadata::KeyValue;
use serde_json::Value;

const KEY: &str = "org.apache.spark.sql.parquet.row.metadata";

/// Spark's schema of a file, where it says anything that counts.
#[derive(Debug)]
pub(crate) struct SparkSchema(Value);

impl SparkSchema {
    /// From a footer's metadata. Like Spark, a schema that cannot be read is none.
    pub(crate) fn of(metadata: Option<&Vec<KeyValue>>, settings: ReadSettings) -> SparkSchema {
        let text = text(metadata);
        // Schemas of wide tables are long, and most hold no interval.
        let counts = settings.asks_metadata() || text.contains("interval ");
        let schema = counts.then(|| serde_json::from_str(text).ok());
        SparkSchema(schema.flatten().unwrap_or(Value::Null))
    }

    /// What it says of the whole row.
    pub(crate) fn row(&self) -> SparkType<'_> {
        SparkType(&self.0)
    }
}

fn text(metadata: Option<&Vec<KeyValue>>) -> &str {
    let found = metadata.and_then(|pairs| pairs.iter().find(|pair| pair.key == KEY));
    found.and_then(|pair| pair.value.as_deref()).unwrap_or_default()
}

/// Whether Spark's schema gives its columns ids, by which it can match them.
pub(crate) fn has_field_ids(metadata: Option<&Vec<KeyValue>>) -> bool {
    text(metadata).contains("\"parquet.field.id\"")
}

/// The type of a column that Spark knows as `char` or `varchar`, such as `char(5)`.
pub(crate) fn char_type(metadata: Option<&Vec<KeyValue>>, column: &str) -> Option<String> {
    let schema: Value = serde_json::from_str(text(metadata)).ok()?;
    let field = schema["fields"]
        .as_array()?
        .iter()
        .find(|field| field["name"] == column)?;
    Some(field["metadata"]["__CHAR_VARCHAR_TYPE_STRING"].as_str()?.to_owned())
}

/// What Spark's schema says of a field; null where it says nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SparkType<'a>(&'a Value);

impl<'a> SparkType<'a> {
    /// The type of a struct's field.
    pub(crate) fn field(self, name: &str) -> SparkType<'a> {
        let fields = self.structure()["fields"].as_array();
        let found = fields.and_then(|fields| fields.iter().find(|field| field["name"] == name));
        SparkType(found.map_or(&Value::Null, |field| &field["type"]))
    }

    /// The type of an array's elements.
    pub(crate) fn element(self) -> SparkType<'a> {
        SparkType(&self.structure()["elementType"])
    }

    /// The type of a map's keys.
    pub(crate) fn key(self) -> SparkType<'a> {
        SparkType(&self.structure()["keyType"])
    }

    /// The type of a map's values.
    pub(crate) fn value(self) -> SparkType<'a> {
        SparkType(&self.structure()["valueType"])
    }

    /// The type itself, or the one that a type of a user's own is stored as.
    fn structure(self) -> &'a Value {
        match &self.0["sqlType"] {
            Value::Null => self.0,
            stored => stored,
        }
    }

    /// The name of a type that has no parts.
    pub(crate) fn name(self) -> Option<&'a str> {
        self.structure().as_str()
    }

    /// The type of a leaf that Parquet knows as `stored`. An interval has to be stored as Spark stores it.
    pub(crate) fn of_leaf(self, stored: LeafType) -> LeafType {
        let interval = self.structure().as_str().and_then(Interval::parse);
        match (&stored, interval) {
            (LeafType::Integer { bits, signed: true }, Some(interval)) if *bits == interval.bits() => {
                LeafType::Interval(interval)
            }
            _ => stored,
        }
    }
}

#[cfg(test)]
#[path = "spark_schema_tests.rs"]
mod tests;
