//! Step 0, on the driver: list the paths, read the footers, settle the plan.
//!
//! Footers are read in portions, by tasks where there are many. A portion's answer names each distinct schema once: files of one
//! dataset mostly share theirs, and only summaries must reach the driver.

use crate::ask::options::CompareOptions;
use crate::ask::run::Run;
use crate::error::ParityError;
use crate::plan::filter;
use crate::plan::run::{PlannedFile, PlannedSide, RunPlan};
use crate::plan::{Plan, SideColumns};
use crate::step::Once;
use crate::step::Step;
use crate::wire;
use crate::wire::block::{self, DRIVER};
use parity_kernels::domain::Side;
use parity_kernels::spark::zone::Zone;
use parity_scan::files::dataset::{FileSchema, Schema, file_schema};
use parity_scan::files::listing::{self, FoundFile};
use parity_scan::files::source::ByteSource;
use parity_scan::files::split::{RowGroup, cut, row_groups};
use parity_scan::footer;
use parity_scan::predicate::Predicate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// Rows of one match partition, about: small enough that its handles stay in the processor's cache.
const PARTITION_ROWS: u64 = 1 << 18;
/// Splits are at least and at most so large.
const SPLIT_BYTES: (u64, u64) = (4 << 20, 256 << 20);

fn side_of(number: usize) -> Result<Side, ParityError> {
    match number {
        0 => Ok(Side::Left),
        1 => Ok(Side::Right),
        _ => Err(ParityError::internal(format!("there is no side {number}"))),
    }
}

/// The files of one side.
#[derive(Debug, Serialize, Deserialize)]
struct Listing {
    side: Side,
    files: Vec<FoundFile>,
}

impl Listing {
    /// The listing in a block; drivers read the number of files that stands before it.
    fn of(block: &[u8]) -> Result<Listing, ParityError> {
        let mut payload = block::payload(block)?;
        let _files = block::take_u32(&mut payload)?;
        wire::get(&mut payload)
    }
}

#[derive(Deserialize)]
struct ListArgs {
    run: Run,
    side: usize,
}

/// Lists the paths of a side.
pub fn list(args: &[u8], source: &dyn ByteSource) -> Result<Once, ParityError> {
    let args: ListArgs = Run::args(args)?;
    let side = side_of(args.side)?;
    let mut files = Vec::new();
    for path in args.run.paths(side) {
        files.extend(listing::files(source, path)?);
    }
    let mut listed = block::begin(DRIVER, 0);
    listed.extend_from_slice(&(files.len() as u32).to_le_bytes());
    wire::put(&mut listed, &Listing { side, files })?;
    Ok(Once::of(vec![listed]))
}

/// What the footers of some files tell.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Footers {
    side: usize,
    /// Number of the first file.
    first: usize,
    schemas: Vec<FileSchema>,
    /// For each file its schema among `schemas`, and its row groups.
    files: Vec<(usize, Vec<RowGroup>)>,
}

#[derive(Deserialize)]
struct FootersArgs {
    run: Run,
    side: usize,
    from: usize,
    to: usize,
}

/// Reads the footers of some files of a listing.
pub struct ReadFooters {
    args: FootersArgs,
    source: Arc<dyn ByteSource>,
    listing: Option<Listing>,
    done: bool,
}

impl ReadFooters {
    /// Opens the step.
    pub fn open(args: &[u8], source: Arc<dyn ByteSource>) -> Result<Self, ParityError> {
        Ok(ReadFooters {
            args: Run::args(args)?,
            source,
            listing: None,
            done: false,
        })
    }
}

impl Step for ReadFooters {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        self.listing = Some(Listing::of(block)?);
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let FootersArgs { run, side, from, to } = &self.args;
        let options = run.read_options()?;
        let catalog = run.catalog(side_of(*side)?);
        let listed = self.listing.as_ref().and_then(|listing| listing.files.get(*from..*to));
        let files = listed.ok_or_else(|| ParityError::internal(format!("there are no files {from}..{to}")))?;
        let mut result = Footers {
            side: *side,
            first: *from,
            ..Footers::default()
        };
        let mut known: HashMap<FileSchema, usize> = HashMap::new();
        for file in files {
            let footer = footer::read(&*self.source, file, options)?;
            catalog.check_padding(&file.path, &footer)?;
            let schema = file_schema(&footer);
            let number = *known.entry(schema).or_insert_with_key(|schema| {
                result.schemas.push(schema.clone());
                result.schemas.len() - 1
            });
            result.files.push((number, row_groups(&footer)));
        }
        let mut block = block::begin(DRIVER, 0);
        block.push(FOOTERS);
        wire::put(&mut block, &result)?;
        Ok(Some(vec![block]))
    }
}

/// First byte of the payload of footers. A listing starts with a count of files, so a planner must be told which is which.
const FOOTERS: u8 = b'F';

#[derive(Deserialize)]
struct PlanArgs {
    run: Run,
    cores: u64,
}

/// What is known of a side.
struct Known {
    files: Vec<FoundFile>,
    schema: Schema,
    /// Row groups of each file; none where the filter keeps no row of the file.
    groups: Vec<Vec<RowGroup>>,
    filter: Option<Predicate>,
}

impl Known {
    fn rows(&self) -> u64 {
        self.groups.iter().flatten().map(|group| u64::from(group.rows)).sum()
    }

    fn len_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.stamp.len_bytes).sum()
    }

    fn columns<'a>(&'a self, path: &'a str) -> SideColumns<'a> {
        SideColumns {
            path,
            columns: &self.schema.columns,
        }
    }

    /// Leaves out the files that hold no wanted row, by the values of their folders.
    fn filter(&mut self, options: &CompareOptions, side: Side, path: &str) -> Result<(), ParityError> {
        self.filter = filter::filter(options, side, self.columns(path))?;
        if let Some(filter) = &self.filter {
            for (groups, constants) in self.groups.iter_mut().zip(&self.schema.constants) {
                if !filter.in_folders(constants, &self.schema.columns).some_kept() {
                    groups.clear();
                }
            }
        }
        Ok(())
    }

    fn planned(mut self, side: Side, path: &str, plan: &Plan, zone: Zone, split_bytes: u64) -> PlannedSide {
        plan.narrow(side, &mut self.schema.columns, zone);
        let len_bytes = self.len_bytes();
        let files = self.files.into_iter().zip(self.schema.constants);
        PlannedSide {
            path: path.to_owned(),
            columns: self.schema.columns,
            files: files
                .map(|(found, constants)| PlannedFile { found, constants })
                .collect(),
            splits: cut(&self.groups, side, split_bytes),
            len_bytes,
            filter: self.filter,
        }
    }
}

/// Settles the plan of a run.
pub struct Planner {
    args: PlanArgs,
    /// Listings come first, the left one before the right one.
    listings: Vec<Listing>,
    footers: Vec<Footers>,
    done: bool,
}

impl Planner {
    /// Opens the step.
    pub fn open(args: &[u8]) -> Result<Self, ParityError> {
        Ok(Planner {
            args: Run::args(args)?,
            listings: Vec::new(),
            footers: Vec::new(),
            done: false,
        })
    }

    fn side(&mut self, side: Side) -> Result<Known, ParityError> {
        let number = side.index();
        let missing = || ParityError::internal("footers of some files are missing");
        let files = std::mem::take(&mut self.listings[number].files);
        let mut found: Vec<Option<(&FileSchema, &Vec<RowGroup>)>> = vec![None; files.len()];
        for portion in self.footers.iter().filter(|portion| portion.side == number) {
            for (i, (schema, groups)) in portion.files.iter().enumerate() {
                let place = found.get_mut(portion.first + i).ok_or_else(missing)?;
                *place = Some((portion.schemas.get(*schema).ok_or_else(missing)?, groups));
            }
        }
        let found: Vec<_> = found.into_iter().collect::<Option<_>>().ok_or_else(missing)?;
        let schemas: Vec<&FileSchema> = found.iter().map(|(schema, _)| *schema).collect();
        let run = &self.args.run;
        let schema = Schema::of(
            &run.path(side),
            run.read_options()?,
            &files,
            &schemas,
            &run.catalog(side),
        )?;
        let groups = found.into_iter().map(|(_, groups)| groups.clone()).collect();
        Ok(Known {
            files,
            schema,
            groups,
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
            Some(&FOOTERS) => self.footers.push(wire::get(&mut payload)?),
            _ => return Err(ParityError::internal("a plan was fed something else than footers")),
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
        let rows = [left.rows(), right.rows()];
        let bytes = [left.len_bytes(), right.len_bytes()];
        // Every core gets several splits to take.
        let even = (bytes[0] + bytes[1]) / (8 * self.args.cores.max(1));
        let target = run.split_bytes.unwrap_or(even.clamp(SPLIT_BYTES.0, SPLIT_BYTES.1));
        let partition_rows = run.partition_rows.unwrap_or(PARTITION_ROWS).max(1);
        let partitions = usize::try_from((rows[0] + rows[1]).div_ceil(partition_rows)).unwrap_or(usize::MAX);
        let planned = RunPlan {
            sides: [
                left.planned(Side::Left, &paths[0], &plan, options.zone, target),
                right.planned(Side::Right, &paths[1], &plan, options.zone, target),
            ],
            plan,
            zone: options.zone,
            case_sensitive: options.case_sensitive,
            seed: options.seed,
            samples: options.samples,
            duplicates: options.duplicates,
            partitions: partitions.max(1),
            reading: run.read_options()?,
            caller: options.caller,
        };
        let mut bytes_block = block::begin(DRIVER, 0);
        bytes_block.extend_from_slice(&planned.to_bytes()?);
        let sizes = |f: fn(&PlannedSide) -> u64| [f(&planned.sides[0]), f(&planned.sides[1])];
        let info = json!({
            "splits": sizes(|side| side.splits.len() as u64),
            "partitions": planned.partitions,
            "files": sizes(|side| side.files.len() as u64),
            "bytes": bytes,
            "rows": rows,
            "columns": planned.plan.values.len(),
            "masked": planned.plan.masks.is_any(),
        });
        let mut info_block = block::begin(DRIVER, 1);
        info_block.extend_from_slice(info.to_string().as_bytes());
        Ok(Some(vec![bytes_block, info_block]))
    }
}
