//! One column over rows that belong together.

use crate::plan::pair::LeafPair;
use arrow::array::ArrayRef;
use arrow::buffer::BooleanBuffer;
use parity_kernels::cause::offset::Offsets;
use parity_kernels::cause::{Cause, Causes};
use parity_kernels::compare::relaxation::RelaxedColumn;
use parity_kernels::compare::{self, ColumnTally};
use parity_kernels::digest::hash::{Hash128, Role};
use parity_kernels::domain::Side;
use parity_kernels::domain::values::InDomain;
use parity_kernels::spark::zone::Zone;
use std::collections::BTreeMap;

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

    /// How many of the differing cells each cause explains. The differences of the others are added to the column's.
    pub fn count_causes(&self, pair: &LeafPair, zone: Zone, offsets: &mut Offsets) -> BTreeMap<Cause, u64> {
        let causes = self.causes(pair, zone);
        let mut counts = BTreeMap::new();
        for row in self.differing.set_indices() {
            let cause = causes.of(row);
            *counts.entry(cause).or_default() += 1;
            if cause == Cause::Other
                && !offsets.is_settled()
                && let Some(difference) = causes.difference(row)
            {
                offsets.add(difference, 1);
            }
        }
        counts
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
