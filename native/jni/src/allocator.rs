//! The library's allocator: mimalloc, counting what the current thread holds, and roughly what the process does.
//!
//! Spark's memory manager hears of native memory through the first count. A task is one thread, so a counter per thread needs
//! no synchronisation; what one thread allocates and another frees would be counted wrongly, but steps start no threads. The second is
//! for the budget ([`parity_scan::budget`]), which is one for all tasks of an executor.

use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// A thread tells the process of its allocations once they come to this many bytes.
const TOLD_BYTES: i64 = 64 << 10;

static ALL_HELD_BYTES: AtomicI64 = AtomicI64::new(0);

thread_local! {
    static HELD_BYTES: Cell<i64> = const { Cell::new(0) };
    static UNTOLD_BYTES: Cell<i64> = const { Cell::new(0) };
}

/// Bytes that all threads have allocated and not freed, about.
pub(crate) fn all_held_bytes() -> u64 {
    u64::try_from(ALL_HELD_BYTES.load(Relaxed)).unwrap_or_default()
}

/// Bytes that the current thread has allocated and not freed.
pub(crate) fn held_bytes() -> i64 {
    HELD_BYTES.with(Cell::get)
}

fn count(bytes: i64) {
    HELD_BYTES.set(HELD_BYTES.get() + bytes);
    let untold = UNTOLD_BYTES.get() + bytes;
    if untold.abs() < TOLD_BYTES {
        UNTOLD_BYTES.set(untold);
    } else {
        UNTOLD_BYTES.set(0);
        ALL_HELD_BYTES.fetch_add(untold, Relaxed);
    }
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to mimalloc unchanged; the counter is a plain number, so counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: as the caller promised.
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: as the caller promised.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: as the caller promised.
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_bytes: usize) -> *mut u8 {
        count(new_bytes as i64 - layout.size() as i64);
        // SAFETY: as the caller promised.
        unsafe { MiMalloc.realloc(pointer, layout, new_bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_freed_again_counts_nothing() {
        let before = held_bytes();
        let mut bytes = vec![1u8; 100_000];
        assert!(held_bytes() - before >= 100_000);
        bytes.extend_from_slice(&[2; 200_000]);
        assert!(held_bytes() - before >= 300_000);
        drop(bytes);
        assert_eq!(held_bytes(), before);
    }

    #[test]
    fn the_process_hears_of_large_allocations_at_once() {
        let before = all_held_bytes();
        let bytes = std::hint::black_box(vec![1u8; 64 << 20]);
        assert!(all_held_bytes() >= before + (60 << 20));
        drop(bytes);
    }
}
