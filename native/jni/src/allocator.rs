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

/// mimalloc's option for how long freed memory is kept before the system gets it back, in milliseconds.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
/// Windows, splits and partitions follow each other in less, and use the memory of those before them. At mimalloc's own 10
/// ms it is given back in between, and the kernel clears it again, page by page.
const KEPT_MS: std::ffi::c_long = 1000;

/// Lets freed memory stay with the process for a while. `MIMALLOC_PURGE_DELAY` in the environment says otherwise.
pub(crate) fn keep_freed_memory() {
    // SAFETY: it stores a number; no other thread sets options of mimalloc.
    unsafe { libmimalloc_sys::mi_option_set_default(PURGE_DELAY, KEPT_MS) };
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
    fn the_option_is_the_delay_of_giving_memory_back() {
        // SAFETY: it reads a number.
        let kept = || unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) };
        assert_eq!(kept(), 10, "the default of mimalloc's purge_delay");
        keep_freed_memory();
        assert_eq!(kept(), KEPT_MS);
    }

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
