//! One column chunk as Arrow batches.
//!
//! Bytes come through windows of at most [`WINDOW_BYTES`]: a chunk that fits is read at once, a longer one as its pages
//! are needed. Values are decoded in batches small enough to stay in the processor's cache until they are hashed.
//!
//! The readers of the parquet crate are used leaf by leaf, by physical type: what a value means is decided by
//! [`parity_kernels::values`], the same way for every file. Text is read as bytes, because invalid UTF-8 must compare as
//! bytes; a chunk whose pages are all dictionary-encoded keeps its dictionary, so that each distinct text is hashed once.

use crate::error::{ScanError, ScanResult};
use crate::footer::{Footer, decode};
use crate::source::FileBytes;
use crate::sparse;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType};
use bytes::{Buf, Bytes};
use parquet::arrow::array_reader::{
    ArrayReader, PrimitiveArrayReader, make_byte_array_dictionary_reader, make_byte_view_array_reader,
    make_fixed_len_byte_array_reader,
};
use parquet::basic::{Encoding, Repetition, Type as Physical};
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::data_type::{BoolType, DoubleType, FloatType, Int32Type, Int64Type as ParquetInt64, Int96Type};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::page_index::offset_index::PageLocation;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor, Type};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a column chunk that are in memory at a time.
pub const WINDOW_BYTES: u64 = 8 << 20;
/// Rows that are decoded at a time.
pub const BATCH_ROWS: usize = 8192;

/// How a column chunk will be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// From the first row to the last; dictionaries are kept.
    Sequential,
    /// Some rows; the page index is used where there is one, and dictionaries are resolved.
    Sparse,
}

/// Stored values with their levels, as far as the column has any.
#[derive(Debug)]
pub struct Levelled {
    /// An entry for each pair of levels; null where the value is not there.
    pub array: ArrayRef,
    /// Definition levels; `None` where nulls tell them.
    pub def: Option<Vec<i16>>,
    /// Repetition levels.
    pub rep: Option<Vec<i16>>,
}

/// Reads one column chunk.
pub struct ColumnReader {
    path: String,
    what: String,
    reader: Box<dyn ArrayReader>,
}

impl std::fmt::Debug for ColumnReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ColumnReader")
            .field("path", &self.path)
            .field("what", &self.what)
            .finish_non_exhaustive()
    }
}

/// The rows `wanted` (ascending row numbers of the row group) of leaf `leaf`, taken straight from the pages; `None` when
/// the chunk must be read in sequence.
pub fn pick(
    path: &str,
    bytes: &Arc<dyn FileBytes>,
    footer: &Footer,
    row_group: usize,
    leaf: usize,
    wanted: &[u32],
) -> ScanResult<Option<ArrayRef>> {
    let group = footer.metadata.row_group(row_group);
    let chunk = group.column(leaf);
    let what = format!("row group {row_group}, column {}", chunk.column_path().string());
    decode(path, &what, || {
        let mut pages = pages(
            bytes,
            footer,
            row_group,
            leaf,
            group.num_rows() as usize,
            Access::Sparse,
        )?;
        sparse::read(&mut *pages, chunk, wanted)
    })
}

impl ColumnReader {
    /// Opens the chunk of leaf `leaf` in a row group.
    pub fn open(
        path: &str,
        bytes: &Arc<dyn FileBytes>,
        footer: &Footer,
        row_group: usize,
        leaf: usize,
        access: Access,
    ) -> ScanResult<Self> {
        let group = footer.metadata.row_group(row_group);
        let chunk = group.column(leaf);
        let what = format!("row group {row_group}, column {}", chunk.column_path().string());
        let rows = group.num_rows() as usize;
        let reader = decode(path, &what, || {
            let pages = pages(bytes, footer, row_group, leaf, rows, access)?;
            array_reader(Box::new(OneChunk(Some(pages))), chunk, access)
        })?;
        Ok(ColumnReader {
            path: path.to_owned(),
            what,
            reader,
        })
    }

    /// The next `rows` stored values, in a batch. There must be as many.
    pub fn read(&mut self, rows: usize) -> ScanResult<ArrayRef> {
        let reader = &mut self.reader;
        let (found, array) = decode(&self.path, &self.what, || {
            let found = reader.read_records(rows)?;
            Ok((found, reader.consume_batch()?))
        })?;
        self.expect(found, rows)?;
        self.expect(array.len(), rows)?;
        Ok(physical(array))
    }

    /// The next `rows` rows with their levels, in a batch. There must be as many.
    pub fn read_levels(&mut self, rows: usize) -> ScanResult<Levelled> {
        let reader = &mut self.reader;
        let (found, array) = decode(&self.path, &self.what, || {
            let found = reader.read_records(rows)?;
            Ok((found, reader.consume_batch()?))
        })?;
        self.expect(found, rows)?;
        let levelled = Levelled {
            def: self.reader.get_def_levels().map(<[i16]>::to_vec),
            rep: self.reader.get_rep_levels().map(<[i16]>::to_vec),
            array: physical(array),
        };
        let entries = levelled.array.len();
        for levels in [&levelled.def, &levelled.rep].into_iter().flatten() {
            self.expect(levels.len(), entries)?;
        }
        Ok(levelled)
    }

    /// An error of this chunk.
    pub(crate) fn damaged(&self, what: &str) -> ScanError {
        ScanError::corrupt(&self.path, format!("{}: {what}", self.what))
    }

    /// Leaves out the next `rows` rows.
    pub fn skip(&mut self, rows: usize) -> ScanResult<()> {
        let reader = &mut self.reader;
        let found = decode(&self.path, &self.what, || reader.skip_records(rows))?;
        self.expect(found, rows)
    }

    /// Checks that the chunk holds no further rows.
    pub fn end(&mut self) -> ScanResult<()> {
        let reader = &mut self.reader;
        let found = decode(&self.path, &self.what, || reader.skip_records(1))?;
        if found == 0 {
            return Ok(());
        }
        Err(ScanError::corrupt(
            &self.path,
            format!("{}: more values than the footer says", self.what),
        ))
    }

    fn expect(&self, found: usize, rows: usize) -> ScanResult<()> {
        if found == rows {
            return Ok(());
        }
        Err(ScanError::corrupt(
            &self.path,
            format!("{}: fewer values than the footer says", self.what),
        ))
    }
}

/// 96-bit timestamps as microseconds, as Spark reads them; everything else as it is.
fn physical(array: ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Timestamp(_, _) => Arc::new(
            array
                .as_primitive::<TimestampMicrosecondType>()
                .reinterpret_cast::<Int64Type>(),
        ),
        _ => array,
    }
}

fn array_reader(
    pages: Box<dyn PageIterator>,
    chunk: &ColumnChunkMetaData,
    access: Access,
) -> ParquetResult<Box<dyn ArrayReader>> {
    let column = physical_only(chunk.column_descr())?;
    Ok(match column.physical_type() {
        Physical::BOOLEAN => Box::new(PrimitiveArrayReader::<BoolType>::new(
            pages,
            column,
            Some(DataType::Boolean),
            BATCH_ROWS,
            None,
        )?),
        Physical::INT32 => Box::new(PrimitiveArrayReader::<Int32Type>::new(
            pages,
            column,
            Some(DataType::Int32),
            BATCH_ROWS,
            None,
        )?),
        Physical::INT64 => Box::new(PrimitiveArrayReader::<ParquetInt64>::new(
            pages,
            column,
            Some(DataType::Int64),
            BATCH_ROWS,
            None,
        )?),
        Physical::INT96 => {
            let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
            Box::new(PrimitiveArrayReader::<Int96Type>::new(
                pages,
                column,
                Some(micros),
                BATCH_ROWS,
                None,
            )?)
        }
        Physical::FLOAT => Box::new(PrimitiveArrayReader::<FloatType>::new(
            pages,
            column,
            Some(DataType::Float32),
            BATCH_ROWS,
            None,
        )?),
        Physical::DOUBLE => Box::new(PrimitiveArrayReader::<DoubleType>::new(
            pages,
            column,
            Some(DataType::Float64),
            BATCH_ROWS,
            None,
        )?),
        Physical::FIXED_LEN_BYTE_ARRAY => {
            let length = DataType::FixedSizeBinary(column.type_length());
            make_fixed_len_byte_array_reader(pages, column, Some(length), BATCH_ROWS, None)?
        }
        Physical::BYTE_ARRAY if access == Access::Sequential && is_dictionary_only(chunk) => {
            let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Binary));
            make_byte_array_dictionary_reader(pages, column, Some(dictionary), BATCH_ROWS, None)?
        }
        Physical::BYTE_ARRAY => {
            make_byte_view_array_reader(pages, column, Some(DataType::BinaryView), BATCH_ROWS, None)?
        }
    })
}

/// The column without its logical type: the reader would refuse text that is not UTF-8. A required leaf of an optional struct
/// is null where the struct is.
fn physical_only(column: &ColumnDescriptor) -> ParquetResult<ColumnDescPtr> {
    let repetition = if column.max_def_level() > 0 {
        Repetition::OPTIONAL
    } else {
        Repetition::REQUIRED
    };
    let physical = Type::primitive_type_builder(column.name(), column.physical_type())
        .with_repetition(repetition)
        .with_length(column.type_length())
        .build()?;
    let (max_def, max_rep) = (column.max_def_level(), column.max_rep_level());
    Ok(Arc::new(ColumnDescriptor::new(
        Arc::new(physical),
        max_def,
        max_rep,
        column.path().clone(),
    )))
}

/// Whether every data page is dictionary-encoded, by the writer's own statistics; decimals in byte arrays are left
/// out, because they are resolved to numbers anyway.
fn is_dictionary_only(chunk: &ColumnChunkMetaData) -> bool {
    let column = chunk.column_descr();
    let is_decimal = column.converted_type() == parquet::basic::ConvertedType::DECIMAL
        || matches!(column.logical_type_ref(), Some(parquet::basic::LogicalType::Decimal(_)));
    let by_dictionary = chunk
        .page_encoding_stats_mask()
        .is_some_and(|mask| mask.is_only(Encoding::PLAIN_DICTIONARY) || mask.is_only(Encoding::RLE_DICTIONARY));
    by_dictionary && !is_decimal
}

/// The pages of one column chunk.
fn pages(
    bytes: &Arc<dyn FileBytes>,
    footer: &Footer,
    row_group: usize,
    leaf: usize,
    rows: usize,
    access: Access,
) -> ParquetResult<Box<dyn PageReader>> {
    let chunk = footer.metadata.row_group(row_group).column(leaf);
    let (start, len_bytes) = chunk.byte_range();
    let end = start
        .checked_add(len_bytes)
        .ok_or_else(|| ParquetError::General("its place is no range".to_owned()))?;
    let is_flat = chunk.column_descr().max_rep_level() == 0;
    let locations = match access {
        Access::Sequential => None,
        Access::Sparse => footer.metadata.offset_index().and_then(|index| {
            let locations = index.get(row_group)?.get(leaf)?.page_locations();
            let starts: Vec<i64> = locations.iter().map(|l| l.first_row_index).collect();
            let in_order = starts.windows(2).all(|w| w[0] < w[1]);
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
            let in_range = starts.first() == Some(&0) && starts.last().is_some_and(|&s| s < rows as i64);
            let in_chunk = locations.iter().all(|l| {
                u64::try_from(l.offset)
                    .is_ok_and(|o| o >= start && o.saturating_add(l.compressed_page_size as u64) <= end)
                    && l.compressed_page_size > 0
            });
            // An index that does not fit its chunk is not used: the pages themselves tell where they are.
            (in_order && in_sequence && in_range && in_chunk).then(|| locations.clone())
        }),
    };
    let expected_rows = locations.as_ref().map(|locations| {
        let ends = locations.iter().skip(1).map(|l| l.first_row_index).chain([rows as i64]);
        locations
            .iter()
            .zip(ends)
            .map(|(l, end)| (end - l.first_row_index) as usize)
            .collect::<VecDeque<_>>()
    });
    let read_ahead = if locations.is_some() { 0 } else { WINDOW_BYTES };
    let window = Window {
        bytes: Arc::clone(bytes),
        chunk: start..end,
        read_ahead,
        held: Mutex::default(),
    };
    let reader = SerializedPageReader::new(Arc::new(window), chunk, rows, locations)?;
    Ok(if is_flat {
        Box::new(CheckedPages { reader, expected_rows })
    } else {
        Box::new(reader)
    })
}

/// A column chunk's bytes through one window.
#[derive(Debug)]
struct Window {
    bytes: Arc<dyn FileBytes>,
    chunk: Range<u64>,
    /// Bytes to read beyond what is asked for; 0 when an index tells where each page is.
    read_ahead: u64,
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
            let end = wanted_end.max(start.saturating_add(self.read_ahead).min(self.chunk.end));
            held.1 = self
                .bytes
                .read(start..end)
                .map_err(|e| ParquetError::External(Box::new(e)))?;
        }
        Ok(held.1.slice((start - held.0) as usize..))
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
        Ok(self.from(start, 1 << 20)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let bytes = self.from(start, length as u64)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF("a page ends beyond its column chunk".to_owned()));
        }
        Ok(bytes.slice(..length))
    }
}

/// Pages whose numbers of rows agree with whatever else tells them, or rows would be taken for others.
struct CheckedPages<R: ChunkReader> {
    reader: SerializedPageReader<R>,
    /// Rows of each page still to come, by the page index.
    expected_rows: Option<VecDeque<usize>>,
}

fn not_one_value_a_row() -> ParquetError {
    ParquetError::General("a page of a flat column has not one value a row".to_owned())
}

impl<R: ChunkReader> CheckedPages<R> {
    fn check(&mut self, page: &Page) -> ParquetResult<()> {
        let levels = page.num_values() as usize;
        if let Page::DataPageV2 { num_rows, .. } = page
            && *num_rows as usize != levels
        {
            return Err(not_one_value_a_row());
        }
        let Some(expected) = &mut self.expected_rows else {
            return Ok(());
        };
        if expected.pop_front() == Some(levels) {
            return Ok(());
        }
        Err(ParquetError::General(
            "a page holds other rows than the page index says".to_owned(),
        ))
    }
}

impl<R: ChunkReader> PageReader for CheckedPages<R> {
    fn get_next_page(&mut self) -> ParquetResult<Option<Page>> {
        let page = self.reader.get_next_page()?;
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
        if next.as_ref().is_some_and(differ) {
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
struct OneChunk(Option<Box<dyn PageReader>>);

impl Iterator for OneChunk {
    type Item = ParquetResult<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageIterator for OneChunk {}
