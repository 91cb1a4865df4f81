//! What a predicate can be for rows of which only bounds are known.
//!
//! Bounds are believed only where every writer means the same by them: signed integers of 32 and 64 bits and what is counted in
//! them (decimals, dates and timestamps of today's calendar), floating point apart from NaN, and text and binary whose
//! order the file names. Unsigned integers, decimals in bytes, 96-bit timestamps, values in the old calendar, and the minima and maxima
//! of text that early writers left are not looked at.

use super::pages::PageFacts;
use super::spot::ordered;
use super::{Condition, Predicate, Set, Tree, Verdict, View};
use crate::files::dataset::{Column, ColumnInFile, DataFile, constant};
use crate::files::partition::PartitionValue;
use arrow::array::new_null_array;
use parity_kernels::domain::values::Stored;
use parity_kernels::spark::numbers::rescale;
use parity_kernels::types::LeafType;
use parquet::basic::{ColumnOrder, SortOrder};
use parquet::file::statistics::Statistics;

/// Verdicts that rows may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Possible(u8);

impl Possible {
    /// Any of the three.
    pub const ANY: Possible = Possible(0b111);

    pub(super) fn only(verdict: Verdict) -> Possible {
        Possible(1 << verdict as u8)
    }

    pub(super) fn or(self, other: Possible) -> Possible {
        Possible(self.0 | other.0)
    }

    /// The same where it is known not to be true. What would then be nothing at all is contradicted, and stays.
    pub(super) fn but_true(self) -> Possible {
        match self.0 & !Possible::only(Verdict::True).0 {
            0 => self,
            rest => Possible(rest),
        }
    }

    fn verdicts(self) -> impl Iterator<Item = Verdict> {
        let all = [Verdict::False, Verdict::Null, Verdict::True];
        all.into_iter()
            .filter(move |&verdict| self.0 & (1 << verdict as u8) != 0)
    }

    fn join(self, other: Possible, join: fn(Verdict, Verdict) -> Verdict) -> Possible {
        let pairs = self.verdicts().flat_map(|a| other.verdicts().map(move |b| join(a, b)));
        pairs.map(Possible::only).fold(Possible::default(), Possible::or)
    }

    /// Whether some row may be kept.
    pub fn some_kept(self) -> bool {
        self.verdicts().any(|verdict| verdict == Verdict::True)
    }

    /// Whether every row is kept.
    pub fn all_kept(self) -> bool {
        self == Possible::only(Verdict::True)
    }
}

impl Predicate {
    /// What it can be for the rows of a file, by the values that its folders tell.
    pub fn in_folders(&self, constants: &[(usize, PartitionValue)], columns: &[Column]) -> Possible {
        self.possible(&self.tree, &|number| {
            let condition = &self.conditions[number];
            let told = constants.iter().find(|(number, _)| *number == condition.column);
            told.map_or(Possible::ANY, |(number, value)| {
                Possible::only(condition.of_one(&constant(value, &columns[*number])))
            })
        })
    }

    /// What it can be for the rows of a row group, by its statistics.
    pub fn in_row_group(&self, file: &DataFile, columns: &[Column], row_group: usize) -> Possible {
        let of = |number: usize| self.conditions[number].in_row_group(file, columns, row_group, false);
        self.possible(&self.tree, &of)
    }

    /// What the tree can be where the conditions can be what `of` says of each.
    pub(super) fn possible(&self, tree: &Tree, of: &impl Fn(usize) -> Possible) -> Possible {
        let all = |trees: &[Tree], start, join| {
            trees.iter().fold(Possible::only(start), |joined: Possible, tree| {
                joined.join(self.possible(tree, of), join)
            })
        };
        match tree {
            Tree::And(trees) => all(trees, Verdict::True, Verdict::min),
            Tree::Or(trees) => all(trees, Verdict::False, Verdict::max),
            Tree::Not(inner) => {
                let negated = self
                    .possible(inner, of)
                    .verdicts()
                    .map(|verdict| Possible::only(!verdict));
                negated.fold(Possible::default(), Possible::or)
            }
            Tree::Known(verdict) => Possible::only(*verdict),
            Tree::Condition(number) => of(*number),
        }
    }
}

/// Bounds of own values.
enum Bounds {
    Numbers(i128, i128),
    /// The same of floating point, where any row may be NaN besides.
    Doubles(i128, i128),
    Bytes(Vec<u8>, Vec<u8>),
    Unknown,
}

impl Condition {
    /// What it can be for the rows of a row group, by its statistics. `is_absent`: no value for which it is true is in them.
    pub(crate) fn in_row_group(
        &self,
        file: &DataFile,
        columns: &[Column],
        row_group: usize,
        is_absent: bool,
    ) -> Possible {
        let Ok(leaf) = &columns[self.column].leaf else {
            return Possible::ANY;
        };
        match &file.columns[self.column] {
            ColumnInFile::Constant(value) => Possible::only(self.of_one(value)),
            ColumnInFile::Missing => Possible::only(self.of_one(&new_null_array(&leaf.own_type(), 1))),
            ColumnInFile::Stored(number, stored) => {
                let chunk = file.footer.metadata.row_group(row_group).column(*number);
                let statistics = chunk.statistics();
                let null_count = statistics.and_then(Statistics::null_count_opt);
                let facts = PageFacts {
                    statistics,
                    has_nulls: null_count != Some(0),
                    has_values: null_count.is_none() || null_count != u64::try_from(chunk.num_values()).ok(),
                };
                self.in_rows(facts, order(file, *number), stored, leaf, is_absent)
            }
            ColumnInFile::Struct(_) | ColumnInFile::Nested(_) => Possible::ANY,
        }
    }

    /// What it can be for rows of which these facts are known.
    pub(super) fn in_rows(
        &self,
        facts: PageFacts<'_>,
        order: Option<ColumnOrder>,
        stored: &Stored,
        leaf: &LeafType,
        is_absent: bool,
    ) -> Possible {
        let mut possible = Possible::default();
        if facts.has_nulls {
            possible = possible.or(Possible::only(self.null));
        }
        if facts.has_values {
            let bounds = facts
                .statistics
                .map_or(Bounds::Unknown, |statistics| bounds(statistics, order, stored, leaf));
            let within = self.within(&bounds);
            possible = possible.or(if is_absent { within.but_true() } else { within });
        }
        possible
    }

    /// What it can be for values within bounds.
    fn within(&self, bounds: &Bounds) -> Possible {
        if self.holds == Set::Nothing && self.unknown == Set::Nothing {
            return Possible::only(Verdict::False);
        }
        if self.view != View::Own {
            return Possible::ANY;
        }
        let (holds, surely, unknown) = match bounds {
            Bounds::Unknown => return Possible::ANY,
            Bounds::Numbers(low, high) => (
                self.holds.meets_numbers(*low, *high),
                self.holds.covers_numbers(*low, *high),
                self.unknown.meets_numbers(*low, *high),
            ),
            Bounds::Doubles(low, high) => {
                let nan = self.within(&Bounds::Numbers(ordered(f64::NAN), ordered(f64::NAN)));
                return nan.or(self.within(&Bounds::Numbers(*low, *high)));
            }
            Bounds::Bytes(low, high) => (
                self.holds.meets_bytes(low, high),
                self.holds.covers_bytes(low, high),
                self.unknown.meets_bytes(low, high),
            ),
        };
        if surely {
            return Possible::only(Verdict::True);
        }
        let mut possible = Possible::only(Verdict::False);
        if holds {
            possible = possible.or(Possible::only(Verdict::True));
        }
        if unknown {
            possible = possible.or(Possible::only(Verdict::Null));
        }
        possible
    }
}

/// The order of a leaf's values in bounds, as far as the file names it.
pub(super) fn order(file: &DataFile, leaf: usize) -> Option<ColumnOrder> {
    let orders = file.footer.metadata.file_metadata().column_orders()?;
    orders.get(leaf).copied()
}

/// The bounds that statistics tell of a leaf whose dataset's type is `leaf`.
fn bounds(statistics: &Statistics, order: Option<ColumnOrder>, stored: &Stored, leaf: &LeafType) -> Bounds {
    let bounds = match statistics {
        Statistics::Int32(found) => found.min_opt().zip(found.max_opt()).and_then(|(&low, &high)| {
            // Narrow integers are cut to their width when they are read; what fits it stays as it is.
            let most = match stored.leaf {
                LeafType::Integer { bits, signed: true } => i64::MAX >> (64 - u32::from(bits)),
                LeafType::Decimal { .. } | LeafType::Date => i64::MAX,
                _ => return None,
            };
            let fits = |value: i32| (-most - 1..=most).contains(&i64::from(value));
            (fits(low) && fits(high)).then(|| integers(i64::from(low), i64::from(high), stored, leaf))?
        }),
        Statistics::Int64(found) => found.min_opt().zip(found.max_opt()).and_then(|(&low, &high)| {
            let is_signed = matches!(
                stored.leaf,
                LeafType::Integer { bits: 64, signed: true } | LeafType::Decimal { .. } | LeafType::Timestamp { .. }
            );
            is_signed.then(|| integers(low, high, stored, leaf))?
        }),
        Statistics::Float(found) => doubles(
            found.min_opt().map(|&v| f64::from(v)),
            found.max_opt().map(|&v| f64::from(v)),
        ),
        Statistics::Double(found) => doubles(found.min_opt().copied(), found.max_opt().copied()),
        Statistics::ByteArray(found) => {
            let is_text = matches!(stored.leaf, LeafType::String | LeafType::Binary);
            let is_ordered = order == Some(ColumnOrder::TYPE_DEFINED_ORDER(SortOrder::UNSIGNED));
            let told = found.min_bytes_opt().zip(found.max_bytes_opt());
            told.filter(|_| is_text && is_ordered && !statistics.is_min_max_deprecated())
                .map(|(low, high)| Bounds::Bytes(low.to_vec(), high.to_vec()))
        }
        _ => None,
    };
    match bounds {
        Some(Bounds::Numbers(low, high) | Bounds::Doubles(low, high)) if low > high => Bounds::Unknown,
        Some(Bounds::Bytes(low, high)) if low > high => Bounds::Unknown,
        Some(bounds) => bounds,
        None => Bounds::Unknown,
    }
}

/// Stored integers as own ones.
fn integers(low: i64, high: i64, stored: &Stored, leaf: &LeafType) -> Option<Bounds> {
    if stored.julian.is_some() {
        return None;
    }
    let own = |value: i64| rescale(i128::from(value), stored.leaf.scale(), leaf.scale());
    Some(Bounds::Numbers(own(low)?, own(high)?))
}

fn doubles(low: Option<f64>, high: Option<f64>) -> Option<Bounds> {
    let (low, high) = (low?, high?);
    (!low.is_nan() && !high.is_nan()).then(|| Bounds::Doubles(ordered(low), ordered(high)))
}
