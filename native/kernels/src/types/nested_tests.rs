use super::*;

pub(crate) fn int(bits: u8) -> LeafType {
    LeafType::Integer { bits, signed: true }
}

pub(crate) fn array(element: LeafType) -> LeafType {
    LeafType::Nested(Nested::new(NestedType::Array(element)))
}

pub(crate) fn structure(fields: &[(&str, LeafType)]) -> LeafType {
    let fields = fields.iter().map(|(name, leaf)| ((*name).to_owned(), leaf.clone()));
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
    assert!(is_same_type(&left, &right, false));
    assert!(!is_same_type(&left, &right, true));
    assert!(!is_same_type(&array(int(32)), &array(int(64)), false));
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

/// Whether there is a type of this name, and so one that it is a part of.
fn is_known(name: &str) -> bool {
    Nested::is_known(&NestedType::Unknown(name.to_owned()))
}

fn named(name: &str) -> LeafType {
    LeafType::Nested(Nested::new(NestedType::Unknown(name.to_owned())))
}

#[test]
fn a_type_that_nobody_holds_any_more_is_not_known_any_more() {
    let fields = || vec![("held by nobody else".to_owned(), int(32))];
    let first = Nested::new(NestedType::Struct(fields()));
    let second = Nested::new(NestedType::Struct(fields()));
    drop(first);
    assert!(Nested::is_known(second.get()));
    assert_eq!(second, Nested::new(NestedType::Struct(fields())));
    drop(second);
    assert!(!Nested::is_known(&NestedType::Struct(fields())));
}

#[test]
fn the_parts_of_a_type_go_with_it_unless_somebody_holds_them() {
    let kept = named("a part that is held");
    let whole = array(structure(&[("a", named("a part that is not")), ("b", kept.clone())]));
    assert!(is_known("a part that is held") && is_known("a part that is not"));
    drop(whole);
    assert!(is_known("a part that is held") && !is_known("a part that is not"));
    drop(kept);
    assert!(!is_known("a part that is held"));
}

#[test]
fn deep_types_go_on_a_small_stack() {
    // Interpreted, each level takes a while.
    let levels = if cfg!(miri) { 150 } else { 20_000 };
    let deep = move |name: &str, around: fn(LeafType) -> NestedType| {
        (0..levels).fold(named(name), |leaf, _| LeafType::Nested(Nested::new(around(leaf))))
    };
    let on_a_small_stack = std::thread::Builder::new().stack_size(64 << 10).spawn(move || {
        let arrays = deep("deep in arrays", NestedType::Array);
        // Key and value share a tree, so a walk along every path would never end.
        let maps = deep("deep in maps", |leaf| NestedType::Map(leaf.clone(), leaf));
        assert!(is_known("deep in arrays") && is_known("deep in maps"));
        drop((arrays, maps));
    });
    on_a_small_stack.unwrap().join().unwrap();
    assert!(!is_known("deep in arrays") && !is_known("deep in maps"));
}

#[test]
fn types_that_come_and_go_in_many_threads_are_equal_while_they_are_held_and_not_known_after() {
    const NAMES: usize = 5;
    let rounds = if cfg!(miri) { 20 } else { 20_000 };
    let name = |number: usize| format!("made and dropped {number}");
    let make = |number: usize| array(structure(&[("inside", named(&name(number % NAMES)))]));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for round in thread..rounds {
                    let (one, other) = (make(round), make(round));
                    assert_eq!(one, other);
                    assert_ne!(one, make(round + 1));
                }
            });
        }
    });
    assert!((0..NAMES).all(|number| !is_known(&name(number))));
}
