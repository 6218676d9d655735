//! Source text, byte spans and line numbers.
//!
//! Everything inside dfcore speaks in byte [`Span`]s. Lines and columns are computed by outputs, when they
//! are asked for, with [`SourceFile::position`]; nothing stores them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// A half-open range of bytes in one source file.
///
/// ```
/// use dfcore::text::Span;
/// let span = Span::new(2, 5);
/// assert_eq!(span.len(), 3);
/// assert!(span.contains(Span::empty(5)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Ends"))]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to and without `end`. An `end` before `start` gives the empty span at `start`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end: if end < start { start } else { end } }
    }

    /// The empty span at `at`.
    #[must_use]
    pub const fn empty(at: u32) -> Self {
        Self { start: at, end: at }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The number of bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether there are no bytes in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside; an empty span at either edge does.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one byte.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The span as an index range.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A [`Span`] as it is read, which may be none.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Ends {
    start: u32,
    end: u32,
}

#[cfg(feature = "serde")]
impl TryFrom<Ends> for Span {
    type Error = &'static str;

    fn try_from(Ends { start, end }: Ends) -> Result<Self, Self::Error> {
        if start <= end { Ok(Self { start, end }) } else { Err("a span ends before it starts") }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A line and a column, both counted from 1. The column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode scalar values, from 1.
    pub column: u32,
}

/// Where each line starts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    fn new(bytes: &[u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at as u32 + 1));
        Self { starts }
    }

    /// The line (from 0) that holds the byte.
    fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }
}

/// A file's name and bytes, readable as text of the same length.
///
/// Bytes that are not UTF-8 are kept ([`SourceFile::bytes`]); in [`SourceFile::text`] each of them is the
/// ASCII character SUB (0x1A), so that every span means the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    name: String,
    text: String,
    /// The original bytes, only when they are not UTF-8.
    original: Option<Vec<u8>>,
    lines: LineIndex,
}

impl SourceFile {
    /// A source of the given display name (a path with `/`, or `<stdin>`) and content.
    ///
    /// # Errors
    /// [`TooLarge`] when the content has 4 GiB or more, since spans are 32 bits wide.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Result<Self, TooLarge> {
        let bytes = bytes.into();
        if u32::try_from(bytes.len()).is_err() {
            return Err(TooLarge { bytes: bytes.len() });
        }
        let lines = LineIndex::new(&bytes);
        let (text, original) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let bytes = error.into_bytes();
                (substitute_invalid(&bytes), Some(bytes))
            }
        };
        Ok(Self { name: name.into(), text, original, lines })
    }

    /// The display name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text; see the type's documentation for bytes that are not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The original bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.original.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// The text of a span; empty when the span lies outside the file or splits a character.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.text.len() as u32
    }

    /// Whether there is no byte in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The number of lines; a final newline does not open another one.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        let last_is_open = self.lines.starts.last().is_some_and(|&start| start < self.len());
        self.lines.starts.len() as u32 - u32::from(!last_is_open)
    }

    /// The line and column of a byte; an offset past the end gives the end.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let offset = offset.min(self.len());
        let line = self.lines.line_of(offset);
        let start = self.lines.starts[line];
        let before = &self.bytes()[start as usize..offset as usize];
        // Continuation bytes of UTF-8 do not start a character.
        let column = before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        Position { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// The bytes of the line that holds `offset`, without its line ending.
    #[must_use]
    pub fn line_span(&self, offset: u32) -> Span {
        let line = self.lines.line_of(offset.min(self.len()));
        let start = self.lines.starts[line];
        let end = self.lines.starts.get(line + 1).map_or(self.len(), |&next| next - 1);
        let end = if end > start && self.text.as_bytes()[end as usize - 1] == b'\r' { end - 1 } else { end };
        Span::new(start, end)
    }

    /// The bytes of the line that holds `offset`, with its line ending.
    #[must_use]
    pub fn full_line_span(&self, offset: u32) -> Span {
        let line = self.lines.line_of(offset.min(self.len()));
        let end = self.lines.starts.get(line + 1).copied().unwrap_or(self.len());
        Span::new(self.lines.starts[line], end)
    }

    /// The first byte of a line (from 1), if there is such a line.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.lines.starts.get((line as usize).checked_sub(1)?).copied()
    }

    /// The line ending that the file uses: that of its first line, `\n` when it has one line only.
    #[must_use]
    pub fn line_ending(&self) -> &'static str {
        match memchr::memchr(b'\n', self.text.as_bytes()) {
            Some(at) if at > 0 && self.text.as_bytes()[at - 1] == b'\r' => "\r\n",
            _ => "\n",
        }
    }
}

fn substitute_invalid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{1A}'));
    }
    text
}

/// The text with SUB characters (bytes that were not UTF-8) made visible, for messages.
#[must_use]
pub fn displayable(text: &str) -> Cow<'_, str> {
    if text.contains('\u{1A}') { Cow::Owned(text.replace('\u{1A}', "\u{FFFD}")) } else { Cow::Borrowed(text) }
}

/// A number of bytes for people, in decimal units: `832 B`, `1.4 kB`, `23 MB`.
#[must_use]
pub fn format_bytes(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64;
    let mut unit = 0;
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    value /= 1000.0;
    // 999.5 would be shown as 1000.
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if value < 9.95 { format!("{value:.1} {}", UNITS[unit]) } else { format!("{value:.0} {}", UNITS[unit]) }
}

/// A number of bytes as people write it: `50MB`, `1.5 GB`, `64MiB`, `4096`. Units without an `i` are decimal, as in
/// [`format_bytes`]; [`None`] for anything else.
///
/// ```
/// use dfcore::text::parse_bytes;
/// assert_eq!(parse_bytes("50MB"), Some(50_000_000));
/// assert_eq!(parse_bytes("1.5 GiB"), Some(1_610_612_736));
/// assert_eq!(parse_bytes("fifty"), None);
/// ```
#[must_use]
pub fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let (base, power): (f64, i32) = match &*unit.trim().to_ascii_lowercase() {
        "" | "b" => (1.0, 1),
        "k" | "kb" => (1e3, 1),
        "m" | "mb" => (1e3, 2),
        "g" | "gb" => (1e3, 3),
        "t" | "tb" => (1e3, 4),
        "kib" => (1024.0, 1),
        "mib" => (1024.0, 2),
        "gib" => (1024.0, 3),
        "tib" => (1024.0, 4),
        _ => return None,
    };
    if let (Ok(whole), 1.0) = (number.parse::<u64>(), base) {
        return Some(whole);
    }
    // Numbers that a float cannot hold exactly are beyond any disk.
    number.parse::<f64>().ok().map(|number| (number * base.powi(power)).round() as u64)
}

/// The file has 4 GiB or more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file has {bytes} bytes; files of 4 GiB and more are not supported")]
pub struct TooLarge {
    /// The size in bytes.
    pub bytes: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let file = SourceFile::new("f", "a\né x\r\nlast").expect("small");
        let position = |offset| {
            let p = file.position(offset);
            (p.line, p.column)
        };
        assert_eq!(position(0), (1, 1));
        assert_eq!(position(2), (2, 1));
        assert_eq!(position(4), (2, 2));
        assert_eq!(position(8), (3, 1));
        assert_eq!(position(99), (3, 5));
        assert_eq!(file.slice(file.line_span(5)), "é x");
        assert_eq!(file.line_count(), 3);
    }

    #[test]
    fn bytes_that_are_not_utf8_keep_their_places() {
        let bytes = b"RUN \xFFecho \xC3\xA9\n".to_vec();
        let file = SourceFile::new("f", bytes.clone()).expect("small");
        assert_eq!(file.bytes(), bytes);
        assert_eq!(file.text().len(), bytes.len());
        assert_eq!(file.slice(Span::new(5, 9)), "echo");
        assert_eq!(displayable(file.slice(Span::new(4, 9))), "\u{FFFD}echo");
    }

    #[test]
    fn bytes_are_written_for_people() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (9_949, "9.9 kB"),
            (9_950, "10 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (u64::MAX, "18 EB"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(format_bytes(bytes), expected);
        }
    }
}
