//! Flags: `--name=value` words before an instruction's arguments.

use std::ops::Range;

use super::ast::{Flag, FlagValue, Word};
use super::line::LogicalLine;
use super::words::is_latin1_blank as is_blank;

/// A flag with the text that BuildKit reads: quotes and escapes are gone.
#[derive(Clone, Debug)]
pub(super) struct FlagText<'a> {
    /// Its bytes in the line, with quotes.
    pub(super) range: Range<usize>,
    /// What BuildKit reads.
    text: Text<'a>,
    /// Where the first `=` stands in the text.
    equals: Option<usize>,
}

#[derive(Clone, Debug)]
enum Text<'a> {
    /// Exactly the bytes of the range.
    Same(&'a str),
    /// Something else, and for each of its bytes where it comes from in the line.
    Rewritten { text: String, origins: Vec<Range<usize>> },
}

impl<'a> FlagText<'a> {
    fn new(range: Range<usize>, text: Text<'a>) -> Self {
        let mut flag = Self { range, text, equals: None };
        flag.equals = flag.text().bytes().position(|byte| byte == b'=');
        flag
    }

    /// What BuildKit reads.
    pub(super) fn text(&self) -> &str {
        match &self.text {
            Text::Same(text) => text,
            Text::Rewritten { text, .. } => text,
        }
    }

    /// The name without dashes, a range of [`FlagText::text`].
    pub(super) fn name(&self) -> Range<usize> {
        2..self.equals.unwrap_or(self.text().len())
    }

    /// What follows the `=`, a range of [`FlagText::text`].
    pub(super) fn value(&self) -> Option<Range<usize>> {
        Some(self.equals? + 1..self.text().len())
    }

    /// The word that a range of the text comes from. It takes in the quotes at its edges.
    pub(super) fn word(&self, range: Range<usize>, line: &LogicalLine<'_>) -> Word {
        let Text::Rewritten { text, origins } = &self.text else {
            return line.word(self.range.start + range.start..self.range.start + range.end);
        };
        let start = if range.start == 0 { self.range.start } else { origins[range.start - 1].end };
        let end = origins.get(range.end).map_or(self.range.end, |origin| origin.start);
        let raw = start..end.max(start);
        let text = &text[range];
        if line.slice(raw.clone()) == text {
            return line.word(raw);
        }
        Word::joined(line.span(raw), text)
    }

    /// The flag in the tree, which says that.
    pub(super) fn to_flag(&self, typed: FlagValue, line: &LogicalLine<'_>) -> Flag {
        Flag {
            span: line.span(self.range.clone()),
            name: self.word(self.name(), line),
            value: self.value().map(|value| self.word(value, line)),
            typed,
        }
    }
}

/// The words that start with `--` at the start of a text.
#[derive(Debug, Default)]
pub(super) struct Extracted<'a> {
    pub(super) flags: Vec<FlagText<'a>>,
    /// The bytes of the `--` that ends the flags, if there is one.
    pub(super) terminator: Option<Range<usize>>,
    /// Where the arguments start.
    pub(super) end: usize,
}

/// Takes the flags from the start of a range of the line.
///
/// BuildKit reads bytes here, each as the character of that number: bytes 0x85 and 0xA0, which are blanks in
/// Latin-1, end a flag even within a character of UTF-8, and other bytes above ASCII come out as two bytes.
/// The real build sees such mangled values, so the words say what it sees. Ranges are widened to characters.
pub(super) fn extract<'a>(line: &LogicalLine<'a>, range: Range<usize>, escape: u8) -> Extracted<'a> {
    let mut extracted = Extracted { end: range.start, ..Extracted::default() };
    let bytes = &line.text.as_bytes()[..range.end];
    let mut at = range.start;
    loop {
        at += bytes[at..].iter().take_while(|&&byte| is_blank(byte)).count();
        if !bytes[at..].starts_with(b"--") {
            extracted.end = line.text.ceil_char_boundary(at);
            return extracted;
        }
        let word = read_word(line, at, range.end, escape);
        at = word.range.end;
        let word = FlagText { range: word.range.start..line.text.ceil_char_boundary(at), ..word };
        if word.text() != "--" {
            extracted.flags.push(word);
            continue;
        }
        extracted.terminator = Some(word.range);
        extracted.end = line.text.ceil_char_boundary(at);
        return extracted;
    }
}

/// Reads the word that starts at `start`.
fn read_word<'a>(line: &LogicalLine<'a>, start: usize, limit: usize, escape: u8) -> FlagText<'a> {
    let bytes = &line.text.as_bytes()[..limit];
    // Nearly always nothing is to be rewritten.
    let is_plain = |byte: u8| byte.is_ascii() && !matches!(byte, b'\'' | b'"') && byte != escape;
    let length = bytes[start..].iter().position(|&byte| is_blank(byte) || !is_plain(byte));
    let end = length.map_or(limit, |length| start + length);
    if bytes.get(end).is_none_or(|&byte| is_plain(byte)) {
        return FlagText::new(start..end, Text::Same(line.slice(start..end)));
    }
    let mut rewriter = Rewriter { line, start, rewritten: None };
    let mut quote = None;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match quote {
            None if is_blank(byte) => break,
            None if matches!(byte, b'\'' | b'"') => {
                quote = Some(byte);
                rewriter.skip(at);
            }
            Some(open) if byte == open => {
                quote = None;
                rewriter.skip(at);
            }
            _ if byte == escape => {
                rewriter.skip(at);
                if let Some(&escaped) = bytes.get(at + 1) {
                    rewriter.push(escaped, at..at + 2);
                    at += 1;
                }
            }
            _ => rewriter.push(byte, at..at + 1),
        }
        at += 1;
    }
    let text = match rewriter.rewritten {
        Some((text, origins)) => Text::Rewritten { text, origins },
        None => Text::Same(line.slice(start..at)),
    };
    FlagText::new(start..at, text)
}

/// Builds the text of a flag, and a copy of it only once it differs from the line.
struct Rewriter<'l, 'a> {
    line: &'l LogicalLine<'a>,
    start: usize,
    rewritten: Option<(String, Vec<Range<usize>>)>,
}

impl Rewriter<'_, '_> {
    /// The byte at `at` does not come into the text.
    fn skip(&mut self, at: usize) {
        self.rewritten(at);
    }

    fn push(&mut self, byte: u8, origin: Range<usize>) {
        if byte.is_ascii() && self.rewritten.is_none() {
            return;
        }
        let (text, origins) = self.rewritten(origin.start);
        let character = char::from(byte);
        text.push(character);
        origins.extend(std::iter::repeat_n(origin, character.len_utf8()));
    }

    fn rewritten(&mut self, at: usize) -> &mut (String, Vec<Range<usize>>) {
        let (line, start) = (self.line, self.start);
        self.rewritten.get_or_insert_with(|| {
            (line.slice(start..at).to_owned(), (start..at).map(|place| place..place + 1).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::Piece;
    use super::*;
    use crate::text::Span;

    /// Flags and rest of a text: `name=value|… rest`.
    fn read(text: &str) -> String {
        let pieces = [Piece { at: 0, source: Span::new(0, text.len() as u32) }];
        let line = LogicalLine::new(text, &pieces);
        let extracted = extract(&line, 0..text.len(), b'\\');
        let flags: Vec<_> = extracted.flags.iter().map(FlagText::text).collect();
        format!("{} ⟩ {}", flags.join(" | "), text[extracted.end..].trim())
    }

    #[test]
    fn flags_lose_quotes_and_escapes() {
        let cases = [
            ("a --b", " ⟩ a --b"),
            ("--a=1  --b c --d", "--a=1 | --b ⟩ c --d"),
            ("-a b", " ⟩ -a b"),
            ("--a=\"x y\" b", "--a=x y ⟩ b"),
            ("--a='x\\'y' b", "--a=x'y ⟩ b"),
            ("--a=x\\ y b", "--a=x y ⟩ b"),
            ("--\"a b\"=c d", "--a b=c ⟩ d"),
            ("--a=1 -- --b c", "--a=1 ⟩ --b c"),
            ("--", " ⟩ "),
            ("--a=\\", "--a= ⟩ "),
            ("--a=\"open b", "--a=open b ⟩ "),
            ("--a=é b", "--a=Ã© ⟩ b"),
            // The second byte of "à" is a blank in Latin-1.
            ("--a=à b", "--a=Ã ⟩ b"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn words_of_rewritten_flags_take_in_their_quotes() {
        let text = "--mount=type=\"secret\",id='a b'";
        let pieces = [Piece { at: 0, source: Span::new(100, 100 + text.len() as u32) }];
        let line = LogicalLine::new(text, &pieces);
        let extracted = extract(&line, 0..text.len(), b'\\');
        let flag = extracted.flags[0].to_flag(FlagValue::Text, &line);
        let value = flag.value.expect("a value");
        assert_eq!(value, Word::joined(Span::new(108, 130), "type=secret,id=a b"));
        assert_eq!(flag.name, Word::plain(Span::new(102, 107)));
    }
}
