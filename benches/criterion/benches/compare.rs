//! Comparing the cells of one column over a hundred thousand pairs of rows, one in ten of which differs.
//!
//! The rival is Arrow's `distinct` on the same arrays. It answers the same question where nulls are concerned; for doubles
//! it goes by the total order, in which -0.0 is not 0.0 and one NaN is not another.

mod data;

use arrow::array::{Array, ArrayRef, UInt64Array};
use arrow::compute::kernels::cmp;
use arrow::compute::{interleave, take};
use criterion::{Criterion, Throughput};
use parity_kernels::compare;
use parity_kernels::domain::Domain;
use parity_kernels::domain::values::InDomain;
use std::hint::black_box;

const ROWS: u64 = 100_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let columns = [
        ("i64", data::integers(ROWS, 0), Domain::Exact { scale: 0 }),
        ("f64", data::doubles(ROWS, 0), Domain::Double),
        ("text", data::texts(ROWS, 0), Domain::Bytes),
    ];
    for (name, left, domain) in columns {
        let right = one_in_ten_moved(&left);
        let values = |array: &ArrayRef| InDomain {
            array: ArrayRef::clone(array),
            displaced: None,
        };
        let (own_left, own_right) = (values(&left), values(&right));
        let found = compare::differing(&own_left, &own_right, &domain);
        let theirs = cmp::distinct(&left, &right).expect("one type");
        assert_eq!(&found, theirs.values());

        let mut group = criterion.benchmark_group(format!("compare/{name}"));
        group.throughput(Throughput::Elements(ROWS));
        group.bench_function("ours", |b| {
            b.iter(|| compare::differing(black_box(&own_left), black_box(&own_right), &domain));
        });
        group.bench_function("ours with tally", |b| {
            b.iter(|| {
                let differing = compare::differing(black_box(&own_left), black_box(&own_right), &domain);
                compare::tally(&own_left, &own_right, &domain, (0, 0), &differing)
            });
        });
        group.bench_function("arrow distinct", |b| {
            b.iter(|| cmp::distinct(black_box(&left), black_box(&right)).expect("one type"));
        });
        group.finish();
    }
    criterion.final_summary();
}

/// The same column with the value of a later row in every tenth.
fn one_in_ten_moved(column: &ArrayRef) -> ArrayRef {
    let later: UInt64Array = (0..ROWS).map(|row| Some((row + 1) % ROWS)).collect();
    let later = take(column, &later, None).expect("rows in range");
    let places: Vec<(usize, usize)> = (0..ROWS as usize)
        .map(|row| (usize::from(row % 10 == 0), row))
        .collect();
    interleave(&[column.as_ref(), later.as_ref() as &dyn Array], &places).expect("one type")
}
