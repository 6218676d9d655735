//! One line per finding, as compilers print it: `file:line:column: severity: message [code name]`.

use std::io::{self, Write};

use super::{Report, id, place};
use crate::terminal::printable;

/// Prints the findings of all files.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (linted, finding) in report.findings() {
        let file = linted.file(finding.file);
        let (start, _) = place(linted, finding);
        let name = one_line(file.name());
        let message = one_line(&finding.message);
        let (id, severity) = (id(finding), finding.severity);
        writeln!(
            out,
            "{name}:{}:{}: {severity}: {message} [{id} {}]",
            start.line, start.column, finding.name
        )?;
    }
    Ok(())
}

/// The text without what would end the line or drive a terminal.
pub(super) fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}
