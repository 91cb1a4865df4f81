//! What a left split gets: its changed rows, and the values of their partners.
//!
//! Blocks come in their order: the changed rows first, then values, slab after slab, of large values portion after portion. [`Pairs`]
//! keeps count of the cells whose right value has arrived: each must arrive once, because a cell that was not compared must never count as
//! equal.

use crate::chosen::Texts;
use crate::compare::merge::Examples;
use crate::fetch::Values;
use crate::fetch::arriving::{Arriving, Gathered, values};
use crate::fetch::layout::Layout;
use crate::fetch::route::{ChangedRow, LeftRows, kind};
use crate::plan::run::{OwnSplit, RunPlan};
use crate::wire::block;
use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use parity_kernels::digest::GROUPS;
use parity_kernels::domain::Side;
use parity_kernels::matching::{GroupMask, Location};
use parity_source::again::Mark;
use parity_source::{ParityError, Sources, wire};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A block from this size on is not kept until others of its order have arrived.
const LARGE_BLOCK_BYTES: usize = 8 << 20;

/// Rows of some columns of a slab with the values of the right side.
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
    /// Rows on the right only, for a page.
    pub shown: Vec<Vec<(Location, Texts, Texts)>>,
    /// The right splits that gave values, by their numbers.
    pub right_splits: BTreeMap<u32, Vec<u8>>,
    is_sealed: bool,
    arriving: Arriving,
    /// Changed rows that are looked at in each group.
    expected: [usize; GROUPS],
    /// For each slab what has arrived of its columns; empty as long as nothing has.
    arrived: Vec<Vec<Arrived>>,
    order: Option<SlabOrder>,
}

/// What has arrived of a column.
#[derive(Clone, Default)]
struct Arrived {
    rows: usize,
    /// Which of the changed rows, a bit each, where they did not come all at once.
    which: Vec<u64>,
}

impl Arrived {
    /// Takes some of the expected rows; `false` if one of them was there before.
    fn add(&mut self, rows: &[u32], expected: usize) -> bool {
        if self.rows == 0 && rows.len() == expected {
            self.rows = expected;
            return true;
        }
        if self.rows == expected {
            return rows.is_empty();
        }
        self.rows += rows.len();
        rows.iter().all(|&row| {
            let (word, bit) = (row as usize / 64, 1 << (row % 64));
            self.which.resize(self.which.len().max(word + 1), 0);
            let was_there = self.which[word] & bit != 0;
            self.which[word] |= bit;
            !was_there
        })
    }
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
    fn fits(&self, group: usize, arrived: &[Location]) -> bool {
        self.group == group && self.arrived == arrived
    }
}

impl Pairs {
    /// Takes a block; gives the values of the order before it, which are all there now.
    pub fn feed(&mut self, layout: &Layout, block: &[u8]) -> Result<Vec<SlabValues>, ParityError> {
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
                self.left.marks.append(&mut more.marks);
                self.left.partners.append(&mut more.partners);
                Ok(Vec::new())
            }
            kind::SPLIT => {
                let (number, bytes) = wire::get(&mut payload)?;
                self.right_splits.insert(number, bytes);
                Ok(Vec::new())
            }
            kind::EXAMPLES => {
                self.examples.push(wire::get(&mut payload)?);
                Ok(Vec::new())
            }
            kind::SHOWN => {
                self.shown.push(wire::get(&mut payload)?);
                Ok(Vec::new())
            }
            kind::VALUES => {
                self.seal();
                if block.len() >= LARGE_BLOCK_BYTES {
                    return self.assemble(layout, &[block]);
                }
                match self.arriving.add(block)? {
                    Some(blocks) => self.assemble(layout, &slices(&blocks)),
                    None => Ok(Vec::new()),
                }
            }
            _ => Err(ParityError::internal("a block of an unknown kind")),
        }
    }

    /// The values that were still arriving. After this none may be missing.
    pub fn finish(&mut self, layout: &Layout) -> Result<Vec<SlabValues>, ParityError> {
        self.seal();
        let last = match self.arriving.take() {
            Some(blocks) => self.assemble(layout, &slices(&blocks))?,
            None => Vec::new(),
        };
        for (number, slab) in layout.slabs.iter().enumerate() {
            let expected = self.expected[slab.group];
            let arrived = self.arrived.get(number).map_or(&[][..], Vec::as_slice);
            let is_complete =
                arrived.len() == slab.columns.len() && arrived.iter().all(|column| column.rows == expected);
            if expected > 0 && !is_complete {
                return Err(ParityError::internal(format!(
                    "the right values of {expected} rows did not arrive"
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
            for (group, expected) in self.expected.iter_mut().enumerate() {
                let rows = self.left.changed.iter();
                *expected = rows.filter(|row| row.groups & (1 << group) != 0).count();
            }
            self.is_sealed = true;
        }
    }

    /// Changed rows that are looked at in a group.
    pub fn expected_of(&self, group: usize) -> usize {
        self.expected[group]
    }

    /// Columns of the left side in the order in which they are compared, and how many rows of each.
    pub fn columns(&self, plan: &RunPlan, layout: &Layout) -> Vec<(usize, usize)> {
        let columns = layout.slabs.iter().flat_map(|slab| {
            let rows = self.expected[slab.group];
            plan.pairs(&slab.columns)
                .map(move |pair| (pair.columns[Side::Left.index()], rows))
        });
        columns.filter(|&(_, rows)| rows > 0).collect()
    }

    /// The values in the blocks of one order, those of the same columns together.
    fn assemble(&mut self, layout: &Layout, blocks: &[&[u8]]) -> Result<Vec<SlabValues>, ParityError> {
        let parts = blocks.iter().map(|block| {
            let (values, _) = values(block)?;
            Ok((values.slab, values.columns))
        });
        let parts = parts.collect::<Result<BTreeSet<_>, ParityError>>()?;
        let parts = parts.into_iter();
        parts
            .map(|(slab, columns)| self.part(layout, blocks, slab, columns))
            .collect()
    }

    /// The values of some columns of a slab.
    fn part(
        &mut self,
        layout: &Layout,
        blocks: &[&[u8]],
        number: u32,
        (first, count): (u32, u32),
    ) -> Result<SlabValues, ParityError> {
        let wrong = || ParityError::internal("the right values of other rows arrived");
        let slab = layout.slabs.get(number as usize).ok_or_else(wrong)?;
        let places = first as usize..first as usize + count as usize;
        let columns = slab.columns.get(places.clone()).ok_or_else(wrong)?;
        let is_wanted = |values: &Values| values.slab == number && values.columns == (first, count);
        let gathered = Gathered::of(blocks, columns.len(), is_wanted)?;
        if self
            .order
            .as_ref()
            .is_none_or(|order| !order.fits(slab.group, &gathered.rows))
        {
            self.order = Some(self.order_of(slab.group, gathered.rows.clone()).ok_or_else(wrong)?);
        }
        let order = self.order.as_ref().ok_or_else(wrong)?;
        let right = gathered.in_order(&order.places)?;
        if right.iter().any(|column| column.len() != order.rows.len()) {
            return Err(wrong());
        }
        self.arrived.resize(layout.slabs.len(), Vec::new());
        let arrived = &mut self.arrived[number as usize];
        arrived.resize(slab.columns.len(), Arrived::default());
        let expected = self.expected[slab.group];
        if !arrived[places]
            .iter_mut()
            .all(|column| column.add(&order.rows, expected))
        {
            return Err(wrong());
        }
        Ok(SlabValues {
            rows: order.rows.clone(),
            columns: columns.to_vec(),
            right,
        })
    }

    /// The order of rows that arrived: changed rows that are looked at in this group, each of them once.
    fn order_of(&self, group: usize, arrived: Vec<Location>) -> Option<SlabOrder> {
        // By value: sorting places of what lies elsewhere takes twice as long.
        let rows = arrived.iter().zip(0u64..);
        let mut order: Vec<u64> = rows.map(|(at, place)| u64::from(at.row) << 32 | place).collect();
        order.sort_unstable();
        let places: Vec<u32> = order.into_iter().map(|row| row as u32).collect();
        let mut changed = self.left.changed.iter().zip(0u32..);
        let rows = places.iter().map(|&place| {
            let row = arrived[place as usize].row;
            let (found, number) = changed.find(|(changed, _)| changed.row >= row)?;
            (found.row == row && found.groups & (1 << group) != 0).then_some(number)
        });
        let rows = rows.collect::<Option<Vec<u32>>>()?;
        Some(SlabOrder {
            group,
            arrived,
            places: UInt32Array::from(places),
            rows,
        })
    }
}

fn slices(blocks: &[Vec<u8>]) -> Vec<&[u8]> {
    blocks.iter().map(Vec::as_slice).collect()
}

/// Reads right values of some changed rows in the task itself, a column at a time: for the few rows whose tags hid a difference.
pub struct Missed {
    /// The run's plan.
    pub plan: RunPlan,
    /// Where the right side is read.
    pub sources: Sources,
    /// The changed rows of the task.
    pub changed: Vec<ChangedRow>,
    /// By the numbers of left rows, the marks of their partners, where row numbers of the right side do not hold.
    pub partners: Vec<(u32, Mark)>,
    /// The right splits that gave values, by their numbers.
    pub splits: BTreeMap<u32, Vec<u8>>,
}

impl Missed {
    /// Hands out the values of these changed rows in these groups.
    pub fn read(
        &self,
        missed: &[(u32, GroupMask)],
        mut compare: impl FnMut(SlabValues) -> Result<(), ParityError>,
    ) -> Result<(), ParityError> {
        let plan = &self.plan;
        let right = |&(row, _): &(u32, GroupMask)| self.changed[row as usize].right;
        let partners: HashMap<u32, Mark> = self.partners.iter().copied().collect();
        let mut by_place = missed.to_vec();
        by_place.sort_unstable_by_key(right);
        for rows in by_place.chunk_by(|a, b| right(a).split == right(b).split) {
            let number = right(&rows[0]).split;
            let bytes = self.splits.get(&number).cloned();
            let split = OwnSplit {
                side: Side::Right,
                number,
                bytes: bytes.ok_or_else(|| ParityError::internal(format!("right split {number} gave no values")))?,
            };
            let marks = rows.iter().filter_map(|row| {
                let left = self.changed[row.0 as usize].row;
                Some((right(row).row, *partners.get(&left)?))
            });
            let open = plan.open_again(&split, &self.sources, &marks.collect::<Vec<_>>())?;
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
                let leaves = plan.plan.values.iter().zip(0u32..);
                for (pair, leaf) in leaves.filter(|(pair, _)| pair.group == group) {
                    let values = open.fetch(pair.columns[Side::Right.index()], &numbers)?;
                    compare(SlabValues {
                        rows: rows.clone(),
                        columns: vec![leaf],
                        right: vec![take(&values, &order, None)?],
                    })?;
                }
            }
            open.check()?;
        }
        Ok(())
    }
}
