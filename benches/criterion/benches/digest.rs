//! Digesting a batch: twenty columns of mixed types become one 128-bit digest and six tags per row.
//!
//! The rival brings the rows to Arrow's row format and takes XXH3-128 of each: the same 128 bits, but the whole batch has to be
//! in memory, there are no tags, and a difference of digests says nothing about columns.

mod data;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;
use arrow::row::{RowConverter, SortField};
use criterion::{Criterion, Throughput};
use parity_kernels::digest::hash::{LeafSeed, Role};
use parity_kernels::digest::{GROUPS, LeafHasher, RowDigests, group_of};
use parity_kernels::domain::Domain;
use parity_kernels::domain::values::InDomain;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;
use std::hint::black_box;
use xxhash_rust::xxh3::xxh3_128_with_seed;

const ROWS: u64 = 8192;
const LEAVES: u64 = 20;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let columns: Vec<ArrayRef> = (0..LEAVES)
        .map(|leaf| match leaf % 4 {
            0 => data::integers(ROWS, leaf * ROWS),
            1 => data::doubles(ROWS, leaf * ROWS),
            2 => data::texts(ROWS, leaf * ROWS),
            _ => data::dictionary(ROWS, leaf * ROWS),
        })
        .collect();
    let mut group = criterion.benchmark_group("digest");
    group.throughput(Throughput::Elements(ROWS));

    let mut leaves: Vec<(LeafHasher, InDomain)> = columns.iter().enumerate().map(prepared).collect();
    let mut digests = RowDigests::default();
    group.bench_function("ours", |b| {
        b.iter(|| {
            digests.reset(ROWS as usize);
            let mut rest = leaves.iter_mut().enumerate().peekable();
            for number in 0..GROUPS {
                while let Some((_, (hasher, values))) =
                    rest.next_if(|&(leaf, _)| group_of(leaf, LEAVES as usize, GROUPS) == number)
                {
                    hasher.add_in_domain(values, digests.group_sums(), 0);
                }
                digests.end_group(number);
            }
            black_box(digests.digest(0));
        });
    });

    let fields = columns.iter().map(|c| SortField::new(c.data_type().clone())).collect();
    let converter = RowConverter::new(fields).expect("flat types");
    let mut hashes = vec![0u128; ROWS as usize];
    group.bench_function("arrow-row+xxh3-128", |b| {
        b.iter(|| {
            let rows = converter.convert_columns(black_box(&columns)).expect("rows");
            for (hash, row) in hashes.iter_mut().zip(rows.iter()) {
                *hash = xxh3_128_with_seed(row.data(), 7);
            }
            black_box(&hashes);
        });
    });
    group.finish();
    criterion.final_summary();
}

fn prepared((number, column): (usize, &ArrayRef)) -> (LeafHasher, InDomain) {
    let leaf = match column.data_type() {
        DataType::Int64 => LeafType::Integer { bits: 64, signed: true },
        DataType::Float64 => LeafType::Double,
        _ => LeafType::String,
    };
    let seed = LeafSeed::new(7, Role::Value, number, None);
    let values = InDomain {
        array: ArrayRef::clone(column),
        displaced: None,
    };
    let domain = Domain::own(&leaf);
    (LeafHasher::new(seed, leaf, domain, Zone::UTC), values)
}
