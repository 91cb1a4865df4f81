//! Blocks on their way between two steps: their header, and how they are kept from readers.

pub mod block;
pub mod guard;
pub mod seal;
