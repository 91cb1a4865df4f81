//! On the driver at the end, or wherever a document lies: its renderings.

use crate::error::ParityError;
use crate::step::{self, Step};
use crate::wire::block::{self, DRIVER};
use parity_report::document::{Document, Unreadable};
use parity_report::{Look, Rendering};
use parity_scan::Code;
use serde::Deserialize;
use serde_json::{Map, Value};

impl From<Unreadable> for ParityError {
    fn from(error: Unreadable) -> Self {
        ParityError::new(Code::BadDocument, error.to_string(), error.hint())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Args {
    /// The renderings to make; all of them unless they are named.
    #[serde(rename = "as", default = "all")]
    renderings: Vec<Rendering>,
    #[serde(default)]
    look: Look,
}

fn all() -> Vec<Rendering> {
    Rendering::ALL.to_vec()
}

/// Renders a document, which it is fed as a block, and gives one JSON object: the texts by the names of the renderings.
pub struct Render {
    args: Args,
    document: Option<Document>,
}

impl Render {
    /// Opens the step.
    pub fn open(args: &[u8]) -> Result<Self, ParityError> {
        Ok(Render {
            args: step::args(args)?,
            document: None,
        })
    }
}

impl Step for Render {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let not_text = |e: std::str::Utf8Error| Unreadable::NotJson(e.to_string());
        let json = std::str::from_utf8(block::payload(block)?).map_err(not_text)?;
        self.document = Some(Document::from_json(json)?);
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let Some(document) = self.document.take() else {
            return Ok(None);
        };
        let renderings = self.args.renderings.iter();
        let texts = renderings.map(|rendering| {
            let text = rendering.of(&document, &self.args.look);
            (rendering.name().to_owned(), Value::String(text))
        });
        let texts: Map<String, Value> = texts.collect();
        let mut block = block::begin(DRIVER, 0);
        block.extend_from_slice(Value::Object(texts).to_string().as_bytes());
        Ok(Some(vec![block]))
    }
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
