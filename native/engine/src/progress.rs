//! What the comparison of this process is doing, on a line of the terminal that is written over and cleared at the end.
//!
//! Like the log, there is one for the process: whoever works says what it does, and need not know whether anybody sees
//! it. Only a terminal gets the line, and only from a comparison that takes long enough to be watched.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A comparison that ends before shows nothing.
const FIRST: Duration = Duration::from_millis(500);
const EVERY: Duration = Duration::from_millis(200);
const CLEAR: &str = "\r\x1b[K";

static PHASE: Mutex<&str> = Mutex::new("");
static TASKS: AtomicUsize = AtomicUsize::new(0);
static DONE: AtomicUsize = AtomicUsize::new(0);

/// Says which phase begins.
pub(crate) fn begin(phase: &'static str) {
    *PHASE.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    TASKS.store(0, Ordering::Relaxed);
}

/// Says how many tasks the phase has now.
pub(crate) fn expect(tasks: usize) {
    DONE.store(0, Ordering::Relaxed);
    TASKS.store(tasks, Ordering::Relaxed);
}

/// Says that one of these tasks is done.
pub(crate) fn done() {
    DONE.fetch_add(1, Ordering::Relaxed);
}

fn line() -> String {
    let phase = *PHASE.lock().unwrap_or_else(PoisonError::into_inner);
    let (done, tasks) = (DONE.load(Ordering::Relaxed), TASKS.load(Ordering::Relaxed));
    match tasks {
        0 | 1 => phase.to_owned(),
        _ => format!("{phase}: {} of {tasks}", done.min(tasks)),
    }
}

/// Shows the line until it is dropped.
pub(crate) struct Shown {
    /// Ends the thread when it is dropped.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Shows the line, if standard error is a terminal and the log does not go there.
pub(crate) fn shown() -> Shown {
    let mut shown = Shown {
        end: None,
        thread: None,
    };
    if std::io::stderr().is_terminal() && log::max_level() == log::LevelFilter::Off {
        let (end, ended) = channel();
        let thread = thread::Builder::new().name("parity-progress".to_owned());
        // Without a thread for it there is no line, and the comparison goes on.
        shown.thread = thread.spawn(move || watch(&ended, FIRST, std::io::stderr())).ok();
        shown.end = Some(end);
    }
    shown
}

fn watch(ended: &Receiver<()>, first: Duration, mut stream: impl Write) {
    let mut wait = first;
    while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        wait = EVERY;
        let _ = write!(stream, "{CLEAR}{}", line()).and_then(|()| stream.flush());
    }
    if wait == EVERY {
        let _ = write!(stream, "{CLEAR}").and_then(|()| stream.flush());
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_phase_and_tasks_and_leaves_no_trace() {
        begin("fingerprint");
        expect(16);
        (0..3).for_each(|_| done());
        let (end, ended) = channel();
        let thread = thread::spawn(move || {
            let mut written = Vec::new();
            watch(&ended, Duration::from_millis(1), &mut written);
            written
        });
        thread::sleep(Duration::from_millis(100));
        drop(end);
        let written = String::from_utf8(thread.join().unwrap()).unwrap();
        assert_eq!(written, "\r\x1b[Kfingerprint: 3 of 16\r\x1b[K");
        begin("match");
        assert_eq!(line(), "match");
    }

    #[test]
    fn a_comparison_that_ends_soon_shows_nothing() {
        let (end, ended) = channel();
        drop(end);
        let mut written = Vec::new();
        watch(&ended, FIRST, &mut written);
        assert!(written.is_empty());
    }
}
