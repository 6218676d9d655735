use std::ops::Range;

use crate::syntax::ast::ShellText;
use crate::text::{SourceFile, Span};

/// The text of an instruction's arguments without continuations, and where each part of it stands.
pub(super) struct Joined {
    pub(super) text: String,
    /// Where each piece starts in the text, and its bytes.
    pieces: Vec<(usize, Span)>,
}

impl Joined {
    pub(super) fn new(arguments: &ShellText, source: &SourceFile) -> Self {
        let mut text = String::with_capacity(arguments.span.len() as usize);
        let mut pieces = Vec::with_capacity(arguments.pieces().len());
        for &piece in arguments.pieces() {
            pieces.push((text.len(), piece));
            text.push_str(source.slice(piece));
        }
        Self { text, pieces }
    }

    /// The bytes of the file from the first to the last of a range that is not empty, with continuations inside.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let place = |at: usize| {
            let index = self.pieces.partition_point(|(start, _)| *start <= at).saturating_sub(1);
            self.pieces.get(index).map_or(0, |(start, span)| span.start + (at - start) as u32)
        };
        if range.is_empty() {
            return Span::empty(place(range.start));
        }
        Span::new(place(range.start), place(range.end - 1) + 1)
    }

    /// The words between blanks and tabs.
    pub(super) fn words(&self) -> impl Iterator<Item = Range<usize>> {
        let is_blank = |byte: u8| matches!(byte, b' ' | b'\t');
        let bytes = self.text.as_bytes();
        let mut at = 0;
        std::iter::from_fn(move || {
            at += bytes[at..].iter().take_while(|&&byte| is_blank(byte)).count();
            let start = at;
            at += bytes[at..].iter().take_while(|&&byte| !is_blank(byte)).count();
            (start < at).then_some(start..at)
        })
    }
}
