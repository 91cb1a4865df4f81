//! An open split: row groups of one file, or of several small ones, as if they were one.
//!
//! A file is opened when its turn comes. Where files are not local those that come next are asked for before, so that a
//! store's answer is there when it is wanted: their footers, and of what follows as much as reading ahead allows.

use crate::error::{ScanError, ScanResult};
use crate::fetch::{self, SplitRows};
use crate::files::dataset::{DataFile, Dataset, ReadOptions};
use crate::files::listing::FoundFile;
use crate::files::partition::PartitionValue;
use crate::files::source::{ByteSource, FileBytes, ReadWhole};
use crate::files::split::{SMALL_FILE_BYTES, Split};
use crate::fingerprint::{self, Fingerprinter};
use crate::footer;
use arrow::array::ArrayRef;
use parity_kernels::digest::entry;
use parity_source::column::{Column, ColumnIndex};
use parity_source::plan::{Fingerprints, SidePlan};
use parity_source::values::{put_together, value_bytes};
use parity_source::{Cursor, Fingerprint, OpenSplit, ParityError, SplitOf};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The facts that every task of a side is told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shared {
    pub(crate) path: String,
    pub(crate) reading: ReadOptions,
}

/// The facts that a task is told of a file of its split.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Own {
    pub(crate) found: FoundFile,
    /// Columns whose value the file's folders tell.
    pub(crate) constants: Vec<(usize, PartitionValue)>,
    /// Its row groups; it is the first file of a dataset of its own.
    pub(crate) split: Split,
}

/// Files that are asked for ahead of their turn at most, where they are not local.
const FILES_AHEAD: usize = 32;

/// Opens a file. Where it is not local, what is read of it first is asked for: all of it, or its footer.
fn ask(
    source: &dyn ByteSource,
    file: &FoundFile,
    reading: ReadOptions,
    is_whole: bool,
) -> ScanResult<Arc<dyn FileBytes>> {
    let bytes: Arc<dyn FileBytes> = Arc::from(source.open(&file.path, &file.stamp)?);
    if bytes.is_local() {
        return Ok(bytes);
    }
    if is_whole {
        bytes.announce(std::slice::from_ref(&(0..file.stamp.len_bytes)));
    } else if !footer::is_kept(file, reading) {
        footer::announce(&*bytes, file);
    }
    Ok(bytes)
}

/// Opens files one after the other to read their footers, those that are not local ahead of their turn.
pub(crate) struct FootersAhead<'a> {
    source: &'a dyn ByteSource,
    files: std::slice::Iter<'a, FoundFile>,
    options: ReadOptions,
    open: VecDeque<ScanResult<Arc<dyn FileBytes>>>,
}

impl<'a> FootersAhead<'a> {
    pub(crate) fn of(source: &'a dyn ByteSource, files: &'a [FoundFile], options: ReadOptions) -> Self {
        FootersAhead {
            source,
            files: files.iter(),
            options,
            open: VecDeque::new(),
        }
    }

    /// The next file, which is there as often as there are files.
    pub(crate) fn next(&mut self) -> ScanResult<Arc<dyn FileBytes>> {
        while self.open.len() < FILES_AHEAD
            && let Some(file) = self.files.next()
        {
            let opened = ask(self.source, file, self.options, false);
            let is_far = opened.as_ref().is_ok_and(|bytes| !bytes.is_local());
            self.open.push_back(opened);
            if !is_far {
                break;
            }
        }
        let none = || Err(ScanError::Internal("there are no more files to be opened".to_owned()));
        self.open.pop_front().unwrap_or_else(none)
    }
}

/// Row groups of files, one file after the other.
pub(crate) struct Pack {
    source: Arc<dyn ByteSource>,
    shared: Shared,
    columns: Vec<Column>,
    index: ColumnIndex,
    pieces: Vec<Piece>,
    rows: u32,
    /// The columns that will be fetched next, and how many rows of each.
    announced: Mutex<Vec<(usize, usize)>>,
}

/// Row groups of one file.
struct Piece {
    own: Own,
    state: Mutex<State>,
}

/// How far a file is opened.
#[derive(Default)]
enum State {
    #[default]
    Closed,
    /// Its footer, or all of it, has been asked for.
    Ahead(ScanResult<Arc<dyn FileBytes>>),
    Open(Arc<RowGroups>),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Piece {
    fn is_small(&self) -> bool {
        self.own.found.stamp.len_bytes <= SMALL_FILE_BYTES
    }

    fn end_row(&self) -> u32 {
        self.own.split.first_row + self.own.split.rows
    }
}

impl Pack {
    pub(crate) fn new(source: Arc<dyn ByteSource>, shared: Shared, split: &SplitOf<'_>, files: Vec<Own>) -> Self {
        let pieces = files.into_iter().map(|own| Piece {
            own,
            state: Mutex::default(),
        });
        let pieces: Vec<Piece> = pieces.collect();
        Pack {
            index: ColumnIndex::new(split.columns, shared.reading.case_sensitive),
            columns: split.columns.to_vec(),
            source,
            shared,
            rows: pieces.last().map_or(0, Piece::end_row),
            pieces,
            announced: Mutex::default(),
        }
    }

    fn ask(&self, piece: &Piece) -> ScanResult<Arc<dyn FileBytes>> {
        ask(&*self.source, &piece.own.found, self.shared.reading, piece.is_small())
    }

    /// A file, opened at the latest now.
    fn open(&self, piece: &Piece) -> ScanResult<Arc<RowGroups>> {
        let mut state = lock(&piece.state);
        let bytes = match std::mem::take(&mut *state) {
            State::Open(open) => {
                *state = State::Open(Arc::clone(&open));
                return Ok(open);
            }
            State::Ahead(bytes) => bytes?,
            State::Closed => self.ask(piece)?,
        };
        let found = piece.own.found.clone();
        let bytes = if piece.is_small() && !bytes.is_local() {
            Arc::new(ReadWhole::of(bytes, found.stamp.len_bytes)?)
        } else {
            bytes
        };
        let footer = footer::read_open(&*bytes, &found, self.shared.reading)?;
        let file = DataFile::new(found, footer, &self.columns, &self.index, &piece.own.constants);
        let open = Arc::new(RowGroups {
            dataset: Dataset {
                path: self.shared.path.clone(),
                source: Arc::clone(&self.source),
                files: vec![file],
                columns: self.columns.clone(),
            },
            split: piece.own.split,
            bytes,
        });
        open.announce(&lock(&self.announced), self.rows);
        *state = State::Open(Arc::clone(&open));
        Ok(open)
    }

    /// Asks for the files that come next, where they are not local.
    fn ask_ahead<'p>(&self, pieces: impl Iterator<Item = &'p Piece>) {
        for piece in pieces.take(FILES_AHEAD) {
            let mut state = lock(&piece.state);
            if matches!(*state, State::Closed) {
                let bytes = self.ask(piece);
                let is_far = bytes.as_ref().is_ok_and(|bytes| !bytes.is_local());
                // Whoever opens the file meets the reason why it could not be asked for.
                *state = State::Ahead(bytes);
                if !is_far {
                    return;
                }
            }
        }
    }

    /// The pieces that hold some of these rows, which ascend: their numbers, and the rows of each.
    fn holding<'p>(&'p self, mut rows: &'p [u32]) -> impl Iterator<Item = (usize, &'p Piece, &'p [u32])> + Clone {
        let pieces = self.pieces.iter().enumerate().map(move |(number, piece)| {
            let (here, later) = rows.split_at(rows.partition_point(|&row| row < piece.end_row()));
            rows = later;
            (number, piece, here)
        });
        pieces.filter(|(_, _, here)| !here.is_empty())
    }

    /// Own values of the first of some rows, which ascend, piece by piece. `read` gives those of the first rows of a
    /// piece, no more bytes of them than it is told.
    fn read(
        &self,
        rows: &[u32],
        most_bytes: u64,
        mut read: impl FnMut(usize, &RowGroups, &[u32], u64) -> Result<ArrayRef, ParityError>,
    ) -> Result<ArrayRef, ParityError> {
        let mut found: Vec<ArrayRef> = Vec::new();
        let mut left = most_bytes;
        let mut rest = self.holding(rows);
        while let Some((number, piece, here)) = rest.next() {
            self.ask_ahead(rest.clone().map(|(_, piece, _)| piece));
            let values = read(number, &*self.open(piece)?, here, left)?;
            left = left.saturating_sub(value_bytes(&values));
            let is_all = values.len() == here.len();
            found.push(values);
            if !is_all || left == 0 {
                break;
            }
        }
        match (found.as_slice(), self.pieces.first()) {
            // Of no row any file tells what its values are.
            ([], Some(piece)) => read(0, &*self.open(piece)?, rows, left),
            (found, _) => Ok(put_together(found)?),
        }
    }
}

/// Where a column is read on: in which piece, and where there.
#[derive(Default)]
struct Place {
    piece: usize,
    cursor: fetch::Cursor,
}

impl OpenSplit for Pack {
    fn fingerprint(self: Arc<Self>, plan: &SidePlan) -> Result<Box<dyn Fingerprint>, ParityError> {
        let first = self.pieces.first().map(|piece| piece.own.split);
        let first = first.ok_or_else(|| ParityError::internal("a split has no file"))?;
        let whole = Split {
            rows: self.rows,
            ..first
        };
        let mut work = Entries {
            entries: fingerprint::entries(whole, plan),
            plan: plan.clone(),
            begun: 0,
            work: None,
            next: None,
            pack: self,
        };
        work.work = work.begin()?;
        Ok(Box::new(work))
    }

    fn announce(&self, columns: &[(usize, usize)]) {
        *lock(&self.announced) = columns.to_vec();
        for piece in &self.pieces {
            if let State::Open(open) = &*lock(&piece.state) {
                open.announce(columns, self.rows);
            }
        }
    }

    fn fetch_some(
        &self,
        cursor: &mut Cursor,
        column: usize,
        rows: &[u32],
        most_bytes: u64,
    ) -> Result<ArrayRef, ParityError> {
        let place = cursor.get::<Place>();
        self.read(rows, most_bytes, |piece, open, rows, most_bytes| {
            if place.piece != piece {
                *place = Place {
                    piece,
                    cursor: fetch::Cursor::default(),
                };
            }
            Ok(open.rows().fetch_some(&mut place.cursor, column, rows, most_bytes)?)
        })
    }

    fn fetch_there(&self, column: usize, rows: &[u32]) -> Result<ArrayRef, ParityError> {
        self.read(rows, u64::MAX, |_, open, rows, _| {
            Ok(open.rows().fetch_there(column, rows)?)
        })
    }

    fn check(&self) -> Result<(), ParityError> {
        for piece in &self.pieces {
            if let State::Open(open) = &*lock(&piece.state) {
                open.bytes.check()?;
            }
        }
        Ok(())
    }
}

/// Some row groups of a file, open.
struct RowGroups {
    /// A dataset of that one file.
    dataset: Dataset,
    split: Split,
    bytes: Arc<dyn FileBytes>,
}

impl RowGroups {
    fn rows(&self) -> SplitRows<'_> {
        SplitRows::with(&self.dataset, self.split, Arc::clone(&self.bytes))
    }

    /// Says which columns will be fetched, and how many rows of each in a split of so many.
    fn announce(&self, columns: &[(usize, usize)], of_rows: u32) {
        if columns.is_empty() {
            return;
        }
        let share = |rows: usize| rows as u64 * u64::from(self.split.rows) / u64::from(of_rows.max(1));
        let columns = columns.iter().map(|&(column, rows)| (column, share(rows) as usize));
        self.rows().announce(columns);
    }
}

/// The entries of a split on their way.
struct Entries {
    pack: Arc<Pack>,
    plan: SidePlan,
    entries: entry::Entries,
    /// Files that have been opened for it.
    begun: usize,
    work: Option<Work>,
    /// The file that comes next, where it is open already.
    next: Option<Work>,
}

/// A file that is fingerprinted.
struct Work {
    open: Arc<RowGroups>,
    fingerprinter: Fingerprinter,
}

impl Entries {
    /// Opens the next file; none where there is none.
    fn begin(&mut self) -> ScanResult<Option<Work>> {
        let pieces = &self.pack.pieces;
        let Some(piece) = pieces.get(self.begun) else {
            return Ok(None);
        };
        self.pack.ask_ahead(pieces[self.begun + 1..].iter());
        self.begun += 1;
        let open = self.pack.open(piece)?;
        // Nobody else asks for it, and what it holds goes with the last who does.
        *lock(&piece.state) = State::Closed;
        let fingerprinter = Fingerprinter::with(&open.dataset, open.split, &self.plan, Arc::clone(&open.bytes))?;
        Ok(Some(Work { open, fingerprinter }))
    }
}

impl Fingerprint for Entries {
    fn next(&mut self, rows: usize) -> Result<Option<Fingerprints>, ParityError> {
        let Some(mut work) = self.work.take() else {
            return Ok(None);
        };
        if self.next.is_none() && work.fingerprinter.is_last() && !work.open.bytes.is_local() {
            // What it asks for first arrives while the rest of this file is turned into entries.
            self.next = self.begin()?;
        }
        let portion = work
            .fingerprinter
            .next(&work.open.dataset, &self.plan, rows, &mut self.entries)?;
        let mut portion = portion.unwrap_or_default();
        if !work.fingerprinter.is_done() {
            self.work = Some(work);
            return Ok(Some(portion));
        }
        drop(work);
        self.work = match self.next.take() {
            Some(next) => Some(next),
            None => self.begin()?,
        };
        if self.work.is_none() {
            portion.blocks.append(&mut self.entries.rest());
        }
        Ok(Some(portion))
    }
}

#[cfg(test)]
#[path = "pack_tests.rs"]
mod tests;
