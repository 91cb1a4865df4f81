//! The values of a page: that their bytes are as many values as the page's levels tell, no more and no fewer.
//!
//! Where the lengths tell it, they are all that is looked at: fixed widths, runs, blocks of deltas. Only byte strings
//! are walked one by one. What the values are is not checked here: any bytes are a value of some type.

use super::runs::{self, width_of};
use super::thrift::damaged;
use parquet::basic::{Encoding, Type as Physical};
use parquet::errors::Result;

/// Values of which each takes memory before any is read, however few bytes they have: up to here they may.
const UNBOUNDED_VALUES: usize = 1 << 23;

/// How a column's values are stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Their physical type.
    pub(super) physical: Physical,
    /// Their length, of the fixed type that has one.
    pub(super) type_length: i32,
}

impl Shape {
    /// Bytes of each value; `None` where each has its own length or there is a bit for each.
    fn width(self) -> Option<usize> {
        match self.physical {
            Physical::BOOLEAN | Physical::BYTE_ARRAY => None,
            Physical::INT32 | Physical::FLOAT => Some(4),
            Physical::INT64 | Physical::DOUBLE => Some(8),
            Physical::INT96 => Some(12),
            Physical::FIXED_LEN_BYTE_ARRAY => usize::try_from(self.type_length).ok(),
        }
    }
}

/// Checks that the bytes are `count` values. `dictionary` is the number of values in the chunk's dictionary.
pub(super) fn check(
    shape: Shape,
    encoding: Encoding,
    bytes: &[u8],
    count: usize,
    dictionary: Option<u32>,
) -> Result<()> {
    if count == 0 && bytes.is_empty() {
        return Ok(());
    }
    match (encoding, shape.physical) {
        (Encoding::PLAIN, _) => check_plain(shape, bytes, count),
        (Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY, physical) if physical != Physical::BOOLEAN => {
            let dictionary = dictionary.ok_or_else(|| damaged("a dictionary page is missing"))?;
            check_indices(bytes, count, dictionary)
        }
        (Encoding::RLE, Physical::BOOLEAN) => {
            let rest = bytes.split_first_chunk::<4>();
            let (len_bytes, runs) = rest.ok_or_else(|| damaged("a page of truth values has no length"))?;
            if u32::from_le_bytes(*len_bytes) as usize != runs.len() {
                return Err(damaged("truth values have another length than their page"));
            }
            nothing_left(runs::count(runs, 1, count, 1, None)?).map(drop)
        }
        (Encoding::DELTA_BINARY_PACKED, Physical::INT32) => ends_with(bytes, walk_deltas(bytes, count, 32, None)?),
        (Encoding::DELTA_BINARY_PACKED, Physical::INT64) => ends_with(bytes, walk_deltas(bytes, count, 64, None)?),
        (Encoding::DELTA_LENGTH_BYTE_ARRAY, Physical::BYTE_ARRAY) => check_delta_lengths(bytes, count),
        (Encoding::DELTA_BYTE_ARRAY, Physical::BYTE_ARRAY) => check_prefixed(bytes, count, None),
        (Encoding::DELTA_BYTE_ARRAY, Physical::FIXED_LEN_BYTE_ARRAY) => check_prefixed(bytes, count, shape.width()),
        (
            Encoding::BYTE_STREAM_SPLIT,
            Physical::INT32 | Physical::INT64 | Physical::FLOAT | Physical::DOUBLE | Physical::FIXED_LEN_BYTE_ARRAY,
        ) => check_plain(shape, bytes, count),
        _ => Err(damaged(&format!(
            "{} values cannot be encoded as {encoding}",
            shape.physical
        ))),
    }
}

/// Checks the values of a dictionary page.
pub(super) fn check_dictionary(shape: Shape, bytes: &[u8], count: usize) -> Result<()> {
    if shape.physical == Physical::BOOLEAN {
        return Err(damaged("truth values cannot have a dictionary"));
    }
    check_plain(shape, bytes, count)
}

fn check_plain(shape: Shape, bytes: &[u8], count: usize) -> Result<()> {
    let expected = match (shape.width(), shape.physical) {
        (Some(width), _) => count.checked_mul(width),
        (None, Physical::BOOLEAN) => Some(count.div_ceil(8)),
        (None, _) => return check_strings(bytes, count),
    };
    match expected.filter(|&end| end <= bytes.len()) {
        Some(end) => ends_with(bytes, end),
        None => Err(damaged(&format!("{count} values do not have {} bytes", bytes.len()))),
    }
}

/// Byte strings, each behind its length.
fn check_strings(bytes: &[u8], count: usize) -> Result<()> {
    let mut rest = bytes;
    for _ in 0..count {
        let value = rest.split_first_chunk::<4>().and_then(|(len_bytes, value)| {
            let len_bytes = u32::from_le_bytes(*len_bytes) as usize;
            value.get(len_bytes..)
        });
        rest = value.ok_or_else(|| damaged("a value ends beyond its page"))?;
    }
    ends_with(bytes, bytes.len() - rest.len())
}

/// What fastparquet writes behind the values of each page.
const PADDING: [u8; 8] = [0; 8];

fn ends_with(bytes: &[u8], end: usize) -> Result<()> {
    if bytes.get(end..).is_some_and(|rest| rest.is_empty() || rest == PADDING) {
        Ok(())
    } else {
        Err(damaged("a page goes on after its last value"))
    }
}

fn nothing_left(counted: runs::Counted) -> Result<runs::Counted> {
    if counted.rest == 0 {
        Ok(counted)
    } else {
        Err(damaged(
            "levels or truth values go on after the last value of their page",
        ))
    }
}

/// Indices into a dictionary. Whoever decodes packed ones compares them with the dictionary's size; repeated ones are
/// compared here.
fn check_indices(bytes: &[u8], count: usize, dictionary: u32) -> Result<()> {
    let (&width, runs) = bytes
        .split_first()
        .ok_or_else(|| damaged("dictionary indices have no width"))?;
    if width > 32 {
        return Err(damaged("dictionary indices of more than 32 bits"));
    }
    if count > 0 && dictionary == 0 {
        return Err(damaged("an index into an empty dictionary"));
    }
    if count == 0 {
        return Ok(());
    }
    let counted = runs::count(runs, u32::from(width), count, dictionary - 1, None)?;
    ends_with(bytes, bytes.len() - counted.rest)
}

/// Takes each value of a walk.
type Each<'a> = &'a mut dyn FnMut(i64) -> Result<()>;

/// Walks over `count` deltas of numbers of `bits` bits, and gives each number to `each`: where their bytes end.
fn walk_deltas(bytes: &[u8], count: usize, bits: u32, mut each: Option<Each<'_>>) -> Result<usize> {
    let mut at = 0;
    let wrong = || damaged("the head of a block of deltas is wrong");
    let block = usize::try_from(varint(bytes, &mut at)?).map_err(|_| wrong())?;
    let minis = usize::try_from(varint(bytes, &mut at)?).map_err(|_| wrong())?;
    let total = varint(bytes, &mut at)?;
    let mut value = zigzag(varint(bytes, &mut at)?);
    if block == 0
        || !block.is_multiple_of(128)
        || minis == 0
        || !block.is_multiple_of(minis)
        || !(block / minis).is_multiple_of(32)
    {
        return Err(wrong());
    }
    if total != count as u64 {
        return Err(damaged(&format!("{total} deltas for {count} values")));
    }
    let mini = block / minis;
    let mut left = count;
    let narrow = |value: i64| if bits == 32 { i64::from(value as i32) } else { value };
    if let Some(each) = each.as_mut().filter(|_| left > 0) {
        each(narrow(value))?;
    }
    left = left.saturating_sub(1);
    while left > 0 {
        let least = zigzag(varint(bytes, &mut at)?);
        let ended = || damaged("a block of deltas ends beyond its page");
        let widths = bytes.get(at..).and_then(|rest| rest.get(..minis)).ok_or_else(ended)?;
        at += minis;
        for &width in widths {
            if left == 0 {
                // What has no values has no bytes either, whatever its width.
                break;
            }
            if u32::from(width) > bits {
                return Err(damaged("a delta has more bits than its type"));
            }
            let len_bytes = (mini / 8).checked_mul(usize::from(width)).ok_or_else(ended)?;
            let packed = bytes
                .get(at..)
                .and_then(|rest| rest.get(..len_bytes))
                .ok_or_else(ended)?;
            at += len_bytes;
            let here = mini.min(left);
            if let Some(each) = each.as_mut() {
                for number in 0..here {
                    let delta = bits_at(packed, number * usize::from(width), u32::from(width));
                    value = value.wrapping_add(least).wrapping_add(delta.cast_signed());
                    each(narrow(value))?;
                }
            }
            left -= here;
        }
    }
    Ok(at)
}

/// `width` bits from bit number `bit` on.
fn bits_at(bytes: &[u8], bit: usize, width: u32) -> u64 {
    if width == 0 {
        return 0;
    }
    let mut word = [0; 16];
    let from = &bytes[bit / 8..];
    let here = from.len().min(16);
    word[..here].copy_from_slice(&from[..here]);
    (u128::from_le_bytes(word) >> (bit % 8)) as u64 & (u64::MAX >> (64 - width))
}

fn varint(bytes: &[u8], at: &mut usize) -> Result<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at).ok_or_else(|| damaged("a page ends before its values"))?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(damaged("a number of a page has too many bytes"))
}

fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

/// The decoder takes memory for all lengths of a page at once.
fn check_count_of_lengths(bytes: &[u8], count: usize) -> Result<()> {
    if count > UNBOUNDED_VALUES && count / 16 > bytes.len() {
        return Err(damaged(&format!(
            "{count} byte strings cannot be in {} bytes",
            bytes.len()
        )));
    }
    Ok(())
}

/// Adds a length, which must not be negative.
fn add_length(total: &mut usize, length: i64) -> Result<usize> {
    let length = usize::try_from(length).map_err(|_| damaged("a byte string of negative length"))?;
    *total = total.saturating_add(length);
    Ok(length)
}

fn check_delta_lengths(bytes: &[u8], count: usize) -> Result<()> {
    check_count_of_lengths(bytes, count)?;
    let mut total = 0;
    let end = walk_deltas(
        bytes,
        count,
        32,
        Some(&mut |length| add_length(&mut total, length).map(drop)),
    )?;
    ends_with(bytes, end.saturating_add(total))
}

/// Byte strings, each as how much of the one before it begins with and what follows; of `width` bytes, if that is
/// fixed.
fn check_prefixed(bytes: &[u8], count: usize, width: Option<usize>) -> Result<()> {
    check_count_of_lengths(bytes, count)?;
    let mut prefixes = Vec::with_capacity(count);
    let mut ignored = 0;
    let suffixes = walk_deltas(
        bytes,
        count,
        32,
        Some(&mut |prefix| {
            prefixes.push(add_length(&mut ignored, prefix)?);
            Ok(())
        }),
    )?;
    let (mut total, mut before, mut number) = (0, 0usize, 0);
    let mut each = |suffix: i64| {
        let prefix = prefixes[number];
        if prefix > before {
            return Err(damaged(
                "a byte string begins with more of the one before it than there is",
            ));
        }
        before = prefix.saturating_add(add_length(&mut total, suffix)?);
        number += 1;
        match width {
            Some(width) if width != before => Err(damaged("a value of the wrong length")),
            _ => Ok(()),
        }
    };
    let end = walk_deltas(&bytes[suffixes..], count, 32, Some(&mut each))?;
    ends_with(bytes, (suffixes + end).saturating_add(total))
}

/// Levels of one kind in a page: their bytes, and how they are encoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Levels<'a> {
    /// Their bytes.
    pub(super) bytes: &'a [u8],
    /// Whether they come in runs.
    pub(super) in_runs: bool,
    /// How many.
    pub(super) count: usize,
    /// The largest there is.
    pub(super) largest: u32,
}

impl Levels<'_> {
    /// Checks them, and counts those equal to `wanted`.
    pub(super) fn count(&self, wanted: u32) -> Result<runs::Counted> {
        let width = width_of(self.largest);
        if self.in_runs {
            nothing_left(runs::count(self.bytes, width, self.count, self.largest, Some(wanted))?)
        } else {
            runs::count_packed(self.bytes, width, self.count, self.largest, wanted)
        }
    }
}
