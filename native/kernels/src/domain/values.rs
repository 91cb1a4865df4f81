//! From what a file stores to what is hashed, compared and shown.
//!
//! Values take three forms, each an Arrow array:
//!
//! - *stored*: as the Parquet reader gives them, physical type only (`Boolean`, `Int32`, `Int64`, `Float32`, `Float64`,
//!   `BinaryView`, `Binary` dictionaries, `FixedSizeBinary`; 96-bit timestamps arrive as `Int64` microseconds);
//! - *own*: in the type of the side's column ([`LeafType::own_type`]), which may be wider than the file's: scaled
//!   integers as `Int64` (or `Decimal128` where 64 bits do not hold the type), floating point as `Float64`, text and
//!   bytes as binary, arrays and maps as bytes ([`crate::nested::bytes`]), structs as whether anything is in them.
//!   Values are ordered and shown in this form;
//! - *domain*: in the [`Domain`] where both sides meet ([`InDomain`]). Values are hashed and compared in this form.
//!
//! Most columns need no conversion at all: the own form of a stored double is the very same array.

use crate::domain::Domain;
use crate::spark::calendar;
use crate::spark::cast::{self, Reading};
use crate::spark::numbers;
use crate::spark::zone::Zone;
use crate::types::{LeafType, Unit};
use arrow::array::{
    Array, ArrayRef, AsArray, BinaryViewArray, BooleanArray, Decimal128Array, Float64Array, Int64Array, PrimitiveArray,
    new_null_array,
};
use arrow::buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float32Type, Float64Type, Int32Type, Int64Type};
use num_bigint::BigInt;
use std::sync::Arc;
use thiserror::Error;

/// A stored value that its type cannot hold.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ValueError {
    /// A decimal of more than 38 digits.
    #[error("a decimal value does not fit 38 digits")]
    Decimal,
    /// An instant beyond the range of the column's unit.
    #[error("a timestamp is out of range")]
    Timestamp,
    /// The file's physical type does not store this type.
    #[error("{0} cannot be stored as {1}")]
    Physical(String, String),
}

/// How one file stores one leaf.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The type by the file's own schema.
    pub leaf: LeafType,
    /// Calendar of its dates and timestamps: `Some(zone)` for the hybrid Julian calendar of a writer in that zone.
    pub julian: Option<Zone>,
}

/// The own form of stored values: `leaf` is the type of the side's column.
pub fn own(array: &ArrayRef, stored: &Stored, leaf: &LeafType) -> Result<ArrayRef, ValueError> {
    if stored.leaf == LeafType::Void {
        return Ok(new_null_array(&leaf.own_type(), array.len()));
    }
    let physical = || ValueError::Physical(stored.leaf.to_string(), array.data_type().to_string());
    let integers = match (&stored.leaf, array.data_type()) {
        (LeafType::Boolean, DataType::Boolean) | (LeafType::Double, DataType::Float64) => return Ok(Arc::clone(array)),
        (LeafType::Float, DataType::Float32) => {
            return Ok(Arc::new(
                array.as_primitive::<Float32Type>().unary::<_, Float64Type>(f64::from),
            ));
        }
        (LeafType::Float, DataType::FixedSizeBinary(2)) => return Ok(Arc::new(half_floats(array))),
        (LeafType::String | LeafType::Binary, DataType::BinaryView | DataType::Dictionary(_, _)) => {
            return Ok(Arc::clone(array));
        }
        (LeafType::String | LeafType::Binary, DataType::FixedSizeBinary(_)) => {
            return Ok(Arc::new(BinaryViewArray::from_iter(
                array.as_fixed_size_binary().iter(),
            )));
        }
        (LeafType::Integer { bits, signed }, DataType::Int32) => {
            let values = array.as_primitive::<Int32Type>();
            match (bits, signed) {
                (8, true) => to_i64(values, |v| i64::from(v as i8)),
                (8, false) => to_i64(values, |v| i64::from(v as u8)),
                (16, true) => to_i64(values, |v| i64::from(v as i16)),
                (16, false) => to_i64(values, |v| i64::from(v as u16)),
                (_, true) => to_i64(values, i64::from),
                (_, false) => to_i64(values, |v| i64::from(v as u32)),
            }
        }
        (
            LeafType::Integer {
                bits: 64,
                signed: false,
            },
            DataType::Int64,
        ) => {
            let values = array.as_primitive::<Int64Type>();
            return Ok(Arc::new(i128_array(values.len(), values.nulls().cloned(), |i| {
                i128::from(values.value(i) as u64)
            })));
        }
        (LeafType::Decimal { .. }, DataType::FixedSizeBinary(_)) => {
            let bytes = array.as_fixed_size_binary();
            return decimal_bytes(array, leaf, &stored.leaf, |i| bytes.value(i));
        }
        (LeafType::Decimal { .. }, DataType::BinaryView) => {
            let bytes = array.as_binary_view();
            return decimal_bytes(array, leaf, &stored.leaf, |i| bytes.value(i));
        }
        (LeafType::Date, DataType::Int32) => {
            let days = array.as_primitive::<Int32Type>();
            match stored.julian {
                Some(_) => to_i64(days, |d| i64::from(calendar::rebase_days(d))),
                None => to_i64(days, i64::from),
            }
        }
        (LeafType::Timestamp { unit, .. }, DataType::Int64) => {
            let values = array.as_primitive::<Int64Type>();
            match stored.julian {
                Some(zone) if *unit == Unit::Micros => to_i64(values, |v| calendar::rebase_micros(v, zone)),
                Some(zone) if *unit == Unit::Millis => to_i64(values, |v| match v.checked_mul(1000) {
                    Some(micros) => calendar::rebase_micros(micros, zone).div_euclid(1000),
                    None => v,
                }),
                _ => values.clone(),
            }
        }
        (LeafType::Time { .. } | LeafType::Interval(_), DataType::Int32) => {
            to_i64(array.as_primitive::<Int32Type>(), i64::from)
        }
        (LeafType::Time { .. } | LeafType::Interval(_) | LeafType::Integer { .. }, DataType::Int64) => {
            array.as_primitive::<Int64Type>().clone()
        }
        (LeafType::Decimal { .. }, DataType::Int32) => to_i64(array.as_primitive::<Int32Type>(), i64::from),
        (LeafType::Decimal { .. }, DataType::Int64) => array.as_primitive::<Int64Type>().clone(),
        _ => return Err(physical()),
    };
    widen(integers, &stored.leaf, leaf)
}

/// Scaled 64-bit integers of the file's type as the side's type holds them.
fn widen(values: Int64Array, from: &LeafType, to: &LeafType) -> Result<ArrayRef, ValueError> {
    let (scale, wide) = (to.scale() - from.scale(), !to.fits_64_bits());
    if scale == 0 && !wide {
        return Ok(Arc::new(values));
    }
    if wide {
        return Ok(Arc::new(try_i128_array(&values, |i| {
            numbers::rescale(i128::from(values.value(i)), from.scale(), to.scale()).ok_or(ValueError::Decimal)
        })?));
    }
    let too_large = || match to {
        LeafType::Decimal { .. } => ValueError::Decimal,
        _ => ValueError::Timestamp,
    };
    let factor = 10i64.checked_pow(scale.unsigned_abs()).ok_or_else(too_large)?;
    let widened = values.try_unary::<_, Int64Type, ValueError>(|v| v.checked_mul(factor).ok_or_else(too_large))?;
    Ok(Arc::new(widened))
}

fn to_i64<T: ArrowPrimitiveType>(values: &PrimitiveArray<T>, f: impl Fn(T::Native) -> i64) -> Int64Array {
    values.unary::<_, Int64Type>(f)
}

fn i128_array(len: usize, nulls: Option<NullBuffer>, f: impl Fn(usize) -> i128) -> Decimal128Array {
    Decimal128Array::new((0..len).map(f).collect::<Vec<i128>>().into(), nulls)
}

fn try_i128_array(
    source: &dyn Array,
    f: impl Fn(usize) -> Result<i128, ValueError>,
) -> Result<Decimal128Array, ValueError> {
    let nulls = source.nulls().cloned();
    let values = (0..source.len())
        .map(|i| if source.is_valid(i) { f(i) } else { Ok(0) })
        .collect::<Result<Vec<i128>, ValueError>>()?;
    Ok(Decimal128Array::new(values.into(), nulls))
}

fn decimal_bytes<'a>(
    array: &'a ArrayRef,
    to: &LeafType,
    from: &LeafType,
    bytes: impl Fn(usize) -> &'a [u8],
) -> Result<ArrayRef, ValueError> {
    let value = |i| {
        let mantissa = numbers::i128_from_be_bytes(bytes(i)).ok_or(ValueError::Decimal)?;
        numbers::rescale(mantissa, from.scale(), to.scale()).ok_or(ValueError::Decimal)
    };
    if !to.fits_64_bits() {
        return Ok(Arc::new(try_i128_array(array, value)?));
    }
    let nulls = array.nulls().cloned();
    let values = (0..array.len())
        .map(|i| {
            if array.is_valid(i) {
                i64::try_from(value(i)?).map_err(|_| ValueError::Decimal)
            } else {
                Ok(0)
            }
        })
        .collect::<Result<Vec<i64>, ValueError>>()?;
    Ok(Arc::new(Int64Array::new(values.into(), nulls)))
}

fn half_floats(array: &ArrayRef) -> Float64Array {
    let bytes = array.as_fixed_size_binary();
    let values: Vec<f64> = (0..bytes.len())
        .map(|i| match *bytes.value(i) {
            [a, b] => half_to_f64(u16::from_le_bytes([a, b])),
            _ => 0.0,
        })
        .collect();
    Float64Array::new(values.into(), array.nulls().cloned())
}

/// A 16-bit float as a double, exactly.
fn half_to_f64(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * numbers::power_of_two(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * numbers::power_of_two(exponent - 25),
    }
}

/// Values in the domain where both sides meet.
#[derive(Clone, Debug)]
pub struct InDomain {
    /// `Int64` or `Decimal128` integers, `Float64`, `Boolean`, `BinaryView`, or a dictionary of `Binary`.
    pub array: ArrayRef,
    /// Rows without a place in the domain, if there are any: no value of the other side equals them.
    pub displaced: Option<Displaced>,
}

/// Rows whose value has no place in the domain.
///
/// A number may be too large to be written at the domain's scale; its slot then holds it at its own scale, and the
/// other side's type cannot hold a number so large. Text may say nothing that the other side's type knows, or a decimal
/// between two of its units; then the text itself stands for the value.
#[derive(Clone, Debug)]
pub struct Displaced {
    rows: BooleanBuffer,
    /// The text and the other side's type, where values were read from text.
    text: Option<(ArrayRef, LeafType)>,
}

impl InDomain {
    /// Whether this row has no place in the domain.
    #[inline]
    pub fn is_displaced(&self, row: usize) -> bool {
        self.displaced
            .as_ref()
            .is_some_and(|displaced| displaced.rows.value(row))
    }

    /// The text of a row that has no place in the domain because of what its text says.
    pub(crate) fn displaced_text(&self, row: usize) -> Option<&[u8]> {
        let (text, _) = self.displaced.as_ref()?.text.as_ref()?;
        self.is_displaced(row).then(|| bytes_at(text.as_ref(), row))
    }
}

/// The exact number in a row that is not null: an integer and its decimal places. `scale` is the domain's, `own` that
/// of the side's type. `None` for text that is not a number.
pub(crate) fn exact_at(values: &InDomain, row: usize, scale: i32, own: i32) -> Option<(BigInt, i32)> {
    let number = || BigInt::from(integer_at(values.array.as_ref(), row));
    match values.displaced.as_ref().filter(|displaced| displaced.rows.value(row)) {
        None => Some((number(), scale)),
        Some(Displaced { text: None, .. }) => Some((number(), own)),
        Some(Displaced {
            text: Some((text, leaf)),
            ..
        }) if leaf.is_decimal() => Some(cast::decimal(bytes_at(text.as_ref(), row), leaf)?.exact()),
        Some(_) => None,
    }
}

/// Brings own values of type `leaf` to the domain of their side ([`Domain::side`]).
pub fn in_domain(own: &ArrayRef, leaf: &LeafType, domain: &Domain, zone: Zone) -> InDomain {
    let plain = |array: ArrayRef| InDomain { array, displaced: None };
    match domain {
        Domain::Boolean | Domain::Bytes | Domain::Interval | Domain::Struct | Domain::Apart { .. } => {
            plain(Arc::clone(own))
        }
        Domain::Nested(nested) => plain(nested.bytes(own, leaf, zone)),
        Domain::Parsed { leaf, domain, .. } => parsed(own, leaf, domain, zone),
        Domain::Double => plain(match own.data_type() {
            DataType::Float64 => Arc::clone(own),
            _ => Arc::new(doubles(own, leaf.scale())),
        }),
        Domain::Exact { scale } if *scale == leaf.scale() => plain(Arc::clone(own)),
        Domain::Exact { scale } => rescaled(own, leaf.scale(), *scale, |v| v),
        Domain::Instant { scale, zoned } => match leaf {
            LeafType::Date if *zoned => rescaled(own, 6, *scale, |days| {
                i128::from(calendar::midnight_seconds(clamp_days(days), zone)) * 1_000_000
            }),
            LeafType::Date => rescaled(own, 6, *scale, |days| days * 86_400_000_000),
            LeafType::Timestamp { unit, zoned: false } if *zoned => {
                let per_second = 10i128.pow(unit.scale().unsigned_abs());
                rescaled(own, unit.scale(), *scale, |local| {
                    let seconds = i64::try_from(local.div_euclid(per_second)).unwrap_or(i64::MAX);
                    local - i128::from(calendar::offset_of_local(seconds, zone)) * per_second
                })
            }
            _ if *scale == leaf.scale() => plain(Arc::clone(own)),
            _ => rescaled(own, leaf.scale(), *scale, |v| v),
        },
    }
}

fn clamp_days(days: i128) -> i32 {
    days.clamp(i128::from(i32::MIN), i128::from(i32::MAX)) as i32
}

/// The integer in row `row` of an own or domain array of scaled integers.
#[inline]
pub fn integer_at(array: &dyn Array, row: usize) -> i128 {
    match array.data_type() {
        DataType::Int64 => i128::from(array.as_primitive::<Int64Type>().value(row)),
        _ => array.as_primitive::<arrow::datatypes::Decimal128Type>().value(row),
    }
}

fn doubles(own: &ArrayRef, scale: i32) -> Float64Array {
    let values: Vec<f64> = match own.data_type() {
        // Rounds to nearest, ties to even, as Spark's cast does.
        DataType::Int64 if scale == 0 => own
            .as_primitive::<Int64Type>()
            .values()
            .iter()
            .map(|&v| v as f64)
            .collect(),
        _ => (0..own.len())
            .map(|i| numbers::decimal_to_f64(integer_at(own, i), scale))
            .collect(),
    };
    Float64Array::new(values.into(), own.nulls().cloned())
}

/// Integers at scale `from`, after `f`, at the domain's scale `to`.
fn rescaled(own: &ArrayRef, from: i32, to: i32, f: impl Fn(i128) -> i128) -> InDomain {
    let mut displaced: Option<Vec<bool>> = None;
    let values: Vec<i128> = (0..own.len())
        .map(|i| {
            if own.is_null(i) {
                return 0;
            }
            let value = f(integer_at(own, i));
            numbers::rescale(value, from, to).unwrap_or_else(|| {
                displaced.get_or_insert_with(|| vec![false; own.len()])[i] = true;
                value
            })
        })
        .collect();
    InDomain {
        array: integers(values, own.nulls().cloned()),
        displaced: displaced.map(|rows| Displaced {
            rows: rows.into(),
            text: None,
        }),
    }
}

/// Own text, read as values of type `leaf` in their `domain`.
fn parsed(own: &ArrayRef, leaf: &LeafType, domain: &Domain, zone: Zone) -> InDomain {
    let scale = domain.decimal_places();
    let read = |text: &[u8]| cast::read(text, leaf, scale, zone);
    let row_of = |row| own.is_valid(row).then(|| bytes_at(own.as_ref(), row));
    let readings: Vec<Reading> = match own.data_type() {
        // Each text once.
        DataType::Dictionary(_, _) if own.as_dictionary::<Int32Type>().values().len() < own.len() => {
            let dictionary = own.as_dictionary::<Int32Type>();
            let texts = dictionary.values().as_binary::<i32>();
            let known: Vec<Reading> = (0..texts.len()).map(|at| read(texts.value(at))).collect();
            let keys = dictionary.keys().values();
            let at = |row: usize| known.get(usize::try_from(keys[row]).ok()?).copied();
            (0..own.len()).map(|row| at(row).unwrap_or(Reading::Nothing)).collect()
        }
        _ => (0..own.len())
            .map(|row| row_of(row).map_or(Reading::Nothing, read))
            .collect(),
    };
    let nulls = own.nulls().cloned();
    let array: ArrayRef = match domain {
        Domain::Boolean => {
            let values = BooleanBuffer::collect_bool(own.len(), |row| readings[row] == Reading::Boolean(true));
            Arc::new(BooleanArray::new(values, nulls))
        }
        Domain::Double => {
            let value = |reading: &Reading| {
                if let Reading::Double(value) = reading {
                    *value
                } else {
                    0.0
                }
            };
            Arc::new(Float64Array::new(
                readings.iter().map(value).collect::<Vec<f64>>().into(),
                nulls,
            ))
        }
        _ => {
            let value = |reading: &Reading| if let Reading::Units(value) = reading { *value } else { 0 };
            integers(readings.iter().map(value).collect(), nulls)
        }
    };
    let is_displaced = |row: usize| own.is_valid(row) && matches!(readings[row], Reading::Between | Reading::Nothing);
    let rows = BooleanBuffer::collect_bool(own.len(), is_displaced);
    let displaced = (rows.count_set_bits() > 0).then(|| Displaced {
        rows,
        text: Some((Arc::clone(own), leaf.clone())),
    });
    InDomain { array, displaced }
}

/// Integers in 64 bits if all fit.
fn integers(values: Vec<i128>, nulls: Option<NullBuffer>) -> ArrayRef {
    if values.iter().all(|&value| i64::try_from(value).is_ok()) {
        let narrowed: ScalarBuffer<i64> = values.iter().map(|&v| v as i64).collect::<Vec<i64>>().into();
        Arc::new(Int64Array::new(narrowed, nulls))
    } else {
        Arc::new(Decimal128Array::new(values.into(), nulls))
    }
}

/// The value of a boolean own array.
pub fn boolean_at(array: &dyn Array, row: usize) -> bool {
    array
        .as_any()
        .downcast_ref::<BooleanArray>()
        .is_some_and(|b| b.value(row))
}

/// The value of a binary own array, plain or behind a dictionary.
pub fn bytes_at(array: &dyn Array, row: usize) -> &[u8] {
    match array.data_type() {
        DataType::BinaryView => array.as_binary_view().value(row),
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_dictionary::<Int32Type>();
            dictionary
                .values()
                .as_binary::<i32>()
                .value(dictionary.keys().value(row) as usize)
        }
        _ => &[],
    }
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
