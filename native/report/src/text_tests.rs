use super::*;
use crate::document::{Counts, Distances, KeyColumn, Thresholds, TypeChange, distance_number};
use crate::samples::{changed, column, exact, id, is_golden, key, same};
use parity_kernels::compare::Distance;

fn at(document: &Document, width: u32, rest: Rest) -> String {
    let look = Look {
        width,
        rest,
        ..Look::default()
    };
    let text = summary(&document.clone().concluded(), &look);
    for line in text.lines() {
        assert!(columns_of(line) <= width as usize, "wider than {width}: {line}");
        assert_eq!(line, line.trim_end());
    }
    text
}

#[test]
fn equal_sides() {
    is_golden("text/equal.txt", &at(&same(), 80, Rest::Nowhere));
}

#[test]
fn changed_rows() {
    is_golden("text/changed.txt", &at(&changed(), 80, Rest::Nowhere));
    let look = Look {
        seconds: Some(12.34),
        ..Look::default()
    };
    let timed = summary(&changed(), &look);
    assert!(timed.starts_with("DIFFERENT  (12.3 s)\n"));
}

#[test]
fn schemas_that_differ() {
    let mut document = same();
    document.schema.only_left = (0..12).map(|n| format!("left_column_{n}")).collect();
    document.schema.only_right = vec!["new".to_owned()];
    let change = |name: &str, left: &str, right: &str| TypeChange {
        name: name.to_owned(),
        left_type: left.to_owned(),
        right_type: right.to_owned(),
    };
    let nested = |last: &str| format!("array<struct<street:string,zip:string,country:string,region:string,no:{last}>>");
    document.schema.type_changes = vec![
        change("amount", "int", "bigint"),
        change("addresses", &nested("int"), &nested("bigint")),
    ];
    is_golden("text/schema.txt", &at(&document, 80, Rest::Nowhere));
    is_golden("text/schema_in_python.txt", &at(&document, 80, Rest::Members));
}

#[test]
fn multisets_say_nothing_about_cells() {
    let mut document = same();
    document.keys = None;
    is_golden("text/equal_multisets.txt", &at(&document, 80, Rest::Nowhere));
    document.counts = Counts {
        left: 6,
        only_left: 3,
        ..document.counts
    };
    let row = vec![
        ("amount".to_owned(), Some("2.00".to_owned())),
        ("name".to_owned(), None),
    ];
    document.samples.only_left = vec![row.clone(), row];
    is_golden("text/multisets.txt", &at(&document, 80, Rest::Nowhere));
    is_golden("text/multisets_in_python.txt", &at(&document, 80, Rest::Members));
    is_golden("text/multisets_with_document.txt", &at(&document, 80, Rest::Document));
}

#[test]
fn without_a_cell_that_differs_rows_on_one_side_are_not_forgotten() {
    let mut document = same();
    document.counts.left = 4;
    document.counts.only_left = 1;
    let text = at(&document, 80, Rest::Nowhere);
    assert!(
        text.contains("no cell of the matched rows differs in 2 compared columns"),
        "{text}"
    );
}

#[test]
fn masked_values() {
    let mut document = changed();
    document.keys = Some(vec![KeyColumn {
        masked: true,
        ..key("id")
    }]);
    document.columns[1].masked = true;
    document.columns[1].samples.clear();
    document.columns[0].samples[0].key = vec![("id".to_owned(), None)];
    document.samples.only_left = vec![vec![("id".to_owned(), None)]];
    is_golden("text/masked.txt", &at(&document, 80, Rest::Nowhere));
}

#[test]
fn differences_within_the_thresholds() {
    let mut document = changed();
    document.thresholds = Some(Thresholds {
        rows: Some(0.9),
        ..Thresholds::default()
    });
    document.warnings = vec![
        "2 keys have more than 1024 differing rows on a side; their rows were sorted by their values and paired in order"
            .to_owned(),
    ];
    document.columns[0].relaxed = 1;
    document.columns.pop();
    document.columns.remove(1);
    is_golden("text/thresholds.txt", &at(&document, 80, Rest::Nowhere));
}

/// Twenty-two columns that differ, with long names, keys and values.
fn long() -> Document {
    let mut document = changed();
    let path = "s3://the-bucket-of-the-lake/warehouse/tables/accounts/snapshots/day=2026-01-31/run=17/";
    document.sides[0].path = path.to_owned();
    document.counts.left = 2_999_804;
    document.counts.only_left = 2_999_801;
    document.samples.only_left = (1..=20).map(|n| id(&n.to_string())).collect();
    let url =
        |user: u32| format!("https://example.org/shop/orders/2026/01/31/details?session=abcdef&user={user}&page=1");
    let mut first = column(
        "customer_shipping_address_postal_code_of_the_last_order",
        "string",
        &[(&url(1), &url(2)), ("a", "b")],
    );
    first.samples[0].key = vec![
        ("account_id".to_owned(), Some("ACC000100049".to_owned())),
        ("business_date".to_owned(), Some("2023-12-10".to_owned())),
        ("seq".to_owned(), Some("1".to_owned())),
    ];
    let mut second = column("ratio", "double", &[("1.0", "1.0E300"), ("1.0", "null")]);
    second.max_difference = distance_number(Distance::Double(1e300), 0);
    second.samples[0].key = first.samples[0].key.clone();
    document.columns = vec![first, second];
    for n in 2..22 {
        document.columns.push(column(&format!("c{n}"), "int", &[("1", "2")]));
    }
    document
}

#[test]
fn long_names_keys_and_values_fit_the_terminal() {
    is_golden("text/long_80.txt", &at(&long(), 80, Rest::Nowhere));
    is_golden("text/long_120.txt", &at(&long(), 120, Rest::Document));
    is_golden("text/long_200.txt", &at(&long(), 200, Rest::Members));
    at(&long(), 60, Rest::Members);
    at(&long(), 97, Rest::Document);
}

#[test]
fn an_ascii_terminal_gets_ascii() {
    let mut document = long();
    document.columns[0].samples[0].left = Some("fünf\u{202e}".to_owned());
    document.sides[1].path = "neu/fünf 日本".to_owned();
    let look = Look {
        charset: Charset::Ascii,
        ..Look::default()
    };
    let text = summary(&document.concluded(), &look);
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("f\\u{fc}nf\\u{202e} became"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
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

#[test]
fn what_most_changes_have_in_common_is_said_in_words() {
    let mut column = ColumnResult {
        mismatches: 100,
        left_type: "double".to_owned(),
        right_type: "double".to_owned(),
        max_difference: distance_number(Distance::Double(0.010_000_000_000_000_009), 0),
        ..ColumnResult::default()
    };
    let commonest = |cells| {
        Some(Distances {
            commonest: Some(("+0.01".to_owned(), cells)),
            ..Distances::default()
        })
    };
    assert_eq!(nature(&column).unwrap(), "at most 0.010000000000000009 apart");
    column.causes = vec![("other".to_owned(), 60), ("sign".to_owned(), 40)];
    assert_eq!(nature(&column).unwrap(), "at most 0.010000000000000009 apart");
    column.causes = vec![("sign".to_owned(), 60), ("other".to_owned(), 40)];
    assert_eq!(nature(&column).unwrap(), "mostly sign");
    column.distances = commonest(50);
    assert_eq!(nature(&column).unwrap(), "mostly sign");
    column.distances = commonest(100);
    assert_eq!(nature(&column).unwrap(), "all +0.01");
    column.mismatches = 1;
    assert_eq!(nature(&column).unwrap(), "at most 0.010000000000000009 apart");
}
