//! Step 3: some rows of a split become values.
//!
//! Only the requested rows of the requested columns are kept. While few rows are wanted they are taken one by one from
//! the pages ([`crate::sparse`]). Where more than a fifth is wanted, or a column is not of the common kind, the column is decoded in
//! sequence: gaps of up to [`READ_THROUGH_ROWS`] rows are decoded and dropped, because a jump costs more than decoding a few
//! hundred values; longer gaps are skipped, whole pages of them without decompression. Where a page index tells the place of
//! pages, those without a wanted row are not even read.

use crate::column::{self, Access, ColumnReader};
use crate::dataset::{ColumnInFile, Dataset};
use crate::error::{ScanError, ScanResult};
use crate::nested::{Group, NestedReader, RowReader, StructReader};
use crate::source::FileBytes;
use crate::split::Split;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, UInt32Array, new_null_array};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{concat, take};
use arrow::datatypes::DataType;
use parity_kernels::types::LeafType;
use parity_kernels::values::{self, Stored};
use std::sync::Arc;

/// Unwanted rows between two wanted ones that are decoded rather than skipped.
pub const READ_THROUGH_ROWS: u32 = 512;
/// Rows are taken one by one from the pages while fewer than one in so many is wanted.
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
        let bytes = Arc::from(dataset.source.open(&file.found.path, file.found.stamp)?);
        Ok(SplitRows { dataset, split, bytes })
    }

    /// With the split's file already open.
    pub fn with(dataset: &'a Dataset, split: Split, bytes: Arc<dyn FileBytes>) -> Self {
        SplitRows { dataset, split, bytes }
    }

    /// Says which columns will be fetched next, in this order, and how many rows of each. Replaces what was said before.
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
        self.bytes.plan(&ranges);
    }

    /// Own values of column `column` in the given rows, which are ascending row numbers of the split.
    pub fn fetch(&self, column: usize, rows: &[u32]) -> ScanResult<ArrayRef> {
        let file = &self.dataset.files[self.split.file];
        let leaf = self.dataset.leaf(column)?;
        match &file.columns[column] {
            ColumnInFile::Stored(number, stored) => self.fetch_stored(*number, *stored, leaf, rows),
            ColumnInFile::Struct(_) => self.with_content(column, &self.fetch_values(column, rows)?, rows),
            ColumnInFile::Nested(node) => self.by_group(leaf, rows, |group, rows, keep| {
                read_rows(&mut NestedReader::open(group, node, leaf)?, rows, keep)
            }),
            ColumnInFile::Constant(value) => Ok(take(value, &UInt32Array::from(vec![0; rows.len()]), None)?),
            ColumnInFile::Missing => Ok(new_null_array(&values::own_type(leaf), rows.len())),
        }
    }

    /// The same, but of a struct no more than whether it is there: null or true.
    pub fn fetch_values(&self, column: usize, rows: &[u32]) -> ScanResult<ArrayRef> {
        match &self.dataset.files[self.split.file].columns[column] {
            ColumnInFile::Struct(place) => self.by_group(self.dataset.leaf(column)?, rows, |group, rows, keep| {
                read_rows(&mut StructReader::open(group, *place)?, rows, keep)
            }),
            _ => self.fetch(column, rows),
        }
    }

    /// Of structs that are there: whether something is in them.
    fn with_content(&self, column: usize, there: &ArrayRef, rows: &[u32]) -> ScanResult<ArrayRef> {
        let mut filled = BooleanBuffer::new_unset(rows.len());
        // Of a struct that is not there nothing needs to be known.
        let absent = there.nulls().map(|nulls| !nulls.inner());
        for &below in &self.dataset.columns[column].below {
            let known = absent
                .as_ref()
                .map_or_else(|| filled.clone(), |absent| absent | &filled);
            if known.count_set_bits() == rows.len() {
                break;
            }
            let values = self.fetch(below, rows)?;
            filled = match (&self.dataset.columns[below].null_stands, values.logical_nulls()) {
                (Some((before, zone)), _) => &filled | &!&before.nothing(&values, self.dataset.leaf(below)?, *zone),
                (None, Some(nulls)) => &filled | nulls.inner(),
                (None, None) => BooleanBuffer::new_set(rows.len()),
            };
        }
        Ok(Arc::new(BooleanArray::new(filled, there.nulls().cloned())))
    }

    fn fetch_stored(&self, number: usize, stored: Stored, leaf: LeafType, rows: &[u32]) -> ScanResult<ArrayRef> {
        let file = &self.dataset.files[self.split.file];
        self.by_group(leaf, rows, |group, rows, keep| {
            let row_group = group.number;
            let group_rows = file.footer.metadata.row_group(row_group).num_rows();
            let is_scattered = rows.len() * DENSE_SHARE < group_rows as usize;
            let picked = if is_scattered {
                column::pick(file.path(), &self.bytes, &file.footer, row_group, number, rows)?
            } else {
                None
            };
            let mut keep = |array: ArrayRef| {
                let own = values::own(&array, stored, leaf)
                    .map_err(|e| ScanError::corrupt(file.path(), format!("row group {row_group}: {e}")))?;
                keep(own)
            };
            match picked {
                Some(array) => keep(array),
                None => {
                    let mut reader = ColumnReader::open(
                        file.path(),
                        &self.bytes,
                        &file.footer,
                        row_group,
                        number,
                        Access::Sparse,
                    )?;
                    read_rows(&mut reader, rows, &mut keep)
                }
            }
        })
    }

    /// Own values of the given rows, row group by row group.
    fn by_group(
        &self,
        leaf: LeafType,
        rows: &[u32],
        mut read: impl FnMut(Group<'_>, &[u32], &mut Keep<'_>) -> ScanResult<()>,
    ) -> ScanResult<ArrayRef> {
        let file = &self.dataset.files[self.split.file];
        let mut pieces: Vec<ArrayRef> = Vec::new();
        let mut first_row = 0u32;
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
                read(group, &rows, &mut |array| {
                    pieces.push(array);
                    Ok(())
                })?;
            }
            first_row += group_rows;
        }
        if pieces.is_empty() {
            return Ok(new_null_array(&values::own_type(leaf), 0));
        }
        let pieces: Vec<&dyn Array> = pieces.iter().map(AsRef::as_ref).collect();
        Ok(concat(&pieces)?)
    }

    /// Checks that the file did not change while it was read.
    pub fn check(&self) -> ScanResult<()> {
        self.bytes.check()
    }
}

/// Takes the values of some rows.
type Keep<'a> = dyn FnMut(ArrayRef) -> ScanResult<()> + 'a;

/// Reads the wanted rows of a row group in batches, skipping long gaps.
fn read_rows(reader: &mut impl RowReader, wanted: &[u32], keep: &mut Keep<'_>) -> ScanResult<()> {
    let mut at = 0;
    for stretch in wanted.chunk_by(|a, b| b - a <= READ_THROUGH_ROWS) {
        reader.skip((stretch[0] - at) as usize)?;
        at = stretch[0];
        let end = stretch[stretch.len() - 1] + 1;
        let mut rest = stretch;
        while at < end {
            let rows = (end - at).min(reader.batch_rows() as u32);
            let batch = reader.read(rows as usize)?;
            let (here, later) = rest.split_at(rest.partition_point(|&row| row < at + rows));
            keep(picked(batch, here, at)?)?;
            rest = later;
            at += rows;
        }
    }
    Ok(())
}

/// The wanted rows of a batch, holding on to nothing else of it.
fn picked(batch: ArrayRef, wanted: &[u32], first: u32) -> ScanResult<ArrayRef> {
    let picked = if wanted.len() == batch.len() {
        batch
    } else {
        let places = UInt32Array::from_iter_values(wanted.iter().map(|row| row - first));
        take(&batch, &places, None)?
    };
    match picked.data_type() {
        // Views share the pages that they point into; a copy of the wanted bytes lets the pages go.
        DataType::BinaryView => Ok(Arc::new(picked.as_binary_view().gc())),
        _ => Ok(picked),
    }
}
