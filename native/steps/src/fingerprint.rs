//! Step 1: the rows of a split become entries for the match partitions.

use crate::call::TaskArgs;
use crate::matching::{DROPPED, NULL_KEYS};
use crate::plan::run::{OwnSplit, RunPlan};
use crate::step::Step;
use crate::wire::block;
use parity_kernels::digest::entry::LEAD_BYTES;
use parity_source::{ParityError, Sources, wire};

/// Rows that are read before the blocks that they filled are given away.
const PORTION_ROWS: usize = 1 << 16;
const _: () = assert!(LEAD_BYTES == block::HEADER_BYTES);

/// Fingerprints a split.
pub struct Fingerprint {
    split: OwnSplit,
    work: Box<dyn parity_source::Fingerprint>,
    rows: u64,
}

impl Fingerprint {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], sources: &Sources) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let split = plan.split(&TaskArgs::read(args)?)?;
        let work = plan.open(&split, sources)?.fingerprint(&plan.side_plan(split.side))?;
        Ok(Fingerprint { split, work, rows: 0 })
    }
}

impl Step for Fingerprint {
    fn feed(&mut self, _block: &[u8]) -> Result<(), ParityError> {
        Err(ParityError::internal("fingerprints are taken from sources"))
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let Some(portion) = self.work.next(PORTION_ROWS)? else {
            return Ok(None);
        };
        let mut blocks = Vec::with_capacity(portion.blocks.len());
        for (partition, entries) in portion.blocks {
            self.rows += entries.count() as u64;
            let mut block = entries.into_bytes();
            block[..LEAD_BYTES].copy_from_slice(&block::header(partition as u32, 0));
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
