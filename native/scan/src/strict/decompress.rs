//! Pages out of their compressed bytes, with no more memory than these can fill.
//!
//! A header of thirty bytes may claim a page of two gigabytes. A codec has a bound on the bytes that it gives for one,
//! so most false claims are found before anything is taken; for codecs that give very many, memory grows with what
//! comes out.

use super::thrift::damaged;
use crate::error::ScanError;
use crate::files::pool;
use bytes::Bytes;
use parity_source::budget;
use parquet::basic::Compression;
use parquet::compression::{Codec, CodecOptions, create_codec};
use parquet::errors::{ParquetError, Result};
use std::io::Read;

/// Bytes that are taken at once on the word of a header alone.
const UNPROVEN_BYTES: usize = 1 << 20;
/// Bytes that one compressed byte usually gives at most.
const USUAL_RATIO: usize = 64;

/// The codec of a column chunk.
pub(super) struct Decompressor {
    compression: Compression,
    codec: Option<Box<dyn Codec>>,
}

impl Decompressor {
    pub(super) fn new(compression: Compression) -> Result<Self> {
        Ok(Decompressor {
            compression,
            codec: create_codec(compression, &CodecOptions::default())?,
        })
    }

    /// Whether pages are compressed at all.
    pub(super) fn is_needed(&self) -> bool {
        self.codec.is_some()
    }

    /// A page of `len_bytes` bytes: `plain` as it is, and behind it what `compressed` gives.
    pub(super) fn page(&mut self, plain: &[u8], compressed: &[u8], len_bytes: usize) -> Result<Bytes> {
        let wanted = len_bytes.checked_sub(plain.len()).ok_or_else(other_length)?;
        if let Some(ratio) = best_ratio(self.compression)
            && wanted > compressed.len().saturating_mul(ratio)
        {
            let given = compressed.len();
            return Err(damaged(&format!(
                "{given} compressed bytes cannot be a page of {len_bytes}"
            )));
        }
        budget::ensure(len_bytes as u64).map_err(|e| ParquetError::External(Box::new(ScanError::from(e))))?;
        let Some(codec) = &mut self.codec else {
            return Err(damaged("a page is not compressed"));
        };
        // A page without values may have no compressed bytes at all.
        if wanted == 0 {
            return Ok(Bytes::copy_from_slice(plain));
        }
        if self.compression == Compression::SNAPPY {
            return snappy(plain, compressed, wanted);
        }
        let mut room = wanted.min(compressed.len().saturating_mul(USUAL_RATIO).max(UNPROVEN_BYTES));
        let page = match self.compression {
            Compression::GZIP(_) => all_of(flate2::read::MultiGzDecoder::new(compressed), plain, wanted, room)?,
            Compression::BROTLI(_) => all_of(brotli::Decompressor::new(compressed, 4096), plain, wanted, room)?,
            Compression::ZSTD(_) => loop {
                let mut page = page_buffer(plain, room)?;
                match codec.decompress(compressed, &mut page, Some(room)) {
                    Ok(_) => break page,
                    Err(error) if room == wanted => return Err(error),
                    // Whether the room was too small or the bytes are damaged cannot be told apart.
                    Err(_) => room = wanted.min(room.saturating_mul(8)),
                }
            },
            // What these give is bounded by little more than the usual.
            _ => {
                let mut page = page_buffer(plain, wanted)?;
                let given = codec.decompress(compressed, &mut page, Some(wanted))?;
                page.truncate(plain.len() + given);
                page
            }
        };
        if page.len() == len_bytes {
            Ok(Bytes::from(page))
        } else {
            Err(other_length())
        }
    }
}

/// The same for the codec that Spark writes unless it is told otherwise, into memory that was used before: nothing has to
/// be cleared.
fn snappy(plain: &[u8], compressed: &[u8], wanted: usize) -> Result<Bytes> {
    if snap::raw::decompress_len(compressed).map_err(|e| no_snappy(&e))? != wanted {
        return Err(other_length());
    }
    pool::filled(plain.len() + wanted, |page| {
        let (levels, values) = page.split_at_mut(plain.len());
        levels.copy_from_slice(plain);
        let given = snap::raw::Decoder::new().decompress(compressed, values);
        match given.map_err(|e| no_snappy(&e))? == wanted {
            true => Ok(()),
            false => Err(other_length()),
        }
    })
}

fn no_snappy(error: &snap::Error) -> ParquetError {
    damaged(&format!("a page cannot be decompressed: {error}"))
}

fn other_length() -> ParquetError {
    damaged("a page has another length than its header says")
}

/// Bytes that a codec's format can give for one at most; `None` where there is no bound of use.
fn best_ratio(compression: Compression) -> Option<usize> {
    match compression {
        // A copy of 64 bytes has three.
        Compression::SNAPPY => Some(22),
        // A further byte of a length stands for 255.
        Compression::LZ4 | Compression::LZ4_RAW => Some(256),
        // Two bits for 258 bytes.
        Compression::GZIP(_) => Some(1040),
        // A block of four bytes for 128 KiB of one value.
        Compression::ZSTD(_) => Some(1 << 15),
        _ => None,
    }
}

/// Memory for a page, `plain` at its beginning. Every page's memory is taken here.
fn page_buffer(plain: &[u8], more_bytes: usize) -> Result<Vec<u8>> {
    let mut page = Vec::with_capacity(plain.len() + more_bytes);
    page.extend_from_slice(plain);
    Ok(page)
}

/// Everything that a stream gives, which must not be more than `wanted` bytes; `room` of them are expected.
fn all_of(stream: impl Read, plain: &[u8], wanted: usize, room: usize) -> Result<Vec<u8>> {
    let mut page = page_buffer(plain, room)?;
    stream.take(wanted as u64 + 1).read_to_end(&mut page)?;
    Ok(page)
}
