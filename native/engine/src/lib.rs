//! The in-process driver: the steps of a comparison on the threads of one process.
//!
//! [`plan`] settles names and types; [`run`] drives fingerprint, match, fetch and compare and returns the
//! document. [`duplicates`] pairs the rows of duplicate keys, [`cells`] compares the cells of changed rows, [`samples`] picks
//! the example rows. [`command`] is the command line on top.
//!
//! The kernels and the scan know nothing of this crate: a cluster engine drives the very same functions.

pub mod cells;
pub mod command;
pub mod duplicates;
pub mod requests;
pub mod run;
pub mod samples;
