//! Which value became which: the changes of a column by how many cells they happened to.
//!
//! They are counted exactly as long as there are few different ones. Two cells change alike where both sides hold the same
//! values of their own types; a hash of 128 bits stands for those, so that long values take no memory.

use crate::spark::order;
use crate::spark::show::{self, Cut};
use crate::spark::zone::Zone;
use crate::types::LeafType;
use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::take;
use arrow::error::ArrowError;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use xxhash_rust::xxh3::xxh3_128;

/// Different changes of a column beyond which none is told.
pub const MOST: usize = 256;
/// How many of them are told.
pub const TOLD: usize = 20;
/// Characters of a value that are told.
const TOLD_CHARACTERS: usize = 64;
/// Cells that are looked at together, as long as their values are not large.
const AT_ONCE: usize = 1024;
/// Bytes of values that are looked at together, about: they are copied twice for it.
const BYTES_AT_ONCE: usize = 1 << 20;

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Cells that changed in this way.
    pub cells: u64,
    /// The left and the right value.
    pub texts: [Option<String>; 2],
    /// What of long values the texts are.
    pub cut: Option<Cut>,
}

/// All changes of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Empty once there are too many.
    found: BTreeMap<u128, Change>,
    too_many: bool,
    /// How many there were, once only those to be told are kept.
    distinct: Option<u64>,
}

impl Changes {
    /// Adds the changed cells, by their rows, of some rows of the column.
    pub fn add(
        &mut self,
        own: [&ArrayRef; 2],
        rows: impl Iterator<Item = usize>,
        leaves: [&LeafType; 2],
        zone: Zone,
    ) -> Result<(), ArrowError> {
        // Most columns either change in few ways or soon in too many; of those not a single value is shown.
        let mut counts: HashMap<u128, (u64, usize)> = HashMap::new();
        let mut more = 0;
        let bytes: usize = own.iter().map(|side| side.get_buffer_memory_size()).sum();
        let at_once = (BYTES_AT_ONCE / (bytes / own[0].len().max(1)).max(1)).clamp(1, AT_ONCE);
        let mut rows = rows.map(|row| row as u32).peekable();
        while !self.too_many && rows.peek().is_some() {
            let rows = UInt32Array::from_iter_values(rows.by_ref().take(at_once));
            let [left, right] = own.map(|side| take(side, &rows, None));
            let sortable = order::sortable(&[left?, right?])?;
            for (bytes, &row) in sortable.iter().zip(rows.values()) {
                let hash = xxh3_128(bytes.as_ref());
                let (cells, _) = counts.entry(hash).or_insert_with(|| {
                    more += usize::from(!self.found.contains_key(&hash));
                    (0, row as usize)
                });
                *cells += 1;
            }
            self.check(more);
        }
        if self.too_many {
            return Ok(());
        }
        for (hash, (cells, row)) in counts {
            let change = self.found.entry(hash).or_insert_with(|| {
                let values = own.map(|side| side.as_ref() as &dyn Array);
                let (texts, cut) = show::show_pair_within(TOLD_CHARACTERS, values, row, leaves, zone);
                Change { cells: 0, texts, cut }
            });
            change.cells += cells;
        }
        Ok(())
    }

    /// Adds those of further cells of the same column.
    pub fn merge(&mut self, other: Changes) {
        if self.found.is_empty() && !self.too_many || other.too_many {
            *self = other;
            return;
        }
        if self.too_many {
            return;
        }
        for (hash, change) in other.found {
            let cells = change.cells;
            self.found.entry(hash).or_insert(Change { cells: 0, ..change }).cells += cells;
        }
        self.check(0);
    }

    fn check(&mut self, more: usize) {
        if self.found.len() + more > MOST {
            *self = Changes {
                too_many: true,
                ..Changes::default()
            };
        }
    }

    /// Forgets what is not told. Nothing can be added to them from then on.
    pub fn conclude(&mut self) {
        self.distinct = self.distinct();
        let told: Vec<u128> = self.ordered().into_iter().map(|(&hash, _)| hash).take(TOLD).collect();
        self.found.retain(|hash, _| told.contains(hash));
    }

    fn ordered(&self) -> Vec<(&u128, &Change)> {
        let mut found: Vec<(&u128, &Change)> = self.found.iter().collect();
        let cut = |change: &Change| change.cut.map(|cut| (cut.from, cut.lengths));
        found.sort_by_key(|&(&hash, change)| (Reverse(change.cells), &change.texts, cut(change), hash));
        found
    }

    /// How many different ones there are; `None` where there are too many to count.
    pub fn distinct(&self) -> Option<u64> {
        (!self.too_many).then(|| self.distinct.unwrap_or(self.found.len() as u64))
    }

    /// Those that are told, most cells first; the others go by their texts, null first.
    pub fn told(&self) -> Vec<&Change> {
        self.ordered()
            .into_iter()
            .map(|(_, change)| change)
            .take(TOLD)
            .collect()
    }
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
