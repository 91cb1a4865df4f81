//! The renderings there are.

use crate::document::Document;
use crate::look::Look;
use crate::{junit, markdown, notebook, text};
use serde::{Deserialize, Serialize};

/// A form in which a document is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rendering {
    /// The summary for a terminal.
    Text,
    /// For a pull request or an issue.
    Markdown,
    /// XML for a CI server.
    Junit,
    /// HTML for a notebook's cell.
    Notebook,
}

impl Rendering {
    /// All of them.
    pub const ALL: [Rendering; 4] = [
        Rendering::Text,
        Rendering::Markdown,
        Rendering::Junit,
        Rendering::Notebook,
    ];

    /// What callers call it.
    pub fn name(self) -> &'static str {
        match self {
            Rendering::Text => "text",
            Rendering::Markdown => "markdown",
            Rendering::Junit => "junit",
            Rendering::Notebook => "notebook",
        }
    }

    /// The document in this form. The look is that of the text, wherever it stands, and where the page is for the
    /// others.
    pub fn of(self, document: &Document, look: &Look) -> String {
        match self {
            Rendering::Text => text::summary(document, look),
            Rendering::Markdown => markdown::markdown(document),
            Rendering::Junit => junit::junit(document, look),
            Rendering::Notebook => notebook::notebook(document, look),
        }
    }
}

#[cfg(test)]
#[path = "rendering_tests.rs"]
mod tests;
