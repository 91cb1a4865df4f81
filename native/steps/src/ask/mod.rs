//! What a caller asks for, read and checked before anything else is done.

pub mod caller;
pub mod catalog;
pub(crate) mod json;
pub mod options;
pub mod resolved;
pub mod rules;
pub mod run;
pub mod schema;
