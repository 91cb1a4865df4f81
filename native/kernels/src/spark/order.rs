//! Spark's sort order over own values: nulls first, NaN last, zeros alike, text and bytes by unsigned bytes.
//!
//! Samples and the pairing of duplicate keys go by this order, so it must be total and the same everywhere. Rows are
//! brought to Arrow's row format, whose bytes compare as the rows do; floating point is made canonical first, because
//! that format tells -0.0 from 0.0 and one NaN from another.
//!
//! Whole rows need not be there to be sorted: a [`Refinement`] takes one column after the other, the first one first,
//! and sorts only what the columns before it left equal.

use crate::digest::hash::double_bits;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// Rows whose byte order is Spark's sort order. All columns must have the same length.
pub fn sortable(columns: &[ArrayRef]) -> Result<Rows, ArrowError> {
    let canonical: Vec<ArrayRef> = columns.iter().map(canonical).collect();
    let fields = canonical
        .iter()
        .map(|c| SortField::new(c.data_type().clone()))
        .collect();
    RowConverter::new(fields)?.convert_columns(&canonical)
}

/// Bytes of a sortable row that are kept where only some rows are shown.
const KEPT_BYTES: usize = 64 << 10;

/// The bytes of a sortable row, to be kept. A very long row keeps its first 64 KiB and a hash of the whole: rows whose
/// first 64 KiB are alike have an order of their own, which is the same in every run.
pub fn kept(row: &[u8]) -> Cow<'_, [u8]> {
    if row.len() <= KEPT_BYTES {
        return Cow::Borrowed(row);
    }
    let mut kept = Vec::with_capacity(KEPT_BYTES + 16);
    kept.extend_from_slice(&row[..KEPT_BYTES]);
    kept.extend_from_slice(&xxh3_128(row).to_be_bytes());
    Cow::Owned(kept)
}

/// The smallest of some rows, in order: the bytes of each that are kept, and what decides between equal ones.
pub fn smallest<'a, T: Ord>(rows: impl Iterator<Item = (&'a [u8], T)>, most: usize) -> Vec<(Cow<'a, [u8]>, T)> {
    let mut found = Vec::new();
    let mut bound = u64::MAX;
    for (bytes, other) in rows {
        if lead(bytes) > bound {
            continue;
        }
        found.push((kept(bytes), other));
        if most > 0 && found.len() == 2 * most {
            let (_, (largest, _), _) = found.select_nth_unstable(most - 1);
            bound = lead(largest);
            found.truncate(most);
        }
    }
    found.sort_unstable();
    found.truncate(most);
    found
}

/// Row numbers in sort order; equal rows stay in the order in which they came.
pub fn sorted(rows: &Rows) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows.num_rows() as u32).collect();
    order.sort_by(|&a, &b| rows.row(a as usize).cmp(&rows.row(b as usize)));
    order
}

/// Rows in sort order as far as their columns are known. Runs of rows are sorted each by itself.
///
/// It takes four bytes a row, and eight for each tie; of a column only the values of rows that are still tied are
/// needed.
#[derive(Clone, Debug, Default)]
pub struct Refinement {
    order: Vec<u32>,
    /// Where in `order` rows are equal so far, several of them each.
    ties: Vec<Range<u32>>,
}

impl Refinement {
    /// Runs of these lengths, whose rows are numbered run after run; none of their columns is known yet.
    pub fn of_runs(lengths: impl IntoIterator<Item = usize>) -> Self {
        let mut rows = 0;
        let runs = lengths.into_iter().map(|length| {
            let first = rows;
            rows += length as u32;
            first..rows
        });
        let ties = runs.filter(|run| run.len() > 1).collect();
        Refinement {
            order: (0..rows).collect(),
            ties,
        }
    }

    /// Rows whose place the next column may change.
    pub fn tied(&self) -> impl Iterator<Item = u32> {
        self.ties.iter().flat_map(|tie| self.members(tie)).copied()
    }

    fn members(&self, tie: &Range<u32>) -> &[u32] {
        &self.order[tie.start as usize..tie.end as usize]
    }

    /// Sorts by the next column, given its values in the tied rows.
    pub fn refine(&mut self, values: &ArrayRef) -> Result<(), ArrowError> {
        let values = sortable(std::slice::from_ref(values))?;
        let bytes = |value: &Tied| values.row(value.place as usize);
        let mut place = 0;
        let mut tied: Vec<Tied> = Vec::new();
        for tie in std::mem::take(&mut self.ties) {
            tied.clear();
            tied.extend(self.members(&tie).iter().zip(place..).map(|(&row, place)| Tied {
                lead: lead(values.row(place as usize).as_ref()),
                place,
                row,
            }));
            place += tie.len() as u32;
            // Stable: rows that stay equal keep the order in which they came.
            tied.sort_by(|a, b| a.lead.cmp(&b.lead).then_with(|| bytes(a).cmp(&bytes(b))));
            let mut start = tie.start;
            for equal in tied.chunk_by(|a, b| a.lead == b.lead && bytes(a) == bytes(b)) {
                let end = start + equal.len() as u32;
                let ordered = &mut self.order[start as usize..end as usize];
                for (row, equal) in ordered.iter_mut().zip(equal) {
                    *row = equal.row;
                }
                if equal.len() > 1 {
                    self.ties.push(start..end);
                }
                start = end;
            }
        }
        Ok(())
    }

    /// All rows in the order that is known.
    pub fn order(&self) -> &[u32] {
        &self.order
    }
}

/// A tied row with what sorts it.
struct Tied {
    /// The first bytes of its value, which mostly decide, and are at hand.
    lead: u64,
    /// Its place among the values.
    place: u32,
    row: u32,
}

/// The first eight bytes as a number that sorts as they do. A value that is shorter has zeros in place of what is
/// missing: it is not behind any that starts with it.
fn lead(bytes: &[u8]) -> u64 {
    let mut lead = [0; 8];
    let length = bytes.len().min(8);
    lead[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(lead)
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
    use crate::digest::hash;
    use arrow::array::{BinaryViewArray, Float64Array, Int64Array, UInt32Array};
    use arrow::compute::take;

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

    /// The order of rows in runs, when their columns come one after the other.
    fn refined(runs: &[usize], columns: &[ArrayRef]) -> Vec<u32> {
        let mut refinement = Refinement::of_runs(runs.iter().copied());
        for column in columns {
            let tied = UInt32Array::from_iter_values(refinement.tied());
            refinement.refine(&take(column, &tied, None).unwrap()).unwrap();
        }
        refinement.order().to_vec()
    }

    #[test]
    fn columns_one_after_the_other_sort_like_whole_rows() {
        let (count, part) = if cfg!(miri) { (50, 20) } else { (500, 200) };
        let number =
            |row: u64, column: u64| hash::double_bits((row * 31 + column) as f64).wrapping_mul(0x9e37_79b9) >> 40;
        let columns: Vec<ArrayRef> = (0..4)
            .map(|column| -> ArrayRef {
                let value = |row| Some(number(row, column) % 3).filter(|&value| value > 0);
                match column % 2 {
                    0 => Arc::new(Float64Array::from_iter(
                        (0..count as u64).map(|row| value(row).map(|v| [f64::NAN, -0.0][v as usize - 1])),
                    )),
                    _ => Arc::new(BinaryViewArray::from_iter((0..count as u64).map(|row| {
                        value(row).map(|v| [&b"a long text 1"[..], b"a long text 2"][v as usize - 1])
                    }))),
                }
            })
            .collect();
        assert_eq!(refined(&[count], &columns), sorted(&sortable(&columns).unwrap()));
        let apart: Vec<u32> = [0..part, part..part + 1, part + 1..part + 1, part + 1..count]
            .into_iter()
            .flat_map(|run: Range<usize>| {
                let columns: Vec<ArrayRef> = columns.iter().map(|c| c.slice(run.start, run.len())).collect();
                sorted(&sortable(&columns).unwrap())
                    .into_iter()
                    .map(move |row| run.start as u32 + row)
            })
            .collect();
        assert_eq!(refined(&[part, 1, 0, count - part - 1], &columns), apart);
    }

    #[test]
    fn only_rows_that_are_still_equal_are_tied() {
        let first: ArrayRef = Arc::new(Int64Array::from(vec![2, 1, 2, 3, 1]));
        let mut refinement = Refinement::of_runs([5, 1]);
        assert_eq!(refinement.tied().count(), 5);
        refinement.refine(&first).unwrap();
        assert_eq!(refinement.tied().collect::<Vec<_>>(), [1, 4, 0, 2]);
        let second: ArrayRef = Arc::new(Int64Array::from(vec![7, 6, 5, 5]));
        refinement.refine(&second).unwrap();
        assert_eq!(refinement.order(), [4, 1, 0, 2, 3, 5]);
        assert_eq!(refinement.tied().collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn the_smallest_rows_are_the_first_of_all_in_order() {
        let long = "x".repeat(KEPT_BYTES);
        let texts: Vec<String> = (0..200_u32)
            .map(|n| format!("{}{}", if n % 3 == 0 { &long } else { "a text" }, n * 31 % 50))
            .collect();
        for ascends in [true, false] {
            let mut rows: Vec<(&[u8], u32)> = texts.iter().map(String::as_bytes).zip(0..).collect();
            if !ascends {
                rows.sort_unstable_by(|a, b| b.cmp(a));
            }
            let mut all: Vec<_> = rows.iter().map(|&(bytes, number)| (kept(bytes), number)).collect();
            all.sort_unstable();
            for most in [0, 1, 2, 20, 150, 199, 200, 500] {
                let expected = &all[..most.min(all.len())];
                assert_eq!(smallest(rows.iter().copied(), most), expected, "{most}");
            }
        }
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
