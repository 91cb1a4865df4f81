use super::*;
use crate::digest::hash::{LeafSeed, Role};
use crate::digest::{LeafHasher, Sums};
use crate::domain::Side;
use crate::generated;
use crate::spark::numbers;
use crate::spark::zone::Zone;
use crate::types::{Kind, LeafType, Unit};
use arrow::array::{
    ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Decimal128Array, DictionaryArray, Float64Array, Int32Array,
    Int64Array,
};
use proptest::prelude::*;
use std::sync::Arc;

fn decimal(precision: u8, scale: i8) -> LeafType {
    LeafType::Decimal { precision, scale }
}

const BIGINT: LeafType = LeafType::Integer { bits: 64, signed: true };

fn own(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

/// Both columns where they meet.
fn met(left: (&LeafType, &ArrayRef), right: (&LeafType, &ArrayRef)) -> (InDomain, InDomain, Domain) {
    let domain = Domain::of(left.0, right.0);
    let side =
        |(leaf, array): (&LeafType, &ArrayRef), side| values::in_domain(array, leaf, domain.side(side), Zone::UTC);
    (side(left, Side::Left), side(right, Side::Right), domain)
}

/// Numbers of the rows that differ, and the tally.
fn compared(
    (left_type, left): (LeafType, ArrayRef),
    (right_type, right): (LeafType, ArrayRef),
) -> (Vec<usize>, ColumnTally) {
    let (l, r, domain) = met((&left_type, &left), (&right_type, &right));
    let differing = differing(&l, &r, &domain);
    let tally = tally(&l, &r, &domain, (left_type.scale(), right_type.scale()), &differing);
    (differing.set_indices().collect(), tally)
}

fn exact(distance: i128) -> Option<Distance> {
    Some(Distance::Exact(i256::from_i128(distance)))
}

#[test]
fn doubles_have_one_nan_one_zero_and_two_infinities() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let other_nan = f64::from_bits(0xfff8_0000_0000_0001);
    let left = Float64Array::from(vec![nan, nan, 0.0, inf, inf, nan, 1.0, 0.1 + 0.2]);
    let right = Float64Array::from(vec![nan, other_nan, -0.0, inf, -inf, 1.0, nan, 0.3]);
    let (rows, tally) = compared((LeafType::Double, own(left)), (LeafType::Double, own(right)));
    assert_eq!(rows, [4, 5, 6, 7]);
    // Only the last two values are finite.
    assert_eq!(tally.distances.largest(), Some(Distance::Double((0.1 + 0.2) - 0.3)));
    assert_eq!((tally.mismatches, tally.null_left, tally.null_right), (4, 0, 0));
}

#[test]
fn distances_that_overflow_a_double_are_left_out() {
    let (rows, tally) = compared(
        (LeafType::Double, own(Float64Array::from(vec![f64::MAX, 1.0]))),
        (LeafType::Double, own(Float64Array::from(vec![f64::MIN, 3.5]))),
    );
    assert_eq!(rows, [0, 1]);
    assert_eq!(tally.distances.largest(), Some(Distance::Double(2.5)));
}

#[test]
fn nulls_are_counted_by_side_in_every_domain() {
    let columns = |nulls: [bool; 4]| -> Vec<(LeafType, ArrayRef)> {
        let pick = |i: usize| !nulls[i];
        let text = |i: usize| pick(i).then_some(&b"same"[..]);
        vec![
            (BIGINT, own(Int64Array::from_iter((0..4).map(|i| pick(i).then_some(7))))),
            (
                decimal(38, 2),
                own(Decimal128Array::from_iter((0..4).map(|i| pick(i).then_some(7)))),
            ),
            (
                LeafType::Double,
                own(Float64Array::from_iter((0..4).map(|i| pick(i).then_some(7.0)))),
            ),
            (
                LeafType::Boolean,
                own(BooleanArray::from_iter((0..4).map(|i| pick(i).then_some(true)))),
            ),
            (LeafType::String, own(BinaryViewArray::from_iter((0..4).map(text)))),
        ]
    };
    let (left, right) = (columns([true, true, false, false]), columns([true, false, true, false]));
    for (left, right) in left.into_iter().zip(right) {
        let kind = left.0.clone();
        let (rows, tally) = compared(left, right);
        assert_eq!(rows, [1, 2], "{kind}");
        assert_eq!(
            (tally.mismatches, tally.null_left, tally.null_right),
            (2, 1, 1),
            "{kind}"
        );
        assert_eq!(tally.distances.largest(), None, "{kind}");
    }
}

#[test]
fn text_meets_text_whether_plain_or_in_a_dictionary() {
    let keys = Int32Array::from(vec![Some(1), Some(0), None, Some(0)]);
    let dictionary = DictionaryArray::new(keys, own(BinaryArray::from_iter_values(["x", "y"])));
    let plain = BinaryViewArray::from_iter([Some("y"), Some("y"), None, Some("x")]);
    let (rows, _) = compared((LeafType::String, own(dictionary)), (LeafType::String, own(plain)));
    assert_eq!(rows, [1]);
}

#[test]
fn text_and_bytes_differ_by_bytes_only() {
    let left = BinaryViewArray::from_iter_values([&b"a"[..], b"\xff", b"", b"a\0", b"a text that is not inlined"]);
    let right = BinaryViewArray::from_iter_values([&b"A"[..], b"\xff", b"", b"a", b"a text that is not inlineD"]);
    let (rows, tally) = compared((LeafType::Binary, own(left)), (LeafType::Binary, own(right)));
    assert_eq!(rows, [0, 3, 4]);
    assert_eq!(tally.distances.largest(), None);
}

#[test]
fn columns_without_a_rule_differ_in_every_value_and_agree_in_null() {
    let left = BooleanArray::from(vec![Some(true), Some(false), None, None, Some(true)]);
    let right = Int64Array::from(vec![Some(1), Some(0), None, Some(1), None]);
    let (rows, tally) = compared((LeafType::Boolean, own(left)), (BIGINT, own(right)));
    assert_eq!(rows, [0, 1, 3, 4]);
    assert_eq!((tally.mismatches, tally.null_left, tally.null_right), (4, 1, 1));
    assert_eq!(tally.distances.largest(), None);
    // Two columns of the same physical form: equal integers are not equal values.
    let days = Int64Array::from(vec![Some(5), None]);
    let numbers = Int64Array::from(vec![Some(5), None]);
    let (rows, _) = compared((LeafType::Date, own(days)), (BIGINT, own(numbers)));
    assert_eq!(rows, [0]);
}

#[test]
fn the_largest_distance_is_exact_up_to_the_ends_of_128_bits() {
    let distance = |left: i128, right: i128| {
        let columns = [left, right].map(|v| (decimal(38, 0), own(Decimal128Array::from(vec![v]))));
        let [left, right] = columns;
        compared(left, right).1.distances.largest()
    };
    let full = i256::from_i128(i128::MAX).wrapping_sub(i256::from_i128(i128::MIN));
    assert_eq!(distance(i128::MIN, i128::MAX), Some(Distance::Exact(full)));
    assert_eq!(distance(i128::MAX, i128::MIN), Some(Distance::Exact(full)));
    assert_eq!(distance(1 << 53, (1 << 53) + 1), exact(1));
    assert_eq!(distance(-5, 3), exact(8));
    assert_eq!(distance(7, 7), None);
    let bigints = [i64::MIN, i64::MAX].map(|v| (BIGINT, own(Int64Array::from(vec![v]))));
    let [left, right] = bigints;
    assert_eq!(compared(left, right).1.distances.largest(), exact(i128::from(u64::MAX)));
}

#[test]
fn the_largest_of_many_distances_counts_whatever_their_order() {
    let tally_of = |left: Vec<i64>, right: Vec<i64>| {
        compared(
            (BIGINT, own(Int64Array::from(left))),
            (BIGINT, own(Int64Array::from(right))),
        )
        .1
    };
    let mut total = tally_of(vec![1, 5, 100, 0], vec![1, -4, 101, 0]);
    assert_eq!((total.mismatches, total.distances.largest()), (2, exact(9)));
    total.merge(&tally_of(vec![3], vec![3]));
    assert_eq!((total.mismatches, total.distances.largest()), (2, exact(9)));
    total.merge(&tally_of(vec![30], vec![3]));
    assert_eq!((total.mismatches, total.distances.largest()), (3, exact(27)));
    total.merge(&tally_of(vec![3], vec![4]));
    assert_eq!((total.mismatches, total.distances.largest()), (4, exact(27)));
    let nulls = |column| ColumnTally {
        null_left: column,
        null_right: 2 * column,
        mismatches: 3 * column,
        distances: Distances::default(),
        relaxed: 4 * column,
    };
    let mut merged = nulls(1);
    merged.merge(&nulls(10));
    assert_eq!(merged, nulls(11));
}

#[test]
fn numbers_of_other_scales_meet_exactly_and_their_distance_is_in_the_finer_one() {
    let left = own(Int64Array::from(vec![150, 151, -150])); // decimal(10,2)
    let right = own(Int64Array::from(vec![15, 15, 15])); // decimal(9,1)
    let (rows, tally) = compared((decimal(10, 2), left), (decimal(9, 1), right));
    assert_eq!(rows, [1, 2]);
    assert_eq!(tally.distances.largest(), exact(300));
}

#[test]
fn numbers_too_large_for_the_other_scale_keep_an_exact_distance() {
    let left = own(Decimal128Array::from(vec![
        Some(10i128.pow(37)),
        Some(1),
        Some(-2),
        None,
    ]));
    let right = own(Decimal128Array::from(vec![Some(1), Some(0), None, Some(5)]));
    let (rows, tally) = compared((decimal(38, 0), left), (decimal(38, 38), right));
    assert_eq!(rows, [0, 1, 2, 3]);
    let power = i256::from_i128(10).checked_pow(75).unwrap();
    assert_eq!(
        tally.distances.largest(),
        Some(Distance::Exact(power.wrapping_sub(i256::from_i128(1))))
    );
    assert_eq!((tally.null_left, tally.null_right), (1, 1));
    // The mirror image, and the widest of all: both ends against each other.
    let left = own(Decimal128Array::from(vec![-10i128.pow(38) + 1]));
    let right = own(Decimal128Array::from(vec![10i128.pow(38) - 1]));
    let widest = i256::from_i128(10i128.pow(38) - 1);
    let widest = widest
        .checked_mul(i256::from_i128(10i128.pow(38)))
        .unwrap()
        .wrapping_add(widest);
    let (_, tally) = compared((decimal(38, 38), left), (decimal(38, 0), right));
    assert_eq!(tally.distances.largest(), Some(Distance::Exact(widest)));
}

#[test]
fn a_displaced_number_equals_only_itself() {
    // As integers 2 and 2 agree; as numbers they are 2 and 2e-38.
    let left = own(Decimal128Array::from(vec![2, 1, 0]));
    let right = own(Decimal128Array::from(vec![2, 10i128.pow(38), 0]));
    let (rows, _) = compared((decimal(38, 0), left), (decimal(38, 38), right));
    assert_eq!(rows, [0]);
}

/// Text columns, plain and behind a dictionary that holds each text once.
fn texts<const N: usize>(texts: [Option<&str>; N]) -> [ArrayRef; 2] {
    let mut words: Vec<&str> = texts.iter().copied().flatten().collect();
    words.sort_unstable();
    words.dedup();
    let key = |text: &str| words.iter().position(|&word| word == text).unwrap() as i32;
    let keys = Int32Array::from_iter(texts.iter().map(|text| text.map(key)));
    let words = Arc::new(BinaryArray::from_iter_values(words.iter().map(|word| word.as_bytes())));
    [
        own(BinaryViewArray::from_iter(texts)),
        own(DictionaryArray::new(keys, words)),
    ]
}

#[test]
fn text_is_compared_as_what_it_says() {
    let instant = |unit| LeafType::Timestamp { unit, zoned: true };
    let micros = Some(1_000_001);
    for (leaf, values, said, differ, distance) in [
        (
            decimal(10, 2),
            own(Int64Array::from(vec![
                Some(150),
                Some(151),
                Some(151),
                None,
                Some(0),
                None,
            ])),
            [Some("1.5"), Some("1.505"), Some("one"), Some("two"), None, None],
            vec![1, 2, 3, 4],
            exact(5 * 10_i128.pow(35)),
        ),
        (
            decimal(38, 38),
            own(Decimal128Array::from(vec![
                Some(1),
                Some(1),
                Some(0),
                Some(0),
                Some(0),
                None,
            ])),
            [Some("1e-38"), Some("1e-39"), Some("-0"), Some("1"), Some(""), None],
            vec![1, 3, 4],
            // Cut off after 38 places.
            exact(0),
        ),
        (
            BIGINT,
            own(Int64Array::from(vec![
                Some(1),
                Some(1),
                Some(-7),
                Some(i64::MAX),
                None,
                Some(0),
            ])),
            [
                Some(" 1"),
                Some("1.0"),
                Some("7"),
                Some("9223372036854775807"),
                Some("9223372036854775808"),
                Some(""),
            ],
            vec![1, 2, 4, 5],
            exact(14),
        ),
        (
            LeafType::Float,
            own(Float64Array::from(vec![
                Some(f64::from(0.1_f32)),
                Some(0.1),
                Some(f64::NAN),
                Some(0.0),
                Some(1.0),
                None,
            ])),
            [Some("0.1"), Some("0.1"), Some("nan"), Some("-0"), Some("NaN"), None],
            vec![1, 4],
            Some(Distance::Double((f64::from(0.1_f32) - 0.1).abs())),
        ),
        (
            LeafType::Boolean,
            own(BooleanArray::from(vec![
                Some(true),
                Some(false),
                Some(false),
                Some(false),
                None,
                None,
            ])),
            [Some("Yes"), Some("0"), Some("t"), Some("x"), Some("x"), None],
            vec![2, 3, 4],
            None,
        ),
        (
            LeafType::Date,
            own(Int64Array::from(vec![Some(0), Some(1), Some(2), Some(3), None, None])),
            [
                Some("1970"),
                Some("1970-01-02 x"),
                Some("1970-01-01"),
                Some("x"),
                Some("x"),
                None,
            ],
            vec![2, 3, 4],
            exact(2),
        ),
        (
            instant(Unit::Millis),
            own(Int64Array::from(vec![
                Some(1_000),
                Some(1_000),
                None,
                None,
                Some(0),
                Some(5),
            ])),
            [
                Some("1970-01-01 00:00:01"),
                Some("1970-01-01 00:00:01.0005"),
                Some(""),
                None,
                Some("x"),
                None,
            ],
            vec![1, 2, 4, 5],
            exact(500),
        ),
        (
            instant(Unit::Nanos),
            own(Int64Array::from(vec![
                micros.map(|v| v * 1000),
                micros,
                None,
                None,
                None,
                None,
            ])),
            [
                Some("1970-01-01 00:00:01.0000019"),
                Some("1970"),
                None,
                None,
                None,
                None,
            ],
            vec![1],
            exact(1_000_001),
        ),
    ] {
        for text in texts(said) {
            let sides = ((LeafType::String, text.clone()), (leaf.clone(), Arc::clone(&values)));
            let (rows, tally) = compared(sides.0.clone(), sides.1.clone());
            assert_eq!(rows, differ, "{leaf}");
            assert_eq!(tally.distances.largest(), distance, "{leaf}");
            let (rows, mirror) = compared(sides.1, sides.0);
            assert_eq!((rows, mirror.distances.largest()), (differ.clone(), distance), "{leaf}");
            assert_eq!(
                (tally.null_left, tally.null_right),
                (mirror.null_right, mirror.null_left)
            );
            let nulls =
                |own: &ArrayRef, other: &ArrayRef| (0..6).filter(|&i| own.is_null(i) && other.is_valid(i)).count();
            assert_eq!(tally.null_right, nulls(&values, &text) as u64, "{leaf}");
        }
    }
}

#[test]
fn text_hashes_as_the_value_that_it_says_and_otherwise_like_none() {
    let domain = Domain::of(&LeafType::String, &BIGINT);
    let hashes = |side, leaf, own: &ArrayRef| {
        let seed = LeafSeed::new(1, Role::Value, 0, None);
        let mut hasher = LeafHasher::new(seed, leaf, domain.side(side).clone(), Zone::UTC);
        let mut sums = Sums::default();
        sums.reset(own.len());
        hasher.add_in_domain(&hasher.to_domain(own), &mut sums, 0);
        (0..own.len()).map(|row| sums.get(row)).collect::<Vec<_>>()
    };
    let numbers = own(Int64Array::from(vec![Some(5), Some(0), None, Some(-1)]));
    let numbers = hashes(Side::Right, BIGINT, &numbers);
    for text in texts([Some("+5"), Some("zero"), None, Some("-1"), Some("null"), Some("zero")]) {
        let text = hashes(Side::Left, LeafType::String, &text);
        assert_eq!((text[0], text[2], text[3]), (numbers[0], numbers[2], numbers[3]));
        assert!([1, 4].iter().all(|&row| !numbers.contains(&text[row])));
        assert!(text[1] == text[5] && text[1] != text[4]);
    }
}

/// A number or text that a type of any kind may hold, as text would write it.
#[derive(Clone, Copy, Debug)]
enum Draw {
    Null,
    /// An integer in the type's own units.
    Small(i8),
    /// A whole number, where the type can hold it.
    Whole(i64),
    /// The largest or smallest of the type.
    End(bool),
    /// A special double.
    Special(u8),
}

fn draws() -> impl Strategy<Value = Draw> {
    prop_oneof![
        1 => Just(Draw::Null),
        4 => (-3..4i8).prop_map(Draw::Small),
        6 => prop_oneof![-3..4i64, Just(1 << 53), Just((1 << 53) + 1), Just(86_400), Just(i64::MAX)].prop_map(Draw::Whole),
        1 => any::<bool>().prop_map(Draw::End),
        2 => (0..8u8).prop_map(Draw::Special),
    ]
}

const TYPES: [LeafType; 21] = [
    LeafType::Boolean,
    LeafType::Integer { bits: 8, signed: true },
    LeafType::Integer { bits: 32, signed: true },
    BIGINT,
    LeafType::Integer {
        bits: 64,
        signed: false,
    },
    LeafType::Float,
    LeafType::Double,
    LeafType::Decimal { precision: 9, scale: 2 },
    LeafType::Decimal {
        precision: 18,
        scale: 18,
    },
    LeafType::Decimal {
        precision: 38,
        scale: 0,
    },
    LeafType::Decimal {
        precision: 38,
        scale: 10,
    },
    LeafType::Decimal {
        precision: 38,
        scale: 38,
    },
    LeafType::String,
    LeafType::Binary,
    LeafType::Date,
    LeafType::Timestamp {
        unit: Unit::Millis,
        zoned: true,
    },
    LeafType::Timestamp {
        unit: Unit::Micros,
        zoned: false,
    },
    LeafType::Timestamp {
        unit: Unit::Nanos,
        zoned: true,
    },
    LeafType::Timestamp {
        unit: Unit::Mixed,
        zoned: false,
    },
    LeafType::Time { unit: Unit::Millis },
    LeafType::Time { unit: Unit::Nanos },
];

fn largest(leaf: &LeafType) -> i128 {
    match leaf {
        LeafType::Integer { bits, signed } => (1 << (bits - u8::from(*signed))) - 1,
        LeafType::Decimal { precision, .. } => 10i128.pow(u32::from(*precision)) - 1,
        // Within the years of the calendar in every unit.
        LeafType::Date => 1_000_000,
        LeafType::Time { unit } => 86_400 * 10i128.pow(unit.scale().unsigned_abs()) - 1,
        LeafType::Timestamp { unit: Unit::Mixed, .. } => i128::from(i64::MAX) * 1_000_000,
        _ => i128::from(i64::MAX),
    }
}

/// The integer that a draw means in a type of scaled integers.
fn scaled(leaf: &LeafType, draw: Draw) -> Option<i128> {
    let most = largest(leaf);
    let value = match draw {
        Draw::Null => return None,
        Draw::Small(units) => i128::from(units),
        Draw::Whole(whole) => {
            let factor = 10i128.pow(leaf.scale().unsigned_abs());
            i128::from(whole)
                .checked_mul(factor)
                .filter(|v| v.abs() <= most)
                .unwrap_or(most)
        }
        Draw::End(up) => {
            if up {
                most
            } else {
                -most
            }
        }
        Draw::Special(n) => i128::from(n),
    };
    let unsigned = matches!(leaf, LeafType::Integer { signed: false, .. } | LeafType::Time { .. });
    Some(if unsigned { value.abs() } else { value }.clamp(-most, most))
}

fn double(leaf: &LeafType, draw: Draw) -> Option<f64> {
    let value = match draw {
        Draw::Null => return None,
        Draw::Small(units) => f64::from(units) * 0.01,
        Draw::Whole(whole) => whole as f64,
        Draw::End(up) => {
            if up {
                f64::MAX
            } else {
                f64::MIN
            }
        }
        Draw::Special(n) => [
            f64::NAN,
            -f64::NAN,
            0.0,
            -0.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            5e-324,
            0.1,
        ][usize::from(n)],
    };
    Some(if *leaf == LeafType::Float {
        f64::from(value as f32)
    } else {
        value
    })
}

fn column(leaf: &LeafType, draws: &[Draw]) -> ArrayRef {
    let each = draws.iter().copied();
    match leaf.kind() {
        Kind::Boolean => own(BooleanArray::from_iter(each.map(|d| scaled(&BIGINT, d).map(|v| v > 0)))),
        Kind::Floating => own(Float64Array::from_iter(each.map(|d| double(leaf, d)))),
        Kind::Text | Kind::Binary => own(BinaryViewArray::from_iter(
            each.map(|d| scaled(&BIGINT, d).map(|v| v.to_string())),
        )),
        _ if leaf.fits_64_bits() => {
            let narrow = |d| scaled(leaf, d).map(|v| i64::try_from(v).unwrap());
            own(Int64Array::from_iter(each.map(narrow)))
        }
        _ => own(Decimal128Array::from_iter(each.map(|d| scaled(leaf, d)))),
    }
}

/// A number without trailing zeros: two of them are the same number exactly when they are equal.
fn canonical(mut mantissa: i128, mut scale: i32) -> (i128, i32) {
    if mantissa == 0 {
        return (0, 0);
    }
    while mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    (mantissa, scale)
}

/// Equality from the rules, apart from domains and hashes; in UTC a local time is its instant.
fn same(left: (&LeafType, Draw), right: (&LeafType, Draw)) -> bool {
    if matches!(left.1, Draw::Null) || matches!(right.1, Draw::Null) {
        return matches!((left.1, right.1), (Draw::Null, Draw::Null));
    }
    let number = |(leaf, draw): (&LeafType, Draw)| {
        let value = scaled(leaf, draw).unwrap();
        match leaf {
            LeafType::Date => canonical(value * 86_400, 0),
            _ => canonical(value, leaf.scale()),
        }
    };
    let as_double = |(leaf, draw): (&LeafType, Draw)| match leaf.kind() {
        Kind::Floating => double(leaf, draw).unwrap(),
        _ => numbers::decimal_to_f64(scaled(leaf, draw).unwrap(), leaf.scale()),
    };
    match (left.0.kind(), right.0.kind()) {
        (Kind::Boolean, Kind::Boolean) => (scaled(&BIGINT, left.1) > Some(0)) == (scaled(&BIGINT, right.1) > Some(0)),
        (Kind::Text, Kind::Text) | (Kind::Binary, Kind::Binary) => scaled(&BIGINT, left.1) == scaled(&BIGINT, right.1),
        (Kind::Exact, Kind::Exact) | (Kind::Time, Kind::Time) | (Kind::Instant, Kind::Instant) => {
            number(left) == number(right)
        }
        (Kind::Exact | Kind::Floating, Kind::Exact | Kind::Floating) => {
            let (l, r) = (as_double(left), as_double(right));
            l == r || l.is_nan() && r.is_nan()
        }
        (_, Kind::Text) => same(right, left),
        // Text is a whole number here, which is no date or time that a column holds.
        (Kind::Text, kind) => {
            let said = scaled(&BIGINT, left.1).unwrap();
            match kind {
                Kind::Boolean => said == i128::from(scaled(&BIGINT, right.1) > Some(0)),
                Kind::Exact => canonical(said, 0) == number(right),
                Kind::Floating if *right.0 == LeafType::Float => f64::from(said as f32) == as_double(right),
                Kind::Floating => said as f64 == as_double(right),
                _ => false,
            }
        }
        _ => false,
    }
}

type Meeting = (LeafType, LeafType, Vec<Draw>, Vec<Draw>);

fn meetings() -> impl Strategy<Value = Meeting> {
    let kind = || proptest::sample::select(TYPES.to_vec());
    let rows = || proptest::collection::vec(draws(), 12);
    (kind(), kind(), rows(), rows())
}

proptest! {
    #![proptest_config(generated::cases(6000))]

    #[test]
    fn cells_are_equal_exactly_where_the_rules_say_and_their_hashes_agree((left, right, ls, rs) in meetings()) {
        let (left_own, right_own) = (column(&left, &ls), column(&right, &rs));
        let (l, r, domain) = met((&left, &left_own), (&right, &right_own));
        let hashes = |side, kind, values: &InDomain| {
            let apart = matches!(domain, Domain::Apart { .. }).then_some(side);
            let seed = LeafSeed::new(1, Role::Value, 0, apart);
            let mut hasher = LeafHasher::new(seed, kind, domain.side(side).clone(), Zone::UTC);
            let mut sums = Sums::default();
            sums.reset(values.array.len());
            hasher.add_in_domain(values, &mut sums, 0);
            (0..values.array.len()).map(|row| {
                assert_eq!(sums.get(row), hasher.hash(values, row));
                sums.get(row)
            }).collect::<Vec<_>>()
        };
        let left_hashes = hashes(Side::Left, left.clone(), &l);
        let right_hashes = hashes(Side::Right, right.clone(), &r);
        let differing = differing(&l, &r, &domain);
        for i in 0..ls.len() {
            for j in 0..rs.len() {
                let equal = equal_at(&l, i, &r, j, &domain);
                let is_same = same((&left, ls[i]), (&right, rs[j]));
                prop_assert_eq!(equal, is_same, "{:?} {:?} {:?} {:?}", left, ls[i], right, rs[j]);
                prop_assert_eq!(equal, left_hashes[i] == right_hashes[j], "hashes of {:?} {:?} {:?} {:?}", left, ls[i], right, rs[j]);
            }
            prop_assert_eq!(differing.value(i), !equal_at(&l, i, &r, i, &domain));
        }
        let scales = (left.scale(), right.scale());
        let straight = tally(&l, &r, &domain, scales, &differing);
        prop_assert_eq!(straight.mismatches, differing.count_set_bits() as u64);
        let nulls = |own: &ArrayRef, other: &ArrayRef| {
            (0..ls.len()).filter(|&i| own.is_null(i) && other.is_valid(i)).count() as u64
        };
        prop_assert_eq!(straight.null_left, nulls(&left_own, &right_own));
        prop_assert_eq!(straight.null_right, nulls(&right_own, &left_own));
        // The distance is the same from both sides.
        let (l2, r2, mirrored) = met((&right, &right_own), (&left, &left_own));
        let mirror = tally(&l2, &r2, &mirrored, (scales.1, scales.0), &differing);
        prop_assert_eq!(straight.distances.largest(), mirror.distances.largest());
    }
}
