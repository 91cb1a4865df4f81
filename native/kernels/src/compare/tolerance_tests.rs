use super::*;
use crate::domain::Side;
use crate::generated;
use crate::spark::zone::Zone;
use crate::types::Unit;
use arrow::array::{ArrayRef, BinaryViewArray, BooleanArray, Decimal128Array, Float64Array, Int64Array};
use proptest::prelude::*;
use std::sync::Arc;

const BIGINT: LeafType = LeafType::Integer { bits: 64, signed: true };

fn decimal(precision: u8, scale: i8) -> LeafType {
    LeafType::Decimal { precision, scale }
}

fn instant(unit: Unit) -> LeafType {
    LeafType::Timestamp { unit, zoned: true }
}

fn number(text: &str) -> Option<ExactNumber> {
    Some(ExactNumber::parse(text).unwrap())
}

fn absolute(text: &str) -> Tolerance {
    Tolerance {
        absolute: number(text),
        ..Tolerance::default()
    }
}

fn relative(text: &str) -> Tolerance {
    Tolerance {
        relative: number(text),
        ..Tolerance::default()
    }
}

fn time(nanos: i128) -> Tolerance {
    Tolerance {
        time: Some(nanos),
        ..Tolerance::default()
    }
}

/// For each row whether it is within the tolerance.
fn within(
    tolerance: &Tolerance,
    (left_type, left): (LeafType, ArrayRef),
    (right_type, right): (LeafType, ArrayRef),
) -> Vec<bool> {
    let domain = Domain::of(&left_type, &right_type);
    let l = values::in_domain(&left, &left_type, domain.side(Side::Left), Zone::UTC);
    let r = values::in_domain(&right, &right_type, domain.side(Side::Right), Zone::UTC);
    (0..l.array.len())
        .map(|row| tolerance.within(&l, row, &r, row, &domain, [&left_type, &right_type]))
        .collect()
}

fn integers<const N: usize>(values: [i64; N]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn wide<const N: usize>(values: [i128; N]) -> ArrayRef {
    Arc::new(Decimal128Array::from(values.to_vec()))
}

fn doubles<const N: usize>(values: [f64; N]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

#[test]
fn numbers_keep_their_decimal_text_and_their_double() {
    let number = |text| ExactNumber::parse(text).map(|number| (number.stripped(), number.double()));
    assert_eq!(number("0.1"), Some(((1, 1), 0.1)));
    assert_eq!(number("1e-9"), Some(((1, 9), 1e-9)));
    assert_eq!(number("-2.50E+3"), Some(((-25, -2), -2500.0)));
    assert_eq!(number("0"), Some(((0, 0), 0.0)));
    for text in [
        "",
        "NaN",
        "inf",
        "1e400",
        "0e999999999",
        "1e-2000",
        "one",
        "0x1",
        "1234567890123456789012345678901234567890.1",
    ] {
        let parsed = number(text);
        assert!(
            parsed.is_none() || text.starts_with('0') && parsed == Some(((0, 0), 0.0)),
            "{text}"
        );
    }
    assert!(ExactNumber::parse("-0.1").unwrap().is_negative());
    assert!(!ExactNumber::parse("-0.0").unwrap().is_negative());
}

#[test]
fn integers_and_decimals_are_decided_exactly() {
    let left = (decimal(10, 2), integers([110, 111, 90, 89, 100]));
    let right = (decimal(10, 2), integers([100; 5]));
    assert_eq!(within(&absolute("0.1"), left, right), [true, false, true, false, true]);
    assert_eq!(
        within(
            &relative("1.1"),
            (BIGINT, integers([63, 64])),
            (BIGINT, integers([30, 30]))
        ),
        [true, false]
    );
    let left = (decimal(38, 0), wide([i128::MAX, i128::MIN, 10_i128.pow(37)]));
    let right = (decimal(38, 0), wide([i128::MIN, i128::MAX, 10_i128.pow(37) + 1]));
    assert_eq!(
        within(&absolute("1e38"), left.clone(), right.clone()),
        [false, false, true]
    );
    assert_eq!(within(&absolute("1e39"), left.clone(), right.clone()), [true; 3]);
    assert_eq!(within(&relative("1e-38"), left, right), [false; 3]);
    assert_eq!(
        within(
            &relative("1e-37"),
            (decimal(38, 0), wide([10_i128.pow(37)])),
            (decimal(38, 0), wide([10_i128.pow(37) + 1]))
        ),
        [true]
    );
}

#[test]
fn bounds_add_up_and_the_right_side_is_the_reference() {
    let left = (BIGINT, integers([100, 110, -110]));
    let right = (BIGINT, integers([110, 100, -100]));
    let rate = relative("0.095");
    assert_eq!(within(&rate, left.clone(), right.clone()), [true, false, false]);
    let symmetric = Tolerance {
        symmetric: true,
        ..rate
    };
    assert_eq!(within(&symmetric, left.clone(), right.clone()), [true; 3]);
    let both = Tolerance {
        absolute: number("0.5"),
        ..relative("0.095")
    };
    assert_eq!(within(&both, left, right), [true; 3]);
}

#[test]
fn doubles_are_decided_as_doubles() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let left = (LeafType::Double, doubles([1.1, 0.3, nan, inf, inf, nan, 1e308]));
    let right = (LeafType::Double, doubles([1.0, 0.1, 1.0, 1.0, -inf, nan, -1e308]));
    // 1.1 - 1.0 is a little more than 0.1.
    assert_eq!(within(&absolute("0.1"), left.clone(), right.clone()), [false; 7]);
    assert_eq!(
        within(&absolute("0.2"), left.clone(), right.clone()),
        [true, true, false, false, false, false, false]
    );
    assert_eq!(
        within(&relative("1"), left, right),
        [true, false, false, false, false, false, false]
    );
    // Against a double an integer is one.
    assert_eq!(
        within(
            &absolute("1"),
            (BIGINT, integers([(1 << 53) + 1])),
            (LeafType::Float, doubles([9_007_199_254_740_991.0]))
        ),
        [true]
    );
}

#[test]
fn numbers_too_large_for_the_other_scale_have_a_distance_too() {
    let left = (decimal(38, 0), wide([20_i128.pow(29), 1]));
    let right = (decimal(38, 38), wide([10_i128.pow(37), 0]));
    assert_eq!(within(&absolute("1e37"), left.clone(), right.clone()), [false, true]);
    assert_eq!(within(&absolute("1e38"), left, right), [true, true]);
}

#[test]
fn nulls_are_never_near_anything() {
    let left: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(1), None]));
    let right: ArrayRef = Arc::new(Int64Array::from(vec![Some(0), None, None]));
    assert_eq!(within(&absolute("10"), (BIGINT, left), (BIGINT, right)), [false; 3]);
}

#[test]
fn times_are_near_within_the_duration() {
    let date = LeafType::Date;
    let days = (integers([0, 0, 3]), integers([1, 2, 1]));
    assert_eq!(
        within(
            &time(DAY),
            (date.clone(), days.0.clone()),
            (date.clone(), days.1.clone())
        ),
        [true, false, false]
    );
    assert_eq!(
        within(&time(DAY - 1), (date.clone(), days.0), (date.clone(), days.1)),
        [false; 3]
    );
    let (left, right) = (integers([1_000, 1_000]), integers([3_000_000, 3_000_001]));
    assert_eq!(
        within(
            &time(2 * SECOND),
            (instant(Unit::Millis), left),
            (instant(Unit::Micros), right)
        ),
        [true, false]
    );
    assert_eq!(
        within(
            &time(DAY),
            (date, integers([1])),
            (instant(Unit::Micros), integers([0]))
        ),
        [true]
    );
    let of_day = LeafType::Time { unit: Unit::Millis };
    assert_eq!(
        within(
            &time(2_000_000),
            (of_day.clone(), integers([5, 5])),
            (of_day, integers([7, 8]))
        ),
        [true, false]
    );
}

#[test]
fn a_tolerance_applies_to_what_it_bounds() {
    let applies = |tolerance: &Tolerance, left: &LeafType, right: &LeafType| {
        tolerance.applies_to(&Domain::of(left, right), [left, right])
    };
    for (left, right) in [
        (BIGINT, BIGINT),
        (BIGINT, LeafType::Float),
        (LeafType::String, decimal(5, 2)),
    ] {
        assert!(
            applies(&absolute("1"), &left, &right) && applies(&relative("1"), &left, &right),
            "{left} {right}"
        );
        assert!(!applies(&time(1), &left, &right), "{left} {right}");
    }
    let of_day = LeafType::Time { unit: Unit::Micros };
    for (left, right) in [
        (LeafType::Date, LeafType::Date),
        (LeafType::Date, instant(Unit::Nanos)),
        (of_day.clone(), of_day),
        (LeafType::Date, LeafType::String),
    ] {
        assert!(
            !applies(&absolute("1"), &left, &right) && applies(&time(1), &left, &right),
            "{left} {right}"
        );
    }
    for (left, right) in [
        (LeafType::String, LeafType::String),
        (LeafType::Boolean, LeafType::Boolean),
        (LeafType::Boolean, BIGINT),
        (LeafType::Date, BIGINT),
        (LeafType::Boolean, LeafType::String),
    ] {
        assert!(
            !applies(&absolute("1"), &left, &right) && !applies(&time(1), &left, &right),
            "{left} {right}"
        );
    }
    let flags = || Arc::new(BooleanArray::from(vec![true])) as ArrayRef;
    assert_eq!(
        within(&absolute("1"), (LeafType::Boolean, flags()), (BIGINT, integers([1]))),
        [false]
    );
}

#[test]
fn text_that_was_read_as_a_number_is_near_by_what_it_says() {
    let texts = [
        Some("1.505"),
        Some("1.52"),
        Some("x"),
        None,
        Some("-1e-30"),
        Some("  1.51 "),
    ];
    let text: ArrayRef = Arc::new(BinaryViewArray::from_iter(texts.map(|t| t.map(str::as_bytes))));
    let right = (decimal(10, 2), integers([151, 151, 151, 151, 0, 152]));
    let left = (LeafType::String, text);
    assert_eq!(
        within(&absolute("0.005"), left.clone(), right.clone()),
        [true, false, false, false, true, false]
    );
    assert_eq!(
        within(&absolute("0.0049"), right, left),
        [false, false, false, false, true, false]
    );
}

#[test]
fn durations_are_read_in_words_and_by_the_standard() {
    for (text, nanos) in [
        ("2 seconds", 2 * SECOND),
        ("1 day 3 hours", DAY + 3 * 3_600 * SECOND),
        (" INTERVAL 1 Week ", 7 * DAY),
        ("250 milliseconds", 250_000_000),
        ("1 microsecond", 1_000),
        ("1 nanoseconds", 1),
        ("1.5 minutes", 90 * SECOND),
        ("0.000000001 seconds", 1),
        ("0 seconds", 0),
        ("100 seconds", 100 * SECOND),
        ("PT1H", 3_600 * SECOND),
        (
            "P1DT2H3M4.5S",
            DAY + 2 * 3_600 * SECOND + 3 * 60 * SECOND + 4_500_000_000,
        ),
        ("p2w", 14 * DAY),
    ] {
        assert_eq!(parse_duration(text), Some(nanos), "{text}");
    }
    for text in [
        "",
        "1",
        "second",
        "1 month",
        "2 years",
        "-1 day",
        "+1 day",
        "1 day 3",
        "1e3 seconds",
        "0.1 nanoseconds",
        "P",
        "PT",
        "P1DT",
        "PT1D",
        "P1H",
        "PT1M1H",
        "P1Y",
        "interval",
        "1 fortnight",
        "1 seconds ago",
        ". seconds",
    ] {
        assert_eq!(parse_duration(text), None, "{text}");
    }
}

proptest! {
    #![proptest_config(generated::cases(2000))]

    #[test]
    fn the_short_way_decides_like_the_long_one(
        l in any::<i128>(), distance in -1000_i128..1000, shift in 0_u32..127, scale in 0_i32..10,
        bounds in (0_i128..2000, -3_i32..12, 0_i128..2000, 0_i32..40), symmetric in any::<bool>(),
    ) {
        let l = l >> shift;
        let r = l.saturating_add(distance);
        let bound = |digits: i128, places: i32| ExactNumber::parse(&format!("{digits}e{}", -places));
        let tolerance = Tolerance {
            absolute: bound(bounds.0, bounds.1),
            relative: bound(bounds.2, bounds.3),
            symmetric,
            time: None,
        };
        let long = tolerance.within_exact((&l.into(), scale), (&r.into(), scale));
        if let Some(short) = tolerance.within_128_bits(l, r, scale) {
            prop_assert_eq!(short, long);
        } else {
            prop_assert!(shift < 120 || bounds.3 > 20 || bounds.1 < 0, "128 bits suffice for small numbers");
        }
    }
}
