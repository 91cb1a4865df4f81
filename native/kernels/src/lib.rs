//! Values in, values out: what spark-parity knows about equality.
//!
//! The modules stand in the order in which data flows through a comparison.
//!
//! 1. [`types`], [`nested`] and [`interval`]: the types as Spark names them, and [`domain`]: the one domain to which both sides of a
//!    column are brought before anything is hashed or compared. [`text_rules`] come before that. [`nested_wire`]: how messages name
//!    nested types.
//! 2. [`hash`] and [`digest`]: a 128-bit hash for every value, summed into a key hash and a row digest.
//!    [`entry`]: the 48 bytes that leave a scan for every row.
//! 3. [`matching`]: entries of both sides become identical, changed and one-sided rows, and groups of duplicate keys.
//!    [`assign`] and [`pairing`] settle which rows of a group belong together.
//! 4. [`compare`]: the cells of changed rows, exactly and by type, and [`tolerance`]: which of those that differ are near
//!    enough, in arrays and maps too ([`nested_tolerance`], [`one_to_one`]). [`cause`] and [`offset`]: what explains the others.
//!    [`text`] shows values as Spark's casts do.
//!
//! There is no I/O here, no engine and no JNI: whoever drives a comparison calls these functions with Arrow arrays.

pub mod assign;
pub mod calendar;
pub mod cast;
pub mod cast_times;
pub mod cause;
pub mod compare;
mod decimal;
pub mod digest;
pub mod domain;
pub mod entry;
pub mod hash;
pub mod interval;
mod lanes;
pub mod matching;
pub mod nested;
pub mod nested_bytes;
pub mod nested_text;
pub mod nested_tolerance;
pub mod nested_wire;
pub mod numbers;
pub mod offset;
pub mod one_to_one;
pub mod order;
pub mod pairing;
pub mod relaxation;
pub mod show;
pub mod text;
pub mod text_rules;
pub mod tolerance;
pub mod types;
pub mod values;
pub mod zone;
