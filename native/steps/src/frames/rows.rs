//! Rows on one side only, whole.

use crate::call::TaskArgs;
use crate::fetch::route::Requests;
use crate::frames::columns::Framed;
use crate::frames::schemas::row_columns;
use crate::frames::{batch, rows_of_batch, shown};
use crate::plan::run::{OwnSplit, RunPlan};
use crate::step::Step;
use crate::wire::block;
use arrow::array::{ArrayRef, RecordBatch};
use parity_source::again::Mark;
use parity_source::{OpenSplit, ParityError, Sources, wire};
use std::sync::Arc;

/// Bytes of a batch of one-sided rows, about, where a single row is not larger, and rows of the first one, before their size is known.
const BATCH_BYTES: usize = 32 << 20;
const FIRST_ROWS: usize = 64;

/// Rows of a split that exist on one side only, whole.
pub struct Rows {
    plan: RunPlan,
    split: OwnSplit,
    sources: Sources,
    wanted: Vec<u32>,
    marks: Vec<(u32, Mark)>,
    /// The open split and how many rows are done.
    open: Option<(Arc<dyn OpenSplit>, usize)>,
    /// Rows of the next batch at most, by the size of the batch before.
    most_rows: usize,
}

impl Rows {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        Ok(Rows {
            split: plan.split(&TaskArgs::read(args)?)?,
            plan,
            sources,
            wanted: Vec::new(),
            marks: Vec::new(),
            open: None,
            most_rows: FIRST_ROWS,
        })
    }
}

impl Step for Rows {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if block.is_empty() {
            if !self.wanted.is_empty() {
                self.wanted.sort_unstable();
                let open = self.plan.open_again(&self.split, &self.sources, &self.marks)?;
                self.open = Some((open, 0));
            }
            return Ok(());
        }
        let mut more: Requests = wire::get(&mut block::payload(block)?)?;
        self.wanted.append(&mut more.only);
        self.marks.append(&mut more.marks);
        Ok(())
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        let Some((open, done)) = &mut self.open else {
            return Ok(None);
        };
        if *done == self.wanted.len() {
            open.check()?;
            return Ok(None);
        }
        let columns = row_columns(&self.plan, self.split.side);
        let width = columns.iter().map(Framed::width).sum();
        let rows = rows_of_batch(width).min(self.most_rows).min(self.wanted.len() - *done);
        let rows = &self.wanted[*done..*done + rows];
        *done += rows.len();
        let arrays = columns
            .into_iter()
            .map(|column| {
                column.values(
                    &mut |number| {
                        let own = open.fetch_there(number, rows)?;
                        Ok(shown(own, self.plan.plan.masks.has(self.split.side, number)))
                    },
                    self.plan.zone,
                )
            })
            .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
        if arrays.is_empty() {
            return Ok(None);
        }
        let bytes: usize = arrays.iter().map(|array| array.get_array_memory_size()).sum();
        self.most_rows = (rows.len() * BATCH_BYTES / bytes.max(1)).clamp(1, 4 * rows.len());
        batch(arrays).map(Some)
    }

    fn rows(&self) -> u64 {
        self.wanted.len() as u64
    }
}
