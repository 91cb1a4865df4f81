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
//! Keys are taken in an order that their hashes and number decide, and rows of a key by side, digest, split and row, so
//! the outcome does not depend on the order in which blocks arrive.
//!
//! Without keys the caller puts the digest of the whole row where the key hash stands and leaves the digest zero: all
//! rows of a "key" are then equal and the same code yields `EXCEPT ALL` in both directions.

pub mod assign;
pub mod pairing;

use crate::digest::GROUPS;
use crate::digest::entry::BlockView;
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

/// What is known of a row while it is matched.
#[derive(Debug)]
struct Record {
    key: Hash128,
    digest: Hash128,
    /// Number of its block among those that arrived.
    block: u32,
    /// Its place there.
    place: u32,
}

/// What is left of a block: what few rows are asked for.
#[derive(Debug)]
struct Kept {
    side: Side,
    split: u32,
    rows: Vec<(u32, [u16; GROUPS])>,
}

/// A record and where its row is.
#[derive(Clone, Copy)]
struct Row<'a> {
    record: &'a Record,
    kept: &'a Kept,
}

impl Row<'_> {
    fn key(&self) -> Hash128 {
        self.record.key
    }

    fn digest(&self) -> Hash128 {
        self.record.digest
    }

    fn side(&self) -> Side {
        self.kept.side
    }

    /// The order of rows.
    fn cmp(&self, other: &Self) -> Ordering {
        (self.key(), self.side(), self.digest())
            .cmp(&(other.key(), other.side(), other.digest()))
            .then_with(|| self.location().cmp(&other.location()))
    }

    fn row(&self) -> (u32, [u16; GROUPS]) {
        self.kept.rows[self.record.place as usize]
    }

    fn location(&self) -> Location {
        Location {
            split: self.kept.split,
            row: self.row().0,
        }
    }

    fn member(&self) -> Member {
        Member {
            location: self.location(),
            digest: self.digest(),
            tags: self.row().1,
        }
    }
}

/// Into how many parts the entries of a partition go when they arrive, by bits of the key hash. One is then small enough
/// for the processor's cache.
const PARTS: usize = 32;

/// The entries of one partition, block by block as they come.
///
/// ```
/// use parity_kernels::digest::entry::{BlockView, Entries, Entry, LEAD_BYTES, Shape};
/// use parity_kernels::digest::hash::Hash128;
/// use parity_kernels::domain::Side;
/// use parity_kernels::matching::{Arrived, MatchOptions};
///
/// // Key 1 is the same on both sides, key 2 has changed in column group 3, key 4 is on the left only.
/// let entry = |row: u32, key: u64, value: u64| {
///     let hash = |number| Hash128 { lo: number, hi: number };
///     Entry { key: hash(key), digest: hash(value), tags: [0, 0, 0, value as u16, 0, 0], row }
/// };
/// let left = vec![entry(0, 1, 10), entry(1, 2, 20), entry(2, 4, 40)];
/// let right = vec![entry(0, 2, 21), entry(1, 1, 10)];
///
/// let shape = Shape { is_keyed: true, is_word: false, groups: 6 };
/// let mut arrived = Arrived::default();
/// for (side, rows) in [(Side::Left, left), (Side::Right, right)] {
///     let mut entries = Entries::new(side, 0, shape, 1, rows.len());
///     rows.iter().for_each(|row| entries.push(row, false));
///     for (_, block) in entries.rest() {
///         arrived.add(BlockView::of(&block.into_bytes()[LEAD_BYTES..]).unwrap());
///     }
/// }
///
/// let outcome = arrived.matched(MatchOptions::default());
/// assert_eq!(outcome.identical, 1);
/// assert_eq!((outcome.changed[0].left.row, outcome.changed[0].right.row), (1, 0));
/// assert_eq!(outcome.changed[0].groups, 1 << 3);
/// assert_eq!(outcome.only[Side::Left.index()][0].row, 2);
/// ```
#[derive(Debug)]
pub struct Arrived {
    parts: [Vec<Record>; PARTS],
    kept: Vec<Kept>,
}

impl Default for Arrived {
    fn default() -> Self {
        Arrived {
            parts: std::array::from_fn(|_| Vec::new()),
            kept: Vec::new(),
        }
    }
}

impl Arrived {
    /// Adds a block.
    pub fn add(&mut self, block: BlockView<'_>) {
        let number = self.kept.len() as u32;
        let mut rows = Vec::with_capacity(block.count);
        block.each(|entry| {
            let place = rows.len() as u32;
            rows.push((entry.row, entry.tags));
            self.parts[entry.key.hi as usize % PARTS].push(Record {
                key: entry.key,
                digest: entry.digest,
                block: number,
                place,
            });
        });
        self.kept.push(Kept {
            side: block.side,
            split: block.split,
            rows,
        });
    }

    /// The rows of a side: where each is, its key hash and its digest.
    pub fn rows(&self, side: Side) -> impl Iterator<Item = (Location, Hash128, Hash128)> {
        let rows = self.parts.iter().flatten().map(|record| self.row(record));
        rows.filter(move |row| row.side() == side)
            .map(|row| (row.location(), row.key(), row.digest()))
    }

    fn row<'a>(&'a self, record: &'a Record) -> Row<'a> {
        Row {
            record,
            kept: &self.kept[record.block as usize],
        }
    }

    /// Matches them all.
    pub fn matched(&self, options: MatchOptions) -> Outcome {
        let mut outcome = Outcome::default();
        let (mut buckets, mut order) = (Vec::new(), Vec::new());
        let mut rows: Vec<Row<'_>> = Vec::new();
        for part in &self.parts {
            in_buckets(part, &mut buckets, &mut order);
            let mut from = 0;
            for &to in &buckets {
                match &order[std::mem::replace(&mut from, to)..to] {
                    [] => {}
                    // As a rule the two rows of one key.
                    &[one, other] if part[one].key == part[other].key => {
                        let (one, other) = (self.row(&part[one]), self.row(&part[other]));
                        let pair = if one.cmp(&other).is_le() {
                            [one, other]
                        } else {
                            [other, one]
                        };
                        match_key(&pair, options, &mut outcome);
                    }
                    several => {
                        rows.clear();
                        rows.extend(several.iter().map(|&i| self.row(&part[i])));
                        rows.sort_unstable_by(Row::cmp);
                        for key in rows.chunk_by(|a, b| a.key() == b.key()) {
                            match_key(key, options, &mut outcome);
                        }
                    }
                }
            }
        }
        outcome
    }
}

/// Numbers of the records, those of one bucket together, and where each bucket ends. There are about as many buckets as
/// records, and a key is in one of them.
fn in_buckets(records: &[Record], ends: &mut Vec<usize>, order: &mut Vec<usize>) {
    let count = records.len().next_power_of_two();
    let bucket = |record: &Record| (record.key.hi as usize / PARTS) & (count - 1);
    ends.clear();
    ends.resize(count, 0);
    for record in records {
        ends[bucket(record)] += 1;
    }
    let mut start = 0;
    for end in &mut *ends {
        start += std::mem::replace(end, start);
    }
    order.clear();
    order.resize(records.len(), 0);
    for (number, record) in records.iter().enumerate() {
        let end = &mut ends[bucket(record)];
        order[*end] = number;
        *end += 1;
    }
}

/// Matches the rows of one key, left rows first, each side by digest.
fn match_key(rows: &[Row<'_>], options: MatchOptions, outcome: &mut Outcome) {
    let (left, right) = rows.split_at(rows.partition_point(|r| r.side() == Side::Left));
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
            if l.digest() == r.digest() {
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
        .map(Row::digest)
        .min()
    {
        let [l, r] = [&mut left, &mut right].map(|rest| {
            let (equal, others) = rest.split_at(rest.partition_point(|row| row.digest() == digest));
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
