//! What is asked of a side when it is fingerprinted, and what it answers.

use crate::predicate::Predicate;
use parity_kernels::compare::relaxation::Before;
use parity_kernels::digest::entry::{Block, Entry, Shape};
use parity_kernels::digest::hash::{Hash128, LeafSeed};
use parity_kernels::digest::{GROUPS, LeafHasher, RowDigests, Sums};
use parity_kernels::domain::Domain;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;

/// One leaf of a side as a comparison looks at it.
#[derive(Clone, Debug)]
pub struct LeafPlan {
    /// Number of the column in the dataset.
    pub column: usize,
    /// Its type on this side.
    pub leaf: LeafType,
    /// Where both sides meet (this side's half).
    pub domain: Domain,
    /// Its seed.
    pub seed: LeafSeed,
    /// Its column group, of a compared leaf.
    pub group: usize,
    /// Rules that act on its values before they are hashed.
    pub before: Before,
}

impl LeafPlan {
    /// A hasher for this leaf.
    pub fn hasher(&self, zone: Zone) -> LeafHasher {
        LeafHasher::new(self.seed, self.leaf.clone(), self.domain.clone(), zone).with(self.before.clone())
    }
}

/// The leaves to fingerprint, and how.
#[derive(Clone, Debug)]
pub struct SidePlan {
    /// Key leaves; none when whole rows are compared as multisets.
    pub keys: Vec<LeafPlan>,
    /// Compared leaves, group after group.
    pub values: Vec<LeafPlan>,
    /// Session time zone.
    pub zone: Zone,
    /// What entries have.
    pub shape: Shape,
    /// Number of match partitions.
    pub partitions: usize,
    /// Which rows are there at all; all without one.
    pub filter: Option<Predicate>,
}

/// The entries and counts that a split yields.
#[derive(Debug, Default)]
pub struct Fingerprints {
    /// Blocks, each with its match partition. Only the last ones of a split are not full.
    pub blocks: Vec<(usize, Block)>,
    /// Rows with a null in a key column.
    pub null_keys: u64,
    /// Rows that the filter does not keep, which have no entries.
    pub dropped: u64,
}

impl Fingerprints {
    /// The entries of all blocks.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        self.blocks.iter().flat_map(|(_, block)| block.entries())
    }
}

/// The entry of a row: number `row` among the rows of these sums, `number` in its split.
pub fn entry(plan: &SidePlan, keys: &Sums, digests: &RowDigests, row: usize, number: u32) -> Entry {
    if plan.keys.is_empty() {
        // The whole row is its own key; nothing is left to differ.
        return Entry {
            key: digests.digest(row),
            digest: Hash128::default(),
            tags: [0; GROUPS],
            row: number,
        };
    }
    Entry {
        key: keys.get(row),
        digest: digests.digest(row),
        tags: digests.tags(row),
        row: number,
    }
}
