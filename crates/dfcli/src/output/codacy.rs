//! Issues for Codacy: a JSON object per line.

use std::io::{self, Write};

use serde::Serialize;

use super::document::json;
use super::{Report, id, path, place};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Issue<'a> {
    filename: &'a str,
    message: &'a str,
    pattern_id: &'a str,
    line: u32,
}

/// Prints the findings of all files.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    report.findings().try_for_each(|(linted, finding)| {
        let issue = Issue {
            filename: path(linted.file(finding.file)),
            message: &finding.message,
            pattern_id: id(finding),
            line: place(linted, finding).0.line,
        };
        writeln!(out, "{}", json(&issue)?)
    })
}
