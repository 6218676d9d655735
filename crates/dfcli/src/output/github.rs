//! Workflow commands of GitHub Actions, which become annotations: `::error file=…,line=…::message`.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step at most; the log has all of them.

use std::io::{self, Write};

use dfcore::diagnostic::Severity;

use super::{Report, full_text, id, path, place};
use crate::terminal::printable;

/// Prints the findings of all files.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (linted, finding) in report.findings() {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info | Severity::Style => "notice",
        };
        let file = property(path(linted.file(finding.file)));
        let (start, end) = place(linted, finding);
        write!(out, "::{command} file={file},line={},endLine={}", start.line, end.line)?;
        // Columns are for ranges within one line only.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        let title = property(&format!("{} {}", id(finding), finding.name));
        writeln!(out, ",title={title}::{}", data(&full_text(finding)))?;
    }
    Ok(())
}

/// A text behind the second `::`.
fn data(text: &str) -> String {
    printable(&text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A"))
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_or_a_property_is_escaped() {
        assert_eq!(data("50 %: a,\r\nb\u{1b}"), "50 %25: a,%0D%0Ab␛");
        assert_eq!(property("a:b,100%\n"), "a%3Ab%2C100%25%0A");
    }
}
