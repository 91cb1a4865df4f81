//! The columns of a frame: flat ones as they are, structs put together from their fields, arrays built from own bytes.
//!
//! Rows of a frame have Spark's own types. A top-level column with something in it that has no type, or is too deep for Spark, stays out.

use crate::frames::spark_types::{in_spark, spark_field, spark_struct, spark_type};
use crate::frames::struct_of;
use arrow::array::{Array, ArrayRef, BooleanArray, ListArray, MapArray, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::nullif;
use arrow::datatypes::Field;
use parity_kernels::domain::values;
use parity_kernels::nested::bytes::{FlatValue, OwnBytes, own_array};
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;
use parity_kernels::types::nested::NestedType;
use parity_source::column::Column;
use parity_source::{Code, ParityError};
use serde_json::{Value, json};
use std::sync::Arc;

/// A column of a frame.
#[derive(Clone, Debug)]
pub struct Framed {
    /// Its name.
    pub name: String,
    /// Which of the given columns holds its values; of a struct, whether it is there.
    number: usize,
    leaf: LeafType,
    /// Fields of a struct.
    fields: Vec<Framed>,
}

/// A column that frames are made of.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Of a field: the place of its struct among the parts.
    pub parent: Option<usize>,
    /// Its own name.
    pub name: &'a str,
    /// The number by which its values are asked for.
    pub number: usize,
    /// Its type, if it has one.
    pub leaf: Option<&'a LeafType>,
}

/// Levels of structs, arrays and maps in a frame. Spark reads the schemas of frames as JSON, which its parser refuses to be much deeper.
const LEVELS: usize = 100;

/// The columns of a frame made of these parts, of which structs come before their fields.
pub fn columns(parts: &[Part<'_>]) -> Vec<Framed> {
    let mut fields: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
    for (place, part) in parts.iter().enumerate() {
        if let Some(parent) = part.parent {
            fields[parent].push(place);
        }
    }
    let top = (0..parts.len()).filter(|&place| parts[place].parent.is_none());
    top.filter_map(|place| Framed::of(place, parts, &fields, 1)).collect()
}

/// The parts of a side.
pub fn parts(columns: &[Column]) -> Vec<Part<'_>> {
    let numbered = columns.iter().zip(0..);
    numbered
        .map(|(column, number)| Part {
            parent: column.parent,
            name: &column.field,
            number,
            leaf: column.leaf.as_ref().ok(),
        })
        .collect()
}

fn can_be_shown(leaf: &LeafType, level: usize) -> bool {
    let shown = |leaf: &LeafType| can_be_shown(leaf, level + 1);
    match leaf {
        LeafType::Nested(_) if level > LEVELS => false,
        LeafType::Nested(nested) => match nested.get() {
            NestedType::Array(element) => shown(element),
            NestedType::Map(key, value) => shown(key) && shown(value),
            NestedType::Struct(fields) => fields.iter().all(|(_, field)| shown(field)),
            NestedType::Unknown(_) => false,
        },
        _ => true,
    }
}

impl Framed {
    fn of(place: usize, parts: &[Part<'_>], fields: &[Vec<usize>], level: usize) -> Option<Framed> {
        let Part { name, number, leaf, .. } = parts[place];
        let leaf = leaf.filter(|leaf| can_be_shown(leaf, level))?;
        let below = match leaf {
            LeafType::Struct(_) if level > LEVELS || fields[place].is_empty() => return None,
            LeafType::Struct(_) => {
                let below = fields[place].iter();
                below
                    .map(|&field| Framed::of(field, parts, fields, level + 1))
                    .collect::<Option<_>>()?
            }
            _ => Vec::new(),
        };
        Some(Framed {
            name: name.to_owned(),
            number,
            leaf: leaf.clone(),
            fields: below,
        })
    }

    /// Its Spark type, as in the JSON of a schema.
    fn spark_type(&self) -> Value {
        match &self.leaf {
            LeafType::Struct(_) => spark_struct(&self.fields.iter().map(Framed::spark_field).collect::<Vec<_>>()),
            leaf => nested_spark_type(leaf),
        }
    }

    /// Its field of a Spark schema.
    pub fn spark_field(&self) -> Value {
        spark_field(&self.name, &self.spark_type())
    }

    /// Leaves that it is made of.
    pub fn width(&self) -> usize {
        self.fields.iter().map(Framed::width).sum::<usize>().max(1)
    }

    /// Its values as Spark stores them; `own` gives the own values of a part.
    pub fn values(
        &self,
        own: &mut impl FnMut(usize) -> Result<ArrayRef, ParityError>,
        zone: Zone,
    ) -> Result<ArrayRef, ParityError> {
        match &self.leaf {
            LeafType::Struct(_) => {
                let there = own(self.number)?;
                let fields = self.fields.iter().map(|field| field.values(own, zone));
                let fields = fields.collect::<Result<Vec<ArrayRef>, _>>()?;
                Ok(Arc::new(with_nulls(
                    struct_of(fields, there.len()),
                    there.nulls().cloned(),
                )))
            }
            LeafType::Nested(_) => {
                let own = own(self.number)?;
                let mut building = Building::of(&self.leaf);
                for row in 0..own.len() {
                    let bytes = values::bytes_at(own.as_ref(), row);
                    if own.is_null(row) {
                        building.push_null();
                    } else if building.push(&mut OwnBytes(bytes)).is_none() {
                        return Err(ParityError::internal("the bytes of a nested value end too early"));
                    }
                }
                building.finish(&self.name, zone)
            }
            leaf => in_spark(&own(self.number)?, leaf, zone),
        }
    }
}

fn nested_spark_type(leaf: &LeafType) -> Value {
    let LeafType::Nested(nested) = leaf else {
        return json!(spark_type(leaf));
    };
    match nested.get() {
        NestedType::Array(element) => {
            json!({"type": "array", "elementType": nested_spark_type(element), "containsNull": true})
        }
        NestedType::Struct(fields) => {
            let fields = fields
                .iter()
                .map(|(name, field)| spark_field(name, &nested_spark_type(field)));
            spark_struct(&fields.collect::<Vec<_>>())
        }
        NestedType::Map(key, value) => json!({
            "type": "map",
            "keyType": nested_spark_type(key),
            "valueType": nested_spark_type(value),
            "valueContainsNull": true,
        }),
        NestedType::Unknown(_) => json!("string"),
    }
}

fn with_nulls(whole: StructArray, nulls: Option<NullBuffer>) -> StructArray {
    let (fields, columns, _) = whole.into_parts();
    StructArray::new(fields, columns, nulls)
}

/// Nested values on their way from own bytes to Arrow arrays.
enum Building {
    Flat(LeafType, Vec<FlatValue>, Vec<bool>),
    List(Vec<i32>, Vec<bool>, Box<Building>),
    /// Where the entries of each map end, and their keys and values.
    Map(Vec<i32>, Vec<bool>, Box<[Building; 2]>),
    Struct(Vec<bool>, Vec<Building>),
}

impl Building {
    fn of(leaf: &LeafType) -> Building {
        match leaf {
            LeafType::Nested(nested) => match nested.get() {
                NestedType::Array(element) => Building::List(vec![0], Vec::new(), Box::new(Building::of(element))),
                NestedType::Struct(fields) => Building::Struct(
                    Vec::new(),
                    fields.iter().map(|(_, field)| Building::of(field)).collect(),
                ),
                NestedType::Map(key, value) => {
                    let entry = Box::new([Building::of(key), Building::of(value)]);
                    Building::Map(vec![0], Vec::new(), entry)
                }
                NestedType::Unknown(_) => Building::Struct(Vec::new(), Vec::new()),
            },
            _ => Building::Flat(leaf.clone(), Vec::new(), Vec::new()),
        }
    }

    fn push_null(&mut self) {
        match self {
            Building::Flat(_, values, valid) => {
                values.push(FlatValue::Boolean(false));
                valid.push(false);
            }
            Building::List(offsets, valid, _) | Building::Map(offsets, valid, _) => {
                offsets.extend(offsets.last().copied());
                valid.push(false);
            }
            Building::Struct(valid, fields) => {
                valid.push(false);
                fields.iter_mut().for_each(Building::push_null);
            }
        }
    }

    fn push(&mut self, bytes: &mut OwnBytes<'_>) -> Option<()> {
        match self {
            Building::Flat(leaf, values, valid) => {
                values.push(bytes.flat(leaf)?);
                valid.push(true);
            }
            Building::List(offsets, valid, element) => {
                let mut end = *offsets.last()?;
                while bytes.is_present()? {
                    element.push_nullable(bytes)?;
                    end = end.checked_add(1)?;
                }
                offsets.push(end);
                valid.push(true);
            }
            Building::Map(offsets, valid, entry) => {
                let mut end = *offsets.last()?;
                while bytes.is_present()? {
                    for part in entry.iter_mut() {
                        part.push_nullable(bytes)?;
                    }
                    end = end.checked_add(1)?;
                }
                offsets.push(end);
                valid.push(true);
            }
            Building::Struct(valid, fields) => {
                for field in fields {
                    field.push_nullable(bytes)?;
                }
                valid.push(true);
            }
        }
        Some(())
    }

    fn push_nullable(&mut self, bytes: &mut OwnBytes<'_>) -> Option<()> {
        if bytes.is_present()? {
            self.push(bytes)?;
        } else {
            self.push_null();
        }
        Some(())
    }

    /// The array, of a column that is called like this.
    fn finish(self, name: &str, zone: Zone) -> Result<ArrayRef, ParityError> {
        Ok(match self {
            Building::Flat(leaf, values, valid) => {
                let in_spark = in_spark(&own_array(&leaf, &values), &leaf, zone)?;
                let is_null: BooleanArray = valid.iter().map(|valid| Some(!valid)).collect();
                nullif(in_spark.as_ref(), &is_null)?
            }
            Building::List(offsets, valid, element) => {
                let elements = element.finish(name, zone)?;
                let field = Field::new("element", elements.data_type().clone(), true);
                Arc::new(ListArray::try_new(
                    Arc::new(field),
                    OffsetBuffer::new(offsets.into()),
                    elements,
                    Some(NullBuffer::from(valid)),
                )?)
            }
            Building::Map(offsets, valid, entry) => {
                let [key, value] = *entry;
                let (keys, values) = (key.finish(name, zone)?, value.finish(name, zone)?);
                if keys.null_count() > 0 {
                    return Err(ParityError::new(
                        Code::CorruptFile,
                        format!("a map in the column {name} has null for a key, which Spark's maps cannot have"),
                        "leave the column out, or write the file again",
                    ));
                }
                let fields = vec![
                    Field::new("key", keys.data_type().clone(), false),
                    Field::new("value", values.data_type().clone(), true),
                ];
                let entries = StructArray::try_new(fields.into(), vec![keys, values], None)?;
                let field = Field::new("entries", entries.data_type().clone(), false);
                Arc::new(MapArray::try_new(
                    Arc::new(field),
                    OffsetBuffer::new(offsets.into()),
                    entries,
                    Some(NullBuffer::from(valid)),
                    false,
                )?)
            }
            Building::Struct(valid, fields) => {
                let rows = valid.len();
                let fields = fields.into_iter().map(|field| field.finish(name, zone));
                let whole = struct_of(fields.collect::<Result<_, _>>()?, rows);
                Arc::new(with_nulls(whole, Some(NullBuffer::from(valid))))
            }
        })
    }
}

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
