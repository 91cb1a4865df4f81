//! The in-process driver: the steps of a comparison on the threads of one process.
//!
//! [`run`] drives the steps that a cluster runs, with exchanges in memory. [`command`] is the command line on top.

pub mod command;
mod progress;
pub mod run;
mod terminal;
