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
use parity_kernels::digest::hash::Hash128;
use parity_kernels::domain::Side;
use parity_kernels::matching::pairing::{self, EXACT_ROWS};
use parity_kernels::matching::{Group, Location, Member};
use parity_kernels::spark::order::Refinement;
use parity_kernels::spark::zone::Zone;
use parity_source::ParityError;
use std::collections::HashMap;

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
    /// Those that are left in groups that are paired exactly.
    exact: Vec<u32>,
    order: Refinement,
}

fn is_exact(group: &Group) -> bool {
    group.left.len() <= EXACT_ROWS && group.right.len() <= EXACT_ROWS
}

impl SideRows {
    fn new(groups: &[Group], exact_groups: usize, side: Side) -> Self {
        let rows = groups.iter().flat_map(|group| group.asked(side));
        let locations: Vec<Location> = rows.map(|member| member.location).collect();
        let mut by_location: Vec<u32> = (0..locations.len() as u32).collect();
        by_location.sort_unstable_by_key(|&row| locations[row as usize]);
        let mut places = vec![0; locations.len()];
        for (&row, place) in by_location.iter().zip(0..) {
            places[row as usize] = place;
        }
        let lengths: Vec<usize> = groups.iter().map(|group| group.asked(side).count()).collect();
        let (mut exact, mut start) = (Vec::new(), 0);
        for (group, length) in groups[..exact_groups].iter().zip(&lengths) {
            exact.extend_from_slice(&places[start..start + group.side(side).len()]);
            start += length;
        }
        SideRows {
            arriving: by_location.iter().map(|&row| locations[row as usize]).collect(),
            places,
            exact,
            order: Refinement::of_runs(lengths),
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

    /// A column of the rows that are left in exact groups.
    fn exact(&self, own: &ArrayRef) -> Result<ArrayRef, ParityError> {
        let places = UInt32Array::from_iter_values(self.exact.iter().copied());
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
        for (number, mut group) in self.groups.into_iter().enumerate() {
            let [left, right] = [Side::Left, Side::Right].map(|side| {
                let rows = group.asked(side).count();
                let start = &mut starts[side.index()];
                let order = &self.sides[side.index()].order.order()[*start..*start + rows];
                let in_group = order.iter().map(|&row| row as usize - *start).collect::<Vec<_>>();
                *start += rows;
                let equals = std::mem::take(&mut group.equals[side.index()]);
                let members = match side {
                    Side::Left => &mut group.left,
                    Side::Right => &mut group.right,
                };
                left_over(members, &equals, in_group)
            });
            let counts = &self.differing_cells[first_count..];
            let width = right.len();
            let pairing = pairing::pair(&left, &right, |l, r| counts[l * width + r]);
            if number < self.exact_groups {
                first_count += left.len() * width;
            }
            settled.add(&group, &pairing);
        }
        settled
    }
}

/// Of rows that equal each other the last ones in sort order are left. `order` has the numbers of all rows, the members first; what
/// comes back has those of the members, each of which is now the row that it stands for.
fn left_over(members: &mut [Member], equals: &[Member], order: Vec<usize>) -> Vec<usize> {
    if equals.is_empty() {
        return order;
    }
    let rows: Vec<Member> = members.iter().chain(equals).copied().collect();
    let mut free: HashMap<Hash128, Vec<usize>> = HashMap::new();
    for (number, member) in members.iter().enumerate() {
        free.entry(member.digest).or_default().push(number);
    }
    let mut left: Vec<usize> = Vec::with_capacity(members.len());
    for row in order.into_iter().rev() {
        if let Some(number) = free.get_mut(&rows[row].digest).and_then(Vec::pop) {
            members[number] = rows[row];
            left.push(number);
        }
    }
    left.reverse();
    left
}

#[cfg(test)]
#[path = "groups_tests.rs"]
mod tests;
