//! Types of primitive fields, by how they are stored and what a file says of them.

use parity_kernels::types::{LeafType, Unit};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};

/// The type of a primitive field; the name of a type that cannot be compared otherwise.
pub(crate) fn flat_type(
    physical: Physical,
    logical: Option<&LogicalType>,
    converted: ConvertedType,
    length: i32,
    (precision, scale): (i32, i32),
) -> Result<LeafType, String> {
    let int = |bits, signed| Ok(LeafType::Integer { bits, signed });
    let instant = |unit, zoned| Ok(LeafType::Timestamp { unit, zoned });
    let decimal = |precision: i32, scale: i32| match (u8::try_from(precision), i8::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale)) if (0..=precision.cast_signed()).contains(&scale) => {
            Ok(LeafType::Decimal { precision, scale })
        }
        _ => Err(format!("decimal({precision},{scale})")),
    };
    let unknown = || {
        Err(format!(
            "{physical} with {}",
            logical.map_or(format!("{converted}"), |l| format!("{l:?}"))
        ))
    };
    if let Some(LogicalType::Decimal(d)) = logical {
        return decimal(d.precision, d.scale);
    }
    if converted == ConvertedType::DECIMAL {
        return decimal(precision, scale);
    }
    if matches!(logical, Some(LogicalType::Unknown)) {
        return Ok(LeafType::Void);
    }
    match physical {
        Physical::BOOLEAN => Ok(LeafType::Boolean),
        Physical::FLOAT => Ok(LeafType::Float),
        Physical::DOUBLE => Ok(LeafType::Double),
        Physical::INT96 => instant(Unit::Micros, true),
        Physical::INT32 => match (logical, converted) {
            (Some(LogicalType::Integer(i)), _) if [8, 16, 32].contains(&i.bit_width) => {
                int(i.bit_width.cast_unsigned(), i.is_signed)
            }
            (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => Ok(LeafType::Date),
            (Some(LogicalType::Time(t)), _) if t.unit == TimeUnit::MILLIS => Ok(LeafType::Time { unit: Unit::Millis }),
            (None, ConvertedType::TIME_MILLIS) => Ok(LeafType::Time { unit: Unit::Millis }),
            (None, ConvertedType::NONE) => int(32, true),
            (None, ConvertedType::INT_8) => int(8, true),
            (None, ConvertedType::INT_16) => int(16, true),
            (None, ConvertedType::INT_32) => int(32, true),
            (None, ConvertedType::UINT_8) => int(8, false),
            (None, ConvertedType::UINT_16) => int(16, false),
            (None, ConvertedType::UINT_32) => int(32, false),
            _ => unknown(),
        },
        Physical::INT64 => match (logical, converted) {
            (Some(LogicalType::Integer(i)), _) if i.bit_width == 64 => int(64, i.is_signed),
            (Some(LogicalType::Timestamp(t)), _) => instant(unit(&t.unit), t.is_adjusted_to_u_t_c),
            (Some(LogicalType::Time(t)), _) => Ok(LeafType::Time { unit: unit(&t.unit) }),
            (None, ConvertedType::TIME_MICROS) => Ok(LeafType::Time { unit: Unit::Micros }),
            (None, ConvertedType::TIMESTAMP_MILLIS) => instant(Unit::Millis, true),
            (None, ConvertedType::TIMESTAMP_MICROS) => instant(Unit::Micros, true),
            (None, ConvertedType::NONE | ConvertedType::INT_64) => int(64, true),
            (None, ConvertedType::UINT_64) => int(64, false),
            _ => unknown(),
        },
        Physical::BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), _) => Ok(LeafType::String),
            (None, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON) => Ok(LeafType::String),
            (Some(LogicalType::Bson), _) | (None, ConvertedType::BSON | ConvertedType::NONE) => Ok(LeafType::Binary),
            _ => unknown(),
        },
        Physical::FIXED_LEN_BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::Float16), _) if length == 2 => Ok(LeafType::Float),
            (Some(LogicalType::Uuid), _) | (None, ConvertedType::NONE) => Ok(LeafType::Binary),
            (None, ConvertedType::INTERVAL) => Err("interval".to_owned()),
            _ => unknown(),
        },
    }
}

fn unit(unit: &TimeUnit) -> Unit {
    match unit {
        TimeUnit::MILLIS => Unit::Millis,
        TimeUnit::MICROS => Unit::Micros,
        _ => Unit::Nanos,
    }
}
