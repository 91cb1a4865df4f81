//! The offsets of all columns, which are known once the whole result is: on their way from the document to the frames.

use crate::wire::block::{self, DRIVER};
use parity_kernels::cause::offset::Difference;
use parity_source::{ParityError, wire};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Offsets by the number of their column, of those that have one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnOffsets(pub BTreeMap<u32, Difference>);

impl ColumnOffsets {
    /// A block for the driver, which passes its payload on as it is.
    pub fn block(&self, order: u32) -> Result<Vec<u8>, ParityError> {
        let mut block = block::begin(DRIVER, order);
        wire::put(&mut block, self)?;
        Ok(block)
    }

    /// The offset of a column.
    pub fn of(&self, column: usize) -> Option<Difference> {
        let column = u32::try_from(column).ok()?;
        self.0.get(&column).copied()
    }
}
