//! Rows on one side only whose values are taken along from columns that are read for changed rows.
//!
//! Which of these rows the document shows is known when all splits have told their smallest keys. Reading their values then means
//! reading pages once more that were read for changed rows a moment ago. So each split takes along the values of its own smallest
//! rows, and the merge keeps those of the smallest of all. Of a row that lacks a value nothing is kept: [`crate::chosen::complete`]
//! reads all of them then.

use crate::chosen::{MOST_CHARACTERS, Texts};
use crate::compare::merge::ExampleRow;
use crate::plan::run::RunPlan;
use arrow::array::ArrayRef;
use parity_kernels::domain::Side;
use parity_kernels::spark::show;

/// Bytes of a text that is taken along. What is longer is read later, of the few rows that are shown.
const MOST_BYTES: usize = 256;

/// The smallest rows of a split on its side only, and what has been read of them.
#[derive(Default)]
pub struct Beside {
    /// Their numbers, ascending.
    rows: Vec<u32>,
    /// Their values. Those of masked columns stay `None`.
    texts: Vec<Texts>,
    /// Which of the columns need not be read any more.
    is_read: Vec<bool>,
    /// Which of the rows have a text that is too long to be taken along.
    is_long: Vec<bool>,
}

/// Some wanted rows of a split and those beside them, in ascending order.
pub struct Together {
    /// All of them.
    pub rows: Vec<u32>,
    /// Where the wanted ones are among them.
    pub wanted: Vec<u32>,
    /// Where those beside are, in their order.
    beside: Vec<u32>,
}

impl Together {
    /// These rows with none beside them.
    pub fn alone(rows: &[u32]) -> Together {
        Together {
            rows: rows.to_vec(),
            wanted: (0..rows.len() as u32).collect(),
            beside: Vec::new(),
        }
    }

    fn add_wanted(&mut self, rows: &[u32]) {
        let first = self.rows.len() as u32;
        self.wanted.extend(first..first + rows.len() as u32);
        self.rows.extend_from_slice(rows);
    }

    /// The places of wanted rows before this place, from the wanted row of this number on.
    pub fn wanted_before(&self, first: usize, place: usize) -> &[u32] {
        let rest = &self.wanted[first..];
        &rest[..rest.partition_point(|&at| (at as usize) < place)]
    }
}

impl Beside {
    /// The smallest of these rows, as many as the document shows.
    pub fn of(plan: &RunPlan, examples: &[ExampleRow]) -> Beside {
        let values = &plan.plan.values;
        if plan.plan.keys.is_none() || values.is_empty() {
            return Beside::default();
        }
        let mut smallest: Vec<&ExampleRow> = examples.iter().collect();
        smallest.sort_unstable();
        smallest.truncate(plan.samples);
        let mut rows: Vec<u32> = smallest.iter().map(|row| row.at.row).collect();
        rows.sort_unstable();
        Beside {
            texts: vec![vec![None; values.len()]; rows.len()],
            is_read: values.iter().map(|pair| pair.masked).collect(),
            is_long: vec![false; rows.len()],
            rows,
        }
    }

    /// Whether there are such rows.
    pub fn is_any(&self) -> bool {
        !self.rows.is_empty()
    }

    /// Whether a column is still to be read.
    pub fn wants(&self, leaf: usize) -> bool {
        self.is_any() && !self.is_read[leaf]
    }

    /// These rows, which ascend and none of which is one of those beside, and those beside.
    pub fn with(&self, wanted: &[u32]) -> Together {
        let mut together = Together {
            rows: Vec::with_capacity(wanted.len() + self.rows.len()),
            wanted: Vec::with_capacity(wanted.len()),
            beside: Vec::with_capacity(self.rows.len()),
        };
        let mut rest = wanted;
        for &row in &self.rows {
            let before;
            (before, rest) = rest.split_at(rest.partition_point(|&wanted| wanted < row));
            together.add_wanted(before);
            together.beside.push(together.rows.len() as u32);
            together.rows.push(row);
        }
        together.add_wanted(rest);
        together
    }

    /// Takes a column's values of rows that were read together, the first of which has this place among them.
    pub fn take(
        &mut self,
        plan: &RunPlan,
        side: Side,
        leaf: usize,
        together: &Together,
        first: usize,
        values: &ArrayRef,
    ) {
        let pair = &plan.plan.values[leaf];
        if pair.masked {
            return;
        }
        let end = first + values.len();
        let here = together.beside.iter().enumerate();
        for (number, &place) in here.filter(|&(_, &place)| (first..end).contains(&(place as usize))) {
            let leaf_type = &pair.leaves[side.index()];
            let at = place as usize - first;
            let text = show::show_within(MOST_CHARACTERS, values.as_ref(), at, leaf_type, plan.zone);
            if text.as_ref().is_some_and(|text| text.len() > MOST_BYTES) {
                self.is_long[number] = true;
            } else {
                self.texts[number][leaf] = text;
            }
        }
        self.is_read[leaf] = end == together.rows.len();
    }

    /// Gives the rows of which everything is known their values.
    pub fn give(self, examples: &mut [ExampleRow]) {
        if !self.is_read.iter().all(|&is_read| is_read) {
            return;
        }
        let known = self.rows.into_iter().zip(self.texts).zip(self.is_long);
        let mut known = known.filter(|(_, is_long)| !is_long).map(|(row, _)| row).peekable();
        let mut examples: Vec<&mut ExampleRow> = examples.iter_mut().collect();
        examples.sort_unstable_by_key(|example| example.at.row);
        for example in examples {
            if let Some((_, values)) = known.next_if(|(row, _)| *row == example.at.row) {
                example.values = Some(values);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_together_in_ascending_order() {
        let beside = Beside {
            rows: vec![2, 9],
            ..Beside::default()
        };
        let together = beside.with(&[1, 5, 7]);
        assert_eq!(together.rows, [1, 2, 5, 7, 9]);
        assert_eq!(together.wanted, [0, 2, 3]);
        assert_eq!(together.beside, [1, 4]);
        assert_eq!(Beside::default().with(&[3, 4]).wanted, [0, 1]);
    }

    #[test]
    fn only_rows_of_which_everything_was_read_get_values() {
        let example = |row| ExampleRow {
            at: parity_kernels::matching::Location { split: 3, row },
            ..ExampleRow::default()
        };
        let beside = |is_read: &[bool]| Beside {
            rows: vec![2, 5, 9],
            texts: [2, 5, 9].map(|row: u32| vec![Some(row.to_string()), None]).to_vec(),
            is_read: is_read.to_vec(),
            is_long: vec![false, true, false],
        };
        let given = |is_read: &[bool]| {
            let mut examples = [9, 5, 4, 2].map(example);
            beside(is_read).give(&mut examples);
            examples.map(|example| example.values.map(|values| values[0].clone().unwrap_or_default()))
        };
        assert_eq!(given(&[true, false]), [const { None }; 4]);
        assert_eq!(
            given(&[true, true]),
            [Some("9".to_owned()), None, None, Some("2".to_owned())]
        );
    }
}
