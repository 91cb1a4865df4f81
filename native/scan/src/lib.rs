//! Parquet datasets as a source ([`parquet::ParquetSource`]): splits that fingerprint themselves, and fetch some of
//! their rows.
//!
//! - [`files`]: where bytes come from, local files here and whatever implements the trait elsewhere; how a path becomes
//!   files, columns and types, as `spark.read.parquet` with merged schemas would see them; runs of row groups, the unit
//!   of work. [`settings`]: what a session says about it.
//! - [`footer`]: what a file tells of itself.
//! - [`column`]: one column chunk as Arrow batches; its pages, read in bounded pieces and checked (`strict`);
//!   structs, arrays and maps, put together from their leaves' levels.
//! - `predicate`, `selection`: which files, row groups and pages hold none of the rows that a predicate keeps.
//! - [`fingerprint`]: step 1, a split becomes entries; [`fetch`]: step 3, rows of a split become values.
//!
//! A split is read column by column. What is in memory at any time is a piece of one column chunk, one decoded batch,
//! and one running sum per row: never a decoded row group.

pub mod column;
pub mod error;
pub mod fetch;
pub mod files;
pub mod fingerprint;
pub mod footer;
mod pack;
pub mod parquet;
mod predicate;
mod selection;
pub mod settings;
mod strict;

pub use error::{ScanError, ScanResult};
