//! Reads result documents, one on each line of standard input, and answers each with a line: a JSON object of all
//! renderings by name, and under `document` what is written again. A look may be given as JSON. Tests drive it.

use parity_report::document::Document;
use parity_report::{Look, Rendering};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};

fn main() -> Result<(), Box<dyn Error>> {
    let look = std::env::args().nth(1);
    let look: Look = look.map_or(Ok(Look::default()), |look| serde_json::from_str(&look))?;
    for line in stdin().lock().lines() {
        let answer = match Document::from_json(&line?) {
            Ok(document) => rendered(&document, &look),
            Err(error) => json!({"error": error.to_string()}),
        };
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}

fn rendered(document: &Document, look: &Look) -> Value {
    let texts = Rendering::ALL.map(|rendering| (rendering.name().to_owned(), rendering.of(document, look).into()));
    let mut texts: Map<String, Value> = texts.into_iter().collect();
    texts.insert("document".to_owned(), document.to_json().to_string().into());
    texts.into()
}
