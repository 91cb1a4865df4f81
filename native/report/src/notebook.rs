//! The document as HTML for a notebook's cell: the same facts as the text, as a compact panel.
//!
//! A cell has no script and no style sheet: notebooks strip both, and a style sheet would reach the rest of the page.
//! What is styled inline reads in the light and in the dark, because texts keep the notebook's own colours; where
//! styles are stripped too, the tables and sentences that are left still say everything.

mod link;

use crate::document::Document;
use crate::figures::{counted, grouped, size};
use crate::findings::{Example, LISTED, Mismatched, kinds, mismatched_columns, remarks, verdict};
use crate::look::Look;
use crate::markup;
use crate::shown::{PAGE, SHOWN_COLUMNS};

/// The colours of the kinds of rows, as the page of a result has them.
const KINDS: [&str; 4] = ["#2f80d0", "rgba(128,138,148,.5)", "#dba617", "#d9692a"];
/// Names of a list.
const LISTED_NAMES: usize = 10;
/// Characters of a path, and of a name, a type or a cause.
const PATH: usize = 100;
const NAME: usize = 2 * SHOWN_COLUMNS;

const PANEL: &str = "max-width:960px;font-size:13px;line-height:1.5;text-align:left";
const VERDICT: &str = "display:inline-block;padding:2px 10px;border-radius:4px;color:#fff;font-size:15px";
const PARAGRAPH: &str = "margin:6px 0;overflow-wrap:anywhere";
const SOFT: &str = "opacity:.75";
const BAR: &str = "display:flex;height:12px;border-radius:3px;overflow:hidden;margin:4px 0";
const MARK: &str = "display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:5px";
const KIND: &str = "margin-right:18px;white-space:nowrap";
// Notebooks have styles of their own for tables: borders, stripes, numbers and names all on the right.
const TABLE: &str = "border-collapse:collapse;border:0;margin:0";
const ROW: &str = "background:none";
const CELL: &str = "text-align:left;vertical-align:top;padding:2px 12px 2px 0;border:0;background:none";
const NUMBER: &str =
    "text-align:right;vertical-align:top;padding:2px 12px 2px 0;border:0;background:none;white-space:nowrap";
const SHARE: &str = "width:80px;height:4px;margin-left:auto;background:rgba(128,138,148,.25)";

/// The panel.
pub fn notebook(document: &Document, look: &Look) -> String {
    let mut parts = vec![head(document)];
    let warnings = document.warnings.iter();
    parts.extend(warnings.map(|warning| tag("div", PARAGRAPH, &escaped(&PAGE.line(warning)))));
    parts.push(sides(document));
    parts.push(rows(document));
    parts.extend(schema(document));
    parts.extend(columns(document));
    if let Some(report) = &look.report {
        parts.push(tag("div", PARAGRAPH, &format!("report: {}", link::link(report))));
    }
    tag("div", PANEL, &format!("\n{}\n", parts.join("\n")))
}

fn head(document: &Document) -> String {
    // White on these is read on every background.
    let colour = match (document.equal, document.passed) {
        (true, _) => "#1b7a43",
        (false, true) => "#8a6100",
        (false, false) => "#b3202a",
    };
    let badge = tag("b", &format!("{VERDICT};background:{colour}"), verdict(document));
    format!("<div>{badge}</div>")
}

fn sides(document: &Document) -> String {
    let c = &document.counts;
    let sides = document.sides.iter().zip([("left", c.left), ("right", c.right)]);
    let said = sides.map(|(side, (name, rows))| {
        let files = counted(side.files, "file", "files");
        let facts = format!("{files}, {}, {}", size(side.bytes), counted(rows, "row", "rows"));
        let path = escaped(&PAGE.cut(&side.path, PATH));
        format!("<div>{name} <b>{path}</b> {}</div>", tag("span", SOFT, &facts))
    });
    let keys = match &document.keys {
        None => "none: rows were compared as multisets".to_owned(),
        Some(keys) => {
            let names: Vec<String> = keys.iter().map(|key| key_name([&key.left, &key.right])).collect();
            list(&names)
        }
    };
    let matched = format!("{} matched", counted(c.matched, "row", "rows"));
    let keys = format!("<div>keys {keys} {}</div>", tag("span", SOFT, &matched));
    tag("div", PARAGRAPH, &format!("{}{keys}", said.collect::<String>()))
}

fn key_name([left, right]: [&String; 2]) -> String {
    match left == right {
        true => left.clone(),
        false => format!("{left} = {right}"),
    }
}

/// The rows as a bar, and each kind of them with its number.
fn rows(document: &Document) -> String {
    let kinds = kinds(document);
    let all: u64 = kinds.iter().map(|(_, rows)| rows).sum();
    let there = kinds.iter().zip(KINDS).filter(|((_, rows), _)| *rows > 0);
    let parts = there.map(|((name, rows), colour)| {
        let style = format!("flex:{} 1 0;min-width:4px;background:{colour}", thousandths(*rows, all));
        format!("<div title=\"{} {name}\" style=\"{style}\"></div>", grouped(*rows))
    });
    let bar = match all {
        0 => String::new(),
        _ => tag("div", BAR, &parts.collect::<String>()),
    };
    let legend = kinds.iter().zip(KINDS).map(|((name, rows), colour)| {
        let mark = tag("span", &format!("{MARK};background:{colour}"), "");
        tag("span", KIND, &format!("{mark}<b>{}</b> {name}", grouped(*rows))) + " "
    });
    let legend: String = legend.collect();
    let remarks = remarks(document).into_iter();
    let remarks = remarks.map(|remark| tag("div", SOFT, &escaped(&remark)));
    format!("{bar}<div>{legend}</div>{}", remarks.collect::<String>())
}

/// A part of a whole that is there is never none of it.
fn thousandths(part: u64, whole: u64) -> u128 {
    (u128::from(part) * 1000 / u128::from(whole.max(1))).max(1)
}

fn schema(document: &Document) -> Vec<String> {
    let schema = &document.schema;
    let changes = schema.type_changes.iter().map(|change| {
        let types = [change.left_type.as_str(), change.right_type.as_str()];
        let shown = PAGE.cells(types.map(Some), types, SHOWN_COLUMNS);
        let [left, right] = shown.map(Option::unwrap_or_default);
        format!("{}: {left} → {right}", PAGE.cut(&change.name, SHOWN_COLUMNS))
    });
    let changes: Vec<String> = changes.collect();
    let lists = [
        ("columns only left", list(&schema.only_left)),
        ("columns only right", list(&schema.only_right)),
        ("types that changed", list(&changes)),
    ];
    let filled = lists.into_iter().filter(|(_, names)| !names.is_empty());
    filled
        .map(|(title, names)| tag("div", PARAGRAPH, &format!("{title}: {names}")))
        .collect()
}

/// Names, of many only some.
fn list(names: &[String]) -> String {
    let shown = names.iter().take(LISTED_NAMES);
    let shown: Vec<String> = shown.map(|name| escaped(&PAGE.cut(name, 2 * NAME))).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{}, and {} more", shown.join(", "), grouped(more as u64)),
    }
}

fn columns(document: &Document) -> Vec<String> {
    let (listed, more) = mismatched_columns(document, LISTED);
    if listed.is_empty() {
        return Vec::new();
    }
    let differing = listed.len() + more;
    let compared = counted(document.columns.len() as u64, "compared column", "compared columns");
    let verb = if differing == 1 { "differs" } else { "differ" };
    let said = format!("<b>{}</b> of {compared} {verb}", grouped(differing as u64));
    let titles = ["column", "mismatches", "share", "what changed", "example"];
    let head = titles.iter().zip([CELL, NUMBER, NUMBER, CELL, CELL]);
    let head = head.map(|(title, style)| tag("th", &format!("{style};font-weight:normal;{SOFT}"), title));
    let head = tag("tr", ROW, &head.collect::<String>());
    let body: String = listed.iter().map(|column| row(document, column)).collect();
    let mut parts = vec![
        tag("div", PARAGRAPH, &said),
        tag("table", TABLE, &format!("<thead>{head}</thead><tbody>{body}</tbody>")),
    ];
    if more > 0 {
        let more = counted(more as u64, "more column", "more columns");
        parts.push(tag("div", SOFT, &format!("… and {more}")));
    }
    parts
}

fn row(document: &Document, column: &Mismatched<'_>) -> String {
    let name = escaped(&PAGE.cut(&column.column.name, NAME));
    let thousandths = thousandths(column.column.mismatches, document.counts.matched).min(1000);
    let (whole, tenths) = (thousandths / 10, thousandths % 10);
    let filled = format!(
        "width:{whole}.{tenths}%;min-width:1px;height:4px;background:{}",
        KINDS[2]
    );
    let bar = tag("div", SHARE, &tag("div", &filled, ""));
    let what = column.what.as_deref();
    let what = what.map_or(String::new(), |what| escaped(&PAGE.cut(what, NAME)));
    let example = Example::of(document, column, SHOWN_COLUMNS);
    let example = example.map_or(String::new(), |example| escaped(&example.to_string()));
    let cells = [
        tag(
            "td",
            &format!("{CELL};overflow-wrap:break-word"),
            &format!("<b>{name}</b>"),
        ),
        tag("td", NUMBER, &column.mismatches),
        tag("td", NUMBER, &format!("{}{bar}", escaped(&column.share))),
        tag("td", CELL, &what),
        tag(
            "td",
            &format!("{CELL};font-family:monospace;overflow-wrap:anywhere"),
            &example,
        ),
    ];
    tag("tr", ROW, &cells.concat())
}

/// HTML in an element with a style of its own.
fn tag(name: &str, style: &str, html: &str) -> String {
    format!("<{name} style=\"{style}\">{html}</{name}>")
}

/// Text as HTML, in an element or an attribute.
fn escaped(text: &str) -> String {
    markup::escaped(text, &[('"', "&quot;"), ('\'', "&#x27;")])
}

#[cfg(test)]
#[path = "notebook_tests.rs"]
mod tests;
