use memchr::memchr;

use crate::text::{SourceFile, Span};

/// A line of its own between two parts of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GapLine {
    /// A comment, without blanks around it.
    Comment(Span),
    /// Nothing but a continuation, which sets apart what stands above and below.
    Spacer,
}

/// What stands between two parts of an instruction: blanks, continuations, comment lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Gap {
    /// Whether there are blanks once the continuations are gone.
    pub(super) has_blank: bool,
    /// Whether the parts stand on different lines.
    pub(super) is_broken: bool,
    /// The lines in between.
    pub(super) lines: Vec<GapLine>,
    /// Whether its lines end with `\r\n`; `None` when it has none.
    pub(super) has_carriage_return: Option<bool>,
}

impl Gap {
    /// Reads the bytes between two parts; `None` when there is anything else.
    pub(super) fn read(source: &SourceFile, span: Span, escape: u8) -> Option<Self> {
        let text = source.slice(span);
        let bytes = text.as_bytes();
        let mut gap = Self::default();
        let mut at = 0;
        loop {
            let blanks = count_blanks(&bytes[at..]);
            gap.has_blank |= blanks > 0;
            at += blanks;
            if at == bytes.len() {
                return Some(gap);
            }
            if bytes[at] != escape {
                return None;
            }
            at += 1 + count_blanks(&bytes[at + 1..]);
            let returns = bytes[at..].iter().take_while(|&&byte| byte == b'\r').count();
            if bytes.get(at + returns) != Some(&b'\n') {
                return None;
            }
            at += returns + 1;
            if gap.is_broken {
                gap.push(GapLine::Spacer);
            }
            gap.is_broken = true;
            gap.has_carriage_return.get_or_insert(returns > 0);
            at += gap.read_lines(&text[at..], span.start + at as u32);
        }
    }

    /// Reads the lines that are no part of the instruction's text; returns their length.
    fn read_lines(&mut self, text: &str, start: u32) -> usize {
        let mut at = 0;
        while let Some(length) = memchr(b'\n', &text.as_bytes()[at..]) {
            let line = text[at..at + length].trim_end_matches('\r');
            let content = line.trim_start();
            if content.starts_with('#') {
                let comment = start + (at + line.len() - content.len()) as u32;
                let length = content.trim_end_matches([' ', '\t', '\r']).len() as u32;
                self.push(GapLine::Comment(Span::new(comment, comment + length)));
            } else if !content.is_empty() {
                break;
            }
            at += length + 1;
        }
        at
    }

    /// Adds a line; one spacer is as good as several.
    fn push(&mut self, line: GapLine) {
        if line != GapLine::Spacer || self.lines.last() != Some(&GapLine::Spacer) {
            self.lines.push(line);
        }
    }

    /// Whether there are comments in it.
    pub(super) fn has_comments(&self) -> bool {
        self.lines.iter().any(|line| matches!(line, GapLine::Comment(_)))
    }

    /// Takes the lines of another gap, behind its own.
    pub(super) fn append(&mut self, other: &mut Self) {
        for line in other.lines.drain(..) {
            self.push(line);
        }
        self.take_line_ending(other);
    }

    /// Takes the lines of another gap, before its own.
    pub(super) fn prepend(&mut self, other: &mut Self) {
        let own = std::mem::replace(&mut self.lines, std::mem::take(&mut other.lines));
        own.into_iter().for_each(|line| self.push(line));
        self.take_line_ending(other);
    }

    fn take_line_ending(&mut self, other: &Self) {
        self.has_carriage_return = self.has_carriage_return.or(other.has_carriage_return);
    }
}

fn count_blanks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let source = SourceFile::new("Dockerfile", text).expect("small");
        let gap = Gap::read(&source, Span::new(0, source.len()), b'\\')?;
        let lines = gap.lines.iter().map(|line| match line {
            GapLine::Comment(span) => source.slice(*span),
            GapLine::Spacer => "spacer",
        });
        let lines: Vec<_> = lines.collect();
        Some(format!("blank={} broken={} {lines:?}", gap.has_blank, gap.is_broken))
    }

    #[test]
    fn gaps_are_blanks_continuations_and_comments() {
        let cases = [
            ("", "blank=false broken=false []"),
            (" \t", "blank=true broken=false []"),
            ("\\\n", "blank=false broken=true []"),
            (" \\ \r\n  ", "blank=true broken=true []"),
            ("\\\n  # a \n\n#b\n  \\\n\\\n", "blank=true broken=true [\"# a\", \"#b\", \"spacer\"]"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).as_deref(), Some(expected), "{text:?}");
        }
        for text in ["x", "\\", "\\ x", "\\\n x", "# a\n", "\u{a0}", "\\\\\n"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
