//! The result as text for a terminal.

use crate::document::{ColumnResult, Document, KeyText};
use crate::figures::{counted, grouped, percent, size};
use crate::findings::verdict;
use crate::shown::{Charset, MASKED, SHOWN_COLUMNS, columns_of, seen};
use parity_kernels::spark::text::double_text;
use serde::{Deserialize, Serialize};

/// Columns that are listed with their examples.
const LISTED_COLUMNS: usize = 20;
/// Names that are listed of the columns on one side.
const LISTED_NAMES: usize = 10;
/// Columns of a change that shares its line: two values of the usual length.
const CHANGE_COLUMNS: usize = 2 * SHOWN_COLUMNS + 8;
/// Narrower than this no page is laid out.
const LEAST_WIDTH: usize = 60;

/// How a summary is laid out, and where its reader finds what it leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    /// Columns of a line.
    pub width: u32,
    /// The characters that can be shown.
    pub charset: Charset,
    /// Where the rest is.
    pub rest: Rest,
    /// How long the comparison took, where that is to be told: no document knows.
    pub seconds: Option<f64>,
}

impl Default for Look {
    fn default() -> Self {
        Look {
            width: 80,
            charset: Charset::Utf8,
            rest: Rest::Nowhere,
            seconds: None,
        }
    }
}

/// Where the reader of a summary finds what it leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// Not without asking again.
    #[default]
    Nowhere,
    /// In the document that comes with the summary.
    Document,
    /// In the members of a result in Python.
    Members,
}

impl Rest {
    /// What is said of things that are left out; nothing where there are none.
    fn more(self, number: usize, member: &str) -> Option<String> {
        let place = match self {
            Rest::Nowhere => String::new(),
            Rest::Document => " in the document".to_owned(),
            Rest::Members => format!(" in {member}"),
        };
        (number > 0).then(|| format!("and {} more{place}", grouped(number as u64)))
    }
}

/// The readable summary.
pub fn summary(document: &Document, look: &Look) -> String {
    let mut page = Page {
        document,
        charset: look.charset,
        rest: look.rest,
        width: (look.width as usize).clamp(LEAST_WIDTH, 1000),
        out: String::new(),
    };
    page.write_verdict(look.seconds);
    page.write_sides();
    page.write_rows();
    page.write_schema();
    page.write_columns();
    page.write_relaxed();
    page.write_only();
    // Whatever came last, there is no blank line at the end.
    page.out.trim_end().to_owned() + "\n"
}

/// A summary while it is written.
struct Page<'a> {
    document: &'a Document,
    charset: Charset,
    rest: Rest,
    width: usize,
    out: String,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// Pieces after a title, on as many lines as they need.
    fn flow(&mut self, title: &str, pieces: impl IntoIterator<Item = String>, separator: &str) {
        let indent = columns_of(title);
        let mut line = title.to_owned();
        let mut is_first = true;
        let mut pieces = pieces.into_iter().peekable();
        while let Some(piece) = pieces.next() {
            let piece = piece + if pieces.peek().is_some() { separator } else { "" };
            if !is_first && columns_of(&line) + columns_of(piece.trim_end()) > self.width {
                self.line(&line);
                line = " ".repeat(indent);
            }
            line.push_str(&piece);
            is_first = false;
        }
        self.line(&line);
    }

    /// A sentence, on as many lines as it needs.
    fn words(&mut self, text: &str) {
        self.flow("  ", text.split(' ').map(str::to_owned), " ");
    }

    /// Names after a title; of many only some.
    fn list(&mut self, title: &str, names: &[String], member: &str) {
        let mut pieces: Vec<String> = names.iter().take(LISTED_NAMES).map(|name| self.name(name)).collect();
        let more = names.len() - pieces.len();
        pieces.extend(self.rest.more(more, member));
        let title = match more {
            0 => format!("  {title}: "),
            _ => format!("  {} {title}: ", grouped(names.len() as u64)),
        };
        self.flow(&title, pieces, ", ");
    }

    /// A column's name.
    fn name(&self, name: &str) -> String {
        self.charset.cut(name, SHOWN_COLUMNS.min(self.width - 30))
    }

    fn key(&self, key: &KeyText, columns: usize) -> String {
        let seen = seen(key, |name| self.document.is_masked(name));
        self.charset.key(&seen, columns)
    }

    /// The verdict, with its first word for whoever only glances at it, and what there is to know.
    fn write_verdict(&mut self, seconds: Option<f64>) {
        let (first, rest) = match verdict(self.document).split_once(',') {
            Some((first, rest)) => (first, format!(",{rest}")),
            None => (verdict(self.document), String::new()),
        };
        let took = seconds.map_or(String::new(), |seconds| format!("  ({seconds:.1} s)"));
        self.line(&format!("{}{rest}{took}", first.to_uppercase()));
        for warning in &self.document.warnings {
            let words: Vec<String> = warning.split_whitespace().map(|word| self.charset.line(word)).collect();
            self.flow("note: ", words, " ");
        }
        self.line("");
    }

    fn write_sides(&mut self) {
        let document = self.document;
        let c = &document.counts;
        for (label, side, rows) in [
            ("left ", &document.sides[0], c.left),
            ("right", &document.sides[1], c.right),
        ] {
            let facts = format!(
                "{}, {}, {}",
                counted(side.files, "file", "files"),
                size(side.bytes),
                counted(rows, "row", "rows")
            );
            let path = self.charset.line(&side.path);
            if columns_of(&path) + facts.len() + 13 <= self.width {
                self.line(&format!("  {label}  {path}  ({facts})"));
            } else {
                self.line(&format!("  {label}  {}", self.charset.cut(&side.path, self.width - 9)));
                self.line(&format!("         {facts}"));
            }
        }
        let keys = match &document.keys {
            None => vec!["none: rows were compared as multisets".to_owned()],
            Some(keys) => keys
                .iter()
                .map(|key| match key.left == key.right {
                    true => self.name(&key.left),
                    false => format!("{} = {}", self.name(&key.left), self.name(&key.right)),
                })
                .collect(),
        };
        self.flow("  keys   ", keys, ", ");
        self.line("");
    }

    fn write_rows(&mut self) {
        let c = &self.document.counts;
        let mut rows = vec![
            ("matched", c.matched),
            ("  identical", c.identical),
            ("  changed", c.changed),
            ("only left", c.only_left),
            ("only right", c.only_right),
        ];
        let extra = [
            ("keys with several rows, left", c.duplicate_keys_left),
            ("keys with several rows, right", c.duplicate_keys_right),
            ("rows with a null in the key, left", c.null_keys_left),
            ("rows with a null in the key, right", c.null_keys_right),
        ];
        rows.extend(extra.into_iter().filter(|&(_, n)| n > 0));
        let label_width = rows.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
        let width = rows.iter().map(|&(_, n)| grouped(n).len()).max().unwrap_or(0);
        for (label, n) in rows {
            self.line(&format!("  {label:<label_width$}  {:>width$}", grouped(n)));
        }
        self.line("");
    }

    fn write_schema(&mut self) {
        let schema = &self.document.schema;
        for (title, names, member) in [
            ("columns only left", &schema.only_left, "result.schema.only_left"),
            ("columns only right", &schema.only_right, "result.schema.only_right"),
        ] {
            if !names.is_empty() {
                self.list(title, names, member);
            }
        }
        for change in schema.type_changes.iter().take(LISTED_NAMES) {
            let title = format!("type of {}:", self.name(&change.name));
            let types = [change.left_type.as_str(), change.right_type.as_str()];
            self.change("  ", &title, types.map(Some), types);
        }
        let more = schema.type_changes.len().saturating_sub(LISTED_NAMES);
        if let Some(more) = self.rest.more(more, "result.schema.type_changes") {
            self.line(&format!("  {more}"));
        }
        if schema.differs() {
            self.line("");
        }
    }

    /// A change after its title, or below it where the line is too long.
    fn change(&mut self, indent: &str, title: &str, values: [Option<&str>; 2], types: [&str; 2]) {
        let change = |columns| self.charset.change(values[0], values[1], types, columns);
        let line = format!("{indent}{title} {}", change(CHANGE_COLUMNS));
        if columns_of(&line) <= self.width {
            return self.line(&line);
        }
        let below = change(self.width - indent.len() - 2);
        self.line(&format!("{indent}{title}"));
        self.line(&format!("{indent}  {below}"));
    }

    fn write_columns(&mut self) {
        let document = self.document;
        let columns = document.worst_columns();
        let compared = counted(document.columns.len() as u64, "compared column", "compared columns");
        if columns.is_empty() {
            let c = &document.counts;
            // Rows of multisets are compared whole, and no cell of them by itself.
            if document.keys.is_some() && !document.columns.is_empty() && c.matched > 0 {
                let cell = match c.only_left + c.only_right {
                    0 => "no cell",
                    _ => "no cell of the matched rows",
                };
                self.words(&format!("{cell} differs in {compared}"));
            }
            return;
        }
        let shown: Vec<&ColumnResult> = columns.iter().take(LISTED_COLUMNS).copied().collect();
        let verb = if columns.len() == 1 { "differs" } else { "differ" };
        let listed = match columns.len() - shown.len() {
            0 => String::new(),
            _ => format!("; the {LISTED_COLUMNS} worst:"),
        };
        self.line(&format!(
            "  {} of {compared} {verb}{listed}",
            grouped(columns.len() as u64)
        ));
        let names: Vec<String> = shown.iter().map(|column| self.name(&column.name)).collect();
        let name_width = names.iter().map(|name| columns_of(name)).max().unwrap_or(0);
        let width = shown.iter().map(|c| grouped(c.mismatches).len()).max().unwrap_or(0);
        for (column, name) in shown.into_iter().zip(names) {
            let pad = " ".repeat(name_width - columns_of(&name));
            let rate = percent(column.rate);
            let head = format!("    {name}{pad}  {:>width$}  {rate:>8}", grouped(column.mismatches));
            self.write_column(&head, column);
        }
        if let Some(more) = self
            .rest
            .more(columns.len().saturating_sub(LISTED_COLUMNS), "result.columns")
        {
            self.line(&format!("    {more}"));
        }
        self.line("");
    }

    /// A column that differs, with an example: on one line, or the example below.
    fn write_column(&mut self, head: &str, column: &ColumnResult) {
        let mut note = String::new();
        if column.masked {
            note = format!("  {MASKED}");
        }
        if let Some(nature) = nature(column) {
            note = format!("{note}  ({nature})");
        }
        let Some(sample) = column.samples.first() else {
            return self.noted(head, &note);
        };
        let values = [sample.left.as_deref(), sample.right.as_deref()];
        let types = [column.left_type.as_str(), column.right_type.as_str()];
        let key = format!("{}:", self.key(&sample.key, usize::MAX));
        let change = self.charset.change(values[0], values[1], types, CHANGE_COLUMNS);
        let line = format!("{head}  {key} {change}{note}");
        if columns_of(&line) <= self.width {
            return self.line(&line);
        }
        self.noted(head, &note);
        let key = format!("{}:", self.key(&sample.key, self.width - 7));
        self.change("      ", &key, values, types);
    }

    /// A line with a note, which goes below where the line is too long.
    fn noted(&mut self, head: &str, note: &str) {
        if columns_of(head) + columns_of(note) <= self.width {
            return self.line(&format!("{head}{note}"));
        }
        self.line(head);
        self.line(&format!("      {}", note.trim_start()));
    }

    fn write_relaxed(&mut self) {
        let columns = &self.document.columns;
        let relaxed: u64 = columns.iter().map(|column| column.relaxed).sum();
        if relaxed > 0 {
            let columns = columns.iter().filter(|column| column.relaxed > 0).count() as u64;
            self.words(&format!(
                "{} in {} {} within a relaxation only",
                counted(relaxed, "cell", "cells"),
                counted(columns, "column", "columns"),
                if relaxed == 1 { "differs" } else { "differ" },
            ));
        }
    }

    /// An example of the rows on one side only, and where the others are.
    fn write_only(&mut self) {
        let (counts, samples) = (&self.document.counts, &self.document.samples);
        for (title, rows, total, member) in [
            ("only left", &samples.only_left, counts.only_left, "result.only_left()"),
            (
                "only right",
                &samples.only_right,
                counts.only_right,
                "result.only_right()",
            ),
        ] {
            let Some(first) = rows.first() else { continue };
            let title = format!("  {title:<11}{}", if total > 1 { "e.g. " } else { "" });
            let room = self.width - title.len();
            let key = self.key(first, room);
            let more = match self.rest {
                Rest::Document if total > rows.len() as u64 => Some(format!(
                    "({} of {} rows are in the document)",
                    grouped(rows.len() as u64),
                    grouped(total)
                )),
                rest => rest.more(total.saturating_sub(1) as usize, member),
            };
            let pieces = [Some(key), more].into_iter().flatten();
            self.flow(&title, pieces, "  ");
        }
    }
}

/// How the values of a column changed, in some words: by one difference or for one cause, all of them or most, or at most by how much.
fn nature(column: &ColumnResult) -> Option<String> {
    let share = |cells: u64| match cells {
        // One cell shows itself.
        _ if column.mismatches < 2 => None,
        cells if cells == column.mismatches => Some("all"),
        cells if cells > column.mismatches / 2 => Some("mostly"),
        _ => None,
    };
    let difference = column
        .distances
        .as_ref()
        .and_then(|distances| distances.commonest.as_ref());
    let cause = column.causes.first().filter(|(cause, _)| cause != "other");
    let mut reasons = [difference, cause].into_iter().flatten();
    let reason = reasons.find_map(|(what, cells)| Some(format!("{} {what}", share(*cells)?)));
    reason.or_else(|| Some(format!("at most {} apart", distance_text(column)?)))
}

/// The largest distance in a column, as values are shown, and what it counts; one that no double can hold is left out.
fn distance_text(column: &ColumnResult) -> Option<String> {
    let literal = column.max_difference.as_ref()?.to_string();
    let text = match column.is_floating() {
        true => double_text(literal.parse().ok().filter(|distance: &f64| distance.is_finite())?),
        false => literal,
    };
    let unit = distance_unit(column, &text);
    Some(text + unit)
}

/// What a column's largest difference counts.
fn distance_unit(column: &ColumnResult, distance: &str) -> &'static str {
    let types = match (column.left_type.as_str(), column.right_type.as_str()) {
        // Text was read as the other type.
        ("string", other) | (other, "string") => (other, other),
        types => types,
    };
    match types {
        ("date", "date") if distance == "1" => " day",
        ("date", "date") => " days",
        (left, _) if left.starts_with("time") || left == "date" => " s",
        _ => "",
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
