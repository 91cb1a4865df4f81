//! Steps 3 and 4 for changed rows: fetch the columns that may differ, compare them, and account for the whole difference.
//!
//! Column groups come one after the other, the columns of a group in parallel; each column is fetched for the rows whose tags
//! say that its group differs, compared, tallied and dropped. So memory holds a few columns at a time, whatever the number of
//! changed rows.
//!
//! The digests are sums, so the hashes of the cells found different must add up to the difference of the two rows'
//! digests. Rows for which they do not are compared once more in the groups that were left out: that is how a tag of 16
//! bits costs no exactness. If the sums still disagree, the rows fetched are not the rows that were fingerprinted.

use crate::requests::Requests;
use crate::run::Sides;
use arrow::array::ArrayRef;
use parity_kernels::compare::ColumnTally;
use parity_kernels::digest::{GROUPS, group_of};
use parity_kernels::domain::Side;
use parity_kernels::hash::Hash128;
use parity_kernels::matching::{ALL_GROUPS, Changed, GroupMask, Location};
use parity_kernels::show;
use parity_steps::column::compare_column;
use parity_steps::error::ParityError;
use parity_steps::plan::{LeafPair, Plan};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Changed rows in the order of their left locations.
#[derive(Debug, Default)]
pub struct ChangedRows {
    /// The rows.
    pub rows: Vec<Changed>,
    /// Place of each row among all in the order of samples.
    pub rank: Vec<u32>,
}

/// A changed cell to be shown.
#[derive(Clone, Debug)]
pub struct ShownCell {
    /// Number of the changed row.
    pub row: u32,
    /// The left value.
    pub left: Option<String>,
    /// The right value.
    pub right: Option<String>,
}

/// What a column's changed cells yield.
#[derive(Clone, Debug, Default)]
pub struct ColumnCells {
    /// Counts and the largest distance.
    pub tally: ColumnTally,
    /// Cells to show: those of the lowest ranks.
    pub shown: Vec<ShownCell>,
    /// Rows among the first ranks in which this column differs.
    pub in_first_rows: Vec<u32>,
}

impl ColumnCells {
    fn merge(&mut self, mut other: ColumnCells, rank: &[u32], samples: usize) {
        self.tally.merge(&other.tally);
        self.shown.append(&mut other.shown);
        self.shown.sort_by_key(|cell| rank[cell.row as usize]);
        self.shown.truncate(samples);
        self.in_first_rows.append(&mut other.in_first_rows);
    }
}

/// Sums of the hash differences found so far, for each changed row.
struct Found(Vec<(AtomicU64, AtomicU64)>);

impl Found {
    fn new(rows: usize) -> Self {
        Found((0..rows).map(|_| Default::default()).collect())
    }

    fn add(&self, row: u32, difference: Hash128) {
        // Each half wraps on its own, so two relaxed additions are a sum in any order.
        let (lo, hi) = &self.0[row as usize];
        lo.fetch_add(difference.lo, Ordering::Relaxed);
        hi.fetch_add(difference.hi, Ordering::Relaxed);
    }

    fn get(&self, row: usize) -> Hash128 {
        let (lo, hi) = &self.0[row];
        Hash128 {
            lo: lo.load(Ordering::Relaxed),
            hi: hi.load(Ordering::Relaxed),
        }
    }
}

/// Compares all changed rows in all compared columns.
pub fn compare_cells(
    sides: &Sides<'_>,
    plan: &Plan,
    changed: &ChangedRows,
    samples: usize,
) -> Result<Vec<ColumnCells>, ParityError> {
    let found = Found::new(changed.rows.len());
    let mut columns: Vec<ColumnCells> = vec![ColumnCells::default(); plan.values.len()];
    // Tags that are all equal tell nothing: then every group is looked at.
    let first: Vec<GroupMask> = changed
        .rows
        .iter()
        .map(|row| if row.groups == 0 { ALL_GROUPS } else { row.groups })
        .collect();
    pass(sides, plan, changed, &first, samples, &found, &mut columns)?;
    let unexplained = |row: usize| found.get(row) != changed.rows[row].delta;
    let rest: Vec<GroupMask> = first
        .iter()
        .enumerate()
        .map(|(row, mask)| if unexplained(row) { ALL_GROUPS & !mask } else { 0 })
        .collect();
    if rest.iter().any(|&mask| mask != 0) {
        pass(sides, plan, changed, &rest, samples, &found, &mut columns)?;
    }
    if (0..changed.rows.len()).any(unexplained) {
        return Err(ParityError::new(
            "SOURCE_CHANGED",
            format!(
                "{} or {} gave other values when rows were read again",
                sides.datasets[0].path, sides.datasets[1].path
            ),
            "run the comparison again when nothing writes to the paths",
        ));
    }
    Ok(columns)
}

/// Compares each row in the groups of its mask.
fn pass(
    sides: &Sides<'_>,
    plan: &Plan,
    changed: &ChangedRows,
    masks: &[GroupMask],
    samples: usize,
    found: &Found,
    columns: &mut [ColumnCells],
) -> Result<(), ParityError> {
    for group in 0..GROUPS {
        let rows: Vec<u32> = (0..masks.len() as u32)
            .filter(|&row| masks[row as usize] & (1 << group) != 0)
            .collect();
        if rows.is_empty() {
            continue;
        }
        let locations = |place: fn(&Changed) -> Location| -> Vec<Location> {
            rows.iter().map(|&row| place(&changed.rows[row as usize])).collect()
        };
        let requests = [
            Requests::new(&sides.splits[0], &locations(|c| c.left)),
            Requests::new(&sides.splits[1], &locations(|c| c.right)),
        ];
        let compared = (0..plan.values.len())
            .into_par_iter()
            .filter(|&leaf| group_of(leaf, plan.values.len()) == group)
            .map(|leaf| {
                let column = Column {
                    sides,
                    pair: &plan.values[leaf],
                    number: leaf,
                    rows: &rows,
                    changed,
                    found,
                };
                Ok((leaf, column.compare(&requests, samples)?))
            })
            .collect::<Result<Vec<(usize, ColumnCells)>, ParityError>>()?;
        for (leaf, cells) in compared {
            columns[leaf].merge(cells, &changed.rank, samples);
        }
    }
    Ok(())
}

/// One column over some of the changed rows.
struct Column<'a> {
    sides: &'a Sides<'a>,
    pair: &'a LeafPair,
    number: usize,
    rows: &'a [u32],
    changed: &'a ChangedRows,
    found: &'a Found,
}

impl Column<'_> {
    fn compare(&self, requests: &[Requests; 2], samples: usize) -> Result<ColumnCells, ParityError> {
        let zone = self.sides.zone;
        let fetch = |side: Side| {
            requests[side.index()].fetch(self.sides.datasets[side.index()], self.pair.columns[side.index()])
        };
        let own: [ArrayRef; 2] = [fetch(Side::Left)?, fetch(Side::Right)?];
        let mut ranked: Vec<(u32, usize)> = Vec::new();
        let (_, tally) = compare_column(
            self.pair,
            self.number,
            self.sides.run_seed,
            zone,
            [&own[0], &own[1]],
            |i, difference| {
                let row = self.rows[i];
                self.found.add(row, difference);
                ranked.push((self.changed.rank[row as usize], i));
            },
        );
        if ranked.len() > samples {
            if samples > 0 {
                ranked.select_nth_unstable(samples - 1);
            }
            ranked.truncate(samples);
        }
        let show = |side: usize, i: usize| show::show(own[side].as_ref(), i, self.pair.leaves[side], zone);
        let shown = ranked
            .iter()
            .map(|&(_, i)| ShownCell {
                row: self.rows[i],
                left: show(0, i),
                right: show(1, i),
            })
            .collect();
        let in_first_rows = ranked
            .iter()
            .filter(|&&(rank, _)| (rank as usize) < samples)
            .map(|&(_, i)| self.rows[i])
            .collect();
        Ok(ColumnCells {
            tally,
            shown,
            in_first_rows,
        })
    }
}
