//! Values as Spark stores them, and Spark's names of their types.

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, Date32Array, Decimal128Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int64Type};
use parity_kernels::domain::values;
use parity_kernels::spark::show;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;
use parity_source::ParityError;
use serde_json::{Value, json};
use std::sync::Arc;

/// Spark's name of a type, as in the JSON of a schema.
pub(crate) fn spark_type(leaf: &LeafType) -> String {
    match leaf {
        // A column of nulls is text that is not there: Spark has a type void, and cannot write it.
        LeafType::Time { .. } | LeafType::Void | LeafType::Struct(_) | LeafType::Nested(_) => "string".to_owned(),
        LeafType::Integer { .. } => match leaf.to_string().as_str() {
            "tinyint" => "byte".to_owned(),
            "smallint" => "short".to_owned(),
            "int" => "integer".to_owned(),
            "bigint" => "long".to_owned(),
            other => other.to_owned(),
        },
        _ => leaf.to_string(),
    }
}

pub(crate) fn spark_field(name: &str, kind: &Value) -> Value {
    json!({"name": name, "type": kind, "nullable": true, "metadata": {}})
}

pub(crate) fn spark_struct(fields: &[Value]) -> Value {
    json!({"type": "struct", "fields": fields})
}

/// Own values as Spark stores them.
pub(crate) fn in_spark(own: &ArrayRef, leaf: &LeafType, zone: Zone) -> Result<ArrayRef, ParityError> {
    let integers = || -> Result<Int64Array, ParityError> {
        match own.data_type() {
            DataType::Int64 => Ok(own.as_primitive::<Int64Type>().clone()),
            _ => Ok((0..own.len())
                .map(|row| own.is_valid(row).then(|| values::integer_at(own, row) as i64))
                .collect()),
        }
    };
    Ok(match leaf {
        LeafType::Boolean | LeafType::Double => Arc::clone(own),
        LeafType::Float => Arc::new(own.as_primitive::<Float64Type>().unary::<_, Float32Type>(|v| v as f32)),
        LeafType::Integer { .. } => match spark_type(leaf).as_str() {
            "byte" => cast(own, &DataType::Int8)?,
            "short" => cast(own, &DataType::Int16)?,
            "integer" => cast(own, &DataType::Int32)?,
            "long" => Arc::new(integers()?),
            _ => Arc::new(decimals(own).with_precision_and_scale(20, 0)?),
        },
        LeafType::Decimal { precision, scale } => Arc::new(decimals(own).with_precision_and_scale(*precision, *scale)?),
        LeafType::String | LeafType::Binary | LeafType::Void => {
            let mut builder = BinaryBuilder::with_capacity(own.len(), 0);
            for row in 0..own.len() {
                builder.append_option(own.is_valid(row).then(|| values::bytes_at(own.as_ref(), row)));
            }
            Arc::new(builder.finish())
        }
        LeafType::Date => {
            let days = integers()?;
            let days = days.iter().map(|day| day.map(|day| day as i32));
            Arc::new(days.collect::<Date32Array>())
        }
        LeafType::Timestamp { unit, .. } => {
            let to_micros = |value: i128| match unit.scale() {
                3 => value * 1000,
                6 => value,
                _ => value.div_euclid(1000),
            };
            let micros = (0..own.len()).map(|row| {
                own.is_valid(row)
                    .then(|| to_micros(values::integer_at(own.as_ref(), row)) as i64)
            });
            Arc::new(micros.collect::<TimestampMicrosecondArray>())
        }
        LeafType::Interval(interval) if interval.counts_months() => cast(own, &DataType::Int32)?,
        LeafType::Interval(_) => Arc::clone(own),
        LeafType::Time { .. } | LeafType::Struct(_) | LeafType::Nested(_) => {
            let texts = (0..own.len()).map(|row| show::show(own.as_ref(), row, leaf, zone));
            Arc::new(texts.collect::<StringArray>())
        }
    })
}

fn decimals(own: &ArrayRef) -> Decimal128Array {
    (0..own.len())
        .map(|row| own.is_valid(row).then(|| values::integer_at(own.as_ref(), row)))
        .collect()
}
