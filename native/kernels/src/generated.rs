//! How many cases properties are tested with.

use proptest::prelude::ProptestConfig;

/// So many cases; in Rust's interpreter, which takes hundreds of times longer, as many as `PROPTEST_CASES` says.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig {
        cases: if cfg!(miri) { asked.cases } else { count },
        failure_persistence: None,
        ..asked
    }
}
