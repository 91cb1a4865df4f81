//! Any bytes are a block that gives the same bytes back, or no block.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parity_kernels::digest::entry::Block;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(block) = Block::from_bytes(bytes) {
        assert_eq!(block.to_bytes(), bytes);
    }
});
