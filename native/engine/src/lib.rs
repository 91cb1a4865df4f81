//! The in-process driver: the steps of a comparison on the threads of one process, with exchanges in memory.

mod progress;
pub mod run;
