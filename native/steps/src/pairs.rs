//! What a left split gets: its changed rows, and the values of their partners.
//!
//! Blocks come in their order: the changed rows first, then values, slab after slab. [`Pairs`] checks that no value is missing before it
//! hands out a slab, because a cell that was not compared must never count as equal.

use crate::block;
use crate::error::ParityError;
use crate::fetching::Values;
use crate::layout::Layout;
use crate::merging::Examples;
use crate::routing::{ChangedRow, LeftRows, kind};
use crate::run::RunPlan;
use crate::wire;
use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::{concat, take};
use parity_kernels::digest::{GROUPS, group_of};
use parity_kernels::domain::Side;
use parity_kernels::matching::GroupMask;
use parity_scan::dataset::Dataset;
use parity_scan::fetch::SplitRows;
use parity_scan::source::{ByteSource, FileBytes};
use parity_scan::split::Split;
use std::sync::Arc;

/// An open file of a split.
pub struct OpenSplit {
    dataset: Dataset,
    split: Split,
    bytes: Arc<dyn FileBytes>,
}

impl OpenSplit {
    /// Opens the file of a split.
    pub fn open(plan: &RunPlan, split: Split, source: &Arc<dyn ByteSource>) -> Result<Self, ParityError> {
        let (dataset, split) = plan.open(split, source)?;
        let file = &dataset.files[split.file];
        let bytes = Arc::from(source.open(&file.found.path, file.found.stamp)?);
        Ok(OpenSplit { dataset, split, bytes })
    }

    /// Ready to fetch.
    pub fn rows(&self) -> SplitRows<'_> {
        SplitRows::with(&self.dataset, self.split, Arc::clone(&self.bytes))
    }
}

/// Rows of a slab with the values of the right side.
pub struct SlabValues {
    /// Numbers of the changed rows, ascending.
    pub rows: Vec<u32>,
    /// Number of the first column.
    pub first_column: usize,
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
    /// Blocks of the slab that is arriving.
    arriving: Option<(u32, Vec<Vec<u8>>)>,
    complete: Vec<bool>,
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
                let slab = wire::get::<Values>(&mut payload)?.slab;
                let done = match &mut self.arriving {
                    Some((arriving, blocks)) if *arriving == slab => {
                        blocks.push(block.to_vec());
                        return Ok(None);
                    }
                    arriving => arriving.replace((slab, vec![block.to_vec()])),
                };
                done.map(|(slab, blocks)| self.assemble(layout, slab, &blocks))
                    .transpose()
            }
            _ => Err(ParityError::internal("a block of an unknown kind")),
        }
    }

    /// The last slab, if it was still arriving. After this no slab may be incomplete.
    pub fn finish(&mut self, layout: &Layout) -> Result<Option<SlabValues>, ParityError> {
        self.seal();
        let arriving = self.arriving.take();
        let last = arriving
            .map(|(slab, blocks)| self.assemble(layout, slab, &blocks))
            .transpose()?;
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

    fn assemble(&mut self, layout: &Layout, number: u32, blocks: &[Vec<u8>]) -> Result<SlabValues, ParityError> {
        let wrong = || ParityError::internal("the right values of other rows arrived");
        let slab = layout.slabs.get(number as usize).ok_or_else(wrong)?;
        let mut places: Vec<(u32, u32)> = Vec::new();
        let mut columns: Vec<Vec<ArrayRef>> = vec![Vec::with_capacity(blocks.len()); slab.columns.len()];
        for block in blocks {
            let mut payload = &block::payload(block)?[1..];
            let values: Values = wire::get(&mut payload)?;
            let first = places.len() as u32;
            places.extend(values.rows.iter().zip(first..).map(|(&row, place)| (row, place)));
            for column in &mut columns {
                column.push(wire::get_array(&mut payload)?);
            }
        }
        places.sort_unstable();
        let rows = self.expected(slab.group);
        let expected = rows.iter().map(|&row| self.left.changed[row as usize].row);
        if !expected.eq(places.iter().map(|&(row, _)| row)) {
            return Err(wrong());
        }
        let order = UInt32Array::from_iter_values(places.iter().map(|&(_, place)| place));
        let right = columns
            .iter()
            .map(|pieces| {
                let pieces: Vec<_> = pieces.iter().map(AsRef::as_ref).collect();
                Ok(take(&concat(&pieces)?, &order, None)?)
            })
            .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
        if right.iter().any(|column| column.len() != rows.len()) {
            return Err(wrong());
        }
        self.complete.resize(layout.slabs.len(), false);
        self.complete[number as usize] = true;
        Ok(SlabValues {
            rows,
            first_column: slab.columns.start,
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
        let open = OpenSplit::open(plan, split, source)?;
        let leaves = plan.plan.values.len();
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
            for leaf in (0..leaves).filter(|&leaf| group_of(leaf, leaves) == group) {
                let column = plan.plan.values[leaf].columns[Side::Right.index()];
                let values = open.rows().fetch(column, &numbers)?;
                compare(SlabValues {
                    rows: rows.clone(),
                    first_column: leaf,
                    right: vec![take(&values, &order, None)?],
                })?;
            }
        }
        open.rows().check()?;
    }
    Ok(())
}
