//! Changed cells, a row for each.

use crate::call::TaskArgs;
use crate::compare::{Compared, Work};
use crate::conclude::offsets::ColumnOffsets;
use crate::frames::{BATCH_ROWS, batch, key_values, texts};
use crate::step::Step;
use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::take;
use parity_kernels::spark::show;
use parity_source::{ParityError, Sources};
use std::collections::VecDeque;

/// The left keys of all changed rows.
fn keys(work: &mut Work) -> Result<Vec<ArrayRef>, ParityError> {
    let numbers: Vec<u32> = work.pairs.left.changed.iter().map(|row| row.row).collect();
    let zone = work.plan.zone;
    let keys = work.plan.plan.keys.clone().unwrap_or_default();
    let open = work.left()?;
    keys.iter().map(|key| key_values(key, open, &numbers, zone)).collect()
}

/// Changed cells, a row for each.
pub struct Differences {
    work: Work,
    found: DifferingCells,
}

/// What of them is ready.
#[derive(Default)]
struct DifferingCells {
    offsets: ColumnOffsets,
    /// Keys of all changed rows, once one was needed.
    keys: Option<Vec<ArrayRef>>,
    ready: VecDeque<RecordBatch>,
    rows: u64,
}

impl Differences {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        Ok(Differences {
            work: Work::open(plan, args, sources)?,
            found: DifferingCells {
                offsets: TaskArgs::read(args)?.offsets()?,
                ..DifferingCells::default()
            },
        })
    }
}

impl DifferingCells {
    fn take(&mut self, work: &mut Work, compared: &Compared<'_>) -> Result<(), ParityError> {
        let cells: Vec<usize> = compared.cells.differing.set_indices().collect();
        if cells.is_empty() {
            return Ok(());
        }
        let all_keys = match &mut self.keys {
            Some(keys) => keys,
            none => none.insert(keys(work)?),
        };
        let pair = &work.plan.plan.values[compared.column];
        for cells in cells.chunks(BATCH_ROWS) {
            let rows = UInt32Array::from_iter_values(cells.iter().map(|&i| compared.rows[i]));
            let mut arrays = all_keys
                .iter()
                .map(|key| Ok(take(key, &rows, None)?))
                .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
            let texts_of = |side: usize| {
                let own = compared.own[side].as_ref();
                let texts = cells.iter();
                texts
                    .map(|&i| show::show(own, i, &pair.leaves[side], work.plan.zone))
                    .collect()
            };
            arrays.push(texts(vec![Some(pair.name.clone()); cells.len()]));
            if pair.masked {
                arrays.extend(vec![texts(vec![None; cells.len()]); 3]);
            } else {
                arrays.push(texts(texts_of(0)));
                arrays.push(texts(texts_of(1)));
                let causes = compared.cells.causes(pair, work.plan.zone);
                let causes = causes.with_offset(self.offsets.of(compared.column));
                arrays.push(texts(cells.iter().map(|&i| Some(causes.of(i).to_string())).collect()));
            }
            self.ready.push_back(batch(arrays)?);
        }
        self.rows += cells.len() as u64;
        Ok(())
    }
}

impl Step for Differences {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let found = &mut self.found;
        let take = |work: &mut Work, compared: Compared<'_>| found.take(work, &compared);
        if block.is_empty() {
            self.work.finish(take)
        } else {
            self.work.feed(block, take)
        }
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        Ok(self.found.ready.pop_front())
    }

    fn rows(&self) -> u64 {
        self.found.rows
    }
}
