//! Example rows: those with the smallest keys in Spark's sort order.
//!
//! One-sided rows may be many, and without keys a row's identity is all of its columns. So the smallest rows of each
//! split are found column by column: rows that are already behind the wanted number are dropped before the next column is fetched,
//! and only some rows of one column are in memory at a time.

use crate::compare::merge::ExampleRow;
use crate::fetch::layout::PORTION_BYTES;
use crate::plan::pair::LeafPair;
use crate::plan::run::RunPlan;
use arrow::array::ArrayRef;
use parity_kernels::domain::Side;
use parity_kernels::matching::Location;
use parity_kernels::spark::zone::Zone;
use parity_kernels::spark::{order, show};
use parity_report::document::KeyText;
use parity_source::values::ranges_of;
use parity_source::{Cursor, OpenSplit, ParityError};
use std::collections::BTreeMap;

/// The smallest rows of one split, `samples` of them if there are as many. `rows` ascend, and so does the answer.
fn smallest_of_split(
    open: &dyn OpenSplit,
    identity: &[LeafPair],
    side: Side,
    rows: &[u32],
    samples: usize,
) -> Result<Vec<u32>, ParityError> {
    // Rows still in the running, ascending, and the place of the first row equal to each in the columns so far.
    let mut kept: Vec<(u32, u32)> = rows.iter().map(|&row| (row, 0)).collect();
    for pair in identity {
        if kept.len() <= samples {
            break;
        }
        let mut first = FirstRows::new(samples);
        let numbers: Vec<u32> = kept.iter().map(|&(row, _)| row).collect();
        each_piece(open, pair.columns[side.index()], &numbers, |start, values| {
            let sortable = order::sortable(std::slice::from_ref(&values))?;
            for (i, &kept) in kept[start..start + values.len()].iter().enumerate() {
                first.add(kept, sortable.row(i).as_ref());
            }
            Ok(())
        })?;
        kept = first.rows();
    }
    // Rows that are equal in every column are interchangeable: the first will do.
    kept.sort_by_key(|&(row, place)| (place, row));
    kept.truncate(samples);
    let mut numbers: Vec<u32> = kept.iter().map(|&(row, _)| row).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// The first rows by a column, behind what the columns before it said: as many as are wanted, and those that are equal to the last.
struct FirstRows {
    wanted: usize,
    /// Rows by their place so far and the bytes of their value.
    rows: BTreeMap<(u32, Vec<u8>), Vec<u32>>,
    count: usize,
}

impl FirstRows {
    fn new(wanted: usize) -> Self {
        FirstRows {
            wanted,
            rows: BTreeMap::new(),
            count: 0,
        }
    }

    fn add(&mut self, (row, place): (u32, u32), value: &[u8]) {
        let value = order::kept(value);
        let last = self
            .rows
            .last_key_value()
            .map(|((place, value), _)| (*place, value.as_slice()));
        if self.count >= self.wanted && last.is_some_and(|last| (place, value.as_ref()) > last) {
            return;
        }
        self.rows.entry((place, value.into_owned())).or_default().push(row);
        self.count += 1;
        while let Some(last) = self.rows.last_entry()
            && self.count - last.get().len() >= self.wanted
        {
            self.count -= last.remove().len();
        }
    }

    /// The rows, ascending, and the place of the first row equal to each.
    fn rows(self) -> Vec<(u32, u32)> {
        let mut place = 0;
        let mut all = Vec::with_capacity(self.count);
        for rows in self.rows.into_values() {
            let first = place;
            place += rows.len() as u32;
            all.extend(rows.into_iter().map(|row| (row, first)));
        }
        all.sort_unstable();
        all
    }
}

/// The identity of a row as text, without what is masked of it.
pub fn key_text(identity: &[LeafPair], side: Side, columns: &[ArrayRef], row: usize, zone: Zone) -> KeyText {
    identity
        .iter()
        .zip(columns)
        .map(|(pair, values)| {
            let shown = || show::show_key(values.as_ref(), row, &pair.leaves[side.index()], zone);
            (pair.name.clone(), (!pair.masked).then(shown).flatten())
        })
        .collect()
}

/// The smallest of some rows of a split, to be merged with those of other splits. `rows` ascend.
pub fn row_examples(
    open: &dyn OpenSplit,
    plan: &RunPlan,
    side: Side,
    split: u32,
    rows: &[u32],
) -> Result<Vec<ExampleRow>, ParityError> {
    let identity = plan.plan.identity();
    let most = plan.keep().most();
    let rows = smallest_of_split(open, identity, side, rows, most)?;
    let mut examples: Vec<ExampleRow> = Vec::new();
    examples.extend(rows.iter().map(|&row| ExampleRow {
        at: Location { split, row },
        rows: 1,
        ..ExampleRow::default()
    }));
    for pair in identity {
        let leaf = &pair.leaves[side.index()];
        each_piece(open, pair.columns[side.index()], &rows, |start, values| {
            let sortable = order::sortable(std::slice::from_ref(&values))?;
            for (i, example) in examples[start..start + values.len()].iter_mut().enumerate() {
                example.sort.extend_from_slice(&order::kept(sortable.row(i).as_ref()));
                let shown = || show::show_key(values.as_ref(), i, leaf, plan.zone);
                example
                    .key
                    .push((pair.name.clone(), (!pair.masked).then(shown).flatten()));
            }
            Ok(())
        })?;
    }
    Ok(examples)
}

/// The smallest of some duplicate keys of a split, each told by one of its rows and how many it has. `keys` ascend by their rows.
pub fn duplicate_examples(
    open: &dyn OpenSplit,
    plan: &RunPlan,
    side: Side,
    split: u32,
    keys: &[(u32, u64)],
) -> Result<Vec<ExampleRow>, ParityError> {
    let rows: Vec<u32> = keys.iter().map(|&(row, _)| row).collect();
    let mut examples = row_examples(open, plan, side, split, &rows)?;
    // Examples ascend by their rows, too.
    let mut keys = keys.iter();
    for example in &mut examples {
        example.rows = keys
            .find(|(row, _)| *row == example.at.row)
            .map_or(1, |&(_, rows)| rows);
    }
    Ok(examples)
}

/// Fetches a column of some rows, which ascend, and hands them out some at a time, each time with the number of rows before them.
pub fn each_piece(
    open: &dyn OpenSplit,
    column: usize,
    rows: &[u32],
    mut each: impl FnMut(usize, ArrayRef) -> Result<(), ParityError>,
) -> Result<(), ParityError> {
    let mut cursor = Cursor::default();
    let mut done = 0;
    while done < rows.len() {
        let values = open.fetch_some(&mut cursor, column, &rows[done..], PORTION_BYTES)?;
        for range in ranges_of(&[&values], PORTION_BYTES) {
            each(done + range.start, values.slice(range.start, range.len()))?;
        }
        done += values.len();
    }
    Ok(())
}
