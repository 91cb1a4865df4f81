//! Paths become files, files become columns.

use crate::files::{MemorySource, OPTIONS, bigints, ints, one_file, open, open_with, plain, shown, stored_as, texts};
use arrow::array::{ArrayRef, Decimal128Array, Float32Array, Float64Array, StructArray, TimestampNanosecondArray};
use arrow::datatypes::{DataType, Field};
use bytes::Bytes;
use parity_kernels::domain::Side;
use parity_kernels::types::{LeafType, Unit};
use parity_scan::fetch::SplitRows;
use parity_scan::files::dataset::{ColumnInFile, Dataset, ReadOptions};
use parity_scan::files::source::LocalSource;
use parity_scan::files::split::splits;
use parity_scan::{ScanError, ScanResult};
use parity_source::Code;
use std::sync::Arc;

fn some() -> Bytes {
    plain(&[("a", ints([1, 2]))])
}

fn paths(dataset: &ScanResult<Dataset>) -> Vec<&str> {
    let files = &dataset.as_ref().unwrap().files;
    files.iter().map(|file| file.path()).collect()
}

fn code<T: std::fmt::Debug>(result: &ScanResult<T>) -> Option<Code> {
    result.as_ref().err().map(ScanError::code)
}

/// All values of a column of a dataset, through splits and fetches.
fn column(dataset: &Dataset, name: &str) -> Vec<String> {
    let number = dataset.columns.iter().position(|column| column.name == name).unwrap();
    let mut values = Vec::new();
    for split in splits(dataset, Side::Left, 1) {
        let rows: Vec<u32> = (0..split.rows).collect();
        values.extend(shown(
            &SplitRows::open(dataset, split).unwrap().fetch(number, &rows).unwrap(),
        ));
    }
    values
}

fn types(dataset: &Dataset) -> Vec<(&str, String)> {
    dataset
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.type_name()))
        .collect()
}

#[test]
fn a_file_is_itself_whatever_its_name() {
    let source = MemorySource::of([("data/_x.tmp", some())]);
    assert_eq!(paths(&open(source, "data/_x.tmp")), ["data/_x.tmp"]);
}

#[test]
fn a_folder_is_its_files_in_the_order_of_their_paths_without_hidden_ones() {
    let junk = Bytes::from_static(b"no Parquet");
    let source = MemorySource::of([
        ("d/b.parquet", some()),
        ("d/a.parquet", some()),
        ("d/_SUCCESS", junk.clone()),
        ("d/.a.parquet.crc", junk.clone()),
        ("d/part._COPYING_", junk.clone()),
        ("d/_temporary/0/c.parquet", junk),
    ]);
    assert_eq!(paths(&open(source, "d")), ["d/a.parquet", "d/b.parquet"]);
}

#[test]
fn partition_folders_are_columns_and_one_that_begins_with_an_underscore_is_not_hidden() {
    let source = MemorySource::of([
        ("d/_k=2/day=2026-01-31/b.parquet", some()),
        ("d/_k=1/day=__HIVE_DEFAULT_PARTITION__/a.parquet", some()),
    ]);
    let dataset = open(source, "d");
    assert_eq!(paths(&dataset).len(), 2);
    let dataset = dataset.unwrap();
    let int = || "int".to_owned();
    assert_eq!(
        types(&dataset),
        [("a", int()), ("_k", int()), ("day", "date".to_owned())]
    );
    assert_eq!(column(&dataset, "_k"), ["1", "1", "2", "2"]);
    assert_eq!(column(&dataset, "day"), ["null", "null", "20484", "20484"]);
    assert!(matches!(dataset.files[0].columns[1], ColumnInFile::Constant(_)));
}

#[test]
fn a_folder_value_replaces_the_column_of_the_file() {
    let source = MemorySource::of([("d/A=7/x.parquet", plain(&[("a", texts(&["x"])), ("b", ints([1]))]))]);
    let dataset = open(source, "d").unwrap();
    assert_eq!(dataset.columns.len(), 2);
    assert_eq!(column(&dataset, "a"), ["7"]);
}

#[test]
fn what_is_missing_and_what_is_empty_is_not_found() {
    let source = || MemorySource::of([("d/_SUCCESS", some())]);
    assert_eq!(code(&open(source(), "nowhere")), Some(Code::PathNotFound));
    assert_eq!(code(&open(source(), "d")), Some(Code::PathNotFound));
}

#[test]
fn folders_of_table_formats_are_refused() {
    for (log, format) in [
        ("d/_delta_log/00000000000000000000.json", "Delta"),
        ("d/.hoodie/hoodie.properties", "Hudi"),
        ("d/metadata/v1.metadata.json", "Iceberg"),
        ("d/metadata/version-hint.text", "Iceberg"),
    ] {
        let source = MemorySource::of([("d/a.parquet", some()), (log, Bytes::new())]);
        let error = open(source, "d").unwrap_err();
        assert!(
            matches!(&error, ScanError::TableFormat { format: f, .. } if *f == format),
            "{error}"
        );
    }
    // A partitioned dataset below which a table lies.
    let source = MemorySource::of([("d/k=1/_delta_log/0.json", Bytes::new()), ("d/k=1/a.parquet", some())]);
    assert_eq!(code(&open(source, "d")), Some(Code::TableFormat));
}

#[test]
fn files_with_other_columns_orders_and_widths_are_one_dataset() {
    let decimals = |scale, values: Vec<i128>| -> ArrayRef {
        Arc::new(
            Decimal128Array::from(values)
                .with_precision_and_scale(9, scale)
                .unwrap(),
        )
    };
    let source = MemorySource::of([
        (
            "d/1.parquet",
            plain(&[
                ("a", ints([1, 2])),
                ("f", Arc::new(Float32Array::from(vec![0.5, 1.5]))),
                ("m", decimals(1, vec![15, -15])),
            ]),
        ),
        (
            "d/2.parquet",
            plain(&[
                ("m", decimals(3, vec![1500])),
                ("new", texts(&["x"])),
                ("A", bigints([1 << 40])),
                ("f", Arc::new(Float64Array::from(vec![0.5]))),
            ]),
        ),
    ]);
    let dataset = open(source, "d").unwrap();
    let expected = [
        ("a", "bigint"),
        ("f", "double"),
        ("m", "decimal(11,3)"),
        ("new", "string"),
    ];
    assert_eq!(types(&dataset), expected.map(|(name, kind)| (name, kind.to_owned())));
    assert_eq!(column(&dataset, "a"), ["1", "2", "1099511627776"]);
    let half = format!("{:016x}", 0.5f64.to_bits());
    assert_eq!(column(&dataset, "f")[0], half);
    assert_eq!(column(&dataset, "f")[2], half);
    assert_eq!(column(&dataset, "m"), ["1500", "-1500", "1500"]);
    assert_eq!(column(&dataset, "new"), ["null", "null", "x"]);
    assert!(matches!(dataset.files[0].columns[3], ColumnInFile::Missing));
    assert_eq!((dataset.rows(), stored_as(&dataset, 1, 0).0), (3, 2));
}

#[test]
fn times_of_several_units_meet_without_overflow() {
    let nanos: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![5]).with_timezone("UTC"));
    let micros: ArrayRef = Arc::new(arrow::array::TimestampMicrosecondArray::from(vec![i64::MAX]).with_timezone("UTC"));
    let source = MemorySource::of([("d/1", plain(&[("t", micros)])), ("d/2", plain(&[("t", nanos)]))]);
    let dataset = open(source, "d").unwrap();
    let mixed = LeafType::Timestamp {
        unit: Unit::Mixed,
        zoned: true,
    };
    assert_eq!(dataset.leaf(0), Ok(&mixed));
    assert_eq!(column(&dataset, "t"), ["9223372036854775807000", "5"]);
}

#[test]
fn types_that_do_not_widen_are_a_conflict_that_names_both_files() {
    let source = MemorySource::of([
        ("d/1.parquet", plain(&[("a", ints([1]))])),
        ("d/2.parquet", plain(&[("a", texts(&["1"]))])),
    ]);
    // Whoever does not look at the column has nothing to do with it.
    let error = open(source, "d").unwrap().leaf(0).unwrap_err();
    assert_eq!(error.code(), Code::SchemaConflict);
    assert_eq!(
        error.to_string(),
        "d: column a is int in d/1.parquet and string in d/2.parquet"
    );
}

#[test]
fn names_that_differ_by_case_are_two_columns_only_when_asked() {
    let file = || plain(&[("a", ints([1])), ("A", ints([2]))]);
    let source = || MemorySource::of([("f", file())]);
    assert_eq!(code(&open(source(), "f").unwrap().leaf(0)), Some(Code::AmbiguousColumn));
    let options = ReadOptions {
        case_sensitive: true,
        ..OPTIONS
    };
    let dataset = open_with(source(), "f", options).unwrap();
    assert_eq!(
        (column(&dataset, "a"), column(&dataset, "A")),
        (vec!["1".to_owned()], vec!["2".to_owned()])
    );
}

#[test]
fn nested_columns_keep_their_place_and_do_not_shift_their_neighbours() {
    let field = |name: &str| Arc::new(Field::new(name, DataType::Int32, false));
    let nested: ArrayRef = Arc::new(StructArray::from(vec![
        (field("x"), ints([7, 8])),
        (field("y"), ints([9, 9])),
    ]));
    let dataset = one_file(plain(&[("a", ints([1, 2])), ("s", nested), ("b", ints([3, 4]))]));
    assert_eq!(dataset.columns[1].type_name(), "struct<x:int,y:int>");
    assert_eq!(dataset.columns[1].below, [2, 3]);
    assert_eq!(
        ["a", "s.x", "s.y", "b"].map(|name| column(&dataset, name)),
        [["1", "2"], ["7", "8"], ["9", "9"], ["3", "4"]].map(|texts| texts.map(str::to_owned).to_vec())
    );
}

#[test]
fn what_is_no_parquet_file_is_corrupt() {
    let good = some();
    let cut = good.slice(..good.len() - 3);
    let tail = good.slice(good.len() - 20..);
    for bytes in [
        Bytes::new(),
        Bytes::from_static(b"PAR1"),
        Bytes::from(vec![0; 500]),
        cut,
        tail,
    ] {
        assert_eq!(
            code(&open(MemorySource::of([("f", bytes)]), "f")),
            Some(Code::CorruptFile)
        );
    }
}

#[test]
fn a_local_folder_is_listed_and_a_file_that_changes_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("k=x y")).unwrap();
    std::fs::write(path("k=x y/b.parquet"), some()).unwrap();
    std::fs::write(path("k=x y/_SUCCESS"), "").unwrap();
    let root = folder.path().to_str().unwrap();
    let dataset = open(LocalSource, root).unwrap();
    assert_eq!(dataset.files.len(), 1);
    assert_eq!(column(&dataset, "a"), ["1", "2"]);
    assert_eq!(column(&dataset, "k"), ["x y", "x y"]);
    assert_eq!(dataset.check(), Ok(()));
    let split = splits(&dataset, Side::Left, 1)[0];
    let rows = SplitRows::open(&dataset, split).unwrap();
    // Longer, so that coarse clocks do not matter.
    std::fs::write(path("k=x y/b.parquet"), plain(&[("a", ints(0..100))])).unwrap();
    let changed = ScanError::SourceChanged {
        path: format!("{root}/k=x y/b.parquet"),
    };
    assert_eq!(rows.check(), Err(changed.clone()));
    assert_eq!(dataset.check(), Err(changed.clone()));
    assert_eq!(SplitRows::open(&dataset, split).map(drop), Err(changed.clone()));
    std::fs::remove_file(path("k=x y/b.parquet")).unwrap();
    assert_eq!(dataset.check(), Err(changed));
}
