//! The document as HTML for a notebook's cell: the verdict, the counts, the columns that differ most.

use crate::document::Document;
use crate::figures::counted;
use crate::findings::{Example, mismatched_columns, row_counts, verdict};
use crate::markup;
use crate::shown::PAGE;

/// Two small tables.
pub fn notebook(document: &Document) -> String {
    let mut parts = vec![format!("<b>{}</b>", verdict(document))];
    let warnings = document.warnings.iter();
    parts.extend(warnings.map(|warning| format!("<p>{}</p>", escaped(&PAGE.line(warning)))));
    let counts = row_counts(document).into_iter();
    parts.push(table(
        &["rows", "number"],
        counts.map(|(name, number)| vec![name.to_owned(), number]),
    ));
    let (listed, more) = mismatched_columns(document);
    if !listed.is_empty() {
        let rows = listed.into_iter().map(|column| {
            let example = column.example.as_ref().map_or(String::new(), example);
            vec![PAGE.line(column.name), column.mismatches, column.rate, example]
        });
        parts.push(table(&["column", "mismatches", "rate", "example"], rows));
    }
    if more > 0 {
        parts.push(format!("<p>… and {}</p>", counted(more, "more column", "more columns")));
    }
    parts.join("\n")
}

fn example(example: &Example) -> String {
    let key = example.key.iter();
    let key: Vec<String> = key
        .map(|(name, text)| format!("{name}={}", value(text.as_ref())))
        .collect();
    let [left, right] = example.values.each_ref().map(|cell| value(cell.as_ref()));
    format!("{}: {left} → {right}", key.join(", "))
}

fn value(value: Option<&String>) -> &str {
    value.map_or("null", String::as_str)
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head: String = header.iter().map(|cell| format!("<th>{cell}</th>")).collect();
    let row = |cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
        format!("<tr>{cells}</tr>")
    };
    let body: String = rows.map(row).collect();
    format!("<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
}

/// Text as HTML, in an element or an attribute.
fn escaped(text: &str) -> String {
    markup::escaped(text, &[('"', "&quot;"), ('\'', "&#x27;")])
}

#[cfg(test)]
#[path = "notebook_tests.rs"]
mod tests;
