//! The library's allocator: mimalloc, counting what the current thread holds, and telling the budget of it.
//!
//! Spark's memory manager hears of native memory through the first count. A task is one thread, so a counter per thread
//! needs no synchronisation; what one thread allocates and another frees would be counted wrongly, but steps start no
//! threads. The budget ([`parity_source::budget`]) is one for all tasks of an executor.

use mimalloc::MiMalloc;
use parity_source::budget;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

thread_local! {
    static HELD_BYTES: Cell<i64> = const { Cell::new(0) };
}

/// Bytes that the current thread has allocated and not freed.
pub(crate) fn held_bytes() -> i64 {
    HELD_BYTES.with(Cell::get)
}

fn count(bytes: i64) {
    HELD_BYTES.set(HELD_BYTES.get() + bytes);
    budget::count(bytes);
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to mimalloc unchanged; the counters are plain numbers, so counting neither allocates nor
// panics.
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
    fn the_budget_hears_of_large_allocations_at_once() {
        let before = budget::held_bytes();
        let bytes = std::hint::black_box(vec![1u8; 64 << 20]);
        assert!(budget::held_bytes() >= before + (60 << 20));
        drop(bytes);
    }
}
