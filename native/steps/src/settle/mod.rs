//! Duplicate keys: the rows of a partition's groups are paired by their values, slab after slab.
//!
//! Whole rows are never there. What pairs them is built up column by column, see [`crate::settle::groups`].

pub mod duplicates;
pub mod groups;

use crate::call::TaskArgs;
use crate::fetch::Values;
use crate::fetch::arriving::{Arriving, Gathered};
use crate::fetch::layout::Layout;
use crate::fetch::route::kind;
use crate::matching::{Outcome, Summary};
use crate::plan::run::RunPlan;
use crate::settle::groups::Grouped;
use crate::step::Step;
use crate::wire::block;
use arrow::array::ArrayRef;
use parity_kernels::domain::Side;
use parity_source::ParityError;

/// Pairs the rows of duplicate keys.
pub struct Settle {
    plan: RunPlan,
    layout: Layout,
    partition: u32,
    outcome: Option<Outcome>,
    summary: Summary,
    grouped: Grouped,
    arriving: Arriving,
    /// The slab that is taken next: rows are sorted by columns in their order.
    next_slab: usize,
    done: bool,
}

impl Settle {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8]) -> Result<Self, ParityError> {
        let args = TaskArgs::read(args)?;
        Ok(Settle {
            plan: RunPlan::from_bytes(plan)?,
            layout: args.layout()?,
            partition: args.partition()?,
            outcome: None,
            summary: Summary::default(),
            grouped: Grouped::default(),
            arriving: Arriving::default(),
            next_slab: 0,
            done: false,
        })
    }

    /// The next slab has arrived.
    fn slab(&mut self, blocks: &[Vec<u8>]) -> Result<(), ParityError> {
        let wrong = || ParityError::internal("other values of duplicate keys arrived than were asked for");
        let number = self.next_slab;
        let slab = self.layout.slabs.get(number).ok_or_else(wrong)?;
        let gathered = |side| {
            let wanted = |values: &Values| values.side == side && values.slab as usize == number;
            Gathered::of(blocks, slab.columns.len(), wanted)
        };
        let [left, right] = [gathered(Side::Left)?, gathered(Side::Right)?];
        if !self.grouped.arrive_as([&left.rows, &right.rows]) {
            return Err(wrong());
        }
        let pairs = self.plan.pairs(&slab.columns);
        let leaves = |side: Side| {
            self.plan
                .pairs(&slab.columns)
                .map(move |pair| &pair.leaves[side.index()])
        };
        let (left, right) = (left.columns(leaves(Side::Left)), right.columns(leaves(Side::Right)));
        for ((pair, left), right) in pairs.zip(left).zip(right) {
            let own: [ArrayRef; 2] = [left?, right?];
            self.grouped.take(pair, self.plan.zone, own)?;
        }
        self.next_slab += 1;
        Ok(())
    }
}

impl Step for Settle {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if block::target(block)? == block::DRIVER {
            self.summary = Summary::of(block)?;
            return Ok(());
        }
        if self.outcome.is_none() {
            let mut outcome = Outcome::of(block)?.unwrap_or_default();
            self.grouped = Grouped::new(std::mem::take(&mut outcome.groups));
            self.outcome = Some(outcome);
            return Ok(());
        }
        if block::payload(block)?.first() != Some(&kind::VALUES) {
            return Err(ParityError::internal(
                "something else than values of duplicate keys arrived",
            ));
        }
        match self.arriving.add(block)? {
            Some(blocks) => self.slab(&blocks),
            None => Ok(()),
        }
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        if let Some(blocks) = self.arriving.take() {
            self.slab(&blocks)?;
        }
        if !self.grouped.is_empty() && self.next_slab != self.layout.slabs.len() {
            return Err(ParityError::internal("values of duplicate keys did not arrive"));
        }
        let settled = std::mem::take(&mut self.grouped).settled();
        let mut outcome = self.outcome.take().unwrap_or_default();
        outcome.changed.extend(settled.changed);
        for (only, rows) in outcome.only.iter_mut().zip(settled.only) {
            only.extend(rows);
        }
        self.summary.groups = 0;
        self.summary.group_rows = 0;
        self.summary.large_groups = settled.large_groups;
        self.summary.changed = outcome.changed.len() as u64;
        self.summary.only = [outcome.only[0].len() as u64, outcome.only[1].len() as u64];
        Ok(Some(vec![self.summary.block()?, outcome.block(self.partition)?]))
    }
}
