//! The type in which Spark compares a column and a literal: both are cast to it.

use super::bind::{Binder, Found};
use super::error::PredicateError;
use super::literals::Literal;
use parity_kernels::types::LeafType;

/// Digits of the widest decimal.
const MOST_DIGITS: i32 = 38;

/// The type that a column and literals are cast to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Common {
    /// A decimal: `precision` digits, `scale` of them after the point. Integers have 38 digits and none after it.
    Exact {
        precision: i32,
        scale: i32,
    },
    Float,
    Double,
    Boolean,
    Bytes,
    Date,
    /// `timestamp`.
    Instant,
    /// `timestamp_ntz`.
    Local,
    /// Text, where the column is none: only a text that is exactly how a value is written means that value.
    Written,
}

const INTEGERS: Common = Common::Exact {
    precision: MOST_DIGITS,
    scale: 0,
};

/// The bits of the integer that Spark reads; `None` for other types, and for unsigned ones of 64 bits, which are
/// decimals.
pub(super) fn integer_bits(leaf: &LeafType) -> Option<u8> {
    match *leaf {
        LeafType::Integer { bits, signed: true } => Some(bits),
        LeafType::Integer { bits, signed: false } if bits < 64 => Some(bits * 2),
        _ => None,
    }
}

/// Precision and scale of an exact type as a decimal.
pub(super) fn decimal_shape(leaf: &LeafType) -> Option<(i32, i32)> {
    match *leaf {
        LeafType::Decimal { precision, scale } => Some((i32::from(precision), i32::from(scale))),
        LeafType::Integer { .. } => Some(match integer_bits(leaf) {
            Some(8) => (3, 0),
            Some(16) => (5, 0),
            Some(32) => (10, 0),
            _ => (20, 0),
        }),
        _ => None,
    }
}

/// The decimal that holds both, as far as 38 digits reach.
fn wider((p, s): (i32, i32), (q, t): (i32, i32)) -> (i32, i32) {
    let scale = s.max(t);
    ((scale + (p - s).max(q - t)).min(MOST_DIGITS), scale)
}

fn exact((precision, scale): (i32, i32)) -> Common {
    Common::Exact { precision, scale }
}

impl Binder<'_> {
    /// What a column and one literal are compared in.
    pub(super) fn common(&self, column: Found<'_>, literal: &Literal) -> Result<Common, PredicateError> {
        use Literal as L;
        let leaf = column.leaf;
        Ok(match (leaf, literal) {
            (LeafType::Integer { .. }, L::Integer { .. } | L::Text(_)) if integer_bits(leaf).is_some() => INTEGERS,
            (LeafType::Integer { .. }, L::Float(_)) if integer_bits(leaf).is_some() => Common::Float,
            (LeafType::Integer { .. } | LeafType::Decimal { .. }, L::Integer { value, .. }) => {
                let digits = value.unsigned_abs().checked_ilog10().map_or(1, |log| log as i32 + 1);
                exact(wider(decimal_shape(leaf).unwrap_or_default(), (digits, 0)))
            }
            (LeafType::Integer { .. } | LeafType::Decimal { .. }, L::Decimal { precision, scale, .. }) => exact(wider(
                decimal_shape(leaf).unwrap_or_default(),
                (i32::from(*precision), *scale),
            )),
            (LeafType::Integer { .. } | LeafType::Decimal { .. }, L::Double(_) | L::Float(_)) => Common::Double,
            (LeafType::Integer { .. } | LeafType::Decimal { .. }, L::Text(_)) => Common::Double,
            (LeafType::Float, L::Integer { .. } | L::Float(_) | L::Text(_)) => Common::Float,
            (LeafType::Float, L::Decimal { .. } | L::Double(_)) => Common::Double,
            (LeafType::Double, L::Integer { .. } | L::Decimal { .. } | L::Float(_) | L::Double(_) | L::Text(_)) => {
                Common::Double
            }
            (LeafType::Boolean, L::Boolean(_) | L::Text(_)) => Common::Boolean,
            (LeafType::String | LeafType::Binary, L::Text(_) | L::Binary(_)) => Common::Bytes,
            (LeafType::Date, L::Date(_) | L::Text(_)) => Common::Date,
            (LeafType::Date | LeafType::Timestamp { zoned: false, .. }, L::Timestamp(_)) => Common::Instant,
            (LeafType::Date, L::TimestampNtz(_)) => Common::Local,
            (LeafType::Timestamp { zoned, .. }, L::Date(_) | L::Timestamp(_) | L::TimestampNtz(_) | L::Text(_)) => {
                if *zoned {
                    Common::Instant
                } else {
                    Common::Local
                }
            }
            _ => return Err(self.no_rule(column, literal)),
        })
    }

    /// What a column and a list of literals are compared in.
    pub(super) fn common_of_list(&self, column: Found<'_>, list: &[&Literal]) -> Result<Common, PredicateError> {
        use Literal as L;
        let leaf = column.leaf;
        let all = |fits: fn(&L) -> bool| match list.iter().find(|literal| !fits(literal)) {
            Some(other) => Err(self.no_rule(column, other)),
            None => Ok(()),
        };
        if let Some(text) = list.iter().find(|literal| matches!(literal, L::Text(_))) {
            // Here everything becomes text, also the column.
            return match leaf {
                LeafType::String => all(|literal| matches!(literal, L::Text(_))).map(|()| Common::Bytes),
                LeafType::Date => all(|literal| matches!(literal, L::Text(_) | L::Date(_))).map(|()| Common::Written),
                _ if integer_bits(leaf).is_some() => {
                    all(|literal| matches!(literal, L::Text(_) | L::Integer { .. })).map(|()| Common::Written)
                }
                _ => Err(self.no_rule(column, text)),
            };
        }
        let any = |is: fn(&L) -> bool| list.iter().any(|literal| is(literal));
        Ok(match leaf {
            LeafType::Integer { .. } | LeafType::Decimal { .. } | LeafType::Float | LeafType::Double => {
                all(|literal| {
                    matches!(
                        literal,
                        L::Integer { .. } | L::Decimal { .. } | L::Float(_) | L::Double(_)
                    )
                })?;
                let is_integer = integer_bits(leaf).is_some();
                let mut shape = decimal_shape(leaf);
                let any_decimal =
                    (shape.is_some() && !is_integer) || any(|literal| matches!(literal, L::Decimal { .. }));
                let any_float = *leaf == LeafType::Float || any(|literal| matches!(literal, L::Float(_)));
                if *leaf == LeafType::Double || any(|literal| matches!(literal, L::Double(_))) {
                    Common::Double
                } else if any_float {
                    if any_decimal { Common::Double } else { Common::Float }
                } else if any_decimal {
                    for literal in list {
                        shape = match literal {
                            L::Decimal { precision, scale, .. } => {
                                shape.map(|s| wider(s, (i32::from(*precision), *scale)))
                            }
                            L::Integer { digits, .. } => shape.map(|s| wider(s, (i32::from(*digits), 0))),
                            _ => shape,
                        };
                    }
                    exact(shape.unwrap_or_default())
                } else {
                    INTEGERS
                }
            }
            LeafType::Boolean => all(|literal| matches!(literal, L::Boolean(_))).map(|()| Common::Boolean)?,
            LeafType::Binary => all(|literal| matches!(literal, L::Binary(_))).map(|()| Common::Bytes)?,
            LeafType::Date | LeafType::Timestamp { .. } => {
                all(|literal| matches!(literal, L::Date(_) | L::Timestamp(_) | L::TimestampNtz(_)))?;
                match leaf {
                    LeafType::Timestamp { zoned: true, .. } => Common::Instant,
                    _ if any(|literal| matches!(literal, L::Timestamp(_))) => Common::Instant,
                    LeafType::Timestamp { .. } => Common::Local,
                    _ if any(|literal| matches!(literal, L::TimestampNtz(_))) => Common::Local,
                    _ => Common::Date,
                }
            }
            LeafType::String
            | LeafType::Time { .. }
            | LeafType::Interval(_)
            | LeafType::Void
            | LeafType::Struct(_)
            | LeafType::Nested(_) => {
                return Err(self.no_rule(column, list[0]));
            }
        })
    }

    /// The error of a column and a literal that cannot be compared.
    pub(super) fn no_rule(&self, column: Found<'_>, literal: &Literal) -> PredicateError {
        let hint = match (column.leaf, literal) {
            (LeafType::String, _) => "write the literal as text, in quotes",
            (_, Literal::Text(_)) => "write the literals in the column's type, without quotes around numbers",
            _ => "write the literal in the column's type",
        };
        PredicateError::NoRule {
            what: format!(
                "the column {} is {} and has no supported rule with a {}",
                column.column.name,
                column.leaf,
                literal.type_name()
            ),
            hint: hint.to_owned(),
        }
    }
}
