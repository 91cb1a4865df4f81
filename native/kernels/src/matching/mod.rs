//! Match: the entries of both sides of one partition become outcomes.
//!
//! All rows of a key are in one partition. Under each key, rows with equal digests pair first, as multisets; they are
//! identical. What is left decides:
//!
//! - rows on one side only: they exist on that side only;
//! - one row on each side: a changed row. Its tags tell the column groups in which the two differ;
//! - more than that: a [`Group`], whose rows are paired by their values later; so are rows of which it is not yet said
//!   which of several equal ones are left.
//!
//! Entries are taken in a fixed order (key hash, side, digest, split, row), so the outcome does not depend on the order
//! in which blocks arrive.
//!
//! Without keys the caller puts the digest of the whole row where the key hash stands and leaves the digest zero: all
//! rows of a "key" are then equal and the same code yields `EXCEPT ALL` in both directions.

pub mod assign;
pub mod pairing;

use crate::digest::GROUPS;
use crate::digest::entry::{Block, Entry};
use crate::digest::hash::Hash128;
use crate::domain::Side;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Where a row is: split number within its side, row number within the split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Split number.
    pub split: u32,
    /// Row number.
    pub row: u32,
}

/// Bit `g` says that column group `g` differs.
pub type GroupMask = u8;

/// All column groups.
pub const ALL_GROUPS: GroupMask = (1 << GROUPS) - 1;

/// Two rows of equal key that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The left row.
    pub left: Location,
    /// The right row.
    pub right: Location,
    /// Groups whose tags differ. Two groups with equal tags may still differ, seldom: [`Changed::delta`] tells.
    pub groups: GroupMask,
    /// Left digest minus right digest: what the differing cells must add up to.
    pub delta: Hash128,
}

/// A row of a [`Group`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Where the row is.
    pub location: Location,
    /// Its digest.
    pub digest: Hash128,
    /// Its tags.
    pub tags: [u16; GROUPS],
}

/// Rows of one key that are not identical to a row of the other side, to be paired by their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Rows of the left side.
    pub left: Vec<Member>,
    /// Rows of the right side.
    pub right: Vec<Member>,
    /// For each side, rows that are paired as identical with the same digest as a row above, where equal rows may be
    /// spelled differently ([`MatchOptions::respelled`]): of all of these the last ones in sort order belong above.
    pub equals: [Vec<Member>; 2],
}

impl Group {
    /// The rows of a side that are left.
    pub fn side(&self, side: Side) -> &[Member] {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// All rows of a side whose values are asked for: those that are left, then those that equal one of them.
    pub fn asked(&self, side: Side) -> impl Iterator<Item = &Member> + Clone {
        self.side(side).iter().chain(&self.equals[side.index()])
    }
}

/// A key with more than one row on a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateKey {
    /// One of its rows.
    pub location: Location,
    /// How many there are.
    pub rows: u64,
}

/// The outcome of one partition, or of several merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows of each side.
    pub rows: [u64; 2],
    /// Pairs of identical rows.
    pub identical: u64,
    /// Rows on one side only, for each side. Group rows are not among them yet.
    pub only: [Vec<Location>; 2],
    /// Changed rows. Pairs from groups are not among them yet.
    pub changed: Vec<Changed>,
    /// Duplicate keys to be paired by value.
    pub groups: Vec<Group>,
    /// Keys with more than one row, for each side.
    pub duplicate_keys: [u64; 2],
    /// Those keys themselves, when asked for.
    pub duplicates: [Vec<DuplicateKey>; 2],
}

impl Outcome {
    /// Adds the outcome of another partition.
    pub fn merge(&mut self, mut other: Outcome) {
        self.identical += other.identical;
        self.changed.append(&mut other.changed);
        self.groups.append(&mut other.groups);
        for side in 0..2 {
            self.rows[side] += other.rows[side];
            self.duplicate_keys[side] += other.duplicate_keys[side];
            self.only[side].append(&mut other.only[side]);
            self.duplicates[side].append(&mut other.duplicates[side]);
        }
    }
}

/// How to match.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatchOptions {
    /// Keep the duplicate keys themselves.
    pub list_duplicates: bool,
    /// Rows that are equal may be spelled differently, such as `04` and `4` where text meets a number; then it is not
    /// their places that decide which of them are left over.
    pub respelled: bool,
}

/// An entry of a run. The digest stands here once more: a key may have millions of rows, which are sorted by it, and
/// entries lie apart.
struct Row<'a> {
    digest: Hash128,
    entry: &'a Entry,
    split: u32,
    side: Side,
}

impl Row<'_> {
    /// The order within a key.
    fn cmp_in_key(&self, other: &Self) -> Ordering {
        (self.side, self.digest)
            .cmp(&(other.side, other.digest))
            .then_with(|| (self.split, self.entry.row).cmp(&(other.split, other.entry.row)))
    }

    fn location(&self) -> Location {
        Location {
            split: self.split,
            row: self.entry.row,
        }
    }

    fn member(&self) -> Member {
        Member {
            location: self.location(),
            digest: self.digest,
            tags: self.entry.tags,
        }
    }
}

/// Matches all entries of one partition.
///
/// ```
/// use parity_kernels::digest::entry::{Block, Entry};
/// use parity_kernels::digest::hash::Hash128;
/// use parity_kernels::domain::Side;
/// use parity_kernels::matching::{MatchOptions, match_blocks};
///
/// // Key 1 is the same on both sides, key 2 has changed in column group 3, key 4 is on the left only.
/// let entry = |row: u32, key: u64, value: u64| {
///     let hash = |number| Hash128 { lo: number, hi: number };
///     Entry { key: hash(key), digest: hash(value), tags: [0, 0, 0, value as u16, 0, 0], row }
/// };
/// let left = vec![entry(0, 1, 10), entry(1, 2, 20), entry(2, 4, 40)];
/// let right = vec![entry(0, 2, 21), entry(1, 1, 10)];
/// let blocks = [(Side::Left, left), (Side::Right, right)];
/// let blocks = blocks.map(|(side, entries)| Block { side, split: 0, entries });
///
/// let outcome = match_blocks(&blocks, MatchOptions::default());
/// assert_eq!(outcome.identical, 1);
/// assert_eq!((outcome.changed[0].left.row, outcome.changed[0].right.row), (1, 0));
/// assert_eq!(outcome.changed[0].groups, 1 << 3);
/// assert_eq!(outcome.only[Side::Left.index()][0].row, 2);
/// ```
pub fn match_blocks(blocks: &[Block], options: MatchOptions) -> Outcome {
    let mut handles = Vec::with_capacity(blocks.iter().map(|b| b.entries.len()).sum());
    for (number, block) in blocks.iter().enumerate() {
        handles.extend(handles_of(number, block));
    }
    match_handles(handles, blocks, options)
}

/// The entries of one partition, block by block as they come.
///
/// What entries are sorted by is taken from them when they are added, while they are in the processor's cache. Afterwards
/// a partition's entries have gone from it.
#[derive(Debug, Default)]
pub struct Arrived {
    blocks: Vec<Block>,
    handles: Vec<Handle>,
}

impl Arrived {
    /// Adds a block.
    pub fn add(&mut self, block: Block) {
        self.handles.extend(handles_of(self.blocks.len(), &block));
        self.blocks.push(block);
    }

    /// The blocks so far.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Matches them all, as [`match_blocks`] does.
    pub fn matched(&mut self, options: MatchOptions) -> Outcome {
        match_handles(std::mem::take(&mut self.handles), &self.blocks, options)
    }
}

/// Half of an entry's key hash, the number of its block, and its place there. Sorting 16 bytes beats sorting entries; nearly
/// all ties in 64 bits of the key hash are the two rows of a key.
type Handle = (u64, u32, u32);

fn handles_of(number: usize, block: &Block) -> impl Iterator<Item = Handle> + '_ {
    let entries = block.entries.iter().enumerate();
    entries.map(move |(i, entry)| (entry.key.hi, number as u32, i as u32))
}

fn match_handles(mut handles: Vec<Handle>, blocks: &[Block], options: MatchOptions) -> Outcome {
    handles.sort_unstable_by_key(|h| h.0);
    let mut outcome = Outcome::default();
    let mut rows: Vec<Row<'_>> = Vec::new();
    for run in handles.chunk_by(|a, b| a.0 == b.0) {
        rows.clear();
        rows.extend(run.iter().map(|&(_, number, i)| {
            let block = &blocks[number as usize];
            let entry = &block.entries[i as usize];
            Row {
                digest: entry.digest,
                entry,
                split: block.split,
                side: block.side,
            }
        }));
        if rows.iter().any(|row| row.entry.key != rows[0].entry.key) {
            rows.sort_unstable_by(|a, b| a.entry.key.cmp(&b.entry.key).then_with(|| a.cmp_in_key(b)));
        } else {
            rows.sort_unstable_by(Row::cmp_in_key);
        }
        for key in rows.chunk_by(|a, b| a.entry.key == b.entry.key) {
            match_key(key, options, &mut outcome);
        }
    }
    outcome
}

/// Matches the rows of one key, left rows first, each side by digest.
fn match_key(rows: &[Row<'_>], options: MatchOptions, outcome: &mut Outcome) {
    let (left, right) = rows.split_at(rows.partition_point(|r| r.side == Side::Left));
    for (side, rows) in [left, right].into_iter().enumerate() {
        outcome.rows[side] += rows.len() as u64;
        if rows.len() > 1 {
            outcome.duplicate_keys[side] += 1;
            if options.list_duplicates {
                // The first row in the data, not the first by digest: the order of digests is another in each run.
                let first = rows.iter().map(Row::location).min();
                outcome.duplicates[side].extend(first.map(|location| DuplicateKey {
                    location,
                    rows: rows.len() as u64,
                }));
            }
        }
    }
    match (left, right) {
        ([l], [r]) => {
            if l.digest == r.digest {
                outcome.identical += 1;
            } else {
                outcome.changed.push(changed(&l.member(), &r.member()));
            }
        }
        (rest, []) => outcome.only[0].extend(rest.iter().map(Row::location)),
        ([], rest) => outcome.only[1].extend(rest.iter().map(Row::location)),
        _ => match_duplicates(left, right, options, outcome),
    }
}

fn match_duplicates(left: &[Row<'_>], right: &[Row<'_>], options: MatchOptions, outcome: &mut Outcome) {
    let mut group = Group::default();
    let (mut left, mut right) = (left, right);
    while let Some(digest) = [left.first(), right.first()]
        .into_iter()
        .flatten()
        .map(|row| row.digest)
        .min()
    {
        let [l, r] = [&mut left, &mut right].map(|rest| {
            let (equal, others) = rest.split_at(rest.partition_point(|row| row.digest == digest));
            *rest = others;
            equal
        });
        let same = l.len().min(r.len());
        outcome.identical += same as u64;
        group.left.extend(l[same..].iter().map(Row::member));
        group.right.extend(r[same..].iter().map(Row::member));
        if options.respelled {
            for (equals, rows) in group
                .equals
                .iter_mut()
                .zip([l, r])
                .filter(|(_, rows)| rows.len() > same)
            {
                equals.extend(rows[..same].iter().map(Row::member));
            }
        }
    }
    if group.equals.iter().any(|equals| !equals.is_empty()) {
        return outcome.groups.push(group);
    }
    match (&group.left[..], &group.right[..]) {
        (rest, []) => outcome.only[0].extend(rest.iter().map(|m| m.location)),
        ([], rest) => outcome.only[1].extend(rest.iter().map(|m| m.location)),
        ([l], [r]) => outcome.changed.push(changed(l, r)),
        _ => outcome.groups.push(group),
    }
}

/// The changed row that two members make.
pub fn changed(left: &Member, right: &Member) -> Changed {
    let groups = (0..GROUPS)
        .filter(|&g| left.tags[g] != right.tags[g])
        .fold(0, |mask, g| mask | 1 << g);
    Changed {
        left: left.location,
        right: right.location,
        groups,
        delta: left.digest.minus(right.digest),
    }
}

#[cfg(test)]
#[path = "matching_tests.rs"]
mod tests;
