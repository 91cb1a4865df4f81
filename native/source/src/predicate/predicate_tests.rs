use super::evaluate::Verdicts;
use super::{Names, Predicate, PredicateError, Verdict, bind, cast};
use crate::column::Column;
use arrow::array::{
    Array, ArrayRef, BinaryViewArray, BooleanArray, Decimal128Array, Float64Array, Int64Array, new_null_array,
};
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::{LeafType, Unit};
use std::sync::Arc;

const INT: LeafType = LeafType::Integer { bits: 32, signed: true };
const BIGINT: LeafType = LeafType::Integer { bits: 64, signed: true };
const TIMESTAMP: LeafType = LeafType::Timestamp {
    unit: Unit::Micros,
    zoned: true,
};
const LOCAL: LeafType = LeafType::Timestamp {
    unit: Unit::Micros,
    zoned: false,
};

fn decimal(precision: u8, scale: i8) -> LeafType {
    LeafType::Decimal { precision, scale }
}

fn berlin() -> Zone {
    "Europe/Berlin".parse().unwrap()
}

fn columns(columns: &[(&str, LeafType)]) -> Vec<Column> {
    let columns = columns.iter();
    columns
        .map(|(name, leaf)| Column::new((*name).to_owned(), Ok(leaf.clone())))
        .collect()
}

fn bound(text: &str, leaves: &[(&str, LeafType)], zone: Zone) -> Result<Predicate, PredicateError> {
    let columns = columns(leaves);
    let names = Names {
        columns: &columns,
        case_sensitive: false,
        zone,
    };
    bind(text, names)
}

/// The verdicts on own values of a column `c`: T, F or N each.
fn judged(text: &str, leaf: LeafType, own: &ArrayRef) -> String {
    let predicate = bound(text, &[("c", leaf)], berlin()).unwrap_or_else(|e| panic!("{text}: {e}"));
    let mut verdicts = Verdicts::new(&predicate, own.len());
    verdicts.take(0, own);
    let letter = |verdict| match verdict {
        Verdict::True => 'T',
        Verdict::False => 'F',
        Verdict::Null => 'N',
    };
    verdicts.all().into_iter().map(letter).collect()
}

fn integers(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(Int64Array::from_iter(values))
}

fn check(leaf: &LeafType, own: &ArrayRef, expected: &[(&str, &str)]) {
    for (text, verdicts) in expected {
        assert_eq!(judged(text, leaf.clone(), own), *verdicts, "{text} on {leaf}");
    }
}

fn refusal(text: &str, leaf: &LeafType) -> PredicateError {
    match bound(text, &[("c", leaf.clone())], Zone::UTC) {
        Ok(predicate) => panic!("{text} on {leaf} is {predicate:?}"),
        Err(error) => error,
    }
}

#[test]
fn integers_meet_literals_as_in_spark() {
    let own = integers([Some(-1), Some(0), Some(2), Some(3), None]);
    check(
        &INT,
        &own,
        &[
            ("c = 2", "FFTFN"),
            ("2 = c", "FFTFN"),
            ("C == 2", "FFTFN"),
            ("c <> 2", "TTFTN"),
            ("c != 2L", "TTFTN"),
            ("c < 2", "TTFFN"),
            ("2 > c", "TTFFN"),
            ("c <= 2", "TTTFN"),
            ("c > -1", "FTTTN"),
            ("c >= - 1", "TTTTN"),
            ("c <=> 2", "FFTFF"),
            ("c <=> null", "FFFFT"),
            ("c = null", "NNNNN"),
            ("c is null", "FFFFT"),
            ("c is not null", "TTTTF"),
            ("c in (2, 0)", "FTTFN"),
            ("c not in (2, 0)", "TFFTN"),
            ("c in (2, null)", "NNTNN"),
            ("c not in (2, null)", "NNFNN"),
            ("c in (null)", "NNNNN"),
            ("c between 0 and 2", "FTTFN"),
            ("c not between 0 and 2", "TFFTN"),
            ("c between 2 and 0", "FFFFN"),
            ("c between null and 0", "NNFFN"),
            // Decimals are exact, doubles are not needed.
            ("c > 1.5", "FFTTN"),
            ("c < 2.0", "TTFFN"),
            ("c >= 2.5", "FFFTN"),
            ("c <= -0.5", "TFFFN"),
            ("c = 2.0", "FFTFN"),
            ("c = 2.5", "FFFFN"),
            ("c <> 2.5", "TTTTN"),
            // Beyond 64 bits Spark knows the answer without the row.
            ("c < 1e30", "TTTTN"),
            ("c < 99999999999999999999", "TTTTT"),
            ("c >= 99999999999999999999", "FFFFF"),
            ("c > -99999999999999999999.5", "TTTTT"),
            ("c = 99999999999999999999", "FFFFN"),
            ("c = 2e0", "FFTFN"),
            ("c < 2.5D", "TTTFN"),
            ("c = 2F", "FFTFN"),
            ("c in (2.0, 3)", "FFTTN"),
            ("c in (2.5, 3)", "FFFTN"),
            ("c in (2e0, 2.5)", "FFTFN"),
            // A string becomes an integer, a fraction is cut off; what cannot is null.
            ("c = '2'", "FFTFN"),
            ("c = ' +2.9 '", "FFTFN"),
            ("c = 'two'", "NNNNN"),
            ("c <=> 'two'", "FFFFT"),
            ("c > '99999999999'", "NNNNN"),
            // In a list the column becomes text.
            ("c in ('2', '3')", "FFTTN"),
            ("c in ('02', '3.0')", "FFFFN"),
            ("c in ('2', 3, null)", "NNTTN"),
            ("not c = 2", "TTFTN"),
            ("not (c = 2 or c is null)", "TTFTF"),
            ("c = 2 or true", "TTTTT"),
            ("c = 2 and null", "FFNFN"),
            ("c = 2 or null", "NNTNN"),
            ("c = 0 or c = 2 and c = 3", "FTFFN"),
            ("(c = 0 or c = 2) and c <> 0", "FFTFN"),
            ("(c) = (2)", "FFTFN"),
            ("null", "NNNNN"),
        ],
    );
    let large = integers([Some((1 << 53) + 1), Some(1 << 53), Some(i64::MAX)]);
    check(
        &BIGINT,
        &large,
        &[
            ("c = 9007199254740993", "TFF"),
            ("c = 9007199254740992D", "TTF"),
            ("c > 9007199254740992D", "FFT"),
            ("c = 9.223372036854775807e18", "FFT"),
            ("c = 9007199254740992F", "TTF"),
            ("c in (9007199254740992D, 1)", "TTF"),
            ("c in (9007199254740992.0, 1)", "FTF"),
        ],
    );
    // 39 digits would be needed to hold both: what does not fit 38 is null.
    let own = integers([Some(1), Some(10_000_000_000_000_000)]);
    check(
        &BIGINT,
        &own,
        &[("c = 1.0000000000000000000000", "TN"), ("c = 1.5", "FF")],
    );
}

#[test]
fn decimals_are_exact_and_doubles_are_doubles() {
    let own: ArrayRef = Arc::new(Int64Array::from_iter([Some(150), Some(-5), Some(0), None]));
    check(
        &decimal(9, 2),
        &own,
        &[
            ("c = 1.5", "TFFN"),
            ("c = 1.50000", "TFFN"),
            ("c = 1.501", "FFFN"),
            ("c > 1.499", "TFFN"),
            ("c < 1.501", "TTTN"),
            ("c <= -0.05", "FTFN"),
            ("c = 0", "FFTN"),
            ("c = 1.5D", "TFFN"),
            ("c = '1.5'", "TFFN"),
            ("c = '1,5'", "NNNN"),
            ("c in (1.5, 0)", "TFTN"),
            ("c in (-.05, 7)", "FTFN"),
        ],
    );
    let wide: ArrayRef = Arc::new(Decimal128Array::from(vec![Some(10i128.pow(37)), Some(5), None]));
    check(
        &decimal(38, 0),
        &wide,
        &[
            ("c > 0.5", "NTN"),
            ("c = 5", "FTN"),
            ("c in (5.0)", "NTN"),
            ("c <=> 5.0", "FTF"),
        ],
    );
    let own: ArrayRef = Arc::new(Float64Array::from(vec![
        Some(f64::NAN),
        Some(f64::INFINITY),
        Some(-0.0),
        Some(f64::from(0.1f32)),
        None,
    ]));
    check(
        &LeafType::Double,
        &own,
        &[
            ("c = 0", "FFTFN"),
            ("c > 1", "TTFFN"),
            ("c = 'NaN'", "TFFFN"),
            ("c <= 'inf'", "FTTTN"),
            ("c > 1e308", "TTFFN"),
            ("c = 0.1", "FFFFN"),
            ("c = 0.1F", "FFFTN"),
            ("c in (0, 0.1F)", "FFTTN"),
            ("c < 0", "FFFFN"),
            ("c >= 0.0", "TTTTN"),
        ],
    );
    check(
        &LeafType::Float,
        &own,
        &[
            ("c = 0.1", "FFFFN"),
            ("c = 0.1F", "FFFTN"),
            ("c = '0.1'", "FFFTN"),
            ("c > 0.1", "TTFTN"),
            ("c in (0.1F, 1)", "FFFTN"),
            ("c in (0.1F, 0.1)", "FFFTN"),
        ],
    );
}

#[test]
fn texts_and_bytes_are_ordered_by_unsigned_bytes() {
    let texts: [Option<&[u8]>; 6] = [Some(b""), Some(b"ab"), Some(b"abc"), Some(b"b%"), Some(b"\xff"), None];
    let own: ArrayRef = Arc::new(BinaryViewArray::from_iter(texts));
    check(
        &LeafType::String,
        &own,
        &[
            ("c = 'ab'", "FTFFFN"),
            ("c = \"ab\"", "FTFFFN"),
            ("c = 'a' 'b'", "FTFFFN"),
            ("c > 'ab'", "FFTTTN"),
            ("c < 'ab'", "TFFFFN"),
            ("c >= 'ab'", "FTTTTN"),
            ("c <= 'ab'", "TTFFFN"),
            ("c like 'ab%'", "FTTFFN"),
            ("c not like 'ab%'", "TFFTTN"),
            ("c like '%'", "TTTTTN"),
            ("c like 'ab'", "FTFFFN"),
            (r"c like 'b\%'", "FFFTFN"),
            (r"c like 'b\%%'", "FFFTFN"),
            ("c in ('ab', '', 'zz')", "TTFFFN"),
            (r"c = '\141b'", "FTFFFN"),
            (r"c = '\u0061b'", "FTFFFN"),
            ("c = X'6162'", "FTFFFN"),
            ("c > X'fe'", "FFFFTN"),
        ],
    );
    check(
        &LeafType::Binary,
        &own,
        &[
            ("c = X'ff'", "FFFFTN"),
            ("c = 'ab'", "FTFFFN"),
            ("c in (X'', x'6162')", "TTFFFN"),
        ],
    );
    let own: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]));
    check(
        &LeafType::Boolean,
        &own,
        &[
            ("c", "TFN"),
            ("not c", "FTN"),
            ("c = true", "TFN"),
            ("c < true", "FTN"),
            ("c = 'yes'", "TFN"),
            ("c = 'maybe'", "NNN"),
            ("c in (false)", "FTN"),
            ("c <=> false", "FTF"),
        ],
    );
}

#[test]
fn dates_and_times_meet_in_the_session_zone() {
    // 2024-01-01, 2024-03-31 (clocks go forward), 2024-10-27 (clocks go back).
    let own = integers([Some(19_723), Some(19_813), Some(20_023), None]);
    check(
        &LeafType::Date,
        &own,
        &[
            ("c = date '2024-01-01'", "TFFN"),
            ("c = '2024-1-1'", "TFFN"),
            ("c = '2024-01-01T whatever'", "TFFN"),
            ("c >= '2024-03'", "FTTN"),
            ("c = 'soon'", "NNNN"),
            ("c in ('2024-01-01', '2024-3-31')", "TFFN"),
            ("c in (date '2024-3-31', date '2024-01-01')", "TTFN"),
            ("c = timestamp '2024-01-01 00:00:00'", "TFFN"),
            ("c = timestamp '2023-12-31T23:00:00Z'", "TFFN"),
            ("c < timestamp '2024-03-31 00:00:00.000001'", "TTFN"),
            ("c > timestamp '2024-03-30 23:59:59.999999'", "FTTN"),
            ("c < timestamp_ntz '2024-03-31 00:00:00.000001'", "TTFN"),
            ("c <= timestamp_ntz '2024-03-31 00:00:00'", "TTFN"),
            ("c in (date '2024-01-01', timestamp '2024-10-27 00:00:00')", "TFTN"),
        ],
    );
    // Instants: 2024-01-01T00:00Z, 2024-03-31T01:00Z, and one microsecond later.
    let own = integers([
        Some(1_704_067_200_000_000),
        Some(1_711_846_800_000_000),
        Some(1_711_846_800_000_001),
        None,
    ]);
    check(
        &TIMESTAMP,
        &own,
        &[
            ("c = timestamp '2024-01-01 01:00:00'", "TFFN"),
            ("c = '2024-01-01T01:00'", "TFFN"),
            ("c = '2024-01-01 00:00:00Z'", "TFFN"),
            ("c = '2024-01-01 05:30:00 +05:30'", "TFFN"),
            ("c = '2024-01-01 00:00:00 Europe/London'", "TFFN"),
            // Skipped by the clocks: it moves on by the gap.
            ("c = '2024-03-31 02:00:00'", "FTFN"),
            ("c > '2024-03-31 03:00:00'", "FFTN"),
            ("c < date '2024-03-31'", "TFFN"),
            ("c = timestamp_ntz '2024-01-01 01:00:00'", "TFFN"),
            ("c <= '2024-03-31 03:00:00.0000009'", "TTFN"),
            ("c = 'now'", "NNNN"),
            ("c in (timestamp '2024-01-01 01:00:00', date '2020-01-01')", "TFFN"),
        ],
    );
    let millis = LeafType::Timestamp {
        unit: Unit::Millis,
        zoned: true,
    };
    let own = integers([Some(1_704_067_200_000), Some(1_704_067_200_001)]);
    check(
        &millis,
        &own,
        &[
            ("c = timestamp '2024-01-01 00:00:00.000Z'", "TF"),
            ("c = timestamp '2024-01-01 00:00:00.0005Z'", "FF"),
            ("c > timestamp '2024-01-01 00:00:00.0005Z'", "FT"),
            ("c <= timestamp '2024-01-01 00:00:00.0005Z'", "TF"),
        ],
    );
    // Local times around the skipped hour: 02:30 is 03:30 there, and comes after 03:00.
    let own = integers([Some(1_711_852_200_000_000), Some(1_711_854_000_000_000), None]);
    check(
        &LOCAL,
        &own,
        &[
            ("c = timestamp_ntz '2024-03-31 02:30:00'", "TFN"),
            ("c = '2024-03-31 02:30:00+05:00'", "TFN"),
            ("c = timestamp '2024-03-31 03:30:00'", "TFN"),
            ("c <= timestamp '2024-03-31 03:00:00'", "FTN"),
            ("c > date '2024-03-31'", "TTN"),
            ("c >= date '2024-04-01'", "FFN"),
        ],
    );
}

#[test]
fn what_is_not_supported_says_so_and_where() {
    let cases = [
        ("", "there is no predicate, at character 1: the end"),
        ("c =", "the predicate ends too early, at character 4: the end"),
        ("c = 1 and", "the predicate ends too early"),
        ("c = 1)", "this does not belong here, at character 6: )"),
        ("(c = 1", ") is missing"),
        ("c = 'a", "this string has no end, at character 5: 'a"),
        ("c = `a", "this name in backquotes has no end"),
        ("c = 1 ; drop", "this begins nothing that is known"),
        ("c = 'it''s'", "two quotes in a row"),
        ("c = 1 -- really", "comments are not read"),
        ("c + 1 = 2", "arithmetic is not supported, at character 3: + 1 = 2"),
        ("c = 1 + 1", "arithmetic"),
        (
            "abs(c) = 1",
            "functions and subqueries are not supported, at character 4",
        ),
        ("c = abs(1)", "functions and subqueries"),
        ("cast(c as string) = '1'", "cast is not supported"),
        ("c in (select 1)", "subqueries are not supported"),
        ("c = c", "two columns are compared"),
        ("1 = 1", "two literals are compared"),
        ("c = 1 = true", "a comparison of a comparison"),
        ("(c = 1) = true", "a comparison of a condition"),
        ("c is true", "only is null and is not null"),
        ("5 in (c)", "only a column can stand here"),
        ("c in (c)", "only a literal can stand here"),
        ("c in ()", "this does not belong here"),
        ("c in 1", "( is missing"),
        ("c rlike 'a'", "rlike is not supported"),
        ("c between 1", "and is missing"),
        ("c = 300Y", "this number does not fit its type"),
        ("c = 1e999", "this number does not fit its type"),
        (
            "c = 123456789012345678901234567890123456789",
            "this number does not fit its type",
        ),
        ("c = interval '1' day", "a literal interval '…' is not supported"),
        ("c = X'0g'", "these are no hexadecimal digits"),
        ("5", "a int is no condition"),
        ("c", "the column c is int and no condition"),
        (
            "c = true",
            "the column c is int and has no supported rule with a boolean",
        ),
        ("c = date '2024-01-01'", "no supported rule with a date"),
        ("c in ('1', 2.5)", "no supported rule with a decimal(2,1)"),
        ("c like '1%'", "like takes text"),
        ("d = 1", "d is not a column"),
        ("c.d = 1", "c.d is not a column"),
    ];
    for (text, expected) in cases {
        let error = refusal(text, &INT).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let cases = [
        (LeafType::String, "c = 5", "no supported rule with a int"),
        (LeafType::String, "c in (5, '5')", "no supported rule with a int"),
        (
            LeafType::String,
            "c like '%a'",
            "only patterns that end with their one %",
        ),
        (LeafType::String, "c like 'a_'", "only patterns"),
        (LeafType::String, r"c like 'a\\b'", "\\ must precede"),
        (LeafType::String, "c like 'a' escape 'b'", "escape is not supported"),
        (LeafType::Date, "c = date '2024-02-30'", "'2024-02-30' is no date"),
        (LeafType::Date, "c = date 'today'", "'today' is no date"),
        (TIMESTAMP, "c = '12:30'", "a time of the current day"),
        (TIMESTAMP, "c = '2024-01-01 00:00:00 PST'", "PST in"),
        (TIMESTAMP, "c in ('2024-01-01')", "no supported rule with a string"),
        (LeafType::Double, "c = '0x1p3'", "hexadecimal"),
        (LeafType::Double, "c in ('1')", "no supported rule with a string"),
        (
            LeafType::Time { unit: Unit::Micros },
            "c = '12:30'",
            "the column c is time",
        ),
    ];
    for (leaf, text, expected) in cases {
        let error = refusal(text, &leaf).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let deep = format!("{}c = 1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(refusal(&deep, &INT).to_string().contains("nested too deeply"));
    let deep = format!("{}c = 1", "not ".repeat(5000));
    assert!(refusal(&deep, &INT).to_string().contains("nested too deeply"));
}

#[test]
fn names_are_found_as_they_are_written() {
    let leaves = [
        ("a.b", INT),
        ("Day of", INT),
        ("date", INT),
        ("x`y", INT),
        ("2024_sales", INT),
        ("é", INT),
    ];
    for (text, column) in [
        ("`a.b` = 1", 0),
        ("a.b = 1", 0),
        ("`day OF` = 1", 1),
        ("date = 1", 2),
        ("DATE > 1", 2),
        ("`x``y` = 1", 3),
        ("2024_sales = 1", 4),
        ("é=1", 5),
    ] {
        let predicate = bound(text, &leaves, Zone::UTC).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(predicate.columns(), [column], "{text}");
    }
    let columns = columns(&[("A", INT), ("a", INT)]);
    let names = Names {
        columns: &columns,
        case_sensitive: true,
        zone: Zone::UTC,
    };
    assert_eq!(bind("a = 1 and A = 1", names).unwrap().columns(), [0, 1]);
}

#[test]
fn strings_are_cast_as_in_spark() {
    assert_eq!(cast::integer(" -12.9\t", 32), Some(-12));
    assert_eq!(cast::integer(".", 32), Some(0));
    assert_eq!(cast::integer("-", 32), None);
    assert_eq!(cast::integer("", 32), None);
    assert_eq!(cast::integer("1e3", 32), None);
    assert_eq!(cast::integer("128", 8), None);
    assert_eq!(cast::integer("-128", 8), Some(-128));
    assert_eq!(cast::double(" 1e3d "), Ok(Some(1000.0)));
    assert_eq!(cast::double("-Infinity"), Ok(Some(f64::NEG_INFINITY)));
    assert_eq!(cast::double("+inf"), Ok(Some(f64::INFINITY)));
    assert_eq!(cast::double("one"), Ok(None));
    assert_eq!(cast::double("."), Ok(None));
    assert_eq!(cast::date("1970"), Some(0));
    assert_eq!(cast::date("1970-1"), Some(0));
    assert_eq!(cast::date("+1970-01-02 x"), Some(1));
    assert_eq!(cast::date("1970-01-"), None);
    assert_eq!(cast::date("1970-1 x"), None);
    assert_eq!(cast::date("970-01-01"), None);
    assert_eq!(cast::date("-0001-01-01"), Some(-719_893));
    assert_eq!(cast::date("2023-02-29"), None);
    let utc = |text| cast::timestamp(text, Zone::UTC).unwrap();
    assert_eq!(utc("1970-01-01 00:00:01.5"), Some(1_500_000));
    assert_eq!(utc("1970-01-01 0:0:1.1234567"), Some(1_123_456));
    assert_eq!(utc("1970-01-01T00:00:01+00:00"), Some(1_000_000));
    assert_eq!(utc("1970-01-01 00:00:01."), Some(1_000_000));
    assert_eq!(utc("1970-01-01 00:00Z"), None);
    assert_eq!(utc("1970-01-01T"), None);
    assert_eq!(utc("1970-01-01 24:00:00"), None);
    assert_eq!(utc("1970-01-01x"), None);
    assert_eq!(utc("300000-01-01"), None);
    assert_eq!(cast::boolean(" YES "), Some(true));
    assert_eq!(cast::boolean("0"), Some(false));
    assert_eq!(cast::boolean("on"), None);
}

#[test]
fn a_column_that_a_file_lacks_is_null() {
    let own = new_null_array(&INT.own_type(), 1);
    let predicate = bound("c is null and not c <=> 1", &[("c", INT)], Zone::UTC).unwrap();
    let mut verdicts = Verdicts::new(&predicate, 3);
    verdicts.take_constant(0, &own);
    assert_eq!(verdicts.kept(), [true; 3]);
}
