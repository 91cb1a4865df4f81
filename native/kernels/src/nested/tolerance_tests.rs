use crate::compare::relaxation::{Relaxation, RelaxedColumn};
use crate::compare::text_rules::TextRules;
use crate::compare::tolerance::{ExactNumber, Tolerance};
use crate::domain::Domain;
use crate::generated;
use crate::nested::bytes::{ABSENT, PRESENT, put_entries, put_flat};
use crate::spark::zone::Zone;
use crate::types::nested::{Nested, NestedType};
use crate::types::{LeafType, Unit};
use arrow::array::{ArrayRef, BinaryViewArray, Float64Array, Int64Array};
use proptest::prelude::*;
use std::sync::Arc;

const INT: LeafType = LeafType::Integer { bits: 32, signed: true };

fn nested(nested: NestedType) -> LeafType {
    LeafType::Nested(Nested::new(nested))
}

fn array(element: LeafType) -> LeafType {
    nested(NestedType::Array(element))
}

fn structure(fields: &[(&str, LeafType)]) -> LeafType {
    let fields = fields.iter().map(|(name, leaf)| ((*name).to_owned(), leaf.clone()));
    nested(NestedType::Struct(fields.collect()))
}

/// Own bytes of a value behind whether it is there.
type Bytes = Vec<u8>;

fn null() -> Bytes {
    vec![ABSENT]
}

fn present(bytes: &[u8]) -> Bytes {
    [&[PRESENT], bytes].concat()
}

fn int(value: i64) -> Bytes {
    let mut out = vec![PRESENT];
    put_flat(&mut out, &Int64Array::from(vec![value]), 0);
    out
}

fn double(value: f64) -> Bytes {
    let mut out = vec![PRESENT];
    put_flat(&mut out, &Float64Array::from(vec![value]), 0);
    out
}

fn text(value: &str) -> Bytes {
    let mut out = vec![PRESENT];
    put_flat(&mut out, &BinaryViewArray::from_iter_values([value.as_bytes()]), 0);
    out
}

fn list(elements: &[Bytes]) -> Bytes {
    let mut out: Bytes = elements.iter().flat_map(|element| present(element)).collect();
    out.push(ABSENT);
    out
}

fn map(entries: &[(Bytes, Bytes)]) -> Bytes {
    let mut out = Vec::new();
    put_entries(
        &mut out,
        entries
            .iter()
            .map(|(key, value)| [key.as_slice(), value].concat())
            .collect(),
    );
    out
}

fn number(text: &str) -> Option<ExactNumber> {
    ExactNumber::parse(text)
}

fn absolute(text: &str) -> Relaxation {
    Relaxation {
        tolerance: Some(Tolerance {
            absolute: number(text),
            ..Tolerance::default()
        }),
        ..Relaxation::default()
    }
}

fn equal(left: (&Bytes, &LeafType), right: (&Bytes, &LeafType), relaxation: &Relaxation) -> bool {
    let column = |bytes: &Bytes| -> ArrayRef { Arc::new(BinaryViewArray::from_iter([None, Some(bytes)])) };
    let leaves = [left.1, right.1];
    let domain = Domain::of(left.1, right.1);
    let own = [column(left.0), column(right.0)];
    let column = RelaxedColumn::new([&own[0], &own[1]], leaves, &domain, Zone::UTC, relaxation);
    assert!(column.equal(0, 0) && !column.equal(0, 1) && !column.equal(1, 0));
    column.equal(1, 1)
}

#[test]
fn elements_of_other_types_meet_within_the_tolerance_one_by_one() {
    let (ints, doubles) = (array(INT), array(LeafType::Double));
    let left = list(&[int(1), null(), int(3)]);
    let near = list(&[double(1.5), null(), double(2.5)]);
    assert!(equal((&left, &ints), (&near, &doubles), &absolute("0.5")));
    assert!(!equal((&left, &ints), (&near, &doubles), &absolute("0.4")));
    for other in [
        list(&[double(1.5), null()]),
        list(&[double(1.5), double(0.0), double(2.5)]),
        list(&[double(1.5), double(2.5), null()]),
        list(&[double(f64::NAN), null(), double(2.5)]),
    ] {
        assert!(!equal((&left, &ints), (&other, &doubles), &absolute("0.5")));
    }
    let deep = |inner: &Bytes| list(&[present(inner), null()]);
    assert!(equal(
        (&deep(&left), &array(ints)),
        (&deep(&near), &array(doubles)),
        &absolute("0.5")
    ));
}

#[test]
fn decimals_and_integers_stay_exact_inside_arrays() {
    let scaled = |scale| array(LeafType::Decimal { precision: 10, scale });
    let (cents, mills) = (list(&[int(100)]), list(&[int(1100)]));
    assert!(equal((&cents, &scaled(2)), (&mills, &scaled(3)), &absolute("0.1")));
    assert!(!equal(
        (&cents, &scaled(2)),
        (&list(&[int(1101)]), &scaled(3)),
        &absolute("0.1")
    ));
    let large = |value| (list(&[int(value)]), array(LeafType::Integer { bits: 64, signed: true }));
    let ((l, leaf), (r, _)) = (large(1 << 53), large((1 << 53) + 2));
    assert!(!equal((&l, &leaf), (&r, &leaf), &absolute("1")));
}

#[test]
fn fields_of_structs_in_arrays_meet_by_name_with_rules_for_text() {
    let left_type = array(structure(&[("n", INT), ("t", LeafType::String), ("d", LeafType::Date)]));
    let right_type = array(structure(&[
        ("t", LeafType::String),
        ("d", LeafType::Date),
        ("n", LeafType::Double),
    ]));
    let left = list(&[present(&[int(1), text(" a"), int(10)].concat())]);
    let right = list(&[present(&[text("A"), int(11), double(1.25)].concat())]);
    let mut relaxation = absolute("0.5");
    assert!(!equal((&left, &left_type), (&right, &right_type), &relaxation));
    relaxation.text = TextRules {
        trim: true,
        ignore_case: true,
        ..TextRules::default()
    };
    assert!(!equal((&left, &left_type), (&right, &right_type), &relaxation));
    relaxation.tolerance.as_mut().unwrap().time = Some(86_400_000_000_000);
    assert!(equal((&left, &left_type), (&right, &right_type), &relaxation));
    let null_struct = list(&[null()]);
    assert!(equal(
        (&null_struct, &left_type),
        (&null_struct, &right_type),
        &relaxation
    ));
    assert!(!equal((&left, &left_type), (&null_struct, &right_type), &relaxation));
}

#[test]
fn structs_with_other_fields_stay_apart() {
    let (left_type, right_type) = (array(structure(&[("a", INT)])), array(structure(&[("b", INT)])));
    let (null_struct, of_one) = (list(&[null()]), list(&[present(&int(1))]));
    assert!(equal(
        (&null_struct, &left_type),
        (&null_struct, &right_type),
        &absolute("9")
    ));
    assert!(!equal((&of_one, &left_type), (&of_one, &right_type), &absolute("9")));
}

#[test]
fn keys_of_maps_are_exact_and_their_values_near() {
    let (left_type, right_type) = (
        nested(NestedType::Map(INT, INT)),
        nested(NestedType::Map(LeafType::Double, LeafType::Double)),
    );
    let left = map(&[(int(10), int(2)), (int(2), int(1)), (int(-1), null())]);
    let right = map(&[
        (double(2.0), double(1.5)),
        (double(-1.0), null()),
        (double(10.0), double(1.5)),
    ]);
    assert!(equal((&left, &left_type), (&right, &right_type), &absolute("0.5")));
    let other_key = map(&[
        (double(2.5), double(1.5)),
        (double(-1.0), null()),
        (double(10.0), double(1.5)),
    ]);
    assert!(!equal((&left, &left_type), (&other_key, &right_type), &absolute("0.5")));
    let shorter = map(&[(double(2.0), double(1.5)), (double(-1.0), null())]);
    assert!(!equal((&left, &left_type), (&shorter, &right_type), &absolute("0.5")));
    // A key that stands there twice: 1 may meet 2 only, so 2 has to leave it.
    let twice = |values: [i64; 2]| map(&values.map(|value| (int(7), int(value))));
    assert!(equal(
        (&twice([1, 2]), &left_type),
        (&twice([2, 3]), &left_type),
        &absolute("1")
    ));
    assert!(!equal(
        (&twice([1, 2]), &left_type),
        (&twice([3, 4]), &left_type),
        &absolute("1")
    ));
}

#[test]
fn times_inside_arrays_are_near_within_a_duration() {
    let stamps = |unit| array(LeafType::Timestamp { unit, zoned: true });
    let (left, right) = (list(&[int(1_000)]), list(&[int(3_000_000)]));
    let relaxation = |nanos| Relaxation {
        tolerance: Some(Tolerance {
            time: Some(nanos),
            ..Tolerance::default()
        }),
        unordered: true,
        ..Relaxation::default()
    };
    let types = (stamps(Unit::Millis), stamps(Unit::Micros));
    assert!(equal((&left, &types.0), (&right, &types.1), &relaxation(2_000_000_000)));
    assert!(!equal(
        (&left, &types.0),
        (&right, &types.1),
        &relaxation(1_999_999_999)
    ));
}

#[test]
fn unordered_structs_pair_exactly_up_to_a_length_and_never_wrongly_beyond() {
    let leaf = array(structure(&[("n", INT)]));
    let elements = |numbers: &mut dyn Iterator<Item = i64>| {
        let elements: Vec<Bytes> = numbers.map(|n| present(&int(n))).collect();
        list(&elements)
    };
    let relaxation = Relaxation {
        unordered: true,
        ..absolute("1")
    };
    let counts: &[(i64, bool)] = if cfg!(miri) {
        &[(2, true), (20, true)]
    } else {
        &[(2, true), (256, true), (257, false)]
    };
    for &(count, is_equal) in counts {
        let (left, right) = (elements(&mut (0..count)), elements(&mut (1..=count).rev()));
        assert_eq!(equal((&left, &leaf), (&right, &leaf), &relaxation), is_equal);
        let same = elements(&mut (0..count).rev());
        assert!(equal((&left, &leaf), (&same, &leaf), &relaxation));
    }
}

#[test]
fn bytes_that_end_too_early_are_no_reason_to_panic() {
    let leaf = nested(NestedType::Map(
        INT,
        array(structure(&[("n", INT), ("t", LeafType::String)])),
    ));
    let whole = map(&[(int(1), present(&list(&[present(&[int(1), text("a")].concat())])))]);
    for end in 0..whole.len() {
        equal((&whole[..end].to_vec(), &leaf), (&whole, &leaf), &absolute("1"));
    }
}

/// Tries every pairing of elements.
fn pairs_up(left: &[Option<f64>], right: &[Option<f64>], near: &dyn Fn(f64, f64) -> bool) -> bool {
    let Some((first, rest)) = left.split_first() else {
        return right.is_empty();
    };
    (0..right.len()).any(|at| {
        let meets = match (*first, right[at]) {
            (None, None) => true,
            (Some(l), Some(r)) => l == r || l.is_nan() && r.is_nan() || near(l, r),
            _ => false,
        };
        meets && pairs_up(rest, &[&right[..at], &right[at + 1..]].concat(), near)
    })
}

fn element() -> impl Strategy<Value = Option<f64>> {
    let whole = prop_oneof![
        12 => (-6_i32..7).prop_map(f64::from),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(-0.0),
    ];
    proptest::option::weighted(0.9, whole)
}

proptest! {
    #![proptest_config(generated::cases(3000))]

    #[test]
    fn unordered_numbers_are_near_as_by_trying_every_pairing(
        pairs in proptest::collection::vec((element(), element()), 0..6),
        bound in 0_u8..4,
        tenths in 0_u8..14,
        symmetric in any::<bool>(),
        is_whole in any::<bool>(),
    ) {
        let (left, right): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let kept = |values: Vec<Option<f64>>| -> Vec<Option<f64>> {
            values.into_iter().map(|value| value.filter(|value| !is_whole || value.is_finite())).collect()
        };
        let (left, right) = (kept(left), kept(right));
        let relative = f64::from(tenths) / 10.0;
        let relaxation = Relaxation {
            tolerance: Some(Tolerance {
                absolute: number(&bound.to_string()),
                relative: number(&format!("0.{}", tenths % 10)).filter(|_| tenths < 10),
                symmetric,
                time: None,
            }),
            unordered: true,
            ..Relaxation::default()
        };
        let relative = if tenths < 10 { relative } else { 0.0 };
        let near = |l: f64, r: f64| {
            let reference = if symmetric { l.abs().max(r.abs()) } else { r.abs() };
            l.is_finite() && r.is_finite() && (l - r).abs() <= f64::from(bound) + relative * reference
        };
        let bytes = |values: &[Option<f64>], encode: &dyn Fn(f64) -> Bytes| {
            list(&values.iter().map(|value| value.map_or_else(null, encode)).collect::<Vec<_>>())
        };
        let (left_bytes, right_bytes) = match is_whole {
            true => (bytes(&left, &|value| int(value as i64)), bytes(&right, &|value| int(value as i64))),
            false => (bytes(&left, &double), bytes(&right, &double)),
        };
        let leaf = array(if is_whole { INT } else { LeafType::Double });
        let found = equal((&left_bytes, &leaf), (&right_bytes, &leaf), &relaxation);
        prop_assert_eq!(found, pairs_up(&left, &right, &near));
    }
}
