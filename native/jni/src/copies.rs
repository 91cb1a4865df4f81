//! Copies on local disk of bytes that came over the network: the task that fingerprints a split writes them, the tasks
//! that look at its changed rows read them.
//!
//! A file of copies is the bytes of reads one after the other, then an index: of which file and place in it they are,
//! and a checksum for each stretch of [`STRETCH_BYTES`]. Files are known by what pins them. Whatever is wrong with a copy
//! means that the bytes are read from where they came from; no task depends on one.
//!
//! Where columns are masked, each stretch and the index are sealed with the run's secret, each by its number in its file
//! of copies and by the attempt of the task that wrote it: no two are sealed alike, and none opens in another's place.
//! Paths and checksums tell of values too, and are in the index only.

use bytes::Bytes;
use parity_scan::files::pool;
use parity_scan::files::source::Stamp;
use parity_source::wire;
use parity_steps::wire::seal::{Nonce, SEAL_BYTES, Secret};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::num::NonZeroU32;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Bytes that have one checksum, or one seal.
const STRETCH_BYTES: u64 = 64 << 10;
/// The place of the index, its length, its checksum, the attempt that wrote it.
const TAIL_BYTES: u64 = 32;
/// The number of the index among what is sealed in a file.
const INDEX: NonZeroU32 = NonZeroU32::MAX;

/// The bytes of one read.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Piece {
    /// Where they end in the file that they are of.
    end: u64,
    /// Where they begin in the file of copies.
    place: u64,
    proof: Proof,
}

/// What tells stretches that are as they were written.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Proof {
    /// The checksum of each.
    Checksums(Vec<u64>),
    /// Each is followed by its seal, and the first one has this number.
    Seals(NonZeroU32),
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
    attempt: u64,
    /// Where stretches are sealed: with what, and the number of the next one.
    seals: Option<(Arc<Secret>, NonZeroU32)>,
    pieces: HashMap<(String, Stamp), Pieces>,
}

impl Writer {
    /// An empty one, which grows to so many bytes at most. The attempt is one that writes no other.
    pub(crate) fn create(
        path: &Path,
        most_bytes: u64,
        attempt: u64,
        secret: Option<Arc<Secret>>,
    ) -> io::Result<Writer> {
        Ok(Writer {
            file: File::create(path)?,
            len_bytes: 0,
            most_bytes,
            attempt,
            seals: secret.map(|secret| (secret, NonZeroU32::MIN)),
            pieces: HashMap::new(),
        })
    }

    /// Copies what was read of a file from `start` on, where there is room. An error is that of the disk.
    pub(crate) fn copy(&mut self, path: &str, stamp: &Stamp, start: u64, bytes: &[u8]) -> io::Result<()> {
        let stretches = (bytes.len() as u64).div_ceil(STRETCH_BYTES);
        let seals_bytes = self.seals.as_ref().map_or(0, |_| stretches * SEAL_BYTES as u64);
        let len_bytes = bytes.len() as u64 + seals_bytes;
        let pieces = self.pieces.entry((path.to_owned(), stamp.clone())).or_default();
        if pieces.contains_key(&start) || self.len_bytes + len_bytes > self.most_bytes {
            return Ok(());
        }
        let proof = match &mut self.seals {
            None => {
                self.file.write_all_at(bytes, self.len_bytes)?;
                Proof::Checksums(bytes.chunks(STRETCH_BYTES as usize).map(xxh3_64).collect())
            }
            Some((secret, next)) => {
                let first = *next;
                let mut sealed = Vec::with_capacity(STRETCH_BYTES as usize + SEAL_BYTES);
                let mut place = self.len_bytes;
                for stretch in bytes.chunks(STRETCH_BYTES as usize) {
                    sealed.clear();
                    sealed.extend_from_slice(stretch);
                    seal(secret, (self.attempt, *next), &mut sealed)?;
                    // The last number is the index's.
                    *next = next.checked_add(1).filter(|next| *next < INDEX).ok_or_else(too_much)?;
                    self.file.write_all_at(&sealed, place)?;
                    place += sealed.len() as u64;
                }
                Proof::Seals(first)
            }
        };
        let piece = Piece {
            end: start + bytes.len() as u64,
            place: self.len_bytes,
            proof,
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
        if let Some((secret, _)) = &self.seals {
            seal(secret, (self.attempt, INDEX), &mut bytes)?;
        }
        let tail = [self.len_bytes, bytes.len() as u64, xxh3_64(&bytes), self.attempt];
        bytes.extend(tail.iter().flat_map(|number| number.to_le_bytes()));
        self.file.write_all_at(&bytes, self.len_bytes)
    }
}

/// Seals bytes, and puts the seal behind them.
fn seal(secret: &Secret, place: Nonce, bytes: &mut Vec<u8>) -> io::Result<()> {
    let seal = secret.seal_place(place, bytes).ok_or_else(too_much)?;
    bytes.extend_from_slice(&seal);
    Ok(())
}

fn too_much() -> io::Error {
    io::Error::other("there is more than can be sealed")
}

/// Opens bytes with their seal behind them; what is left is the bytes. None if they are not what was sealed there.
fn open<'a>(secret: &Secret, place: Nonce, sealed: &'a mut [u8]) -> Option<&'a mut [u8]> {
    let (bytes, seal) = sealed.split_last_chunk_mut::<SEAL_BYTES>()?;
    secret.open_place(place, bytes, *seal).then_some(bytes)
}

/// What opens the stretches of a file of copies, where they are sealed, and the attempt that wrote them.
#[derive(Clone, Debug)]
struct Opener {
    secret: Option<Arc<Secret>>,
    attempt: u64,
}

/// A file of copies.
#[derive(Debug)]
pub(crate) struct Copies {
    file: Arc<File>,
    opener: Opener,
    pieces: HashMap<(String, Stamp), Arc<Pieces>>,
}

impl Copies {
    /// Opens one that was finished; none where it is not what was written.
    pub(crate) fn open(path: &Path, secret: Option<Arc<Secret>>) -> Option<Copies> {
        let file = File::open(path).ok()?;
        let len_bytes = file.metadata().ok()?.len();
        let mut tail = [0; TAIL_BYTES as usize];
        file.read_exact_at(&mut tail, len_bytes.checked_sub(TAIL_BYTES)?).ok()?;
        let (numbers, _) = tail.as_chunks::<8>();
        let [place, index_bytes, checksum, attempt] = [0, 1, 2, 3].map(|i| u64::from_le_bytes(numbers[i]));
        if place.checked_add(index_bytes)?.checked_add(TAIL_BYTES)? != len_bytes {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(index_bytes).ok()?];
        file.read_exact_at(&mut bytes, place).ok()?;
        if xxh3_64(&bytes) != checksum {
            return None;
        }
        let mut index: &[u8] = match &secret {
            Some(secret) => open(secret, (attempt, INDEX), &mut bytes)?,
            None => &bytes,
        };
        let Index(files) = wire::get(&mut index).ok()?;
        let pieces = files.into_iter();
        let pieces = pieces.map(|(path, stamp, pieces)| ((path, stamp), Arc::new(pieces)));
        Some(Copies {
            file: Arc::new(file),
            opener: Opener { secret, attempt },
            pieces: pieces.collect(),
        })
    }

    /// The copies of a file.
    pub(crate) fn of(&self, path: &str, stamp: &Stamp) -> Option<CopiesOf> {
        let pieces = self.pieces.get(&(path.to_owned(), stamp.clone()))?;
        Some(CopiesOf {
            file: Arc::clone(&self.file),
            opener: self.opener.clone(),
            pieces: Arc::clone(pieces),
        })
    }
}

impl Opener {
    /// Reads a stretch into a buffer with room for it and its seal; none where it is not as it was written.
    fn stretch<'a>(
        &self,
        file: &File,
        piece: &Piece,
        number: u64,
        len_bytes: usize,
        buffer: &'a mut [u8],
    ) -> Option<&'a [u8]> {
        match (&piece.proof, &self.secret) {
            (Proof::Checksums(checksums), None) => {
                let bytes = buffer.get_mut(..len_bytes)?;
                file.read_exact_at(bytes, piece.place + number * STRETCH_BYTES).ok()?;
                (*checksums.get(usize::try_from(number).ok()?)? == xxh3_64(bytes)).then_some(bytes)
            }
            (Proof::Seals(first), Some(secret)) => {
                let sealed = buffer.get_mut(..len_bytes + SEAL_BYTES)?;
                let place = piece.place + number * (STRETCH_BYTES + SEAL_BYTES as u64);
                file.read_exact_at(sealed, place).ok()?;
                let number = first.checked_add(u32::try_from(number).ok()?)?;
                open(secret, (self.attempt, number), sealed).map(|bytes| &*bytes)
            }
            _ => None,
        }
    }
}

/// The copies of one file.
#[derive(Debug)]
pub(crate) struct CopiesOf {
    file: Arc<File>,
    opener: Opener,
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
        let mut stretch = vec![0; STRETCH_BYTES as usize + SEAL_BYTES];
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
            let len_bytes = (piece.end - begin).min(STRETCH_BYTES) as usize;
            let read = self.opener.stretch(&self.file, piece, number, len_bytes, stretch);
            let bytes = read.ok_or(Damaged)?;
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
