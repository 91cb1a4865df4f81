//! Tolerances: when two values that differ are near enough to count as equal.
//!
//! Numbers are near enough when `abs(l - r) <= absolute + relative * abs(r)`: the right side is the reference. Integers
//! and decimals are decided exactly, with the tolerance's decimal text (`0.1` is 1/10); as soon as the domain is that
//! of doubles, so is the arithmetic. Points in time are near enough when they are at most a duration apart.
//!
//! A tolerance only ever makes values equal. It is asked about values that differ, and never says yes to nulls, NaN,
//! infinities, or text that could not be read.

use crate::domain::Domain;
use crate::domain::values::{self, InDomain};
use crate::spark::decimal::{Decimal, at_scale};
use crate::types::{Kind, LeafType};
use arrow::array::{Array, AsArray};
use arrow::datatypes::Float64Type;
use num_bigint::{BigInt, Sign};
use serde::{Deserialize, Serialize};

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// Whether values that meet in this domain, or inside arrays and maps that do, have a distance.
pub fn has_distance(domain: &Domain, leaves: [&LeafType; 2]) -> bool {
    match domain {
        Domain::Nested(nested) => nested.reaches(leaves, &has_distance),
        _ => Measure::of(domain, leaves).is_some(),
    }
}

/// How far apart two values may be. Without any bound it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tolerance {
    /// Between numbers.
    pub absolute: Option<ExactNumber>,
    /// Between numbers, as a share of the right one.
    pub relative: Option<ExactNumber>,
    /// The share is of the larger of both sizes instead.
    pub symmetric: bool,
    /// Between points in time, in nanoseconds.
    pub time: Option<i128>,
}

/// A number of which both the decimal text and the double are known: `0.1` is exactly 1/10 for decimals and integers,
/// and the double 0.1 for doubles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExactNumber {
    digits: i128,
    scale: i32,
    double: f64,
}

impl ExactNumber {
    /// Reads a decimal number, with or without an exponent; `None` for anything else, for more than 38 digits, and for
    /// what is beyond doubles.
    pub fn parse(text: &str) -> Option<Self> {
        let (digits, scale) = Decimal::parse(text)?.exact();
        let digits = i128::try_from(digits).ok()?;
        let double: f64 = text.parse().ok()?;
        (scale >= -400 && double.is_finite()).then_some(ExactNumber { digits, scale, double })
    }

    /// Whether it is less than zero.
    pub fn is_negative(&self) -> bool {
        self.digits < 0
    }

    /// Digits without zeros at the end, and decimal places, which may be negative: the number is digits × 10^-places.
    pub fn stripped(&self) -> (i128, i32) {
        (self.digits, self.scale)
    }

    /// The nearest double.
    pub fn double(&self) -> f64 {
        self.double
    }
}

/// The unit in which the distance of two values is counted.
enum Measure {
    /// Doubles.
    Double,
    /// Units of 10^-scale.
    Exact { scale: i32 },
    /// So many nanoseconds for each unit.
    Time { nanos: i128 },
}

impl Measure {
    /// `None` where values have no distance.
    fn of(domain: &Domain, leaves: [&LeafType; 2]) -> Option<Measure> {
        let leaf = match domain {
            Domain::Parsed { leaf, .. } => leaf,
            _ => leaves[0],
        };
        let nanos = |scale: i32| 10_i128.pow(9_i32.saturating_sub(scale).unsigned_abs());
        match domain.meeting() {
            Domain::Double => Some(Measure::Double),
            Domain::Exact { scale } => match leaf.kind() {
                Kind::Instant => Some(Measure::Time { nanos: DAY }),
                Kind::Time => Some(Measure::Time { nanos: nanos(*scale) }),
                _ => Some(Measure::Exact { scale: *scale }),
            },
            Domain::Instant { scale, .. } => Some(Measure::Time { nanos: nanos(*scale) }),
            Domain::Boolean
            | Domain::Bytes
            | Domain::Interval
            | Domain::Struct
            | Domain::Nested(_)
            | Domain::Apart { .. }
            | Domain::Parsed { .. } => None,
        }
    }
}

impl Tolerance {
    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.absolute.is_none() && self.relative.is_none() && self.time.is_none()
    }

    /// Whether it says anything about values that meet in this domain, or inside arrays and maps that do.
    pub fn applies_to(&self, domain: &Domain, leaves: [&LeafType; 2]) -> bool {
        if let Domain::Nested(nested) = domain {
            return nested.reaches(leaves, &|domain, leaves| self.applies_to(domain, leaves));
        }
        match Measure::of(domain, leaves) {
            None => false,
            Some(Measure::Time { .. }) => self.time.is_some(),
            Some(_) => self.absolute.is_some() || self.relative.is_some(),
        }
    }

    /// Whether the left numbers that are near enough to a right one are neighbours of it, with no other number between
    /// them and it. That is so where the right one alone says how near that is.
    pub(crate) fn is_of_neighbours(&self, domain: &Domain) -> bool {
        !self.symmetric || self.relative.is_none() || matches!(domain.meeting(), Domain::Instant { .. })
    }

    /// Whether two values that differ are near enough. `leaves` are the types of both sides.
    pub fn within(
        &self,
        left: &InDomain,
        i: usize,
        right: &InDomain,
        j: usize,
        domain: &Domain,
        leaves: [&LeafType; 2],
    ) -> bool {
        let (l, r) = (left.array.as_ref(), right.array.as_ref());
        if l.is_null(i) || r.is_null(j) || !self.applies_to(domain, leaves) {
            return false;
        }
        let is_displaced = left.is_displaced(i) || right.is_displaced(j);
        match Measure::of(domain, leaves) {
            None => false,
            Some(Measure::Double) => {
                let value = |array: &dyn Array, row| array.as_primitive::<Float64Type>().value(row);
                !is_displaced && self.of_doubles()(value(l, i), value(r, j))
            }
            Some(Measure::Time { nanos }) => {
                let apart = values::integer_at(l, i).abs_diff(values::integer_at(r, j));
                let limit = self.time.and_then(|time| u128::try_from(time).ok());
                // Whole units, so that nothing can overflow.
                !is_displaced && limit.is_some_and(|limit| apart <= limit / nanos.unsigned_abs())
            }
            Some(Measure::Exact { scale }) if !is_displaced => {
                let (l, r) = (values::integer_at(l, i), values::integer_at(r, j));
                self.within_128_bits(l, r, scale)
                    .unwrap_or_else(|| self.within_exact((&l.into(), scale), (&r.into(), scale)))
            }
            Some(Measure::Exact { scale }) => {
                let exact = |side: &InDomain, row, leaf: &LeafType| values::exact_at(side, row, scale, leaf.scale());
                let (l, r) = (exact(left, i, leaves[0]), exact(right, j, leaves[1]));
                matches!((l, r), (Some(l), Some(r)) if self.within_exact((&l.0, l.1), (&r.0, r.1)))
            }
        }
    }

    /// Whether two doubles are near enough.
    pub(crate) fn of_doubles(&self) -> impl Fn(f64, f64) -> bool + use<> {
        let [absolute, relative] = [self.absolute, self.relative].map(|bound| bound.map_or(0.0, |bound| bound.double));
        let is_symmetric = self.symmetric;
        move |l, r| {
            let reference = if is_symmetric { l.abs().max(r.abs()) } else { r.abs() };
            l.is_finite() && r.is_finite() && (l - r).abs() <= absolute + relative * reference
        }
    }

    /// Whether integers of 10^-scale are near enough; `None` if 128 bits do not suffice to tell.
    fn within_128_bits(&self, l: i128, r: i128, scale: i32) -> Option<bool> {
        let reference = match self.symmetric {
            true => l.unsigned_abs().max(r.unsigned_abs()),
            false => r.unsigned_abs(),
        };
        let parts = self.parts();
        let finest = Self::finest(&parts, scale, scale);
        let at = |value: u128, from: i32| {
            let places = u32::try_from(finest - from).ok()?;
            value.checked_mul(10_u128.checked_pow(places)?)
        };
        let absolute = at(u128::try_from(parts[0].0).ok()?, parts[0].1)?;
        let relative = u128::try_from(parts[1].0).ok()?.checked_mul(reference)?;
        let relative = at(relative, parts[1].1 + scale)?;
        Some(at(l.abs_diff(r), scale)? <= absolute.checked_add(relative)?)
    }

    /// Whether integers with their decimal places are near enough.
    fn within_exact(&self, (l, l_scale): (&BigInt, i32), (r, r_scale): (&BigInt, i32)) -> bool {
        let scale = l_scale.max(r_scale);
        let (l, r) = (at_scale(l, l_scale, scale), at_scale(r, r_scale, scale));
        let size = |value: &BigInt| BigInt::from_biguint(Sign::Plus, value.magnitude().clone());
        let reference = if self.symmetric {
            size(&l).max(size(&r))
        } else {
            size(&r)
        };
        let parts = self.parts();
        let finest = Self::finest(&parts, scale, scale);
        let absolute = at_scale(&parts[0].0.into(), parts[0].1, finest);
        let relative = at_scale(&(reference * BigInt::from(parts[1].0)), parts[1].1 + scale, finest);
        at_scale(&size(&(l - r)), scale, finest) <= absolute + relative
    }

    /// Digits and places of the absolute and the relative bound.
    fn parts(&self) -> [(i128, i32); 2] {
        [self.absolute, self.relative].map(|bound| bound.map_or((0, 0), |bound| bound.stripped()))
    }

    /// The places at which a distance at `scale`, the absolute bound, and the relative one of a number at `reference`
    /// are integers.
    fn finest(parts: &[(i128, i32); 2], scale: i32, reference: i32) -> i32 {
        scale.max(parts[0].1).max(parts[1].1 + reference)
    }
}

/// Reads a duration: `2 seconds`, `1 day 3 hours`, `interval 1.5 minutes`, `250 milliseconds`, `PT1H30M`, `P2DT0.5S`;
/// in nanoseconds. Months and years have no fixed length and are refused, and so is a sign or part of a nanosecond.
///
/// ```
/// use parity_kernels::compare::tolerance::parse_duration;
///
/// assert_eq!(parse_duration("250 milliseconds"), Some(250_000_000));
/// assert_eq!(parse_duration("PT1H30M"), parse_duration("1 hour 30 minutes"));
/// assert_eq!(parse_duration("1 month"), None);
/// ```
pub fn parse_duration(text: &str) -> Option<i128> {
    let lower = text.trim().to_ascii_lowercase();
    if let Some(iso) = lower.strip_prefix('p') {
        return parse_iso_duration(iso);
    }
    let words: Vec<&str> = lower.split_whitespace().collect();
    let words = words.strip_prefix(&["interval"]).unwrap_or(&words);
    if words.is_empty() || !words.len().is_multiple_of(2) {
        return None;
    }
    words.chunks(2).try_fold(0_i128, |total, pair| {
        let unit = pair[1].strip_suffix('s').unwrap_or(pair[1]);
        let nanos = match unit {
            "week" => 7 * DAY,
            "day" => DAY,
            "hour" => 3_600 * SECOND,
            "minute" => 60 * SECOND,
            "second" => SECOND,
            "millisecond" => 1_000_000,
            "microsecond" => 1_000,
            "nanosecond" => 1,
            _ => return None,
        };
        total.checked_add(parse_amount(pair[0], nanos)?)
    })
}

/// Reads the text behind the `P` of a duration in the form of ISO 8601.
fn parse_iso_duration(text: &str) -> Option<i128> {
    let (date, time) = match text.split_once('t') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    let date = parse_designated(date, &[('w', 7 * DAY), ('d', DAY)])?;
    let time = parse_designated(time, &[('h', 3_600 * SECOND), ('m', 60 * SECOND), ('s', SECOND)])?;
    date.checked_add(time)
}

/// Amounts, each before the letter of its unit, in the order of the units.
fn parse_designated(text: &str, units: &[(char, i128)]) -> Option<i128> {
    let mut rest = text;
    let mut total = 0_i128;
    for &(letter, nanos) in units {
        if let Some((amount, after)) = rest.split_once(letter) {
            total = total.checked_add(parse_amount(amount, nanos)?)?;
            rest = after;
        }
    }
    rest.is_empty().then_some(total)
}

/// An amount of a unit in nanoseconds.
fn parse_amount(text: &str, nanos: i128) -> Option<i128> {
    if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let (digits, places) = ExactNumber::parse(text)?.stripped();
    let product = digits.checked_mul(nanos)?;
    match u32::try_from(places) {
        Ok(places) => {
            let divisor = 10_i128.checked_pow(places)?;
            (product % divisor == 0).then_some(product / divisor)
        }
        Err(_) => product.checked_mul(10_i128.checked_pow(places.unsigned_abs())?),
    }
}

#[cfg(test)]
#[path = "tolerance_tests.rs"]
mod tests;
