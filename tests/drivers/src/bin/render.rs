//! Renders result documents. Tests drive it.
//!
//! Without a path among its arguments it reads documents, one on each line of standard input, and answers each with a
//! line: a JSON object of all renderings by name, and under `document` what is written again. A look may be given as JSON.
//! `render page DOCUMENT [ROWS [RUN]]` writes the page of files to standard output, `-` stands for a file that is not
//! there, and standard error says how long the rendering took.

use parity_report::document::Document;
use parity_report::{Look, Rendering, html};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::fs::read_to_string;
use std::io::{BufRead, Write, stderr, stdin, stdout};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("page", files)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return page(files);
    }
    let look = arguments.first();
    let look: Look = look.map_or(Ok(Look::default()), |look| serde_json::from_str(look))?;
    for line in stdin().lock().lines() {
        let answer = match Document::from_json(&line?) {
            Ok(document) => rendered(&document, &look),
            Err(error) => json!({"error": error.to_string()}),
        };
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}

fn page(files: &[String]) -> Result<(), Box<dyn Error>> {
    let text = |place: usize| match files.get(place).map(String::as_str) {
        None | Some("-") => Ok(None),
        Some(path) => read_to_string(path).map(Some),
    };
    let document = text(0)?.ok_or("render page: the document is missing")?;
    let rows = text(1)?;
    let run: Option<Value> = text(2)?.map(|run| serde_json::from_str(&run)).transpose()?;
    let start = Instant::now();
    let page = html::html_of_json(&document, rows.as_deref(), run.as_ref())?;
    writeln!(stderr(), "rendered in {:.3} s", start.elapsed().as_secs_f64())?;
    stdout().write_all(page.as_bytes())?;
    Ok(())
}

fn rendered(document: &Document, look: &Look) -> Value {
    let texts = Rendering::ALL.map(|rendering| (rendering.name().to_owned(), rendering.of(document, look).into()));
    let mut texts: Map<String, Value> = texts.into_iter().collect();
    texts.insert("document".to_owned(), document.to_json().to_string().into());
    texts.into()
}
