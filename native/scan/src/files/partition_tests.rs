//! Types and values were taken from Spark 3.5.6.

use super::*;
use PartitionType::{Date, Decimal, Double, Int, Long, String as Text, Timestamp};
use chrono_tz::Tz;

const ANGELES: Tz = Tz::America__Los_Angeles;

fn one_column(values: &[&str]) -> (PartitionType, Vec<PartitionValue>) {
    let folders: Vec<String> = values.iter().map(|value| format!("a={value}")).collect();
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let found = resolve(&folders, &[], ANGELES, false).unwrap();
    assert_eq!(found.columns.len(), 1);
    (
        found.columns[0].1,
        found.values.into_iter().map(|mut row| row.remove(0)).collect(),
    )
}

fn names(found: &Partitions) -> Vec<&str> {
    found.columns.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn each_text_has_the_type_that_spark_infers() {
    for (text, kind) in [
        ("1", Int),
        ("01", Int),
        ("+5", Int),
        ("-0", Int),
        ("2147483647", Int),
        ("2147483648", Long),
        ("-2147483649", Long),
        ("9223372036854775807", Long),
        ("9223372036854775808", Decimal(19)),
        ("12345678901234567890123456789012345678", Decimal(38)),
        ("123456789012345678901234567890123456789", Double),
        ("00000000000000000000000000000000000000000001", Int),
        ("٣", Int),
        ("𝟘", Text),
        ("1E5", Decimal(6)),
        ("1e+5", Decimal(6)),
        ("0E5", Decimal(6)),
        ("1E-0", Decimal(1)),
        ("1e37", Decimal(38)),
        ("1e38", Double),
        ("10e-1", Double),
        ("1.5e3", Decimal(4)),
        (".0e30", Decimal(30)),
        ("1.25e1", Double),
        (".e5", Text),
        ("1.", Decimal(1)),
        ("1.0", Double),
        (".5", Double),
        ("1d", Double),
        ("1F", Double),
        ("NaN", Double),
        ("+NaN", Double),
        ("-Infinity", Double),
        ("inf", Text),
        ("infinity", Text),
        ("1E400", Double),
        (" 1", Double),
        (" 1.5 ", Double),
        ("٣.5", Text),
        ("1_0", Text),
        (".", Text),
        ("+", Text),
        ("e5", Text),
        ("2015-01-01", Date),
        ("2015", Int),
        ("0000-01-01", Date),
        ("-0001-01-01", Date),
        ("-0000-01-01", Text),
        ("+12345-01-01", Date),
        ("12345-01-01", Text),
        ("+2015-01-01", Text),
        ("1582-10-10", Date),
        ("2015-1-1", Text),
        ("2015-01", Text),
        ("2015-02-30", Text),
        ("1500-02-29", Text),
        ("2015-13-01", Text),
        ("2015-01-01 ", Text),
        ("2015-01-01%20", Text),
        ("2015-01-01 12:00:00", Timestamp),
        ("2015-01-01 12%3A00%3A00", Timestamp),
        ("2015-01-01 12:00:00.1", Timestamp),
        ("2015-01-01 12:00:00.12", Text),
        ("2015-01-01 12:00:00.", Text),
        ("2015-01-01 12:00", Text),
        ("2015-01-01T12:00:00", Text),
        ("2015-01-01 24:00:00", Text),
        ("2015-01-01 12:00:60", Text),
        ("2015-01-01 1:00:00", Text),
        ("2015-01-01 12:00:00Z", Text),
        ("+12345-01-01 00:00:00", Timestamp),
        ("+294247-01-10 04:00:54", Text),
        ("12:00", Text),
        ("true", Text),
        ("%31", Text),
        ("é", Text),
    ] {
        assert_eq!(infer(text, ANGELES.into()), kind, "{text}");
    }
}

#[test]
fn columns_take_the_type_that_holds_all_values() {
    for (values, kind) in [
        (vec!["1", "3000000000"], Long),
        (vec!["1", "1.5"], Double),
        (vec!["1", "3000000000", "1.5"], Text),
        (vec!["1.5", "99999999999999999999"], Text),
        (vec!["1E5", "7"], Decimal(10)),
        (vec!["1E5", "3000000000"], Decimal(20)),
        (vec!["5", "9999999999", "999999999999999999999"], Decimal(21)),
        (vec!["2015-01-01", "2015-01-01 10%3A00%3A00"], Timestamp),
        (vec!["2015-01-01", "1"], Text),
        (vec!["1", NULL], Int),
        (vec![NULL], Text),
    ] {
        assert_eq!(one_column(&values).0, kind, "{values:?}");
        let backwards: Vec<&str> = values.iter().rev().copied().collect();
        assert_eq!(one_column(&backwards).0, kind, "{backwards:?}");
    }
}

#[test]
fn widening_does_not_depend_on_the_order() {
    let all = [
        Int,
        Long,
        Decimal(6),
        Decimal(19),
        Decimal(38),
        Double,
        Date,
        Timestamp,
        Text,
    ];
    for a in all {
        for b in all {
            assert_eq!(wider(a, b), wider(b, a));
            for c in all {
                assert_eq!(wider(wider(a, b), c), wider(a, wider(b, c)), "{a:?} {b:?} {c:?}");
            }
        }
    }
}

#[test]
fn values_are_cast_to_the_type_of_their_column() {
    use PartitionValue::{Date, Decimal, Double, Int, Long, Null, Timestamp};
    let text = |text: &str| PartitionValue::String(text.to_owned());
    for (values, expected) in [
        (vec!["01", "-5", NULL], vec![Int(1), Int(-5), Null]),
        (vec!["01", "x"], vec![text("01"), text("x")]),
        (vec!["1", "3000000000"], vec![Long(1), Long(3_000_000_000)]),
        (
            vec!["1E5", "-1.5e3", "1.", "-7"],
            vec![Decimal(100_000), Decimal(-1500), Decimal(1), Decimal(-7)],
        ),
        (
            vec!["1", "1.5", "1E400"],
            vec![Double(1.0), Double(1.5), Double(f64::INFINITY)],
        ),
        (vec!["12d", " 7 "], vec![Double(12.0), Double(7.0)]),
        (vec!["٣", "1.5"], vec![Double(3.0), Double(1.5)]),
        (
            vec!["2015-01-01", "+12345-01-01", "-2015-01-01"],
            vec![Date(16_436), Date(3_789_391), Date(-1_455_491)],
        ),
        (
            vec!["2015-01-01", "2015-01-01 12%3A00%3A00.1", "0001-01-01"],
            vec![
                Timestamp(1_420_099_200_000_000),
                Timestamp(1_420_142_400_100_000),
                Timestamp(-62_135_568_422_000_000),
            ],
        ),
        (
            vec!["+508181-01-01", "2015-01-01 00:00:00"],
            vec![Null, Timestamp(1_420_099_200_000_000)],
        ),
        (
            vec!["2015-03-08 02:30:00", "2015-11-01 01:30:00"],
            vec![Timestamp(1_425_810_600_000_000), Timestamp(1_446_366_600_000_000)],
        ),
        (
            vec!["%31", "a%3Db", "%zz", "%4", "%", "b=c", "%C3%A9"],
            vec![
                text("1"),
                text("a=b"),
                text("%zz"),
                text("%4"),
                text("%"),
                text("b=c"),
                text("Ã©"),
            ],
        ),
    ] {
        assert_eq!(one_column(&values).1, expected, "{values:?}");
    }
}

#[test]
fn segments_are_read_from_the_file_upwards() {
    let parse = |dir: &str| {
        let (base, segments) = parse_segments(dir).unwrap();
        let segments: Vec<_> = segments.iter().map(|s| (s.name.clone(), s.text())).collect();
        (base, segments)
    };
    let some = |name: &str, text: &str| (name.to_owned(), Some(text.to_owned()));
    assert_eq!(parse(""), (String::new(), vec![]));
    assert_eq!(parse("x/y"), ("x/y".to_owned(), vec![]));
    assert_eq!(
        parse("a=1/b=x%20y"),
        (String::new(), vec![some("a", "1"), some("b", "x y")])
    );
    assert_eq!(parse("a=1/x"), (String::new(), vec![some("a", "1")]));
    assert_eq!(parse("a=1/x/b=2"), ("a=1/x".to_owned(), vec![some("b", "2")]));
    assert_eq!(
        parse(&format!("a%20b={NULL}")),
        (String::new(), vec![("a b".to_owned(), None)])
    );
    assert_eq!(
        parse("/a=1//b=2/"),
        (String::new(), vec![some("a", "1"), some("b", "2")])
    );
}

#[test]
fn datasets_without_partition_folders_have_no_partition_columns() {
    let found = resolve(&["", "x", "y/z"], &[], Tz::UTC, false).unwrap();
    assert_eq!(
        found,
        Partitions {
            columns: vec![],
            values: vec![vec![], vec![], vec![]]
        }
    );
    assert_eq!(resolve(&[], &[], Tz::UTC, false), Ok(Partitions::default()));
}

#[test]
fn names_match_without_case_unless_case_counts() {
    let found = resolve(&["A=1/x", "a=2/y"], &[], Tz::UTC, false).unwrap();
    assert_eq!(names(&found), ["A"]);
    assert_eq!(found.values, [[PartitionValue::Int(1)], [PartitionValue::Int(2)]]);
    let error = resolve(&["a=1", "A=2"], &[], Tz::UTC, true).unwrap_err();
    assert_eq!(
        error.to_string(),
        "conflicting partition columns: a=1 has (a), A=2 has (A)"
    );
}

#[test]
fn folders_that_make_no_table_together_are_refused() {
    for (folders, message) in [
        (
            vec!["a=1", "b=2"],
            "conflicting partition columns: a=1 has (a), b=2 has (b)",
        ),
        (
            vec!["a=1/b=1", "a=2"],
            "conflicting partition columns: a=1/b=1 has (a, b), a=2 has (a)",
        ),
        (
            vec!["x/a=1", "y/a=2"],
            "conflicting directory structures: partition folders begin below x and below y",
        ),
        (
            vec!["a=1/x/b=2", "b=3"],
            "conflicting directory structures: partition folders begin below a=1/x and below the path itself",
        ),
        (
            vec!["", "a=1"],
            "conflicting directory structures: files lie in the partition folder a=1 and beside it in the path itself",
        ),
        (
            vec!["a=1", "x"],
            "conflicting directory structures: files lie in the partition folder a=1 and beside it in x",
        ),
        (vec!["=1"], "the folder =1 has no column name before the '='"),
        (
            vec!["a="],
            "the folder a= has no value after the '='; null is written __HIVE_DEFAULT_PARTITION__",
        ),
    ] {
        assert_eq!(resolve(&folders, &[], Tz::UTC, false).unwrap_err().to_string(), message);
    }
}

#[test]
fn odd_texts_do_not_panic() {
    let digits = "9".repeat(5000);
    let exponent = format!("1e{digits}");
    let odd = [
        digits.as_str(),
        &exponent,
        "%é",
        "é%1é",
        "-",
        "+",
        "1e",
        "1e+",
        "--1",
        "+-1",
        "9999999-12-31",
        "-9999999-01-01",
        "+294248-01-01 00:00:00",
        "--",
        "- :: ",
        "é-é-é é:é:é.é",
        "\u{0}",
        "0x1p3",
        "1e-2147483649",
        "0e99",
    ];
    for text in odd {
        let _ = one_column(&[text]);
        let _ = one_column(&[text, "1"]);
        let _ = one_column(&[text, "2015-01-01"]);
        let _ = parse_segments(text);
    }
}

#[test]
fn declared_types_replace_guesses() {
    let declared = |kind| [("A".to_owned(), kind)];
    let found = |kind, case_sensitive| {
        let found = resolve(&["a=01/b=1", "a=2/b=x"], &declared(kind), Tz::UTC, case_sensitive).unwrap();
        (found.columns[0].1, found.values[0][0].clone(), found.columns[1].1)
    };
    let string = PartitionType::String;
    assert_eq!(
        found(PartitionType::Long, false),
        (PartitionType::Long, PartitionValue::Long(1), string)
    );
    assert_eq!(
        found(string, false),
        (string, PartitionValue::String("01".to_owned()), string)
    );
    assert_eq!(found(PartitionType::Date, false).1, PartitionValue::Null);
    assert_eq!(found(string, true).0, PartitionType::Int);
    assert_eq!(PartitionType::named("bigint"), Some(PartitionType::Long));
    assert_eq!(PartitionType::named("binary"), None);
}

/// Options with one setting changed.
fn under(change: impl FnOnce(&mut crate::settings::ReadSettings)) -> ReadOptions {
    let mut options = ReadOptions::from(Tz::UTC);
    change(&mut options.settings);
    options
}

#[test]
fn without_inference_every_column_is_text_unless_a_catalog_declares_it() {
    let options = under(|settings| settings.infer_partition_types = false);
    let declared = [("b".to_owned(), PartitionType::Int)];
    let found = resolve(
        &["a=01/b=2", "a=1/b=__HIVE_DEFAULT_PARTITION__"],
        &declared,
        options,
        false,
    )
    .unwrap();
    let text = |text: &str| PartitionValue::String(text.to_owned());
    assert_eq!(found.columns[0], ("a".to_owned(), PartitionType::String));
    assert_eq!(found.values[0], [text("01"), PartitionValue::Int(2)]);
    assert_eq!(found.values[1], [text("1"), PartitionValue::Null]);
}

#[test]
fn timestamps_are_local_where_the_session_says_so_and_dates_beside_them_too() {
    let options = under(|settings| settings.local_partition_timestamps = true);
    let found = resolve(&["t=1970-01-01 00%3A00%3A01", "t=1970-01-02"], &[], options, false).unwrap();
    assert_eq!(found.columns, [("t".to_owned(), PartitionType::LocalTimestamp)]);
    assert_eq!(found.values[0], [PartitionValue::Timestamp(1_000_000)]);
    assert_eq!(found.values[1], [PartitionValue::Timestamp(DAY_MICROS)]);
}

#[test]
fn what_the_old_parser_may_read_otherwise_is_refused_and_nothing_else() {
    let options = under(|settings| settings.old_time_parser = true);
    let of = |folder: &str| resolve(&[folder], &[], options, false);
    for folder in [
        "p=2020-1-1",
        "p=2020-01-01",
        "p=2020-01-01x",
        "p=2020-01-01 10%3A00%3A00",
    ] {
        assert!(
            matches!(of(folder), Err(PartitionError::OldTimeParser { .. })),
            "{folder}"
        );
    }
    for folder in ["p=20200101", "p=-1", "p=1.5", "p=a-b", "p=__HIVE_DEFAULT_PARTITION__"] {
        assert!(of(folder).is_ok(), "{folder}");
    }
}
