//! The standard output.

use std::io::{self, ErrorKind, Write as _};

use anyhow::{Context as _, Result};

/// Prints `text`. A reader that has seen enough (`| head`) is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot print"),
        _ => Ok(()),
    }
}
