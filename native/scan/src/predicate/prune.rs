//! What a predicate can be for a file, by the values of its folders, and for a row group, by its statistics.
//!
//! Bounds are believed only where every writer means the same by them: signed integers of 32 and 64 bits and what is
//! counted in them (decimals, dates and timestamps of today's calendar), floating point apart from NaN, and text and
//! binary whose order the file names. Unsigned integers, decimals in bytes, 96-bit timestamps, values in the old
//! calendar, and the minima and maxima of text that early writers left are not looked at.

use super::pages::PageFacts;
use crate::files::dataset::{ColumnInFile, DataFile, constant};
use crate::files::partition::PartitionValue;
use arrow::array::new_null_array;
use parity_kernels::domain::values::Stored;
use parity_kernels::spark::numbers::rescale;
use parity_kernels::types::LeafType;
use parity_source::column::Column;
use parity_source::predicate::possible::{Bounds, Possible};
use parity_source::predicate::{Condition, Predicate, ordered};
use parquet::basic::{ColumnOrder, SortOrder};
use parquet::file::statistics::Statistics;

/// What it can be for the rows of a file, by the values that its folders tell.
pub(crate) fn in_folders(predicate: &Predicate, constants: &[(usize, PartitionValue)], columns: &[Column]) -> Possible {
    predicate.possible(&|condition| {
        let told = constants.iter().find(|(number, _)| *number == condition.column);
        told.map_or(Possible::ANY, |(number, value)| {
            Possible::only(condition.of_one(&constant(value, &columns[*number])))
        })
    })
}

/// A condition among the columns of a file.
#[derive(Clone, Copy)]
pub(crate) struct InFile<'a> {
    pub(crate) condition: &'a Condition,
    pub(crate) file: &'a DataFile,
    pub(crate) columns: &'a [Column],
}

impl InFile<'_> {
    /// What it can be for the rows of a row group, by its statistics. `is_absent`: no value for which it is true is in
    /// them.
    pub(crate) fn in_row_group(&self, row_group: usize, is_absent: bool) -> Possible {
        let InFile {
            condition,
            file,
            columns,
        } = *self;
        let Ok(leaf) = &columns[condition.column].leaf else {
            return Possible::ANY;
        };
        match &file.columns[condition.column] {
            ColumnInFile::Constant(value) => Possible::only(condition.of_one(value)),
            ColumnInFile::Missing => Possible::only(condition.of_one(&new_null_array(&leaf.own_type(), 1))),
            ColumnInFile::Stored(number, stored) => {
                let chunk = file.footer.metadata.row_group(row_group).column(*number);
                let statistics = chunk.statistics();
                let null_count = statistics.and_then(Statistics::null_count_opt);
                let facts = PageFacts {
                    statistics,
                    has_nulls: null_count != Some(0),
                    has_values: null_count.is_none() || null_count != u64::try_from(chunk.num_values()).ok(),
                };
                in_rows(condition, facts, order(file, *number), stored, leaf, is_absent)
            }
            ColumnInFile::Struct(_) | ColumnInFile::Nested(_) => Possible::ANY,
        }
    }
}

/// The verdicts that a condition can have for rows of which these facts are known.
pub(super) fn in_rows(
    condition: &Condition,
    facts: PageFacts<'_>,
    order: Option<ColumnOrder>,
    stored: &Stored,
    leaf: &LeafType,
    is_absent: bool,
) -> Possible {
    let mut possible = Possible::default();
    if facts.has_nulls {
        possible = possible.or(Possible::only(condition.null));
    }
    if facts.has_values {
        let bounds = facts
            .statistics
            .map_or(Bounds::Unknown, |statistics| bounds(statistics, order, stored, leaf));
        let within = condition.within(&bounds);
        possible = possible.or(if is_absent { within.but_true() } else { within });
    }
    possible
}

/// The order of a leaf's values in bounds, as far as the file names it.
pub(super) fn order(file: &DataFile, leaf: usize) -> Option<ColumnOrder> {
    let orders = file.footer.metadata.file_metadata().column_orders()?;
    orders.get(leaf).copied()
}

/// The bounds that statistics tell of a leaf whose dataset's type is `leaf`.
fn bounds(statistics: &Statistics, order: Option<ColumnOrder>, stored: &Stored, leaf: &LeafType) -> Bounds {
    let bounds = match statistics {
        Statistics::Int32(found) => found.min_opt().zip(found.max_opt()).and_then(|(&low, &high)| {
            // Narrow integers are cut to their width when they are read; what fits it stays as it is.
            let most = match stored.leaf {
                LeafType::Integer { bits, signed: true } => i64::MAX >> (64 - u32::from(bits)),
                LeafType::Decimal { .. } | LeafType::Date => i64::MAX,
                _ => return None,
            };
            let fits = |value: i32| (-most - 1..=most).contains(&i64::from(value));
            (fits(low) && fits(high)).then(|| integers(i64::from(low), i64::from(high), stored, leaf))?
        }),
        Statistics::Int64(found) => found.min_opt().zip(found.max_opt()).and_then(|(&low, &high)| {
            let is_signed = matches!(
                stored.leaf,
                LeafType::Integer { bits: 64, signed: true } | LeafType::Decimal { .. } | LeafType::Timestamp { .. }
            );
            is_signed.then(|| integers(low, high, stored, leaf))?
        }),
        Statistics::Float(found) => doubles(
            found.min_opt().map(|&v| f64::from(v)),
            found.max_opt().map(|&v| f64::from(v)),
        ),
        Statistics::Double(found) => doubles(found.min_opt().copied(), found.max_opt().copied()),
        Statistics::ByteArray(found) => {
            let is_text = matches!(stored.leaf, LeafType::String | LeafType::Binary);
            let is_ordered = order == Some(ColumnOrder::TYPE_DEFINED_ORDER(SortOrder::UNSIGNED));
            let told = found.min_bytes_opt().zip(found.max_bytes_opt());
            told.filter(|_| is_text && is_ordered && !statistics.is_min_max_deprecated())
                .map(|(low, high)| Bounds::Bytes(low.to_vec(), high.to_vec()))
        }
        _ => None,
    };
    match bounds {
        Some(Bounds::Numbers(low, high) | Bounds::Doubles(low, high)) if low > high => Bounds::Unknown,
        Some(Bounds::Bytes(low, high)) if low > high => Bounds::Unknown,
        Some(bounds) => bounds,
        None => Bounds::Unknown,
    }
}

/// Stored integers as own ones.
fn integers(low: i64, high: i64, stored: &Stored, leaf: &LeafType) -> Option<Bounds> {
    if stored.julian.is_some() {
        return None;
    }
    let own = |value: i64| rescale(i128::from(value), stored.leaf.scale(), leaf.scale());
    Some(Bounds::Numbers(own(low)?, own(high)?))
}

fn doubles(low: Option<f64>, high: Option<f64>) -> Option<Bounds> {
    let (low, high) = (low?, high?);
    (!low.is_nan() && !high.is_nan()).then(|| Bounds::Doubles(ordered(low), ordered(high)))
}
