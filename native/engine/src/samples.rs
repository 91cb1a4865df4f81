//! Example rows: those with the smallest keys in Spark's sort order.
//!
//! The smallest one-sided rows of each split are found apart, then the smallest of these.

use crate::cells::{ChangedRows, ColumnCells};
use crate::requests::Requests;
use crate::run::Sides;
use arrow::array::ArrayRef;
use arrow::compute::concat;
use parity_kernels::domain::Side;
use parity_kernels::matching::{Changed, Location};
use parity_kernels::order;
use parity_report::document::{CellSample, ChangedSample, KeyText};
use parity_scan::ScanResult;
use parity_scan::fetch::SplitRows;
use parity_steps::error::ParityError;
use parity_steps::plan::Plan;
use parity_steps::samples::{key_text, smallest_of_split};
use rayon::prelude::*;

/// The rows of `only` with the smallest identities, as text.
pub fn one_sided(
    sides: &Sides<'_>,
    plan: &Plan,
    side: Side,
    only: &[Location],
    samples: usize,
) -> Result<Vec<KeyText>, ParityError> {
    if only.is_empty() || samples == 0 {
        return Ok(Vec::new());
    }
    let identity = plan.identity();
    let mut sorted = only.to_vec();
    sorted.sort_unstable();
    let smallest = sorted
        .chunk_by(|a, b| a.split == b.split)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|rows| {
            let split = sides.splits[side.index()][rows[0].split as usize];
            let open = SplitRows::open(sides.datasets[side.index()], split)?;
            let numbers: Vec<u32> = rows.iter().map(|location| location.row).collect();
            let columns = smallest_of_split(&open, identity, side, &numbers, samples)?;
            open.check()?;
            Ok(columns)
        })
        .collect::<ScanResult<Vec<Vec<ArrayRef>>>>()?;
    let columns = (0..identity.len())
        .map(|c| concat(&smallest.iter().map(|split| split[c].as_ref()).collect::<Vec<_>>()))
        .collect::<Result<Vec<ArrayRef>, _>>()?;
    let order = order::sorted(&order::sortable(&columns)?);
    Ok(order
        .iter()
        .take(samples)
        .map(|&row| key_text(identity, side, &columns, row as usize, sides.zone))
        .collect())
}

/// Changed rows in the order of samples, with the keys to show.
#[derive(Debug)]
pub struct RankedRows {
    /// The rows and their ranks.
    pub changed: ChangedRows,
    keys: Vec<ArrayRef>,
}

/// Ranks changed rows by the left row's key, then by their place among the pairs of one key.
pub fn ranked(sides: &Sides<'_>, plan: &Plan, mut rows: Vec<(Changed, u32)>) -> Result<RankedRows, ParityError> {
    rows.sort_unstable_by_key(|(row, _)| row.left);
    let identity = plan.keys.as_deref().unwrap_or(&[]);
    let locations: Vec<Location> = rows.iter().map(|(row, _)| row.left).collect();
    let requests = Requests::new(&sides.splits[0], &locations);
    let keys = identity
        .par_iter()
        .map(|pair| Ok(requests.fetch(sides.datasets[0], pair.columns[0])?))
        .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
    let mut rank = vec![0u32; rows.len()];
    if !rows.is_empty() {
        let sortable = order::sortable(&keys)?;
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        order.par_sort_unstable_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            sortable
                .row(a)
                .cmp(&sortable.row(b))
                .then_with(|| rows[a].1.cmp(&rows[b].1))
        });
        for (place, &row) in order.iter().enumerate() {
            rank[row as usize] = place as u32;
        }
    }
    Ok(RankedRows {
        changed: ChangedRows {
            rows: rows.into_iter().map(|(row, _)| row).collect(),
            rank,
        },
        keys,
    })
}

impl RankedRows {
    fn key(&self, sides: &Sides<'_>, plan: &Plan, row: u32) -> KeyText {
        key_text(plan.identity(), Side::Left, &self.keys, row as usize, sides.zone)
    }

    /// A column's cells as samples.
    pub fn cells(&self, sides: &Sides<'_>, plan: &Plan, cells: &ColumnCells) -> Vec<CellSample> {
        let mut shown: Vec<_> = cells.shown.iter().collect();
        shown.sort_by_key(|cell| self.changed.rank[cell.row as usize]);
        shown
            .into_iter()
            .map(|cell| CellSample {
                key: self.key(sides, plan, cell.row),
                left: cell.left.clone(),
                right: cell.right.clone(),
            })
            .collect()
    }

    /// The first changed rows, each with the columns that differ.
    pub fn first_rows(
        &self,
        sides: &Sides<'_>,
        plan: &Plan,
        columns: &[ColumnCells],
        samples: usize,
    ) -> Vec<ChangedSample> {
        // The rank of a row among the first is its place in the list.
        let mut first: Vec<(u32, Vec<String>)> = vec![(0, Vec::new()); samples.min(self.changed.rank.len())];
        for (row, &rank) in self.changed.rank.iter().enumerate() {
            if let Some(place) = first.get_mut(rank as usize) {
                place.0 = row as u32;
            }
        }
        for (pair, cells) in plan.values.iter().zip(columns) {
            for &row in &cells.in_first_rows {
                if let Some(place) = first.get_mut(self.changed.rank[row as usize] as usize) {
                    place.1.push(pair.name.clone());
                }
            }
        }
        first
            .into_iter()
            .map(|(row, columns)| ChangedSample {
                key: self.key(sides, plan, row),
                columns,
            })
            .collect()
    }
}
