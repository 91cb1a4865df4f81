//! Text read as a value of another type, as Spark's `TRY_CAST` reads it.
//!
//! | type | what is read |
//! |---|---|
//! | boolean | `t`, `true`, `y`, `yes`, `1` and `f`, `false`, `n`, `no`, `0`, in any case |
//! | integers | a sign and digits, nothing else; within the range of the type |
//! | float, double | what Java's `parseFloat` and `parseDouble` read, also `1d` and `0x1p3`; `NaN`, `Inf` and `Infinity` in any case |
//! | decimal | what Java's `BigDecimal` reads, if it fits the type once it is rounded to its scale; the number itself is not rounded |
//! | date, timestamp | [`crate::spark::cast_times`] |
//!
//! White space around a value is overlooked: for numbers with a fraction what Java's `trim` takes off, for everything
//! else control characters as well. Digits are those of ASCII, in a decimal those of other scripts too, as Java reads
//! them.

use crate::spark::cast_times;
use crate::spark::decimal::Decimal;
use crate::spark::numbers::power_of_two;
use crate::spark::trim::{java_trimmed, trimmed};
use crate::spark::zone::Zone;
use crate::types::LeafType;

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reading {
    /// True or false.
    Boolean(bool),
    /// A floating-point number; of type float it is widened.
    Double(f64),
    /// An integer in units of the domain.
    Units(i128),
    /// A decimal that lies between two units.
    Between,
    /// Nothing that the type knows.
    Nothing,
}

/// Reads a text as a value of type `leaf`, in units of 10^-scale where that is a number or a time.
pub(crate) fn read(text: &[u8], leaf: &LeafType, scale: i32, zone: Zone) -> Reading {
    let reading = match leaf {
        LeafType::Boolean => boolean(text).map(Reading::Boolean),
        LeafType::Float => floating(text, Width::Float).map(Reading::Double),
        LeafType::Double => floating(text, Width::Double).map(Reading::Double),
        _ if leaf.is_decimal() => {
            return match decimal(text, leaf) {
                Some(number) => number.units(scale).map_or(Reading::Between, Reading::Units),
                None => Reading::Nothing,
            };
        }
        LeafType::Integer { .. } => integer(text, leaf.signed_bits().unwrap_or(64)).map(Reading::Units),
        LeafType::Date => cast_times::date(text).map(|days| Reading::Units(i128::from(days))),
        LeafType::Timestamp { zoned, .. } => {
            let micros = if *zoned {
                cast_times::instant_micros(text, zone)
            } else {
                cast_times::local_micros(text)
            };
            micros.map(|micros| in_units(micros, scale))
        }
        LeafType::Decimal { .. }
        | LeafType::String
        | LeafType::Binary
        | LeafType::Time { .. }
        | LeafType::Interval(_)
        | LeafType::Void
        | LeafType::Struct(_)
        | LeafType::Nested(_) => None,
    };
    reading.unwrap_or(Reading::Nothing)
}

/// The number that a text says against a decimal type, however many places it has; `None` if `TRY_CAST` gives null.
pub(crate) fn decimal(text: &[u8], leaf: &LeafType) -> Option<Decimal> {
    const MOST_DIGITS: i64 = 38;
    let (precision, scale) = match leaf {
        LeafType::Decimal { precision, scale } => (*precision, i32::from(*scale)),
        _ => (20, 0),
    };
    let number = Decimal::parse(java_trimmed(text)?)?;
    (number.java_whole_digits() <= MOST_DIGITS && number.fits(precision, scale)).then_some(number)
}

/// Domains of times that text meets count microseconds or finer units.
fn in_units(micros: i64, scale: i32) -> Reading {
    Reading::Units(i128::from(micros) * 10_i128.pow(scale.saturating_sub(6).unsigned_abs()))
}

/// True or false in one of Spark's words.
pub fn boolean(text: &[u8]) -> Option<bool> {
    let text = trimmed(text);
    let is_any = |words: [&str; 5]| words.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()));
    if is_any(["t", "true", "y", "yes", "1"]) {
        Some(true)
    } else if is_any(["f", "false", "n", "no", "0"]) {
        Some(false)
    } else {
        None
    }
}

fn integer(text: &[u8], bits: u8) -> Option<i128> {
    let text = trimmed(text);
    let (is_negative, digits) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let size = digits.iter().try_fold(0_i128, |number, digit| {
        number.checked_mul(10)?.checked_add(i128::from(digit - b'0'))
    })?;
    let value = if is_negative { -size } else { size };
    let half = 1_i128 << (bits - 1);
    (-half..half).contains(&value).then_some(value)
}

/// The width of a floating-point type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 32 bits.
    Float,
    /// 64 bits.
    Double,
}

/// Reads what Java reads as a floating-point number, and Spark's words for infinities and NaN.
pub fn floating(text: &[u8], width: Width) -> Option<f64> {
    let text = java_trimmed(text)?;
    let (sign, unsigned) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    let is_signed = unsigned.len() < text.len();
    // Java takes a sign before NaN, Spark any case without one.
    if unsigned == "NaN" || !is_signed && text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    if unsigned.eq_ignore_ascii_case("inf") || unsigned.eq_ignore_ascii_case("infinity") {
        return Some(sign * f64::INFINITY);
    }
    let number = unsigned.strip_suffix(['f', 'F', 'd', 'D']);
    if let Some(hexadecimal) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        // Behind the exponent `f` and `d` are no digits.
        let hexadecimal = hexadecimal.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(hexadecimal);
        return Some(sign * hexadecimal_float(hexadecimal, width)?);
    }
    let number = number.unwrap_or(unsigned);
    // What else the standard library reads: words and signs.
    let is_number = number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    if !is_number || number.starts_with(['+', '-']) {
        return None;
    }
    let size = match width {
        Width::Float => f64::from(number.parse::<f32>().ok()?),
        Width::Double => number.parse::<f64>().ok()?,
    };
    Some(sign * size)
}

/// `1.8p3`: hexadecimal digits and a power of two, which must be there.
fn hexadecimal_float(text: &str, width: Width) -> Option<f64> {
    let (number, exponent) = text.split_once(['p', 'P'])?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // Java takes a point behind the digits, but not one alone.
    if whole.len() + fraction.len() == 0 {
        return None;
    }
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Larger exponents make zeros and infinities all the same.
    const MOST: i64 = 1 << 40;
    let size = digits.parse::<i64>().unwrap_or(MOST).min(MOST);
    let mut exponent = if exponent.starts_with('-') { -size } else { size };
    exponent -= 4 * i64::try_from(fraction.len()).ok()?;
    let mut bits = 0_u128;
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = u128::from(digit.to_digit(16)?);
        if bits >> 124 == 0 {
            bits = bits << 4 | digit;
        } else {
            // Beyond 128 bits it only matters whether there is anything.
            bits |= u128::from(digit != 0);
            exponent += 4;
        }
    }
    Some(rounded(bits, exponent, width))
}

/// The float nearest to `bits * 2^exponent`, ties to even.
fn rounded(bits: u128, exponent: i64, width: Width) -> f64 {
    let (precision, lowest, most) = match width {
        Width::Float => (24, -149, f64::from(f32::MAX)),
        Width::Double => (53, -1074, f64::MAX),
    };
    if bits == 0 {
        return 0.0;
    }
    let length = i64::from(128 - bits.leading_zeros());
    let unit = (exponent + length - precision).max(lowest);
    let mut units = bits;
    let mut power = exponent;
    if unit > exponent {
        let cut = u32::try_from(unit - exponent).unwrap_or(u32::MAX);
        let kept = bits.checked_shr(cut).unwrap_or(0);
        let rest = bits - kept.checked_shl(cut).unwrap_or(0);
        let half = 1_u128.checked_shl(cut - 1);
        let goes_up = half.is_some_and(|half| rest > half || rest == half && kept & 1 == 1);
        units = kept + u128::from(goes_up);
        power = unit;
    }
    // Both steps are exact, or infinite.
    let mut value = units as f64;
    while power != 0 && value != 0.0 && value.is_finite() {
        let step = power.clamp(-1000, 1000);
        value *= power_of_two(step as i32);
        power -= step;
    }
    if value > most { f64::INFINITY } else { value }
}

#[cfg(test)]
#[path = "cast_tests.rs"]
mod tests;
