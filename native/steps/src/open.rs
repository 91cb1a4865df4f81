//! The registry of steps: each by its name.

use crate::fetch::route::Route;
use crate::step::Step;
use crate::wire::guard::{self, Sealed};
use crate::{compare, conclude, fetch, fingerprint, frames, matching, plan, render, settle};
use parity_source::ParityError;
use parity_source::Sources;

/// Opens a step by its name.
pub fn open(step: &str, plan: &[u8], args: &[u8], sources: Sources) -> Result<Box<dyn Step>, ParityError> {
    let sealed = match step {
        "plan" => Sealed::Plan,
        _ if ON_DRIVER.contains(&step) => Sealed::None,
        _ => Sealed::All,
    };
    guard::guarded(plan, args, sealed, |plan, args| unguarded(step, plan, args, sources))
}

/// Steps whose blocks a driver reads.
const ON_DRIVER: [&str; 7] = [
    "list",
    "describe",
    "settle-plan",
    "cells-plan",
    "document",
    "render",
    "frames",
];

fn unguarded(step: &str, plan: &[u8], args: &[u8], sources: Sources) -> Result<Box<dyn Step>, ParityError> {
    Ok(match step {
        "list" => Box::new(plan::step::list(args, &sources)?),
        "describe" => Box::new(plan::step::Describe::open(args, sources)?),
        "plan" => Box::new(plan::step::Planner::open(args, sources)?),
        "fingerprint" => Box::new(fingerprint::Fingerprint::open(plan, args, &sources)?),
        "match" => Box::new(matching::Match::open(plan, args)?),
        "settle-plan" => Box::new(conclude::Conclude::settle(plan)?),
        "cells-plan" => Box::new(conclude::Conclude::cells(plan)?),
        "document" => Box::new(conclude::Conclude::document(plan)?),
        "render" => Box::new(render::Render::open(args)?),
        "route" => Box::new(Route::open(plan, args)?),
        "fetch" => Box::new(fetch::Fetch::open(plan, args, sources)?),
        "settle" => Box::new(settle::Settle::open(plan, args)?),
        "compare" => Box::new(compare::Compare::open(plan, args, sources)?),
        "merge" => Box::new(compare::merge::Merge::open(plan)?),
        "frames" => Box::new(frames::schemas::schemas(plan)?),
        "rows" => Box::new(frames::rows::Rows::open(plan, args, sources)?),
        "changed" => Box::new(frames::changed::ChangedRows::open(plan, args, sources)?),
        "differences" => Box::new(frames::differences::Differences::open(plan, args, sources)?),
        "duplicates" => Box::new(frames::duplicates::DuplicateKeys::open(plan, args, sources)?),
        _ => return Err(ParityError::internal(format!("there is no step {step}"))),
    })
}
