//! The pages of one column chunk.
//!
//! At most [`HELD_BYTES`] of a chunk are held: a chunk that fits is read at once, a longer one piece by piece as its
//! pages are needed. Where the page index tells the place of each page, pages without a wanted row are not read, and
//! neighbours that have one are read together.

use crate::files::source::FileBytes;
use crate::footer::Footer;
use crate::strict::{Places, StrictPages};
use bytes::Bytes;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::page_index::offset_index::PageLocation;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a column chunk that are in memory at a time.
pub const HELD_BYTES: u64 = 8 << 20;
/// The same where the chunks of several columns are read side by side: a page is then read when its turn comes, and what
/// is held of its header once more.
const HELD_TOGETHER_BYTES: u64 = 4 << 10;
/// Bytes of decompressed pages that one batch of values holds, unless a single page is larger.
const BATCH_BYTES: u64 = 8 << 20;

/// How much the batch that is being read holds. A batch of views keeps every page that it was read from, so the pages
/// of a column with large values end the batch early: where it is full, its pages seem to end.
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
    /// The same, side by side with other columns.
    Together,
    /// These rows of the row group, ascending; the page index is used where there is one, and dictionaries are kept.
    Ranges(&'a [Range<usize>]),
    /// Some rows; the page index is used where there is one, and dictionaries are resolved.
    Sparse,
}

/// Where the pages of a leaf are in a row group, by the page index. An index that does not fit its chunk is not used:
/// the pages themselves tell where they are.
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

/// The rows of each page of a row group of `rows` rows.
pub(crate) fn page_rows(locations: &[PageLocation], rows: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = locations.iter().map(|location| location.first_row_index as usize);
    let ends = starts.clone().skip(1).chain([rows]);
    starts.zip(ends).map(|(start, end)| start..end)
}

/// The bytes of a leaf's chunk that are read, as stretches without gaps; none of them where each page is read by
/// itself.
pub(crate) fn stretches(footer: &Footer, row_group: usize, leaf: usize, access: Access<'_>) -> Vec<Range<u64>> {
    let group = footer.metadata.row_group(row_group);
    let (start, len_bytes) = group.column(leaf).byte_range();
    let whole = start..start.saturating_add(len_bytes);
    let located = match access {
        Access::Sequential | Access::Together => None,
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
        Access::Sequential | Access::Together => None,
        Access::Ranges(_) | Access::Sparse => locations(footer, row_group, leaf),
    };
    let chunk_bytes = ChunkBytes {
        bytes: Arc::clone(bytes),
        chunk: start..end,
        stretches: stretches(footer, row_group, leaf, access),
        held_bytes: match access {
            Access::Together => HELD_TOGETHER_BYTES,
            _ => HELD_BYTES,
        },
        held: Mutex::default(),
    };
    let places = match locations {
        None => Places::Sequence(start..end),
        Some(locations) => Places::Located {
            dictionary: locations
                .first()
                .map(|first| start..place(first).start)
                .filter(|bytes| !bytes.is_empty()),
            pages: locations
                .iter()
                .map(place)
                .zip(page_rows(locations, rows).map(|rows| rows.len()))
                .collect(),
        },
    };
    Ok(Box::new(BatchedPages {
        pages: StrictPages::new(chunk_bytes, chunk, places)?,
        batch: Arc::clone(batch),
    }))
}

/// Where a page is in the file.
fn place(location: &PageLocation) -> Range<u64> {
    let offset = location.offset.cast_unsigned();
    offset..offset + u64::from(location.compressed_page_size.cast_unsigned())
}

/// The bytes of a column chunk, of which one piece at a time is held.
#[derive(Debug)]
pub(crate) struct ChunkBytes {
    bytes: Arc<dyn FileBytes>,
    chunk: Range<u64>,
    /// The bytes that will be read, ascending: what lies in one of them is read ahead.
    stretches: Vec<Range<u64>>,
    /// Bytes of a piece.
    held_bytes: u64,
    /// The piece: where it starts, and what is in it.
    held: Mutex<(u64, Bytes)>,
}

impl ChunkBytes {
    /// Bytes from `start` on: at least `at_least`, or up to the chunk's end.
    pub(crate) fn from(&self, start: u64, at_least: u64) -> ParquetResult<Bytes> {
        let wanted_end = start.saturating_add(at_least).min(self.chunk.end);
        if start < self.chunk.start || start > wanted_end {
            return Err(ParquetError::EOF("a page lies outside its column chunk".to_owned()));
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held_end = held.0 + held.1.len() as u64;
        if start < held.0 || wanted_end > held_end {
            // The old piece goes back to the pool before the next one is filled.
            *held = (start, Bytes::new());
            let end = wanted_end.max(self.ahead(start));
            held.1 = self
                .bytes
                .read(start..end)
                .map_err(|e| ParquetError::External(Box::new(e)))?;
        }
        Ok(held.1.slice((start - held.0) as usize..))
    }

    /// Exactly these bytes.
    pub(crate) fn exactly(&self, place: Range<u64>) -> ParquetResult<Bytes> {
        let len_bytes = place.end.saturating_sub(place.start);
        let bytes = self.from(place.start, len_bytes)?;
        if (bytes.len() as u64) < len_bytes {
            return Err(ParquetError::EOF("a page ends beyond its column chunk".to_owned()));
        }
        Ok(bytes.slice(..len_bytes as usize))
    }

    /// The end of what is read ahead from here on.
    fn ahead(&self, start: u64) -> u64 {
        let next = self.stretches.partition_point(|stretch| stretch.end <= start);
        let stretch = self.stretches.get(next).filter(|stretch| stretch.start <= start);
        stretch.map_or(start, |stretch| stretch.end.min(start.saturating_add(self.held_bytes)))
    }
}

/// Pages that seem to end where a batch is full.
struct BatchedPages {
    pages: StrictPages,
    batch: Arc<BatchPages>,
}

impl PageReader for BatchedPages {
    fn get_next_page(&mut self) -> ParquetResult<Option<Page>> {
        if self.batch.is_bounded.load(Relaxed) && self.batch.is_full() {
            return Ok(None);
        }
        let page = self.pages.get_next_page()?;
        if let Some(page) = &page {
            self.batch.count(page);
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> ParquetResult<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> ParquetResult<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> ParquetResult<bool> {
        self.pages.at_record_boundary()
    }
}

impl Iterator for BatchedPages {
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
