use super::*;
use crate::compare;
use crate::compare::tolerance::ExactNumber;
use arrow::array::Float64Array;

const INT: LeafType = LeafType::Integer { bits: 32, signed: true };

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(BinaryViewArray::from_iter(values.iter().map(|v| v.map(str::as_bytes))))
}

fn equal(own: &[ArrayRef; 2], leaves: [&LeafType; 2], relaxation: &Relaxation) -> Vec<bool> {
    let domain = Domain::of(leaves[0], leaves[1]);
    let column = RelaxedColumn::new([&own[0], &own[1]], leaves, &domain, Zone::UTC, relaxation);
    let equal: Vec<bool> = (0..own[0].len()).map(|i| column.equal(i, i)).collect();
    let [left, right] = column.values();
    let exactly = compare::differing(left, right, &domain);
    let still: Vec<bool> = exactly
        .iter()
        .zip(&equal)
        .map(|(differs, equal)| differs && !equal)
        .collect();
    assert_eq!(column.differing(&exactly).iter().collect::<Vec<_>>(), still);
    equal
}

#[test]
fn doubles_are_near_row_by_row_and_all_at_once() {
    const VALUES: [Option<f64>; 10] = [
        None,
        Some(0.0),
        Some(-0.0),
        Some(1.0),
        Some(1.25),
        Some(-1.0),
        Some(1e300),
        Some(f64::NAN),
        Some(f64::INFINITY),
        Some(f64::NEG_INFINITY),
    ];
    let pairs = VALUES.iter().flat_map(|l| VALUES.iter().map(move |r| (*l, *r)));
    let (left, right): (Vec<_>, Vec<_>) = pairs.unzip();
    let own: [ArrayRef; 2] = [left, right].map(|side| Arc::new(Float64Array::from(side)) as ArrayRef);
    let number = |text| ExactNumber::parse(text);
    for (absolute, relative, symmetric) in [
        (number("0.25"), None, false),
        (None, number("0.2"), false),
        (None, number("0.2"), true),
        (number("1"), number("1"), true),
        (None, None, false),
    ] {
        let relaxation = Relaxation {
            tolerance: Some(Tolerance {
                absolute,
                relative,
                symmetric,
                time: None,
            }),
            ..Relaxation::default()
        };
        let equal = equal(&own, [&LeafType::Double; 2], &relaxation);
        assert!(!equal[1] && !equal[10] && equal[0], "null is near nothing but null");
    }
}

#[test]
fn text_is_brought_to_its_rules_before_it_is_compared() {
    let relaxation = Relaxation {
        text: TextRules {
            trim: true,
            ignore_case: true,
            ..TextRules::default()
        },
        ..Relaxation::default()
    };
    let own = [
        texts(&[Some(" A"), Some("a b"), None, Some("")]),
        texts(&[Some("a\t"), Some("a  b"), None, None]),
    ];
    assert_eq!(
        equal(&own, [&LeafType::String; 2], &relaxation),
        [true, false, true, false]
    );
}

#[test]
fn null_meets_its_literal_on_either_side() {
    let relaxation = Relaxation {
        null_equals: Some(Literal::Text(" NONE ".to_owned())),
        text: TextRules {
            trim: true,
            ignore_case: true,
            ..TextRules::default()
        },
        ..Relaxation::default()
    };
    let own = [
        texts(&[None, Some("none"), None, Some("none")]),
        texts(&[Some("None"), None, Some("x"), Some("x")]),
    ];
    assert_eq!(
        equal(&own, [&LeafType::String; 2], &relaxation),
        [true, true, false, false]
    );
}

#[test]
fn a_literal_number_is_exact_in_every_type() {
    let number = |digits, scale| Relaxation {
        null_equals: Some(Literal::Number { digits, scale }),
        ..Relaxation::default()
    };
    let ints: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(0), Some(1)]));
    let doubles: ArrayRef = Arc::new(Float64Array::from(vec![Some(0.0), None, None]));
    let both = [Arc::clone(&ints), Arc::clone(&doubles)];
    assert_eq!(
        equal(&both, [&INT, &LeafType::Double], &number(0, 0)),
        [true, true, false]
    );
    let others: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(1)]));
    assert_eq!(equal(&[ints, others], [&INT; 2], &number(5, 1)), [false, false, true]);
}

#[test]
fn a_literal_that_does_not_parse_is_that_text_only() {
    let relaxation = Relaxation {
        null_equals: Some(Literal::Text("n/a".to_owned())),
        ..Relaxation::default()
    };
    let ints: ArrayRef = Arc::new(Int64Array::from(vec![None, None, None, Some(0)]));
    let own = [texts(&[Some("n/a"), Some("x"), None, None]), ints];
    assert_eq!(
        equal(&own, [&LeafType::String, &INT], &relaxation),
        [true, false, true, false]
    );
}

#[test]
fn a_tolerance_widens_equality() {
    let relaxation = Relaxation {
        tolerance: Some(Tolerance {
            absolute: ExactNumber::parse("0.5"),
            relative: None,
            symmetric: false,
            time: None,
        }),
        ..Relaxation::default()
    };
    let own: [ArrayRef; 2] = [
        Arc::new(Int64Array::from(vec![Some(10), Some(10), None])),
        Arc::new(Float64Array::from(vec![Some(10.5), Some(10.75), Some(0.0)])),
    ];
    assert_eq!(
        equal(&own, [&INT, &LeafType::Double], &relaxation),
        [true, false, false]
    );
}

#[test]
fn what_null_stands_for_hashes_as_that() {
    use crate::digest::hash::{LeafSeed, Role};
    use crate::digest::{LeafHasher, Sums};
    use crate::domain::values::Stored;
    let before = Before {
        null_equals: Some((
            Literal::Number { digits: 7, scale: 0 },
            Domain::Exact { scale: 0 },
            Side::Left,
        )),
        ..Before::default()
    };
    let seed = LeafSeed::new(1, Role::Value, 0, None);
    let domain = Domain::Exact { scale: 0 };
    let mut hasher = LeafHasher::new(seed, INT, domain, Zone::UTC).with(before);
    let stored: ArrayRef = Arc::new(arrow::array::Int32Array::from(vec![Some(7), None, Some(8)]));
    let how = Stored {
        leaf: INT,
        julian: None,
    };
    let mut sums = Sums::default();
    sums.reset(3);
    hasher.add(&stored, &how, &mut sums, 0).unwrap();
    assert_eq!(sums.get(0), sums.get(1));
    assert_ne!(sums.get(0), sums.get(2));
    assert_eq!(hasher.null(), sums.get(0));
    let nothing: ArrayRef = Arc::new(arrow::array::Int32Array::from(vec![None::<i32>]));
    sums.reset(1);
    hasher.add(&nothing, &how, &mut sums, 0).unwrap();
    assert_eq!(hasher.null(), sums.get(0));
}
