//! One line per finding, with its range, in the form of the GNU coding standards:
//! `file:line.column-column: severity: message [code name]`, or `line.column-line.column` over several lines. The last
//! column is that of the last character.

use std::io::{self, Write};

use dfcore::text::Position;

use super::concise::one_line;
use super::{Report, id, place};

/// Prints the findings of all files.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (linted, finding) in report.findings() {
        let file = linted.file(finding.file);
        let name = one_line(file.name());
        let message = one_line(&finding.message);
        let (start, end) = place(linted, finding);
        let (id, severity) = (id(finding), finding.severity);
        writeln!(out, "{name}:{}: {severity}: {message} [{id} {}]", range(start, end), finding.name)?;
    }
    Ok(())
}

/// A range whose end is the place after the last character.
fn range(start: Position, end: Position) -> String {
    let last = end.column.saturating_sub(1);
    if end.line > start.line && last > 0 {
        format!("{}.{}-{}.{last}", start.line, start.column, end.line)
    } else if end.line == start.line && last > start.column {
        format!("{}.{}-{last}", start.line, start.column)
    } else {
        format!("{}:{}", start.line, start.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_ends_with_its_last_character() {
        let cases = [
            ((1, 6), (1, 19), "1.6-18"),
            ((1, 6), (1, 7), "1:6"),
            ((1, 6), (1, 6), "1:6"),
            ((1, 6), (3, 5), "1.6-3.4"),
            ((1, 6), (2, 1), "1:6"),
        ];
        for ((line, column), (end_line, end_column), expected) in cases {
            let (start, end) = (Position { line, column }, Position { line: end_line, column: end_column });
            assert_eq!(range(start, end), expected);
        }
    }
}
