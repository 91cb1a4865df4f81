//! The bytes that Bloom filters know values by.
//!
//! A Bloom filter holds hashes of values as they are stored. It can only be asked about values that every writer
//! stores the same way: not about integers of fewer than 32 bits, which are cut to their width when they are
//! read, NaN, decimals in byte strings of any length, 96-bit timestamps, and values in the old calendar.

use parity_kernels::domain::values::Stored;
use parity_kernels::types::LeafType;
use parity_source::predicate::{Condition, View};
use parquet::basic::Type as Physical;
use parquet::schema::types::ColumnDescriptor;

/// Values that are looked up at most.
const MOST_VALUES: usize = 256;

/// All that a file can store and for which a condition is true; `None` where that is not certain or too much.
pub(crate) fn stored_values(
    condition: &Condition,
    column: &ColumnDescriptor,
    stored: &Stored,
    leaf: &LeafType,
) -> Option<Vec<Vec<u8>>> {
    if condition.view != View::Own || stored.julian.is_some() {
        return None;
    }
    let width = usize::try_from(column.type_length()).unwrap_or(0);
    let numbers = || condition.holds.few_numbers(MOST_VALUES);
    Some(match (&stored.leaf, column.physical_type()) {
        (LeafType::String | LeafType::Binary, Physical::BYTE_ARRAY) => condition.holds.few_bytes(MOST_VALUES)?,
        (LeafType::String | LeafType::Binary, Physical::FIXED_LEN_BYTE_ARRAY) => {
            let mut values = condition.holds.few_bytes(MOST_VALUES)?;
            values.retain(|value| value.len() == width);
            values
        }
        (LeafType::Float, Physical::FLOAT) => {
            let doubles = doubles(&numbers()?)?;
            let exact = doubles.into_iter().filter(|&value| f64::from(value as f32) == value);
            exact.map(|value| (value as f32).to_le_bytes().to_vec()).collect()
        }
        (LeafType::Double, Physical::DOUBLE) => {
            let doubles = doubles(&numbers()?)?;
            doubles.into_iter().map(|value| value.to_le_bytes().to_vec()).collect()
        }
        (LeafType::Integer { bits: 32, signed: true } | LeafType::Date | LeafType::Decimal { .. }, Physical::INT32) => {
            integers(&numbers()?, stored, leaf, |value| {
                i32::try_from(value).map(|value| value.to_le_bytes().to_vec()).ok()
            })?
        }
        (
            LeafType::Integer {
                bits: 32,
                signed: false,
            },
            Physical::INT32,
        ) => integers(&numbers()?, stored, leaf, |value| {
            u32::try_from(value).map(|value| value.to_le_bytes().to_vec()).ok()
        })?,
        (
            LeafType::Integer { bits: 64, signed: true } | LeafType::Decimal { .. } | LeafType::Timestamp { .. },
            Physical::INT64,
        ) => integers(&numbers()?, stored, leaf, |value| {
            i64::try_from(value).map(|value| value.to_le_bytes().to_vec()).ok()
        })?,
        (
            LeafType::Integer {
                bits: 64,
                signed: false,
            },
            Physical::INT64,
        ) => integers(&numbers()?, stored, leaf, |value| {
            u64::try_from(value).map(|value| value.to_le_bytes().to_vec()).ok()
        })?,
        (LeafType::Decimal { .. }, Physical::FIXED_LEN_BYTE_ARRAY) if (1..=16).contains(&width) => {
            integers(&numbers()?, stored, leaf, |value| {
                let spare = 128 - 8 * width;
                let fits = (value << spare) >> spare == value;
                fits.then(|| value.to_be_bytes()[16 - width..].to_vec())
            })?
        }
        _ => return None,
    })
}

/// Own numbers as stored ones, without those that the file's type does not hold.
fn integers(
    own: &[i128],
    stored: &Stored,
    leaf: &LeafType,
    bytes: impl Fn(i128) -> Option<Vec<u8>>,
) -> Option<Vec<Vec<u8>>> {
    let places = u32::try_from(leaf.scale() - stored.leaf.scale()).ok()?;
    let factor = 10_i128.checked_pow(places)?;
    let held = own.iter().filter(|&value| value % factor == 0);
    Some(held.filter_map(|value| bytes(value / factor)).collect())
}

/// Numbers behind the keys of their order: both zeros for one; `None` with NaN among them, which has many forms.
fn doubles(keys: &[i128]) -> Option<Vec<f64>> {
    let mut values = Vec::with_capacity(keys.len());
    for &key in keys {
        let key = i64::try_from(key).ok()?;
        let value = f64::from_bits((key ^ ((key >> 63).cast_unsigned() >> 1).cast_signed()).cast_unsigned());
        if value.is_nan() {
            return None;
        }
        values.push(value);
        if value == 0.0 {
            values.push(-value);
        }
    }
    Some(values)
}
