use super::*;
use arrow::array::{BinaryViewArray, Float64Array, Int64Array};
use arrow::compute::concat;
use parity_kernels::compare::relaxation::Relaxation;
use parity_kernels::compare::tolerance::{ExactNumber, Tolerance};
use parity_kernels::digest::GROUPS;
use parity_kernels::digest::hash::Hash128;
use parity_kernels::domain::Domain;
use parity_kernels::spark::order;
use parity_kernels::types::LeafType;
use std::sync::Arc;

/// Numbers that look random.
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn pair(leaf: LeafType, relaxation: Relaxation) -> LeafPair {
    LeafPair {
        name: "v".to_owned(),
        columns: [0, 0],
        domain: Domain::of(&leaf, &leaf),
        leaves: [leaf.clone(), leaf],
        relaxation,
        group: 0,
        masked: false,
    }
}

fn pairs() -> [LeafPair; 3] {
    let near = Relaxation {
        tolerance: Some(Tolerance {
            absolute: ExactNumber::parse("1"),
            ..Tolerance::default()
        }),
        ..Relaxation::default()
    };
    [
        pair(LeafType::Double, Relaxation::default()),
        pair(LeafType::Integer { bits: 64, signed: true }, near),
        pair(LeafType::String, Relaxation::default()),
    ]
}

/// Some rows of few values, column by column; nulls, NaN and both zeros are among them.
fn drawn(draws: &mut Draws, rows: usize) -> [ArrayRef; 3] {
    let doubles = [None, Some(f64::NAN), Some(-0.0), Some(0.0), Some(1.5)];
    let texts = [
        None,
        Some(&b""[..]),
        Some(b"\xff"),
        Some(b"a text that is longer than the others"),
    ];
    [
        Arc::new(Float64Array::from_iter(
            (0..rows).map(|_| doubles[draws.below(5) as usize]),
        )),
        Arc::new(Int64Array::from_iter(
            (0..rows).map(|_| (draws.below(6) > 0).then(|| draws.below(5) as i64)),
        )),
        Arc::new(BinaryViewArray::from_iter(
            (0..rows).map(|_| texts[draws.below(4) as usize]),
        )),
    ]
}

fn member(split: u32, row: u32) -> Member {
    Member {
        location: Location { split, row },
        digest: Hash128 {
            lo: u64::from(row),
            hi: u64::from(split),
        },
        tags: [0; GROUPS],
    }
}

/// Groups of so many rows a side, scattered over three splits, and the columns of their rows by split and row.
fn scattered(draws: &mut Draws, sizes: &[[usize; 2]]) -> (Vec<Group>, [[ArrayRef; 3]; 2]) {
    let mut groups: Vec<Group> = sizes.iter().map(|_| Group::default()).collect();
    let columns = [0, 1].map(|side: usize| {
        let rows: usize = sizes.iter().map(|size| size[side]).sum();
        let mut places: Vec<u32> = (0..rows as u32).collect();
        for i in (1..rows).rev() {
            places.swap(i, draws.below(i as u64 + 1) as usize);
        }
        let mut places = places.into_iter();
        for (group, size) in groups.iter_mut().zip(sizes) {
            let members = if side == 0 { &mut group.left } else { &mut group.right };
            members.extend(
                places
                    .by_ref()
                    .take(size[side])
                    .map(|place| member(place / 50, place % 50)),
            );
        }
        drawn(draws, rows)
    });
    (groups, columns)
}

/// What becomes of the groups when all columns of a group are there at once.
fn with_whole_rows(groups: &[Group], columns: &[[ArrayRef; 3]; 2]) -> Settled {
    let mut settled = Settled::default();
    let pairs = pairs();
    for group in groups {
        let of_side = |side: usize, members: &[Member]| -> Vec<ArrayRef> {
            let places = members.iter().map(|m| m.location.split * 50 + m.location.row);
            let places = UInt32Array::from_iter_values(places);
            columns[side]
                .iter()
                .map(|column| take(column, &places, None).unwrap())
                .collect()
        };
        let own = [of_side(0, &group.left), of_side(1, &group.right)];
        let in_order = |side: usize| -> Vec<usize> {
            let sorted = order::sorted(&order::sortable(&own[side]).unwrap());
            sorted.into_iter().map(|row| row as usize).collect()
        };
        let relaxed: Vec<RelaxedColumn<'_>> = (0..3)
            .map(|c| {
                let p = &pairs[c];
                RelaxedColumn::new(
                    [&own[0][c], &own[1][c]],
                    p.leaves.each_ref(),
                    &p.domain,
                    Zone::UTC,
                    &p.relaxation,
                )
            })
            .collect();
        let differing = |l: usize, r: usize| relaxed.iter().filter(|column| !column.equal(l, r)).count() as u32;
        settled.add(group, &pairing::pair(&in_order(0), &in_order(1), differing));
    }
    settled
}

fn by_column(groups: &[Group], columns: &[[ArrayRef; 3]; 2]) -> Settled {
    let mut grouped = Grouped::new(groups.to_vec());
    for (pair, (left, right)) in pairs().iter().zip(columns[0].iter().zip(&columns[1])) {
        grouped.take(pair, Zone::UTC, [left.clone(), right.clone()]).unwrap();
    }
    grouped.settled()
}

/// What was settled, in an order that does not depend on the order of groups.
fn sorted(mut settled: Settled) -> impl PartialEq + std::fmt::Debug {
    settled.changed.sort_by_key(|(changed, _)| changed.left);
    settled.only.iter_mut().for_each(|rows| rows.sort());
    (settled.changed, settled.only, settled.large_groups)
}

#[test]
fn column_by_column_rows_pair_as_they_do_when_all_columns_are_there() {
    let mut draws = Draws(7);
    let sizes = [
        [2, 1],
        [64, 64],
        [65, 3],
        [1, 2],
        [3, 65],
        [300, 280],
        [64, 1],
        [70, 70],
        [5, 8],
    ];
    for round in 0..20 {
        let (groups, columns) = scattered(&mut draws, &sizes[round % 3..]);
        let expected = with_whole_rows(&groups, &columns);
        assert_eq!(expected.large_groups, 4);
        assert_eq!(sorted(by_column(&groups, &columns)), sorted(expected));
    }
}

#[test]
fn groups_in_another_order_pair_alike() {
    let mut draws = Draws(8);
    let (groups, columns) = scattered(&mut draws, &[[66, 70], [4, 4], [2, 90], [3, 2]]);
    let reversed: Vec<Group> = groups.iter().rev().cloned().collect();
    assert_eq!(
        sorted(by_column(&reversed, &columns)),
        sorted(by_column(&groups, &columns))
    );
}

#[test]
fn of_equal_rows_the_last_in_sort_order_are_left() {
    let of = |digest: u64, row| Member {
        digest: Hash128 { lo: digest, hi: 0 },
        ..member(0, row)
    };
    let mut left = [of(7, 0), of(8, 1), of(7, 2)];
    let order = vec![4, 0, 1, 3, 2, 5];
    let equals = [of(7, 3), of(8, 4), of(7, 5)];
    // 8 is spelled by 4 and 1, 7 by 0, 3, 2 and 5.
    let numbers = left_over(&mut left, &equals, order);
    let rows: Vec<u32> = numbers.iter().map(|&number| left[number].location.row).collect();
    assert_eq!(rows, [1, 2, 5]);
    assert_eq!(left.map(|member| member.digest.lo), [7, 8, 7]);
}

#[test]
fn rows_arrive_by_split_and_row() {
    let (groups, _) = scattered(&mut Draws(9), &[[66, 3], [2, 2]]);
    let grouped = Grouped::new(groups);
    let location = |place: u32| member(place / 50, place % 50).location;
    let left: Vec<Location> = (0..68).map(location).collect();
    let right: Vec<Location> = (0..5).map(location).collect();
    assert!(grouped.arrive_as([&left, &right]));
    assert!(!grouped.arrive_as([&left[1..], &right]));
    assert!(!grouped.arrive_as([&left, &left[1..6]]));
}

#[test]
fn a_large_group_holds_some_bytes_a_row_whatever_the_columns() {
    let rows = 20_000;
    let (groups, columns) = scattered(&mut Draws(10), &[[rows, rows], [64, 64]]);
    let mut grouped = Grouped::new(groups);
    let held = |grouped: &Grouped| {
        let sides = grouped.sides.iter();
        let bytes = sides.map(|side| 8 * side.arriving.len() + 4 * side.places.len() + 4 * side.order.order().len());
        bytes.sum::<usize>() + 4 * grouped.differing_cells.len()
    };
    let at_first = held(&grouped);
    assert_eq!(at_first, 16 * 2 * (rows + 64) + 4 * 64 * 64);
    for number in 0..200 {
        // Nothing else has the column.
        let own = [0, 1].map(|side: usize| concat(&[&columns[side][number % 3]]).unwrap());
        let weak = own.each_ref().map(Arc::downgrade);
        grouped.take(&pairs()[number % 3], Zone::UTC, own).unwrap();
        assert!(weak.iter().all(|column| column.upgrade().is_none()));
        assert_eq!(held(&grouped), at_first);
    }
}
