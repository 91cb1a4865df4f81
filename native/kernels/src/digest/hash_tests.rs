//! The frozen numbers were computed apart from this code, with Python's integers and the reference library of XXH3.
//!
//! The statistics have fixed seeds: a test passes always or never. Their bounds are five to six standard deviations of
//! what an ideal hash gives, so that a mixer with a bias worth the name fails.

use super::*;
use std::collections::HashSet;

const RUN: u64 = 0x0123_4567_89ab_cdef;

fn key(leaf: usize) -> LeafSeed {
    LeafSeed::new(RUN, Role::Key, leaf, None)
}

fn value(leaf: usize) -> LeafSeed {
    LeafSeed::new(RUN, Role::Value, leaf, None)
}

/// Some 64-bit numbers without a pattern, for inputs (SplitMix64).
fn random(n: u64) -> u64 {
    mix_hi(n.wrapping_add(1).wrapping_mul(WEYL))
}

fn sum(hashes: impl IntoIterator<Item = Hash128>) -> Hash128 {
    hashes.into_iter().fold(Hash128::default(), Hash128::plus)
}

/// Whether no two of the hashes agree, not even in one half.
fn all_distinct_in_each_half(hashes: &[Hash128]) -> bool {
    let distinct = |mut half: Vec<u64>| {
        half.sort_unstable();
        half.windows(2).all(|two| two[0] != two[1])
    };
    distinct(hashes.iter().map(|h| h.lo).collect()) && distinct(hashes.iter().map(|h| h.hi).collect())
}

/// Rows of `columns` columns, each with every combination of the cells: the sums of their hashes.
fn grid(columns: usize, cells: usize, hash: impl Fn(usize, usize) -> Hash128) -> Vec<Hash128> {
    let mut rows = vec![Hash128::default()];
    for column in 0..columns {
        let hashes: Vec<Hash128> = (0..cells).map(|cell| hash(column, cell)).collect();
        rows = rows
            .iter()
            .flat_map(|row| hashes.iter().map(move |hash| row.plus(*hash)))
            .collect();
    }
    rows
}

#[test]
fn the_hashes_are_frozen() {
    let long: Vec<u8> = (0..1000u32).map(|i| i as u8).collect();
    let short: Vec<u8> = (0..20).collect();
    #[rustfmt::skip]
    let vectors: [(LeafSeed, [(u64, u64); 12]); 5] = [
            (
                LeafSeed::new(0, Role::Key, 0, None),
                [
                    (0xf88b_b8a8_724c_81ec, 0x1b39_896a_51a8_749b),
                    (0xc9d9_234c_526c_8200, 0xcd73_fe3d_e975_ac26),
                    (0x8646_b1c8_d409_4ce5, 0x9ce4_1992_d313_84f9),
                    (0x3999_232f_88a7_aa72, 0xa7fc_15d3_2b56_9373),
                    (0xf5db_e862_ac16_efed, 0x8fe0_1861_3236_64c1),
                    (0xf805_08e3_6247_d55e, 0xd5a5_b42f_6421_3e46),
                    (0x4ea3_e8be_e364_186b, 0x06a2_0b0a_9b0c_e4a3),
                    (0x0099_77a5_4025_fa6d, 0x7784_ea9f_4116_dc29),
                    (0xd0af_3194_1c4d_61fe, 0xb0eb_088e_58af_3fab),
                    (0x29a4_145e_6269_9b43, 0xe915_a394_e8f6_3428),
                    (0xae8f_f988_075d_0ffe, 0x9b88_c92a_f8f7_6460),
                    (0x980d_816f_dbe4_2daf, 0xa5e9_1191_8850_b83c),
                ],
            ),
            (
                LeafSeed::new(RUN, Role::Value, 5, None),
                [
                    (0xf696_7ba7_6a31_44ea, 0x369d_c8cc_98a4_6a1d),
                    (0x5e26_13f9_d3dd_63e9, 0xf485_46a7_4228_7170),
                    (0x7b2d_353a_fd37_e455, 0xf250_33b4_a347_f7d7),
                    (0x6e72_e0ba_6166_f66f, 0x3bbd_260d_f644_b463),
                    (0xb556_5b07_1f5e_c706, 0xb7fe_4b93_9535_5c63),
                    (0x7391_0397_8333_2f2a, 0x4d6f_f734_46de_74c2),
                    (0x9c28_0416_3694_7f37, 0x3c00_d4f1_a502_4e1f),
                    (0x7156_8e20_4937_1f90, 0x7ddd_7a6a_d06c_2988),
                    (0xe0fb_c011_e4dc_f390, 0xd54f_2788_0bb3_b440),
                    (0x78e7_7384_24fe_af70, 0x7b05_3bbd_d116_bfb4),
                    (0x739a_aa25_d852_2202, 0x59de_a136_bf10_da4f),
                    (0x79c1_6e01_104e_7416, 0x5a75_73e5_195d_e24e),
                ],
            ),
            (
                LeafSeed::new(RUN, Role::Key, 5, None),
                [
                    (0x23c1_3619_3862_454c, 0x4bc0_f67f_275e_7423),
                    (0x4613_0c31_4c4c_c1c0, 0xb1e7_8129_1d94_7144),
                    (0xc33a_9c55_c50c_c8f1, 0x745e_55a4_bbca_5bdc),
                    (0xb939_2c27_5e41_fdd5, 0xdff7_40c4_6618_0385),
                    (0x1383_172a_5dd7_394e, 0x1404_d1df_7b12_1d2d),
                    (0xba3a_b2d8_5c5d_a4af, 0xb668_edf9_67f3_0ad8),
                    (0x5247_4257_bd81_4af6, 0xd463_391d_0a21_69c0),
                    (0x06ab_a649_4073_b005, 0x2d33_2ba6_6a94_80d5),
                    (0x18f9_eb8c_422f_10c4, 0x47ee_b9b1_05cb_d743),
                    (0x0e21_9957_aea8_8fe6, 0x83d0_166a_15e4_dda2),
                    (0x362e_bb8c_b07a_f084, 0x443b_9a1e_8e3e_0348),
                    (0x2955_ef59_095e_58e8, 0x308e_bb2f_4927_51a4),
                ],
            ),
            (
                LeafSeed::new(RUN, Role::Value, 5, Some(Side::Left)),
                [
                    (0xf696_7ba7_6a31_44ea, 0x369d_c8cc_98a4_6a1d),
                    (0xccce_0ad4_12dd_2b39, 0xf750_fa6d_4a9a_cceb),
                    (0xd03d_6366_0450_717c, 0x2e3a_0862_1ad0_0776),
                    (0x4b7c_9a2e_2247_7c73, 0xae43_e0c5_0a96_ea10),
                    (0x75b2_9b0a_f3ac_23c6, 0x291d_9a0c_3b32_999c),
                    (0xeb14_4698_b9ac_c6b0, 0x6fb3_f0dd_14c8_8203),
                    (0x2ecb_3ce4_3f02_c770, 0x831d_b275_429d_ff87),
                    (0xb92f_18bb_681f_4e9a, 0xc831_3b0e_4a4e_f3d0),
                    (0xcdef_977f_73b4_7fcb, 0x3cdf_372f_527a_722f),
                    (0xbff9_9fcd_d975_4132, 0x89be_b7c6_0569_c5f7),
                    (0x6c47_2465_a08c_0d2b, 0xa687_d655_f4a4_e792),
                    (0xe27c_7b8c_07ca_e203, 0x283c_c829_7120_0b93),
                ],
            ),
            (
                LeafSeed::new(RUN, Role::Value, 5, Some(Side::Right)),
                [
                    (0xf696_7ba7_6a31_44ea, 0x369d_c8cc_98a4_6a1d),
                    (0x2142_79f6_cff0_c1ff, 0x88bd_9b7b_b9fa_20e8),
                    (0xc2a7_a31b_85a9_f053, 0x338b_e816_94c2_cdb0),
                    (0xa47a_2ab4_dc7e_8a4b, 0x4e7d_57b4_68a3_5778),
                    (0xf6eb_c546_327e_85ed, 0x926d_68ce_36d2_f6f3),
                    (0x4407_a566_5cdd_03cb, 0x2029_39f2_776d_6733),
                    (0x6c02_6b19_5e53_fe32, 0xb691_7f5e_c27e_9a76),
                    (0x50fa_b38b_53a5_bad7, 0xc9b3_6aed_c084_1af1),
                    (0x201d_5665_c711_e4b5, 0x6736_a850_2d04_cb66),
                    (0xd623_8241_bac6_c8d7, 0xed60_6bb0_028d_14d0),
                    (0x8ee7_9a9d_615c_fa3e, 0x5107_461c_1231_0844),
                    (0x5bc7_4e88_f122_0beb, 0x0267_32ec_ddfc_1be0),
                ],
            ),
    ];
    for (number, (seed, expected)) in vectors.iter().enumerate() {
        let found = [
            seed.null(),
            seed.word(0),
            seed.integer(-1),
            seed.integer(1 << 63),
            seed.integer(i128::MIN),
            seed.integer(i128::MAX),
            seed.double(1.5),
            seed.double(f64::NAN),
            seed.bytes(b""),
            seed.bytes(&short),
            seed.bytes(&long),
            seed.displaced(5),
        ];
        for (case, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert_eq!((found.lo, found.hi), *expected, "seed {number}, case {case}");
        }
    }
}

#[test]
fn an_integer_of_64_bits_hashes_as_its_pattern_and_a_wider_one_does_not() {
    let seed = value(3);
    for narrow in [0, 1, -1, i64::MAX, i64::MIN] {
        assert_eq!(seed.integer(i128::from(narrow)), seed.word(narrow as u64));
    }
    // 2^63 has the 64-bit pattern of the smallest integer, 2^64 - 1 that of -1.
    assert_ne!(seed.integer(1 << 63), seed.integer(i128::from(i64::MIN)));
    assert_ne!(seed.integer((1 << 64) - 1), seed.integer(-1));
    assert_ne!(seed.integer(1 << 64), seed.integer(0));
}

#[test]
fn doubles_have_one_nan_and_one_zero_and_nothing_else_in_common() {
    let seed = value(0);
    let other_nan = f64::from_bits(0xfff8_0000_0000_1234);
    assert!(other_nan.is_nan());
    assert_eq!(seed.double(other_nan), seed.double(f64::NAN));
    assert_eq!(seed.double(-f64::NAN), seed.double(f64::NAN));
    assert_eq!(seed.double(-0.0), seed.double(0.0));
    let distinct = [
        0.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
        5e-324,
        -5e-324,
        1.0,
        -1.0,
        f64::MAX,
        f64::MIN,
        0.1 + 0.2,
        0.3,
    ];
    assert!(all_distinct_in_each_half(&distinct.map(|v| seed.double(v))));
}

#[test]
fn sums_are_taken_back_by_differences_and_halves_never_carry() {
    let full = Hash128 {
        lo: u64::MAX,
        hi: u64::MAX,
    };
    let one = Hash128 { lo: 1, hi: 0 };
    assert_eq!(full.plus(one), Hash128 { lo: 0, hi: u64::MAX });
    assert_eq!(Hash128::default().minus(one), Hash128 { lo: u64::MAX, hi: 0 });
    assert_eq!(full.plus(one).minus(one), full);
    assert_eq!(Hash128::from_u128(7 << 64 | 5), Hash128 { lo: 5, hi: 7 });
}

/// Counts, for every input bit, how often flipping it flips each of the 128 output bits, and checks the rates.
fn check_avalanche(bits: u32, inputs: u64, what: &str, hash: impl Fn(u64, Option<u32>) -> Hash128) {
    // The standard deviation of a rate is 0.5 / sqrt(inputs); at six of them chance never gets there.
    let tolerance = 6.0 * 0.5 / (inputs as f64).sqrt();
    for bit in 0..bits {
        let mut flips = [0u32; 128];
        for input in 0..inputs {
            let (a, b) = (hash(input, None), hash(input, Some(bit)));
            let (lo, hi) = (a.lo ^ b.lo, a.hi ^ b.hi);
            for (i, flips) in flips.iter_mut().enumerate() {
                *flips += (if i < 64 { lo >> i } else { hi >> (i - 64) } & 1) as u32;
            }
        }
        for (out, &flips) in flips.iter().enumerate() {
            let rate = f64::from(flips) / inputs as f64;
            assert!(
                (rate - 0.5).abs() < tolerance,
                "{what}: input bit {bit} flips output bit {out} with rate {rate}"
            );
        }
    }
}

fn flipped(word: u64, bit: Option<u32>) -> u64 {
    word ^ bit.map_or(0, |bit| 1 << bit)
}

#[test]
fn every_bit_of_a_word_flips_every_bit_of_its_hash_half_of_the_time() {
    for leaf in [0, 1, 77] {
        let seed = value(leaf);
        check_avalanche(64, 2048, "random words", |n, bit| seed.word(flipped(random(n), bit)));
        check_avalanche(64, 2048, "small integers", |n, bit| seed.word(flipped(n, bit)));
        check_avalanche(64, 2048, "whole doubles", |n, bit| {
            seed.word(flipped((n as f64).to_bits(), bit))
        });
    }
}

#[test]
fn every_bit_of_a_wide_integer_flips_every_bit_of_its_hash_half_of_the_time() {
    let seed = value(2);
    check_avalanche(128, 1024, "wide integers", |n, bit| {
        let wide = u128::from(random(n)) << 64 | u128::from(random(!n));
        seed.wide(wide ^ bit.map_or(0, |bit| 1 << bit))
    });
    check_avalanche(128, 1024, "powers of ten", |n, bit| {
        let wide = 10u128.pow(25) + u128::from(n) * 10u128.pow(20);
        seed.wide(wide ^ bit.map_or(0, |bit| 1 << bit))
    });
}

#[test]
fn every_bit_of_the_run_seed_changes_every_leaf() {
    for role in [Role::Key, Role::Value] {
        check_avalanche(64, 512, "run seeds", |n, bit| {
            LeafSeed::new(flipped(n, bit), role, (n % 7) as usize, None).word(n)
        });
        check_avalanche(64, 512, "run seeds, null", |n, bit| {
            LeafSeed::new(flipped(n, bit), role, (n % 7) as usize, None).null()
        });
        check_avalanche(64, 512, "run seeds, text", |n, bit| {
            LeafSeed::new(flipped(n, bit), role, (n % 7) as usize, None).bytes(b"text")
        });
    }
}

#[test]
fn no_two_leaves_share_a_seed() {
    for run in [0, 1, RUN, u64::MAX] {
        let mut seen = HashSet::new();
        for leaf in 0..2000 {
            for role in [Role::Key, Role::Value] {
                let mut nulls = HashSet::new();
                for apart in [None, Some(Side::Left), Some(Side::Right)] {
                    let seed = LeafSeed::new(run, role, leaf, apart);
                    for part in [seed.lo, seed.hi, seed.bytes] {
                        assert!(seen.insert(part), "leaf {leaf}, {role:?}, {apart:?} of run {run}");
                    }
                    nulls.insert(seed.null);
                }
                // Null is the same on both sides, whatever else is kept apart.
                assert_eq!(nulls.len(), 1);
                for null in nulls {
                    assert!(seen.insert(null.lo) && seen.insert(null.hi), "null of leaf {leaf}");
                }
            }
        }
    }
}

#[test]
fn columns_that_swap_their_values_change_the_sum() {
    let words: Vec<u64> = (0..60)
        .chain((1..60).map(|i| f64::from(i).to_bits()))
        .chain((0..20).map(random))
        .collect();
    for (first, second) in [(0, 1), (1, 2), (0, 7), (3, 300)] {
        let (f, s) = (value(first), value(second));
        for (i, &a) in words.iter().enumerate() {
            for &b in words.iter().skip(i + 1) {
                let (straight, swapped) = (f.word(a).plus(s.word(b)), f.word(b).plus(s.word(a)));
                assert_ne!(straight.lo, swapped.lo, "{a} {b}");
                assert_ne!(straight.hi, swapped.hi, "{a} {b}");
            }
        }
        let (straight, swapped) = (f.bytes(b"x").plus(s.bytes(b"y")), f.bytes(b"y").plus(s.bytes(b"x")));
        assert_ne!(straight.lo, swapped.lo);
        assert_ne!(straight.hi, swapped.hi);
    }
}

/// Differences that a step of one makes in a column, over many bases, must never be those of a step back in another.
fn steps_never_cancel(what: &str, forth: &[(Hash128, Hash128)], back: &[(Hash128, Hash128)]) {
    let difference = |(from, to): &(Hash128, Hash128)| to.minus(*from);
    let (lo, hi): (HashSet<u64>, HashSet<u64>) = forth.iter().map(difference).map(|d| (d.lo, d.hi)).unzip();
    for (from, to) in back {
        let needed = from.minus(*to);
        assert!(!lo.contains(&needed.lo), "{what}: first half");
        assert!(!hi.contains(&needed.hi), "{what}: second half");
    }
}

#[test]
fn a_step_forward_in_one_column_is_never_cancelled_by_a_step_back_in_another() {
    let steps = |seed: LeafSeed, by: i64| -> Vec<(Hash128, Hash128)> {
        let small = (-20_000..20_000i64).map(|base| (seed.word(base as u64), seed.word((base + by) as u64)));
        let large = (0..5000).map(|n| {
            let base = random(n);
            (seed.word(base), seed.word(base.wrapping_add_signed(by)))
        });
        small.chain(large).collect()
    };
    let double_steps = |seed: LeafSeed, by: f64| -> Vec<(Hash128, Hash128)> {
        (-20_000..20_000)
            .map(|base| {
                let base = f64::from(base) * 0.25;
                (seed.double(base), seed.double(base + by))
            })
            .collect()
    };
    // 45,000 bases forth against as many back are two thousand million pairs of columns.
    for (first, second) in [(0, 1), (1, 9)] {
        for by in [1, 1 << 32, -10] {
            steps_never_cancel("integers", &steps(value(first), by), &steps(value(second), -by));
        }
        for by in [1.0, 0.25] {
            let (forth, back) = (double_steps(value(first), by), double_steps(value(second), -by));
            steps_never_cancel("doubles", &forth, &back);
        }
    }
}

#[test]
fn sequential_keys_spread_evenly_over_the_partitions() {
    let seed = key(0);
    let small: Vec<Hash128> = (0..1_000_000).map(|n| seed.word(n)).collect();
    let strided: Vec<Hash128> = (0..200_000u64).map(|n| seed.word(n << 40)).collect();
    let doubles: Vec<Hash128> = (0..200_000).map(|n| seed.double(f64::from(n))).collect();
    let composite: Vec<Hash128> = grid(2, 450, |column, cell| key(column).word(cell as u64));
    let texts: Vec<Hash128> = (0..200_000)
        .map(|n| seed.bytes(format!("customer-{n:07}").as_bytes()))
        .collect();
    for (what, hashes) in [
        ("small", small),
        ("strided", strided),
        ("doubles", doubles),
        ("composite", composite),
        ("texts", texts),
    ] {
        for partitions in [2, 7, 64, 1000, 4096] {
            let mut counts = vec![0u64; partitions];
            for hash in &hashes {
                counts[crate::digest::entry::partition_of(*hash, partitions)] += 1;
            }
            let expected = hashes.len() as f64 / partitions as f64;
            let chi: f64 = counts.iter().map(|&c| (c as f64 - expected).powi(2) / expected).sum();
            let freedom = partitions as f64 - 1.0;
            // Six standard deviations of the chi-square distribution, and its skewness for few partitions.
            assert!(
                chi < freedom + 6.0 * (2.0 * freedom).sqrt() + 18.0,
                "{what} over {partitions} partitions: {chi}"
            );
        }
        assert!(all_distinct_in_each_half(&hashes), "{what}: keys that share 64 bits");
    }
}

#[test]
fn null_is_unlike_zero_nothing_and_false() {
    for leaf in 0..3000 {
        for seed in [key(leaf), value(leaf)] {
            let values = [
                seed.null(),
                seed.word(0),
                seed.word(1),
                seed.bytes(b""),
                seed.double(f64::NAN),
                seed.displaced(0),
                seed.integer(i128::MAX),
                Hash128::default(),
            ];
            assert!(all_distinct_in_each_half(&values), "leaf {leaf}");
        }
    }
}

#[test]
fn rows_of_nulls_zeros_and_empty_texts_are_all_different() {
    // Ten columns, each null, 0, 1 or empty: the rows with one value among nulls are there, and all others.
    let rows = grid(10, 4, |column, cell| {
        let seed = value(column);
        match cell {
            0 => seed.null(),
            1 => seed.word(0),
            2 => seed.word(1),
            _ => seed.bytes(b""),
        }
    });
    assert_eq!(rows.len(), 1 << 20);
    assert!(all_distinct_in_each_half(&rows));
}

#[test]
fn near_identical_rows_of_small_numbers_never_collide() {
    let integers = |column: usize, cell: usize| value(column).word(cell as u64);
    let signed = |column: usize, cell: usize| value(column).integer(cell as i128 - 5);
    let doubles = |column: usize, cell: usize| value(column).double(cell as f64);
    for (what, rows) in [
        ("three columns of 0 to 109", grid(3, 110, integers)),
        ("six columns of -5 to 5", grid(6, 11, signed)),
        ("twenty columns of 0 and 1", grid(20, 2, integers)),
        ("two columns of 0 to 999", grid(2, 1000, integers)),
        ("four columns of doubles", grid(4, 32, doubles)),
    ] {
        assert!(all_distinct_in_each_half(&rows), "{what}");
    }
}

#[test]
fn composite_keys_are_framed() {
    let texts = |a: &str, b: &str| key(0).bytes(a.as_bytes()).plus(key(1).bytes(b.as_bytes()));
    let numbers = |a: u64, b: u64| key(0).word(a).plus(key(1).word(b));
    assert_ne!(texts("a", "bc"), texts("ab", "c"));
    assert_ne!(texts("", "a"), texts("a", ""));
    assert_ne!(texts("a\0", "b"), texts("a", "\0b"));
    assert_ne!(numbers(1, 11), numbers(11, 1));
    // All ways to cut a text in two.
    let text = "aaaaaaaaaaaaaaaa";
    let cuts: Vec<Hash128> = (0..=text.len()).map(|at| texts(&text[..at], &text[at..])).collect();
    assert!(all_distinct_in_each_half(&cuts));
}

#[test]
fn zero_bytes_and_lengths_of_texts_count() {
    let seed = value(0);
    let zeros = vec![0u8; 600];
    let hashes: Vec<Hash128> = (0..=zeros.len()).map(|length| seed.bytes(&zeros[..length])).collect();
    assert!(all_distinct_in_each_half(&hashes));
}

#[test]
fn sides_that_never_meet_share_null_only() {
    for leaf in [0, 1, 50] {
        let sides = [None, Some(Side::Left), Some(Side::Right)].map(|side| LeafSeed::new(RUN, Role::Value, leaf, side));
        assert_eq!(sides[1].null(), sides[2].null());
        let hashes: Vec<Hash128> = sides
            .iter()
            .flat_map(|seed| {
                let words = (0..5000u64).map(|n| seed.word(n.wrapping_sub(2500)));
                let texts = (0..500).map(|n| seed.bytes(n.to_string().as_bytes()));
                let wide = (0..500).map(|n| seed.integer(i128::from(n) << 70 | 1 << 90));
                words.chain(texts).chain(wide)
            })
            .chain([sides[0].null()])
            .collect();
        assert!(all_distinct_in_each_half(&hashes));
    }
}

#[test]
fn wide_narrow_and_displaced_numbers_never_meet() {
    let seed = value(4);
    let narrow = (0..1000).map(|n| seed.integer(n - 500));
    let wide = (1..1000).flat_map(|high: i128| (0..300).map(move |low: i128| high << 64 | low));
    let negative = (1..300).flat_map(|high: i128| (0..300).map(move |low: i128| -(high << 64) - low - 1));
    let displaced = (0..3000).map(|n| seed.displaced(n - 500));
    let hashes: Vec<Hash128> = narrow
        .chain(wide.chain(negative).map(|v| seed.integer(v)))
        .chain(displaced)
        .collect();
    assert!(all_distinct_in_each_half(&hashes));
}

#[test]
fn columns_of_one_kind_never_share_a_hash() {
    // A value that moves to another column must not keep its hash, in either role.
    let hashes: Vec<Hash128> = (0..200)
        .flat_map(|leaf| [key(leaf), value(leaf)])
        .flat_map(|seed| (0..1000).map(move |n| seed.word(n)))
        .collect();
    assert!(all_distinct_in_each_half(&hashes));
    let pairs = [
        sum([key(0).word(1), key(1).word(2)]),
        sum([key(1).word(2), key(0).word(1)]),
    ];
    assert_eq!(pairs[0], pairs[1], "sums commute");
}
