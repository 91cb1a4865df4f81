//! Step 3: some rows of a split become values.
//!
//! Only the requested rows of the requested columns are kept. While few rows are wanted they are taken one by one from
//! the pages ([`crate::column::sparse`]). Where more than a fifth is wanted, or a column is not of the common kind, the
//! column is decoded in sequence: gaps of up to [`READ_THROUGH_ROWS`] rows are decoded and dropped, because a jump
//! costs more than decoding a few hundred values (of large values, gaps of fewer rows); longer gaps are skipped, whole
//! pages of them without decompression. Where a page index tells the place of pages, those without a wanted row are not
//! even read.
//!
//! A row's value may be large, so rows can be asked for some at a time, as many as come to a number of bytes; a
//! [`Cursor`] keeps the place in between.

use crate::column::nested::{Group, NestedReader, RowReader, StructReader};
use crate::column::{self, Access, ColumnReader};
use crate::error::{ScanError, ScanResult};
use crate::files::dataset::{ColumnInFile, Dataset};
use crate::files::source::FileBytes;
use crate::files::split::Split;
use arrow::array::{Array, ArrayRef, AsArray, BinaryViewArray, UInt32Array, new_null_array};
use arrow::compute::take;
use parity_kernels::domain::values;
use parity_source::budget;
use parity_source::values::{PIECE_BYTES, put_together, row_bytes, value_bytes, with_content};
use std::sync::Arc;

/// Unwanted rows between two wanted ones that are decoded rather than skipped.
pub const READ_THROUGH_ROWS: u32 = 512;
/// Rows are taken one by one from the pages while fewer than one in `DENSE_SHARE` is wanted.
pub const DENSE_SHARE: usize = 5;
/// An open split, ready to fetch.
#[derive(Debug)]
pub struct SplitRows<'a> {
    dataset: &'a Dataset,
    split: Split,
    bytes: Arc<dyn FileBytes>,
}

impl<'a> SplitRows<'a> {
    /// Opens the split's file, which must still be the one that was planned.
    pub fn open(dataset: &'a Dataset, split: Split) -> ScanResult<Self> {
        let file = &dataset.files[split.file];
        let bytes = Arc::from(dataset.source.open(&file.found.path, &file.found.stamp)?);
        Ok(SplitRows { dataset, split, bytes })
    }

    /// With the split's file already open.
    pub fn with(dataset: &'a Dataset, split: Split, bytes: Arc<dyn FileBytes>) -> Self {
        SplitRows { dataset, split, bytes }
    }

    /// Says which columns will be fetched next, in this order, and how many rows of each. Replaces what was said
    /// before.
    pub fn announce(&self, columns: impl IntoIterator<Item = (usize, usize)>) {
        let file = &self.dataset.files[self.split.file];
        let has_page_index = file.footer.metadata.offset_index().is_some();
        let mut ranges = Vec::new();
        for (column, rows) in columns {
            if has_page_index && rows * DENSE_SHARE < self.split.rows as usize {
                // Single pages will be read.
                continue;
            }
            let below = &self.dataset.columns[column].below;
            for column in std::iter::once(&column).chain(below) {
                for leaf in file.columns[*column].leaves() {
                    let groups = self.split.first_row_group..self.split.first_row_group + self.split.row_groups;
                    for row_group in groups {
                        let (start, len_bytes) = file.footer.metadata.row_group(row_group).column(leaf).byte_range();
                        ranges.push(start..start.saturating_add(len_bytes));
                    }
                }
            }
        }
        self.bytes.announce(&ranges);
    }

    /// Own values of column `column` in the given rows, which are ascending row numbers of the split.
    pub fn fetch(&self, column: usize, rows: &[u32]) -> ScanResult<ArrayRef> {
        self.fetch_some(&mut Cursor::default(), column, rows, u64::MAX)
    }

    /// The same of the first of these rows: of all of them, or of as many as come to `most_bytes`, which may be one.
    /// Whoever wants the others asks again with the same cursor, and they are read on from where it stands.
    pub fn fetch_some(
        &self,
        cursor: &mut Cursor,
        column: usize,
        rows: &[u32],
        most_bytes: u64,
    ) -> ScanResult<ArrayRef> {
        let leaf = self.dataset.leaf(column)?;
        match &self.dataset.files[self.split.file].columns[column] {
            ColumnInFile::Stored(_, _) | ColumnInFile::Nested(_) => self.read(cursor, column, rows, most_bytes),
            ColumnInFile::Struct(_) => {
                let there = self.fetch_there(column, rows)?;
                with_content(&self.dataset.columns, column, &there, rows, |cursor, below, rows| {
                    self.fetch_some(cursor, below, rows, PIECE_BYTES)
                })
            }
            ColumnInFile::Constant(value) => Ok(take(value, &UInt32Array::from(vec![0; rows.len()]), None)?),
            ColumnInFile::Missing => Ok(new_null_array(&leaf.own_type(), rows.len())),
        }
    }

    /// The same, but of a struct no more than whether it is there: null or true.
    pub fn fetch_there(&self, column: usize, rows: &[u32]) -> ScanResult<ArrayRef> {
        match &self.dataset.files[self.split.file].columns[column] {
            ColumnInFile::Struct(_) => self.read(&mut Cursor::default(), column, rows, u64::MAX),
            _ => self.fetch(column, rows),
        }
    }

    /// Own values of the first of the given rows, row group by row group.
    fn read(&self, cursor: &mut Cursor, column: usize, rows: &[u32], most_bytes: u64) -> ScanResult<ArrayRef> {
        let file = &self.dataset.files[self.split.file];
        let mut found = Found {
            pieces: Vec::new(),
            bytes: 0,
            most_bytes,
        };
        let mut first_row = self.split.first_row;
        let mut rest = rows;
        for row_group in self.split.first_row_group..self.split.first_row_group + self.split.row_groups {
            let group_rows = file.footer.metadata.row_group(row_group).num_rows() as u32;
            let (here, later) = rest.split_at(rest.partition_point(|&row| row < first_row + group_rows));
            rest = later;
            if !here.is_empty() {
                let rows: Vec<u32> = here.iter().map(|row| row - first_row).collect();
                let group = Group {
                    path: file.path(),
                    bytes: &self.bytes,
                    footer: &file.footer,
                    number: row_group,
                    access: Access::Sequential,
                };
                self.read_group(cursor, column, group, &rows, &mut found)?;
                if found.is_enough() {
                    break;
                }
            }
            first_row += group_rows;
        }
        match found.pieces.as_slice() {
            [] => Ok(new_null_array(&self.dataset.leaf(column)?.own_type(), 0)),
            pieces => Ok(put_together(pieces)?),
        }
    }

    /// Own values of the first of the given rows of a row group.
    fn read_group(
        &self,
        cursor: &mut Cursor,
        column: usize,
        group: Group<'_>,
        rows: &[u32],
        found: &mut Found,
    ) -> ScanResult<()> {
        let Group { path, footer, .. } = group;
        let leaf = self.dataset.leaf(column)?;
        let in_file = &self.dataset.files[self.split.file].columns[column];
        let own = |array: ArrayRef| match in_file {
            ColumnInFile::Stored(_, stored) => values::own(&array, stored, leaf)
                .map_err(|e| ScanError::corrupt(path, format!("row group {}: {e}", group.number))),
            _ => Ok(array),
        };
        let is_scattered = rows.len() * DENSE_SHARE < footer.metadata.row_group(group.number).num_rows() as usize;
        if let ColumnInFile::Stored(number, _) = in_file
            && is_scattered
            && !cursor.is_large
            && let Some(array) = column::pick(path, group.bytes, footer, group.number, *number, rows, found.left())?
        {
            // The next rows are read in sequence: looking for each again would take longer.
            cursor.is_large = array.len() < rows.len();
            found.take(own(array)?);
            return Ok(());
        }
        let open = match &mut cursor.open {
            Some(open) if open.gives(column, group.number, rows[0]) => open,
            other => other.insert(OpenReader {
                column,
                row_group: group.number,
                at: 0,
                reader: match in_file {
                    ColumnInFile::Stored(number, _) => Box::new(ColumnReader::open(
                        path,
                        group.bytes,
                        footer,
                        group.number,
                        *number,
                        Access::Sparse,
                    )?),
                    ColumnInFile::Struct(place) => Box::new(StructReader::open(group, place)?),
                    ColumnInFile::Nested(node) => Box::new(NestedReader::open(group, node, leaf)?),
                    ColumnInFile::Constant(_) | ColumnInFile::Missing => {
                        return Err(ScanError::Internal("a column that no file stores was read".to_owned()));
                    }
                },
            }),
        };
        open.read(rows, found, own)
    }

    /// Checks that the file did not change while it was read.
    pub fn check(&self) -> ScanResult<()> {
        self.bytes.check()
    }
}

/// Where the rows of a column are read on.
#[derive(Default)]
pub struct Cursor {
    open: Option<OpenReader>,
    /// Whether the rows of the column are so large that they come some at a time.
    is_large: bool,
}

/// A column of a row group, open.
struct OpenReader {
    column: usize,
    row_group: usize,
    reader: Box<dyn RowReader + Send>,
    /// The row of the row group that comes next.
    at: u32,
}

/// The values that have been read.
struct Found {
    pieces: Vec<ArrayRef>,
    bytes: u64,
    most_bytes: u64,
}

impl Found {
    fn take(&mut self, piece: ArrayRef) {
        self.bytes = self.bytes.saturating_add(value_bytes(&piece));
        self.pieces.push(piece);
    }

    fn is_enough(&self) -> bool {
        self.bytes >= self.most_bytes
    }

    fn left(&self) -> u64 {
        self.most_bytes.saturating_sub(self.bytes)
    }
}

impl OpenReader {
    fn gives(&self, column: usize, row_group: usize, row: u32) -> bool {
        self.column == column && self.row_group == row_group && self.at <= row
    }

    /// Reads the first of the wanted rows in batches, skipping long gaps.
    fn read(
        &mut self,
        wanted: &[u32],
        found: &mut Found,
        own: impl Fn(ArrayRef) -> ScanResult<ArrayRef>,
    ) -> ScanResult<()> {
        let gap_rows = READ_THROUGH_ROWS.min(self.reader.rows_of(PIECE_BYTES));
        for stretch in wanted.chunk_by(|a, b| b - a <= gap_rows) {
            self.reader.skip((stretch[0] - self.at) as usize)?;
            self.at = stretch[0];
            let end = stretch[stretch.len() - 1] + 1;
            let mut rest = stretch;
            while self.at < end {
                let rows = (end - self.at).min(self.reader.batch_rows() as u32);
                let batch = self.reader.read(rows as usize)?;
                let rows = batch.len() as u32;
                let (here, later) = rest.split_at(rest.partition_point(|&row| row < self.at + rows));
                found.take(own(picked(batch, here, self.at)?)?);
                rest = later;
                self.at += rows;
                if found.is_enough() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// The wanted rows of a batch, holding on to little else of it.
fn picked(batch: ArrayRef, wanted: &[u32], first: u32) -> ScanResult<ArrayRef> {
    let picked = if wanted.len() == batch.len() {
        batch
    } else {
        let places = UInt32Array::from_iter_values(wanted.iter().map(|row| row - first));
        take(&batch, &places, None)?
    };
    // Views share the pages that they point into; a copy of the wanted bytes lets the pages go. Where values occur
    // again and again in the pages, or fill them, the copy would be no smaller.
    match picked.as_binary_view_opt() {
        Some(views) if is_smaller(views) => {
            budget::ensure(row_bytes(views).sum())?;
            Ok(Arc::new(views.gc()))
        }
        _ => Ok(picked),
    }
}

/// Whether the values of an array take clearly less than the buffers that it holds on to.
fn is_smaller(views: &BinaryViewArray) -> bool {
    let held: u64 = views.data_buffers().iter().map(|buffer| buffer.len() as u64).sum();
    let mut bytes = 0u64;
    row_bytes(views).all(|length| {
        bytes += length;
        bytes < held / 4 * 3
    })
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
