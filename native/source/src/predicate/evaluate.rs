//! Predicates row by row.

use super::spot::ordered;
use super::{Condition, Predicate, Tree, Verdict, View};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use parity_kernels::domain::values::{boolean_at, bytes_at, integer_at};
use parity_kernels::spark::calendar;

/// The verdicts on some rows while their columns are read one after the other.
#[derive(Debug)]
pub struct Verdicts<'a> {
    predicate: &'a Predicate,
    rows: usize,
    /// For each condition its verdict on each row.
    verdicts: Vec<Vec<Verdict>>,
}

impl<'a> Verdicts<'a> {
    /// The verdicts on `rows` rows, of which nothing is known yet.
    pub fn new(predicate: &'a Predicate, rows: usize) -> Self {
        Verdicts {
            predicate,
            rows,
            verdicts: vec![Vec::new(); predicate.conditions.len()],
        }
    }

    /// Takes the next own values of a column.
    pub fn take(&mut self, column: usize, own: &ArrayRef) {
        for (condition, verdicts) in self.predicate.conditions.iter().zip(&mut self.verdicts) {
            if condition.column == column {
                condition.judge(own, verdicts);
            }
        }
    }

    /// Takes the one own value that a column has in all rows.
    pub fn take_constant(&mut self, column: usize, own: &ArrayRef) {
        for (condition, verdicts) in self.predicate.conditions.iter().zip(&mut self.verdicts) {
            if condition.column == column {
                verdicts.resize(self.rows, condition.of_one(own));
            }
        }
    }

    /// The rows for which the predicate is true, after all of its columns have been taken.
    pub fn kept(&self) -> Vec<bool> {
        let verdicts = self.all().into_iter();
        verdicts.map(|verdict| verdict == Verdict::True).collect()
    }

    /// The verdict on every row.
    pub(super) fn all(&self) -> Vec<Verdict> {
        self.tree(&self.predicate.tree)
    }

    fn tree(&self, tree: &Tree) -> Vec<Verdict> {
        match tree {
            Tree::And(trees) => self.join(trees, Verdict::True, Verdict::min),
            Tree::Or(trees) => self.join(trees, Verdict::False, Verdict::max),
            Tree::Not(inner) => {
                let mut verdicts = self.tree(inner);
                for verdict in &mut verdicts {
                    *verdict = !*verdict;
                }
                verdicts
            }
            Tree::Known(verdict) => vec![*verdict; self.rows],
            Tree::Condition(number) => {
                let mut verdicts = self.verdicts[*number].clone();
                // A column that was not taken tells nothing.
                verdicts.resize(self.rows, Verdict::Null);
                verdicts
            }
        }
    }

    fn join(&self, trees: &[Tree], start: Verdict, join: fn(Verdict, Verdict) -> Verdict) -> Vec<Verdict> {
        let mut joined = vec![start; self.rows];
        for tree in trees {
            for (verdict, other) in joined.iter_mut().zip(self.tree(tree)) {
                *verdict = join(*verdict, other);
            }
        }
        joined
    }
}

impl Condition {
    /// The verdict on the first of some own values.
    pub fn of_one(&self, own: &ArrayRef) -> Verdict {
        let mut verdicts = Vec::with_capacity(1);
        self.judge(&own.slice(0, 1), &mut verdicts);
        verdicts.first().copied().unwrap_or(Verdict::Null)
    }

    /// Appends the verdicts on own values.
    fn judge(&self, own: &ArrayRef, verdicts: &mut Vec<Verdict>) {
        let first = verdicts.len();
        let rows = 0..own.len();
        match own.data_type() {
            DataType::Int64 => {
                let values = own.as_primitive::<Int64Type>().values();
                verdicts.extend(
                    values
                        .iter()
                        .map(|&value| self.of_number(self.viewed(i128::from(value)))),
                );
            }
            DataType::Float64 => {
                let values = own.as_primitive::<Float64Type>().values();
                verdicts.extend(values.iter().map(|&value| self.of_number(ordered(value))));
            }
            DataType::Boolean => {
                verdicts.extend(rows.map(|row| self.of_number(i128::from(boolean_at(own, row)))));
            }
            DataType::Dictionary(_, _) => self.judge_dictionary(own, verdicts),
            DataType::BinaryView => verdicts.extend(rows.map(|row| self.of_bytes(bytes_at(own, row)))),
            _ => verdicts.extend(rows.map(|row| self.of_number(self.viewed(integer_at(own, row))))),
        }
        if let Some(nulls) = own.logical_nulls() {
            for (verdict, is_valid) in verdicts[first..].iter_mut().zip(nulls.iter()) {
                if !is_valid {
                    *verdict = self.null;
                }
            }
        }
    }

    /// Each distinct text is judged once.
    fn judge_dictionary(&self, own: &ArrayRef, verdicts: &mut Vec<Verdict>) {
        let dictionary = own.as_dictionary::<Int32Type>();
        let texts = dictionary.values().as_binary::<i32>();
        let judged: Vec<Verdict> = texts
            .iter()
            .map(|text| text.map_or(self.null, |text| self.of_bytes(text)))
            .collect();
        let verdict = |key: &i32| usize::try_from(*key).ok().and_then(|key| judged.get(key));
        let keys = dictionary.keys().values().iter();
        verdicts.extend(keys.map(|key| verdict(key).copied().unwrap_or(self.null)));
    }

    fn of_number(&self, number: i128) -> Verdict {
        if self.holds.has_number(number) {
            Verdict::True
        } else if self.unknown.has_number(number) {
            Verdict::Null
        } else {
            Verdict::False
        }
    }

    fn of_bytes(&self, bytes: &[u8]) -> Verdict {
        if self.holds.has_bytes(bytes) {
            Verdict::True
        } else if self.unknown.has_bytes(bytes) {
            Verdict::Null
        } else {
            Verdict::False
        }
    }

    fn viewed(&self, value: i128) -> i128 {
        match self.view {
            View::Own => value,
            View::Instant(scale, zone) => {
                let per_second = 10i128.pow(scale.unsigned_abs());
                let seconds = i64::try_from(value.div_euclid(per_second)).unwrap_or(i64::MAX);
                value - i128::from(calendar::offset_of_local(seconds, zone)) * per_second
            }
        }
    }
}
