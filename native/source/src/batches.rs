//! Record batches as a source: data that are in no file, such as the rows of a query.
//!
//! The columns of a batch are own arrays, which are held as compressed blocks, one for each column of each batch, so
//! that a fetch unpacks what it needs and nothing else. A split is some batches; they stay in the process that took
//! them in.

use crate::again::Renumbered;
use crate::column::Column;
use crate::plan::{Fingerprints, SidePlan, entry};
use crate::predicate::Predicate;
use crate::predicate::evaluate::Verdicts;
use crate::values::{PIECE_BYTES, put_together, ranges_of, value_bytes, with_content};
use crate::{
    Ask, Code, Cursor, Cut, Described, Fingerprint, OpenSplit, ParityError, Portion, Source, Split, SplitOf, budget,
    wire,
};
use arrow::array::{Array, ArrayRef, UInt32Array, new_empty_array};
use arrow::compute::take;
use parity_kernels::digest::entry::Entries;
use parity_kernels::digest::{LeafHasher, RowDigests, Sums};
use parity_kernels::domain::Side;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Rows of a batch at most.
const BATCH_ROWS: usize = 1 << 13;

/// Record batches, held until they are dropped.
#[derive(Clone, Debug)]
pub struct Batches(Arc<Held>);

struct Held {
    columns: Vec<Column>,
    /// The batches of each split.
    splits: Vec<Vec<Batch>>,
    /// How many parts and bytes the data had where they come from.
    parts: usize,
    len_bytes: u64,
    /// How often a split was opened, where rows come in another order each time.
    opened: Option<AtomicU64>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} splits of record batches", self.splits.len())
    }
}

/// Rows that are held together.
struct Batch {
    rows: u32,
    /// The compressed bytes of each column; none of a column without a type.
    columns: Vec<Option<Vec<u8>>>,
}

/// Takes record batches in.
pub struct Builder(Held);

impl Builder {
    /// A builder without batches yet. The data have these columns, and this many parts and bytes where they come from.
    pub fn new(columns: Vec<Column>, parts: usize, len_bytes: u64) -> Self {
        Builder(Held {
            columns,
            splits: Vec::new(),
            parts,
            len_bytes,
            opened: None,
        })
    }

    /// Gives the rows of a split in another order each time it is opened, for tests of whoever must not rely on it.
    pub fn reordering(mut self) -> Self {
        self.0.opened = Some(AtomicU64::new(0));
        self
    }

    /// Begins a split.
    pub fn split(&mut self) {
        self.0.splits.push(Vec::new());
    }

    /// Adds rows to the last split: own values of each column that has a type, of structs whether they are there.
    pub fn add(&mut self, own: &[Option<ArrayRef>]) -> Result<(), ParityError> {
        let Some(split) = self.0.splits.last_mut() else {
            return Err(ParityError::internal("rows came before their split"));
        };
        let arrays: Vec<&ArrayRef> = own.iter().flatten().collect();
        for large in ranges_of(&arrays, PIECE_BYTES) {
            for start in large.clone().step_by(BATCH_ROWS) {
                let rows = large.end.min(start + BATCH_ROWS) - start;
                let columns = own
                    .iter()
                    .map(|own| own.as_ref().map(|own| packed(&own.slice(start, rows))).transpose());
                split.push(Batch {
                    rows: rows as u32,
                    columns: columns.collect::<Result<_, ParityError>>()?,
                });
            }
        }
        Ok(())
    }

    /// All that was taken in.
    pub fn finish(self) -> Batches {
        Batches(Arc::new(self.0))
    }
}

fn packed(own: &ArrayRef) -> Result<Vec<u8>, ParityError> {
    let mut bytes = Vec::new();
    wire::put_array(&mut bytes, own)?;
    budget::ensure(bytes.len() as u64)?;
    Ok(lz4_flex::compress_prepend_size(&bytes))
}

fn unpacked(packed: &[u8]) -> Result<ArrayRef, ParityError> {
    let damaged = || ParityError::internal("a kept block is damaged");
    let (len_bytes, _) = lz4_flex::block::uncompressed_size(packed).map_err(|_| damaged())?;
    budget::ensure(len_bytes as u64)?;
    let bytes = lz4_flex::decompress_size_prepended(packed).map_err(|_| damaged())?;
    wire::get_array(&mut bytes.as_slice())
}

impl Held {
    fn rows(&self, split: usize) -> u64 {
        self.splits[split].iter().map(|batch| u64::from(batch.rows)).sum()
    }
}

impl Source for Batches {
    fn list(&self, _ask: &Ask<'_>) -> Result<Vec<Portion>, ParityError> {
        Ok(vec![Portion {
            parts: self.0.parts,
            bytes: Vec::new(),
        }])
    }

    fn describe(&self, _ask: &Ask<'_>, _portion: &[u8]) -> Result<Vec<u8>, ParityError> {
        Ok(Vec::new())
    }

    fn merge(&self, _ask: &Ask<'_>, _portions: &[(&[u8], &[u8])]) -> Result<Box<dyn Described>, ParityError> {
        Ok(Box::new(self.clone()))
    }

    fn open(&self, split: &SplitOf<'_>) -> Result<Arc<dyn OpenSplit>, ParityError> {
        let missing = || ParityError::internal("there is no such split of record batches");
        let number = <[u8; 8]>::try_from(split.bytes).map_err(|_| missing())?;
        let number = usize::try_from(u64::from_le_bytes(number)).map_err(|_| missing())?;
        if number >= self.0.splits.len() {
            return Err(missing());
        }
        let open = OpenBatches {
            held: Arc::clone(&self.0),
            columns: split.columns.to_vec(),
            split: number,
            side: split.side,
            number: split.number,
            order: None,
        };
        match &self.0.opened {
            None => Ok(Arc::new(open)),
            Some(opened) => Ok(open.in_another_order(opened.fetch_add(1, Relaxed))),
        }
    }
}

impl Described for Batches {
    fn columns(&self) -> &[Column] {
        &self.0.columns
    }

    fn rows(&self) -> u64 {
        (0..self.0.splits.len()).map(|split| self.0.rows(split)).sum()
    }

    fn len_bytes(&self) -> u64 {
        self.0.len_bytes
    }

    fn leave_out(&mut self, _predicate: &Predicate) {}

    fn cut(&self, _target_bytes: u64) -> Result<Cut, ParityError> {
        let splits = (0..self.0.splits.len()).filter(|&split| self.0.rows(split) > 0);
        let splits = splits.map(|split| {
            let rows = u32::try_from(self.0.rows(split)).map_err(|_| {
                ParityError::new(
                    Code::OutOfResources,
                    format!(
                        "a partition has {} rows; 4,294,967,295 can be compared",
                        self.0.rows(split)
                    ),
                    "spread the rows over more partitions",
                )
            })?;
            Ok(Split {
                rows,
                bytes: (split as u64).to_le_bytes().to_vec(),
                len_bytes: 0,
                places: Vec::new(),
            })
        });
        Ok(Cut {
            splits: splits.collect::<Result<_, ParityError>>()?,
            shared: Vec::new(),
            rows_hold: self.0.opened.is_none(),
        })
    }
}

/// Some batches, open.
struct OpenBatches {
    held: Arc<Held>,
    /// The columns of the side as its plan has them.
    columns: Vec<Column>,
    split: usize,
    side: Side,
    number: u32,
    /// The number that each row has, where they come in another order.
    order: Option<Vec<u32>>,
}

impl OpenBatches {
    /// The same with its rows in an order that depends on `seed`.
    fn in_another_order(mut self, seed: u64) -> Arc<dyn OpenSplit> {
        let rows: u32 = self.batches().iter().map(|batch| batch.rows).sum();
        let mut order: Vec<u32> = (0..rows).collect();
        let mut state = seed ^ u64::from(self.number) << 32;
        for last in (1..order.len()).rev() {
            // A linear congruence; its high bits are random enough to shuffle by.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            order.swap(last, (state >> 33) as usize % (last + 1));
        }
        let now = order.iter().copied().zip(0..).collect();
        self.order = Some(order);
        Arc::new(Renumbered {
            open: Arc::new(self),
            now,
        })
    }

    fn batches(&self) -> &[Batch] {
        &self.held.splits[self.split]
    }

    fn read(&self, batch: usize, column: usize) -> Result<ArrayRef, ParityError> {
        match &self.batches()[batch].columns[column] {
            Some(bytes) => unpacked(bytes),
            None => Err(ParityError::internal("a column without a type was read")),
        }
    }

    /// Own values of the first of the rows, of structs whether they are there.
    fn values(
        &self,
        kept: &mut Option<Unpacked>,
        column: usize,
        rows: &[u32],
        most_bytes: u64,
    ) -> Result<ArrayRef, ParityError> {
        let mut pieces: Vec<ArrayRef> = Vec::new();
        let (mut bytes, mut first, mut rest) = (0, 0, rows);
        for (number, batch) in self.batches().iter().enumerate() {
            let (here, later) = rest.split_at(rest.partition_point(|&row| row < first + batch.rows));
            if !here.is_empty() {
                let unpacked = match &mut *kept {
                    Some(kept) if (kept.column, kept.batch) == (column, number) => kept,
                    other => other.insert(Unpacked {
                        column,
                        batch: number,
                        values: self.read(number, column)?,
                    }),
                };
                let places = UInt32Array::from_iter_values(here.iter().map(|row| row - first));
                let values = take(&unpacked.values, &places, None)?;
                let left = most_bytes.saturating_sub(bytes).max(1);
                let fits = ranges_of(&[&values], left).first().map_or(0, |range| range.len());
                bytes += value_bytes(&values);
                pieces.push(values.slice(0, fits));
                if bytes >= most_bytes {
                    break;
                }
            }
            rest = later;
            first += batch.rows;
        }
        match pieces.as_slice() {
            [] => Ok(new_empty_array(&self.columns[column].typed()?.own_type())),
            pieces => Ok(put_together(pieces)?),
        }
    }
}

/// A column of a batch that was unpacked last.
struct Unpacked {
    column: usize,
    batch: usize,
    values: ArrayRef,
}

impl OpenSplit for OpenBatches {
    fn fingerprint(self: Arc<Self>, plan: &SidePlan) -> Result<Box<dyn Fingerprint>, ParityError> {
        let leaves = |leaves: &[crate::plan::LeafPlan]| {
            let leaves = leaves.iter().map(|leaf| Leaf {
                column: leaf.column,
                group: leaf.group,
                hasher: leaf.hasher(plan.zone),
            });
            leaves.collect()
        };
        let rows = self.batches().iter().map(|batch| batch.rows as usize).sum();
        Ok(Box::new(Fingerprinter {
            entries: Entries::new(self.side, self.number, plan.shape, plan.partitions, rows),
            keys: leaves(&plan.keys),
            values: leaves(&plan.values),
            plan: plan.clone(),
            open: self,
            next: 0,
            first_row: 0,
            key_sums: Sums::default(),
            digests: RowDigests::default(),
        }))
    }

    fn fetch_some(
        &self,
        cursor: &mut Cursor,
        column: usize,
        rows: &[u32],
        most_bytes: u64,
    ) -> Result<ArrayRef, ParityError> {
        if self.columns[column].is_struct() {
            let there = self.fetch_there(column, rows)?;
            return with_content(
                &self.columns,
                column,
                &there,
                rows,
                |cursor: &mut Cursor, below, rows| self.fetch_some(cursor, below, rows, PIECE_BYTES),
            );
        }
        self.values(cursor.get(), column, rows, most_bytes)
    }

    fn fetch_there(&self, column: usize, rows: &[u32]) -> Result<ArrayRef, ParityError> {
        self.values(&mut None, column, rows, u64::MAX)
    }

    fn check(&self) -> Result<(), ParityError> {
        Ok(())
    }
}

struct Leaf {
    column: usize,
    group: usize,
    hasher: LeafHasher,
}

/// Fingerprints a split.
struct Fingerprinter {
    open: Arc<OpenBatches>,
    plan: SidePlan,
    keys: Vec<Leaf>,
    values: Vec<Leaf>,
    /// The next batch, and the number of its first row.
    next: usize,
    first_row: u32,
    entries: Entries,
    key_sums: Sums,
    digests: RowDigests,
}

impl Fingerprinter {
    /// Adds the entries of the next batch.
    fn batch(&mut self, result: &mut Fingerprints) -> Result<(), ParityError> {
        let number = self.next;
        let rows = self.open.batches()[number].rows as usize;
        let mut kept = Vec::new();
        if let Some(filter) = &self.plan.filter {
            let mut verdicts = Verdicts::new(filter, rows);
            for column in filter.columns() {
                verdicts.take(column, &self.open.read(number, column)?);
            }
            kept = verdicts.kept();
        }
        self.key_sums.reset(rows);
        let mut null_keys = vec![false; rows];
        for leaf in &mut self.keys {
            let own = self.open.read(number, leaf.column)?;
            leaf.hasher.add_own(&own, &mut self.key_sums, 0);
            if let Some(nulls) = own.logical_nulls() {
                null_keys
                    .iter_mut()
                    .zip(nulls.iter())
                    .for_each(|(null, valid)| *null |= !valid);
            }
        }
        self.digests.reset(rows);
        let mut values = self.values.iter_mut().peekable();
        for group in 0..self.plan.shape.groups {
            while let Some(leaf) = values.next_if(|leaf| leaf.group == group) {
                let own = self.open.read(number, leaf.column)?;
                leaf.hasher.add_own(&own, self.digests.group_sums(), 0);
            }
            self.digests.end_group(group);
        }
        for (row, is_null) in null_keys.into_iter().enumerate() {
            if kept.get(row) == Some(&false) {
                result.dropped += 1;
                continue;
            }
            result.null_keys += u64::from(is_null);
            let mut number = self.first_row + row as u32;
            if let Some(order) = &self.open.order {
                number = order[number as usize];
            }
            let entry = entry(&self.plan, &self.key_sums, &self.digests, row, number);
            self.entries.push(&entry, is_null);
        }
        self.first_row += rows as u32;
        self.next += 1;
        Ok(())
    }
}

impl Fingerprint for Fingerprinter {
    fn next(&mut self, rows: usize) -> Result<Option<Fingerprints>, ParityError> {
        if self.next == self.open.batches().len() {
            return Ok(None);
        }
        let mut result = Fingerprints::default();
        let mut done = 0;
        while done < rows && self.next < self.open.batches().len() {
            done += self.open.batches()[self.next].rows as usize;
            self.batch(&mut result)?;
        }
        result.blocks = match self.next == self.open.batches().len() {
            true => self.entries.rest(),
            false => self.entries.full(),
        };
        Ok(Some(result))
    }
}

#[cfg(test)]
#[path = "batches_tests.rs"]
mod tests;
