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
use parity_source::{
    Ask, Cut, Described, OpenSplit, ParityError, Portion, Source, Split, SplitOf, parts_of_portion, wire,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
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
    /// Whether any of them is not local.
    is_far: bool,
}

/// Schemas, each once.
#[derive(Default)]
struct Distinct {
    found: Vec<FileSchema>,
    numbers: HashMap<FileSchema, usize>,
}

impl Distinct {
    /// The number of a schema in the order in which they came.
    fn number(&mut self, schema: FileSchema) -> usize {
        *self.numbers.entry(schema).or_insert_with_key(|schema| {
            self.found.push(schema.clone());
            self.found.len() - 1
        })
    }
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
        let (mut schemas, mut described) = (Distinct::default(), Vec::with_capacity(files.len()));
        let mut is_far = false;
        let mut ahead = FootersAhead::of(&*self.bytes, files, options);
        for file in files {
            let bytes = ahead.next()?;
            is_far |= !bytes.is_local();
            let footer = footer::read_open(&*bytes, file, options)?;
            catalog.check_padding(&file.path, &footer)?;
            described.push((schemas.number(file_schema(&footer)), row_groups(&footer)));
        }
        Ok(Footers {
            schemas: schemas.found,
            files: described,
            is_far,
        })
    }
}

impl Source for ParquetSource {
    fn list(&self, ask: &Ask<'_>) -> Result<Vec<Portion>, ParityError> {
        let mut files = Vec::new();
        for path in ask.paths {
            files.extend(listing::files(&*self.bytes, path)?);
        }
        let portions = files.chunks(parts_of_portion(files.len()));
        let portions = portions.map(|files| {
            Ok(Portion {
                parts: files.len(),
                bytes: packed(&files)?,
            })
        });
        portions.collect()
    }

    fn describe(&self, ask: &Ask<'_>, mut portion: &[u8]) -> Result<Vec<u8>, ParityError> {
        let files: Vec<FoundFile> = wire::get(&mut portion)?;
        packed(&self.footers(ask, &files)?)
    }

    fn merge(&self, ask: &Ask<'_>, portions: &[(&[u8], &[u8])]) -> Result<Box<dyn Described>, ParityError> {
        let missing = || ParityError::internal("footers of some files are missing");
        let mut schemas = Distinct::default();
        let (mut files, mut of_file, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_far = false;
        for &(mut listed, mut described) in portions {
            let listed: Vec<FoundFile> = wire::get(&mut listed)?;
            let footers: Footers = wire::get(&mut described)?;
            if footers.files.len() != listed.len() {
                return Err(missing());
            }
            files.extend(listed);
            is_far |= footers.is_far;
            let numbers: Vec<usize> = footers
                .schemas
                .into_iter()
                .map(|schema| schemas.number(schema))
                .collect();
            for (schema, of_groups) in footers.files {
                of_file.push(*numbers.get(schema).ok_or_else(missing)?);
                groups.push(of_groups);
            }
        }
        let reading = reading(ask)?;
        let schema = Schema::of(&ask.path, reading, &files, &schemas.found, &of_file, &declared(ask))?;
        Ok(Box::new(Files {
            groups,
            files,
            schema,
            is_far,
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
    is_far: bool,
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

    fn is_far(&self) -> bool {
        self.is_far
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
                len_bytes: pack.iter().map(|split| split.len_bytes(&self.groups)).sum(),
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
