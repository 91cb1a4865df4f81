//! The domain in which two columns meet.
//!
//! Before a value is hashed or compared it is brought to the *domain* of its pair of columns, so that equal values are
//! the same there and one hash serves both sides: `int` 5, `bigint` 5 and `decimal(10,2)` 5.00 are the same exact number.
//!
//! | left and right | domain |
//! |---|---|
//! | integers and decimals among each other | [`Domain::Exact`]: the number as an integer at the larger of both scales |
//! | a float or double on at least one side, a number on the other | [`Domain::Double`], correctly rounded |
//! | text and text, binary and binary | [`Domain::Bytes`] |
//! | dates, timestamps | [`Domain::Instant`] at the finer unit of both; dates alone in days |
//! | times of day | [`Domain::Exact`] at the finer unit |
//! | boolean and boolean | [`Domain::Boolean`] |
//! | struct and struct | [`Domain::Struct`]: whether it is there; its fields are leaves of their own |
//! | array and array, map and map | [`Domain::Nested`]: bytes in which every element is in its own domain |
//! | anything else | [`Domain::Apart`]: no rule; only null meets null |

use crate::nested::NestedDomain;
use crate::types::{Kind, LeafType};
use serde::{Deserialize, Serialize};

/// Where the values of a pair of columns meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Domain {
    /// True or false.
    Boolean,
    /// Integers that count units of 10^-scale.
    Exact {
        /// Decimal places.
        scale: i32,
    },
    /// Doubles; NaN is one value, and so is zero.
    Double,
    /// Byte strings.
    Bytes,
    /// Points in time as integers that count units of 10^-scale seconds.
    Instant {
        /// Decimal places of a second.
        scale: i32,
        /// Whether the integers count UTC seconds; otherwise they count local seconds without a zone.
        zoned: bool,
    },
    /// Whether a struct is there, and if so, whether anything is in it.
    Struct,
    /// Arrays and maps.
    Nested(Box<NestedDomain>),
    /// No rule: each side is hashed in its own domain, with a seed of its own, so that only null meets null.
    Apart {
        /// The left type's domain with itself.
        left: Box<Domain>,
        /// The right type's domain with itself.
        right: Box<Domain>,
    },
}

impl Domain {
    /// The domain of values of one type among themselves.
    pub fn own(leaf: LeafType) -> Domain {
        match leaf.kind() {
            Kind::Boolean => Domain::Boolean,
            Kind::Exact | Kind::Time => Domain::Exact { scale: leaf.scale() },
            Kind::Floating => Domain::Double,
            // Own bytes of one nested type are equal where the values are.
            Kind::Text | Kind::Binary | Kind::Nested => Domain::Bytes,
            Kind::Struct => Domain::Struct,
            Kind::Instant => match leaf {
                LeafType::Timestamp { unit, zoned } => Domain::Instant {
                    scale: unit.scale(),
                    zoned,
                },
                _ => Domain::Exact { scale: 0 },
            },
        }
    }

    /// The domain in which values of `left` and `right` meet.
    pub fn of(left: LeafType, right: LeafType) -> Domain {
        match (left.kind(), right.kind()) {
            (Kind::Exact, Kind::Exact) | (Kind::Time, Kind::Time) => Domain::Exact {
                scale: left.scale().max(right.scale()),
            },
            (Kind::Exact | Kind::Floating, Kind::Exact | Kind::Floating) => Domain::Double,
            (Kind::Instant, Kind::Instant) => match (left, right) {
                (LeafType::Date, LeafType::Date) => Domain::Exact { scale: 0 },
                _ => {
                    // Midnights are counted in microseconds; a date beside a finer unit takes that.
                    let dated = left == LeafType::Date || right == LeafType::Date;
                    let scale = left.scale().max(right.scale()).max(if dated { 6 } else { 0 });
                    Domain::Instant {
                        scale,
                        zoned: is_zoned(left) || is_zoned(right),
                    }
                }
            },
            (Kind::Nested, Kind::Nested) => NestedDomain::of(left, right, true),
            (l, r) if l == r => Domain::own(left),
            _ => Domain::Apart {
                left: Box::new(Domain::own(left)),
                right: Box::new(Domain::own(right)),
            },
        }
    }

    /// The domain of one side: its half of [`Domain::Apart`], else the common one.
    pub fn side(&self, side: Side) -> &Domain {
        match (self, side) {
            (Domain::Apart { left, .. }, Side::Left) => left,
            (Domain::Apart { right, .. }, Side::Right) => right,
            _ => self,
        }
    }
}

fn is_zoned(leaf: LeafType) -> bool {
    matches!(leaf, LeafType::Timestamp { zoned: true, .. })
}

/// One of the two datasets of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// The dataset named first, whose names and order a result uses.
    Left,
    /// The dataset named second, the reference of relative differences.
    Right,
}

impl Side {
    /// 0 for the left side, 1 for the right.
    pub fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Unit;

    #[test]
    fn pairs_meet_where_the_rules_say() {
        let int = LeafType::Integer { bits: 32, signed: true };
        let decimal = LeafType::Decimal {
            precision: 10,
            scale: 2,
        };
        let instant = |unit, zoned| LeafType::Timestamp { unit, zoned };
        assert_eq!(Domain::of(int, decimal), Domain::Exact { scale: 2 });
        assert_eq!(Domain::of(int, LeafType::Float), Domain::Double);
        assert_eq!(Domain::of(LeafType::Date, LeafType::Date), Domain::Exact { scale: 0 });
        assert_eq!(
            Domain::of(LeafType::Date, instant(Unit::Micros, true)),
            Domain::Instant { scale: 6, zoned: true }
        );
        assert_eq!(
            Domain::of(instant(Unit::Nanos, false), instant(Unit::Millis, false)),
            Domain::Instant { scale: 9, zoned: false }
        );
        assert!(matches!(Domain::of(LeafType::Boolean, int), Domain::Apart { .. }));
        assert!(matches!(
            Domain::of(LeafType::String, LeafType::Binary),
            Domain::Apart { .. }
        ));
        assert!(matches!(Domain::of(LeafType::Date, int), Domain::Apart { .. }));
    }
}
