//! On the driver at the end, or wherever a document lies: its renderings.

use crate::step::{self, Step};
use crate::wire::block::{self, DRIVER};
use parity_report::document::{Document, Unreadable};
use parity_report::{Look, Rendering};
use parity_source::{Code, ParityError};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The error of a text that is no document.
pub(crate) fn unreadable(error: &Unreadable) -> ParityError {
    ParityError::new(Code::BadDocument, error.to_string(), error.hint())
}

/// The JSON text in a block.
pub(crate) fn text_of(block: &[u8]) -> Result<&str, ParityError> {
    let text = std::str::from_utf8(block::payload(block)?);
    text.map_err(|e| unreadable(&Unreadable::NotJson(e.to_string())))
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
        self.document = Some(Document::from_json(text_of(block)?).map_err(|e| unreadable(&e))?);
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
