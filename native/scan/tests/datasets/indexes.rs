//! Page indexes and Bloom filters: pages and row groups without a wanted row are not read, and rows are the same.

use crate::files::{MemorySource, Random, Reads, bigints, ints, one_file, open, parquet, texts};
use crate::filters::{bound, check, plan, predicate, sorted_by_one};
use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, FixedSizeBinaryArray, Float32Array, Float64Array, Int8Array, Int32Array,
    Int64Array, ListArray, StringArray, TimestampMicrosecondArray, TimestampNanosecondArray, UInt32Array, UInt64Array,
};
use arrow::datatypes::Int32Type;
use bytes::Bytes;
use parity_kernels::domain::Side;
use parity_scan::files::dataset::Dataset;
use parity_scan::files::split::splits;
use parity_scan::fingerprint::fingerprint;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// Ten rows a page.
fn pages() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_data_page_row_count_limit(10)
        .set_write_batch_size(10)
        .set_dictionary_enabled(false)
}

fn blooms() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_bloom_filter_enabled(true)
        .set_bloom_filter_fpp(0.001)
        .set_statistics_enabled(EnabledStatistics::None)
}

/// The ranges that are read to fingerprint a dataset's one file with a filter, and the rows that are kept.
fn read_by(file: &Bytes, text: &str) -> (Vec<Range<u64>>, Vec<u32>) {
    let source = MemorySource::of([("f", file.clone())]);
    let reads = Arc::clone(&source.reads);
    let dataset = open(source, "f").unwrap();
    reads.lock().unwrap().clear();
    let split = splits(&dataset, Side::Left, u64::MAX)[0];
    let found = fingerprint(&dataset, split, &plan(&dataset, Some(bound(text, &dataset)))).unwrap();
    let rows: Vec<u32> = found.entries().map(|entry| entry.row).collect();
    assert_eq!(found.dropped + rows.len() as u64, u64::from(split.rows), "{text}");
    let reads = reads.lock().unwrap().iter().map(|(_, range)| range.clone()).collect();
    (reads, rows)
}

/// The parts of a file of which something was read: for each column chunk of each row group its bytes.
fn bytes_of_chunks(dataset: &Dataset, reads: &[Range<u64>]) -> Vec<Vec<u64>> {
    let metadata = &dataset.files[0].footer.metadata;
    let of_chunk = |group: usize, column: usize| {
        let (start, len_bytes) = metadata.row_group(group).column(column).byte_range();
        let within = |read: &Range<u64>| read.end.min(start + len_bytes).saturating_sub(read.start.max(start));
        reads.iter().map(within).sum()
    };
    let columns = metadata.file_metadata().schema_descr().num_columns();
    (0..metadata.num_row_groups())
        .map(|group| (0..columns).map(|column| of_chunk(group, column)).collect())
        .collect()
}

/// What the pages of these rows have, for each column of a file of one row group.
fn bytes_of_pages(dataset: &Dataset, rows: &[Range<i64>]) -> Vec<u64> {
    let metadata = &dataset.files[0].footer.metadata;
    let of_column = |column: usize| {
        let pages = metadata.offset_index().unwrap()[0][column].page_locations();
        let starts = pages.iter().map(|page| page.first_row_index);
        let ends = starts.clone().skip(1).chain([metadata.row_group(0).num_rows()]);
        let wanted = pages
            .iter()
            .zip(starts.zip(ends))
            .filter(|(_, (start, end))| rows.iter().any(|range| range.start < *end && *start < range.end));
        wanted.map(|(page, _)| page.compressed_page_size as u64).sum()
    };
    let columns = metadata.file_metadata().schema_descr().num_columns();
    (0..columns).map(of_column).collect()
}

/// A thousand rows in pages of ten, but `note` in pages of one; `tag` has a dictionary.
fn thousand() -> Bytes {
    let words: Vec<String> = (0..1000).map(|i| format!("word number {i:04} of many")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let notes: Vec<String> = (0..1000).map(|i| "x".repeat(i % 50)).collect();
    let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
    let lists = (0..1000).map(|i| (i % 7 > 0).then(|| (0..i % 4).map(Some).collect::<Vec<Option<i32>>>()));
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists));
    let optional: ArrayRef = Arc::new(Int64Array::from_iter((0..1000).map(|i| (i / 20 % 2 == 0).then_some(i))));
    let tags: Vec<&str> = (0..1000).map(|i| ["red", "green", "blue"][i % 3]).collect();
    let properties = pages()
        .set_write_batch_size(5)
        .set_column_dictionary_enabled("tag".into(), true)
        .set_column_data_page_size_limit("note".into(), 1)
        .build();
    parquet(
        properties,
        &[
            ("id", bigints(0..1000)),
            ("word", texts(&words)),
            ("note", texts(&notes)),
            ("list", lists),
            ("optional", optional),
            ("tag", texts(&tags)),
        ],
    )
}

#[test]
fn only_pages_that_may_hold_a_wanted_row_are_read() {
    let file = thousand();
    let dataset = one_file(file.clone());
    for (text, pages, rows) in [
        ("id = 555", vec![550..560], 1),
        ("id between 250 and 269", vec![250..270], 20),
        ("id in (5, 995)", vec![0..10, 990..1000], 2),
        ("word like 'word number 05%'", vec![500..600], 100),
        ("word = 'word number 0555 of many'", vec![550..560], 1),
        ("id < 30 and word > 'word number 002'", vec![20..30], 10),
        ("id < 30 or id >= 990", vec![0..30, 990..1000], 40),
        ("not (id >= 30 and id < 990)", vec![0..30, 990..1000], 40),
        ("optional is null and id < 100", vec![20..40, 60..80], 40),
        ("optional is not null and id < 100", vec![0..20, 40..60, 80..100], 60),
        ("optional <=> null and id < 25", vec![20..30], 5),
        ("not optional > 50 and id < 100", vec![0..20, 40..60], 31),
        ("id is null or optional in (41, 42, 500, null)", vec![40..50], 2),
    ] {
        assert_eq!(check(&dataset, text), rows, "{text}");
        let (reads, found) = read_by(&file, text);
        assert_eq!(found.len(), rows, "{text}");
        let expected = bytes_of_pages(&dataset, &pages);
        let mut read = bytes_of_chunks(&dataset, &reads).remove(0);
        // The dictionary of a column is read with its pages.
        let metadata = &dataset.files[0].footer.metadata;
        let first = metadata.offset_index().unwrap()[0][5].page_locations()[0].offset as u64;
        read[5] -= first - metadata.row_group(0).column(5).byte_range().0;
        let asked = bound(text, &dataset).columns();
        for (column, (&read, &expected)) in read.iter().zip(&expected).enumerate() {
            // The first column is a key and compared too. Columns of the predicate are read once more where it must be
            // asked.
            let times = if column == 0 { 2 } else { 1 };
            let most = if asked.contains(&column) { times + 1 } else { times };
            let is_right = read == times * expected || read == most * expected;
            assert!(
                is_right,
                "{text}: {read} bytes of column {column} instead of {expected}"
            );
        }
    }
}

#[test]
fn pages_that_are_kept_whole_are_not_asked() {
    let file = thousand();
    let dataset = one_file(file.clone());
    let (reads, rows) = read_by(&file, "id >= 250 and id < 300 or id >= 900");
    assert_eq!(rows, (250..300).chain(900..1000).collect::<Vec<u32>>());
    let expected = bytes_of_pages(&dataset, &[250..300, 900..1000]);
    assert_eq!(
        bytes_of_chunks(&dataset, &reads)[0][0],
        2 * expected[0],
        "as a key and as a compared column"
    );
}

#[test]
fn what_is_read_is_what_was_announced() {
    let properties = pages()
        .set_bloom_filter_enabled(true)
        .set_max_row_group_row_count(Some(100));
    let even = bigints((0..300).map(|i| i * 2));
    let bloomed = parquet(properties.build(), &[("id", ints(0..300)), ("even", even)]);
    for (file, text) in [
        (thousand(), "id = 555"),
        (thousand(), "id >= 250 and id < 300 or id >= 900"),
        (thousand(), "optional is null and tag = 'red' and id < 100"),
        (bloomed.clone(), "even = 250"),
        (bloomed.clone(), "even = 251"),
        (bloomed, "even < 333 and id <> 7"),
    ] {
        let source = MemorySource::of([("f", file)]);
        let (reads, announced) = (Arc::clone(&source.reads), Arc::clone(&source.announced));
        let dataset = open(source, "f").unwrap();
        reads.lock().unwrap().clear();
        let split = splits(&dataset, Side::Left, u64::MAX)[0];
        fingerprint(&dataset, split, &plan(&dataset, Some(bound(text, &dataset)))).unwrap();
        let places = |of: &Reads| {
            let ranges: Vec<(String, Range<u64>)> = of.lock().unwrap().clone();
            ranges
                .into_iter()
                .flat_map(|(_, range)| range)
                .collect::<BTreeSet<u64>>()
        };
        assert!(
            places(&reads) == places(&announced),
            "{text}: {reads:?} but {announced:?}"
        );
    }
}

#[test]
fn pages_in_a_row_are_read_together() {
    let (reads, _) = read_by(&thousand(), "id >= 250 and id < 300 or id >= 900");
    let file = one_file(thousand());
    let (start, len_bytes) = file.files[0].footer.metadata.row_group(0).column(0).byte_range();
    let of_ids = reads
        .iter()
        .filter(|read| read.start >= start && read.end <= start + len_bytes);
    assert_eq!(
        of_ids.count(),
        4,
        "two stretches, for the key and for the compared column"
    );
}

#[test]
fn a_page_index_says_nothing_of_nan_and_of_unsigned_integers() {
    let doubles: ArrayRef = Arc::new(Float64Array::from_iter((0..100).map(|i| match i {
        35 => Some(f64::NAN),
        44 => Some(-0.0),
        i if (60..80).contains(&i) => None,
        i => Some(f64::from(i)),
    })));
    let floats: ArrayRef = Arc::new(Float32Array::from_iter_values((0..100).map(|i| match i {
        50..60 => f32::NAN,
        71 => 0.0,
        72 => -0.0,
        i => i as f32 + 0.5,
    })));
    let unsigned: ArrayRef = Arc::new(UInt64Array::from_iter_values(
        (0..100).map(|i| if i == 55 { u64::MAX } else { i }),
    ));
    let narrow: ArrayRef = Arc::new(UInt32Array::from_iter_values(
        (0..100).map(|i| if i == 55 { u32::MAX } else { i }),
    ));
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        let dataset = one_file(parquet(
            pages().set_writer_version(version).build(),
            &[
                ("d", Arc::clone(&doubles)),
                ("f", Arc::clone(&floats)),
                ("u", Arc::clone(&unsigned)),
                ("n", Arc::clone(&narrow)),
            ],
        ));
        for (text, rows) in [
            ("d > 95", 5),
            ("d = 'NaN'", 1),
            ("d >= 'NaN'", 1),
            ("d = 0", 2),
            ("d < 0", 0),
            ("d = -0.0D", 2),
            ("not d <= 95", 5),
            ("d is null", 20),
            ("f > 1e30", 10),
            ("f <= 0", 2),
            ("f <> 'NaN'", 90),
            ("u > 90", 10),
            ("u = 18446744073709551615", 1),
            ("n > 90", 10),
            ("n = 4294967295", 1),
        ] {
            assert_eq!(check(&dataset, text), rows, "{text}");
        }
    }
}

#[test]
fn rows_are_the_same_over_random_data_with_indexes_and_bloom_filters() {
    let mut random = Random(78);
    for round in 0..10u64 {
        let columns = sorted_by_one(round, &mut random);
        let arrays: Vec<(&str, ArrayRef)> = columns.iter().map(|(n, a, _)| (*n, Arc::clone(a))).collect();
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some([300, 700][round as usize % 2]))
            .set_data_page_row_count_limit([5, 20, 100][random.below(3) as usize])
            .set_write_batch_size([5, 7, 20][random.below(3) as usize])
            .set_dictionary_enabled(random.below(2) == 0)
            .set_writer_version([WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0][random.below(2) as usize])
            .set_column_index_truncate_length(Some(3))
            .set_bloom_filter_enabled(random.below(2) == 0)
            .build();
        let dataset = one_file(parquet(properties, &arrays));
        for _ in 0..12 {
            let text = predicate(&mut random, &columns, 2);
            check(&dataset, &text);
        }
    }
}

/// Columns whose values Bloom filters know, and their literals: of one that is there and one that is not.
fn bloomed() -> Vec<(&'static str, ArrayRef, &'static str, &'static str)> {
    let rows = || (0..100).map(|i| i * 7);
    let decimals = |precision: u8| -> ArrayRef {
        let values = Decimal128Array::from_iter_values(rows().map(|i: i32| i128::from(i) - 300));
        Arc::new(values.with_precision_and_scale(precision, 2).unwrap())
    };
    let texts: Vec<String> = rows().map(|i| format!("text {i}")).collect();
    let fixed = FixedSizeBinaryArray::try_from_iter(rows().map(i32::to_be_bytes)).unwrap();
    let micros = |i: i32| 1_700_000_000_000_000 + i64::from(i) * 1_000_000;
    vec![
        ("i", Arc::new(Int32Array::from_iter_values(rows())), "70", "71"),
        ("l", bigints(rows().map(i64::from)), "70", "71"),
        (
            "u",
            Arc::new(UInt32Array::from_iter_values(rows().map(|i| i as u32 + (1 << 31)))),
            "2147483718",
            "2147483719",
        ),
        (
            "v",
            Arc::new(UInt64Array::from_iter_values(rows().map(|i| i as u64 + (1 << 63)))),
            "9223372036854775878",
            "9223372036854775879",
        ),
        ("s", Arc::new(StringArray::from(texts)), "'text 70'", "'text 71'"),
        ("b", Arc::new(fixed), "X'00000046'", "X'00000047'"),
        (
            "d",
            Arc::new(Date32Array::from_iter_values(rows())),
            "date '1970-03-12'",
            "date '1970-03-13'",
        ),
        (
            "t",
            Arc::new(TimestampMicrosecondArray::from_iter_values(rows().map(micros)).with_timezone("UTC")),
            "timestamp '2023-11-14 22:14:30'",
            "timestamp '2023-11-14 22:14:31'",
        ),
        (
            "x",
            Arc::new(TimestampNanosecondArray::from_iter_values(
                rows().map(|i| micros(i) * 1000),
            )),
            "timestamp_ntz '2023-11-14 22:14:30'",
            "timestamp_ntz '2023-11-14 22:14:31'",
        ),
        ("p", decimals(5), "-2.30", "-2.31"),
        ("q", decimals(15), "-2.30", "-2.31"),
        ("r", decimals(25), "-2.3", "-2.31"),
        (
            "f",
            Arc::new(Float32Array::from_iter_values(rows().map(|i| i as f32 / 2.0))),
            "35.0F",
            "35.5F",
        ),
        (
            "g",
            Arc::new(Float64Array::from_iter_values(rows().map(|i| f64::from(i) / 2.0))),
            "35D",
            "35.25D",
        ),
    ]
}

#[test]
fn row_groups_whose_bloom_filters_lack_a_value_are_not_read() {
    for (name, array, present, absent) in bloomed() {
        let properties = blooms().set_max_row_group_row_count(Some(50)).build();
        let columns = [("id", ints(0..100)), (name, array)];
        let file = parquet(properties, &columns);
        let dataset = one_file(file.clone());
        let groups = |text: &str| {
            let (reads, rows) = read_by(&file, text);
            let read = bytes_of_chunks(&dataset, &reads);
            let groups = read.iter().map(|columns| columns[0] > 0).collect::<Vec<bool>>();
            (groups, rows)
        };
        assert_eq!(
            groups(&format!("{name} = {present}")),
            (vec![true, false], vec![10]),
            "{name}"
        );
        assert_eq!(
            groups(&format!("{name} = {absent}")),
            (vec![false, false], vec![]),
            "{name}"
        );
        assert_eq!(
            groups(&format!("{name} <=> {absent}")),
            (vec![false, false], vec![]),
            "{name}"
        );
        assert_eq!(
            groups(&format!("{name} in ({present}, {absent})")),
            (vec![true, false], vec![10]),
            "{name}"
        );
        assert_eq!(
            groups(&format!("{name} = {absent} and id < 10")),
            (vec![false, false], vec![]),
            "{name}"
        );
        let (read, rows) = groups(&format!("not {name} <=> {absent}"));
        assert_eq!((read, rows.len()), (vec![true, true], 100), "{name}");
        let (read, rows) = groups(&format!("{name} = {absent} or id >= 90"));
        assert_eq!((read, rows.len()), (vec![true, true], 10), "{name}");
        assert_eq!(check(&dataset, &format!("{name} = {present}")), 1, "{name}");
    }
}

#[test]
fn bloom_filters_are_read_only_where_statistics_and_page_index_leave_a_doubt() {
    let properties = || {
        pages()
            .set_bloom_filter_enabled(true)
            .set_max_row_group_row_count(Some(100))
    };
    let even = bigints((0..300).map(|i| i * 2));
    let file = parquet(
        properties().build(),
        &[("id", ints(0..300)), ("even", Arc::clone(&even))],
    );
    let dataset = one_file(file.clone());
    let bloom_reads = |text: &str| {
        let (reads, rows) = read_by(&file, text);
        let groups = dataset.files[0].footer.metadata.row_groups().iter();
        let places: Vec<i64> = groups
            .map(|group| group.column(1).bloom_filter_offset().unwrap())
            .collect();
        let read = |place: &i64| reads.iter().any(|range| range.contains(&(*place as u64)));
        (places.iter().map(read).collect::<Vec<bool>>(), rows.len())
    };
    assert_eq!(bloom_reads("even = 250"), (vec![false, true, false], 1));
    assert_eq!(bloom_reads("even = 251"), (vec![false, true, false], 0));
    // Between the pages of 20 values each there is no place for it.
    assert_eq!(bloom_reads("even = 239"), (vec![false, false, false], 0));
    assert_eq!(bloom_reads("even < 250"), (vec![false, false, false], 125));
    assert_eq!(bloom_reads("even is null"), (vec![false, false, false], 0));
}

#[test]
fn bloom_filters_say_nothing_where_a_value_has_several_forms() {
    let doubles: ArrayRef = Arc::new(Float64Array::from_iter_values((0..10).map(|i| match i {
        3 => -0.0,
        4 => f64::from_bits(0x7ff8_0000_0000_0001),
        i => f64::from(i + 1),
    })));
    let narrow: ArrayRef = Arc::new(Int8Array::from_iter_values(0..10));
    let dataset = one_file(parquet(blooms().build(), &[("d", doubles), ("n", narrow)]));
    for (text, rows) in [
        ("d = 0", 1),
        ("d = -0.0D", 1),
        ("d in (0, 77)", 1),
        ("d = 'NaN'", 1),
        ("n = 5", 1),
        ("n = 200", 0),
    ] {
        assert_eq!(check(&dataset, text), rows, "{text}");
    }
}

/// The file with some bytes at a place of it replaced.
fn damaged(file: &Bytes, place: Range<usize>, with: u8) -> Bytes {
    let mut bytes = file.to_vec();
    bytes[place].fill(with);
    bytes.into()
}

#[test]
fn an_index_that_cannot_be_decoded_is_passed_over() {
    let file = thousand();
    let dataset = one_file(file.clone());
    let chunk = dataset.files[0].footer.metadata.row_group(0).column(0);
    let start = chunk.column_index_offset().unwrap() as usize;
    let place = start..start + chunk.column_index_length().unwrap() as usize;
    for with in [0x00, 0xff, 0x19] {
        let dataset = one_file(damaged(&file, place.clone(), with));
        assert_eq!(check(&dataset, "id = 555"), 1);
        assert_eq!(check(&dataset, "id > 995"), 4);
    }
    let file = parquet(blooms().build(), &[("id", bigints(0..1000))]);
    let dataset = one_file(file.clone());
    let chunk = dataset.files[0].footer.metadata.row_group(0).column(0);
    let start = chunk.bloom_filter_offset().unwrap() as usize;
    for with in [0x00, 0xff, 0x19] {
        let dataset = one_file(damaged(&file, start..start + 8, with));
        assert_eq!(check(&dataset, "id = 555"), 1);
        assert_eq!(check(&dataset, "id = 5555"), 0);
    }
}

#[test]
fn an_index_of_other_pages_is_not_used() {
    let mut dataset = one_file(thousand());
    let builder = |dataset: &Dataset| ParquetMetaData::clone(&dataset.files[0].footer.metadata).into_builder();
    let mut changed = builder(&dataset);
    let mut index = changed.take_offset_index().unwrap();
    // Two pages said to be one: the column index has one more.
    let second = index[0][0].page_locations.remove(1);
    index[0][0].page_locations[0].compressed_page_size += second.compressed_page_size;
    dataset.files[0].footer.metadata = Arc::new(changed.set_offset_index(Some(index)).build());
    let filter = bound("id = 555", &dataset);
    let split = splits(&dataset, Side::Left, u64::MAX)[0];
    let found = fingerprint(&dataset, split, &plan(&dataset, Some(filter))).unwrap();
    assert_eq!(found.entries().map(|e| e.row).collect::<Vec<_>>(), [555]);
}

#[test]
fn the_writer_makes_the_indexes_that_these_tests_are_about() {
    let file = thousand();
    let dataset = one_file(file);
    let metadata = &dataset.files[0].footer.metadata;
    assert!(
        metadata.column_index().is_none(),
        "column indexes are read when a filter needs them"
    );
    assert_eq!(metadata.offset_index().unwrap()[0][0].page_locations().len(), 100);
    assert_eq!(metadata.offset_index().unwrap()[0][2].page_locations().len(), 1000);
    assert!(metadata.row_group(0).column(0).column_index_offset().is_some());
}
