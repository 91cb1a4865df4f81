//! What a rendering is told beside the document: where it will be read, and what its reader finds beside it.

use crate::figures::grouped;
use crate::shown::Charset;
use serde::{Deserialize, Serialize};

/// How a summary is laid out, and where its reader finds what it leaves out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    /// Columns of a line.
    pub width: u32,
    /// The characters that can be shown.
    pub charset: Charset,
    /// Whether the text is coloured. Only a terminal wants that.
    pub colour: bool,
    /// Where the rest is.
    pub rest: Rest,
    /// How long the comparison took, where that is to be told: no document knows.
    pub seconds: Option<f64>,
    /// Where the page of the result was written, if it was.
    pub report: Option<String>,
}

impl Default for Look {
    fn default() -> Self {
        Look {
            width: 80,
            charset: Charset::Utf8,
            colour: false,
            rest: Rest::Nowhere,
            seconds: None,
            report: None,
        }
    }
}

/// Where the reader of a summary finds what it leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// Not without asking again.
    #[default]
    Nowhere,
    /// In the document that comes with the summary.
    Document,
    /// In the members of a result in Python.
    Members,
}

impl Rest {
    /// What is said of things that are left out; nothing where there are none.
    pub(crate) fn more(self, number: usize, member: &str) -> Option<String> {
        let place = match self {
            Rest::Nowhere => String::new(),
            Rest::Document => " in the document".to_owned(),
            Rest::Members => format!(" in {member}"),
        };
        (number > 0).then(|| format!("and {} more{place}", grouped(number as u64)))
    }
}
