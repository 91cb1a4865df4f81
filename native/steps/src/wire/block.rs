//! Blocks: what steps exchange.
//!
//! | offset | bytes | field, little endian |
//! |---|---|---|
//! | 0 | 4 | target: partition of the exchange that follows, or [`DRIVER`] |
//! | 4 | 4 | order: place among the blocks of a target, where the exchange sorts |
//! | 8 | | payload, which only steps read |

use parity_source::ParityError;

/// The target of blocks for the driver.
pub const DRIVER: u32 = u32::MAX;
/// Bytes before the payload.
pub const HEADER_BYTES: usize = 8;

/// The header of a block.
pub fn header(target: u32, order: u32) -> [u8; HEADER_BYTES] {
    (u64::from(target) | u64::from(order) << 32).to_le_bytes()
}

/// A block that begins with its header; the payload is appended.
pub fn begin(target: u32, order: u32) -> Vec<u8> {
    let mut block = Vec::with_capacity(64);
    block.extend_from_slice(&header(target, order));
    block
}

/// What a block holds after its header.
pub fn payload(block: &[u8]) -> Result<&[u8], ParityError> {
    block
        .get(HEADER_BYTES..)
        .ok_or_else(|| ParityError::internal("a block is shorter than its header"))
}

/// The order in a block's header.
pub fn order(block: &[u8]) -> Result<u32, ParityError> {
    let mut header = block
        .get(4..)
        .ok_or_else(|| ParityError::internal("a block is shorter than its header"))?;
    take_u32(&mut header)
}

/// Reads four bytes and moves on.
pub fn take_u32(bytes: &mut &[u8]) -> Result<u32, ParityError> {
    match bytes.split_first_chunk::<4>() {
        Some((head, rest)) => {
            *bytes = rest;
            Ok(u32::from_le_bytes(*head))
        }
        None => Err(ParityError::internal("a block is shorter than its header")),
    }
}

/// The target in a block's header.
pub fn target(block: &[u8]) -> Result<u32, ParityError> {
    let mut header = block;
    take_u32(&mut header)
}
