//! One JSON array, an element per finding and line.
//!
//! The keys `code`, `column`, `file`, `level`, `line` and `message` mean what they mean in hadolint's JSON, so a
//! tool that reads that reads this. Lines and columns count from 1, columns in Unicode scalar values; an end is
//! the place after the last character.

use std::io::{self, Write};

use dfcore::diagnostic::{Diagnostic, Label};
use dfcore::fix::{Edit, Fix};
use serde::Serialize;

use super::{Linted, place, range};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    code: &'a str,
    column: u32,
    file: &'a str,
    level: &'a str,
    line: u32,
    message: &'a str,
    name: &'a str,
    end_line: u32,
    end_column: u32,
    confidence: &'a str,
    aliases: &'a [&'a str],
    notes: &'a [String],
    help: Option<&'a str>,
    labels: Vec<LabelRow<'a>>,
    fix: Option<FixRow<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LabelRow<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    message: &'a str,
}

#[derive(Serialize)]
struct FixRow<'a> {
    title: &'a str,
    applicability: &'a str,
    edits: Vec<EditRow<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EditRow<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    replacement: &'a str,
}

/// Prints the findings of all files.
pub(super) fn write(files: &[Linted], out: &mut dyn Write) -> io::Result<()> {
    let rows =
        files.iter().flat_map(|linted| linted.findings.iter().map(move |finding| row(linted, finding)));
    let mut separator = "[\n";
    let mut any = false;
    for row in rows {
        out.write_all(separator.as_bytes())?;
        serde_json::to_writer(&mut *out, &row)?;
        separator = ",\n";
        any = true;
    }
    writeln!(out, "{}", if any { "\n]" } else { "[]" })
}

fn row<'a>(linted: &'a Linted, finding: &'a Diagnostic) -> Row<'a> {
    let file = linted.file(finding.file);
    let (start, end) = place(linted, finding);
    Row {
        code: finding.code,
        column: start.column,
        file: file.name(),
        level: finding.severity.as_str(),
        line: start.line,
        message: &finding.message,
        name: finding.name,
        end_line: end.line,
        end_column: end.column,
        confidence: finding.confidence.as_str(),
        aliases: dfcore::rules::find(finding.code).map_or(&[], |rule| rule.meta().aliases),
        notes: &finding.notes,
        help: finding.help.as_deref(),
        labels: finding.labels.iter().map(|label| label_row(linted, label)).collect(),
        fix: finding.fix.as_ref().map(|fix| fix_row(linted, fix)),
    }
}

fn label_row<'a>(linted: &'a Linted, label: &'a Label) -> LabelRow<'a> {
    let file = linted.file(label.file);
    let (start, end) = range(file, label.span);
    LabelRow {
        file: file.name(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        message: &label.message,
    }
}

fn fix_row<'a>(linted: &'a Linted, fix: &'a Fix) -> FixRow<'a> {
    FixRow {
        title: &fix.title,
        applicability: fix.applicability.as_str(),
        edits: fix.edits.iter().map(|edit| edit_row(linted, edit)).collect(),
    }
}

fn edit_row<'a>(linted: &'a Linted, edit: &'a Edit) -> EditRow<'a> {
    let file = linted.file(edit.file);
    let (start, end) = range(file, edit.span);
    EditRow {
        file: file.name(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        replacement: &edit.replacement,
    }
}
