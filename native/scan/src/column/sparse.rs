//! Some rows of a column chunk, taken straight from its pages.
//!
//! A general decoder turns every value before a wanted one into an array first. For one row in a hundred that costs as
//! much as reading the column, so the common encodings are read by position here: a definition level tells the place of
//! a value among the values that are not null, plain values of fixed width are found by multiplication, dictionary
//! indices by their bit offset; only plain byte strings have to be walked, length by length. Pages without a wanted row
//! are skipped unread.
//!
//! Flat columns with plain and dictionary pages are read this way. [`read`] returns `None` for everything else, and the
//! caller uses the general decoder. All positions come from bytes that may be damaged, so every access is checked.

use arrow::array::{
    ArrayRef, BinaryViewBuilder, FixedSizeBinaryBuilder, Float32Builder, Float64Builder, Int32Builder, Int64Builder,
};
use bytes::Bytes;
use parquet::basic::{Encoding, Type as Physical};
use parquet::column::page::{Page, PageReader};
use parquet::data_type::Int96;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use std::sync::Arc;

/// Whether pages of this encoding, or levels, are read here.
#[expect(
    deprecated,
    reason = "many writers list BIT_PACKED for the repetition levels that a flat column does not have"
)]
fn is_common(encoding: Encoding) -> bool {
    matches!(
        encoding,
        Encoding::PLAIN | Encoding::RLE | Encoding::BIT_PACKED | Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY
    )
}

/// Values of the rows `wanted` (ascending row numbers of the row group), or of the first of them, which come to
/// `most_bytes`; `None` when the chunk is not of the common kind.
pub fn read(
    pages: &mut dyn PageReader,
    chunk: &ColumnChunkMetaData,
    wanted: &[u32],
    most_bytes: u64,
) -> Result<Option<ArrayRef>> {
    let column = chunk.column_descr();
    let is_flat = column.max_rep_level() == 0 && column.max_def_level() <= 1;
    if !is_flat || column.physical_type() == Physical::BOOLEAN || !chunk.encodings().all(is_common) {
        return Ok(None);
    }
    let mut values = Taken {
        values: Values::new(column.physical_type(), column.type_length(), wanted.len()),
        bytes_left: most_bytes,
    };
    let mut dictionary: Option<Dictionary> = None;
    let mut rest = wanted;
    let mut first_row = 0u32;
    while !rest.is_empty() && !values.is_enough() {
        let Some(next) = pages.peek_next_page()? else {
            return Err(damaged("its pages end before its rows"));
        };
        if next.is_dict {
            let Some(Page::DictionaryPage {
                buf,
                num_values,
                encoding,
                ..
            }) = pages.get_next_page()?
            else {
                return Err(damaged("expected a dictionary page and found another kind of page"));
            };
            if !matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
                return Ok(None);
            }
            dictionary = Some(Dictionary::new(buf, num_values as usize, &values.values)?);
            continue;
        }
        // For a flat column there is one level a row.
        let Some(rows) = next.num_rows.or(next.num_levels) else {
            return Ok(None);
        };
        let end = first_row.saturating_add(u32::try_from(rows).map_err(|_| damaged("a page has too many rows"))?);
        let (here, later) = rest.split_at(rest.partition_point(|&row| row < end));
        if here.is_empty() {
            pages.skip_next_page()?;
        } else {
            let Some(page) = pages.get_next_page()? else {
                return Err(damaged("a page is missing"));
            };
            let Some(page) = DataPage::new(page, column.max_def_level() > 0)? else {
                return Ok(None);
            };
            if page.rows != rows {
                return Err(damaged("a page holds other rows than its header says"));
            }
            if !page.take(here, first_row, dictionary.as_ref(), &mut values)? {
                return Ok(None);
            }
        }
        rest = later;
        first_row = end;
    }
    Ok(Some(values.values.finish()))
}

fn damaged(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

/// The parts of a data page.
struct DataPage {
    rows: usize,
    encoding: Encoding,
    /// Definition levels, one bit a row; `None` when the column has no nulls.
    levels: Option<Bytes>,
    values: Bytes,
}

impl DataPage {
    fn new(page: Page, has_levels: bool) -> Result<Option<Self>> {
        Ok(match page {
            Page::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding,
                ..
            } => {
                let (levels, values) = if !has_levels {
                    (None, buf)
                } else if def_level_encoding == Encoding::RLE {
                    let length = u32_at(&buf, 0)? as usize;
                    let end = length.checked_add(4).filter(|&end| end <= buf.len());
                    let end = end.ok_or_else(|| damaged("definition levels end beyond their page"))?;
                    (Some(buf.slice(4..end)), buf.slice(end..))
                } else {
                    return Ok(None);
                };
                Some(DataPage {
                    rows: num_values as usize,
                    encoding,
                    levels,
                    values,
                })
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let start = rep_levels_byte_len as usize;
                let end = start + def_levels_byte_len as usize;
                if end > buf.len() {
                    return Err(damaged("definition levels end beyond their page"));
                }
                let levels = (has_levels && end > start).then(|| buf.slice(start..end));
                Some(DataPage {
                    rows: num_values as usize,
                    encoding,
                    levels,
                    values: buf.slice(end..),
                })
            }
            Page::DictionaryPage { .. } => return Err(damaged("a second dictionary page")),
        })
    }

    /// Takes the wanted rows, or the first of them; `false` when the page is not of the common kind.
    fn take(&self, wanted: &[u32], first_row: u32, dictionary: Option<&Dictionary>, out: &mut Taken) -> Result<bool> {
        // Where each wanted value stands among the page's values that are not null.
        let places = match &self.levels {
            None => wanted.iter().map(|row| Some(row - first_row)).collect(),
            Some(levels) => places(levels, wanted, first_row)?,
        };
        match self.encoding {
            Encoding::PLAIN => out.take_plain(&self.values, &places)?,
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => {
                let Some(dictionary) = dictionary else {
                    return Err(damaged("a dictionary page is missing"));
                };
                let width = *self.values.first().unwrap_or(&0);
                if width > 32 {
                    return Err(damaged("dictionary indices of more than 32 bits"));
                }
                let mut indices = Runs::new(self.values.get(1..).unwrap_or(&[]), u32::from(width));
                for place in places {
                    if out.is_enough() {
                        break;
                    }
                    match place {
                        None => out.values.push_null(),
                        Some(place) => out.push(dictionary.value(indices.seek(place)? as usize)?)?,
                    }
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// For each wanted row, how many rows before it are not null; `None` where it is null itself. Goes by runs: a column
/// with a few nulls in random places has thousands of short ones in a page.
fn places(levels: &[u8], wanted: &[u32], first_row: u32) -> Result<Vec<Option<u32>>> {
    let mut runs = Runs::new(levels, 1);
    let mut before = 0u32;
    let mut places = Vec::with_capacity(wanted.len());
    let mut rest = wanted;
    while !rest.is_empty() {
        runs.next_run()?;
        // Most runs hold a wanted row or none: counting beats a search.
        let here = rest.iter().take_while(|&&row| row - first_row < runs.end).count();
        let (now, later) = rest.split_at(here);
        match runs.run {
            Run::Repeated(value) if value & 1 == 1 => {
                places.extend(now.iter().map(|&row| Some(before + (row - first_row - runs.start))));
                before += runs.end - runs.start;
            }
            Run::Repeated(_) => places.extend(now.iter().map(|_| None)),
            Run::Packed(bits) => {
                let mut counted = 0;
                let mut ones = 0;
                for &row in now {
                    let at = (row - first_row - runs.start) as usize;
                    let byte = *bits
                        .get(at / 8)
                        .ok_or_else(|| damaged("definition levels end before their rows"))?;
                    ones += count_ones(bits, counted, at);
                    counted = at;
                    places.push((byte >> (at % 8) & 1 == 1).then_some(before + ones));
                }
                before += ones + count_ones(bits, counted, bits.len() * 8);
            }
        }
        rest = later;
    }
    Ok(places)
}

/// Run-length and bit-packed values, read by ascending position.
struct Runs<'a> {
    rest: &'a [u8],
    width: u32,
    /// Positions of the run at hand.
    start: u32,
    end: u32,
    run: Run<'a>,
}

#[derive(Clone, Copy)]
enum Run<'a> {
    Repeated(u32),
    Packed(&'a [u8]),
}

impl<'a> Runs<'a> {
    fn new(bytes: &'a [u8], width: u32) -> Self {
        Runs {
            rest: bytes,
            width,
            start: 0,
            end: 0,
            run: Run::Repeated(0),
        }
    }

    /// The value at a position not before the run at hand.
    #[inline]
    fn seek(&mut self, position: u32) -> Result<u32> {
        while position >= self.end {
            self.next_run()?;
        }
        match self.run {
            Run::Repeated(value) => Ok(value),
            Run::Packed(bytes) => {
                let bit = u64::from(position - self.start) * u64::from(self.width);
                let (at, shift) = ((bit / 8) as usize, bit % 8);
                let ended = || damaged("a run ends beyond its page");
                let word = match bytes.get(at..).ok_or_else(ended)? {
                    [a, b, c, d, e, f, g, h, ..] => u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]),
                    tail => tail.iter().rev().fold(0u64, |word, &byte| word << 8 | u64::from(byte)),
                };
                if bit + u64::from(self.width) > bytes.len() as u64 * 8 {
                    return Err(ended());
                }
                let mask = (1u64 << self.width) - 1;
                Ok((word >> shift & mask) as u32)
            }
        }
    }

    #[inline]
    fn next_run(&mut self) -> Result<()> {
        let header = self.varint()?;
        let ended = || damaged("a run ends beyond its page");
        self.start = self.end;
        let (count, run) = if header & 1 == 0 {
            let bytes = self.width.div_ceil(8) as usize;
            let value = self.rest.get(..bytes).ok_or_else(ended)?;
            let value = value
                .iter()
                .rev()
                .fold(0u32, |value, &byte| value << 8 | u32::from(byte));
            self.rest = &self.rest[bytes..];
            (header >> 1, Run::Repeated(value))
        } else {
            let groups = header >> 1;
            // A writer may cut the padding of the last group.
            let bytes = usize::try_from(groups * u64::from(self.width))
                .map_err(|_| ended())?
                .min(self.rest.len());
            let (packed, rest) = self.rest.split_at(bytes);
            self.rest = rest;
            (groups * 8, Run::Packed(packed))
        };
        if count == 0 {
            return Err(damaged("an empty run"));
        }
        self.end = u32::try_from(u64::from(self.start) + count).map_err(|_| ended())?;
        self.run = run;
        Ok(())
    }

    fn varint(&mut self) -> Result<u64> {
        // Nearly all runs are short.
        if let [byte @ 0..0x80, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(u64::from(*byte));
        }
        let mut value = 0u64;
        for (i, &byte) in self.rest.iter().take(5).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte & 0x80 == 0 {
                self.rest = &self.rest[i + 1..];
                return Ok(value);
            }
        }
        Err(damaged("its runs end before its rows"))
    }
}

/// Ones among the bits `from..to`; bits beyond the bytes are zero.
fn count_ones(bytes: &[u8], from: usize, to: usize) -> u32 {
    let to = to.min(bytes.len() * 8);
    if from >= to {
        return 0;
    }
    let (first, last) = (from / 8, (to - 1) / 8);
    let head = 0xffu8 << (from % 8);
    let tail = 0xffu8 >> (7 - (to - 1) % 8);
    if first == last {
        return (bytes[first] & head & tail).count_ones();
    }
    let between = &bytes[first + 1..last];
    let (words, odd) = between.split_at(between.len() / 8 * 8);
    let words = words
        .chunks_exact(8)
        .map(|w| w.iter().rev().fold(0u64, |v, &b| v << 8 | u64::from(b)).count_ones());
    (bytes[first] & head).count_ones()
        + words.sum::<u32>()
        + odd.iter().map(|b| b.count_ones()).sum::<u32>()
        + (bytes[last] & tail).count_ones()
}

/// The values of a dictionary page.
struct Dictionary {
    bytes: Bytes,
    /// Where values begin and end.
    places: Places,
}

enum Places {
    /// Every value has this many bytes.
    Fixed(usize, usize),
    /// Start and end of each value.
    Varying(Vec<(u32, u32)>),
}

impl Dictionary {
    fn new(bytes: Bytes, count: usize, values: &Values) -> Result<Self> {
        let places = match values.width() {
            Some(width) => Places::Fixed(width, count),
            None => {
                let mut walk = Walk { bytes: &bytes, at: 0 };
                let mut places = Vec::with_capacity(count.min(bytes.len()));
                for _ in 0..count {
                    let (start, end) = walk.next()?;
                    places.push((start as u32, end as u32));
                }
                Places::Varying(places)
            }
        };
        Ok(Dictionary { bytes, places })
    }

    fn value(&self, index: usize) -> Result<&[u8]> {
        let range = match &self.places {
            Places::Fixed(width, count) => (index < *count).then(|| index * width..(index + 1) * width),
            Places::Varying(places) => places.get(index).map(|&(start, end)| start as usize..end as usize),
        };
        range
            .and_then(|range| self.bytes.get(range))
            .ok_or_else(|| damaged("an index beyond its dictionary"))
    }
}

/// Byte strings one after the other, each behind its length.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    #[inline]
    fn next(&mut self) -> Result<(usize, usize)> {
        let start = self.at + 4;
        let end = start.saturating_add(u32_at(self.bytes, self.at)? as usize);
        if end > self.bytes.len() {
            return Err(damaged("a value ends beyond its page"));
        }
        self.at = end;
        Ok((start, end))
    }
}

#[inline]
fn u32_at(bytes: &[u8], at: usize) -> Result<u32> {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
    word.map(|word| u32::from_le_bytes(*word))
        .ok_or_else(|| damaged("a length ends beyond its page"))
}

/// What has been taken so far, and how much more may be.
struct Taken {
    values: Values,
    bytes_left: u64,
}

impl Taken {
    fn is_enough(&self) -> bool {
        self.bytes_left == 0
    }

    #[inline]
    fn push(&mut self, value: &[u8]) -> Result<()> {
        self.bytes_left = self.bytes_left.saturating_sub(value.len() as u64);
        self.values.push(value)
    }

    fn take_plain(&mut self, bytes: &[u8], places: &[Option<u32>]) -> Result<()> {
        let width = self.values.width();
        let mut walk = Walk { bytes, at: 0 };
        let mut walked = 0u32;
        for place in places {
            if self.is_enough() {
                break;
            }
            let Some(place) = *place else {
                self.values.push_null();
                continue;
            };
            let value = match width {
                Some(width) => {
                    let start = place as usize * width;
                    bytes
                        .get(start..start + width)
                        .ok_or_else(|| damaged("a value ends beyond its page"))?
                }
                None => {
                    while walked < place {
                        walk.next()?;
                        walked += 1;
                    }
                    let (start, end) = walk.next()?;
                    walked += 1;
                    &bytes[start..end]
                }
            };
            self.push(value)?;
        }
        Ok(())
    }
}

/// Values by their physical type.
enum Values {
    Int32(Int32Builder),
    Int64(Int64Builder),
    Int96(Int64Builder),
    Float(Float32Builder),
    Double(Float64Builder),
    Fixed(FixedSizeBinaryBuilder, usize),
    Bytes(BinaryViewBuilder),
}

impl Values {
    fn new(physical: Physical, length: i32, rows: usize) -> Self {
        match physical {
            Physical::INT32 | Physical::BOOLEAN => Values::Int32(Int32Builder::with_capacity(rows)),
            Physical::INT64 => Values::Int64(Int64Builder::with_capacity(rows)),
            Physical::INT96 => Values::Int96(Int64Builder::with_capacity(rows)),
            Physical::FLOAT => Values::Float(Float32Builder::with_capacity(rows)),
            Physical::DOUBLE => Values::Double(Float64Builder::with_capacity(rows)),
            Physical::FIXED_LEN_BYTE_ARRAY => {
                let length = length.max(0);
                Values::Fixed(FixedSizeBinaryBuilder::with_capacity(rows, length), length as usize)
            }
            Physical::BYTE_ARRAY => Values::Bytes(BinaryViewBuilder::with_capacity(rows)),
        }
    }

    /// Bytes of every value; `None` where each has its own length.
    fn width(&self) -> Option<usize> {
        match self {
            Values::Int32(_) | Values::Float(_) => Some(4),
            Values::Int64(_) | Values::Double(_) => Some(8),
            Values::Int96(_) => Some(12),
            Values::Fixed(_, width) => Some(*width),
            Values::Bytes(_) => None,
        }
    }

    #[inline]
    fn push(&mut self, value: &[u8]) -> Result<()> {
        let short = || damaged("a value of the wrong length");
        let four = || value.first_chunk::<4>().copied().ok_or_else(short);
        let eight = || value.first_chunk::<8>().copied().ok_or_else(short);
        match self {
            Values::Int32(out) => out.append_value(i32::from_le_bytes(four()?)),
            Values::Int64(out) => out.append_value(i64::from_le_bytes(eight()?)),
            Values::Int96(out) => {
                let word = |at: usize| u32_at(value, at);
                let mut day_and_nanos = Int96::new();
                day_and_nanos.set_data(word(0)?, word(4)?, word(8)?);
                out.append_value(day_and_nanos.to_micros());
            }
            Values::Float(out) => out.append_value(f32::from_le_bytes(four()?)),
            Values::Double(out) => out.append_value(f64::from_le_bytes(eight()?)),
            Values::Fixed(out, _) => out.append_value(value).map_err(|_| short())?,
            Values::Bytes(out) => out.append_value(value),
        }
        Ok(())
    }

    fn push_null(&mut self) {
        match self {
            Values::Int32(out) => out.append_null(),
            Values::Int64(out) | Values::Int96(out) => out.append_null(),
            Values::Float(out) => out.append_null(),
            Values::Double(out) => out.append_null(),
            Values::Fixed(out, _) => out.append_null(),
            Values::Bytes(out) => out.append_null(),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Values::Int32(mut out) => Arc::new(out.finish()),
            Values::Int64(mut out) | Values::Int96(mut out) => Arc::new(out.finish()),
            Values::Float(mut out) => Arc::new(out.finish()),
            Values::Double(mut out) => Arc::new(out.finish()),
            Values::Fixed(mut out, _) => Arc::new(out.finish()),
            Values::Bytes(mut out) => Arc::new(out.finish()),
        }
    }
}
