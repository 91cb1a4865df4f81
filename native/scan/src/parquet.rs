//! Parquet files as a source.
//!
//! Its parts are files. A description names each distinct schema once: files of one dataset mostly share theirs, and
//! only summaries must reach the driver. A split is a run of row groups of one file, whose rows have the same numbers
//! whenever it is opened.

use crate::fetch::{self, SplitRows};
use crate::files::catalog::{self, Catalog};
use crate::files::dataset::{DataFile, Dataset, FileSchema, ReadOptions, Schema, file_schema};
use crate::files::listing::{self, FoundFile};
use crate::files::partition::{PartitionType, PartitionValue};
use crate::files::source::{ByteSource, FileBytes};
use crate::files::split::{self, RowGroup, row_groups};
use crate::fingerprint::Fingerprinter;
use crate::footer;
use crate::predicate::prune;
use crate::settings::ReadSettings;
use arrow::array::ArrayRef;
use parity_source::column::{Column, ColumnIndex};
use parity_source::plan::{Fingerprints, SidePlan};
use parity_source::predicate::Predicate;
use parity_source::{
    Ask, Cursor, Cut, Described, Fingerprint, Listing, OpenSplit, ParityError, Source, Split, SplitOf, wire,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Parquet files, wherever their bytes come from.
#[derive(Clone, Debug)]
pub struct ParquetSource {
    bytes: Arc<dyn ByteSource>,
}

/// The facts that the footers of some files tell.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Footers {
    schemas: Vec<FileSchema>,
    /// For each file its schema among `schemas`, and its row groups.
    files: Vec<(usize, Vec<RowGroup>)>,
}

/// The facts that every task of a side is told.
#[derive(Debug, Serialize, Deserialize)]
struct Shared {
    path: String,
    reading: ReadOptions,
}

/// The facts that a task is told of its split.
#[derive(Debug, Serialize, Deserialize)]
struct Own {
    found: FoundFile,
    /// Columns whose value the file's folders tell.
    constants: Vec<(usize, PartitionValue)>,
    first_row_group: usize,
    row_groups: usize,
    rows: u32,
}

fn packed<T: Serialize>(value: &T) -> Result<Vec<u8>, ParityError> {
    let mut bytes = Vec::new();
    wire::put(&mut bytes, value)?;
    Ok(bytes)
}

fn reading(ask: &Ask<'_>) -> Result<ReadOptions, ParityError> {
    let settings = match ask.settings {
        serde_json::Value::Null => ReadSettings::DEFAULT,
        settings => ReadSettings::deserialize(settings).map_err(|e| {
            ParityError::bad_option(
                format!("the settings of the session cannot be read: {e}"),
                "the settings that are followed are described in docs/session-settings.md",
            )
        })?,
    };
    Ok(ReadOptions {
        case_sensitive: ask.case_sensitive,
        zone: ask.zone,
        writer_zone: ask.writer_zone,
        settings,
    })
}

fn declared(ask: &Ask<'_>) -> Catalog {
    let told = ask.partition_types.iter();
    let partitions = told.filter_map(|(name, kind)| Some((name.clone(), PartitionType::named(kind)?)));
    Catalog {
        partitions: partitions.collect(),
        columns: ask.table_columns.map(catalog::columns),
        case_sensitive: ask.case_sensitive,
    }
}

impl ParquetSource {
    /// Files whose bytes come from there.
    pub fn new(bytes: Arc<dyn ByteSource>) -> Self {
        ParquetSource { bytes }
    }

    fn footers(&self, ask: &Ask<'_>, files: &[FoundFile]) -> Result<Footers, ParityError> {
        let (options, catalog) = (reading(ask)?, declared(ask));
        let mut result = Footers::default();
        let mut known: HashMap<FileSchema, usize> = HashMap::new();
        for file in files {
            let footer = footer::read(&*self.bytes, file, options)?;
            catalog.check_padding(&file.path, &footer)?;
            let schema = file_schema(&footer);
            let number = *known.entry(schema).or_insert_with_key(|schema| {
                result.schemas.push(schema.clone());
                result.schemas.len() - 1
            });
            result.files.push((number, row_groups(&footer)));
        }
        Ok(result)
    }
}

impl Source for ParquetSource {
    fn list(&self, ask: &Ask<'_>) -> Result<Listing, ParityError> {
        let mut files = Vec::new();
        for path in ask.paths {
            files.extend(listing::files(&*self.bytes, path)?);
        }
        Ok(Listing {
            parts: files.len(),
            bytes: packed(&files)?,
        })
    }

    fn describe(&self, ask: &Ask<'_>, mut listing: &[u8], parts: Range<usize>) -> Result<Vec<u8>, ParityError> {
        let files: Vec<FoundFile> = wire::get(&mut listing)?;
        let files = files.get(parts.clone());
        let files = files.ok_or_else(|| ParityError::internal(format!("there are no files {parts:?}")))?;
        packed(&self.footers(ask, files)?)
    }

    fn merge(
        &self,
        ask: &Ask<'_>,
        mut listing: &[u8],
        described: &[(usize, &[u8])],
    ) -> Result<Box<dyn Described>, ParityError> {
        let missing = || ParityError::internal("footers of some files are missing");
        let files: Vec<FoundFile> = wire::get(&mut listing)?;
        let footers = described
            .iter()
            .map(|&(first, mut bytes)| Ok((first, wire::get::<Footers>(&mut bytes)?)));
        let footers = footers.collect::<Result<Vec<_>, ParityError>>()?;
        let mut found: Vec<Option<(&FileSchema, &Vec<RowGroup>)>> = vec![None; files.len()];
        for (first, portion) in &footers {
            for (i, (schema, groups)) in portion.files.iter().enumerate() {
                let place = found.get_mut(first + i).ok_or_else(missing)?;
                *place = Some((portion.schemas.get(*schema).ok_or_else(missing)?, groups));
            }
        }
        let found: Vec<_> = found.into_iter().collect::<Option<_>>().ok_or_else(missing)?;
        let schemas: Vec<&FileSchema> = found.iter().map(|(schema, _)| *schema).collect();
        let reading = reading(ask)?;
        let schema = Schema::of(&ask.path, reading, &files, &schemas, &declared(ask))?;
        Ok(Box::new(Files {
            groups: found.into_iter().map(|(_, groups)| groups.clone()).collect(),
            files,
            schema,
            shared: Shared {
                path: ask.path.clone(),
                reading,
            },
            side: ask.side,
        }))
    }

    /// Reads the footer again: footers of wide files are large, and a task needs one of them.
    fn open(&self, split: &SplitOf<'_>) -> Result<Arc<dyn OpenSplit>, ParityError> {
        let Shared { path, reading } = wire::get(&mut &*split.shared)?;
        let own: Own = wire::get(&mut &*split.bytes)?;
        let bytes: Arc<dyn FileBytes> = Arc::from(self.bytes.open(&own.found.path, own.found.stamp)?);
        let footer = footer::read_open(&*bytes, &own.found, reading)?;
        let index = ColumnIndex::new(split.columns, reading.case_sensitive);
        let file = DataFile::new(own.found, footer, split.columns, &index, &own.constants);
        let dataset = Dataset {
            path,
            source: Arc::clone(&self.bytes),
            files: vec![file],
            columns: split.columns.to_vec(),
        };
        let split = split::Split {
            side: split.side,
            number: split.number,
            file: 0,
            first_row_group: own.first_row_group,
            row_groups: own.row_groups,
            rows: own.rows,
        };
        Ok(Arc::new(RowGroups { dataset, split, bytes }))
    }
}

/// The files of a side.
struct Files {
    files: Vec<FoundFile>,
    schema: Schema,
    /// Row groups of each file; none of a file that is left out.
    groups: Vec<Vec<RowGroup>>,
    shared: Shared,
    side: parity_kernels::domain::Side,
}

impl Described for Files {
    fn columns(&self) -> &[Column] {
        &self.schema.columns
    }

    fn rows(&self) -> u64 {
        self.groups.iter().flatten().map(|group| u64::from(group.rows)).sum()
    }

    fn len_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.stamp.len_bytes).sum()
    }

    /// By the values of the files' folders.
    fn leave_out(&mut self, predicate: &Predicate) {
        for (groups, constants) in self.groups.iter_mut().zip(&self.schema.constants) {
            if !prune::in_folders(predicate, constants, &self.schema.columns).some_kept() {
                groups.clear();
            }
        }
    }

    fn cut(&self, target_bytes: u64) -> Result<Cut, ParityError> {
        let splits = split::cut(&self.groups, self.side, target_bytes).into_iter();
        let splits = splits.map(|split| {
            let own = Own {
                found: self.files[split.file].clone(),
                constants: self.schema.constants[split.file].clone(),
                first_row_group: split.first_row_group,
                row_groups: split.row_groups,
                rows: split.rows,
            };
            Ok(Split {
                rows: split.rows,
                bytes: packed(&own)?,
                places: Vec::new(),
            })
        });
        Ok(Cut {
            splits: splits.collect::<Result<_, ParityError>>()?,
            shared: packed(&self.shared)?,
            rows_hold: true,
        })
    }
}

/// Some row groups of a file, open.
struct RowGroups {
    /// A dataset of that one file.
    dataset: Dataset,
    split: split::Split,
    bytes: Arc<dyn FileBytes>,
}

impl RowGroups {
    fn rows(&self) -> SplitRows<'_> {
        SplitRows::with(&self.dataset, self.split, Arc::clone(&self.bytes))
    }
}

impl OpenSplit for RowGroups {
    fn fingerprint(self: Arc<Self>, plan: &SidePlan) -> Result<Box<dyn Fingerprint>, ParityError> {
        let work = Fingerprinter::with(&self.dataset, self.split, plan, Arc::clone(&self.bytes))?;
        Ok(Box::new(Entries {
            open: self,
            plan: plan.clone(),
            work,
        }))
    }

    fn announce(&self, columns: &[(usize, usize)]) {
        self.rows().announce(columns.iter().copied());
    }

    fn fetch_some(
        &self,
        cursor: &mut Cursor,
        column: usize,
        rows: &[u32],
        most_bytes: u64,
    ) -> Result<ArrayRef, ParityError> {
        Ok(self
            .rows()
            .fetch_some(cursor.get::<fetch::Cursor>(), column, rows, most_bytes)?)
    }

    fn fetch_there(&self, column: usize, rows: &[u32]) -> Result<ArrayRef, ParityError> {
        Ok(self.rows().fetch_there(column, rows)?)
    }

    fn check(&self) -> Result<(), ParityError> {
        Ok(self.bytes.check()?)
    }
}

/// The entries of a split on their way.
struct Entries {
    open: Arc<RowGroups>,
    plan: SidePlan,
    work: Fingerprinter,
}

impl Fingerprint for Entries {
    fn next(&mut self, rows: usize) -> Result<Option<Fingerprints>, ParityError> {
        Ok(self.work.next(&self.open.dataset, &self.plan, rows)?)
    }
}
