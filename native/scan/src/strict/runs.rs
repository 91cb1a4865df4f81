//! Runs of levels and dictionary indices: repeated values, and values packed by their bits in groups of eight.
//!
//! They are checked run by run. What is in a run of packed values is looked at only where a value could be too large.

use super::thrift::damaged;
use parquet::errors::Result;

/// Levels, counted without being decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    /// How many are equal to the one that was asked for.
    pub(super) equal: usize,
    /// The first of all.
    pub(super) first: u32,
    /// Bytes behind the last one.
    pub(super) rest: usize,
}

/// Bits of numbers up to `largest`.
pub(super) fn width_of(largest: u32) -> u32 {
    u32::BITS - largest.leading_zeros()
}

/// Checks that the bytes begin with `count` values up to `largest`, of `width` bits, and counts those equal to
/// `wanted`. Without `wanted`, packed values are not looked at: whoever decodes them must compare them with `largest`.
pub(super) fn count(bytes: &[u8], width: u32, count: usize, largest: u32, wanted: Option<u32>) -> Result<Counted> {
    let mut counted = Counted::default();
    let mut runs = Runs { rest: bytes, width };
    let mut seen = 0;
    while seen < count {
        let run = runs.next(count - seen)?;
        if seen == 0 {
            counted.first = run.first(width);
        }
        counted.equal += run.count(width, largest, wanted)?;
        seen += run.len;
    }
    counted.rest = runs.rest.len();
    Ok(counted)
}

/// Checks the same of levels that are packed without runs, as old writers did.
pub(super) fn count_packed(bytes: &[u8], width: u32, count: usize, largest: u32, wanted: u32) -> Result<Counted> {
    let run = Run {
        len: count,
        content: Content::Packed(bytes),
    };
    Ok(Counted {
        equal: run.count(width, largest, Some(wanted))?,
        first: run.first(width),
        rest: 0,
    })
}

struct Runs<'a> {
    rest: &'a [u8],
    width: u32,
}

struct Run<'a> {
    /// Its values, without padding.
    len: usize,
    content: Content<'a>,
}

enum Content<'a> {
    Repeated(u32),
    Packed(&'a [u8]),
}

impl<'a> Runs<'a> {
    /// The next run, of at most `left` values.
    fn next(&mut self, left: usize) -> Result<Run<'a>> {
        let header = self.varint()?;
        let count = usize::try_from(header >> 1).unwrap_or(usize::MAX);
        if header & 1 == 0 {
            let bytes = self.take(self.width.div_ceil(8) as usize)?;
            let value = bytes
                .iter()
                .rev()
                .fold(0u32, |value, &byte| value << 8 | u32::from(byte));
            if count == 0 || count > left {
                return Err(damaged("a run is empty, or longer than its page"));
            }
            return Ok(Run {
                len: count,
                content: Content::Repeated(value),
            });
        }
        // The padding fills up the last group; DuckDB fills up 32 groups.
        let is_filled_up =
            |padded: usize, group: usize| padded.is_multiple_of(group) && padded < left.saturating_add(group);
        let padded = count.checked_mul(8);
        let padded = padded.filter(|&padded| padded > 0 && (is_filled_up(padded, 8) || is_filled_up(padded, 256)));
        let padded = padded.ok_or_else(|| damaged("a run is empty, or longer than its page"))?;
        let len = padded.min(left);
        let whole_bytes = count.saturating_mul(self.width as usize);
        // Some writers cut the padding of the last group.
        let needed_bytes = match is_filled_up(padded, 8) {
            true => len.saturating_mul(self.width as usize).div_ceil(8),
            false => whole_bytes,
        };
        let bytes = self.take(whole_bytes.min(self.rest.len()).max(needed_bytes))?;
        Ok(Run {
            len,
            content: Content::Packed(bytes),
        })
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let split = self.rest.split_at_checked(count);
        let (taken, rest) =
            split.ok_or_else(|| damaged("levels or indices end before the last value of their page"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64> {
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(damaged("a run is longer than any page"))
    }
}

impl Run<'_> {
    fn first(&self, width: u32) -> u32 {
        match self.content {
            Content::Repeated(value) => value,
            Content::Packed(bytes) => first_bits(bytes) as u32 & mask(width),
        }
    }

    /// How many of its values are `wanted`; none is above `largest`.
    fn count(&self, width: u32, largest: u32, wanted: Option<u32>) -> Result<usize> {
        let too_large = || damaged("a level or an index is above the largest one that there is");
        match self.content {
            Content::Repeated(value) if value > largest => Err(too_large()),
            Content::Repeated(value) => Ok(if wanted == Some(value) { self.len } else { 0 }),
            Content::Packed(bytes) => {
                let Some(wanted) = wanted else { return Ok(0) };
                if width == 1 && largest == 1 {
                    let ones = ones(bytes, self.len);
                    return Ok(if wanted == 1 { ones } else { self.len - ones });
                }
                let (mut equal, mut highest, mut left) = (0, 0, self.len);
                // Eight values have as many bytes as one has bits.
                for group in bytes.chunks(width.max(1) as usize) {
                    let mut values = [0u32; 8];
                    unpack(group, width, &mut values);
                    let values = &values[..left.min(8)];
                    left -= values.len();
                    for &value in values {
                        equal += usize::from(value == wanted);
                        highest = highest.max(value);
                    }
                }
                // Values of no bits have no bytes either.
                equal += if wanted == 0 { left } else { 0 };
                if highest > largest { Err(too_large()) } else { Ok(equal) }
            }
        }
    }
}

fn mask(width: u32) -> u32 {
    ((1u64 << width) - 1) as u32
}

/// The first bits of the bytes, at most 64.
fn first_bits(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// Eight values of `width` bits; the bytes of the last ones may be missing.
pub(super) fn unpack(group: &[u8], width: u32, values: &mut [u32; 8]) {
    for (number, value) in values.iter_mut().enumerate() {
        let bit = number * width as usize;
        let word = first_bits(group.get(bit / 8..).unwrap_or(&[]));
        *value = (word >> (bit % 8)) as u32 & mask(width);
    }
}

/// Ones among the first `count` bits.
fn ones(bytes: &[u8], count: usize) -> usize {
    let (whole, rest) = bytes.split_at((count / 8).min(bytes.len()));
    let (words, odd) = whole.as_chunks::<8>();
    let words: u32 = words.iter().map(|word| u64::from_le_bytes(*word).count_ones()).sum();
    let odd: u32 = odd.iter().map(|byte| byte.count_ones()).sum();
    let last = rest.first().map_or(0, |byte| byte & ((1u16 << (count % 8)) - 1) as u8);
    (words + odd + last.count_ones()) as usize
}
