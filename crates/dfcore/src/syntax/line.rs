//! Logical lines: an instruction's physical lines joined, with the way back to the source.

use std::ops::Range;

use super::ast::{ShellText, Word};
use super::lexer::span;
use crate::text::Span;

/// A stretch of the source within one physical line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// Where it starts in the joined text.
    pub(super) at: u32,
    /// Its bytes in the source.
    pub(super) source: Span,
}

/// The text of an instruction without continuations, comment lines and blank lines, as BuildKit reads it.
///
/// All ranges are byte ranges of [`LogicalLine::text`].
#[derive(Clone, Copy, Debug)]
pub(super) struct LogicalLine<'a> {
    pub(super) text: &'a str,
    /// In order, at least one; none is empty unless it is the only one.
    pieces: &'a [Piece],
}

impl<'a> LogicalLine<'a> {
    pub(super) fn new(text: &'a str, pieces: &'a [Piece]) -> Self {
        debug_assert!(!pieces.is_empty(), "a logical line has at least one piece");
        Self { text, pieces }
    }

    /// The text of a range; empty when it splits a character, which only flags can do (see `flags.rs`).
    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// The range without the blanks (Unicode's) around its text.
    pub(super) fn trim(&self, range: Range<usize>) -> Range<usize> {
        let text = self.slice(range.clone());
        let is_bare = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
        if is_bare(text.as_bytes().first()) && is_bare(text.as_bytes().last()) {
            return range;
        }
        let start = range.start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    }

    /// From the first to the last byte of the range in the source. An empty range stands right after the byte
    /// before it, not after a continuation that follows.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        if range.is_empty() {
            return Span::empty(self.end_of(range.start).1);
        }
        Span::new(self.start_of(range.start).1, self.end_of(range.end).1)
    }

    /// The word of a range.
    pub(super) fn word(&self, range: Range<usize>) -> Word {
        if range.is_empty() {
            return Word::plain(self.span(range));
        }
        let (first, start) = self.start_of(range.start);
        let (last, end) = self.end_of(range.end);
        let span = Span::new(start, end);
        if first == last { Word::plain(span) } else { Word::joined(span, self.slice(range)) }
    }

    /// The text of a range with its pieces.
    pub(super) fn shell_text(&self, range: Range<usize>) -> ShellText {
        if range.is_empty() {
            return ShellText::plain(self.span(range));
        }
        let (first, start) = self.start_of(range.start);
        let (last, end) = self.end_of(range.end);
        let clip = |piece: &Piece| Span::new(piece.source.start.max(start), piece.source.end.min(end));
        ShellText::of_pieces(Span::new(start, end), self.pieces[first..=last].iter().map(clip))
    }

    /// The piece that holds the byte at `offset` and that byte's place in the source.
    fn start_of(&self, offset: usize) -> (usize, u32) {
        if self.pieces.len() == 1 {
            return (0, self.place(0, offset));
        }
        let index = self.pieces.partition_point(|piece| piece.at as usize <= offset).saturating_sub(1);
        (index, self.place(index, offset))
    }

    /// The piece that holds the byte before `offset` and the place after that byte in the source.
    fn end_of(&self, offset: usize) -> (usize, u32) {
        if self.pieces.len() == 1 {
            return (0, self.place(0, offset));
        }
        let index = self.pieces.partition_point(|piece| (piece.at as usize) < offset).saturating_sub(1);
        (index, self.place(index, offset))
    }

    fn place(&self, index: usize, offset: usize) -> u32 {
        let piece = self.pieces[index];
        span(piece.source.start as usize + (offset - piece.at as usize), 0).start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_map_to_the_source_across_pieces() {
        // "ab\⏎cd" with the first line at 10 and the second at 14.
        let pieces = [Piece { at: 0, source: Span::new(10, 12) }, Piece { at: 2, source: Span::new(14, 16) }];
        let line = LogicalLine::new("abcd", &pieces);
        assert_eq!(line.word(0..2), Word::plain(Span::new(10, 12)));
        assert_eq!(line.word(2..4), Word::plain(Span::new(14, 16)));
        assert_eq!(line.word(1..3), Word::joined(Span::new(11, 15), "bc"));
        assert_eq!(line.shell_text(1..4).pieces(), [Span::new(11, 12), Span::new(14, 16)]);
        assert_eq!(line.span(2..2), Span::empty(12));
        assert_eq!(line.span(0..0), Span::empty(10));
        assert_eq!(line.span(4..4), Span::empty(16));
    }
}
