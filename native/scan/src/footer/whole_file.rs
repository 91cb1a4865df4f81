//! A file as the parquet crate reads its metadata, and a guard around whatever decodes its bytes.

use crate::error::{ScanError, ScanResult};
use crate::files::source::FileBytes;
use bytes::{Buf, Bytes};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A file from its first byte to its last.
pub(crate) struct WholeFile<'a> {
    pub(super) bytes: &'a dyn FileBytes,
    pub(super) len_bytes: u64,
    /// Bytes that have been read already, from this place on.
    pub(super) held_start: u64,
    pub(super) held: Bytes,
}

impl<'a> WholeFile<'a> {
    /// A file of which nothing has been read yet.
    pub(crate) fn without_tail(bytes: &'a dyn FileBytes, len_bytes: u64) -> Self {
        WholeFile {
            bytes,
            len_bytes,
            held_start: len_bytes,
            held: Bytes::new(),
        }
    }

    /// The bytes from one place to another.
    pub(super) fn read(&self, start: u64, end: u64) -> Result<Bytes, ParquetError> {
        let held_end = self.held_start + self.held.len() as u64;
        if start >= self.held_start && start <= end && end <= held_end {
            let place = |at: u64| (at - self.held_start) as usize;
            return Ok(self.held.slice(place(start)..place(end)));
        }
        if start > end || end > self.len_bytes {
            return Err(ParquetError::EOF(format!(
                "{start}..{end} lies beyond {}",
                self.len_bytes
            )));
        }
        self.bytes
            .read(start..end)
            .map_err(|e| ParquetError::External(Box::new(e)))
    }
}

impl Length for WholeFile<'_> {
    fn len(&self) -> u64 {
        self.len_bytes
    }
}

impl ChunkReader for WholeFile<'_> {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.read(start, self.len_bytes)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        self.read(start, start.saturating_add(length as u64))
    }
}

/// Runs a decoder over bytes that may be damaged. An error or a panic of the decoder is a corrupt file, except that
/// our own errors, which travel inside the decoder's, stay what they are.
pub(crate) fn decode<T>(path: &str, what: &str, decoder: impl FnOnce() -> Result<T, ParquetError>) -> ScanResult<T> {
    match catch_unwind(AssertUnwindSafe(decoder)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(ParquetError::External(error))) => match error.downcast::<ScanError>() {
            Ok(ours) => Err(ours.of(path, what)),
            Err(other) => Err(ScanError::corrupt(path, format!("{what} cannot be decoded: {other}"))),
        },
        Ok(Err(error)) => Err(ScanError::corrupt(path, format!("{what} cannot be decoded: {error}"))),
        Err(_) => Err(ScanError::corrupt(path, format!("{what} cannot be decoded"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parity_source::budget::OverBudget;

    #[test]
    fn a_decoder_that_panics_is_a_corrupt_file_and_our_own_errors_pass() {
        let panicked: ScanResult<()> = decode("f", "page 1", || panic!("boom"));
        assert!(matches!(panicked, Err(ScanError::CorruptFile { .. })));
        let ours = ScanError::SourceChanged { path: "f".to_owned() };
        let passed: ScanResult<()> = decode("f", "page 1", || Err(ParquetError::External(Box::new(ours.clone()))));
        assert_eq!(passed, Err(ours));
    }

    #[test]
    fn memory_that_a_decoder_does_not_get_names_the_file() {
        let over = OverBudget {
            wanted_bytes: 2 << 20,
            held_bytes: 0,
            limit_bytes: 1 << 20,
            hint: "",
        };
        let refused: ScanResult<()> = decode("f", "page 1", || {
            Err(ParquetError::External(Box::new(ScanError::from(over))))
        });
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .starts_with("f: page 1: 2 MiB more memory is wanted")
        );
    }
}
