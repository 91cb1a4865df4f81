//! Column chunks in batches, through windows, and the fingerprints made of them.

use crate::files::{MemorySource, Random, all_types, bigints, one_file, open, parquet, plain, shown, stored_as, texts};
use crate::filters::bound;
use arrow::array::{ArrayRef, Int64Array, StringArray};
use bytes::Bytes;
use parity_kernels::compare::relaxation::Before;
use parity_kernels::digest::entry::{BlockView, Entry, LEAD_BYTES, Shape, partition_of};
use parity_kernels::digest::hash::{Hash128, LeafSeed, Role};
use parity_kernels::digest::{GROUPS, group_of};
use parity_kernels::domain::values;
use parity_kernels::domain::{Domain, Side};
use parity_kernels::spark::zone::Zone;
use parity_scan::column::pages::HELD_BYTES;
use parity_scan::column::{Access, BATCH_ROWS, ColumnReader};
use parity_scan::fetch::SplitRows;
use parity_scan::files::dataset::Dataset;
use parity_scan::files::source::FileBytes;
use parity_scan::files::split::{Split, splits};
use parity_scan::fingerprint::{self, Fingerprinter, fingerprint};
use parity_source::Code;
use parity_source::plan::{LeafPlan, SidePlan};
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterVersion};
use std::sync::Arc;

fn reader(dataset: &Dataset, row_group: usize, column: usize, access: Access<'_>) -> ColumnReader {
    let file = &dataset.files[0];
    let bytes: Arc<dyn FileBytes> = Arc::from(dataset.source.open(file.path(), &file.found.stamp).unwrap());
    let leaf = stored_as(dataset, 0, column).0;
    ColumnReader::open(file.path(), &bytes, &file.footer, row_group, leaf, access).unwrap()
}

/// All values of a column of a one-file dataset, in sequence.
pub(crate) fn in_sequence(dataset: &Dataset, column: usize, access: Access<'_>, batch: usize) -> Vec<String> {
    let file = &dataset.files[0];
    let stored = stored_as(dataset, 0, column).1;
    let leaf = dataset.leaf(column).unwrap();
    let mut found = Vec::new();
    for (number, group) in file.footer.metadata.row_groups().iter().enumerate() {
        let mut reader = reader(dataset, number, column, access);
        let mut rest = group.num_rows() as usize;
        while rest > 0 {
            let array = reader.read(batch.min(rest)).unwrap();
            rest -= array.len();
            found.extend(shown(&values::own(&array, &stored, leaf).unwrap()));
        }
        reader.end().unwrap();
    }
    found
}

#[test]
fn every_type_and_encoding_reads_as_it_was_written() {
    let builder = WriterProperties::builder;
    let small_pages = || builder().set_data_page_row_count_limit(150).set_write_batch_size(50);
    for (number, properties) in [
        builder(),
        builder().set_dictionary_enabled(false),
        small_pages()
            .set_dictionary_page_size_limit(200)
            .set_compression(Compression::SNAPPY),
        small_pages()
            .set_writer_version(WriterVersion::PARQUET_2_0)
            .set_max_row_group_row_count(Some(700)),
        builder()
            .set_dictionary_enabled(false)
            .set_column_encoding("text".into(), Encoding::DELTA_BYTE_ARRAY),
    ]
    .into_iter()
    .enumerate()
    {
        let properties = properties.build();
        for null_in in [0, 1, 2, 20] {
            let columns = all_types(1500, null_in, &mut Random(number as u64 * 10 + null_in));
            let arrays: Vec<(&str, ArrayRef)> = columns.iter().map(|(n, a, _)| (*n, Arc::clone(a))).collect();
            let dataset = one_file(parquet(properties.clone(), &arrays));
            for (column, (name, _, expected)) in columns.iter().enumerate() {
                for (access, batch) in [
                    (Access::Sequential, BATCH_ROWS),
                    (Access::Sequential, 77),
                    (Access::Sparse, 501),
                ] {
                    let found = in_sequence(&dataset, column, access, batch);
                    assert_eq!(
                        &found, expected,
                        "{name}, properties {number}, nulls {null_in}, {access:?}"
                    );
                }
            }
        }
    }
}

/// Reads a column longer than the window in sequence, and checks what was read at a time.
fn check_pieces(properties: WriterProperties, most_bytes_at_once: u64) {
    let mut random = Random(1);
    // Twelve megabytes of noise in one chunk.
    let values: Vec<i64> = (0..1_500_000).map(|_| random.next() as i64).collect();
    let source = MemorySource::of([("f", parquet(properties, &[("a", bigints(values.iter().copied()))]))]);
    let reads = Arc::clone(&source.reads);
    let dataset = open(source, "f").unwrap();
    let (start, len_bytes) = dataset.files[0].footer.metadata.row_group(0).column(0).byte_range();
    assert!(len_bytes > HELD_BYTES, "the chunk has {len_bytes} bytes");
    reads.lock().unwrap().clear();
    let mut reader = reader(&dataset, 0, 0, Access::Sequential);
    let mut at = 0;
    while at < values.len() {
        let batch = reader.read(BATCH_ROWS.min(values.len() - at)).unwrap();
        let found = batch.as_any().downcast_ref::<Int64Array>().unwrap();
        assert_eq!(found.values()[..], values[at..at + batch.len()], "from row {at}");
        at += batch.len();
    }
    reader.end().unwrap();
    let reads = reads.lock().unwrap();
    assert!(reads.len() >= 2, "{reads:?}");
    for (_, range) in reads.iter() {
        assert!(
            range.start >= start && range.end <= start + len_bytes,
            "{range:?} is outside the chunk"
        );
        assert!(range.end - range.start <= most_bytes_at_once, "{range:?}");
    }
    // Hardly anything is read twice: a page that is cut by a piece's end, at most.
    let total: u64 = reads.iter().map(|(_, range)| range.end - range.start).sum();
    assert!(
        total < len_bytes + 2 * most_bytes_at_once,
        "{total} bytes read of {len_bytes}"
    );
}

#[test]
fn a_chunk_too_long_to_be_held_is_read_piece_by_piece() {
    let builder = || {
        WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_max_row_group_row_count(None)
    };
    check_pieces(builder().build(), HELD_BYTES);
    // Pages of about three megabytes never end where a piece does.
    let large = builder()
        .set_data_page_size_limit(3_100_000)
        .set_data_page_row_count_limit(usize::MAX);
    check_pieces(large.build(), HELD_BYTES);
    // A page too long to be held is read whole.
    let whole = builder()
        .set_data_page_size_limit(1 << 30)
        .set_data_page_row_count_limit(usize::MAX);
    check_pieces(whole.build(), 13 << 20);
}

#[test]
fn reading_on_after_the_last_row_and_stopping_before_it_are_errors() {
    let dataset = one_file(plain(&[("a", bigints(0..100))]));
    let mut all = reader(&dataset, 0, 0, Access::Sequential);
    all.skip(40).unwrap();
    assert_eq!(all.read(60).unwrap().len(), 60);
    all.end().unwrap();
    let mut early = reader(&dataset, 0, 0, Access::Sequential);
    early.read(99).unwrap();
    assert_eq!(early.end().unwrap_err().code(), Code::CorruptFile);
    for skipped in [0, 1, 100] {
        let mut late = reader(&dataset, 0, 0, Access::Sequential);
        late.skip(skipped).unwrap();
        assert_eq!(late.read(101 - skipped).unwrap_err().code(), Code::CorruptFile);
    }
}

#[test]
fn damaged_bytes_are_an_error_or_other_values_and_never_a_crash() {
    let mut random = Random(3);
    let columns = all_types(400, 5, &mut random);
    let arrays: Vec<(&str, ArrayRef)> = columns.iter().map(|(n, a, _)| (*n, Arc::clone(a))).collect();
    let good = plain(&arrays);
    std::panic::set_hook(Box::new(|_| {}));
    for _ in 0..150 {
        let mut bytes = good.to_vec();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len() as u64) as usize;
            bytes[at] ^= 1 << random.below(8);
        }
        let Ok(dataset) = open(MemorySource::of([("f", Bytes::from(bytes))]), "f") else {
            continue;
        };
        for split in splits(&dataset, Side::Left, u64::MAX) {
            for column in 0..dataset.columns.len() {
                let Ok(rows) = SplitRows::open(&dataset, split) else {
                    continue;
                };
                let few: Vec<u32> = (0..split.rows.min(400)).step_by(37).collect();
                let _ = rows.fetch(column, &few);
            }
            let _ = fingerprint(&dataset, split, &plan(&dataset, 0, 3));
        }
    }
    let _ = std::panic::take_hook();
}

/// The first `keys` comparable columns as key, all as values.
fn plan(dataset: &Dataset, keys: usize, partitions: usize) -> SidePlan {
    let leaves = |role| -> Vec<LeafPlan> {
        let leaves = dataset.columns.len();
        let comparable = (0..dataset.columns.len()).filter_map(|column| Some((column, dataset.leaf(column).ok()?)));
        comparable
            .enumerate()
            .map(|(leaf, (column, kind))| LeafPlan {
                column,
                leaf: kind.clone(),
                domain: Domain::own(kind),
                seed: LeafSeed::new(42, role, leaf, None),
                group: group_of(leaf, leaves, GROUPS),
                before: Before::default(),
            })
            .collect()
    };
    let keys: Vec<LeafPlan> = leaves(Role::Key).into_iter().take(keys).collect();
    let is_word = |key: &LeafPlan| key.domain.is_of_words(&[key.leaf.clone(), key.leaf.clone()]);
    SidePlan {
        shape: Shape {
            is_keyed: !keys.is_empty(),
            is_word: matches!(&keys[..], [key] if is_word(key)),
            groups: GROUPS,
        },
        keys,
        values: leaves(Role::Value),
        zone: Zone::UTC,
        partitions,
        filter: None,
    }
}

/// Entries of a split from fetched values, one cell at a time.
fn cell_by_cell(dataset: &Dataset, split: Split, plan: &SidePlan) -> (Vec<Entry>, u64) {
    let rows: Vec<u32> = (0..split.rows).collect();
    let open = SplitRows::open(dataset, split).unwrap();
    let hashes = |leaves: &[LeafPlan]| -> Vec<Vec<(Hash128, bool)>> {
        leaves
            .iter()
            .map(|leaf| {
                let own = open.fetch(leaf.column, &rows).unwrap();
                let hasher = leaf.hasher(plan.zone);
                (0..own.len())
                    .map(|row| (hasher.hash_own(&own, row), own.is_null(row)))
                    .collect()
            })
            .collect()
    };
    let (keys, cells) = (hashes(&plan.keys), hashes(&plan.values));
    let mut null_keys = 0;
    let entry = |row: usize| {
        let mut tags = [0u64; GROUPS];
        let mut digest = Hash128::default();
        for (leaf, column) in plan.values.iter().zip(&cells) {
            digest = digest.plus(column[row].0);
            let tag = &mut tags[leaf.group];
            *tag = tag.wrapping_add(column[row].0.hi);
        }
        let key = keys
            .iter()
            .fold(Hash128::default(), |sum, column| sum.plus(column[row].0));
        let is_null = keys.iter().any(|column| column[row].1);
        null_keys += u64::from(is_null);
        let key = match plan.shape.is_word && !is_null {
            true => Hash128 { lo: 0, ..key },
            false => key,
        };
        let (key, digest, tags) = match keys.is_empty() {
            true => (digest, Hash128::default(), [0; GROUPS]),
            false => (key, digest, tags.map(|tag| tag as u16)),
        };
        Entry {
            key,
            digest,
            tags,
            row: row as u32,
        }
    };
    let entries = (0..rows.len()).map(entry).collect();
    (entries, null_keys)
}

#[test]
fn fingerprints_are_the_sums_of_the_cells_of_every_row() {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(300))
        .build();
    let columns = all_types(1000, 9, &mut Random(8));
    let arrays: Vec<(&str, ArrayRef)> = columns.iter().map(|(n, a, _)| (*n, Arc::clone(a))).collect();
    // The second file lacks all columns but one and brings one of its own; both lie in partition folders.
    let other = plan_of_two_columns();
    let source = MemorySource::of([
        ("d/k=1/1.parquet", parquet(properties, &arrays)),
        ("d/k=__HIVE_DEFAULT_PARTITION__/2.parquet", other),
    ]);
    let dataset = open(source, "d").unwrap();
    for (target, keys, partitions) in [(1, 0, 1), (1, 1, 7), (u64::MAX, 3, 4), (u64::MAX, 0, 16), (9000, 16, 2)] {
        let plan = plan(&dataset, keys, partitions);
        for split in splits(&dataset, Side::Right, target) {
            let found = fingerprint(&dataset, split, &plan).unwrap();
            let (expected, null_keys) = cell_by_cell(&dataset, split, &plan);
            assert_eq!(found.null_keys, null_keys);
            let mut all: Vec<Entry> = Vec::new();
            for (partition, block) in found.blocks {
                let entries = block.entries();
                assert!(
                    entries
                        .iter()
                        .all(|entry| partition_of(entry.key, partitions) == partition)
                );
                let bytes = block.into_bytes();
                let view = BlockView::of(&bytes[LEAD_BYTES..]).unwrap();
                assert_eq!((view.side, view.split), (Side::Right, split.number));
                assert!(entries.is_sorted_by_key(|entry| entry.row));
                all.extend(entries);
            }
            all.sort_by_key(|entry| entry.row);
            assert_eq!(all, expected, "{split:?}");
        }
    }
}

/// Entries by row, with the rows that a filter dropped, portion by portion.
fn in_portions(dataset: &Dataset, plan: &SidePlan, rows: usize) -> (Vec<Entry>, u64, u64) {
    let (mut entries, mut dropped, mut null_keys) = (Vec::new(), 0, 0);
    for split in splits(dataset, Side::Left, u64::MAX) {
        let file = &dataset.files[split.file].found;
        let bytes = Arc::from(dataset.source.open(&file.path, &file.stamp).unwrap());
        let mut work = Fingerprinter::with(dataset, split, plan, bytes).unwrap();
        let mut filled = fingerprint::entries(split, plan);
        while let Some(mut portion) = work.next(dataset, plan, rows, &mut filled).unwrap() {
            if work.is_done() {
                portion.blocks.append(&mut filled.rest());
            }
            entries.extend(portion.entries());
            dropped += portion.dropped;
            null_keys += portion.null_keys;
        }
    }
    entries.sort_by_key(|entry| entry.row);
    (entries, dropped, null_keys)
}

#[test]
fn columns_that_are_read_side_by_side_give_the_same_entries() {
    const ROWS: u64 = 150_000;
    let each = |of: fn(u64) -> Option<i64>| -> ArrayRef { Arc::new(Int64Array::from_iter((0..ROWS).map(of))) };
    let text = |of: fn(u64) -> Option<String>| -> ArrayRef { Arc::new(StringArray::from_iter((0..ROWS).map(of))) };
    let columns = [
        ("id", each(|row| (row % 1000 > 0).then_some(row as i64))),
        ("few", each(|row| (row % 7 > 0).then_some((row % 5) as i64))),
        ("kind", text(|row| (row % 11 > 0).then(|| format!("kind {}", row % 3)))),
        ("text", text(|row| Some(format!("{row} is told by a text of its own")))),
    ];
    let properties = || {
        WriterProperties::builder()
            .set_max_row_group_row_count(Some(140_000))
            .set_data_page_row_count_limit(7_000)
            .set_compression(Compression::SNAPPY)
            .build()
    };
    let file = parquet(properties(), &columns);
    let read = |is_local: bool, rows: usize, filter: Option<&str>| {
        let mut source = MemorySource::of([("d/1.parquet", file.clone())]);
        source.is_local = is_local;
        let reads = Arc::clone(&source.reads);
        let dataset = open(source, "d").unwrap();
        let plan = SidePlan {
            filter: filter.map(|text| bound(text, &dataset)),
            ..plan(&dataset, 1, 3)
        };
        let found = in_portions(&dataset, &plan, rows);
        let reads = reads.lock().unwrap().len();
        (found, reads)
    };
    for filter in [None, Some("few = 3"), Some("id < 100000")] {
        let (expected, reads) = read(false, usize::MAX, filter);
        assert_eq!(expected.0.len() as u64 + expected.1, ROWS);
        for rows in [1, 70_000, usize::MAX] {
            let (found, more_reads) = read(true, rows, filter);
            assert_eq!(found, expected, "{filter:?}, {rows} rows at a time");
            // The reads tell that columns took turns.
            assert!(
                filter.is_some() || more_reads > 2 * reads,
                "{more_reads} reads, {reads} before"
            );
        }
    }
}

fn plan_of_two_columns() -> Bytes {
    let word: ArrayRef = Arc::new(StringArray::from(vec![Some("word 1"), None, Some("")]));
    plain(&[("extra", texts(&["a", "b", "c"])), ("word", word)])
}

#[test]
fn equal_rows_have_equal_fingerprints_however_they_are_stored() {
    let mut random = Random(5);
    let columns = all_types(900, 6, &mut random);
    let arrays: Vec<(&str, ArrayRef)> = columns.iter().map(|(n, a, _)| (*n, Arc::clone(a))).collect();
    let builder = WriterProperties::builder;
    let entries = |properties: WriterProperties| {
        let dataset = one_file(parquet(properties, &arrays));
        let split = splits(&dataset, Side::Left, u64::MAX)[0];
        let found = fingerprint(&dataset, split, &plan(&dataset, 2, 1)).unwrap();
        found.entries().collect::<Vec<Entry>>()
    };
    let plain = entries(builder().set_dictionary_enabled(false).build());
    for properties in [
        builder(),
        builder().set_max_row_group_row_count(Some(110)),
        builder()
            .set_dictionary_page_size_limit(100)
            .set_data_page_row_count_limit(90)
            .set_write_batch_size(30),
        builder()
            .set_writer_version(WriterVersion::PARQUET_2_0)
            .set_compression(Compression::SNAPPY),
    ] {
        assert_eq!(entries(properties.build()), plain);
    }
}
