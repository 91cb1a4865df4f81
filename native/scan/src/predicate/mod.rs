//! Which files, row groups and pages hold no row that a predicate keeps.
//!
//! What a condition says of a value it also says of a stretch of values, so its sets decide whether a file, by the
//! values of its folders ([`prune`]), a row group, by the statistics of its columns, or a page, by the page index
//! (`pages.rs`), can hold a wanted row. Single values are looked up in Bloom filters (`bloom.rs`).

pub(crate) mod bloom;
pub(crate) mod pages;
pub(crate) mod prune;
