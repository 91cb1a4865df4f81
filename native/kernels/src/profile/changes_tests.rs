use super::*;
use arrow::array::{BinaryViewArray, Float64Array, Int64Array};
use std::sync::Arc;

const BIGINT: LeafType = LeafType::Integer { bits: 64, signed: true };

fn of(cells: &[(i64, i64)]) -> Changes {
    let side = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as ArrayRef;
    let left = side(cells.iter().map(|cell| cell.0).collect());
    let right = side(cells.iter().map(|cell| cell.1).collect());
    let mut changes = Changes::default();
    changes
        .add([&left, &right], 0..cells.len(), [&BIGINT; 2], Zone::UTC)
        .unwrap();
    changes
}

fn told(changes: &Changes) -> Vec<(u64, [Option<&str>; 2])> {
    let told = changes.told().into_iter();
    told.map(|change| (change.cells, change.texts.each_ref().map(|text| text.as_deref())))
        .collect()
}

#[test]
fn most_cells_come_first_and_texts_decide_the_rest() {
    let changes = of(&[(1, 2), (10, 1), (2, 1), (1, 2), (9, 1)]);
    assert_eq!(changes.distinct(), Some(4));
    let pair = |left, right| [Some(left), Some(right)];
    let expected = [
        (2, pair("1", "2")),
        (1, pair("10", "1")),
        (1, pair("2", "1")),
        (1, pair("9", "1")),
    ];
    assert_eq!(told(&changes), expected);
}

#[test]
fn more_than_256_are_too_many_however_they_are_cut() {
    let cells: Vec<(i64, i64)> = (0..=MOST as i64).map(|value| (value, -1)).collect();
    assert_eq!(of(&cells).distinct(), None);
    assert_eq!(of(&cells[1..]).distinct(), Some(256));
    for cut in [0, 1, 100, 256, 257] {
        let mut merged = of(&cells[cut..]);
        merged.merge(of(&cells[..cut]));
        assert_eq!(merged, of(&cells), "{cut}");
        merged.merge(of(&[(1, 2)]));
        assert_eq!(merged.distinct(), None);
        assert!(merged.told().is_empty());
    }
}

#[test]
fn parts_in_any_order_give_the_same() {
    let cells: Vec<(i64, i64)> = (0..4000).map(|n| (n * n % 17, n % 11)).collect();
    let whole = of(&cells);
    assert_eq!(whole.distinct(), Some(9 * 11));
    for cut in [0, 1, 1999, 4000] {
        let mut merged = of(&cells[cut..]);
        merged.merge(of(&cells[..cut]));
        assert_eq!(merged, whole);
    }
    let mut concluded = whole.clone();
    concluded.conclude();
    assert_eq!(
        (concluded.distinct(), told(&concluded)),
        (whole.distinct(), told(&whole))
    );
    assert_eq!(concluded.found.len(), TOLD);
    let mut merged = Changes::default();
    merged.merge(concluded.clone());
    assert_eq!(merged, concluded);
}

#[test]
fn zeros_and_nans_are_one_each_and_long_values_that_look_alike_are_not() {
    let left: ArrayRef = Arc::new(Float64Array::from(vec![0.0, -0.0, f64::NAN, -f64::NAN]));
    let right: ArrayRef = Arc::new(Float64Array::from(vec![1.0; 4]));
    let mut changes = Changes::default();
    changes
        .add([&left, &right], 0..4, [&LeafType::Double; 2], Zone::UTC)
        .unwrap();
    let one = Some("1.0");
    assert_eq!(told(&changes), [(2, [Some("0.0"), one]), (2, [Some("NaN"), one])]);
    let long = |end: &str| format!("{}{end}", "x".repeat(500));
    let left: ArrayRef = Arc::new(BinaryViewArray::from_iter_values([long("a"), long("ab"), long("a")]));
    let right: ArrayRef = Arc::new(BinaryViewArray::from_iter_values([""; 3]));
    let mut changes = Changes::default();
    changes
        .add([&left, &right], 0..3, [&LeafType::String; 2], Zone::UTC)
        .unwrap();
    let shown: Vec<(u64, usize, Option<u64>)> = changes
        .told()
        .into_iter()
        .map(|c| (c.cells, c.texts[0].as_ref().unwrap().len(), c.cut.unwrap().lengths[0]))
        .collect();
    assert_eq!(shown, [(2, 64, Some(501)), (1, 64, Some(502))]);
}
