//! Code Climate's issues, as one stream for its engines, and as the array that GitLab reads as a Code Quality report.

use std::io::{self, Write};

use dfcore::diagnostic::{Diagnostic, Severity};
use dfcore::rule::Group;
use serde::Serialize;

use super::document::{json, pretty_json};
use super::fingerprint::{fingerprints, with_path};
use super::{Linted, Report, full_text, id, path, place};

/// What GitLab needs of an issue.
#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// What Code Climate wants besides.
#[derive(Serialize)]
struct EngineIssue<'a> {
    r#type: &'a str,
    #[serde(flatten)]
    issue: Issue<'a>,
    categories: [&'a str; 1],
    content: Content,
}

#[derive(Serialize)]
struct Content {
    body: String,
}

/// Prints GitLab's report.
pub(super) fn write_report(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = issues(report).map(|(_, issue)| issue).collect();
    write!(out, "{}", pretty_json(&issues)?)
}

/// Prints issues as an engine does: a NUL after each.
pub(super) fn write_stream(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (finding, issue) in issues(report) {
        let content = Content { body: full_text(finding) };
        let issue = EngineIssue { r#type: "issue", issue, categories: [category(finding)], content };
        write!(out, "{}\0", json(&issue)?)?;
    }
    Ok(())
}

fn issues(report: &Report) -> impl Iterator<Item = (&Diagnostic, Issue<'_>)> {
    report.files.iter().flat_map(|linted| {
        let findings = linted.findings.iter().zip(fingerprints(linted));
        findings.map(|(finding, fingerprint)| (finding, issue(linted, finding, &fingerprint)))
    })
}

fn issue<'a>(linted: &'a Linted, finding: &'a Diagnostic, fingerprint: &str) -> Issue<'a> {
    let path = path(linted.file(finding.file));
    let (start, end) = place(linted, finding);
    // An end in the first column is the end of the line before.
    let last = if end.column == 1 { end.line.saturating_sub(1) } else { end.line };
    Issue {
        description: &finding.message,
        check_name: id(finding),
        fingerprint: with_path(fingerprint, path),
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Info => "minor",
            Severity::Style => "info",
        },
        location: Location { path, lines: Lines { begin: start.line, end: last.max(start.line) } },
    }
}

fn category(finding: &Diagnostic) -> &'static str {
    match dfcore::rules::find(finding.code).map(|rule| rule.meta().group) {
        Some(Group::Security) => "Security",
        Some(Group::Cache | Group::Size | Group::Context) => "Performance",
        Some(Group::Style) => "Style",
        _ => "Bug Risk",
    }
}
