//! The result of a comparison: the versioned document, and its renderings.
//!
//! [`document`] is what every renderer reads and what users keep; [`summary`] is the text for a terminal, [`shown`] and
//! [`figures`] are how values and numbers look in it. Nothing here computes: a number that a renderer shows stands in the
//! document.

pub mod document;
pub mod figures;
pub mod shown;
pub mod summary;
