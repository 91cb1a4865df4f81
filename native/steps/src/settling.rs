//! Duplicate keys: the rows of a partition's groups are paired by their values, portion after portion.

use crate::Step;
use crate::arriving::{Arriving, Gathered};
use crate::block;
use crate::duplicates::{Settled, SideValues, locations, pair_group, portion, relaxed, starts};
use crate::error::ParityError;
use crate::layout::Layout;
use crate::matching::{Outcome, Summary};
use crate::routing::kind;
use crate::run::RunPlan;
use arrow::array::{ArrayRef, UInt32Array};
use parity_kernels::domain::Side;
use parity_kernels::matching::{Group, Location};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
struct Args {
    partition: u32,
    layout: Option<String>,
}

/// Pairs the rows of duplicate keys.
pub struct Settle {
    plan: RunPlan,
    layout: Layout,
    partition: u32,
    outcome: Option<Outcome>,
    summary: Summary,
    /// Groups that are still to be settled.
    rest: Vec<Group>,
    settled: Settled,
    arriving: Arriving,
    done: bool,
}

impl Settle {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8]) -> Result<Self, ParityError> {
        let args: Args = crate::args(args)?;
        Ok(Settle {
            plan: RunPlan::from_bytes(plan)?,
            layout: Layout::from_text(args.layout.as_deref())?,
            partition: args.partition,
            outcome: None,
            summary: Summary::default(),
            rest: Vec::new(),
            settled: Settled::default(),
            arriving: Arriving::default(),
            done: false,
        })
    }

    /// The next portion has arrived.
    fn portion(&mut self, blocks: &[Vec<u8>]) -> Result<(), ParityError> {
        let taken = portion(&self.rest, self.plan.plan.values.len());
        let later = self.rest.split_off(taken);
        let groups = std::mem::replace(&mut self.rest, later);
        let values = [
            self.values(&groups, Side::Left, blocks)?,
            self.values(&groups, Side::Right, blocks)?,
        ];
        let columns = relaxed(&self.plan.plan, &values, self.plan.zone);
        for (group, start) in groups.iter().zip(starts(&groups)) {
            let pairing = pair_group(&columns, &values, group, start);
            self.settled.add(group, start, &pairing);
        }
        Ok(())
    }

    /// The values of all rows of a portion on one side, group after group.
    fn values(&self, groups: &[Group], side: Side, blocks: &[Vec<u8>]) -> Result<SideValues, ParityError> {
        let missing = || ParityError::internal("values of duplicate keys did not arrive");
        let wanted = locations(groups, side);
        let mut own: Vec<Option<ArrayRef>> = vec![None; self.plan.plan.values.len()];
        for (number, slab) in self.layout.slabs.iter().enumerate() {
            let gathered = Gathered::of(blocks, slab.columns.len(), |values| {
                values.side == side && values.slab as usize == number
            })?;
            let places: HashMap<Location, u32> = gathered.rows.iter().copied().zip(0..).collect();
            let order = wanted.iter().map(|location| places.get(location).copied());
            let order: Vec<u32> = order.collect::<Option<_>>().ok_or_else(missing)?;
            let columns = gathered.in_order(&UInt32Array::from(order))?;
            for (&number, column) in slab.columns.iter().zip(columns) {
                own[number as usize] = Some(column);
            }
        }
        let own = own.into_iter().collect::<Option<Vec<_>>>().ok_or_else(missing)?;
        SideValues::new(own, wanted.len())
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
            self.rest = std::mem::take(&mut outcome.groups);
            self.outcome = Some(outcome);
            return Ok(());
        }
        if block::payload(block)?.first() != Some(&kind::VALUES) {
            return Err(ParityError::internal(
                "something else than values of duplicate keys arrived",
            ));
        }
        match self.arriving.add(block)? {
            Some(blocks) => self.portion(&blocks),
            None => Ok(()),
        }
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        if let Some(blocks) = self.arriving.take() {
            self.portion(&blocks)?;
        }
        if !self.rest.is_empty() {
            return Err(ParityError::internal("values of duplicate keys did not arrive"));
        }
        let settled = std::mem::take(&mut self.settled);
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
