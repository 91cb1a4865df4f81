//! Pairing 64 rows with 64 rows so that the fewest cells differ, with costs as duplicate keys have them: most rows differ in
//! nearly all of 20 cells, a few are close to each other.
//!
//! The rival is the textbook auction (bids of at least 1 over costs multiplied by n + 1, which makes it exact). It finds the
//! same total of cells, and not which of several cheapest pairings counts.

mod data;

use criterion::{Criterion, Throughput};
use parity_kernels::matching::assign::assign;
use std::hint::black_box;

const ROWS: usize = 64;
const CELLS: u64 = 20;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, spread) in [("few distinct costs", 3), ("many distinct costs", CELLS)] {
        let costs: Vec<u32> = (0..(ROWS * ROWS) as u64)
            .map(|n| {
                if data::word(n).is_multiple_of(40) {
                    1
                } else {
                    (CELLS - data::word(!n) % spread) as u32
                }
            })
            .collect();
        let total = |pairs: &[(usize, usize)]| pairs.iter().map(|&(l, r)| u64::from(costs[l * ROWS + r])).sum::<u64>();
        assert_eq!(total(&assign(&costs, ROWS, ROWS)), total(&auction(&costs)));

        let mut group = criterion.benchmark_group(format!("assign/{name}"));
        group.throughput(Throughput::Elements(ROWS as u64));
        group.bench_function("ours", |b| b.iter(|| assign(black_box(&costs), ROWS, ROWS)));
        group.bench_function("auction", |b| b.iter(|| auction(black_box(&costs))));
        group.finish();
    }
    criterion.final_summary();
}

/// A cheapest assignment of `ROWS` rows to as many columns.
fn auction(costs: &[u32]) -> Vec<(usize, usize)> {
    let mut prices = [0i64; ROWS];
    let mut owner = [None; ROWS];
    let mut waiting: Vec<usize> = (0..ROWS).collect();
    while let Some(row) = waiting.pop() {
        let value = |column: usize| -i64::from(costs[row * ROWS + column]) * (ROWS as i64 + 1) - prices[column];
        let (mut best, mut best_value, mut second_value) = (0, i64::MIN, i64::MIN);
        for column in 0..ROWS {
            let value = value(column);
            if value > best_value {
                (best, second_value, best_value) = (column, best_value, value);
            } else {
                second_value = second_value.max(value);
            }
        }
        prices[best] += best_value - second_value + 1;
        waiting.extend(owner[best].replace(row));
    }
    let pairs = owner.iter().enumerate();
    pairs.filter_map(|(column, row)| row.map(|row| (row, column))).collect()
}
