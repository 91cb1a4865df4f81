//! Which rows of a split are looked at.
//!
//! A row group is decided by the first of these that can: its statistics, the page index, Bloom filters. The page index
//! and Bloom filters are read only for row groups that still are in doubt, and only of the predicate's columns.

use crate::column::pages;
use crate::error::ScanResult;
use crate::files::dataset::{ColumnInFile, DataFile, Dataset};
use crate::files::source::FileBytes;
use crate::files::split::Split;
use crate::footer::index::{Indexed, bloom_filter_range, column_index_range};
use crate::predicate::bloom::stored_values;
use crate::predicate::pages::{Facts, in_pages};
use crate::predicate::prune::InFile;
use parity_source::predicate::possible::Possible;
use parity_source::predicate::{Condition, Predicate};
use std::ops::Range;

/// Rows of a window: what a task holds a running sum for (about 60 bytes a row).
pub const WINDOW_ROWS: usize = 1 << 20;

/// Rows of a row group that are looked at together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// The row group.
    pub(crate) row_group: usize,
    /// Its rows that the window is about.
    pub(crate) span: Range<usize>,
    /// Those of them that are read; the filter surely keeps none of the others.
    pub(crate) rows: Vec<Range<usize>>,
    /// Number in the split of the row group's first row.
    pub(crate) first_row: u32,
    /// Whether the filter must be asked row by row.
    pub(crate) is_filtered: bool,
}

impl Window {
    /// How many rows are read.
    pub(crate) fn count(&self) -> usize {
        self.rows.iter().map(ExactSizeIterator::len).sum()
    }

    /// Whether every row is read.
    pub(crate) fn is_whole(&self) -> bool {
        self.count() == self.span.len()
    }
}

/// The windows of a split, and how many rows of it are in none.
pub(crate) fn windows(
    dataset: &Dataset,
    split: Split,
    filter: Option<&Predicate>,
    bytes: &dyn FileBytes,
) -> ScanResult<(Vec<Window>, u64)> {
    let file = &dataset.files[split.file];
    let mut windows = Vec::new();
    let mut dropped = 0;
    let mut first_row = split.first_row;
    for row_group in split.first_row_group..split.first_row_group + split.row_groups {
        let rows = file.footer.metadata.row_group(row_group).num_rows() as usize;
        let (kept, is_filtered) = match filter {
            Some(filter) => Doubt {
                dataset,
                file,
                bytes,
                filter,
                row_group,
            }
            .rows()?,
            None => (std::iter::once(0..rows).collect(), false),
        };
        for start in (0..rows).step_by(WINDOW_ROWS) {
            let span = start..rows.min(start + WINDOW_ROWS);
            let within = |range: &Range<usize>| range.start.max(span.start)..range.end.min(span.end);
            let rows: Vec<Range<usize>> = kept.iter().map(within).filter(|range| !range.is_empty()).collect();
            if rows.is_empty() {
                dropped += span.len() as u64;
            } else {
                windows.push(Window {
                    row_group,
                    span,
                    rows,
                    first_row,
                    is_filtered,
                });
            }
        }
        first_row += rows as u32;
    }
    Ok((windows, dropped))
}

/// A row group whose rows a filter may or may not keep.
struct Doubt<'a> {
    dataset: &'a Dataset,
    file: &'a DataFile,
    bytes: &'a dyn FileBytes,
    filter: &'a Predicate,
    row_group: usize,
}

impl Doubt<'_> {
    /// The rows that may be kept, and whether the filter must be asked about each of them.
    fn rows(&self) -> ScanResult<(Vec<Range<usize>>, bool)> {
        let rows = self.file.footer.metadata.row_group(self.row_group).num_rows() as usize;
        let possible = self
            .filter
            .possible(&|condition| self.condition(condition).in_row_group(self.row_group, false));
        let mut stretches = vec![(0..rows, possible)];
        let mut facts = Facts::default();
        if is_open(&stretches) && self.read_column_indexes(&mut facts)? {
            stretches = self.stretches(&facts);
        }
        if is_open(&stretches) && self.read_bloom_filters(&mut facts)? {
            stretches = self.stretches(&facts);
        }
        let is_filtered = is_open(&stretches);
        let mut kept: Vec<Range<usize>> = Vec::new();
        for (rows, _) in stretches.into_iter().filter(|(_, possible)| possible.some_kept()) {
            match kept.last_mut() {
                Some(last) if last.end == rows.start => last.end = rows.end,
                _ => kept.push(rows),
            }
        }
        Ok((kept, is_filtered))
    }

    fn condition<'a>(&'a self, condition: &'a Condition) -> InFile<'a> {
        InFile {
            condition,
            file: self.file,
            columns: &self.dataset.columns,
        }
    }

    fn stretches(&self, facts: &Facts) -> Vec<(Range<usize>, Possible)> {
        let columns = &self.dataset.columns;
        in_pages(self.filter, self.file, columns, self.row_group, facts)
    }

    fn indexed(&self) -> Indexed<'_> {
        Indexed {
            bytes: self.bytes,
            len_bytes: self.file.found.stamp.len_bytes,
        }
    }

    /// Reads what is known of the pages of the predicate's columns, where there are several; whether anything is.
    fn read_column_indexes(&self, facts: &mut Facts) -> ScanResult<bool> {
        let footer = &self.file.footer;
        let group = footer.metadata.row_group(self.row_group);
        let mut located = Vec::new();
        for column in self.filter.columns() {
            let ColumnInFile::Stored(leaf, _) = self.file.columns[column] else {
                continue;
            };
            let locations = pages::locations(footer, self.row_group, leaf).filter(|pages| pages.len() > 1);
            if let (Some(locations), Some(range)) = (locations, column_index_range(group.column(leaf))) {
                located.push((column, leaf, locations, range));
            }
        }
        if located.is_empty() {
            return Ok(false);
        }
        let ranges: Vec<Range<u64>> = located.iter().map(|(_, _, _, range)| range.clone()).collect();
        self.bytes.announce(&ranges);
        for (column, leaf, locations, _) in located {
            let index = self.indexed().column_index(group.column(leaf))?;
            let pages: Vec<Range<usize>> = pages::page_rows(locations, group.num_rows() as usize).collect();
            if let Some(index) = index.filter(|index| index.num_pages() == pages.len() as u64) {
                facts.pages.push((column, pages, index));
            }
        }
        Ok(!facts.pages.is_empty())
    }

    /// Asks Bloom filters about the conditions that single values make true; whether one of them answers.
    fn read_bloom_filters(&self, facts: &mut Facts) -> ScanResult<bool> {
        let group = self.file.footer.metadata.row_group(self.row_group);
        let mut asked = Vec::new();
        for (number, condition) in self.filter.conditions.iter().enumerate() {
            let (ColumnInFile::Stored(leaf, stored), Ok(own)) = (
                &self.file.columns[condition.column],
                &self.dataset.columns[condition.column].leaf,
            ) else {
                continue;
            };
            let chunk = group.column(*leaf);
            let possible = self.condition(condition).in_row_group(self.row_group, false);
            let is_open = possible.some_kept() && !possible.all_kept();
            if chunk.bloom_filter_offset().is_some() && is_open {
                let values = stored_values(condition, chunk.column_descr(), stored, own);
                asked.extend(values.map(|values| (number, chunk, values)));
            }
        }
        let ranges: Vec<Range<u64>> = asked
            .iter()
            .filter_map(|(_, chunk, _)| bloom_filter_range(chunk))
            .collect();
        if !ranges.is_empty() {
            self.bytes.announce(&ranges);
        }
        for (number, chunk, values) in asked {
            if self.indexed().lacks(chunk, &values)? {
                facts.absent.push(number);
            }
        }
        Ok(!facts.absent.is_empty())
    }
}

/// Whether it is not known of some stretch whether all of its rows are kept or none.
fn is_open(stretches: &[(Range<usize>, Possible)]) -> bool {
    let mut kept = stretches.iter().filter(|(_, possible)| possible.some_kept());
    kept.any(|(_, possible)| !possible.all_kept())
}
