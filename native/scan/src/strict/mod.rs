//! Pages of a column chunk, checked.
//!
//! A decoder takes levels above the largest there is, runs that are longer than their page, and lengths that nobody
//! wrote, and gives rows for them; other readers give other rows, or refuse the file. So every page is checked here
//! before it is decoded: its header against the chunk, its checksum where it has one, its levels against each other and
//! against the header, and the length of its values against its levels. Whatever does not fit is an error of the file.
//! Sizes are checked before memory is taken for them.

mod decompress;
mod footer;
mod header;
mod layout;
mod runs;
mod thrift;
mod values;

#[cfg(test)]
mod strict_tests;

pub(crate) use footer::{Depth, MAX_LEVELS, facts};
pub(crate) use layout::{check_column_index, check_offset_index};

use crate::column::pages::ChunkBytes;
use bytes::Bytes;
use decompress::Decompressor;
use header::{PageHeader, PageKind};
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use std::collections::VecDeque;
use std::ops::Range;
use thrift::damaged;
use values::{Levels, Shape};

/// Page headers have a few dozen bytes.
const HEADER_BYTES: u64 = 256;
/// They have more when they carry long minima and maxima.
const LONG_HEADER_BYTES: u64 = 1 << 20;

/// Where pages are.
pub(crate) enum Places {
    /// One after the other, from the chunk's first byte to its last.
    Sequence(Range<u64>),
    /// Where the page index says.
    Located {
        /// The dictionary page, if there is one.
        dictionary: Option<Range<u64>>,
        /// The data pages still to come, and how many rows each has.
        pages: VecDeque<(Range<u64>, usize)>,
    },
}

/// Reads pages and checks them.
pub(crate) struct StrictPages {
    chunk_bytes: ChunkBytes,
    places: Places,
    decompressor: Decompressor,
    shape: Shape,
    max_def: u32,
    max_rep: u32,
    /// A header that has been read, of the page at which the sequence stands behind it.
    peeked: Option<PageHeader>,
    /// Values of the chunk that are in no page yet; `None` where pages have been passed over unread.
    values_left: Option<u64>,
    /// Values of the dictionary.
    dictionary: Option<u32>,
    /// Whether the next page must begin with a row.
    is_at_row: bool,
}

impl StrictPages {
    /// The pages of a chunk.
    pub(crate) fn new(chunk_bytes: ChunkBytes, chunk: &ColumnChunkMetaData, places: Places) -> Result<Self> {
        let column = chunk.column_descr();
        let values = u64::try_from(chunk.num_values()).map_err(|_| damaged("a negative number of values"))?;
        Ok(StrictPages {
            chunk_bytes,
            places,
            decompressor: Decompressor::new(chunk.compression())?,
            shape: Shape {
                physical: column.physical_type(),
                type_length: column.type_length(),
            },
            max_def: u32::from(column.max_def_level().unsigned_abs()),
            max_rep: u32::from(column.max_rep_level().unsigned_abs()),
            peeked: None,
            values_left: Some(values),
            dictionary: None,
            is_at_row: true,
        })
    }

    fn is_flat(&self) -> bool {
        self.max_rep == 0
    }

    /// The header of the next page in sequence, which stands before its bytes then; `None` at the chunk's end.
    fn next_header(&mut self) -> Result<Option<PageHeader>> {
        let Places::Sequence(rest) = &mut self.places else {
            return Ok(None);
        };
        if self.peeked.is_none() {
            loop {
                if rest.is_empty() {
                    break;
                }
                let bytes = self.chunk_bytes.from(rest.start, HEADER_BYTES)?;
                let header = match PageHeader::read(&bytes) {
                    // What is cut off does not read as another header.
                    Err(_) if (bytes.len() as u64) < LONG_HEADER_BYTES => {
                        PageHeader::read(&self.chunk_bytes.from(rest.start, LONG_HEADER_BYTES)?)?
                    }
                    header => header?,
                };
                rest.start += header.header_bytes as u64;
                if header.compressed_bytes as u64 > rest.end.saturating_sub(rest.start) {
                    return Err(damaged("a page ends beyond its column chunk"));
                }
                if matches!(header.page, PageKind::Index) {
                    rest.start += header.compressed_bytes as u64;
                    continue;
                }
                self.peeked = Some(header);
                break;
            }
        }
        if self.peeked.is_none() {
            self.end()?;
        }
        Ok(self.peeked)
    }

    /// Checks that the pages held what the footer says.
    fn end(&self) -> Result<()> {
        match self.values_left {
            Some(left) if left > 0 => Err(damaged(&format!("its pages lack {left} values that the footer counts"))),
            _ => Ok(()),
        }
    }

    fn take_values(&mut self, count: u32) -> Result<()> {
        if let Some(left) = &mut self.values_left {
            let rest = left.checked_sub(u64::from(count));
            *left = rest.ok_or_else(|| damaged("its pages hold more values than the footer counts"))?;
        }
        Ok(())
    }

    /// Takes a page's header, bytes, and its rows where the page index tells them.
    fn take_page(&mut self) -> Result<Option<(PageHeader, Bytes, Option<usize>)>> {
        if let Places::Located { dictionary, pages } = &mut self.places {
            let (place, rows) = match dictionary.take() {
                Some(place) => (place, None),
                None => match pages.pop_front() {
                    Some((place, rows)) => (place, Some(rows)),
                    None => return self.end().map(|()| None),
                },
            };
            let bytes = self.chunk_bytes.exactly(place)?;
            let header = PageHeader::read(&bytes)?;
            if header.header_bytes + header.compressed_bytes != bytes.len() {
                return Err(damaged("a page has another length than the page index says"));
            }
            if matches!(header.page, PageKind::Dictionary { .. }) != rows.is_none() {
                return Err(damaged("a page is not of the kind that the page index says"));
            }
            return Ok(Some((header, bytes.slice(header.header_bytes..), rows)));
        }
        let Some(header) = self.next_header()? else {
            return Ok(None);
        };
        self.peeked = None;
        let Places::Sequence(rest) = &mut self.places else {
            return Ok(None);
        };
        let start = rest.start;
        rest.start += header.compressed_bytes as u64;
        let bytes = self.chunk_bytes.exactly(start..rest.start)?;
        Ok(Some((header, bytes, None)))
    }

    /// A checked page.
    fn page(&mut self, header: PageHeader, bytes: Bytes, located_rows: Option<usize>) -> Result<Page> {
        if header.crc.is_some_and(|crc| crc != crc32fast::hash(&bytes)) {
            return Err(damaged("a page does not match its checksum"));
        }
        match header.page {
            PageKind::Dictionary {
                values,
                encoding,
                is_sorted,
            } => {
                let buf = self.plain_bytes(&header, bytes, 0, true)?;
                if self.dictionary.replace(values).is_some() {
                    return Err(damaged("a second dictionary page"));
                }
                if !matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
                    return Err(damaged(&format!("a dictionary page encoded as {encoding}")));
                }
                values::check_dictionary(self.shape, &buf, values as usize)?;
                Ok(Page::DictionaryPage {
                    buf,
                    num_values: values,
                    encoding,
                    is_sorted,
                })
            }
            PageKind::Data {
                values,
                encoding,
                def_encoding,
                rep_encoding,
            } => {
                self.take_values(values)?;
                let buf = self.plain_bytes(&header, bytes, 0, true)?;
                let mut rest = &buf[..];
                let rep = take_levels(&mut rest, rep_encoding, values, self.max_rep)?;
                let def = take_levels(&mut rest, def_encoding, values, self.max_def)?;
                let rows = self.rows(rep, values, located_rows.is_some())?;
                self.check_rows(rows, located_rows)?;
                let present = self.present(def, values)?;
                let encoding = self.check_values(encoding, rest, present)?;
                Ok(Page::DataPage {
                    buf,
                    num_values: values,
                    encoding,
                    def_level_encoding: def_encoding,
                    rep_level_encoding: rep_encoding,
                    statistics: None,
                })
            }
            PageKind::DataV2 {
                values,
                nulls,
                rows,
                encoding,
                def_bytes,
                rep_bytes,
                is_compressed,
            } => {
                self.take_values(values)?;
                let level_bytes = (rep_bytes as usize).saturating_add(def_bytes as usize);
                let buf = self.plain_bytes(&header, bytes, level_bytes, is_compressed)?;
                let (levels, values_bytes) = buf.split_at_checked(level_bytes).ok_or_else(levels_too_long)?;
                let (rep, def) = levels.split_at(rep_bytes as usize);
                let levels = |bytes, largest| Levels {
                    bytes,
                    in_runs: true,
                    count: values as usize,
                    largest,
                };
                let found = self.rows(Some(levels(rep, self.max_rep)), values, true)?;
                if found != rows as usize {
                    return Err(damaged(&format!("a page holds {found} rows, its header says {rows}")));
                }
                self.check_rows(found, located_rows)?;
                let present = self.present(Some(levels(def, self.max_def)), values)?;
                if present.checked_add(nulls as usize) != Some(values as usize) {
                    return Err(damaged(
                        "a page's levels tell of another number of nulls than its header",
                    ));
                }
                let encoding = self.check_values(encoding, values_bytes, present)?;
                Ok(Page::DataPageV2 {
                    buf,
                    num_values: values,
                    encoding,
                    num_nulls: nulls,
                    num_rows: rows,
                    def_levels_byte_len: def_bytes,
                    rep_levels_byte_len: rep_bytes,
                    // They are not any more.
                    is_compressed: false,
                    statistics: None,
                })
            }
            PageKind::Index => Err(damaged("an index page among data pages")),
        }
    }

    /// The bytes of a page, decompressed; the first `level_bytes` of them are never compressed.
    fn plain_bytes(
        &mut self,
        header: &PageHeader,
        bytes: Bytes,
        level_bytes: usize,
        is_compressed: bool,
    ) -> Result<Bytes> {
        if !is_compressed || !self.decompressor.is_needed() {
            if header.uncompressed_bytes != bytes.len() {
                return Err(damaged("a page that is not compressed has two lengths"));
            }
            return Ok(bytes);
        }
        let (levels, compressed) = bytes.split_at_checked(level_bytes).ok_or_else(levels_too_long)?;
        self.decompressor.page(levels, compressed, header.uncompressed_bytes)
    }

    /// Rows that begin in a page of `values` values, by its repetition levels.
    fn rows(&mut self, rep: Option<Levels<'_>>, values: u32, begins_row: bool) -> Result<usize> {
        let rep = match rep {
            Some(rep) if !self.is_flat() => rep,
            Some(rep) if !rep.bytes.is_empty() => return Err(damaged("repetition levels of a column without any")),
            _ => return Ok(values as usize),
        };
        let counted = rep.count(0)?;
        if (begins_row || self.is_at_row) && values > 0 && counted.first != 0 {
            return Err(damaged("a page begins within a row"));
        }
        self.is_at_row &= values == 0;
        Ok(counted.equal)
    }

    fn check_rows(&self, rows: usize, located_rows: Option<usize>) -> Result<()> {
        match located_rows {
            Some(located) if located != rows => Err(damaged(&format!(
                "a page holds {rows} rows, the page index says {located}"
            ))),
            _ => Ok(()),
        }
    }

    /// Values of a page that are there, by its definition levels.
    fn present(&self, def: Option<Levels<'_>>, values: u32) -> Result<usize> {
        match def {
            Some(def) if self.max_def > 0 => Ok(def.count(self.max_def)?.equal),
            Some(def) if !def.bytes.is_empty() => Err(damaged("definition levels of a column without any")),
            _ => Ok(values as usize),
        }
    }

    /// Checks the values of a page: as what the page is decoded then.
    fn check_values(&self, encoding: Encoding, bytes: &[u8], present: usize) -> Result<Encoding> {
        values::check(self.shape, encoding, bytes, present, self.dictionary)?;
        // A decoder of anything else looks for a head that no values need.
        Ok(if bytes.is_empty() { Encoding::PLAIN } else { encoding })
    }
}

fn levels_too_long() -> ParquetError {
    damaged("levels end beyond their page")
}

/// Takes the levels at the beginning of a page of the first version; `None` of a column that has none.
#[expect(deprecated, reason = "old files have levels in the deprecated encoding")]
fn take_levels<'a>(rest: &mut &'a [u8], encoding: Encoding, count: u32, largest: u32) -> Result<Option<Levels<'a>>> {
    if largest == 0 {
        return Ok(None);
    }
    let (len_bytes, in_runs) = match encoding {
        Encoding::RLE => {
            let (len_bytes, after) = rest.split_first_chunk::<4>().ok_or_else(levels_too_long)?;
            *rest = after;
            (u32::from_le_bytes(*len_bytes) as usize, true)
        }
        Encoding::BIT_PACKED => {
            let bits = u64::from(count) * u64::from(runs::width_of(largest));
            (bits.div_ceil(8) as usize, false)
        }
        _ => return Err(damaged(&format!("levels encoded as {encoding}"))),
    };
    let (bytes, after) = rest.split_at_checked(len_bytes).ok_or_else(levels_too_long)?;
    *rest = after;
    Ok(Some(Levels {
        bytes,
        in_runs,
        count: count as usize,
        largest,
    }))
}

impl PageReader for StrictPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let Some((header, bytes, rows)) = self.take_page()? else {
            return Ok(None);
        };
        self.page(header, bytes, rows).map(Some)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        if let Places::Located { dictionary, pages } = &self.places {
            let next = pages.front().map(|(_, rows)| *rows);
            return Ok((dictionary.is_some() || next.is_some()).then(|| PageMetadata {
                num_rows: next.filter(|_| dictionary.is_none()),
                num_levels: None,
                is_dict: dictionary.is_some(),
            }));
        }
        let is_flat = self.is_flat();
        let header = self.next_header()?;
        header
            .map(|header| {
                let (num_rows, num_levels, is_dict) = match header.page {
                    PageKind::Data { values, .. } => (None, Some(values as usize), false),
                    PageKind::DataV2 { values, rows, .. } if is_flat && values != rows => {
                        return Err(damaged("a page of a flat column has not one value a row"));
                    }
                    PageKind::DataV2 { values, rows, .. } => (Some(rows as usize), Some(values as usize), false),
                    PageKind::Dictionary { .. } | PageKind::Index => (None, None, true),
                };
                Ok(PageMetadata {
                    num_rows,
                    num_levels,
                    is_dict,
                })
            })
            .transpose()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        if let Places::Located { dictionary, pages } = &mut self.places {
            if dictionary.take().is_none() && pages.pop_front().is_some() {
                self.values_left = None;
            }
            return Ok(());
        }
        if let Some(header) = self.next_header()? {
            self.peeked = None;
            if let PageKind::Data { values, .. } | PageKind::DataV2 { values, .. } = header.page {
                self.take_values(values)?;
            }
            if let Places::Sequence(rest) = &mut self.places {
                rest.start += header.compressed_bytes as u64;
            }
        }
        Ok(())
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        if let Places::Located { .. } = self.places {
            return Ok(true);
        }
        // Pages of the second version begin with a row.
        Ok(self.peek_next_page()?.is_none_or(|next| next.num_rows.is_some()))
    }
}

impl Iterator for StrictPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}
