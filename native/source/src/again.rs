//! Rows that are found again by what they are, where row numbers do not hold.
//!
//! Whoever matched the rows of a side knows them by the numbers that they had when they were fingerprinted. Where a
//! split gives its rows in another order when it is opened again, it is fingerprinted again, and each wanted row is the
//! one with the same key hash and digest. Rows that have both in common are equal, and yet their values may be spelled
//! differently (`04` and `4`, compared with a number). So that the same rows give the same values however often they
//! are looked for, these go by a hash of their own values.

use crate::plan::SidePlan;
use crate::values::{PIECE_BYTES, put_together, value_bytes};
use crate::{Code, Cursor, Fingerprint, OpenSplit, ParityError, wire};
use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::take;
use parity_kernels::digest::entry::Entry;
use parity_kernels::digest::hash::Hash128;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// Rows that are fingerprinted before those among them that are wanted are looked for.
const PORTION_ROWS: usize = 1 << 16;
/// Rows that are fetched before it is known how large they are.
const FIRST_ROWS: usize = 8;

/// The mark by which a row is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// Its key hash.
    pub key: Hash128,
    /// Its digest.
    pub digest: Hash128,
}

impl Mark {
    /// That of an entry's row.
    pub fn of(entry: &Entry) -> Mark {
        let Entry { key, digest, .. } = *entry;
        Mark { key, digest }
    }
}

/// An open split in which rows go by the numbers that they had before. `path` is how messages call the side.
pub fn find(
    open: Arc<dyn OpenSplit>,
    plan: &SidePlan,
    marks: &[(u32, Mark)],
    path: &str,
) -> Result<Arc<dyn OpenSplit>, ParityError> {
    let known: BTreeMap<u32, Mark> = marks.iter().copied().collect();
    let mut wanted: HashMap<Mark, Same> = HashMap::new();
    for (row, mark) in known {
        wanted.entry(mark).or_default().wanted.push(row);
    }
    let mut scanned = Arc::clone(&open).fingerprint(plan)?;
    while let Some(portion) = scanned.next(PORTION_ROWS)? {
        for entry in portion.entries() {
            if let Some(same) = wanted.get_mut(&Mark::of(&entry)) {
                same.found.push(entry.row);
            }
        }
    }
    sort(&*open, plan, &mut wanted)?;
    let mut now = HashMap::with_capacity(marks.len());
    let mut is_missing = false;
    for same in wanted.into_values() {
        is_missing |= same.found.len() < same.wanted.len();
        now.extend(same.wanted.into_iter().zip(same.found));
    }
    if is_missing {
        return Err(ParityError::new(
            Code::SourceChanged,
            format!("{path} gave other rows when it was read again"),
            "run the comparison again when nothing changes the data, or compare a copy that was written once",
        ));
    }
    Ok(Arc::new(Renumbered { open, now }))
}

/// Rows with one mark.
#[derive(Default)]
struct Same {
    /// Those that are wanted, by the numbers that they had, ascending.
    wanted: Vec<u32>,
    /// All that there are now.
    found: Vec<u32>,
}

/// Puts rows that have one mark into the order of a hash of their own values in the columns of the plan.
fn sort(open: &dyn OpenSplit, plan: &SidePlan, wanted: &mut HashMap<Mark, Same>) -> Result<(), ParityError> {
    let several = wanted.values().filter(|same| same.found.len() > 1);
    let mut rows: Vec<u32> = several.flat_map(|same| same.found.iter().copied()).collect();
    rows.sort_unstable();
    let mut hashes = vec![0u128; rows.len()];
    for leaf in plan.keys.iter().chain(&plan.values) {
        let mut cursor = Cursor::default();
        let mut done = 0;
        while done < rows.len() {
            let values = open.fetch_some(&mut cursor, leaf.column, &rows[done..], PIECE_BYTES)?;
            for (row, hash) in hashes[done..done + values.len()].iter_mut().enumerate() {
                let mut bytes = hash.to_le_bytes().to_vec();
                wire::put_array(&mut bytes, &values.slice(row, 1))?;
                *hash = xxh3_128(&bytes);
            }
            done += values.len();
        }
    }
    let hash_of: HashMap<u32, u128> = rows.into_iter().zip(hashes).collect();
    for same in wanted.values_mut() {
        same.found.sort_by_key(|row| hash_of.get(row));
    }
    Ok(())
}

/// A split whose rows have other numbers than the split that it is read from.
pub(crate) struct Renumbered {
    pub(crate) open: Arc<dyn OpenSplit>,
    /// The rows of the other split by their numbers here.
    pub(crate) now: HashMap<u32, u32>,
}

impl Renumbered {
    /// Values of these rows, in this order.
    fn in_order(
        &self,
        rows: &[u32],
        fetch: impl FnOnce(&[u32]) -> Result<ArrayRef, ParityError>,
    ) -> Result<ArrayRef, ParityError> {
        let missing = |row| ParityError::internal(format!("row {row} was not asked for before"));
        let now = rows
            .iter()
            .map(|row| self.now.get(row).copied().ok_or_else(|| missing(row)));
        let now = now.collect::<Result<Vec<u32>, ParityError>>()?;
        let mut order: Vec<u32> = (0..now.len() as u32).collect();
        order.sort_unstable_by_key(|&i| now[i as usize]);
        let ascending: Vec<u32> = order.iter().map(|&i| now[i as usize]).collect();
        let values = fetch(&ascending)?;
        let mut places = vec![0u32; order.len()];
        for (&row, place) in order.iter().zip(0..) {
            places[row as usize] = place;
        }
        Ok(take(&values, &UInt32Array::from(places), None)?)
    }
}

impl OpenSplit for Renumbered {
    fn fingerprint(self: Arc<Self>, plan: &SidePlan) -> Result<Box<dyn Fingerprint>, ParityError> {
        Arc::clone(&self.open).fingerprint(plan)
    }

    fn announce(&self, columns: &[(usize, usize)]) {
        self.open.announce(columns);
    }

    fn fetch_some(
        &self,
        _cursor: &mut Cursor,
        column: usize,
        rows: &[u32],
        most_bytes: u64,
    ) -> Result<ArrayRef, ParityError> {
        let fetch = |rows: &[u32]| self.in_order(rows, |rows| self.open.fetch(column, rows));
        if most_bytes == u64::MAX {
            return fetch(rows);
        }
        let mut pieces: Vec<ArrayRef> = Vec::new();
        let (mut done, mut bytes, mut count) = (0, 0, FIRST_ROWS);
        while pieces.is_empty() || done < rows.len() && bytes < most_bytes {
            let some = &rows[done..rows.len().min(done + count)];
            let values = fetch(some)?;
            done += some.len();
            bytes += value_bytes(&values);
            let fit = most_bytes.saturating_sub(bytes).saturating_mul(done as u64) / bytes.max(1);
            count = usize::try_from(fit).unwrap_or(usize::MAX).clamp(1, 4 * count);
            pieces.push(values);
        }
        Ok(put_together(&pieces)?)
    }

    fn fetch_there(&self, column: usize, rows: &[u32]) -> Result<ArrayRef, ParityError> {
        self.in_order(rows, |rows| self.open.fetch_there(column, rows))
    }

    fn check(&self) -> Result<(), ParityError> {
        self.open.check()
    }
}
