//! A damaged file is never equal to the intact one unless the parquet crate's own reader reads the same from it, and no damage
//! makes a comparison panic, call itself defective or forget the file's name.
//!
//! The first byte of an input picks one of some small files, which are made at the start; the rest are changes of three bytes
//! each: a place, and what is added to the byte there. `seeds` in this folder writes a corpus to begin with.
#![no_main]

use arrow::array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
};
use arrow::array::{StructArray, make_array};
use arrow::datatypes::{DataType, Field, Int32Type};
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use parity_engine::run::compare;
use parity_source::Code;
use parity_steps::ask::caller::Caller;
use parity_steps::ask::run::Run;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;

struct Files {
    folder: TempDir,
    intact: Vec<Vec<u8>>,
}

static FILES: LazyLock<Files> = LazyLock::new(|| {
    // Decoders of damaged files panic; what matters is what becomes of it.
    std::panic::set_hook(Box::new(|_| {}));
    let folder = tempfile::tempdir_in(if Path::new("/dev/shm").exists() {
        "/dev/shm"
    } else {
        "."
    });
    let folder = folder.expect("a folder for the files");
    let intact = intact();
    for (number, bytes) in intact.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.parquet")), bytes).expect("a file");
    }
    Files { folder, intact }
});

fn columns() -> RecordBatch {
    let rows = 12i64;
    let lists = (0..rows as i32).map(|n| match n % 3 {
        0 => None,
        1 => Some(vec![]),
        _ => Some(vec![Some(n), None, Some(n + 1)]),
    });
    let words =
        StringArray::from_iter((0..rows).map(|n| (n % 4 != 2).then_some(["red", "green", "", "blue"][n as usize % 4])));
    let inner = Int32Array::from_iter((0..rows as i32).map(|n| (n % 5 != 0).then_some(n * 7)));
    let fields = vec![
        Arc::new(Field::new("x", DataType::Int32, true)),
        Arc::new(Field::new("y", DataType::Utf8, true)),
    ];
    let arrays: Vec<ArrayRef> = vec![Arc::new(inner.clone()), Arc::new(words.clone())];
    let there = (0..rows).map(|n| n % 6 != 1).collect::<Vec<bool>>();
    let structs = StructArray::new(fields.into(), arrays, Some(there.into()));
    RecordBatch::try_from_iter_with_nullable([
        ("id", Arc::new(Int64Array::from_iter_values(0..rows)) as ArrayRef, false),
        ("n", Arc::new(inner), true),
        (
            "x",
            Arc::new(Float64Array::from_iter(
                (0..rows).map(|n| (n != 3).then_some(n as f64 / 3.0)),
            )),
            true,
        ),
        (
            "b",
            Arc::new(BooleanArray::from_iter(
                (0..rows).map(|n| (n != 7).then_some(n % 3 == 0)),
            )),
            true,
        ),
        ("w", Arc::new(words), true),
        (
            "l",
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists)),
            true,
        ),
        ("s", Arc::new(structs), true),
    ])
    .expect("columns")
}

/// Files of both versions of pages, with and without compression and dictionaries, and with the encodings of deltas.
fn intact() -> Vec<Vec<u8>> {
    let all = columns();
    let mut files = Vec::new();
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        let builder = || WriterProperties::builder().set_writer_version(version);
        let with = |column: &str, encoding| {
            builder()
                .set_dictionary_enabled(false)
                .set_column_encoding(ColumnPath::from(column), encoding)
        };
        for properties in [
            builder().set_dictionary_enabled(false),
            builder().set_compression(Compression::SNAPPY),
            builder().set_compression(Compression::ZSTD(ZstdLevel::default())),
            builder()
                .set_compression(Compression::LZ4_RAW)
                .set_data_page_row_count_limit(5)
                .set_write_batch_size(5),
            with("n", Encoding::DELTA_BINARY_PACKED),
            with("w", Encoding::DELTA_LENGTH_BYTE_ARRAY),
            with("w", Encoding::DELTA_BYTE_ARRAY),
            with("x", Encoding::BYTE_STREAM_SPLIT),
            with("b", Encoding::RLE),
        ] {
            let mut writer =
                ArrowWriter::try_new(Vec::new(), all.schema(), Some(properties.build())).expect("a writer");
            writer.write(&all).expect("written");
            files.push(writer.into_inner().expect("closed"));
        }
    }
    files
}

/// What the parquet crate's own reader reads, where it reads anything.
fn read(bytes: &[u8]) -> Option<Vec<RecordBatch>> {
    let bytes = Bytes::copy_from_slice(bytes);
    let reader = catch_unwind(AssertUnwindSafe(|| {
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)?.build()?;
        Ok::<_, Box<dyn std::error::Error>>(reader.collect::<Result<Vec<_>, _>>()?)
    }));
    reader.ok()?.ok()
}

/// Whether the columns hold the same values: names and metadata are not looked at, and what null slots hold neither.
fn same(one: &[RecordBatch], other: &[RecordBatch]) -> bool {
    let columns = |batches: &[RecordBatch]| -> Vec<ArrayRef> {
        let batches = batches.iter().flat_map(RecordBatch::columns);
        batches.map(|column| make_array(column.to_data())).collect()
    };
    let text = |arrays: Vec<ArrayRef>| {
        let rows = |array: ArrayRef| {
            let rows = (0..array.len())
                .map(|row| arrow::util::display::array_value_to_string(&array, row).unwrap_or_default());
            rows.map(|row| row.replace("-0.0", "0.0")).collect::<Vec<String>>()
        };
        arrays.into_iter().map(rows).collect::<Vec<_>>()
    };
    text(columns(one)) == text(columns(other))
}

fuzz_target!(|input: &[u8]| {
    let Some((&number, changes)) = input.split_first() else {
        return;
    };
    let number = usize::from(number) % FILES.intact.len();
    let intact = &FILES.intact[number];
    let mut damaged = intact.clone();
    for change in changes.chunks_exact(3).take(8) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % damaged.len();
        damaged[place] = damaged[place].wrapping_add(change[2]);
    }
    let place = FILES.folder.path().join("damaged.parquet");
    std::fs::write(&place, &damaged).expect("written");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let run = Run {
        keys: input.len().is_multiple_of(2).then(|| vec![("id".to_owned(), None)]),
        samples: 1,
        caller: Caller::CommandLine,
        ..Run::of(
            text(&place),
            text(&FILES.folder.path().join(format!("{number}.parquet"))),
        )
    };
    match catch_unwind(AssertUnwindSafe(|| compare(&run, 1))).expect("no panic escapes") {
        Err(error) => {
            assert_ne!(error.code, Code::Internal, "{}", error.message);
            assert!(
                error.code != Code::CorruptFile || error.message.contains("damaged.parquet"),
                "no file is named: {}",
                error.message
            );
        }
        Ok(answer) if answer.passed => {
            if let (Some(found), Some(expected)) = (read(&damaged), read(intact)) {
                assert!(same(&found, &expected), "equal, but other values are read");
            }
        }
        Ok(_) => {}
    }
});
