//! Changes as unified diffs, which `patch -p0` applies.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use similar::TextDiff;

use crate::terminal::printable;

/// A file before and after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// What is in it; `None` when there is no such file yet.
    pub(crate) before: Option<&'a [u8]>,
    /// What would be in it.
    pub(crate) after: &'a [u8],
}

/// Prints a change; nothing when there is none. With colours, which are for people, control characters are made
/// visible; without, every byte is as it is in the file.
///
/// # Errors
/// When `out` cannot be written to.
pub(crate) fn write_diff(change: Change<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let before = change.before.unwrap_or_default();
    let old_name = if change.before.is_some() { change.name } else { "/dev/null" };
    let diff = TextDiff::from_lines(before, change.after);
    let mut bytes = Vec::new();
    for (index, hunk) in diff.unified_diff().iter_hunks().enumerate() {
        if index == 0 {
            writeln!(bytes, "--- {}\n+++ {}", printable(old_name), printable(change.name))?;
        }
        // Hunk by hunk, since the whole diff's writer replaces bytes that are not UTF-8.
        hunk.to_writer(&mut bytes)?;
    }
    if !color {
        return out.write_all(&bytes);
    }
    for line in String::from_utf8_lossy(&bytes).lines() {
        let style = style(line);
        writeln!(out, "{style}{}{style:#}", printable(line))?;
    }
    Ok(())
}

fn style(line: &str) -> Style {
    if line.starts_with("---") || line.starts_with("+++") {
        return Style::new().bold();
    }
    match line.as_bytes().first() {
        Some(b'-') => AnsiColor::Red.on_default(),
        Some(b'+') => AnsiColor::Green.on_default(),
        Some(b'@') => AnsiColor::Cyan.on_default(),
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn diff(before: Option<&[u8]>, after: &[u8], color: bool) -> Vec<u8> {
        let mut out = Vec::new();
        write_diff(Change { name: "Dockerfile", before, after }, color, &mut out).unwrap();
        out
    }

    #[test]
    fn bytes_are_kept_without_colours() {
        let text = diff(Some(b"FROM a\nRUN \xFF\r\n"), b"FROM b\nRUN \xFF\r\n", false);
        let expected = b"--- Dockerfile\n+++ Dockerfile\n@@ -1,2 +1,2 @@\n-FROM a\n+FROM b\n RUN \xFF\r\n";
        assert_eq!(String::from_utf8_lossy(&text), String::from_utf8_lossy(expected));
        assert_eq!(text, expected);
    }

    #[test]
    fn a_new_file_has_no_old_name() {
        let text = String::from_utf8(diff(None, b".git\n", false)).unwrap();
        assert_eq!(text, "--- /dev/null\n+++ Dockerfile\n@@ -0,0 +1 @@\n+.git\n");
    }

    #[test]
    fn colours_go_with_visible_control_characters() {
        let text = String::from_utf8(diff(Some(b"a\n"), b"\x1b[2J\n", true)).unwrap();
        assert!(text.contains("\u{1b}[32m+␛[2J\u{1b}[0m\n"), "{text:?}");
    }

    #[test]
    fn no_change_prints_nothing() {
        assert!(diff(Some(b"a\n"), b"a\n", false).is_empty());
    }
}
