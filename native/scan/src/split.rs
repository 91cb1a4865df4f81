//! Splits: runs of row groups of one file.

use crate::dataset::Dataset;
use parity_kernels::domain::Side;

/// Rows `0..rows` of a split are the rows of its row groups, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// Side of the dataset.
    pub side: Side,
    /// Number among the side's splits.
    pub number: u32,
    /// Number of the file in the dataset.
    pub file: usize,
    /// First row group.
    pub first_row_group: usize,
    /// Number of row groups.
    pub row_groups: usize,
    /// Rows in all of them; always fits a row number of 32 bits.
    pub rows: u32,
}

/// Cuts a dataset into splits of about `target_bytes`: whole row groups, never across files. Row groups without rows
/// belong to no split.
pub fn splits(dataset: &Dataset, side: Side, target_bytes: u64) -> Vec<Split> {
    let mut splits: Vec<Split> = Vec::new();
    for (file, data) in dataset.files.iter().enumerate() {
        let mut open: Option<(Split, u64)> = None;
        for (number, group) in data.footer.metadata.row_groups().iter().enumerate() {
            let rows = group.num_rows() as u32;
            if rows == 0 {
                splits.extend(open.take().map(|(split, _)| split));
                continue;
            }
            let bytes = group.compressed_size().max(0).cast_unsigned();
            open = match open {
                Some((mut split, held)) if held + bytes <= target_bytes && split.rows.checked_add(rows).is_some() => {
                    split.row_groups += 1;
                    split.rows += rows;
                    Some((split, held + bytes))
                }
                previous => {
                    splits.extend(previous.map(|(split, _)| split));
                    Some((
                        Split {
                            side,
                            number: 0,
                            file,
                            first_row_group: number,
                            row_groups: 1,
                            rows,
                        },
                        bytes,
                    ))
                }
            };
        }
        splits.extend(open.map(|(split, _)| split));
    }
    for (number, split) in splits.iter_mut().enumerate() {
        split.number = number as u32;
    }
    splits
}
