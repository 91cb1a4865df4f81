//! What a file says of a column chunk besides its footer and its pages: the column index and the Bloom filter.
//!
//! Both only spare reading, and neither is needed. One that lies outside of its file or cannot be decoded is passed
//! over, as Spark does; where its bytes cannot be read at all, that is an error.

use crate::error::{ScanError, ScanResult};
use crate::files::source::FileBytes;
use crate::footer::whole_file::{WholeFile, decode};
use crate::strict::check_column_index;
use parquet::bloom_filter::Sbbf;
use parquet::data_type::AsBytes;
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::reader::ChunkReader;
use parquet::schema::types::{SchemaDescriptor, Type};
use std::ops::Range;
use std::sync::Arc;

/// A file whose indexes are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indexed<'a> {
    /// The open file.
    pub(crate) bytes: &'a dyn FileBytes,
    /// Its length.
    pub(crate) len_bytes: u64,
}

/// Where the column index of a chunk is.
pub(crate) fn column_index_range(chunk: &ColumnChunkMetaData) -> Option<Range<u64>> {
    range(chunk.column_index_offset()?, chunk.column_index_length()?)
}

/// Where the offset index of a chunk is.
pub(crate) fn offset_index_range(chunk: &ColumnChunkMetaData) -> Option<Range<u64>> {
    range(chunk.offset_index_offset()?, chunk.offset_index_length()?)
}

/// Where the Bloom filter of a chunk is, as far as the footer tells.
pub(crate) fn bloom_filter_range(chunk: &ColumnChunkMetaData) -> Option<Range<u64>> {
    range(chunk.bloom_filter_offset()?, chunk.bloom_filter_length()?)
}

fn range(offset: i64, length: i32) -> Option<Range<u64>> {
    let (start, length) = (u64::try_from(offset).ok()?, u64::try_from(length).ok()?);
    Some(start..start.checked_add(length)?)
}

impl Indexed<'_> {
    /// The facts about each page of a chunk; `None` where nothing is known.
    pub(crate) fn column_index(&self, chunk: &ColumnChunkMetaData) -> ScanResult<Option<ColumnIndexMetaData>> {
        let Some(place) = column_index_range(chunk) else {
            return Ok(None);
        };
        self.decoded(|file| {
            check_column_index(&file.get_bytes(place.start, (place.end - place.start) as usize)?)?;
            let mut reader = ParquetMetaDataReader::new_with_metadata(alone(chunk)?)
                .with_offset_index_policy(PageIndexPolicy::Skip)
                .with_column_index_policy(PageIndexPolicy::Required);
            reader.read_page_indexes(file)?;
            let mut metadata = reader.finish()?.into_builder();
            let found = metadata.take_column_index().into_iter().flatten().flatten().next();
            Ok(found.filter(|index| *index != ColumnIndexMetaData::NONE))
        })
    }

    /// Whether the chunk's Bloom filter says that none of these stored values is in the chunk.
    pub(crate) fn lacks(&self, chunk: &ColumnChunkMetaData, values: &[Vec<u8>]) -> ScanResult<bool> {
        let lacks = self.decoded(|file| {
            let filter = match bloom_filter_range(chunk) {
                Some(range) => Some(Sbbf::from_bytes(
                    &file.get_bytes(range.start, (range.end - range.start) as usize)?,
                )?),
                None => Sbbf::read_from_column_chunk(chunk, file)?,
            };
            Ok(filter
                .filter(|filter| filter.num_blocks() > 0)
                .map(|filter| !values.iter().any(|value| filter.check(value.as_bytes()))))
        })?;
        Ok(lacks.unwrap_or(false))
    }

    /// What a decoder finds in the file, if it can.
    fn decoded<T>(&self, decoder: impl FnOnce(&WholeFile<'_>) -> ParquetResult<Option<T>>) -> ScanResult<Option<T>> {
        let file = WholeFile::without_tail(self.bytes, self.len_bytes);
        match decode("", "", || decoder(&file)) {
            Err(ScanError::CorruptFile { .. }) => Ok(None),
            found => found,
        }
    }
}

/// The metadata of a file that has no other column chunk.
fn alone(chunk: &ColumnChunkMetaData) -> ParquetResult<ParquetMetaData> {
    let leaf = Type::primitive_type_builder("leaf", chunk.column_type())
        .with_length(chunk.column_descr().type_length())
        .build()?;
    let root = Type::group_type_builder("root")
        .with_fields(vec![Arc::new(leaf)])
        .build()?;
    let schema = Arc::new(SchemaDescriptor::new(Arc::new(root)));
    let chunk = ColumnChunkMetaData::builder(schema.column(0))
        .set_column_index_offset(chunk.column_index_offset())
        .set_column_index_length(chunk.column_index_length())
        .build()?;
    let group = RowGroupMetaData::builder(Arc::clone(&schema))
        .set_column_metadata(vec![chunk])
        .build()?;
    let file = FileMetaData::new(1, 0, None, None, schema, None);
    Ok(ParquetMetaData::new(file, vec![group]))
}
