//! A strict lexer for the text of a `RUN`: where a blank more or less means nothing to any shell.

use std::ops::Range;

/// A part of a script between which blanks may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Its bytes in the script.
    pub(super) range: Range<usize>,
}

/// What a [`Token`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A word, a redirect, or both in one.
    Word,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|` or `|&`
    Pipe,
    /// `;` or `&`
    End,
    /// `;;`
    BranchEnd,
    /// `(`
    Open,
    /// `)`
    Close,
}

/// Substitutions and quotes deeper in each other are left to nobody.
const DEEPEST: usize = 16;

/// The tokens of a script; `None` when something is not as plain as it should be.
pub(super) fn read(text: &str) -> Option<Vec<Token>> {
    let mut lexer = Lexer { bytes: text.as_bytes(), at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.blanks();
        let start = lexer.at;
        if start == text.len() {
            return Some(tokens);
        }
        let kind = lexer.token()?;
        tokens.push(Token { kind, range: start..lexer.at });
    }
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t') = self.peek(0) {
            self.at += 1;
        }
    }

    fn token(&mut self) -> Option<TokenKind> {
        let (kind, length) = match (self.peek(0)?, self.peek(1)) {
            // A comment reaches to the end of the script, and has no tokens.
            (b'#', _) => return None,
            (b'&', Some(b'&')) => (TokenKind::And, 2),
            (b'|', Some(b'|')) => (TokenKind::Or, 2),
            (b'|', Some(b'&')) => (TokenKind::Pipe, 2),
            (b'|', _) => (TokenKind::Pipe, 1),
            (b';', Some(b';')) => (TokenKind::BranchEnd, 2),
            (b';', Some(b'&' | b'|')) | (b'&', Some(b'|' | b';')) => return None,
            // Two redirects in one, or a command in the background, as the shell may be.
            (b'&', Some(b'>')) => return None,
            (b';' | b'&', _) => (TokenKind::End, 1),
            // Arithmetic.
            (b'(', Some(b'(')) => return None,
            (b'(', _) => (TokenKind::Open, 1),
            (b')', _) => (TokenKind::Close, 1),
            _ => {
                self.word()?;
                (TokenKind::Word, 0)
            }
        };
        self.at += length;
        let is_operator = kind != TokenKind::Word;
        let is_longer = matches!(self.peek(0), Some(b'&' | b'|' | b';'));
        let may_be_longer = !matches!(kind, TokenKind::Open | TokenKind::Close);
        (!(is_operator && may_be_longer && is_longer)).then_some(kind)
    }

    fn word(&mut self) -> Option<()> {
        let start = self.at;
        while let Some(byte) = self.peek(0) {
            let before = if self.at > start { self.bytes[self.at - 1] } else { 0 };
            match byte {
                b' ' | b'\t' | b';' | b')' => break,
                // `2>&1`, `>|`
                b'&' if matches!(before, b'<' | b'>') => self.at += 1,
                b'|' if before == b'>' => self.at += 1,
                // Some shells read `x&>y` as one redirect.
                b'&' if self.peek(1) == Some(b'>') => return None,
                b'&' | b'|' => break,
                b'<' if self.peek(1) == Some(b'<') => return None,
                // A function, an array, a pattern.
                b'(' if !matches!(before, b'<' | b'>') => return None,
                b'(' => self.parentheses(0)?,
                b'$' if matches!(self.peek(1), Some(b'\'' | b'"')) => return None,
                _ => self.part(0)?,
            }
        }
        Some(())
    }

    /// A character, a quoted text or an expansion.
    fn part(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek(0)? {
            b'\\' => {
                // A character of several bytes has no byte that means something.
                self.peek(1)?;
                self.at += 2;
            }
            b'\'' => {
                self.at += 1;
                self.at += memchr::memchr(b'\'', &self.bytes[self.at..])? + 1;
            }
            b'"' => self.until(b'"', depth)?,
            b'`' => self.until(b'`', depth)?,
            b'$' if self.peek(1) == Some(b'(') => {
                self.at += 1;
                self.parentheses(depth)?;
            }
            b'$' if self.peek(1) == Some(b'{') => {
                self.at += 1;
                self.until(b'}', depth)?;
            }
            _ => self.at += 1,
        }
        Some(())
    }

    /// Goes behind the byte that closes what opens here. In double quotes a single one means nothing.
    fn until(&mut self, close: u8, depth: usize) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek(0)? {
                byte if byte == close => break,
                b'\'' if close == b'"' => self.at += 1,
                _ => self.part(depth + 1)?,
            }
        }
        self.at += 1;
        Some(())
    }

    /// Goes behind the parenthesis that closes the one here.
    fn parentheses(&mut self, depth: usize) -> Option<()> {
        let mut open = 0_usize;
        loop {
            match self.peek(0)? {
                b'(' => {
                    open += 1;
                    self.at += 1;
                }
                b')' => {
                    open -= 1;
                    self.at += 1;
                    if open == 0 {
                        return Some(());
                    }
                }
                // Whether it is a comment is not worth knowing.
                b'#' if matches!(self.bytes[self.at - 1], b' ' | b'\t' | b';') => return None,
                _ => self.part(depth + 1)?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Option<Vec<&str>> {
        Some(read(text)?.into_iter().map(|token| &text[token.range]).collect())
    }

    #[test]
    fn blanks_and_operators_part_tokens() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" a  b\t", &["a", "b"]),
            ("a&&b||c|d;e&f", &["a", "&&", "b", "||", "c", "|", "d", ";", "e", "&", "f"]),
            ("a 2>&1 >/x <&- >|y|&z", &["a", "2>&1", ">/x", "<&-", ">|y", "|&", "z"]),
            ("a 'b  c' \"d  $(e \")\" f) 'g\" h", &["a", "'b  c'", "\"d  $(e \")\" f) 'g\"", "h"]),
            ("a\\ b \\' c", &["a\\ b", "\\'", "c"]),
            ("$(a (b) c)d `e f` ${x:-y z}", &["$(a (b) c)d", "`e f`", "${x:-y z}"]),
            ("(a);{ b; }", &["(", "a", ")", ";", "{", "b", ";", "}"]),
            ("a#b", &["a#b"]),
            ("case x in a) b;; esac", &["case", "x", "in", "a", ")", "b", ";;", "esac"]),
        ];
        for &(text, expected) in cases {
            assert_eq!(tokens(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_refused() {
        for text in [
            "a # b",
            "a 'b",
            "a \"b",
            "$(a",
            "`a",
            "${a",
            "a() { b; }",
            "a=(b c)",
            "((a))",
            "cat <<E",
            "a &> b",
            "a&>b",
            "$'a'",
            "a ;;& b",
            "a &&& b",
            "a \\",
            "$(a # b)",
            "a ||| b",
        ] {
            assert_eq!(tokens(text), None, "{text}");
        }
    }
}
