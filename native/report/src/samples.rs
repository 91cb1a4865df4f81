//! Documents for the tests of the renderers, and the comparison with what they should look like.

use crate::document::{
    CellSample, Change, ChangedSample, Changes, ColumnResult, Counts, Distances, Document, KeyColumn, KeyText,
    SchemaDifference, SideFiles, TypeChange, distance_number,
};
use arrow::datatypes::i256;
use parity_kernels::compare::Distance;

/// Names and values that mean something to Markdown, XML, HTML and terminals.
pub(crate) const NASTY: &str = "a|b`c\n<d> \0?";

/// Two sides of three rows whose `amount` and `name` are compared, all alike.
pub(crate) fn same() -> Document {
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
        ..Document::default()
    }
    .concluded()
}

pub(crate) fn key(name: &str) -> KeyColumn {
    KeyColumn {
        left: name.to_owned(),
        right: name.to_owned(),
        masked: false,
    }
}

pub(crate) fn id(value: &str) -> KeyText {
    vec![("id".to_owned(), Some(value.to_owned()))]
}

pub(crate) fn column(name: &str, kind: &str, changes: &[(&str, &str)]) -> ColumnResult {
    let samples = changes.iter().zip(2_u64..).map(|(&(left, right), row)| CellSample {
        row: Some(row - 2),
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
        samples: samples.collect(),
        ..ColumnResult::default()
    }
}

/// Of three rows two are changed, and one is only on the left.
pub(crate) fn changed() -> Document {
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
    document.columns[0].max_difference = exact(25, 2);
    document.samples.only_left = vec![id("4")];
    document.samples.changed = vec![ChangedSample {
        row: Some(0),
        key: id("2"),
        columns: vec!["amount".to_owned(), "name".to_owned()],
    }];
    document.concluded()
}

/// Columns that changed in all the ways that words tell, as a week of prices and accounts may have them.
pub(crate) fn told() -> Document {
    let mut document = same();
    document.sides[0].path = "s3://lake/accounts/day=2026-01-30".to_owned();
    document.sides[1].path = "s3://lake/accounts/day=2026-01-31".to_owned();
    document.counts = Counts {
        left: 1_000_100,
        right: 1_000_012,
        matched: 1_000_000,
        identical: 899_999,
        changed: 100_001,
        only_left: 100,
        only_right: 12,
        ..Counts::default()
    };
    let changed = |name: &str, kind: &str, mismatches, samples: &[(&str, &str)]| ColumnResult {
        mismatches,
        ..column(name, kind, samples)
    };
    let commonest = |difference: &str, cells| {
        Some(Distances {
            cells,
            commonest: Some((difference.to_owned(), cells)),
            ..Distances::default()
        })
    };
    let change = |left: &str, right: &str, cells| Change {
        left: Some(left.to_owned()),
        right: Some(right.to_owned()),
        cells,
        cut: None,
    };
    document.columns = vec![
        ColumnResult {
            distances: commonest("+0.01", 100_000),
            max_difference: distance_number(Distance::Double(0.010_000_000_000_000_009), 0),
            ..changed(
                "amount",
                "double",
                100_000,
                &[("0.2835820938976636", "0.2935820938976636")],
            )
        },
        ColumnResult {
            null_right: 50_000,
            ..changed(
                "closed_at",
                "timestamp",
                50_010,
                &[
                    ("2026-01-30 09:00:00", "2026-01-30 10:00:00"),
                    ("2026-01-30 17:45:12", "null"),
                ],
            )
        },
        ColumnResult {
            changes: Some(Changes {
                distinct: Some(1),
                top: vec![change("active", "open", 712)],
            }),
            ..changed("status", "string", 712, &[("active", "open")])
        },
        ColumnResult {
            causes: vec![("outer_space".to_owned(), 97), ("other".to_owned(), 3)],
            ..changed("customer_name", "string", 100, &[("Anna Schmidt", "Anna Schmidt ")])
        },
        ColumnResult {
            causes: vec![("scale:2".to_owned(), 12)],
            ..changed("price", "decimal(12,2)", 12, &[("12.50", "1250.00")])
        },
        ColumnResult {
            max_difference: distance_number(Distance::Double(0.010_000_000_000_000_009), 0),
            ..changed("ratio", "double", 3, &[("0.1", "0.11")])
        },
        changed("note", "string", 1, &[("null", "call back")]),
    ];
    document.samples.only_left = vec![id("17")];
    document.samples.only_right = vec![id("1000043")];
    document.concluded()
}

/// Columns that differ in one cell each, with hostile names and values wherever there may be any.
pub(crate) fn hostile(names: &[&str], value: &str) -> Document {
    let mut document = changed();
    document.sides[0].path = format!("left/{NASTY}");
    document.warnings = vec![NASTY.to_owned()];
    document.schema.only_left = vec![NASTY.to_owned()];
    document.schema.type_changes = vec![TypeChange {
        name: NASTY.to_owned(),
        left_type: "int".to_owned(),
        right_type: "bigint".to_owned(),
    }];
    document.columns = names
        .iter()
        .map(|name| column(name, "string", &[(value, "null")]))
        .collect();
    for column in &mut document.columns {
        column.samples[0].key = id(value);
    }
    document.concluded()
}

/// `units` × 10^-scale as the largest difference of a column.
pub(crate) fn exact(units: i128, scale: i32) -> Option<serde_json::Number> {
    distance_number(Distance::Exact(i256::from_i128(units)), scale)
}

/// Compares with the text in `goldens/`. With PARITY_WRITE_GOLDENS in the environment the text is written there, to be
/// read before it is committed.
pub(crate) fn is_golden(name: &str, text: &str) {
    let path = format!("{}/src/goldens/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("PARITY_WRITE_GOLDENS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap());
}
