//! The drivers start, and say what they lack. With this test `cargo test` builds them, for the tests in Python to run.

use std::process::Command;

#[test]
fn a_driver_without_arguments_fails_with_a_message() {
    for driver in [env!("CARGO_BIN_EXE_exchange"), env!("CARGO_BIN_EXE_damaged")] {
        let ended = Command::new(driver).output().unwrap();
        assert!(!ended.status.success(), "{driver}");
        assert!(!ended.stderr.is_empty(), "{driver}");
    }
}
