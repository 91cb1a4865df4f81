//! The registry of steps: each by its name.

use crate::error::ParityError;
use crate::fetch::route::Route;
use crate::step::Step;
use crate::wire::guard::{self, Sealed};
use crate::{compare, conclude, fetch, fingerprint, frames, matching, plan, render, settle};
use parity_scan::files::source::ByteSource;
use std::sync::Arc;

/// Opens a step by its name.
pub fn open(step: &str, plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Box<dyn Step>, ParityError> {
    let sealed = match step {
        "plan" => Sealed::Plan,
        _ if ON_DRIVER.contains(&step) => Sealed::None,
        _ => Sealed::All,
    };
    guard::guarded(plan, args, sealed, |plan| unguarded(step, plan, args, source))
}

/// Steps whose blocks a driver reads.
const ON_DRIVER: [&str; 7] = [
    "list",
    "footers",
    "settle-plan",
    "cells-plan",
    "document",
    "render",
    "frames",
];

fn unguarded(step: &str, plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Box<dyn Step>, ParityError> {
    Ok(match step {
        "list" => Box::new(plan::step::list(args, &*source)?),
        "footers" => Box::new(plan::step::ReadFooters::open(args, source)?),
        "plan" => Box::new(plan::step::Planner::open(args)?),
        "fingerprint" => Box::new(fingerprint::Fingerprint::open(plan, args, &source)?),
        "match" => Box::new(matching::Match::open(plan, args)?),
        "settle-plan" => Box::new(conclude::Conclude::settle(plan)?),
        "cells-plan" => Box::new(conclude::Conclude::cells(plan)?),
        "document" => Box::new(conclude::Conclude::document(plan)?),
        "render" => Box::new(render::Render::open(args)?),
        "route" => Box::new(Route::open(plan, args)?),
        "fetch" => Box::new(fetch::Fetch::open(plan, args, source)?),
        "settle" => Box::new(settle::Settle::open(plan, args)?),
        "compare" => Box::new(compare::Compare::open(plan, args, source)?),
        "merge" => Box::new(compare::merge::Merge::open(plan)?),
        "frames" => Box::new(frames::schemas::schemas(plan)?),
        "rows" => Box::new(frames::rows::Rows::open(plan, args, source)?),
        "changed" => Box::new(frames::changed::ChangedRows::open(plan, args, source)?),
        "differences" => Box::new(frames::differences::Differences::open(plan, args, source)?),
        "duplicates" => Box::new(frames::duplicates::DuplicateKeys::open(plan, args, source)?),
        _ => return Err(ParityError::internal(format!("there is no step {step}"))),
    })
}
