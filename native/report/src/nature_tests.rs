use super::*;
use crate::document::{Changes, Distances, Texts, distance_number};
use crate::samples::{column, exact};
use parity_kernels::compare::Distance;

fn words(column: &ColumnResult) -> String {
    nature(column).words.unwrap_or_default()
}

#[test]
fn distances_are_written_like_values() {
    let apart = |kind: &str, distance| {
        let column = ColumnResult {
            max_difference: distance,
            ..column("v", kind, &[])
        };
        distance_text(&column)
    };
    let double = |distance| apart("double", distance_number(Distance::Double(distance), 0));
    assert_eq!(double(1e300).unwrap(), "1.0E300");
    assert_eq!(double(1e-9).unwrap(), "1.0E-9");
    assert_eq!(double(0.5).unwrap(), "0.5");
    assert_eq!(double(2.0).unwrap(), "2.0");
    assert_eq!(double(0.010_000_000_000_000_009).unwrap(), "about 0.01");
    assert_eq!(double(f64::INFINITY), None);
    assert_eq!(apart("decimal(38,31)", exact(10i128.pow(30), 31)).unwrap(), "0.1");
    assert_eq!(apart("decimal(38,9)", exact(1, 9)).unwrap(), "0.000000001");
    assert_eq!(
        apart("bigint", exact(10i128.pow(30), 0)).unwrap(),
        "1".to_owned() + &"0".repeat(30)
    );
    assert_eq!(apart("date", exact(1, 0)).unwrap(), "1 day");
    assert_eq!(apart("timestamp", exact(1_500_000, 6)).unwrap(), "1.5 s");
}

/// A hundred cells that differ by 0.01 in double arithmetic.
fn hundred() -> ColumnResult {
    ColumnResult {
        mismatches: 100,
        max_difference: distance_number(Distance::Double(0.010_000_000_000_000_009), 0),
        ..column("v", "double", &[("1.0", "1.01"), ("2.0", "null"), ("1.0", "3.0")])
    }
}

#[test]
fn what_most_changes_have_in_common_is_said_in_words() {
    let mut column = hundred();
    let commonest = |cells| {
        Some(Distances {
            commonest: Some(("+0.01".to_owned(), cells)),
            ..Distances::default()
        })
    };
    assert_eq!(words(&column), "at most about 0.01 apart");
    column.causes = vec![("other".to_owned(), 60), ("sign".to_owned(), 40)];
    assert_eq!(words(&column), "at most about 0.01 apart");
    column.max_difference = None;
    assert_eq!(words(&column), "partly the other sign");
    column.causes.push(("scale:2".to_owned(), 45));
    assert_eq!(words(&column), "partly times 100");
    column.max_difference = hundred().max_difference;
    column.causes = vec![("sign".to_owned(), 60), ("other".to_owned(), 40)];
    assert_eq!(words(&column), "mostly the other sign");
    column.distances = commonest(50);
    assert_eq!(words(&column), "mostly the other sign");
    column.distances = commonest(100);
    assert_eq!(words(&column), "all +0.01");
    column.causes.clear();
    column.distances = commonest(50);
    assert_eq!(words(&column), "at most about 0.01 apart");
    column.distances = commonest(51);
    assert_eq!(words(&column), "mostly +0.01");
}

#[test]
fn one_cell_shows_itself() {
    let mut column = ColumnResult {
        mismatches: 1,
        ..hundred()
    };
    assert_eq!(words(&column), "about 0.01 apart");
    column.null_right = 1;
    column.max_difference = None;
    assert_eq!(words(&column), "");
    column.causes = vec![("null_right".to_owned(), 1)];
    assert_eq!(words(&column), "");
    column.causes = vec![("outer_space".to_owned(), 1)];
    assert_eq!(words(&column), "spaces at the ends");
    column.mismatches = 0;
    assert_eq!(words(&column), "");
}

#[test]
fn nulls_are_said_and_shown_where_they_are_most() {
    let mut column = hundred();
    column.null_right = 51;
    let found = nature(&column);
    assert_eq!(found.words.as_deref(), Some("mostly null on the right"));
    assert_eq!(found.example.and_then(|sample| sample.left.as_deref()), Some("2.0"));
    column.null_right = 0;
    column.null_left = 100;
    let found = nature(&column);
    assert_eq!(found.words.as_deref(), Some("all null on the left"));
    // No sample shows it: the first one will do.
    assert_eq!(found.example.and_then(|sample| sample.right.as_deref()), Some("1.01"));
}

#[test]
fn changes_that_are_alike_are_said_where_an_example_shows_which() {
    let change = |right: &str, cells| Change {
        left: Some("1.0".to_owned()),
        right: Some(right.to_owned()),
        cells,
        cut: None,
    };
    let mut column = hundred();
    let mut changes = |distinct, right: &str, cells| {
        column.changes = Some(Changes {
            distinct: Some(distinct),
            top: vec![change(right, cells)],
        });
        let found = nature(&column);
        let right = found.example.and_then(|sample| sample.right.clone());
        (found.words.unwrap_or_default(), right.unwrap_or_default())
    };
    let said = |words: &str, right: &str| (words.to_owned(), right.to_owned());
    assert_eq!(changes(1, "1.01", 100), said("all alike", "1.01"));
    assert_eq!(changes(200, "3.0", 51), said("mostly alike", "3.0"));
    assert_eq!(changes(200, "9.0", 51), said("at most about 0.01 apart", "1.01"));
    assert_eq!(changes(20, "3.0", 50), said("20 different changes", "1.01"));
    assert_eq!(changes(21, "3.0", 50), said("at most about 0.01 apart", "1.01"));
}

#[test]
fn one_direction_and_changes_of_texts_are_said() {
    let mut column = hundred();
    let mut moved = |cells, lower: &[(i32, u64)], higher: &[(i32, u64)]| {
        column.distances = Some(Distances {
            cells,
            lower: lower.to_vec(),
            higher: higher.to_vec(),
            ..Distances::default()
        });
        words(&column)
    };
    assert_eq!(moved(100, &[], &[(0, 100)]), "all higher, by at most about 0.01");
    assert_eq!(moved(100, &[(0, 100)], &[]), "all lower, by at most about 0.01");
    assert_eq!(moved(100, &[(0, 50)], &[(0, 50)]), "at most about 0.01 apart");
    // Others are null or not finite.
    assert_eq!(moved(99, &[], &[(0, 99)]), "at most about 0.01 apart");

    let mut column = ColumnResult {
        max_difference: None,
        ..hundred()
    };
    let mut lengths = |cells, left: &[(i32, u64)], right: &[(i32, u64)]| {
        column.texts = Some(Texts {
            cells,
            from: Vec::new(),
            left_length: left.to_vec(),
            right_length: right.to_vec(),
        });
        words(&column)
    };
    assert_eq!(lengths(100, &[(0, 100)], &[(1, 60), (2, 40)]), "all text added");
    assert_eq!(lengths(60, &[(2, 60)], &[(0, 60)]), "mostly text removed");
    assert_eq!(lengths(100, &[(1, 100)], &[(1, 100)]), "all one character");
    assert_eq!(lengths(100, &[(1, 100)], &[(1, 60), (2, 40)]), "");
}

#[test]
fn nothing_is_said_of_masked_values() {
    let column = ColumnResult {
        masked: true,
        null_right: 100,
        ..hundred()
    };
    let found = nature(&column);
    assert!(found.words.is_none() && found.example.is_none());
}
