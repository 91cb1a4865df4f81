//! Copies on local disk of bytes that came over the network: the task that fingerprints a split writes them, the tasks
//! that look at its changed rows read them.
//!
//! A file of copies is the bytes of reads one after the other, then an index: of which file and place in it they are,
//! and a checksum for each stretch of [`STRETCH_BYTES`]. Files are known by what pins them. Whatever is wrong with a copy
//! means that the bytes are read from where they came from; no task depends on one.

use bytes::Bytes;
use parity_scan::files::pool;
use parity_scan::files::source::Stamp;
use parity_source::wire;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Bytes that have one checksum.
const STRETCH_BYTES: u64 = 64 << 10;
/// The place of the index, its length, its checksum.
const TAIL_BYTES: u64 = 24;

/// The bytes of one read.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Piece {
    /// Where they end in the file that they are of.
    end: u64,
    /// Where they begin in the file of copies.
    place: u64,
    checksums: Vec<u64>,
}

/// A file's pieces by where they begin in it.
type Pieces = BTreeMap<u64, Piece>;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Index(Vec<(String, Stamp, Pieces)>);

/// A file of copies that is written.
#[derive(Debug)]
pub(crate) struct Writer {
    file: File,
    len_bytes: u64,
    most_bytes: u64,
    pieces: HashMap<(String, Stamp), Pieces>,
}

impl Writer {
    /// An empty one, which grows to so many bytes at most.
    pub(crate) fn create(path: &Path, most_bytes: u64) -> io::Result<Writer> {
        Ok(Writer {
            file: File::create(path)?,
            len_bytes: 0,
            most_bytes,
            pieces: HashMap::new(),
        })
    }

    /// Copies what was read of a file from `start` on, where there is room. An error is that of the disk.
    pub(crate) fn copy(&mut self, path: &str, stamp: &Stamp, start: u64, bytes: &[u8]) -> io::Result<()> {
        let len_bytes = bytes.len() as u64;
        let pieces = self.pieces.entry((path.to_owned(), stamp.clone())).or_default();
        if pieces.contains_key(&start) || self.len_bytes + len_bytes > self.most_bytes {
            return Ok(());
        }
        self.file.write_all_at(bytes, self.len_bytes)?;
        let piece = Piece {
            end: start + len_bytes,
            place: self.len_bytes,
            checksums: bytes.chunks(STRETCH_BYTES as usize).map(xxh3_64).collect(),
        };
        pieces.insert(start, piece);
        self.len_bytes += len_bytes;
        Ok(())
    }

    /// Writes the index; without it nothing can be read.
    pub(crate) fn finish(self) -> io::Result<()> {
        let files = self.pieces.into_iter();
        let index = Index(files.map(|((path, stamp), pieces)| (path, stamp, pieces)).collect());
        let mut bytes = Vec::new();
        wire::put(&mut bytes, &index).map_err(io::Error::other)?;
        let tail = [self.len_bytes, bytes.len() as u64, xxh3_64(&bytes)];
        bytes.extend(tail.iter().flat_map(|number| number.to_le_bytes()));
        self.file.write_all_at(&bytes, self.len_bytes)
    }
}

/// A file of copies.
#[derive(Debug)]
pub(crate) struct Copies {
    file: Arc<File>,
    pieces: HashMap<(String, Stamp), Arc<Pieces>>,
}

impl Copies {
    /// Opens one that was finished; none where it is not what was written.
    pub(crate) fn open(path: &Path) -> Option<Copies> {
        let file = File::open(path).ok()?;
        let len_bytes = file.metadata().ok()?.len();
        let mut tail = [0; TAIL_BYTES as usize];
        file.read_exact_at(&mut tail, len_bytes.checked_sub(TAIL_BYTES)?).ok()?;
        let (numbers, _) = tail.as_chunks::<8>();
        let [place, index_bytes, checksum] = [0, 1, 2].map(|i| u64::from_le_bytes(numbers[i]));
        if place.checked_add(index_bytes)?.checked_add(TAIL_BYTES)? != len_bytes {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(index_bytes).ok()?];
        file.read_exact_at(&mut bytes, place).ok()?;
        if xxh3_64(&bytes) != checksum {
            return None;
        }
        let Index(files) = wire::get(&mut bytes.as_slice()).ok()?;
        let pieces = files.into_iter();
        let pieces = pieces.map(|(path, stamp, pieces)| ((path, stamp), Arc::new(pieces)));
        Some(Copies {
            file: Arc::new(file),
            pieces: pieces.collect(),
        })
    }

    /// The copies of a file.
    pub(crate) fn of(&self, path: &str, stamp: &Stamp) -> Option<CopiesOf> {
        let pieces = self.pieces.get(&(path.to_owned(), stamp.clone()))?;
        Some(CopiesOf {
            file: Arc::clone(&self.file),
            pieces: Arc::clone(pieces),
        })
    }
}

/// The copies of one file.
#[derive(Debug)]
pub(crate) struct CopiesOf {
    file: Arc<File>,
    pieces: Arc<Pieces>,
}

impl CopiesOf {
    /// Pieces that hold a range one after the other; none where a byte is missing.
    fn holding(&self, range: &Range<u64>) -> Option<Vec<(u64, &Piece)>> {
        let (mut at, mut found) = (range.start, Vec::new());
        while at < range.end {
            let (&start, piece) = self
                .pieces
                .range(..=at)
                .next_back()
                .filter(|(_, piece)| piece.end > at)?;
            found.push((start, piece));
            at = piece.end;
        }
        Some(found)
    }

    /// Whether there is a copy of all of these bytes.
    pub(crate) fn hold(&self, range: &Range<u64>) -> bool {
        self.holding(range).is_some()
    }

    /// These bytes, if there is a copy of them that is as it was written.
    pub(crate) fn read(&self, range: &Range<u64>) -> Option<Bytes> {
        let pieces = self.holding(range)?;
        let len_bytes = usize::try_from(range.end - range.start).ok()?;
        let mut stretch = vec![0; STRETCH_BYTES as usize];
        let filled = pool::filled(len_bytes, |buffer| {
            for (start, piece) in pieces {
                let wanted = range.start.max(start)..range.end.min(piece.end);
                self.fill(
                    start,
                    piece,
                    &wanted,
                    &mut buffer[(wanted.start - range.start) as usize..],
                    &mut stretch,
                )?;
            }
            Ok::<(), Damaged>(())
        });
        filled.ok()
    }

    /// Fills a buffer with some bytes of a piece, stretch by stretch.
    fn fill(
        &self,
        start: u64,
        piece: &Piece,
        wanted: &Range<u64>,
        buffer: &mut [u8],
        stretch: &mut [u8],
    ) -> Result<(), Damaged> {
        let (first, last) = (
            (wanted.start - start) / STRETCH_BYTES,
            (wanted.end - 1 - start) / STRETCH_BYTES,
        );
        for number in first..=last {
            let begin = start + number * STRETCH_BYTES;
            let bytes = &mut stretch[..(piece.end - begin).min(STRETCH_BYTES) as usize];
            self.file
                .read_exact_at(bytes, piece.place + number * STRETCH_BYTES)
                .map_err(|_| Damaged)?;
            if piece.checksums.get(number as usize) != Some(&xxh3_64(bytes)) {
                return Err(Damaged);
            }
            let from = wanted.start.max(begin);
            let part = &bytes[(from - begin) as usize..(wanted.end.min(begin + bytes.len() as u64) - begin) as usize];
            let at = (from - wanted.start) as usize;
            buffer[at..at + part.len()].copy_from_slice(part);
        }
        Ok(())
    }
}

/// A copy that is not what was written.
struct Damaged;

#[cfg(test)]
#[path = "copies_tests.rs"]
mod tests;
