//! The result of a comparison: the versioned document, and its renderings.
//!
//! [`document`] is what every renderer reads and what users keep; [`summary`] is the text for a terminal. Nothing
//! here computes: a number that a renderer shows stands in the document.

pub mod document;
pub mod summary;
