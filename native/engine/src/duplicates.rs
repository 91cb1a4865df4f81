//! Duplicate keys: fetches the rows of their groups and pairs them.
//!
//! Groups are taken in portions, so that only the rows of one portion are in memory; a single key with very many rows is a
//! portion of its own.

use crate::requests::Requests;
use crate::run::Sides;
use arrow::array::ArrayRef;
use parity_kernels::domain::Side;
use parity_kernels::matching::Group;
use parity_kernels::pairing::Pairing;
use parity_steps::duplicates::{Settled, SideValues, locations, pair_group, portion, starts};
use parity_steps::error::ParityError;
use parity_steps::plan::Plan;
use rayon::prelude::*;

/// Pairs the rows of all groups.
pub fn settle(sides: &Sides<'_>, plan: &Plan, groups: &[Group]) -> Result<Settled, ParityError> {
    let mut settled = Settled::default();
    let mut rest = groups;
    while !rest.is_empty() {
        let (taken, later) = rest.split_at(portion(rest, plan.values.len()));
        settle_portion(sides, plan, taken, &mut settled)?;
        rest = later;
    }
    Ok(settled)
}

fn settle_portion(sides: &Sides<'_>, plan: &Plan, groups: &[Group], settled: &mut Settled) -> Result<(), ParityError> {
    let values = [
        fetch(sides, plan, groups, Side::Left)?,
        fetch(sides, plan, groups, Side::Right)?,
    ];
    let starts = starts(groups);
    let pairings: Vec<Pairing> = groups
        .par_iter()
        .zip(&starts)
        .map(|(group, &start)| pair_group(plan, &values, group, start))
        .collect();
    for ((group, start), pairing) in groups.iter().zip(starts).zip(pairings) {
        settled.add(group, start, &pairing);
    }
    Ok(())
}

fn fetch(sides: &Sides<'_>, plan: &Plan, groups: &[Group], side: Side) -> Result<SideValues, ParityError> {
    let locations = locations(groups, side);
    let requests = Requests::new(&sides.splits[side.index()], &locations);
    let dataset = sides.datasets[side.index()];
    let own = plan
        .values
        .par_iter()
        .map(|pair| Ok(requests.fetch(dataset, pair.columns[side.index()])?))
        .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
    SideValues::new(plan, &own, locations.len(), side, sides.zone)
}
