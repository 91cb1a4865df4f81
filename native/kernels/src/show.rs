//! Own values as text.

use crate::hash::double_bits;
use crate::nested_text;
use crate::text;
use crate::types::LeafType;
use crate::values;
use crate::zone::Zone;
use arrow::array::{Array, AsArray};
use arrow::datatypes::Float64Type;

/// A double as it is compared: -0.0 equals 0.0, and which of two equal rows is shown must not be seen in a result.
fn double_at(own: &dyn Array, row: usize) -> f64 {
    f64::from_bits(double_bits(own.as_primitive::<Float64Type>().value(row)))
}

/// The value in row `row` of an own array of type `leaf`, as Spark's cast to string shows it; `None` for null.
pub fn show(own: &dyn Array, row: usize, leaf: LeafType, zone: Zone) -> Option<String> {
    if own.is_null(row) {
        return None;
    }
    let nanos = |scale: i32| values::integer_at(own, row) * 10i128.pow((9 - scale).unsigned_abs());
    Some(match leaf {
        LeafType::Boolean => values::boolean_at(own, row).to_string(),
        LeafType::Integer { .. } => values::integer_at(own, row).to_string(),
        LeafType::Float => text::float_text(double_at(own, row) as f32),
        LeafType::Double => text::double_text(double_at(own, row)),
        LeafType::Decimal { scale, .. } => text::decimal_text(values::integer_at(own, row), i32::from(scale)),
        // Nothing is there to be shown.
        LeafType::Void => return None,
        LeafType::String => text::string_text(values::bytes_at(own, row)),
        LeafType::Binary => text::binary_text(values::bytes_at(own, row)),
        LeafType::Date => text::date_text(i64::try_from(values::integer_at(own, row)).unwrap_or(i64::MAX)),
        LeafType::Timestamp { unit, zoned } => {
            text::timestamp_text(nanos(unit.scale()), if zoned { zone } else { Zone::UTC })
        }
        // What is in it is shown field by field.
        LeafType::Struct(_) if values::boolean_at(own, row) => "{...}".to_owned(),
        LeafType::Struct(_) => "{}".to_owned(),
        LeafType::Nested(_) => nested_text::json(values::bytes_at(own, row), leaf, zone),
        LeafType::Interval(interval) => interval.text(i64::try_from(values::integer_at(own, row)).unwrap_or(i64::MAX)),
        LeafType::Time { unit } => text::time_text(i64::try_from(nanos(unit.scale())).unwrap_or(i64::MAX)),
    })
}
