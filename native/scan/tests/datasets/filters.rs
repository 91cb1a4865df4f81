//! Predicates on files: what is left out by folders and statistics is what no row would have kept.

use crate::files::{MemorySource, Random, all_types, bigints, ints, one_file, open, parquet, plain, texts};
use arrow::array::{ArrayRef, Float64Array, StructArray, UInt64Array};
use arrow::buffer::NullBuffer;
use arrow::compute::{SortOptions, sort_to_indices, take};
use arrow::datatypes::{DataType, Field};
use parity_kernels::compare::relaxation::Before;
use parity_kernels::digest::entry::{Entry, Shape};
use parity_kernels::digest::hash::{LeafSeed, Role};
use parity_kernels::digest::{GROUPS, group_of};
use parity_kernels::domain::{Domain, Side};
use parity_kernels::spark::zone::Zone;
use parity_scan::fetch::SplitRows;
use parity_scan::files::dataset::Dataset;
use parity_scan::files::split::{Split, splits};
use parity_scan::fingerprint::fingerprint;
use parity_source::plan::{LeafPlan, SidePlan};
use parity_source::predicate::evaluate::Verdicts;
use parity_source::predicate::{Names, Predicate, bind};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use std::sync::Arc;

pub(crate) fn bound(text: &str, dataset: &Dataset) -> Predicate {
    let names = Names {
        columns: &dataset.columns,
        case_sensitive: false,
        zone: Zone::UTC,
    };
    bind(text, names).unwrap_or_else(|e| panic!("{text}: {e}"))
}

pub(crate) fn plan(dataset: &Dataset, filter: Option<Predicate>) -> SidePlan {
    let leaf = |column: usize| LeafPlan {
        column,
        leaf: dataset.leaf(column).unwrap().clone(),
        domain: Domain::own(dataset.leaf(column).unwrap()),
        seed: LeafSeed::new(1, Role::Value, column, None),
        group: group_of(column, dataset.columns.len(), GROUPS),
        before: Before::default(),
    };
    SidePlan {
        keys: vec![leaf(0)],
        values: (0..dataset.columns.len()).map(leaf).collect(),
        zone: Zone::UTC,
        shape: Shape {
            is_keyed: true,
            is_word: false,
            groups: GROUPS,
        },
        partitions: 1,
        filter,
    }
}

/// The rows of a split that a predicate keeps, by looking at each.
fn kept_one_by_one(dataset: &Dataset, split: Split, filter: &Predicate) -> Vec<u32> {
    let rows: Vec<u32> = (0..split.rows).collect();
    let open = SplitRows::open(dataset, split).unwrap();
    let mut verdicts = Verdicts::new(filter, rows.len());
    for column in filter.columns() {
        verdicts.take(column, &open.fetch(column, &rows).unwrap());
    }
    let kept = verdicts.kept();
    rows.into_iter().filter(|&row| kept[row as usize]).collect()
}

/// Checks that fingerprints with a filter are those without it of the kept rows; how many there are.
pub(crate) fn check(dataset: &Dataset, text: &str) -> usize {
    let filter = bound(text, dataset);
    let mut total = 0;
    for target in [1, u64::MAX] {
        total = 0;
        for split in splits(dataset, Side::Left, target) {
            let all = fingerprint(dataset, split, &plan(dataset, None)).unwrap();
            let kept = kept_one_by_one(dataset, split, &filter);
            let found = fingerprint(dataset, split, &plan(dataset, Some(filter.clone()))).unwrap();
            let rows: Vec<u32> = found.entries().map(|entry| entry.row).collect();
            assert_eq!(rows, kept, "{text} in {split:?}");
            let all: Vec<Entry> = all.entries().collect();
            for entry in found.entries() {
                assert_eq!(entry, all[entry.row as usize], "{text}");
            }
            assert_eq!(found.dropped + kept.len() as u64, u64::from(split.rows), "{text}");
            total += kept.len();
        }
    }
    total
}

/// A random condition on a column of [`all_types`].
fn condition(random: &mut Random, name: &str, expected: &[String]) -> String {
    let literal = |random: &mut Random| {
        let shown = &expected[random.below(expected.len() as u64) as usize];
        let number = shown.parse::<i128>().unwrap_or(0) + i128::from(random.below(3) as i64 - 1);
        let bits = || f64::from_bits(u64::from_str_radix(shown, 16).unwrap_or(0));
        match name {
            "float" | "double" => format!("{:?}D", bits() + random.below(2) as f64),
            "boolean" => (random.below(2) == 0).to_string(),
            "word" | "text" => format!("'{shown}'"),
            "narrow" => format!("{}.{}", number / 100, (number % 7) & 7),
            "wide" => format!("{}.5", number / 10_000_000_000),
            "date" => format!("date '{}-{:02}-11'", 1970 + random.below(85), random.below(12) + 1),
            "time" => format!("timestamp '{}-01-01 10:00:00'", 1970 + random.below(145)),
            "fixed" => format!("X'{:016x}'", random.next()),
            _ => number.to_string(),
        }
    };
    let one = literal(random);
    match random.below(9) {
        0 => format!("{name} is null"),
        1 => format!("{name} is not null"),
        2 => format!("{name} in ({one}, {})", literal(random)),
        3 => format!("{name} between {one} and {}", literal(random)),
        4 => format!("{name} <=> {one}"),
        5 if name == "word" => "word like 'word 1%'".to_owned(),
        n => format!(
            "{name} {} {one}",
            ["=", "<", "<=", ">", ">=", "<>"][(n as usize + random.below(6) as usize) % 6]
        ),
    }
}

pub(crate) fn predicate(random: &mut Random, columns: &[(&'static str, ArrayRef, Vec<String>)], depth: u64) -> String {
    if depth == 0 || random.below(3) == 0 {
        let (name, _, expected) = &columns[random.below(columns.len() as u64) as usize];
        return condition(random, name, expected);
    }
    let one = predicate(random, columns, depth - 1);
    let other = predicate(random, columns, depth - 1);
    match random.below(5) {
        0 => format!("not ({one})"),
        1 | 2 => format!("({one}) or ({other})"),
        _ => format!("{one} and ({other})"),
    }
}

/// Columns of all types, sorted by one of them, so that bounds of its parts say something.
pub(crate) fn sorted_by_one(round: u64, random: &mut Random) -> Vec<(&'static str, ArrayRef, Vec<String>)> {
    let mut columns = all_types(700, [0, 4, 30][round as usize % 3], random);
    let sorted_by = random.below(columns.len() as u64) as usize;
    if columns[sorted_by].0 != "fixed" {
        let order = sort_to_indices(&columns[sorted_by].1, Some(SortOptions::default()), None).unwrap();
        for (_, array, expected) in &mut columns {
            *array = take(array, &order, None).unwrap();
            let rows = order.values().iter();
            *expected = rows.map(|&row| expected[row as usize].clone()).collect();
        }
    }
    columns
}

#[test]
fn pruned_and_unpruned_rows_are_the_same_over_random_data() {
    let mut random = Random(77);
    for round in 0..12u64 {
        let columns = sorted_by_one(round, &mut random);
        let arrays: Vec<(&str, ArrayRef)> = columns.iter().map(|(n, a, _)| (*n, Arc::clone(a))).collect();
        let statistics = [
            EnabledStatistics::Chunk,
            EnabledStatistics::Page,
            EnabledStatistics::None,
        ];
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(90))
            .set_statistics_enabled(statistics[round as usize % 3])
            .set_statistics_truncate_length(Some(3))
            .build();
        let dataset = one_file(parquet(properties, &arrays));
        for _ in 0..12 {
            let text = predicate(&mut random, &columns, 2);
            check(&dataset, &text);
        }
    }
}

#[test]
fn row_groups_out_of_bounds_are_not_read() {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(100))
        .build();
    let words: Vec<String> = (0..1000).map(|i| format!("w{i:04}")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let source = MemorySource::of([(
        "f",
        parquet(
            properties,
            &[("id", bigints(0..1000)), ("word", texts(&words)), ("v", ints(0..1000))],
        ),
    )]);
    let reads = Arc::clone(&source.reads);
    let dataset = open(source, "f").unwrap();
    for (text, rows, chunks) in [
        ("id between 250 and 260", 11, 3),
        ("id >= 200 and id < 300", 100, 3),
        ("word like 'w02%'", 100, 3),
        ("word like 'w025%'", 10, 3),
        ("id = 5000", 0, 0),
        ("id is null", 0, 0),
        ("id <=> null or word > 'w099'", 10, 3),
        ("not id < 1000", 0, 0),
        ("id = 250 and v = 251", 0, 2),
        ("id in (5, 995)", 2, 6),
    ] {
        reads.lock().unwrap().clear();
        let split = splits(&dataset, Side::Left, u64::MAX)[0];
        let found = fingerprint(&dataset, split, &plan(&dataset, Some(bound(text, &dataset)))).unwrap();
        assert_eq!(found.entries().count(), rows, "{text}");
        assert_eq!(found.dropped, 1000 - rows as u64, "{text}");
        let ranges: std::collections::HashSet<_> = reads.lock().unwrap().iter().cloned().collect();
        assert_eq!(ranges.len(), chunks, "{text}: {ranges:?}");
    }
}

#[test]
fn statistics_say_nothing_of_nan_and_of_unsigned_integers() {
    let doubles = Float64Array::from(vec![Some(1.0), Some(f64::NAN), Some(-0.0), None]);
    let unsigned = UInt64Array::from(vec![1, u64::MAX, 1 << 63, 5]);
    let arrays: [(&str, ArrayRef); 2] = [("d", Arc::new(doubles)), ("u", Arc::new(unsigned))];
    let dataset = one_file(plain(&arrays));
    assert_eq!(check(&dataset, "d > 5"), 1);
    assert_eq!(check(&dataset, "d = 'NaN'"), 1);
    assert_eq!(check(&dataset, "d <= 5"), 2);
    assert_eq!(check(&dataset, "d = 0"), 1);
    assert_eq!(check(&dataset, "d < 0"), 0);
    assert_eq!(check(&dataset, "u > 9223372036854775807"), 2);
    assert_eq!(check(&dataset, "u = 18446744073709551615"), 1);
    assert_eq!(check(&dataset, "u = '5'"), 1);
}

#[test]
fn folders_decide_for_their_files() {
    let file = |first: i32| plain(&[("v", ints(first..first + 10))]);
    let source = MemorySource::of([
        ("d/day=2024-01-01/k=1/a", file(0)),
        ("d/day=2024-01-02/k=2/a", file(10)),
        ("d/day=__HIVE_DEFAULT_PARTITION__/k=10/a", file(20)),
    ]);
    let dataset = open(source, "d").unwrap();
    for (text, rows) in [
        ("day = '2024-01-01'", 10),
        ("day = date '2024-01-01' or day is null", 20),
        ("k < 10", 20),
        ("k = '1' and v > 5", 4),
        ("k >= 2 and v in (10, 20, 5)", 2),
        ("day <> '2024-01-01'", 10),
        ("not (k = 1 or v < 15)", 15),
        ("day in ('2024-01-01', null)", 10),
    ] {
        assert_eq!(check(&dataset, text), rows, "{text}");
    }
}

#[test]
fn fields_of_structs_are_columns_like_others() {
    let field = |name: &str| Field::new(name, DataType::Int32, true);
    let fields = vec![field("x"), field("y.z")].into();
    let nulls = NullBuffer::from(vec![true, false, true, true]);
    let nested = StructArray::new(fields, vec![ints([1, 2, 3, 4]), ints([9, 9, 8, 7])], Some(nulls));
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    let columns: [(&str, ArrayRef); 2] = [("id", ints(0..4)), ("s", Arc::new(nested))];
    let dataset = one_file(parquet(properties, &columns));
    for (text, rows) in [
        ("s.x >= 2", 2),
        ("S.x is null", 1),
        ("not s.x = 3", 2),
        ("s.`y.z` = 9", 1),
        ("s.x <=> null or s.`y.z` < 8", 2),
    ] {
        assert_eq!(kept_by(&dataset, text), rows, "{text}");
    }
    for text in ["s is null", "`s.x` = 1", "s.y.z = 1"] {
        let names = Names {
            columns: &dataset.columns,
            case_sensitive: false,
            zone: Zone::UTC,
        };
        assert!(bind(text, names).is_err(), "{text}");
    }
}

/// The number of rows that fingerprints with a filter have.
fn kept_by(dataset: &Dataset, text: &str) -> usize {
    let split = splits(dataset, Side::Left, u64::MAX)[0];
    let one = SidePlan {
        values: Vec::new(),
        ..plan(dataset, Some(bound(text, dataset)))
    };
    let found = fingerprint(dataset, split, &one).unwrap();
    found.entries().count()
}
