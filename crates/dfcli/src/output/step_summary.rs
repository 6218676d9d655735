//! Markdown for the summary of a CI step: how many findings there are, and a table of them.

use std::io::{self, Write};

use super::quantity::counted;
use super::summary::Summary;
use super::{Report, id, place, url};
use crate::terminal::printable;

/// Prints the findings of all files.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(report);
    let (findings, files) = (counted(summary.findings, "finding"), counted(summary.files, "file"));
    writeln!(out, "## dflint: {findings} in {files}")?;
    if summary.findings == 0 {
        return Ok(());
    }
    writeln!(out, "\n| Severity | Findings |\n|---|---:|")?;
    for (severity, count) in summary.severities() {
        writeln!(out, "| {severity} | {count} |")?;
    }
    writeln!(out, "\n| Severity | Place | Rule | Finding |\n|---|---|---|---|")?;
    for (linted, finding) in report.findings() {
        let (start, _) = place(linted, finding);
        let place = format!("{}:{}:{}", linted.file(finding.file).name(), start.line, start.column);
        let title = format!("{} {}", id(finding), finding.name);
        let rule = match url(finding) {
            Some(url) => format!("[{}]({url})", cell(&title)),
            None => cell(&title),
        };
        writeln!(out, "| {} | {} | {rule} | {} |", finding.severity, cell(&place), cell(&finding.message))?;
    }
    let fixes = summary.fixes().map(|(command, count)| format!("{count} fixable with `{command}`"));
    let fixes = fixes.collect::<Vec<_>>().join(", ");
    if fixes.is_empty() { Ok(()) } else { writeln!(out, "\n{fixes}.") }
}

/// A text in a cell of a table. What stands between backticks stays code, everything else is shown as it is.
fn cell(text: &str) -> String {
    let text = printable(text).replace('\n', " ");
    let parts: Vec<&str> = text.split('`').collect();
    let is_paired =
        parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|code| !code.trim().is_empty());
    if !is_paired {
        return escaped(&text);
    }
    let mut cell = String::with_capacity(text.len());
    for (index, part) in parts.into_iter().enumerate() {
        if index % 2 == 0 {
            cell.push_str(&escaped(part));
        } else {
            // A table takes the backslash away, also within code.
            cell.push('`');
            cell.push_str(&part.replace('|', "\\|"));
            cell.push('`');
        }
    }
    cell
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '~' | '#' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_one_and_shows_what_it_was_given() {
        assert_eq!(cell("a | b\nc"), "a \\| b c");
        assert_eq!(cell("`a | <b>` is *not* <b>"), "`a \\| <b>` is \\*not\\* &lt;b&gt;");
        assert_eq!(cell("one ` only"), "one \\` only");
        assert_eq!(cell("`` <x>"), "\\`\\` &lt;x&gt;");
        assert_eq!(cell("\u{1b}[2J"), "␛\\[2J");
    }
}
