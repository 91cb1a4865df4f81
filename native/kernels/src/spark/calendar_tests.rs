//! Expected values were taken from Spark 3.5.6 on Java 17, whose zone data are 2025a as well.

use super::*;
use crate::generated;
use proptest::prelude::*;

fn zone(name: &str) -> Tz {
    name.parse().unwrap()
}

#[test]
fn days_and_names_of_days_agree() {
    for (days, name) in [
        (0, (1970, 1, 1)),
        (-719_163, (0, 12, 31)),
        (-719_529, (-1, 12, 31)),
        (2_932_897, (10_000, 1, 1)),
        (i128::from(i32::MAX), (5_881_580, 7, 11)),
        (i128::from(i32::MIN), (-5_877_641, 6, 23)),
        (11_016, (2000, 2, 29)),
    ] {
        assert_eq!(civil_from_days(days), name);
    }
    assert_eq!(days_from_civil(1000, 2, 29), days_from_civil(1000, 3, 1));
    assert_eq!(days_from_civil(2098, 1, 1) * DAY_SECONDS, RULED_FROM);
}

#[test]
fn days_rebase_by_their_name() {
    for (hybrid, gregorian) in [
        (-141_428, -141_438),
        (-141_427, -141_427),
        (-171_595, -171_605),
        (-171_596, -171_605), // 1500-02-29, which the Gregorian calendar lacks
        (-354_285, -354_290),
        (-682_945, -682_944),
        (-719_164, -719_162),
        (-719_893, -719_891),
        (-1_121_294, -1_121_283),
        (i32::MIN, -2_147_439_564),
        (0, 0),
        (i32::MAX, i32::MAX),
    ] {
        assert_eq!(rebase_days(hybrid), gregorian, "{hybrid}");
    }
}

#[test]
fn instants_rebase_by_their_local_name() {
    for (name, hybrid, gregorian) in [
        ("America/Los_Angeles", -12_243_196_799_876_544, -12_244_061_221_876_544),
        ("UTC", -12_243_196_799_876_544, -12_244_060_799_876_544),
        ("Asia/Tokyo", -2_300_000_000_000_001, -2_300_000_000_000_001),
        ("Europe/Paris", -2_486_682_111_000_001, -2_486_679_072_000_001),
        ("Africa/Algiers", -2_486_682_112_000_000, -2_486_679_244_000_000),
        ("Africa/Algiers", -2_486_682_111_000_000, -2_486_679_243_000_000),
        ("UTC", -64_000_000_000_000_000, -63_999_827_200_000_000),
        ("America/New_York", -70_000_000_000_123_456, -69_999_654_638_123_456),
        ("UTC", -2_208_988_800_000_001, -2_208_988_800_000_001),
        ("Europe/Paris", 0, 0),
        ("UTC", i64::MAX, i64::MAX),
    ] {
        assert_eq!(rebase_micros(hybrid, zone(name)), gregorian, "{name} {hybrid}");
    }
}

#[test]
fn zones_whose_data_changed_rebase_by_the_table() {
    for (name, hybrid, gregorian) in [
        ("Europe/Dublin", -30_000_000_000_000_000, -30_000_516_879_000_000),
        ("Asia/Almaty", -2_300_000_000_000_000, -2_299_996_868_000_000),
        ("Asia/Manila", -3_944_620_800_000_001, -3_944_534_640_000_001),
    ] {
        assert_eq!(rebase_micros(hybrid, zone(name)), gregorian, "{name} {hybrid}");
    }
    assert!(OTHER_ZONES.windows(2).all(|two| two[0].0 < two[1].0));
    assert!(OTHER_ZONES.iter().all(|&(name, ..)| name.parse::<Tz>().is_ok()));
}

#[test]
fn local_times_become_instants_as_java_time_does_it() {
    for (name, local, instant) in [
        ("America/Los_Angeles", 1_425_781_800, 1_425_810_600), // skipped
        ("America/Los_Angeles", 1_446_341_400, 1_446_366_600), // twice
        ("America/Los_Angeles", -62_135_596_800, -62_135_568_422), // local mean time
        ("Asia/Kolkata", -3_776_093_695, -3_776_114_903),
        ("Pacific/Apia", 1_325_246_400, 1_325_282_400), // a whole day skipped
        ("Africa/Monrovia", 63_591_600, 63_594_270),
        ("Europe/Paris", 32_520_484_800, 32_520_477_600), // in the summer of 3000
        ("Australia/Sydney", 5_680_281_600, 5_680_242_000),
    ] {
        assert_eq!(
            local_to_instant_micros(local * MICROS + 7, zone(name)),
            instant * MICROS + 7,
            "{name} {local}"
        );
    }
}

#[test]
fn days_begin_when_java_time_says() {
    for (name, days, instant) in [
        ("America/Toronto", -18_539, -1_601_753_400_000_000), // clocks went from 23:30 to 00:30
        ("Pacific/Apia", 15_338, 1_325_239_200_000_000),
        ("America/Sao_Paulo", 17_839, 1_541_300_400_000_000), // no midnight
        ("America/Havana", 17_839, 1_541_304_000_000_000),    // two midnights
        ("Europe/Amsterdam", -62_091, -5_364_663_450_000_000),
        ("UTC", 18_262, 1_577_836_800_000_000),
        ("America/Los_Angeles", 193_760, 16_740_889_200_000_000),
        ("Asia/Gaza", 33_389, 2_884_798_800_000_000),
        ("UTC", i32::MAX, i64::MAX),
        ("UTC", i32::MIN, i64::MIN),
    ] {
        assert_eq!(midnight_micros(days, zone(name)), instant, "{name} {days}");
    }
}

#[test]
fn the_first_offset_of_a_zone_is_its_local_mean_time() {
    assert_eq!(offset_at(-62_135_596_800, zone("America/Los_Angeles")), -28_378);
    assert_eq!(offset_at(i64::MIN, zone("Asia/Kolkata")), 21_208);
    assert_eq!(offset_at(i64::MIN, zone("UTC")), 0);
}

#[test]
fn every_weekday_of_the_first_of_march_has_a_year_of_rules() {
    let weekdays: std::collections::BTreeSet<i64> = RULE_YEARS
        .map(|year| days_from_civil(year, 3, 1).rem_euclid(7))
        .collect();
    assert_eq!(weekdays.len(), 7);
}

proptest! {
    #![proptest_config(generated::cases(256))]

    #[test]
    fn days_survive_the_way_through_their_names(days in any::<i32>()) {
        let (year, month, day) = civil_from_days(i128::from(days));
        prop_assert_eq!(days_from_civil(i64::try_from(year).unwrap(), month, day), i64::from(days));
    }

    #[test]
    fn instants_survive_the_way_through_local_time_where_no_clock_was_turned(
        instant in -100_000_000_000_000_000_i64..100_000_000_000_000_000,
        at in 0..chrono_tz::TZ_VARIANTS.len(),
    ) {
        let zone = chrono_tz::TZ_VARIANTS[at];
        let (before, after) = (offset_at(instant / MICROS - 200_000, zone), offset_at(instant / MICROS + 200_000, zone));
        prop_assume!(before == after);
        prop_assert_eq!(local_to_instant_micros(instant_to_local_micros(instant, zone), zone), instant);
    }

    #[test]
    fn no_value_overflows(value in any::<i64>(), at in 0..chrono_tz::TZ_VARIANTS.len()) {
        let zone = chrono_tz::TZ_VARIANTS[at];
        for value in [value, i64::MIN, i64::MAX, i64::MIN + value.rem_euclid(100_000), i64::MAX - value.rem_euclid(100_000)] {
            let day = i32::try_from(value >> 32).unwrap();
            let _ = (offset_at(value, zone), instant_to_local_micros(value, zone), local_to_instant_micros(value, zone));
            let _ = (rebase_micros(value, zone), midnight_micros(day, zone), rebase_days(day));
            let _ = (civil_from_days(i128::from(value) << 64), days_from_civil(value, 255, 255));
        }
    }
}
