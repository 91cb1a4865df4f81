//! Seeded columns that the benches share.

#![allow(dead_code, reason = "each bench takes the columns that it needs")]

use arrow::array::{ArrayRef, BinaryViewArray, DictionaryArray, Float64Array, Int32Array, Int64Array};
use arrow::array::{BinaryArray, types::Int32Type};
use std::sync::Arc;

/// A word that looks random, the same for the same number.
pub(crate) fn word(n: u64) -> u64 {
    let mut x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

/// Null in one row of fifty.
fn valid(n: u64) -> bool {
    !word(!n).is_multiple_of(50)
}

/// Integers of a million values, 2 % null.
pub(crate) fn integers(rows: u64, seed: u64) -> ArrayRef {
    let value = |n| valid(n).then(|| (word(n) % 1_000_000).cast_signed());
    Arc::new((seed..seed + rows).map(value).collect::<Int64Array>())
}

/// Doubles between 0 and 1, 2 % null.
pub(crate) fn doubles(rows: u64, seed: u64) -> ArrayRef {
    let value = |n| valid(n).then(|| (word(n) >> 11) as f64 / (1u64 << 53) as f64);
    Arc::new((seed..seed + rows).map(value).collect::<Float64Array>())
}

/// Distinct texts of 8 to 19 bytes, 2 % null.
pub(crate) fn texts(rows: u64, seed: u64) -> ArrayRef {
    let value = |n| valid(n).then(|| text(n));
    Arc::new((seed..seed + rows).map(value).collect::<BinaryViewArray>())
}

fn text(n: u64) -> Vec<u8> {
    format!("{:019}", word(n) >> 2).into_bytes()[..8 + (n % 12) as usize].to_vec()
}

/// A hundred texts behind a dictionary, 2 % null.
pub(crate) fn dictionary(rows: u64, seed: u64) -> ArrayRef {
    let keys: Int32Array = (seed..seed + rows)
        .map(|n| valid(n).then_some((word(n) % 100) as i32))
        .collect();
    let values: BinaryArray = (0..100).map(|n| Some(text(n))).collect();
    Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::new(values)))
}
