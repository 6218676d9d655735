//! Physical lines: where they end, what kind they are.

use memchr::memchr;

use crate::text::Span;

/// BuildKit reads lines into a buffer of this size and refuses a file with a line that does not fit.
pub(super) const LINE_LIMIT: usize = 64 * 1024;

/// A line of the file with its ending.
#[derive(Clone, Copy, Debug)]
pub(super) struct PhysicalLine {
    pub(super) start: usize,
    /// The end without carriage returns and line feed.
    pub(super) content_end: usize,
    pub(super) end: usize,
}

impl PhysicalLine {
    /// Whether BuildKit can read it.
    pub(super) fn is_too_long(self) -> bool {
        let length = self.end - self.start;
        // A line feed may be the last byte of the buffer; without one the buffer must have a byte to spare.
        let is_terminated = self.content_end < self.end;
        length > LINE_LIMIT || (length == LINE_LIMIT && !is_terminated)
    }
}

/// The lines of a text, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Lines<'s> {
    text: &'s str,
    at: usize,
}

impl<'s> Lines<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the next line starts.
    pub(super) fn at(&self) -> usize {
        self.at
    }
}

impl Iterator for Lines<'_> {
    type Item = PhysicalLine;

    fn next(&mut self) -> Option<PhysicalLine> {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        if rest.is_empty() {
            return None;
        }
        let length = memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        let content =
            rest[..length].iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
        self.at = start + length;
        Some(PhysicalLine { start, content_end: start + content, end: self.at })
    }
}

/// Where the escape character stands that continues this line, if one does. The content has no line ending.
///
/// Blanks may follow it. An escape character before it makes both ordinary text, whatever comes before those.
pub(super) fn continuation(content: &str, escape: u8) -> Option<usize> {
    let bytes = content.as_bytes();
    let last = bytes.iter().rposition(|byte| !matches!(byte, b' ' | b'\t'))?;
    let is_escaped = last > 0 && bytes[last - 1] == escape;
    (bytes[last] == escape && !is_escaped).then_some(last)
}

/// The length of the blanks (Unicode's) that the text starts with.
pub(super) fn leading_blanks(text: &str) -> usize {
    let blanks = text.bytes().take_while(|&byte| matches!(byte, b' ' | b'\t')).count();
    match text.as_bytes().get(blanks) {
        // Rare, and dearer: the other blanks of ASCII and all beyond it.
        Some(0x0A..=0x0D | 0x80..) => text.len() - text.trim_start().len(),
        _ => blanks,
    }
}

/// A span from index arithmetic; a source file has less than 4 GiB.
pub(super) fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuation_is_the_last_character_but_for_blanks() {
        let cases: &[(&str, Option<usize>)] = &[
            ("", None),
            ("a", None),
            ("\\", Some(0)),
            ("\\ \t", Some(0)),
            ("a \\", Some(2)),
            ("a\\  ", Some(1)),
            ("a \\\\", None),
            ("\\\\", None),
            // BuildKit's expression looks at one character before, so this is none either.
            ("a\\\\\\", None),
            ("a\\ \\", Some(3)),
            ("a \\ x", None),
            ("é\\", Some(2)),
            ("a \\\u{a0}", None),
        ];
        for &(content, expected) in cases {
            assert_eq!(continuation(content, b'\\'), expected, "{content:?}");
        }
        assert_eq!(continuation("C:\\dir\\", b'`'), None);
        assert_eq!(continuation("C:\\dir `", b'`'), Some(7));
    }

    #[test]
    fn lines_lose_all_carriage_returns_at_their_end() {
        let lines: Vec<_> =
            Lines::new("a\r\r\n\nb\rc\r").map(|line| (line.start, line.content_end, line.end)).collect();
        assert_eq!(lines, [(0, 1, 4), (4, 4, 5), (5, 8, 9)]);
    }

    #[test]
    fn the_line_limit_is_that_of_a_go_scanner() {
        let is_too_long = |text: &str| Lines::new(text).next().expect("a line").is_too_long();
        assert!(!is_too_long(&("x".repeat(LINE_LIMIT - 1) + "\n")));
        assert!(is_too_long(&("x".repeat(LINE_LIMIT) + "\n")));
        assert!(!is_too_long(&"x".repeat(LINE_LIMIT - 1)));
        assert!(is_too_long(&"x".repeat(LINE_LIMIT)));
    }
}
