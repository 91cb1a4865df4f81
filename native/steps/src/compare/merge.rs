//! Between compare and the document: results of splits are merged per column, by tasks, so that only the merged ones reach the
//! driver.

use crate::chosen::Texts;
use crate::plan::run::RunPlan;
use crate::settle::duplicates::NAMED_DUPLICATES;
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_kernels::cause::Cause;
use parity_kernels::cause::offset::{Difference, Offsets};
use parity_kernels::compare::ColumnTally;
use parity_kernels::matching::Location;
use parity_kernels::profile::Profile;
use parity_kernels::profile::distances::Distances;
use parity_report::document::{CellCut, KeyText};
use parity_source::{ParityError, wire};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an example row is an example of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ExampleKind {
    /// A row on the left only.
    OnlyLeft,
    /// A row on the right only.
    OnlyRight,
    /// A duplicate key of the left side.
    DuplicateLeft,
    /// A duplicate key of the right side.
    DuplicateRight,
}

/// A row to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExampleRow {
    /// Bytes in the order of the rows' keys.
    pub sort: Vec<u8>,
    /// The key.
    pub key: KeyText,
    /// Where the row is.
    pub at: Location,
    /// How many rows of the side it stands for: all that have its key, of a duplicate key.
    pub rows: u64,
    /// Its values, where they were read along with those of changed rows.
    pub values: Option<Texts>,
}

/// A changed row of a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChosenRow {
    /// Bytes in the order of the left rows' keys.
    pub sort: Vec<u8>,
    /// Place among the pairs of one key.
    pub place: u32,
    /// The left row.
    pub left: Location,
}

/// How many rows are kept of what is to be shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keep {
    /// Examples of each kind.
    pub samples: usize,
    /// Rows of each kind for a page.
    pub rows: usize,
}

impl Keep {
    /// Rows of the kinds that samples, a page and a refusal have in common: one more than there are samples, which tells whether the
    /// last of them is one of several with its key.
    pub fn most(self) -> usize {
        self.samples.saturating_add(1).max(self.rows).max(NAMED_DUPLICATES)
    }
}

/// Rows to be shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Examples {
    /// What of.
    pub kind: ExampleKind,
    /// The smallest of a split.
    pub rows: Vec<ExampleRow>,
}

/// A changed row to be shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChangedExample {
    /// Bytes in the order of the left rows' keys.
    pub sort: Vec<u8>,
    /// Place among the pairs of one key.
    pub place: u32,
    /// The key.
    pub key: KeyText,
    /// Numbers of the columns that differ, ascending.
    pub columns: Vec<u32>,
}

/// A changed cell to be shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellExample {
    /// Bytes in the order of the left rows' keys.
    pub sort: Vec<u8>,
    /// Place among the pairs of one key.
    pub place: u32,
    /// The key.
    pub key: KeyText,
    /// The left value.
    pub left: Option<String>,
    /// The right value.
    pub right: Option<String>,
    /// What of long values the two are.
    pub cut: Option<CellCut>,
}

/// What the changed cells of a column come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnPart {
    /// How many there are, and how far apart.
    pub tally: ColumnTally,
    /// How many of them each cause explains that a cell alone tells.
    pub causes: BTreeMap<Cause, u64>,
    /// By how much the others differ.
    pub offsets: Offsets,
    /// What they look like.
    pub profile: Profile,
    /// The smallest of them.
    pub cells: Vec<CellExample>,
}

impl ColumnPart {
    /// Of masked values: nothing that would tell something of them.
    pub fn masked(tally: &ColumnTally) -> Self {
        ColumnPart {
            tally: ColumnTally {
                distances: Distances::default(),
                ..*tally
            },
            ..ColumnPart::default()
        }
    }

    fn chosen_offset(&self) -> Option<(Difference, u64)> {
        let unexplained = self.causes.get(&Cause::Other);
        self.offsets.chosen(unexplained.copied().unwrap_or_default())
    }

    /// The offset of the column, if these are all its rows.
    pub fn offset(&self) -> Option<Difference> {
        self.chosen_offset().map(|(difference, _)| difference)
    }

    /// How many cells each cause explains, if these are all the rows of the column.
    pub fn causes(&self) -> BTreeMap<Cause, u64> {
        let mut causes = self.causes.clone();
        if let Some((difference, cells)) = self.chosen_offset() {
            causes.insert(Cause::Offset(difference), cells);
            causes.entry(Cause::Other).and_modify(|others| *others -= cells);
            causes.retain(|_, &mut cells| cells > 0);
        }
        causes
    }

    /// Adds further rows of the same column.
    pub fn add(&mut self, mut other: ColumnPart, samples: usize) {
        self.tally.merge(&other.tally);
        for (cause, cells) in other.causes {
            *self.causes.entry(cause).or_default() += cells;
        }
        self.offsets.merge(other.offsets);
        self.profile.merge(other.profile);
        self.cells.append(&mut other.cells);
        keep_smallest(&mut self.cells, samples);
    }
}

fn keep_smallest<T: Ord>(examples: &mut Vec<T>, samples: usize) {
    examples.sort();
    examples.truncate(samples);
}

/// Results of some splits.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Results {
    /// Changed rows that were compared.
    pub compared: u64,
    /// How many of these rows differ within their relaxations only.
    pub relaxed: u64,
    /// Columns by number.
    pub columns: BTreeMap<u32, ColumnPart>,
    /// The smallest changed rows.
    pub changed: Vec<ChangedExample>,
    /// The smallest of them for a page.
    pub chosen: Vec<ChosenRow>,
    /// Other rows to be shown.
    pub examples: BTreeMap<ExampleKind, Vec<ExampleRow>>,
}

impl Results {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.compared == 0 && self.columns.is_empty() && self.changed.is_empty() && self.examples.is_empty()
    }

    /// Adds the results of other splits.
    pub fn add(&mut self, mut other: Results, keep: Keep) {
        let samples = keep.samples;
        self.compared += other.compared;
        self.relaxed += other.relaxed;
        for (column, part) in other.columns {
            self.columns.entry(column).or_default().add(part, samples);
        }
        self.changed.append(&mut other.changed);
        keep_smallest(&mut self.changed, samples);
        self.chosen.append(&mut other.chosen);
        keep_smallest(&mut self.chosen, keep.rows);
        for (kind, rows) in other.examples {
            self.add_examples(kind, rows, keep);
        }
    }

    /// Adds rows to be shown.
    pub fn add_examples(&mut self, kind: ExampleKind, mut rows: Vec<ExampleRow>, keep: Keep) {
        let kept = self.examples.entry(kind).or_default();
        kept.append(&mut rows);
        keep_smallest(kept, keep.most());
        kept.iter_mut().skip(keep.samples).for_each(|row| row.values = None);
    }

    /// A block of them.
    pub fn block(&self, target: u32) -> Result<Vec<u8>, ParityError> {
        let mut block = block::begin(target, 0);
        wire::put(&mut block, self)?;
        Ok(block)
    }

    /// The results in a block.
    pub fn of(block: &[u8]) -> Result<Results, ParityError> {
        wire::get(&mut block::payload(block)?)
    }
}

/// Merges results.
pub struct Merge {
    keep: Keep,
    results: Option<Results>,
}

impl Merge {
    /// Opens the step.
    pub fn open(plan: &[u8]) -> Result<Self, ParityError> {
        Ok(Merge {
            keep: RunPlan::from_bytes(plan)?.keep(),
            results: Some(Results::default()),
        })
    }
}

impl Step for Merge {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if let Some(results) = &mut self.results {
            results.add(Results::of(block)?, self.keep);
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        match self.results.take() {
            Some(mut results) => {
                // All of a column comes to one task.
                let parts = results.columns.values_mut();
                parts.for_each(|part| part.profile.changes.conclude());
                Ok(Some(vec![results.block(DRIVER)?]))
            }
            None => Ok(None),
        }
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
