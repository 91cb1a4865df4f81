//! Footers of files that are not local, kept in this process for the steps that open the same files later.
//!
//! They are known by what pins the file, so a footer is that of the file's content, whoever read it. The oldest ones go
//! when there are too many.

use super::Footer;
use crate::files::listing::FoundFile;
use crate::settings::ReadOptions;
use std::collections::{HashMap, VecDeque};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// Bytes of memory of all footers that are kept.
const MOST_BYTES: usize = 64 << 20;
/// Bytes that a column takes beside the metadata of its chunks.
const COLUMN_BYTES: usize = 256;

#[derive(Debug)]
struct Kept {
    options: ReadOptions,
    footer: Footer,
    len_bytes: usize,
}

#[derive(Debug, Default)]
struct Footers {
    of_files: HashMap<FoundFile, Kept>,
    /// The files, the oldest first.
    order: VecDeque<FoundFile>,
    len_bytes: usize,
}

static FOOTERS: LazyLock<Mutex<Footers>> = LazyLock::new(Mutex::default);

fn footers() -> MutexGuard<'static, Footers> {
    FOOTERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The footer of a file, as it is read with these options.
pub(super) fn footer(file: &FoundFile, options: ReadOptions) -> Option<Footer> {
    footers().find(file, options).map(|kept| kept.footer.clone())
}

/// Whether it is there.
pub(super) fn is_kept(file: &FoundFile, options: ReadOptions) -> bool {
    footers().find(file, options).is_some()
}

/// Keeps the footer of a file.
pub(super) fn keep(file: &FoundFile, options: ReadOptions, footer: &Footer) {
    let len_bytes = footer.metadata.memory_size() + footer.columns.len() * COLUMN_BYTES;
    if len_bytes <= MOST_BYTES {
        let kept = Kept {
            options,
            footer: footer.clone(),
            len_bytes,
        };
        footers().keep(file, kept, MOST_BYTES);
    }
}

impl Footers {
    fn find(&self, file: &FoundFile, options: ReadOptions) -> Option<&Kept> {
        self.of_files.get(file).filter(|kept| kept.options == options)
    }

    fn keep(&mut self, file: &FoundFile, kept: Kept, most_bytes: usize) {
        self.len_bytes += kept.len_bytes;
        match self.of_files.insert(file.clone(), kept) {
            Some(before) => self.len_bytes -= before.len_bytes,
            None => self.order.push_back(file.clone()),
        }
        while self.len_bytes > most_bytes
            && let Some(oldest) = self.order.pop_front()
        {
            self.len_bytes -= self.of_files.remove(&oldest).map_or(0, |kept| kept.len_bytes);
        }
    }
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
