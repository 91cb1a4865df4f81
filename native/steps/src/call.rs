//! What drivers and steps say to each other besides blocks: the arguments of a task, and the answers of the steps on the driver.

use crate::chosen::Chosen;
use crate::fetch::Purpose;
use crate::fetch::layout::Layout;
use crate::fetch::route::To;
use crate::graph::{Fixed, Known, Node, Sizes, Tasks};
use crate::step;
use crate::wire::block::payload;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parity_source::{ParityError, wire};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The arguments of a task's step, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskArgs {
    /// The task's split, counted over both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<u32>,
    /// What the split is opened with, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The task's match partition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<u32>,
    /// The task's share of the columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// Where a route leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<To>,
    /// What values are fetched for.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// How values travel, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<String>,
    /// The offsets of all columns, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offsets: Option<String>,
    /// The rows of a page, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
    /// The document that is to be completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// Whether columns are masked.
    #[serde(default)]
    pub masked: bool,
    /// The secret of the run, where blocks are sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

fn needed<T>(value: Option<T>, what: &str) -> Result<T, ParityError> {
    value.ok_or_else(|| ParityError::internal(format!("a step was opened without {what}")))
}

/// What a text in base64 stands for.
fn decoded<T: DeserializeOwned>(text: Option<&str>, what: &str) -> Result<T, ParityError> {
    let bytes = STANDARD.decode(needed(text, what)?).ok();
    wire::get(&mut needed(bytes, what)?.as_slice())
}

impl TaskArgs {
    /// Reads them.
    pub fn read(bytes: &[u8]) -> Result<TaskArgs, ParityError> {
        step::args(bytes)
    }

    /// Writes them.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ParityError> {
        serde_json::to_vec(self).map_err(|e| ParityError::internal(e.to_string()))
    }

    pub(crate) fn partition(&self) -> Result<u32, ParityError> {
        needed(self.partition, "its partition")
    }

    pub(crate) fn to(&self) -> Result<To, ParityError> {
        needed(self.to, "where its blocks go")
    }

    pub(crate) fn purpose(&self) -> Result<Purpose, ParityError> {
        needed(self.purpose, "its purpose")
    }

    pub(crate) fn layout(&self) -> Result<Layout, ParityError> {
        decoded(self.layout.as_deref(), "the layout")
    }

    pub(crate) fn offsets<T: DeserializeOwned>(&self) -> Result<T, ParityError> {
        decoded(self.offsets.as_deref(), "the offsets")
    }

    pub(crate) fn chosen(&self) -> Result<Chosen, ParityError> {
        decoded(self.chosen.as_deref(), "the rows of the page")
    }

    pub(crate) fn document(&self) -> Result<&str, ParityError> {
        needed(self.document.as_deref(), "the document")
    }

    pub(crate) fn split(&self) -> Result<u32, ParityError> {
        needed(self.split, "its split")
    }

    pub(crate) fn source(&self) -> Result<Vec<u8>, ParityError> {
        let bytes = self.source.as_deref().and_then(|text| STANDARD.decode(text).ok());
        needed(bytes, "what its split is opened with")
    }
}

/// What a driver has been told of a run, for the arguments of its tasks.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What each split is opened with, in base64.
    pub sources: Vec<String>,
    /// How values travel, once that is known.
    pub layout: Option<String>,
    /// The offsets of all columns, once they are known.
    pub offsets: Option<String>,
    /// The rows of a page, once they are known.
    pub chosen: Option<String>,
    /// Whether columns are masked.
    pub masked: bool,
    /// The secret of the run, where blocks are sealed.
    pub secret: Option<String>,
}

impl Node {
    /// The arguments of the task that has this number.
    pub fn args(&self, number: usize, told: &Told) -> TaskArgs {
        let Fixed { to, purpose } = self.args;
        let known = |what, value: &Option<String>| value.as_ref().filter(|_| self.known.contains(&what)).cloned();
        let mut args = TaskArgs {
            to,
            purpose,
            layout: known(Known::Layout, &told.layout),
            offsets: known(Known::Offsets, &told.offsets),
            chosen: known(Known::Chosen, &told.chosen),
            masked: told.masked,
            secret: told.secret.clone(),
            ..TaskArgs::default()
        };
        let named = Some(number as u32);
        match self.tasks {
            Tasks::Splits | Tasks::LeftSplits | Tasks::RightSplits | Tasks::Comparing => {
                args.split = named;
                args.source = told.sources.get(number).cloned();
            }
            Tasks::Partitions => args.partition = named,
            Tasks::Mergers => args.part = named,
        }
        args
    }
}

/// A payload as the arguments of steps carry it.
pub fn text(block: &[u8]) -> Result<String, ParityError> {
    Ok(STANDARD.encode(payload(block)?))
}

/// Reads the JSON of a block.
pub fn json_of<T: DeserializeOwned>(block: &[u8]) -> Result<T, ParityError> {
    serde_json::from_slice(payload(block)?).map_err(|e| ParityError::internal(e.to_string()))
}

/// What the step `plan` answers: about the run, then the plan of all tasks, then what each split is opened with.
#[derive(Clone, Debug)]
pub struct Planned {
    /// How many splits and partitions there are.
    pub sizes: Sizes,
    /// Whether columns are masked.
    pub masked: bool,
    /// The plan.
    pub plan: Vec<u8>,
    /// What each split is opened with, in base64.
    pub sources: Vec<String>,
}

impl Planned {
    /// Reads the answer.
    pub fn of(blocks: &[Vec<u8>]) -> Result<Planned, ParityError> {
        #[derive(Deserialize)]
        struct About {
            splits: [usize; 2],
            partitions: usize,
            masked: bool,
        }
        let [about, plan, splits @ ..] = blocks else {
            return Err(ParityError::internal("a plan has two blocks at least"));
        };
        let about: About = json_of(about)?;
        Ok(Planned {
            sizes: Sizes {
                left: about.splits[0],
                right: about.splits[1],
                partitions: about.partitions,
                mergers: 0,
            },
            masked: about.masked,
            plan: payload(plan)?.to_vec(),
            sources: splits.iter().map(|split| text(split)).collect::<Result<_, _>>()?,
        })
    }
}

/// What `settle-plan` and `cells-plan` answer: what is left to do, then how values travel for it.
#[derive(Clone, Debug)]
pub struct Next {
    /// Whether rows of duplicate keys must be paired by value.
    pub groups: bool,
    /// Whether cells must be compared.
    pub work: bool,
    /// How many tasks merge the results.
    pub mergers: usize,
    /// The layout.
    pub layout: String,
}

impl Next {
    /// Reads the answer.
    pub fn of(blocks: &[Vec<u8>]) -> Result<Next, ParityError> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct About {
            groups: bool,
            work: bool,
            mergers: usize,
        }
        let [about, layout] = blocks else {
            return Err(ParityError::internal("what comes next has two blocks"));
        };
        let About { groups, work, mergers } = json_of(about)?;
        Ok(Next {
            groups,
            work,
            mergers,
            layout: text(layout)?,
        })
    }
}

/// What `document` answers.
#[derive(Clone, Debug)]
pub struct Concluded {
    /// The block of the document.
    pub document: Vec<u8>,
    /// The offsets of all columns.
    pub offsets: String,
    /// The rows of a page; `None` where there are none.
    pub chosen: Option<String>,
    /// The rows of which the document lacks the values; `None` where it is complete.
    pub sampled: Option<String>,
}

impl Concluded {
    /// Reads the answer.
    pub fn of(blocks: Vec<Vec<u8>>) -> Result<Concluded, ParityError> {
        let [document, offsets, chosen, sampled] =
            <[Vec<u8>; 4]>::try_from(blocks).map_err(|_| ParityError::internal("a conclusion has four blocks"))?;
        let rows = |block: &[u8]| text(block).map(|rows| Some(rows).filter(|rows| !rows.is_empty()));
        Ok(Concluded {
            document,
            offsets: text(&offsets)?,
            chosen: rows(&chosen)?,
            sampled: rows(&sampled)?,
        })
    }
}
