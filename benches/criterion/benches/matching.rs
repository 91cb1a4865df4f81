//! Matching one million entries (half a million rows a side) on one thread: 1 % changed, 0.5 % on one side only.
//!
//! Ours takes entries from their blocks and puts them into buckets, in the partitions that a comparison of this size has. The rivals join through a hash map of
//! the left entries, once with the standard library's hasher and once with the key hash itself as the hash. They find the
//! same counts, but know nothing of duplicate keys, and their one-sided rows come in an order of chance.

mod data;

use criterion::{BatchSize, Criterion, Throughput};
use parity_kernels::digest::GROUPS;
use parity_kernels::digest::entry::{BlockView, Entries, Entry, LEAD_BYTES, Shape};
use parity_kernels::digest::hash::Hash128;
use parity_kernels::domain::Side;
use parity_kernels::matching::{Arrived, MatchOptions, Outcome};
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::hint::black_box;

const ROWS: u64 = 500_000;
const PARTITIONS: usize = 4;

/// (identical, changed, only left, only right)
type Counts = (u64, u64, u64, u64);

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let sides = [entries(Side::Left), entries(Side::Right)];
    let partitions = partitioned(&sides);
    assert_eq!(matched(&partitions), joined::<RandomState>(&sides));

    let mut group = criterion.benchmark_group("match");
    group.throughput(Throughput::Elements(2 * ROWS)).sample_size(20);
    group.bench_function("ours", |b| b.iter(|| matched(black_box(&partitions))));
    group.bench_function("partition and match", |b| {
        b.iter_batched(
            || (),
            |()| matched(&partitioned(black_box(&sides))),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("hash map", |b| b.iter(|| joined::<RandomState>(black_box(&sides))));
    group.bench_function("hash map, no hashing", |b| {
        b.iter(|| joined::<BuildHasherDefault<FirstWord>>(black_box(&sides)));
    });
    group.finish();
    criterion.final_summary();
}

/// Rows in an order of their own on each side.
fn entries(side: Side) -> Vec<Entry> {
    (0..ROWS)
        .map(|row| {
            // An odd factor visits every number once; the last 0.5 % of the keys exist on one side only.
            let number = if side == Side::Left { row } else { row * 7 % ROWS };
            let one_sided = number >= ROWS - ROWS / 200;
            let key = if one_sided {
                number + side.index() as u64 * ROWS
            } else {
                number
            };
            let changed = u64::from(side == Side::Right && number % 100 == 0);
            let hash = |n: u64| Hash128 {
                lo: data::word(n),
                hi: data::word(n ^ 1 << 40),
            };
            Entry {
                key: hash(key),
                digest: hash(key << 8 | changed),
                tags: [changed as u16; GROUPS],
                row: row as u32,
            }
        })
        .collect()
}

/// Blocks by partition, as they are exchanged.
fn partitioned(sides: &[Vec<Entry>; 2]) -> Vec<Vec<Vec<u8>>> {
    let shape = Shape {
        is_keyed: true,
        is_word: false,
        groups: GROUPS,
    };
    let mut partitions = vec![Vec::new(); PARTITIONS];
    for (side, rows) in [Side::Left, Side::Right].into_iter().zip(sides) {
        let mut entries = Entries::new(side, 0, shape, PARTITIONS, rows.len());
        rows.iter().for_each(|row| entries.push(row, false));
        for (partition, block) in entries.rest() {
            partitions[partition].push(block.into_bytes());
        }
    }
    partitions
}

fn matched(partitions: &[Vec<Vec<u8>>]) -> Counts {
    let mut outcome = Outcome::default();
    for blocks in partitions {
        let mut arrived = Arrived::default();
        for block in blocks {
            arrived.add(BlockView::of(&block[LEAD_BYTES..]).expect("it is a block"));
        }
        outcome.merge(arrived.matched(MatchOptions::default()));
    }
    let count = |rows: usize| rows as u64;
    let [only_left, only_right] = &outcome.only;
    (
        outcome.identical,
        count(outcome.changed.len()),
        count(only_left.len()),
        count(only_right.len()),
    )
}

fn joined<S: BuildHasher + Default>(sides: &[Vec<Entry>; 2]) -> Counts {
    let mut left: HashMap<u128, &Entry, S> = HashMap::with_capacity_and_hasher(sides[0].len(), S::default());
    let key = |entry: &Entry| u128::from(entry.key.hi) << 64 | u128::from(entry.key.lo);
    left.extend(sides[0].iter().map(|entry| (key(entry), entry)));
    let (mut identical, mut changed, mut only_right) = (0, 0, Vec::new());
    for entry in &sides[1] {
        match left.remove(&key(entry)) {
            Some(found) if found.digest == entry.digest => identical += 1,
            Some(_) => changed += 1,
            None => only_right.push(entry.row),
        }
    }
    (identical, changed, left.len() as u64, only_right.len() as u64)
}

/// Keys are hashes already: their first word is the hash.
#[derive(Default)]
struct FirstWord(u64);

impl Hasher for FirstWord {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}
