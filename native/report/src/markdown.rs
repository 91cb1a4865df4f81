//! The document as Markdown, for a pull request or an issue.

use crate::change::Cells;
use crate::document::{Document, SchemaDifference, TypeChange};
use crate::figures::counted;
use crate::findings::{Example, LISTED, mismatched_columns, row_counts, verdict};
use crate::shown::PAGE;

/// The verdict, the counts, how the schemas differ, and the columns that differ most.
pub fn markdown(document: &Document) -> String {
    let [left, right] = document.sides.each_ref().map(|side| code(&side.path));
    let mut sections = vec![format!("### {}: {left} and {right}", verdict(document))];
    sections.extend(
        document
            .warnings
            .iter()
            .map(|warning| format!("> {}", escaped(warning))),
    );
    let counts = row_counts(document).into_iter();
    sections.push(table(
        &["rows", "number"],
        &["---", "---:"],
        counts.map(|(name, number)| vec![name.to_owned(), number]),
    ));
    sections.extend(schema(&document.schema));
    sections.extend(columns(document));
    sections.join("\n\n") + "\n"
}

fn schema(schema: &SchemaDifference) -> impl Iterator<Item = String> {
    let codes = |names: &[String]| names.iter().map(|name| code(name)).collect::<Vec<String>>();
    let lists = [
        ("Columns only on the left", codes(&schema.only_left)),
        ("Columns only on the right", codes(&schema.only_right)),
        (
            "Types that changed",
            schema.type_changes.iter().map(type_change).collect(),
        ),
    ];
    let filled = lists.into_iter().filter(|(_, items)| !items.is_empty());
    filled.map(|(title, items)| format!("{title}: {}", listed(&items)))
}

fn type_change(change: &TypeChange) -> String {
    let types = [change.left_type.as_str(), change.right_type.as_str()];
    let shown = PAGE.cells(types.map(Some), types);
    format!("{} {}", code(&change.name), arrow(&shown))
}

fn columns(document: &Document) -> Vec<String> {
    let (listed, more) = mismatched_columns(document);
    if listed.is_empty() {
        return Vec::new();
    }
    let rows = listed.into_iter().map(|column| {
        let example = column.example.as_ref().map_or(String::new(), example);
        vec![code(column.name), column.mismatches, column.rate, example]
    });
    let header = ["column", "mismatches", "rate", "example"];
    let mut sections = vec![table(&header, &["---", "---:", "---:", "---"], rows)];
    if more > 0 {
        sections.push(format!("… and {}.", counted(more, "more column", "more columns")));
    }
    sections
}

fn example(example: &Example) -> String {
    let key = example.key.iter();
    let key: Vec<String> = key
        .map(|(name, text)| format!("{} = {}", code(name), value(text.as_deref())))
        .collect();
    format!("{}: {}", key.join(", "), arrow(&example.values))
}

fn arrow(cells: &Cells) -> String {
    let [left, right] = cells.each_ref().map(|cell| value(cell.as_deref()));
    format!("{left} → {right}")
}

fn table(header: &[&str], rule: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: String| format!("| {cells} |");
    let head = [line(header.join(" | ")), line(rule.join(" | "))];
    let rows = rows.map(|cells| line(cells.join(" | ")));
    head.into_iter().chain(rows).collect::<Vec<String>>().join("\n")
}

fn listed(items: &[String]) -> String {
    let shown = items[..items.len().min(LISTED)].join(", ");
    match items.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn value(value: Option<&str>) -> String {
    value.map_or("*null*".to_owned(), code)
}

/// Text as code, in a table cell or outside, whatever it holds.
fn code(text: &str) -> String {
    let line = PAGE.line(text).replace('|', "\\|");
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space keeps a backquote, or nothing at all, apart from the fence.
    let is_apart = !line.trim().is_empty() && !line.starts_with('`') && !line.ends_with('`');
    let pad = if is_apart { "" } else { " " };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// A sentence as it stands, on one line.
fn escaped(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut is_after_space = false;
    for c in text.chars() {
        if !c.is_whitespace() {
            words.push(c);
        } else if !is_after_space {
            words.push(' ');
        }
        is_after_space = c.is_whitespace();
    }
    let mut out = String::with_capacity(words.len());
    for c in PAGE.line(&words).chars() {
        if "\\`*_{}[]<>|#".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
