//! Parquet files in memory, a byte source that counts, and values as text.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, FixedSizeBinaryArray, Float32Array,
    Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use bytes::Bytes;
use parity_kernels::domain::values;
use parity_kernels::spark::zone::Zone;
use parity_scan::files::dataset::{ColumnInFile, Dataset, ReadOptions};
use parity_scan::files::source::{ByteSource, FileBytes, Listed, Stamp};
use parity_scan::{ScanError, ScanResult};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// What was read: path and range, in order.
pub(crate) type Reads = Arc<Mutex<Vec<(String, Range<u64>)>>>;

/// Files by path. Folders are what paths say.
#[derive(Debug, Default)]
pub(crate) struct MemorySource {
    pub(crate) files: BTreeMap<String, Bytes>,
    pub(crate) reads: Reads,
    /// What was announced, in order.
    pub(crate) announced: Reads,
    /// Whether it says that it is local.
    pub(crate) is_local: bool,
}

impl MemorySource {
    pub(crate) fn of(files: impl IntoIterator<Item = (&'static str, Bytes)>) -> Self {
        MemorySource {
            files: files
                .into_iter()
                .map(|(path, bytes)| (path.to_owned(), bytes))
                .collect(),
            reads: Arc::default(),
            announced: Arc::default(),
            is_local: false,
        }
    }
}

fn stamp(bytes: &Bytes) -> Stamp {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Stamp {
        len_bytes: bytes.len() as u64,
        modified_ns: 7,
        identity: 0,
        // Tests call different files by one name, and footers are kept by name and stamp.
        etag: Some(hasher.finish().to_string()),
    }
}

fn listed(path: &str, stamp: Option<Stamp>) -> Listed {
    Listed {
        path: path.to_owned(),
        name: path.rsplit('/').next().unwrap_or(path).to_owned(),
        stamp,
    }
}

impl ByteSource for MemorySource {
    fn look(&self, path: &str) -> ScanResult<Option<Listed>> {
        if let Some(bytes) = self.files.get(path) {
            return Ok(Some(listed(path, Some(stamp(bytes)))));
        }
        let folder = format!("{path}/");
        let exists = self.files.keys().any(|file| file.starts_with(&folder));
        Ok(exists.then(|| listed(path, None)))
    }

    fn list(&self, folder: &str) -> ScanResult<Vec<Listed>> {
        let prefix = format!("{folder}/");
        let below = self.files.keys().filter_map(|path| path.strip_prefix(&prefix));
        let names: BTreeSet<&str> = below.filter_map(|rest| rest.split('/').next()).collect();
        // In an order that no caller may rely on.
        let paths = names.into_iter().rev().map(|name| format!("{prefix}{name}"));
        Ok(paths
            .map(|path| listed(&path, self.files.get(&path).map(stamp)))
            .collect())
    }

    fn open(&self, path: &str, expected: &Stamp) -> ScanResult<Box<dyn FileBytes>> {
        let bytes = self.files.get(path).filter(|bytes| stamp(bytes) == *expected);
        let bytes = bytes.ok_or_else(|| ScanError::SourceChanged { path: path.to_owned() })?;
        Ok(Box::new(MemoryFile {
            path: path.to_owned(),
            bytes: bytes.clone(),
            reads: Arc::clone(&self.reads),
            announced: Arc::clone(&self.announced),
            is_local: self.is_local,
        }))
    }
}

#[derive(Debug)]
struct MemoryFile {
    path: String,
    bytes: Bytes,
    reads: Reads,
    announced: Reads,
    is_local: bool,
}

impl FileBytes for MemoryFile {
    fn read(&self, range: Range<u64>) -> ScanResult<Bytes> {
        self.reads.lock().unwrap().push((self.path.clone(), range.clone()));
        if range.end > self.bytes.len() as u64 {
            return Err(ScanError::CorruptFile {
                path: self.path.clone(),
                reason: "beyond its end".to_owned(),
            });
        }
        Ok(self.bytes.slice(range.start as usize..range.end as usize))
    }

    fn announce(&self, ranges: &[Range<u64>]) {
        let ranges = ranges.iter().map(|range| (self.path.clone(), range.clone()));
        self.announced.lock().unwrap().extend(ranges);
    }

    fn is_local(&self) -> bool {
        self.is_local
    }

    fn check(&self) -> ScanResult<()> {
        Ok(())
    }
}

/// A Parquet file with these columns.
pub(crate) fn parquet(properties: WriterProperties, columns: &[(&str, ArrayRef)]) -> Bytes {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), array.null_count() > 0))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.iter().map(|(_, array)| Arc::clone(array)).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap().into()
}

pub(crate) fn plain(columns: &[(&str, ArrayRef)]) -> Bytes {
    parquet(WriterProperties::builder().build(), columns)
}

pub(crate) fn ints(values: impl IntoIterator<Item = i32>) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(values))
}

pub(crate) fn bigints(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

pub(crate) fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

pub(crate) const OPTIONS: ReadOptions = ReadOptions::new(false, Zone::UTC);

pub(crate) fn open(source: impl ByteSource + 'static, path: &str) -> ScanResult<Dataset> {
    open_with(source, path, OPTIONS)
}

pub(crate) fn open_with(source: impl ByteSource + 'static, path: &str, options: ReadOptions) -> ScanResult<Dataset> {
    Dataset::open(Arc::new(source), path, options, |files, footer| {
        files.iter().map(footer).collect()
    })
}

/// A dataset of one file.
pub(crate) fn one_file(bytes: Bytes) -> Dataset {
    open(MemorySource::of([("data.parquet", bytes)]), "data.parquet").unwrap()
}

/// The leaf and how it is stored.
pub(crate) fn stored_as(dataset: &Dataset, file: usize, column: usize) -> (usize, values::Stored) {
    match &dataset.files[file].columns[column] {
        ColumnInFile::Stored(leaf, stored) => (*leaf, stored.clone()),
        other => panic!("{other:?} is not stored"),
    }
}

/// Values of an own array as text, exactly.
pub(crate) fn shown(own: &ArrayRef) -> Vec<String> {
    let value = |row: usize| match own.data_type() {
        _ if own.is_null(row) => "null".to_owned(),
        DataType::Int64 | DataType::Decimal128(_, _) => values::integer_at(own, row).to_string(),
        DataType::Float64 => format!("{:016x}", own.as_primitive::<Float64Type>().value(row).to_bits()),
        DataType::Boolean => values::boolean_at(own, row).to_string(),
        _ => values::bytes_at(own, row).escape_ascii().to_string(),
    };
    (0..own.len()).map(value).collect()
}

/// A simple generator of random numbers (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// Columns of all physical types, and what their values look like as own values. One row in `null_in` is null, at
/// random, and stretches of nulls come on top; 0 means none, 1 means all.
pub(crate) fn all_types(rows: usize, null_in: u64, random: &mut Random) -> Vec<(&'static str, ArrayRef, Vec<String>)> {
    let mut columns = Vec::new();
    let mut add = |name, make: &dyn Fn(&[Option<u64>]) -> ArrayRef, show: &dyn Fn(u64) -> String| {
        let mut stretch = 0;
        let draws: Vec<Option<u64>> = (0..rows)
            .map(|_| {
                if null_in > 1 && random.below(200) == 0 {
                    stretch = random.below(90);
                }
                stretch = stretch.saturating_sub(1);
                let null = null_in > 0 && (stretch > 0 || random.below(null_in) == 0);
                let draw = random.next();
                (!null).then_some(draw)
            })
            .collect();
        let expected = draws.iter().map(|d| d.map_or("null".to_owned(), show)).collect();
        columns.push((name, make(&draws), expected));
    };
    let number = |d: u64| d as i32;
    add(
        "int",
        &|d| Arc::new(Int32Array::from_iter(d.iter().map(|d| d.map(number)))),
        &|d| number(d).to_string(),
    );
    let few = |d: u64| (d % 7) as i64 - 3;
    add(
        "few",
        &|d| Arc::new(Int64Array::from_iter(d.iter().map(|d| d.map(few)))),
        &|d| few(d).to_string(),
    );
    let bigint = |d: u64| d as i64;
    add(
        "bigint",
        &|d| Arc::new(Int64Array::from_iter(d.iter().map(|d| d.map(bigint)))),
        &|d| bigint(d).to_string(),
    );
    let float = |d: u64| (d % 1000) as f32 / 8.0;
    add(
        "float",
        &|d| Arc::new(Float32Array::from_iter(d.iter().map(|d| d.map(float)))),
        &|d| format!("{:016x}", f64::from(float(d)).to_bits()),
    );
    let double = |d: u64| (d % 100_000) as f64 / 3.0;
    add(
        "double",
        &|d| Arc::new(Float64Array::from_iter(d.iter().map(|d| d.map(double)))),
        &|d| format!("{:016x}", double(d).to_bits()),
    );
    let boolean = |d: u64| d.is_multiple_of(3);
    add(
        "boolean",
        &|d| Arc::new(BooleanArray::from_iter(d.iter().map(|d| d.map(boolean)))),
        &|d| boolean(d).to_string(),
    );
    let word = |d: u64| format!("word {}", d % 40);
    add(
        "word",
        &|d| Arc::new(StringArray::from_iter(d.iter().map(|d| d.map(word)))),
        &word,
    );
    let text = |d: u64| "x".repeat((d % 23) as usize) + &d.to_string();
    add(
        "text",
        &|d| Arc::new(StringArray::from_iter(d.iter().map(|d| d.map(text)))),
        &text,
    );
    let wide = |d: u64| i128::from(d as i64) * 1_000_000_007;
    add(
        "wide",
        &|d| {
            let values = Decimal128Array::from_iter(d.iter().map(|d| d.map(wide)));
            Arc::new(values.with_precision_and_scale(38, 10).unwrap())
        },
        &|d| wide(d).to_string(),
    );
    let narrow = |d: u64| i128::from(d % 2_000_000) - 1_000_000;
    add(
        "narrow",
        &|d| {
            let values = Decimal128Array::from_iter(d.iter().map(|d| d.map(narrow)));
            Arc::new(values.with_precision_and_scale(9, 2).unwrap())
        },
        &|d| narrow(d).to_string(),
    );
    add(
        "date",
        &|d| Arc::new(Date32Array::from_iter(d.iter().map(|d| d.map(|d| (d % 30_000) as i32)))),
        &|d| (d % 30_000).to_string(),
    );
    let micros = |d: u64| (d >> 12) as i64;
    add(
        "time",
        &|d| Arc::new(TimestampMicrosecondArray::from_iter(d.iter().map(|d| d.map(micros)))),
        &|d| micros(d).to_string(),
    );
    add(
        "fixed",
        &|d| {
            let bytes = d.iter().map(|d| d.map(u64::to_be_bytes));
            Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes, 8).unwrap())
        },
        &|d| d.to_be_bytes().escape_ascii().to_string(),
    );
    columns
}
