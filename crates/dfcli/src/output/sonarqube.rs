//! SonarQube's generic format for external issues, as of 10.3: rules with what they harm, and issues without severities.
//!
//! SonarQube refuses a whole report for one place that is not in its file, so places are careful: columns are UTF-16 code
//! units from 0, an empty range is given as its line, and an empty file has no place at all.

use std::collections::BTreeMap;
use std::io::{self, Write};

use dfcore::diagnostic::{Diagnostic, Severity};
use dfcore::rule::Group;
use dfcore::text::{SourceFile, Span};
use serde::Serialize;

use super::document::pretty_json;
use super::{Report, columns, full_text, id, path, place_span};

#[derive(Serialize)]
struct Document<'a> {
    rules: Vec<Rule<'a>>,
    issues: Vec<Issue<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    engine_id: &'a str,
    clean_code_attribute: &'a str,
    impacts: [Impact<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Impact<'a> {
    software_quality: &'a str,
    severity: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Issue<'a> {
    rule_id: &'a str,
    primary_location: Location<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secondary_locations: Vec<Location<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    message: String,
    file_path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_range: Option<TextRange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TextRange {
    start_line: u32,
    end_line: u32,
    #[serde(flatten)]
    columns: Option<Columns>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Columns {
    start_column: u32,
    end_column: u32,
}

/// Prints the findings of all files, and the rules that they are of.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    // A rule has one severity here: the worst that it has anywhere.
    let mut worst: BTreeMap<&str, &Diagnostic> = BTreeMap::new();
    for (_, finding) in report.findings() {
        let entry = worst.entry(id(finding)).or_insert(finding);
        if finding.severity > entry.severity {
            *entry = finding;
        }
    }
    let rules = worst.into_iter().map(|(id, finding)| rule(id, finding)).collect();
    let issues = report.findings().map(|(linted, finding)| {
        let file = linted.file(finding.file);
        let others = finding.labels.iter().filter_map(|label| {
            let file = linted.file(label.file);
            // A second place needs a range.
            let text_range = Some(text_range(file, label.span)?);
            Some(Location { message: label.message.clone(), file_path: path(file), text_range })
        });
        Issue {
            rule_id: id(finding),
            primary_location: Location {
                message: full_text(finding),
                file_path: path(file),
                text_range: text_range(file, place_span(linted, finding)),
            },
            secondary_locations: others.collect(),
        }
    });
    let document = Document { rules, issues: issues.collect() };
    write!(out, "{}", pretty_json(&document)?)
}

fn rule<'a>(id: &'a str, worst: &'a Diagnostic) -> Rule<'a> {
    let meta = dfcore::rules::find(worst.code).map(dfcore::rule::Registered::meta);
    let (clean_code_attribute, software_quality) = match meta.map(|meta| meta.group) {
        Some(Group::Security) => ("TRUSTWORTHY", "SECURITY"),
        Some(Group::Correctness | Group::Shell) => ("LOGICAL", "RELIABILITY"),
        Some(Group::Cache | Group::Size | Group::Context) => ("EFFICIENT", "MAINTAINABILITY"),
        Some(Group::Reproducible) => ("COMPLETE", "RELIABILITY"),
        _ => ("CONVENTIONAL", "MAINTAINABILITY"),
    };
    let severity = match worst.severity {
        Severity::Error => "HIGH",
        Severity::Warning => "MEDIUM",
        Severity::Info | Severity::Style => "LOW",
    };
    Rule {
        id,
        name: worst.name,
        description: meta.map_or(&worst.message, |meta| meta.summary()),
        engine_id: "dflint",
        clean_code_attribute,
        impacts: [Impact { software_quality, severity }],
    }
}

fn text_range(file: &SourceFile, span: Span) -> Option<TextRange> {
    if file.is_empty() {
        return None;
    }
    // A line has no place behind its last character, and the file no line behind its last one.
    let inside = |offset: u32| offset.min(file.line_span(offset).end);
    let start = inside(span.start.min(file.len() - 1));
    let end = span.end.clamp(start, file.len());
    let (first, last) = (columns::utf16(file, start), columns::utf16(file, end));
    if last.column == 1 && last.line > first.line {
        // It ends with a line.
        return Some(TextRange { start_line: first.line, end_line: last.line - 1, columns: None });
    }
    let end = inside(end);
    let columns = (start < end).then(|| Columns {
        start_column: first.column - 1,
        end_column: columns::utf16(file, end).column - 1,
    });
    Some(TextRange { start_line: first.line, end_line: last.line, columns })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The lines of both ends, and the columns unless the range is one of lines.
    type Range = (u32, u32, Option<(u32, u32)>);

    fn range(text: &str, span: Span) -> Option<Range> {
        let file = SourceFile::new("Dockerfile", text).unwrap();
        let range = text_range(&file, span)?;
        let columns = range.columns.map(|columns| (columns.start_column, columns.end_column));
        Some((range.start_line, range.end_line, columns))
    }

    #[test]
    fn no_place_is_outside_of_its_file() {
        let text = "FROM 🐳\r\nRUN a\n";
        assert_eq!(range(text, Span::new(5, 9)), Some((1, 1, Some((5, 7)))));
        assert_eq!(range(text, Span::new(5, 10)), Some((1, 1, Some((5, 7)))), "within the line ending");
        assert_eq!(range(text, Span::new(0, 11)), Some((1, 1, None)), "with the line ending");
        assert_eq!(range(text, Span::new(0, 17)), Some((1, 2, None)), "the whole file");
        assert_eq!(range(text, Span::empty(17)), Some((2, 2, None)), "behind the file");
        assert_eq!(range(text, Span::empty(11)), Some((2, 2, None)));
        assert_eq!(range("", Span::default()), None);
    }
}
