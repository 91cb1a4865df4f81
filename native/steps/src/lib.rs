//! The steps of a comparison, for whoever drives them.
//!
//! A cluster engine moves bytes between machines and knows nothing of what is in them. So a [`Step`] is opened with a name, the
//! plan of the run, a few arguments and a source of bytes; it is fed blocks, and gives blocks or Arrow batches. Which step feeds
//! which is the driver's business; what a block means is decided here alone.
//!
//! A block starts with eight bytes that drivers read: its target and its place in the target's order ([`block`]).

pub mod block;
pub mod column;
pub mod duplicates;
pub mod error;
pub mod options;
pub mod plan;
pub mod samples;

use arrow::array::RecordBatch;
use error::ParityError;
use parity_scan::source::ByteSource;
use std::sync::Arc;

/// A piece of a comparison. What it gives depends on what it was fed, never on the order of the blocks or on how often
/// it runs.
pub trait Step: Send {
    /// Takes a block.
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError>;

    /// The next blocks; `None` when there are no more. The first call ends the input.
    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        Ok(None)
    }

    /// The next rows of a step that gives rows; `None` when there are no more.
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        Ok(None)
    }

    /// Rows handled so far.
    fn rows(&self) -> u64 {
        0
    }
}

/// Opens a step by its name.
pub fn open(step: &str, plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Box<dyn Step>, ParityError> {
    let _ = (plan, args, source);
    Err(ParityError::internal(format!("there is no step {step}")))
}
