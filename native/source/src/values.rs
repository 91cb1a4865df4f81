//! Own values: how large they are, and what those of structs tell.

use crate::column::Column;
use arrow::array::{Array, ArrayRef, AsArray, BinaryViewArray, BooleanArray, BooleanBufferBuilder};
use arrow::buffer::BooleanBuffer;
use arrow::compute::concat;
use arrow::error::ArrowError;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of values that are handled at a time, unless a single value is larger.
pub const PIECE_BYTES: u64 = 8 << 20;

/// Bytes of an own array's values, each counted as often as it occurs.
pub fn value_bytes(own: &ArrayRef) -> u64 {
    match own.as_binary_view_opt() {
        Some(views) => row_bytes(views).sum(),
        None => own.len() as u64 * 16,
    }
}

/// Bytes of each value.
pub fn row_bytes(views: &BinaryViewArray) -> impl Iterator<Item = u64> + '_ {
    // The lower half of a view's first word is the length; that of a null says nothing.
    let nulls = views.nulls();
    let lengths = views.views().iter().map(|&view| u64::from(view as u32)).enumerate();
    lengths.map(move |(row, length)| match nulls {
        Some(nulls) if nulls.is_null(row) => 16,
        _ => length.max(16),
    })
}

/// Ranges of rows of columns, each of about `most_bytes` bytes in each column, and of one row at least.
pub fn ranges_of(columns: &[&ArrayRef], most_bytes: u64) -> Vec<Range<usize>> {
    let rows = columns.first().map_or(0, |column| column.len());
    let mut ranges = Vec::new();
    if rows == 0 {
        return ranges;
    }
    if columns.iter().all(|column| value_bytes(column) <= most_bytes) {
        ranges.push(0..rows);
        return ranges;
    }
    let mut start = 0;
    let mut bytes = vec![0u64; columns.len()];
    let mut each: Vec<_> = columns
        .iter()
        .map(|column| column.as_binary_view_opt().map(row_bytes))
        .collect();
    for row in 0..rows {
        let next: Vec<u64> = each
            .iter_mut()
            .map(|lengths| lengths.as_mut().and_then(Iterator::next).unwrap_or(16))
            .collect();
        if row > start && bytes.iter().zip(&next).any(|(held, next)| held + next > most_bytes) {
            ranges.push(start..row);
            start = row;
            bytes.fill(0);
        }
        for (held, next) in bytes.iter_mut().zip(next) {
            *held += next;
        }
    }
    ranges.push(start..rows);
    ranges
}

/// Pieces of a column as one array; there is at least one.
pub fn put_together(pieces: &[ArrayRef]) -> Result<ArrayRef, ArrowError> {
    let pieces: Vec<&dyn Array> = pieces.iter().map(AsRef::as_ref).collect();
    concat(&pieces)
}

/// Whether something is in a struct, for each of some rows; null where the struct is not there, as `there` tells.
///
/// `fetch` gives own values of a column below the struct in the first of the given rows, about [`PIECE_BYTES`] of them;
/// whoever wants the others asks again with the same cursor.
pub fn with_content<C: Default, E>(
    columns: &[Column],
    column: usize,
    there: &ArrayRef,
    rows: &[u32],
    mut fetch: impl FnMut(&mut C, usize, &[u32]) -> Result<ArrayRef, E>,
) -> Result<ArrayRef, E> {
    let mut filled = BooleanBuffer::new_unset(rows.len());
    // Where the struct is not there, nothing needs to be known.
    let absent = there.nulls().map(|nulls| !nulls.inner());
    for &below in &columns[column].below {
        let known = absent
            .as_ref()
            .map_or_else(|| filled.clone(), |absent| absent | &filled);
        if known.count_set_bits() == rows.len() {
            break;
        }
        let mut has_value = BooleanBufferBuilder::new(rows.len());
        let mut cursor = C::default();
        while has_value.len() < rows.len() {
            let values = fetch(&mut cursor, below, &rows[has_value.len()..])?;
            match (
                &columns[below].null_stands,
                &columns[below].leaf,
                values.logical_nulls(),
            ) {
                (Some((before, zone)), Ok(leaf), _) => has_value.append_buffer(&!&before.nothing(&values, leaf, *zone)),
                (_, _, Some(nulls)) => has_value.append_buffer(nulls.inner()),
                (_, _, None) => has_value.append_n(values.len(), true),
            }
        }
        filled = &filled | &has_value.finish();
    }
    Ok(Arc::new(BooleanArray::new(filled, there.nulls().cloned())))
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
