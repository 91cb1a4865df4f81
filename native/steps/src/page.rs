//! On the driver at the end, or wherever a document lies: the page that people open.

use crate::render::{text_of, unreadable};
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_report::html::{UnreadablePage, html_of_json};
use parity_source::{Code, ParityError};
use serde_json::Value;

/// The order of the block that holds the document. Whoever feeds the step tells its blocks apart by their order.
pub const DOCUMENT: u32 = 0;
/// The order of the block that tells of the run.
pub const RUN: u32 = 1;
/// The order of the block of rows, as [`crate::chosen::gather`] gives it.
pub const ROWS: u32 = 2;

/// Makes `report.html` of a document, which it is fed as a block, and of the rows and what is known of the run, where
/// there are such blocks.
#[derive(Default)]
pub struct Page {
    document: Option<String>,
    run: Option<Value>,
    rows: Option<String>,
}

impl Step for Page {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        match block::order(block)? {
            DOCUMENT => self.document = Some(text_of(block)?.to_owned()),
            RUN => {
                let run = serde_json::from_slice::<Value>(block::payload(block)?);
                let run = run.ok().filter(Value::is_object).ok_or_else(|| {
                    let message = "what is told of the run is not a JSON object";
                    ParityError::new(Code::BadDocument, message, "take run.json as the comparison wrote it")
                })?;
                self.run = Some(run);
            }
            ROWS => self.rows = Some(text_of(block)?.to_owned()),
            _ => {
                return Err(ParityError::internal("a page is made of a document, a run and rows"));
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let Some(document) = self.document.take() else {
            return Ok(None);
        };
        let page = html_of_json(&document, self.rows.as_deref(), self.run.as_ref()).map_err(|why| match why {
            UnreadablePage::Document(why) => unreadable(&why),
            // They come from the comparison itself.
            UnreadablePage::Rows(why) => ParityError::internal(why.to_string()),
        })?;
        let mut block = block::begin(DRIVER, 0);
        block.extend_from_slice(page.as_bytes());
        Ok(Some(vec![block]))
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
