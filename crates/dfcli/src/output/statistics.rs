//! How many findings each rule has, for people and for programs.

use std::collections::HashMap;
use std::io::{self, Write};

use dfcore::diagnostic::Severity;
use serde::Serialize;

use super::Report;
use super::document::pretty_json;

/// The findings of a rule, or of one of the checks of a rule that has several.
#[derive(Debug, Serialize)]
struct Row {
    code: &'static str,
    name: &'static str,
    /// The worst of them.
    level: Severity,
    count: usize,
    /// How many have a fix, of whatever promise.
    fixable: usize,
}

/// A row for each rule, those with the most findings first.
fn rows(report: &Report) -> Vec<Row> {
    let mut rows: HashMap<(&str, &str), Row> = HashMap::new();
    for (_, finding) in report.findings() {
        let row = rows.entry((finding.id(), finding.name)).or_insert(Row {
            code: finding.id(),
            name: finding.name,
            level: finding.severity,
            count: 0,
            fixable: 0,
        });
        row.level = row.level.max(finding.severity);
        row.count += 1;
        row.fixable += usize::from(finding.fix.is_some());
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (a.code, a.name).cmp(&(b.code, b.name))));
    rows
}

/// Prints a table.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rows = rows(report);
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "{:>5}  {:>7}  {:<8}  RULE", "COUNT", "FIXABLE", "SEVERITY")?;
    for Row { code, name, level, count, fixable } in rows {
        writeln!(out, "{count:>5}  {fixable:>7}  {level:<8}  {code} {name}")?;
    }
    writeln!(out)
}

/// Prints an array of objects.
pub(super) fn write_json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{}", pretty_json(&rows(report))?)
}
