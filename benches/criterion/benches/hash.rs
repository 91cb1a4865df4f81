//! Hashing one column: a batch of values becomes 128-bit hashes, added to one sum per row.
//!
//! Rivals, on the same arrays: XXH3 with 64 bits and SipHash (the standard library's), each adding 64 bits a row; and
//! Arrow's row format with XXH3-128 over each row. Only ours treats one NaN like another, and only ours and the row format
//! see nulls.

mod data;

use arrow::array::{Array, ArrayRef, AsArray, types::Float64Type, types::Int32Type, types::Int64Type};
use arrow::datatypes::DataType;
use arrow::row::{RowConverter, SortField};
use criterion::{Criterion, Throughput};
use parity_kernels::digest::hash::{LeafSeed, Role};
use parity_kernels::digest::{LeafHasher, Sums};
use parity_kernels::domain::Domain;
use parity_kernels::domain::values::InDomain;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint::black_box;
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

const ROWS: u64 = 8192;
const SEED: u64 = 7;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let bigint = LeafType::Integer { bits: 64, signed: true };
    let columns = [
        ("i64", data::integers(ROWS, 0), bigint),
        ("f64", data::doubles(ROWS, 0), LeafType::Double),
        ("text", data::texts(ROWS, 0), LeafType::String),
        ("dictionary", data::dictionary(ROWS, 0), LeafType::String),
    ];
    for (name, column, leaf) in columns {
        measure(&mut criterion, name, &column, leaf);
    }
    criterion.final_summary();
}

fn measure(criterion: &mut Criterion, name: &str, column: &ArrayRef, leaf: LeafType) {
    let mut group = criterion.benchmark_group(format!("hash/{name}"));
    group.throughput(Throughput::Elements(ROWS));

    let seed = LeafSeed::new(SEED, Role::Value, 0, None);
    let domain = Domain::own(&leaf);
    let mut hasher = LeafHasher::new(seed, leaf, domain, Zone::UTC);
    let values = InDomain {
        array: ArrayRef::clone(column),
        displaced: None,
    };
    let mut sums = Sums::default();
    sums.reset(ROWS as usize);
    group.bench_function("ours", |b| {
        b.iter(|| hasher.add_in_domain(black_box(&values), &mut sums, 0));
    });

    let mut sums = vec![0u64; ROWS as usize];
    group.bench_function("xxh3-64", |b| {
        b.iter(|| each_value(black_box(column), &mut sums, |bytes| xxh3_64_with_seed(bytes, SEED)));
    });
    group.bench_function("siphash", |b| {
        b.iter(|| {
            each_value(black_box(column), &mut sums, |bytes| {
                let mut hasher = DefaultHasher::new();
                bytes.hash(&mut hasher);
                hasher.finish()
            });
        });
    });

    let converter = RowConverter::new(vec![SortField::new(column.data_type().clone())]).expect("a flat type");
    let mut wide = vec![0u128; ROWS as usize];
    group.bench_function("arrow-row+xxh3-128", |b| {
        b.iter(|| {
            let rows = converter
                .convert_columns(std::slice::from_ref(black_box(column)))
                .expect("rows");
            for (sum, row) in wide.iter_mut().zip(rows.iter()) {
                *sum = sum.wrapping_add(xxh3_128_with_seed(row.data(), SEED));
            }
        });
    });
    group.finish();
}

/// Adds the hash of every value's bytes; what a null's slot holds is hashed like a value.
fn each_value(column: &ArrayRef, sums: &mut [u64], hash: impl Fn(&[u8]) -> u64) {
    let add = |sum: &mut u64, bytes: &[u8]| *sum = sum.wrapping_add(hash(bytes));
    match column.data_type() {
        DataType::Int64 => {
            for (sum, value) in sums.iter_mut().zip(column.as_primitive::<Int64Type>().values()) {
                add(sum, &value.to_le_bytes());
            }
        }
        DataType::Float64 => {
            for (sum, value) in sums.iter_mut().zip(column.as_primitive::<Float64Type>().values()) {
                add(sum, &value.to_le_bytes());
            }
        }
        DataType::BinaryView => {
            let texts = column.as_binary_view();
            for (row, sum) in sums.iter_mut().enumerate() {
                add(sum, texts.value(row));
            }
        }
        _ => {
            // Each distinct text once, as ours does.
            let dictionary = column.as_dictionary::<Int32Type>();
            let values = dictionary.values().as_binary::<i32>();
            let hashes: Vec<u64> = values.iter().flatten().map(hash).collect();
            for (sum, &key) in sums.iter_mut().zip(dictionary.keys().values()) {
                *sum = sum.wrapping_add(hashes[key as usize]);
            }
        }
    }
}
