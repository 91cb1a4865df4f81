//! Spark's sort order over own values: nulls first, NaN last, zeros alike, text and bytes by unsigned bytes.
//!
//! Samples and the pairing of duplicate keys go by this order, so it must be total and the same everywhere. Rows are
//! brought to Arrow's row format, whose bytes compare as the rows do; floating point is made canonical first, because that
//! format tells -0.0 from 0.0 and one NaN from another.

use crate::hash::double_bits;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};
use std::sync::Arc;

/// Rows whose byte order is Spark's sort order. All columns must have the same length.
pub fn sortable(columns: &[ArrayRef]) -> Result<Rows, ArrowError> {
    let canonical: Vec<ArrayRef> = columns.iter().map(canonical).collect();
    let fields = canonical
        .iter()
        .map(|c| SortField::new(c.data_type().clone()))
        .collect();
    RowConverter::new(fields)?.convert_columns(&canonical)
}

/// Row numbers in sort order; equal rows stay in the order in which they came.
pub fn sorted(rows: &Rows) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows.num_rows() as u32).collect();
    order.sort_by(|&a, &b| rows.row(a as usize).cmp(&rows.row(b as usize)));
    order
}

/// The column with one NaN and one zero.
pub(crate) fn canonical(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Float64 => Arc::new(
            column
                .as_primitive::<Float64Type>()
                .unary::<_, Float64Type>(|v| f64::from_bits(double_bits(v))),
        ),
        _ => Arc::clone(column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{BinaryViewArray, Float64Array, Int64Array};

    #[test]
    fn rows_sort_as_spark_sorts_them() {
        let numbers: ArrayRef = Arc::new(Float64Array::from(vec![
            Some(f64::NAN),
            Some(f64::INFINITY),
            Some(-0.0),
            Some(0.0),
            None,
            Some(-1.0),
        ]));
        let ties: ArrayRef = Arc::new(Int64Array::from(vec![0, 0, 2, 1, 0, 0]));
        let rows = sortable(&[numbers, ties]).unwrap();
        assert_eq!(sorted(&rows), [4, 5, 3, 2, 1, 0]);
    }

    #[test]
    fn text_sorts_by_unsigned_bytes_and_prefixes_first() {
        let text: ArrayRef = Arc::new(BinaryViewArray::from_iter([
            Some(&b"b"[..]),
            Some(b"\xff"),
            Some(b""),
            None,
            Some(b"ab"),
            Some(b"a"),
        ]));
        assert_eq!(sorted(&sortable(&[text]).unwrap()), [3, 2, 5, 4, 0, 1]);
    }
}
