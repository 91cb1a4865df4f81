//! The command's memory: its allocator, its budget, and its last words where there is none left.
//!
//! Whatever a file or its data sizes is asked for beforehand ([`parity_source::budget`]), and a refusal is an error like any other.
//! What remains are the many small allocations in between. A Rust program that is refused one of them aborts, by a signal and
//! without a document. [`CommandAllocator`] ends the process instead, with the status and the error of the command.

use mimalloc::MiMalloc;
use parity_source::{Code, budget};
use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What the budget leaves of the memory of the process at least: code, stacks, and what the allocator holds unused.
const RESERVE_BYTES: u64 = 64 << 20;
/// What a thread takes at least: its stack, and the first segment of the allocator.
const THREAD_BYTES: u64 = 64 << 20;

const CODE: &str = Code::OutOfResources.text();
const MESSAGE: &str = "the system gives no more memory";
const HINT: &str =
    "give the process more memory or fewer threads (--threads), or leave the largest columns out with --exclude";
// In pieces, which are written one after the other: there is no memory to join them in.
const ERROR_TEXT: [&str; 7] = ["parity: ", CODE, ": ", MESSAGE, "\n  hint: ", HINT, "\n"];
const ERROR_DOCUMENT: [&str; 7] = [
    "{\"version\":1,\"error\":{\"code\":\"",
    CODE,
    "\",\"message\":\"",
    MESSAGE,
    "\",\"hint\":\"",
    HINT,
    "\"}}\n",
];

static IS_ENDING: AtomicBool = AtomicBool::new(false);
static IS_ANSWERING: AtomicBool = AtomicBool::new(false);

/// Sets the budget of the process, by what it may take.
pub fn set_budget() {
    if let Some(bytes) = budget::available_bytes() {
        let reserve_bytes = RESERVE_BYTES.max(bytes / 8);
        budget::install(bytes.saturating_sub(reserve_bytes), HINT);
    }
}

/// mimalloc's option for how long freed memory is kept before the system gets it back, in milliseconds.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
/// Windows, splits and partitions follow each other in less, and use the memory of those before them. At mimalloc's own 10
/// ms it is given back in between, and the kernel clears it again, page by page.
const KEPT_MS: std::ffi::c_long = 1000;

/// Lets freed memory stay with the process for a while. `MIMALLOC_PURGE_DELAY` in the environment says otherwise.
pub fn keep_freed_memory() {
    // SAFETY: it stores a number; no other thread sets options of mimalloc.
    unsafe { libmimalloc_sys::mi_option_set_default(PURGE_DELAY, KEPT_MS) };
}

/// Keeps glibc from setting aside up to 128 MiB of addresses for each thread. What the C library itself allocates is next to nothing, and
/// where addresses are limited they are wanted for data.
pub fn share_c_heap() {
    #[cfg(target_env = "gnu")]
    system::share_heap();
}

/// Threads that the memory of the process has room for, at least one.
pub fn most_threads() -> usize {
    let threads =
        budget::available_bytes().map_or(u64::MAX, |bytes| bytes.saturating_sub(RESERVE_BYTES) / THREAD_BYTES);
    usize::try_from(threads).unwrap_or(usize::MAX).max(1)
}

/// Says that an answer is being written: an error after this begins with a line of its own.
pub fn begin_answer() {
    IS_ANSWERING.store(true, Relaxed);
}

/// The allocator of the command: mimalloc, counted, which ends the process where it gets no memory.
#[derive(Debug)]
pub struct CommandAllocator;

// SAFETY: every call goes to mimalloc unchanged. The counters are plain numbers without a destructor, so counting neither allocates nor
// panics, and what happens to a null pointer does not return.
unsafe impl GlobalAlloc for CommandAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        budget::count(layout.size() as i64);
        // SAFETY: as the caller promised.
        given(unsafe { MiMalloc.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        budget::count(layout.size() as i64);
        // SAFETY: as the caller promised.
        given(unsafe { MiMalloc.alloc_zeroed(layout) })
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        budget::count(-(layout.size() as i64));
        // SAFETY: as the caller promised.
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_bytes: usize) -> *mut u8 {
        budget::count(new_bytes as i64 - layout.size() as i64);
        // SAFETY: as the caller promised.
        given(unsafe { MiMalloc.realloc(pointer, layout, new_bytes) })
    }
}

#[inline]
fn given(pointer: *mut u8) -> *mut u8 {
    if pointer.is_null() {
        end();
    }
    pointer
}

/// Says that there is no memory, and ends the process with the status of a comparison that could not be made. Allocates nothing.
#[cold]
fn end() -> ! {
    if IS_ENDING.swap(true, Relaxed) {
        // Another thread is at it.
        loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
    }
    let line_break: &[u8] = if IS_ANSWERING.load(Relaxed) { b"\n" } else { b"" };
    system::write_all(system::STANDARD_ERROR, line_break);
    for piece in ERROR_TEXT {
        system::write_all(system::STANDARD_ERROR, piece.as_bytes());
    }
    if system::has_argument(b"--json") {
        system::write_all(system::STANDARD_OUTPUT, line_break);
        for piece in ERROR_DOCUMENT {
            system::write_all(system::STANDARD_OUTPUT, piece.as_bytes());
        }
    }
    system::exit(2)
}

/// The few calls of the system that work without memory.
mod system {
    use std::ffi::{CStr, c_char, c_int, c_void};

    pub(super) const STANDARD_OUTPUT: c_int = 1;
    pub(super) const STANDARD_ERROR: c_int = 2;
    const READ_ONLY: c_int = 0;

    // SAFETY: the signatures of POSIX.
    unsafe extern "C" {
        fn open(path: *const c_char, flags: c_int, ...) -> c_int;
        fn read(file: c_int, bytes: *mut c_void, count: usize) -> isize;
        fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
        safe fn _exit(status: c_int) -> !;
    }

    #[cfg(target_env = "gnu")]
    pub(super) fn share_heap() {
        const ARENA_MAX: c_int = -8;
        // SAFETY: the signature of glibc.
        unsafe extern "C" {
            safe fn mallopt(option: c_int, value: c_int) -> c_int;
        }
        mallopt(ARENA_MAX, 1);
    }

    pub(super) fn exit(status: c_int) -> ! {
        _exit(status)
    }

    pub(super) fn write_all(file: c_int, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            // SAFETY: address and length of a slice.
            let written = unsafe { write(file, bytes.as_ptr().cast(), bytes.len()) };
            match usize::try_from(written) {
                Ok(written @ 1..) => bytes = &bytes[written..],
                // There is nobody to tell.
                _ => return,
            }
        }
    }

    /// Whether the process was started with this argument.
    pub(super) fn has_argument(argument: &[u8]) -> bool {
        const ARGUMENTS: &CStr = c"/proc/self/cmdline";
        // SAFETY: a string that ends with a zero byte.
        let file = unsafe { open(ARGUMENTS.as_ptr(), READ_ONLY) };
        let mut buffer = [0u8; 512];
        // Bytes of the current argument that are the ones wanted; `None` once one was another.
        let mut same = Some(0);
        loop {
            // SAFETY: address and length of the buffer.
            let count = unsafe { read(file, buffer.as_mut_ptr().cast(), buffer.len()) };
            let Ok(count @ 1..) = usize::try_from(count) else {
                return false;
            };
            for &byte in &buffer[..count] {
                if byte == 0 {
                    if same == Some(argument.len()) {
                        return true;
                    }
                    same = Some(0);
                } else {
                    same = same.filter(|&at| argument.get(at) == Some(&byte)).map(|at| at + 1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parity_report::document::VERSION;
    use parity_steps::ask::caller::Caller;
    use parity_steps::ask::catalog::Opt;
    use serde_json::Value;

    #[test]
    fn the_last_words_are_an_error_of_the_command() {
        let document: Value = serde_json::from_str(&ERROR_DOCUMENT.concat()).unwrap();
        assert_eq!(document["version"], VERSION);
        let text = format!(
            "parity: {}: {}\n  hint: {}\n",
            document["error"]["code"].as_str().unwrap(),
            document["error"]["message"].as_str().unwrap(),
            document["error"]["hint"].as_str().unwrap()
        );
        assert_eq!(text, ERROR_TEXT.concat());
    }

    #[test]
    fn the_last_words_spell_options_as_the_command_does() {
        let spell = |option| Caller::CommandLine.spell(option);
        assert!(HINT.contains(&spell(Opt::Threads)) && HINT.ends_with(&spell(Opt::Exclude)));
        assert_eq!(spell(Opt::Json), "--json");
    }

    #[test]
    fn the_option_is_the_delay_of_giving_memory_back() {
        // SAFETY: it reads a number.
        let kept = || unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) };
        assert_eq!(kept(), 10, "the default of mimalloc's purge_delay");
        keep_freed_memory();
        assert_eq!(kept(), KEPT_MS);
    }

    #[test]
    fn the_arguments_of_the_process_are_found_without_memory() {
        let own = std::env::args().next().unwrap();
        assert!(system::has_argument(own.as_bytes()));
        assert!(!system::has_argument(&own.as_bytes()[1..]));
        assert!(!system::has_argument(b"--no-such-argument"));
    }
}
