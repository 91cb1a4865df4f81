use super::*;
use crate::generated;
use arrow::array::{BinaryArray, DictionaryArray, FixedSizeBinaryArray, Float32Array, Int32Array};
use arrow::datatypes::Float16Type;
use proptest::prelude::*;

const fn integer(bits: u8, signed: bool) -> LeafType {
    LeafType::Integer { bits, signed }
}

fn decimal(precision: u8, scale: i8) -> LeafType {
    LeafType::Decimal { precision, scale }
}

fn timestamp(unit: Unit) -> LeafType {
    LeafType::Timestamp { unit, zoned: true }
}

fn local(unit: Unit) -> LeafType {
    LeafType::Timestamp { unit, zoned: false }
}

fn array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

fn int32(values: impl IntoIterator<Item = i32>) -> ArrayRef {
    array(Int32Array::from_iter_values(values))
}

fn int64(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    array(Int64Array::from_iter_values(values))
}

fn fixed(values: &[Option<&[u8]>], length: i32) -> ArrayRef {
    array(FixedSizeBinaryArray::try_from_sparse_iter_with_size(values.iter().copied(), length).unwrap())
}

/// Own values of a file that stores `from`, in a dataset whose column is `to`.
fn widened(stored: &ArrayRef, from: LeafType, to: &LeafType) -> Result<Vec<Option<i128>>, ValueError> {
    let how = Stored {
        leaf: from,
        julian: None,
    };
    let own = own(stored, &how, to)?;
    assert_eq!(own.data_type(), &to.own_type(), "{how:?} to {to:?}");
    Ok((0..own.len())
        .map(|row| own.is_valid(row).then(|| integer_at(&own, row)))
        .collect())
}

fn integers(stored: &ArrayRef, leaf: &LeafType) -> Vec<i128> {
    widened(stored, leaf.clone(), leaf)
        .unwrap()
        .into_iter()
        .flatten()
        .collect()
}

fn doubles(stored: &ArrayRef) -> Vec<f64> {
    let how = Stored {
        leaf: LeafType::Float,
        julian: None,
    };
    let own = own(stored, &how, &LeafType::Float).unwrap();
    own.as_primitive::<Float64Type>().values().to_vec()
}

#[test]
fn narrow_integers_take_their_low_bits_as_spark_does() {
    let stored = int32([0, 127, 128, 255, 256, -1, -129, i32::MIN, i32::MAX, 65_535, 32_768]);
    let of = |bits, signed| integers(&stored, &integer(bits, signed));
    assert_eq!(of(8, true), [0, 127, -128, -1, 0, -1, 127, 0, -1, -1, 0]);
    assert_eq!(of(8, false), [0, 127, 128, 255, 0, 255, 127, 0, 255, 255, 0]);
    assert_eq!(of(16, true), [0, 127, 128, 255, 256, -1, -129, 0, -1, -1, -32_768]);
    assert_eq!(
        of(16, false),
        [0, 127, 128, 255, 256, 65_535, 65_407, 0, 65_535, 65_535, 32_768]
    );
    let (min, max) = (i128::from(i32::MIN), i128::from(i32::MAX));
    assert_eq!(
        of(32, true),
        [0, 127, 128, 255, 256, -1, -129, min, max, 65_535, 32_768]
    );
    let top = i128::from(u32::MAX);
    assert_eq!(
        of(32, false),
        [0, 127, 128, 255, 256, top, top - 128, 1 << 31, max, 65_535, 32_768]
    );
}

#[test]
fn integers_of_64_bits_are_signed_or_reach_two_to_the_64() {
    let stored = int64([0, -1, i64::MIN, i64::MAX]);
    let (min, max) = (i128::from(i64::MIN), i128::from(i64::MAX));
    assert_eq!(integers(&stored, &integer(64, true)), [0, -1, min, max]);
    assert_eq!(
        integers(&stored, &integer(64, false)),
        [0, i128::from(u64::MAX), 1 << 63, max]
    );
}

#[test]
fn integers_of_several_widths_widen_to_the_widest() {
    let stored = int32([-1, 200]);
    assert_eq!(
        widened(&stored, integer(8, true), &integer(64, true)),
        Ok(vec![Some(-1), Some(-56)])
    );
    assert_eq!(
        widened(&stored, integer(8, false), &integer(16, true)),
        Ok(vec![Some(255), Some(200)])
    );
    let top = i128::from(u32::MAX);
    assert_eq!(
        widened(&stored, integer(32, false), &integer(64, true)),
        Ok(vec![Some(top), Some(200)])
    );
}

#[test]
fn decimals_are_read_from_bytes_of_any_length_most_significant_first() {
    for length in 1..=20usize {
        let most = (8 * length).min(127) as u32 - 1;
        for value in [0, 1, -1, 100, -100, (1i128 << most) - 1, -(1i128 << most)] {
            if length == 1 && value > 127 {
                continue;
            }
            let wide = value.to_be_bytes();
            let mut bytes = vec![if value < 0 { 0xff } else { 0 }; 4];
            bytes.extend(wide);
            let bytes = &bytes[20 - length..];
            let stored = fixed(&[Some(bytes), None, Some(bytes)], length as i32);
            let expected = vec![Some(value), None, Some(value)];
            assert_eq!(
                widened(&stored, decimal(38, 2), &decimal(38, 2)),
                Ok(expected.clone()),
                "{length} {value}"
            );
            if let Ok(narrow) = i64::try_from(value) {
                let found = widened(&stored, decimal(18, 2), &decimal(18, 2));
                assert_eq!(found, Ok(expected.clone()), "{length} {narrow}");
            }
            let view = array(BinaryViewArray::from_iter([Some(bytes), None, Some(bytes)]));
            assert_eq!(
                widened(&view, decimal(38, 2), &decimal(38, 2)),
                Ok(expected),
                "{length} {value}"
            );
        }
    }
}

#[test]
fn decimals_in_byte_strings_have_a_length_each() {
    let stored = array(BinaryViewArray::from_iter_values([
        &b"\x05"[..],
        b"\xff\x00",
        b"",
        b"\x00\x00\x00\x80",
    ]));
    assert_eq!(integers(&stored, &decimal(9, 1)), [5, -256, 0, 128]);
}

#[test]
fn decimals_too_large_for_their_type_are_errors_unless_they_are_null() {
    let mut large = [0u8; 17];
    large[0] = 1;
    let stored = fixed(&[Some(&large[..])], 17);
    assert_eq!(
        widened(&stored, decimal(38, 0), &decimal(38, 0)),
        Err(ValueError::Decimal)
    );
    // 2^63 where 18 digits are promised.
    let over = (1i128 << 63).to_be_bytes();
    let stored = fixed(&[Some(&over[..])], 16);
    assert_eq!(
        widened(&stored, decimal(18, 0), &decimal(18, 0)),
        Err(ValueError::Decimal)
    );
    assert_eq!(
        widened(&stored, decimal(38, 0), &decimal(38, 0)),
        Ok(vec![Some(1 << 63)])
    );
    // What a null's slot holds is nobody's business.
    let values = FixedSizeBinaryArray::new(16, vec![0x7fu8; 16].into(), Some(vec![false].into()));
    assert_eq!(widened(&array(values), decimal(18, 0), &decimal(18, 4)), Ok(vec![None]));
    // A scale that the mantissa cannot follow.
    let wide = fixed(&[Some(&10i128.pow(30).to_be_bytes()[..])], 16);
    assert_eq!(
        widened(&wide, decimal(38, 0), &decimal(38, 10)),
        Err(ValueError::Decimal)
    );
    assert_eq!(
        widened(&wide, decimal(38, 0), &decimal(38, 8)),
        Ok(vec![Some(10i128.pow(38))])
    );
}

#[test]
fn decimals_of_several_scales_widen_to_the_finer_one() {
    let stored = int32([15, -15, 0]);
    assert_eq!(integers(&stored, &decimal(9, 1)), [15, -15, 0]);
    let expected = Ok(vec![Some(1500), Some(-1500), Some(0)]);
    assert_eq!(widened(&stored, decimal(9, 1), &decimal(11, 3)), expected);
    assert_eq!(widened(&stored, decimal(9, 1), &decimal(38, 3)), expected);
    let stored = int64([i64::MAX]);
    let expected = i128::from(i64::MAX) * 10i128.pow(10);
    assert_eq!(
        widened(&stored, decimal(18, 0), &decimal(38, 10)),
        Ok(vec![Some(expected)])
    );
    assert!(widened(&stored, decimal(8, 0), &decimal(18, 10)).is_err());
    let nulls = array(Int64Array::new(vec![i64::MAX].into(), Some(vec![false].into())));
    assert_eq!(widened(&nulls, decimal(8, 0), &decimal(18, 10)), Ok(vec![None]));
}

#[test]
fn every_half_float_is_the_double_of_the_same_number() {
    type Half = <Float16Type as ArrowPrimitiveType>::Native;
    for bits in 0..=u16::MAX {
        let (found, expected) = (half_to_f64(bits), Half::from_bits(bits).to_f64());
        if expected.is_nan() {
            assert!(found.is_nan(), "{bits:#06x}");
        } else {
            assert_eq!(found.to_bits(), expected.to_bits(), "{bits:#06x}");
        }
    }
    // Against a slip on both sides: numbers that everyone knows.
    for (bits, known) in [
        (0x3c00, 1.0),
        (0xc000, -2.0),
        (0x7bff, 65_504.0),
        (0x0001, 1.0 / 16_777_216.0),
        (0x0400, 1.0 / 16_384.0),
        (0x3555, 0.333_251_953_125),
        (0x7c00, f64::INFINITY),
        (0xfc00, f64::NEG_INFINITY),
    ] {
        assert_eq!(half_to_f64(bits), known, "{bits:#06x}");
    }
    let stored = fixed(&[Some(&[0x00, 0x3c]), None, Some(&[0xff, 0x7b])], 2);
    assert_eq!(doubles(&stored)[0], 1.0);
    assert_eq!(doubles(&stored)[2], 65_504.0);
}

#[test]
fn floats_become_the_doubles_of_the_same_number() {
    let stored = array(Float32Array::from(vec![0.1, f32::MAX, -0.0, f32::INFINITY, 1e-45]));
    let expected = [0.1f32, f32::MAX, -0.0, f32::INFINITY, 1e-45].map(f64::from);
    assert_eq!(doubles(&stored), expected);
    assert!(doubles(&array(Float32Array::from(vec![f32::NAN])))[0].is_nan());
    let how = Stored {
        leaf: LeafType::Float,
        julian: None,
    };
    let own = own(&stored, &how, &LeafType::Double).unwrap();
    assert_eq!(own.as_primitive::<Float64Type>().values(), &expected[..]);
}

#[test]
fn text_and_bytes_keep_their_form() {
    let how = |leaf| Stored { leaf, julian: None };
    let view = array(BinaryViewArray::from_iter_values([&b"\xff"[..], b""]));
    let same = own(&view, &how(LeafType::String), &LeafType::String).unwrap();
    assert!(Arc::ptr_eq(&view, &same), "no copy");
    let keys = Int32Array::from(vec![Some(1), None, Some(0)]);
    let dictionary = array(DictionaryArray::new(
        keys,
        array(BinaryArray::from_iter_values(["a", "b"])),
    ));
    let same = own(&dictionary, &how(LeafType::Binary), &LeafType::Binary).unwrap();
    assert!(Arc::ptr_eq(&dictionary, &same), "no copy");
    assert_eq!((bytes_at(&same, 0), bytes_at(&same, 2)), (&b"b"[..], &b"a"[..]));
    let uuid = fixed(&[Some(&[7; 16]), None], 16);
    let own = own(&uuid, &how(LeafType::Binary), &LeafType::Binary).unwrap();
    assert_eq!(
        (own.data_type(), bytes_at(&own, 0)),
        (&DataType::BinaryView, &[7u8; 16][..])
    );
    assert!(own.is_null(1));
}

#[test]
fn what_a_type_is_never_stored_as_is_an_error() {
    for (stored, leaf) in [
        (int32([1]), LeafType::Boolean),
        (int32([1]), LeafType::Double),
        (int64([1]), LeafType::Float),
        (int64([1]), LeafType::Date),
        (int32([1]), timestamp(Unit::Micros)),
        (int32([1]), LeafType::String),
        (array(Float64Array::from(vec![1.0])), decimal(9, 0)),
    ] {
        let found = widened(&stored, leaf.clone(), &leaf);
        assert!(matches!(found, Err(ValueError::Physical(..))), "{leaf:?} {found:?}");
    }
}

#[test]
fn times_of_several_units_are_counted_in_nanoseconds() {
    let stored = int64([1, -1, i64::MAX]);
    let max = i128::from(i64::MAX);
    for (unit, factor) in [(Unit::Millis, 1_000_000), (Unit::Micros, 1000), (Unit::Nanos, 1)] {
        let expected = Ok(vec![Some(factor), Some(-factor), Some(max * factor)]);
        assert_eq!(widened(&stored, timestamp(unit), &timestamp(Unit::Mixed)), expected);
        assert_eq!(widened(&stored, local(unit), &local(Unit::Mixed)), expected);
        assert_eq!(integers(&stored, &timestamp(unit)), [1, -1, max]);
    }
    let time = |unit| LeafType::Time { unit };
    let millis = int32([86_399_999]);
    let expected = Ok(vec![Some(86_399_999_000_000)]);
    assert_eq!(widened(&millis, time(Unit::Millis), &time(Unit::Mixed)), expected);
    assert_eq!(integers(&millis, &time(Unit::Millis)), [86_399_999]);
    assert_eq!(integers(&int64([5]), &time(Unit::Nanos)), [5]);
}

#[test]
fn dates_and_times_of_the_julian_calendar_keep_the_name_of_their_day() {
    let julian = |leaf| Stored {
        leaf,
        julian: Some(Zone::UTC),
    };
    let value = |stored: &ArrayRef, leaf: LeafType| {
        let own = own(stored, &julian(leaf.clone()), &leaf).unwrap();
        (0..own.len()).map(|row| integer_at(&own, row)).collect::<Vec<_>>()
    };
    // 1500-03-01 in both calendars; the day of the change, and the present.
    let gregorian = calendar::days_from_civil(1500, 3, 1);
    let julian_days = [gregorian + 10, -141_427, 20_000];
    let expected = [gregorian, -141_427, 20_000].map(i128::from);
    let stored = int32(julian_days.map(|d| i32::try_from(d).unwrap()));
    assert_eq!(value(&stored, LeafType::Date), expected);
    for (unit, per_day) in [(Unit::Millis, 86_400_000i64), (Unit::Micros, 86_400_000_000)] {
        let stored = int64(julian_days.map(|d| d * per_day + 7));
        let expected = expected.map(|d| d * i128::from(per_day) + 7);
        assert_eq!(value(&stored, timestamp(unit)), expected, "{unit:?}");
    }
    // No old writer had nanoseconds: they stay.
    let stored = int64([gregorian]);
    assert_eq!(value(&stored, timestamp(Unit::Nanos)), [i128::from(gregorian)]);
}

fn domain_integers(own: &ArrayRef, leaf: &LeafType, domain: &Domain, zone: Zone) -> Vec<i128> {
    let values = in_domain(own, leaf, domain, zone);
    assert!(values.displaced.is_none());
    (0..own.len()).map(|row| integer_at(&values.array, row)).collect()
}

#[test]
fn days_and_local_times_become_instants_of_the_session_zone() {
    let berlin: Zone = "Europe/Berlin".parse().unwrap();
    let micros = 1_000_000i128;
    let instant = |scale| Domain::Instant { scale, zoned: true };
    // 2021-07-01 and 2021-01-01: two hours and one hour ahead of UTC.
    let days = int64([18_809, 18_628]);
    let expected = [18_809 * 86_400 - 7_200, 18_628 * 86_400 - 3_600].map(|s: i128| s * micros);
    assert_eq!(domain_integers(&days, &LeafType::Date, &instant(6), berlin), expected);
    assert_eq!(
        domain_integers(&days, &LeafType::Date, &instant(9), berlin),
        expected.map(|v| v * 1000)
    );
    let unzoned = Domain::Instant { scale: 6, zoned: false };
    assert_eq!(
        domain_integers(&days, &LeafType::Date, &unzoned, berlin),
        [18_809, 18_628].map(|d| d * 86_400 * micros)
    );
    for (unit, scale) in [(Unit::Millis, 3), (Unit::Micros, 6), (Unit::Nanos, 9)] {
        let per_second = 10i64.pow(scale);
        // One unit before midnight.
        let times = int64([18_809i64, 18_628].map(|d| d * 86_400 * per_second - 1));
        let expected = [18_809 * 86_400 - 7_200, 18_628 * 86_400 - 3_600].map(|s| s * i128::from(per_second) - 1);
        let domain = instant(scale.cast_signed());
        assert_eq!(
            domain_integers(&times, &local(unit), &domain, berlin),
            expected,
            "{unit:?}"
        );
        // Instants have no zone.
        let same = domain_integers(&times, &timestamp(unit), &domain, berlin);
        assert_eq!(same[0], i128::from(18_809 * 86_400 * per_second - 1));
    }
}

#[test]
fn dates_of_all_years_are_instants_without_overflow() {
    let days = int64([i64::from(i32::MAX), i64::from(i32::MIN)]);
    let unzoned = Domain::Instant { scale: 9, zoned: false };
    let expected = [i128::from(i32::MAX), i128::from(i32::MIN)].map(|d| d * 86_400_000_000_000);
    assert_eq!(domain_integers(&days, &LeafType::Date, &unzoned, Zone::UTC), expected);
}

#[test]
fn exact_numbers_become_the_nearest_doubles_where_doubles_are_met() {
    let double = |own: &ArrayRef, leaf: &LeafType| {
        let values = in_domain(own, leaf, &Domain::Double, Zone::UTC);
        values.array.as_primitive::<Float64Type>().values().to_vec()
    };
    let bigints = int64([(1 << 53) + 1, -(1 << 53) - 1, i64::MAX, 3]);
    let expected = [
        9_007_199_254_740_992.0,
        -9_007_199_254_740_992.0,
        9_223_372_036_854_775_807.0,
        3.0,
    ];
    assert_eq!(double(&bigints, &integer(64, true)), expected);
    assert_eq!(double(&int64([15, -1]), &decimal(9, 1)), [1.5, -0.1]);
    let wide = array(Decimal128Array::from(vec![i128::from(u64::MAX), 5]));
    assert_eq!(double(&wide, &integer(64, false)), [u64::MAX as f64, 5.0]);
    assert_eq!(double(&wide, &decimal(38, 38))[1], 5e-38);
}

#[test]
fn only_numbers_without_a_place_in_the_domain_are_displaced() {
    let most = i128::MAX / 10i128.pow(38);
    let own = array(Decimal128Array::from(vec![
        Some(most),
        Some(most + 1),
        None,
        Some(-most - 1),
        Some(0),
    ]));
    let values = in_domain(&own, &decimal(38, 0), &Domain::Exact { scale: 38 }, Zone::UTC);
    let displaced: Vec<bool> = (0..5).map(|row| values.is_displaced(row)).collect();
    assert_eq!(displaced, [false, true, false, true, false]);
    assert_eq!(integer_at(&values.array, 0), most * 10i128.pow(38));
    assert_eq!(integer_at(&values.array, 1), most + 1, "at its own scale");
    let same = in_domain(&own, &decimal(38, 0), &Domain::Exact { scale: 0 }, Zone::UTC);
    assert!(same.displaced.is_none() && Arc::ptr_eq(&same.array, &own));
}

proptest! {
    #![proptest_config(generated::cases(500))]

    #[test]
    fn rescaled_columns_keep_every_number_and_null(
        values in proptest::collection::vec(proptest::option::of(any::<i64>()), 0..20),
        from in 0..19i8,
        more in 0..20i32,
    ) {
        let own = array(Int64Array::from(values.clone()));
        let to = i32::from(from) + more;
        let found = in_domain(&own, &decimal(18, from), &Domain::Exact { scale: to }, Zone::UTC);
        for (row, value) in values.iter().enumerate() {
            prop_assert_eq!(found.array.is_null(row), value.is_none());
            if let Some(value) = value {
                prop_assert!(!found.is_displaced(row));
                prop_assert_eq!(integer_at(&found.array, row), i128::from(*value) * 10i128.pow(more.unsigned_abs()));
            }
        }
    }
}
