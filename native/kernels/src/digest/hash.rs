//! 128-bit hashes of values, frozen by test vectors.
//!
//! Every leaf of a comparison has its own [`LeafSeed`], derived from the seed of the run. The seed enters the mixing,
//! it is never only added: two columns that swap their values change the sum of their hashes.
//!
//! - Text and bytes: XXH3-128 with the leaf's seed.
//! - Everything else is a 64-bit pattern (or two, for wide decimals). It goes through two 64-bit mixers, one for each
//!   half of the hash, each a bijection (xor-shift, multiply, xor-shift, multiply, xor-shift) of the pattern xored with
//!   a part of the seed. Within one column two different 64-bit values therefore never collide at all. A folded
//!   multiply is cheaper by a multiplication, but loses that, and has inputs that map to zero for every second operand.
//! - Null is a constant of the leaf, drawn from its seed.
//!
//! Hashes are summed over the leaves of a row, each half on its own, modulo 2^64. Sums commute, so a row may be
//! digested column by column, and the difference of two digests is the sum of the differences of their cells.
//!
//! The numbers in this file must never change: blocks written by one version are matched by another during a rolling
//! restart. A new scheme needs a new [`crate::digest::entry::VERSION`].

use crate::domain::Side;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// A 128-bit hash, or a sum of hashes. The halves never carry into each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hash128 {
    /// The first half.
    pub lo: u64,
    /// The second half.
    pub hi: u64,
}

impl Hash128 {
    /// Both halves from an `u128`.
    #[inline]
    pub fn from_u128(value: u128) -> Self {
        Hash128 {
            lo: value as u64,
            hi: (value >> 64) as u64,
        }
    }

    /// The sum, each half on its own.
    #[inline]
    #[must_use]
    pub fn plus(self, other: Hash128) -> Self {
        Hash128 {
            lo: self.lo.wrapping_add(other.lo),
            hi: self.hi.wrapping_add(other.hi),
        }
    }

    /// The difference, each half on its own.
    #[inline]
    #[must_use]
    pub fn minus(self, other: Hash128) -> Self {
        Hash128 {
            lo: self.lo.wrapping_sub(other.lo),
            hi: self.hi.wrapping_sub(other.hi),
        }
    }
}

/// The part that a leaf has in a row: the two roles have unrelated seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A part of the key.
    Key,
    /// A compared cell.
    Value,
}

/// The seed of one leaf in one run.
///
/// ```
/// use parity_kernels::digest::hash::{LeafSeed, Role};
///
/// let run_seed = 42;
/// let [price, amount] = [0, 1].map(|leaf| LeafSeed::new(run_seed, Role::Value, leaf, None));
///
/// // What is equal hashes equally: 5 in any width, both zeros.
/// assert_eq!(price.integer(5), price.word(5));
/// assert_eq!(price.double(0.0), price.double(-0.0));
///
/// // A row's digest is a sum: columns may come in any order, and two that swap their values change it.
/// assert_eq!(price.word(5).plus(amount.word(7)), amount.word(7).plus(price.word(5)));
/// assert_ne!(price.word(5).plus(amount.word(7)), price.word(7).plus(amount.word(5)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LeafSeed {
    lo: u64,
    hi: u64,
    bytes: u64,
    null: Hash128,
}

/// Increment of the Weyl sequence from which seeds are drawn (2^64 divided by the golden ratio, as in SplitMix64).
const WEYL: u64 = 0x9e37_79b9_7f4a_7c15;

impl LeafSeed {
    /// The seed of leaf number `leaf` in its role. `apart` names the side when both sides must never meet
    /// ([`crate::domain::Domain::Apart`]).
    pub fn new(run_seed: u64, role: Role, leaf: usize, apart: Option<Side>) -> Self {
        let role = match role {
            Role::Key => 0,
            Role::Value => 4,
        };
        let side = match apart {
            None => 0,
            Some(Side::Left) => 1,
            Some(Side::Right) => 2,
        };
        let draw = |lane: u64, n: u64| {
            let base = mix_lo(run_seed ^ mix_hi(lane.wrapping_mul(WEYL)));
            mix_hi(base.wrapping_add(n.wrapping_mul(WEYL)))
        };
        let leaf_and_role = (leaf as u64) << 3 | role;
        let own = leaf_and_role | side;
        LeafSeed {
            lo: draw(own, 1),
            hi: draw(own, 2),
            bytes: draw(own, 3),
            // Null meets null even where nothing else meets.
            null: Hash128 {
                lo: draw(leaf_and_role, 4),
                hi: draw(leaf_and_role, 5),
            },
        }
    }

    /// The hash of null.
    #[inline]
    pub fn null(&self) -> Hash128 {
        self.null
    }

    /// The hash of a value that is a 64-bit pattern.
    #[inline(always)]
    pub fn word(&self, value: u64) -> Hash128 {
        Hash128 {
            lo: mix_lo(value ^ self.lo),
            hi: mix_hi(value ^ self.hi),
        }
    }

    /// The hash of an integer. One that fits 64 bits hashes as its 64-bit pattern, whatever width it came in.
    #[inline]
    pub fn integer(&self, value: i128) -> Hash128 {
        match i64::try_from(value) {
            Ok(narrow) => self.word(narrow as u64),
            Err(_) => self.wide(value as u128),
        }
    }

    /// The hash of 128 bits, unlike the hashes of 64-bit patterns.
    fn wide(&self, value: u128) -> Hash128 {
        let (low, high) = (value as u64, (value >> 64) as u64);
        let first = self.word(high ^ WEYL);
        Hash128 {
            lo: mix_lo(low ^ first.lo ^ self.bytes),
            hi: mix_hi(low ^ first.hi.rotate_left(32) ^ self.bytes),
        }
    }

    /// The hash of a number with no place in the domain (a decimal too large for the other side's scale). It is unlike
    /// every hash of a number that has one.
    pub fn displaced(&self, value: i128) -> Hash128 {
        self.bytes(&value.to_le_bytes())
    }

    /// The hash of a double: one NaN, one zero.
    #[inline]
    pub fn double(&self, value: f64) -> Hash128 {
        self.word(double_bits(value))
    }

    /// The hash of a byte string; its length is part of what is hashed.
    #[inline]
    pub fn bytes(&self, value: &[u8]) -> Hash128 {
        Hash128::from_u128(xxh3_128_with_seed(value, self.bytes))
    }
}

/// The bits of a double with one NaN and one zero.
#[inline(always)]
pub fn double_bits(value: f64) -> u64 {
    if value.is_nan() {
        0x7ff8_0000_0000_0000
    } else {
        // -0.0 + 0.0 is 0.0; every other value stays what it is.
        (value + 0.0).to_bits()
    }
}

#[inline(always)]
fn mix_lo(mut x: u64) -> u64 {
    x ^= x >> 32;
    x = x.wrapping_mul(0xd6e8_feb8_6659_fd93);
    x ^= x >> 32;
    x = x.wrapping_mul(0xd6e8_feb8_6659_fd93);
    x ^ (x >> 32)
}

#[inline(always)]
fn mix_hi(mut x: u64) -> u64 {
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
#[path = "hash_tests.rs"]
mod tests;
