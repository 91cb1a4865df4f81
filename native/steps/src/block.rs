//! Blocks: what steps exchange.
//!
//! | offset | bytes | field, little endian |
//! |---|---|---|
//! | 0 | 4 | target: partition of the exchange that follows, or [`DRIVER`] |
//! | 4 | 4 | order: place among the blocks of a target, where the exchange sorts |
//! | 8 | | payload, which only steps read |

/// The target of blocks for the driver.
pub const DRIVER: u32 = u32::MAX;
/// Bytes before the payload.
pub const HEADER_BYTES: usize = 8;

/// A block that begins with its header; the payload is appended.
pub fn begin(target: u32, order: u32) -> Vec<u8> {
    let mut block = Vec::with_capacity(64);
    block.extend_from_slice(&target.to_le_bytes());
    block.extend_from_slice(&order.to_le_bytes());
    block
}
