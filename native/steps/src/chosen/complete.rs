//! On the driver: the values of sampled rows on one side only are put into the document.
//!
//! Which rows these are is known only when all splits have told their smallest keys. Where not all of them had their values taken along
//! ([`crate::compare::beside`]), these are fetched last, of no other row, as those of a page are.

use crate::call::TaskArgs;
use crate::chosen::gather::{ordered, sort_alike};
use crate::chosen::{Chosen, Shown, Texts};
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_kernels::matching::Location;
use parity_report::document::{Document, RowSamples};
use parity_source::{ParityError, wire};
use std::collections::HashMap;

/// Completes the document.
pub struct Complete {
    chosen: Chosen,
    document: Option<Document>,
    only: [HashMap<Location, Texts>; 2],
}

impl Complete {
    /// Opens the step.
    pub fn open(args: &[u8]) -> Result<Self, ParityError> {
        let args = TaskArgs::read(args)?;
        let document = Document::from_json(args.document()?).map_err(|e| ParityError::internal(e.to_string()))?;
        Ok(Complete {
            chosen: args.chosen()?,
            document: Some(document),
            only: Default::default(),
        })
    }
}

/// Puts the values of the first rows on each side only beside their keys.
pub fn put_values(samples: &mut RowSamples, values: [Vec<Texts>; 2]) {
    let keys = [&samples.only_left, &samples.only_right];
    for (side, mut values) in values.into_iter().enumerate() {
        sort_alike(&mut values, keys[side], |values| values);
        samples.values[side] = values.into_iter().map(Some).collect();
        if !samples.values[side].is_empty() {
            samples.values[side].resize(keys[side].len(), None);
        }
    }
}

impl Step for Complete {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let shown: Shown = wire::get(&mut block::payload(block)?)?;
        for (rows, shown) in self.only.iter_mut().zip(shown.only) {
            rows.extend(shown.into_iter().map(|(at, _, values)| (at, values)));
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let Some(mut document) = self.document.take() else {
            return Ok(None);
        };
        let [left, right] = std::mem::take(&mut self.only);
        let [of_left, of_right] = &self.chosen.only;
        let values = [ordered(of_left, left)?, ordered(of_right, right)?];
        put_values(&mut document.samples, values);
        let mut block = block::begin(DRIVER, 0);
        block.extend_from_slice(document.to_json().to_string().as_bytes());
        Ok(Some(vec![block]))
    }
}
