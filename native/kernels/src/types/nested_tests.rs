use super::*;

fn int(bits: u8) -> LeafType {
    LeafType::Integer { bits, signed: true }
}

fn array(element: LeafType) -> LeafType {
    LeafType::Nested(Nested::new(NestedType::Array(element)))
}

fn structure(fields: &[(&str, LeafType)]) -> LeafType {
    let fields = fields.iter().map(|(name, leaf)| ((*name).to_owned(), *leaf));
    LeafType::Nested(Nested::new(NestedType::Struct(fields.collect())))
}

#[test]
fn a_type_is_kept_once_and_survives_its_bytes() {
    let leaf = array(structure(&[("a", int(32)), ("b", LeafType::String)]));
    assert_eq!(leaf, array(structure(&[("a", int(32)), ("b", LeafType::String)])));
    assert_eq!(leaf.to_string(), "array<struct<a:int,b:string>>");
}

#[test]
fn the_order_and_the_case_of_fields_are_no_type_change() {
    let left = array(structure(&[("a", int(32)), ("b", LeafType::String)]));
    let right = array(structure(&[("B", LeafType::String), ("a", int(32))]));
    assert!(is_same_type(left, right, false));
    assert!(!is_same_type(left, right, true));
    assert!(matches!(NestedDomain::of(left, right, false), Domain::Nested(domain) if !domain.plain));
    assert!(!is_same_type(array(int(32)), array(int(64)), false));
}

#[test]
fn structs_with_other_fields_meet_nowhere() {
    let (left, right) = (structure(&[("a", int(32))]), structure(&[("b", int(32))]));
    let Domain::Nested(domain) = NestedDomain::of(array(left), array(right), false) else {
        panic!("arrays meet");
    };
    assert_eq!(domain.shape, Shape::Array(Box::new(Shape::Apart)));
    assert!(matches!(
        NestedDomain::of(array(int(32)), int(32), false),
        Domain::Apart { .. }
    ));
}

#[test]
fn names_of_deep_types_are_cut_off() {
    let deep = |levels: usize| {
        (0..levels).fold(LeafType::Date, |leaf, _| {
            LeafType::Nested(Nested::new(NestedType::Array(leaf)))
        })
    };
    assert_eq!(deep(2).to_string(), "array<array<date>>");
    let whole = format!("{}date{}", "array<".repeat(100), ">".repeat(100));
    assert_eq!(deep(100).to_string(), whole);
    let cut = format!("{}...{}", "array<".repeat(101), ">".repeat(101));
    // Interpreted, each level takes a while.
    let levels = if cfg!(miri) { 150 } else { 5000 };
    assert_eq!(deep(levels).to_string(), cut);
    assert_ne!(deep(levels), deep(levels + 1));
    let fields = vec![("a".to_owned(), LeafType::Date), ("b".to_owned(), deep(1))];
    let map = NestedType::Map(
        LeafType::String,
        LeafType::Nested(Nested::new(NestedType::Struct(fields))),
    );
    assert_eq!(Nested::new(map).to_string(), "map<string,struct<a:date,b:array<date>>>");
}
