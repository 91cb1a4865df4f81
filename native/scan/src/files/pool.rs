//! Read buffers that are used again.
//!
//! A scan reads each column chunk into memory once and drops it. Fresh memory for each of them means that the kernel
//! clears every page before it is overwritten; in a profile of the prototype that was a sixth of the time. A thread
//! therefore keeps a few buffers, and a buffer comes back to the pool of whichever thread drops its last reference.

use bytes::Bytes;
use std::cell::RefCell;

/// Buffers that a thread keeps at most.
const KEPT: usize = 512;
/// Bytes that they come to at most.
const KEPT_BYTES: usize = 64 << 20;
/// A buffer is lent for so much less than it holds at most: who keeps a few bytes keeps all of it.
const MOST_UNUSED: usize = 4;
/// Larger buffers are given back to the allocator.
const LARGEST_KEPT_BYTES: usize = 16 << 20;

thread_local! {
    static FREE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer on loan.
struct Loan {
    buffer: Vec<u8>,
    len_bytes: usize,
}

impl AsRef<[u8]> for Loan {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.len_bytes]
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        if buffer.len() <= LARGEST_KEPT_BYTES {
            // A thread that is ending has no pool any more; then the buffer is simply freed.
            let _ = FREE.try_with(|free| {
                let mut free = free.borrow_mut();
                let kept_bytes: usize = free.iter().map(Vec::len).sum();
                if free.len() < KEPT && kept_bytes + buffer.len() <= KEPT_BYTES {
                    free.push(buffer);
                }
            });
        }
    }
}

/// Bytes of the given length, filled by `fill`.
pub fn filled<E>(len_bytes: usize, fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Bytes, E> {
    let mut buffer = FREE.with(|free| {
        let mut free = free.borrow_mut();
        // The smallest that is large enough.
        let best = (0..free.len())
            .filter(|&i| (len_bytes..=len_bytes.saturating_mul(MOST_UNUSED)).contains(&free[i].len()))
            .min_by_key(|&i| free[i].len());
        best.map(|i| free.swap_remove(i)).unwrap_or_default()
    });
    if buffer.len() < len_bytes {
        let is_kept = len_bytes <= LARGEST_KEPT_BYTES;
        buffer = vec![
            0;
            if is_kept {
                len_bytes.next_power_of_two()
            } else {
                len_bytes
            }
        ];
    }
    fill(&mut buffer[..len_bytes])?;
    Ok(Bytes::from_owner(Loan { buffer, len_bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_buffer_is_used_again_and_shows_only_its_new_bytes() {
        let first = filled::<()>(1000, |b| {
            b.fill(7);
            Ok(())
        })
        .unwrap();
        let address = first.as_ptr();
        drop(first);
        let second = filled::<()>(900, |b| {
            b.fill(9);
            Ok(())
        })
        .unwrap();
        assert_eq!(second.as_ptr(), address);
        assert_eq!(second.len(), 900);
        assert!(second.iter().all(|&b| b == 9));
    }

    #[test]
    fn a_held_slice_keeps_its_bytes_while_others_are_read() {
        let first = filled::<()>(100, |b| {
            b.fill(1);
            Ok(())
        })
        .unwrap();
        let slice = first.slice(10..20);
        drop(first);
        let _second = filled::<()>(100, |b| {
            b.fill(2);
            Ok(())
        })
        .unwrap();
        assert!(slice.iter().all(|&b| b == 1));
    }
}
