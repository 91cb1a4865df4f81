//! The groups of a partition while the columns of their rows arrive, one after the other.
//!
//! Whatever is decided about a group grows column by column: the sort order of its rows, as a [`Refinement`] for each side, and, up to
//! [`EXACT_ROWS`] rows a side, in how many cells each two of its rows differ. So a column can go before the next one comes, and a
//! key with very many rows takes no more memory a row than any other: its place among the rows that arrive, its place in the
//! sort order, and of groups that are paired exactly at most 128 bytes of counts.

use crate::plan::pair::LeafPair;
use crate::settle::duplicates::Settled;
use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use parity_kernels::compare::relaxation::RelaxedColumn;
use parity_kernels::domain::Side;
use parity_kernels::matching::pairing::{self, EXACT_ROWS};
use parity_kernels::matching::{Group, Location, Member};
use parity_kernels::spark::order::Refinement;
use parity_kernels::spark::zone::Zone;
use parity_source::ParityError;

/// Groups whose rows are being sorted, and compared where that decides.
#[derive(Default)]
pub struct Grouped {
    /// Those that are paired exactly come first.
    groups: Vec<Group>,
    /// How many those are.
    exact_groups: usize,
    sides: [SideRows; 2],
    /// For each exact group, in how many cells each left row and each right row differ, left row after left row.
    differing_cells: Vec<u32>,
}

/// The rows of all groups on one side, numbered group after group.
#[derive(Default)]
struct SideRows {
    /// Where they are, in the order in which they arrive.
    arriving: Vec<Location>,
    /// The place of each row in that order.
    places: Vec<u32>,
    /// Rows of groups that are paired exactly.
    exact: usize,
    order: Refinement,
}

fn members(group: &Group, side: Side) -> &[Member] {
    match side {
        Side::Left => &group.left,
        Side::Right => &group.right,
    }
}

fn is_exact(group: &Group) -> bool {
    group.left.len() <= EXACT_ROWS && group.right.len() <= EXACT_ROWS
}

impl SideRows {
    fn new(groups: &[Group], exact_groups: usize, side: Side) -> Self {
        let rows = || groups.iter().flat_map(|group| members(group, side));
        let locations: Vec<Location> = rows().map(|member| member.location).collect();
        let mut by_location: Vec<u32> = (0..locations.len() as u32).collect();
        by_location.sort_unstable_by_key(|&row| locations[row as usize]);
        let mut places = vec![0; locations.len()];
        for (&row, place) in by_location.iter().zip(0..) {
            places[row as usize] = place;
        }
        let lengths = |groups: &[Group]| -> Vec<usize> { groups.iter().map(|g| members(g, side).len()).collect() };
        SideRows {
            arriving: by_location.iter().map(|&row| locations[row as usize]).collect(),
            places,
            exact: lengths(&groups[..exact_groups]).iter().sum(),
            order: Refinement::of_runs(lengths(groups)),
        }
    }

    fn refine(&mut self, own: &ArrayRef) -> Result<(), ParityError> {
        let tied = self.order.tied().map(|row| self.places[row as usize]);
        let tied = UInt32Array::from_iter_values(tied);
        if tied.is_empty() {
            return Ok(());
        }
        Ok(self.order.refine(&take(own, &tied, None)?)?)
    }

    /// A column of the rows of exact groups.
    fn exact(&self, own: &ArrayRef) -> Result<ArrayRef, ParityError> {
        let places = UInt32Array::from_iter_values(self.places[..self.exact].iter().copied());
        Ok(take(own, &places, None)?)
    }
}

impl Grouped {
    /// Groups of whose rows nothing is known yet.
    pub fn new(mut groups: Vec<Group>) -> Self {
        groups.sort_by_key(|group| !is_exact(group));
        let exact_groups = groups.partition_point(is_exact);
        let counts = groups[..exact_groups].iter().map(|g| g.left.len() * g.right.len());
        Grouped {
            exact_groups,
            sides: [Side::Left, Side::Right].map(|side| SideRows::new(&groups, exact_groups, side)),
            differing_cells: vec![0; counts.sum()],
            groups,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Whether these are the rows of both sides, by split and row as they arrive.
    pub fn arrive_as(&self, rows: [&[Location]; 2]) -> bool {
        self.sides.iter().zip(rows).all(|(side, rows)| side.arriving == rows)
    }

    /// Takes the next column, own values of both sides in the order in which rows arrive.
    pub fn take(&mut self, pair: &LeafPair, zone: Zone, own: [ArrayRef; 2]) -> Result<(), ParityError> {
        for (side, own) in self.sides.iter_mut().zip(&own) {
            side.refine(own)?;
        }
        if self.exact_groups > 0 {
            let [left, right] = [self.sides[0].exact(&own[0])?, self.sides[1].exact(&own[1])?];
            drop(own);
            let column = RelaxedColumn::new(
                [&left, &right],
                pair.leaves.each_ref(),
                &pair.domain,
                zone,
                &pair.relaxation,
            );
            self.count(|l, r| !column.equal(l, r));
        }
        Ok(())
    }

    /// Counts the cells of a column that differ, in all exact groups.
    fn count(&mut self, differ: impl Fn(usize, usize) -> bool) {
        let mut counts = self.differing_cells.iter_mut();
        let [mut first_left, mut first_right] = [0, 0];
        for group in &self.groups[..self.exact_groups] {
            let lefts = first_left..first_left + group.left.len();
            let rights = first_right..first_right + group.right.len();
            (first_left, first_right) = (lefts.end, rights.end);
            let pairs = lefts.flat_map(|l| rights.clone().map(move |r| (l, r)));
            // The pairs first: taking a count too many would lose it.
            for ((l, r), count) in pairs.zip(&mut counts) {
                *count += u32::from(differ(l, r));
            }
        }
    }

    /// What becomes of the groups once all columns are known.
    pub fn settled(self) -> Settled {
        let mut settled = Settled::default();
        let (mut starts, mut first_count) = ([0, 0], 0);
        for (number, group) in self.groups.iter().enumerate() {
            let [left, right] = [Side::Left, Side::Right].map(|side| {
                let rows = members(group, side).len();
                let start = &mut starts[side.index()];
                let order = &self.sides[side.index()].order.order()[*start..*start + rows];
                let in_group = order.iter().map(|&row| row as usize - *start).collect::<Vec<_>>();
                *start += rows;
                in_group
            });
            let counts = &self.differing_cells[first_count..];
            let width = right.len();
            let pairing = pairing::pair(&left, &right, |l, r| counts[l * width + r]);
            if number < self.exact_groups {
                first_count += left.len() * width;
            }
            settled.add(group, &pairing);
        }
        settled
    }
}

#[cfg(test)]
#[path = "groups_tests.rs"]
mod tests;
