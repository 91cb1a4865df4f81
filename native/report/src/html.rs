//! The page that people open: one file that needs no network, made from the document, the rows and the run.
//!
//! What always holds: the page runs one script and one style, both known by their hashes in its policy; whatever comes
//! from data stands in the page as escaped text or inside the compressed payload, which no browser executes. The verdict,
//! the counts, the schema and the list of columns are plain HTML and need no script ([`outline`]); the script draws the
//! rest from the payload ([`payload`]), a window at a time. The same input gives the same bytes.

mod assets;
mod outline;
mod packed;
mod payload;

use crate::document::{Document, Unreadable};
use crate::rows::{RowsJson, UnreadableRows};
use assets::{SCRIPT, STYLE, hash_source};
use serde_json::Value;
use std::fmt;

/// What the page shows beside the document.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The document.
    pub document: &'a Document,
    /// The first rows of each kind, where there are any to be shown.
    pub rows: Option<&'a RowsJson<'a>>,
    /// When and how the comparison ran, which no document knows.
    pub run: Option<&'a Value>,
}

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnreadablePage {
    /// The document cannot be read.
    Document(Unreadable),
    /// The rows cannot be read, or contradict the document.
    Rows(UnreadableRows),
}

impl fmt::Display for UnreadablePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnreadablePage::Document(why) => why.fmt(f),
            UnreadablePage::Rows(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for UnreadablePage {}

impl From<Unreadable> for UnreadablePage {
    fn from(why: Unreadable) -> Self {
        UnreadablePage::Document(why)
    }
}

impl From<UnreadableRows> for UnreadablePage {
    fn from(why: UnreadableRows) -> Self {
        UnreadablePage::Rows(why)
    }
}

/// The page.
pub fn html(page: &Page<'_>) -> Result<String, UnreadableRows> {
    assembled(page, page.document.to_json())
}

/// The page of a document that is given as JSON. Members that this version does not know reach the page unread.
pub fn html_of_json(document: &str, rows: Option<&str>, run: Option<&Value>) -> Result<String, UnreadablePage> {
    let read = Document::from_json(document)?;
    let rows = rows.map(|rows| RowsJson::of(rows, &read)).transpose()?;
    let json = serde_json::from_str(document).map_err(|e| Unreadable::NotJson(e.to_string()))?;
    let page = Page {
        document: &read,
        rows: rows.as_ref(),
        run,
    };
    Ok(assembled(&page, json)?)
}

fn assembled(page: &Page<'_>, json: Value) -> Result<String, UnreadableRows> {
    let outline = outline::outline(page, &json);
    let payload = payload::payload(json, page.document, page.rows, page.run)?;
    let policy = policy();
    Ok(fill(assets::TEMPLATE, |slot| match slot {
        "policy" => &policy,
        "style" => STYLE,
        "script" => &SCRIPT,
        "payload" => &payload,
        slot => outline.slot(slot),
    }))
}

/// What the browser may do for the page: run its script, apply its style, and nothing else.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash_source(&SCRIPT),
        hash_source(STYLE)
    )
}

/// The template with its `{{slots}}` filled. What is filled in is never looked at again.
fn fill<'a>(template: &str, slot: impl Fn(&str) -> &'a str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(slot(name));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
#[path = "html/html_tests.rs"]
mod tests;
