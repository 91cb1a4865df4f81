//! Offsets: the one difference that most cells of a column have in common.
//!
//! One cell cannot show that all values moved by a constant. So the differences of the cells that nothing else explains
//! are counted, exactly, as long as they are few. Which cells are counted together, and in which order, does not
//! matter: counts of parts of a column add up to the counts of the whole.

use arrow::datatypes::i256;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

/// Different differences of a column beyond which it has no offset.
const MOST: usize = 256;
/// Decimal digits of a number and of a difference.
const DIGITS: u32 = 38;
const BEYOND: i128 = 10_i128.pow(DIGITS);

/// The unit of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Measure {
    /// None: it is a difference of numbers.
    Number,
    /// Days from date to date.
    Days,
    /// Seconds.
    Seconds,
}

/// Right minus left, exactly; never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Difference {
    /// In units of 10^-places, at most 38 digits.
    units: i128,
    /// The fewest decimal places that tell it, at most 38.
    places: u32,
    measure: Measure,
}

impl Difference {
    /// The difference of two different numbers, each given as (digits, places): digits × 10^-places. Where the places
    /// differ, neither number has zeros at the end of its digits. `None` if one of the numbers or the difference,
    /// written plainly, has more than 38 digits.
    pub fn between(left: (i128, i32), right: (i128, i32), measure: Measure) -> Option<Difference> {
        if [left, right].iter().any(|&(digits, _)| digits.abs() >= BEYOND) {
            return None;
        }
        let finest = left.1.max(right.1);
        let power = |places: i32| {
            // Their last digits are too far apart for a difference of 38 digits.
            let power = u32::try_from(finest.checked_sub(places)?).ok()?;
            (power <= DIGITS).then_some(power)
        };
        let powers = (power(left.1)?, power(right.1)?);
        let narrow = || {
            let at = |digits: i128, power| digits.checked_mul(10_i128.checked_pow(power)?);
            at(right.0, powers.1)?.checked_sub(at(left.0, powers.0)?)
        };
        match narrow() {
            Some(units) => Difference::of(units, finest, measure),
            None => {
                let ten = i256::from_i128(10);
                let at = |digits: i128, power| i256::from_i128(digits).checked_mul(ten.checked_pow(power)?);
                let mut units = at(right.0, powers.1)?.checked_sub(at(left.0, powers.0)?)?;
                let mut places = finest;
                // More than 128 bits are more than 38 digits, but for zeros at their end.
                while units.to_i128().is_none() {
                    if units.checked_rem(ten)? != i256::ZERO {
                        return None;
                    }
                    units = units.checked_div(ten)?;
                    places = places.checked_sub(1)?;
                }
                Difference::of(units.to_i128()?, places, measure)
            }
        }
    }

    /// In units of 10^-38.
    fn in_smallest_units(self) -> i256 {
        let power = i256::from_i128(10).wrapping_pow(DIGITS - self.places);
        i256::from_i128(self.units).wrapping_mul(power)
    }

    fn of(units: i128, places: i32, measure: Measure) -> Option<Difference> {
        let (mut units, mut places) = (units, places);
        if places < 0 {
            units = units.checked_mul(10_i128.checked_pow(places.unsigned_abs())?)?;
            places = 0;
        }
        while places > 0 && units % 10 == 0 && units != 0 {
            units /= 10;
            places -= 1;
        }
        let places = places.unsigned_abs();
        let fits = units != 0 && units.abs() < BEYOND && places <= DIGITS;
        fits.then_some(Difference { units, places, measure })
    }
}

impl fmt::Display for Difference {
    /// `+5`, `-0.25`, `+3d`, `-0.000001s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u128.pow(self.places);
        let size = self.units.unsigned_abs();
        write!(f, "{}{}", if self.units < 0 { '-' } else { '+' }, size / unit)?;
        if self.places > 0 {
            write!(f, ".{:0>width$}", size % unit, width = self.places as usize)?;
        }
        f.write_str(match self.measure {
            Measure::Number => "",
            Measure::Days => "d",
            Measure::Seconds => "s",
        })
    }
}

/// How often each difference occurs among cells of a column: all that differ, or those that nothing else explains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offsets {
    /// Empty once there are too many.
    counts: BTreeMap<Difference, u64>,
    too_many: bool,
}

impl Offsets {
    /// Whether there are too many different ones for an offset, so that further ones change nothing.
    pub fn is_settled(&self) -> bool {
        self.too_many
    }

    /// Counts this many further `cells` with this difference.
    pub fn add(&mut self, difference: Difference, cells: u64) {
        if self.too_many {
            return;
        }
        *self.counts.entry(difference).or_default() += cells;
        if self.counts.len() > MOST {
            *self = Offsets {
                counts: BTreeMap::new(),
                too_many: true,
            };
        }
    }

    /// Adds the counts of further cells of the same column.
    pub fn merge(&mut self, other: Offsets) {
        if other.too_many {
            *self = other;
        } else {
            for (difference, cells) in other.counts {
                self.add(difference, cells);
            }
        }
    }

    /// The difference that most cells have, and how many these are; of several the smallest. `None` where there are too many to
    /// count, or none.
    pub fn commonest(&self) -> Option<(Difference, u64)> {
        let counts = self.counts.iter().map(|(&difference, &cells)| (difference, cells));
        counts.max_by_key(|&(difference, cells)| (cells, Reverse(difference.in_smallest_units())))
    }

    /// The offset and how many cells it explains: the difference of more than half of all `unexplained` cells, and of at least
    /// two.
    pub fn chosen(&self, unexplained: u64) -> Option<(Difference, u64)> {
        let mut counts = self.counts.iter();
        let found = counts.find(|&(_, &cells)| cells >= 2 && cells > unexplained / 2);
        found.map(|(&difference, &cells)| (difference, cells))
    }
}

#[cfg(test)]
#[path = "offset_tests.rs"]
mod tests;
