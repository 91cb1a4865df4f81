//! Which files a path means.
//!
//! A folder means what Spark reads from it, in the order of the paths: the files in it, and those below partition
//! folders (`day=2026-01-01/`). Names that start with `_` or `.` are hidden (a `_name=value` folder is not), and files
//! that are still being copied are left out. Files in plain sub-folders Spark leaves out without a word; here they are
//! refused, because a comparison that misses rows must not pass. So are folders that belong to a table format: their
//! plain files hold rows that the table no longer has.

use crate::error::{ScanError, ScanResult};
use crate::files::names::is_hidden;
use crate::files::source::{ByteSource, Listed, Stamp};
use serde::{Deserialize, Serialize};

/// A file of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FoundFile {
    /// Full path.
    pub path: String,
    /// What pins it.
    pub stamp: Stamp,
    /// Folders between the dataset's path and the file, joined by `/`; partition columns come from here.
    pub folders: String,
}

/// All data files that a path means.
pub fn files(source: &dyn ByteSource, path: &str) -> ScanResult<Vec<FoundFile>> {
    let missing = |reason: &str| ScanError::PathNotFound {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let root = source
        .look(path)?
        .ok_or_else(|| missing("there is no such file or folder"))?;
    if let Some(stamp) = root.stamp {
        return Ok(vec![FoundFile {
            path: path.to_owned(),
            stamp,
            folders: String::new(),
        }]);
    }
    let mut found = Vec::new();
    walk(source, path, "", &mut found)?;
    if found.is_empty() {
        return Err(missing("the folder holds no Parquet file"));
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let is_partitioned = found
        .iter()
        .any(|file| file.folders.split('/').any(|folder| folder.contains('=')));
    let in_sub_folder = found.iter().find(|file| !file.folders.is_empty());
    match in_sub_folder.filter(|_| !is_partitioned) {
        None => Ok(found),
        Some(nested) if found.iter().all(|file| !file.folders.is_empty()) => Err(missing(&format!(
            "the folder holds no Parquet file itself, only in sub-folders such as {}; compare one of these",
            nested.folders
        ))),
        Some(nested) => Err(ScanError::SchemaConflict(format!(
            "{path} holds files itself and in the sub-folder {}, which is no partition: Spark would leave its rows out",
            nested.folders
        ))),
    }
}

fn walk(source: &dyn ByteSource, folder: &str, below: &str, found: &mut Vec<FoundFile>) -> ScanResult<()> {
    let entries = source.list(folder)?;
    if let Some(format) = table_format(source, &entries)? {
        return Err(ScanError::TableFormat {
            path: folder.to_owned(),
            format,
        });
    }
    for entry in entries {
        if is_hidden(&entry.name) {
            continue;
        }
        match entry.stamp {
            Some(stamp) => found.push(FoundFile {
                path: entry.path,
                stamp,
                folders: below.to_owned(),
            }),
            None => {
                let deeper = if below.is_empty() {
                    entry.name
                } else {
                    format!("{below}/{}", entry.name)
                };
                walk(source, &entry.path, &deeper, found)?;
            }
        }
    }
    Ok(())
}

/// The table format whose metadata lies in a folder with these entries.
fn table_format(source: &dyn ByteSource, entries: &[Listed]) -> ScanResult<Option<&'static str>> {
    let folder = |name: &str| entries.iter().find(|e| e.name == name && e.stamp.is_none());
    if folder("_delta_log").is_some() {
        return Ok(Some("Delta"));
    }
    if folder("_spark_metadata").is_some() {
        return Ok(Some("Structured Streaming"));
    }
    if folder(".hoodie").is_some() {
        return Ok(Some("Hudi"));
    }
    if let Some(metadata) = folder("metadata") {
        let iceberg = |e: &Listed| e.name.ends_with(".metadata.json") || e.name == "version-hint.text";
        if source.list(&metadata.path)?.iter().any(iceberg) {
            return Ok(Some("Iceberg"));
        }
    }
    Ok(None)
}
