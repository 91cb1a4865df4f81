//! The header of a page.

use super::thrift::{Field, Reader, damaged, kind};
use parquet::basic::Encoding;
use parquet::errors::Result;

/// A page by its header.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageHeader {
    /// What the page is.
    pub(super) page: PageKind,
    /// Bytes of the page in the file, after the header.
    pub(super) compressed_bytes: usize,
    /// Bytes of the page in memory.
    pub(super) uncompressed_bytes: usize,
    /// Checksum of the page's bytes in the file.
    pub(super) crc: Option<u32>,
    /// Bytes of the header itself.
    pub(super) header_bytes: usize,
}

/// What a page is.
#[derive(Clone, Copy, Debug)]
pub(super) enum PageKind {
    /// Values, levels before them in the same compressed bytes.
    Data {
        values: u32,
        encoding: Encoding,
        def_encoding: Encoding,
        rep_encoding: Encoding,
    },
    /// Values, levels before them that are not compressed.
    DataV2 {
        values: u32,
        nulls: u32,
        rows: u32,
        encoding: Encoding,
        def_bytes: u32,
        rep_bytes: u32,
        is_compressed: bool,
    },
    /// The values that indices stand for.
    Dictionary {
        values: u32,
        encoding: Encoding,
        is_sorted: bool,
    },
    /// An index, which nobody writes or reads.
    Index,
}

impl PageHeader {
    /// Reads the header at the beginning of the bytes.
    pub(super) fn read(bytes: &[u8]) -> Result<PageHeader> {
        let mut reader = Reader::new(bytes);
        let (mut kind_number, mut uncompressed, mut compressed, mut crc) = (None, None, None, None);
        let (mut data, mut dictionary, mut data_v2) = (None, None, None);
        reader.fields(|reader, field| {
            match field.id {
                1 => kind_number = Some(reader.i32(field)?),
                2 => uncompressed = Some(reader.i32(field)?),
                3 => compressed = Some(reader.i32(field)?),
                4 => crc = Some(reader.i32(field)?.cast_unsigned()),
                5 => data = Some(read_data(reader, field)?),
                7 => dictionary = Some(read_dictionary(reader, field)?),
                8 => data_v2 = Some(read_data_v2(reader, field)?),
                _ => reader.skip(field)?,
            }
            Ok(())
        })?;
        let page = match kind_number {
            Some(0) => data,
            Some(1) => Some(PageKind::Index),
            Some(2) => dictionary,
            Some(3) => data_v2,
            _ => return Err(damaged("a page is of no known type")),
        };
        Ok(PageHeader {
            page: page.ok_or_else(|| damaged("a page header lacks the part that its type calls for"))?,
            compressed_bytes: size(compressed)?,
            uncompressed_bytes: size(uncompressed)?,
            crc,
            header_bytes: reader.position(),
        })
    }
}

fn size(number: Option<i32>) -> Result<usize> {
    number
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| damaged("a page header lacks a size, or has a negative one"))
}

fn count(number: Option<i32>) -> Result<u32> {
    number
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| damaged("a page header lacks a count, or has a negative one"))
}

/// The numbers of a struct of 32-bit numbers by field, and the last of its truth values.
fn numbers<const N: usize>(reader: &mut Reader<'_>, field: Field) -> Result<([Option<i32>; N], Option<bool>)> {
    if field.kind != kind::STRUCT {
        return Err(damaged("a part of a page header is not a struct"));
    }
    let (mut numbers, mut truth) = ([None; N], None);
    reader.fields(|reader, field| {
        let place = usize::try_from(field.id - 1)
            .ok()
            .and_then(|place| numbers.get_mut(place));
        match (place, field.kind) {
            (Some(place), _) => *place = Some(reader.i32(field)?),
            (None, kind::TRUE | kind::FALSE) if field.id == N as i16 + 1 => truth = Some(reader.bool(field)?),
            _ => reader.skip(field)?,
        }
        Ok(())
    })?;
    Ok((numbers, truth))
}

fn read_data(reader: &mut Reader<'_>, field: Field) -> Result<PageKind> {
    let ([values, encoding, def_encoding, rep_encoding], _) = numbers(reader, field)?;
    Ok(PageKind::Data {
        values: count(values)?,
        encoding: read_encoding(encoding)?,
        def_encoding: read_encoding(def_encoding)?,
        rep_encoding: read_encoding(rep_encoding)?,
    })
}

fn read_dictionary(reader: &mut Reader<'_>, field: Field) -> Result<PageKind> {
    let ([values, encoding], is_sorted) = numbers(reader, field)?;
    Ok(PageKind::Dictionary {
        values: count(values)?,
        encoding: read_encoding(encoding)?,
        is_sorted: is_sorted.unwrap_or(false),
    })
}

fn read_data_v2(reader: &mut Reader<'_>, field: Field) -> Result<PageKind> {
    let ([values, nulls, rows, encoding, def_bytes, rep_bytes], is_compressed) = numbers(reader, field)?;
    Ok(PageKind::DataV2 {
        values: count(values)?,
        nulls: count(nulls)?,
        rows: count(rows)?,
        encoding: read_encoding(encoding)?,
        def_bytes: count(def_bytes)?,
        rep_bytes: count(rep_bytes)?,
        is_compressed: is_compressed.unwrap_or(true),
    })
}

#[expect(deprecated, reason = "old files have levels in the deprecated encoding")]
fn read_encoding(number: Option<i32>) -> Result<Encoding> {
    Ok(match number {
        Some(0) => Encoding::PLAIN,
        Some(2) => Encoding::PLAIN_DICTIONARY,
        Some(3) => Encoding::RLE,
        Some(4) => Encoding::BIT_PACKED,
        Some(5) => Encoding::DELTA_BINARY_PACKED,
        Some(6) => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        Some(7) => Encoding::DELTA_BYTE_ARRAY,
        Some(8) => Encoding::RLE_DICTIONARY,
        Some(9) => Encoding::BYTE_STREAM_SPLIT,
        _ => return Err(damaged("a page header names no known encoding")),
    })
}
