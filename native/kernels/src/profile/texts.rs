//! Where texts change: the characters that both sides do not have in common at their beginnings and ends.

use crate::profile::counted;
use crate::spark::show::same_bytes;
use serde::{Deserialize, Serialize};

/// The highest power of two, which also has all that is more.
pub const HIGHEST: u32 = 20;
const POWERS: usize = HIGHEST as usize + 1;

/// Numbers of characters by their powers of two: 0 has none, `p` has those from 2^(p-1) on and below 2^p.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lengths([u64; POWERS]);

impl Lengths {
    fn add(&mut self, characters: usize) {
        let power = usize::BITS - characters.leading_zeros();
        self.0[power.min(HIGHEST) as usize] += 1;
    }

    fn merge(&mut self, other: &Lengths) {
        for (cells, more) in self.0.iter_mut().zip(&other.0) {
            *cells += more;
        }
    }

    /// How many cells there are of each power that has any.
    pub fn powers(&self) -> Vec<(i32, u64)> {
        counted(&self.0, 0)
    }
}

/// The changed texts of a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Texts {
    /// How many there are.
    pub cells: u64,
    /// Characters before the change.
    pub from: Lengths,
    /// Characters that changed, on the left and on the right.
    pub lengths: [Lengths; 2],
}

impl Texts {
    /// Adds a cell whose texts differ.
    pub fn add(&mut self, left: &[u8], right: &[u8]) {
        let (from, lengths) = change(left, right);
        self.cells += 1;
        self.from.add(from);
        for (all, characters) in self.lengths.iter_mut().zip(lengths) {
            all.add(characters);
        }
    }

    /// Adds those of further cells of the same column.
    pub fn merge(&mut self, other: &Texts) {
        self.cells += other.cells;
        self.from.merge(&other.from);
        for (all, more) in self.lengths.iter_mut().zip(&other.lengths) {
            all.merge(more);
        }
    }
}

/// Whether a byte goes on with a character. Characters are counted by the bytes that do not, so also where text is none.
fn continues(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Characters of text.
pub(crate) fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| !continues(byte)).count()
}

/// Characters before the change, and those that changed on both sides.
fn change(left: &[u8], right: &[u8]) -> (usize, [usize; 2]) {
    let is_inside = |bytes: &[u8], at: usize| bytes.get(at).copied().is_some_and(continues);
    let mut same = same_bytes(left, right);
    while same > 0 && (is_inside(left, same) || is_inside(right, same)) {
        same -= 1;
    }
    let (left, rest) = (&left[same..], &right[same..]);
    let mut tail = left
        .iter()
        .rev()
        .zip(rest.iter().rev())
        .take_while(|(l, r)| l == r)
        .count();
    while tail > 0 && continues(left[left.len() - tail]) {
        tail -= 1;
    }
    let lengths = [left, rest].map(|side| characters(&side[..side.len() - tail]));
    (characters(&right[..same]), lengths)
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
