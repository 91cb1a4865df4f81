//! One column chunk as Arrow batches.
//!
//! Values are decoded from its [`pages`] in batches small enough to stay in the processor's cache until they are
//! hashed.
//!
//! The readers of the parquet crate are used leaf by leaf, by physical type: what a value means is decided by
//! [`parity_kernels::domain::values`], the same way for every file. Text is read as bytes, because invalid UTF-8 must
//! compare as bytes; a chunk whose pages are all dictionary-encoded keeps its dictionary, so that each distinct text is
//! hashed once.

pub mod nested;
pub mod pages;
pub mod sparse;
pub(crate) mod structs;

pub use crate::column::pages::Access;
use crate::column::pages::{BatchPages, HELD_BYTES, OneChunk};
use crate::error::{ScanError, ScanResult};
use crate::files::source::FileBytes;
use crate::footer::Footer;
use crate::footer::whole_file::decode;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType};
use parity_source::budget;
use parquet::arrow::array_reader::{
    ArrayReader, PrimitiveArrayReader, make_byte_array_dictionary_reader, make_byte_view_array_reader,
    make_fixed_len_byte_array_reader,
};
use parquet::basic::{Encoding, Repetition, Type as Physical};
use parquet::column::page::PageIterator;
use parquet::data_type::{BoolType, DoubleType, FloatType, Int32Type, Int64Type as ParquetInt64, Int96Type};
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor, Type};
use std::sync::Arc;

/// Rows that are decoded at a time.
pub const BATCH_ROWS: usize = 8192;

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
    /// The pages of the batch that is read.
    pages: Arc<BatchPages>,
    /// Whether each row has one value, so that any batch may end with a page.
    is_flat: bool,
    /// Bytes of a row by the footer, decoded.
    row_bytes: u64,
}

impl std::fmt::Debug for ColumnReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ColumnReader")
            .field("path", &self.path)
            .field("what", &self.what)
            .finish_non_exhaustive()
    }
}

/// The rows `wanted` (ascending row numbers of the row group) of leaf `leaf`, taken straight from the pages; `None`
/// when the chunk must be read in sequence. Fewer than all of them, the first ones, where they come to `most_bytes` or
/// more.
pub fn pick(
    path: &str,
    bytes: &Arc<dyn FileBytes>,
    footer: &Footer,
    row_group: usize,
    leaf: usize,
    wanted: &[u32],
    most_bytes: u64,
) -> ScanResult<Option<ArrayRef>> {
    let group = footer.metadata.row_group(row_group);
    let chunk = group.column(leaf);
    let what = format!("row group {row_group}, column {}", chunk.column_path().string());
    decode(path, &what, || {
        let mut pages = pages::open(bytes, footer, row_group, leaf, Access::Sparse, &Arc::default())?;
        sparse::read(&mut *pages, chunk, wanted, most_bytes)
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
        access: Access<'_>,
    ) -> ScanResult<Self> {
        let group = footer.metadata.row_group(row_group);
        let chunk = group.column(leaf);
        let what = format!("row group {row_group}, column {}", chunk.column_path().string());
        let batch = Arc::default();
        let reader = decode(path, &what, || {
            let pages = pages::open(bytes, footer, row_group, leaf, access, &batch)?;
            array_reader(Box::new(OneChunk(Some(pages))), chunk, access)
        })?;
        let rows = u64::try_from(group.num_rows()).unwrap_or_default();
        Ok(ColumnReader {
            path: path.to_owned(),
            what,
            reader,
            pages: batch,
            is_flat: chunk.column_descr().max_rep_level() == 0,
            row_bytes: u64::try_from(chunk.uncompressed_size()).unwrap_or_default() / rows.max(1),
        })
    }

    /// Bytes of a row by the footer, decoded.
    pub(crate) fn row_bytes(&self) -> u64 {
        self.row_bytes
    }

    /// The next stored values of a flat column, in a batch: `rows` of them, or at least one where they lie in large
    /// pages. There must be as many.
    pub fn read(&mut self, rows: usize) -> ScanResult<ArrayRef> {
        let (found, array) = self.some(rows)?;
        self.expect(array.len(), found)?;
        Ok(array)
    }

    /// The next rows with their levels, in a batch: `rows` of them, or of a flat column at least one where they lie in
    /// large pages. There must be as many.
    pub fn read_levels(&mut self, rows: usize) -> ScanResult<Levelled> {
        let levelled = Levelled {
            array: self.some(rows)?.1,
            def: self.reader.get_def_levels().map(<[i16]>::to_vec),
            rep: self.reader.get_rep_levels().map(<[i16]>::to_vec),
        };
        let entries = levelled.array.len();
        for levels in [&levelled.def, &levelled.rep].into_iter().flatten() {
            self.expect(levels.len(), entries)?;
        }
        Ok(levelled)
    }

    /// Definition levels of the batch that was read last; `None` where nulls tell them.
    pub fn levels(&self) -> Option<&[i16]> {
        self.reader.get_def_levels()
    }

    /// How many rows come next, up to `rows`, and what is stored of them, which may be more values or fewer.
    fn some(&mut self, rows: usize) -> ScanResult<(usize, ArrayRef)> {
        let wanted = (rows as u64).saturating_mul(self.row_bytes).min(HELD_BYTES);
        budget::ensure(wanted).map_err(|e| ScanError::from(e).of(&self.path, &self.what))?;
        let reader = &mut self.reader;
        if self.is_flat {
            self.pages.begin();
        }
        let result = decode(&self.path, &self.what, || {
            let found = reader.read_records(rows)?;
            Ok((found, reader.consume_batch()?))
        });
        let is_full = self.is_flat && self.pages.end();
        let (found, array) = result?;
        if found == 0 || !is_full {
            self.expect(found, rows)?;
        }
        Ok((found, physical(array)))
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
    access: Access<'_>,
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
        Physical::BYTE_ARRAY if access != Access::Sparse && is_dictionary_only(chunk) => {
            let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Binary));
            make_byte_array_dictionary_reader(pages, column, Some(dictionary), BATCH_ROWS, None)?
        }
        Physical::BYTE_ARRAY => {
            make_byte_view_array_reader(pages, column, Some(DataType::BinaryView), BATCH_ROWS, None)?
        }
    })
}

/// The column without its logical type: the reader would refuse text that is not UTF-8. A required leaf of an optional
/// struct is null where the struct is.
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
