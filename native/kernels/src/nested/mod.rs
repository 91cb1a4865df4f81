//! Arrays and maps as values: a row's whole array or map is one string of bytes.

pub mod bytes;
pub mod one_to_one;
pub mod text;
pub mod tolerance;
pub mod wire;
