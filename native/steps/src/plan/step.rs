//! Step 0, on the driver: list the sides, have them described, settle the plan.
//!
//! Files, or whatever a side consists of, are described some at a time, by tasks where there are many.

use crate::ask::options::CompareOptions;
use crate::ask::resolved::resolved;
use crate::ask::run::Run;
use crate::graph::{self, Sizes};
use crate::plan::filter;
use crate::plan::run::{PlannedSide, RunPlan};
use crate::plan::{Plan, SideColumns};
use crate::step::Once;
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_kernels::domain::Side;
use parity_kernels::spark::zone::Zone;
use parity_source::column::Column;
use parity_source::predicate::Predicate;
use parity_source::{Described, ParityError, Sources, Split, wire};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Rows of one match partition, about: few enough that what is held of them stays in the processor's cache.
const PARTITION_ROWS: u64 = 1 << 18;
/// Each split gives blocks to each partition. A cluster that must keep track of more than about so many stands still, so
/// that partitions grow instead.
const MOST_BLOCKS: u64 = 50_000_000;
/// Splits are at least and at most so large.
const SPLIT_BYTES: (u64, u64) = (4 << 20, 256 << 20);

/// How many match partitions there are for so many rows in so many splits.
fn partitions(rows: u64, splits: u64, partition_rows: u64) -> usize {
    let most = MOST_BLOCKS / splits.max(1);
    let wanted = rows.div_ceil(partition_rows.max(1));
    usize::try_from(wanted.min(most)).unwrap_or(usize::MAX).max(1)
}

fn side_of(number: usize) -> Result<Side, ParityError> {
    match number {
        0 => Ok(Side::Left),
        1 => Ok(Side::Right),
        _ => Err(ParityError::internal(format!("there is no side {number}"))),
    }
}

/// What one side consists of.
#[derive(Debug, Serialize, Deserialize)]
struct Listing {
    side: Side,
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
struct ListArgs {
    run: Run,
    side: usize,
}

/// Lists a side.
pub fn list(args: &[u8], sources: &Sources) -> Result<Once, ParityError> {
    let args: ListArgs = Run::args(args)?;
    let side = side_of(args.side)?;
    let parity_source::Listing { parts, bytes } = sources.of(side).list(&args.run.ask(side)?)?;
    let mut listed = block::begin(DRIVER, 0);
    listed.extend_from_slice(&(parts as u32).to_le_bytes());
    wire::put(&mut listed, &Listing { side, parts, bytes })?;
    Ok(Once::of(vec![listed]))
}

/// What is known of some parts of a side.
#[derive(Debug, Serialize, Deserialize)]
struct Description {
    side: usize,
    /// Number of the first part.
    first: usize,
    bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct DescribeArgs {
    run: Run,
    side: usize,
    from: usize,
    to: usize,
}

/// Describes some parts of a listing.
pub struct Describe {
    args: DescribeArgs,
    sources: Sources,
    listing: Option<Listing>,
    done: bool,
}

impl Describe {
    /// Opens the step.
    pub fn open(args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        Ok(Describe {
            args: Run::args(args)?,
            sources,
            listing: None,
            done: false,
        })
    }
}

impl Step for Describe {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        self.listing = Some(Listing::of(block)?);
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let DescribeArgs { run, side, from, to } = &self.args;
        let listing = self.listing.take().filter(|listing| from <= to && *to <= listing.parts);
        let listing = listing.ok_or_else(|| ParityError::internal(format!("there are no parts {from}..{to}")))?;
        let ask = run.ask(side_of(*side)?)?;
        let source = self.sources.of(ask.side);
        let description = Description {
            side: *side,
            first: *from,
            bytes: source.describe(&ask, &listing.bytes, *from..*to)?,
        };
        let mut block = block::begin(DRIVER, 0);
        block.push(DESCRIPTION);
        wire::put(&mut block, &description)?;
        Ok(Some(vec![block]))
    }
}

/// First byte of the payload of a description. A listing starts with a count of parts, so a planner must be told which is which.
const DESCRIPTION: u8 = b'D';

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

    /// The side in splits of about so many bytes.
    fn planned(
        mut self,
        side: Side,
        path: &str,
        plan: &Plan,
        zone: Zone,
        split_bytes: u64,
    ) -> Result<(PlannedSide, Vec<Split>), ParityError> {
        plan.narrow(side, &mut self.columns, zone);
        let cut = self.described.cut(split_bytes)?;
        let planned = PlannedSide {
            path: path.to_owned(),
            files: self.files,
            len_bytes: self.described.len_bytes(),
            columns: self.columns,
            splits: u32::try_from(cut.splits.len()).map_err(|_| ParityError::internal("there are too many splits"))?,
            rows: cut.splits.iter().map(|split| u64::from(split.rows)).sum(),
            shared: cut.shared,
            rows_hold: cut.rows_hold,
            filter: self.filter,
        };
        Ok((planned, cut.splits))
    }
}

/// Settles the plan of a run.
pub struct Planner {
    args: PlanArgs,
    sources: Sources,
    /// Listings come first, the left one before the right one.
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

    fn side(&self, side: Side) -> Result<Known, ParityError> {
        let number = side.index();
        let listing = &self.listings[number];
        let descriptions = self.descriptions.iter().filter(|portion| portion.side == number);
        let described: Vec<_> = descriptions.map(|portion| (portion.first, &*portion.bytes)).collect();
        let source = self.sources.of(side);
        let described = source.merge(&self.args.run.ask(side)?, &listing.bytes, &described)?;
        Ok(Known {
            files: listing.parts as u64,
            columns: described.columns().to_vec(),
            described,
            filter: None,
        })
    }
}

impl Step for Planner {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if self.listings.len() < 2 {
            self.listings.push(Listing::of(block)?);
            return Ok(());
        }
        let mut payload = block::payload(block)?;
        match payload.split_off_first() {
            Some(&DESCRIPTION) => self.descriptions.push(wire::get(&mut payload)?),
            _ => return Err(ParityError::internal("a plan was fed something else than descriptions")),
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let sides: Vec<Side> = self.listings.iter().map(|listing| listing.side).collect();
        if sides != [Side::Left, Side::Right] {
            return Err(ParityError::internal("a plan needs the listings of both sides"));
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
        // Every core gets several splits to take.
        let even = (bytes[0] + bytes[1]) / (8 * self.args.cores.max(1));
        let target = run.split_bytes.unwrap_or(even.clamp(SPLIT_BYTES.0, SPLIT_BYTES.1));
        let (left, left_splits) = left.planned(Side::Left, &paths[0], &plan, options.zone, target)?;
        let (right, right_splits) = right.planned(Side::Right, &paths[1], &plan, options.zone, target)?;
        let split_count = (left_splits.len() + right_splits.len()) as u64;
        let partition_rows = run.partition_rows.unwrap_or(PARTITION_ROWS);
        let planned = RunPlan {
            sides: [left, right],
            plan,
            zone: options.zone,
            case_sensitive: options.case_sensitive,
            seed: options.seed,
            samples: options.samples,
            report_rows: options.report_rows,
            duplicates: options.duplicates,
            partitions: partitions(rows[0] + rows[1], split_count, partition_rows),
            caller: options.caller,
            options: Value::Object(resolved(run)?).to_string(),
        };
        let mut bytes_block = block::begin(DRIVER, 0);
        bytes_block.extend_from_slice(&planned.to_bytes()?);
        let sizes = |f: fn(&PlannedSide) -> u64| [f(&planned.sides[0]), f(&planned.sides[1])];
        let splits = || left_splits.iter().chain(&right_splits);
        let places: Vec<&[String]> = splits().map(|split| &*split.places).collect();
        let run_sizes = Sizes {
            left: left_splits.len(),
            right: right_splits.len(),
            partitions: planned.partitions,
            mergers: 0,
        };
        let info = json!({
            "splits": sizes(|side| u64::from(side.splits)),
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

#[cfg(test)]
mod tests {
    use super::{MOST_BLOCKS, PARTITION_ROWS, partitions};

    #[test]
    fn partitions_hold_few_rows_until_there_would_be_too_many_blocks() {
        assert_eq!(partitions(0, 0, PARTITION_ROWS), 1);
        assert_eq!(partitions(PARTITION_ROWS, 2, PARTITION_ROWS), 1);
        assert_eq!(partitions(20_000_000, 32, PARTITION_ROWS), 77);
        // 2 × 1 TB in splits of 256 MiB are held as they always were, ten times as much in larger partitions.
        let (rows, splits) = (1_500_000_000, 7_630);
        assert_eq!(partitions(rows, splits, PARTITION_ROWS), 5_723);
        for times in [1, 2, 5, 10, 1_000_000] {
            let count = partitions(times * rows, times * splits, PARTITION_ROWS) as u64;
            assert!(count == 1 || count * times * splits <= MOST_BLOCKS, "{times}");
        }
        assert_eq!(partitions(10 * rows, 10 * splits, PARTITION_ROWS), 655);
    }
}
