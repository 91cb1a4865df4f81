//! Sealed blocks: what tasks of a run with masked columns leave in files and on the network says nothing without the run's secret,
//! which travels with the tasks and is never written.
//!
//! AES-256-GCM-SIV with one nonce for all: the same block gives the same bytes, as blocks must when a task runs again, and all that the
//! bytes then tell is that two blocks are the same. The header stays as it is, because exchanges read it, and is covered by the seal.
//!
//! What is kept at one place in a file is sealed by its [`Nonce`] as well, so that it opens nowhere else, and two places
//! with the same bytes do not look alike.

use crate::wire::block::{self, HEADER_BYTES};
use aes_gcm_siv::Aes256GcmSiv;
use aes_gcm_siv::aead::{Aead, AeadInOut, KeyInit, Payload};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parity_source::ParityError;

/// Bytes of a secret.
pub const SECRET_BYTES: usize = 32;

/// Bytes that a seal adds to what it is put on.
pub const SEAL_BYTES: usize = 16;

/// A place that is sealed once under a secret: an attempt of a task, and a number among what the attempt seals. The
/// number is never zero, which keeps it apart from the nonce of blocks.
pub type Nonce = (u64, std::num::NonZeroU32);

/// Says what sealed places belong to, so that none passes for a block.
const PLACE: &[u8] = b"place";

fn nonce_bytes((attempt, number): Nonce) -> aes_gcm_siv::Nonce {
    let mut bytes = aes_gcm_siv::Nonce::default();
    bytes[..8].copy_from_slice(&attempt.to_le_bytes());
    bytes[8..].copy_from_slice(&number.get().to_le_bytes());
    bytes
}

/// What seals the blocks of a run.
pub struct Secret(Aes256GcmSiv);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

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
        let sealed = with_payload(block, |payload| {
            self.0.encrypt(&aes_gcm_siv::Nonce::default(), payload).ok()
        })?;
        sealed.ok_or_else(|| ParityError::internal("a block is too large to be sealed"))
    }

    /// The block that was sealed.
    pub fn open(&self, block: &[u8]) -> Result<Vec<u8>, ParityError> {
        let opened = with_payload(block, |payload| {
            self.0.decrypt(&aes_gcm_siv::Nonce::default(), payload).ok()
        })?;
        opened.ok_or_else(|| ParityError::internal("a block was not sealed with the secret of this run"))
    }

    /// Seals the bytes where they lie, for a place that nothing was sealed for before; gives the seal. None for more
    /// bytes than a seal can cover.
    pub fn seal_place(&self, place: Nonce, bytes: &mut [u8]) -> Option<[u8; SEAL_BYTES]> {
        let seal = self.0.encrypt_inout_detached(&nonce_bytes(place), PLACE, bytes.into());
        seal.ok().map(Into::into)
    }

    /// Opens the bytes where they lie; false if they are not what was sealed for the place, and then they are worthless.
    #[must_use]
    pub fn open_place(&self, place: Nonce, bytes: &mut [u8], seal: [u8; SEAL_BYTES]) -> bool {
        let opened = self
            .0
            .decrypt_inout_detached(&nonce_bytes(place), PLACE, bytes.into(), &seal.into());
        opened.is_ok()
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
    use std::num::NonZeroU32;

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
    fn a_sealed_place_opens_as_itself_only() {
        let place = |attempt, number| (attempt, NonZeroU32::new(number).unwrap());
        let mut sealed = b"SECRET-1 and more".to_vec();
        let seal = secret(1).seal_place(place(0, 1), &mut sealed).unwrap();
        assert!(!sealed.windows(6).any(|bytes| bytes == b"SECRET"));
        let opens = |secret: &Secret, place, sealed: &[u8], seal| {
            let mut bytes = sealed.to_vec();
            secret.open_place(place, &mut bytes, seal) && bytes == b"SECRET-1 and more"
        };
        assert!(opens(&secret(1), place(0, 1), &sealed, seal));
        assert!(!opens(&secret(2), place(0, 1), &sealed, seal));
        for other in [place(1, 1), place(0, 2), place(1 << 32, 1), place(0, 1 << 31)] {
            assert!(!opens(&secret(1), other, &sealed, seal), "{other:?}");
            let mut again = b"SECRET-1 and more".to_vec();
            secret(1).seal_place(other, &mut again).unwrap();
            assert_ne!(again, sealed, "{other:?}");
        }
        assert!(!opens(&secret(1), place(0, 1), &sealed[1..], seal));
        for at in 0..SEAL_BYTES {
            let mut damaged = seal;
            damaged[at] ^= 1;
            assert!(!opens(&secret(1), place(0, 1), &sealed, damaged), "{at}");
        }
    }

    #[test]
    fn a_secret_of_another_length_is_refused() {
        assert!(Secret::from_text("AAAA").is_err());
        assert!(Secret::from_text("not base64").is_err());
    }
}
