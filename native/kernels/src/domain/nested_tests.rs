use super::*;
use crate::types::nested::tests::{array, int, structure};

#[test]
fn structs_whose_fields_differ_by_order_or_case_meet_but_their_own_bytes_do_not() {
    let left = array(structure(&[("a", int(32)), ("b", LeafType::String)]));
    let right = array(structure(&[("B", LeafType::String), ("a", int(32))]));
    assert!(matches!(NestedDomain::of(&left, &right, false), Domain::Nested(domain) if !domain.plain));
    assert!(matches!(NestedDomain::of(&left, &left, false), Domain::Nested(domain) if domain.plain));
}

#[test]
fn structs_with_other_fields_meet_nowhere() {
    let (left, right) = (structure(&[("a", int(32))]), structure(&[("b", int(32))]));
    let Domain::Nested(domain) = NestedDomain::of(&array(left), &array(right), false) else {
        panic!("arrays meet");
    };
    assert_eq!(domain.shape, Shape::Array(Box::new(Shape::Apart)));
    assert!(matches!(
        NestedDomain::of(&array(int(32)), &int(32), false),
        Domain::Apart { .. }
    ));
}
