//! Step 1: every row of a split becomes an entry.
//!
//! Columns are read one after the other over a window of rows (a row group, or a part of a very long one), their hashes
//! added to the rows' running sums. Key columns come first, then the compared columns group by group.

use crate::column::{Access, ColumnReader};
use crate::dataset::{ColumnInFile, DataFile, Dataset};
use crate::error::{ScanError, ScanResult};
use crate::nested::{Group, NestedReader, RowReader, StructReader};
use crate::source::FileBytes;
use crate::split::Split;
use arrow::array::{Array, ArrayRef};
use parity_kernels::digest::{GROUPS, LeafHasher, RowDigests, Sums, group_of};
use parity_kernels::domain::Domain;
use parity_kernels::entry::{Block, Entry, partition_of};
use parity_kernels::hash::{Hash128, LeafSeed};
use parity_kernels::types::LeafType;
use parity_kernels::values::{self, Stored};
use parity_kernels::zone::Zone;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Rows of a window: what a task holds a running sum for (about 60 bytes a row).
pub const WINDOW_ROWS: usize = 1 << 20;

/// One leaf of a side as a comparison looks at it.
#[derive(Clone, Debug)]
pub struct LeafPlan {
    /// Number of the column in the dataset.
    pub column: usize,
    /// Its type on this side.
    pub leaf: LeafType,
    /// Where both sides meet (this side's half).
    pub domain: Domain,
    /// Its seed.
    pub seed: LeafSeed,
}

impl LeafPlan {
    /// A hasher for this leaf.
    pub fn hasher(&self, zone: Zone) -> LeafHasher {
        LeafHasher::new(self.seed, self.leaf, self.domain.clone(), zone)
    }
}

/// What to fingerprint.
#[derive(Clone, Debug)]
pub struct SidePlan {
    /// Key leaves; none when whole rows are compared as multisets.
    pub keys: Vec<LeafPlan>,
    /// Compared leaves.
    pub values: Vec<LeafPlan>,
    /// Session time zone.
    pub zone: Zone,
    /// Number of match partitions.
    pub partitions: usize,
}

/// What a split yields.
#[derive(Debug, Default)]
pub struct Fingerprints {
    /// One block for each match partition.
    pub blocks: Vec<Block>,
    /// Rows with a null in a key column.
    pub null_keys: u64,
}

/// Fingerprints a split, all of it at once.
pub fn fingerprint(dataset: &Dataset, split: Split, plan: &SidePlan) -> ScanResult<Fingerprints> {
    let file = &dataset.files[split.file];
    let bytes = Arc::from(dataset.source.open(&file.found.path, file.found.stamp)?);
    let mut work = Fingerprinter::with(dataset, split, plan, bytes);
    let mut all = work.next(dataset, plan, usize::MAX)?.unwrap_or_default();
    for block in &mut all.blocks {
        block.entries.shrink_to_fit();
    }
    Ok(all)
}

/// Fingerprints a split portion by portion. The dataset and the plan are the same in every call.
#[derive(Debug)]
pub struct Fingerprinter {
    split: Split,
    bytes: Arc<dyn FileBytes>,
    keys: Vec<(usize, LeafHasher)>,
    values: Vec<(usize, LeafHasher)>,
    key_sums: Sums,
    digests: RowDigests,
    null_keys: Vec<bool>,
    /// Windows still to come: row group, rows in it, number of the first row in the split.
    windows: VecDeque<Window>,
}

#[derive(Clone, Debug)]
struct Window {
    row_group: usize,
    rows: Range<usize>,
    is_last: bool,
    first_row: u32,
}

impl Fingerprinter {
    /// With the split's file open.
    pub fn with(dataset: &Dataset, split: Split, plan: &SidePlan, bytes: Arc<dyn FileBytes>) -> Self {
        let file = &dataset.files[split.file];
        let hashers = |leaves: &[LeafPlan]| {
            let hashers = leaves.iter().map(|leaf| (leaf.column, leaf.hasher(plan.zone)));
            hashers.collect()
        };
        let mut windows = VecDeque::new();
        let mut first_row = 0u32;
        for row_group in split.first_row_group..split.first_row_group + split.row_groups {
            let rows = file.footer.metadata.row_group(row_group).num_rows() as usize;
            for start in (0..rows).step_by(WINDOW_ROWS) {
                let end = rows.min(start + WINDOW_ROWS);
                windows.push_back(Window {
                    row_group,
                    rows: start..end,
                    is_last: end == rows,
                    first_row: first_row + start as u32,
                });
            }
            first_row += rows as u32;
        }
        let work = Fingerprinter {
            split,
            bytes,
            keys: hashers(&plan.keys),
            values: hashers(&plan.values),
            key_sums: Sums::default(),
            digests: RowDigests::default(),
            null_keys: Vec::new(),
            windows,
        };
        work.announce(dataset);
        work
    }

    /// The next rows, whole windows until there are `rows` of them; `None` when all are done and the file is still the same.
    pub fn next(&mut self, dataset: &Dataset, plan: &SidePlan, rows: usize) -> ScanResult<Option<Fingerprints>> {
        if self.windows.is_empty() {
            return Ok(None);
        }
        // What a footer promises is not believed before it is read: a window's rows at most.
        let per_partition = (self.split.rows as usize).min(WINDOW_ROWS) / plan.partitions;
        let mut result = Fingerprints {
            blocks: (0..plan.partitions)
                .map(|_| Block {
                    side: self.split.side,
                    split: self.split.number,
                    // A little more than the even share: most blocks then never grow.
                    entries: Vec::with_capacity(per_partition + per_partition / 16 + 16),
                })
                .collect(),
            null_keys: 0,
        };
        let mut done = 0;
        while done < rows
            && let Some(window) = self.windows.pop_front()
        {
            self.window(dataset, &window)?;
            self.emit(plan, window.first_row, &mut result);
            done += window.rows.len();
        }
        if self.windows.is_empty() {
            self.bytes.check()?;
        }
        Ok(Some(result))
    }

    /// Says which column chunks will be read, in that order.
    fn announce(&self, dataset: &Dataset) {
        let file = &dataset.files[self.split.file];
        let mut ranges = Vec::new();
        for window in &self.windows {
            for (column, _) in self.keys.iter().chain(&self.values) {
                for leaf in file.columns[*column].leaves() {
                    let (start, len_bytes) = file
                        .footer
                        .metadata
                        .row_group(window.row_group)
                        .column(leaf)
                        .byte_range();
                    ranges.push(start..start.saturating_add(len_bytes));
                }
            }
        }
        self.bytes.plan(&ranges);
    }

    /// Digests a window of rows of a row group.
    fn window(&mut self, dataset: &Dataset, window: &Window) -> ScanResult<()> {
        let rows = window.rows.len();
        let reader = Columns {
            dataset,
            split: self.split,
            bytes: &self.bytes,
            row_group: window.row_group,
            window: window.rows.clone(),
            is_last: window.is_last,
        };
        self.key_sums.reset(rows);
        self.null_keys.clear();
        self.null_keys.resize(rows, false);
        for (column, hasher) in &mut self.keys {
            reader.add(*column, hasher, &mut self.key_sums, Some(&mut self.null_keys))?;
        }
        self.digests.reset(rows);
        let leaves = self.values.len();
        let mut values = self.values.iter_mut().enumerate().peekable();
        for group in 0..GROUPS {
            while let Some((_, (column, hasher))) = values.next_if(|&(leaf, _)| group_of(leaf, leaves) == group) {
                reader.add(*column, hasher, self.digests.group_sums(), None)?;
            }
            self.digests.end_group(group);
        }
        Ok(())
    }

    /// Turns the window's sums into entries.
    fn emit(&self, plan: &SidePlan, first_row: u32, result: &mut Fingerprints) {
        for row in 0..self.null_keys.len() {
            let number = first_row + row as u32;
            let entry = if plan.keys.is_empty() {
                // The whole row is its own key; nothing is left to differ.
                Entry {
                    key: self.digests.digest(row),
                    digest: Hash128::default(),
                    tags: [0; GROUPS],
                    row: number,
                }
            } else {
                Entry {
                    key: self.key_sums.get(row),
                    digest: self.digests.digest(row),
                    tags: self.digests.tags(row),
                    row: number,
                }
            };
            result.blocks[partition_of(entry.key, plan.partitions)]
                .entries
                .push(entry);
        }
        result.null_keys += self.null_keys.iter().filter(|&&null| null).count() as u64;
    }
}

/// The columns of one window of one row group.
struct Columns<'a> {
    dataset: &'a Dataset,
    split: Split,
    bytes: &'a Arc<dyn FileBytes>,
    row_group: usize,
    window: Range<usize>,
    is_last: bool,
}

impl Columns<'_> {
    fn add(
        &self,
        column: usize,
        hasher: &mut LeafHasher,
        sums: &mut Sums,
        nulls: Option<&mut Vec<bool>>,
    ) -> ScanResult<()> {
        let file = &self.dataset.files[self.split.file];
        match &file.columns[column] {
            ColumnInFile::Missing => {
                sums.add_constant(0, self.window.len(), hasher.null());
                if let Some(nulls) = nulls {
                    nulls.fill(true);
                }
                Ok(())
            }
            ColumnInFile::Constant(value) => {
                let hash = hasher.hash_own(value, 0);
                sums.add_constant(0, self.window.len(), hash);
                if let Some(nulls) = nulls.filter(|_| value.is_null(0)) {
                    nulls.fill(true);
                }
                Ok(())
            }
            ColumnInFile::Stored(leaf, stored) => self.add_stored(*leaf, *stored, hasher, sums, nulls),
            ColumnInFile::Struct(place) => {
                let reader = StructReader::open(self.group(file), *place)?;
                self.add_rows(reader, sums, nulls, |own, sums, start| {
                    hasher.add_own(own, sums, start);
                    Ok(())
                })
            }
            ColumnInFile::Nested(node) => {
                let reader = NestedReader::open(self.group(file), node, self.dataset.leaf(column)?)?;
                self.add_rows(reader, sums, nulls, |own, sums, start| {
                    hasher.add_own(own, sums, start);
                    Ok(())
                })
            }
        }
    }

    fn group<'a>(&'a self, file: &'a DataFile) -> Group<'a> {
        Group {
            path: file.path(),
            bytes: self.bytes,
            footer: &file.footer,
            number: self.row_group,
        }
    }

    fn add_stored(
        &self,
        leaf: usize,
        stored: Stored,
        hasher: &mut LeafHasher,
        sums: &mut Sums,
        nulls: Option<&mut Vec<bool>>,
    ) -> ScanResult<()> {
        let file = &self.dataset.files[self.split.file];
        let reader = ColumnReader::open(
            file.path(),
            self.bytes,
            &file.footer,
            self.row_group,
            leaf,
            Access::Sequential,
        )?;
        self.add_rows(reader, sums, nulls, |batch, sums, start| {
            hasher.add(batch, stored, sums, start).map_err(|e: values::ValueError| {
                ScanError::corrupt(file.path(), format!("row group {}: {e}", self.row_group))
            })
        })
    }

    /// Reads the window's rows batch by batch.
    fn add_rows(
        &self,
        mut reader: impl RowReader,
        sums: &mut Sums,
        mut nulls: Option<&mut Vec<bool>>,
        mut add: impl FnMut(&ArrayRef, &mut Sums, usize) -> ScanResult<()>,
    ) -> ScanResult<()> {
        if self.window.start > 0 {
            reader.skip(self.window.start)?;
        }
        let rows = self.window.len();
        for start in (0..rows).step_by(reader.batch_rows()) {
            let batch = reader.read(reader.batch_rows().min(rows - start))?;
            add(&batch, sums, start)?;
            if let (Some(nulls), Some(validity)) = (nulls.as_deref_mut(), batch.nulls()) {
                for (null, valid) in nulls[start..].iter_mut().zip(validity.iter()) {
                    *null |= !valid;
                }
            }
        }
        if self.is_last { reader.end() } else { Ok(()) }
    }
}
