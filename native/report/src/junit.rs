//! The document as JUnit XML, for a CI server: a case for the rows, one for the schema, one for each column.

use crate::document::{ColumnResult, Document, SchemaDifference, Thresholds};
use crate::figures::{counted, grouped};
use crate::findings::{Example, Mismatched};
use crate::look::Look;
use crate::markup;
use crate::shown::{PAGE, SHOWN_COLUMNS};
use crate::text::summary;

/// What a case is about, what differs in it (nothing where that is empty), and whether that fails it.
struct Case {
    name: String,
    differences: Vec<String>,
    failed: bool,
}

/// One test suite; a case fails when what it is about differs beyond the thresholds. Any case fails exactly if the
/// result did not pass.
pub fn junit(document: &Document, look: &Look) -> String {
    let cases = cases(document);
    let failures = cases.iter().filter(|case| case.failed).count();
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>".to_owned();
    out.push_str(&format!(
        "<testsuite name=\"spark-parity\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">",
        cases.len()
    ));
    cases.iter().for_each(|case| write_case(&mut out, case));
    // No CI server is a terminal, whoever asks for the report.
    let plain = Look {
        colour: false,
        ..look.clone()
    };
    out.push_str(&system_out(&summary(document, &plain)));
    out.push_str("</testsuite></testsuites>\n");
    out
}

fn write_case(out: &mut String, case: &Case) {
    let begin = format!(
        "<testcase classname=\"spark-parity\" name=\"{}\"",
        attribute(&case.name)
    );
    let differences = case.differences.join(", ");
    let inside = if case.failed {
        format!("<failure message=\"{}\" />", attribute(&differences))
    } else if !differences.is_empty() {
        system_out(&format!("{differences}: within the thresholds"))
    } else {
        return out.push_str(&format!("{begin} />"));
    };
    out.push_str(&format!("{begin}>{inside}</testcase>"));
}

fn system_out(text: &str) -> String {
    format!("<system-out>{}</system-out>", content(text))
}

fn cases(document: &Document) -> Vec<Case> {
    // Without thresholds nothing may differ; with thresholds only what they name is limited (docs/relaxations.md).
    let limits = document.thresholds.as_ref();
    let mut cases = vec![rows_case(document, limits), schema_case(&document.schema, limits)];
    cases.extend(
        document
            .columns
            .iter()
            .map(|column| column_case(document, column, limits)),
    );
    cases
}

fn rows_case(document: &Document, limits: Option<&Thresholds>) -> Case {
    let c = &document.counts;
    let kinds = [
        ("changed", c.changed),
        ("only left", c.only_left),
        ("only right", c.only_right),
    ];
    let found = kinds.iter().filter(|(_, rows)| *rows > 0);
    let differences: Vec<String> = found.map(|(kind, rows)| format!("{} {kind}", grouped(*rows))).collect();
    let exceeds = |limits: &Thresholds| limits.rows.is_some_and(|limit| document.differing_rows() > limit);
    Case {
        name: "rows".to_owned(),
        failed: !differences.is_empty() && limits.is_none_or(exceeds),
        differences,
    }
}

fn schema_case(schema: &SchemaDifference, limits: Option<&Thresholds>) -> Case {
    let only = |names: &[String], side: &str| {
        let names = names.iter().map(|name| format!("{name} only on the {side}"));
        names.collect::<Vec<String>>()
    };
    let changes = schema.type_changes.iter();
    let changes = changes.map(|change| format!("{} is {} and {}", change.name, change.left_type, change.right_type));
    let mut differences = only(&schema.only_left, "left");
    differences.extend(only(&schema.only_right, "right"));
    differences.extend(changes);
    Case {
        name: "schema".to_owned(),
        failed: !differences.is_empty() && limits.is_none_or(|limits| limits.schema),
        differences,
    }
}

fn column_case(document: &Document, column: &ColumnResult, limits: Option<&Thresholds>) -> Case {
    let name = format!("column {}", column.name);
    let limit = limits.and_then(|limits| limits.columns.iter().find(|(name, _)| *name == column.name));
    let is_unseen = document.has_only_unmatched_rows() && limits.is_some_and(|limits| limits.rows.is_none());
    if limit.is_some() && is_unseen {
        return Case {
            name,
            differences: vec!["no row was matched, so nothing is known of the column".to_owned()],
            failed: true,
        };
    }
    let differences = match column.mismatches {
        0 => Vec::new(),
        _ => vec![column_difference(document, column)],
    };
    let exceeds = |_: &Thresholds| limit.is_some_and(|(_, limit)| column.rate > *limit);
    Case {
        name,
        failed: !differences.is_empty() && limits.is_none_or(exceeds),
        differences,
    }
}

/// How many cells of a column differ, what changed in them, and an example.
fn column_difference(document: &Document, column: &ColumnResult) -> String {
    let mismatched = Mismatched::of(column);
    let mut said = format!(
        "{} of {} {} ({})",
        mismatched.mismatches,
        counted(document.counts.matched, "row", "rows"),
        if column.mismatches == 1 { "differs" } else { "differ" },
        mismatched.share
    );
    if let Some(what) = &mismatched.what {
        said.push_str(&format!(": {}", PAGE.line(what)));
    }
    if let Some(example) = Example::of(document, &mismatched, SHOWN_COLUMNS) {
        said.push_str(&format!("; {example}"));
    }
    said
}

/// Text between tags.
fn content(text: &str) -> String {
    markup::content(&in_xml(text))
}

/// Text in an attribute, where a parser would make a space of what breaks a line.
fn attribute(text: &str) -> String {
    let breaks = [('"', "&quot;"), ('\r', "&#13;"), ('\n', "&#10;"), ('\t', "&#09;")];
    markup::escaped(&in_xml(text), &breaks)
}

/// Text with a mark for each character that XML cannot hold.
fn in_xml(text: &str) -> String {
    text.replace(|c| !is_xml(c), "\u{fffd}")
}

/// Whether XML 1.0 can hold a character, be it escaped.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
#[path = "junit_tests.rs"]
pub(crate) mod tests;
