//! Days, instants and local times: the parts of `java.time` and `java.util` on which Spark's meaning of a date rests.
//!
//! # Zones
//!
//! A local time becomes an instant as `java.time` does it: of two possible offsets the earlier one counts, and a local
//! time that the clocks skipped moves forward by as much as they did. Before a zone's first recorded transition its
//! local mean time holds (Amsterdam was 17 minutes and 30 seconds ahead), also here.
//!
//! The compiled-in rules end with the year 2099; `java.time` carries the last rule on for ever. Later years are
//! therefore looked up in an earlier one whose first of March is the same day of the week: every rule in force names
//! days of the week in March to December. The years used for that are the last ones before the end, because a few
//! zones list their dates one by one until 2087.
//!
//! All sums are done in 64 or 128 bits by hand instead of in `chrono`, whose years end at ±262,143: a timestamp of 64
//! bits of microseconds reaches further. What exceeds the result's type stops at its end.
//!
//! # The hybrid calendar
//!
//! Spark 2 and Hive wrote dates in the calendar of `java.util`: Julian until 1582-10-04, Gregorian from the following
//! day, called 1582-10-15. Spark 3 reads such a file by keeping the *name* of the day and the time of day: what was
//! written as 1500-03-01 is 1500-03-01 again, though that is another day by now. A name that the Gregorian calendar
//! lacks (1500-02-29) becomes the day after.
//!
//! For timestamps the zone takes part, as the name belongs to a local time. Here `java.util` and `java.time` disagree
//! even where the calendars agree: `java.util` knows no local mean time. Before 1900 it uses the zone's present
//! standard offset, so an old timestamp in Los Angeles also moves by 7 minutes and 2 seconds. From 1900-01-01 on (UTC)
//! nothing moves in any zone.
//!
//! Spark does not ask `java.util` at run time: for the zones it knows it uses a table made in advance. Where the zone
//! data have changed since then, what the table says counts: [`OTHER_ZONES`].

use crate::spark::zone::Zone;
use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{GapInfo, OffsetComponents, Tz};

const DAY_SECONDS: i64 = 86_400;
const MICROS: i64 = 1_000_000;

/// First day of the Gregorian part of the hybrid calendar, 1582-10-15.
const CUTOVER_DAY: i32 = -141_427;

/// 1900-01-01T00:00:00Z, from which on the hybrid calendar of every zone agrees with `java.time`.
const REBASE_END: i64 = -2_208_988_800;

/// Before this instant (in the year -1199) every zone has its first offset.
const FIRST_SECOND: i64 = -100_000_000_000;

/// 2098-01-01; what is later is looked up in one of [`RULE_YEARS`].
const RULED_FROM: i64 = 4_039_372_800;

/// No sum below overflows up to here, three thousand million years from now.
const LAST_SECOND: i64 = 100_000_000_000_000_000;

/// Years in which every zone follows the rule that it will follow for ever.
const RULE_YEARS: std::ops::Range<i64> = 2088..2098;

/// Zones in which the hybrid calendar moves instants otherwise than today's zone data tell: name, standard offset
/// before 1900, and until which instant it differs from the local mean time by how much; all in seconds, sorted by
/// name.
///
/// Most have changed their standard offset since the table was made, or their local mean time was found to be another.
/// For Ireland and Morocco the zone data tell winter or Ramadan as negative summer time, which `java.util` does not.
#[rustfmt::skip]
const OTHER_ZONES: &[OtherZone] = &[
    ("Africa/Blantyre", 7_200, &[(REBASE_END, -620)]),
    ("Africa/Bujumbura", 7_200, &[(REBASE_END, -620)]),
    ("Africa/Casablanca", 0, &[(REBASE_END, 1_820)]),
    ("Africa/El_Aaiun", 0, &[(REBASE_END, 3_168)]),
    ("Africa/Gaborone", 7_200, &[(REBASE_END, -620)]),
    ("Africa/Harare", 7_200, &[(REBASE_END, -620)]),
    ("Africa/Kigali", 7_200, &[(REBASE_END, -620)]),
    ("Africa/Lubumbashi", 7_200, &[(REBASE_END, -620)]),
    ("Africa/Lusaka", 7_200, &[(REBASE_END, -620)]),
    ("Africa/Maputo", 7_200, &[(REBASE_END, -620)]),
    ("America/Asuncion", -14_400, &[(REBASE_END, -560)]),
    ("America/Chihuahua", -25_200, &[(REBASE_END, 260)]),
    ("America/Godthab", -10_800, &[(REBASE_END, 1_616)]),
    ("America/Matamoros", -21_600, &[(REBASE_END, 2_400)]),
    ("America/Nipigon", -18_000, &[(-2_366_734_016, 3_184)]),
    ("America/Nuuk", -10_800, &[(REBASE_END, 1_616)]),
    ("America/Ojinaga", -25_200, &[(REBASE_END, -140)]),
    ("America/Rainy_River", -21_600, &[(-2_366_732_504, 1_096)]),
    ("America/Scoresbysund", -3_600, &[(REBASE_END, 1_672)]),
    ("America/Thunder_Bay", -18_000, &[(-2_366_737_380, 3_420), (REBASE_END, 3_600)]),
    ("America/Yellowknife", -25_200, &[(REBASE_END, -25_200)]),
    ("Antarctica/Casey", 39_600, &[(REBASE_END, 39_600)]),
    ("Antarctica/Vostok", 21_600, &[(REBASE_END, 580)]),
    ("Asia/Almaty", 21_600, &[(REBASE_END, 3_132)]),
    ("Asia/Amman", 7_200, &[(REBASE_END, -1_424)]),
    ("Asia/Choibalsan", 28_800, &[(REBASE_END, 1_320)]),
    ("Asia/Damascus", 7_200, &[(REBASE_END, -1_512)]),
    ("Asia/Manila", 28_800, &[(-3_944_620_800, 86_160), (-2_229_321_840, -240)]),
    ("Asia/Qostanay", 21_600, &[(REBASE_END, 6_332)]),
    ("CET", 3_600, &[]),
    ("CST6CDT", -21_600, &[]),
    ("EET", 7_200, &[]),
    ("EST", -18_000, &[]),
    ("EST5EDT", -18_000, &[]),
    ("Eire", 0, &[(REBASE_END, 1_521)]),
    ("Europe/Dublin", 0, &[(REBASE_END, 1_521)]),
    ("Europe/Uzhgorod", 7_200, &[(-2_500_943_352, 1_848), (REBASE_END, 3_600)]),
    ("Europe/Zaporozhye", 7_200, &[(-2_840_148_040, -1_240), (REBASE_END, -1_200)]),
    ("HST", -36_000, &[]),
    ("MET", 3_600, &[]),
    ("MST", -25_200, &[]),
    ("MST7MDT", -25_200, &[]),
    ("PST8PDT", -28_800, &[]),
    ("WET", 0, &[]),
];

type OtherZone = (&'static str, i32, &'static [(i64, i32)]);

/// Year, month (1 to 12) and day (1 to 31) of the proleptic Gregorian calendar; `days` counts from 1970-01-01. There is
/// a year 0, before it come negative ones.
pub fn civil_from_days(days: i128) -> (i128, u8, u8) {
    // Counted from 0000-03-01 the leap day ends a year, and 400 years are one cycle of 146,097 days.
    let shifted = days.saturating_add(719_468);
    let (cycle, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let (month, day) = month_and_day(day - (365 * year + year / 4 - year / 100));
    (year + cycle * 400 + i128::from(month <= 2), month, day)
}

/// Month and day from the number of days since the first of March.
fn month_and_day(day_of_year: i128) -> (u8, u8) {
    let months = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months + 2) / 5 + 1;
    // Both are small: months is 0 to 11, the day 1 to 31.
    ((if months < 10 { months + 3 } else { months - 9 }) as u8, day as u8)
}

/// Days since 1970-01-01 of a day of the proleptic Gregorian calendar. A day past the end of its month counts on into
/// the next.
pub fn days_from_civil(year: i64, month: u8, day: u8) -> i64 {
    let (year, month) = (i128::from(year), i128::from(month));
    let year = if month <= 2 { year - 1 } else { year };
    let (cycle, of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i128::from(day) - 1;
    let days = cycle * 146_097 + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + day_of_year - 719_468;
    saturate(days)
}

/// The offset that the zone's clocks add to UTC at an instant, in seconds.
pub fn offset_at(instant_seconds: i64, zone: impl Into<Zone>) -> i32 {
    let zone = match zone.into() {
        Zone::Fixed(offset) => return offset,
        Zone::Named(zone) => zone,
    };
    let (seconds, _) = within_rules(instant_seconds);
    let Some(instant) = naive(seconds) else { return 0 };
    zone.offset_from_utc_datetime(&instant).fix().local_minus_utc()
}

/// The local time that the zone's clocks show at an instant, as microseconds since 1970-01-01 00:00:00 local time.
pub fn instant_to_local_micros(instant_micros: i64, zone: impl Into<Zone>) -> i64 {
    let offset = offset_at(instant_micros.div_euclid(MICROS), zone);
    instant_micros.saturating_add(i64::from(offset) * MICROS)
}

/// The instant of a local time, as `java.time` finds it: a time that occurs twice means the first, a time that is
/// skipped moves forward by the length of the gap.
pub fn local_to_instant_micros(local_micros: i64, zone: impl Into<Zone>) -> i64 {
    let offset = offset_of_local(local_micros.div_euclid(MICROS), zone);
    local_micros.saturating_sub(i64::from(offset) * MICROS)
}

/// The offset that [`local_to_instant_micros`] takes off a local time, in seconds.
pub fn offset_of_local(local_seconds: i64, zone: impl Into<Zone>) -> i32 {
    match Local::find(local_seconds, zone.into()) {
        Local::Once { offset } | Local::Skipped { offset, .. } | Local::Twice { first: offset, .. } => offset,
    }
}

/// The instant at which a day begins in the zone: the first of two midnights, or the end of the gap that swallows
/// midnight. That end is not always what [`local_to_instant_micros`] gives for 00:00: in Toronto the last day of March
/// 1919 began at 00:30.
pub fn midnight_micros(days: i32, zone: impl Into<Zone>) -> i64 {
    midnight_seconds(days, zone).saturating_mul(MICROS)
}

/// [`midnight_micros`] in seconds, which 64 bits hold for every day.
pub fn midnight_seconds(days: i32, zone: impl Into<Zone>) -> i64 {
    let local_seconds = i64::from(days) * DAY_SECONDS;
    match Local::find(local_seconds, zone.into()) {
        Local::Once { offset } | Local::Twice { first: offset, .. } => local_seconds - i64::from(offset),
        Local::Skipped { end_instant, .. } => end_instant,
    }
}

/// The day of the proleptic Gregorian calendar that has the name of `days` in the hybrid calendar.
pub fn rebase_days(days: i32) -> i32 {
    i32::try_from(rebase_day(i64::from(days))).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX })
}

fn rebase_day(days: i64) -> i64 {
    if days >= i64::from(CUTOVER_DAY) {
        return days;
    }
    // Julian: counted from 0000-03-01, four years are one cycle of 1,461 days.
    let shifted = days + 719_470;
    let (cycle, day) = (shifted.div_euclid(1_461), shifted.rem_euclid(1_461));
    let year = (day - day / 1_460) / 365;
    let (month, day_of_month) = month_and_day(i128::from(day - 365 * year));
    days_from_civil(cycle * 4 + year + i64::from(month <= 2), month, day_of_month)
}

/// The instant at which the clocks of `java.time` show what those of the hybrid calendar show at `micros`.
///
/// Where two instants show the same, the later one is meant, because before 1900 the hybrid calendar knows no summer
/// time.
pub fn rebase_micros(micros: i64, zone: impl Into<Zone>) -> i64 {
    let zone = zone.into();
    let instant = micros.div_euclid(MICROS);
    if instant >= REBASE_END {
        return micros;
    }
    let other = match zone {
        Zone::Named(zone) => OTHER_ZONES.binary_search_by_key(&zone.name(), |&(name, ..)| name).ok(),
        Zone::Fixed(_) => None,
    };
    let other = other.map(|at| OTHER_ZONES[at]);
    let standard = other.map_or_else(|| last_standard_offset(zone), |(_, standard, _)| standard);
    let hybrid_local = instant + i64::from(standard);
    let days = rebase_day(hybrid_local.div_euclid(DAY_SECONDS));
    let local = days * DAY_SECONDS + hybrid_local.rem_euclid(DAY_SECONDS);
    let rebased = match other {
        Some((_, _, steps)) => {
            let step = steps.iter().find(|&&(until, _)| instant < until);
            local - i64::from(standard) + i64::from(step.map_or(0, |&(_, difference)| difference))
        }
        None => match Local::find(local, zone) {
            Local::Once { offset } | Local::Skipped { offset, .. } | Local::Twice { second: offset, .. } => {
                local - i64::from(offset)
            }
        },
    };
    saturate(i128::from(rebased) * i128::from(MICROS) + i128::from(micros.rem_euclid(MICROS)))
}

/// The offset that the hybrid calendar uses before 1900 in all but [`OTHER_ZONES`].
fn last_standard_offset(zone: Zone) -> i32 {
    let zone: Tz = match zone {
        Zone::Fixed(offset) => return offset,
        Zone::Named(zone) => zone,
    };
    let late = days_from_civil(RULE_YEARS.end - 1, 1, 1) * DAY_SECONDS;
    let Some(instant) = naive(late) else { return 0 };
    let offset = zone.offset_from_utc_datetime(&instant);
    i32::try_from(offset.base_utc_offset().num_seconds()).unwrap_or(0)
}

/// How a local time lies on a zone's time line; offsets in seconds.
enum Local {
    /// The usual case.
    Once { offset: i32 },
    /// The clocks were turned back over it: the offsets before and after.
    Twice { first: i32, second: i32 },
    /// The clocks were turned forward over it: the offset before, and the instant at which they were turned.
    Skipped { offset: i32, end_instant: i64 },
}

impl Local {
    fn find(local_seconds: i64, zone: Zone) -> Local {
        let zone = match zone {
            Zone::Fixed(offset) => return Local::Once { offset },
            Zone::Named(zone) => zone,
        };
        let (seconds, moved) = within_rules(local_seconds);
        let Some(local) = naive(seconds) else {
            return Local::Once { offset: 0 };
        };
        match zone.offset_from_local_datetime(&local) {
            LocalResult::Single(offset) => Local::Once {
                offset: offset.fix().local_minus_utc(),
            },
            LocalResult::Ambiguous(first, second) => Local::Twice {
                first: first.fix().local_minus_utc(),
                second: second.fix().local_minus_utc(),
            },
            LocalResult::None => {
                let begin = GapInfo::new(&local, &zone).and_then(|gap| gap.begin);
                let Some((begin, before)) = begin else {
                    return Local::Once { offset: 0 };
                };
                let offset = before.fix().local_minus_utc();
                let end_instant = begin.and_utc().timestamp() - i64::from(offset);
                Local::Skipped {
                    offset,
                    end_instant: end_instant.saturating_add(moved),
                }
            }
        }
    }
}

/// A moment at which the compiled-in rules say what holds at `seconds`, and how far it was moved.
fn within_rules(seconds: i64) -> (i64, i64) {
    if seconds < FIRST_SECOND {
        return (FIRST_SECOND, seconds.saturating_sub(FIRST_SECOND));
    }
    if seconds < RULED_FROM {
        return (seconds, 0);
    }
    let seconds = seconds.min(LAST_SECOND);
    let (year, ..) = civil_from_days(i128::from(seconds.div_euclid(DAY_SECONDS)));
    let march = days_from_civil(saturate(year), 3, 1);
    for alike in RULE_YEARS {
        let days = march - days_from_civil(alike, 3, 1);
        if days % 7 == 0 {
            return (seconds - days * DAY_SECONDS, days * DAY_SECONDS);
        }
    }
    (seconds, 0)
}

fn naive(seconds: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp(seconds, 0).map(|instant| instant.naive_utc())
}

fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
