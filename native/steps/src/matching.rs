//! Step 2: the entries of a match partition become outcomes.
//!
//! What happened is counted in a [`Summary`] for the driver; which rows it happened to stays with the partition, as an
//! [`Outcome`], and is sent on to the files by [`crate::fetch::route`].

use crate::call::TaskArgs;
use crate::plan::pair::LeafPair;
use crate::plan::run::RunPlan;
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_kernels::digest::entry::BlockView;
use parity_kernels::domain::Side;
use parity_kernels::matching::{Arrived, Changed, DuplicateKey, Group, Location, MatchOptions};
use parity_source::again::Mark;
use parity_source::{ParityError, budget, wire};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// First byte of a payload that tells of null keys; entries begin with `S`.
pub const NULL_KEYS: u8 = b'N';

/// First byte of a payload that tells of rows that a filter did not keep.
pub const DROPPED: u8 = b'D';

/// Bytes of a row while it is matched, beside what has arrived: its place in order, and what became of it.
pub(crate) const MATCH_BYTES: usize = 16 + 64;

/// What became of the rows of a partition, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Rows of each side.
    pub rows: [u64; 2],
    /// Pairs of identical rows.
    pub identical: u64,
    /// Changed rows.
    pub changed: u64,
    /// Rows on one side only.
    pub only: [u64; 2],
    /// Duplicate keys whose rows are still to be paired.
    pub groups: u64,
    /// Rows of these.
    pub group_rows: u64,
    /// Keys with more than one row.
    pub duplicate_keys: [u64; 2],
    /// Rows of these.
    pub duplicate_rows: [u64; 2],
    /// Rows with a null in the key.
    pub null_keys: [u64; 2],
    /// Rows that are not there at all, because a filter did not keep them.
    pub dropped: [u64; 2],
    /// Keys with too many rows for the exact pairing.
    pub large_groups: u64,
}

impl Summary {
    /// Adds another partition's.
    pub fn add(&mut self, other: &Summary) {
        self.identical += other.identical;
        self.changed += other.changed;
        self.groups += other.groups;
        self.group_rows += other.group_rows;
        self.large_groups += other.large_groups;
        for side in 0..2 {
            self.rows[side] += other.rows[side];
            self.only[side] += other.only[side];
            self.duplicate_keys[side] += other.duplicate_keys[side];
            self.duplicate_rows[side] += other.duplicate_rows[side];
            self.null_keys[side] += other.null_keys[side];
            self.dropped[side] += other.dropped[side];
        }
    }

    /// The block for the driver.
    pub fn block(&self) -> Result<Vec<u8>, ParityError> {
        let mut block = block::begin(DRIVER, 0);
        wire::put(&mut block, self)?;
        Ok(block)
    }

    /// The summary in a block.
    pub fn of(block: &[u8]) -> Result<Summary, ParityError> {
        wire::get(&mut block::payload(block)?)
    }
}

/// Which rows of a partition it happened to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Changed rows, each with its place among the pairs of its key.
    pub changed: Vec<(Changed, u32)>,
    /// Rows on one side only.
    pub only: [Vec<Location>; 2],
    /// Duplicate keys whose rows are still to be paired.
    pub groups: Vec<Group>,
    /// Duplicate keys.
    pub duplicates: [Vec<DuplicateKey>; 2],
    /// What all of these rows are known by, of sides whose row numbers do not hold.
    pub marks: [Vec<(Location, Mark)>; 2],
}

impl Outcome {
    /// The block that stays with the partition.
    pub fn block(&self, partition: u32) -> Result<Vec<u8>, ParityError> {
        let mut block = block::begin(partition, 0);
        wire::put(&mut block, self)?;
        Ok(block)
    }

    /// The outcome in a block; `None` for a block that is the driver's.
    pub fn of(block: &[u8]) -> Result<Option<Outcome>, ParityError> {
        if block::target(block)? == DRIVER {
            return Ok(None);
        }
        Ok(Some(wire::get(&mut block::payload(block)?)?))
    }
}

/// Matches the rows of a partition.
pub struct Match {
    plan: RunPlan,
    args: TaskArgs,
    arrived: Arrived,
    null_keys: [u64; 2],
    dropped: [u64; 2],
    rows: u64,
    done: bool,
}

impl Match {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8]) -> Result<Self, ParityError> {
        Ok(Match {
            plan: RunPlan::from_bytes(plan)?,
            args: TaskArgs::read(args)?,
            arrived: Arrived::default(),
            null_keys: [0; 2],
            dropped: [0; 2],
            rows: 0,
            done: false,
        })
    }

    /// What rows are known by, of a side whose row numbers do not hold.
    fn marks(&self, side: Side, rows: impl Iterator<Item = Location>) -> Vec<(Location, Mark)> {
        if self.plan.side(side).rows_hold {
            return Vec::new();
        }
        let wanted: HashSet<Location> = rows.collect();
        let rows = self.arrived.rows(side);
        let mut marks: Vec<(Location, Mark)> = rows
            .filter(|(location, ..)| wanted.contains(location))
            .map(|(location, key, digest)| (location, Mark { key, digest }))
            .collect();
        marks.sort_unstable();
        marks
    }
}

impl Step for Match {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let mut payload = block::payload(block)?;
        let counted = match payload.first() {
            Some(&NULL_KEYS) => Some(&mut self.null_keys),
            Some(&DROPPED) => Some(&mut self.dropped),
            _ => None,
        };
        if let Some(counted) = counted {
            payload = &payload[1..];
            let (side, rows): (Side, u64) = wire::get(&mut payload)?;
            counted[side.index()] += rows;
            return Ok(());
        }
        let entries = BlockView::of(payload).map_err(|e| ParityError::internal(e.to_string()))?;
        self.rows += entries.count as u64;
        self.arrived.add(entries);
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        budget::ensure_rows(self.rows as usize, MATCH_BYTES)?;
        let keyed = self.plan.plan.keys.is_some();
        let options = MatchOptions {
            list_duplicates: keyed,
            respelled: keyed && self.plan.plan.values.iter().any(LeafPair::respelled),
        };
        let mut matched = self.arrived.matched(options);
        if !keyed {
            // Rows that occur more than once in a multiset are no duplicate keys.
            matched.duplicate_keys = [0; 2];
        }
        let group_rows = |side| matched.groups.iter().map(|g| g.asked(side).count()).sum::<usize>();
        let group_rows = group_rows(Side::Left) + group_rows(Side::Right);
        let duplicates = std::mem::take(&mut matched.duplicates);
        let summary = Summary {
            rows: matched.rows,
            identical: matched.identical,
            changed: matched.changed.len() as u64,
            only: [matched.only[0].len() as u64, matched.only[1].len() as u64],
            groups: matched.groups.len() as u64,
            group_rows: group_rows as u64,
            duplicate_keys: matched.duplicate_keys,
            duplicate_rows: [0, 1].map(|side: usize| duplicates[side].iter().map(|d| d.rows).sum()),
            null_keys: self.null_keys,
            dropped: self.dropped,
            large_groups: 0,
        };
        let marks = [Side::Left, Side::Right].map(|side| {
            let changed = matched.changed.iter().map(|row| match side {
                Side::Left => row.left,
                Side::Right => row.right,
            });
            let members = matched.groups.iter().flat_map(|group| group.asked(side));
            let only = matched.only[side.index()].iter().copied();
            let listed = duplicates[side.index()].iter().map(|duplicate| duplicate.location);
            let members = members.map(|member| member.location);
            self.marks(side, changed.chain(only).chain(members).chain(listed))
        });
        // The outcome is about to be written; the entries go first.
        self.arrived = Arrived::default();
        let outcome = Outcome {
            marks,
            changed: matched.changed.into_iter().map(|row| (row, 0)).collect(),
            only: matched.only,
            groups: matched.groups,
            duplicates,
        };
        Ok(Some(vec![summary.block()?, outcome.block(self.args.partition()?)?]))
    }

    fn rows(&self) -> u64 {
        self.rows
    }
}
