//! Strings as Spark's casts read them where ANSI mode is off; `None` is their null.

use super::error::PredicateError;
use parity_kernels::spark::calendar::local_to_instant_micros;
use parity_kernels::spark::cast::{self, Width};
use parity_kernels::spark::cast_times;
use parity_kernels::spark::zone::Zone;

/// White space and control characters at both ends do not count.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ' || c == '\u{7f}')
}

/// An integer of `bits` bits: digits with a sign, of which a fraction is cut off.
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

/// What `Double.parseDouble` reads, and Spark's words for what is not a number.
pub(super) fn double(text: &str) -> Result<Option<f64>, PredicateError> {
    floating(text, Width::Double)
}

/// The same for a float.
pub(super) fn float(text: &str) -> Result<Option<f32>, PredicateError> {
    Ok(floating(text, Width::Float)?.map(|value| value as f32))
}

fn floating(text: &str, width: Width) -> Result<Option<f64>, PredicateError> {
    let unsigned = text.trim_matches(|c| c <= ' ');
    let unsigned = unsigned.strip_prefix(['-', '+']).unwrap_or(unsigned);
    if unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        return Err(PredicateError::NoRule {
            what: format!("the hexadecimal number '{text}' is not supported"),
            hint: "write it in decimal digits".to_owned(),
        });
    }
    Ok(cast::floating(text.as_bytes(), width))
}

/// True or false in one of Spark's words.
pub(super) fn boolean(text: &str) -> Option<bool> {
    cast::boolean(text.as_bytes())
}

/// Days since 1970-01-01 of `yyyy`, `yyyy-[m]m` or `yyyy-[m]m-[d]d`, the last with anything behind a space or a `T`.
pub(super) fn date(text: &str) -> Option<i32> {
    cast_times::date(text.as_bytes())
}

/// Microseconds since 1970-01-01T00:00:00Z; `zone` is the session's.
pub(super) fn timestamp(text: &str, zone: Zone) -> Result<Option<i64>, PredicateError> {
    let Some((local_micros, own)) = moment(text)? else {
        return Ok(None);
    };
    let micros = local_to_instant_micros(local_micros, own.unwrap_or(zone));
    Ok((micros != i64::MAX && micros != i64::MIN).then_some(micros))
}

/// Microseconds since 1970-01-01 00:00:00 local time; a zone in the text is left aside.
pub(super) fn timestamp_ntz(text: &str) -> Result<Option<i64>, PredicateError> {
    Ok(moment(text)?.map(|(local_micros, _)| local_micros))
}

/// Microseconds since 1970-01-01 00:00:00 on some clock, and the clock where the text tells it.
fn moment(text: &str) -> Result<Option<(i64, Option<Zone>)>, PredicateError> {
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
    let Some(moment) = cast_times::moment(plain.as_bytes()) else {
        return Ok(None);
    };
    let zone = moment.zone.map(str::trim).map(|name| {
        name.parse::<Zone>().map_err(|_| PredicateError::NoRule {
            what: format!("{name} in '{text}' is not a time zone that is known"),
            hint: "write an offset such as +02:00, or a name such as Europe/Berlin".to_owned(),
        })
    });
    let zone = zone.transpose()?;
    let local_micros = moment.local_micros.and_then(|micros| i64::try_from(micros).ok());
    Ok(local_micros.map(|micros| (micros, zone)))
}
