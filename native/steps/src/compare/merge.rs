//! Between compare and the document: results of splits are merged per column, by tasks, so that only the merged ones reach the
//! driver.

use crate::plan::run::RunPlan;
use crate::settle::duplicates::NAMED_DUPLICATES;
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use arrow::datatypes::i256;
use parity_kernels::cause::Cause;
use parity_kernels::cause::offset::{Difference, Offsets};
use parity_kernels::compare::{ColumnTally, Distance};
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
    mismatches: u64,
    null_left: u64,
    null_right: u64,
    max_distance: Option<PlainDistance>,
    relaxed: u64,
    /// How many of them each cause explains that a cell alone tells.
    causes: BTreeMap<Cause, u64>,
    /// By how much the others differ.
    pub offsets: Offsets,
    /// The smallest of them.
    pub cells: Vec<CellExample>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum PlainDistance {
    Exact([u8; 32]),
    Double(f64),
}

impl ColumnPart {
    /// A column's part made from a tally.
    pub fn new(tally: &ColumnTally, causes: BTreeMap<Cause, u64>, cells: Vec<CellExample>) -> Self {
        ColumnPart {
            mismatches: tally.mismatches,
            null_left: tally.null_left,
            null_right: tally.null_right,
            max_distance: tally.max_distance.map(|distance| match distance {
                Distance::Exact(units) => PlainDistance::Exact(units.to_le_bytes()),
                Distance::Double(value) => PlainDistance::Double(value),
            }),
            relaxed: tally.relaxed,
            causes,
            offsets: Offsets::default(),
            cells,
        }
    }

    /// The same of masked values, without what would tell something of them.
    pub fn masked(tally: &ColumnTally) -> Self {
        let counts = ColumnTally {
            max_distance: None,
            ..*tally
        };
        ColumnPart::new(&counts, BTreeMap::new(), Vec::new())
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

    /// The tally.
    pub fn tally(&self) -> ColumnTally {
        ColumnTally {
            mismatches: self.mismatches,
            null_left: self.null_left,
            null_right: self.null_right,
            max_distance: self.max_distance.map(|distance| match distance {
                PlainDistance::Exact(bytes) => Distance::Exact(i256::from_le_bytes(bytes)),
                PlainDistance::Double(value) => Distance::Double(value),
            }),
            relaxed: self.relaxed,
        }
    }

    /// Adds further rows of the same column.
    pub fn add(&mut self, mut other: ColumnPart, samples: usize) {
        let mut tally = self.tally();
        tally.merge(&other.tally());
        let mut cells = std::mem::take(&mut self.cells);
        cells.append(&mut other.cells);
        keep_smallest(&mut cells, samples);
        let mut causes = std::mem::take(&mut self.causes);
        for (cause, cells) in other.causes {
            *causes.entry(cause).or_default() += cells;
        }
        let mut offsets = std::mem::take(&mut self.offsets);
        offsets.merge(other.offsets);
        *self = ColumnPart {
            offsets,
            ..ColumnPart::new(&tally, causes, cells)
        };
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
    /// Other rows to be shown.
    pub examples: BTreeMap<ExampleKind, Vec<ExampleRow>>,
}

impl Results {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.compared == 0 && self.columns.is_empty() && self.changed.is_empty() && self.examples.is_empty()
    }

    /// Adds the results of other splits.
    pub fn add(&mut self, mut other: Results, samples: usize) {
        self.compared += other.compared;
        self.relaxed += other.relaxed;
        for (column, part) in other.columns {
            self.columns.entry(column).or_default().add(part, samples);
        }
        self.changed.append(&mut other.changed);
        keep_smallest(&mut self.changed, samples);
        for (kind, rows) in other.examples {
            self.add_examples(kind, rows, samples);
        }
    }

    /// Adds rows to be shown.
    pub fn add_examples(&mut self, kind: ExampleKind, mut rows: Vec<ExampleRow>, samples: usize) {
        let kept = self.examples.entry(kind).or_default();
        kept.append(&mut rows);
        let wanted = match kind {
            ExampleKind::OnlyLeft | ExampleKind::OnlyRight => samples,
            ExampleKind::DuplicateLeft | ExampleKind::DuplicateRight => NAMED_DUPLICATES,
        };
        keep_smallest(kept, wanted);
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
    samples: usize,
    results: Option<Results>,
}

impl Merge {
    /// Opens the step.
    pub fn open(plan: &[u8]) -> Result<Self, ParityError> {
        Ok(Merge {
            samples: RunPlan::from_bytes(plan)?.samples,
            results: Some(Results::default()),
        })
    }
}

impl Step for Merge {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if let Some(results) = &mut self.results {
            results.add(Results::of(block)?, self.samples);
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        match self.results.take() {
            Some(results) => Ok(Some(vec![results.block(DRIVER)?])),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
