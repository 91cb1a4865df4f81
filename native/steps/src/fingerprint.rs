//! Step 1: the rows of a split become entries for the match partitions.

use crate::error::ParityError;
use crate::matching::{DROPPED, NULL_KEYS};
use crate::plan::run::{OpenSplit, RunPlan};
use crate::step::{self, Step};
use crate::wire;
use crate::wire::block;
use parity_scan::files::source::ByteSource;
use parity_scan::fingerprint::{Fingerprinter, SidePlan};
use serde::Deserialize;
use std::sync::Arc;

/// Rows whose entries are held before they are given away.
const PORTION_ROWS: usize = 1 << 20;

#[derive(Deserialize)]
struct Args {
    split: usize,
}

/// Fingerprints a split.
pub struct Fingerprint {
    open: OpenSplit,
    plan: SidePlan,
    work: Fingerprinter,
    rows: u64,
}

impl Fingerprint {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], source: &Arc<dyn ByteSource>) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let Args { split } = step::args(args)?;
        let open = plan.open(plan.split(split)?, source)?;
        let plan = plan.side_plan(open.split.side);
        let work = Fingerprinter::with(&open.dataset, open.split, &plan, Arc::clone(&open.bytes))?;
        Ok(Fingerprint {
            open,
            plan,
            work,
            rows: 0,
        })
    }
}

impl Step for Fingerprint {
    fn feed(&mut self, _block: &[u8]) -> Result<(), ParityError> {
        Err(ParityError::internal("fingerprints are taken from files"))
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let Some(portion) = self.work.next(&self.open.dataset, &self.plan, PORTION_ROWS)? else {
            return Ok(None);
        };
        let mut blocks = Vec::with_capacity(portion.blocks.len() + 1);
        for (partition, entries) in portion.blocks.into_iter().enumerate() {
            if entries.entries.is_empty() {
                continue;
            }
            self.rows += entries.entries.len() as u64;
            let mut block = block::begin(partition as u32, 0);
            entries.append_to(&mut block);
            blocks.push(block);
        }
        self.rows += portion.dropped;
        for (kind, rows) in [(NULL_KEYS, portion.null_keys), (DROPPED, portion.dropped)] {
            if rows > 0 {
                let mut block = block::begin(0, 0);
                block.push(kind);
                wire::put(&mut block, &(self.open.split.side, rows))?;
                blocks.push(block);
            }
        }
        Ok(Some(blocks))
    }

    fn rows(&self) -> u64 {
        self.rows
    }
}
