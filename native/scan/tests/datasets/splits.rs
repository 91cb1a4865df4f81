//! Files are cut into splits of whole row groups.

use crate::files::{MemorySource, ints, open, parquet, plain, shown};
use parity_kernels::domain::Side;
use parity_scan::fetch::SplitRows;
use parity_scan::files::dataset::Dataset;
use parity_scan::files::split::{Split, splits};
use parquet::file::properties::WriterProperties;

/// Files of 25, 0 and 7 rows, row groups of 10 rows at most.
fn dataset() -> Dataset {
    let grouped = |rows: std::ops::Range<i32>| {
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(10))
            .build();
        parquet(properties, &[("a", ints(rows))])
    };
    let source = MemorySource::of([
        ("d/1", grouped(0..25)),
        ("d/2", grouped(0..0)),
        ("d/3", grouped(25..32)),
    ]);
    open(source, "d").unwrap()
}

fn shape(splits: &[Split]) -> Vec<(usize, usize, usize, u32)> {
    splits
        .iter()
        .map(|s| (s.file, s.first_row_group, s.row_groups, s.rows))
        .collect()
}

#[test]
fn splits_are_whole_row_groups_of_one_file() {
    let dataset = dataset();
    let each = vec![(0, 0, 1, 10), (0, 1, 1, 10), (0, 2, 1, 5), (2, 0, 1, 7)];
    assert_eq!(shape(&splits(&dataset, Side::Left, 1)), each);
    assert_eq!(shape(&splits(&dataset, Side::Left, 0)), each);
    let all = splits(&dataset, Side::Right, u64::MAX);
    assert_eq!(shape(&all), [(0, 0, 3, 25), (2, 0, 1, 7)]);
    assert_eq!(
        all.iter().map(|s| (s.side, s.number)).collect::<Vec<_>>(),
        [(Side::Right, 0), (Side::Right, 1)]
    );
    // Two row groups fit, three do not.
    let group = |number: usize| dataset.files[0].footer.metadata.row_group(number).compressed_size() as u64;
    let two = splits(&dataset, Side::Left, group(0) + group(1));
    assert_eq!(shape(&two), [(0, 0, 2, 20), (0, 2, 1, 5), (2, 0, 1, 7)]);
}

#[test]
fn every_row_is_in_one_split_at_its_number_whatever_the_size() {
    let dataset = dataset();
    for target in [0, 1, 100, 200, 400, 1000, u64::MAX] {
        let mut values = Vec::new();
        for (number, split) in splits(&dataset, Side::Left, target).into_iter().enumerate() {
            assert_eq!(split.number as usize, number);
            let rows: Vec<u32> = (0..split.rows).collect();
            values.extend(shown(
                &SplitRows::open(&dataset, split).unwrap().fetch(0, &rows).unwrap(),
            ));
            let last = SplitRows::open(&dataset, split)
                .unwrap()
                .fetch(0, &[split.rows - 1])
                .unwrap();
            assert_eq!(shown(&last)[0], values[values.len() - 1], "the last row alone");
        }
        let expected: Vec<String> = (0..32).map(|n| n.to_string()).collect();
        assert_eq!(values, expected, "splits of {target} bytes");
    }
}

#[test]
fn a_dataset_without_rows_has_no_splits() {
    let empty = open(MemorySource::of([("f", plain(&[("a", ints([]))]))]), "f").unwrap();
    assert_eq!(splits(&empty, Side::Left, 1000), []);
    assert_eq!(empty.rows(), 0);
}
