//! Decimal numbers of any length, as text writes them.
//!
//! A column's numbers fit 128 bits ([`crate::spark::numbers`]); what a text says may not. Digits are kept as they were
//! written, so that a number can be looked at before anything is multiplied, and arithmetic on it is exact.

use num_bigint::BigInt;
use std::borrow::Cow;

/// Digits after the point beyond this are refused: no column has them, and `1e-999999999` must not fill the memory.
const MOST_PLACES: i64 = 1_000;

/// The zeros of all scripts but ASCII whose digits Java's `BigDecimal` reads: those of the Basic Multilingual Plane.
#[rustfmt::skip]
const ZEROS: [u32; 36] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
    0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/// A decimal number: its digits times a power of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    /// Neither the first nor the last is `0`; zero has none.
    digits: String,
    exponent: i64,
    /// Digits before the point as Java's `BigDecimal` counts them for a number written like that.
    java_whole_digits: i64,
}

impl Decimal {
    /// Reads what `java.math.BigDecimal` reads: a sign, digits with or without a point, an exponent.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let text = with_ascii_digits(text);
        let text = text.as_ref();
        let (is_negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (number, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent_of(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let places = i64::try_from(fraction.len()).ok()? - exponent;
        i32::try_from(places).ok()?;
        let written = format!("{whole}{fraction}");
        let significant = written.trim_start_matches('0');
        let digits = significant.trim_end_matches('0');
        let exponent = match digits.len() {
            0 => 0,
            len => i64::try_from(significant.len() - len).ok()? - places,
        };
        let precision = i64::try_from(significant.len()).ok()?.max(1);
        (exponent >= -MOST_PLACES).then(|| Decimal {
            is_negative,
            digits: digits.to_owned(),
            exponent,
            java_whole_digits: precision - places,
        })
    }

    /// Digits before the point as Java's `BigDecimal` counts them for a number written like that: at least one for
    /// zero, and `0e50` has 51.
    pub(crate) fn java_whole_digits(&self) -> i64 {
        self.java_whole_digits
    }

    /// Whether the number, rounded half up to `scale` places, has at most `precision` digits.
    pub(crate) fn fits(&self, precision: u8, scale: i32) -> bool {
        let kept = self.digits.len() as i64 + self.exponent + i64::from(scale);
        match kept.cmp(&i64::from(precision)) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Greater => self.digits.is_empty(),
            std::cmp::Ordering::Equal => {
                let (kept, rest) = self.digits.split_at(self.digits.len().min(usize::from(precision)));
                let goes_up = rest.as_bytes().first().is_some_and(|&digit| digit >= b'5');
                !(goes_up && kept.bytes().all(|digit| digit == b'9'))
            }
        }
    }

    /// The number in units of 10^-scale; `None` if it lies between two of them or needs more than 128 bits.
    pub(crate) fn units(&self, scale: i32) -> Option<i128> {
        if self.digits.is_empty() {
            return Some(0);
        }
        let power = u32::try_from(self.exponent + i64::from(scale)).ok()?;
        let digits: i128 = self.digits.parse().ok()?;
        let units = digits.checked_mul(10_i128.checked_pow(power)?)?;
        Some(if self.is_negative { -units } else { units })
    }

    /// The number as an integer of any length and its decimal places, which are negative for a multiple of ten.
    pub(crate) fn exact(&self) -> (BigInt, i32) {
        let digits: BigInt = self.digits.parse().unwrap_or_default();
        let places = i32::try_from(-self.exponent).unwrap_or(i32::MAX);
        (if self.is_negative { -digits } else { digits }, places)
    }
}

/// The text with the digits of other scripts replaced by those of ASCII.
fn with_ascii_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let digit = |c: char| {
        let code = u32::from(c);
        let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= code)].last()?;
        char::from_digit(code - zero, 10)
    };
    Cow::Owned(text.chars().map(|c| digit(c).unwrap_or(c)).collect())
}

/// Java takes ten digits at most, zeros in front apart, and no number beyond 32 bits.
fn exponent_of(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = i64::from(digits.trim_start_matches('0').parse::<u32>().ok().or_else(|| {
        let is_zero = digits.bytes().all(|byte| byte == b'0');
        is_zero.then_some(0)
    })?);
    let exponent = if text.starts_with('-') { -size } else { size };
    i32::try_from(exponent).ok().map(i64::from)
}

/// An integer at scale `from` in units of 10^-to, where that is at least as fine.
pub(crate) fn at_scale(value: &BigInt, from: i32, to: i32) -> BigInt {
    let places = u32::try_from(i64::from(to) - i64::from(from)).unwrap_or(0);
    value * BigInt::from(10).pow(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_read_as_java_reads_them() {
        for (text, units) in [
            ("0", Some(0)),
            ("-0.00", Some(0)),
            ("+1.5", Some(150)),
            ("-.5", Some(-50)),
            ("007.", Some(700)),
            ("1e3", Some(100_000)),
            ("150E-0001", Some(1_500)),
            ("1.505", None),
            ("1.50500", None),
            ("1.5000", Some(150)),
            ("1e40", None),
            (
                "99999999999999999999999999999999999.99",
                Some(9_999_999_999_999_999_999_999_999_999_999_999_999),
            ),
            ("0e-5", Some(0)),
            ("-\u{664}\u{662}.\u{ff15}", Some(-4_250)),
            ("१e\u{661}", Some(1_000)),
        ] {
            assert_eq!(decimal(text).units(2), units, "{text}");
        }
        for text in [
            "",
            "+",
            ".",
            "e5",
            "1e",
            "1e+",
            "1e5.",
            "1,5",
            "1_0",
            " 1",
            "0x1",
            "NaN",
            "--1",
            "1e99999999999",
            "1e-2147483649",
            "1e-1001",
            "\u{1d7d8}",
            "½",
            "²",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_fits_when_its_rounded_form_does() {
        for (text, fits) in [
            ("0", true),
            ("99.9", true),
            ("99.94", true),
            ("99.95", false),
            ("-99.949999999999999999999999999999999999999999", true),
            ("98.95", true),
            ("100", false),
            ("0.04e3", true),
            ("1e-900", true),
            ("1e900", false),
        ] {
            assert_eq!(decimal(text).fits(3, 1), fits, "{text}");
        }
        assert!(decimal("0.994").fits(2, 2) && !decimal("0.995").fits(2, 2));
        assert_eq!(decimal("0e50").java_whole_digits(), 51);
        assert_eq!(decimal("0012.30").java_whole_digits(), 2);
        assert_eq!(decimal("0.001").java_whole_digits(), -2);
    }

    #[test]
    fn exact_numbers_keep_every_digit() {
        let text = "-123456789012345678901234567890123456789012345678901234567890.5";
        let (units, places) = decimal(text).exact();
        assert_eq!((units.to_string(), places), (text.replace('.', ""), 1));
        assert_eq!(decimal("1200").exact(), (BigInt::from(12), -2));
        assert_eq!(at_scale(&BigInt::from(12), -2, 1), BigInt::from(12_000));
    }
}
