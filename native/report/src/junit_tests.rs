use super::*;
use crate::samples::{NASTY, changed, column, hostile, is_golden, same, told};

/// Whether a text is one XML element: tags that match, attributes in quotes, no character or reference that XML 1.0 does
/// not know.
pub(crate) fn is_well_formed(text: &str) -> bool {
    let body = text
        .trim()
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
        .unwrap_or(text);
    let (mut open, mut rest) = (Vec::new(), body.trim());
    while let Some(tag) = rest.strip_prefix('<') {
        let Some((tag, after)) = tag.split_once('>') else {
            return false;
        };
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        let (between, next) = after.split_at(after.find('<').unwrap_or(after.len()));
        if tag.contains('<') || tag.matches('"').count() % 2 == 1 || !is_text(tag) || !is_text(between) {
            return false;
        }
        if open.is_empty() {
            return next.is_empty() && between.is_empty();
        }
        rest = next;
    }
    false
}

/// Whether a text between tags holds nothing but characters and references.
fn is_text(text: &str) -> bool {
    let known = ["amp;", "lt;", "gt;", "quot;", "#x27;", "#13;", "#10;", "#09;"];
    let mut references = text.split('&').skip(1);
    text.chars().all(is_xml) && references.all(|rest| known.iter().any(|name| rest.starts_with(name)))
}

/// Names of the cases that fail.
fn failed(document: &Document) -> Vec<String> {
    let cases = cases(document).into_iter().filter(|case| case.failed);
    cases.map(|case| case.name).collect()
}

/// Of ten rows three are changed and two are only on the left, in both of two columns.
fn half() -> Document {
    let mut document = changed();
    document.counts.left = 10;
    document.counts.right = 8;
    document.counts.matched = 8;
    document.counts.identical = 5;
    document.counts.changed = 3;
    document.counts.only_left = 2;
    document.schema.only_left = vec!["gone".to_owned()];
    let change = ("1", "2");
    document.columns = ["c", "d"].map(|name| column(name, "int", &[change; 4])).to_vec();
    document
}

fn limits(rows: Option<f64>, columns: &[(&str, f64)], schema: bool) -> Option<Thresholds> {
    let columns = columns.iter().map(|&(name, share)| (name.to_owned(), share));
    Some(Thresholds {
        rows,
        columns: columns.collect(),
        schema,
    })
}

#[test]
fn whole_reports() {
    let report = |document: &Document| junit(document, &Look::default());
    is_golden("junit/equal.xml", &report(&same()));
    is_golden("junit/changed.xml", &report(&changed()));
    is_golden("junit/told.xml", &report(&told()));
    is_golden("junit/hostile.xml", &report(&hostile(&[NASTY, "plain"], NASTY)));
    let mut within = half();
    within.thresholds = limits(Some(0.5), &[], false);
    is_golden("junit/within_thresholds.xml", &report(&within.concluded()));
}

#[test]
fn the_report_is_well_formed_whatever_the_values() {
    let names = [
        NASTY,
        "\u{0}\u{1b}\u{fffe}\u{ffff}\u{202e}",
        "a\tb\r\nc\"'&amp;",
        "]]>",
        "<!--",
        "",
    ];
    let text = junit(&hostile(&names, "\u{7}&<\"\u{ffff}"), &Look::default());
    assert!(is_well_formed(&text), "{text}");
    assert!(
        text.contains("name=\"column \u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{202e}\""),
        "{text}"
    );
    assert!(
        text.contains("name=\"column a&#09;b&#13;&#10;c&quot;'&amp;amp;\""),
        "{text}"
    );
}

#[test]
fn what_is_not_well_formed_is_seen() {
    for text in [
        "<a>",
        "<a></b>",
        "<a>&</a>",
        "<a b=\"></a>",
        "<a>\u{1}</a>",
        "<a/><b/>",
        "<a>&nbsp;</a>",
        "x",
    ] {
        assert!(!is_well_formed(text), "{text}");
    }
    assert!(is_well_formed("<a b=\"c\">x &amp; y<d />z</a>"));
}

#[test]
fn what_thresholds_let_pass_fails_nowhere() {
    let all = ["rows", "schema", "column c", "column d"];
    for (thresholds, expected) in [
        (None, &all[..]),
        (limits(Some(0.5), &[], false), &[]),
        (limits(Some(0.1), &[], false), &["rows"]),
        (limits(None, &[("c", 0.5), ("d", 0.4)], false), &["column d"]),
        (limits(None, &[("c", 0.5)], false), &[]),
        (limits(Some(0.5), &[], true), &["schema"]),
        (limits(None, &[], false), &[]),
    ] {
        let mut document = half();
        document.thresholds = thresholds;
        let document = document.concluded();
        assert_eq!(failed(&document), expected);
        assert_eq!(document.passed, expected.is_empty());
        let text = junit(&document, &Look::default());
        assert!(
            text.contains(&format!("tests=\"4\" failures=\"{}\"", expected.len())),
            "{text}"
        );
        assert_eq!(
            text.contains("3 changed, 2 only left: within the thresholds"),
            !expected.contains(&"rows")
        );
    }
}

#[test]
fn limits_of_columns_without_a_matched_row_fail_their_columns() {
    let mut document = half();
    document.counts.matched = 0;
    document.columns.iter_mut().for_each(|column| column.mismatches = 0);
    document.thresholds = limits(None, &[("c", 0.5)], false);
    assert_eq!(failed(&document.clone().concluded()), ["column c"]);
    document.thresholds = limits(Some(1.0), &[("c", 0.5)], false);
    assert!(failed(&document.concluded()).is_empty());
}

#[test]
fn one_is_not_many() {
    let mut document = changed();
    document.counts.matched = 1;
    document.columns = vec![column("c", "int", &[("1", "2")])];
    let text = junit(&document.concluded(), &Look::default());
    assert!(
        text.contains("message=\"1 of 1 row differs (100.000 %); id=2: 1 → 2\""),
        "{text}"
    );
}

#[test]
fn a_column_that_fails_says_its_share_what_changed_and_an_example() {
    let mut document = changed();
    document.columns[1].null_left = 2;
    let text = junit(&document.clone().concluded(), &Look::default());
    let said = "message=\"2 of 3 rows differ (66.667 %): all null on the left; id=3: null → three\"";
    assert!(text.contains(said), "{text}");
    document.columns[1].masked = true;
    let text = junit(&document.concluded(), &Look::default());
    assert!(
        text.contains("message=\"2 of 3 rows differ (66.667 %): (masked)\""),
        "{text}"
    );
}

#[test]
fn the_text_in_a_report_is_never_coloured() {
    let look = Look {
        colour: true,
        ..Look::default()
    };
    assert_eq!(junit(&changed(), &look), junit(&changed(), &Look::default()));
}
