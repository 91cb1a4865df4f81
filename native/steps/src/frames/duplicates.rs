//! Duplicate keys, with how many rows of a side each has.

use crate::error::ParityError;
use crate::frames::schemas::duplicate_key_type;
use crate::frames::spark_types::in_spark;
use crate::frames::{batch, shown, texts};
use crate::plan::run::RunPlan;
use crate::step::{self, Step};
use crate::wire;
use crate::wire::block;
use arrow::array::{Int64Array, RecordBatch};
use parity_kernels::domain::Side;
use parity_kernels::spark::show;
use parity_scan::files::source::ByteSource;
use parity_scan::files::split::Split;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Args {
    split: usize,
}

/// Duplicate keys of a split's rows.
pub struct DuplicateKeys {
    plan: RunPlan,
    split: Split,
    source: Arc<dyn ByteSource>,
    wanted: Vec<(u32, u64)>,
    is_complete: bool,
}

impl DuplicateKeys {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let Args { split } = step::args(args)?;
        Ok(DuplicateKeys {
            split: plan.split(split)?,
            plan,
            source,
            wanted: Vec::new(),
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
        let mut more: Vec<(u32, u64)> = wire::get(&mut block::payload(block)?)?;
        self.wanted.append(&mut more);
        Ok(())
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        if !std::mem::replace(&mut self.is_complete, false) || self.wanted.is_empty() {
            return Ok(None);
        }
        self.wanted.sort_unstable();
        let open = self.plan.open(self.split, &self.source)?;
        let rows: Vec<u32> = self.wanted.iter().map(|&(row, _)| row).collect();
        let side = self.split.side;
        let name = if side == Side::Left { "left" } else { "right" };
        let mut arrays = vec![texts(vec![Some(name.to_owned()); rows.len()])];
        for key in self.plan.plan.keys.iter().flatten() {
            let own = shown(open.rows().fetch(key.columns[side.index()], &rows)?, key.masked);
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
        let counts = self.wanted.iter().map(|&(_, rows)| rows.cast_signed());
        arrays.push(Arc::new(Int64Array::from_iter_values(counts)));
        open.rows().check()?;
        batch(arrays).map(Some)
    }

    fn rows(&self) -> u64 {
        self.wanted.len() as u64
    }
}
