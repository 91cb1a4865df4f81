//! The inner loop of digests: 64-bit patterns hashed and added to two running sums.
//!
//! Four multiplications of 64 bits a value are what a fingerprint of numbers costs. Processors with AVX-512 do eight of
//! them at once, with AVX2 four in a few more steps, so the loop is compiled for each and chosen at run time: the
//! library must run on every x86-64-v2 machine and may not be built for the newest one. All versions are the same Rust
//! code and give the same sums.
//!
//! Measured on two million rows of 200 columns (`parity-steps fingerprint`, AMD EPYC): 4.5 s of processor time with the
//! plain loop, 3.3 s with this one; `docs/performance.md` has the whole table.

use crate::digest::hash::LeafSeed;
use crate::digest::sums::Sums;
use arrow::buffer::NullBuffer;

/// Adds the hashes of `values` to the sums from row `from` on. Slots of nulls may hold anything.
#[inline]
pub(crate) fn add_words<T: Copy>(
    sums: &mut Sums,
    from: usize,
    seed: &LeafSeed,
    nulls: Option<&NullBuffer>,
    values: &[T],
    word: impl Fn(T) -> u64 + Copy,
) {
    let rows = from..from + values.len();
    let (lo, hi) = (&mut sums.lo[rows.clone()], &mut sums.hi[rows]);
    dispatch(lo, hi, values, seed, word);
    if let Some(nulls) = nulls {
        sums.replace_nulls(from, nulls, seed.null(), |row| seed.word(word(values[row])));
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn dispatch<T: Copy>(lo: &mut [u64], hi: &mut [u64], values: &[T], seed: &LeafSeed, word: impl Fn(T) -> u64 + Copy) {
    if is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
    {
        // SAFETY: the processor has the three features that the function is compiled for; it was asked just above.
        unsafe { add_avx512(lo, hi, values, seed, word) }
    } else if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2; it was asked just above.
        unsafe { add_avx2(lo, hi, values, seed, word) }
    } else {
        add(lo, hi, values, seed, word);
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn dispatch<T: Copy>(lo: &mut [u64], hi: &mut [u64], values: &[T], seed: &LeafSeed, word: impl Fn(T) -> u64 + Copy) {
    add(lo, hi, values, seed, word);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn add_avx512<T: Copy>(lo: &mut [u64], hi: &mut [u64], values: &[T], seed: &LeafSeed, word: impl Fn(T) -> u64 + Copy) {
    add(lo, hi, values, seed, word);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn add_avx2<T: Copy>(lo: &mut [u64], hi: &mut [u64], values: &[T], seed: &LeafSeed, word: impl Fn(T) -> u64 + Copy) {
    add(lo, hi, values, seed, word);
}

/// The loop itself, compiled once for each set of features.
#[inline(always)]
fn add<T: Copy>(lo: &mut [u64], hi: &mut [u64], values: &[T], seed: &LeafSeed, word: impl Fn(T) -> u64 + Copy) {
    for ((lo, hi), &value) in lo.iter_mut().zip(hi).zip(values) {
        let hash = seed.word(word(value));
        *lo = lo.wrapping_add(hash.lo);
        *hi = hi.wrapping_add(hash.hi);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::hash::Role;

    #[test]
    fn every_version_gives_the_same_sums() {
        let seed = LeafSeed::new(7, Role::Value, 3, None);
        let values: Vec<u64> = (0..1003u64).map(|i| i.wrapping_mul(0x2545_f491_4f6c_dd1d)).collect();
        let expected: Vec<_> = values.iter().map(|&v| seed.word(v)).collect();
        let run = |f: &dyn Fn(&mut [u64], &mut [u64])| {
            let (mut lo, mut hi) = (vec![5u64; values.len()], vec![9u64; values.len()]);
            f(&mut lo, &mut hi);
            for (i, hash) in expected.iter().enumerate() {
                assert_eq!(
                    (lo[i], hi[i]),
                    (hash.lo.wrapping_add(5), hash.hi.wrapping_add(9)),
                    "row {i}"
                );
            }
        };
        run(&|lo, hi| add(lo, hi, &values, &seed, |v| v));
        run(&|lo, hi| dispatch(lo, hi, &values, &seed, |v| v));
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            run(&|lo, hi| unsafe { add_avx2(lo, hi, &values, &seed, |v| v) });
        }
    }
}
