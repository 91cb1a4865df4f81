//! The result of a comparison: the versioned document, and its renderings.
//!
//! [`document`] is what users keep and what every renderer reads. A [`Rendering`] is made from a document and a [`Look`],
//! and from nothing else, so whoever holds the JSON text of a document has all of them:
//!
//! ```
//! use parity_report::document::Document;
//! use parity_report::{Look, Rendering};
//!
//! # let json = include_str!("goldens/document.json");
//! let document = Document::from_json(json).expect("a document of this version");
//! let text = Rendering::Markdown.of(&document, &Look::default());
//! assert!(text.starts_with("### Different: "));
//! ```
//!
//! [`text`] is for a terminal, [`markdown`] for a pull request, [`junit`] for a CI server, [`notebook`] for a notebook's
//! cell; [`html`](mod@html) is the page that people open, which also shows [`rows`] and the run. [`findings`] is what
//! the shorter ones list, [`nature`] says in words what changed, [`shown`] and [`change`] are how names and values look
//! in them, [`figures`] how numbers do. Nothing here computes: a number that a renderer shows stands in the document.

pub mod causes;
pub mod change;
pub mod document;
pub mod figures;
pub mod findings;
pub mod html;
pub mod junit;
pub mod look;
pub mod markdown;
mod markup;
pub mod nature;
pub mod notebook;
pub mod rendering;
pub mod rows;
pub mod shown;
pub mod text;

pub use html::{Page, html};
pub use look::{Look, Rest};
pub use rendering::Rendering;
pub use rows::Rows;

#[cfg(test)]
mod samples;
