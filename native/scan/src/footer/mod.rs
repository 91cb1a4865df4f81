//! A file's footer: its columns by Spark's types, and the calendar of its writer.

pub(crate) mod index;
pub(crate) mod spark_schema;
pub mod tree;

use crate::error::{ScanError, ScanResult};
use crate::files::listing::FoundFile;
use crate::files::source::{ByteSource, FileBytes};
use crate::footer::tree::{Node, StructPlace};
use crate::settings::ReadOptions;
use crate::strict::{self, Depth, MAX_LEVELS};
use bytes::{Buf, Bytes};
use parity_kernels::domain::values::Stored;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::{LeafType, Unit};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, KeyValue, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use parquet::file::reader::{ChunkReader, Length};
use parquet::schema::types::Type;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A column of a file: a top-level one, or a field of a struct.
#[derive(Clone, Debug)]
pub struct FileColumn {
    /// Of a field: the number of its struct among the file's columns, which stands before it.
    pub parent: Option<usize>,
    /// Its own name.
    pub name: String,
    /// Where it is among the file's leaves and how it is stored; else the name of a type that cannot be compared.
    pub stored: Result<StoredColumn, String>,
}

/// How a file stores a column.
#[derive(Clone, Debug)]
pub enum StoredColumn {
    /// As this leaf, a value for each row.
    Flat(usize, Stored),
    /// As a struct: the levels of one of its leaves tell where it is.
    Struct(StructPlace),
    /// As an array or a map.
    Nested(Arc<Node>),
}

impl StoredColumn {
    /// The type by the file's own schema.
    pub fn leaf(&self) -> &LeafType {
        match self {
            StoredColumn::Flat(_, stored) => &stored.leaf,
            StoredColumn::Struct(place) => &place.leaf,
            StoredColumn::Nested(node) => &node.leaf,
        }
    }
}

/// What a footer tells.
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
    read_open(&*source.open(&file.path, file.stamp)?, file, options)
}

/// The same of a file that is open already.
pub fn read_open(bytes: &dyn FileBytes, file: &FoundFile, options: impl Into<ReadOptions>) -> ScanResult<Footer> {
    let options = options.into();
    let len_bytes = file.stamp.len_bytes;
    let tail_start = len_bytes.saturating_sub(TAIL_BYTES);
    let whole = WholeFile {
        bytes,
        len_bytes,
        held_start: tail_start,
        held: bytes.read(tail_start..len_bytes)?,
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

/// The last bytes of a file, and of one whose footer is encrypted.
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

/// Runs a decoder over bytes that may be damaged. An error or a panic of the decoder is a corrupt file, except that
/// our own errors, which travel inside the decoder's, stay what they are.
pub(crate) fn decode<T>(path: &str, what: &str, decoder: impl FnOnce() -> Result<T, ParquetError>) -> ScanResult<T> {
    match catch_unwind(AssertUnwindSafe(decoder)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(ParquetError::External(error))) => match error.downcast::<ScanError>() {
            Ok(ours) => Err(*ours),
            Err(other) => Err(ScanError::corrupt(path, format!("{what} cannot be decoded: {other}"))),
        },
        Ok(Err(error)) => Err(ScanError::corrupt(path, format!("{what} cannot be decoded: {error}"))),
        Err(_) => Err(ScanError::corrupt(path, format!("{what} cannot be decoded"))),
    }
}

/// Bytes at a file's end that are read at once: mostly the whole footer and the page index before it, so that a store is asked once and
/// not three times.
const TAIL_BYTES: u64 = 256 << 10;

/// A file from its first byte to its last.
pub(crate) struct WholeFile<'a> {
    bytes: &'a dyn FileBytes,
    len_bytes: u64,
    /// Bytes that have been read already, from this place on.
    held_start: u64,
    held: Bytes,
}

impl<'a> WholeFile<'a> {
    /// Of which nothing has been read yet.
    pub(crate) fn without_tail(bytes: &'a dyn FileBytes, len_bytes: u64) -> Self {
        WholeFile {
            bytes,
            len_bytes,
            held_start: len_bytes,
            held: Bytes::new(),
        }
    }

    fn read(&self, start: u64, end: u64) -> Result<Bytes, ParquetError> {
        let held_end = self.held_start + self.held.len() as u64;
        if start >= self.held_start && start <= end && end <= held_end {
            let place = |at: u64| (at - self.held_start) as usize;
            return Ok(self.held.slice(place(start)..place(end)));
        }
        if start > end || end > self.len_bytes {
            return Err(ParquetError::EOF(format!(
                "{start}..{end} lies beyond {}",
                self.len_bytes
            )));
        }
        self.bytes
            .read(start..end)
            .map_err(|e| ParquetError::External(Box::new(e)))
    }
}

impl Length for WholeFile<'_> {
    fn len(&self) -> u64 {
        self.len_bytes
    }
}

impl ChunkReader for WholeFile<'_> {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.read(start, self.len_bytes)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        self.read(start, start.saturating_add(length as u64))
    }
}

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

/// Which values a file's writer stored in the hybrid Julian calendar, as Spark decides it: by the Spark version in the
/// footer, and by marks that newer versions leave when they were told to write the old way. Settings of the session
/// decide about writers that name no version.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct JulianWriter {
    datetime: Option<Zone>,
    int96: Option<Zone>,
}

impl JulianWriter {
    fn of(metadata: Option<&Vec<KeyValue>>, options: impl Into<ReadOptions>) -> Self {
        let options = options.into();
        let find = |key: &str| {
            metadata
                .and_then(|pairs| pairs.iter().find(|kv| kv.key == key))
                .map(|kv| kv.value.as_deref().unwrap_or(""))
        };
        let zone = find("org.apache.spark.timeZone")
            .and_then(|z| z.parse().ok())
            .unwrap_or(options.writer_zone);
        let Some(version) = find("org.apache.spark.version") else {
            return JulianWriter {
                datetime: options.settings.julian_datetime.then_some(zone),
                int96: options.settings.julian_int96.then_some(zone),
            };
        };
        let written = |before: &str, mark: &str| (version < before || find(mark).is_some()).then_some(zone);
        JulianWriter {
            datetime: written("3.0.0", "org.apache.spark.legacyDateTime"),
            int96: written("3.1.0", "org.apache.spark.legacyINT96"),
        }
    }

    pub(crate) fn for_leaf(self, physical: Physical, leaf: &LeafType) -> Option<Zone> {
        match leaf {
            LeafType::Timestamp { zoned: true, .. } if physical == Physical::INT96 => self.int96,
            LeafType::Timestamp { zoned: true, .. } | LeafType::Date => self.datetime,
            _ => None,
        }
    }
}

/// The type of a primitive field; the name of a type that cannot be compared otherwise.
pub(crate) fn flat_type(
    physical: Physical,
    logical: Option<&LogicalType>,
    converted: ConvertedType,
    length: i32,
    (precision, scale): (i32, i32),
) -> Result<LeafType, String> {
    let int = |bits, signed| Ok(LeafType::Integer { bits, signed });
    let instant = |unit, zoned| Ok(LeafType::Timestamp { unit, zoned });
    let decimal = |precision: i32, scale: i32| match (u8::try_from(precision), i8::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale)) if (0..=precision.cast_signed()).contains(&scale) => {
            Ok(LeafType::Decimal { precision, scale })
        }
        _ => Err(format!("decimal({precision},{scale})")),
    };
    let unknown = || {
        Err(format!(
            "{physical} with {}",
            logical.map_or(format!("{converted}"), |l| format!("{l:?}"))
        ))
    };
    if let Some(LogicalType::Decimal(d)) = logical {
        return decimal(d.precision, d.scale);
    }
    if converted == ConvertedType::DECIMAL {
        return decimal(precision, scale);
    }
    if matches!(logical, Some(LogicalType::Unknown)) {
        return Ok(LeafType::Void);
    }
    match physical {
        Physical::BOOLEAN => Ok(LeafType::Boolean),
        Physical::FLOAT => Ok(LeafType::Float),
        Physical::DOUBLE => Ok(LeafType::Double),
        Physical::INT96 => instant(Unit::Micros, true),
        Physical::INT32 => match (logical, converted) {
            (Some(LogicalType::Integer(i)), _) if [8, 16, 32].contains(&i.bit_width) => {
                int(i.bit_width.cast_unsigned(), i.is_signed)
            }
            (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => Ok(LeafType::Date),
            (Some(LogicalType::Time(t)), _) if t.unit == TimeUnit::MILLIS => Ok(LeafType::Time { unit: Unit::Millis }),
            (None, ConvertedType::TIME_MILLIS) => Ok(LeafType::Time { unit: Unit::Millis }),
            (None, ConvertedType::NONE) => int(32, true),
            (None, ConvertedType::INT_8) => int(8, true),
            (None, ConvertedType::INT_16) => int(16, true),
            (None, ConvertedType::INT_32) => int(32, true),
            (None, ConvertedType::UINT_8) => int(8, false),
            (None, ConvertedType::UINT_16) => int(16, false),
            (None, ConvertedType::UINT_32) => int(32, false),
            _ => unknown(),
        },
        Physical::INT64 => match (logical, converted) {
            (Some(LogicalType::Integer(i)), _) if i.bit_width == 64 => int(64, i.is_signed),
            (Some(LogicalType::Timestamp(t)), _) => instant(unit(&t.unit), t.is_adjusted_to_u_t_c),
            (Some(LogicalType::Time(t)), _) => Ok(LeafType::Time { unit: unit(&t.unit) }),
            (None, ConvertedType::TIME_MICROS) => Ok(LeafType::Time { unit: Unit::Micros }),
            (None, ConvertedType::TIMESTAMP_MILLIS) => instant(Unit::Millis, true),
            (None, ConvertedType::TIMESTAMP_MICROS) => instant(Unit::Micros, true),
            (None, ConvertedType::NONE | ConvertedType::INT_64) => int(64, true),
            (None, ConvertedType::UINT_64) => int(64, false),
            _ => unknown(),
        },
        Physical::BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), _) => Ok(LeafType::String),
            (None, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON) => Ok(LeafType::String),
            (Some(LogicalType::Bson), _) | (None, ConvertedType::BSON | ConvertedType::NONE) => Ok(LeafType::Binary),
            _ => unknown(),
        },
        Physical::FIXED_LEN_BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::Float16), _) if length == 2 => Ok(LeafType::Float),
            (Some(LogicalType::Uuid), _) | (None, ConvertedType::NONE) => Ok(LeafType::Binary),
            (None, ConvertedType::INTERVAL) => Err("interval".to_owned()),
            _ => unknown(),
        },
    }
}

fn unit(unit: &TimeUnit) -> Unit {
    match unit {
        TimeUnit::MILLIS => Unit::Millis,
        TimeUnit::MICROS => Unit::Micros,
        _ => Unit::Nanos,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(entries: &[(&str, &str)]) -> Vec<KeyValue> {
        entries
            .iter()
            .map(|(k, v)| KeyValue::new((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn the_calendar_follows_the_writer_as_in_spark() {
        let utc = Zone::UTC;
        let of = |entries: &[(&str, &str)]| JulianWriter::of(Some(&pairs(entries)), utc);
        assert_eq!(
            of(&[]),
            JulianWriter {
                datetime: None,
                int96: None
            }
        );
        assert_eq!(
            of(&[("org.apache.spark.version", "2.4.8")]),
            JulianWriter {
                datetime: Some(utc),
                int96: Some(utc)
            }
        );
        assert_eq!(
            of(&[("org.apache.spark.version", "3.0.1")]),
            JulianWriter {
                datetime: None,
                int96: Some(utc)
            }
        );
        assert_eq!(
            of(&[("org.apache.spark.version", "3.5.6")]),
            JulianWriter {
                datetime: None,
                int96: None
            }
        );
        let marked = of(&[
            ("org.apache.spark.version", "3.5.6"),
            ("org.apache.spark.legacyDateTime", ""),
            ("org.apache.spark.timeZone", "Europe/Paris"),
        ]);
        assert_eq!(
            marked,
            JulianWriter {
                datetime: Some(Zone::Named(chrono_tz::Europe::Paris)),
                int96: None
            }
        );
    }

    #[test]
    fn a_decoder_that_panics_is_a_corrupt_file_and_our_own_errors_pass() {
        let panicked: ScanResult<()> = decode("f", "page 1", || panic!("boom"));
        assert!(matches!(panicked, Err(ScanError::CorruptFile { .. })));
        let ours = ScanError::SourceChanged { path: "f".to_owned() };
        let passed: ScanResult<()> = decode("f", "page 1", || Err(ParquetError::External(Box::new(ours.clone()))));
        assert_eq!(passed, Err(ours));
    }
}
