//! The steps of a comparison, for whoever drives them.
//!
//! A cluster engine moves bytes between machines and knows nothing of what is in them. So a [`Step`] is opened with a name, the
//! plan of the run, a few arguments and a source of bytes; it is fed blocks, and gives blocks or Arrow batches. Which step feeds
//! which is the driver's business; what a block means is decided here alone.
//!
//! A block starts with eight bytes that drivers read: its target and its place in the target's order ([`block`]).

pub mod arriving;
pub mod block;
pub mod column;
pub mod comparing;
pub mod concluding;
pub mod duplicates;
pub mod error;
pub mod fetching;
pub mod filtering;
pub mod fingerprinting;
pub mod framed;
pub mod frames;
pub mod grouped;
mod json;
pub mod layout;
pub mod masking;
pub mod matching;
pub mod merging;
pub mod names;
pub mod offsets;
pub mod options;
pub mod pairs;
pub mod plan;
pub mod planning;
pub mod relaxations;
mod relaxing;
pub mod rendering;
mod resolving;
pub mod routing;
pub mod run;
pub mod samples;
pub mod sealing;
pub mod settling;
pub mod wire;

use arrow::array::RecordBatch;
use error::ParityError;
use masking::Sealed;
use parity_scan::source::ByteSource;
use serde::de::DeserializeOwned;
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
fn args<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ParityError> {
    serde_json::from_slice(bytes).map_err(|e| ParityError::internal(format!("the arguments of a step: {e}")))
}

/// Opens a step by its name.
pub fn open(step: &str, plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Box<dyn Step>, ParityError> {
    let sealed = match step {
        "plan" => Sealed::Plan,
        _ if ON_DRIVER.contains(&step) => Sealed::None,
        _ => Sealed::All,
    };
    masking::guarded(plan, args, sealed, |plan| unguarded(step, plan, args, source))
}

/// Steps whose blocks a driver reads.
const ON_DRIVER: [&str; 7] = [
    "list",
    "footers",
    "settle-plan",
    "cells-plan",
    "document",
    "render",
    "frames",
];

fn unguarded(step: &str, plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Box<dyn Step>, ParityError> {
    Ok(match step {
        "list" => Box::new(planning::list(args, &*source)?),
        "footers" => Box::new(planning::ReadFooters::open(args, source)?),
        "plan" => Box::new(planning::Planner::open(args)?),
        "fingerprint" => Box::new(fingerprinting::Fingerprint::open(plan, args, &source)?),
        "match" => Box::new(matching::Match::open(plan, args)?),
        "settle-plan" => Box::new(concluding::Conclude::settle(plan)?),
        "cells-plan" => Box::new(concluding::Conclude::cells(plan)?),
        "document" => Box::new(concluding::Conclude::document(plan)?),
        "render" => Box::new(rendering::Render::open(args)?),
        "route" => Box::new(routing::Route::open(plan, args)?),
        "fetch" => Box::new(fetching::Fetch::open(plan, args, source)?),
        "settle" => Box::new(settling::Settle::open(plan, args)?),
        "compare" => Box::new(comparing::Compare::open(plan, args, source)?),
        "merge" => Box::new(merging::Merge::open(plan)?),
        "frames" => Box::new(frames::schemas(plan)?),
        "rows" => Box::new(frames::Rows::open(plan, args, source)?),
        "changed" => Box::new(frames::ChangedRows::open(plan, args, source)?),
        "differences" => Box::new(frames::Differences::open(plan, args, source)?),
        "duplicates" => Box::new(frames::DuplicateKeys::open(plan, args, source)?),
        _ => return Err(ParityError::internal(format!("there is no step {step}"))),
    })
}
