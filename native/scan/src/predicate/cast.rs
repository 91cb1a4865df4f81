//! Strings as Spark's casts read them where ANSI mode is off; `None` is their null.

use super::error::PredicateError;
use parity_kernels::calendar::{days_from_civil, local_to_instant_micros};
use parity_kernels::zone::Zone;

const DAY_MICROS: i64 = 86_400_000_000;

/// White space and control characters at both ends do not count.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ' || c == '\u{7f}')
}

/// An integer of so many bits: digits with a sign, of which a fraction is cut off.
pub(super) fn integer(text: &str, bits: u8) -> Option<i64> {
    let text = trimmed(text);
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_number = !unsigned.is_empty() && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if !is_number {
        return None;
    }
    let digits = whole.trim_start_matches('0');
    let size: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let value = if negative { -size } else { size };
    let most = 1i128 << (bits - 1);
    (-most..most)
        .contains(&value)
        .then(|| i64::try_from(value).ok())
        .flatten()
}

/// What `Double.parseDouble` reads, and Spark's words for what is no number.
pub(super) fn double(text: &str) -> Result<Option<f64>, PredicateError> {
    floating(text)
}

/// The same for a float.
pub(super) fn float(text: &str) -> Result<Option<f32>, PredicateError> {
    floating(text)
}

fn floating<T: std::str::FromStr>(text: &str) -> Result<Option<T>, PredicateError> {
    let plain = text.trim_matches(|c| c <= ' ');
    let (sign, unsigned) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.strip_prefix('+').unwrap_or(plain)),
    };
    if unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        return Err(PredicateError::NoRule {
            what: format!("the hexadecimal number '{text}' is not supported"),
            hint: "write it in decimal digits".to_owned(),
        });
    }
    let number = unsigned.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(unsigned);
    if number.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Ok(format!("{sign}{number}").parse().ok());
    }
    let has_sign = plain.len() > unsigned.len();
    let word = match unsigned.to_ascii_lowercase().as_str() {
        "nan" if !has_sign || unsigned == "NaN" => "NaN",
        "inf" | "infinity" => "inf",
        _ => return Ok(None),
    };
    Ok(format!("{sign}{word}").parse().ok())
}

/// True or false in one of Spark's words.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match trimmed(text).to_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Days since 1970-01-01 of `yyyy`, `yyyy-[m]m` or `yyyy-[m]m-[d]d`, the last with anything behind a space or a `T`.
pub(super) fn date(text: &str) -> Option<i32> {
    let bytes = trimmed(text).as_bytes();
    let (sign, rest) = signed(bytes);
    let mut segments = [1i64; 3];
    let mut segment = 0;
    let mut number = Digits::default();
    let mut at = 0;
    while let Some(&byte) = rest.get(at).filter(|&&b| b != b' ' && b != b'T') {
        if segment < 2 && byte == b'-' {
            segments[segment] = number.taken(segment, 7)?;
            segment += 1;
        } else {
            number.push(byte)?;
        }
        at += 1;
    }
    segments[segment] = number.taken(segment, 7)?;
    if bytes.is_empty() || (segment < 2 && at < rest.len()) {
        return None;
    }
    day(sign * segments[0], segments[1], segments[2])
}

fn signed(bytes: &[u8]) -> (i64, &[u8]) {
    match bytes.first() {
        Some(b'-') => (-1, &bytes[1..]),
        Some(b'+') => (1, &bytes[1..]),
        _ => (1, bytes),
    }
}

/// A number that is being read.
#[derive(Default)]
struct Digits {
    value: i64,
    count: usize,
}

impl Digits {
    fn push(&mut self, byte: u8) -> Option<()> {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        self.value = self.value.wrapping_mul(10).wrapping_add(digit);
        self.count += 1;
        Some(())
    }

    /// The number, if a year (segment 0) has four to so many digits, and anything else one or two.
    fn taken(&mut self, segment: usize, most_of_year: usize) -> Option<i64> {
        let Digits { value, count } = std::mem::take(self);
        let fits = if segment == 0 {
            (4..=most_of_year).contains(&count)
        } else {
            (1..=2).contains(&count)
        };
        fits.then_some(value)
    }
}

/// The day of a date that exists.
fn day(year: i64, month: i64, day: i64) -> Option<i32> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    i32::try_from(days_from_civil(year, month as u8, day as u8)).ok()
}

/// A time as text tells it.
struct Moment {
    /// Microseconds since 1970-01-01 00:00:00 on some clock.
    local_micros: i64,
    /// The clock, where the text tells it.
    zone: Option<Zone>,
}

/// Microseconds since 1970-01-01T00:00:00Z; `zone` is the session's.
pub(super) fn timestamp(text: &str, zone: Zone) -> Result<Option<i64>, PredicateError> {
    let moment = moment(text)?;
    Ok(moment.and_then(|moment| {
        let micros = local_to_instant_micros(moment.local_micros, moment.zone.unwrap_or(zone));
        (micros != i64::MAX && micros != i64::MIN).then_some(micros)
    }))
}

/// Microseconds since 1970-01-01 00:00:00 local time; a zone in the text is left aside.
pub(super) fn timestamp_ntz(text: &str) -> Result<Option<i64>, PredicateError> {
    Ok(moment(text)?.map(|moment| moment.local_micros))
}

/// `yyyy[-[m]m[-[d]d]]`, then behind a space or a `T` `[h]h[:[m]m[:[s]s[.fraction]]]`, the last with a zone.
fn moment(text: &str) -> Result<Option<Moment>, PredicateError> {
    let plain = trimmed(text);
    let is_only_time = plain
        .strip_prefix('T')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        || plain
            .find(|c: char| !c.is_ascii_digit())
            .is_some_and(|at| at > 0 && plain[at..].starts_with(':'));
    if is_only_time {
        return Err(PredicateError::NoRule {
            what: format!("'{text}' is a time of the current day, which is not supported"),
            hint: "write the date too".to_owned(),
        });
    }
    let Some((segments, fraction, zone)) = segments(plain) else {
        return Ok(None);
    };
    let [year, month, of_month, hour, minute, second] = segments;
    let zone = match zone.map(str::trim) {
        None => None,
        Some(name) => Some(name.parse::<Zone>().map_err(|_| PredicateError::NoRule {
            what: format!("{name} in '{text}' is not a time zone that is known"),
            hint: "write an offset such as +02:00, or a name such as Europe/Berlin".to_owned(),
        })?),
    };
    if hour > 23 || minute > 59 || second > 59 {
        return Ok(None);
    }
    let micros = || {
        let days = i64::from(day(year, month, of_month)?);
        let of_day = ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction;
        days.checked_mul(DAY_MICROS)?.checked_add(of_day)
    };
    Ok(micros().map(|local_micros| Moment { local_micros, zone }))
}

/// Year, month, day, hour, minute and second, the microseconds of the second, and the zone.
fn segments(plain: &str) -> Option<([i64; 6], i64, Option<&str>)> {
    let (sign, rest) = signed(plain.as_bytes());
    let start = plain.len() - rest.len();
    let mut segments = [1, 1, 1, 0, 0, 0];
    let mut segment = 0;
    let mut number = Digits::default();
    for (at, &byte) in rest.iter().enumerate() {
        if byte.is_ascii_digit() {
            number.push(byte)?;
            continue;
        }
        segments[segment] = number.taken(segment, 6)?;
        match (segment, byte) {
            (0 | 1, b'-') | (2, b' ' | b'T') | (3 | 4, b':') => segment += 1,
            (5, _) => {
                segments[0] *= sign;
                let rest = &plain[start + at..];
                let Some(fraction) = rest.strip_prefix('.') else {
                    return Some((segments, 0, Some(rest)));
                };
                let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
                let zone = Some(&fraction[digits..]).filter(|zone| !zone.is_empty());
                let micros = format!("{:0<6}", &fraction[..digits.min(6)]);
                return Some((segments, micros.parse().ok()?, zone));
            }
            _ => return None,
        }
    }
    segments[segment] = number.taken(segment, 6)?;
    segments[0] *= sign;
    Some((segments, 0, None))
}
