use super::*;
use crate::domain::Side;
use crate::generated;
use crate::types::Unit;
use arrow::array::{ArrayRef, BinaryViewArray, BooleanArray, Decimal128Array, Float64Array, Int64Array};
use proptest::prelude::*;
use std::sync::Arc;

const BIGINT: LeafType = LeafType::Integer { bits: 64, signed: true };

fn decimal(precision: u8, scale: i8) -> LeafType {
    LeafType::Decimal { precision, scale }
}

fn instant(unit: Unit, zoned: bool) -> LeafType {
    LeafType::Timestamp { unit, zoned }
}

/// What `of` says of the causes of the first row.
fn of_row<T>(
    zone: &str,
    (left_type, left): (LeafType, ArrayRef),
    (right_type, right): (LeafType, ArrayRef),
    of: impl FnOnce(Causes<'_>) -> T,
) -> T {
    let zone: Zone = zone.parse().unwrap();
    let domain = Domain::of(&left_type, &right_type);
    let l = values::in_domain(&left, &left_type, domain.side(Side::Left), zone);
    let r = values::in_domain(&right, &right_type, domain.side(Side::Right), zone);
    assert!(
        !crate::compare::equal_at(&l, 0, &r, 0, &domain),
        "equal cells have no cause"
    );
    of(Causes::new([&l, &r], [&left_type, &right_type], &domain, zone))
}

fn cause_in(zone: &str, left: (LeafType, ArrayRef), right: (LeafType, ArrayRef)) -> String {
    of_row(zone, left, right, |causes| causes.of(0).to_string())
}

/// What the cells are called once their difference is the offset of the column.
fn offset_in(zone: &str, left: (LeafType, ArrayRef), right: (LeafType, ArrayRef)) -> String {
    of_row(zone, left, right, |causes| {
        causes.with_offset(causes.difference(0)).of(0).to_string()
    })
}

fn cause(left: (LeafType, ArrayRef), right: (LeafType, ArrayRef)) -> String {
    cause_in("UTC", left, right)
}

fn text(text: impl AsRef<[u8]>) -> (LeafType, ArrayRef) {
    (LeafType::String, Arc::new(BinaryViewArray::from_iter_values([text])))
}

fn binary(bytes: &[u8]) -> (LeafType, ArrayRef) {
    (LeafType::Binary, Arc::new(BinaryViewArray::from_iter_values([bytes])))
}

fn integer(leaf: LeafType, value: i64) -> (LeafType, ArrayRef) {
    (leaf, Arc::new(Int64Array::from(vec![value])))
}

fn wide(leaf: LeafType, value: i128) -> (LeafType, ArrayRef) {
    (leaf, Arc::new(Decimal128Array::from(vec![value])))
}

fn double(value: f64) -> (LeafType, ArrayRef) {
    (LeafType::Double, Arc::new(Float64Array::from(vec![value])))
}

fn float(value: f32) -> (LeafType, ArrayRef) {
    (LeafType::Float, Arc::new(Float64Array::from(vec![f64::from(value)])))
}

#[test]
fn text_has_the_first_cause_that_explains_it() {
    for (l, r, expected) in [
        ("Straße", "STRASSE", "case"),
        ("a", " a\u{a0}", "outer_space"),
        ("a b", "a\tb", "inner_space"),
        ("ab ", " a b", "inner_space"),
        ("", " ", "outer_space"),
        ("é", "e\u{301}", "unicode_form"),
        ("é", "Ã©", "encoding"),
        ("â‚¬5", "€5", "encoding"),
        ("Müller", "M?ller", "encoding"),
        ("\u{fffd}\u{fffd}", "日本", "encoding"),
        ("1.0", "1", "number_as_text"),
        ("1e3", "+1000.00", "number_as_text"),
        ("Grün", "Gr", "truncated:2"),
        ("Grü", "Grün", "truncated:3"),
        ("", "a", "other"),
        ("A b", "ab", "other"),
        ("a?c", "abc", "other"),
        ("ü?", "??", "encoding"),
        ("NaN", "nan!", "other"),
    ] {
        assert_eq!(cause(text(l), text(r)), expected, "{l:?} {r:?}");
        assert_eq!(cause(text(r), text(l)), expected, "{r:?} {l:?}");
    }
    assert_eq!(cause(text(b"\xe9t\xe9"), text("été")), "encoding");
    assert_eq!(cause(text(b"a\xff"), text(b"A\xff")), "case");
    assert_eq!(cause(text(b"a\xff"), text("a")), "other");
    assert_eq!(cause(binary(b"ab\xff"), binary(b"ab")), "truncated:2");
    assert_eq!(cause(binary(b"A"), binary(b"a")), "other");
}

#[test]
fn nulls_come_before_everything() {
    let null: (LeafType, ArrayRef) = (BIGINT, Arc::new(Int64Array::from(vec![None])));
    assert_eq!(cause(null.clone(), integer(BIGINT, 1)), "null_left");
    assert_eq!(cause(text("x"), null), "null_right");
}

#[test]
fn numbers_change_sign_scale_or_places() {
    let two = decimal(10, 2);
    for (l, r, expected) in [
        (integer(BIGINT, 5), integer(BIGINT, -5), "sign"),
        (double(0.1), double(-0.1), "sign"),
        (integer(BIGINT, 5), integer(two.clone(), 50_000), "scale:2"),
        (double(1234.5), double(1.2345), "scale:-3"),
        (float(0.1), float(100.0), "scale:3"),
        (integer(two.clone(), 150), integer(decimal(10, 3), 1_504), "rounding:1"),
        (integer(two.clone(), 151), integer(decimal(10, 3), 1_505), "rounding:2"),
        (integer(two.clone(), 150), integer(decimal(10, 3), 1_559), "cut:1"),
        (integer(two.clone(), 152), integer(decimal(10, 3), 1_525), "rounding:2"),
        (
            integer(two.clone(), -151),
            integer(decimal(10, 3), -1_505),
            "rounding:2",
        ),
        (double(0.3), double(0.1 + 0.2), "rounding:1"),
        (integer(BIGINT, 3), double(2.7), "rounding:0"),
        (integer(BIGINT, 2), double(2.7), "cut:0"),
        (integer(BIGINT, 20), double(19.96), "rounding:0"),
        (integer(BIGINT, 1200), integer(BIGINT, 1234), "other"),
        (integer(BIGINT, 0), double(0.2), "other"),
        (double(f64::NAN), double(1.0), "other"),
        (double(f64::INFINITY), double(f64::NEG_INFINITY), "other"),
        (float(0.1), double(0.1), "float_precision"),
        (float(f32::INFINITY), double(1e300), "other"),
        (float(0.5), double(0.5 + 1e-12), "float_precision"),
        (double(0.5), double(0.5 + 1e-12), "rounding:1"),
        (
            wide(decimal(38, 0), 10_i128.pow(37)),
            wide(decimal(38, 38), 10_i128.pow(37)),
            "scale:-38",
        ),
        (text("1.505"), integer(two.clone(), 151), "rounding:2"),
        (text("1.0"), integer(BIGINT, 1), "number_as_text"),
        (text("1.0"), integer(BIGINT, 2), "other"),
        (text("ten"), integer(BIGINT, 10), "other"),
        (text("15"), integer(two, 150), "scale:-1"),
        (text("0.25"), float(2.5), "scale:1"),
    ] {
        assert_eq!(cause(l.clone(), r.clone()), expected, "{l:?} {r:?}");
    }
}

#[test]
fn dates_and_times_shift_or_lose_their_end() {
    let date = |days| integer(LeafType::Date, days);
    assert_eq!(cause(date(1), date(2)), "day_shift:+1");
    // 2024-03-04 and 2024-04-03.
    assert_eq!(cause(date(19_786), date(19_816)), "day_and_month");
    assert_eq!(cause(date(1), date(3)), "other");
    let micros = |micros| integer(instant(Unit::Micros, true), micros);
    let hour = 3_600_000_000;
    for (l, r, expected) in [
        (0, 2 * hour, "time_shift:+2h"),
        (0, -hour * 11 / 2, "time_shift:-5h30m"),
        (0, -hour / 4, "time_shift:-15m"),
        (0, 24 * hour, "day_shift:+1"),
        (0, 15 * hour, "date_truncated"),
        (0, 15 * hour + 1, "date_truncated"),
        (15 * hour + 1, 0, "date_truncated"),
        (1, 15 * hour + 1, "other"),
        (5_000_000, 5_123_456, "cut:0"),
        (5_123_456, 5_123_000, "cut:3"),
        (-5_000_000, -4_500_000, "cut:0"),
    ] {
        assert_eq!(cause(micros(l), micros(r)), expected, "{l} {r}");
    }
    // In Berlin the day began at 23:00 UTC.
    assert_eq!(
        cause_in("Europe/Berlin", micros(-hour), micros(hour + 1)),
        "date_truncated"
    );
    assert_eq!(cause_in("Europe/Berlin", micros(0), micros(hour + 1)), "other");
    let local = |micros| integer(instant(Unit::Micros, false), micros);
    assert_eq!(cause_in("Europe/Berlin", local(0), local(hour + 1)), "date_truncated");
    assert_eq!(
        cause(micros(1_000_000), integer(instant(Unit::Nanos, true), 1_000_000_001)),
        "cut:0"
    );
    assert_eq!(
        cause(micros(1_000_001), integer(instant(Unit::Nanos, true), 1_000_001_001)),
        "cut:6"
    );
    assert_eq!(cause(text("1970-01-01 02:00:00"), micros(0)), "time_shift:-2h");
    assert_eq!(cause(text("soon"), micros(0)), "other");
    let of_day = |millis| integer(LeafType::Time { unit: Unit::Millis }, millis);
    assert_eq!(cause(of_day(1_000), of_day(1_001)), "cut:0");
}

#[test]
fn what_has_no_rule_has_no_cause() {
    let yes = (LeafType::Boolean, Arc::new(BooleanArray::from(vec![true])) as ArrayRef);
    let no = (LeafType::Boolean, Arc::new(BooleanArray::from(vec![false])) as ArrayRef);
    assert_eq!(cause(yes.clone(), no), "other");
    assert_eq!(cause(yes, integer(BIGINT, 1)), "other");
    assert_eq!(cause(text("a"), binary(b"a")), "other");
}

#[test]
fn numbers_differ_by_what_is_shown_of_them() {
    let two = decimal(10, 2);
    let most = 10_i128.pow(38) - 1;
    for (l, r, expected) in [
        (integer(BIGINT, 7), integer(BIGINT, 12), "offset:+5"),
        (integer(BIGINT, 0), integer(two.clone(), 525), "offset:+5.25"),
        (integer(two.clone(), 725), integer(two.clone(), 700), "rounding:0"),
        (integer(two.clone(), 725), integer(two.clone(), 695), "offset:-0.3"),
        (double(0.1), double(0.4), "offset:+0.3"),
        (double(0.1), float(0.4), "offset:+0.3"),
        (float(1.1), integer(BIGINT, 3), "offset:+1.9"),
        (double(1e300), double(1.5e300), "other"),
        (double(1e-38), double(2.0), "other"),
        (double(f64::NAN), double(2.0), "other"),
        (double(1.0), double(f64::INFINITY), "other"),
        (wide(decimal(38, 0), most - 1), wide(decimal(38, 0), most), "offset:+1"),
        (wide(decimal(38, 0), -1), wide(decimal(38, 0), most), "other"),
        // Too large for the scale of both.
        (
            wide(decimal(38, 0), 18 * 10_i128.pow(36)),
            wide(decimal(38, 1), most),
            "offset:-8000000000000000000000000000000000000.1",
        ),
        (
            wide(decimal(38, 38), 1),
            wide(decimal(38, 38), 3),
            "offset:+0.00000000000000000000000000000000000002",
        ),
        (text("7"), integer(BIGINT, 12), "offset:+5"),
        (integer(two, 700), text("12.125"), "offset:+5.125"),
        (text("0.5"), float(0.75), "offset:+0.25"),
        (text("seven"), integer(BIGINT, 12), "other"),
        (text("7.0"), integer(BIGINT, 12), "other"),
        (text("7"), text("12"), "other"),
        (binary(b"7"), binary(b"12"), "other"),
        // What one cell tells comes first.
        (integer(BIGINT, 5), integer(BIGINT, -5), "sign"),
        (integer(BIGINT, 5), integer(BIGINT, 50), "scale:1"),
    ] {
        assert_eq!(offset_in("UTC", l.clone(), r.clone()), expected, "{l:?} {r:?}");
    }
}

#[test]
fn times_differ_by_days_or_seconds() {
    let date = |days| integer(LeafType::Date, days);
    let micros = |micros| integer(instant(Unit::Micros, true), micros);
    let local = |micros| integer(instant(Unit::Micros, false), micros);
    let nanos = |nanos| integer(instant(Unit::Nanos, true), nanos);
    let of_day = |millis| integer(LeafType::Time { unit: Unit::Millis }, millis);
    let day = 86_400_000_000;
    for (l, r, expected) in [
        (date(10), date(13), "offset:+3d"),
        (date(13), date(-30), "offset:-43d"),
        (date(10), date(11), "day_shift:+1"),
        (text("1970-01-02"), date(5), "offset:+4d"),
        (text("soon"), date(5), "other"),
        (micros(1), micros(37_000_001), "offset:+37s"),
        (micros(3), micros(1), "offset:-0.000002s"),
        (local(1), local(2 * day + 1), "offset:+172800s"),
        (micros(1), nanos(2_501), "offset:+0.000001501s"),
        (text("1970-01-01 01:00:01.5"), micros(4_000_000), "offset:+2.5s"),
        (of_day(1_005), of_day(2_002), "offset:+0.997s"),
        (of_day(1_000), of_day(1_001), "cut:0"),
        // In Berlin the second of January began at 23:00 UTC.
        (date(1), micros(2 * day), "offset:+90000s"),
        (date(1), local(4 * day), "offset:+259200s"),
    ] {
        assert_eq!(
            offset_in("Europe/Berlin", l.clone(), r.clone()),
            expected,
            "{l:?} {r:?}"
        );
    }
}

#[test]
fn only_cells_with_the_offset_of_the_column_have_it() {
    let values = |values: [i64; 4]| InDomain {
        array: Arc::new(Int64Array::from(values.to_vec())),
        displaced: None,
    };
    let (left, right) = (values([1, 2, 3, 4]), values([6, 7, 5, -4]));
    let domain = Domain::own(&BIGINT);
    let causes = Causes::new([&left, &right], [&BIGINT; 2], &domain, Zone::UTC);
    let found = |causes: Causes<'_>| [0, 1, 2, 3].map(|row| causes.of(row).to_string());
    assert_eq!(found(causes), ["other", "other", "other", "sign"]);
    let causes = causes.with_offset(causes.difference(0));
    assert_eq!(found(causes), ["offset:+5", "offset:+5", "other", "sign"]);
}

#[test]
fn the_table_of_windows_1252_is_sorted() {
    assert!(WINDOWS_1252.is_sorted());
}

proptest! {
    #![proptest_config(generated::cases(2000))]

    #[test]
    fn the_sides_are_mirror_images(l in any::<i64>(), r in any::<i64>(), shift in 0_u32..60, near in -5_i64..5) {
        let l = l >> shift;
        for r in [r >> shift, l.saturating_add(near), l.checked_mul(10).unwrap_or(7), l / 10] {
            prop_assume!(l != r);
            for leaf in [BIGINT, decimal(18, 4), LeafType::Date, instant(Unit::Micros, true)] {
                let there = cause(integer(leaf.clone(), l), integer(leaf.clone(), r));
                let back = cause(integer(leaf.clone(), r), integer(leaf, l));
                prop_assert_eq!(there.replace(['-', '+'], ""), back.replace(['-', '+'], ""));
            }
        }
    }

    #[test]
    fn the_short_way_to_a_number_finds_the_one_that_is_shown(digits in any::<i64>(), shift in 0_u32..62, places in 0_i32..25) {
        let value = crate::spark::numbers::decimal_to_f64(i128::from(digits >> shift), places);
        for (value, is_float) in [(value, false), (f64::from(value as f32), true)] {
            if let Some(found) = Number::of_short(value, is_float) {
                let shown = if is_float { text::float_text(value as f32) } else { text::double_text(value) };
                prop_assert_eq!(Some(found), Number::of_decimal(&Decimal::parse(&shown).unwrap()), "{}", shown);
            }
        }
    }

    #[test]
    fn only_doubles_without_a_cause_are_passed_over(
        digits in any::<i64>(), shift in 0_u32..62, places in 0_i32..20, keep in 0_i32..18, power in -5_i32..6, change in 0_u8..6,
    ) {
        let number = |digits: i64, places| crate::spark::numbers::decimal_to_f64(i128::from(digits), places);
        let digits = digits >> shift;
        let l = number(digits, places);
        let rounded = 10_f64.powi(keep);
        let r = match change {
            0 => (l * rounded).round() / rounded,
            1 => (l * rounded).trunc() / rounded,
            2 => number(digits, places + power),
            3 => -l,
            4 => number(digits.wrapping_add(7), places),
            _ => f64::from(l as f32),
        };
        prop_assume!(l != r && l.is_finite() && r.is_finite());
        for leaves in [[&LeafType::Double; 2], [&LeafType::Double, &LeafType::Float]] {
            let r = if *leaves[1] == LeafType::Float { f64::from(r as f32) } else { r };
            let column = |value| InDomain { array: Arc::new(Float64Array::from(vec![value])), displaced: None };
            let (left, right) = (column(l), column(r));
            for both in [[(&left, 0), (&right, 0)], [(&right, 0), (&left, 0)]] {
                let leaves = if std::ptr::eq(both[0].0, &left) { leaves } else { [leaves[1], leaves[0]] };
                prop_assert_eq!(of_numbers(both, leaves, 0), cause_of_numbers(both, leaves, 0), "{} {}", l, r);
            }
        }
    }
}
