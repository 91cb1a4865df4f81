//! The plan that every task of a run gets.

use crate::ask::caller::Caller;
use crate::ask::options::Duplicates;
use crate::error::ParityError;
use crate::plan::Plan;
use crate::plan::pair::LeafPair;
use crate::wire;
use parity_kernels::domain::Side;
use parity_kernels::spark::zone::Zone;
use parity_scan::fetch::SplitRows;
use parity_scan::files::dataset::{Column, ColumnIndex, DataFile, Dataset, ReadOptions};
use parity_scan::files::listing::FoundFile;
use parity_scan::files::partition::PartitionValue;
use parity_scan::files::source::{ByteSource, FileBytes};
use parity_scan::files::split::Split;
use parity_scan::fingerprint::SidePlan;
use parity_scan::footer;
use parity_scan::predicate::Predicate;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A file of a side, as tasks find it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlannedFile {
    /// Where it is and what pins it.
    pub found: FoundFile,
    /// Columns whose value its folders tell.
    pub constants: Vec<(usize, PartitionValue)>,
}

/// One side of a planned run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlannedSide {
    /// How messages call it.
    pub path: String,
    /// All columns.
    pub columns: Vec<Column>,
    /// Its files.
    pub files: Vec<PlannedFile>,
    /// Its splits.
    pub splits: Vec<Split>,
    /// Bytes of all files.
    pub len_bytes: u64,
    /// Which rows there are; all without one.
    pub filter: Option<Predicate>,
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
    /// Duplicate keys.
    pub duplicates: Duplicates,
    /// Match partitions.
    pub partitions: usize,
    /// How files are read.
    pub reading: ReadOptions,
    /// Who asks.
    pub caller: Caller,
}

impl RunPlan {
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

    /// The split of a number counted over both sides.
    pub fn split(&self, number: usize) -> Result<Split, ParityError> {
        let left = &self.sides[0].splits;
        let split = match number.checked_sub(left.len()) {
            None => left.get(number),
            Some(number) => self.sides[1].splits.get(number),
        };
        let split = split.copied();
        split.ok_or_else(|| ParityError::internal(format!("there is no split {number}")))
    }

    /// The number of a split, counted over both sides.
    pub fn number(&self, side: Side, split: u32) -> u32 {
        match side {
            Side::Left => split,
            Side::Right => self.sides[0].splits.len() as u32 + split,
        }
    }

    /// The plan of one side's scan.
    pub fn side_plan(&self, side: Side) -> SidePlan {
        SidePlan {
            filter: self.sides[side.index()].filter.clone(),
            ..self.plan.side(side, self.seed, self.partitions, self.zone)
        }
    }

    /// Opens the file of a split. Its footer is read again: footers of wide files are large, and a task needs one of them.
    pub fn open(&self, split: Split, source: &Arc<dyn ByteSource>) -> Result<OpenSplit, ParityError> {
        let side = &self.sides[split.side.index()];
        let file = &side.files[split.file];
        let bytes: Arc<dyn FileBytes> = Arc::from(source.open(&file.found.path, file.found.stamp)?);
        let footer = footer::read_open(&*bytes, &file.found, self.reading)?;
        let index = ColumnIndex::new(&side.columns, self.case_sensitive);
        let file = DataFile::new(file.found.clone(), footer, &side.columns, &index, &file.constants);
        let dataset = Dataset {
            path: side.path.clone(),
            source: Arc::clone(source),
            files: vec![file],
            columns: side.columns.clone(),
        };
        let split = Split { file: 0, ..split };
        Ok(OpenSplit { dataset, split, bytes })
    }
}

/// A split with its file open.
pub struct OpenSplit {
    /// A dataset of that one file.
    pub dataset: Dataset,
    /// The split in it.
    pub split: Split,
    /// The file.
    pub bytes: Arc<dyn FileBytes>,
}

impl OpenSplit {
    /// Ready to fetch.
    pub fn rows(&self) -> SplitRows<'_> {
        SplitRows::with(&self.dataset, self.split, Arc::clone(&self.bytes))
    }
}
