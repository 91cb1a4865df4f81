//! Pages of `docs/` that are generated: each is what this program makes of the tables in the code, or a test fails.
//!
//! `PARITY_WRITE_PAGES=1 cargo test --workspace --test pages` writes them.

mod error_codes;
mod options;

use std::path::{Path, PathBuf};

/// How to write the pages.
const COMMAND: &str = "PARITY_WRITE_PAGES=1 cargo test --workspace --test pages";

/// A file of the repository.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// Checks that a file is what it should be, or writes it.
fn check(name: &str, expected: &str) {
    let path = file(name);
    if std::env::var_os("PARITY_WRITE_PAGES").is_some() {
        std::fs::write(&path, expected).expect("the page can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{name} is not what the code says; to write it: {COMMAND}"
    );
}
