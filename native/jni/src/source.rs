//! Bytes for a step that runs in a JVM.
//!
//! Local files are read here, with positioned reads. Everything else comes through Hadoop's file systems, which know
//! the cluster's credentials, encryption and retries ([`TaskIo`]). One stream of an object store is several times
//! slower than decoding, so what a step says it will read next is asked for ahead: consecutive ranges become requests
//! of a few MiB, a bounded number of which is under way. The buffers belong to the JVM; what is read here is a view of
//! them, and when its last slice is dropped the buffer goes back with the next call.
//!
//! Reads come in the announced order. So a read that begins in one announced request ends all requests before it, and a
//! step may leave ranges out. What was not announced is read when it is asked for.

use crate::copies::{Copies, CopiesOf, Writer};
use crate::ledger::Ledger;
use crate::task_io::{Entry, Filled, Refusal, TaskIo};
use bytes::Bytes;
use parity_scan::error::{ScanError, ScanResult};
use parity_scan::files::pool;
use parity_scan::files::source::{ByteSource, FileBytes, Listed, LocalSource, Stamp};
use parity_source::{Code, budget};
use parity_steps::wire::guard::Masking;
use parity_steps::wire::seal::Secret;
use std::collections::VecDeque;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Announced ranges this far apart are read together: skipping costs less than a request.
const GAP_BYTES: u64 = 64 << 10;
/// Size of an announced request at most. One larger range is several requests, which run at the same time.
const REQUEST_BYTES: u64 = 8 << 20;
/// Size of the first request where nothing is under way: the task waits for all of it. Each that follows is twice as
/// large.
const FIRST_BYTES: u64 = 1 << 20;
/// Bytes that are under way or not yet given back, at most, while reading ahead.
const AHEAD_BYTES: u64 = 32 << 20;
/// The same when Spark has no memory left for the task.
const SHORT_AHEAD_BYTES: u64 = REQUEST_BYTES;
/// Pauses before a failed read is tried again: S3A repeats its own reads, and not vectored ones.
const PAUSES_MS: [u64; 4] = [0, 100, 400, 1000];
/// Native memory is accounted for in steps of this size.
const ACCOUNT_BYTES: i64 = 8 << 20;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The source of one step.
#[derive(Debug)]
pub(crate) struct Source {
    reading: Arc<Reading>,
}

impl Source {
    pub(crate) fn new(io: Arc<dyn TaskIo>, ledger: Arc<Ledger>, masking: Masking) -> Self {
        Source {
            reading: Arc::new(Reading {
                io,
                ledger,
                masking,
                ended: Mutex::default(),
                held_bytes: AtomicU64::new(0),
                ahead_bytes: AtomicU64::new(AHEAD_BYTES),
                accounted_bytes: AtomicI64::new(0),
                copies: OnceLock::new(),
                writer: Mutex::default(),
            }),
        }
    }

    /// Ends the copies of what was read, so that others can read them.
    pub(crate) fn finish_copies(&self) {
        if let Some(writer) = lock(&self.reading.writer).take() {
            // Without an index it is nothing, and says so.
            let _ = writer.finish();
        }
    }

    /// Accounts for native memory and gives buffers back; for between reads.
    pub(crate) fn settle(&self) -> ScanResult<()> {
        self.reading.settle()
    }
}

/// The state that the files of a step share.
#[derive(Debug)]
struct Reading {
    io: Arc<dyn TaskIo>,
    ledger: Arc<Ledger>,
    /// How copies are kept from readers.
    masking: Masking,
    /// Requests whose buffers nobody looks at any more.
    ended: Mutex<Vec<i64>>,
    /// Bytes of all requests that have not ended.
    held_bytes: AtomicU64,
    /// How many of them there may be while reading ahead.
    ahead_bytes: AtomicU64,
    /// Native memory that the JVM knows of.
    accounted_bytes: AtomicI64,
    /// Copies of what an earlier task has read; asked for when the first file that is not local is opened.
    copies: OnceLock<Option<Copies>>,
    /// Copies of what this task reads.
    writer: Mutex<Option<Writer>>,
}

impl Reading {
    fn settle(&self) -> ScanResult<()> {
        let ended = std::mem::take(&mut *lock(&self.ended));
        for request in ended {
            self.io.free(request).map_err(|r| refused("a read buffer", &r))?;
        }
        let used = self.ledger.measure();
        if (used - self.accounted_bytes.load(Relaxed)).abs() >= ACCOUNT_BYTES {
            let granted = self.io.memory(used).map_err(|r| refused("native memory", &r))?;
            self.accounted_bytes.store(used, Relaxed);
            let ahead = if granted < used { SHORT_AHEAD_BYTES } else { AHEAD_BYTES };
            self.ahead_bytes.store(ahead, Relaxed);
        }
        Ok(())
    }

    /// What comes before every call of a file system.
    fn begin(&self) -> ScanResult<()> {
        if self.io.is_killed().map_err(|r| refused("the task", &r))? {
            return Err(ScanError::Cancelled);
        }
        self.settle()
    }

    /// Finds out about copies, once.
    fn ask_for_copies(&self) -> Result<(), Refusal> {
        if self.copies.get().is_some() {
            return Ok(());
        }
        let secret = match &self.masking {
            Masking::None => None,
            Masking::Sealed(secret) => Some(Arc::clone(secret)),
            Masking::Secretless => {
                let _ = self.copies.set(None);
                return Ok(());
            }
        };
        let copies = self.io.copies()?;
        // Nothing depends on a copy, so what is wrong with one is nobody's business.
        let copies = copies.and_then(|path| Copies::open(Path::new(&path), secret.clone()));
        if self.copies.set(copies).is_ok()
            && let Some(told) = self.io.copy_to()?
        {
            *lock(&self.writer) = writer(&told, secret);
        }
        Ok(())
    }

    /// The copies of a file.
    fn copies_of(&self, path: &str, stamp: &Stamp) -> Option<CopiesOf> {
        self.copies.get()?.as_ref()?.of(path, stamp)
    }

    /// Copies what was read, as long as the disk takes it.
    fn copy(&self, path: &str, stamp: &Stamp, start: u64, bytes: &[u8]) {
        let mut writer = lock(&self.writer);
        if let Some(open) = &mut *writer
            && open.copy(path, stamp, start, bytes).is_err()
        {
            *writer = None;
        }
    }

    fn count_read(&self, bytes: usize) {
        self.ledger.reads.fetch_add(1, Relaxed);
        self.ledger.bytes_read.fetch_add(bytes as u64, Relaxed);
    }
}

/// Begins the copies that a task is told to make; see [`TaskIo::copy_to`].
fn writer(told: &str, secret: Option<Arc<Secret>>) -> Option<Writer> {
    let (most_bytes, told) = told.split_once(':')?;
    let (attempt, path) = told.split_once(':')?;
    Writer::create(Path::new(path), most_bytes.parse().ok()?, attempt.parse().ok()?, secret).ok()
}

/// The error that a refusal means for `path`.
fn refused(path: &str, refusal: &Refusal) -> ScanError {
    // The JVM's sentences begin with the path, as ours do.
    let reason = |lead: &str| {
        let lead = format!("{path}{lead}");
        refusal
            .message
            .strip_prefix(&lead)
            .unwrap_or(&refusal.message)
            .to_owned()
    };
    let (not_found, unreadable) = (reason(" "), reason(": cannot be read: "));
    let path = path.to_owned();
    match refusal.code {
        Code::Cancelled => ScanError::Cancelled,
        Code::SourceChanged => ScanError::SourceChanged { path },
        Code::PathNotFound => ScanError::PathNotFound {
            path,
            reason: not_found,
        },
        _ => ScanError::Unreadable {
            path,
            reason: unreadable,
        },
    }
}

/// Failures that are worth another try: neither the file nor the task is at fault.
fn is_passing(refusal: &Refusal) -> bool {
    refusal.code.is_mendable() && refusal.code != Code::Cancelled
}

fn listed(entry: Entry) -> Listed {
    let name = entry.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    Listed {
        name: name.to_owned(),
        stamp: entry.len_bytes.map(|len_bytes| Stamp {
            len_bytes,
            modified_ns: i128::from(entry.modified_ms) * 1_000_000,
            identity: 0,
            etag: entry.etag,
        }),
        path: entry.path,
    }
}

/// A local path in the manner in which it was given: without its scheme it would mean another file where the default
/// file system is not the local one.
fn as_given(given: &str, mut listed: Listed) -> Listed {
    if !given.starts_with('/') {
        listed.path = format!("file:{}", listed.path);
    }
    listed
}

impl ByteSource for Source {
    fn look(&self, path: &str) -> ScanResult<Option<Listed>> {
        self.reading.begin()?;
        let io = &self.reading.io;
        match io.local_path(path).map_err(|r| refused(path, &r))? {
            Some(local) => Ok(LocalSource.look(&local)?.map(|l| as_given(path, l))),
            None => Ok(io.look(path).map_err(|r| refused(path, &r))?.map(listed)),
        }
    }

    fn list(&self, folder: &str) -> ScanResult<Vec<Listed>> {
        self.reading.begin()?;
        let io = &self.reading.io;
        Ok(match io.local_path(folder).map_err(|r| refused(folder, &r))? {
            Some(local) => LocalSource
                .list(&local)?
                .into_iter()
                .map(|l| as_given(folder, l))
                .collect(),
            None => io
                .list(folder)
                .map_err(|r| refused(folder, &r))?
                .into_iter()
                .map(listed)
                .collect(),
        })
    }

    fn open(&self, path: &str, stamp: &Stamp) -> ScanResult<Box<dyn FileBytes>> {
        self.reading.begin()?;
        let io = &self.reading.io;
        let reading = Arc::clone(&self.reading);
        if let Some(local) = io.local_path(path).map_err(|r| refused(path, &r))? {
            let file = LocalSource.open(&local, stamp)?;
            return Ok(Box::new(LocalFile { file, reading }));
        }
        reading.ask_for_copies().map_err(|r| refused(path, &r))?;
        let modified_ms = (stamp.modified_ns / 1_000_000) as i64;
        let file = io
            .open(path, stamp.len_bytes, modified_ms, stamp.etag.as_deref())
            .map_err(|r| refused(path, &r))?;
        Ok(Box::new(RemoteFile {
            path: path.to_owned(),
            file,
            stamp: stamp.clone(),
            copies: reading.copies_of(path, stamp),
            reading,
            queue: Mutex::default(),
        }))
    }
}

/// A local file, read as always; but the task may be killed, and its reads count.
#[derive(Debug)]
struct LocalFile {
    file: Box<dyn FileBytes>,
    reading: Arc<Reading>,
}

impl FileBytes for LocalFile {
    fn read(&self, range: Range<u64>) -> ScanResult<Bytes> {
        self.reading.begin()?;
        let started = Instant::now();
        let bytes = self.file.read(range)?;
        let waited = started.elapsed().as_nanos() as u64;
        self.reading.ledger.read_wait_ns.fetch_add(waited, Relaxed);
        self.reading.count_read(bytes.len());
        Ok(bytes)
    }

    fn announce(&self, ranges: &[Range<u64>]) {
        self.file.announce(ranges);
    }

    fn is_local(&self) -> bool {
        self.file.is_local()
    }

    fn check(&self) -> ScanResult<()> {
        self.file.check()
    }
}

/// A file of any other file system.
#[derive(Debug)]
struct RemoteFile {
    path: String,
    file: i64,
    stamp: Stamp,
    copies: Option<CopiesOf>,
    reading: Arc<Reading>,
    queue: Mutex<Queue>,
}

/// The ranges to be read next, in order: first those that were asked for, then the others.
#[derive(Debug, Default)]
struct Queue {
    requests: VecDeque<Request>,
    announced: VecDeque<Range<u64>>,
}

/// A read that was asked for.
#[derive(Debug)]
struct Request {
    range: Range<u64>,
    state: State,
}

#[derive(Debug)]
enum State {
    UnderWay(Ticket),
    Read(Bytes),
}

/// A request at the JVM. Dropping it gives its buffer back.
#[derive(Debug)]
struct Ticket {
    id: i64,
    len_bytes: u64,
    reading: Arc<Reading>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.reading.held_bytes.fetch_sub(self.len_bytes, Relaxed);
        lock(&self.reading.ended).push(self.id);
    }
}

/// The bytes of a finished read; the ticket goes when their last slice does.
struct Loan {
    filled: Box<dyn Filled>,
    _ticket: Ticket,
}

impl AsRef<[u8]> for Loan {
    fn as_ref(&self) -> &[u8] {
        (*self.filled).as_ref()
    }
}

/// Requests for ranges, in their order; the first one is of `first_bytes` at most.
fn requests(ranges: &[Range<u64>], len_bytes: u64, first_bytes: u64) -> VecDeque<Range<u64>> {
    let mut result: VecDeque<Range<u64>> = VecDeque::new();
    let mut most_bytes = first_bytes;
    for range in ranges {
        let end = range.end.min(len_bytes);
        let mut start = range.start;
        while start < end {
            match result.back_mut() {
                // What is left of the size of the last one.
                Some(last) if last.end <= start && start - last.end <= GAP_BYTES && start < last.start + most_bytes => {
                    last.end = end.min(last.start + most_bytes);
                    start = last.end;
                }
                last => {
                    if last.is_some() {
                        most_bytes = REQUEST_BYTES.min(2 * most_bytes);
                    }
                    let piece = start..end.min(start + most_bytes);
                    start = piece.end;
                    result.push_back(piece);
                }
            }
        }
    }
    result
}

impl RemoteFile {
    fn submit(&self, range: &Range<u64>) -> Result<Ticket, Refusal> {
        let len_bytes = range.end - range.start;
        let length = i32::try_from(len_bytes).map_err(|_| Refusal {
            code: Code::PathUnreadable,
            message: format!("a read of {len_bytes} bytes at once"),
        })?;
        let id = self.reading.io.submit(self.file, range.start, length)?;
        self.reading.held_bytes.fetch_add(len_bytes, Relaxed);
        Ok(Ticket {
            id,
            len_bytes,
            reading: Arc::clone(&self.reading),
        })
    }

    /// Waits for a read; one that fails is tried again a few times.
    fn wait(&self, ticket: Ticket, range: &Range<u64>) -> ScanResult<Bytes> {
        let started = Instant::now();
        let mut result = self.wait_once(ticket, range);
        for pause_ms in PAUSES_MS {
            if !result.as_ref().is_err_and(is_passing) {
                break;
            }
            result = self
                .pause(Duration::from_millis(pause_ms))
                .and_then(|()| self.submit(range))
                .and_then(|ticket| self.wait_once(ticket, range));
        }
        let waited = started.elapsed().as_nanos() as u64;
        self.reading.ledger.read_wait_ns.fetch_add(waited, Relaxed);
        result.map_err(|r| refused(&self.path, &r))
    }

    /// Sleeps, unless the task is killed.
    fn pause(&self, pause: Duration) -> Result<(), Refusal> {
        let end = Instant::now() + pause;
        loop {
            if self.reading.io.is_killed()? {
                return Err(Refusal {
                    code: Code::Cancelled,
                    message: "the task was killed".to_owned(),
                });
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
    }

    fn wait_once(&self, ticket: Ticket, range: &Range<u64>) -> Result<Bytes, Refusal> {
        let filled = self.reading.io.wait(ticket.id)?;
        let len_bytes = (*filled).as_ref().len();
        if len_bytes as u64 != range.end - range.start {
            return Err(Refusal {
                code: Code::Internal,
                message: format!("a read of {} bytes gave {len_bytes}", range.end - range.start),
            });
        }
        self.reading.count_read(len_bytes);
        self.reading
            .copy(&self.path, &self.stamp, range.start, (*filled).as_ref());
        Ok(Bytes::from_owner(Loan {
            filled,
            _ticket: ticket,
        }))
    }

    fn read_unannounced(&self, range: &Range<u64>) -> ScanResult<Bytes> {
        let ticket = self.submit(range).map_err(|r| refused(&self.path, &r))?;
        self.wait(ticket, range)
    }

    /// Asks for announced ranges as far as the bound allows, and for one at least.
    fn read_ahead(&self, queue: &mut Queue) -> Result<(), Refusal> {
        while let Some(next) = queue.announced.front() {
            let held = self.reading.held_bytes.load(Relaxed) + (next.end - next.start);
            if !queue.requests.is_empty() && held > self.reading.ahead_bytes.load(Relaxed) {
                break;
            }
            let ticket = self.submit(next)?;
            if let Some(range) = queue.announced.pop_front() {
                queue.requests.push_back(Request {
                    range,
                    state: State::UnderWay(ticket),
                });
            }
        }
        Ok(())
    }

    /// Bytes from `start` on, up to `end` or to the end of the announced request that holds them.
    fn some(&self, queue: &mut Queue, range: &Range<u64>) -> ScanResult<Bytes> {
        if !queue.begin(range.start) {
            return self.read_unannounced(range);
        }
        self.read_ahead(queue).map_err(|r| refused(&self.path, &r))?;
        let Some(request) = queue.requests.pop_front() else {
            return self.read_unannounced(range);
        };
        let bytes = match request.state {
            State::Read(bytes) => bytes,
            State::UnderWay(ticket) => self.wait(ticket, &request.range)?,
        };
        let within = |at: u64| (at - request.range.start) as usize;
        let slice = bytes.slice(within(range.start)..within(range.end.min(request.range.end)));
        queue.requests.push_front(Request {
            state: State::Read(bytes),
            ..request
        });
        Ok(slice)
    }
}

impl Queue {
    /// Ends everything before the request that holds `start`; false when none does.
    fn begin(&mut self, start: u64) -> bool {
        if let Some(index) = self.requests.iter().position(|r| r.range.contains(&start)) {
            self.requests.drain(..index);
        } else if let Some(index) = self.announced.iter().position(|r| r.contains(&start)) {
            self.requests.clear();
            self.announced.drain(..index);
        } else {
            return false;
        }
        true
    }
}

impl FileBytes for RemoteFile {
    fn read(&self, range: Range<u64>) -> ScanResult<Bytes> {
        if range.end > self.stamp.len_bytes {
            return Err(ScanError::CorruptFile {
                path: self.path.clone(),
                reason: format!(
                    "bytes {}..{} lie beyond its end at {}",
                    range.start, range.end, self.stamp.len_bytes
                ),
            });
        }
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        self.reading.begin()?;
        if let Some(copy) = self.copies.as_ref().and_then(|copies| copies.read(&range)) {
            return Ok(copy);
        }
        let queue = &mut *lock(&self.queue);
        let first = self.some(queue, &range)?;
        let len_bytes = (range.end - range.start) as usize;
        if first.len() == len_bytes {
            return Ok(first);
        }
        // Across requests: the only reads that are copied.
        budget::ensure(len_bytes as u64)?;
        pool::filled(len_bytes, |buffer| {
            let mut done = first.len();
            buffer[..done].copy_from_slice(&first);
            drop(first);
            while done < len_bytes {
                let next = self.some(queue, &(range.start + done as u64..range.end))?;
                buffer[done..done + next.len()].copy_from_slice(&next);
                done += next.len();
            }
            Ok(())
        })
    }

    fn announce(&self, ranges: &[Range<u64>]) {
        let queue = &mut *lock(&self.queue);
        queue.requests.clear();
        let is_far = |range: &&Range<u64>| self.copies.as_ref().is_none_or(|copies| !copies.hold(range));
        let ranges: Vec<Range<u64>> = ranges.iter().filter(is_far).cloned().collect();
        let is_first = self.reading.held_bytes.load(Relaxed) == 0;
        let first_bytes = if is_first { FIRST_BYTES } else { REQUEST_BYTES };
        queue.announced = requests(&ranges, self.stamp.len_bytes, first_bytes);
        // Whoever reads a range meets the reason why it could not be asked for.
        if self.reading.begin().is_ok() {
            let _ = self.read_ahead(queue);
        }
    }

    fn check(&self) -> ScanResult<()> {
        self.reading.io.check(self.file).map_err(|r| refused(&self.path, &r))
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "one range may be all that is announced")]
#[path = "source_tests.rs"]
mod tests;
