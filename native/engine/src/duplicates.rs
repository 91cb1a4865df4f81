//! Duplicate keys: which rows of a key belong together, decided by their values.
//!
//! Groups are taken in portions, so that only the rows of one portion are in memory; a single key with very many rows is a
//! portion of its own.

use crate::requests::Requests;
use crate::run::Sides;
use arrow::array::ArrayRef;
use parity_kernels::compare::equal_at;
use parity_kernels::domain::Side;
use parity_kernels::matching::{Changed, Group, Location, Member, changed};
use parity_kernels::order;
use parity_kernels::pairing::{self, EXACT_ROWS, Pairing};
use parity_kernels::values::{self, InDomain};
use parity_steps::error::ParityError;
use parity_steps::plan::{LeafPair, Plan};
use rayon::prelude::*;

/// Cells of a portion, both sides together.
const PORTION_CELLS: usize = 1 << 22;

/// What duplicate keys come to.
#[derive(Debug, Default)]
pub struct Settled {
    /// Paired rows, each with its place among the pairs of its key.
    pub changed: Vec<(Changed, u32)>,
    /// Rows without a partner, for each side.
    pub only: [Vec<Location>; 2],
    /// Keys with too many rows for the exact pairing.
    pub large_groups: u64,
}

/// Pairs the rows of all groups.
pub fn settle(sides: &Sides<'_>, plan: &Plan, groups: &[Group]) -> Result<Settled, ParityError> {
    let mut settled = Settled::default();
    let rows_in_portion = (PORTION_CELLS / plan.values.len().max(1)).max(1);
    let mut rest = groups;
    while !rest.is_empty() {
        let mut rows = 0;
        let taken = rest
            .iter()
            .take_while(|group| {
                let first = rows == 0;
                rows += group.left.len() + group.right.len();
                first || rows <= rows_in_portion
            })
            .count();
        let (portion, later) = rest.split_at(taken);
        settle_portion(sides, plan, portion, &mut settled)?;
        rest = later;
    }
    Ok(settled)
}

fn settle_portion(sides: &Sides<'_>, plan: &Plan, groups: &[Group], settled: &mut Settled) -> Result<(), ParityError> {
    let values = [
        SideValues::fetch(sides, plan, groups, Side::Left)?,
        SideValues::fetch(sides, plan, groups, Side::Right)?,
    ];
    // Where each group's rows begin among the rows of the portion.
    let mut starts = Vec::with_capacity(groups.len());
    let mut next = [0usize; 2];
    for group in groups {
        starts.push(next);
        next[0] += group.left.len();
        next[1] += group.right.len();
    }
    let differing_cells = |l: usize, r: usize| {
        let pairs = plan
            .values
            .iter()
            .zip(values[0].in_domain.iter().zip(&values[1].in_domain));
        pairs
            .filter(|(pair, (left, right))| !equal_at(left, l, right, r, &pair.domain))
            .count() as u32
    };
    let pairings: Vec<Pairing> = groups
        .par_iter()
        .zip(&starts)
        .map(|(group, &[left, right])| {
            let ordered = [
                values[0].in_order(left..left + group.left.len()),
                values[1].in_order(right..right + group.right.len()),
            ];
            pairing::pair(&ordered[0], &ordered[1], differing_cells)
        })
        .collect();
    for ((group, start), pairing) in groups.iter().zip(starts).zip(pairings) {
        let left = |row: usize| -> &Member { &group.left[row - start[0]] };
        let right = |row: usize| -> &Member { &group.right[row - start[1]] };
        for (place, &(l, r)) in pairing.pairs.iter().enumerate() {
            settled.changed.push((changed(left(l), right(r)), place as u32));
        }
        settled.only[0].extend(pairing.surplus_left.iter().map(|&l| left(l).location));
        settled.only[1].extend(pairing.surplus_right.iter().map(|&r| right(r).location));
        settled.large_groups += u64::from(pairing.sorted_only);
    }
    Ok(())
}

/// The values of all rows of a portion on one side, group after group.
struct SideValues {
    in_domain: Vec<InDomain>,
    /// Place of each row in the sort order of the portion.
    rank: Vec<u32>,
}

impl SideValues {
    fn fetch(sides: &Sides<'_>, plan: &Plan, groups: &[Group], side: Side) -> Result<Self, ParityError> {
        let members = |group: &'_ Group| -> Vec<Location> {
            let members = if side == Side::Left { &group.left } else { &group.right };
            members.iter().map(|member| member.location).collect()
        };
        let locations: Vec<Location> = groups.iter().flat_map(members).collect();
        let requests = Requests::new(&sides.splits[side.index()], &locations);
        let dataset = sides.datasets[side.index()];
        let own = plan
            .values
            .par_iter()
            .map(|pair| Ok(requests.fetch(dataset, pair.columns[side.index()])?))
            .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
        let in_domain = plan
            .values
            .iter()
            .zip(&own)
            .map(|(pair, own)| to_domain(sides, pair, own, side))
            .collect();
        let mut rank = vec![0u32; locations.len()];
        if !own.is_empty() {
            for (place, row) in order::sorted(&order::sortable(&own)?).into_iter().enumerate() {
                rank[row as usize] = place as u32;
            }
        }
        Ok(SideValues { in_domain, rank })
    }

    fn in_order(&self, rows: std::ops::Range<usize>) -> Vec<usize> {
        let mut ordered: Vec<usize> = rows.collect();
        ordered.sort_by_key(|&row| self.rank[row]);
        ordered
    }
}

fn to_domain(sides: &Sides<'_>, pair: &LeafPair, own: &ArrayRef, side: Side) -> InDomain {
    values::in_domain(own, pair.leaves[side.index()], pair.domain.side(side), sides.zone)
}

/// The warning about keys whose rows were paired in order.
pub fn large_groups_warning(keys: u64) -> String {
    let (noun, verb) = if keys == 1 {
        ("key has", "its")
    } else {
        ("keys have", "their")
    };
    format!(
        "{keys} {noun} more than {EXACT_ROWS} differing rows on a side; {verb} rows were sorted by their values and paired in order"
    )
}
