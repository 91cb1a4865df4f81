//! Values of serde as postcard, and own arrays, as bytes.
//!
//! An array is its length, a byte that says what it holds and whether nulls follow, then as needed: validity bits, and
//! values (eight or sixteen bytes each, bits for booleans, lengths and bytes for text). Receivers never trust a length:
//! bytes that end too early are an internal error, never a panic.

use crate::{ParityError, budget};
use arrow::array::{Array, ArrayRef, AsArray, BinaryViewBuilder, BooleanArray, PrimitiveArray, new_null_array};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Decimal128Type, Float64Type, Int64Type};
use parity_kernels::domain::values;
use parity_kernels::nested;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

const BOOLEAN: u8 = 0;
const INTEGER: u8 = 1;
const WIDE: u8 = 2;
const DOUBLE: u8 = 3;
const BYTES: u8 = 4;
const WITH_NULLS: u8 = 0x80;

fn damaged() -> ParityError {
    ParityError::internal("bytes between two steps are damaged")
}

/// Appends a value: the table of its nested types, then the value, which names them by number.
pub fn put<T: Serialize>(block: &mut Vec<u8>, value: &T) -> Result<(), ParityError> {
    let (value, types) = nested::wire::with_table(|| {
        let value = postcard::to_allocvec(value);
        let types = postcard::to_allocvec(&nested::wire::table());
        (value, types)
    });
    for bytes in [types, value] {
        block.extend_from_slice(&bytes.map_err(|e| ParityError::internal(e.to_string()))?);
    }
    Ok(())
}

/// Reads a value and moves on.
pub fn get<T: DeserializeOwned>(bytes: &mut &[u8]) -> Result<T, ParityError> {
    let (value, rest) = nested::wire::with_table(|| {
        let (types, mut rest): (u32, _) = postcard::take_from_bytes(bytes)?;
        for _ in 0..types {
            let nested;
            (nested, rest) = postcard::take_from_bytes(rest)?;
            nested::wire::learn(nested);
        }
        postcard::take_from_bytes(rest)
    })
    .map_err(|_| damaged())?;
    *bytes = rest;
    Ok(value)
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], ParityError> {
    let (head, rest) = bytes.split_at_checked(count).ok_or_else(damaged)?;
    *bytes = rest;
    Ok(head)
}

/// Appends an own array.
pub fn put_array(block: &mut Vec<u8>, array: &dyn Array) -> Result<(), ParityError> {
    let rows = array.len();
    block.extend_from_slice(&(rows as u32).to_le_bytes());
    let kind = match array.data_type() {
        DataType::Boolean => BOOLEAN,
        DataType::Int64 => INTEGER,
        DataType::Decimal128(_, _) => WIDE,
        DataType::Float64 => DOUBLE,
        _ => BYTES,
    };
    // A dictionary may hold its nulls among its values.
    let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0);
    block.push(if nulls.is_some() { kind | WITH_NULLS } else { kind });
    if let Some(nulls) = &nulls {
        put_bits(block, nulls.inner());
    }
    match kind {
        BOOLEAN => match &nulls {
            Some(nulls) => put_bits(block, &(array.as_boolean().values() & nulls.inner())),
            None => put_bits(block, array.as_boolean().values()),
        },
        INTEGER => put_sized::<Int64Type>(block, array, nulls.as_ref()),
        WIDE => put_sized::<Decimal128Type>(block, array, nulls.as_ref()),
        DOUBLE => put_sized::<Float64Type>(block, array, nulls.as_ref()),
        _ => {
            let is_valid = |row: usize| nulls.as_ref().is_none_or(|n| n.is_valid(row));
            let value = |row: usize| {
                if is_valid(row) {
                    values::bytes_at(array, row)
                } else {
                    b""
                }
            };
            let bytes = (0..rows).map(|row| value(row).len() + 4).sum();
            budget::ensure(bytes as u64)?;
            block.reserve_exact(bytes);
            for row in 0..rows {
                block.extend_from_slice(&(value(row).len() as u32).to_le_bytes());
            }
            for row in 0..rows {
                block.extend_from_slice(value(row));
            }
        }
    }
    Ok(())
}

/// Appends values of one size; what stands in the slots of nulls may be anything, and is zero here.
fn put_sized<T: ArrowPrimitiveType>(block: &mut Vec<u8>, array: &dyn Array, nulls: Option<&NullBuffer>) {
    let values: &ScalarBuffer<T::Native> = array.as_primitive::<T>().values();
    let start = block.len();
    block.extend_from_slice(values.inner().as_slice());
    if let Some(nulls) = nulls {
        let width = size_of::<T::Native>();
        let empty = !nulls.inner();
        for row in empty.set_indices() {
            block[start + row * width..start + (row + 1) * width].fill(0);
        }
    }
}

fn put_bits(block: &mut Vec<u8>, bits: &BooleanBuffer) {
    let packed = bits.sliced();
    block.extend_from_slice(&packed.as_slice()[..bits.len().div_ceil(8)]);
    // Whatever follows the last bit in its byte makes no other bytes.
    if let (Some(last), used @ 1..) = (block.last_mut(), bits.len() % 8) {
        *last &= (1 << used) - 1;
    }
}

fn take_bits(bytes: &mut &[u8], rows: usize) -> Result<BooleanBuffer, ParityError> {
    Ok(BooleanBuffer::new(
        Buffer::from(take(bytes, rows.div_ceil(8))?),
        0,
        rows,
    ))
}

/// Reads an own array and moves on.
pub fn get_array(bytes: &mut &[u8]) -> Result<ArrayRef, ParityError> {
    let head = take(bytes, 5)?;
    let rows = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let nulls = if head[4] & WITH_NULLS != 0 {
        Some(NullBuffer::new(take_bits(bytes, rows)?))
    } else {
        None
    };
    Ok(match head[4] & !WITH_NULLS {
        BOOLEAN => Arc::new(BooleanArray::new(take_bits(bytes, rows)?, nulls)),
        INTEGER => primitive::<Int64Type>(bytes, rows, nulls)?,
        WIDE => primitive::<Decimal128Type>(bytes, rows, nulls)?,
        DOUBLE => primitive::<Float64Type>(bytes, rows, nulls)?,
        BYTES => {
            let lengths = take(bytes, rows.checked_mul(4).ok_or_else(damaged)?)?;
            budget::ensure(bytes.len() as u64)?;
            let mut builder = BinaryViewBuilder::with_capacity(rows);
            for (row, length) in lengths.chunks_exact(4).enumerate() {
                let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
                let value = take(bytes, length)?;
                match nulls.as_ref().is_some_and(|n| n.is_null(row)) {
                    true => builder.append_null(),
                    false => builder.append_value(value),
                }
            }
            Arc::new(builder.finish())
        }
        _ => return Err(damaged()),
    })
}

fn primitive<T: ArrowPrimitiveType>(
    bytes: &mut &[u8],
    rows: usize,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef, ParityError> {
    let values = take(bytes, rows.checked_mul(size_of::<T::Native>()).ok_or_else(damaged)?)?;
    if rows == 0 {
        return Ok(new_null_array(&T::DATA_TYPE, 0));
    }
    // The copy is what aligns them.
    let values = ScalarBuffer::new(Buffer::from(values), 0, rows);
    Ok(Arc::new(PrimitiveArray::<T>::new(values, nulls)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{BinaryViewArray, Decimal128Array, DictionaryArray, Float64Array, Int64Array};
    use arrow::datatypes::Int32Type;
    use parity_kernels::types::LeafType;
    use parity_kernels::types::nested::{Nested, NestedType};

    fn through(array: &dyn Array) -> ArrayRef {
        let mut block = vec![7];
        put_array(&mut block, array).unwrap();
        block.push(9);
        let mut rest = &block[1..];
        let back = get_array(&mut rest).unwrap();
        assert_eq!(rest, [9]);
        back
    }

    /// Structs in structs around a type.
    fn deep(levels: usize, innermost: LeafType) -> LeafType {
        (0..levels).fold(innermost, |leaf, _| {
            LeafType::Nested(Nested::new(NestedType::Struct(vec![("s".to_owned(), leaf)])))
        })
    }

    #[test]
    fn nested_types_survive_their_bytes_and_stand_in_a_message_once() {
        let types: Vec<LeafType> = (0..2000).map(|levels| deep(levels, LeafType::Date)).collect();
        let mut block = Vec::new();
        put(&mut block, &types).unwrap();
        put(&mut block, &deep(3, LeafType::Void)).unwrap();
        block.push(9);
        assert!(block.len() < 20 * types.len(), "{}", block.len());
        let mut rest = block.as_slice();
        assert_eq!(get::<Vec<LeafType>>(&mut rest).unwrap(), types);
        assert_eq!(get::<LeafType>(&mut rest).unwrap(), deep(3, LeafType::Void));
        assert_eq!(rest, [9]);
        for end in 0..50 {
            assert!(get::<Vec<LeafType>>(&mut &block[..end]).is_err());
        }
    }

    #[test]
    fn own_arrays_survive_their_bytes() {
        let arrays: [ArrayRef; 5] = [
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false), Some(true)])),
            Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(7), Some(-1)])),
            Arc::new(Decimal128Array::from(vec![Some(i128::MAX), Some(-5), None, Some(0)])),
            Arc::new(Float64Array::from(vec![
                Some(f64::INFINITY),
                Some(-0.0),
                None,
                Some(1.5),
            ])),
            Arc::new(BinaryViewArray::from_iter([
                Some(&b""[..]),
                None,
                Some(b"a text of more than twelve bytes"),
                Some(b"\xff"),
            ])),
        ];
        for array in arrays {
            assert_eq!(&through(&array), &array);
            // Neither offsets nor missing nulls do harm.
            assert_eq!(&through(&array.slice(2, 2)), &array.slice(2, 2));
            assert_eq!(through(&array.slice(0, 0)).len(), 0);
            assert_eq!(&through(&array.slice(3, 1)), &array.slice(3, 1));
        }
    }

    #[test]
    fn what_stands_in_the_slots_of_nulls_makes_no_other_bytes() {
        let nulls = NullBuffer::from(vec![true, false, true]);
        let bytes = |array: &dyn Array| {
            let mut bytes = Vec::new();
            put_array(&mut bytes, array).unwrap();
            bytes
        };
        let numbers = |hidden| Int64Array::new(vec![1, hidden, 3].into(), Some(nulls.clone()));
        assert_eq!(bytes(&numbers(7)), bytes(&numbers(8)));
        let wide = |hidden| Decimal128Array::new(vec![1, hidden, 3].into(), Some(nulls.clone()));
        assert_eq!(bytes(&wide(7)), bytes(&wide(8)));
        let flags = |hidden| BooleanArray::new(vec![true, hidden, true].into(), Some(nulls.clone()));
        assert_eq!(bytes(&flags(true)), bytes(&flags(false)));
        // Nor does what is behind the last row, in the same byte.
        let flags = BooleanArray::from(vec![Some(true), None, Some(true), None, Some(true)]);
        assert_eq!(bytes(&flags.slice(0, 2)), bytes(&flags.slice(2, 2)));
        assert_eq!(bytes(&flags.slice(4, 1)), bytes(&BooleanArray::from(vec![true])));
    }

    #[test]
    fn a_dictionary_arrives_as_plain_bytes() {
        let array: DictionaryArray<Int32Type> = [Some("x"), None, Some("y"), Some("x")].into_iter().collect();
        let binary = arrow::compute::cast(
            &array,
            &DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Binary)),
        )
        .unwrap();
        let expected: ArrayRef = Arc::new(BinaryViewArray::from_iter([
            Some(&b"x"[..]),
            None,
            Some(b"y"),
            Some(b"x"),
        ]));
        assert_eq!(&through(&binary), &expected);
    }

    #[test]
    fn bytes_that_end_early_are_an_error() {
        let mut block = Vec::new();
        put_array(&mut block, &BinaryViewArray::from_iter([Some(&b"abc"[..]), None])).unwrap();
        for end in 0..block.len() {
            assert!(get_array(&mut &block[..end]).is_err(), "{end}");
        }
        assert!(get::<String>(&mut &[200u8, 1][..]).is_err());
    }
}
