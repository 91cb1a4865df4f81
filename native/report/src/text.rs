//! The result as text for a terminal: the verdict first, then the sides, the rows, the columns that differ most, and
//! where the rest is. No line is wider than the terminal.

mod bar;
mod paint;
mod table;

use crate::document::{Document, KeyText};
use crate::figures::{counted, grouped, size};
use crate::findings::{LISTED, mismatched_columns, verdict};
use crate::look::{Look, Rest};
use crate::shown::{SHOWN_COLUMNS, columns_of, seen};
use paint::{Paint, columns_of_painted};

/// Names that are listed of the columns on one side.
const LISTED_NAMES: usize = 10;
/// Columns of a change of types that shares its line.
const CHANGE_COLUMNS: usize = 2 * SHOWN_COLUMNS + 8;
/// Narrower than this no page is laid out.
const LEAST_WIDTH: usize = 60;

/// The readable summary.
pub fn summary(document: &Document, look: &Look) -> String {
    let mut page = Page {
        document,
        look,
        width: (look.width as usize).clamp(LEAST_WIDTH, 1000),
        out: String::new(),
    };
    page.write_verdict();
    page.write_sides();
    page.write_rows();
    page.write_schema();
    page.write_columns();
    page.write_relaxed();
    page.write_only();
    page.write_report();
    // Whatever came last, there is no blank line at the end.
    page.out.trim_end().to_owned() + "\n"
}

/// A summary while it is written.
struct Page<'a> {
    document: &'a Document,
    look: &'a Look,
    width: usize,
    out: String,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// A text in a colour, where there are any.
    fn painted(&self, paint: Paint, text: &str) -> String {
        match self.look.colour && !text.is_empty() {
            true => paint.around(text),
            false => text.to_owned(),
        }
    }

    /// Pieces after a title, on as many lines as they need.
    fn flow(&mut self, title: &str, pieces: impl IntoIterator<Item = String>, separator: &str) {
        // Below a long title there would be little room.
        let indent = Some(columns_of(title)).filter(|&columns| columns <= 12).unwrap_or(4);
        let mut line = title.to_owned();
        let mut is_first = true;
        let mut pieces = pieces.into_iter().peekable();
        while let Some(piece) = pieces.next() {
            let piece = piece + if pieces.peek().is_some() { separator } else { "" };
            if !is_first && columns_of_painted(&line) + columns_of_painted(piece.trim_end()) > self.width {
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
        pieces.extend(self.look.rest.more(more, member));
        let title = match more {
            0 => format!("  {title}: "),
            _ => format!("  {} {title}: ", grouped(names.len() as u64)),
        };
        self.flow(&title, pieces, ", ");
    }

    /// A column's name.
    fn name(&self, name: &str) -> String {
        self.look.charset.cut(name, SHOWN_COLUMNS.min(self.width / 3))
    }

    fn key(&self, key: &KeyText, columns: usize) -> String {
        self.look.charset.key(&self.seen(key), columns)
    }

    /// A key without what is masked of it.
    fn seen(&self, key: &KeyText) -> KeyText {
        seen(key, |name| self.document.is_masked(name))
    }

    /// The verdict, with its first word for whoever only glances at it, and what there is to know.
    fn write_verdict(&mut self) {
        let said = verdict(self.document);
        let (first, rest) = said.split_at(said.find(',').unwrap_or(said.len()));
        let verdict = self.painted(Paint::of(self.document), &format!("{}{rest}", first.to_uppercase()));
        let took = self.look.seconds.map(|seconds| format!("  ({seconds:.1} s)"));
        self.line(&(verdict + &took.unwrap_or_default()));
        for warning in &self.document.warnings {
            let words = warning.split_whitespace();
            let words: Vec<String> = words.map(|word| self.look.charset.cut(word, self.width - 6)).collect();
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
            let path = self.look.charset.line(&side.path);
            if columns_of(&path) + facts.len() + 13 <= self.width {
                self.line(&format!("  {label}  {path}  ({facts})"));
            } else {
                self.line(&format!(
                    "  {label}  {}",
                    self.look.charset.cut(&side.path, self.width - 9)
                ));
                self.line(&format!("         {facts}"));
            }
        }
        let mut keys: Vec<String> = match &document.keys {
            None => vec!["none: rows were compared as multisets".to_owned()],
            Some(keys) => {
                let names = keys.iter().map(|key| match key.left == key.right {
                    true => self.name(&key.left),
                    false => format!("{} = {}", self.name(&key.left), self.name(&key.right)),
                });
                let mut names: Vec<String> = names.map(|name| name + ",").collect();
                if let Some(last) = names.last_mut() {
                    last.pop();
                }
                names
            }
        };
        keys.push(format!(" ({} matched)", counted(c.matched, "row", "rows")));
        self.flow("  keys   ", keys, " ");
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
        if let Some(more) = self.look.rest.more(more, "result.schema.type_changes") {
            self.line(&format!("  {more}"));
        }
        if schema.differs() {
            self.line("");
        }
    }

    /// A change after its title, or below it where the line is too long.
    fn change(&mut self, indent: &str, title: &str, values: [Option<&str>; 2], types: [&str; 2]) {
        let change = |columns| self.look.charset.change(values, types, columns);
        let line = format!("{indent}{title} {}", change(CHANGE_COLUMNS));
        if columns_of(&line) <= self.width {
            return self.line(&line);
        }
        let room = self.width - indent.len() - 2;
        let below = self.look.charset.cut(&change(room), room);
        self.line(&format!("{indent}{title}"));
        self.line(&format!("{indent}  {below}"));
    }

    fn write_columns(&mut self) {
        let document = self.document;
        let (listed, more) = mismatched_columns(document, LISTED);
        let compared = counted(document.columns.len() as u64, "compared column", "compared columns");
        if listed.is_empty() {
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
        let differing = listed.len() + more;
        let verb = if differing == 1 { "differs" } else { "differ" };
        let worst = match more {
            0 => String::new(),
            _ => format!("; the {LISTED} worst:"),
        };
        self.line(&format!("  {} of {compared} {verb}{worst}", grouped(differing as u64)));
        self.write_table(&listed);
        if let Some(more) = self.look.rest.more(more, "result.columns") {
            self.line(&format!("    {more}"));
        }
        self.line("");
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
            let more = match self.look.rest {
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

    /// Where the page is. A path is of use only as a whole, so it is the one thing that may be wider than the terminal.
    fn write_report(&mut self) {
        if let Some(report) = &self.look.report {
            if !self.out.ends_with("\n\n") {
                self.line("");
            }
            self.line(&format!("  report: {}", self.look.charset.line(report)));
        }
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
