//! Requests: which rows of which splits are wanted, and the way back to the order in which they were asked for.

use arrow::array::{ArrayRef, UInt32Array, new_null_array};
use arrow::compute::{concat, take};
use parity_kernels::matching::Location;
use parity_kernels::values;
use parity_scan::dataset::Dataset;
use parity_scan::fetch::SplitRows;
use parity_scan::split::Split;
use parity_scan::{ScanError, ScanResult};
use rayon::prelude::*;

/// Rows of one side in the order of their splits.
#[derive(Debug)]
pub struct Requests {
    /// Splits with wanted rows, each with its ascending row numbers.
    splits: Vec<(Split, Vec<u32>)>,
    /// For each row asked for, its place among all fetched rows; `None` when they are in order already.
    places: Option<UInt32Array>,
    rows: usize,
}

impl Requests {
    /// Requests these rows, in this order. No row may be asked for twice.
    pub fn new(splits: &[Split], wanted: &[Location]) -> Self {
        let mut order: Vec<u32> = (0..wanted.len() as u32).collect();
        let in_order = wanted.is_sorted();
        if !in_order {
            order.sort_unstable_by_key(|&i| wanted[i as usize]);
        }
        let by_split = order
            .chunk_by(|&a, &b| wanted[a as usize].split == wanted[b as usize].split)
            .map(|rows| {
                let split = splits[wanted[rows[0] as usize].split as usize];
                (split, rows.iter().map(|&i| wanted[i as usize].row).collect())
            })
            .collect();
        let places = (!in_order).then(|| {
            let mut places = vec![0u32; order.len()];
            for (place, &i) in order.iter().enumerate() {
                places[i as usize] = place as u32;
            }
            UInt32Array::from(places)
        });
        Requests {
            splits: by_split,
            places,
            rows: wanted.len(),
        }
    }

    /// Own values of a column in the rows asked for, in that order.
    pub fn fetch(&self, dataset: &Dataset, column: usize) -> ScanResult<ArrayRef> {
        if self.rows == 0 {
            return Ok(new_null_array(&values::own_type(dataset.leaf(column)?), 0));
        }
        let pieces = self
            .splits
            .par_iter()
            .map(|(split, rows)| {
                let open = SplitRows::open(dataset, *split)?;
                let values = open.fetch(column, rows)?;
                open.check()?;
                Ok(values)
            })
            .collect::<ScanResult<Vec<ArrayRef>>>()?;
        let all = match pieces.as_slice() {
            [one] => ArrayRef::clone(one),
            _ => concat(&pieces.iter().map(AsRef::as_ref).collect::<Vec<_>>())?,
        };
        if all.len() != self.rows {
            return Err(ScanError::Internal(format!(
                "{} of {} rows were fetched",
                all.len(),
                self.rows
            )));
        }
        match &self.places {
            None => Ok(all),
            Some(places) => Ok(take(&all, places, None)?),
        }
    }
}
