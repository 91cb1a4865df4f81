//! Step 1: the rows of a split become entries for the match partitions.

use crate::call::TaskArgs;
use crate::matching::{DROPPED, NULL_KEYS};
use crate::plan::run::{OwnSplit, RunPlan};
use crate::step::Step;
use crate::wire::block;
use parity_source::{ParityError, Sources, wire};
use std::ops::RangeInclusive;

/// Rows of a block, about, where a portion may have so many that there are.
const BLOCK_ROWS: usize = 1 << 10;
/// Rows whose entries are held before they are given away: few stay in the processor's cache until then.
const PORTION_ROWS: RangeInclusive<usize> = 1 << 16..=1 << 20;

/// Fingerprints a split.
pub struct Fingerprint {
    split: OwnSplit,
    work: Box<dyn parity_source::Fingerprint>,
    portion_rows: usize,
    rows: u64,
}

impl Fingerprint {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], sources: &Sources) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let split = plan.split(&TaskArgs::read(args)?)?;
        let work = plan.open(&split, sources)?.fingerprint(&plan.side_plan(split.side))?;
        let portion_rows = plan.partitions.saturating_mul(BLOCK_ROWS);
        Ok(Fingerprint {
            split,
            work,
            portion_rows: portion_rows.clamp(*PORTION_ROWS.start(), *PORTION_ROWS.end()),
            rows: 0,
        })
    }
}

impl Step for Fingerprint {
    fn feed(&mut self, _block: &[u8]) -> Result<(), ParityError> {
        Err(ParityError::internal("fingerprints are taken from sources"))
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let Some(portion) = self.work.next(self.portion_rows)? else {
            return Ok(None);
        };
        let mut blocks = Vec::new();
        for (partition, entries) in portion.entries.into_blocks() {
            self.rows += entries.count() as u64;
            let mut block = block::begin(partition as u32, 0);
            entries.append_to(&mut block);
            blocks.push(block);
        }
        self.rows += portion.dropped;
        for (kind, rows) in [(NULL_KEYS, portion.null_keys), (DROPPED, portion.dropped)] {
            if rows > 0 {
                let mut block = block::begin(0, 0);
                block.push(kind);
                wire::put(&mut block, &(self.split.side, rows))?;
                blocks.push(block);
            }
        }
        Ok(Some(blocks))
    }

    fn rows(&self) -> u64 {
        self.rows
    }
}
