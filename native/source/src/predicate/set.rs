//! Sets of values as stretches of their order.

use serde::{Deserialize, Serialize};
use std::ops::Bound;

/// A stretch of byte strings.
pub(super) type Stretch = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// A set of values of one column. Stretches ascend and do not overlap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Set {
    /// No value.
    Nothing,
    /// Every value.
    Everything,
    /// Numbers between two others, both included.
    Numbers(Vec<(i128, i128)>),
    /// Byte strings by unsigned bytes.
    Bytes(Vec<Stretch>),
}

impl Set {
    /// Numbers in any of these stretches, some of which may be empty.
    pub(super) fn numbers(stretches: impl IntoIterator<Item = (i128, i128)>) -> Set {
        let mut stretches: Vec<(i128, i128)> = stretches.into_iter().filter(|(low, high)| low <= high).collect();
        stretches.sort_unstable();
        let mut merged: Vec<(i128, i128)> = Vec::with_capacity(stretches.len());
        for (low, high) in stretches {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        if merged.is_empty() {
            Set::Nothing
        } else {
            Set::Numbers(merged)
        }
    }

    /// These byte strings.
    pub(super) fn byte_strings(mut values: Vec<Vec<u8>>) -> Set {
        values.sort_unstable();
        values.dedup();
        if values.is_empty() {
            return Set::Nothing;
        }
        let points = values.into_iter();
        Set::Bytes(
            points
                .map(|v| (Bound::Included(v.clone()), Bound::Included(v)))
                .collect(),
        )
    }

    /// Byte strings that begin like this.
    pub(super) fn prefix(prefix: &[u8]) -> Set {
        let mut after = prefix.to_vec();
        while after.last() == Some(&0xff) {
            after.pop();
        }
        let high = match after.last_mut() {
            Some(last) => {
                *last += 1;
                Bound::Excluded(after)
            }
            None => Bound::Unbounded,
        };
        Set::Bytes(vec![(Bound::Included(prefix.to_vec()), high)])
    }

    /// The numbers of it that are not in the other one.
    pub(super) fn without(self, other: &Set) -> Set {
        let (Set::Numbers(stretches), Set::Numbers(others)) = (&self, other) else {
            return self;
        };
        let mut rest = stretches.clone();
        for &(low, high) in others {
            rest = rest
                .into_iter()
                .flat_map(|(first, last)| {
                    let before = (first, last.min(low.saturating_sub(1)));
                    let after = (first.max(high.saturating_add(1)), last);
                    // At the very ends there is nothing before or behind.
                    [(low > i128::MIN).then_some(before), (high < i128::MAX).then_some(after)]
                })
                .flatten()
                .collect();
        }
        Set::numbers(rest)
    }

    /// Its numbers, where there are at most `most`.
    pub fn few_numbers(&self, most: usize) -> Option<Vec<i128>> {
        let Set::Numbers(stretches) = self else { return None };
        let lengths = stretches
            .iter()
            .map(|&(low, high)| high.abs_diff(low).saturating_add(1));
        let count = lengths.fold(0, u128::saturating_add);
        (count <= most as u128).then(|| stretches.iter().flat_map(|&(low, high)| low..=high).collect())
    }

    /// Its byte strings, where there are at most `most`.
    pub fn few_bytes(&self, most: usize) -> Option<Vec<Vec<u8>>> {
        let Set::Bytes(stretches) = self else { return None };
        let one = |stretch: &Stretch| match stretch {
            (Bound::Included(low), Bound::Included(high)) if low == high => Some(low.clone()),
            _ => None,
        };
        stretches
            .iter()
            .take(most + 1)
            .map(one)
            .collect::<Option<Vec<_>>>()
            .filter(|found| found.len() <= most)
    }

    /// Whether a number is in it.
    #[inline]
    pub(super) fn has_number(&self, number: i128) -> bool {
        match self {
            Set::Everything => true,
            Set::Numbers(stretches) => {
                let at = stretches.partition_point(|&(_, high)| high < number);
                stretches.get(at).is_some_and(|&(low, _)| low <= number)
            }
            Set::Nothing | Set::Bytes(_) => false,
        }
    }

    /// Whether a byte string is in it.
    pub(super) fn has_bytes(&self, bytes: &[u8]) -> bool {
        match self {
            Set::Everything => true,
            Set::Bytes(stretches) => {
                let at = stretches.partition_point(|(_, high)| is_above(bytes, high));
                stretches.get(at).is_some_and(|(low, _)| !is_below(bytes, low))
            }
            Set::Nothing | Set::Numbers(_) => false,
        }
    }

    /// Whether some number from `low` to `high` may be in it.
    pub(super) fn meets_numbers(&self, low: i128, high: i128) -> bool {
        match self {
            Set::Everything => true,
            Set::Numbers(stretches) => stretches.iter().any(|&(first, last)| first <= high && low <= last),
            Set::Nothing | Set::Bytes(_) => false,
        }
    }

    /// Whether every number from `low` to `high` is surely in it.
    pub(super) fn covers_numbers(&self, low: i128, high: i128) -> bool {
        match self {
            Set::Everything => true,
            Set::Numbers(stretches) => stretches.iter().any(|&(first, last)| first <= low && high <= last),
            Set::Nothing | Set::Bytes(_) => false,
        }
    }

    /// Whether some byte string from `low` to `high` may be in it.
    pub(super) fn meets_bytes(&self, low: &[u8], high: &[u8]) -> bool {
        match self {
            Set::Everything => true,
            Set::Bytes(stretches) => stretches
                .iter()
                .any(|(first, last)| !is_below(high, first) && !is_above(low, last)),
            Set::Nothing | Set::Numbers(_) => false,
        }
    }

    /// Whether every byte string from `low` to `high` is surely in it.
    pub(super) fn covers_bytes(&self, low: &[u8], high: &[u8]) -> bool {
        match self {
            Set::Everything => true,
            Set::Bytes(stretches) => stretches
                .iter()
                .any(|(first, last)| !is_below(low, first) && !is_above(high, last)),
            Set::Nothing | Set::Numbers(_) => false,
        }
    }
}

/// Whether a byte string lies before a stretch that begins so.
fn is_below(bytes: &[u8], low: &Bound<Vec<u8>>) -> bool {
    match low {
        Bound::Included(low) => bytes < low.as_slice(),
        Bound::Excluded(low) => bytes <= low.as_slice(),
        Bound::Unbounded => false,
    }
}

/// Whether a byte string lies behind a stretch that ends so.
fn is_above(bytes: &[u8], high: &Bound<Vec<u8>>) -> bool {
    match high {
        Bound::Included(high) => bytes > high.as_slice(),
        Bound::Excluded(high) => bytes >= high.as_slice(),
        Bound::Unbounded => false,
    }
}
