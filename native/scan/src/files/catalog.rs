//! What the catalog of a table declares about its columns.
//!
//! A table means its declared columns: what its files hold besides is not part of it, and what a file lacks is null
//! there, or the value that the column got as its default when it was added. A file may store a column narrower than
//! declared.

use crate::error::{ScanError, ScanResult};
use crate::files::partition::{PartitionType, PartitionValue};
use crate::footer::Footer;
use parity_kernels::types::interval::Interval;
use parity_kernels::types::nested::{Nested, NestedType};
use parity_kernels::types::{LeafType, Unit};
use parity_source::Code;
use parity_source::column::fold_name;
use serde_json::Value;
use std::collections::HashMap;

/// The declarations of a catalog; nothing for files that are not a table.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Partition columns whose type is declared.
    pub partitions: Vec<(String, PartitionType)>,
    /// All other columns, each struct before its fields.
    pub columns: Option<Vec<Declared>>,
    /// Whether names that differ by case are different names.
    pub case_sensitive: bool,
}

/// A declared column: a top-level one, or a field of a struct.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// The number of the struct that it is a field of, which stands before it.
    pub parent: Option<usize>,
    /// Its own name.
    pub name: String,
    /// Its type; the name of a type that files do not have.
    pub leaf: Result<LeafType, String>,
    /// Its value in files that lack it, where that is not null.
    pub default: Option<PartitionValue>,
    /// The length to which Spark pads its values when it reads them, of a `char` column.
    pub char: Option<u64>,
}

impl Catalog {
    /// Which declared column each column of a file is, the latter as their structs and own names; `None` where the
    /// catalog declares no columns.
    pub fn numbers<'a>(&self, columns: impl Iterator<Item = (Option<usize>, &'a str)>) -> Option<Vec<Option<usize>>> {
        let declared = self.columns.as_ref()?.iter().enumerate();
        let by_name: HashMap<(Option<usize>, String), usize> = declared
            .map(|(number, column)| ((column.parent, fold_name(&column.name, self.case_sensitive)), number))
            .collect();
        let mut numbers: Vec<Option<usize>> = Vec::new();
        for (parent, name) in columns {
            let number = match parent.map(|parent| numbers[parent]) {
                Some(None) => None,
                above => by_name
                    .get(&(above.flatten(), fold_name(name, self.case_sensitive)))
                    .copied(),
            };
            numbers.push(number);
        }
        Some(numbers)
    }

    /// Checks that a file has its `char` columns from a writer that padded them: values are read as they are.
    pub fn check_padding(&self, path: &str, footer: &Footer) -> ScanResult<()> {
        let columns = footer
            .columns
            .iter()
            .map(|column| (column.parent, column.name.as_str()));
        let numbers = self.numbers(columns).unwrap_or_default();
        let declared = self.columns.as_deref().unwrap_or_default();
        // The name of the column at the top, which the writer's own schema is asked for.
        let mut tops: Vec<&str> = Vec::with_capacity(numbers.len());
        for (column, number) in footer.columns.iter().zip(numbers) {
            let top = column.parent.map_or(column.name.as_str(), |parent| tops[parent]);
            tops.push(top);
            let Some(Declared {
                name,
                char: Some(length),
                ..
            }) = number.map(|number| &declared[number])
            else {
                continue;
            };
            if !footer.pads(top, *length) {
                return Err(ScanError::ReadOtherwise {
                    code: Code::UnsupportedTable,
                    reason: format!(
                        "{path}: the table's column {name} is char({length}), which Spark pads with spaces when it \
                         reads it, and this file was not written as char({length})"
                    ),
                    hint: "declare the column as string, or write its rows again through the table",
                });
            }
        }
        Ok(())
    }
}

/// The columns of a schema in Spark's JSON. A field of the top may have a `default`: its value as a string.
pub fn columns(schema: &Value) -> Vec<Declared> {
    let mut columns = Vec::new();
    for field in fields(schema) {
        let first = columns.len();
        add(None, field, &mut columns);
        if let (Ok(leaf), Some(text)) = (&columns[first].leaf, field["default"].as_str()) {
            columns[first].default = value(leaf, text);
        }
    }
    columns
}

fn fields(structure: &Value) -> impl Iterator<Item = &Value> {
    structure["fields"].as_array().into_iter().flatten()
}

fn add(parent: Option<usize>, field: &Value, columns: &mut Vec<Declared>) {
    let kind = &field["type"];
    let leaf = leaf(kind).map(|leaf| match leaf {
        LeafType::Nested(nested) if kind["type"] == "struct" => LeafType::Struct(nested),
        leaf => leaf,
    });
    let number = columns.len();
    columns.push(Declared {
        parent,
        name: field["name"].as_str().unwrap_or_default().to_owned(),
        leaf,
        default: None,
        char: field["char"].as_u64(),
    });
    if kind["type"] == "struct" {
        fields(kind).for_each(|field| add(Some(number), field, columns));
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
        "void" => LeafType::Void,
        _ => {
            if let Some(interval) = Interval::parse(name) {
                return Some(LeafType::Interval(interval));
            }
            if arguments(name, "time").is_some() {
                return Some(LeafType::Time { unit: Unit::Micros });
            }
            let (precision, scale) = arguments(name, "decimal")?.split_once(',')?;
            LeafType::Decimal {
                precision: precision.trim().parse().ok()?,
                scale: scale.trim().parse().ok()?,
            }
        }
    })
}

/// What stands in the brackets after the name of a type.
fn arguments<'a>(written: &'a str, name: &str) -> Option<&'a str> {
    written.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

/// A default from its text: integers as they are, decimals without their point, dates in days, timestamps in
/// microseconds.
fn value(leaf: &LeafType, text: &str) -> Option<PartitionValue> {
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
