//! The command line `parity`: [`command`], with its allocator and its budget ([`memory`]).

mod arguments;
pub mod command;
pub mod memory;
mod report;
mod terminal;
