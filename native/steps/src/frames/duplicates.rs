//! Duplicate keys, with how many rows of a side each has.

use crate::call::TaskArgs;
use crate::fetch::route::Requests;
use crate::frames::schemas::duplicate_key_type;
use crate::frames::spark_types::in_spark;
use crate::frames::{batch, shown, texts};
use crate::plan::run::{OwnSplit, RunPlan};
use crate::step::Step;
use crate::wire::block;
use arrow::array::{Int64Array, RecordBatch};
use parity_kernels::domain::Side;
use parity_kernels::spark::show;
use parity_source::{ParityError, Sources, wire};
use std::sync::Arc;

/// Duplicate keys of a split's rows.
pub struct DuplicateKeys {
    plan: RunPlan,
    split: OwnSplit,
    sources: Sources,
    wanted: Requests,
    is_complete: bool,
}

impl DuplicateKeys {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        Ok(DuplicateKeys {
            split: plan.split(&TaskArgs::read(args)?)?,
            plan,
            sources,
            wanted: Requests::default(),
            is_complete: false,
        })
    }
}

impl Step for DuplicateKeys {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if block.is_empty() {
            self.is_complete = true;
            return Ok(());
        }
        let mut more: Requests = wire::get(&mut block::payload(block)?)?;
        self.wanted.duplicates.append(&mut more.duplicates);
        self.wanted.marks.append(&mut more.marks);
        Ok(())
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        if !std::mem::replace(&mut self.is_complete, false) || self.wanted.duplicates.is_empty() {
            return Ok(None);
        }
        self.wanted.duplicates.sort_unstable();
        let open = self.plan.open_again(&self.split, &self.sources, &self.wanted.marks)?;
        let rows: Vec<u32> = self.wanted.duplicates.iter().map(|&(row, _)| row).collect();
        let side = self.split.side;
        let name = if side == Side::Left { "left" } else { "right" };
        let mut arrays = vec![texts(vec![Some(name.to_owned()); rows.len()])];
        for key in self.plan.plan.keys.iter().flatten() {
            let own = shown(open.fetch(key.columns[side.index()], &rows)?, key.masked);
            let leaf = &key.leaves[side.index()];
            arrays.push(match duplicate_key_type(key) {
                Some(leaf) => in_spark(&own, leaf, self.plan.zone)?,
                None => texts(
                    (0..own.len())
                        .map(|row| show::show(own.as_ref(), row, leaf, self.plan.zone))
                        .collect(),
                ),
            });
        }
        let counts = self.wanted.duplicates.iter().map(|&(_, rows)| rows.cast_signed());
        arrays.push(Arc::new(Int64Array::from_iter_values(counts)));
        open.check()?;
        batch(arrays).map(Some)
    }

    fn rows(&self) -> u64 {
        self.wanted.duplicates.len() as u64
    }
}
