//! One column over rows that belong together.

use crate::compare::merge::ColumnPart;
use crate::plan::pair::LeafPair;
use arrow::array::ArrayRef;
use arrow::buffer::BooleanBuffer;
use arrow::error::ArrowError;
use parity_kernels::cause::{Cause, Causes};
use parity_kernels::compare::relaxation::RelaxedColumn;
use parity_kernels::compare::{self, ColumnTally};
use parity_kernels::digest::hash::{Hash128, Role};
use parity_kernels::domain::Side;
use parity_kernels::domain::values::{self, InDomain};
use parity_kernels::profile::Profile;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;

/// From one in so many rows on, hashing all of them at once is faster than hashing those that differ one by one.
const MANY: usize = 8;

/// A column of some rows after its comparison.
pub struct Cells {
    /// Which of the rows differ.
    pub differing: BooleanBuffer,
    /// What they add up to.
    pub tally: ColumnTally,
    /// The values, where both sides meet.
    values: [InDomain; 2],
}

impl Cells {
    /// What explains that cells differ.
    pub fn causes<'a>(&'a self, pair: &'a LeafPair, zone: Zone) -> Causes<'a> {
        let [left, right] = &self.values;
        Causes::new([left, right], pair.leaves.each_ref(), &pair.domain, zone)
    }

    /// Adds the cells that differ to those of the column, own values of both sides with them.
    pub fn add_to(
        &self,
        part: &mut ColumnPart,
        pair: &LeafPair,
        own: [&ArrayRef; 2],
        zone: Zone,
    ) -> Result<(), ArrowError> {
        part.tally.merge(&self.tally);
        let causes = self.causes(pair, zone);
        let (
            offsets,
            Profile {
                changes,
                differences,
                texts,
            },
        ) = (&mut part.offsets, &mut part.profile);
        for row in self.differing.set_indices() {
            let cause = causes.of(row);
            *part.causes.entry(cause).or_default() += 1;
            let is_other = cause == Cause::Other;
            let is_wanted = !differences.is_settled() || is_other && !offsets.is_settled();
            if is_wanted && let Some(difference) = causes.difference(row) {
                differences.add(difference, 1);
                if is_other {
                    offsets.add(difference, 1);
                }
            }
        }
        if pair.leaves.iter().all(|leaf| *leaf == LeafType::String) {
            let texts = texts.get_or_insert_default();
            let rows = self.differing.set_indices();
            let rows = rows.filter(|&row| own.iter().all(|side| side.is_valid(row)));
            rows.for_each(|row| texts.add(values::bytes_at(own[0], row), values::bytes_at(own[1], row)));
        }
        changes.add(own, self.differing.set_indices(), pair.leaves.each_ref(), zone)
    }
}

/// Compares own values of leaf `number`, row by row: which rows differ, and what they add up to. `found` gets every row whose hashes
/// differ when nothing is relaxed, with what the cell adds to the difference of the two rows' digests.
pub fn compare_column(
    pair: &LeafPair,
    number: usize,
    run_seed: u64,
    zone: Zone,
    own: [&ArrayRef; 2],
    mut found: impl FnMut(usize, Hash128),
) -> Cells {
    let hasher = |side| pair.plan(side, run_seed, Role::Value, number).hasher(zone);
    let mut hashers = [hasher(Side::Left), hasher(Side::Right)];
    let values = [hashers[0].to_domain(own[0]), hashers[1].to_domain(own[1])];
    let differing = compare::differing(&values[0], &values[1], &pair.domain);
    let unlike = compare::unlike(&values[0], &values[1], &pair.domain, &differing);
    if unlike.count_set_bits() > unlike.len() / MANY {
        let [left, right] = [0, 1].map(|side| hashers[side].hashes(&values[side]));
        unlike
            .set_indices()
            .for_each(|i| found(i, left.get(i).minus(right.get(i))));
    } else {
        let [left, right] = &hashers;
        unlike
            .set_indices()
            .for_each(|i| found(i, left.hash(&values[0], i).minus(right.hash(&values[1], i))));
    }
    let scales = (pair.leaves[0].scale(), pair.leaves[1].scale());
    let tally = |values: &[InDomain; 2], differing: &BooleanBuffer| {
        compare::tally(&values[0], &values[1], &pair.domain, scales, differing)
    };
    if pair.relaxation.is_empty() || differing.count_set_bits() == 0 {
        let tally = tally(&values, &differing);
        return Cells {
            differing,
            tally,
            values,
        };
    }
    let column = RelaxedColumn::new(own, pair.leaves.each_ref(), &pair.domain, zone, &pair.relaxation);
    let still = column.differing(&differing);
    let tally = ColumnTally {
        relaxed: (differing.count_set_bits() - still.count_set_bits()) as u64,
        ..tally(column.values(), &still)
    };
    Cells {
        differing: still,
        tally,
        values,
    }
}
