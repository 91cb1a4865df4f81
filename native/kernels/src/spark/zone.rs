//! A session time zone as Spark accepts it: a name of the IANA list, or a fixed offset.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use thiserror::Error;

/// A time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Zone {
    /// By name, with the rules of its history.
    Named(Tz),
    /// Seconds added to UTC, always.
    Fixed(i32),
}

impl Zone {
    /// Universal time.
    pub const UTC: Zone = Zone::Named(Tz::UTC);
}

impl From<Tz> for Zone {
    fn from(zone: Tz) -> Self {
        Zone::Named(zone)
    }
}

/// A text that names no time zone.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0} is not a time zone")]
pub struct UnknownZone(pub String);

impl FromStr for Zone {
    type Err = UnknownZone;

    /// `Europe/Berlin`, `UTC`, `Z`, `+05:30`, `+0530`, `-8`, `+01:02:03`, `+010203`, and offsets behind `UTC`, `GMT` or
    /// `UT`, up to 18 hours.
    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        if let Ok(zone) = text.parse::<Tz>() {
            return Ok(Zone::Named(zone));
        }
        if matches!(text, "Z" | "UT") {
            return Ok(Zone::UTC);
        }
        let offset = ["UTC", "GMT", "UT"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix))
            .unwrap_or(text);
        fixed(offset)
            .map(Zone::Fixed)
            .ok_or_else(|| UnknownZone(text.to_owned()))
    }
}

fn fixed(text: &str) -> Option<i32> {
    const MOST: i32 = 18 * 3600;
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| -> Option<i32> {
        let is_number = digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if is_number { part.parse().ok() } else { None }
    };
    let parts: Vec<&str> = match rest.len() {
        4 | 6 if rest.bytes().all(|b| b.is_ascii_digit()) => {
            (0..rest.len()).step_by(2).map(|at| &rest[at..at + 2]).collect()
        }
        _ => rest.split(':').collect(),
    };
    let (hours, minutes, seconds) = match parts[..] {
        [hours] => (number(hours, 1..=2)?, 0, 0),
        [hours, minutes] => (number(hours, 1..=2)?, number(minutes, 1..=2)?, 0),
        [hours, minutes, seconds] => (number(hours, 1..=2)?, number(minutes, 1..=2)?, number(seconds, 2..=2)?),
        _ => return None,
    };
    let total = hours * 3600 + minutes * 60 + seconds;
    (minutes < 60 && seconds < 60 && total <= MOST).then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_offsets_are_zones() {
        let parsed = |text: &str| text.parse::<Zone>();
        assert_eq!(parsed("Europe/Berlin"), Ok(Zone::Named(Tz::Europe__Berlin)));
        assert_eq!(parsed("+05:30"), Ok(Zone::Fixed(19_800)));
        assert_eq!(parsed("-8"), Ok(Zone::Fixed(-28_800)));
        assert_eq!(parsed("GMT+1:5"), Ok(Zone::Fixed(3_900)));
        assert_eq!(parsed("UTC-01:02:03"), Ok(Zone::Fixed(-3_723)));
        assert_eq!(parsed("+0530"), Ok(Zone::Fixed(19_800)));
        assert_eq!(parsed("-010203"), Ok(Zone::Fixed(-3_723)));
        assert_eq!(parsed("Z"), Ok(Zone::UTC));
    }

    #[test]
    fn anything_else_is_not() {
        for text in [
            "",
            "+",
            "5",
            "+19",
            "+18:01",
            "+1:60",
            "+1:00:60",
            "Europe/Atlantis",
            "+-1",
            "UTC5",
            "+1:2:3:4",
            "+053",
            "+0560",
            "+05300",
            "+é1",
        ] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }
}
