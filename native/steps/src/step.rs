//! A step: what a driver opens, feeds and drains.

use arrow::array::RecordBatch;
use parity_source::ParityError;
use serde::de::DeserializeOwned;

/// A piece of a comparison. What it gives depends on what it was fed, never on the order of the blocks or on how often
/// it runs.
pub trait Step: Send {
    /// Takes a block.
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError>;

    /// The next blocks; `None` when there are no more. The first call ends the input.
    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        Ok(None)
    }

    /// The next rows that are ready, of a step that gives rows; an empty block ends its input. Drivers take what is ready after each
    /// block, so that a step holds little.
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        Ok(None)
    }

    /// Rows handled so far.
    fn rows(&self) -> u64 {
        0
    }
}

/// Blocks that are given at once, of a step that needs no input.
pub struct Once(Option<Vec<Vec<u8>>>);

impl Once {
    /// Gives these.
    pub fn of(blocks: Vec<Vec<u8>>) -> Self {
        Once(Some(blocks))
    }
}

impl Step for Once {
    fn feed(&mut self, _block: &[u8]) -> Result<(), ParityError> {
        Err(ParityError::internal("this step takes no input"))
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        Ok(self.0.take())
    }
}

/// Arguments of a step, as JSON.
pub(crate) fn args<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ParityError> {
    serde_json::from_slice(bytes).map_err(|e| ParityError::internal(format!("the arguments of a step: {e}")))
}
