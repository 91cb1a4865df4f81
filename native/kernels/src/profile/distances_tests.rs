use super::*;
use crate::generated;
use arrow::datatypes::i256;
use proptest::prelude::*;

fn exact(units: i128) -> Distance {
    Distance::Exact(i256::from_i128(units))
}

fn of(cells: &[(Distance, bool)], places: i32) -> Distances {
    let mut all = Distances::default();
    cells
        .iter()
        .for_each(|&(distance, is_lower)| all.add(distance, is_lower, places));
    all
}

#[test]
fn decades_begin_at_powers_of_ten() {
    for (distance, places, expected) in [
        (exact(1), 0, 0),
        (exact(9), 0, 0),
        (exact(10), 0, 1),
        (exact(10), 2, -1),
        (exact(9), 2, -2),
        (exact(1), 38, LOWEST),
        (exact(0), 38, LOWEST),
        (exact(10_i128.pow(18)), 0, 18),
        (exact(10_i128.pow(30)), 0, HIGHEST),
        (Distance::Exact(i256::MAX), 38, HIGHEST),
        (Distance::Exact(i256::MAX), 76, 0),
        (Distance::Double(0.001), 0, -3),
        (Distance::Double(0.000_999), 0, -4),
        (Distance::Double(1e-300), 0, LOWEST),
        (Distance::Double(9.99), 0, 0),
        (Distance::Double(1e300), 0, HIGHEST),
    ] {
        assert_eq!(decade(distance, places), expected, "{distance:?} of {places} places");
    }
}

#[test]
fn ends_have_signs() {
    let ends = |cells: &[(i128, bool)]| {
        let cells: Vec<(Distance, bool)> = cells.iter().map(|&(units, lower)| (exact(units), lower)).collect();
        of(&cells, 0).ends()
    };
    assert_eq!(ends(&[]), None);
    assert_eq!(
        ends(&[(3, true), (5, false), (9, false)]),
        Some([(exact(3), true), (exact(9), false)])
    );
    assert_eq!(
        ends(&[(5, false), (9, false)]),
        Some([(exact(5), false), (exact(9), false)])
    );
    assert_eq!(
        ends(&[(5, true), (9, true)]),
        Some([(exact(9), true), (exact(5), true)])
    );
    assert_eq!(of(&[(exact(5), true), (exact(9), false)], 0).largest(), Some(exact(9)));
}

proptest! {
    #![proptest_config(generated::cases(300))]

    #[test]
    fn parts_add_up_to_the_whole(
        cells in prop::collection::vec((any::<u64>(), any::<bool>()), 0..40), cut in any::<prop::sample::Index>(), places in 0..38,
    ) {
        let cells: Vec<(Distance, bool)> =
            cells.into_iter().map(|(units, lower)| (exact(i128::from(units)), lower)).collect();
        let (one, other) = cells.split_at(cut.index(cells.len() + 1));
        let mut merged = of(other, places);
        merged.merge(&of(one, places));
        let whole = of(&cells, places);
        prop_assert_eq!(whole.cells(), cells.len() as u64);
        prop_assert_eq!(whole.largest(), cells.iter().map(|cell| cell.0).reduce(Distance::max));
        prop_assert_eq!(merged, whole);
    }
}
