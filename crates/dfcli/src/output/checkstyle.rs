//! Checkstyle's XML: a `file` for each file, clean ones too, and an `error` for each finding.

use std::io::{self, Write};

use dfcore::diagnostic::Severity;

use super::document::xml;
use super::{Report, id, place};

/// Prints the findings of all files.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<checkstyle version=\"4.3\">")?;
    for (name, findings) in report.by_file() {
        writeln!(out, "  <file name=\"{}\">", xml(name))?;
        for (linted, finding) in findings {
            let (start, _) = place(linted, finding);
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info | Severity::Style => "info",
            };
            let (message, source) = (xml(&finding.message), xml(id(finding)));
            writeln!(
                out,
                "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message=\"{message}\" \
                 source=\"{source}\"/>",
                start.line, start.column
            )?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}
