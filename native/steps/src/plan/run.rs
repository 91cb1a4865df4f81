//! The plan that every task of a run gets.

use crate::ask::caller::Caller;
use crate::ask::options::Duplicates;
use crate::call::TaskArgs;
use crate::compare::merge::Keep;
use crate::plan::Plan;
use crate::plan::pair::LeafPair;
use parity_kernels::domain::Side;
use parity_kernels::spark::zone::Zone;
use parity_source::again::{self, Mark};
use parity_source::column::Column;
use parity_source::plan::SidePlan;
use parity_source::predicate::Predicate;
use parity_source::{OpenSplit, ParityError, Sources, SplitOf, wire};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One side of a planned run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlannedSide {
    /// How messages call it.
    pub path: String,
    /// All columns.
    pub columns: Vec<Column>,
    /// How many files it has, or whatever its source calls a part.
    pub files: u64,
    /// Bytes of all of them.
    pub len_bytes: u64,
    /// How many splits it has.
    pub splits: u32,
    /// Rows of all splits.
    pub rows: u64,
    /// What its source must know for every split.
    pub shared: Vec<u8>,
    /// Whether a row has the same number whenever its split is opened.
    pub rows_hold: bool,
    /// Which rows there are; all without one.
    pub filter: Option<Predicate>,
}

/// The split of a task.
#[derive(Clone, Debug)]
pub struct OwnSplit {
    /// Its side.
    pub side: Side,
    /// Its number among the side's splits.
    pub number: u32,
    /// What its source must know to open it.
    pub bytes: Vec<u8>,
}

/// What every task of a run knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunPlan {
    /// Which columns meet, and how.
    pub plan: Plan,
    /// Left and right.
    pub sides: [PlannedSide; 2],
    /// Session time zone.
    pub zone: Zone,
    /// Whether names match by case.
    pub case_sensitive: bool,
    /// Seed of the hashes.
    pub seed: u64,
    /// Examples of each kind.
    pub samples: usize,
    /// Rows of each kind for a page.
    pub report_rows: usize,
    /// Duplicate keys.
    pub duplicates: Duplicates,
    /// Match partitions.
    pub partitions: usize,
    /// Who asks.
    pub caller: Caller,
    /// The options as the document tells them, in JSON.
    pub options: String,
}

impl RunPlan {
    /// How many rows are kept of what is to be shown. Without keys a row is told by all of its columns, so that a page has the rows that
    /// samples have.
    pub fn keep(&self) -> Keep {
        Keep {
            samples: self.samples,
            rows: match self.plan.keys {
                Some(_) => self.report_rows,
                None => self.report_rows.min(self.samples),
            },
        }
    }

    /// The plan's bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ParityError> {
        let mut bytes = Vec::new();
        wire::put(&mut bytes, self)?;
        Ok(bytes)
    }

    /// Reads a plan.
    pub fn from_bytes(mut bytes: &[u8]) -> Result<RunPlan, ParityError> {
        wire::get(&mut bytes)
    }

    /// Some compared pairs by their numbers.
    pub fn pairs(&self, numbers: &[u32]) -> impl Iterator<Item = &LeafPair> {
        numbers.iter().map(|&number| &self.plan.values[number as usize])
    }

    /// The split that the arguments of a step name.
    pub fn split(&self, args: &TaskArgs) -> Result<OwnSplit, ParityError> {
        let number = args.split()?;
        let (side, number) = match number.checked_sub(self.sides[0].splits) {
            None => (Side::Left, number),
            Some(number) if number < self.sides[1].splits => (Side::Right, number),
            Some(_) => return Err(ParityError::internal(format!("there is no split {number}"))),
        };
        Ok(OwnSplit {
            side,
            number,
            bytes: args.source()?,
        })
    }

    /// The left split of a task that compares. Without left splits there still is a task, which passes on what the right side has
    /// to show.
    pub fn left_split(&self, args: &TaskArgs) -> Result<Option<OwnSplit>, ParityError> {
        match self.sides[0].splits {
            0 => Ok(None),
            _ => self.split(args).map(Some),
        }
    }

    /// The number of a split, counted over both sides.
    pub fn number(&self, side: Side, split: u32) -> u32 {
        match side {
            Side::Left => split,
            Side::Right => self.sides[0].splits + split,
        }
    }

    /// One of the sides.
    pub fn side(&self, side: Side) -> &PlannedSide {
        &self.sides[side.index()]
    }

    /// The plan of one side's scan.
    pub fn side_plan(&self, side: Side) -> SidePlan {
        SidePlan {
            filter: self.side(side).filter.clone(),
            ..self.plan.side(side, self.seed, self.partitions, self.zone)
        }
    }

    /// Opens a split.
    pub fn open(&self, split: &OwnSplit, sources: &Sources) -> Result<Arc<dyn OpenSplit>, ParityError> {
        let side = self.side(split.side);
        sources.of(split.side).open(&SplitOf {
            side: split.side,
            number: split.number,
            bytes: &split.bytes,
            shared: &side.shared,
            columns: &side.columns,
        })
    }

    /// Opens a split again, to fetch the rows that have these marks; none are needed where row numbers hold.
    pub fn open_again(
        &self,
        split: &OwnSplit,
        sources: &Sources,
        marks: &[(u32, Mark)],
    ) -> Result<Arc<dyn OpenSplit>, ParityError> {
        let open = self.open(split, sources)?;
        let side = self.side(split.side);
        if side.rows_hold {
            return Ok(open);
        }
        again::find(open, &self.side_plan(split.side), marks, &side.path)
    }
}
