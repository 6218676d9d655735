//! JUnit's XML: a suite for each file, and in it a failed test for each finding; a clean file is a test that passed.
//!
//! The names of tests have no line numbers, so that a test stays the same one when lines move. No times are written:
//! the same findings give the same bytes. The file is said of the suite alone, since Jenkins' xUnit plugin holds reports
//! against a schema that knows it only there.

use std::collections::HashMap;
use std::io::{self, Write};

use dfcore::diagnostic::Diagnostic;

use super::document::xml;
use super::{Linted, Report, full_text, id, place};

/// Prints the findings of all files.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let suites = report.by_file();
    let failures: usize = suites.iter().map(|(_, findings)| findings.len()).sum();
    let clean = suites.iter().filter(|(_, findings)| findings.is_empty()).count();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"dflint\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">",
        failures + clean
    )?;
    for (name, findings) in &suites {
        write_suite(&xml(name), findings, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn write_suite(name: &str, findings: &[(&Linted, &Diagnostic)], out: &mut dyn Write) -> io::Result<()> {
    let (tests, failures) = (findings.len().max(1), findings.len());
    writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\" \
         file=\"{name}\">"
    )?;
    if findings.is_empty() {
        writeln!(out, "    <testcase name=\"no findings\" classname=\"{name}\"/>")?;
    }
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (linted, finding) in findings {
        let count = seen.entry(id(finding)).or_default();
        *count += 1;
        let number = if *count > 1 { format!(" ({count})") } else { String::new() };
        let test = xml(&format!("{} {}{number}", id(finding), finding.name));
        let (start, _) = place(linted, finding);
        let message = xml(&finding.message);
        writeln!(out, "    <testcase name=\"{test}\" classname=\"{name}\">")?;
        writeln!(
            out,
            "      <failure type=\"{}\" message=\"{message}\">{name}:{}:{}: {}</failure>",
            finding.severity,
            start.line,
            start.column,
            xml(&full_text(finding))
        )?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}
