//! Where bytes come from.
//!
//! A [`ByteSource`] lists and opens; a [`FileBytes`] reads ranges of one file.
//!
//! Local files are read with positioned reads into buffers that are used again, never mapped: a mapped file that is
//! truncated kills the process that reads it.

use crate::error::{ScanError, ScanResult};
use crate::files::names::is_hidden;
use crate::files::pool;
use bytes::Bytes;
use parity_source::budget;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The marks that pin a file: when any of them changes, the file is another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// Length in bytes.
    pub len_bytes: u64,
    /// Time of the last modification, nanoseconds since 1970.
    pub modified_ns: i128,
    /// The file system's own number of the file; 0 where it has none.
    pub identity: u64,
    /// A store's mark of the content, where it lists one.
    pub etag: Option<String>,
}

/// A file or folder below a listed folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Full path.
    pub path: String,
    /// Last part of the path.
    pub name: String,
    /// `None` for a folder.
    pub stamp: Option<Stamp>,
}

/// A file system.
pub trait ByteSource: Send + Sync + std::fmt::Debug {
    /// Looks at the path: the file or folder there, or `None`.
    fn look(&self, path: &str) -> ScanResult<Option<Listed>>;
    /// Lists the files and folders directly below a folder, in any order.
    fn list(&self, folder: &str) -> ScanResult<Vec<Listed>>;
    /// Opens a file that was listed with `stamp`; an error when it is another one now.
    fn open(&self, path: &str, stamp: &Stamp) -> ScanResult<Box<dyn FileBytes>>;
}

/// An open file.
pub trait FileBytes: Send + Sync + std::fmt::Debug {
    /// Exactly these bytes.
    fn read(&self, range: Range<u64>) -> ScanResult<Bytes>;
    /// Says what will be read next, in this order, so that a slow source can begin early. It replaces what was said
    /// before.
    fn announce(&self, _ranges: &[Range<u64>]) {}
    /// Whether small reads in any order cost no more than large ones in order.
    fn is_local(&self) -> bool {
        false
    }
    /// Checks that the file is still the one that was opened.
    fn check(&self) -> ScanResult<()>;
}

/// A file whose bytes have all been read.
#[derive(Debug)]
pub struct ReadWhole {
    file: Arc<dyn FileBytes>,
    bytes: Bytes,
}

impl ReadWhole {
    /// Reads an open file of this length.
    pub fn of(file: Arc<dyn FileBytes>, len_bytes: u64) -> ScanResult<Self> {
        let bytes = file.read(0..len_bytes)?;
        Ok(ReadWhole { file, bytes })
    }
}

impl FileBytes for ReadWhole {
    fn read(&self, range: Range<u64>) -> ScanResult<Bytes> {
        let place = |at| usize::try_from(at).ok();
        match (place(range.start), place(range.end)) {
            (Some(start), Some(end)) if start <= end && end <= self.bytes.len() => Ok(self.bytes.slice(start..end)),
            // It says what is wrong.
            _ => self.file.read(range),
        }
    }

    fn check(&self) -> ScanResult<()> {
        self.file.check()
    }
}

/// The local file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalSource;

fn stamp(metadata: &std::fs::Metadata) -> Stamp {
    Stamp {
        len_bytes: metadata.len(),
        modified_ns: i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec()),
        identity: metadata.ino(),
        etag: None,
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> ScanError {
    ScanError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

fn listed(path: &str, name: &str, metadata: &std::fs::Metadata) -> ScanResult<Listed> {
    if !metadata.is_dir() && !metadata.is_file() {
        let reason = "it is neither a file nor a folder".to_owned();
        return Err(ScanError::Unreadable {
            path: path.to_owned(),
            reason,
        });
    }
    Ok(Listed {
        path: path.to_owned(),
        name: name.to_owned(),
        stamp: metadata.is_file().then(|| stamp(metadata)),
    })
}

impl ByteSource for LocalSource {
    fn look(&self, path: &str) -> ScanResult<Option<Listed>> {
        match std::fs::metadata(path) {
            Ok(metadata) => {
                let name = Path::new(path)
                    .file_name()
                    .map_or(String::new(), |n| n.to_string_lossy().into_owned());
                listed(path, &name, &metadata).map(Some)
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound || e.kind() == std::io::ErrorKind::NotADirectory => {
                Ok(None)
            }
            Err(e) => Err(unreadable(path, &e)),
        }
    }

    fn list(&self, folder: &str) -> ScanResult<Vec<Listed>> {
        let io = |e: std::io::Error| unreadable(folder, &e);
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(io)? {
            let entry = entry.map_err(io)?;
            let name = entry.file_name().into_string().map_err(|name| ScanError::Unreadable {
                path: folder.to_owned(),
                reason: format!("the name {} is not UTF-8", name.to_string_lossy()),
            })?;
            let path = format!("{}/{name}", folder.trim_end_matches('/'));
            // Follows links, as Hadoop's local file system does.
            match std::fs::metadata(&path) {
                Ok(metadata) => found.push(listed(&path, &name, &metadata)?),
                // Nobody asks what a hidden link that leads nowhere is, such as an editor's lock.
                Err(_) if is_hidden(&name) => {}
                Err(e) => return Err(unreadable(&path, &e)),
            }
        }
        Ok(found)
    }

    fn open(&self, path: &str, expected: &Stamp) -> ScanResult<Box<dyn FileBytes>> {
        let mut local = LocalFile {
            path: path.to_owned(),
            kept: None,
            expected: expected.clone(),
        };
        let file = local.open()?;
        local.kept = Kept::of(file);
        Ok(Box::new(local))
    }
}

/// Files that stay open at a time, in the whole process. Each read of another file opens and closes it, because a
/// process may not have thousands of files open.
const KEPT_OPEN: usize = 512;

static OPEN: AtomicUsize = AtomicUsize::new(0);

/// A file that stays open.
#[derive(Debug)]
struct Kept(File);

impl Kept {
    fn of(file: File) -> Option<Kept> {
        if OPEN.fetch_add(1, Relaxed) < KEPT_OPEN {
            return Some(Kept(file));
        }
        OPEN.fetch_sub(1, Relaxed);
        None
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Relaxed);
    }
}

#[derive(Debug)]
struct LocalFile {
    path: String,
    kept: Option<Kept>,
    expected: Stamp,
}

impl LocalFile {
    fn open(&self) -> ScanResult<File> {
        let file = File::open(&self.path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => ScanError::SourceChanged {
                path: self.path.clone(),
            },
            _ => unreadable(&self.path, &e),
        })?;
        self.same(&file)?;
        Ok(file)
    }

    fn same(&self, file: &File) -> ScanResult<()> {
        let now = file.metadata().map_err(|e| unreadable(&self.path, &e))?;
        if stamp(&now) == self.expected {
            Ok(())
        } else {
            Err(ScanError::SourceChanged {
                path: self.path.clone(),
            })
        }
    }

    fn with<T>(&self, work: impl FnOnce(&File) -> ScanResult<T>) -> ScanResult<T> {
        match &self.kept {
            Some(Kept(file)) => work(file),
            None => work(&self.open()?),
        }
    }
}

impl FileBytes for LocalFile {
    fn read(&self, range: Range<u64>) -> ScanResult<Bytes> {
        let len_bytes = range.end.saturating_sub(range.start);
        if range.end > self.expected.len_bytes {
            return Err(ScanError::corrupt(
                &self.path,
                format!(
                    "bytes {}..{} lie beyond its end at {}",
                    range.start, range.end, self.expected.len_bytes
                ),
            ));
        }
        budget::ensure(len_bytes)
            .map_err(|e| ScanError::from(e).of(&self.path, &format!("bytes {}..{}", range.start, range.end)))?;
        self.with(|file| {
            pool::filled(len_bytes as usize, |buffer| {
                file.read_exact_at(buffer, range.start).map_err(|e| match e.kind() {
                    std::io::ErrorKind::UnexpectedEof => ScanError::SourceChanged {
                        path: self.path.clone(),
                    },
                    _ => unreadable(&self.path, &e),
                })
            })
        })
    }

    fn is_local(&self) -> bool {
        true
    }

    fn check(&self) -> ScanResult<()> {
        self.with(|file| self.same(file))
    }
}
