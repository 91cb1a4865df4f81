//! The document as Markdown, for a pull request or an issue.
//!
//! GitHub refuses a comment of more than [`LIMIT`] characters. A page is made as the first of [`TIERS`] says; where that
//! is too long as the next one says, which shows less and says so. The last one is short whatever the document holds,
//! because it bounds every text and every list.

use crate::change::Cells;
use crate::document::{Document, SchemaDifference, TypeChange};
use crate::figures::{counted, grouped};
use crate::findings::{Example, LISTED, Mismatched, kinds, mismatched_columns, remarks, verdict};
use crate::shown::{PAGE, SHOWN_COLUMNS};

/// The characters of a page at most.
pub const LIMIT: usize = 65_536;
/// Characters of a sentence in a list of what the reader must know.
const SENTENCE: usize = 500;
/// Characters of what changed.
const WHAT: usize = 80;

/// How much a page shows.
struct Tier {
    /// Columns that differ, at most [`LISTED`] of them unfolded.
    columns: usize,
    /// Characters of a name or a path.
    name: usize,
    /// Characters of a value in an example; `None` without examples.
    value: Option<usize>,
    /// What is said of it.
    said: Option<&'static str>,
}

const TIERS: [Tier; 4] = [
    Tier {
        columns: 100,
        name: 100,
        value: Some(SHOWN_COLUMNS),
        said: None,
    },
    Tier {
        columns: 100,
        name: 60,
        value: Some(12),
        said: Some("examples and long names are shortened"),
    },
    Tier {
        columns: 100,
        name: 60,
        value: None,
        said: Some("examples are left out and long names shortened"),
    },
    Tier {
        columns: LISTED,
        name: SHOWN_COLUMNS,
        value: None,
        said: Some("examples and folded columns are left out and long names shortened"),
    },
];

/// The verdict, the counts, how the schemas differ, and the columns that differ most.
pub fn markdown(document: &Document) -> String {
    let mut text = String::new();
    for tier in &TIERS {
        text = Page { document, tier }.text();
        if text.chars().count() <= LIMIT {
            break;
        }
    }
    text
}

struct Page<'a> {
    document: &'a Document,
    tier: &'a Tier,
}

impl Page<'_> {
    fn text(&self) -> String {
        let document = self.document;
        let [left, right] = document.sides.each_ref().map(|side| self.name(&side.path));
        let mut sections = vec![format!("### {}: {left} and {right}", verdict(document))];
        sections.extend(self.sentences(&document.warnings));
        sections.push(self.rows());
        sections.extend(remarks(document).iter().map(|remark| sentence(remark)));
        sections.extend(self.schema(&document.schema));
        sections.extend(self.columns());
        let said = self.tier.said;
        sections.extend(said.map(|said| format!("*To fit {} characters, {said}.*", grouped(LIMIT as u64))));
        sections.join("\n\n") + "\n"
    }

    fn sentences(&self, sentences: &[String]) -> Vec<String> {
        let shown = sentences.iter().take(LISTED);
        let mut shown: Vec<String> = shown.map(|text| format!("> {}", sentence(text))).collect();
        match sentences.len() - shown.len() {
            0 => (),
            more => shown.push(format!("> and {} more", grouped(more as u64))),
        }
        shown
    }

    fn rows(&self) -> String {
        let c = &self.document.counts;
        let sides = [("left", c.left), ("right", c.right), ("matched", c.matched)];
        let all: Vec<(&str, u64)> = sides.into_iter().chain(kinds(self.document)).collect();
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        let numbers = all.iter().map(|(_, number)| grouped(*number)).collect();
        table(&names, &vec!["---:"; names.len()], [numbers].into_iter())
    }

    fn schema(&self, schema: &SchemaDifference) -> impl Iterator<Item = String> {
        let names = |names: &[String]| self.listed(names, |name| self.name(name));
        let lists = [
            ("Columns only on the left", names(&schema.only_left)),
            ("Columns only on the right", names(&schema.only_right)),
            (
                "Types that changed",
                self.listed(&schema.type_changes, |change| self.type_change(change)),
            ),
        ];
        let filled = lists.into_iter().filter(|(_, items)| !items.is_empty());
        filled.map(|(title, items)| format!("{title}: {items}"))
    }

    fn listed<T>(&self, items: &[T], text: impl Fn(&T) -> String) -> String {
        let shown: Vec<String> = items.iter().take(LISTED).map(text).collect();
        match items.len() - shown.len() {
            0 => shown.join(", "),
            more => format!("{} and {} more", shown.join(", "), grouped(more as u64)),
        }
    }

    fn type_change(&self, change: &TypeChange) -> String {
        let types = [change.left_type.as_str(), change.right_type.as_str()];
        let shown = PAGE.cells(types.map(Some), types, SHOWN_COLUMNS);
        format!("{} {}", self.name(&change.name), arrow(&shown))
    }

    fn columns(&self) -> Vec<String> {
        let (columns, more) = mismatched_columns(self.document, self.tier.columns);
        if columns.is_empty() {
            return Vec::new();
        }
        let (listed, folded) = columns.split_at(columns.len().min(LISTED));
        let mut sections = vec![self.table(listed)];
        if !folded.is_empty() {
            let title = counted(folded.len() as u64, "more column", "more columns");
            sections.push(format!("<details><summary>{title}</summary>"));
            sections.push(self.table(folded));
            sections.push("</details>".to_owned());
        }
        if more > 0 {
            sections.push(format!(
                "… and {}.",
                counted(more as u64, "more column", "more columns")
            ));
        }
        sections
    }

    fn table(&self, columns: &[Mismatched<'_>]) -> String {
        let mut header = vec!["column", "mismatches", "share", "what changed", "example"];
        let mut rule = vec!["---", "---:", "---:", "---", "---"];
        if self.tier.value.is_none() {
            header.pop();
            rule.pop();
        }
        table(&header, &rule, columns.iter().map(|column| self.column(column)))
    }

    fn column(&self, column: &Mismatched<'_>) -> Vec<String> {
        let what = column.what.as_deref();
        let mut cells = vec![
            self.name(&column.column.name),
            column.mismatches.clone(),
            column.share.clone(),
            what.map_or(String::new(), |what| sentence(&PAGE.cut(what, WHAT))),
        ];
        cells.extend(self.tier.value.map(|room| {
            let example = Example::of(self.document, column, room);
            example.map_or(String::new(), |example| example_text(&example))
        }));
        cells
    }

    fn name(&self, name: &str) -> String {
        code(&PAGE.cut(name, self.tier.name))
    }
}

fn example_text(example: &Example) -> String {
    let key = example.key.iter();
    let key = key.map(|(name, text)| format!("{} = {}", code(name), value(text.as_deref())));
    let more = (example.more_keys > 0).then(|| "…".to_owned());
    let key: Vec<String> = key.chain(more).collect();
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

/// A sentence as it stands, on one line. What GitHub makes a link of, or a message to somebody (`@name`), is code: it
/// looks for these where a backslash does not help.
fn sentence(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = PAGE.cut(&words.join(" "), SENTENCE);
    if ["@", "#", "://", "www."].iter().any(|mark| line.contains(mark)) {
        return code(&line);
    }
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if "\\`*_{}[]<>|~$&".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
