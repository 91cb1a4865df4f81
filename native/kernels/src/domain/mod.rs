//! The domain in which two columns meet.
//!
//! Before a value is hashed or compared it is brought to the *domain* of its pair of columns, so that equal values are
//! the same there and one hash serves both sides: `int` 5, `bigint` 5 and `decimal(10,2)` 5.00 are the same exact
//! number.
//!
//! | left and right | domain |
//! |---|---|
//! | integers and decimals among each other | [`Domain::Exact`]: the number as an integer at the larger of both scales |
//! | a float or double on at least one side, a number on the other | [`Domain::Double`], correctly rounded |
//! | text and text, binary and binary | [`Domain::Bytes`] |
//! | dates, timestamps | [`Domain::Instant`] at the finer unit of both; dates alone in days |
//! | times of day | [`Domain::Exact`] at the finer unit |
//! | intervals of months, intervals of microseconds, each among themselves | [`Domain::Interval`] |
//! | boolean and boolean | [`Domain::Boolean`] |
//! | struct and struct | [`Domain::Struct`]: whether it is there; its fields are leaves of their own |
//! | array and array, map and map | [`Domain::Nested`]: bytes in which every element is in its own domain |
//! | text and a boolean, number, date or timestamp | [`Domain::Parsed`]: the text is read as a value of that type |
//! | void and void | [`Domain::Bytes`], of which there are none |
//! | anything else | [`Domain::Apart`]: no rule; only null meets null |

pub mod nested;
pub mod values;

use crate::domain::nested::NestedDomain;
use crate::types::{Kind, LeafType};
use serde::{Deserialize, Serialize};

/// A text may have more places than the decimal it meets; their distance is exact up to this many. 256 bits hold the
/// distance of two numbers of 38 digits before the point in these units.
const PARSED_PLACES: i32 = 38;

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
    /// Integers that count the months or the microseconds of intervals, which have no distance.
    Interval,
    /// Whether a struct is there, and if so, whether anything is in it.
    Struct,
    /// Arrays and maps.
    Nested(Box<NestedDomain>),
    /// Text on one side, another type on the other: the text is read as a value of that type, and one that cannot be
    /// read equals nothing.
    Parsed {
        /// The side that is text.
        text: Side,
        /// The type of the other side.
        leaf: LeafType,
        /// Where its values and the values that were read meet.
        domain: Box<Domain>,
    },
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
    pub fn own(leaf: &LeafType) -> Domain {
        match leaf.kind() {
            Kind::Boolean => Domain::Boolean,
            Kind::Exact | Kind::Time => Domain::Exact { scale: leaf.scale() },
            Kind::Floating => Domain::Double,
            // Own bytes of one nested type are equal where the values are.
            Kind::Text | Kind::Binary | Kind::Nested | Kind::Void => Domain::Bytes,
            Kind::Months | Kind::Micros => Domain::Interval,
            Kind::Struct => Domain::Struct,
            Kind::Instant => match leaf {
                LeafType::Timestamp { unit, zoned } => Domain::Instant {
                    scale: unit.scale(),
                    zoned: *zoned,
                },
                _ => Domain::Exact { scale: 0 },
            },
        }
    }

    /// The domain in which values of `left` and `right` meet.
    ///
    /// ```
    /// use parity_kernels::domain::Domain;
    /// use parity_kernels::types::LeafType;
    ///
    /// let int = LeafType::Integer { bits: 32, signed: true };
    /// let price = LeafType::Decimal { precision: 10, scale: 2 };
    /// // 5 and 5.00 are both 500 hundredths.
    /// assert_eq!(Domain::of(&int, &price), Domain::Exact { scale: 2 });
    /// assert_eq!(Domain::of(&int, &LeafType::Double), Domain::Double);
    /// // No rule says when a number is a string of bytes.
    /// assert!(matches!(Domain::of(&int, &LeafType::Binary), Domain::Apart { .. }));
    /// ```
    pub fn of(left: &LeafType, right: &LeafType) -> Domain {
        match (left.kind(), right.kind()) {
            (Kind::Exact, Kind::Exact) | (Kind::Time, Kind::Time) => Domain::Exact {
                scale: left.scale().max(right.scale()),
            },
            (Kind::Exact | Kind::Floating, Kind::Exact | Kind::Floating) => Domain::Double,
            (Kind::Instant, Kind::Instant) => match (left, right) {
                (LeafType::Date, LeafType::Date) => Domain::Exact { scale: 0 },
                _ => {
                    // Midnights are counted in microseconds; a date beside a finer unit takes that.
                    let dated = *left == LeafType::Date || *right == LeafType::Date;
                    let scale = left.scale().max(right.scale()).max(if dated { 6 } else { 0 });
                    Domain::Instant {
                        scale,
                        zoned: is_zoned(left) || is_zoned(right),
                    }
                }
            },
            (Kind::Nested, Kind::Nested) => NestedDomain::of(left, right, true),
            (l, r) if l == r => Domain::own(left),
            (Kind::Text, Kind::Boolean | Kind::Exact | Kind::Floating | Kind::Instant) => {
                Domain::parsed(Side::Left, right)
            }
            (Kind::Boolean | Kind::Exact | Kind::Floating | Kind::Instant, Kind::Text) => {
                Domain::parsed(Side::Right, left)
            }
            _ => Domain::Apart {
                left: Box::new(Domain::own(left)),
                right: Box::new(Domain::own(right)),
            },
        }
    }

    /// The domain of text on the side `text` and the type `leaf` on the other. Text says times in microseconds,
    /// whatever the unit of the other side.
    fn parsed(text: Side, leaf: &LeafType) -> Domain {
        let mut domain = Domain::own(leaf);
        if let Domain::Instant { scale, .. } = &mut domain {
            *scale = (*scale).max(6);
        }
        Domain::Parsed {
            text,
            leaf: leaf.clone(),
            domain: Box::new(domain),
        }
    }

    /// Whether all values but null hash as 64-bit words ([`crate::digest::hash::LeafSeed::word`]), each as another.
    /// Instants and decimals mostly do; it is not certain of values beyond their type's range.
    pub fn is_of_words(&self, leaves: &[LeafType; 2]) -> bool {
        let is_narrow = |leaf: &LeafType| match leaf {
            LeafType::Integer { bits, signed } => *signed || *bits < 64,
            LeafType::Date | LeafType::Boolean | LeafType::Float | LeafType::Double => true,
            _ => false,
        };
        matches!(self, Domain::Boolean | Domain::Exact { .. } | Domain::Double) && leaves.iter().all(is_narrow)
    }

    /// Where values are compared: behind [`Domain::Parsed`] the domain of what was read, else this one.
    pub fn meeting(&self) -> &Domain {
        match self {
            Domain::Parsed { domain, .. } => domain,
            _ => self,
        }
    }

    /// In how many decimal places distances are counted ([`crate::compare::Distance::Exact`]).
    pub fn decimal_places(&self) -> i32 {
        match self {
            Domain::Exact { scale } | Domain::Instant { scale, .. } => *scale,
            Domain::Parsed { leaf, .. } if leaf.is_decimal() => PARSED_PLACES,
            Domain::Parsed { domain, .. } => domain.decimal_places(),
            Domain::Boolean
            | Domain::Double
            | Domain::Bytes
            | Domain::Interval
            | Domain::Struct
            | Domain::Nested(_)
            | Domain::Apart { .. } => 0,
        }
    }

    /// The domain of one side: its half of [`Domain::Apart`] or [`Domain::Parsed`], else the common one. Text that is
    /// to be read keeps the whole, which says how.
    pub fn side(&self, side: Side) -> &Domain {
        match (self, side) {
            (Domain::Parsed { text, domain, .. }, side) if *text != side => domain,
            (Domain::Apart { left, .. }, Side::Left) => left,
            (Domain::Apart { right, .. }, Side::Right) => right,
            _ => self,
        }
    }
}

fn is_zoned(leaf: &LeafType) -> bool {
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
    use crate::types::interval::Interval;

    #[test]
    fn pairs_meet_where_the_rules_say() {
        let int = LeafType::Integer { bits: 32, signed: true };
        let decimal = LeafType::Decimal {
            precision: 10,
            scale: 2,
        };
        let instant = |unit, zoned| LeafType::Timestamp { unit, zoned };
        assert_eq!(Domain::of(&int, &decimal), Domain::Exact { scale: 2 });
        assert_eq!(Domain::of(&int, &LeafType::Float), Domain::Double);
        assert_eq!(Domain::of(&LeafType::Date, &LeafType::Date), Domain::Exact { scale: 0 });
        assert_eq!(
            Domain::of(&LeafType::Date, &instant(Unit::Micros, true)),
            Domain::Instant { scale: 6, zoned: true }
        );
        assert_eq!(
            Domain::of(&instant(Unit::Nanos, false), &instant(Unit::Millis, false)),
            Domain::Instant { scale: 9, zoned: false }
        );
        assert!(matches!(Domain::of(&LeafType::Boolean, &int), Domain::Apart { .. }));
        assert!(matches!(
            Domain::of(&LeafType::String, &LeafType::Binary),
            Domain::Apart { .. }
        ));
        assert!(matches!(Domain::of(&LeafType::Date, &int), Domain::Apart { .. }));
        let time = LeafType::Time { unit: Unit::Micros };
        assert!(matches!(Domain::of(&time, &LeafType::String), Domain::Apart { .. }));
        let interval = |name| LeafType::Interval(Interval::parse(name).unwrap());
        let (years, days) = (interval("interval year"), interval("interval day"));
        assert_eq!(Domain::of(&years, &interval("interval month")), Domain::Interval);
        assert_eq!(Domain::of(&interval("interval second"), &days), Domain::Interval);
        for other in [days, int, LeafType::String, LeafType::Date, time] {
            assert!(matches!(Domain::of(&years, &other), Domain::Apart { .. }), "{other}");
            assert!(matches!(Domain::of(&other, &years), Domain::Apart { .. }), "{other}");
        }
        assert_eq!(
            Domain::of(&instant(Unit::Millis, true), &LeafType::String),
            Domain::Parsed {
                text: Side::Right,
                leaf: instant(Unit::Millis, true),
                domain: Box::new(Domain::Instant { scale: 6, zoned: true }),
            }
        );
    }

    #[test]
    fn the_side_that_is_not_text_stays_in_its_own_domain() {
        let decimal = LeafType::Decimal {
            precision: 10,
            scale: 2,
        };
        let domain = Domain::of(&LeafType::String, &decimal);
        assert_eq!(domain.side(Side::Left), &domain);
        assert_eq!(domain.side(Side::Right), &Domain::own(&decimal));
        assert_eq!(domain.meeting(), &Domain::own(&decimal));
        assert_eq!(domain.decimal_places(), 38);
        assert_eq!(Domain::of(&LeafType::Date, &LeafType::String).decimal_places(), 0);
    }
}
