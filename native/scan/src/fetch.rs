//! Step 3: some rows of a split become values.
//!
//! Only the requested rows of the requested columns are kept. Rows are wanted in clusters or scattered: gaps of up to
//! [`READ_THROUGH_ROWS`] rows are decoded and dropped, because a jump costs more than decoding a few hundred values;
//! longer gaps are skipped, whole pages of them without decompression, and without reading where a page index tells their
//! place.

use crate::column::{Access, BATCH_ROWS, ColumnReader};
use crate::dataset::{ColumnInFile, Dataset};
use crate::error::{ScanError, ScanResult};
use crate::source::FileBytes;
use crate::split::Split;
use arrow::array::{Array, ArrayRef, AsArray, UInt32Array, new_null_array};
use arrow::compute::{concat, take};
use arrow::datatypes::DataType;
use parity_kernels::values;
use std::ops::Range;
use std::sync::Arc;

/// Unwanted rows between two wanted ones that are decoded rather than skipped.
pub const READ_THROUGH_ROWS: u32 = 512;

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

    /// Own values of column `column` in the given rows, which are ascending row numbers of the split.
    pub fn fetch(&self, column: usize, rows: &[u32]) -> ScanResult<ArrayRef> {
        let file = &self.dataset.files[self.split.file];
        let leaf = self.dataset.leaf(column)?;
        let (number, stored) = match &file.columns[column] {
            ColumnInFile::Stored(number, stored) => (*number, *stored),
            ColumnInFile::Constant(value) => {
                return take(value, &UInt32Array::from(vec![0; rows.len()]), None)
                    .map_err(|e| arrow_error(file.path(), &e));
            }
            ColumnInFile::Missing => return Ok(new_null_array(&values::own_type(leaf), rows.len())),
        };
        let mut pieces: Vec<ArrayRef> = Vec::new();
        let mut first_row = 0u32;
        let mut rest = rows;
        for row_group in self.split.first_row_group..self.split.first_row_group + self.split.row_groups {
            let group_rows = file.footer.metadata.row_group(row_group).num_rows() as u32;
            let (here, later) = rest.split_at(rest.partition_point(|&row| row < first_row + group_rows));
            rest = later;
            if !here.is_empty() {
                let mut reader = ColumnReader::open(
                    file.path(),
                    &self.bytes,
                    &file.footer,
                    row_group,
                    number,
                    Access::Sparse,
                )?;
                let mut at = 0;
                for stretch in stretches(here, first_row) {
                    reader.skip((stretch.rows.start - at) as usize)?;
                    at = stretch.rows.end;
                    read_stretch(&mut reader, stretch, |array| {
                        let own = values::own(&array, stored, leaf)
                            .map_err(|e| ScanError::corrupt(file.path(), format!("row group {row_group}: {e}")))?;
                        pieces.push(own);
                        Ok(())
                    })?;
                }
            }
            first_row += group_rows;
        }
        if pieces.is_empty() {
            return Ok(new_null_array(&values::own_type(leaf), 0));
        }
        let pieces: Vec<&dyn Array> = pieces.iter().map(AsRef::as_ref).collect();
        concat(&pieces).map_err(|e| arrow_error(file.path(), &e))
    }

    /// Checks that the file did not change while it was read.
    pub fn check(&self) -> ScanResult<()> {
        self.bytes.check()
    }
}

fn arrow_error(path: &str, error: &arrow::error::ArrowError) -> ScanError {
    ScanError::corrupt(path, error.to_string())
}

/// Rows of a row group that are decoded in one go, and those of them that are wanted.
struct Stretch<'a> {
    /// Row numbers in the row group.
    rows: Range<u32>,
    /// Wanted row numbers in the split.
    wanted: &'a [u32],
    /// Row number in the split of the row group's first row.
    first_row: u32,
}

fn stretches(wanted: &[u32], first_row: u32) -> impl Iterator<Item = Stretch<'_>> {
    wanted
        .chunk_by(|a, b| b - a <= READ_THROUGH_ROWS)
        .map(move |wanted| Stretch {
            rows: wanted[0] - first_row..wanted[wanted.len() - 1] - first_row + 1,
            wanted,
            first_row,
        })
}

fn read_stretch(
    reader: &mut ColumnReader,
    stretch: Stretch<'_>,
    mut keep: impl FnMut(ArrayRef) -> ScanResult<()>,
) -> ScanResult<()> {
    let mut wanted = stretch.wanted;
    let mut start = stretch.rows.start;
    while start < stretch.rows.end {
        let rows = (stretch.rows.end - start).min(BATCH_ROWS as u32);
        let batch = reader.read(rows as usize)?;
        let first = stretch.first_row + start;
        let (here, later) = wanted.split_at(wanted.partition_point(|&row| row < first + rows));
        wanted = later;
        start += rows;
        keep(picked(batch, here, first))?;
    }
    Ok(())
}

/// The wanted rows of a batch, holding on to nothing else of it.
fn picked(batch: ArrayRef, wanted: &[u32], first: u32) -> ArrayRef {
    let picked = if wanted.len() == batch.len() {
        batch
    } else {
        let places = UInt32Array::from_iter_values(wanted.iter().map(|row| row - first));
        match take(&batch, &places, None) {
            Ok(picked) => picked,
            Err(_) => return batch,
        }
    };
    match picked.data_type() {
        // Views share the pages that they point into; a copy of the wanted bytes lets the pages go.
        DataType::BinaryView => Arc::new(picked.as_binary_view().gc()),
        _ => picked,
    }
}
