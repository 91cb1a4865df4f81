//! Values in, values out: what spark-parity knows about equality.
//!
//! The modules, in the order in which data flows through a comparison:
//!
//! 1. [`types`]: the types as Spark names them. [`domain`]: the one domain to which both sides of a column are brought
//!    before anything is hashed or compared, and the forms a value takes on the way ([`domain::values`]). [`spark`]:
//!    casts, texts, calendar and order as Spark has them. [`nested`]: arrays and maps, each of which is one string of
//!    bytes.
//! 2. [`digest`]: a 128-bit hash for every value, summed into a key hash and a row digest; and the entry that leaves
//!    a scan for every row ([`digest::entry`]).
//! 3. [`matching`]: entries of both sides become identical, changed and one-sided rows, and groups of duplicate keys;
//!    [`matching::assign`] and [`matching::pairing`] settle which rows of a group belong together.
//! 4. [`compare`]: the cells of changed rows, exactly and by type, and which of those that differ are equal by the caller's rules
//!    ([`compare::relaxation`]). [`cause`]: what explains the others. [`profile`]: what they look like together.
//!
//! There is no I/O here, no engine and no JNI: whoever drives a comparison calls these functions with Arrow arrays.

pub mod cause;
pub mod compare;
pub mod digest;
pub mod domain;
#[cfg(test)]
mod generated;
pub mod matching;
pub mod nested;
pub mod profile;
pub mod spark;
pub mod types;
