//! The registry of steps.

use crate::fetch::route::Route;
use crate::step::Step;
use crate::wire::guard::{self, Sealed};
use crate::{chosen, compare, conclude, fetch, fingerprint, frames, matching, page, plan, render, settle};
use parity_source::{ParityError, Sources};
use serde::Serialize;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident $text:literal $where:ident;)+) => {
        /// Which step.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        pub enum Kind {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name,)+
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Kind] = &[$(Kind::$name),+];

            /// Its name, by which drivers open it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Kind::$name => $text,)+
                }
            }

            /// Whether it runs on the driver, which reads its blocks, so that they are not sealed.
            pub const fn is_on_driver(self) -> bool {
                match self {
                    $(Kind::$name => kinds!(@$where),)+
                }
            }
        }
    };
    (@driver) => { true };
    (@tasks) => { false };
}

kinds! {
    /// Lists a side.
    List "list" driver;
    /// Describes some parts of a side.
    Describe "describe" driver;
    /// Settles the plan.
    Plan "plan" driver;
    /// Tells whether rows of duplicate keys must be paired by value.
    SettlePlan "settle-plan" driver;
    /// Tells whether cells must be compared.
    CellsPlan "cells-plan" driver;
    /// Makes the document.
    Document "document" driver;
    /// Renders a document.
    Render "render" driver;
    /// Completes the document with the values of sampled rows.
    Complete "complete" driver;
    /// Puts the rows of a page together.
    GatherRows "gather-rows" driver;
    /// Makes the page of a document.
    Page "page" driver;
    /// Tells the schemas of the frames.
    Frames "frames" driver;
    /// Fingerprints a split.
    Fingerprint "fingerprint" tasks;
    /// Matches the rows of a partition.
    Match "match" tasks;
    /// Sends an outcome to splits.
    Route "route" tasks;
    /// Fetches rows of a split.
    Fetch "fetch" tasks;
    /// Pairs the rows of duplicate keys.
    Settle "settle" tasks;
    /// Compares the changed rows of a left split.
    Compare "compare" tasks;
    /// Shows the rows of a page.
    Show "show" tasks;
    /// Merges results.
    Merge "merge" tasks;
    /// Gives rows on one side only.
    Rows "rows" tasks;
    /// Gives changed rows.
    Changed "changed" tasks;
    /// Gives changed cells.
    Differences "differences" tasks;
    /// Gives duplicate keys.
    Duplicates "duplicates" tasks;
}

impl Kind {
    /// The step of a name.
    pub fn named(name: &str) -> Result<Kind, ParityError> {
        let found = Kind::ALL.iter().find(|kind| kind.name() == name);
        found
            .copied()
            .ok_or_else(|| ParityError::internal(format!("there is no step {name}")))
    }

    /// Whether it gives rows in place of blocks.
    pub const fn gives_rows(self) -> bool {
        matches!(self, Kind::Rows | Kind::Changed | Kind::Differences | Kind::Duplicates)
    }

    /// Which of its blocks are sealed in a run that masks columns.
    const fn sealed(self) -> Sealed {
        match self {
            Kind::Plan => Sealed::Plan,
            _ if self.is_on_driver() => Sealed::None,
            _ => Sealed::All,
        }
    }
}

/// Opens a step.
pub fn open(step: Kind, plan: &[u8], args: &[u8], sources: Sources) -> Result<Box<dyn Step>, ParityError> {
    guard::guarded(plan, args, step.sealed(), |plan, args| {
        unguarded(step, plan, args, sources)
    })
}

fn unguarded(step: Kind, plan: &[u8], args: &[u8], sources: Sources) -> Result<Box<dyn Step>, ParityError> {
    Ok(match step {
        Kind::List => Box::new(plan::step::list(args, &sources)?),
        Kind::Describe => Box::new(plan::step::Describe::open(args, sources)?),
        Kind::Plan => Box::new(plan::step::Planner::open(args, sources)?),
        Kind::Fingerprint => Box::new(fingerprint::Fingerprint::open(plan, args, &sources)?),
        Kind::Match => Box::new(matching::Match::open(plan, args)?),
        Kind::SettlePlan => Box::new(conclude::Conclude::settle(plan)?),
        Kind::CellsPlan => Box::new(conclude::Conclude::cells(plan)?),
        Kind::Document => Box::new(conclude::Conclude::document(plan)?),
        Kind::Render => Box::new(render::Render::open(args)?),
        Kind::Complete => Box::new(chosen::complete::Complete::open(args)?),
        Kind::GatherRows => Box::new(chosen::gather::Gather::open(args)?),
        Kind::Show => Box::new(chosen::show::Show::open(plan, args, sources)?),
        Kind::Page => Box::new(page::Page::default()),
        Kind::Route => Box::new(Route::open(plan, args)?),
        Kind::Fetch => Box::new(fetch::Fetch::open(plan, args, sources)?),
        Kind::Settle => Box::new(settle::Settle::open(plan, args)?),
        Kind::Compare => Box::new(compare::Compare::open(plan, args, sources)?),
        Kind::Merge => Box::new(compare::merge::Merge::open(plan)?),
        Kind::Frames => Box::new(frames::schemas::schemas(plan)?),
        Kind::Rows => Box::new(frames::rows::Rows::open(plan, args, sources)?),
        Kind::Changed => Box::new(frames::changed::ChangedRows::open(plan, args, sources)?),
        Kind::Differences => Box::new(frames::differences::Differences::open(plan, args, sources)?),
        Kind::Duplicates => Box::new(frames::duplicates::DuplicateKeys::open(plan, args, sources)?),
    })
}
