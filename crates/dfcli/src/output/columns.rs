//! Columns as other programs count them; findings count Unicode scalar values.

use dfcore::text::{Position, SourceFile};

/// The place of a byte, its column in UTF-16 code units from 1.
pub(super) fn utf16(file: &SourceFile, offset: u32) -> Position {
    position(file, offset, |before| before.encode_utf16().count())
}

/// The place of a byte, its column in bytes from 1.
pub(super) fn bytes(file: &SourceFile, offset: u32) -> Position {
    position(file, offset, str::len)
}

fn position(file: &SourceFile, offset: u32, width: impl Fn(&str) -> usize) -> Position {
    let mut position = file.position(offset);
    let start = file.line_start(position.line).unwrap_or_default();
    let before = file.slice(dfcore::text::Span::new(start, offset.min(file.len())));
    position.column = u32::try_from(width(before)).unwrap_or(u32::MAX).saturating_add(1);
    position
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_character_has_one_two_or_four_units() {
        let file = SourceFile::new("Dockerfile", "FROM a\nRUN é🐳x\n").unwrap();
        let x = 7 + 4 + 2 + 4;
        assert_eq!(file.position(x), Position { line: 2, column: 7 });
        assert_eq!(utf16(&file, x), Position { line: 2, column: 8 });
        assert_eq!(bytes(&file, x), Position { line: 2, column: 11 });
        assert_eq!(utf16(&file, u32::MAX), Position { line: 3, column: 1 });
    }

    #[test]
    fn an_empty_file_has_one_place() {
        let file = SourceFile::new("Dockerfile", "").unwrap();
        assert_eq!(utf16(&file, 0), Position { line: 1, column: 1 });
    }
}
