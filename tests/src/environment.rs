//! Where the real parts are.

use std::path::{Path, PathBuf};

/// The value of a variable that `cargo xtask test` sets.
///
/// # Panics
/// Without it.
#[must_use]
#[track_caller]
pub fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test` (or `--e2e NAME`)"))
}

/// The folder of an example of this repository.
#[must_use]
pub fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}
