//! Parquet datasets as splits that can do two things: fingerprint themselves, and fetch some of their rows.
//!
//! - [`source`]: where bytes come from. Local files here; whatever implements the trait elsewhere.
//! - [`listing`], [`partition`], [`footer`], [`dataset`]: a path becomes files, columns and types, as
//!   `spark.read.parquet` with merged schemas would see them. [`settings`] and [`catalog`]: what a session and the
//!   catalog of a table say about it.
//! - [`split`]: runs of row groups, the unit of work.
//! - [`column`]: one column chunk as Arrow batches; [`pages`]: its pages, read through bounded windows and checked (`strict`). [`tree`] and [`nested`]: structs, arrays and maps,
//!   put together from their leaves' levels.
//! - [`predicate`]: which rows are there at all, and which files, row groups and pages hold none of them.
//! - [`fingerprint`]: step 1, a split becomes entries; [`fetch`]: step 3, rows of a split become values.
//!
//! A split is read column by column. What is in memory at any time is a window of one column chunk, one decoded batch,
//! and one running sum per row: never a decoded row group.

pub mod column;
pub mod error;
pub mod fetch;
pub mod files;
pub mod fingerprint;
pub mod footer;
pub mod parquet;
mod predicate;
mod selection;
pub mod settings;
mod strict;

pub use error::{ScanError, ScanResult};
