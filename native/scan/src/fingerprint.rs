//! Step 1: every row of a split becomes an entry.
//!
//! Columns are read one after the other over a window of rows (a row group, or a part of a very long one), their hashes
//! added to the rows' running sums. Key columns come first, then the compared columns group by group. A few narrow
//! columns of a local file are read side by side instead, some rows of each at a time: their sums then stay in the
//! processor's cache.
//!
//! Where a predicate says which rows are there at all, its columns are read before all others, and a window without a
//! row that it keeps is left out. Row groups and pages that can hold none are not looked at (`selection.rs`).

use crate::column::Access;
use crate::column::nested::{Group, NestedReader, RowReader, StructReader};
use crate::column::pages;
use crate::column::structs::{Around, Structs, around};
use crate::error::{ScanError, ScanResult};
use crate::files::dataset::{ColumnInFile, DataFile, Dataset};
use crate::files::source::FileBytes;
use crate::files::split::Split;
use crate::selection::{Window, windows};
use arrow::array::{Array, ArrayRef, new_null_array};
use parity_kernels::digest::entry::Entries;
use parity_kernels::digest::{LeafHasher, RowDigests, Sums};
use parity_kernels::domain::values::{self, ValueError};
use parity_source::budget;
use parity_source::plan::{Fingerprints, LeafPlan, SidePlan, entry};
use parity_source::predicate::Predicate;
use parity_source::predicate::evaluate::Verdicts;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

pub use crate::selection::WINDOW_ROWS;

/// Rows that are summed at a time where the columns of a window are read side by side. Their sums stay in the
/// processor's cache.
const BAND_ROWS: usize = 1 << 16;
/// Columns that are read side by side at most.
const TOGETHER: usize = 16;
/// Bytes of their rows at most, by the footer.
const TOGETHER_ROW_BYTES: u64 = 256;
/// Bytes of a row's running sums.
const ROW_BYTES: usize = 61;

/// Fingerprints a split, all of it at once.
pub fn fingerprint(dataset: &Dataset, split: Split, plan: &SidePlan) -> ScanResult<Fingerprints> {
    let file = &dataset.files[split.file];
    let bytes = Arc::from(dataset.source.open(&file.found.path, &file.found.stamp)?);
    let mut work = Fingerprinter::with(dataset, split, plan, bytes)?;
    let mut entries = entries(split, plan);
    let mut result = work.next(dataset, plan, usize::MAX, &mut entries)?.unwrap_or_default();
    result.blocks.append(&mut entries.rest());
    Ok(result)
}

/// Where the entries of a split go.
pub fn entries(split: Split, plan: &SidePlan) -> Entries {
    let Split { side, number, rows, .. } = split;
    // What a footer promises is not believed before it is read: a window's rows at most.
    let rows = (rows as usize).min(WINDOW_ROWS);
    Entries::new(side, number, plan.shape, plan.partitions, rows)
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
    /// The window that is read.
    open: Option<Open>,
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
            open: None,
            windows: windows.into(),
            dropped,
            is_new: true,
        };
        work.announce(dataset, plan, false);
        Ok(work)
    }

    /// Puts the next rows among the entries, bands or whole windows until there are `rows` of them, and gives the blocks
    /// that they filled; `None` when all are done and the file is still the same.
    pub fn next(
        &mut self,
        dataset: &Dataset,
        plan: &SidePlan,
        rows: usize,
        entries: &mut Entries,
    ) -> ScanResult<Option<Fingerprints>> {
        if self.is_done() && !self.is_new {
            return Ok(None);
        }
        self.is_new = false;
        let mut result = Fingerprints {
            blocks: Vec::new(),
            null_keys: 0,
            dropped: std::mem::take(&mut self.dropped),
        };
        let mut done = 0;
        while done < rows {
            match self.open.take() {
                Some(open) => done += self.band(dataset, plan, open, entries, &mut result)?,
                None => match self.windows.pop_front() {
                    Some(window) => done += self.begin(dataset, plan, window, &mut result)?,
                    None => break,
                },
            }
        }
        result.blocks = entries.full();
        if self.is_done() {
            self.bytes.check()?;
        }
        Ok(Some(result))
    }

    /// Whether its last window is read, or about to be.
    pub fn is_last(&self) -> bool {
        self.windows.len() + usize::from(self.open.is_some()) <= 1
    }

    /// Whether all rows are among the entries.
    pub fn is_done(&self) -> bool {
        self.open.is_none() && self.windows.is_empty()
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
                ColumnInFile::Stored(_, stored) => reader.each_batch(column, |batch| {
                    verdicts.take(column, &values::own(&batch, stored, leaf)?);
                    Ok(())
                })?,
                ColumnInFile::Struct(_) | ColumnInFile::Nested(_) => reader.each_batch(column, |own| {
                    verdicts.take(column, &own);
                    Ok(())
                })?,
            }
        }
        self.kept = verdicts.kept();
        Ok(self.kept.contains(&true))
    }

    /// Begins a window; gives how many of its rows are done with.
    fn begin(
        &mut self,
        dataset: &Dataset,
        plan: &SidePlan,
        window: Window,
        result: &mut Fingerprints,
    ) -> ScanResult<usize> {
        let rows = window.count();
        result.dropped += (window.span.len() - rows) as u64;
        let is_together = self.is_together(dataset, &window);
        let bytes = Arc::clone(&self.bytes);
        let columns = Columns {
            dataset,
            split: self.split,
            bytes: &bytes,
            window: &window,
            is_together,
        };
        self.kept.clear();
        if let Some(filter) = plan.filter.as_ref().filter(|_| window.is_filtered) {
            if !self.ask(&columns, filter)? {
                self.announce(dataset, plan, false);
                result.dropped += rows as u64;
                return Ok(rows);
            }
            self.windows.push_front(window.clone());
            self.announce(dataset, plan, true);
            self.windows.pop_front();
        }
        self.structs.clear();
        let open = Open {
            window,
            is_together,
            done: 0,
            passes: self.keys.iter().chain(&self.values).map(|_| None).collect(),
        };
        budget::ensure_rows(open.band().len(), ROW_BYTES + plan.shape.entry_bytes())?;
        self.open = Some(open);
        Ok(0)
    }

    /// Turns the next band of the open window into entries; gives how many rows it has.
    fn band(
        &mut self,
        dataset: &Dataset,
        plan: &SidePlan,
        mut open: Open,
        entries: &mut Entries,
        result: &mut Fingerprints,
    ) -> ScanResult<usize> {
        let band = open.band();
        let from = band.start;
        let bytes = Arc::clone(&self.bytes);
        let columns = Columns {
            dataset,
            split: self.split,
            bytes: &bytes,
            window: &open.window,
            is_together: open.is_together,
        };
        self.sum(&columns, plan, &mut open.passes, &band)?;
        let numbers = open.window.rows.iter().cloned().flatten().skip(from);
        for (row, row_in_group) in band.clone().zip(numbers) {
            if self.kept.get(row) == Some(&false) {
                result.dropped += 1;
                continue;
            }
            let is_null = self.null_keys[row - from];
            result.null_keys += u64::from(is_null);
            let number = open.window.first_row + row_in_group as u32;
            let entry = entry(plan, &self.key_sums, &self.digests, row - from, number);
            entries.push(&entry, is_null);
        }
        open.done = band.end;
        if open.done < open.window.count() {
            self.open = Some(open);
        }
        Ok(band.len())
    }

    /// Whether the columns of a window are read side by side, so that its rows are summed few at a time. Where they are many or
    /// wide that would take more memory than the sums; and what comes over a network is announced column by column.
    fn is_together(&self, dataset: &Dataset, window: &Window) -> bool {
        let file = &dataset.files[self.split.file];
        let group = file.footer.metadata.row_group(window.row_group);
        let leaves = || self.keys.iter().chain(&self.values);
        let row_bytes = |leaf: &Leaf| match &file.columns[leaf.column] {
            ColumnInFile::Missing | ColumnInFile::Constant(_) => Some(0),
            ColumnInFile::Stored(number, _) => {
                u64::try_from(group.column(*number).uncompressed_size() / group.num_rows().max(1)).ok()
            }
            ColumnInFile::Struct(_) | ColumnInFile::Nested(_) => None,
        };
        let width = || leaves().map(row_bytes).sum::<Option<u64>>();
        self.bytes.is_local()
            && window.is_whole()
            && leaves().count() <= TOGETHER
            && width().is_some_and(|bytes| bytes <= TOGETHER_ROW_BYTES)
    }

    /// Sums some rows of a window.
    fn sum(
        &mut self,
        columns: &Columns<'_>,
        plan: &SidePlan,
        passes: &mut [Option<Pass>],
        band: &Range<usize>,
    ) -> ScanResult<()> {
        self.key_sums.reset(band.len());
        self.null_keys.clear();
        self.null_keys.resize(band.len(), false);
        let (of_keys, of_values) = passes.split_at_mut(self.keys.len());
        for (leaf, pass) in self.keys.iter_mut().zip(of_keys) {
            let nulls = Some(&mut self.null_keys);
            columns.add(leaf, pass, band, &mut self.key_sums, &mut self.structs, nulls)?;
        }
        self.digests.reset(band.len());
        let mut values = self.values.iter_mut().zip(of_values).peekable();
        for group in 0..plan.shape.groups {
            while let Some((leaf, pass)) = values.next_if(|(leaf, _)| leaf.group == group) {
                let sums = self.digests.group_sums();
                columns.add(leaf, pass, band, sums, &mut self.structs, None)?;
            }
            self.digests.end_group(group);
        }
        Ok(())
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
#[derive(Clone, Copy)]
struct Columns<'a> {
    dataset: &'a Dataset,
    split: Split,
    bytes: &'a Arc<dyn FileBytes>,
    window: &'a Window,
    /// Whether they are read side by side.
    is_together: bool,
}

/// A window while it is read.
#[derive(Debug)]
struct Open {
    window: Window,
    is_together: bool,
    /// Rows that have become entries.
    done: usize,
    /// The columns that are read.
    passes: Vec<Option<Pass>>,
}

impl Open {
    /// Rows that are summed next.
    fn band(&self) -> Range<usize> {
        let most = if self.is_together { BAND_ROWS } else { usize::MAX };
        self.done..self.window.count().min(self.done.saturating_add(most))
    }
}

/// A column of a window while it is read.
struct Pass {
    reader: Box<dyn RowReader + Send>,
    /// The range of rows that is read, and the row of the row group that is next.
    range: usize,
    at: usize,
    /// Rows that have been read.
    done: usize,
    around: Vec<Around>,
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pass").field("done", &self.done).finish_non_exhaustive()
    }
}

impl<'a> Columns<'a> {
    /// Adds the rows of a band to its sums, and says which are null. The last of the window's end the pass.
    fn add(
        &self,
        leaf: &mut Leaf,
        pass: &mut Option<Pass>,
        band: &Range<usize>,
        sums: &mut Sums,
        structs: &mut Structs,
        mut nulls: Option<&mut Vec<bool>>,
    ) -> ScanResult<()> {
        let hasher = &mut leaf.hasher;
        let constant = match &self.file().columns[leaf.column] {
            ColumnInFile::Missing => Some((hasher.null(), true)),
            ColumnInFile::Constant(value) => Some((hasher.hash_own(value, 0), value.is_null(0))),
            _ => None,
        };
        if let Some((hash, is_null)) = constant {
            sums.add_constant(0, band.len(), hash);
            if let Some(nulls) = nulls.filter(|_| is_null) {
                nulls.fill(true);
            }
            // It has no levels that would tell of a struct.
            return Ok(());
        }
        let mut open = match pass.take() {
            Some(open) => open,
            None => self.open(leaf.column, &leaf.around)?,
        };
        while open.done < band.end {
            let from = open.done - band.start;
            let batch = self.read(&mut open, band.len() - from)?;
            match &self.file().columns[leaf.column] {
                ColumnInFile::Stored(_, stored) => {
                    let added = hasher.add(&batch, stored, sums, from);
                    added.map_err(|e| self.corrupt(&e.to_string()))?;
                }
                _ => hasher.add_own(&batch, sums, from),
            }
            if let (Some(nulls), Some(validity)) = (nulls.as_deref_mut(), batch.nulls()) {
                for (null, valid) in nulls[from..].iter_mut().zip(validity.iter()) {
                    *null |= !valid;
                }
            }
        }
        if open.done < self.window.count() {
            *pass = Some(open);
            return Ok(());
        }
        self.end(&mut open)?;
        if structs.agree(&open.around) {
            return Ok(());
        }
        Err(self.corrupt("the leaves of a struct disagree about where it is"))
    }

    /// Reads a window's column in batches.
    fn each_batch(&self, column: usize, mut take: impl FnMut(ArrayRef) -> Result<(), ValueError>) -> ScanResult<()> {
        let mut open = self.open(column, &[])?;
        let rows = self.window.count();
        while open.done < rows {
            let most = rows - open.done;
            let batch = self.read(&mut open, most)?;
            take(batch).map_err(|e| self.corrupt(&e.to_string()))?;
        }
        self.end(&mut open)
    }

    fn open(&self, column: usize, around: &[Around]) -> ScanResult<Pass> {
        let reader: Box<dyn RowReader + Send> = match &self.file().columns[column] {
            ColumnInFile::Missing | ColumnInFile::Constant(_) => {
                return Err(self.corrupt("a column has no values to be read"));
            }
            ColumnInFile::Stored(leaf, _) => Box::new(self.group().leaf(*leaf)?),
            ColumnInFile::Struct(place) => Box::new(StructReader::open(self.group(), place)?),
            ColumnInFile::Nested(node) => {
                let leaf = self.dataset.leaf(column)?;
                Box::new(NestedReader::open(self.group(), node, leaf)?)
            }
        };
        Ok(Pass {
            reader,
            range: 0,
            at: 0,
            done: 0,
            around: around.to_vec(),
        })
    }

    /// The next rows of a column that is stored, `most` at most.
    fn read(&self, open: &mut Pass, most: usize) -> ScanResult<ArrayRef> {
        let reader = &mut open.reader;
        let range = &self.window.rows[open.range];
        if range.start > open.at {
            reader.skip(range.start - open.at)?;
            open.at = range.start;
        }
        let rows = reader.batch_rows().min(range.end - open.at).min(most);
        let batch = reader.read(rows)?;
        for around in &mut open.around {
            around.add(open.done, &batch, reader.levels());
        }
        open.at += batch.len();
        open.done += batch.len();
        open.range += usize::from(open.at == range.end);
        Ok(batch)
    }

    /// Ends a column of which all rows of the window have been read.
    fn end(&self, open: &mut Pass) -> ScanResult<()> {
        let rows = self.file().footer.metadata.row_group(self.window.row_group).num_rows();
        if open.at as i64 == rows {
            open.reader.end()
        } else {
            Ok(())
        }
    }

    fn corrupt(&self, what: &str) -> ScanError {
        let reason = format!("row group {}: {what}", self.window.row_group);
        ScanError::corrupt(self.file().path(), reason)
    }

    fn group(&self) -> Group<'a> {
        let file = self.file();
        Group {
            path: file.path(),
            bytes: self.bytes,
            footer: &file.footer,
            number: self.window.row_group,
            access: if self.is_together {
                Access::Together
            } else {
                access(self.window)
            },
        }
    }

    fn file(&self) -> &'a DataFile {
        &self.dataset.files[self.split.file]
    }
}
