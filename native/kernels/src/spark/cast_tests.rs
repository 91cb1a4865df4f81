use super::*;
use crate::generated;
use crate::types::Unit;
use proptest::prelude::*;

fn int(bits: u8, signed: bool) -> LeafType {
    LeafType::Integer { bits, signed }
}

fn decimal_type(precision: u8, scale: i8) -> LeafType {
    LeafType::Decimal { precision, scale }
}

fn reading(text: &str, leaf: &LeafType) -> Reading {
    read(text.as_bytes(), leaf, leaf.scale(), Zone::UTC)
}

fn units(text: &str, leaf: &LeafType) -> Option<i128> {
    match reading(text, leaf) {
        Reading::Units(units) => Some(units),
        _ => None,
    }
}

fn float(text: &str, leaf: &LeafType) -> Option<f64> {
    match reading(text, leaf) {
        Reading::Double(value) => Some(value),
        _ => None,
    }
}

#[test]
fn booleans_have_five_words_each() {
    for text in ["t", "TRUE", "True", "y", "YES", "1", " true\t", "\0yes\u{7f}"] {
        assert_eq!(reading(text, &LeafType::Boolean), Reading::Boolean(true), "{text:?}");
    }
    for text in ["f", "False", "N", "no", "0"] {
        assert_eq!(reading(text, &LeafType::Boolean), Reading::Boolean(false), "{text:?}");
    }
    for text in ["", " ", "tr", "on", "01", "1.0", "-1", "ÿes", "\u{a0}true"] {
        assert_eq!(reading(text, &LeafType::Boolean), Reading::Nothing, "{text:?}");
    }
}

#[test]
fn integers_are_a_sign_and_digits_within_the_range() {
    for (text, leaf, value) in [
        ("0", int(32, true), Some(0)),
        ("+007", int(32, true), Some(7)),
        (" \t-5\r\n", int(32, true), Some(-5)),
        ("\u{1}5\u{7f}", int(32, true), Some(5)),
        ("127", int(8, true), Some(127)),
        ("-128", int(8, true), Some(-128)),
        ("128", int(8, true), None),
        ("300", int(8, true), None),
        ("-32769", int(16, true), None),
        ("2147483648", int(32, true), None),
        ("9223372036854775807", int(64, true), Some(i128::from(i64::MAX))),
        ("-9223372036854775808", int(64, true), Some(i128::from(i64::MIN))),
        ("9223372036854775808", int(64, true), None),
        ("999999999999999999999999999999999999999999", int(64, true), None),
        // Unsigned ones are read as Spark reads the column: with the next wider type.
        ("300", int(8, false), Some(300)),
        ("-1", int(32, false), Some(-1)),
        ("18446744073709551615", int(64, false), Some(i128::from(u64::MAX))),
    ] {
        assert_eq!(units(text, &leaf), value, "{text:?} {leaf}");
    }
    for text in [
        "", " ", "+", "-", "1.0", "1.", "1e2", "1 2", "--1", "+-1", "0x1", "1L", "१", "\u{a0}1", "NaN",
    ] {
        assert_eq!(reading(text, &int(32, true)), Reading::Nothing, "{text:?}");
    }
}

#[test]
fn decimals_are_exact_whatever_their_places() {
    let leaf = decimal_type(10, 2);
    for (text, expected) in [
        ("1.5", Reading::Units(150)),
        ("1.500000", Reading::Units(150)),
        (" 1.50 ", Reading::Units(150)),
        ("+.05", Reading::Units(5)),
        ("15e-1", Reading::Units(150)),
        ("1E7", Reading::Units(1_000_000_000)),
        ("1.505", Reading::Between),
        ("99999999.99", Reading::Units(9_999_999_999)),
        ("99999999.994", Reading::Between),
        // Rounded they have eleven digits.
        ("99999999.995", Reading::Nothing),
        ("1e8", Reading::Nothing),
        ("-0", Reading::Units(0)),
        ("0e38", Reading::Nothing),
        ("1e-40", Reading::Between),
        ("", Reading::Nothing),
        ("1d", Reading::Nothing),
        ("NaN", Reading::Nothing),
        ("1 2", Reading::Nothing),
        ("\u{7f}1", Reading::Nothing),
    ] {
        assert_eq!(reading(text, &leaf), expected, "{text:?}");
    }
    assert_eq!(reading("1.5", &int(64, false)), Reading::Between);
    assert_eq!(units("1e37", &decimal_type(38, 0)), Some(10_i128.pow(37)));
    assert_eq!(reading("1e38", &decimal_type(38, 0)), Reading::Nothing);
}

#[test]
fn floating_point_is_read_as_java_and_spark_read_it() {
    for (text, value) in [
        ("0.1", 0.1),
        (" -1.5e3 ", -1500.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("1d", 1.0),
        ("1.5F", 1.5),
        ("1e5D", 1e5),
        ("1e400", f64::INFINITY),
        ("-1e-400", -0.0),
        ("Infinity", f64::INFINITY),
        ("-infinity", f64::NEG_INFINITY),
        ("+INF", f64::INFINITY),
        ("0x1.8p1", 3.0),
        ("-0X.8P-1d", -0.25),
        ("0x1.p0", 1.0),
        ("0x1p-1074", 5e-324),
        ("0x1.8p-1075", 5e-324),
        ("0x1p-1075", 0.0),
        ("0x1.fffffffffffff8p1023", f64::INFINITY),
        ("0x1.fffffffffffff7ffffffffffffffffffffffffffffp1023", f64::MAX),
        ("0x10000000000000000000000000000000000000000p-160", 1.0),
        ("0x1p99999999999999999999", f64::INFINITY),
        ("9007199254740993", 9_007_199_254_740_992.0),
    ] {
        assert_eq!(float(text, &LeafType::Double), Some(value), "{text:?}");
    }
    for text in ["NaN", "+NaN", "-NaN", "nan", "NAN "] {
        assert!(float(text, &LeafType::Double).is_some_and(f64::is_nan), "{text:?}");
    }
    for text in [
        "",
        " ",
        "+",
        ".",
        "1e",
        "e5",
        "1dd",
        "1 2",
        "--1",
        "-nan",
        "+nan",
        "infin",
        "0x1",
        "0x.p1",
        "0x1pd",
        "0xgp1",
        "1_000",
        "d",
        "1,5",
        "Infinityf",
        "NaNd",
        "\u{7f}1",
        "１",
        "1e+",
        "+-1",
        "0x1p+",
    ] {
        assert_eq!(reading(text, &LeafType::Double), Reading::Nothing, "{text:?}");
    }
}

#[test]
fn text_against_a_float_is_rounded_once_to_a_float() {
    assert_eq!(float("0.1", &LeafType::Float), Some(f64::from(0.1_f32)));
    assert_eq!(float("1e39", &LeafType::Float), Some(f64::INFINITY));
    // A double would lie in the middle of two floats and then go to the even one.
    let text = "1.00000005960464477540";
    assert_eq!(float(text, &LeafType::Float), Some(f64::from(1.000_000_1_f32)));
    assert_eq!(float("0x1.000001p0", &LeafType::Float), Some(1.0));
    assert_eq!(
        float("0x1.00000100000000001p0", &LeafType::Float),
        Some(f64::from(1.000_000_1_f32))
    );
    assert_eq!(float("0x1p-149", &LeafType::Float), Some(f64::from(f32::from_bits(1))));
    assert_eq!(float("0x1p-150", &LeafType::Float), Some(0.0));
    assert_eq!(float("0x1.ffffffp127", &LeafType::Float), Some(f64::INFINITY));
}

#[test]
fn times_are_read_in_the_units_of_the_domain() {
    let nanos = LeafType::Timestamp {
        unit: Unit::Nanos,
        zoned: true,
    };
    let local = LeafType::Timestamp {
        unit: Unit::Micros,
        zoned: false,
    };
    let text = "1970-01-01 00:00:01.0000019+01:00";
    assert_eq!(units(text, &nanos), Some((-3599 * 1_000_000 + 1) * 1000));
    assert_eq!(units(text, &local), Some(1_000_001));
    assert_eq!(units(text, &LeafType::Date), Some(0));
    assert_eq!(reading("00:00:01", &nanos), Reading::Nothing);
}

#[test]
fn bytes_that_are_no_text_say_nothing() {
    for leaf in [
        LeafType::Boolean,
        int(32, true),
        LeafType::Double,
        decimal_type(5, 0),
        LeafType::Date,
    ] {
        assert_eq!(read(b"1\xff", &leaf, 0, Zone::UTC), Reading::Nothing, "{leaf}");
    }
}

proptest! {
    #![proptest_config(generated::cases(2000))]

    #[test]
    fn hexadecimal_text_of_a_double_is_that_double(bits in any::<u64>()) {
        let value = f64::from_bits(bits & (u64::MAX >> 1));
        prop_assume!(value.is_finite());
        let (exponent, fraction) = (bits >> 52 & 0x7ff, bits & ((1 << 52) - 1));
        let text = match exponent {
            0 => format!("0x0.{fraction:013x}p-1022"),
            _ => format!("0x1.{fraction:013x}p{}", exponent as i64 - 1023),
        };
        prop_assert_eq!(float(&text, &LeafType::Double), Some(value), "{}", text);
        prop_assert_eq!(float(&text, &LeafType::Float), Some(f64::from(value as f32)), "{}", text);
    }

    #[test]
    fn decimals_are_read_as_they_are_shown(units in any::<i64>(), scale in 0_i8..18) {
        let leaf = decimal_type(38, scale);
        let text = crate::spark::text::decimal_text(i128::from(units), i32::from(scale));
        prop_assert_eq!(reading(&text, &leaf), Reading::Units(i128::from(units)));
        prop_assert_eq!(reading(&format!("{text}{}1", if scale == 0 { "." } else { "" }), &leaf), Reading::Between);
    }
}

/// What Spark 3.5 answers to `TRY_CAST` with `Europe/Berlin` as the session's zone: a type, a text with `%` before the
/// two hexadecimal digits of a byte, and the answer. A floating-point number is given by the bits of its double, a time
/// as an integer of microseconds or days, and a decimal as it is after it was rounded.
const SPARK: &str = include_str!("cast_vectors.txt");

#[test]
fn text_is_read_as_spark_reads_it() {
    let berlin: Zone = "Europe/Berlin".parse().unwrap();
    for line in SPARK.lines() {
        let (kind, rest) = line.split_once(" '").unwrap();
        let (escaped, expected) = rest.rsplit_once("' ").unwrap();
        let mut text = Vec::new();
        let mut parts = escaped.split('%');
        text.extend_from_slice(parts.next().unwrap().as_bytes());
        for part in parts {
            text.push(u8::from_str_radix(&part[..2], 16).unwrap());
            text.extend_from_slice(&part.as_bytes()[2..]);
        }
        let leaf = match kind {
            "boolean" => LeafType::Boolean,
            "tinyint" => int(8, true),
            "smallint" => int(16, true),
            "int" => int(32, true),
            "bigint" => int(64, true),
            "float" => LeafType::Float,
            "double" => LeafType::Double,
            "date" => LeafType::Date,
            "timestamp" | "timestamp_ntz" => LeafType::Timestamp {
                unit: Unit::Micros,
                zoned: kind == "timestamp",
            },
            decimal => {
                let (precision, scale) = decimal[8..decimal.len() - 1].split_once(',').unwrap();
                decimal_type(precision.parse().unwrap(), scale.parse().unwrap())
            }
        };
        let found = match read(&text, &leaf, leaf.scale(), berlin) {
            Reading::Nothing => "null".to_owned(),
            Reading::Boolean(value) => value.to_string(),
            Reading::Double(value) if value.is_nan() => "7ff8000000000000".to_owned(),
            Reading::Double(value) => format!("{:x}", value.to_bits()),
            Reading::Units(units) if leaf.is_decimal() => crate::spark::text::decimal_text(units, leaf.scale()),
            Reading::Units(units) => units.to_string(),
            Reading::Between => {
                assert_ne!(expected, "null", "{line}");
                continue;
            }
        };
        assert_eq!(found, expected, "{line}");
    }
}
