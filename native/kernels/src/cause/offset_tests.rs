use super::*;
use crate::generated;
use num_bigint::BigInt;
use proptest::prelude::*;

fn of_numbers(left: (i128, i32), right: (i128, i32)) -> Option<String> {
    Difference::between(left, right, Measure::Number).map(|difference| difference.to_string())
}

fn whole(units: i128) -> Difference {
    Difference::between((0, 0), (units, 0), Measure::Number).unwrap()
}

#[test]
fn a_difference_is_the_shortest_plain_decimal_with_a_sign() {
    let most = BEYOND - 1;
    for (left, right, expected) in [
        ((1, 0), (6, 0), Some("+5")),
        ((6, 0), (1, 0), Some("-5")),
        ((5, 1), (25, 2), Some("-0.25")),
        ((1, 1), (9, 1), Some("+0.8")),
        ((15, 1), (25, 1), Some("+1")),
        ((0, 0), (12, -2), Some("+1200")),
        ((3, 0), (3, -3), Some("+2997")),
        ((0, 0), (5, 3), Some("+0.005")),
        // 38 digits at most.
        ((0, 0), (1, 38), Some("+0.00000000000000000000000000000000000001")),
        ((0, 0), (1, 39), None),
        ((0, 0), (1, -37), Some("+10000000000000000000000000000000000000")),
        ((0, 0), (1, -38), None),
        ((1, 0), (1, -38), Some("+99999999999999999999999999999999999999")),
        ((1, -38), (1, 0), Some("-99999999999999999999999999999999999999")),
        ((-1, 0), (1, -38), None),
        ((1, 2), (1, -37), None),
        ((1, 1), (1, -37), Some("+9999999999999999999999999999999999999.9")),
        ((1, 300), (1, -300), None),
        ((1, 0), (1, i32::MIN), None),
        ((BEYOND, 0), (BEYOND + 1, 0), None),
        ((most - 1, 0), (most, 0), Some("+1")),
        ((-1, 0), (most, 0), None),
        // Not in 128 bits in between.
        ((18, -36), (most, 1), Some("-8000000000000000000000000000000000000.1")),
        ((-most, 2), (most, 2), None),
        (
            (-(BEYOND / 10 * 8) - 1, 2),
            (BEYOND / 100 * 95 - 1, 2),
            Some("+1750000000000000000000000000000000000"),
        ),
        ((7, 0), (7, 0), None),
    ] {
        assert_eq!(of_numbers(left, right).as_deref(), expected, "{left:?} {right:?}");
    }
}

#[test]
fn days_and_seconds_say_so() {
    let shown = |right, measure| Difference::between((0, right), (0, right), measure);
    assert_eq!(shown(6, Measure::Days), None);
    let shown = |units, places, measure| {
        Difference::between((0, places), (units, places), measure)
            .unwrap()
            .to_string()
    };
    assert_eq!(shown(3, 0, Measure::Days), "+3d");
    assert_eq!(shown(-40, 0, Measure::Days), "-40d");
    assert_eq!(shown(37_000, 3, Measure::Seconds), "+37s");
    assert_eq!(shown(-1, 6, Measure::Seconds), "-0.000001s");
    assert_eq!(shown(1_500, 9, Measure::Seconds), "+0.0000015s");
}

/// Offsets in which each of these differences occurs in this many cells.
fn counted(cells: &[(i128, u64)]) -> Offsets {
    let mut offsets = Offsets::default();
    for &(units, cells) in cells {
        offsets.add(whole(units), cells);
    }
    offsets
}

#[test]
fn the_offset_explains_two_cells_and_more_than_half() {
    for (cells, unexplained, expected) in [
        (vec![(5, 2), (6, 1)], 3, Some((5, 2))),
        (vec![(5, 2), (6, 2)], 4, None),
        (vec![(5, 2), (-5, 2)], 4, None),
        (vec![(5, 2)], 4, None),
        (vec![(5, 3)], 4, Some((5, 3))),
        (vec![(5, 2)], 3, Some((5, 2))),
        (vec![(5, 1)], 1, None),
        (vec![(1, 1), (2, 1), (5, 1)], 3, None),
        (vec![], 0, None),
    ] {
        let chosen = counted(&cells).chosen(unexplained);
        assert_eq!(
            chosen,
            expected.map(|(units, cells)| (whole(units), cells)),
            "{cells:?} of {unexplained}"
        );
    }
}

#[test]
fn more_than_256_differences_leave_no_offset() {
    let mut cells: Vec<(i128, u64)> = (1..=256).map(|units| (units, 1)).collect();
    cells[0].1 = 1_000;
    let mut offsets = counted(&cells);
    assert_eq!(offsets.chosen(1_255), Some((whole(1), 1_000)));
    assert!(!offsets.is_settled());
    offsets.add(whole(257), 1);
    assert!(offsets.is_settled());
    assert_eq!((offsets.chosen(1_256), offsets.counts.len()), (None, 0));
    offsets.add(whole(1), 5_000);
    assert_eq!(offsets.chosen(6_256), None);
    let mut other = counted(&[(1, 1)]);
    other.merge(offsets.clone());
    assert_eq!(other, offsets);
    offsets.merge(counted(&[(1, 1)]));
    assert_eq!(other, offsets);
}

proptest! {
    #![proptest_config(generated::cases(1000))]

    #[test]
    fn parts_in_any_order_add_up_to_the_same(
        cells in prop::collection::vec((1_i128..400, 0_usize..7), 0..if cfg!(miri) { 60 } else { 900 }), narrow in any::<bool>(), order in any::<prop::sample::Index>(),
    ) {
        let unit = |units: i128| whole(if narrow { units % 9 + 1 } else { units });
        let mut at_once = Offsets::default();
        let mut parts = vec![Offsets::default(); 7];
        for &(units, part) in &cells {
            at_once.add(unit(units), 1);
            parts[part].add(unit(units), 1);
        }
        let different: std::collections::BTreeSet<i128> = cells.iter().map(|&(units, _)| if narrow { units % 9 } else { units }).collect();
        prop_assert_eq!(at_once.is_settled(), different.len() > MOST);
        let middle = order.index(7);
        // One after the other, from another one on, and in two heaps.
        let mut turned = parts.clone();
        turned.rotate_left(middle);
        turned.reverse();
        let merged = |parts: &[Offsets]| parts.iter().fold(Offsets::default(), |mut all, part| {
            all.merge(part.clone());
            all
        });
        let mut heaps = merged(&parts[..middle]);
        heaps.merge(merged(&parts[middle..]));
        for merged in [merged(&parts), merged(&turned), heaps] {
            prop_assert_eq!(&merged, &at_once);
        }
    }

    #[test]
    fn differences_are_those_of_long_arithmetic(
        l in any::<i128>(), r in any::<i128>(), shift in (0_u32..120, 0_u32..120), places in (-45_i32..45, -45_i32..45),
    ) {
        let number = |digits: i128, shift: u32, places: i32| {
            let (mut digits, mut places) = ((digits >> shift) % BEYOND, places);
            while digits != 0 && digits % 10 == 0 {
                digits /= 10;
                places -= 1;
            }
            (digits, if digits == 0 { 0 } else { places })
        };
        let (left, right) = (number(l, shift.0, places.0), number(r, shift.1, places.1));
        let finest = left.1.max(right.1).max(0);
        let at = |(digits, places): (i128, i32)| BigInt::from(digits) * BigInt::from(10).pow((finest - places).unsigned_abs());
        let units = at(right) - at(left);
        let mut digits = units.magnitude().to_string();
        let mut shown_places = finest as usize;
        while shown_places > 0 && digits.ends_with('0') && digits != "0" {
            digits.pop();
            shown_places -= 1;
        }
        let sign = if units < BigInt::from(0) { '-' } else { '+' };
        let fits = digits != "0" && digits.len() <= 38 && shown_places <= 38;
        let expected = fits.then(|| {
            let padded = format!("{digits:0>width$}", width = shown_places + 1);
            let (whole, fraction) = padded.split_at(padded.len() - shown_places);
            format!("{sign}{whole}{}{fraction}", if fraction.is_empty() { "" } else { "." })
        });
        prop_assert_eq!(of_numbers(left, right), expected, "{:?} {:?}", left, right);
    }
}

#[test]
fn the_commonest_of_equally_many_is_the_smallest_number() {
    let mut offsets = Offsets::default();
    assert_eq!(offsets.commonest(), None);
    let of = |units, places| Difference::between((0, 0), (units, places), Measure::Number).unwrap();
    for (difference, cells) in [(of(2, 0), 3), (of(5, 1), 3), (of(-30, 0), 2)] {
        offsets.add(difference, cells);
    }
    assert_eq!(offsets.commonest(), Some((of(5, 1), 3)));
    offsets.add(of(-30, 0), 1);
    assert_eq!(offsets.commonest(), Some((of(-30, 0), 3)));
}
