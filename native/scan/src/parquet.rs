//! Parquet files as a source.
//!
//! Its parts are files. A description names each distinct schema once: files of one dataset mostly share theirs, and
//! only summaries must reach the driver. A split is some row groups of one file or several ([`crate::pack`]), whose rows
//! have the same numbers whenever it is opened.

use crate::files::catalog::{self, Catalog};
use crate::files::dataset::{FileSchema, ReadOptions, Schema, file_schema};
use crate::files::listing::{self, FoundFile};
use crate::files::partition::PartitionType;
use crate::files::source::ByteSource;
use crate::files::split::{self, RowGroup, row_groups};
use crate::footer;
use crate::pack::{FootersAhead, Own, Pack, Shared};
use crate::predicate::prune;
use crate::settings::ReadSettings;
use parity_source::column::Column;
use parity_source::predicate::Predicate;
use parity_source::{Ask, Cut, Described, Listing, OpenSplit, ParityError, Source, Split, SplitOf, wire};
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
        let mut ahead = FootersAhead::of(&*self.bytes, files, options);
        for file in files {
            let footer = footer::read_open(&*ahead.next()?, file, options)?;
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

    /// Reads footers again: those of wide files are large, and a task needs few of them.
    fn open(&self, split: &SplitOf<'_>) -> Result<Arc<dyn OpenSplit>, ParityError> {
        let shared: Shared = wire::get(&mut &*split.shared)?;
        let pieces: Vec<Own> = wire::get(&mut &*split.bytes)?;
        Ok(Arc::new(Pack::new(Arc::clone(&self.bytes), shared, split, pieces)))
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
        let packs = split::packs(&self.groups, self.side, target_bytes).into_iter();
        let splits = packs.map(|pack| {
            let own = pack.iter().map(|split| Own {
                found: self.files[split.file].clone(),
                constants: self.schema.constants[split.file].clone(),
                split: split::Split { file: 0, ..*split },
            });
            Ok(Split {
                rows: pack.iter().map(|split| split.rows).sum(),
                bytes: packed(&own.collect::<Vec<Own>>())?,
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
