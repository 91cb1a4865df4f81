use super::*;
use crate::digest::hash::Role;
use crate::generated;
use crate::types::Unit;
use arrow::array::{
    BinaryArray, BinaryViewArray, BooleanArray, Decimal128Array, DictionaryArray, FixedSizeBinaryArray, Float32Array,
    Float64Array, Int32Array, Int64Array,
};
use proptest::prelude::*;

const RUN: u64 = 99;

fn seed(leaf: usize) -> LeafSeed {
    LeafSeed::new(RUN, Role::Value, leaf, None)
}

fn integer(bits: u8) -> LeafType {
    LeafType::Integer { bits, signed: true }
}

fn decimal(precision: u8, scale: i8) -> LeafType {
    LeafType::Decimal { precision, scale }
}

fn timestamp(unit: Unit) -> LeafType {
    LeafType::Timestamp { unit, zoned: true }
}

fn stored(leaf: LeafType) -> Stored {
    Stored { leaf, julian: None }
}

/// A hasher for values of one type among themselves.
fn hasher(leaf: usize, kind: LeafType) -> LeafHasher {
    let domain = Domain::own(&kind);
    LeafHasher::new(seed(leaf), kind, domain, Zone::UTC)
}

/// The hashes of all rows of a batch.
fn added(hasher: &mut LeafHasher, batch: &ArrayRef, how: &Stored) -> Vec<Hash128> {
    let mut sums = Sums::default();
    sums.reset(batch.len());
    hasher.add(batch, how, &mut sums, 0).unwrap();
    (0..batch.len()).map(|row| sums.get(row)).collect()
}

/// A cell as it should be hashed, apart from any array.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Null,
    Integer(i128),
    Double(f64),
    Boolean(bool),
    Bytes(Vec<u8>),
}

fn hash_of(seed: &LeafSeed, cell: &Cell) -> Hash128 {
    match cell {
        Cell::Null => seed.null(),
        Cell::Integer(v) => seed.integer(*v),
        Cell::Double(v) => seed.double(*v),
        Cell::Boolean(v) => seed.word(u64::from(*v)),
        Cell::Bytes(v) => seed.bytes(v),
    }
}

/// The kinds of stored columns, by what the readers give for them.
#[derive(Clone, Copy, Debug)]
enum Form {
    Int32,
    Int64,
    Wide,
    Float32,
    Float64,
    Boolean,
    View,
    Dictionary,
    Fixed,
}

const FORMS: [Form; 9] = [
    Form::Int32,
    Form::Int64,
    Form::Wide,
    Form::Float32,
    Form::Float64,
    Form::Boolean,
    Form::View,
    Form::Dictionary,
    Form::Fixed,
];

/// A column of a form: its type, its stored array, and what its cells mean. `draws` decides everything; `None` is null.
fn column(form: Form, draws: &[Option<u64>]) -> (LeafType, ArrayRef, Vec<Cell>) {
    let cells =
        |cell: &dyn Fn(u64) -> Cell| -> Vec<Cell> { draws.iter().map(|d| d.map_or(Cell::Null, cell)).collect() };
    let text = |d: u64| match d % 4 {
        0 => Vec::new(),
        1 => vec![0xff, d as u8],
        2 => format!("text {}", d % 50).into_bytes(),
        _ => format!("a text too long to be inlined in a view, {}", d % 7).into_bytes(),
    };
    match form {
        Form::Int32 => {
            let array = Int32Array::from_iter(draws.iter().map(|d| d.map(|d| d as i32)));
            (
                integer(32),
                Arc::new(array),
                cells(&|d| Cell::Integer(i128::from(d as i32))),
            )
        }
        Form::Int64 => {
            let array = Int64Array::from_iter(draws.iter().map(|d| d.map(|d| d as i64)));
            (
                integer(64),
                Arc::new(array),
                cells(&|d| Cell::Integer(i128::from(d as i64))),
            )
        }
        Form::Wide => {
            let number = |d: u64| i128::from(d as i64) << (d % 60);
            let bytes = draws.iter().map(|d| d.map(|d| number(d).to_be_bytes()));
            let array = FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes, 16).unwrap();
            (decimal(38, 3), Arc::new(array), cells(&|d| Cell::Integer(number(d))))
        }
        Form::Float32 => {
            let number = |d: u64| f32::from_bits(d as u32);
            let array = Float32Array::from_iter(draws.iter().map(|d| d.map(number)));
            (
                LeafType::Float,
                Arc::new(array),
                cells(&|d| Cell::Double(f64::from(number(d)))),
            )
        }
        Form::Float64 => {
            let number = |d: u64| match d % 5 {
                0 => f64::NAN,
                1 => -0.0,
                2 => (d >> 50) as f64,
                _ => f64::from_bits(d),
            };
            let array = Float64Array::from_iter(draws.iter().map(|d| d.map(number)));
            (LeafType::Double, Arc::new(array), cells(&|d| Cell::Double(number(d))))
        }
        Form::Boolean => {
            let array = BooleanArray::from_iter(draws.iter().map(|d| d.map(|d| d % 2 == 1)));
            (
                LeafType::Boolean,
                Arc::new(array),
                cells(&|d| Cell::Boolean(d % 2 == 1)),
            )
        }
        Form::View => {
            let array = BinaryViewArray::from_iter(draws.iter().map(|d| d.map(text)));
            (LeafType::String, Arc::new(array), cells(&|d| Cell::Bytes(text(d))))
        }
        Form::Dictionary => {
            // Every second word stands in the dictionary twice, and some that no row has.
            let words: Vec<Vec<u8>> = (0..40).map(|n| text(n / 2 * 4 + 2)).collect();
            let word = |d: u64| (d % 40) as i32;
            // A null's key may be anything, also beyond the dictionary.
            let keys: Vec<i32> = draws.iter().map(|d| d.map_or(1 << 20, word)).collect();
            let nulls = NullBuffer::from_iter(draws.iter().map(Option::is_some));
            let values: ArrayRef = Arc::new(BinaryArray::from_iter_values(&words));
            // SAFETY: keys that are not null are below 40. The check would refuse the null ones.
            let array = unsafe { DictionaryArray::new_unchecked(Int32Array::new(keys.into(), Some(nulls)), values) };
            let meaning = |d: u64| Cell::Bytes(words[word(d) as usize].clone());
            (LeafType::String, Arc::new(array), cells(&meaning))
        }
        Form::Fixed => {
            let bytes = |d: u64| (d % 1000).to_be_bytes();
            let array = FixedSizeBinaryArray::try_from_sparse_iter_with_size(draws.iter().map(|d| d.map(bytes)), 8);
            (
                LeafType::Binary,
                Arc::new(array.unwrap()),
                cells(&|d| Cell::Bytes(bytes(d).to_vec())),
            )
        }
    }
}

/// Draws with nulls at a rate of eighths: 0 is none, 8 is all.
fn draws(rows: usize, null_eighths: u64) -> impl Strategy<Value = Vec<Option<u64>>> {
    let cell = (any::<u64>(), 0..8u64).prop_map(move |(d, n)| (n >= null_eighths).then_some(d));
    proptest::collection::vec(cell, rows)
}

type Columns = Vec<(Form, Vec<Option<u64>>)>;

fn columns() -> impl Strategy<Value = Columns> {
    (0..70usize).prop_flat_map(|rows| {
        let form = proptest::sample::select(FORMS.to_vec());
        let nulls = proptest::sample::select(vec![0u64, 1, 4, 7, 8]);
        let column = (form, nulls).prop_flat_map(move |(form, nulls)| (Just(form), draws(rows, nulls)));
        proptest::collection::vec(column, 0..15)
    })
}

proptest! {
    #![proptest_config(generated::cases(400))]

    #[test]
    fn sums_column_by_column_are_sums_row_by_row(columns in columns(), cuts in proptest::collection::vec(1..20usize, 1..8)) {
        let rows = columns.first().map_or(0, |(_, draws)| draws.len());
        let built: Vec<_> = columns.iter().map(|(form, draws)| column(*form, draws)).collect();
        let mut digests = RowDigests::default();
        // A window of other rows before must leave no trace.
        digests.reset(rows + 3);
        digests.group_sums().add_constant(0, rows + 3, Hash128 { lo: 5, hi: 1 << 60 });
        digests.end_group(2);
        digests.reset(rows);
        for group in 0..GROUPS {
            for (leaf, (kind, array, _)) in built.iter().enumerate() {
                if group_of(leaf, built.len(), GROUPS) != group {
                    continue;
                }
                let mut hasher = hasher(leaf, kind.clone());
                let (mut from, mut cut) = (0, leaf);
                while from < rows {
                    let batch = cuts[cut % cuts.len()].min(rows - from);
                    // Slices have offsets that are not whole bytes of the null mask.
                    hasher.add(&array.slice(from, batch), &stored(kind.clone()), digests.group_sums(), from).unwrap();
                    from += batch;
                    cut += 1;
                }
            }
            digests.end_group(group);
        }
        for row in 0..rows {
            let (mut total, mut groups) = (Hash128::default(), [Hash128::default(); GROUPS]);
            for (leaf, (_, _, cells)) in built.iter().enumerate() {
                let hash = hash_of(&seed(leaf), &cells[row]);
                total = total.plus(hash);
                let group = &mut groups[group_of(leaf, built.len(), GROUPS)];
                *group = group.plus(hash);
            }
            prop_assert_eq!(digests.digest(row), total);
            prop_assert_eq!(digests.tags(row), groups.map(|g| g.hi as u16));
        }
    }

    #[test]
    fn one_value_hashes_as_it_does_in_its_batch((form, draws) in (proptest::sample::select(FORMS.to_vec()), draws(40, 2))) {
        let (kind, array, cells) = column(form, &draws);
        let mut hasher = hasher(1, kind.clone());
        let own = values::own(&array, &stored(kind.clone()), &kind).unwrap();
        let in_domain = hasher.to_domain(&own);
        for (row, found) in added(&mut hasher, &array, &stored(kind)).into_iter().enumerate() {
            prop_assert_eq!(found, hash_of(&seed(1), &cells[row]));
            prop_assert_eq!(hasher.hash_own(&own, row), found);
            prop_assert_eq!(hasher.hash(&in_domain, row), found);
        }
    }
}

#[test]
fn long_batches_with_few_and_many_nulls_are_hashed_row_by_row() {
    // More rows than any vector of the processor or word of a null mask, with a rest at the end.
    let rows: usize = if cfg!(miri) { 140 } else { 1000 };
    for (form, null_in) in FORMS
        .iter()
        .flat_map(|form| [1, 2, 7, 1000].map(|null_in| (*form, null_in)))
    {
        let draws: Vec<Option<u64>> = (0..rows as u64 + 3)
            .map(|n| (n % null_in != null_in / 2).then(|| n.wrapping_mul(0x2545_f491_4f6c_dd1d)))
            .collect();
        let (kind, array, cells) = column(form, &draws);
        let found = added(&mut hasher(0, kind.clone()), &array.slice(3, rows), &stored(kind));
        let expected: Vec<Hash128> = cells[3..].iter().map(|cell| hash_of(&seed(0), cell)).collect();
        assert_eq!(found, expected, "{form:?}, one null in {null_in}");
    }
}

#[test]
fn what_lies_in_the_slot_of_a_null_does_not_matter() {
    // Arrays that are built value by value have zeros there; those of a reader or of a kernel have anything.
    let nulls = || Some(NullBuffer::from(vec![true, false, true, false, false]));
    let bits: Vec<u64> = (1..6u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    let integers: Vec<i64> = bits.iter().map(|&b| b as i64).collect();
    let doubles: Vec<f64> = bits.iter().map(|&b| f64::from_bits(b)).collect();
    let wide: Vec<i128> = bits.iter().map(|&b| i128::from(b) << 50).collect();
    let columns: [(LeafType, ArrayRef); 4] = [
        (integer(64), Arc::new(Int64Array::new(integers.into(), nulls()))),
        (LeafType::Double, Arc::new(Float64Array::new(doubles.into(), nulls()))),
        (
            LeafType::Boolean,
            Arc::new(BooleanArray::new(vec![true; 5].into(), nulls())),
        ),
        (decimal(38, 0), Arc::new(Decimal128Array::new(wide.into(), nulls()))),
    ];
    for (kind, array) in columns {
        let mut hasher = hasher(0, kind.clone());
        let values = hasher.to_domain(&array);
        let mut sums = Sums::default();
        sums.reset(5);
        hasher.add_in_domain(&values, &mut sums, 0);
        for row in 0..5 {
            assert_eq!(sums.get(row), hasher.hash(&values, row), "{kind}, row {row}");
            assert_eq!(
                sums.get(row) == seed(0).null(),
                [1, 3, 4].contains(&row),
                "{kind}, row {row}"
            );
        }
    }
}

#[test]
fn a_dictionary_column_hashes_as_a_plain_one() {
    let words: ArrayRef = Arc::new(BinaryArray::from_iter_values(["", "a", "b", "a"]));
    let keys = Int32Array::from(vec![Some(1), None, Some(0), Some(3), Some(2), None]);
    let dictionary: ArrayRef = Arc::new(DictionaryArray::new(keys, words));
    let plain: ArrayRef = Arc::new(BinaryViewArray::from_iter([
        Some("a"),
        None,
        Some(""),
        Some("a"),
        Some("b"),
        None,
    ]));
    let how = stored(LeafType::String);
    let hash = |array| added(&mut hasher(0, LeafType::String), array, &how);
    assert_eq!(hash(&dictionary), hash(&plain));
}

#[test]
fn an_empty_dictionary_of_nulls_hashes_as_nulls() {
    let words: ArrayRef = Arc::new(BinaryArray::from_iter_values(Vec::<&[u8]>::new()));
    let dictionary: ArrayRef = Arc::new(DictionaryArray::new(Int32Array::from(vec![None, None]), words));
    let mut hasher = hasher(0, LeafType::Binary);
    let found = added(&mut hasher, &dictionary, &stored(LeafType::Binary));
    assert_eq!(found, [seed(0).null(); 2]);
}

#[test]
fn a_dictionary_at_the_address_of_an_older_one_is_hashed_again() {
    let mut hasher = hasher(0, LeafType::String);
    let mut reused = 0;
    let mut addresses = std::collections::HashSet::new();
    for round in 0..200 {
        let words: Vec<String> = (0..4).map(|n| format!("{n}{round:03}")).collect();
        let values: ArrayRef = Arc::new(BinaryArray::from_iter_values(&words));
        reused += u32::from(!addresses.insert(Arc::as_ptr(&values).cast::<u8>().addr()));
        let dictionary: ArrayRef = Arc::new(DictionaryArray::new(Int32Array::from(vec![3, 0, 2]), values));
        // Twice: the second time from the cache.
        for _ in 0..2 {
            let found = added(&mut hasher, &dictionary, &stored(LeafType::String));
            let expected = [3, 0, 2].map(|n: usize| seed(0).bytes(words[n].as_bytes()));
            assert_eq!(found, expected, "round {round}");
        }
        // Here the batch goes and its memory with it, unless the cache holds the dictionary.
    }
    assert!(
        reused > 0,
        "the allocator never used an address again: this test shows nothing"
    );
}

#[test]
fn batches_that_share_a_dictionary_take_different_rows_of_it() {
    let words: ArrayRef = Arc::new(BinaryArray::from_iter_values(["x", "y", "z"]));
    let other: ArrayRef = Arc::new(BinaryArray::from_iter_values(["z", "x", "y"]));
    let mut hasher = hasher(0, LeafType::String);
    for (dictionary, keys, expected) in [
        (&words, vec![0, 1], ["x", "y"]),
        (&words, vec![2, 2], ["z", "z"]),
        (&other, vec![0, 1], ["z", "x"]),
        (&words, vec![0, 1], ["x", "y"]),
    ] {
        let batch: ArrayRef = Arc::new(DictionaryArray::new(Int32Array::from(keys), Arc::clone(dictionary)));
        let found = added(&mut hasher, &batch, &stored(LeafType::String));
        assert_eq!(found, expected.map(|text| seed(0).bytes(text.as_bytes())));
    }
}

/// The two rows of a stored column, hashed where `kind` meets `other`.
fn meeting(kind: &LeafType, array: &ArrayRef, other: &LeafType, kind_is_left: bool) -> Vec<Hash128> {
    let domain = if kind_is_left {
        Domain::of(kind, other)
    } else {
        Domain::of(other, kind)
    };
    added(
        &mut LeafHasher::new(seed(0), kind.clone(), domain, Zone::UTC),
        array,
        &stored(kind.clone()),
    )
}

/// Every column holds the same numbers, row by row; against each other they must hash alike, and the rows never.
fn check_alike(columns: &[(LeafType, ArrayRef)]) {
    for (left_type, left) in columns {
        for (right_type, right) in columns {
            let l = meeting(left_type, left, right_type, true);
            let r = meeting(right_type, right, left_type, false);
            assert_eq!(l, r, "{left_type:?} and {right_type:?}");
            for (i, a) in l.iter().enumerate() {
                for (j, b) in r.iter().enumerate() {
                    assert_eq!(a == b, i == j, "rows {i} and {j} of {left_type:?} and {right_type:?}");
                }
            }
        }
    }
}

fn int32(values: [i32; 3]) -> ArrayRef {
    Arc::new(Int32Array::from(values.to_vec()))
}

fn int64(values: [i64; 3]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn fixed<const N: usize>(values: [[u8; N]; 3]) -> ArrayRef {
    Arc::new(FixedSizeBinaryArray::try_from_iter(values.into_iter()).unwrap())
}

#[test]
fn equal_numbers_hash_alike_however_they_are_stored() {
    let unsigned = |bits| LeafType::Integer { bits, signed: false };
    let n = [5i64, -7, 100];
    let times = |f: i64| n.map(|v| v * f);
    let wide = |power: u32| fixed(n.map(|v| (i128::from(v) * 10i128.pow(power)).to_be_bytes()));
    let exact = [
        (integer(8), int32([5, -7, 100])),
        (integer(16), int32([5, -7, 100])),
        (integer(32), int32([5, -7, 100])),
        (integer(64), int64(n)),
        (decimal(9, 0), int32([5, -7, 100])),
        (decimal(9, 2), int32([500, -700, 10_000])),
        (decimal(18, 4), int64(times(10_000))),
        (
            decimal(20, 0),
            fixed(n.map(|v| {
                let bytes = v.to_be_bytes();
                let mut nine = [if v < 0 { 0xff } else { 0 }; 9];
                nine[1..].copy_from_slice(&bytes);
                nine
            })),
        ),
        (decimal(38, 0), wide(0)),
        (decimal(38, 20), wide(20)),
        (decimal(38, 35), wide(35)),
    ];
    check_alike(&exact);
    let floating = [
        (
            LeafType::Double,
            Arc::new(Float64Array::from(vec![5.0, -7.0, 100.0])) as ArrayRef,
        ),
        (LeafType::Float, Arc::new(Float32Array::from(vec![5.0, -7.0, 100.0]))),
        (LeafType::Float, fixed([[0x00, 0x45], [0x00, 0xc7], [0x40, 0x56]])),
    ];
    check_alike(&[&floating[..], &exact[..]].concat());
    check_alike(&[
        (unsigned(8), int32([5, 7, 200])),
        (unsigned(16), int32([5, 7, 200])),
        (unsigned(32), int32([5, 7, 200])),
        (unsigned(64), int64([5, 7, 200])),
        (integer(64), int64([5, 7, 200])),
        (
            decimal(38, 30),
            fixed([5, 7, 200].map(|v: i128| (v * 10i128.pow(30)).to_be_bytes())),
        ),
    ]);
    // Beyond 64 bits.
    let large = [1i128 << 70, -(1 << 70), (1 << 70) + 1];
    check_alike(&[
        (decimal(38, 0), fixed(large.map(i128::to_be_bytes))),
        (decimal(38, 2), fixed(large.map(|v| (v * 100).to_be_bytes()))),
    ]);
}

#[test]
fn numbers_that_differ_in_the_last_place_hash_apart() {
    let (left, right) = (decimal(18, 3), decimal(9, 2));
    let l = meeting(&left, &int64([5_000, 5_001, -5_000]), &right, true);
    let r = meeting(&right, &int32([500, 500, 500]), &left, false);
    assert_eq!(l[0], r[0]);
    assert_ne!(l[1], r[1]);
    assert_ne!(l[2], r[2]);
    // 2^53 and 2^53 + 1 differ as integers and agree with the same double.
    let bigints = int64([1 << 53, (1 << 53) + 1, (1 << 53) + 2]);
    let exact = meeting(&integer(64), &bigints, &integer(64), true);
    assert_ne!(exact[0], exact[1]);
    let rounded = meeting(&integer(64), &bigints, &LeafType::Double, true);
    assert_eq!(rounded[0], rounded[1]);
    assert_ne!(rounded[0], rounded[2]);
    // A float is not the double of the same text.
    let tenth_float: ArrayRef = Arc::new(Float32Array::from(vec![0.1, 0.5, 0.0]));
    let tenth_double: ArrayRef = Arc::new(Float64Array::from(vec![0.1, 0.5, -0.0]));
    let l = meeting(&LeafType::Float, &tenth_float, &LeafType::Double, true);
    let r = meeting(&LeafType::Double, &tenth_double, &LeafType::Float, false);
    assert_ne!(l[0], r[0]);
    assert_eq!(l[1..], r[1..]);
}

#[test]
fn one_instant_hashes_alike_in_every_unit() {
    let day = 86_400_000i64;
    let millis = [0, -day, 19_000 * day];
    let times = |f: i64| millis.map(|v| v * f);
    check_alike(&[
        (timestamp(Unit::Millis), int64(millis)),
        (timestamp(Unit::Micros), int64(times(1000))),
        (timestamp(Unit::Nanos), int64(times(1_000_000))),
        (LeafType::Date, int32([0, -1, 19_000])),
        (
            LeafType::Timestamp {
                unit: Unit::Micros,
                zoned: false,
            },
            int64(times(1000)),
        ),
    ]);
    check_alike(&[
        (LeafType::Time { unit: Unit::Millis }, int32([0, 1, 86_399_999])),
        (LeafType::Time { unit: Unit::Micros }, int64([0, 1000, 86_399_999_000])),
        (
            LeafType::Time { unit: Unit::Nanos },
            int64([0, 1_000_000, 86_399_999_000_000]),
        ),
    ]);
}

#[test]
fn columns_without_a_rule_share_null_only() {
    let (left, right) = (LeafType::Boolean, integer(32));
    let Domain::Apart { left: l, right: r } = Domain::of(&left, &right) else {
        panic!("a rule for booleans and integers");
    };
    let side = |side, kind, domain: Domain| {
        LeafHasher::new(LeafSeed::new(RUN, Role::Value, 0, Some(side)), kind, domain, Zone::UTC)
    };
    let booleans: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]));
    let integers: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), Some(0), None]));
    let found_left = added(
        &mut side(crate::domain::Side::Left, left.clone(), *l),
        &booleans,
        &stored(left),
    );
    let found_right = added(
        &mut side(crate::domain::Side::Right, right.clone(), *r),
        &integers,
        &stored(right),
    );
    let equal: Vec<bool> = found_left.iter().zip(&found_right).map(|(a, b)| a == b).collect();
    assert_eq!(equal, [false, false, true]);
}

#[test]
fn displaced_numbers_hash_unlike_every_number_of_the_other_side() {
    let (left, right) = (decimal(38, 0), decimal(38, 38));
    let mut hasher = LeafHasher::new(seed(0), left.clone(), Domain::of(&left, &right), Zone::UTC);
    let own: ArrayRef = Arc::new(Decimal128Array::from(vec![
        Some(1),
        Some(2),
        None,
        Some(10i128.pow(37)),
        Some(0),
    ]));
    let values = hasher.to_domain(&own);
    let displaced: Vec<bool> = (0..5).map(|row| values.is_displaced(row)).collect();
    assert_eq!(displaced, [false, true, false, true, false]);
    let mut sums = Sums::default();
    sums.reset(5);
    hasher.add_in_domain(&values, &mut sums, 0);
    let s = seed(0);
    let expected = [
        s.integer(10i128.pow(38)),
        s.displaced(2),
        s.null(),
        s.displaced(10i128.pow(37)),
        s.integer(0),
    ];
    for (row, expected) in expected.into_iter().enumerate() {
        assert_eq!(sums.get(row), expected, "row {row}");
        assert_eq!(hasher.hash(&values, row), expected, "row {row}");
    }
    assert_ne!(s.displaced(2), s.integer(2));
}

#[test]
fn tags_are_those_of_their_group_and_no_other() {
    let mut digests = RowDigests::default();
    digests.reset(2);
    let hash = |n: u64| Hash128 {
        lo: n,
        hi: (n << 48) | n,
    };
    for group in 0..GROUPS {
        digests.group_sums().add_constant(0, 1, hash(group as u64 + 1));
        digests.group_sums().add_constant(1, 1, hash(10 * group as u64));
        digests.end_group(group);
    }
    assert_eq!(digests.tags(0), [1, 2, 3, 4, 5, 6]);
    assert_eq!(digests.tags(1), [0, 10, 20, 30, 40, 50]);
    assert_eq!(
        digests.digest(0),
        Hash128 {
            lo: 21,
            hi: (21 << 48) | 21
        }
    );
    assert_eq!(
        digests.digest(1),
        Hash128 {
            lo: 150,
            hi: (150 << 48) | 150
        }
    );
}

#[test]
fn a_changed_cell_changes_the_tag_of_its_group_only() {
    let leaves = 20;
    let row = |changed: Option<usize>| {
        let mut digests = RowDigests::default();
        digests.reset(1);
        for group in 0..GROUPS {
            for leaf in (0..leaves).filter(|&leaf| group_of(leaf, leaves, GROUPS) == group) {
                let cell: ArrayRef = Arc::new(Int64Array::from(vec![i64::from(changed == Some(leaf))]));
                let mut hasher = hasher(leaf, integer(64));
                hasher
                    .add(&cell, &stored(integer(64)), digests.group_sums(), 0)
                    .unwrap();
            }
            digests.end_group(group);
        }
        digests.tags(0)
    };
    let unchanged = row(None);
    for leaf in 0..leaves {
        let tags = row(Some(leaf));
        for group in 0..GROUPS {
            assert_eq!(
                tags[group] == unchanged[group],
                group != group_of(leaf, leaves, GROUPS),
                "leaf {leaf}"
            );
        }
    }
}

#[test]
fn groups_are_neighbours_and_all_in_use() {
    for leaves in 0..200 {
        let groups: Vec<usize> = (0..leaves).map(|leaf| group_of(leaf, leaves, GROUPS)).collect();
        assert!(groups.iter().all(|&group| group < GROUPS), "{leaves} leaves");
        assert!(groups.windows(2).all(|two| two[0] <= two[1]), "{leaves} leaves");
        let sizes: Vec<usize> = (0..GROUPS)
            .map(|g| groups.iter().filter(|&&of| of == g).count())
            .collect();
        let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        assert!(most - least <= 1, "{leaves} leaves: {sizes:?}");
    }
}

#[test]
fn values_that_the_type_cannot_hold_are_errors() {
    let too_large: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([[0x7f; 17]].into_iter()).unwrap());
    let mut sums = Sums::default();
    sums.reset(1);
    let found = hasher(0, decimal(38, 0)).add(&too_large, &stored(decimal(38, 0)), &mut sums, 0);
    assert_eq!(found, Err(ValueError::Decimal));
}
