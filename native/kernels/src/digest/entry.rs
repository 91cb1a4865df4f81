//! What leaves a scan for every row: an [`Entry`], in [`Block`]s that are only as wide as the comparison needs.
//!
//! A block holds entries of one split of one side for one match partition. Its bytes are the same on every platform;
//! `docs/entry-blocks.md` tells them field by field. What all entries of a run have is its [`Shape`]:
//!
//! - without keys, the digest stands where the key hash does, and there is no other;
//! - a key that is one column of 64-bit words is told by one half of its hash, which says it exactly;
//! - there is a tag for each column group but the last, whose tag follows from the others and the digest.

use crate::digest::GROUPS;
use crate::digest::hash::Hash128;
use crate::domain::Side;
use thiserror::Error;

/// Version of the layout and of the hashes in it.
pub const VERSION: u16 = 4;
const MAGIC: [u8; 4] = *b"SPEB";
const HEADER_BYTES: usize = 16;
/// Bits of the byte that says what an entry has.
const HAS_LO: u8 = 1 << 3;
const HAS_DIGEST: u8 = 1 << 4;
const TAGS_MASK: u8 = 0b111;

/// One row: who it is, what it holds, where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Hash of the key. Of a word ([`Shape::is_word`]) the first half is 0.
    pub key: Hash128,
    /// Sum of the hashes of all compared cells.
    pub digest: Hash128,
    /// Short sums, one for each column group.
    pub tags: [u16; GROUPS],
    /// Row number in the split.
    pub row: u32,
}

/// What the entries of a run have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Whether there are keys.
    pub is_keyed: bool,
    /// Whether the key is one column all of whose values hash as 64-bit words: each half of such a hash is the value
    /// itself, permuted. Null is no word.
    pub is_word: bool,
    /// Column groups.
    pub groups: usize,
}

impl Shape {
    /// Tags in an entry: that of the last group is what the others leave of the digest.
    fn tags(self) -> usize {
        if self.is_keyed {
            self.groups.saturating_sub(1)
        } else {
            0
        }
    }

    /// Bytes of the hashes of an entry.
    fn hash_bytes(self) -> usize {
        8 * (1 + usize::from(!self.is_word) + 2 * usize::from(self.is_keyed))
    }

    /// Bytes of an entry, about: a row number takes one or two.
    pub fn entry_bytes(self) -> usize {
        self.hash_bytes() + 2 * self.tags() + 2
    }
}

/// The match partition of a key hash among `partitions`: an even cut of the range of its second half.
#[inline]
pub fn partition_of(key: Hash128, partitions: usize) -> usize {
    ((u128::from(key.hi) * partitions as u128) >> 64) as usize
}

/// Bytes before a block that are left for where it is sent.
pub const LEAD_BYTES: usize = 8;
/// Bytes of a block at most, as the allocator has them without a rest.
const BLOCK_BYTES: usize = 128 << 10;
/// Bytes of all blocks of a split that are being filled, about.
const OPEN_BYTES: usize = 16 << 20;
/// Rows of a block at least, where a split has so many.
const LEAST_ROWS: usize = 64;

/// The entries of a split, which become blocks for the match partitions.
#[derive(Debug)]
pub struct Entries {
    shape: Shape,
    /// Entries of a full block, and what its bytes come to about.
    block_rows: u32,
    block_bytes: usize,
    open: Vec<Block>,
    /// Those whose key is null, where the key is a word; empty until there is one.
    nulls: Vec<Block>,
    full: Vec<(usize, Block)>,
}

impl Entries {
    /// No entries yet, of `rows` or fewer.
    pub fn new(side: Side, split: u32, shape: Shape, partitions: usize, rows: usize) -> Self {
        let most_bytes = (OPEN_BYTES / partitions).min(BLOCK_BYTES);
        let most_rows = (most_bytes.saturating_sub(LEAD_BYTES + HEADER_BYTES) / shape.entry_bytes()).max(LEAST_ROWS);
        // A little more than the even share of a small split.
        let share = rows / partitions;
        let block_rows = most_rows.min(share + share / 8 + 16);
        let empty = || Block::empty(side, split, shape);
        Entries {
            shape,
            block_rows: block_rows as u32,
            block_bytes: LEAD_BYTES + HEADER_BYTES + block_rows * shape.entry_bytes(),
            open: (0..partitions).map(|_| empty()).collect(),
            nulls: Vec::new(),
            full: Vec::new(),
        }
    }

    /// Adds a row.
    #[inline]
    pub fn push(&mut self, entry: &Entry, is_null_key: bool) {
        let partition = partition_of(entry.key, self.open.len());
        let (block, bytes) = if is_null_key && self.shape.is_word {
            if self.nulls.is_empty() {
                self.begin_nulls();
            }
            // They are few as a rule, and take what they need.
            (&mut self.nulls[partition], 0)
        } else {
            (&mut self.open[partition], self.block_bytes)
        };
        if block.count == 0 {
            block.begin(bytes);
        }
        block.push(entry);
        if block.count >= self.block_rows {
            self.full.push((partition, block.take()));
        }
    }

    #[cold]
    fn begin_nulls(&mut self) {
        let shape = Shape {
            is_word: false,
            ..self.shape
        };
        let empty = |block: &Block| Block::empty(block.side, block.split, shape);
        self.nulls = self.open.iter().map(empty).collect();
    }

    /// The blocks that are full, each with its partition.
    pub fn full(&mut self) -> Vec<(usize, Block)> {
        std::mem::take(&mut self.full)
    }

    /// All blocks: no row is added any more.
    pub fn rest(&mut self) -> Vec<(usize, Block)> {
        let open = self.open.iter_mut().enumerate();
        let open = open.chain(self.nulls.iter_mut().enumerate());
        let open = open.filter(|(_, block)| block.count > 0);
        self.full
            .extend(open.map(|(partition, block)| (partition, block.take())));
        self.full()
    }
}

/// Entries of one split of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    side: Side,
    split: u32,
    shape: Shape,
    count: u32,
    /// The lead, the header and the hashes, in the end all of the block.
    bytes: Vec<u8>,
    tags: Vec<u8>,
    /// How far each row number is from the one before.
    steps: Vec<u8>,
    next_row: u32,
}

/// Bytes that are not a block of this version.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BlockError {
    /// The header is not one of ours.
    #[error("not an entry block of version {VERSION}")]
    Header,
    /// The header promises another length.
    #[error("an entry block of {entries} entries has {found} bytes")]
    Length {
        /// Entries by the header.
        entries: usize,
        /// Bytes there are.
        found: usize,
    },
}

impl Block {
    fn empty(side: Side, split: u32, shape: Shape) -> Self {
        Block {
            side,
            split,
            shape,
            count: 0,
            bytes: Vec::new(),
            tags: Vec::new(),
            steps: Vec::new(),
            next_row: 0,
        }
    }

    /// Begins a block with room for so many bytes.
    fn begin(&mut self, bytes: usize) {
        self.bytes = Vec::with_capacity(bytes);
        self.bytes.resize(LEAD_BYTES + HEADER_BYTES, 0);
        self.tags.clear();
        self.steps.clear();
        self.next_row = 0;
    }

    /// Adds a row.
    #[inline]
    fn push(&mut self, entry: &Entry) {
        let Entry { key, digest, .. } = entry;
        match (self.shape.is_word, self.shape.is_keyed) {
            (true, true) => self.hashed([key.hi, digest.lo, digest.hi]),
            (false, true) => self.hashed([key.hi, key.lo, digest.lo, digest.hi]),
            (true, false) => self.hashed([key.hi]),
            (false, false) => self.hashed([key.hi, key.lo]),
        }
        let tags = entry.tags.map(u16::to_le_bytes);
        // Each length by itself, so that it is a store and not a call.
        match self.shape.tags() {
            0 => {}
            1 => self.tags.extend_from_slice(tags[..1].as_flattened()),
            2 => self.tags.extend_from_slice(tags[..2].as_flattened()),
            3 => self.tags.extend_from_slice(tags[..3].as_flattened()),
            4 => self.tags.extend_from_slice(tags[..4].as_flattened()),
            _ => self.tags.extend_from_slice(tags[..5].as_flattened()),
        }
        let mut step = entry.row.wrapping_sub(self.next_row);
        while step >= 0x80 {
            self.steps.push(step as u8 | 0x80);
            step >>= 7;
        }
        self.steps.push(step as u8);
        self.next_row = entry.row.wrapping_add(1);
        self.count += 1;
    }

    #[inline]
    fn hashed<const N: usize>(&mut self, words: [u64; N]) {
        self.bytes.extend_from_slice(words.map(u64::to_le_bytes).as_flattened());
    }

    /// The block as it is, which leaves none.
    fn take(&mut self) -> Block {
        let mut bytes = std::mem::take(&mut self.bytes);
        let count = std::mem::take(&mut self.count);
        bytes.extend_from_slice(&self.tags);
        bytes.extend_from_slice(&self.steps);
        let has_lo = if self.shape.is_word { 0 } else { HAS_LO };
        let has_digest = if self.shape.is_keyed { HAS_DIGEST } else { 0 };
        let has = self.shape.tags() as u8 | has_lo | has_digest;
        let [version, split, count_bytes] = [u32::from(VERSION), self.split, count].map(u32::to_le_bytes);
        let header = &mut bytes[LEAD_BYTES..];
        header[..4].copy_from_slice(&MAGIC);
        header[4..6].copy_from_slice(&version[..2]);
        header[6..8].copy_from_slice(&[self.side.index() as u8, has]);
        header[8..12].copy_from_slice(&split);
        header[12..16].copy_from_slice(&count_bytes);
        // What few rows leave free would stay with the block.
        if bytes.len() < bytes.capacity() / 8 * 7 {
            bytes.shrink_to_fit();
        }
        Block {
            count,
            bytes,
            tags: Vec::new(),
            steps: Vec::new(),
            ..*self
        }
    }

    /// How many entries it has.
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// The block's bytes, after [`LEAD_BYTES`] that are its owner's.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The entries.
    pub fn entries(&self) -> Vec<Entry> {
        let Block { side, split, shape, .. } = *self;
        let (hashes, rest) = self.bytes[LEAD_BYTES + HEADER_BYTES..].split_at(self.count() * shape.hash_bytes());
        let (tags, steps) = rest.split_at(2 * self.count() * shape.tags());
        let view = BlockView {
            side,
            split,
            count: self.count(),
            shape,
            hashes,
            tags,
            steps,
        };
        view.entries()
    }
}

/// A block that is read.
#[derive(Clone, Copy, Debug)]
pub struct BlockView<'a> {
    /// Side of the rows.
    pub side: Side,
    /// Number of the split among the splits of its side.
    pub split: u32,
    /// How many entries there are.
    pub count: usize,
    shape: Shape,
    hashes: &'a [u8],
    tags: &'a [u8],
    steps: &'a [u8],
}

impl<'a> BlockView<'a> {
    /// The block that these bytes are.
    pub fn of(bytes: &'a [u8]) -> Result<Self, BlockError> {
        let (header, rest) = bytes.split_at_checked(HEADER_BYTES).ok_or(BlockError::Header)?;
        let side = match header[6] {
            0 => Side::Left,
            1 => Side::Right,
            _ => return Err(BlockError::Header),
        };
        let has = header[7];
        let shape = Shape {
            is_keyed: has & HAS_DIGEST != 0,
            is_word: has & HAS_LO == 0,
            groups: usize::from(has & TAGS_MASK) + 1,
        };
        let is_ours = header[..4] == MAGIC && header[4..6] == VERSION.to_le_bytes();
        if !is_ours || has >= 2 * HAS_DIGEST || shape.groups > GROUPS || shape.tags() != usize::from(has & TAGS_MASK) {
            return Err(BlockError::Header);
        }
        let count = u32_at(header, 12) as usize;
        let parts = rest.split_at_checked(count * shape.hash_bytes());
        let parts = parts.and_then(|(hashes, rest)| Some((hashes, rest.split_at_checked(2 * count * shape.tags())?)));
        match parts {
            Some((hashes, (tags, steps))) if Rows::of(steps).count() == count && is_ended(steps) => Ok(BlockView {
                side,
                split: u32_at(header, 8),
                count,
                shape,
                hashes,
                tags,
                steps,
            }),
            _ => Err(BlockError::Length {
                entries: count,
                found: bytes.len(),
            }),
        }
    }

    /// Calls `take` with each entry.
    #[inline]
    pub fn each(self, take: impl FnMut(Entry)) {
        // Each width by itself: its loop is then without branches.
        match (self.shape.is_word, self.shape.is_keyed) {
            (true, true) => self.each_of(take, |h: &[u8; 24]| (Hash128 { lo: 0, hi: word(h, 0) }, hash(h, 8))),
            (false, true) => self.each_of(take, |h: &[u8; 32]| (key(h), hash(h, 16))),
            (false, false) => self.each_of(take, |h: &[u8; 16]| (key(h), Hash128::default())),
            (true, false) => self.each_of(take, |h: &[u8; 8]| {
                (Hash128 { lo: 0, hi: word(h, 0) }, Hash128::default())
            }),
        }
    }

    #[inline]
    fn each_of<const BYTES: usize>(
        self,
        mut take: impl FnMut(Entry),
        hashes: impl Fn(&[u8; BYTES]) -> (Hash128, Hash128),
    ) {
        let count = self.shape.tags();
        let mut tags = self.tags.chunks_exact((2 * count).max(1));
        for (bytes, row) in self.hashes.as_chunks().0.iter().zip(Rows::of(self.steps)) {
            let (key, digest) = hashes(bytes);
            let mut entry = Entry {
                key,
                digest,
                tags: [0; GROUPS],
                row,
            };
            let bytes = tags.next().unwrap_or_default();
            let mut last = digest.hi as u16;
            for (tag, bytes) in entry.tags.iter_mut().zip(bytes.as_chunks().0) {
                *tag = u16::from_le_bytes(*bytes);
                last = last.wrapping_sub(*tag);
            }
            entry.tags[count] = last;
            take(entry);
        }
    }

    /// The entries.
    pub fn entries(self) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(self.count);
        self.each(|entry| entries.push(entry));
        entries
    }
}

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word))
}

#[inline(always)]
fn hash(bytes: &[u8], at: usize) -> Hash128 {
    Hash128 {
        lo: word(bytes, at),
        hi: word(bytes, at + 8),
    }
}

/// A key hash, of which the second half comes first.
#[inline(always)]
fn key(bytes: &[u8]) -> Hash128 {
    Hash128 {
        lo: word(bytes, 8),
        hi: word(bytes, 0),
    }
}

/// Row numbers, from how far each is from the one before: seven bits a byte, the lowest first, and one that says
/// whether another byte follows.
struct Rows<'a> {
    steps: &'a [u8],
    next_row: u32,
}

impl<'a> Rows<'a> {
    fn of(steps: &'a [u8]) -> Self {
        Rows { steps, next_row: 0 }
    }
}

impl Iterator for Rows<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let (mut step, mut shift) = (0u32, 0);
        loop {
            let (&byte, rest) = self.steps.split_first()?;
            self.steps = rest;
            step |= u32::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                break;
            }
            shift += 7;
        }
        let row = self.next_row.wrapping_add(step);
        self.next_row = row.wrapping_add(1);
        Some(row)
    }
}

fn is_ended(steps: &[u8]) -> bool {
    steps.last().is_none_or(|&last| last < 0x80)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |number| u32::from_le_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: [Shape; 5] = [
        Shape {
            is_keyed: true,
            is_word: false,
            groups: 6,
        },
        Shape {
            is_keyed: true,
            is_word: false,
            groups: 1,
        },
        Shape {
            is_keyed: true,
            is_word: true,
            groups: 4,
        },
        Shape {
            is_keyed: true,
            is_word: true,
            groups: 0,
        },
        Shape {
            is_keyed: false,
            is_word: false,
            groups: 6,
        },
    ];

    fn entry(n: u64, row: u32) -> Entry {
        let hash = |n: u64| Hash128 {
            lo: n.wrapping_mul(0x0123_4567_89ab_cdef),
            hi: !n,
        };
        Entry {
            key: hash(n),
            digest: hash(n + 7),
            tags: [n as u16, 1, 2, 3, 4, 0xffff],
            row,
        }
    }

    /// The entry as a block of this shape gives it back.
    fn held(shape: Shape, mut entry: Entry) -> Entry {
        if shape.is_word {
            entry.key.lo = 0;
        }
        if !shape.is_keyed {
            entry.digest = Hash128::default();
        }
        let (told, others) = entry.tags.split_at_mut(shape.tags());
        others.fill(0);
        let told = told.iter().fold(0u16, |sum, tag| sum.wrapping_add(*tag));
        others[0] = (entry.digest.hi as u16).wrapping_sub(told);
        entry
    }

    fn block(shape: Shape, rows: &[u32]) -> Vec<u8> {
        let mut block = Block::empty(Side::Right, 70_000, shape);
        block.begin(0);
        for (n, &row) in (0..).zip(rows) {
            block.push(&entry(n, row));
        }
        block.take().into_bytes().split_off(LEAD_BYTES)
    }

    #[test]
    fn a_block_survives_its_bytes() {
        // Also rows out of order, and as far apart as can be.
        let rows = [0, 1, 5, 133, 134, 20_000, 3, u32::MAX, 0, 1 << 31];
        for shape in SHAPES {
            let bytes = block(shape, &rows);
            let view = BlockView::of(&bytes).unwrap();
            assert_eq!((view.side, view.split, view.count), (Side::Right, 70_000, rows.len()));
            let expected: Vec<Entry> = (0..).zip(rows).map(|(n, row)| held(shape, entry(n, row))).collect();
            assert_eq!(view.entries(), expected, "{shape:?}");
        }
    }

    #[test]
    fn the_layout_is_frozen() {
        let [wide, untagged, word, bare, multiset] = SHAPES.map(|shape| block(shape, &[0, 1, 300]));
        assert_eq!(
            wide[..16],
            [b'S', b'P', b'E', b'B', 4, 0, 1, 0b11101, 0x70, 0x11, 1, 0, 3, 0, 0, 0]
        );
        assert_eq!(
            [untagged[7], word[7], bare[7], multiset[7]],
            [0b11000, 0b10011, 0b10000, 0b01000]
        );
        let second = &wide[16 + 32..16 + 64];
        assert_eq!(second[..8], (!1u64).to_le_bytes());
        assert_eq!(second[8..16], 0x0123_4567_89ab_cdefu64.to_le_bytes());
        assert_eq!(second[24..], (!8u64).to_le_bytes());
        let tags = &wide[16 + 3 * 32..];
        assert_eq!(tags[10..20], [1, 0, 1, 0, 2, 0, 3, 0, 4, 0]);
        // 298 rows lie between 1 and 300.
        assert_eq!(tags[30..], [0, 0, 0xaa, 2]);
        assert_eq!(word[16 + 24..16 + 32], (!1u64).to_le_bytes());
        assert_eq!(word[16 + 3 * 24..16 + 3 * 24 + 6], [0, 0, 1, 0, 2, 0]);
        assert_eq!(bare.len(), 16 + 3 * 24 + 4);
        assert_eq!(multiset[16..32], wide[16..32]);
        assert_eq!(multiset.len(), 16 + 3 * 16 + 4);
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = block(SHAPES[0], &[0, 1, 300]);
        let refusal = |bytes: &[u8]| BlockView::of(bytes).unwrap_err();
        assert_eq!(refusal(&bytes[..10]), BlockError::Header);
        for bytes in [&bytes[..100], &bytes[..bytes.len() - 1], &[&bytes[..], &[0]].concat()] {
            assert!(matches!(refusal(bytes), BlockError::Length { .. }));
        }
        // A row number of more than 32 bits.
        let mut long = bytes[..bytes.len() - 2].to_vec();
        long.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0]);
        assert!(matches!(refusal(&long), BlockError::Length { .. }));
        for at in [0, 4, 6, 7] {
            let mut other = bytes.clone();
            other[at] ^= 0x40;
            assert_eq!(refusal(&other), BlockError::Header, "byte {at}");
        }
    }

    #[test]
    fn null_keys_are_told_by_their_whole_hash() {
        let mut entries = Entries::new(Side::Left, 0, SHAPES[2], 3, 0);
        entries.push(&entry(1, 0), false);
        entries.push(&entry(1, 1), true);
        let blocks = entries.rest();
        let found: Vec<Entry> = blocks.iter().flat_map(|(_, block)| block.entries()).collect();
        assert_eq!(blocks.len(), 2);
        assert_eq!(found[0], held(SHAPES[2], entry(1, 0)));
        assert_eq!(found[1].key, entry(1, 1).key);
        assert_ne!(found[0].key, found[1].key);
        assert!(entries.rest().is_empty());
    }

    #[test]
    fn blocks_are_full_or_the_last_of_their_partition() {
        let rows = 20_000;
        for (shape, partitions) in [(SHAPES[0], 1), (SHAPES[2], 3), (SHAPES[4], 700)] {
            let mut entries = Entries::new(Side::Left, 0, shape, partitions, rows as usize);
            let mut blocks = Vec::new();
            for row in 0..rows {
                let mut entry = entry(u64::from(row), row);
                entry.key.hi = u64::from(row).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                entries.push(&entry, row % 50 == 0);
                blocks.extend(entries.full());
            }
            let full = blocks.len();
            blocks.extend(entries.rest());
            let mut found = Vec::new();
            for (number, (partition, block)) in blocks.iter().enumerate() {
                assert!(number >= full || block.count == entries.block_rows);
                assert!(block.bytes.len() <= BLOCK_BYTES);
                let of_block = block.entries();
                assert_eq!(of_block.len(), block.count());
                assert!(
                    of_block
                        .iter()
                        .all(|entry| partition_of(entry.key, partitions) == *partition)
                );
                found.extend(of_block.into_iter().map(|entry| entry.row));
            }
            found.sort_unstable();
            assert!(found.into_iter().eq(0..rows));
        }
    }

    #[test]
    fn partitions_cut_the_range_evenly() {
        let at = |hi| partition_of(Hash128 { lo: 0, hi }, 7);
        assert_eq!((at(0), at(u64::MAX)), (0, 6));
        assert_eq!(at(u64::MAX / 2), 3);
    }
}
