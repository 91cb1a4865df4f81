//! Running sums of hashes, which grow column by column.

use crate::digest::hash::Hash128;
use arrow::buffer::NullBuffer;

/// One running 128-bit sum per row.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    /// First halves.
    pub lo: Vec<u64>,
    /// Second halves.
    pub hi: Vec<u64>,
}

impl Sums {
    /// Starts again with `rows` rows at zero, keeping the memory.
    pub fn reset(&mut self, rows: usize) {
        for half in [&mut self.lo, &mut self.hi] {
            half.clear();
            half.resize(rows, 0);
        }
    }

    /// The sum of one row.
    pub fn get(&self, row: usize) -> Hash128 {
        Hash128 {
            lo: self.lo[row],
            hi: self.hi[row],
        }
    }

    /// Adds one hash to each row from row `from` on.
    #[inline]
    pub(crate) fn add(&mut self, from: usize, hashes: impl ExactSizeIterator<Item = Hash128>) {
        let rows = from..from + hashes.len();
        let (lo, hi) = (&mut self.lo[rows.clone()], &mut self.hi[rows]);
        for ((lo, hi), hash) in lo.iter_mut().zip(hi).zip(hashes) {
            *lo = lo.wrapping_add(hash.lo);
            *hi = hi.wrapping_add(hash.hi);
        }
    }

    /// Where a row is null, takes back the hash that was `added` for its slot, and adds that of null. Nulls are few as
    /// a rule, so hashing their slots along with the others costs less than asking at every row.
    #[inline]
    pub(crate) fn replace_nulls(
        &mut self,
        from: usize,
        nulls: &NullBuffer,
        null: Hash128,
        added: impl Fn(usize) -> Hash128,
    ) {
        for row in (!nulls.inner()).set_indices() {
            let difference = null.minus(added(row));
            let (lo, hi) = (&mut self.lo[from + row], &mut self.hi[from + row]);
            *lo = lo.wrapping_add(difference.lo);
            *hi = hi.wrapping_add(difference.hi);
        }
    }

    /// Adds one constant to every row of the window.
    pub fn add_constant(&mut self, from: usize, rows: usize, hash: Hash128) {
        self.add(from, (0..rows).map(|_| hash));
    }
}
