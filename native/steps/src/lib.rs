//! The steps of a comparison, for whoever drives them.
//!
//! A cluster engine moves bytes between machines and knows nothing of what is in them. So a [`Step`] is opened with a name, the
//! plan of the run, a few arguments and a source of bytes; it is fed blocks, and gives blocks or Arrow batches. Which step feeds
//! which is the driver's business; what a block means is decided here alone.
//!
//! A block starts with eight bytes that drivers read: its target and its place in the target's order ([`block`]).

pub mod ask;
pub mod call;
pub mod chosen;
pub mod compare;
pub mod conclude;
pub mod fetch;
pub mod fingerprint;
pub mod frames;
pub mod graph;
pub mod matching;
pub mod open;
pub mod page;
pub mod plan;
pub mod render;
pub mod settle;
pub mod step;
pub mod wire;

pub use open::{Kind, open};
pub use step::{Once, Step};
