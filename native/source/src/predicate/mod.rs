//! Predicates: which rows of a side are there at all.
//!
//! A predicate is a text in a part of Spark's SQL, three-valued as there. [`bind`] reads it against the columns of a
//! side and gives a [`Predicate`] without names or types: conditions on single columns, each a set of values in the
//! form in which the side holds them ([`parity_kernels::domain::values`], *own* values), joined by and, or and not. All
//! of Spark's coercions are settled then, because a comparison with a literal always comes to a stretch of the column's
//! order.
//!
//! What a condition says of a value it also says of a stretch of values, so the same sets tell a source what it need
//! not read ([`possible`]). [`evaluate`] decides row by row.

mod bind;
mod cast;
mod common;
mod error;
pub mod evaluate;
mod literals;
mod parse;
pub mod possible;
mod set;
mod spot;
mod tokens;

#[cfg(test)]
#[path = "predicate_tests.rs"]
mod tests;

pub use bind::{Names, bind};
pub use error::{PredicateError, SUPPORTED};
pub use set::Set;
pub use spot::ordered;

use parity_kernels::spark::zone::Zone;
use serde::{Deserialize, Serialize};

/// What a condition is for a row. `and` takes the least of its parts, `or` the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    /// It does not hold.
    False,
    /// Nobody knows.
    Null,
    /// It holds.
    True,
}

impl Verdict {
    fn of(holds: bool) -> Verdict {
        if holds { Verdict::True } else { Verdict::False }
    }
}

impl std::ops::Not for Verdict {
    type Output = Verdict;

    fn not(self) -> Verdict {
        match self {
            Verdict::False => Verdict::True,
            Verdict::Null => Verdict::Null,
            Verdict::True => Verdict::False,
        }
    }
}

/// How a condition looks at the values of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    /// The values as they are: integers at the scale of their type, floating point by its order, booleans as 0 and 1,
    /// bytes.
    Own,
    /// Local times, as the instants at which the clocks of a zone show them: decimal places of a second, and the zone.
    Instant(i32, Zone),
}

/// A condition on one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Number of the column in the dataset.
    pub column: usize,
    /// How its values are looked at.
    pub view: View,
    /// What it is for null.
    pub null: Verdict,
    /// Values for which it is true.
    pub holds: Set,
    /// Other values for which it is null.
    pub unknown: Set,
}

/// Conditions, joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tree {
    /// All of them.
    And(Vec<Tree>),
    /// Any of them.
    Or(Vec<Tree>),
    /// Not this.
    Not(Box<Tree>),
    /// The same for every row.
    Known(Verdict),
    /// A condition by its number.
    Condition(usize),
}

/// A predicate on the rows of one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicate {
    /// Conditions on single columns.
    pub conditions: Vec<Condition>,
    /// How they are joined.
    pub tree: Tree,
}

impl Predicate {
    /// Rows that satisfy both.
    pub fn and(mut self, other: Predicate) -> Predicate {
        let moved = other.tree.moved(self.conditions.len());
        self.conditions.extend(other.conditions);
        Predicate {
            conditions: self.conditions,
            tree: Tree::And(vec![self.tree, moved]),
        }
    }

    /// The columns that it looks at, each once.
    pub fn columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = self.conditions.iter().map(|condition| condition.column).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

impl Tree {
    /// The tree with the numbers of its conditions moved on.
    fn moved(self, by: usize) -> Tree {
        let all = |trees: Vec<Tree>| trees.into_iter().map(|tree| tree.moved(by)).collect();
        match self {
            Tree::And(trees) => Tree::And(all(trees)),
            Tree::Or(trees) => Tree::Or(all(trees)),
            Tree::Not(tree) => Tree::Not(Box::new(tree.moved(by))),
            Tree::Known(verdict) => Tree::Known(verdict),
            Tree::Condition(number) => Tree::Condition(number + by),
        }
    }
}
