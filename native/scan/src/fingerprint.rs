//! Step 1: every row of a split becomes an entry.
//!
//! Columns are read one after the other over a window of rows (a row group, or a part of a very long one), their hashes
//! added to the rows' running sums. Key columns come first, then the compared columns group by group.
//!
//! Where a predicate says which rows are there at all, its columns are read before all others, and a window without a
//! row that it keeps is left out. Row groups and pages that can hold none are not looked at (`selection.rs`).

use crate::column::nested::{Group, NestedReader, RowReader, StructReader};
use crate::column::pages;
use crate::column::structs::{Around, Structs, around};
use crate::column::{Access, ColumnReader};
use crate::error::{ScanError, ScanResult};
use crate::files::dataset::{ColumnInFile, DataFile, Dataset};
use crate::files::source::FileBytes;
use crate::files::split::Split;
use crate::selection::{Window, windows};
use arrow::array::{Array, ArrayRef, new_null_array};
use parity_kernels::digest::entry::{Block, Entry, partition_of};
use parity_kernels::digest::{GROUPS, LeafHasher, RowDigests, Sums};
use parity_kernels::domain::values::{self, ValueError};
use parity_source::budget;
use parity_source::plan::{Fingerprints, LeafPlan, SidePlan, entry};
use parity_source::predicate::Predicate;
use parity_source::predicate::evaluate::Verdicts;
use std::collections::VecDeque;
use std::sync::Arc;

pub use crate::selection::WINDOW_ROWS;

/// Bytes of a row's running sums, and of its entry once more while that is appended.
const ROW_BYTES: usize = 61 + 48;

/// Fingerprints a split, all of it at once.
pub fn fingerprint(dataset: &Dataset, split: Split, plan: &SidePlan) -> ScanResult<Fingerprints> {
    let file = &dataset.files[split.file];
    let bytes = Arc::from(dataset.source.open(&file.found.path, file.found.stamp)?);
    let mut work = Fingerprinter::with(dataset, split, plan, bytes)?;
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
    keys: Vec<Leaf>,
    values: Vec<Leaf>,
    key_sums: Sums,
    digests: RowDigests,
    null_keys: Vec<bool>,
    /// Which rows that are read of the window the filter keeps; empty where it keeps all.
    kept: Vec<bool>,
    /// Where structs are, by the leaves of the window that have been read.
    structs: Structs,
    /// Windows still to come.
    windows: VecDeque<Window>,
    /// Rows that are in no window and not told of yet.
    dropped: u64,
    /// Whether nothing has been given yet.
    is_new: bool,
}

#[derive(Debug)]
struct Leaf {
    column: usize,
    group: usize,
    hasher: LeafHasher,
    /// The structs that it tells of.
    around: Vec<Around>,
}

impl Fingerprinter {
    /// With the split's file open.
    pub fn with(dataset: &Dataset, split: Split, plan: &SidePlan, bytes: Arc<dyn FileBytes>) -> ScanResult<Self> {
        let file = &dataset.files[split.file];
        let hashers = |leaves: &[LeafPlan]| {
            let hashers = leaves.iter().map(|leaf| Leaf {
                around: around(dataset, file, leaf.column),
                column: leaf.column,
                group: leaf.group,
                hasher: leaf.hasher(plan.zone),
            });
            hashers.collect()
        };
        let (windows, dropped) = windows(dataset, split, plan.filter.as_ref(), &*bytes)?;
        let work = Fingerprinter {
            split,
            bytes,
            keys: hashers(&plan.keys),
            values: hashers(&plan.values),
            key_sums: Sums::default(),
            digests: RowDigests::default(),
            null_keys: Vec::new(),
            kept: Vec::new(),
            structs: Structs::default(),
            windows: windows.into(),
            dropped,
            is_new: true,
        };
        work.announce(dataset, plan, false);
        Ok(work)
    }

    /// The next rows, whole windows until there are `rows` of them; `None` when all are done and the file is still the
    /// same.
    pub fn next(&mut self, dataset: &Dataset, plan: &SidePlan, rows: usize) -> ScanResult<Option<Fingerprints>> {
        if self.windows.is_empty() && !self.is_new {
            return Ok(None);
        }
        self.is_new = false;
        // What a footer promises is not believed before it is read: a window's rows at most.
        let window_rows = (self.split.rows as usize).min(WINDOW_ROWS);
        budget::ensure_rows(window_rows, size_of::<Entry>())?;
        let per_partition = window_rows / plan.partitions;
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
            dropped: std::mem::take(&mut self.dropped),
        };
        let mut done = 0;
        while done < rows
            && let Some(window) = self.windows.pop_front()
        {
            let count = window.count();
            result.dropped += (window.span.len() - count) as u64;
            if self.window(dataset, plan, &window)? {
                self.emit(plan, &window, &mut result);
            } else {
                result.dropped += count as u64;
            }
            done += count;
        }
        if self.windows.is_empty() {
            self.bytes.check()?;
        }
        Ok(Some(result))
    }

    /// Says what will be read of column chunks, in that order: up to the next columns that only a filter's answer calls
    /// for, which `is_kept` tells for the window whose filter has been asked.
    fn announce(&self, dataset: &Dataset, plan: &SidePlan, is_kept: bool) {
        let file = &dataset.files[self.split.file];
        let mut ranges = Vec::new();
        let mut add = |window: &Window, column: usize| {
            for leaf in file.columns[column].leaves() {
                let access = access(window);
                ranges.extend(pages::stretches(&file.footer, window.row_group, leaf, access));
            }
        };
        let filtered = plan.filter.as_ref().map(Predicate::columns).unwrap_or_default();
        for (number, window) in self.windows.iter().enumerate() {
            let is_answered = is_kept && number == 0;
            if window.is_filtered && !is_answered {
                filtered.iter().for_each(|&column| add(window, column));
                break;
            }
            for leaf in self.keys.iter().chain(&self.values) {
                add(window, leaf.column);
            }
        }
        self.bytes.announce(&ranges);
    }

    /// Asks the filter about a window's rows: whether it keeps any.
    fn ask(&mut self, reader: &Columns<'_>, filter: &Predicate) -> ScanResult<bool> {
        let rows = reader.window.count();
        let mut verdicts = Verdicts::new(filter, rows);
        for column in filter.columns() {
            let leaf = reader.dataset.leaf(column)?;
            match &reader.file().columns[column] {
                ColumnInFile::Missing => {
                    verdicts.take_constant(column, &new_null_array(&leaf.own_type(), 1));
                }
                ColumnInFile::Constant(value) => verdicts.take_constant(column, value),
                ColumnInFile::Stored(number, stored) => reader.each_batch(reader.leaf(*number)?, |_, batch, _| {
                    verdicts.take(column, &values::own(batch, stored, leaf)?);
                    Ok(())
                })?,
                ColumnInFile::Struct(place) => {
                    reader.each_batch(StructReader::open(reader.group(), place)?, |_, own, _| {
                        verdicts.take(column, own);
                        Ok(())
                    })?;
                }
                ColumnInFile::Nested(node) => {
                    reader.each_batch(NestedReader::open(reader.group(), node, leaf)?, |_, own, _| {
                        verdicts.take(column, own);
                        Ok(())
                    })?;
                }
            }
        }
        self.kept = verdicts.kept();
        Ok(self.kept.contains(&true))
    }

    /// Digests a window of rows of a row group; `false` where the filter keeps none of them.
    fn window(&mut self, dataset: &Dataset, plan: &SidePlan, window: &Window) -> ScanResult<bool> {
        let rows = window.count();
        budget::ensure_rows(rows, ROW_BYTES)?;
        let bytes = Arc::clone(&self.bytes);
        let reader = Columns {
            dataset,
            split: self.split,
            bytes: &bytes,
            window,
        };
        self.kept.clear();
        if let Some(filter) = plan.filter.as_ref().filter(|_| window.is_filtered) {
            if !self.ask(&reader, filter)? {
                self.announce(dataset, plan, false);
                return Ok(false);
            }
            self.windows.push_front(window.clone());
            self.announce(dataset, plan, true);
            self.windows.pop_front();
        }
        self.structs.clear();
        self.key_sums.reset(rows);
        self.null_keys.clear();
        self.null_keys.resize(rows, false);
        for leaf in &mut self.keys {
            reader.add(
                leaf.column,
                &mut leaf.hasher,
                &mut self.key_sums,
                (&mut self.structs, &leaf.around),
                Some(&mut self.null_keys),
            )?;
        }
        self.digests.reset(rows);
        let mut values = self.values.iter_mut().peekable();
        for group in 0..GROUPS {
            while let Some(leaf) = values.next_if(|leaf| leaf.group == group) {
                let sums = self.digests.group_sums();
                reader.add(
                    leaf.column,
                    &mut leaf.hasher,
                    sums,
                    (&mut self.structs, &leaf.around),
                    None,
                )?;
            }
            self.digests.end_group(group);
        }
        Ok(true)
    }

    /// Turns the window's sums into entries.
    fn emit(&self, plan: &SidePlan, window: &Window, result: &mut Fingerprints) {
        for (row, row_in_group) in window.rows.iter().cloned().flatten().enumerate() {
            if self.kept.get(row) == Some(&false) {
                result.dropped += 1;
                continue;
            }
            result.null_keys += u64::from(self.null_keys[row]);
            let number = window.first_row + row_in_group as u32;
            let entry = entry(plan, &self.key_sums, &self.digests, row, number);
            result.blocks[partition_of(entry.key, plan.partitions)]
                .entries
                .push(entry);
        }
    }
}

/// How a window's columns are read.
fn access(window: &Window) -> Access<'_> {
    if window.is_whole() {
        Access::Sequential
    } else {
        Access::Ranges(&window.rows)
    }
}

/// The columns of one window of one row group.
struct Columns<'a> {
    dataset: &'a Dataset,
    split: Split,
    bytes: &'a Arc<dyn FileBytes>,
    window: &'a Window,
}

impl Columns<'_> {
    fn add(
        &self,
        column: usize,
        hasher: &mut LeafHasher,
        sums: &mut Sums,
        structs: (&mut Structs, &[Around]),
        nulls: Option<&mut Vec<bool>>,
    ) -> ScanResult<()> {
        let file = &self.dataset.files[self.split.file];
        match &file.columns[column] {
            ColumnInFile::Missing => {
                sums.add_constant(0, self.window.count(), hasher.null());
                if let Some(nulls) = nulls {
                    nulls.fill(true);
                }
                Ok(())
            }
            ColumnInFile::Constant(value) => {
                let hash = hasher.hash_own(value, 0);
                sums.add_constant(0, self.window.count(), hash);
                if let Some(nulls) = nulls.filter(|_| value.is_null(0)) {
                    nulls.fill(true);
                }
                Ok(())
            }
            ColumnInFile::Stored(leaf, stored) => {
                self.add_batches(self.leaf(*leaf)?, structs, nulls, |start, batch| {
                    hasher.add(batch, stored, sums, start)
                })
            }
            ColumnInFile::Struct(place) => {
                let reader = StructReader::open(self.group(), place)?;
                self.add_batches(reader, structs, nulls, |start, own| {
                    hasher.add_own(own, sums, start);
                    Ok(())
                })
            }
            ColumnInFile::Nested(node) => {
                let reader = NestedReader::open(self.group(), node, self.dataset.leaf(column)?)?;
                self.add_batches(reader, structs, nulls, |start, own| {
                    hasher.add_own(own, sums, start);
                    Ok(())
                })
            }
        }
    }

    fn group(&self) -> Group<'_> {
        let file = self.file();
        Group {
            path: file.path(),
            bytes: self.bytes,
            footer: &file.footer,
            number: self.window.row_group,
            access: access(self.window),
        }
    }

    fn leaf(&self, leaf: usize) -> ScanResult<ColumnReader> {
        let file = self.file();
        let (row_group, access) = (self.window.row_group, access(self.window));
        ColumnReader::open(file.path(), self.bytes, &file.footer, row_group, leaf, access)
    }

    fn file(&self) -> &DataFile {
        &self.dataset.files[self.split.file]
    }

    /// Adds the window's rows batch by batch, and says which are null.
    fn add_batches(
        &self,
        reader: impl RowReader,
        (structs, around): (&mut Structs, &[Around]),
        mut nulls: Option<&mut Vec<bool>>,
        mut add: impl FnMut(usize, &ArrayRef) -> Result<(), ValueError>,
    ) -> ScanResult<()> {
        let mut around = around.to_vec();
        self.each_batch(reader, |start, batch, levels| {
            add(start, batch)?;
            around.iter_mut().for_each(|one| one.add(start, batch, levels));
            if let (Some(nulls), Some(validity)) = (nulls.as_deref_mut(), batch.nulls()) {
                for (null, valid) in nulls[start..].iter_mut().zip(validity.iter()) {
                    *null |= !valid;
                }
            }
            Ok(())
        })?;
        if !structs.agree(&around) {
            let reason = format!(
                "row group {}: the leaves of a struct disagree about where it is",
                self.window.row_group
            );
            return Err(ScanError::corrupt(self.file().path(), reason));
        }
        Ok(())
    }

    /// Reads the window's rows of a column in batches, each with the number of rows before its first one and the
    /// definition levels of its rows.
    fn each_batch(
        &self,
        mut reader: impl RowReader,
        mut take: impl FnMut(usize, &ArrayRef, Option<&[i16]>) -> Result<(), ValueError>,
    ) -> ScanResult<()> {
        let file = self.file();
        let row_group = self.window.row_group;
        let (mut at, mut done) = (0, 0);
        for rows in &self.window.rows {
            if rows.start > at {
                reader.skip(rows.start - at)?;
                at = rows.start;
            }
            while at < rows.end {
                let count = reader.batch_rows().min(rows.end - at);
                let batch = reader.read(count)?;
                let count = batch.len();
                take(done, &batch, reader.levels())
                    .map_err(|e| ScanError::corrupt(file.path(), format!("row group {row_group}: {e}")))?;
                at += count;
                done += count;
            }
        }
        let is_end = at as i64 == file.footer.metadata.row_group(row_group).num_rows();
        if is_end { reader.end() } else { Ok(()) }
    }
}
