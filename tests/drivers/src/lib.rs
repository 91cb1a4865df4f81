//! What the drivers of the tests have in common.

pub mod copied;
