//! The verdict, its reason in one sentence, and the limits that it follows from.

use super::{escaped, name};
use crate::document::{ColumnResult, Document, Thresholds};
use crate::figures::{counted, grouped, percent};
use crate::findings;

/// Exceeded and kept limits of columns that are listed.
const LISTED: usize = 20;

pub(super) fn verdict(document: &Document) -> String {
    let sign = match (document.equal, document.passed) {
        (true, _) => "=",
        (false, true) => "≈",
        (false, false) => "≠",
    };
    let mut out = format!(
        "<div><h1 id=\"verdict-title\"><span class=\"sign\" aria-hidden=\"true\">{sign}</span> {}</h1>\n<p class=\"reason\">{}</p>\n{}<p class=\"sides\"><span class=\"kind-left\">left</span> {} <span class=\"kind-right\">right</span> {}</p>\n</div>",
        findings::verdict(document),
        reason(document),
        findings_below(document),
        path(&document.sides[0].path),
        path(&document.sides[1].path),
    );
    if let Some(thresholds) = &document.thresholds {
        out.push_str(&limits(document, thresholds));
    }
    if !document.warnings.is_empty() {
        let warnings = document.warnings.iter();
        let items = warnings.map(|text| format!("<li>{}</li>", escaped(&super::PAGE.line(text))));
        out.push_str(&format!(
            "<ul class=\"warnings\" aria-label=\"Warnings\">{}</ul>\n",
            items.collect::<String>()
        ));
    }
    out
}

fn path(path: &str) -> String {
    match path.is_empty() {
        true => "not from a path".to_owned(),
        false => name(path),
    }
}

/// What differs, where the reason speaks of a limit.
fn findings_below(document: &Document) -> String {
    match document.thresholds.is_some() && !document.passed {
        true => format!("<p class=\"found\">{}.</p>\n", found(document)),
        false => String::new(),
    }
}

/// Why the verdict is what it is, as one sentence.
fn reason(document: &Document) -> String {
    let c = &document.counts;
    if document.equal {
        return match c.left {
            0 => "Both sides are empty and have the same columns.".to_owned(),
            rows => format!(
                "Both sides hold the same {} in {}.",
                counted(rows, "row", "rows"),
                counted(document.schema.common.len() as u64, "column", "columns")
            ),
        };
    }
    let found = found(document);
    match &document.thresholds {
        None => format!("{found}."),
        Some(_) if document.passed => format!("{found}; every limit is kept."),
        Some(thresholds) => {
            let all = checks(document, thresholds);
            let exceeded = all.iter().filter(|check| !check.is_kept).count() as u64;
            match all.iter().find(|check| !check.is_kept) {
                Some(check) => format!(
                    "{}{}.",
                    check.sentence,
                    match exceeded {
                        1 => String::new(),
                        more => format!("; {} exceeded", counted(more - 1, "more limit is", "more limits are")),
                    }
                ),
                None => format!("{found}; no row has a partner, so the limits of columns say nothing."),
            }
        }
    }
}

/// What differs, as the beginning of a sentence.
fn found(document: &Document) -> String {
    let c = &document.counts;
    let rows = c.changed + c.only_left + c.only_right;
    let schema = &document.schema;
    if rows == 0 {
        let columns = schema.only_left.len() + schema.only_right.len() + schema.type_changes.len();
        return format!(
            "All {} agree, and only the schemas differ, in {}",
            counted(c.matched, "row", "rows"),
            counted(columns as u64, "column", "columns")
        );
    }
    let kinds = [
        (c.changed, "changed"),
        (c.only_left, "only left"),
        (c.only_right, "only right"),
    ];
    let kinds = kinds.iter().filter(|(rows, _)| *rows > 0);
    let kinds: Vec<String> = kinds.map(|(rows, kind)| format!("{} {kind}", grouped(*rows))).collect();
    let mut out = format!(
        "{} ({}): {}",
        rows_differ(rows),
        percent(document.differing_rows()),
        kinds.join(", ")
    );
    if let Some(worst) = document.worst_columns().first() {
        out.push_str(&format!(
            "; {} changed, most of all {} ({})",
            counted(document.mismatched_columns.len() as u64, "column", "columns"),
            name(&worst.name),
            percent(worst.rate)
        ));
    }
    if schema.differs() {
        out.push_str("; the schemas differ too");
    }
    out
}

fn rows_differ(rows: u64) -> String {
    counted(rows, "row differs", "rows differ")
}

/// A limit beside what was found.
struct Check {
    what: String,
    allowed: String,
    found: String,
    is_kept: bool,
    /// How it is exceeded.
    sentence: String,
}

fn checks(document: &Document, thresholds: &Thresholds) -> Vec<Check> {
    let mut all = Vec::new();
    if let Some(limit) = thresholds.rows {
        let found = document.differing_rows();
        all.push(Check {
            what: "rows that differ".to_owned(),
            allowed: format!("at most {}", percent(limit)),
            found: percent(found),
            is_kept: found <= limit,
            sentence: format!(
                "{} of the rows differ, where at most {} may",
                percent(found),
                percent(limit)
            ),
        });
    }
    if thresholds.schema {
        let differs = document.schema.differs();
        all.push(Check {
            what: "schema".to_owned(),
            allowed: "no difference".to_owned(),
            found: if differs { "differences" } else { "none" }.to_owned(),
            is_kept: !differs,
            sentence: "The schemas differ, where no difference is allowed".to_owned(),
        });
    }
    let columns: std::collections::HashMap<&str, &ColumnResult> = document
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column))
        .collect();
    for (column, limit) in &thresholds.columns {
        let Some(result) = columns.get(column.as_str()) else {
            continue;
        };
        all.push(Check {
            what: format!("changed cells of {}", name(column)),
            allowed: format!("at most {}", percent(*limit)),
            found: percent(result.rate),
            is_kept: result.rate <= *limit,
            sentence: format!(
                "{} is changed in {} of the matched rows, where at most {} may be",
                name(column),
                percent(result.rate),
                percent(*limit)
            ),
        });
    }
    all
}

/// The limits as a table, exceeded ones first.
fn limits(document: &Document, thresholds: &Thresholds) -> String {
    let mut all = checks(document, thresholds);
    all.sort_by_key(|check| check.is_kept);
    let more = all.len().saturating_sub(LISTED);
    let rows = all.iter().take(LISTED).map(|check| {
        let (class, word) = match check.is_kept {
            true => ("kept", "kept"),
            false => ("exceeded", "exceeded"),
        };
        format!(
            "<tr class=\"{class}\"><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td><td class=\"word\">{word}</td></tr>",
            check.what, check.allowed, check.found
        )
    });
    let mut out = format!(
        "<table class=\"limits\"><caption>Thresholds</caption><thead><tr><th scope=\"col\">limit on</th><th scope=\"col\">allowed</th><th scope=\"col\" class=\"n\">found</th><th scope=\"col\">outcome</th></tr></thead><tbody>{}</tbody></table>\n",
        rows.collect::<String>()
    );
    if more > 0 {
        let exceeded = all.iter().skip(LISTED).filter(|check| !check.is_kept).count() as u64;
        out.push_str(&format!(
            "<p>{} not listed, {} of them exceeded.</p>\n",
            counted(more as u64, "more limit is", "more limits are"),
            grouped(exceeded)
        ));
    }
    out
}
