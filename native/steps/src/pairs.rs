//! What a left split gets: its changed rows, and the values of their partners.
//!
//! Blocks come in their order: the changed rows first, then values, slab after slab. [`Pairs`] checks that no value is missing before it
//! hands out a slab, because a cell that was not compared must never count as equal.

use crate::arriving::{Arriving, Gathered, values};
use crate::block;
use crate::error::ParityError;
use crate::layout::Layout;
use crate::merging::Examples;
use crate::routing::{ChangedRow, LeftRows, kind};
use crate::run::RunPlan;
use crate::wire;
use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use parity_kernels::digest::GROUPS;
use parity_kernels::domain::Side;
use parity_kernels::matching::{GroupMask, Location};
use parity_scan::source::ByteSource;
use std::sync::Arc;

/// Rows of a slab with the values of the right side.
pub struct SlabValues {
    /// Numbers of the changed rows, ascending.
    pub rows: Vec<u32>,
    /// Numbers of the columns.
    pub columns: Vec<u32>,
    /// Right values, a column after the other.
    pub right: Vec<ArrayRef>,
}

/// What arrives at a left split.
#[derive(Default)]
pub struct Pairs {
    /// All that was said about the split's own rows; changed rows ascend once [`Pairs::seal`] was called.
    pub left: LeftRows,
    /// Examples of the other side.
    pub examples: Vec<Examples>,
    is_sealed: bool,
    arriving: Arriving,
    complete: Vec<bool>,
    order: Option<SlabOrder>,
}

/// How the rows of a slab arrived. Slabs of one group mostly arrive alike.
struct SlabOrder {
    group: usize,
    arrived: Vec<Location>,
    /// Places of the arrived rows in the order of the changed rows.
    places: UInt32Array,
    /// Numbers of the changed rows.
    rows: Vec<u32>,
}

impl SlabOrder {
    fn new(rows: Vec<u32>, group: usize, arrived: Vec<Location>) -> Self {
        let mut places: Vec<u32> = (0..arrived.len() as u32).collect();
        places.sort_by_key(|&place| arrived[place as usize].row);
        SlabOrder {
            group,
            arrived,
            places: UInt32Array::from(places),
            rows,
        }
    }

    fn fits(&self, group: usize, arrived: &[Location]) -> bool {
        self.group == group && self.arrived == arrived
    }
}

impl Pairs {
    /// Takes a block; gives the slab that is now complete, if one is.
    pub fn feed(&mut self, layout: &Layout, block: &[u8]) -> Result<Option<SlabValues>, ParityError> {
        let mut payload = block::payload(block)?;
        let (&kind_of, rest) = payload
            .split_first()
            .ok_or_else(|| ParityError::internal("an empty block"))?;
        payload = rest;
        match kind_of {
            kind::ROWS => {
                if self.is_sealed {
                    return Err(ParityError::internal("changed rows came after values"));
                }
                let mut more: LeftRows = wire::get(&mut payload)?;
                self.left.changed.append(&mut more.changed);
                self.left.only.append(&mut more.only);
                self.left.duplicates.append(&mut more.duplicates);
                Ok(None)
            }
            kind::EXAMPLES => {
                self.examples.push(wire::get(&mut payload)?);
                Ok(None)
            }
            kind::VALUES => {
                self.seal();
                let slab = self.arriving.add(block)?;
                slab.map(|blocks| self.assemble(layout, &blocks)).transpose()
            }
            _ => Err(ParityError::internal("a block of an unknown kind")),
        }
    }

    /// The last slab, if it was still arriving. After this no slab may be incomplete.
    pub fn finish(&mut self, layout: &Layout) -> Result<Option<SlabValues>, ParityError> {
        self.seal();
        let last = self.arriving.take();
        let last = last.map(|blocks| self.assemble(layout, &blocks)).transpose()?;
        for (number, slab) in layout.slabs.iter().enumerate() {
            let expected = self.expected(slab.group);
            if !expected.is_empty() && self.complete.get(number) != Some(&true) {
                return Err(ParityError::internal(format!(
                    "the right values of {} rows did not arrive",
                    expected.len()
                )));
            }
        }
        Ok(last)
    }

    /// All changed rows are known.
    pub fn seal(&mut self) {
        if !self.is_sealed {
            self.left.changed.sort_unstable_by_key(|row| row.row);
            self.left.only.sort_unstable();
            self.left.duplicates.sort_unstable();
            self.is_sealed = true;
        }
    }

    /// Changed rows that are looked at in a group.
    fn expected(&self, group: usize) -> Vec<u32> {
        let rows = self.left.changed.iter().zip(0u32..);
        rows.filter(|(row, _)| row.groups & (1 << group) != 0)
            .map(|(_, number)| number)
            .collect()
    }

    /// Columns of the left side in the order in which they are compared, and how many rows of each.
    pub fn columns(&self, plan: &RunPlan, layout: &Layout) -> Vec<(usize, usize)> {
        let columns = layout.slabs.iter().flat_map(|slab| {
            let rows = self.expected(slab.group).len();
            plan.pairs(&slab.columns)
                .map(move |pair| (pair.columns[Side::Left.index()], rows))
        });
        columns.filter(|&(_, rows)| rows > 0).collect()
    }

    fn assemble(&mut self, layout: &Layout, blocks: &[Vec<u8>]) -> Result<SlabValues, ParityError> {
        let wrong = || ParityError::internal("the right values of other rows arrived");
        let number = blocks.first().map(|block| values(block)).transpose()?;
        let number = number.ok_or_else(wrong)?.0.slab;
        let slab = layout.slabs.get(number as usize).ok_or_else(wrong)?;
        let gathered = Gathered::of(blocks, slab.columns.len(), |values| values.slab == number)?;
        if self
            .order
            .as_ref()
            .is_none_or(|order| !order.fits(slab.group, &gathered.rows))
        {
            self.order = Some(SlabOrder::new(
                self.expected(slab.group),
                slab.group,
                gathered.rows.clone(),
            ));
        }
        let order = self.order.as_ref().ok_or_else(wrong)?;
        let arrived = order
            .places
            .values()
            .iter()
            .map(|&place| order.arrived[place as usize].row);
        let expected = order.rows.iter().map(|&row| self.left.changed[row as usize].row);
        if !expected.eq(arrived) {
            return Err(wrong());
        }
        let rows = order.rows.clone();
        let right = gathered.in_order(&order.places)?;
        if right.iter().any(|column| column.len() != rows.len()) {
            return Err(wrong());
        }
        self.complete.resize(layout.slabs.len(), false);
        self.complete[number as usize] = true;
        Ok(SlabValues {
            rows,
            columns: slab.columns.clone(),
            right,
        })
    }
}

/// Right values of some changed rows, read by the task itself, a column at a time: for the few rows whose tags hid a difference.
pub fn missed(
    plan: &RunPlan,
    source: &Arc<dyn ByteSource>,
    changed: &[ChangedRow],
    missed: &[(u32, GroupMask)],
    mut compare: impl FnMut(SlabValues) -> Result<(), ParityError>,
) -> Result<(), ParityError> {
    let right = |&(row, _): &(u32, GroupMask)| changed[row as usize].right;
    let mut by_place = missed.to_vec();
    by_place.sort_unstable_by_key(right);
    for rows in by_place.chunk_by(|a, b| right(a).split == right(b).split) {
        let split = plan.split(plan.number(Side::Right, right(&rows[0]).split) as usize)?;
        let open = plan.open(split, source)?;
        for group in 0..GROUPS {
            let wanted: Vec<_> = rows.iter().filter(|(_, mask)| mask & (1 << group) != 0).collect();
            if wanted.is_empty() {
                continue;
            }
            let numbers: Vec<u32> = wanted.iter().map(|row| right(row).row).collect();
            // Left rows ascend for the reader of the left side.
            let mut order: Vec<u32> = (0..wanted.len() as u32).collect();
            order.sort_unstable_by_key(|&i| wanted[i as usize].0);
            let rows: Vec<u32> = order.iter().map(|&i| wanted[i as usize].0).collect();
            let order = UInt32Array::from(order);
            for (pair, leaf) in plan
                .plan
                .values
                .iter()
                .zip(0u32..)
                .filter(|(pair, _)| pair.group == group)
            {
                let column = pair.columns[Side::Right.index()];
                let values = open.rows().fetch(column, &numbers)?;
                compare(SlabValues {
                    rows: rows.clone(),
                    columns: vec![leaf],
                    right: vec![take(&values, &order, None)?],
                })?;
            }
        }
        open.rows().check()?;
    }
    Ok(())
}
