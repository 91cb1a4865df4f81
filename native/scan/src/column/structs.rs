//! Where structs are, as each of their leaves tells it.
//!
//! A file tells of a struct that it is not there once in every leaf below it, and fields are read one by one. Leaves
//! that disagree would make a struct null and a field of it not, which no writer means and every reader reads in its
//! own way.
//!
//! The levels of each leaf, as far as they tell of its struct, become one sum over the rows of a window; sums of one
//! struct must be equal. A struct tells of the one that it is in likewise, so each column is held against its innermost
//! struct only.

use crate::files::dataset::{ColumnInFile, DataFile, Dataset};
use arrow::array::{Array, ArrayRef};
use std::collections::HashMap;

/// Sums of the structs of a window, by the first leaf of each that was read.
#[derive(Debug, Default)]
pub(crate) struct Structs(HashMap<usize, u64>);

impl Structs {
    /// Forgets everything: another window begins.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether sums agree with the leaves that were read before.
    pub(crate) fn agree(&mut self, sums: &[Around]) -> bool {
        sums.iter()
            .all(|around| *self.0.entry(around.number).or_insert(around.sum) == around.sum)
    }
}

/// A struct that a column is, or is in, and what the column's levels tell of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    /// Number of the struct's column.
    number: usize,
    /// The definition level from which on it is there.
    def: i16,
    sum: u64,
}

/// The struct that a column is and the one that it is directly in, as far as a file may say that they are not there.
pub(crate) fn around(dataset: &Dataset, file: &DataFile, column: usize) -> Vec<Around> {
    let own = dataset.columns[column].is_struct().then_some(column);
    let around = own.into_iter().chain(dataset.columns[column].parent);
    let places = around.filter_map(|number| match &file.columns[number] {
        ColumnInFile::Struct(place) if place.def > 0 => Some(Around {
            number,
            def: place.def,
            sum: 0,
        }),
        _ => None,
    });
    places.collect()
}

impl Around {
    /// Adds rows from row `start` of the window on: their definition levels, or their nulls where these tell them.
    pub(crate) fn add(&mut self, start: usize, rows: &ArrayRef, levels: Option<&[i16]>) {
        match levels {
            Some(levels) => self.add_levels(start, levels.iter().copied()),
            None => self.add_levels(start, (0..rows.len()).map(|row| i16::from(rows.is_valid(row)))),
        }
    }

    fn add_levels(&mut self, start: usize, levels: impl Iterator<Item = i16>) {
        for (row, level) in levels.enumerate() {
            let told = u64::from(level.min(self.def).cast_unsigned());
            self.sum = self.sum.wrapping_add(mixed((start + row) as u64 ^ told << 48));
        }
    }
}

/// A number whose every bit depends on all bits of `word`, as in SplitMix64.
fn mixed(word: u64) -> u64 {
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}
