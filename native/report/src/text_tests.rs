use super::*;
use crate::document::{Counts, KeyColumn, KeyText, Thresholds, TypeChange, distance_number};
use crate::look::Rest;
use crate::samples::{changed, column, id, is_golden, key, same, told};
use crate::shown::Charset;
use parity_kernels::compare::Distance;

/// The text, whose lines fit the width, also in colour, which changes nothing else.
fn at(document: &Document, width: u32, rest: Rest) -> String {
    let mut look = Look {
        width,
        rest,
        ..Look::default()
    };
    let document = document.clone().concluded();
    let text = summary(&document, &look);
    for line in text.lines() {
        assert!(columns_of(line) <= width as usize, "wider than {width}: {line}");
        assert_eq!(line, line.trim_end());
    }
    assert!(!text.contains('\u{1b}'), "{text}");
    look.colour = true;
    assert_eq!(without_colours(&summary(&document, &look)), text);
    text
}

/// A text without the escape sequences that colour it.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('m').map_or("", |(_, shown)| shown)
    })
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
    assert!(text.contains("f\\u{fc}nf\\u{202e} -> "), "{text}");
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
}

#[test]
fn what_changed_stands_in_words_beside_an_example() {
    is_golden("text/told_60.txt", &at(&told(), 60, Rest::Nowhere));
    is_golden("text/told_80.txt", &at(&told(), 80, Rest::Nowhere));
    is_golden("text/told_120.txt", &at(&told(), 120, Rest::Members));
}

#[test]
fn a_terminal_is_coloured_and_reads_the_same() {
    let look = Look {
        colour: true,
        report: Some("out/report.html".to_owned()),
        seconds: Some(4.26),
        ..Look::default()
    };
    let text = summary(&told().concluded(), &look);
    assert!(text.starts_with("\u{1b}[1;31mDIFFERENT\u{1b}[0m  (4.3 s)\n"), "{text}");
    assert!(text.ends_with("\n\n  report: out/report.html\n"), "{text}");
    is_golden("text/told_in_colour.txt", &text);
    let first = |document: &Document| summary(document, &look).lines().next().unwrap_or_default().to_owned();
    assert_eq!(first(&same()), "\u{1b}[1;32mEQUAL\u{1b}[0m  (4.3 s)");
    let mut within = changed();
    within.thresholds = Some(Thresholds::default());
    assert_eq!(
        first(&within.concluded()),
        "\u{1b}[1;33mDIFFERENT, within the thresholds\u{1b}[0m  (4.3 s)"
    );
}

/// The next of a series of numbers that look random.
fn next(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// A text of pieces that a terminal or a layout may trip over.
fn hostile_text(state: &mut u64) -> String {
    const PIECES: [&str; 16] = [
        "\u{1b}[31m",
        "\u{1b}]0;x\u{7}",
        "\u{9b}1m",
        "a",
        "name_of_a_column",
        "日本語",
        "e\u{301}",
        "\u{202e}",
        "\n",
        "\t",
        " ",
        "\0",
        "😀",
        "\"",
        "\\",
        "x=y",
    ];
    let pieces = next(state) % 12;
    let text: String = (0..pieces)
        .map(|_| PIECES[next(state) as usize % PIECES.len()])
        .collect();
    text.repeat(1 + next(state) as usize % 9)
}

#[test]
fn no_line_is_too_wide_and_no_escape_sequence_slips_through_whatever_the_data() {
    for seed in 0..100 {
        let mut state = seed;
        let s = &mut state;
        let mut document = told();
        document.sides = document.sides.map(|side| crate::document::SideFiles {
            path: hostile_text(s),
            ..side
        });
        document.warnings = vec![hostile_text(s)];
        let keys: Vec<String> = (0..next(s) % 4 + 1).map(|_| hostile_text(s)).collect();
        document.keys = Some(keys.iter().map(|name| key(name)).collect());
        document.schema.only_left = (0..next(s) % 30).map(|_| hostile_text(s)).collect();
        document.schema.type_changes = vec![TypeChange {
            name: hostile_text(s),
            left_type: hostile_text(s),
            right_type: hostile_text(s),
        }];
        let counts = [1, 999, 1 << 40, u64::MAX >> 3];
        document.counts.matched = u64::MAX >> 3;
        document.counts.identical = counts[next(s) as usize % 4];
        document.counts.only_left = counts[next(s) as usize % 4];
        for n in 0..30 {
            let mut column = document.columns[n % 7].clone();
            column.name = hostile_text(s);
            column.mismatches = counts[next(s) as usize % 4];
            column.left_type = hostile_text(s);
            column.causes = vec![(hostile_text(s), column.mismatches)];
            for sample in &mut column.samples {
                sample.key = keys
                    .iter()
                    .map(|name| (name.clone(), Some(hostile_text(s))))
                    .collect::<KeyText>();
                sample.left = Some(hostile_text(s));
                sample.right = Some(hostile_text(s));
            }
            document.columns.push(column);
        }
        document.samples.only_left = vec![keys.iter().map(|name| (name.clone(), Some(hostile_text(s)))).collect()];
        let width = 60 + next(s) as u32 % 140;
        let rest = [Rest::Nowhere, Rest::Document, Rest::Members][next(s) as usize % 3];
        at(&document, width, rest);
    }
}
