//! Splits: runs of row groups of one file.

use crate::files::dataset::Dataset;
use crate::footer::Footer;
use parity_kernels::domain::Side;
use serde::{Deserialize, Serialize};

/// Rows `0..rows` of a split are the rows of its row groups, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The number of its first row: others of the same split may be before it.
    pub first_row: u32,
}

impl Split {
    /// Bytes of its row groups, among those of all files.
    pub fn len_bytes(&self, groups: &[Vec<RowGroup>]) -> u64 {
        let own = self.first_row_group..self.first_row_group + self.row_groups;
        groups[self.file][own].iter().map(|group| group.len_bytes).sum()
    }
}

/// The size of a row group, which is what a cut needs to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowGroup {
    /// Its rows.
    pub rows: u32,
    /// Its bytes in the file.
    pub len_bytes: u64,
}

/// The row groups of a footer.
pub fn row_groups(footer: &Footer) -> Vec<RowGroup> {
    let groups = footer.metadata.row_groups().iter();
    groups
        .map(|group| RowGroup {
            rows: group.num_rows() as u32,
            len_bytes: group.compressed_size().max(0).cast_unsigned(),
        })
        .collect()
}

/// Cuts a dataset as [`cut`] does.
pub fn splits(dataset: &Dataset, side: Side, target_bytes: u64) -> Vec<Split> {
    let groups: Vec<Vec<RowGroup>> = dataset.files.iter().map(|file| row_groups(&file.footer)).collect();
    cut(&groups, side, target_bytes)
}

/// Cuts files into splits of about `target_bytes`: whole row groups, never across files. Row groups without rows belong
/// to no split.
///
/// ```
/// use parity_kernels::domain::Side;
/// use parity_scan::files::split::{RowGroup, cut};
///
/// let row_group = |len_bytes| RowGroup { rows: 1_000, len_bytes };
/// let files = [vec![row_group(60), row_group(60), row_group(30)], vec![row_group(10)]];
/// let splits = cut(&files, Side::Left, 100);
/// let runs: Vec<_> = splits.iter().map(|s| (s.file, s.first_row_group, s.row_groups)).collect();
/// // The second and third row group come to 90 bytes; the other file is a split of its own.
/// assert_eq!(runs, [(0, 0, 1), (0, 1, 2), (1, 0, 1)]);
/// ```
pub fn cut(files: &[Vec<RowGroup>], side: Side, target_bytes: u64) -> Vec<Split> {
    let mut splits: Vec<Split> = Vec::new();
    for (file, groups) in files.iter().enumerate() {
        let mut open: Option<(Split, u64)> = None;
        for (number, &RowGroup { rows, len_bytes: bytes }) in groups.iter().enumerate() {
            if rows == 0 {
                splits.extend(open.take().map(|(split, _)| split));
                continue;
            }
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
                            first_row: 0,
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

/// A file of at most so many bytes is read at once where it is not local, footer and data together.
pub const SMALL_FILE_BYTES: u64 = 1 << 20;
/// Bytes of small files in one split at most: a split that fetches holds all of them.
const SMALL_FILES_BYTES: u64 = 32 << 20;

/// Cuts files as [`cut`] does, and puts pieces that follow each other together while they come to `target_bytes`.
pub fn packs(files: &[Vec<RowGroup>], side: Side, target_bytes: u64) -> Vec<Vec<Split>> {
    let mut packs: Vec<Vec<Split>> = Vec::new();
    let (mut held, mut small, mut rows) = (0, 0, 0u32);
    for split in cut(files, side, target_bytes) {
        let groups = &files[split.file][split.first_row_group..split.first_row_group + split.row_groups];
        let bytes: u64 = groups.iter().map(|group| group.len_bytes).sum();
        let small_bytes = if bytes <= SMALL_FILE_BYTES { bytes } else { 0 };
        let fits = held + bytes <= target_bytes && small + small_bytes <= SMALL_FILES_BYTES;
        match packs.last_mut() {
            Some(pack) if fits && rows.checked_add(split.rows).is_some() => {
                pack.push(Split {
                    number: pack[0].number,
                    first_row: rows,
                    ..split
                });
            }
            _ => {
                let number = packs.len() as u32;
                packs.push(vec![Split { number, ..split }]);
                (held, small, rows) = (0, 0, 0);
            }
        }
        (held, small, rows) = (held + bytes, small + small_bytes, rows + split.rows);
    }
    packs
}
