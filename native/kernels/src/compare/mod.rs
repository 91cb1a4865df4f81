//! Compare: the cells of one column over rows that belong together.
//!
//! Both columns are in their common domain and aligned: row `i` of the left meets row `i` of the right. Equality here
//! is by value, never by hash; hashes only choose which rows come here.

pub mod relaxation;
pub mod text_rules;
pub mod tolerance;

use crate::digest::hash::double_bits;
use crate::domain::Domain;
use crate::domain::values::{self, InDomain};
use crate::profile::distances::Distances;
use crate::spark::decimal::at_scale;
use crate::spark::order::canonical;
use arrow::array::{Array, AsArray};
use arrow::buffer::BooleanBuffer;
use arrow::compute::kernels::cmp::distinct;
use arrow::datatypes::{Float64Type, i256};
use num_bigint::{BigInt, Sign};
use serde::{Deserialize, Serialize};

/// The distance between two values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Distance {
    /// Units of 10^-places, as [`Domain::decimal_places`] has it.
    Exact(#[serde(with = "wide")] i256),
    /// A finite double.
    Double(f64),
}

impl Distance {
    /// The smaller of two distances of a column.
    pub fn min(self, other: Distance) -> Distance {
        if other.is_below(self) { other } else { self }
    }

    /// The larger of two distances of a column.
    pub fn max(self, other: Distance) -> Distance {
        if self.is_below(other) { other } else { self }
    }

    fn is_below(self, other: Distance) -> bool {
        match (self, other) {
            (Distance::Exact(one), Distance::Exact(other)) => one < other,
            (Distance::Double(one), Distance::Double(other)) => one < other,
            // All distances of a column are of one kind.
            _ => false,
        }
    }
}

/// 256 bits as bytes.
mod wide {
    use arrow::datatypes::i256;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &i256, serializer: S) -> Result<S::Ok, S::Error> {
        value.to_le_bytes().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i256, D::Error> {
        Ok(i256::from_le_bytes(<[u8; 32]>::deserialize(deserializer)?))
    }
}

/// What a column's compared cells add up to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnTally {
    /// Cells that differ.
    pub mismatches: u64,
    /// How many of these are null on the left and a value on the right.
    pub null_left: u64,
    /// How many of these are a value on the left and null on the right.
    pub null_right: u64,
    /// How far apart the cells are, where the domain has a distance and both values are finite.
    pub distances: Distances,
    /// Cells that differ and count as equal within a relaxation; none of the others.
    pub relaxed: u64,
}

impl ColumnTally {
    /// Adds the tally of further rows of the same column.
    pub fn merge(&mut self, other: &ColumnTally) {
        self.mismatches += other.mismatches;
        self.null_left += other.null_left;
        self.null_right += other.null_right;
        self.distances.merge(&other.distances);
        self.relaxed += other.relaxed;
    }
}

/// Which cells differ.
pub fn differing(left: &InDomain, right: &InDomain, domain: &Domain) -> BooleanBuffer {
    debug_assert_eq!(left.array.len(), right.array.len());
    let is_plain = left.displaced.is_none() && right.displaced.is_none();
    if is_plain
        && !matches!(domain, Domain::Apart { .. } | Domain::Struct)
        && left.array.data_type() == right.array.data_type()
    {
        // Canonical values are equal when their bits are, which is what Arrow's kernel asks.
        let (l, r) = (canonical(&left.array), canonical(&right.array));
        if let Ok(distinct) = distinct(&l, &r) {
            return distinct.values().clone();
        }
    }
    BooleanBuffer::collect_bool(left.array.len(), |i| !equal_at(left, i, right, i, domain))
}

/// Whether two cells are equal, wherever they stand.
pub fn equal_at(left: &InDomain, i: usize, right: &InDomain, j: usize, domain: &Domain) -> bool {
    let (l, r) = (left.array.as_ref(), right.array.as_ref());
    match (l.is_null(i), r.is_null(j)) {
        // No struct against one that something is in: its fields differ.
        (true, false) if *domain == Domain::Struct => return values::boolean_at(r, j),
        (false, true) if *domain == Domain::Struct => return values::boolean_at(l, i),
        (true, true) => return true,
        (false, false) => {}
        _ => return false,
    }
    if left.is_displaced(i) != right.is_displaced(j) || left.displaced_text(i) != right.displaced_text(j) {
        return false;
    }
    match domain.meeting() {
        Domain::Apart { .. } | Domain::Parsed { .. } => false,
        Domain::Struct => true,
        Domain::Boolean => values::boolean_at(l, i) == values::boolean_at(r, j),
        Domain::Double => {
            double_bits(l.as_primitive::<Float64Type>().value(i))
                == double_bits(r.as_primitive::<Float64Type>().value(j))
        }
        Domain::Bytes | Domain::Nested(_) => values::bytes_at(l, i) == values::bytes_at(r, j),
        Domain::Exact { .. } | Domain::Instant { .. } | Domain::Interval => {
            // Only two columns of one type are displaced alike.
            values::integer_at(l, i) == values::integer_at(r, j)
        }
    }
}

/// Which cells' hashes differ: those that differ, and a struct that is there on one side only also where the difference
/// is said of its fields.
pub fn unlike(left: &InDomain, right: &InDomain, domain: &Domain, differing: &BooleanBuffer) -> BooleanBuffer {
    if *domain != Domain::Struct {
        return differing.clone();
    }
    let (l, r) = (left.array.as_ref(), right.array.as_ref());
    BooleanBuffer::collect_bool(l.len(), |i| l.is_null(i) != r.is_null(i))
}

/// Counts the differing cells. `scales` are the decimal places of both sides' own integers, which displaced numbers
/// keep.
pub fn tally(
    left: &InDomain,
    right: &InDomain,
    domain: &Domain,
    scales: (i32, i32),
    differing: &BooleanBuffer,
) -> ColumnTally {
    let (l, r) = (left.array.as_ref(), right.array.as_ref());
    let mut tally = ColumnTally::default();
    for i in differing.set_indices() {
        tally.mismatches += 1;
        match (l.is_null(i), r.is_null(i)) {
            (true, _) => tally.null_left += 1,
            (_, true) => tally.null_right += 1,
            _ => {
                if let Some((distance, is_lower)) = distance(left, right, domain, scales, i) {
                    tally.distances.add(distance, is_lower, domain.decimal_places());
                }
            }
        }
    }
    tally
}

/// How far apart two cells are, and whether it is the right one that is lower.
fn distance(
    left: &InDomain,
    right: &InDomain,
    domain: &Domain,
    scales: (i32, i32),
    i: usize,
) -> Option<(Distance, bool)> {
    match domain {
        Domain::Parsed { leaf, .. } if leaf.is_decimal() => parsed_distance(left, right, domain, scales, i),
        Domain::Parsed { domain, .. } => {
            let is_displaced = left.is_displaced(i) || right.is_displaced(i);
            if is_displaced {
                None
            } else {
                distance(left, right, domain, scales, i)
            }
        }
        Domain::Double => {
            let value = |side: &InDomain| side.array.as_primitive::<Float64Type>().value(i);
            let (l, r) = (value(left), value(right));
            let distance = (l - r).abs();
            distance.is_finite().then_some((Distance::Double(distance), r < l))
        }
        Domain::Exact { scale } | Domain::Instant { scale, .. } => {
            let value = |side: &InDomain, own: i32| {
                let value = i256::from_i128(values::integer_at(side.array.as_ref(), i));
                let places = if side.is_displaced(i) {
                    u32::try_from(scale - own).ok()?
                } else {
                    0
                };
                value.checked_mul(i256::from_i128(10).checked_pow(places)?)
            };
            let distance = value(left, scales.0)?.checked_sub(value(right, scales.1)?)?;
            let is_lower = !distance.is_negative();
            Some((
                Distance::Exact(if is_lower { distance } else { distance.checked_neg()? }),
                is_lower,
            ))
        }
        Domain::Boolean
        | Domain::Bytes
        | Domain::Interval
        | Domain::Struct
        | Domain::Nested(_)
        | Domain::Apart { .. } => None,
    }
}

/// The distance between a decimal and one that was read from text, in units of [`Domain::decimal_places`]; what is
/// finer is cut off.
fn parsed_distance(
    left: &InDomain,
    right: &InDomain,
    domain: &Domain,
    scales: (i32, i32),
    i: usize,
) -> Option<(Distance, bool)> {
    let places = domain.decimal_places();
    let exact = |side: &InDomain, own| values::exact_at(side, i, domain.meeting().decimal_places(), own);
    let (l, l_places) = exact(left, scales.0)?;
    let (r, r_places) = exact(right, scales.1)?;
    let finest = places.max(l_places).max(r_places);
    let apart = at_scale(&l, l_places, finest) - at_scale(&r, r_places, finest);
    let cut = u32::try_from(finest - places).ok()?;
    let units = BigInt::from(apart.magnitude().clone()) / BigInt::from(10).pow(cut);
    let mut bytes = [0; 32];
    let little = units.to_signed_bytes_le();
    bytes.get_mut(..little.len())?.copy_from_slice(&little);
    Some((Distance::Exact(i256::from_le_bytes(bytes)), apart.sign() == Sign::Plus))
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
