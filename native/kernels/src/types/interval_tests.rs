use super::*;

/// What `CAST(… AS STRING)` of Spark 3.5.9 says of numbers that are stored as these types.
const SPARK: [(&str, i64, &str); 50] = [
    ("year", 0, "'0' YEAR"),
    ("year", -1, "'-0' YEAR"),
    ("year", 14, "'1' YEAR"),
    ("year", -2_147_483_648, "'-178956970' YEAR"),
    ("month", -14, "'-14' MONTH"),
    ("month", 2_147_483_647, "'2147483647' MONTH"),
    ("year to month", 0, "'0-0' YEAR TO MONTH"),
    ("year to month", 14, "'1-2' YEAR TO MONTH"),
    ("year to month", -1, "'-0-1' YEAR TO MONTH"),
    ("year to month", -12, "'-1-0' YEAR TO MONTH"),
    ("year to month", -2_147_483_648, "'-178956970-8' YEAR TO MONTH"),
    ("day", -1, "'-0' DAY"),
    ("day", 93_784_500_000, "'1' DAY"),
    ("day", i64::MIN, "'-106751991' DAY"),
    ("day to hour", 1, "'0 00' DAY TO HOUR"),
    ("day to hour", -93_784_005_678, "'-1 02' DAY TO HOUR"),
    ("day to hour", i64::MAX, "'106751991 04' DAY TO HOUR"),
    ("day to minute", 59_999_999, "'0 00:00' DAY TO MINUTE"),
    ("day to minute", -3_661_000_001, "'-0 01:01' DAY TO MINUTE"),
    ("day to minute", 8_640_000_000_000, "'100 00:00' DAY TO MINUTE"),
    ("day to second", 0, "'0 00:00:00' DAY TO SECOND"),
    ("day to second", 1, "'0 00:00:00.000001' DAY TO SECOND"),
    ("day to second", -500_000, "'-0 00:00:00.5' DAY TO SECOND"),
    ("day to second", 93_784_005_678, "'1 02:03:04.005678' DAY TO SECOND"),
    ("day to second", -86_400_000_000, "'-1 00:00:00' DAY TO SECOND"),
    ("day to second", i64::MAX, "'106751991 04:00:54.775807' DAY TO SECOND"),
    ("day to second", i64::MIN, "'-106751991 04:00:54.775808' DAY TO SECOND"),
    ("hour", 1, "'00' HOUR"),
    ("hour", 3_600_000_000, "'01' HOUR"),
    ("hour", -93_784_500_000, "'-26' HOUR"),
    ("hour", i64::MAX, "'2562047788' HOUR"),
    ("hour to minute", -3_661_000_001, "'-01:01' HOUR TO MINUTE"),
    ("hour to minute", 86_400_000_000, "'24:00' HOUR TO MINUTE"),
    ("hour to minute", i64::MIN, "'-2562047788:00' HOUR TO MINUTE"),
    ("hour to second", 93_784_500_000, "'26:03:04.5' HOUR TO SECOND"),
    ("hour to second", -1, "'-00:00:00.000001' HOUR TO SECOND"),
    ("hour to second", i64::MAX, "'2562047788:00:54.775807' HOUR TO SECOND"),
    ("minute", -59_999_999, "'-00' MINUTE"),
    ("minute", 60_000_000, "'01' MINUTE"),
    ("minute", 93_784_005_678, "'1563' MINUTE"),
    ("minute to second", 0, "'00:00' MINUTE TO SECOND"),
    ("minute to second", -3_661_000_001, "'-61:01.000001' MINUTE TO SECOND"),
    ("minute to second", 93_784_500_000, "'1563:04.5' MINUTE TO SECOND"),
    (
        "minute to second",
        i64::MIN,
        "'-153722867280:54.775808' MINUTE TO SECOND",
    ),
    ("second", 0, "'00' SECOND"),
    ("second", -500_000, "'-00.5' SECOND"),
    ("second", 1_000_000, "'01' SECOND"),
    ("second", 59_999_999, "'59.999999' SECOND"),
    ("second", 86_400_000_000, "'86400' SECOND"),
    ("second", i64::MAX, "'9223372036854.775807' SECOND"),
];

fn interval(fields: &str) -> Interval {
    Interval::parse(&format!("interval {fields}")).unwrap()
}

#[test]
fn values_are_shown_as_spark_shows_them() {
    for (fields, value, text) in SPARK {
        assert_eq!(
            interval(fields).text(value),
            format!("INTERVAL {text}"),
            "{fields} {value}"
        );
    }
}

#[test]
fn names_are_read_and_written_as_spark_writes_them() {
    for (fields, _, _) in SPARK {
        assert_eq!(interval(fields).to_string(), format!("interval {fields}"));
    }
    for other in [
        "interval",
        "interval week",
        "interval month to year",
        "interval year to day",
        "interval month to second",
        "interval day to day to day",
        "Interval day",
        "integer",
    ] {
        assert_eq!(Interval::parse(other), None, "{other}");
    }
}

#[test]
fn types_widen_to_the_fields_of_both() {
    let widened = |a, b| interval(a).widen(interval(b)).map(|wider| wider.to_string());
    assert_eq!(widened("month", "year").unwrap(), "interval year to month");
    assert_eq!(widened("day to hour", "minute").unwrap(), "interval day to minute");
    assert_eq!(widened("second", "second").unwrap(), "interval second");
    assert_eq!(widened("month", "day"), None);
}
