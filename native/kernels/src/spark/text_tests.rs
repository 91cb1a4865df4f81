//! Dates and timestamps were taken from Spark 3.5.6; doubles and floats from the specification of `Double.toString`.

use super::*;
use crate::generated;
use chrono_tz::Tz;
use proptest::prelude::*;

#[test]
fn doubles_have_javas_form() {
    for (value, text) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (-1.5, "-1.5"),
        (100.0, "100.0"),
        (1_234_567.0, "1234567.0"),
        (9_999_999.0, "9999999.0"),
        (9_999_999.999_999_998, "9999999.999999998"),
        (1e7, "1.0E7"),
        (12_345_678.9, "1.23456789E7"),
        (1e10, "1.0E10"),
        (0.001, "0.001"),
        (0.001_234, "0.001234"),
        (0.000_999, "9.99E-4"),
        (1e-5, "1.0E-5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (123.456, "123.456"),
        (1e23, "1.0E23"),
        (2e23, "2.0E23"),
        (f64::MAX, "1.7976931348623157E308"),
        (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
        (f64::NAN, "NaN"),
        (-f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
        (f64::NEG_INFINITY, "-Infinity"),
    ] {
        assert_eq!(double_text(value), text);
    }
}

#[test]
fn a_single_digit_gives_way_to_two_that_are_nearer() {
    assert_eq!(double_text(5e-324), "4.9E-324");
    assert_eq!(double_text(1e-323), "9.9E-324");
    assert_eq!(double_text(1.5e-323), "1.5E-323");
    assert_eq!(float_text(1e-45), "1.4E-45");
}

#[test]
fn of_two_equally_near_numbers_the_even_one_is_shown() {
    // Exactly 9.0000152587890625; both neighbours with 16 digits read back as the same double.
    assert_eq!(double_text(9.0 + 1.0 / 65_536.0), "9.000015258789062");
}

/// Digits and an exponent, found without the short way for numbers that no two lie equally near to.
fn nearest_of_shortest_the_long_way(value: f64) -> String {
    let shortest = format!("{value:e}");
    let digits = shortest
        .split('e')
        .next()
        .unwrap()
        .bytes()
        .filter(u8::is_ascii_digit)
        .count();
    let places = digits.max(2) - 1;
    let nearest = format!("{value:.places$e}");
    if nearest.parse() != Ok(value) {
        return shortest;
    }
    if digits == 1 {
        nearest.replace(".0e", "e")
    } else {
        nearest
    }
}

proptest! {
    #![proptest_config(generated::cases(5000))]

    #[test]
    fn digits_are_those_of_the_nearest_number(bits in any::<u64>(), numerator in any::<i64>(), shift in 0_u32..60, power in 0..80) {
        for value in [f64::from_bits(bits), (numerator >> shift) as f64 / 2_f64.powi(power)] {
            prop_assume!(value.is_finite());
            let expected = nearest_of_shortest_the_long_way(value);
            prop_assert_eq!(&nearest_of_shortest(value), &expected);
            let (digits, places) = double_digits(value).unwrap();
            prop_assert_eq!(format!("{digits}e{}", -places).parse::<f64>().unwrap(), value + 0.0);
            let written = expected.split('e').next().unwrap().replace(['.', '-'], "");
            prop_assert_eq!(digits.unsigned_abs(), written.parse::<u64>().unwrap());
        }
    }
}

#[test]
fn floats_show_the_digits_of_floats() {
    for (value, text) in [
        (0.1_f32, "0.1"),
        (1.0, "1.0"),
        (16_777_216.0, "1.6777216E7"),
        (1.1, "1.1"),
        (3.402_823_5e38, "3.4028235E38"),
        (-0.0, "-0.0"),
        (f32::NAN, "NaN"),
        (f32::NEG_INFINITY, "-Infinity"),
        (0.001, "0.001"),
        (9_999_999.0, "9999999.0"),
    ] {
        assert_eq!(float_text(value), text);
    }
}

#[test]
fn decimals_are_plain_with_their_whole_scale() {
    for (mantissa, scale, text) in [
        (150, 2, "1.50"),
        (-5, 3, "-0.005"),
        (0, 2, "0.00"),
        (0, 0, "0"),
        (12, -3, "12000"),
        (0, -3, "0"),
        (7, 0, "7"),
        (-1, 7, "-0.0000001"),
        (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
        (10_i128.pow(38) - 1, 38, "0.99999999999999999999999999999999999999"),
        (5, i32::MAX, "5E-2147483647"),
        (5, i32::MIN, "5E2147483648"),
    ] {
        assert_eq!(decimal_text(mantissa, scale), text);
    }
}

#[test]
fn dates_have_java_times_years() {
    for (days, text) in [
        (0, "1970-01-01"),
        (-719_162, "0001-01-01"),
        (-719_163, "0000-12-31"),
        (-719_529, "-0001-12-31"),
        (2_932_896, "9999-12-31"),
        (2_932_897, "+10000-01-01"),
        (-100_000_000, "-271821-04-20"),
        (i64::from(i32::MAX), "+5881580-07-11"),
        (i64::from(i32::MIN), "-5877641-06-23"),
    ] {
        assert_eq!(date_text(days), text);
    }
}

#[test]
fn timestamps_are_local_times_of_the_zone() {
    let (utc, angeles, amsterdam) = (Tz::UTC, Tz::America__Los_Angeles, Tz::Europe__Amsterdam);
    for (micros, zone, text) in [
        (0, utc, "1970-01-01 00:00:00"),
        (500_000, angeles, "1969-12-31 16:00:00.5"),
        (-1, amsterdam, "1970-01-01 00:59:59.999999"),
        (253_402_300_800_000_000, utc, "+10000-01-01 00:00:00"),
        (253_402_300_800_000_000, angeles, "9999-12-31 16:00:00"),
        (-62_135_596_800_000_001, angeles, "0000-12-31 16:07:01.999999"),
        (-62_167_219_200_000_001, utc, "-0001-12-31 23:59:59.999999"),
        (4_118_148_800_000_000, amsterdam, "2100-07-01 20:13:20"),
        (i64::MAX, amsterdam, "+294247-01-10 05:00:54.775807"),
        (i64::MIN, angeles, "-290308-12-21 12:06:07.224192"),
    ] {
        assert_eq!(timestamp_text(i128::from(micros) * 1000, zone), text);
    }
    assert_eq!(timestamp_text(1, utc), "1970-01-01 00:00:00.000000001");
    assert_eq!(timestamp_text(-10, utc), "1969-12-31 23:59:59.99999999");
}

#[test]
fn times_of_day_drop_trailing_zeros() {
    assert_eq!(time_text(0), "00:00:00");
    assert_eq!(time_text(86_399_500_000_000), "23:59:59.5");
    assert_eq!(time_text(1), "00:00:00.000000001");
    assert_eq!(time_text(-1_000_000_000), "-00:00:01");
    assert_eq!(time_text(86_400_000_000_000), "24:00:00");
}

#[test]
fn bytes_are_shown_in_hexadecimal_and_text_as_it_is() {
    assert_eq!(binary_text(&[0x00, 0xab, 0xff]), "00ABFF");
    assert_eq!(binary_text(&[]), "");
    assert_eq!(string_text("é".as_bytes()), "é");
    assert_eq!(string_text(&[b'a', 0xff, b'b']), "a\u{fffd}b");
}

#[test]
fn exact_numbers_lose_only_zeros() {
    for (mantissa, scale, text) in [
        (150, 2, "1.5"),
        (100, 2, "1"),
        (-1, 2, "-0.01"),
        (0, 5, "0"),
        (0, i32::MAX, "0"),
        (0, i32::MIN, "0"),
        (7, -2, "700"),
        (9_007_199_254_740_993, 0, "9007199254740993"),
        (i128::MAX, 0, "170141183460469231731687303715884105727"),
    ] {
        assert_eq!(exact_number(mantissa, scale), text);
    }
}

#[test]
fn doubles_become_json_numbers_where_they_are_finite() {
    for (value, text) in [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.1, "0.1"),
        (-2.5, "-2.5"),
        (1e20, "100000000000000000000"),
        (1e21, "1e21"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (5e-324, "5e-324"),
    ] {
        assert_eq!(double_number(value).as_deref(), Some(text));
    }
    assert_eq!(double_number(f64::NAN), None);
    assert_eq!(double_number(f64::INFINITY), None);
}

proptest! {
    #![proptest_config(generated::cases(2000))]

    #[test]
    fn doubles_read_back_as_themselves(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_finite());
        let text = double_text(value);
        prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits);
        let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.trim_start_matches('-').split_once('.').unwrap();
        prop_assert!(!whole.is_empty() && !fraction.is_empty());
        prop_assert!(fraction == "0" || !fraction.ends_with('0'));
        prop_assert!(exponent == "0" || !(-3..7).contains(&exponent.parse::<i32>().unwrap()));
        prop_assert_eq!(double_number(value).unwrap().parse::<f64>().unwrap(), value);
    }

    #[test]
    fn floats_read_back_as_themselves(bits in any::<u32>()) {
        let value = f32::from_bits(bits);
        prop_assume!(value.is_finite());
        prop_assert_eq!(float_text(value).parse::<f32>().unwrap().to_bits(), bits);
    }

    #[test]
    fn whole_doubles_read_back_as_themselves(value in any::<i64>(), shift in 0_u32..63) {
        let value = (value >> shift) as f64 / 256.0;
        prop_assert_eq!(double_text(value).parse::<f64>().unwrap(), value);
    }

    #[test]
    fn decimals_keep_every_digit(mantissa in any::<i128>(), shift in 0_u32..127, scale in 0_i32..60) {
        let mantissa = mantissa >> shift;
        let text = decimal_text(mantissa, scale);
        let places = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        prop_assert_eq!(places, usize::try_from(scale).unwrap());
        prop_assert_eq!(text.replace('.', "").parse::<i128>().unwrap(), mantissa);
        let exact = exact_number(mantissa, scale);
        prop_assert!(!exact.contains('.') || !exact.ends_with('0'));
        prop_assert_eq!(exact.parse::<f64>().unwrap(), text.parse::<f64>().unwrap());
    }

    #[test]
    fn no_value_overflows(wide in any::<i128>(), long in any::<i64>(), scale in any::<i32>()) {
        for wide in [wide, i128::MIN, i128::MAX] {
            let _ = (timestamp_text(wide, Tz::America__New_York), decimal_text(wide, scale), exact_number(wide, scale));
        }
        for long in [long, i64::MIN, i64::MAX] {
            let _ = (date_text(long), time_text(long));
        }
    }
}
