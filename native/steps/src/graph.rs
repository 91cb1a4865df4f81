//! The graph of a run: which step feeds which, written once, as data.
//!
//! Drivers interpret it. What the planning step answers carries it as JSON, so that a driver in another language has no copy; the test
//! driver walks [`Stage`] itself; the in-process driver takes names and arguments from it and keeps an order of its own, because
//! it exchanges slab by slab in memory what a cluster exchanges stage by stage.
//!
//! A stage is a step, how many tasks it has and what these are fed. Nothing says when it runs: a driver runs it when something needs
//! what it gives, and the steps on the driver ([`crate::open::Kind::is_on_driver`]) tell what is needed.

use crate::fetch::Purpose;
use crate::fetch::route::To;
use crate::open::Kind;
use serde::Serialize;
use serde_json::json;

/// What the tasks of a stage stand for, which says how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tasks {
    /// The splits of both sides, left ones first.
    Splits,
    /// The left splits.
    LeftSplits,
    /// The right splits.
    RightSplits,
    /// The left splits, or one task where there are none: rows that are on the right alone have no left split to travel to.
    Comparing,
    /// The match partitions.
    Partitions,
    /// Shares of the columns, as many as the step before them says.
    Mergers,
}

/// How many tasks of each kind a run has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sizes {
    /// Left splits.
    pub left: usize,
    /// Right splits.
    pub right: usize,
    /// Match partitions.
    pub partitions: usize,
    /// Merging tasks.
    pub mergers: usize,
}

impl Tasks {
    /// The name of a task's number in the arguments of its step.
    pub const fn number(self) -> &'static str {
        match self {
            Tasks::Splits | Tasks::LeftSplits | Tasks::RightSplits | Tasks::Comparing => "split",
            Tasks::Partitions => "partition",
            Tasks::Mergers => "part",
        }
    }

    /// The number of the first task, and how many there are.
    pub const fn range(self, sizes: Sizes) -> (usize, usize) {
        match self {
            Tasks::Splits => (0, sizes.left + sizes.right),
            Tasks::LeftSplits => (0, sizes.left),
            Tasks::RightSplits => (sizes.left, sizes.right),
            Tasks::Comparing => (0, if sizes.left == 0 { 1 } else { sizes.left }),
            Tasks::Partitions => (0, sizes.partitions),
            Tasks::Mergers => (0, sizes.mergers),
        }
    }
}

/// How blocks reach the tasks of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Those of a task go to the task of that number.
    Straight,
    /// Each goes to its target, in any order.
    Exchanged,
    /// Each goes to its target, where they come in their order.
    Sorted,
}

/// What tasks must be told of what became known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// How values travel.
    Layout,
    /// The offsets of all columns.
    Offsets,
    /// The rows of a page.
    Chosen,
}

/// What a stage is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Input {
    /// The stages whose blocks come together.
    pub from: &'static [Stage],
    /// How they come.
    pub way: Way,
}

/// What of a stage is there for all that need it, until the run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// Nothing: it runs again for whatever else needs it.
    No,
    /// What has been exchanged of it.
    Exchange,
    /// Its blocks.
    Blocks,
}

macro_rules! stages {
    ($($(#[doc = $doc:literal])+ $name:ident $text:literal $label:literal: $kind:ident of $tasks:ident
        $(to $to:ident)? $(for $purpose:ident)?
        $([$($from:ident)&+; $way:ident])* $(knowing $($known:ident)&+)? $(keeping $kept:ident)?;)+) => {
        /// A stage of a run.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        pub enum Stage {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name,)+
        }

        impl Stage {
            /// All stages, each after those that feed it.
            pub const ALL: &[Stage] = &[$(Stage::$name),+];

            /// What drivers must know of it.
            pub const fn node(self) -> Node {
                match self {
                    $(Stage::$name => Node {
                        stage: self,
                        label: $label,
                        step: Kind::$kind,
                        tasks: Tasks::$tasks,
                        args: Fixed { $(to: Some(To::$to),)? $(purpose: Some(Purpose::$purpose),)? ..Fixed::NONE },
                        inputs: &[$(Input { from: &[$(Stage::$from),+], way: Way::$way }),*],
                        known: &[$($(Known::$known),+)?],
                        kept: stages!(@kept $($kept)?),
                    },)+
                }
            }
        }
    };
    (@kept) => { Kept::No };
    (@kept $kept:ident) => { Kept::$kept };
}

/// Arguments that all tasks of a stage have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fixed {
    /// Where a route leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<To>,
    /// What values are fetched for.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
}

impl Fixed {
    const NONE: Fixed = Fixed {
        to: None,
        purpose: None,
    };
}

/// A stage as data.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Node {
    /// Which stage.
    pub stage: Stage,
    /// How users see it called.
    pub label: &'static str,
    /// Its step.
    pub step: Kind,
    /// Its tasks.
    #[serde(skip)]
    pub tasks: Tasks,
    /// What they have in common.
    pub args: Fixed,
    /// What they are fed, one input after the other.
    pub inputs: &'static [Input],
    /// What they must be told of what became known before.
    pub known: &'static [Known],
    /// What of it is kept.
    pub kept: Kept,
}

stages! {
    /// Entries of all rows.
    Fingerprint "fingerprint" "fingerprint": Fingerprint of Splits keeping Exchange;
    /// Outcomes by keys and digests.
    Match "match" "match": Match of Partitions [Fingerprint; Exchanged] keeping Blocks;
    /// Requests for rows of duplicate keys.
    AskGroups "ask-groups" "find duplicate keys": Route of Partitions to Groups [Match; Straight];
    /// Their values.
    FetchGroups "fetch-groups" "fetch duplicate keys": Fetch of Splits for Groups [AskGroups; Exchanged] knowing Layout;
    /// Outcomes with these rows paired by value.
    Settle "settle" "match duplicate keys": Settle of Partitions [Match; Straight] [FetchGroups; Sorted]
        knowing Layout keeping Blocks;
    /// The last outcomes there are: of [`Stage::Settle`] where it was needed, else of [`Stage::Match`]. No stage of its own.
    Outcome "outcome" "": Match of Partitions;
    /// What left splits are told of their rows.
    TellLeft "tell-left" "find changed rows": Route of Partitions to Left [Outcome; Straight];
    /// Requests for right rows.
    AskRight "ask-right" "find changed rows": Route of Partitions to Right [Outcome; Straight];
    /// Right values of changed rows, in the columns to be looked at.
    FetchCells "fetch-cells" "fetch": Fetch of RightSplits for Cells [AskRight; Exchanged] knowing Layout;
    /// Tallies and samples of each left split.
    Compare "compare" "compare": Compare of Comparing [TellLeft & FetchCells; Sorted] knowing Layout;
    /// The same over all splits, for the driver.
    Merge "merge" "merge": Merge of Mergers [Compare; Exchanged];
    /// Requests for rows on the left only.
    AskOnlyLeft "ask-only-left" "find only-left rows": Route of Partitions to RowsLeft [Outcome; Straight];
    /// Rows on the left only.
    OnlyLeft "only_left" "only-left rows": Rows of LeftSplits [AskOnlyLeft; Exchanged];
    /// Requests for rows on the right only.
    AskOnlyRight "ask-only-right" "find only-right rows": Route of Partitions to RowsRight [Outcome; Straight];
    /// Rows on the right only.
    OnlyRight "only_right" "only-right rows": Rows of RightSplits [AskOnlyRight; Exchanged];
    /// What left splits are told, every column to be looked at.
    TellLeftWhole "tell-left-whole" "find changed rows": Route of Partitions to LeftChanged [Outcome; Straight];
    /// Requests for right rows, all of their columns.
    AskRightWhole "ask-right-whole" "find changed rows": Route of Partitions to RightChanged [Outcome; Straight];
    /// Their values.
    FetchWhole "fetch-whole" "fetch": Fetch of RightSplits for Changed [AskRightWhole; Exchanged] knowing Layout;
    /// Changed rows, whole.
    Changed "changed" "changed rows": Changed of Comparing [TellLeftWhole & FetchWhole; Sorted] knowing Layout;
    /// What left splits are told of their changed rows alone.
    TellLeftCells "tell-left-cells" "find changed rows": Route of Partitions to LeftCells [Outcome; Straight];
    /// Changed cells.
    Differences "differences" "changed cells": Differences of Comparing [TellLeftCells & FetchCells; Sorted]
        knowing Layout & Offsets;
    /// What left splits are told of their rows to be shown, on a page or as examples.
    TellLeftChosen "tell-left-chosen" "find rows to show": Route of Partitions to Left [Outcome; Straight] knowing Chosen;
    /// Requests for right rows to be shown.
    AskRightChosen "ask-right-chosen" "find rows to show": Route of Partitions to Right [Outcome; Straight] knowing Chosen;
    /// Right values of the changed rows among them; rows on the right only.
    FetchChosen "fetch-chosen" "fetch rows to show": Fetch of RightSplits for Shown [AskRightChosen; Exchanged] knowing Layout;
    /// The rows to be shown, for the driver.
    Show "show" "rows to show": Show of Comparing [TellLeftChosen & FetchChosen; Sorted] knowing Layout & Offsets;
    /// A row of each duplicate key.
    AskDuplicates "ask-duplicates" "find duplicate keys": Route of Partitions to Duplicates [Outcome; Straight];
    /// Duplicate keys.
    Duplicates "duplicates" "duplicate keys": Duplicates of Splits [AskDuplicates; Exchanged];
}

/// All stages of a run as JSON, for drivers that are not written in Rust. Tasks are told of by the name of their number, the first one
/// and how many there are; null where the step before them says.
pub fn as_json(sizes: Sizes) -> serde_json::Value {
    let stages = Stage::ALL.iter().filter(|&&stage| stage != Stage::Outcome);
    let nodes = stages.map(|stage| {
        let node = stage.node();
        let (first, count) = node.tasks.range(sizes);
        let count = (node.tasks != Tasks::Mergers).then_some(count);
        let mut json = json!(node);
        json["tasks"] = json!({"number": node.tasks.number(), "first": first, "count": count});
        json
    });
    nodes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_comes_after_those_that_feed_it_and_is_needed() {
        for (place, stage) in Stage::ALL.iter().enumerate() {
            let node = stage.node();
            assert_eq!(node.stage, *stage);
            for from in node.inputs.iter().flat_map(|input| input.from) {
                assert!(Stage::ALL[..place].contains(from), "{stage:?} is fed by {from:?}");
            }
            let feeds = |other: &&Stage| other.node().inputs.iter().any(|input| input.from.contains(stage));
            let is_last = matches!(node.step, Kind::Merge | Kind::Settle | Kind::Show) || node.step.gives_rows();
            assert_eq!(is_last, Stage::ALL.iter().find(feeds).is_none(), "{stage:?}");
        }
    }

    #[test]
    fn stages_and_their_steps_agree_about_arguments() {
        for stage in Stage::ALL.iter().filter(|&&stage| stage != Stage::Outcome) {
            let Node { step, args, .. } = stage.node();
            assert_eq!(step == Kind::Route, args.to.is_some(), "{stage:?}");
            assert_eq!(step == Kind::Fetch, args.purpose.is_some(), "{stage:?}");
            assert!(!step.is_on_driver(), "{stage:?}");
        }
        for step in Kind::ALL
            .iter()
            .filter(|step| !step.is_on_driver() && **step != Kind::Describe)
        {
            let runs = |stage: &&Stage| stage.node().step == *step;
            assert!(Stage::ALL.iter().any(|stage| runs(&stage)), "no stage runs {step:?}");
        }
    }

    #[test]
    fn tasks_are_as_many_as_what_they_stand_for() {
        let sizes = Sizes {
            left: 2,
            right: 3,
            partitions: 5,
            mergers: 4,
        };
        assert_eq!(Tasks::Splits.range(sizes), (0, 5));
        assert_eq!(Tasks::RightSplits.range(sizes), (2, 3));
        assert_eq!(Tasks::Comparing.range(sizes), (0, 2));
        let none = Sizes::default();
        assert_eq!(Tasks::Comparing.range(none), (0, 1));
        assert_eq!(Tasks::Mergers.range(none), (0, 0));
    }
}
