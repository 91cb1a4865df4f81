//! Where the data lies: files and their bytes, folders, tables, and the splits that a dataset is cut into.

pub mod catalog;
pub mod dataset;
pub mod listing;
pub mod names;
pub mod partition;
pub mod pool;
pub mod source;
pub mod split;
