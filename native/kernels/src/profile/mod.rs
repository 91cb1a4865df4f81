//! Profile: what all changed cells of a column look like together.
//!
//! Nothing here is of samples. Every part adds up: parts of a column, taken in whatever order and cut wherever, give what the whole
//! column gives, and each takes memory bounded by a constant. What cannot be exact within that bound is left out as a whole, and
//! whether it is depends on the set of changed cells alone.

pub mod changes;
pub mod distances;
pub mod texts;

use crate::cause::offset::Offsets;
use crate::profile::changes::Changes;
use crate::profile::texts::Texts;
use serde::{Deserialize, Serialize};

/// What the changed cells of a column look like, but for how far apart they are, which is counted with the cells
/// ([`crate::compare::ColumnTally`]).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Which value became which.
    pub changes: Changes,
    /// By how much numbers and times differ, whatever explains it.
    pub differences: Offsets,
    /// Where texts changed.
    pub texts: Option<Texts>,
}

impl Profile {
    /// Adds the profile of further cells of the same column.
    pub fn merge(&mut self, other: Profile) {
        self.changes.merge(other.changes);
        self.differences.merge(other.differences);
        match (&mut self.texts, other.texts) {
            (Some(texts), Some(more)) => texts.merge(&more),
            (texts, more) => *texts = texts.take().or(more),
        }
    }
}

/// Counts by a place on a scale, without the places that have none.
pub fn counted(counts: &[u64], first: i32) -> Vec<(i32, u64)> {
    let places = (first..).zip(counts);
    places
        .filter(|&(_, &cells)| cells > 0)
        .map(|(place, &cells)| (place, cells))
        .collect()
}
