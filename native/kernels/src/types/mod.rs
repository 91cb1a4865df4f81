//! The types of a column, as Spark reads them from Parquet.
//!
//! A [`LeafType`] is what decides which rule of equality holds. It knows more than Spark's type: the unit in which a
//! file stores its times is kept, because two files may store the same column in different units.

pub mod interval;
pub mod nested;

use crate::types::interval::Interval;
use crate::types::nested::Nested;
use arrow::datatypes::{DataType, Decimal128Type, DecimalType};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The unit of a stored time, as the number of decimal places of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Milliseconds.
    Millis,
    /// Microseconds, Spark's own.
    Micros,
    /// Nanoseconds.
    Nanos,
    /// Several units, in different files of one side: counted in nanoseconds, in 128 bits, because 64 do not hold the
    /// range of the coarser ones.
    Mixed,
}

impl Unit {
    /// The unit that holds the values of both.
    fn widen(self, other: Unit) -> Unit {
        if self == other { self } else { Unit::Mixed }
    }

    /// Decimal places of a second: 3, 6 or 9.
    pub fn scale(self) -> i32 {
        match self {
            Unit::Millis => 3,
            Unit::Micros => 6,
            Unit::Nanos | Unit::Mixed => 9,
        }
    }
}

/// The type of one leaf of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LeafType {
    /// True or false.
    Boolean,
    /// An integer of 8, 16, 32 or 64 bits. Spark reads unsigned ones as the next wider signed type.
    Integer {
        /// Width in bits.
        bits: u8,
        /// Whether negative values exist.
        signed: bool,
    },
    /// A float of 16 or 32 bits, shown as Spark's `float`.
    Float,
    /// A float of 64 bits.
    Double,
    /// A decimal with at most 38 digits.
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits after the point.
        scale: i8,
    },
    /// Text; its bytes may be invalid UTF-8.
    String,
    /// Bytes.
    Binary,
    /// Days since 1970-01-01.
    Date,
    /// An instant (`timestamp`), or a local time without zone (`timestamp_ntz`).
    Timestamp {
        /// Unit in which the values are stored.
        unit: Unit,
        /// Whether the value is an instant.
        zoned: bool,
    },
    /// The time of a day.
    Time {
        /// Unit in which the values are stored.
        unit: Unit,
    },
    /// Months or microseconds that passed.
    Interval(Interval),
    /// Nothing but nulls. Own values have the type of text, and all are null.
    Void,
    /// Whether a struct is there; its fields are leaves of their own.
    Struct(Nested),
    /// An array or a map, or whatever stands inside one.
    Nested(Nested),
}

/// Kinds of types: only kinds that meet have a rule of equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Boolean,
    /// Integers and decimals.
    Exact,
    /// Floating point.
    Floating,
    /// Text.
    Text,
    /// Bytes.
    Binary,
    /// Dates and timestamps of either sort.
    Instant,
    /// The time of a day.
    Time,
    /// Intervals in months.
    Months,
    /// Intervals in microseconds.
    Micros,
    /// Nothing but nulls.
    Void,
    /// Whether a struct is there.
    Struct,
    /// Arrays and maps.
    Nested,
}

impl LeafType {
    /// The kind of values that the type holds.
    pub fn kind(&self) -> Kind {
        match self {
            LeafType::Boolean => Kind::Boolean,
            LeafType::Integer { .. } | LeafType::Decimal { .. } => Kind::Exact,
            LeafType::Float | LeafType::Double => Kind::Floating,
            LeafType::String => Kind::Text,
            LeafType::Binary => Kind::Binary,
            LeafType::Date | LeafType::Timestamp { .. } => Kind::Instant,
            LeafType::Time { .. } => Kind::Time,
            LeafType::Interval(interval) if interval.counts_months() => Kind::Months,
            LeafType::Interval(_) => Kind::Micros,
            LeafType::Void => Kind::Void,
            LeafType::Struct(_) => Kind::Struct,
            LeafType::Nested(_) => Kind::Nested,
        }
    }

    /// Whether Spark reads the type as a decimal, as it does unsigned integers of 64 bits.
    pub(crate) fn is_decimal(&self) -> bool {
        matches!(self, LeafType::Decimal { .. })
            || matches!(self, LeafType::Integer { .. }) && self.signed_bits().is_none()
    }

    /// Decimal places of the integers that stand for this type's values; 0 for what is not a scaled integer.
    pub fn scale(&self) -> i32 {
        match self {
            LeafType::Decimal { scale, .. } => i32::from(*scale),
            LeafType::Timestamp { unit, .. } | LeafType::Time { unit } => unit.scale(),
            _ => 0,
        }
    }

    /// Whether 64 bits hold every value's integer.
    pub fn fits_64_bits(&self) -> bool {
        match self {
            LeafType::Integer { bits, signed } => *signed || *bits < 64,
            LeafType::Decimal { precision, .. } => *precision <= 18,
            LeafType::Timestamp { unit, .. } | LeafType::Time { unit } => *unit != Unit::Mixed,
            _ => true,
        }
    }

    /// The Arrow type of a side's values in the type of its column, be they all null because a file lacks it.
    pub fn own_type(&self) -> DataType {
        match self {
            LeafType::Boolean | LeafType::Struct(_) => DataType::Boolean,
            LeafType::Float | LeafType::Double => DataType::Float64,
            LeafType::String | LeafType::Binary | LeafType::Void | LeafType::Nested(_) => DataType::BinaryView,
            _ if self.fits_64_bits() => DataType::Int64,
            _ => Decimal128Type::DEFAULT_TYPE,
        }
    }

    /// The type that holds all values of both, when two files of one side store a column differently; `None` when
    /// there is no widening that every reader would expect.
    ///
    /// ```
    /// use parity_kernels::types::LeafType;
    ///
    /// let decimal = |precision, scale| LeafType::Decimal { precision, scale };
    /// // Eight digits before the point and four after it take twelve.
    /// assert_eq!(decimal(10, 2).widen(&decimal(6, 4)), Some(decimal(12, 4)));
    /// assert_eq!(LeafType::Float.widen(&LeafType::Double), Some(LeafType::Double));
    /// assert_eq!(LeafType::String.widen(&LeafType::Double), None);
    /// ```
    pub fn widen(&self, other: &LeafType) -> Option<LeafType> {
        use LeafType::{Decimal, Double, Float, Integer, Time, Timestamp};
        if self == other {
            return Some(self.clone());
        }
        match (self, other) {
            // Nulls are of every type.
            (LeafType::Void, other) | (other, LeafType::Void) => Some(other.clone()),
            (Integer { .. }, Integer { .. }) => {
                let (a, b) = (self.signed_bits()?, other.signed_bits()?);
                Some(if a >= b { self.as_signed()? } else { other.as_signed()? })
            }
            (Float, Double) | (Double, Float) => Some(Double),
            (&Decimal { precision: p, scale: s }, &Decimal { precision: q, scale: t }) => {
                let scale = s.max(t);
                let whole = (i16::from(p) - i16::from(s)).max(i16::from(q) - i16::from(t));
                let precision = u8::try_from(whole + i16::from(scale)).ok()?;
                (precision <= 38).then_some(Decimal { precision, scale })
            }
            (&Timestamp { unit: a, zoned: x }, &Timestamp { unit: b, zoned: y }) if x == y => Some(Timestamp {
                unit: a.widen(b),
                zoned: x,
            }),
            (&Time { unit: a }, &Time { unit: b }) => Some(Time { unit: a.widen(b) }),
            (LeafType::Interval(a), LeafType::Interval(b)) => a.widen(*b).map(LeafType::Interval),
            // What its fields become is settled field by field.
            (LeafType::Struct(_), LeafType::Struct(_)) => Some(self.clone()),
            (LeafType::Nested(a), LeafType::Nested(b)) => a.widen(b).map(LeafType::Nested),
            _ => None,
        }
    }

    /// Width of the signed integer that Spark reads this integer as; `None` where that is a decimal.
    pub(crate) fn signed_bits(&self) -> Option<u8> {
        match *self {
            LeafType::Integer { bits, signed: true } => Some(bits),
            LeafType::Integer { bits, signed: false } if bits < 64 => Some(bits * 2),
            _ => None,
        }
    }

    fn as_signed(&self) -> Option<LeafType> {
        Some(LeafType::Integer {
            bits: self.signed_bits()?,
            signed: true,
        })
    }
}

impl fmt::Display for LeafType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LeafType::Boolean => f.write_str("boolean"),
            LeafType::Integer { .. } => f.write_str(match self.signed_bits() {
                Some(8) => "tinyint",
                Some(16) => "smallint",
                Some(32) => "int",
                Some(_) => "bigint",
                None => "decimal(20,0)",
            }),
            LeafType::Float => f.write_str("float"),
            LeafType::Double => f.write_str("double"),
            LeafType::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            LeafType::String => f.write_str("string"),
            LeafType::Binary => f.write_str("binary"),
            LeafType::Date => f.write_str("date"),
            LeafType::Timestamp { zoned: true, .. } => f.write_str("timestamp"),
            LeafType::Timestamp { zoned: false, .. } => f.write_str("timestamp_ntz"),
            LeafType::Time { .. } => f.write_str("time"),
            LeafType::Interval(interval) => interval.fmt(f),
            LeafType::Void => f.write_str("void"),
            LeafType::Struct(nested) | LeafType::Nested(nested) => nested.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn int(bits: u8, signed: bool) -> LeafType {
        LeafType::Integer { bits, signed }
    }

    #[test]
    fn unsigned_integers_are_named_as_spark_reads_them() {
        let names: Vec<String> = [8, 16, 32, 64].iter().map(|&b| int(b, false).to_string()).collect();
        assert_eq!(names, ["smallint", "int", "bigint", "decimal(20,0)"]);
    }

    #[test]
    fn widening_keeps_every_value_or_refuses() {
        let decimal = |precision, scale| LeafType::Decimal { precision, scale };
        assert_eq!(int(8, true).widen(&int(32, true)), Some(int(32, true)));
        assert_eq!(int(8, false).widen(&int(8, true)), Some(int(16, true)));
        assert_eq!(int(16, false).widen(&int(32, false)), Some(int(64, true)));
        assert_eq!(int(64, false).widen(&int(64, true)), None);
        assert_eq!(decimal(10, 2).widen(&decimal(8, 4)), Some(decimal(12, 4)));
        assert_eq!(decimal(38, 0).widen(&decimal(38, 38)), None);
        assert_eq!(LeafType::Float.widen(&LeafType::Double), Some(LeafType::Double));
        let interval = |name| LeafType::Interval(Interval::parse(name).unwrap());
        let (year, month) = (interval("interval year"), interval("interval month"));
        assert_eq!(year.widen(&month), Some(interval("interval year to month")));
        assert_eq!(year.widen(&interval("interval day")), None);
        assert_eq!(year.widen(&int(32, true)), None);
        assert_eq!(LeafType::String.widen(&LeafType::Binary), None);
        assert_eq!(LeafType::Void.widen(&LeafType::Binary), Some(LeafType::Binary));
        assert_eq!(LeafType::Date.widen(&LeafType::Void), Some(LeafType::Date));
        assert_eq!(
            LeafType::Date.widen(&LeafType::Timestamp {
                unit: Unit::Micros,
                zoned: true
            }),
            None
        );
    }
}
