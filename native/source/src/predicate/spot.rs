//! Where literals lie among the values of a column.

use super::bind::{Binder, Found};
use super::cast;
use super::common::{Common, decimal_shape, integer_bits};
use super::error::PredicateError;
use super::literals::Literal;
use super::parse::Operator;
use super::set::Set;
use parity_kernels::spark::calendar::{local_to_instant_micros, midnight_seconds};
use parity_kernels::spark::numbers::decimal_to_f64;
use parity_kernels::spark::text::date_text;
use parity_kernels::types::LeafType;
use std::ops::Bound;

const DAY_MICROS: i128 = 86_400_000_000;

/// Own values lie between the negative of this and this: no decimal has more digits.
const LIMIT: i128 = 10_i128.pow(38);

/// A literal among the values of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Spot {
    /// Its cast is null.
    Null,
    /// Values before `from` are less, those after `to` are greater, those between are equal. `to` is `from - 1` where
    /// no value is equal.
    Number { from: i128, to: i128 },
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Spot {
    fn at(value: i128) -> Spot {
        Spot::Number { from: value, to: value }
    }

    /// Where `mantissa * 10^-from` lies among integers at scale `to`.
    pub(super) fn scaled(mantissa: i128, from: i32, to: i32) -> Spot {
        let factor = 10i128.checked_pow(from.abs_diff(to));
        if from <= to {
            let value = factor.and_then(|factor| mantissa.checked_mul(factor));
            return match value.filter(|value| value.abs() <= LIMIT) {
                Some(value) => Spot::at(value),
                None if mantissa == 0 => Spot::at(0),
                None if mantissa < 0 => Spot::after(-LIMIT),
                None => Spot::after(LIMIT),
            };
        }
        match factor {
            Some(factor) if mantissa.rem_euclid(factor) == 0 => Spot::at(mantissa / factor),
            Some(factor) => Spot::after(mantissa.div_euclid(factor)),
            None if mantissa == 0 => Spot::at(0),
            None => Spot::after(if mantissa < 0 { -1 } else { 0 }),
        }
    }

    /// Between two integers.
    fn after(floor: i128) -> Spot {
        Spot::Number {
            from: floor + 1,
            to: floor,
        }
    }

    /// Where `key` lies among integers that `f` takes to keys without changing their order.
    fn by(key: i128, f: impl Fn(i128) -> i128) -> Spot {
        let first_with = |least: i128| {
            let (mut low, mut high) = (-LIMIT, LIMIT + 1);
            while low < high {
                // Their mean, which a sum or a difference would not fit.
                let middle = (low & high) + ((low ^ high) >> 1);
                if f(middle) < least {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            low
        };
        Spot::Number {
            from: first_with(key),
            to: first_with(key + 1) - 1,
        }
    }

    /// The values for which a comparison with it is true.
    pub(super) fn set(self, operator: Operator) -> Set {
        use Bound::{Excluded, Included, Unbounded};
        match self {
            Spot::Null => Set::Nothing,
            Spot::Number { from, to } => Set::numbers([match operator {
                Operator::Equal | Operator::NullSafe => (from, to),
                Operator::Less => (i128::MIN, from - 1),
                Operator::LessOrEqual => (i128::MIN, to.max(from - 1)),
                Operator::Greater => (to + 1, i128::MAX),
                Operator::GreaterOrEqual => (from.min(to + 1), i128::MAX),
            }]),
            Spot::Bytes(bytes) => Set::Bytes(vec![match operator {
                Operator::Equal | Operator::NullSafe => (Included(bytes.clone()), Included(bytes)),
                Operator::Less => (Unbounded, Excluded(bytes)),
                Operator::LessOrEqual => (Unbounded, Included(bytes)),
                Operator::Greater => (Excluded(bytes), Unbounded),
                Operator::GreaterOrEqual => (Included(bytes), Unbounded),
            }]),
        }
    }
}

/// The bits of a double in an order in which integers compare as Spark compares doubles: one zero, one NaN above all.
pub fn ordered(value: f64) -> i128 {
    let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
    let bits = value.to_bits().cast_signed();
    i128::from(bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed())
}

impl Binder<'_> {
    /// Where a literal, cast to the common type, lies among the values of the column.
    pub(super) fn spot(&self, common: Common, column: Found<'_>, literal: &Literal) -> Result<Spot, PredicateError> {
        let leaf = column.leaf;
        let spot = match common {
            Common::Exact { precision, scale } => {
                let (mantissa, from) = match literal {
                    Literal::Integer { value, .. } => (i128::from(*value), 0),
                    Literal::Decimal { mantissa, scale, .. } => (*mantissa, *scale),
                    Literal::Text(text) => match integer_bits(leaf).and_then(|bits| cast::integer(text, bits)) {
                        Some(value) => (i128::from(value), 0),
                        None => return Ok(Spot::Null),
                    },
                    _ => return Err(self.no_rule(column, literal)),
                };
                if is_longer(mantissa, precision - (scale - from)) {
                    return Ok(Spot::Null);
                }
                Some(Spot::scaled(mantissa, from, leaf.scale()))
            }
            Common::Float => self.as_float(column, literal)?.map(|value| {
                let key = ordered(f64::from(value));
                match leaf {
                    LeafType::Float => Spot::at(key),
                    _ => Spot::by(key, |own| ordered(f64::from(own as f32))),
                }
            }),
            Common::Double => self.as_double(column, literal)?.map(|value| {
                let key = ordered(value);
                match leaf {
                    LeafType::Float | LeafType::Double => Spot::at(key),
                    _ => Spot::by(key, |own| ordered(decimal_to_f64(own, leaf.scale()))),
                }
            }),
            Common::Boolean => match literal {
                Literal::Boolean(value) => Some(*value),
                Literal::Text(text) => cast::boolean(text),
                _ => return Err(self.no_rule(column, literal)),
            }
            .map(|value| Spot::at(i128::from(value))),
            Common::Bytes => Some(Spot::Bytes(match literal {
                Literal::Text(text) => text.as_bytes().to_vec(),
                Literal::Binary(bytes) => bytes.clone(),
                _ => return Err(self.no_rule(column, literal)),
            })),
            Common::Date => self.as_date(column, literal)?.map(|days| Spot::at(i128::from(days))),
            Common::Instant => self.as_instant(column, literal)?.map(|micros| match leaf {
                LeafType::Date => Spot::by(micros, |days| {
                    let days = days.clamp(i128::from(i32::MIN), i128::from(i32::MAX)) as i32;
                    i128::from(midnight_seconds(days, self.names.zone)) * 1_000_000
                }),
                _ => Spot::scaled(micros, 6, leaf.scale()),
            }),
            Common::Local => self.as_local(column, literal)?.map(|micros| match leaf {
                LeafType::Date if micros.rem_euclid(DAY_MICROS) == 0 => Spot::at(micros / DAY_MICROS),
                LeafType::Date => Spot::after(micros.div_euclid(DAY_MICROS)),
                _ => Spot::scaled(micros, 6, leaf.scale()),
            }),
            Common::Written => Some(match literal {
                Literal::Integer { value, .. } => Spot::at(i128::from(*value)),
                Literal::Text(text) => {
                    let value = match leaf {
                        LeafType::Date => cast::date(text).map(i64::from).filter(|&days| date_text(days) == *text),
                        _ => text.parse().ok().filter(|value: &i64| value.to_string() == *text),
                    };
                    match value {
                        Some(value) => Spot::at(i128::from(value)),
                        // No value is written like this.
                        None => Spot::after(LIMIT),
                    }
                }
                _ => match self.as_date(column, literal)? {
                    Some(days) => Spot::at(i128::from(days)),
                    None => Spot::Null,
                },
            }),
        };
        Ok(spot.unwrap_or(Spot::Null))
    }

    fn as_float(&self, column: Found<'_>, literal: &Literal) -> Result<Option<f32>, PredicateError> {
        match literal {
            Literal::Integer { value, .. } => Ok(Some(*value as f32)),
            Literal::Float(value) => Ok(Some(*value)),
            Literal::Text(text) => cast::float(text),
            _ => Err(self.no_rule(column, literal)),
        }
    }

    fn as_double(&self, column: Found<'_>, literal: &Literal) -> Result<Option<f64>, PredicateError> {
        match literal {
            Literal::Integer { value, .. } => Ok(Some(*value as f64)),
            Literal::Decimal { mantissa, scale, .. } => Ok(Some(decimal_to_f64(*mantissa, *scale))),
            Literal::Float(value) => Ok(Some(f64::from(*value))),
            Literal::Double(value) => Ok(Some(*value)),
            Literal::Text(text) => cast::double(text),
            _ => Err(self.no_rule(column, literal)),
        }
    }

    fn as_date(&self, column: Found<'_>, literal: &Literal) -> Result<Option<i32>, PredicateError> {
        match literal {
            Literal::Date(text) => self.told(text, "date", cast::date(text)).map(Some),
            Literal::Text(text) => Ok(cast::date(text)),
            _ => Err(self.no_rule(column, literal)),
        }
    }

    /// Microseconds of an instant.
    fn as_instant(&self, column: Found<'_>, literal: &Literal) -> Result<Option<i128>, PredicateError> {
        let zone = self.names.zone;
        let micros = match literal {
            Literal::Timestamp(text) => Some(self.told(text, "timestamp", cast::timestamp(text, zone)?)?),
            Literal::Text(text) => cast::timestamp(text, zone)?,
            Literal::TimestampNtz(text) => {
                let local = self.told(text, "timestamp_ntz", cast::timestamp_ntz(text)?)?;
                Some(local_to_instant_micros(local, zone))
            }
            _ => {
                let days = self.as_date(column, literal)?;
                return Ok(days.map(|days| i128::from(midnight_seconds(days, zone)) * 1_000_000));
            }
        };
        Ok(micros.map(i128::from))
    }

    /// Microseconds of a local time.
    fn as_local(&self, column: Found<'_>, literal: &Literal) -> Result<Option<i128>, PredicateError> {
        let micros = match literal {
            Literal::TimestampNtz(text) => Some(self.told(text, "timestamp_ntz", cast::timestamp_ntz(text)?)?),
            Literal::Text(text) => cast::timestamp_ntz(text)?,
            _ => return Ok(self.as_date(column, literal)?.map(|days| i128::from(days) * DAY_MICROS)),
        };
        Ok(micros.map(i128::from))
    }

    /// What a literal with its type before it tells; here a text that cannot be read is a mistake.
    fn told<T>(&self, text: &str, kind: &str, value: Option<T>) -> Result<T, PredicateError> {
        value.ok_or_else(|| PredicateError::NoRule {
            what: format!("'{text}' is no {kind}"),
            hint: match kind {
                "date" => "write date '2024-01-31'".to_owned(),
                _ => format!("write {kind} '2024-01-31 12:00:00'"),
            },
        })
    }
}

/// Whether a number has more than `digits` digits.
fn is_longer(mantissa: i128, digits: i32) -> bool {
    match u32::try_from(digits) {
        Ok(digits) => 10u128
            .checked_pow(digits)
            .is_some_and(|most| mantissa.unsigned_abs() >= most),
        Err(_) => mantissa != 0,
    }
}

/// Values that the common decimal does not hold: their cast is null.
pub(super) fn overflowing(common: Common, leaf: &LeafType) -> Set {
    let (Common::Exact { precision, scale }, Some((own_precision, own_scale))) = (common, decimal_shape(leaf)) else {
        return Set::Nothing;
    };
    let digits = precision - (scale - own_scale);
    if digits >= own_precision {
        return Set::Nothing;
    }
    let most = u32::try_from(digits)
        .ok()
        .and_then(|digits| 10i128.checked_pow(digits))
        .unwrap_or(1);
    Set::numbers([(i128::MIN, -most), (most, i128::MAX)])
}
