use super::*;
use arrow::array::{ArrayRef, Int64Array};
use parity_kernels::cause::Causes;
use parity_kernels::compare::{differing, tally};
use parity_kernels::domain::Domain;
use parity_kernels::domain::values::InDomain;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;
use std::sync::Arc;

const BIGINT: LeafType = LeafType::Integer { bits: 64, signed: true };

/// Cells as the compare step counts them.
fn part(cells: &[(i64, i64)]) -> ColumnPart {
    let side = |values: Vec<i64>| InDomain {
        array: Arc::new(Int64Array::from(values)) as ArrayRef,
        displaced: None,
    };
    let left = side(cells.iter().map(|cell| cell.0).collect());
    let right = side(cells.iter().map(|cell| cell.1).collect());
    let domain = Domain::own(&BIGINT);
    let differing = differing(&left, &right, &domain);
    let of = Causes::new([&left, &right], [&BIGINT; 2], &domain, Zone::UTC);
    let (mut causes, mut offsets) = (BTreeMap::new(), Offsets::default());
    for row in differing.set_indices() {
        *causes.entry(of.of(row)).or_default() += 1;
        if let (Cause::Other, Some(difference)) = (of.of(row), of.difference(row)) {
            offsets.add(difference, 1);
        }
    }
    let tally = tally(&left, &right, &domain, (0, 0), &differing);
    ColumnPart {
        offsets,
        tally,
        causes,
        ..ColumnPart::default()
    }
}

/// The parts by way of blocks, merged in this order.
fn merged(parts: &[ColumnPart]) -> ColumnPart {
    let mut all = Results::default();
    for part in parts {
        let results = Results {
            columns: BTreeMap::from([(3, part.clone())]),
            ..Results::default()
        };
        all.add(Results::of(&results.block(DRIVER).unwrap()).unwrap(), Keep::default());
    }
    all.columns.remove(&3).unwrap()
}

fn named(part: &ColumnPart) -> BTreeMap<String, u64> {
    let causes = part.causes().into_iter();
    causes.map(|(cause, cells)| (cause.to_string(), cells)).collect()
}

#[test]
fn a_column_has_the_offset_that_its_parts_have_together() {
    let parts = [
        part(&[(1, 6), (2, 7), (3, 3)]),
        part(&[(1, 8), (2, 9), (9, -9)]),
        part(&[(3, 8), (4, 4)]),
        part(&[(11, 16), (70, 700)]),
    ];
    let expected = [("offset:+5", 4), ("other", 2), ("scale:1", 1), ("sign", 1)];
    let expected = BTreeMap::from(expected.map(|(cause, cells)| (cause.to_owned(), cells)));
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
        let all = merged(&order.map(|part| parts[part].clone()));
        assert_eq!(named(&all), expected);
        assert_eq!(all.offset().map(|offset| offset.to_string()).as_deref(), Some("+5"));
    }
    let halves = [merged(&parts[..2]), merged(&parts[2..])];
    assert_eq!(named(&merged(&halves)), expected);
    // Alone the second part says something else.
    assert_eq!(named(&parts[1])["offset:+7"], 2);
}

#[test]
fn a_cause_that_explains_nothing_more_is_not_listed() {
    assert_eq!(
        named(&part(&[(1, 6), (2, 7)])),
        BTreeMap::from([("offset:+5".to_owned(), 2)])
    );
    assert_eq!(named(&part(&[(1, 6)])), BTreeMap::from([("other".to_owned(), 1)]));
}

#[test]
fn too_many_differences_in_all_parts_together_leave_no_offset() {
    let cells: Vec<(i64, i64)> = (0..256).map(|n| (1, 1_002 + 11 * n)).collect();
    let many = vec![(1, 1_002); 1_000];
    let few = merged(&[part(&many), part(&cells)]);
    assert_eq!(
        named(&few),
        BTreeMap::from([("offset:+1001".to_owned(), 1_001), ("other".to_owned(), 255)])
    );
    let all = merged(&[part(&many), part(&cells), part(&[(1, 903)])]);
    assert_eq!(named(&all), BTreeMap::from([("other".to_owned(), 1_257)]));
}
