//! The library is never unloaded: threads that have used it run its clean-up when they end, also after the class loader
//! that loaded it is gone.

// What a build script prints is what cargo reads.
#![allow(clippy::print_stdout)]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
