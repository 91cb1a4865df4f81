//! Values as text, the way Spark's `CAST(… AS STRING)` shows them.
//!
//! Text is only for people: nothing is ever compared by it. It still has to be exactly Spark's, because a reader takes
//! a value from a report and looks for it in Spark.
//!
//! - **Doubles and floats** have Java's form: plain from 10⁻³ up to 10⁷, else one digit before the point and an
//!   exponent, and always at least one digit after the point. The digits are the fewest that still read back as the
//!   same value; of several such numbers the one nearest to the value, of two equally near ones the even one. That is
//!   what Java promises since version 19. Older ones sometimes print a digit too many; a report must not depend on the
//!   Java that happens to be installed.
//! - **Decimals** are plain, with all digits of their scale. Spark's non-ANSI cast turns to exponents for small ones
//!   (`0E-7`); the same value would look different from column to column.
//! - **Dates and timestamps** follow `java.time`: years have four digits, earlier than year 0 a minus sign, later than
//!   9999 a plus sign. A fraction of a second has no trailing zeros. Years are not bounded.
//! - **Binary** is shown in hexadecimal: Spark's cast reads the bytes as text, where different values may look the
//!   same. Invalid UTF-8 in text is shown with U+FFFD.
//!
//! JSON numbers are a different matter: they are for machines, have no exponent as long as that is reasonable, and no
//! zeros that say nothing.

use std::fmt::{LowerExp, Write};
use std::str::FromStr;

use crate::spark::zone::Zone;

use crate::spark::calendar::{civil_from_days, offset_at};

const DAY_NANOS: i128 = 86_400_000_000_000;
const SECOND_NANOS: i128 = 1_000_000_000;

/// Decimals with more places than this are shown with an exponent, whatever their type claims: nobody reads more zeros
/// and a broken scale must not fill the memory.
const MOST_ZEROS: u32 = 1_000;

/// Floating-point numbers of both sizes.
trait Float: LowerExp + FromStr + PartialEq + Copy + Into<f64> {}
impl Float for f32 {}
impl Float for f64 {}

/// A double as Java shows it: `1.0`, `1.0E10`, `1.0E-5`, `NaN`, `-Infinity`, `-0.0`.
pub fn double_text(value: f64) -> String {
    if value.is_finite() {
        java_text(value, value == 0.0)
    } else {
        not_finite(value)
    }
}

/// A float as Java shows it, with the digits that tell it from other floats.
pub fn float_text(value: f32) -> String {
    if value.is_finite() {
        java_text(value, value == 0.0)
    } else {
        not_finite(f64::from(value))
    }
}

fn not_finite(value: f64) -> String {
    let text = if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    text.to_owned()
}

/// The digits that are shown for a double, as one number, and how many of them are behind the point.
pub(crate) fn double_digits(value: f64) -> Option<(i64, i32)> {
    let shown = if value.is_finite() {
        nearest_of_shortest(value)
    } else {
        return None;
    };
    let (digits, exponent) = shown.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let digits = digits
        .strip_prefix('-')
        .unwrap_or(digits)
        .bytes()
        .filter(|&byte| byte != b'.');
    let (mut number, mut behind) = (0_i64, -1 - exponent);
    for digit in digits {
        number = number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
        behind += 1;
    }
    Some((if value < 0.0 { -number } else { number }, behind))
}

fn java_text<T: Float>(value: T, zero: bool) -> String {
    let shortest = nearest_of_shortest(value);
    let (sign, unsigned) = match shortest.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", shortest.as_str()),
    };
    if zero {
        return format!("{sign}0.0");
    }
    let (digits, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (first, rest) = digits.split_once('.').unwrap_or((digits, ""));
    if !(-3..7).contains(&exponent) {
        let rest = if rest.is_empty() { "0" } else { rest };
        return format!("{sign}{first}.{rest}E{exponent}");
    }
    let mut text = sign.to_owned();
    let Ok(whole) = usize::try_from(exponent) else {
        text.push_str("0.");
        text.extend(std::iter::repeat_n('0', exponent.unsigned_abs() as usize - 1));
        text.push_str(first);
        text.push_str(rest);
        return text;
    };
    text.push_str(first);
    let (before, after) = rest.split_at(whole.min(rest.len()));
    text.push_str(before);
    text.extend(std::iter::repeat_n('0', whole - before.len()));
    text.push('.');
    text.push_str(if after.is_empty() { "0" } else { after });
    text
}

/// The shortest digits that read back as `value`, in scientific notation. The standard library finds how many they are
/// but breaks ties its own way; formatting to that many digits again rounds half to even. A single digit counts as two,
/// as Java sees it: the smallest double is `4.9E-324`, not `5.0E-324`.
fn nearest_of_shortest<T: Float>(value: T) -> String {
    let shortest = format!("{value:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    if digits > 1
        && exponent
            .parse()
            .is_ok_and(|exponent: i32| !may_lie_between(value.into(), digits as i32 - 1 - exponent))
    {
        return shortest;
    }
    let places = digits.max(2) - 1;
    let mut nearest = format!("{value:.places$e}");
    if nearest.parse::<T>().ok() != Some(value) {
        return shortest;
    }
    if digits == 1 {
        nearest = nearest.replace(".0e", "e");
    }
    nearest
}

/// Whether a number may lie halfway between two decimal numbers of so many places: only those that are written out with one place
/// more do, and a power of two in the denominator is one place.
fn may_lie_between(value: f64, places: i32) -> bool {
    const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = value.to_bits();
    let biased = (bits >> MANTISSA_BITS & 0x7ff) as i32;
    let fraction = bits & ((1 << MANTISSA_BITS) - 1);
    let (mantissa, exponent) = match biased {
        0 => (fraction, 1),
        _ => (fraction | 1 << MANTISSA_BITS, biased),
    };
    let denominator = 1_075 - exponent - mantissa.trailing_zeros() as i32;
    denominator <= 0 || denominator == places + 1
}

/// A decimal with all digits of its scale: `1.50`, `-0.005`, `12000`.
pub fn decimal_text(mantissa: i128, scale: i32) -> String {
    let digits = mantissa.unsigned_abs().to_string();
    let sign = if mantissa < 0 { "-" } else { "" };
    if scale.unsigned_abs() > MOST_ZEROS {
        return format!("{sign}{digits}E{}", -i64::from(scale));
    }
    let zeros = |count: usize| "0".repeat(count);
    let places = scale.unsigned_abs() as usize;
    if scale <= 0 {
        let appended = if mantissa == 0 { 0 } else { places };
        return format!("{sign}{digits}{}", zeros(appended));
    }
    let padded = format!("{}{digits}", zeros((places + 1).saturating_sub(digits.len())));
    let (whole, fraction) = padded.split_at(padded.len() - places);
    format!("{sign}{whole}.{fraction}")
}

/// A date, given in days since 1970-01-01: `2026-01-31`.
pub fn date_text(days: i64) -> String {
    let mut text = String::with_capacity(10);
    push_date(&mut text, i128::from(days));
    text
}

/// A timestamp in a zone: `2026-01-31 23:59:59.5`. A timestamp without zone is shown with [`Zone::UTC`].
pub fn timestamp_text(nanos_since_epoch: i128, zone: impl Into<Zone>) -> String {
    let seconds = nanos_since_epoch.div_euclid(SECOND_NANOS);
    let clamped = i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX });
    let local = nanos_since_epoch.saturating_add(i128::from(offset_at(clamped, zone)) * SECOND_NANOS);
    let mut text = String::with_capacity(29);
    push_date(&mut text, local.div_euclid(DAY_NANOS));
    text.push(' ');
    push_time(&mut text, local.rem_euclid(DAY_NANOS));
    text
}

/// A time of day: `23:59:59.5`. What is not within a day is shown as hours beyond 23, or with a minus sign.
pub fn time_text(nanos_of_day: i64) -> String {
    let mut text = String::with_capacity(18);
    if nanos_of_day < 0 {
        text.push('-');
    }
    push_time(&mut text, i128::from(nanos_of_day).abs());
    text
}

fn push_date(text: &mut String, days: i128) {
    let (year, month, day) = civil_from_days(days);
    let sign = match year {
        ..0 => "-",
        10_000.. => "+",
        _ => "",
    };
    push(
        text,
        format_args!("{sign}{:04}-{month:02}-{day:02}", year.unsigned_abs()),
    );
}

fn push_time(text: &mut String, nanos: i128) {
    let (seconds, fraction) = (nanos / SECOND_NANOS, nanos % SECOND_NANOS);
    push(
        text,
        format_args!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    );
    if fraction != 0 {
        let digits = format!("{fraction:09}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
}

/// Writing to a string cannot fail.
fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(part);
}

/// Bytes as upper-case hexadecimal digits.
pub fn binary_text(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Text whose bytes may be invalid UTF-8; what is invalid is shown as U+FFFD.
pub fn string_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An exact number as a JSON literal: all its digits, no exponent, no zeros at the end of a fraction.
pub fn exact_number(mantissa: i128, scale: i32) -> String {
    if mantissa == 0 {
        return "0".to_owned();
    }
    let (mut mantissa, mut scale) = (mantissa, scale);
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    decimal_text(mantissa, scale)
}

/// A double as the shortest JSON literal that reads back as the same double; `None` if it is not finite.
///
/// Whole numbers have no `.0`. As in JavaScript an exponent appears from 10²¹ on and below 10⁻⁶, and there is no
/// negative zero.
pub fn double_number(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let size = value.abs();
    Some(if size == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e21).contains(&size) {
        format!("{value}")
    } else {
        format!("{value:e}")
    })
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
