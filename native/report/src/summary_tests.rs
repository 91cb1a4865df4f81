use super::*;
use crate::document::{
    CellSample, ChangedSample, Counts, KeyColumn, RowSamples, SchemaDifference, SideFiles, Thresholds, TypeChange,
};
use arrow::datatypes::i256;

/// Two sides of three rows whose `amount` and `name` are compared, all alike.
fn same() -> Document {
    let side = |path: &str| SideFiles {
        path: path.to_owned(),
        files: 1,
        bytes: 1234,
    };
    Document {
        sides: [side("old"), side("new")],
        keys: Some(vec![key("id")]),
        counts: Counts {
            left: 3,
            right: 3,
            matched: 3,
            identical: 3,
            ..Counts::default()
        },
        schema: SchemaDifference {
            common: vec!["id".to_owned(), "amount".to_owned(), "name".to_owned()],
            ..SchemaDifference::default()
        },
        columns: vec![column("amount", "decimal(9,2)", &[]), column("name", "string", &[])],
        samples: RowSamples::default(),
        thresholds: None,
        warnings: Vec::new(),
    }
}

fn key(name: &str) -> KeyColumn {
    KeyColumn {
        left: name.to_owned(),
        right: name.to_owned(),
        masked: false,
    }
}

fn id(value: &str) -> KeyText {
    vec![("id".to_owned(), Some(value.to_owned()))]
}

fn column(name: &str, kind: &str, changes: &[(&str, &str)]) -> ColumnResult {
    let samples = changes.iter().zip(2..).map(|(&(left, right), row)| CellSample {
        key: id(&row.to_string()),
        left: (left != "null").then(|| left.to_owned()),
        right: (right != "null").then(|| right.to_owned()),
        cut: None,
    });
    ColumnResult {
        name: name.to_owned(),
        left_type: kind.to_owned(),
        right_type: kind.to_owned(),
        mismatches: changes.len() as u64,
        null_left: 0,
        null_right: 0,
        max_difference: None,
        relaxed: 0,
        causes: Vec::new(),
        samples: samples.collect(),
        masked: false,
    }
}

/// Of three rows two are changed, and one is only on the left.
fn changed() -> Document {
    let mut document = same();
    document.counts = Counts {
        left: 4,
        right: 3,
        matched: 3,
        identical: 1,
        changed: 2,
        only_left: 1,
        ..Counts::default()
    };
    document.columns = vec![
        column("amount", "decimal(9,2)", &[("2.00", "2.25")]),
        column("name", "string", &[("two", "Two"), ("null", "three")]),
        column("at", "timestamp", &[]),
    ];
    document.columns[0].max_difference = Some((Distance::Exact(i256::from_i128(25)), 2));
    document.samples.only_left = vec![id("4")];
    document.samples.changed = vec![ChangedSample {
        key: id("2"),
        columns: vec!["amount".to_owned(), "name".to_owned()],
    }];
    document
}

fn at(document: &Document, width: u32, rest: Rest) -> String {
    let look = Look {
        width,
        rest,
        ..Look::default()
    };
    let text = summary(document, None, look);
    for line in text.lines() {
        assert!(columns_of(line) <= width as usize, "wider than {width}: {line}");
        assert_eq!(line, line.trim_end());
    }
    text
}

/// Compares with the text in `summaries/`. With PARITY_WRITE_SUMMARIES in the environment the text is written there, to
/// be read before it is committed.
fn is_golden(name: &str, text: &str) {
    let path = format!("{}/src/summaries/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("PARITY_WRITE_SUMMARIES").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap());
}

#[test]
fn equal_sides() {
    is_golden("equal", &at(&same(), 80, Rest::Nowhere));
}

#[test]
fn changed_rows() {
    is_golden("changed", &at(&changed(), 80, Rest::Nowhere));
    let timed = summary(&changed(), Some(12.34), Look::default());
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
    is_golden("schema", &at(&document, 80, Rest::Nowhere));
    is_golden("schema_in_python", &at(&document, 80, Rest::Members));
}

#[test]
fn multisets_say_nothing_about_cells() {
    let mut document = same();
    document.keys = None;
    is_golden("equal_multisets", &at(&document, 80, Rest::Nowhere));
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
    is_golden("multisets", &at(&document, 80, Rest::Nowhere));
    is_golden("multisets_in_python", &at(&document, 80, Rest::Members));
    is_golden("multisets_with_document", &at(&document, 80, Rest::Document));
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
    is_golden("masked", &at(&document, 80, Rest::Nowhere));
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
    is_golden("thresholds", &at(&document, 80, Rest::Nowhere));
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
    second.max_difference = Some((Distance::Double(1e300), 0));
    second.samples[0].key = first.samples[0].key.clone();
    document.columns = vec![first, second];
    for n in 2..22 {
        document.columns.push(column(&format!("c{n}"), "int", &[("1", "2")]));
    }
    document
}

#[test]
fn long_names_keys_and_values_fit_the_terminal() {
    is_golden("long_80", &at(&long(), 80, Rest::Nowhere));
    is_golden("long_120", &at(&long(), 120, Rest::Document));
    is_golden("long_200", &at(&long(), 200, Rest::Members));
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
    let text = summary(&document, None, look);
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("f\\u{fc}nf\\u{202e} became"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
}

#[test]
fn distances_are_written_like_values() {
    let apart = |distance| {
        let column = ColumnResult {
            max_difference: Some(distance),
            ..column("v", "double", &[])
        };
        distance_text(&column)
    };
    assert_eq!(apart((Distance::Double(1e300), 0)).unwrap(), "1.0E300");
    assert_eq!(apart((Distance::Double(1e-9), 0)).unwrap(), "1.0E-9");
    assert_eq!(apart((Distance::Double(0.5), 0)).unwrap(), "0.5");
    assert_eq!(apart((Distance::Double(f64::INFINITY), 0)), None);
    assert_eq!(
        apart((Distance::Exact(i256::from_i128(10i128.pow(30))), 31)).unwrap(),
        "0.1"
    );
}
