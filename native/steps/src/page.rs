//! On the driver at the end, or wherever a document lies: the page that people open.

use crate::render::unreadable;
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_report::document::Unreadable;
use parity_report::html::html_of_json;
use parity_source::{Code, ParityError};
use serde_json::Value;

/// The order of the block that holds the document. Whoever feeds the step tells its blocks apart by their order.
pub const DOCUMENT: u32 = 0;
/// The order of the block that tells of the run.
pub const RUN: u32 = 1;

/// Makes `report.html` of a document, which it is fed as a block, and of what is known of the run, where there is such a block.
#[derive(Default)]
pub struct Page {
    document: Option<String>,
    run: Option<Value>,
}

impl Step for Page {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let payload = block::payload(block)?;
        match block::order(block)? {
            DOCUMENT => {
                let json = std::str::from_utf8(payload);
                let json = json.map_err(|e| unreadable(&Unreadable::NotJson(e.to_string())))?;
                self.document = Some(json.to_owned());
            }
            RUN => {
                let run = serde_json::from_slice::<Value>(payload);
                let run = run.ok().filter(Value::is_object).ok_or_else(|| {
                    let message = "what is told of the run is not a JSON object";
                    ParityError::new(Code::BadDocument, message, "take run.json as the comparison wrote it")
                })?;
                self.run = Some(run);
            }
            _ => return Err(ParityError::internal("a page is made of a document and a run")),
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let Some(document) = self.document.take() else {
            return Ok(None);
        };
        let page = html_of_json(&document, None, self.run.as_ref()).map_err(|e| unreadable(&e))?;
        let mut block = block::begin(DRIVER, 0);
        block.extend_from_slice(page.as_bytes());
        Ok(Some(vec![block]))
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
