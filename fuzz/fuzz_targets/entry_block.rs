//! Any bytes are a block of as many entries as it says, or no block.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parity_kernels::digest::entry::BlockView;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(block) = BlockView::of(bytes) {
        assert_eq!(block.entries().len(), block.count);
    }
});
