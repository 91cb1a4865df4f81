//! The layout of an exchange of values: in which pieces the columns travel.
//!
//! Values of a split's rows leave and arrive in *slabs*, some columns each, so that neither end holds more than about
//! [`SLAB_BYTES`] of them at a time, or one column. How many columns fit depends on how many rows differ, which is known
//! once all partitions are matched.
//!
//! How large values are is seen only when they are read. Of a slab that turns out larger than [`PORTION_BYTES`], the cells of changed
//! rows travel in *portions*: some of its columns, or some rows of one column, or a single value that is larger by itself.

use crate::plan::run::RunPlan;
use parity_kernels::digest::GROUPS;
use parity_source::{ParityError, wire};
use serde::{Deserialize, Serialize};

/// Bytes of a slab of one task, about.
const SLAB_BYTES: u64 = 8 << 20;
/// Bytes of a portion, about, where a single value is not larger.
pub const PORTION_BYTES: u64 = 16 << 20;
/// What a value takes, about.
const VALUE_BYTES: u64 = 24;
/// Columns whose results are merged by one task, and how many such tasks there are at most.
const MERGED_COLUMNS: usize = 64;
const MOST_MERGERS: usize = 64;

/// How many columns fit into a slab when a task handles `rows` of its rows.
fn width(rows: u64) -> usize {
    let columns = SLAB_BYTES / (rows.max(1) * VALUE_BYTES);
    usize::try_from(columns).unwrap_or(usize::MAX).max(1)
}

fn rows_of_split(plan: &RunPlan, rows: u64) -> u64 {
    let splits = plan.sides.iter().map(|side| side.splits).min().unwrap_or(0);
    rows.div_ceil(u64::from(splits.max(1)))
}

/// Some columns, of one column group where the groups are asked for apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slab {
    /// Their group.
    pub group: usize,
    /// Their numbers among the compared columns, ascending.
    pub columns: Vec<u32>,
}

/// How values travel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The slabs; together they are all compared columns.
    pub slabs: Vec<Slab>,
    /// Tasks that merge results.
    pub mergers: u32,
}

impl Layout {
    /// Of the cells of changed rows, `rows` in all the splits of a side.
    pub fn of_cells(plan: &RunPlan, rows: u64) -> Layout {
        let width = width(rows_of_split(plan, rows));
        let mut slabs = Vec::new();
        for group in 0..GROUPS {
            let pairs = plan.plan.values.iter().zip(0u32..);
            let columns: Vec<u32> = pairs.filter(|(pair, _)| pair.group == group).map(|(_, i)| i).collect();
            slabs.extend(columns.chunks(width).map(|columns| Slab {
                group,
                columns: columns.to_vec(),
            }));
        }
        Layout::of(plan, slabs)
    }

    /// Of all values of rows of duplicate keys, of which one match partition gets up to `most`. Rows are sorted by these slabs as they
    /// come, so they are in the order of the columns; whoever wants whole rows wants the first group, too.
    pub fn of_groups(plan: &RunPlan, rows: u64, most: u64) -> Layout {
        let width = width(rows_of_split(plan, rows).max(most));
        let columns: Vec<u32> = plan.plan.values.iter().zip(0u32..).map(|(_, i)| i).collect();
        let slabs = columns.chunks(width).map(|columns| Slab {
            group: 0,
            columns: columns.to_vec(),
        });
        Layout::of(plan, slabs.collect())
    }

    fn of(plan: &RunPlan, slabs: Vec<Slab>) -> Layout {
        let mergers = plan.plan.values.len().div_ceil(MERGED_COLUMNS);
        Layout {
            slabs,
            mergers: mergers.clamp(1, MOST_MERGERS) as u32,
        }
    }

    /// The order of the blocks of a portion of a slab's values, behind all those of the slabs before it. Portions that are too many to be
    /// told apart have one order.
    pub fn order(&self, slab: usize, portion: u32) -> u32 {
        let portions = (u32::MAX - 2) / self.slabs.len().max(1) as u32;
        1 + slab as u32 * portions + portion.min(portions.saturating_sub(1))
    }

    /// The merging task of a column.
    pub fn merger(&self, column: usize) -> u32 {
        (column % self.mergers as usize) as u32
    }

    /// The layout's bytes, which drivers pass on as they are.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ParityError> {
        let mut bytes = Vec::new();
        wire::put(&mut bytes, self)?;
        Ok(bytes)
    }
}
