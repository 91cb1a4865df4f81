//! What leaves a scan for every row: an [`Entry`] of 48 bytes, in [`Block`]s.
//!
//! A block holds entries of one split of one side for one match partition. Its bytes are the same on every platform:
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 4 | magic `SPEB` |
//! | 4 | 2 | version, little endian: [`VERSION`] |
//! | 6 | 1 | side: 0 left, 1 right |
//! | 7 | 1 | column groups: [`GROUPS`] |
//! | 8 | 4 | split number, little endian |
//! | 12 | 4 | number of entries, little endian |
//! | 16 | 48 × entries | the entries |
//!
//! | offset in an entry | bytes | field, little endian |
//! |---|---|---|
//! | 0 | 16 | key hash: first half, second half |
//! | 16 | 16 | row digest: first half, second half |
//! | 32 | 12 | six tags of 16 bits, one for each column group |
//! | 44 | 4 | row number in the split |

use crate::digest::GROUPS;
use crate::digest::hash::Hash128;
use crate::domain::Side;
use thiserror::Error;

/// Version of the layout and of the hashes in it.
pub const VERSION: u16 = 2;
const MAGIC: [u8; 4] = *b"SPEB";
const HEADER_BYTES: usize = 16;
/// Bytes of one entry.
pub const ENTRY_BYTES: usize = 48;

/// One row: who it is, what it holds, where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Hash of the key.
    pub key: Hash128,
    /// Sum of the hashes of all compared cells.
    pub digest: Hash128,
    /// Short sums, one for each column group.
    pub tags: [u16; GROUPS],
    /// Row number in the split.
    pub row: u32,
}

const _: () = assert!(size_of::<Entry>() == ENTRY_BYTES);

/// The match partition of a key hash among `partitions`: an even cut of the range of its second half.
#[inline]
pub fn partition_of(key: Hash128, partitions: usize) -> usize {
    ((u128::from(key.hi) * partitions as u128) >> 64) as usize
}

/// Entries of one split of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Side of the rows.
    pub side: Side,
    /// Number of the split among the splits of its side.
    pub split: u32,
    /// The rows, in file order.
    pub entries: Vec<Entry>,
}

/// Bytes that are not a block of this version.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BlockError {
    /// The header is not one of ours.
    #[error("not an entry block of version {VERSION}")]
    Header,
    /// The header promises another length.
    #[error("an entry block of {expected} bytes came with {found}")]
    Length {
        /// Bytes by the header.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
}

impl Block {
    /// The block's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.append_to(&mut out);
        out
    }

    /// Appends the block's bytes.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        out.reserve_exact(HEADER_BYTES + self.entries.len() * ENTRY_BYTES);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.push(self.side.index() as u8);
        out.push(GROUPS as u8);
        out.extend_from_slice(&self.split.to_le_bytes());
        out.extend_from_slice(&(self.entries.len() as u32).to_le_bytes());
        for entry in &self.entries {
            for half in [entry.key.lo, entry.key.hi, entry.digest.lo, entry.digest.hi] {
                out.extend_from_slice(&half.to_le_bytes());
            }
            for tag in entry.tags {
                out.extend_from_slice(&tag.to_le_bytes());
            }
            out.extend_from_slice(&entry.row.to_le_bytes());
        }
    }

    /// Reads a block back.
    pub fn from_bytes(bytes: &[u8]) -> Result<Block, BlockError> {
        let header = bytes.get(..HEADER_BYTES).ok_or(BlockError::Header)?;
        let side = match header[6] {
            0 => Side::Left,
            1 => Side::Right,
            _ => return Err(BlockError::Header),
        };
        if header[..4] != MAGIC || u16_at(header, 4) != VERSION || usize::from(header[7]) != GROUPS {
            return Err(BlockError::Header);
        }
        let count = u32_at(header, 12) as usize;
        let expected = HEADER_BYTES + count * ENTRY_BYTES;
        if bytes.len() != expected {
            return Err(BlockError::Length {
                expected,
                found: bytes.len(),
            });
        }
        let entries = bytes[HEADER_BYTES..]
            .chunks_exact(ENTRY_BYTES)
            .map(entry_from)
            .collect();
        Ok(Block {
            side,
            split: u32_at(header, 8),
            entries,
        })
    }
}

fn entry_from(bytes: &[u8]) -> Entry {
    Entry {
        key: Hash128 {
            lo: u64_at(bytes, 0),
            hi: u64_at(bytes, 8),
        },
        digest: Hash128 {
            lo: u64_at(bytes, 16),
            hi: u64_at(bytes, 24),
        },
        tags: std::array::from_fn(|g| u16_at(bytes, 32 + 2 * g)),
        row: u32_at(bytes, 44),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> Block {
        let hash = |n: u64| Hash128 {
            lo: n.wrapping_mul(0x0123_4567_89ab_cdef),
            hi: !n,
        };
        let entries = (0..3u64)
            .map(|n| Entry {
                key: hash(n),
                digest: hash(n + 7),
                tags: [n as u16, 1, 2, 3, 4, 0xffff],
                row: n as u32,
            })
            .collect();
        Block {
            side: Side::Right,
            split: 70_000,
            entries,
        }
    }

    #[test]
    fn a_block_survives_its_bytes() {
        let bytes = block().to_bytes();
        assert_eq!(bytes.len(), 16 + 3 * 48);
        assert_eq!(Block::from_bytes(&bytes), Ok(block()));
    }

    #[test]
    fn the_layout_is_frozen() {
        let bytes = block().to_bytes();
        assert_eq!(
            bytes[..16],
            [b'S', b'P', b'E', b'B', 2, 0, 1, 6, 0x70, 0x11, 1, 0, 3, 0, 0, 0]
        );
        let second = &bytes[16 + 48..16 + 96];
        assert_eq!(second[..8], 0x0123_4567_89ab_cdefu64.to_le_bytes());
        assert_eq!(second[32..48], [1, 0, 1, 0, 2, 0, 3, 0, 4, 0, 255, 255, 1, 0, 0, 0]);
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = block().to_bytes();
        assert_eq!(Block::from_bytes(&bytes[..10]), Err(BlockError::Header));
        assert!(matches!(
            Block::from_bytes(&bytes[..100]),
            Err(BlockError::Length { .. })
        ));
        for at in [0, 4, 6, 7] {
            let mut other = bytes.clone();
            other[at] ^= 0x40;
            assert_eq!(Block::from_bytes(&other), Err(BlockError::Header), "byte {at}");
        }
    }

    #[test]
    fn partitions_cut_the_range_evenly() {
        let at = |hi| partition_of(Hash128 { lo: 0, hi }, 7);
        assert_eq!((at(0), at(u64::MAX)), (0, 6));
        assert_eq!(at(u64::MAX / 2), 3);
    }
}
