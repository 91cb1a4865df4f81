//! What the catalog of a table declares about its columns.
//!
//! A table means its declared columns: what its files hold besides is not part of it, and what a file lacks is null
//! there, or the value that the column got as its default when it was added. A file may store a column narrower than
//! declared.

use crate::dataset::{fold_path, path_name};
use crate::error::{ScanError, ScanResult};
use crate::footer::Footer;
use crate::partition::{PartitionType, PartitionValue};
use parity_kernels::interval::Interval;
use parity_kernels::nested::{Nested, NestedType};
use parity_kernels::types::{LeafType, Unit};
use serde_json::Value;
use std::collections::HashSet;

/// The declarations of a catalog; nothing for files that are no table.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Partition columns whose type is declared.
    pub partitions: Vec<(String, PartitionType)>,
    /// All other columns, each struct before its fields.
    pub columns: Option<Vec<Declared>>,
}

/// A declared column: a top-level one, or a field of a struct.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// Its name below the names of the structs that it is in.
    pub path: Vec<String>,
    /// Its type; the name of a type that files do not have.
    pub leaf: Result<LeafType, String>,
    /// Its value in files that lack it, where that is not null.
    pub default: Option<PartitionValue>,
    /// The length to which Spark pads its values when it reads them, of a `char` column.
    pub char: Option<u64>,
}

impl Catalog {
    /// The columns of files that belong to the table, as their paths are matched; `None` where all do.
    pub fn paths(&self, case_sensitive: bool) -> Option<HashSet<Vec<String>>> {
        let columns = self.columns.as_ref()?.iter();
        Some(columns.map(|column| fold_path(&column.path, case_sensitive)).collect())
    }

    /// Checks that a file has its `char` columns from a writer that padded them: values are read as they are.
    pub fn check_padding(&self, path: &str, footer: &Footer, case_sensitive: bool) -> ScanResult<()> {
        let mut chars = self
            .columns
            .iter()
            .flatten()
            .filter_map(|column| Some((column, column.char?)));
        let unpadded = chars.find(|(column, length)| {
            let folded = fold_path(&column.path, case_sensitive);
            let mut stored = footer.columns.iter().map(|column| &column.path);
            stored
                .find(|path| fold_path(path, case_sensitive) == folded)
                .is_some_and(|path| !footer.pads(&path[0], *length))
        });
        match unpadded {
            None => Ok(()),
            Some((column, length)) => Err(ScanError::ReadOtherwise {
                code: "UNSUPPORTED_TABLE",
                reason: format!(
                    "{path}: the table's column {} is char({length}), which Spark pads with spaces when it reads it, \
                     and this file was not written as char({length})",
                    path_name(&column.path)
                ),
                hint: "declare the column as string, or write its rows again through the table",
            }),
        }
    }
}

/// The columns of a schema in Spark's JSON. A field of the top may have a `default`: its value as a string.
pub fn columns(schema: &Value) -> Vec<Declared> {
    let mut columns = Vec::new();
    for field in fields(schema) {
        let first = columns.len();
        add(&[], field, &mut columns);
        if let (Ok(leaf), Some(text)) = (&columns[first].leaf, field["default"].as_str()) {
            columns[first].default = value(*leaf, text);
        }
    }
    columns
}

fn fields(structure: &Value) -> impl Iterator<Item = &Value> {
    structure["fields"].as_array().into_iter().flatten()
}

fn add(parents: &[String], field: &Value, columns: &mut Vec<Declared>) {
    let mut path = parents.to_vec();
    path.push(field["name"].as_str().unwrap_or_default().to_owned());
    let kind = &field["type"];
    let leaf = leaf(kind).map(|leaf| match leaf {
        LeafType::Nested(nested) if kind["type"] == "struct" => LeafType::Struct(nested),
        leaf => leaf,
    });
    columns.push(Declared {
        path: path.clone(),
        leaf,
        default: None,
        char: field["char"].as_u64(),
    });
    if kind["type"] == "struct" {
        fields(kind).for_each(|field| add(&path, field, columns));
    }
}

/// The type in Spark's JSON.
fn leaf(kind: &Value) -> Result<LeafType, String> {
    let nested = |nested| Ok(LeafType::Nested(Nested::new(nested)));
    match (kind["type"].as_str(), kind.as_str()) {
        (Some("struct"), _) => {
            let fields = fields(kind).map(|field| {
                let name = field["name"].as_str().unwrap_or_default();
                Ok((name.to_owned(), leaf(&field["type"])?))
            });
            nested(NestedType::Struct(fields.collect::<Result<_, String>>()?))
        }
        (Some("array"), _) => nested(NestedType::Array(leaf(&kind["elementType"])?)),
        (Some("map"), _) => nested(NestedType::Map(leaf(&kind["keyType"])?, leaf(&kind["valueType"])?)),
        (Some("udt"), _) => leaf(&kind["sqlType"]),
        (_, Some(name)) => scalar(name).ok_or_else(|| name.to_owned()),
        _ => Err(kind.to_string()),
    }
}

fn scalar(name: &str) -> Option<LeafType> {
    let int = |bits| LeafType::Integer { bits, signed: true };
    let instant = |zoned| LeafType::Timestamp {
        unit: Unit::Micros,
        zoned,
    };
    Some(match name {
        "boolean" => LeafType::Boolean,
        "byte" => int(8),
        "short" => int(16),
        "integer" => int(32),
        "long" => int(64),
        "float" => LeafType::Float,
        "double" => LeafType::Double,
        "string" => LeafType::String,
        "binary" => LeafType::Binary,
        "date" => LeafType::Date,
        "timestamp" => instant(true),
        "timestamp_ntz" => instant(false),
        _ => {
            if let Some(interval) = Interval::parse(name) {
                return Some(LeafType::Interval(interval));
            }
            let (precision, scale) = name.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
            LeafType::Decimal {
                precision: precision.trim().parse().ok()?,
                scale: scale.trim().parse().ok()?,
            }
        }
    })
}

/// A default from its text: integers as they are, decimals without their point, dates in days, timestamps in
/// microseconds.
fn value(leaf: LeafType, text: &str) -> Option<PartitionValue> {
    Some(match leaf {
        LeafType::Boolean => PartitionValue::Boolean(text.parse().ok()?),
        LeafType::Integer { .. } => PartitionValue::Long(text.parse().ok()?),
        LeafType::Decimal { .. } => PartitionValue::Decimal(text.parse().ok()?),
        LeafType::Float | LeafType::Double => PartitionValue::Double(text.parse().ok()?),
        LeafType::String => PartitionValue::String(text.to_owned()),
        LeafType::Date => PartitionValue::Date(text.parse().ok()?),
        LeafType::Timestamp { .. } => PartitionValue::Timestamp(text.parse().ok()?),
        _ => return None,
    })
}

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
