//! Some rows of a split: the same values as when all rows are read.

use crate::columns::in_sequence;
use crate::files::{
    MemorySource, Random, all_types, bigints, ints, one_file, open, parquet, plain, shown, stored_as, texts,
};
use arrow::array::ArrayRef;
use parity_kernels::domain::Side;
use parity_scan::column::{Access, BATCH_ROWS};
use parity_scan::fetch::SplitRows;
use parity_scan::files::dataset::Dataset;
use parity_scan::files::split::splits;
use parity_scan::{ScanError, ScanResult};
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::page_index::offset_index::PageLocation;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use std::sync::Arc;

/// Ascending row numbers: none, all, ends, scattered, in clusters, with gaps of all lengths.
fn selections(rows: u32, random: &mut Random) -> Vec<Vec<u32>> {
    let mut selections = vec![
        vec![],
        (0..rows).collect(),
        vec![0],
        vec![rows - 1],
        vec![0, rows - 1],
        (0..rows).step_by(2).collect(),
        (0..rows).step_by(101).collect(),
    ];
    for share in [3, 10, 50, 500] {
        selections.push((0..rows).filter(|_| random.below(share) == 0).collect());
    }
    for gap in [30, 200, 1200] {
        let mut wanted = Vec::new();
        let mut at = random.below(gap) as u32;
        while at < rows {
            let run = 1 + random.below(12) as u32;
            wanted.extend(at..rows.min(at + run));
            at += run + 1 + random.below(gap) as u32;
        }
        selections.push(wanted);
    }
    selections
}

fn pages() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_data_page_row_count_limit(130)
        .set_write_batch_size(40)
}

fn fetched(dataset: &Dataset, column: usize, rows: &[u32]) -> ScanResult<Vec<String>> {
    let split = splits(dataset, Side::Left, u64::MAX)[0];
    let own = SplitRows::open(dataset, split)?.fetch(column, rows)?;
    assert_eq!(own.data_type(), &dataset.leaf(column)?.own_type());
    Ok(shown(&own))
}

/// Fetches every column in many selections of rows from a file with these properties.
fn check_fetches(what: &str, properties: WriterPropertiesBuilder) {
    let properties = properties.build();
    let mut random = Random(what.len() as u64);
    for null_in in [0, 1, 3, 40] {
        let columns = all_types(4000, null_in, &mut random);
        let arrays: Vec<(&str, ArrayRef)> = columns.iter().map(|(n, a, _)| (*n, Arc::clone(a))).collect();
        let dataset = one_file(parquet(properties.clone(), &arrays));
        let selections = selections(4000, &mut random);
        for (column, (name, _, expected)) in columns.iter().enumerate() {
            let whole = in_sequence(&dataset, column, Access::Sequential, BATCH_ROWS);
            assert_eq!(&whole, expected, "{what}: {name} in sequence");
            for rows in &selections {
                let found = fetched(&dataset, column, rows).unwrap();
                let wanted: Vec<&String> = rows.iter().map(|&row| &expected[row as usize]).collect();
                assert!(
                    found.iter().eq(wanted.iter().copied()),
                    "{what}: {name} with one null in {null_in}, {} rows from {:?}",
                    rows.len(),
                    rows.first()
                );
            }
        }
    }
}

#[test]
fn rows_are_those_of_the_whole_column_with_a_page_index() {
    check_fetches("index", pages());
    check_fetches(
        "index, several row groups",
        pages().set_max_row_group_row_count(Some(1111)),
    );
    check_fetches("index, snappy", pages().set_compression(Compression::SNAPPY));
}

#[test]
fn rows_are_those_of_the_whole_column_without_a_page_index() {
    check_fetches("no index", pages().set_offset_index_disabled(true));
    let plain = pages().set_offset_index_disabled(true).set_dictionary_enabled(false);
    check_fetches("no index, plain", plain.set_max_row_group_row_count(Some(999)));
}

#[test]
fn rows_are_those_of_the_whole_column_in_every_version_and_encoding() {
    let v2 = || pages().set_writer_version(WriterVersion::PARQUET_2_0);
    check_fetches("version 2", v2());
    check_fetches(
        "version 2, no index",
        v2().set_offset_index_disabled(true)
            .set_compression(Compression::SNAPPY),
    );
    check_fetches("version 2, no dictionary", v2().set_dictionary_enabled(false));
    check_fetches(
        "a dictionary that was given up",
        pages().set_dictionary_page_size_limit(300),
    );
    let mixed = pages()
        .set_dictionary_enabled(false)
        .set_column_encoding("int".into(), Encoding::DELTA_BINARY_PACKED)
        .set_column_encoding("text".into(), Encoding::DELTA_BYTE_ARRAY)
        .set_column_encoding("word".into(), Encoding::DELTA_LENGTH_BYTE_ARRAY)
        .set_column_encoding("double".into(), Encoding::BYTE_STREAM_SPLIT);
    check_fetches("delta", mixed);
}

#[test]
fn one_row_is_read_without_its_column_where_an_index_tells_its_page() {
    let mut random = Random(2);
    let noise: Vec<i64> = (0..200_000).map(|_| random.next() as i64).collect();
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_data_page_row_count_limit(1000)
        .set_write_batch_size(500);
    let source = MemorySource::of([(
        "f",
        parquet(properties.build(), &[("a", bigints(noise.iter().copied()))]),
    )]);
    let reads = Arc::clone(&source.reads);
    let dataset = open(source, "f").unwrap();
    reads.lock().unwrap().clear();
    assert_eq!(fetched(&dataset, 0, &[123_456]), Ok(vec![noise[123_456].to_string()]));
    let bytes: u64 = reads
        .lock()
        .unwrap()
        .iter()
        .map(|(_, range)| range.end - range.start)
        .sum();
    assert!(bytes < 100_000, "{bytes} bytes of a column of 1,600,000");
}

#[test]
fn missing_columns_are_null_and_constants_repeat() {
    let source = MemorySource::of([
        ("d/k=x/1", plain(&[("a", ints([1, 2, 3]))])),
        (
            "d/k=y/2",
            plain(&[("b", texts(&["p", "q", "r"])), ("a", ints([4, 5, 6]))]),
        ),
    ]);
    let dataset = open(source, "d").unwrap();
    let number = |name: &str| dataset.columns.iter().position(|c| c.name == name).unwrap();
    let of = |split: usize, name: &str, rows: &[u32]| {
        let split = splits(&dataset, Side::Left, 1)[split];
        shown(
            &SplitRows::open(&dataset, split)
                .unwrap()
                .fetch(number(name), rows)
                .unwrap(),
        )
    };
    assert_eq!(of(0, "b", &[0, 2]), ["null", "null"]);
    assert_eq!(of(1, "b", &[0, 2]), ["p", "r"]);
    assert_eq!(of(0, "k", &[1, 2]), ["x", "x"]);
    assert_eq!(of(1, "k", &[0]), ["y"]);
    for name in ["a", "b", "k"] {
        assert!(of(0, name, &[]).is_empty());
    }
}

/// A file of one column of 1000 rows whose page index was changed.
fn with_index(change: impl Fn(&mut Vec<PageLocation>)) -> Dataset {
    let properties = pages().set_data_page_row_count_limit(100).set_write_batch_size(100);
    let file = parquet(
        properties.set_dictionary_enabled(false).build(),
        &[("a", bigints(0..1000))],
    );
    let mut dataset = one_file(file);
    let metadata = ParquetMetaData::clone(&dataset.files[0].footer.metadata);
    let mut builder = metadata.into_builder();
    let mut index = builder.take_offset_index().unwrap();
    assert_eq!(stored_as(&dataset, 0, 0).0, 0);
    assert_eq!(index[0][0].page_locations.len(), 10);
    change(&mut index[0][0].page_locations);
    dataset.files[0].footer.metadata = Arc::new(builder.set_offset_index(Some(index)).build());
    dataset
}

/// Whatever the index says, a fetch gives the right rows or an error.
fn right_or_refused(dataset: &Dataset) -> bool {
    let mut refused = false;
    let mut random = Random(77);
    let mut selections = selections(1000, &mut random);
    // Two dense stretches with a gap so long that whole pages between them are skipped.
    selections.push((0..21).chain(555..800).collect());
    for rows in selections {
        match fetched(dataset, 0, &rows) {
            Ok(found) => assert!(
                found.iter().eq(&rows.iter().map(u32::to_string).collect::<Vec<_>>()),
                "{rows:?}"
            ),
            Err(ScanError::CorruptFile { .. }) => refused = true,
            Err(other) => panic!("{other}"),
        }
    }
    refused
}

#[test]
fn an_index_that_says_other_rows_than_its_pages_hold_is_refused() {
    assert!(!right_or_refused(&with_index(|_| {})));
    assert!(right_or_refused(&with_index(|pages| pages[5].first_row_index += 7)));
}

#[test]
fn an_index_that_cannot_be_one_is_not_used() {
    assert!(!right_or_refused(&with_index(|pages| pages.swap(2, 3))));
    assert!(!right_or_refused(&with_index(|pages| pages[9].first_row_index = 1000)));
    assert!(!right_or_refused(&with_index(|pages| pages[0].first_row_index = 1)));
    assert!(!right_or_refused(&with_index(|pages| pages[3].offset = 0)));
    assert!(!right_or_refused(&with_index(|pages| pages[3].offset = i64::MAX)));
    assert!(!right_or_refused(&with_index(
        |pages| pages[3].compressed_page_size = -1
    )));
    assert!(!right_or_refused(&with_index(|pages| pages.clear())));
    // A page left out, with and without its rows taken off the later ones.
    assert!(!right_or_refused(&with_index(|pages| {
        pages.remove(4);
    })));
    assert!(!right_or_refused(&with_index(|pages| {
        pages.remove(4);
        pages[4..].iter_mut().for_each(|page| page.first_row_index -= 100);
    })));
    assert!(!right_or_refused(&with_index(|pages| {
        pages.pop();
    })));
}
