//! Parser directives: `# name=value` lines at the very top.

use std::ops::Range;

/// The directives that BuildKit knows.
pub(super) const NAMES: [&str; 3] = ["syntax", "escape", "check"];

/// Reads directives until the first line that is none.
#[derive(Debug, Default)]
pub(super) struct Directives {
    seen: [bool; NAMES.len()],
    is_over: bool,
}

/// A line that is a directive; the ranges are of the line's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DirectiveLine {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
    /// Whether there was one of that name before.
    pub(super) is_repeated: bool,
}

impl Directives {
    /// Reads the next line of the file, given without the blanks before it and without its ending. Any line
    /// that is no directive, also a blank one, ends the directives.
    pub(super) fn next(&mut self, line: &str) -> Option<DirectiveLine> {
        if self.is_over {
            return None;
        }
        let Some(found) = self.read(line) else {
            self.is_over = true;
            return None;
        };
        Some(found)
    }

    fn read(&mut self, line: &str) -> Option<DirectiveLine> {
        let (name, value) = split(line, "#")?;
        let index = NAMES.iter().position(|known| line[name.clone()].eq_ignore_ascii_case(known))?;
        let is_repeated = std::mem::replace(&mut self.seen[index], true);
        Some(DirectiveLine { name, value, is_repeated })
    }
}

/// Whether a line would be a directive if it stood at the top of a file.
pub(crate) fn is_directive(line: &str) -> bool {
    Directives::default().next(line.trim_start()).is_some()
}

/// Name and value of `# name = value` behind that comment sign. The value has at least one character, a blank if there
/// is nothing else.
pub(super) fn split(line: &str, sign: &str) -> Option<(Range<usize>, Range<usize>)> {
    let name_start = line.len() - line.strip_prefix(sign)?.trim_start().len();
    let rest = &line[name_start..];
    let name_length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    let name = name_start..name_start + name_length;
    let after_name = rest[name_length..].trim_start_matches(is_blank);
    let raw = after_name.strip_prefix('=')?;
    let trimmed = raw.trim_matches(is_blank);
    if trimmed.is_empty() {
        return (!raw.is_empty()).then_some((name, line.len() - 1..line.len()));
    }
    let start = line.len() - raw.trim_start_matches(is_blank).len();
    Some((name, start..start + trimmed.len()))
}

/// The blanks of the expression that BuildKit matches directives with.
fn is_blank(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\x0C' | '\r' | ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(&str, &str)> {
        let found = Directives::default().next(line)?;
        Some((&line[found.name], &line[found.value]))
    }

    #[test]
    fn reads_names_in_any_case_and_values_without_blanks_around() {
        assert_eq!(read("# syntax=docker/dockerfile:1"), Some(("syntax", "docker/dockerfile:1")));
        assert_eq!(read("#\u{a0}EsCaPe \t=  ` "), Some(("EsCaPe", "`")));
        assert_eq!(read("#check=skip=all; error=true"), Some(("check", "skip=all; error=true")));
        assert_eq!(read("#escape=  "), Some(("escape", " ")));
    }

    #[test]
    fn anything_else_is_a_comment_and_ends_them() {
        for line in [
            "",
            "# escape=",
            "# other=1",
            "## syntax=x",
            "# 1syntax=x",
            "# syn tax=x",
            "FROM a",
            "#",
            "# escape",
        ] {
            let mut directives = Directives::default();
            assert_eq!(directives.next(line), None, "{line:?}");
            assert_eq!(directives.next("# syntax=x"), None, "after {line:?}");
        }
    }

    #[test]
    fn a_name_counts_once() {
        let mut directives = Directives::default();
        assert!(!directives.next("# syntax=a").expect("a directive").is_repeated);
        assert!(!directives.next("# escape=`").expect("a directive").is_repeated);
        assert!(directives.next("# SYNTAX=b").expect("a directive").is_repeated);
    }
}
