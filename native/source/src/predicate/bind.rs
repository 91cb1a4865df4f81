//! Names become columns, and literals become stretches of their columns' order.
//!
//! Spark compares a column and a literal in a type that both are cast to ([`super::common`]). Nearly every such cast
//! keeps the order of the column's values, so what is asked of the cast values is a stretch of the values themselves,
//! found once ([`super::spot`]).

use super::common::integer_bits;
use super::error::PredicateError;
use super::literals::Literal;
use super::parse::{Expression, Name, Operator, Pattern, parse};
use super::set::Set;
use super::spot::{Spot, overflowing};
use super::{Condition, Predicate, Tree, Verdict, View};
use crate::column::fold_name;
use crate::column::{Column, NoType};
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;

/// The names that a predicate may use: the columns of a side, and how names and times are read.
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
///
/// ```
/// use arrow::array::{ArrayRef, Int64Array};
/// use parity_kernels::spark::zone::Zone;
/// use parity_kernels::types::LeafType;
/// use parity_source::column::Column;
/// use parity_source::predicate::evaluate::Verdicts;
/// use parity_source::predicate::{Names, bind};
/// use std::sync::Arc;
///
/// let int = LeafType::Integer { bits: 32, signed: true };
/// let columns = [Column::new("year".to_owned(), Ok(int))];
/// let names = Names { columns: &columns, case_sensitive: false, zone: Zone::UTC };
/// let predicate = bind("year >= 2024 and year <> 2025", names)?;
///
/// let years: ArrayRef = Arc::new(Int64Array::from(vec![Some(2023), Some(2024), Some(2025), None]));
/// let mut verdicts = Verdicts::new(&predicate, years.len());
/// verdicts.take(0, &years);
/// assert_eq!(verdicts.kept(), [false, true, false, false]);
///
/// assert!(bind("month = 1", names).is_err(), "there is no column month");
/// # Ok::<(), parity_source::predicate::PredicateError>(())
/// ```
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

/// A column that a predicate names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) number: usize,
    pub(super) column: &'a Column,
    pub(super) leaf: &'a LeafType,
}

/// Collects the conditions of a predicate.
pub(super) struct Binder<'a> {
    text: &'a str,
    pub(super) names: Names<'a>,
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
                if *column.leaf != LeafType::Boolean {
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
                if *column.leaf != LeafType::String {
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
            let mut found: Option<(usize, &Column)> = None;
            for part in parts {
                let parent = found.map(|(number, _)| number);
                let is_it = |column: &Column| column.parent == parent && fold(&column.field) == fold(part);
                found = Some(
                    self.names
                        .columns
                        .iter()
                        .enumerate()
                        .find(|(_, column)| is_it(column))?,
                );
            }
            found
        };
        let shown = name.shown();
        let found = by_path(std::slice::from_ref(&shown)).or_else(|| by_path(&name.parts));
        let (number, column) = found.ok_or_else(|| PredicateError::UnknownColumn { name: shown.clone() })?;
        let kind = match &column.leaf {
            Err(no_type @ (NoType::Conflict(_) | NoType::Ambiguous { .. })) => {
                return Err(PredicateError::NoRule {
                    what: format!("the column {shown} cannot be read: {}", no_type.error(&shown)),
                    hint: "filter by another column, or write the files with one schema".to_owned(),
                });
            }
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
}
