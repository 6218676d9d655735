//! reviewdog's diagnostics. Columns count bytes, an end is the place after the last one.

use std::io::{self, Write};

use dfcore::diagnostic::{Diagnostic, Severity};
use dfcore::fix::{Applicability, Edit, Fix};
use dfcore::text::{SourceFile, Span};
use serde::Serialize;

use super::document::pretty_json;
use super::{Linted, Report, columns, full_text, id, path, place_span, url};

#[derive(Serialize)]
struct Document<'a> {
    source: Source<'a>,
    diagnostics: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Source<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    message: String,
    location: Location<'a>,
    severity: &'a str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

/// Prints the findings of all files.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let diagnostics = report.findings().map(|(linted, finding)| row(linted, finding)).collect();
    let document = Document { source: Source { name: "dflint" }, diagnostics };
    write!(out, "{}", pretty_json(&document)?)
}

fn row<'a>(linted: &'a Linted, finding: &'a Diagnostic) -> Row<'a> {
    let file = linted.file(finding.file);
    let suggestion = finding.fix.as_ref().and_then(|fix| suggestion(linted, finding, fix));
    Row {
        message: full_text(finding),
        location: Location { path: path(file), range: range(file, place_span(linted, finding)) },
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info | Severity::Style => "INFO",
        },
        code: Code { value: id(finding), url: url(finding) },
        suggestions: suggestion.into_iter().collect(),
    }
}

/// The fix as one replacement, which is all that a suggestion can be: from its first edit to its last, with what stands
/// between. There is none for what somebody has to finish by hand, and none that reaches into another file.
fn suggestion(linted: &Linted, finding: &Diagnostic, fix: &Fix) -> Option<Suggestion> {
    if fix.applicability == Applicability::Unsafe || fix.edits.iter().any(|edit| edit.file != finding.file) {
        return None;
    }
    let file = linted.file(finding.file);
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let span = edits.iter().map(|edit| edit.span).reduce(Span::cover)?;
    let mut text = String::new();
    let mut at = span.start;
    for edit in edits {
        text.push_str(file.slice(Span::new(at, edit.span.start)));
        text.push_str(&edit.replacement);
        at = edit.span.end;
    }
    Some(Suggestion { range: range(file, span), text })
}

fn range(file: &SourceFile, span: Span) -> Range {
    let position = |offset| {
        let position = columns::bytes(file, offset);
        Position { line: position.line, column: position.column }
    };
    Range { start: position(span.start), end: position(span.end) }
}
