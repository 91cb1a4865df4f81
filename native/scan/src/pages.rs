//! The pages of one column chunk.
//!
//! Bytes come through windows of at most [`WINDOW_BYTES`]: a chunk that fits is read at once, a longer one as its pages
//! are needed. Where the page index tells the place of each page, pages without a wanted row are not read, and neighbours that
//! have one are read together.

use crate::budget;
use crate::footer::Footer;
use crate::source::FileBytes;
use bytes::{Buf, Bytes};
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::page_index::offset_index::PageLocation;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a column chunk that are in memory at a time.
pub const WINDOW_BYTES: u64 = 8 << 20;
/// Bytes of decompressed pages that one batch of values holds, unless a single page is larger.
const BATCH_BYTES: u64 = 8 << 20;

/// How much the batch that is being read holds. A batch of views keeps every page that it was read from, so the pages of a column with
/// large values end the batch early: where it is full, its pages seem to end.
#[derive(Debug, Default)]
pub(crate) struct BatchPages {
    /// Whether batches may end early.
    is_bounded: AtomicBool,
    /// Bytes of the data pages that were begun for this batch.
    held_bytes: AtomicU64,
    /// Bytes of the largest page so far.
    largest_bytes: AtomicU64,
}

impl BatchPages {
    /// A batch begins, which may end early.
    pub(crate) fn begin(&self) {
        self.held_bytes.store(0, Relaxed);
        self.is_bounded.store(true, Relaxed);
    }

    /// The batch ends; gives whether it could end early because it was full.
    pub(crate) fn end(&self) -> bool {
        self.is_bounded.store(false, Relaxed);
        self.is_full()
    }

    fn is_full(&self) -> bool {
        let held_bytes = self.held_bytes.load(Relaxed);
        held_bytes >= BATCH_BYTES.max(self.largest_bytes.load(Relaxed))
    }

    fn count(&self, page: &Page) {
        let bytes = page.buffer().len() as u64;
        self.largest_bytes.fetch_max(bytes, Relaxed);
        if !matches!(page, Page::DictionaryPage { .. }) {
            self.held_bytes.fetch_add(bytes, Relaxed);
        }
    }
}

/// How a column chunk will be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<'a> {
    /// From the first row to the last; dictionaries are kept.
    Sequential,
    /// These rows of the row group, ascending; the page index is used where there is one, and dictionaries are kept.
    Ranges(&'a [Range<usize>]),
    /// Some rows; the page index is used where there is one, and dictionaries are resolved.
    Sparse,
}

/// Where the pages of a leaf are in a row group, by the page index. An index that does not fit its chunk is not used: the
/// pages themselves tell where they are.
pub(crate) fn locations(footer: &Footer, row_group: usize, leaf: usize) -> Option<&[PageLocation]> {
    let group = footer.metadata.row_group(row_group);
    let rows = group.num_rows();
    let (start, len_bytes) = group.column(leaf).byte_range();
    let end = start.checked_add(len_bytes)?;
    let locations = footer
        .metadata
        .offset_index()?
        .get(row_group)?
        .get(leaf)?
        .page_locations();
    let starts = || locations.iter().map(|l| l.first_row_index);
    let in_order = locations
        .windows(2)
        .all(|w| w[0].first_row_index < w[1].first_row_index);
    // One page ends where the next one starts, and the last one where the chunk ends: none is left out.
    let page_end = |page: &PageLocation| page.offset.checked_add(i64::from(page.compressed_page_size));
    let in_sequence = locations
        .windows(2)
        .all(|pages| page_end(&pages[0]) == Some(pages[1].offset))
        && locations
            .last()
            .and_then(page_end)
            .and_then(|end| u64::try_from(end).ok())
            == Some(end);
    let in_range = starts().next() == Some(0) && starts().next_back().is_some_and(|start| start < rows);
    let in_chunk = locations.iter().all(|l| {
        u64::try_from(l.offset).is_ok_and(|o| o >= start && o.saturating_add(l.compressed_page_size as u64) <= end)
            && l.compressed_page_size > 0
    });
    (in_order && in_sequence && in_range && in_chunk).then_some(locations)
}

/// The rows of each page, of a row group of so many.
pub(crate) fn page_rows(locations: &[PageLocation], rows: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = locations.iter().map(|location| location.first_row_index as usize);
    let ends = starts.clone().skip(1).chain([rows]);
    starts.zip(ends).map(|(start, end)| start..end)
}

/// The bytes of a leaf's chunk that are read, as stretches without gaps; none of them where each page is read by itself.
pub(crate) fn stretches(footer: &Footer, row_group: usize, leaf: usize, access: Access<'_>) -> Vec<Range<u64>> {
    let group = footer.metadata.row_group(row_group);
    let (start, len_bytes) = group.column(leaf).byte_range();
    let whole = start..start.saturating_add(len_bytes);
    let located = match access {
        Access::Sequential => None,
        Access::Ranges(_) | Access::Sparse => locations(footer, row_group, leaf),
    };
    match (access, located) {
        (Access::Ranges(wanted), Some(locations)) => {
            wanted_bytes(whole.start, locations, group.num_rows() as usize, wanted)
        }
        (Access::Sparse, Some(_)) => Vec::new(),
        _ => vec![whole],
    }
}

/// The pages with a wanted row, and before them the dictionary, with which the chunk begins.
fn wanted_bytes(start: u64, locations: &[PageLocation], rows: usize, wanted: &[Range<usize>]) -> Vec<Range<u64>> {
    let place = |location: &PageLocation| {
        let offset = location.offset.cast_unsigned();
        offset..offset + u64::from(location.compressed_page_size.cast_unsigned())
    };
    let dictionary = locations.first().map(|first| start..place(first).start);
    let has_wanted = |rows: &Range<usize>| {
        let next = wanted.partition_point(|range| range.end <= rows.start);
        wanted.get(next).is_some_and(|range| range.start < rows.end)
    };
    let pages = locations.iter().zip(page_rows(locations, rows));
    let pages = pages
        .filter(|(_, rows)| has_wanted(rows))
        .map(|(location, _)| place(location));
    let mut stretches: Vec<Range<u64>> = Vec::new();
    for bytes in dictionary.into_iter().filter(|bytes| !bytes.is_empty()).chain(pages) {
        match stretches.last_mut() {
            Some(last) if last.end == bytes.start => last.end = bytes.end,
            _ => stretches.push(bytes),
        }
    }
    stretches
}

/// Opens the pages of a leaf's chunk.
pub(crate) fn open(
    bytes: &Arc<dyn FileBytes>,
    footer: &Footer,
    row_group: usize,
    leaf: usize,
    access: Access<'_>,
    batch: &Arc<BatchPages>,
) -> ParquetResult<Box<dyn PageReader>> {
    let group = footer.metadata.row_group(row_group);
    let chunk = group.column(leaf);
    let rows = group.num_rows() as usize;
    let (start, len_bytes) = chunk.byte_range();
    let end = start
        .checked_add(len_bytes)
        .ok_or_else(|| ParquetError::General("its place is no range".to_owned()))?;
    let locations = match access {
        Access::Sequential => None,
        Access::Ranges(_) | Access::Sparse => locations(footer, row_group, leaf),
    };
    let window = Window {
        bytes: Arc::clone(bytes),
        chunk: start..end,
        stretches: stretches(footer, row_group, leaf, access),
        is_indexed: locations.is_some(),
        held: Mutex::default(),
    };
    let expected_rows = locations.map(|locations| page_rows(locations, rows).map(|rows| rows.len()).collect());
    let locations = locations.map(<[PageLocation]>::to_vec);
    let is_flat = chunk.column_descr().max_rep_level() == 0;
    let reader = SerializedPageReader::new(Arc::new(window), chunk, rows, locations)?;
    Ok(Box::new(CheckedPages {
        reader,
        is_flat,
        expected_rows,
        batch: Arc::clone(batch),
    }))
}

/// A column chunk's bytes through one window.
#[derive(Debug)]
struct Window {
    bytes: Arc<dyn FileBytes>,
    chunk: Range<u64>,
    /// The bytes that will be read, ascending: what lies in one of them is read ahead.
    stretches: Vec<Range<u64>>,
    /// Whether the page index tells the place of each page.
    is_indexed: bool,
    /// The window: where it starts, and what is in it.
    held: Mutex<(u64, Bytes)>,
}

impl Window {
    /// Bytes from `start` on: at least `at_least`, or up to the chunk's end.
    fn from(&self, start: u64, at_least: u64) -> ParquetResult<Bytes> {
        let wanted_end = start.saturating_add(at_least).min(self.chunk.end);
        if start < self.chunk.start || start > wanted_end {
            return Err(ParquetError::EOF("a page lies outside its column chunk".to_owned()));
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held_end = held.0 + held.1.len() as u64;
        if start < held.0 || wanted_end > held_end {
            // The old window goes back to the pool before the next one is filled.
            *held = (start, Bytes::new());
            let end = wanted_end.max(self.ahead(start));
            held.1 = self
                .bytes
                .read(start..end)
                .map_err(|e| ParquetError::External(Box::new(e)))?;
        }
        Ok(held.1.slice((start - held.0) as usize..))
    }

    /// The end of what is read ahead from here on.
    fn ahead(&self, start: u64) -> u64 {
        let next = self.stretches.partition_point(|stretch| stretch.end <= start);
        let stretch = self.stretches.get(next).filter(|stretch| stretch.start <= start);
        stretch.map_or(start, |stretch| stretch.end.min(start.saturating_add(WINDOW_BYTES)))
    }
}

impl Length for Window {
    fn len(&self) -> u64 {
        self.chunk.end
    }
}

impl ChunkReader for Window {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        // A page header: a few dozen bytes, or more when it carries long minima and maxima.
        let header = self.from(start, 1 << 20)?;
        ensure_page(&header)?;
        Ok(header.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let bytes = self.from(start, length as u64)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF("a page ends beyond its column chunk".to_owned()));
        }
        // With a page index pages are read with their headers; without one their headers were looked at before.
        if self.is_indexed {
            ensure_page(&bytes)?;
        }
        Ok(bytes.slice(..length))
    }
}

/// Asks for the memory of a page, of which these are the first bytes: its header begins with its kind and its size, both as fields
/// of Thrift's compact protocol. What is no such header is left to the decoder, which refuses it.
fn ensure_page(bytes: &[u8]) -> ParquetResult<()> {
    const NEXT_I32: u8 = 0x15;
    let mut rest = bytes;
    let mut number = || {
        let (&field, after) = rest.split_first()?;
        rest = after;
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let (&byte, after) = rest.split_first()?;
            rest = after;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        (field == NEXT_I32).then_some(value >> 1)
    };
    if let (Some(_), Some(len_bytes)) = (number(), number()) {
        budget::ensure(len_bytes).map_err(|e| ParquetError::External(Box::new(e)))?;
    }
    Ok(())
}

/// Pages whose numbers of rows agree with whatever else tells them, or rows would be taken for others.
struct CheckedPages<R: ChunkReader> {
    reader: SerializedPageReader<R>,
    /// Whether each row has one value.
    is_flat: bool,
    /// Rows of each page still to come, by the page index.
    expected_rows: Option<VecDeque<usize>>,
    /// The batch that is read from them.
    batch: Arc<BatchPages>,
}

fn not_one_value_a_row() -> ParquetError {
    ParquetError::General("a page of a flat column has not one value a row".to_owned())
}

impl<R: ChunkReader> CheckedPages<R> {
    fn check(&mut self, page: &Page) -> ParquetResult<()> {
        let levels = page.num_values() as usize;
        let rows = match page {
            Page::DataPageV2 { num_rows, .. } => Some(*num_rows as usize),
            _ => self.is_flat.then_some(levels),
        };
        if self.is_flat && rows != Some(levels) {
            return Err(not_one_value_a_row());
        }
        let Some(expected) = &mut self.expected_rows else {
            return Ok(());
        };
        let expected = expected.pop_front();
        // Old pages of arrays and maps do not say how many rows they hold.
        if expected.is_some() && (rows.is_none() || expected == rows) {
            return Ok(());
        }
        Err(ParquetError::General(
            "a page holds other rows than the page index says".to_owned(),
        ))
    }
}

impl<R: ChunkReader> PageReader for CheckedPages<R> {
    fn get_next_page(&mut self) -> ParquetResult<Option<Page>> {
        if self.batch.is_bounded.load(Relaxed) && self.batch.is_full() {
            return Ok(None);
        }
        let page = self.reader.get_next_page()?;
        if let Some(page) = &page {
            self.batch.count(page);
        }
        if let Some(data) = page
            .as_ref()
            .filter(|page| !matches!(page, Page::DictionaryPage { .. }))
        {
            self.check(data)?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> ParquetResult<Option<PageMetadata>> {
        let next = self.reader.peek_next_page()?;
        let differ = |page: &PageMetadata| {
            page.num_rows
                .zip(page.num_levels)
                .is_some_and(|(rows, levels)| rows != levels)
        };
        if self.is_flat && next.as_ref().is_some_and(differ) {
            Err(not_one_value_a_row())
        } else {
            Ok(next)
        }
    }

    fn skip_next_page(&mut self) -> ParquetResult<()> {
        if let Some(expected) = &mut self.expected_rows
            && self.reader.peek_next_page()?.is_some_and(|page| !page.is_dict)
        {
            expected.pop_front();
        }
        self.reader.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> ParquetResult<bool> {
        self.reader.at_record_boundary()
    }
}

impl<R: ChunkReader> Iterator for CheckedPages<R> {
    type Item = ParquetResult<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

/// The readers of the parquet crate take chunks from an iterator; there is one.
pub(crate) struct OneChunk(pub(crate) Option<Box<dyn PageReader>>);

impl Iterator for OneChunk {
    type Item = ParquetResult<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageIterator for OneChunk {}
