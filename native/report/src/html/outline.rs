//! The part of the page that needs no script: the verdict, the counts, the schema, the list of columns, and how the
//! comparison was made.

mod making;
mod picture;
mod verdict;

use super::Page;
use crate::document::{ColumnResult, Document};
use crate::figures::{counted, grouped, percent};
use crate::findings;
use crate::markup;
use crate::nature::nature;
use crate::shown::PAGE;
use serde_json::Value;

/// Characters of a name that are shown; its element's title has more of them.
const NAME: usize = 80;
/// Characters of a name that its title has.
const WHOLE_NAME: usize = 2_000;
/// Names of a list that are shown at once; the others are folded.
const UNFOLDED: usize = 40;

/// HTML for the slots of the template.
pub(super) struct Outline {
    title: String,
    state: &'static str,
    verdict: String,
    picture: String,
    schema: String,
    columns: String,
    list: String,
    rows: String,
    making: String,
}

impl Outline {
    /// What fills a slot.
    pub(super) fn slot(&self, name: &str) -> &str {
        match name {
            "title" => &self.title,
            "state" => self.state,
            "verdict" => &self.verdict,
            "picture" => &self.picture,
            "schema" => &self.schema,
            "columns" => &self.columns,
            "list" => &self.list,
            "rows" => &self.rows,
            "making" => &self.making,
            _ => "",
        }
    }
}

/// The outline of a page.
pub(super) fn outline(page: &Page<'_>, json: &Value) -> Outline {
    let document = page.document;
    let [left, right] = document.sides.each_ref().map(|side| PAGE.cut(&side.path, 40));
    Outline {
        title: escaped(&format!("{}: {left} and {right}", findings::verdict(document))),
        state: match (document.equal, document.passed) {
            (true, _) => "equal",
            (false, true) => "passed",
            (false, false) => "different",
        },
        verdict: verdict::verdict(document),
        picture: picture::picture(document),
        schema: schema(document),
        columns: columns(document),
        list: list(document),
        rows: rows(document),
        making: making::making(page, json),
    }
}

fn schema(document: &Document) -> String {
    let schema = &document.schema;
    if !schema.differs() {
        return format!(
            "<p>Both sides have the same {}, of the same types.</p>",
            counted(schema.common.len() as u64, "column", "columns")
        );
    }
    let mut out = format!(
        "<p>{} on both sides, {} only left, {} only right, {} of another type.</p>",
        counted(schema.common.len() as u64, "column", "columns"),
        grouped(schema.only_left.len() as u64),
        grouped(schema.only_right.len() as u64),
        grouped(schema.type_changes.len() as u64),
    );
    out.push_str("<div class=\"schema-lists\">");
    for (title, class, names) in [
        ("Only left", "left", &schema.only_left),
        ("Only right", "right", &schema.only_right),
    ] {
        if !names.is_empty() {
            let items = names.iter().map(|item| format!("<li>{}</li>", name(item)));
            let title = format!("{title} <span class=\"count\">{}</span>", grouped(names.len() as u64));
            let list = folded(items.collect(), "<ul class=\"names\">", "</ul>", "names");
            out.push_str(&format!("<div class=\"kind-{class}\"><h3>{title}</h3>{list}</div>"));
        }
    }
    if !schema.type_changes.is_empty() {
        let rows = schema.type_changes.iter().map(|change| {
            let types = [&change.left_type, &change.right_type].map(|kind| name(kind));
            let [left, right] = types;
            format!(
                "<tr><th scope=\"row\">{}</th><td>{left}</td><td>{right}</td></tr>",
                name(&change.name)
            )
        });
        let table = folded(
            rows.collect(),
            "<table><thead><tr><th scope=\"col\">column</th><th scope=\"col\">left</th><th scope=\"col\">right</th></tr></thead><tbody>",
            "</tbody></table>",
            "columns",
        );
        let count = grouped(schema.type_changes.len() as u64);
        out.push_str(&format!(
            "<div><h3>Another type <span class=\"count\">{count}</span></h3>{table}</div>"
        ));
    }
    out.push_str("</div>");
    out
}

/// Items between the tags of their list; a long list is folded after its first items.
fn folded(mut items: Vec<String>, open: &str, close: &str, what: &str) -> String {
    if items.len() <= UNFOLDED + UNFOLDED / 4 {
        return format!("{open}{}{close}", items.concat());
    }
    let more = items.split_off(UNFOLDED);
    format!(
        "{open}{}{close}<details><summary>{} more {what}</summary>{open}{}{close}</details>",
        items.concat(),
        grouped(more.len() as u64),
        more.concat()
    )
}

/// What stands above the columns.
fn columns(document: &Document) -> String {
    let columns = document.columns.len() as u64;
    let differing = document.mismatched_columns.len() as u64;
    let masked = document.columns.iter().filter(|column| column.masked).count() as u64;
    let mut text = match (columns, document.keys.is_some()) {
        (0, _) => "No column was compared.".to_owned(),
        (_, false) => format!(
            "{} compared, as whole rows: without keys no row has a partner, so no cell is compared.",
            counted(columns, "column was", "columns were")
        ),
        _ if differing == 0 => format!(
            "{} compared, and no matched row differs in any.",
            counted(columns, "column was", "columns were")
        ),
        _ => format!(
            "{} of {} changed.",
            grouped(differing),
            counted(columns, "column", "columns")
        ),
    };
    if masked > 0 {
        text.push_str(&format!(
            " {} masked: counted, never shown.",
            counted(masked, "is", "are")
        ));
    }
    format!("<p>{text}</p>")
}

/// The columns as a plain table.
fn list(document: &Document) -> String {
    let changed = |column: &&ColumnResult| column.mismatches > 0;
    let worst = document.worst_columns();
    let others = document.columns.iter().filter(|column| !changed(column));
    let rows = worst.into_iter().chain(others).map(|column| {
        let kind = if column.left_type == column.right_type {
            name(&column.left_type)
        } else {
            format!("{} → {}", name(&column.left_type), name(&column.right_type))
        };
        let masked = if column.masked { " (masked)" } else { "" };
        format!(
            "<tr><th scope=\"row\">{}{masked}</th><td>{kind}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
            name(&column.name),
            grouped(column.mismatches),
            percent(column.rate),
            escaped(&PAGE.cut(&nature(column).words.unwrap_or_default(), NAME)),
        )
    });
    format!(
        "<table><thead><tr><th scope=\"col\">column</th><th scope=\"col\">type</th><th scope=\"col\" class=\"n\">changed cells</th><th scope=\"col\" class=\"n\">share of matched rows</th><th scope=\"col\">what changed</th></tr></thead><tbody>\n{}</tbody></table>",
        rows.collect::<String>()
    )
}

/// What stands above the rows.
fn rows(document: &Document) -> String {
    let c = &document.counts;
    if c.changed + c.only_left + c.only_right + c.duplicate_keys_left + c.duplicate_keys_right == 0 {
        return "<p>No row differs.</p>".to_owned();
    }
    String::new()
}

/// A name of the data: cut where it is long, with more of it as its title.
fn name(text: &str) -> String {
    if text.is_empty() {
        return "<bdi class=\"name null\">(empty name)</bdi>".to_owned();
    }
    let shown = PAGE.cut(text, NAME);
    let whole = PAGE.cut(text, WHOLE_NAME);
    match shown == whole {
        true => format!("<bdi class=\"name\">{}</bdi>", escaped(&shown)),
        false => format!(
            "<bdi class=\"name\" title=\"{}\">{}</bdi>",
            escaped(&whole),
            escaped(&shown)
        ),
    }
}

/// Text as HTML, in an element or an attribute.
fn escaped(text: &str) -> String {
    markup::escaped(text, &[('"', "&quot;"), ('\'', "&#x27;")])
}
