//! Words for people, on standard error.

use std::io::Write;

/// Writes `text` and a line break. Where nobody reads any more, as behind `| head`, the build goes on all the same.
pub fn tell(text: impl std::fmt::Display) {
    drop(writeln!(anstream::stderr(), "{text}"));
}
