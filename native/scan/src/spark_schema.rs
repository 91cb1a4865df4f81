//! The schema that Spark leaves in a footer beside Parquet's own, which alone tells intervals from integers.

use parity_kernels::interval::Interval;
use parity_kernels::types::LeafType;
use parquet::file::metadata::KeyValue;
use serde_json::Value;

const KEY: &str = "org.apache.spark.sql.parquet.row.metadata";

/// Spark's schema of a file, where it says anything that counts.
#[derive(Debug)]
pub(crate) struct SparkSchema(Value);

impl SparkSchema {
    /// From a footer's metadata. Like Spark, a schema that cannot be read is none.
    pub(crate) fn of(metadata: Option<&Vec<KeyValue>>) -> SparkSchema {
        let found = metadata.and_then(|pairs| pairs.iter().find(|pair| pair.key == KEY));
        let text = found.and_then(|pair| pair.value.as_deref()).unwrap_or_default();
        // Schemas of wide tables are long, and most hold no interval.
        let schema = text.contains("interval ").then(|| serde_json::from_str(text).ok());
        SparkSchema(schema.flatten().unwrap_or(Value::Null))
    }

    /// What it says of the whole row.
    pub(crate) fn row(&self) -> SparkType<'_> {
        SparkType(&self.0)
    }
}

/// What Spark's schema says of a field; null where it says nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SparkType<'a>(&'a Value);

impl<'a> SparkType<'a> {
    /// Of a field of a struct.
    pub(crate) fn field(self, name: &str) -> SparkType<'a> {
        let fields = self.structure()["fields"].as_array();
        let found = fields.and_then(|fields| fields.iter().find(|field| field["name"] == name));
        SparkType(found.map_or(&Value::Null, |field| &field["type"]))
    }

    /// Of an array's elements.
    pub(crate) fn element(self) -> SparkType<'a> {
        SparkType(&self.structure()["elementType"])
    }

    /// Of a map's keys.
    pub(crate) fn key(self) -> SparkType<'a> {
        SparkType(&self.structure()["keyType"])
    }

    /// Of a map's values.
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

    /// The type of a leaf that Parquet knows as `stored`. An interval has to be stored as Spark stores it.
    pub(crate) fn of_leaf(self, stored: LeafType) -> LeafType {
        let interval = self.structure().as_str().and_then(Interval::parse);
        match (stored, interval) {
            (LeafType::Integer { bits, signed: true }, Some(interval)) if bits == interval.bits() => {
                LeafType::Interval(interval)
            }
            _ => stored,
        }
    }
}

#[cfg(test)]
#[path = "spark_schema_tests.rs"]
mod tests;
