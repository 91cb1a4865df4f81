//! Step 0, on the driver: list the sides, have them described, settle the plan.
//!
//! Files, or whatever a side consists of, are described in portions, by tasks where there are many.

use crate::ask::options::CompareOptions;
use crate::ask::resolved::resolved;
use crate::ask::run::Run;
use crate::graph::{self, Sizes};
use crate::plan::filter;
use crate::plan::run::{PlannedSide, RunPlan};
use crate::plan::sizes::Bounds;
use crate::plan::{Plan, SideColumns};
use crate::step::Once;
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_kernels::domain::Side;
use parity_kernels::spark::zone::Zone;
use parity_source::column::Column;
use parity_source::predicate::Predicate;
use parity_source::{Cut, Described, ParityError, Portion, Sources, wire};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn side_of(number: usize) -> Result<Side, ParityError> {
    match number {
        0 => Ok(Side::Left),
        1 => Ok(Side::Right),
        _ => Err(ParityError::internal(format!("there is no side {number}"))),
    }
}

/// Orders of what the planner is fed.
const LISTED: u32 = 0;
const DESCRIBED: u32 = 1;

/// Parts of a side that are described together.
#[derive(Debug, Serialize, Deserialize)]
struct Listing {
    side: Side,
    /// Its number among the side's, and how many there are.
    number: usize,
    of: usize,
    parts: usize,
    bytes: Vec<u8>,
}

impl Listing {
    /// The listing in a block; drivers read the number of parts that stands before it.
    fn of(block: &[u8]) -> Result<Listing, ParityError> {
        let mut payload = block::payload(block)?;
        let _parts = block::take_u32(&mut payload)?;
        wire::get(&mut payload)
    }
}

#[derive(Deserialize)]
struct SideArgs {
    run: Run,
    side: usize,
}

/// Lists a side.
pub fn list(args: &[u8], sources: &Sources) -> Result<Once, ParityError> {
    let args: SideArgs = Run::args(args)?;
    let side = side_of(args.side)?;
    let portions = sources.of(side).list(&args.run.ask(side)?)?;
    let of = portions.len();
    let blocks = portions
        .into_iter()
        .enumerate()
        .map(|(number, Portion { parts, bytes })| {
            let mut listed = block::begin(DRIVER, LISTED);
            listed.extend_from_slice(&(parts as u32).to_le_bytes());
            let listing = Listing {
                side,
                number,
                of,
                parts,
                bytes,
            };
            wire::put(&mut listed, &listing)?;
            Ok(listed)
        });
    Ok(Once::of(blocks.collect::<Result<_, ParityError>>()?))
}

/// What is known of the parts of a listing.
#[derive(Debug, Serialize, Deserialize)]
struct Description {
    side: Side,
    /// The number of the listing.
    number: usize,
    bytes: Vec<u8>,
}

/// Describes the parts of a listing.
pub struct Describe {
    args: SideArgs,
    sources: Sources,
    listing: Option<Listing>,
}

impl Describe {
    /// Opens the step.
    pub fn open(args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        Ok(Describe {
            args: Run::args(args)?,
            sources,
            listing: None,
        })
    }
}

impl Step for Describe {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        self.listing = Some(Listing::of(block)?);
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let Some(listing) = self.listing.take() else {
            return Ok(None);
        };
        let SideArgs { run, side } = &self.args;
        let ask = run.ask(side_of(*side)?)?;
        if ask.side != listing.side {
            return Err(ParityError::internal("a listing of the other side was to be described"));
        }
        let description = Description {
            side: listing.side,
            number: listing.number,
            bytes: self.sources.of(ask.side).describe(&ask, &listing.bytes)?,
        };
        let mut block = block::begin(DRIVER, DESCRIBED);
        wire::put(&mut block, &description)?;
        Ok(Some(vec![block]))
    }
}

#[derive(Deserialize)]
struct PlanArgs {
    run: Run,
    cores: u64,
}

/// What is known of a side.
struct Known {
    files: u64,
    described: Box<dyn Described>,
    columns: Vec<Column>,
    filter: Option<Predicate>,
}

impl Known {
    fn columns<'a>(&'a self, path: &'a str) -> SideColumns<'a> {
        SideColumns {
            path,
            columns: &self.columns,
        }
    }

    /// Leaves out what surely holds no wanted row.
    fn filter(&mut self, options: &CompareOptions, side: Side, path: &str) -> Result<(), ParityError> {
        self.filter = filter::filter(options, side, self.columns(path))?;
        if let Some(filter) = &self.filter {
            self.described.leave_out(filter);
        }
        Ok(())
    }

    /// The side as these splits.
    fn planned(
        mut self,
        side: Side,
        path: &str,
        plan: &Plan,
        zone: Zone,
        cut: &Cut,
    ) -> Result<PlannedSide, ParityError> {
        plan.narrow(side, &mut self.columns, zone);
        Ok(PlannedSide {
            path: path.to_owned(),
            files: self.files,
            len_bytes: self.described.len_bytes(),
            columns: self.columns,
            splits: u32::try_from(cut.splits.len()).map_err(|_| ParityError::internal("there are too many splits"))?,
            rows: cut.splits.iter().map(|split| u64::from(split.rows)).sum(),
            shared: cut.shared.clone(),
            rows_hold: cut.rows_hold,
            filter: self.filter,
        })
    }
}

/// Settles the plan of a run.
pub struct Planner {
    args: PlanArgs,
    sources: Sources,
    listings: Vec<Listing>,
    descriptions: Vec<Description>,
    done: bool,
}

impl Planner {
    /// Opens the step.
    pub fn open(args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        Ok(Planner {
            args: Run::args(args)?,
            sources,
            listings: Vec::new(),
            descriptions: Vec::new(),
            done: false,
        })
    }

    /// A side from what was listed and described of it, which came in any order.
    fn side(&mut self, side: Side) -> Result<Known, ParityError> {
        let mut listings: Vec<Listing> = self.listings.extract_if(.., |listing| listing.side == side).collect();
        let mut descriptions: Vec<Description> = self
            .descriptions
            .extract_if(.., |description| description.side == side)
            .collect();
        listings.sort_unstable_by_key(|listing| listing.number);
        descriptions.sort_unstable_by_key(|description| description.number);
        let numbers = |of: usize| (0..of).eq(listings.iter().map(|listing| listing.number));
        let described = descriptions.iter().map(|description| description.number);
        if !listings.first().is_some_and(|listing| numbers(listing.of)) || !(0..listings.len()).eq(described) {
            return Err(ParityError::internal("a plan lacks listings or descriptions of a side"));
        }
        let both = listings.iter().zip(&descriptions);
        let portions: Vec<_> = both
            .map(|(listed, described)| (&*listed.bytes, &*described.bytes))
            .collect();
        let described = self.sources.of(side).merge(&self.args.run.ask(side)?, &portions)?;
        Ok(Known {
            files: listings.iter().map(|listing| listing.parts as u64).sum(),
            columns: described.columns().to_vec(),
            described,
            filter: None,
        })
    }
}

/// Cuts both sides: splits of each, and how many match partitions there are.
fn cut(known: [&Known; 2], bounds: Bounds, rows: u64, bytes: u64) -> Result<([Cut; 2], usize), ParityError> {
    let mut split_bytes = bounds.split_bytes(rows, bytes);
    loop {
        let [left, right] = known.map(|side| side.described.cut(split_bytes));
        let cuts = [left?, right?];
        let splits = cuts.iter().map(|cut| cut.splits.len() as u64).sum();
        if let Some(partitions) = bounds.partitions(rows, splits) {
            return Ok((cuts, partitions));
        }
        split_bytes = bounds
            .larger(split_bytes)
            .ok_or_else(|| bounds.refusal(rows, bytes, splits))?;
    }
}

impl Step for Planner {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        match block::order(block)? {
            LISTED => self.listings.push(Listing::of(block)?),
            DESCRIBED => self.descriptions.push(wire::get(&mut block::payload(block)?)?),
            _ => return Err(ParityError::internal("a plan was fed something else than descriptions")),
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let (mut left, mut right) = (self.side(Side::Left)?, self.side(Side::Right)?);
        let run = &self.args.run;
        let options = run.options()?;
        let paths = [run.path(Side::Left), run.path(Side::Right)];
        let plan = Plan::new(left.columns(&paths[0]), right.columns(&paths[1]), &options)?;
        left.filter(&options, Side::Left, &paths[0])?;
        right.filter(&options, Side::Right, &paths[1])?;
        let rows = [left.described.rows(), right.described.rows()];
        let bytes = [left.described.len_bytes(), right.described.len_bytes()];
        let shape = plan.side(Side::Left, options.seed, 1, options.zone).shape;
        let is_far = left.described.is_far() || right.described.is_far();
        let (all_rows, all_bytes) = (rows.iter().sum(), bytes.iter().sum());
        let bounds = Bounds::of(run, all_rows, all_bytes, is_far, self.args.cores, shape);
        let ([left_cut, right_cut], partitions) = cut([&left, &right], bounds, all_rows, all_bytes)?;
        let left = left.planned(Side::Left, &paths[0], &plan, options.zone, &left_cut)?;
        let right = right.planned(Side::Right, &paths[1], &plan, options.zone, &right_cut)?;
        let planned = RunPlan {
            sides: [left, right],
            plan,
            zone: options.zone,
            case_sensitive: options.case_sensitive,
            seed: options.seed,
            samples: options.samples,
            report_rows: options.report_rows,
            duplicates: options.duplicates,
            partitions,
            caller: options.caller,
            options: Value::Object(resolved(run)?).to_string(),
        };
        let mut bytes_block = block::begin(DRIVER, 0);
        bytes_block.extend_from_slice(&planned.to_bytes()?);
        let sizes = |f: fn(&PlannedSide) -> u64| [f(&planned.sides[0]), f(&planned.sides[1])];
        let splits = || left_cut.splits.iter().chain(&right_cut.splits);
        let places: Vec<&[String]> = splits().map(|split| &*split.places).collect();
        let run_sizes = Sizes {
            left: left_cut.splits.len(),
            right: right_cut.splits.len(),
            partitions: planned.partitions,
            mergers: 0,
        };
        let info = json!({
            "splits": sizes(|side| u64::from(side.splits)),
            "split_bytes": splits().map(|split| split.len_bytes).collect::<Vec<u64>>(),
            "places": if places.iter().all(|places| places.is_empty()) { Vec::new() } else { places },
            "partitions": planned.partitions,
            "files": sizes(|side| side.files),
            "bytes": bytes,
            "rows": rows,
            "columns": planned.plan.values.len(),
            "masked": planned.plan.masks.is_any(),
            "graph": graph::as_json(run_sizes),
        });
        let mut info_block = block::begin(DRIVER, 1);
        info_block.extend_from_slice(info.to_string().as_bytes());
        let mut blocks = vec![info_block, bytes_block];
        for (split, number) in splits().zip(0..) {
            let mut block = block::begin(number, 0);
            block.extend_from_slice(&split.bytes);
            blocks.push(block);
        }
        Ok(Some(blocks))
    }
}
