use super::*;
use crate::generated;
use crate::spark::text;
use chrono_tz::Tz;
use proptest::prelude::*;

fn shown_date(text: &str) -> Option<String> {
    date(text.as_bytes()).map(|days| text::date_text(i64::from(days)))
}

fn shown(text: &str, zone: Zone) -> Option<String> {
    instant_micros(text.as_bytes(), zone).map(|micros| text::timestamp_text(i128::from(micros) * 1000, Zone::UTC))
}

#[test]
fn dates_are_read_as_spark_reads_them() {
    for (text, date) in [
        ("2024-02-29", "2024-02-29"),
        ("2024", "2024-01-01"),
        ("2024 ", "2024-01-01"),
        ("2024-2", "2024-02-01"),
        ("2024-2-9", "2024-02-09"),
        (" \t2024-02-09\n", "2024-02-09"),
        ("2024-02-09 whatever", "2024-02-09"),
        ("2024-02-09T25:61", "2024-02-09"),
        ("+12024-01-01", "+12024-01-01"),
        ("-0044-03-15", "-0044-03-15"),
        ("0000-01-01", "0000-01-01"),
        ("0002024-01-01", "2024-01-01"),
    ] {
        assert_eq!(shown_date(text).as_deref(), Some(date), "{text}");
    }
    for text in [
        "",
        " ",
        "24-01-01",
        "2024-13-01",
        "2024-02-30",
        "2023-02-29",
        "2024-00-01",
        "2024-01-00",
        "2024-1-001",
        "2024/01/01",
        "20240101",
        "2024-",
        "2024-01-",
        "2024-01 x",
        "2024T",
        "2024-01-01x",
        "12345678",
        "9999999-01-01",
        "today",
        "+-2024",
        "epoch",
        "２０２４",
    ] {
        assert_eq!(shown_date(text), None, "{text}");
    }
}

#[test]
fn timestamps_are_read_as_spark_reads_them() {
    for (text, instant) in [
        ("2024", "2024-01-01 00:00:00"),
        ("2024-3", "2024-03-01 00:00:00"),
        ("2024-03-31", "2024-03-31 00:00:00"),
        ("2024-03-31 1", "2024-03-31 01:00:00"),
        ("2024-03-31T1:2", "2024-03-31 01:02:00"),
        ("2024-03-31 01:02:03", "2024-03-31 01:02:03"),
        (" 2024-03-31 01:02:03.", "2024-03-31 01:02:03"),
        ("2024-03-31 01:02:03.5", "2024-03-31 01:02:03.5"),
        ("2024-03-31 01:02:03.123456789", "2024-03-31 01:02:03.123456"),
        ("2024-03-31 01:02:03Z", "2024-03-31 01:02:03"),
        ("2024-03-31 01:02:03.1+02:00", "2024-03-30 23:02:03.1"),
        ("2024-03-31 01:02:03 -7", "2024-03-31 08:02:03"),
        ("2024-03-31 01:02:03+0530", "2024-03-30 19:32:03"),
        ("2024-03-31 01:02:03+5:30", "2024-03-30 19:32:03"),
        ("2024-03-31 01:02:03 UTC+1", "2024-03-31 00:02:03"),
        ("2024-03-31 03:02:03 Europe/Berlin", "2024-03-31 01:02:03"),
        ("2024-07-01 00:00:00 PST", "2024-07-01 07:00:00"),
        ("2024-07-01 00:00:00 EST", "2024-07-01 05:00:00"),
        ("-0001-01-01 00:00:00", "-0001-01-01 00:00:00"),
        ("+294247-01-10 04:00:54.775807", "+294247-01-10 04:00:54.775807"),
    ] {
        assert_eq!(shown(text, Zone::UTC).as_deref(), Some(instant), "{text}");
    }
    for text in [
        "",
        "2024-03-31T",
        "2024-03-31 24:00:00",
        "2024-03-31 00:60:00",
        "2024-03-31 00:00:60",
        "2024-03-31 00:00Z",
        "2024-03-31 00:00:00.0.0",
        "2024-03-31 00:00:00 Mars/Phobos",
        "2024-03-31 00:00:00+19:00",
        "2024-03-31  00:00:00",
        "2024-03-31 000:00:00",
        "2024-03-31x",
        "12:30:00",
        "T12:30",
        "294247-01-10 04:00:54.775808",
        "1234567-01-01",
        "now",
        "2024-02-30 00:00:00",
        "2024-03-31 :00:00",
    ] {
        assert_eq!(shown(text, Zone::UTC), None, "{text}");
    }
}

#[test]
fn local_times_become_instants_in_the_session_zone() {
    let berlin = Zone::Named(Tz::Europe__Berlin);
    let read = |text| shown(text, berlin).unwrap();
    assert_eq!(read("2024-07-01"), "2024-06-30 22:00:00");
    assert_eq!(read("2024-03-31 02:30:00"), "2024-03-31 01:30:00", "skipped");
    assert_eq!(read("2024-10-27 02:30:00"), "2024-10-27 00:30:00", "twice");
    assert_eq!(read("2024-07-01 00:00:00Z"), "2024-07-01 00:00:00");
    assert_eq!(local_micros(b"1970-01-01 00:00:01 Europe/Berlin"), Some(1_000_000));
    assert_eq!(local_micros(b"1970-01-01 00:00:01 nowhere"), None);
}

#[test]
fn short_names_are_sorted_and_known() {
    assert!(SHORT_NAMES.is_sorted());
    for (short, _) in SHORT_NAMES {
        assert!(zone_of(short).is_some(), "{short}");
    }
}

proptest! {
    #![proptest_config(generated::cases(2000))]

    #[test]
    fn what_is_shown_is_read_again(micros in -62_000_000_000_000_000_i64..250_000_000_000_000_000, days in -700_000_i32..3_600_000) {
        let shown = text::timestamp_text(i128::from(micros) * 1000, Zone::UTC);
        prop_assert_eq!(instant_micros(shown.as_bytes(), Zone::UTC), Some(micros), "{}", shown);
        let shown = text::date_text(i64::from(days));
        prop_assert_eq!(date(shown.as_bytes()), Some(days), "{}", shown);
    }

    #[test]
    fn no_text_is_too_strange(text in prop::collection::vec(prop::sample::select(&b"0123456789+-:. TZ\xff"[..]), 0..24)) {
        let _ = (date(&text), instant_micros(&text, Zone::UTC), local_micros(&text));
    }
}
