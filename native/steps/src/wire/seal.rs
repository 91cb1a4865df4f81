//! Sealed blocks: what tasks of a run with masked columns leave in files and on the network says nothing without the run's secret,
//! which travels with the tasks and is never written.
//!
//! AES-256-GCM-SIV with one nonce for all: the same block gives the same bytes, as blocks must when a task runs again, and all that the
//! bytes then tell is that two blocks are the same. The header stays as it is, because exchanges read it, and is covered by the seal.

use crate::wire::block::{self, HEADER_BYTES};
use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parity_source::ParityError;

/// Bytes of a secret.
pub const SECRET_BYTES: usize = 32;

/// What seals the blocks of a run.
pub struct Secret(Aes256GcmSiv);

impl Secret {
    /// From base64.
    pub fn from_text(text: &str) -> Result<Secret, ParityError> {
        let bytes = STANDARD.decode(text).ok();
        let cipher = bytes.and_then(|bytes| Aes256GcmSiv::new_from_slice(&bytes).ok());
        cipher
            .map(Secret)
            .ok_or_else(|| ParityError::internal(format!("the secret of a run is not {SECRET_BYTES} bytes")))
    }

    /// The block with its payload sealed.
    pub fn seal(&self, block: &[u8]) -> Result<Vec<u8>, ParityError> {
        let sealed = with_payload(block, |payload| self.0.encrypt(&Nonce::default(), payload).ok())?;
        sealed.ok_or_else(|| ParityError::internal("a block is too large to be sealed"))
    }

    /// The block that was sealed.
    pub fn open(&self, block: &[u8]) -> Result<Vec<u8>, ParityError> {
        let opened = with_payload(block, |payload| self.0.decrypt(&Nonce::default(), payload).ok())?;
        opened.ok_or_else(|| ParityError::internal("a block was not sealed with the secret of this run"))
    }
}

/// The block with another payload behind its header, which covers both.
fn with_payload(
    block: &[u8],
    change: impl FnOnce(Payload<'_, '_>) -> Option<Vec<u8>>,
) -> Result<Option<Vec<u8>>, ParityError> {
    let msg = block::payload(block)?;
    let aad = &block[..HEADER_BYTES];
    Ok(change(Payload { msg, aad }).map(|payload| [aad, &payload].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Secret {
        Secret::from_text(&STANDARD.encode([byte; SECRET_BYTES])).unwrap()
    }

    #[test]
    fn a_sealed_block_opens_with_its_secret_only() {
        let block = b"headerrrSECRET-1 and more";
        let sealed = secret(1).seal(block).unwrap();
        assert_eq!(sealed[..HEADER_BYTES], block[..HEADER_BYTES]);
        assert!(!sealed.windows(6).any(|bytes| bytes == b"SECRET"));
        assert_eq!(secret(1).open(&sealed).unwrap(), block);
        assert!(secret(2).open(&sealed).is_err());
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(secret(1).open(&damaged).is_err(), "{at}");
        }
        assert!(secret(1).open(&sealed[..5]).is_err());
    }

    #[test]
    fn the_same_block_is_sealed_to_the_same_bytes() {
        let block = b"headerrrvalue";
        assert_eq!(secret(7).seal(block).unwrap(), secret(7).seal(block).unwrap());
        assert_ne!(secret(7).seal(block).unwrap(), secret(8).seal(block).unwrap());
    }

    #[test]
    fn a_secret_of_another_length_is_refused() {
        assert!(Secret::from_text("AAAA").is_err());
        assert!(Secret::from_text("not base64").is_err());
    }
}
