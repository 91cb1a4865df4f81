//! Reading one generated Parquet file on one thread: decode, digest and fetch, each apart.
//!
//! The rival is the parquet crate's own `ParquetRecordBatchReader` over the same file, for all rows, and with a row selection
//! for a scattered hundredth of them. It opens the file and reads its footer each time; ours opens it each time and
//! has the footer. `decode` and `digest` differ by what hashing costs. The file lies in the page cache.

mod data;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use criterion::{Criterion, Throughput};
use parity_kernels::domain::Side;
use parity_scan::column::{Access, BATCH_ROWS, ColumnReader};
use parity_scan::fetch::SplitRows;
use parity_scan::files::dataset::{ColumnInFile, Dataset, ReadOptions};
use parity_scan::files::source::LocalSource;
use parity_scan::files::split::{Split, splits};
use parity_scan::fingerprint::fingerprint;
use parity_steps::ask::run::Run;
use parity_steps::plan::{Plan, SideColumns};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::basic::Compression;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROWS: u64 = 200_000;
const COLUMNS: u64 = 20;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("rows.parquet");
    write(&path);
    let path = path.to_str().expect("a UTF-8 path");

    let mut run = Run::of(path, path);
    run.keys = Some(vec![("key".to_owned(), None)]);
    let options = run.options().expect("options");
    let read_options = ReadOptions::new(run.case_sensitive, options.zone);
    let dataset = Dataset::open(Arc::new(LocalSource), path, read_options, |files, footer| {
        files.iter().map(footer).collect()
    });
    let dataset = dataset.expect("a dataset");
    let side = SideColumns {
        path: &dataset.path,
        columns: &dataset.columns,
    };
    let plan = Plan::new(side, side, &options).expect("a plan");
    let plan = plan.side(Side::Left, 7, 1, options.zone);
    let splits = splits(&dataset, Side::Left, u64::MAX);
    let split = splits[0];
    let wanted: Vec<u32> = (0..ROWS as u32)
        .filter(|&row| data::word(row.into()).is_multiple_of(100))
        .collect();

    let mut group = criterion.benchmark_group("scan");
    group.throughput(Throughput::Elements(ROWS)).sample_size(20);
    group.bench_function("decode: ours", |b| b.iter(|| decode(&dataset, split)));
    group.bench_function("decode: parquet", |b| b.iter(|| read(path, None)));
    group.bench_function("digest: ours", |b| {
        b.iter(|| fingerprint(&dataset, split, &plan).expect("fingerprints"));
    });
    group.finish();

    let mut group = criterion.benchmark_group("fetch");
    group
        .throughput(Throughput::Elements(wanted.len() as u64))
        .sample_size(20);
    group.bench_function("ours", |b| b.iter(|| fetch(&dataset, split, &wanted)));
    group.bench_function("parquet", |b| {
        b.iter(|| {
            let ranges = wanted.iter().map(|&row| row as usize..row as usize + 1);
            read(path, Some(RowSelection::from_consecutive_ranges(ranges, ROWS as usize)));
        });
    });
    group.finish();
    criterion.final_summary();
}

/// A key and twenty columns of mixed types, in two row groups, as Spark compresses them.
fn write(path: &Path) {
    let named = |leaf: u64| -> (String, ArrayRef) {
        let values = match leaf % 4 {
            0 => data::integers(ROWS, leaf * ROWS),
            1 => data::doubles(ROWS, leaf * ROWS),
            2 => data::texts(ROWS, leaf * ROWS),
            _ => data::dictionary(ROWS, leaf * ROWS),
        };
        (format!("c{leaf}"), values)
    };
    let keys: ArrayRef = Arc::new(StringArray::from_iter_values((0..ROWS).map(|row| format!("key-{row}"))));
    let columns = std::iter::once(("key".to_owned(), keys)).chain((0..COLUMNS).map(named));
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROWS as usize / 2))
        .build();
    let file = File::create(path).expect("a new file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("a batch is written");
    writer.close().expect("the file is complete");
}

/// Every stored value of every column, thrown away.
fn decode(dataset: &Dataset, split: Split) {
    let file = &dataset.files[split.file];
    let bytes = Arc::from(
        dataset
            .source
            .open(&file.found.path, &file.found.stamp)
            .expect("the same file"),
    );
    for row_group in 0..split.row_groups {
        let rows = file.footer.metadata.row_group(row_group).num_rows() as usize;
        for column in &file.columns {
            let ColumnInFile::Stored(leaf, _) = column else {
                continue;
            };
            let access = Access::Sequential;
            let mut reader = ColumnReader::open(file.path(), &bytes, &file.footer, row_group, *leaf, access)
                .expect("a column chunk");
            for start in (0..rows).step_by(BATCH_ROWS) {
                black_box(reader.read(BATCH_ROWS.min(rows - start)).expect("a batch"));
            }
        }
    }
}

/// The wanted rows of every column, one column at a time.
fn fetch(dataset: &Dataset, split: Split, wanted: &[u32]) {
    let open = SplitRows::open(dataset, split).expect("the same file");
    for column in 0..dataset.columns.len() {
        black_box(open.fetch(column, wanted).expect("values"));
    }
}

/// What the parquet crate does by itself.
fn read(path: &str, selection: Option<RowSelection>) {
    let file = File::open(path).expect("the file");
    let options = ArrowReaderOptions::new().with_offset_index_policy(PageIndexPolicy::Optional);
    let mut builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .expect("a footer")
        .with_batch_size(BATCH_ROWS);
    if let Some(selection) = selection {
        builder = builder.with_row_selection(selection);
    }
    for batch in builder.build().expect("a reader") {
        black_box(batch.expect("a batch"));
    }
}
