//! Dates and timestamps as Spark's casts read them from text.
//!
//! ```text
//! date       [+-]YYYY[-M[-D]], after a whole date also a space or T and anything
//! timestamp  [+-]YYYY[-M[-D[( |T)h[:m[:s[.f]][zone]]]]]
//! ```
//!
//! Years have 4 to 7 digits in dates and 4 to 6 in timestamps, other parts one or two; the fraction may have any
//! number, of which six count. A zone stands behind the seconds, with or without a space: `Z`, an offset, a name, or
//! one of Java's short names. Without one the session's zone holds; a local timestamp passes over it.
//!
//! Spark reads a mere time as one of *today* where it expects a timestamp. What depends on the day of the comparison is
//! not read here.

use crate::spark::calendar::{civil_from_days, days_from_civil, offset_of_local};
use crate::spark::trim::trimmed;
use crate::spark::zone::Zone;

const DAY_SECONDS: i64 = 86_400;
const MICROS: i64 = 1_000_000;

/// Names that Java knows beside those of the zone data (`ZoneId.SHORT_IDS`).
const SHORT_NAMES: [(&str, &str); 28] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("EST", "-05:00"),
    ("HST", "-10:00"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("MST", "-07:00"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

/// Days since 1970-01-01.
pub fn date(text: &[u8]) -> Option<i32> {
    let mut rest = trimmed(text);
    let (year, month, day, parts) = civil(&mut rest, 7)?;
    let may_go_on = parts == 3 && matches!(rest.first(), Some(b' ' | b'T'));
    if !rest.is_empty() && !may_go_on {
        return None;
    }
    i32::try_from(days_of(year, month, day)?).ok()
}

/// Microseconds since 1970-01-01 UTC, in the zone that the text names, else in `zone`.
pub(crate) fn instant_micros(text: &[u8], zone: Zone) -> Option<i64> {
    let moment = moment(text)?;
    let local = moment.local_micros?;
    let zone = match moment.zone {
        Some(name) => zone_of(name)?,
        None => zone,
    };
    let seconds = local.div_euclid(i128::from(MICROS));
    let offset = offset_of_local(i64::try_from(seconds).ok()?, zone);
    i64::try_from(local - i128::from(offset) * i128::from(MICROS)).ok()
}

/// Microseconds since 1970-01-01 local time; a zone in the text says nothing.
pub(crate) fn local_micros(text: &[u8]) -> Option<i64> {
    let moment = moment(text)?;
    if let Some(name) = moment.zone {
        zone_of(name)?;
    }
    i64::try_from(moment.local_micros?).ok()
}

/// A text in the form of a timestamp.
#[derive(Debug)]
pub struct Moment<'a> {
    /// Microseconds since 1970-01-01 00:00:00 on the clock of the zone; `None` where no calendar or clock shows such a
    /// time.
    pub local_micros: Option<i128>,
    /// The zone, as it is written.
    pub zone: Option<&'a str>,
}

/// Takes a text apart that has the form of a timestamp.
pub fn moment(text: &[u8]) -> Option<Moment<'_>> {
    let mut rest = trimmed(text);
    let (year, month, day, parts) = civil(&mut rest, 6)?;
    let days = days_of(year, month, day);
    let mut micros = Some(0);
    let mut zone = None;
    if !rest.is_empty() {
        if parts < 3 || !matches!(rest.first(), Some(b' ' | b'T')) {
            return None;
        }
        rest = &rest[1..];
        let (of_day, parts) = clock(&mut rest)?;
        micros = of_day;
        if !rest.is_empty() {
            if parts < 3 {
                return None;
            }
            zone = Some(std::str::from_utf8(rest).ok()?);
        }
    }
    let local = |(days, micros)| i128::from(days) * i128::from(DAY_SECONDS * MICROS) + i128::from(micros);
    Some(Moment {
        local_micros: days.zip(micros).map(local),
        zone,
    })
}

/// Year, month and day from the start of `rest`, and how many of them there were; what follows is left in `rest`.
fn civil(rest: &mut &[u8], most_year_digits: usize) -> Option<(i64, u8, u8, u8)> {
    let sign = match rest.first()? {
        b'-' => -1,
        b'+' => 1,
        _ => 0,
    };
    if sign != 0 {
        *rest = &rest[1..];
    }
    let year = number(rest, 4..=most_year_digits)? * if sign < 0 { -1 } else { 1 };
    let mut parts = [1_u8, 1];
    let mut found = 1;
    for part in &mut parts {
        if rest.first() != Some(&b'-') {
            break;
        }
        *rest = &rest[1..];
        *part = u8::try_from(number(rest, 1..=2)?).ok()?;
        found += 1;
    }
    Some((year, parts[0], parts[1], found))
}

/// Days since 1970-01-01 of a day that there is.
fn days_of(year: i64, month: u8, day: u8) -> Option<i64> {
    if !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let days = days_from_civil(year, month, day);
    (civil_from_days(i128::from(days)) == (i128::from(year), month, day)).then_some(days)
}

/// Microseconds since midnight from the start of `rest`, `None` where no clock shows them, and how many of hours,
/// minutes and seconds there were.
fn clock(rest: &mut &[u8]) -> Option<(Option<i64>, u8)> {
    let mut parts = [number(rest, 1..=2)?, 0, 0];
    let mut found = 1;
    for part in &mut parts[1..] {
        if rest.first() != Some(&b':') {
            break;
        }
        *rest = &rest[1..];
        *part = number(rest, 1..=2)?;
        found += 1;
    }
    let mut micros = 0;
    if found == 3 && rest.first() == Some(&b'.') {
        let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let fraction = &rest[1..=digits];
        *rest = &rest[1 + digits..];
        micros = (0..6).fold(0, |value, place| {
            value * 10 + i64::from(fraction.get(place).map_or(0, |digit| digit - b'0'))
        });
    }
    let [hours, minutes, seconds] = parts;
    let is_time = hours < 24 && minutes < 60 && seconds < 60;
    let of_day = ((hours * 60 + minutes) * 60 + seconds) * MICROS + micros;
    Some((is_time.then_some(of_day), found))
}

/// The number at the start of `rest`, if it has as many digits as `digits` allows; `rest` goes on behind it.
fn number(rest: &mut &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let found = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !digits.contains(&found) {
        return None;
    }
    let (number, after) = rest.split_at(found);
    *rest = after;
    Some(
        number
            .iter()
            .fold(0, |value, digit| value * 10 + i64::from(digit - b'0')),
    )
}

/// A zone behind a time.
fn zone_of(text: &str) -> Option<Zone> {
    let name = text.trim_matches(|c| c <= ' ');
    let long = SHORT_NAMES.binary_search_by_key(&name, |&(short, _)| short);
    long.map_or(name, |at| SHORT_NAMES[at].1).parse().ok()
}

#[cfg(test)]
#[path = "cast_times_tests.rs"]
mod tests;
