//! A file's footer: its columns by Spark's types, and the calendar of its writer.

mod flat_types;
pub(crate) mod index;
mod julian;
mod kept;
pub mod schema;
pub(crate) mod spark_schema;
mod tree;
pub(crate) mod whole_file;

use crate::error::{ScanError, ScanResult};
use crate::files::listing::FoundFile;
use crate::files::source::{ByteSource, FileBytes};
use crate::footer::julian::JulianWriter;
use crate::footer::schema::FileColumn;
use crate::footer::whole_file::{WholeFile, decode};
use crate::settings::ReadOptions;
use crate::strict::{self, Depth, MAX_LEVELS};
use parquet::basic::{ConvertedType, LogicalType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use parquet::schema::types::Type;
use std::ops::Range;
use std::sync::Arc;

/// A footer, decoded and checked.
#[derive(Clone, Debug)]
pub struct Footer {
    /// Parquet's own metadata.
    pub metadata: Arc<ParquetMetaData>,
    /// Columns in file order, each struct before its fields.
    pub columns: Vec<FileColumn>,
}

impl Footer {
    /// Whether the writer knew a column as `char(length)`, and so filled its values with spaces to that length.
    pub(crate) fn pads(&self, column: &str, length: u64) -> bool {
        let metadata = self.metadata.file_metadata().key_value_metadata();
        spark_schema::char_type(metadata, column).is_some_and(|kind| kind == format!("char({length})"))
    }
}

/// Reads and checks a footer.
pub fn read(source: &dyn ByteSource, file: &FoundFile, options: impl Into<ReadOptions>) -> ScanResult<Footer> {
    read_open(&*source.open(&file.path, &file.stamp)?, file, options)
}

/// Says that the footer of an open file will be read.
pub fn announce(bytes: &dyn FileBytes, file: &FoundFile) {
    bytes.announce(&[tail(file)]);
}

/// The bytes at a file's end that are read first.
fn tail(file: &FoundFile) -> Range<u64> {
    let len_bytes = file.stamp.len_bytes;
    len_bytes.saturating_sub(TAIL_BYTES)..len_bytes
}

/// Reads and checks the footer of a file that is open already. Footers of files that are not local are kept for a while.
pub fn read_open(bytes: &dyn FileBytes, file: &FoundFile, options: impl Into<ReadOptions>) -> ScanResult<Footer> {
    let options = options.into();
    if bytes.is_local() {
        return read_now(bytes, file, options);
    }
    if let Some(footer) = kept::footer(file, options) {
        return Ok(footer);
    }
    let footer = read_now(bytes, file, options)?;
    kept::keep(file, options, &footer);
    Ok(footer)
}

/// Whether the footer of a file is kept, so that reading it asks for nothing.
pub fn is_kept(file: &FoundFile, options: ReadOptions) -> bool {
    kept::is_kept(file, options)
}

fn read_now(bytes: &dyn FileBytes, file: &FoundFile, options: ReadOptions) -> ScanResult<Footer> {
    let len_bytes = file.stamp.len_bytes;
    let tail = tail(file);
    let whole = WholeFile {
        bytes,
        len_bytes,
        held_start: tail.start,
        held: bytes.read(tail)?,
    };
    if whole.held.ends_with(ENCRYPTED_MAGIC) {
        return Err(encrypted(&file.path));
    }
    let place = decode(&file.path, "the footer", || place(&whole))?;
    let footer = decode(&file.path, "the footer", || whole.read(place.start, place.end))?;
    let facts = decode(&file.path, "the footer", || strict::facts(&footer))?;
    if facts.is_encrypted {
        return Err(encrypted(&file.path));
    }
    let levels = match facts.depth {
        Depth::Levels(levels) => levels,
        Depth::TooDeep(column) => {
            return Err(ScanError::TooDeep {
                path: file.path.clone(),
                column,
                levels: MAX_LEVELS,
            });
        }
    };
    let decoded = with_stack(levels, || {
        decode(&file.path, "the footer", || {
            ParquetMetaDataReader::decode_metadata(&footer)
        })
    });
    let metadata = decoded.map_err(|e| no_stack(&file.path, &e))??;
    if let Some(group) = contradicts_itself(metadata.file_metadata().schema()) {
        return Err(ScanError::corrupt(
            &file.path,
            format!("the footer calls the group {group} two things at once"),
        ));
    }
    check_counts(&file.path, &metadata, place.start)?;
    let metadata = decode(&file.path, "the page index", || with_page_index(metadata, &whole))?;
    let julian = JulianWriter::of(metadata.file_metadata().key_value_metadata(), options);
    let columns = with_stack(levels, || tree::columns(&metadata, julian, options.settings))
        .map_err(|e| no_stack(&file.path, &e))?;
    options.settings.check(&file.path, metadata.file_metadata())?;
    Ok(Footer {
        metadata: Arc::new(metadata),
        columns,
    })
}

/// Up to this many levels the stack of any thread is enough.
const FEW_LEVELS: usize = 32;
/// Bytes of stack for each level, several times as many as a build without optimization takes.
const STACK_OF_LEVEL: usize = 16 << 10;

/// Runs what calls itself for each level of a schema, on a thread with enough stack if there are many.
fn with_stack<T: Send>(levels: usize, work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    if levels <= FEW_LEVELS {
        return Ok(work());
    }
    let builder = std::thread::Builder::new().stack_size((1 << 20) + levels * STACK_OF_LEVEL);
    std::thread::scope(|scope| match builder.spawn_scoped(scope, work)?.join() {
        Ok(result) => Ok(result),
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

fn no_stack(path: &str, error: &std::io::Error) -> ScanError {
    ScanError::Unreadable {
        path: path.to_owned(),
        reason: format!("there is no thread for its deep schema: {error}"),
    }
}

fn encrypted(path: &str) -> ScanError {
    ScanError::EncryptedFile { path: path.to_owned() }
}

/// The last bytes of a file, and those of a file whose footer is encrypted.
const MAGIC: &[u8] = b"PAR1";
const ENCRYPTED_MAGIC: &[u8] = b"PARE";

/// Where the footer's metadata are: before their length and the magic bytes.
fn place(whole: &WholeFile<'_>) -> Result<Range<u64>, ParquetError> {
    let not_parquet = |what: &str| ParquetError::General(format!("Invalid Parquet file. {what}"));
    let tail = whole.held.last_chunk::<8>().filter(|_| whole.len_bytes >= 12);
    let tail = tail.ok_or_else(|| not_parquet("It is too short"))?;
    let (len_bytes, magic) = tail.split_at(4);
    if magic != MAGIC {
        return Err(not_parquet("Corrupt footer"));
    }
    let metadata_bytes = len_bytes.iter().rev().fold(0, |len, &byte| len << 8 | u64::from(byte));
    let end = whole.len_bytes - 8;
    // The file begins with the magic bytes, too.
    match end.checked_sub(metadata_bytes).filter(|&start| start >= 4) {
        Some(start) => Ok(start..end),
        None => Err(not_parquet("Its footer is longer than the file")),
    }
}

/// Bytes among which all offset indexes are read at once, or this many times as many as they have themselves.
const INDEX_SPAN_BYTES: u64 = 16 << 20;
const INDEX_SPAN_RATIO: u64 = 64;

/// The metadata and where the pages of each chunk are, if the file tells it.
fn with_page_index(metadata: ParquetMetaData, whole: &WholeFile<'_>) -> Result<ParquetMetaData, ParquetError> {
    let chunks = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    let places: Vec<Range<u64>> = chunks.filter_map(index::offset_index_range).collect();
    let starts = places.iter().map(|place| place.start);
    let (Some(start), Some(end)) = (starts.min(), places.iter().map(|place| place.end).max()) else {
        return Ok(metadata);
    };
    let len_bytes: u64 = places
        .iter()
        .map(|place| place.end - place.start)
        .fold(0, u64::saturating_add);
    if end - start > INDEX_SPAN_BYTES.max(len_bytes.saturating_mul(INDEX_SPAN_RATIO)) {
        return Err(ParquetError::General(
            "its parts lie too far from each other".to_owned(),
        ));
    }
    let whole = WholeFile {
        held_start: start,
        held: whole.read(start, end)?,
        ..*whole
    };
    for place in places {
        strict::check_offset_index(&whole.read(place.start, place.end)?)?;
    }
    let mut reader = ParquetMetaDataReader::new_with_metadata(metadata)
        .with_column_index_policy(PageIndexPolicy::Skip)
        .with_offset_index_policy(PageIndexPolicy::Optional);
    reader.read_page_indexes(&whole)?;
    reader.finish()
}

/// Bytes at a file's end that are read at once: mostly the whole footer and the page index before it, so that a store
/// is asked once and not three times.
const TAIL_BYTES: u64 = 256 << 10;

/// Numbers that later steps rely on must agree with each other before anything is read. Pages lie before `data_end`.
fn check_counts(path: &str, metadata: &ParquetMetaData, data_end: u64) -> ScanResult<()> {
    let mut total = 0i64;
    for (number, group) in metadata.row_groups().iter().enumerate() {
        let rows = group.num_rows();
        let wrong = |what: String| ScanError::corrupt(path, format!("row group {number}: {what}"));
        if rows < 0 || rows > i64::from(u32::MAX) {
            return Err(wrong(format!("{rows} rows")));
        }
        total += rows;
        for chunk in group.columns() {
            if let Some(other) = chunk.file_path() {
                return Err(wrong(format!("its data are in another file, {other}")));
            }
            let column = chunk.column_path().string();
            if !lies_before(data_end, chunk) {
                return Err(wrong(format!("column {column} does not lie within the file")));
            }
            let flat = chunk.column_descr().max_rep_level() == 0;
            let values = chunk.num_values();
            // A row of arrays has a value at least, which says that there is none.
            if values < rows || flat && values != rows {
                return Err(wrong(format!("column {column} has {values} values for {rows} rows")));
            }
        }
    }
    let promised = metadata.file_metadata().num_rows();
    if total != promised {
        return Err(ScanError::corrupt(
            path,
            format!("its row groups hold {total} rows, its footer says {promised}"),
        ));
    }
    Ok(())
}

/// The name of a group below that is annotated as something that no group is, or as a list and a map.
fn contradicts_itself(group: &Type) -> Option<&str> {
    group
        .get_fields()
        .iter()
        .filter(|field| field.is_group())
        .find_map(|field| {
            let info = field.get_basic_info();
            let converted = info.converted_type();
            let is_sound = match info.logical_type_ref() {
                Some(LogicalType::List) => matches!(converted, ConvertedType::NONE | ConvertedType::LIST),
                Some(LogicalType::Map) => matches!(
                    converted,
                    ConvertedType::NONE | ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE
                ),
                None | Some(LogicalType::Variant(_) | LogicalType::_Unknown { .. }) => true,
                Some(_) => false,
            };
            if is_sound {
                contradicts_itself(field)
            } else {
                Some(field.name())
            }
        })
}

/// Whether a column chunk lies in the file, before this place; no later step needs to ask it again.
fn lies_before(data_end: u64, chunk: &ColumnChunkMetaData) -> bool {
    let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
    let end = u64::try_from(start)
        .ok()
        .zip(u64::try_from(chunk.compressed_size()).ok());
    end.and_then(|(start, len_bytes)| start.checked_add(len_bytes))
        .is_some_and(|end| end <= data_end)
}
