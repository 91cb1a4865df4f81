//! What a predicate can be for the pages of a row group, by the page index.
//!
//! The bounds of a page are believed where those of a row group are ([`super::prune`]); that they may be cut off does
//! not matter, because they still lie around every value.

use super::prune::{InFile, in_rows, order};
use crate::files::dataset::{ColumnInFile, DataFile};
use parity_source::column::Column;
use parity_source::predicate::Predicate;
use parity_source::predicate::possible::Possible;
use parquet::data_type::ByteArray;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::statistics::Statistics;
use std::ops::Range;

/// Facts about the values in some rows of a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageFacts<'a> {
    /// Their bounds.
    pub(crate) statistics: Option<&'a Statistics>,
    /// Whether a row may be null.
    pub(crate) has_nulls: bool,
    /// Whether a row may have a value.
    pub(crate) has_values: bool,
}

/// The facts that indexes tell of a row group, beside its statistics.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Columns whose pages are known: the rows of each page, and what is known of them.
    pub(crate) pages: Vec<(usize, Vec<Range<usize>>, ColumnIndexMetaData)>,
    /// Conditions that are true for no value in the row group.
    pub(crate) absent: Vec<usize>,
}

/// What a predicate can be for the rows of a row group, stretch by stretch.
pub(crate) fn in_pages(
    predicate: &Predicate,
    file: &DataFile,
    columns: &[Column],
    row_group: usize,
    facts: &Facts,
) -> Vec<(Range<usize>, Possible)> {
    let rows = file.footer.metadata.row_group(row_group).num_rows() as usize;
    let conditions = predicate.conditions.iter().enumerate();
    let of_conditions: Vec<Vec<(usize, Possible)>> = conditions
        .map(|(number, condition)| {
            let condition = InFile {
                condition,
                file,
                columns,
            };
            condition.in_pages(row_group, facts, number)
        })
        .collect();
    let mut starts: Vec<usize> = of_conditions.iter().flatten().map(|(start, _)| *start).collect();
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().copied().skip(1).chain([rows]);
    let stretches = starts.iter().copied().zip(ends).map(|(start, end)| {
        let possible = predicate.possible_by_number(&|number| {
            let pages = &of_conditions[number];
            pages[pages.partition_point(|(first, _)| *first <= start) - 1].1
        });
        (start..end, possible)
    });
    stretches.collect()
}

impl InFile<'_> {
    /// What it can be from a row on, page by page; the first row is 0.
    fn in_pages(&self, row_group: usize, facts: &Facts, number: usize) -> Vec<(usize, Possible)> {
        let InFile {
            condition,
            file,
            columns,
        } = *self;
        let is_absent = facts.absent.contains(&number);
        let known = facts.pages.iter().find(|(column, _, _)| *column == condition.column);
        let (Some((_, pages, index)), ColumnInFile::Stored(leaf, stored), Ok(own)) =
            (known, &file.columns[condition.column], &columns[condition.column].leaf)
        else {
            return vec![(0, self.in_row_group(row_group, is_absent))];
        };
        let order = order(file, *leaf);
        let of_page = |(page, rows): (usize, &Range<usize>)| {
            let null_count = index.null_count(page);
            let is_null = index.is_null_page(page);
            let statistics = statistics(index, page);
            let facts = PageFacts {
                statistics: statistics.as_ref(),
                has_nulls: is_null || null_count != Some(0),
                has_values: !is_null || null_count.is_some_and(|nulls| nulls != rows.len() as i64),
            };
            (rows.start, in_rows(condition, facts, order, stored, own, is_absent))
        };
        pages.iter().enumerate().map(of_page).collect()
    }
}

/// The bounds of a page in the form of a row group's, for types whose bounds are looked at.
fn statistics(index: &ColumnIndexMetaData, page: usize) -> Option<Statistics> {
    if index.is_null_page(page) {
        return None;
    }
    let bytes = |bytes: &[u8]| ByteArray::from(bytes.to_vec());
    let found = match index {
        ColumnIndexMetaData::INT32(index) => {
            let (low, high) = (index.min_values().get(page), index.max_values().get(page));
            Statistics::int32(low.copied(), high.copied(), None, None, false)
        }
        ColumnIndexMetaData::INT64(index) => {
            let (low, high) = (index.min_values().get(page), index.max_values().get(page));
            Statistics::int64(low.copied(), high.copied(), None, None, false)
        }
        ColumnIndexMetaData::FLOAT(index) => {
            let (low, high) = (index.min_values().get(page), index.max_values().get(page));
            Statistics::float(low.copied(), high.copied(), None, None, false)
        }
        ColumnIndexMetaData::DOUBLE(index) => {
            let (low, high) = (index.min_values().get(page), index.max_values().get(page));
            Statistics::double(low.copied(), high.copied(), None, None, false)
        }
        ColumnIndexMetaData::BYTE_ARRAY(index) => {
            let (low, high) = (index.min_value(page).map(bytes), index.max_value(page).map(bytes));
            Statistics::byte_array(low, high, None, None, false)
        }
        _ => return None,
    };
    Some(found)
}
