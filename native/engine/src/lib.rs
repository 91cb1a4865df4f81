//! The in-process driver: the steps of a comparison on the threads of one process.
//!
//! [`run`] drives the steps that a cluster runs, with exchanges in memory. [`command`] is the command line on top, [`memory`] its
//! allocator and budget.

pub mod command;
pub mod memory;
mod progress;
pub mod run;
mod terminal;
