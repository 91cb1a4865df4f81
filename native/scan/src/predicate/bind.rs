//! Names become columns, and literals become stretches of their columns' order.
//!
//! Spark compares a column and a literal in a type that both are cast to ([`Common`]). Nearly every such cast keeps the order of the
//! column's values, so what is asked of the cast values is a stretch of the values themselves, found here once.

use super::error::PredicateError;
use super::parse::{Expression, Literal, Name, Operator, Pattern, parse};
use super::set::Set;
use super::{Condition, Predicate, Tree, Verdict, View, cast};
use crate::dataset::{Column, fold_name};
use parity_kernels::calendar::{local_to_instant_micros, midnight_seconds};
use parity_kernels::numbers::decimal_to_f64;
use parity_kernels::text::date_text;
use parity_kernels::types::LeafType;
use parity_kernels::zone::Zone;
use std::ops::Bound;

const DAY_MICROS: i128 = 86_400_000_000;

/// Own values lie between the negative of this and this: no decimal has more digits.
const LIMIT: i128 = 10_i128.pow(38);

/// Digits of the widest decimal.
const MOST_DIGITS: i32 = 38;

/// What a predicate is read against: the columns of a side, and how their names and times are read.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The columns.
    pub columns: &'a [Column],
    /// Whether names match by case.
    pub case_sensitive: bool,
    /// Session time zone.
    pub zone: Zone,
}

/// Reads a predicate on these columns.
pub fn bind(text: &str, names: Names<'_>) -> Result<Predicate, PredicateError> {
    let expression = parse(text)?;
    let mut binder = Binder {
        text,
        names,
        conditions: Vec::new(),
    };
    let tree = binder.tree(&expression)?;
    Ok(Predicate {
        conditions: binder.conditions,
        tree,
    })
}

/// The type that a column and literals are cast to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Common {
    /// A decimal with so many digits, so many of them after the point; integers have 38 and none.
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

/// A literal among the values of a column.
#[derive(Clone, Debug, PartialEq)]
enum Spot {
    /// Its cast is null.
    Null,
    /// Values before `from` are less, those after `to` are greater, those between are equal. `to` is `from - 1` where no value is
    /// equal.
    Number { from: i128, to: i128 },
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Spot {
    fn at(value: i128) -> Spot {
        Spot::Number { from: value, to: value }
    }

    /// Where `mantissa * 10^-from` lies among integers at scale `to`.
    fn scaled(mantissa: i128, from: i32, to: i32) -> Spot {
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

    fn set(self, operator: Operator) -> Set {
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
pub(super) fn ordered(value: f64) -> i128 {
    let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
    let bits = value.to_bits().cast_signed();
    i128::from(bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed())
}

/// The bits of the integer that Spark reads; `None` for other types, and for unsigned ones of 64 bits, which are decimals.
fn integer_bits(leaf: LeafType) -> Option<u8> {
    match leaf {
        LeafType::Integer { bits, signed: true } => Some(bits),
        LeafType::Integer { bits, signed: false } if bits < 64 => Some(bits * 2),
        _ => None,
    }
}

/// Precision and scale of an exact type as a decimal.
fn decimal_shape(leaf: LeafType) -> Option<(i32, i32)> {
    match leaf {
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

/// A column that a predicate names.
#[derive(Clone, Copy, Debug)]
struct Found<'a> {
    number: usize,
    column: &'a Column,
    leaf: LeafType,
}

struct Binder<'a> {
    text: &'a str,
    names: Names<'a>,
    conditions: Vec<Condition>,
}

impl<'a> Binder<'a> {
    fn tree(&mut self, expression: &Expression) -> Result<Tree, PredicateError> {
        Ok(match expression {
            Expression::And(parts) => Tree::And(self.trees(parts)?),
            Expression::Or(parts) => Tree::Or(self.trees(parts)?),
            Expression::Not(inner) => Tree::Not(Box::new(self.tree(inner)?)),
            Expression::Value(Literal::Null, _) => Tree::Known(Verdict::Null),
            Expression::Value(Literal::Boolean(value), _) => Tree::Known(Verdict::of(*value)),
            Expression::Value(literal, at) => {
                let what = format!("a {} is no condition", literal.type_name());
                return Err(PredicateError::unsupported(self.text, *at, what));
            }
            Expression::Column(name) => {
                let column = self.find(name)?;
                if column.leaf != LeafType::Boolean {
                    return Err(PredicateError::NoRule {
                        what: format!("the column {} is {} and no condition", name.shown(), column.leaf),
                        hint: "compare it with a literal".to_owned(),
                    });
                }
                self.condition(column, Set::numbers([(1, 1)]), Set::Nothing, Verdict::Null, View::Own)
            }
            Expression::Compare(name, operator, literal) => self.comparison(name, *operator, literal)?,
            Expression::In(name, list) => self.one_of(name, list)?,
            Expression::IsNull(name) => {
                let column = self.find(name)?;
                self.condition(column, Set::Nothing, Set::Nothing, Verdict::True, View::Own)
            }
            Expression::Like(name, pattern) => {
                let column = self.find(name)?;
                if column.leaf != LeafType::String {
                    return Err(PredicateError::NoRule {
                        what: format!("the column {} is {}; like takes text", name.shown(), column.leaf),
                        hint: "compare it with a literal of its type".to_owned(),
                    });
                }
                let set = match pattern {
                    Pattern::Prefix(prefix) => Set::prefix(prefix.as_bytes()),
                    Pattern::Exactly(text) => Set::byte_strings(vec![text.as_bytes().to_vec()]),
                };
                self.condition(column, set, Set::Nothing, Verdict::Null, View::Own)
            }
        })
    }

    fn trees(&mut self, parts: &[Expression]) -> Result<Vec<Tree>, PredicateError> {
        parts.iter().map(|part| self.tree(part)).collect()
    }

    fn condition(&mut self, column: Found<'_>, holds: Set, unknown: Set, null: Verdict, view: View) -> Tree {
        self.conditions.push(Condition {
            column: column.number,
            view,
            null,
            holds,
            unknown,
        });
        Tree::Condition(self.conditions.len() - 1)
    }

    /// The column of a name. A top-level column wins over a field of that path, as in all options.
    fn find(&self, name: &Name) -> Result<Found<'a>, PredicateError> {
        let fold = |name: &str| fold_name(name, self.names.case_sensitive);
        let by_path = |parts: &[String]| {
            let is_it = |column: &Column| {
                let pairs = column.path.iter().zip(parts);
                column.path.len() == parts.len() && pairs.into_iter().all(|(a, b)| fold(a) == fold(b))
            };
            self.names.columns.iter().enumerate().find(|(_, column)| is_it(column))
        };
        let shown = name.shown();
        let found = by_path(std::slice::from_ref(&shown)).or_else(|| by_path(&name.parts));
        let (number, column) = found.ok_or_else(|| PredicateError::UnknownColumn { name: shown.clone() })?;
        let kind = match column.leaf {
            Ok(leaf) if !matches!(leaf, LeafType::Struct(_) | LeafType::Nested(_)) => {
                return Ok(Found { number, column, leaf });
            }
            _ => column.type_name(),
        };
        Err(PredicateError::NoRule {
            what: format!("the column {shown} is {kind}, which cannot stand in a predicate"),
            hint: "name a field of a struct, or filter the data first".to_owned(),
        })
    }

    fn comparison(&mut self, name: &Name, operator: Operator, literal: &Literal) -> Result<Tree, PredicateError> {
        let column = self.find(name)?;
        let is_null_safe = operator == Operator::NullSafe;
        if let (Some(_), Literal::Decimal { mantissa, scale, .. }) = (integer_bits(column.leaf), literal)
            && !matches!(operator, Operator::Equal | Operator::NullSafe)
        {
            // Spark rounds the decimal to an integer, and beyond 64 bits the answer does not depend on the row.
            let spot = Spot::scaled(*mantissa, *scale, 0);
            let beyond = match &spot {
                Spot::Number { from, .. } if *from > i128::from(i64::MAX) => Some(true),
                Spot::Number { to, .. } if *to < i128::from(i64::MIN) => Some(false),
                _ => None,
            };
            if let Some(is_above) = beyond {
                let is_less = matches!(operator, Operator::Less | Operator::LessOrEqual);
                return Ok(Tree::Known(Verdict::of(is_less == is_above)));
            }
            return Ok(self.condition(column, spot.set(operator), Set::Nothing, Verdict::Null, View::Own));
        }
        let (spot, unknown) = match literal {
            Literal::Null => (Spot::Null, Set::Nothing),
            _ => {
                let common = self.common(column, literal)?;
                (self.spot(common, column, literal)?, overflowing(common, column.leaf))
            }
        };
        let view = self.view(column, &[literal]);
        if spot != Spot::Null {
            let holds = spot.set(operator).without(&unknown);
            return Ok(if is_null_safe {
                self.condition(column, holds, Set::Nothing, Verdict::False, view)
            } else {
                self.condition(column, holds, unknown, Verdict::Null, view)
            });
        }
        if is_null_safe {
            return Ok(self.condition(column, unknown, Set::Nothing, Verdict::True, View::Own));
        }
        Ok(Tree::Known(Verdict::Null))
    }

    fn one_of(&mut self, name: &Name, list: &[Literal]) -> Result<Tree, PredicateError> {
        let column = self.find(name)?;
        let literals: Vec<&Literal> = list.iter().filter(|literal| **literal != Literal::Null).collect();
        let mut has_null = literals.len() < list.len();
        if literals.is_empty() {
            return Ok(Tree::Known(Verdict::Null));
        }
        let common = self.common_of_list(column, &literals)?;
        let mut numbers = Vec::new();
        let mut texts = Vec::new();
        for literal in &literals {
            match self.spot(common, column, literal)? {
                Spot::Null => has_null = true,
                Spot::Number { from, to } => numbers.push((from, to)),
                Spot::Bytes(bytes) => texts.push(bytes),
            }
        }
        let holds = if texts.is_empty() {
            Set::numbers(numbers)
        } else {
            Set::byte_strings(texts)
        };
        let overflowing = overflowing(common, column.leaf);
        let holds = holds.without(&overflowing);
        let unknown = if has_null { Set::Everything } else { overflowing };
        let view = self.view(column, &literals);
        Ok(self.condition(column, holds, unknown, Verdict::Null, view))
    }

    /// Local times meet instants as instants, which does not keep their order where clocks change.
    fn view(&self, column: Found<'_>, literals: &[&Literal]) -> View {
        match column.leaf {
            LeafType::Timestamp { unit, zoned: false }
                if literals.iter().any(|literal| matches!(literal, Literal::Timestamp(_))) =>
            {
                View::Instant(unit.scale(), self.names.zone)
            }
            _ => View::Own,
        }
    }

    /// What a column and one literal are compared in.
    fn common(&self, column: Found<'_>, literal: &Literal) -> Result<Common, PredicateError> {
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
                if zoned {
                    Common::Instant
                } else {
                    Common::Local
                }
            }
            _ => return Err(self.no_rule(column, literal)),
        })
    }

    /// What a column and a list of literals are compared in.
    fn common_of_list(&self, column: Found<'_>, list: &[&Literal]) -> Result<Common, PredicateError> {
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
                let any_float = leaf == LeafType::Float || any(|literal| matches!(literal, L::Float(_)));
                if leaf == LeafType::Double || any(|literal| matches!(literal, L::Double(_))) {
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
            | LeafType::Struct(_)
            | LeafType::Nested(_) => {
                return Err(self.no_rule(column, list[0]));
            }
        })
    }

    fn no_rule(&self, column: Found<'_>, literal: &Literal) -> PredicateError {
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

    /// Where a literal, cast to the common type, lies among the values of the column.
    fn spot(&self, common: Common, column: Found<'_>, literal: &Literal) -> Result<Spot, PredicateError> {
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

/// Whether a number has more than so many digits.
fn is_longer(mantissa: i128, digits: i32) -> bool {
    match u32::try_from(digits) {
        Ok(digits) => 10u128
            .checked_pow(digits)
            .is_some_and(|most| mantissa.unsigned_abs() >= most),
        Err(_) => mantissa != 0,
    }
}

/// Values that the common decimal does not hold: their cast is null.
fn overflowing(common: Common, leaf: LeafType) -> Set {
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
