//! What a step uses: native memory, time and reads.
//!
//! Memory is counted as the thread's net allocations while the step's exports run. What a caller frees between them,
//! the rows of an exported batch, is put down to the next export on that thread, which is the one that asks for more
//! rows.

use crate::allocator;
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

thread_local! {
    static FREED_BETWEEN: Cell<i64> = const { Cell::new(0) };
}

/// Runs what frees memory outside of any step's exports.
pub(crate) fn between<T>(body: impl FnOnce() -> T) -> T {
    let before = allocator::held_bytes();
    let result = body();
    let change = allocator::held_bytes() - before;
    FREED_BETWEEN.with(|freed| freed.set(freed.get() + change));
    result
}

/// The numbers of a step. Written by one thread; atomic, because the source that holds it is shared.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Bytes held, as if the thread's counter had been 0 when the current export began.
    base_bytes: AtomicI64,
    current_bytes: AtomicI64,
    peak_bytes: AtomicI64,
    native_ns: AtomicU64,
    pub(crate) bytes_read: AtomicU64,
    pub(crate) reads: AtomicU64,
    pub(crate) read_wait_ns: AtomicU64,
}

/// An export that runs.
pub(crate) struct Running {
    started: Instant,
}

impl Ledger {
    /// An export begins.
    pub(crate) fn enter(&self) -> Running {
        let between = FREED_BETWEEN.with(Cell::take);
        let base = self.current_bytes.load(Relaxed) + between - allocator::held_bytes();
        self.base_bytes.store(base, Relaxed);
        Running {
            started: Instant::now(),
        }
    }

    /// It ends.
    pub(crate) fn leave(&self, running: &Running) {
        self.measure();
        self.native_ns
            .fetch_add(running.started.elapsed().as_nanos() as u64, Relaxed);
    }

    /// Bytes that the step holds now, while an export runs.
    pub(crate) fn measure(&self) -> i64 {
        let bytes = self.base_bytes.load(Relaxed) + allocator::held_bytes();
        self.current_bytes.store(bytes, Relaxed);
        self.peak_bytes.fetch_max(bytes, Relaxed);
        bytes
    }

    /// In the order of `org.sparkparity.StepMetrics`.
    pub(crate) fn metrics(&self, rows: u64) -> [i64; 7] {
        [
            rows as i64,
            self.bytes_read.load(Relaxed) as i64,
            self.reads.load(Relaxed) as i64,
            self.read_wait_ns.load(Relaxed) as i64,
            self.native_ns.load(Relaxed) as i64,
            self.peak_bytes.load(Relaxed).max(0),
            self.current_bytes.load(Relaxed).max(0),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn memory_counts_for_the_step_that_allocated_it_also_when_two_take_turns() {
        let (first, second) = (Ledger::default(), Ledger::default());
        let running = first.enter();
        let a = black_box(vec![0u8; 1 << 20]);
        first.leave(&running);
        let running = second.enter();
        let b = black_box(vec![0u8; 1 << 10]);
        second.leave(&running);
        let running = first.enter();
        drop(a);
        first.leave(&running);
        assert_eq!(first.metrics(0)[5..], [1 << 20, 0]);
        assert_eq!(second.metrics(0)[5..], [1 << 10, 1 << 10]);
        drop(b);
    }

    #[test]
    fn a_batch_freed_between_two_exports_leaves_nothing_behind() {
        let ledger = Ledger::default();
        for _ in 0..3 {
            let running = ledger.enter();
            let batch = black_box(vec![0u8; 1 << 20]);
            ledger.leave(&running);
            between(|| drop(batch));
        }
        let running = ledger.enter();
        ledger.leave(&running);
        assert_eq!(ledger.metrics(0)[5..], [1 << 20, 0]);
    }
}
