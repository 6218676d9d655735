//! The two ways in which BuildKit splits arguments into words.

use std::ops::Range;

use super::lexer::leading_blanks;

/// The blanks at which [`split_at_blanks`] splits. A line feed cannot occur in a logical line.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0B | 0x0C | b'\r' | b' ')
}

/// A blank among the characters of Latin-1. In flags and after `HEALTHCHECK`, BuildKit takes each byte for such a
/// character, so that 0x85 and 0xA0 within a character of UTF-8 are blanks there.
pub(super) fn is_latin1_blank(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xA0)
}

/// Where the first word ends and where what follows its blanks starts, by [`is_latin1_blank`]; both are moved on to
/// the next character where they would cut one.
pub(super) fn split_first_latin1_word(text: &str) -> (usize, usize) {
    let end = text.bytes().position(is_latin1_blank).unwrap_or(text.len());
    let blanks = text.bytes().skip(end).take_while(|&byte| is_latin1_blank(byte)).count();
    (text.ceil_char_boundary(end), text.ceil_char_boundary(end + blanks))
}

/// The end of the first word: where the first blank stands, or the end of the text.
pub(super) fn first_word_end(text: &str) -> usize {
    text.bytes().position(is_blank).unwrap_or(text.len())
}

/// Splits at blanks alone; quotes mean nothing. The text has no blanks around it.
pub(super) fn split_at_blanks(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].bytes().take_while(|&byte| is_blank(byte)).count();
        if at == text.len() {
            return None;
        }
        let start = at;
        at += first_word_end(&text[at..]);
        Some(start..at)
    })
}

/// Splits at blanks outside of quotes; quotes and escapes stay in the words.
///
/// An escape character at the very end belongs to no word. Within single quotes it is an ordinary character.
pub(super) fn split_quoted(text: &str, escape: u8) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += leading_blanks(&text[at..]);
        let start = at;
        let end = quoted_word_end(text, at, escape);
        let is_dangling_escape = end + 1 == text.len() && text.as_bytes()[end] == escape;
        at = if is_dangling_escape { text.len() } else { end };
        (end > start).then_some(start..end)
    })
}

/// The end of the word that starts at `at`; it stops before an escape character that ends the text.
fn quoted_word_end(text: &str, mut at: usize, escape: u8) -> usize {
    let bytes = text.as_bytes();
    let mut quote = None;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == escape && quote != Some(b'\'') {
            if at + 1 == bytes.len() {
                return at;
            }
            at += 1;
            at += width(text, at);
            continue;
        }
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if matches!(byte, b'\'' | b'"') => quote = Some(byte),
            None if is_blank(byte) => return at,
            None if !byte.is_ascii() && is_space(text, at) => return at,
            None => {}
        }
        at += if byte.is_ascii() { 1 } else { width(text, at) };
    }
    at
}

/// Whether the character at `at` is a blank in Unicode's sense.
fn is_space(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(char::is_whitespace)
}

/// The number of bytes of the character at `at`.
fn width(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str, escape: u8) -> Vec<&str> {
        split_quoted(text, escape).map(|range| &text[range]).collect()
    }

    #[test]
    fn quotes_and_escapes_hold_words_together() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("a=1  b=2", &["a=1", "b=2"]),
            ("a=\"x y\" b='p q'", &["a=\"x y\"", "b='p q'"]),
            ("a=x\\ y b", &["a=x\\ y", "b"]),
            ("a=\"x\\\" y\" b", &["a=\"x\\\" y\"", "b"]),
            ("a='x\\' y", &["a='x\\'", "y"]),
            ("a=\\\"x y", &["a=\\\"x", "y"]),
            ("a=\"open  b=1", &["a=\"open  b=1"]),
            ("a=x\\", &["a=x"]),
            ("a=\"x\\", &["a=\"x"]),
            ("\\", &[]),
            ("a \\", &["a"]),
            ("a=''", &["a=''"]),
            ("a\u{a0}b\u{3000}é", &["a", "b", "é"]),
            ("a=\\é b", &["a=\\é", "b"]),
        ];
        for &(text, expected) in cases {
            assert_eq!(quoted(text, b'\\'), expected, "{text:?}");
        }
        assert_eq!(quoted("a=C:\\ b=x` y", b'`'), ["a=C:\\", "b=x` y"]);
    }

    #[test]
    fn bytes_as_latin1() {
        assert_eq!(split_first_latin1_word("CMD \u{b}\u{a0}x"), (3, 5));
        // "à" is C3 A0, and the word ends within it.
        assert_eq!(split_first_latin1_word("à b"), (2, 3));
        assert_eq!(split_first_latin1_word("none"), (4, 4));
    }

    #[test]
    fn blanks_alone_split_lists() {
        let words: Vec<_> = split_at_blanks("a \"b c\"\t\u{a0}d").map(|range| range.start).collect();
        assert_eq!(words, [0, 2, 5, 8]);
    }
}
