//! Relaxations: which values that differ count as equal all the same.
//!
//! Raw values are hashed; a relaxation acts where cells are compared, so that the verdict of an exact match never
//! depends on it. Only what has nothing to compare later, a key and a row of a multiset, is relaxed before it is hashed
//! ([`Before`]).

use crate::compare::equal_at;
use crate::compare::text_rules::TextRules;
use crate::compare::tolerance::Tolerance;
use crate::digest::hash::double_bits;
use crate::domain::nested::NestedDomain;
use crate::domain::values::{self, InDomain};
use crate::domain::{Domain, Side};
use crate::nested;
use crate::nested::tolerance::Level;
use crate::spark::zone::Zone;
use crate::types::{Kind, LeafType, Unit};
use arrow::array::{Array, ArrayRef, AsArray, BinaryViewArray, BooleanArray, Decimal128Array, Int64Array};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, Float64Type};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// A value that null may stand for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Literal {
    /// True or false.
    Boolean(bool),
    /// `digits` × 10^-`scale`, without trailing zeros.
    Number {
        /// All digits.
        digits: i128,
        /// Those after the point.
        scale: i8,
    },
    /// Text.
    Text(String),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970, in UTC or without a zone.
    Timestamp {
        /// The microseconds.
        micros: i64,
        /// Whether they are UTC.
        zoned: bool,
    },
}

impl Literal {
    /// Whether it is of a column's type; a number is of every type of numbers.
    pub fn fits(&self, leaf: &LeafType) -> bool {
        match self {
            Literal::Boolean(_) => *leaf == LeafType::Boolean,
            Literal::Number { .. } => matches!(leaf.kind(), Kind::Exact | Kind::Floating),
            Literal::Text(_) => *leaf == LeafType::String,
            Literal::Date(_) => *leaf == LeafType::Date,
            Literal::Timestamp { zoned, .. } => {
                matches!(leaf, LeafType::Timestamp { zoned: own, .. } if own == zoned)
            }
        }
    }

    /// The literal where values of one side are in `domain`: one row, or `None` where no value there is it.
    fn in_domain(&self, text: TextRules, domain: &Domain, side: Side, zone: Zone) -> Option<InDomain> {
        let domain = match (self, domain) {
            (Literal::Text(_), Domain::Parsed { .. }) => domain,
            // Only null meets null.
            (_, Domain::Apart { .. }) => return None,
            _ => domain.side(side).meeting(),
        };
        let (own, leaf): (ArrayRef, LeafType) = match self {
            Literal::Boolean(value) => (Arc::new(BooleanArray::from(vec![*value])), LeafType::Boolean),
            Literal::Number { digits, scale } => {
                if matches!(domain, Domain::Exact { scale: places } if i32::from(*scale) > *places) {
                    return None;
                }
                let leaf = LeafType::Decimal {
                    precision: 38,
                    scale: *scale,
                };
                (Arc::new(Decimal128Array::from(vec![*digits])), leaf)
            }
            Literal::Text(value) => {
                let own: ArrayRef = Arc::new(BinaryViewArray::from_iter_values([value]));
                (ruled(&own, &LeafType::String, text, domain, zone), LeafType::String)
            }
            Literal::Date(days) => (Arc::new(Int64Array::from(vec![i64::from(*days)])), LeafType::Date),
            Literal::Timestamp { micros, zoned } => {
                let (value, unit) = match domain {
                    Domain::Instant { scale: 3, .. } if micros % 1_000 == 0 => (micros / 1_000, Unit::Millis),
                    Domain::Instant { scale: 3, .. } => return None,
                    _ => (*micros, Unit::Micros),
                };
                let leaf = LeafType::Timestamp { unit, zoned: *zoned };
                (Arc::new(Int64Array::from(vec![value])), leaf)
            }
        };
        Some(values::in_domain(&own, &leaf, domain, zone))
    }
}

/// The relaxations that are asked for one column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Relaxation {
    /// How far apart values may be.
    pub tolerance: Option<Tolerance>,
    /// Rules that text is brought through first.
    pub text: TextRules,
    /// The literal that null may stand for.
    pub null_equals: Option<Literal>,
    /// Whether the elements of an array may stand in any order.
    pub unordered: bool,
}

impl Relaxation {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.tolerance.is_none() && self.text.is_empty() && self.null_equals.is_none() && !self.unordered
    }

    /// The part of it that can act before values of one side are hashed; `domain` is that of the pair.
    pub fn before(&self, domain: &Domain, side: Side) -> Before {
        Before {
            text: self.text,
            null_equals: self.null_equals.clone().map(|literal| (literal, domain.clone(), side)),
        }
    }
}

/// Rules that must act before hashing, because keys and rows without keys are never compared by value afterwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// Rules that text is brought through.
    pub text: TextRules,
    /// The literal that null stands for, with the domain of the pair and the side.
    pub null_equals: Option<(Literal, Domain, Side)>,
}

impl Before {
    /// Own values after the rules.
    pub fn apply(&self, own: &ArrayRef, leaf: &LeafType, domain: &Domain, zone: Zone) -> ArrayRef {
        ruled(own, leaf, self.text, domain, zone)
    }

    /// Which own values are null, or what null stands for.
    pub fn nothing(&self, own: &ArrayRef, leaf: &LeafType, zone: Zone) -> BooleanBuffer {
        let met = self
            .null_equals
            .as_ref()
            .zip(self.stand_in(zone))
            .map(|((_, domain, side), literal)| {
                let domain = domain.side(*side);
                let values = values::in_domain(&self.apply(own, leaf, domain, zone), leaf, domain, zone);
                (values, literal, domain.meeting())
            });
        let is_literal = |row| {
            met.as_ref()
                .is_some_and(|(values, literal, domain)| equal_at(values, row, literal, 0, domain))
        };
        BooleanBuffer::collect_bool(own.len(), |row| own.is_null(row) || is_literal(row))
    }

    /// The value that null stands for, where both sides meet.
    pub fn stand_in(&self, zone: Zone) -> Option<InDomain> {
        let (literal, domain, side) = self.null_equals.as_ref()?;
        literal.in_domain(self.text, domain, *side, zone)
    }
}

/// Own values after the rules for text; `domain` is their side's. Text that reads as a value of the other side's type
/// stays, so that no rule spoils it.
fn ruled(own: &ArrayRef, leaf: &LeafType, text: TextRules, domain: &Domain, zone: Zone) -> ArrayRef {
    match leaf {
        LeafType::String if !text.is_empty() => {
            let after = text.apply_to(own);
            if Arc::ptr_eq(&after, own) || !matches!(domain, Domain::Parsed { .. }) {
                return after;
            }
            let read = values::in_domain(own, leaf, domain, zone);
            let texts = (0..own.len()).map(|row| {
                let text = if read.is_displaced(row) { &after } else { own };
                own.is_valid(row).then(|| values::bytes_at(text.as_ref(), row))
            });
            Arc::new(texts.collect::<BinaryViewArray>())
        }
        LeafType::Nested(_) if !text.is_empty() => nested::bytes::ruled(own, leaf, text, domain, zone),
        _ => Arc::clone(own),
    }
}

/// Values of both sides of one column, to be compared within its relaxation.
///
/// ```
/// use arrow::array::{ArrayRef, Int64Array};
/// use parity_kernels::compare::relaxation::{RelaxedColumn, Relaxation};
/// use parity_kernels::compare::tolerance::{ExactNumber, Tolerance};
/// use parity_kernels::domain::Domain;
/// use parity_kernels::spark::zone::Zone;
/// use parity_kernels::types::LeafType;
/// use std::sync::Arc;
///
/// let bigint = LeafType::Integer { bits: 64, signed: true };
/// let domain = Domain::of(&bigint, &bigint);
/// let tolerance = Tolerance { absolute: ExactNumber::parse("2"), ..Tolerance::default() };
/// let relaxation = Relaxation { tolerance: Some(tolerance), ..Relaxation::default() };
///
/// let own = |values: [i64; 2]| Arc::new(Int64Array::from_iter_values(values)) as ArrayRef;
/// let (left, right) = (own([10, 10]), own([12, 13]));
/// let column = RelaxedColumn::new([&left, &right], [&bigint, &bigint], &domain, Zone::UTC, &relaxation);
/// assert!(column.equal(0, 0), "10 and 12 are 2 apart");
/// assert!(!column.equal(1, 1), "10 and 13 are 3 apart");
/// ```
#[derive(Debug)]
pub struct RelaxedColumn<'a> {
    values: [InDomain; 2],
    literals: [Option<InDomain>; 2],
    relaxation: &'a Relaxation,
    domain: Cow<'a, Domain>,
    leaves: [&'a LeafType; 2],
    /// The values of arrays and maps, where there is a tolerance for what is inside them.
    inside: Option<[Level; 2]>,
}

impl<'a> RelaxedColumn<'a> {
    /// A column of own values of both sides; rows with the same number need not belong together.
    pub fn new(
        own: [&ArrayRef; 2],
        leaves: [&'a LeafType; 2],
        domain: &'a Domain,
        zone: Zone,
        relaxation: &'a Relaxation,
    ) -> Self {
        let domain = match domain {
            Domain::Nested(nested) if relaxation.unordered => {
                Cow::Owned(Domain::Nested(Box::new(NestedDomain::clone(nested).unordered())))
            }
            _ => Cow::Borrowed(domain),
        };
        let own = [Side::Left, Side::Right].map(|side| {
            let (own, leaf) = (own[side.index()], leaves[side.index()]);
            ruled(own, leaf, relaxation.text, domain.side(side), zone)
        });
        let values = |side: Side| {
            let (own, leaf) = (&own[side.index()], leaves[side.index()]);
            values::in_domain(own, leaf, domain.side(side), zone)
        };
        let inside = match domain.as_ref() {
            Domain::Nested(nested) if relaxation.tolerance.is_some() => Some(
                [Side::Left, Side::Right]
                    .map(|side| Level::new(&own[side.index()], leaves[side.index()], nested, side, zone)),
            ),
            _ => None,
        };
        // Null on one side meets a value of the other, so the literal is brought to where that value is.
        let literal = |side: Side| {
            let literal = relaxation.null_equals.as_ref()?;
            literal.in_domain(relaxation.text, &domain, side, zone)
        };
        RelaxedColumn {
            values: [values(Side::Left), values(Side::Right)],
            literals: [literal(Side::Left), literal(Side::Right)],
            relaxation,
            domain,
            leaves,
            inside,
        }
    }

    /// The values after the rules for text, where both sides meet.
    pub fn values(&self) -> &[InDomain; 2] {
        &self.values
    }

    /// The rows of `exactly` that still differ within the relaxation; each left row faces the right one at its place.
    pub fn differing(&self, exactly: &BooleanBuffer) -> BooleanBuffer {
        let [left, right] = &self.values;
        let is_plain = |side: &InDomain| side.displaced.is_none() && side.array.data_type() == &DataType::Float64;
        match &self.relaxation.tolerance {
            Some(tolerance)
                if is_plain(left)
                    && is_plain(right)
                    && self.literals.iter().all(Option::is_none)
                    && tolerance.applies_to(&self.domain, self.leaves) =>
            {
                let (l, r) = (
                    left.array.as_primitive::<Float64Type>(),
                    right.array.as_primitive::<Float64Type>(),
                );
                let (nulls, within) = (NullBuffer::union(l.nulls(), r.nulls()), tolerance.of_doubles());
                let (l, r) = (l.values(), r.values());
                // The rules for text may have made them the same.
                let is_same = |l, r| double_bits(l) == double_bits(r);
                let near = BooleanBuffer::collect_bool(exactly.len(), |i| within(l[i], r[i]) || is_same(l[i], r[i]));
                let far = match nulls {
                    Some(nulls) => !&(&near & nulls.inner()),
                    None => !&near,
                };
                exactly & &far
            }
            _ => BooleanBuffer::collect_bool(exactly.len(), |i| exactly.value(i) && !self.equal(i, i)),
        }
    }

    /// Whether left row `i` and right row `j` count as equal.
    pub fn equal(&self, i: usize, j: usize) -> bool {
        let [left, right] = &self.values;
        if *self.domain == Domain::Struct {
            // No struct against one with something in it: its fields differ.
            return equal_at(left, i, right, j, &self.domain);
        }
        let of_one_type = |own: &InDomain, row: usize, side: Side| {
            let literal = &self.literals[side.index()];
            literal
                .as_ref()
                .is_some_and(|literal| equal_at(own, row, literal, 0, self.domain.side(side).meeting()))
        };
        match (left.array.is_null(i), right.array.is_null(j)) {
            (true, true) => return true,
            (true, false) => return of_one_type(right, j, Side::Right),
            (false, true) => return of_one_type(left, i, Side::Left),
            (false, false) => {}
        }
        let is_near = |tolerance: &Tolerance| match (self.domain.as_ref(), &self.inside) {
            (Domain::Nested(nested), Some([l, r])) => nested::tolerance::within([l, r], [i, j], nested, tolerance),
            (domain, _) => tolerance.within(left, i, right, j, domain, self.leaves),
        };
        equal_at(left, i, right, j, &self.domain) || self.relaxation.tolerance.as_ref().is_some_and(is_near)
    }
}

#[cfg(test)]
#[path = "relaxation_tests.rs"]
mod tests;
