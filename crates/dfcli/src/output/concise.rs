//! One line per finding, as compilers print it: `file:line:column: severity: message [code name]`.

use std::io::{self, Write};

use super::{Linted, place};
use crate::terminal::printable;

/// Prints the findings of all files.
pub(super) fn write(files: &[Linted], out: &mut dyn Write) -> io::Result<()> {
    for linted in files {
        for finding in &linted.findings {
            let file = linted.file(finding.file);
            let (start, _) = place(linted, finding);
            let name = printable(file.name());
            let message = printable(&finding.message).replace('\n', " ");
            writeln!(
                out,
                "{name}:{}:{}: {}: {message} [{} {}]",
                start.line, start.column, finding.severity, finding.code, finding.name
            )?;
        }
    }
    Ok(())
}
