//! Telling the scripts that hold nothing but simple commands, which are most of those in Dockerfiles.
//!
//! Of such a script the [splitter](super::fallback) finds the same commands as a whole shell grammar, for a fraction of
//! its time. What is simple is decided strictly: whatever might mean something else to some shell (keywords, brackets,
//! heredocs, comments, text that is not ASCII outside of quotes) is not, and neither is what no shell
//! would take.

use super::word::name_prefix;

/// What begins something else than a simple command where a command may stand.
const KEYWORDS: [&str; 17] = [
    "[[", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
    "select", "then", "time", "until",
];

/// How many substitutions may stand in each other.
const DEEPEST: usize = 4;

/// Whether the text is a list of simple commands of plain and quoted words, variables and redirects to files, joined by
/// operators and line breaks; substitutions of such lists may stand in the words.
pub(super) fn is_simple(text: &str) -> bool {
    Reader { text, bytes: text.as_bytes(), at: 0, depth: 0 }.list().is_some()
}

/// Reads on as long as all is simple; whatever it is given back as [`None`] is not.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// In how many substitutions.
    depth: usize,
}

/// What has been read of the current command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    /// Nothing, and there need not be more.
    Nothing,
    /// Nothing, but the operator in front of it needs a command.
    Operator,
    /// Assignments.
    Prefix,
    /// The program too.
    Program,
}

impl Read {
    /// After a word; [`None`] when it is no part of a simple command.
    fn extended(self, word: &str) -> Option<Self> {
        if self == Self::Program {
            return Some(self);
        }
        let rest = &word[name_prefix(word).len()..];
        let is_assignment = rest.len() < word.len() && (rest.starts_with('=') || rest.starts_with("+="));
        if is_assignment {
            return Some(Self::Prefix);
        }
        // A bracket may be the index of an array that is assigned to.
        let is_program = !KEYWORDS.contains(&word)
            && !word.starts_with(['!', '{'])
            && (word == "[" || !word.contains('['));
        is_program.then_some(Self::Program)
    }

    /// What follows an operator, which needs a command in front of it.
    fn then(self, next: Self) -> Option<Self> {
        matches!(self, Self::Prefix | Self::Program).then_some(next)
    }
}

impl Reader<'_> {
    /// Commands up to the end of the text or of the substitution.
    fn list(&mut self) -> Option<()> {
        let mut read = Read::Nothing;
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b' ' | b'\t', _) => self.at += 1,
                (b'\n', _) => {
                    self.at += 1;
                    read = read.then(Read::Nothing).unwrap_or(read);
                }
                (b'&', Some(b'&')) | (b'|', Some(b'|')) => {
                    self.at += 2;
                    read = read.then(Read::Operator)?;
                }
                (b'&', Some(b'>')) | (b'|', Some(b'&')) | (b';', Some(b';' | b'&' | b'|')) => return None,
                (b'|', _) => {
                    self.at += 1;
                    read = read.then(Read::Operator)?;
                }
                (b';' | b'&', _) => {
                    self.at += 1;
                    read = read.then(Read::Nothing)?;
                }
                // A redirect in front of the program is rare, and means something else to some.
                (b'<' | b'>', _) if read == Read::Program => self.redirect()?,
                (b'0'..=b'9', Some(b'<' | b'>')) if read == Read::Program => {
                    self.at += 1;
                    self.redirect()?;
                }
                (b'<' | b'>', _) => return None,
                (b'#', _) => return None,
                (b')', _) if self.depth > 0 => break,
                _ => {
                    let start = self.at;
                    self.word()?;
                    read = read.extended(&self.text[start..self.at])?;
                }
            }
        }
        (read != Read::Operator).then_some(())
    }

    fn redirect(&mut self) -> Option<()> {
        match (self.peek(0)?, self.peek(1)) {
            // To another descriptor.
            (b'>', Some(b'&')) => {
                let is_descriptor = matches!(self.peek(2), Some(b'0'..=b'9'))
                    && matches!(self.peek(3), None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')'));
                self.at += 3;
                return is_descriptor.then_some(());
            }
            (b'>', Some(b'>')) => self.at += 2,
            (_, Some(b'<' | b'>' | b'&' | b'|')) => return None,
            _ => self.at += 1,
        }
        while let Some(b' ' | b'\t') = self.peek(0) {
            self.at += 1;
        }
        let start = self.at;
        self.word()?;
        // What looks like a comment is left to those who know.
        (self.at > start && !self.text[start..].starts_with(['#', '['])).then_some(())
    }

    fn word(&mut self) -> Option<()> {
        let start = self.at;
        // What `find` and `xargs` replace, and what closes a `[`. Others that begin so are left to the grammar.
        let special = ["{}", "]"].into_iter().find(|special| self.text[start..].starts_with(special));
        if let Some(special) = special {
            self.at += special.len();
            return self.peek(0).is_none_or(|byte| b" \t\n;&|)".contains(&byte)).then_some(());
        }
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' => break,
                b')' if self.depth > 0 => break,
                b'<' | b'>' => {
                    let is_number = self.bytes[start..self.at].iter().all(u8::is_ascii_digit);
                    return (!is_number).then_some(());
                }
                b'\'' => {
                    let rest = &self.bytes[self.at + 1..];
                    self.at += memchr::memchr(b'\'', rest)? + 2;
                }
                b'"' => self.double_quotes()?,
                b'$' => {
                    // `$'…'` and `$"…"`
                    if matches!(self.peek(1), Some(b'\'' | b'"')) {
                        return None;
                    }
                    self.dollar()?;
                }
                b'\\' => {
                    self.peek(1).filter(|byte| matches!(byte, b' '..=b'~'))?;
                    self.at += 2;
                }
                b'(' | b')' | b'{' | b'}' | b'`' => return None,
                _ if byte.is_ascii_graphic() => self.at += 1,
                _ => return None,
            }
        }
        Some(())
    }

    fn double_quotes(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek(0)? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => {
                    self.peek(1).filter(u8::is_ascii_graphic)?;
                    self.at += 2;
                }
                b'`' => return None,
                b'$' => self.dollar()?,
                _ => self.at += 1,
            }
        }
    }

    /// `$NAME`, `${NAME}`, `$(…)`, `$1`, `$?` and the like, or a `$` that stands for itself.
    fn dollar(&mut self) -> Option<()> {
        self.at += 1;
        match self.peek(0) {
            Some(b'(') if self.depth < DEEPEST => {
                self.at += 1;
                self.depth += 1;
                self.list()?;
                self.depth -= 1;
                (self.peek(0) == Some(b')')).then_some(())?;
                self.at += 1;
            }
            Some(b'(' | b'[' | b'$') => return None,
            Some(b'{') => {
                let name = name_prefix(&self.text[self.at + 1..]);
                self.at += 1 + name.len();
                (!name.is_empty() && self.peek(0) == Some(b'}')).then_some(())?;
                self.at += 1;
            }
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'!') => self.at += 1,
            _ => self.at += name_prefix(&self.text[self.at..]).len(),
        }
        Some(())
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fragment::Fragment;
    use super::super::{Dialect, SourceMap, fallback, shuck};
    use super::*;
    use crate::text::Span;

    fn fragment(text: &str) -> Fragment {
        let span = Span::new(4, 4 + text.len() as u32);
        let mut map = SourceMap::new(span);
        map.push(span);
        Fragment { text: text.to_owned(), map }
    }

    /// What the splitter finds in a simple script is what the grammar finds.
    fn check(text: &str, dialect: Dialect) -> bool {
        let is_simple = is_simple(text);
        if is_simple {
            let fragment = fragment(text);
            assert_eq!(Some(fallback::split(&fragment)), shuck::parse(&fragment, dialect), "{text:?}");
        }
        is_simple
    }

    /// Pieces of scripts, many of which are simple together, and some of which never are.
    const PIECES: &[&str] = &[
        " ",
        " ",
        " ",
        " ",
        " ",
        "\t",
        "\n",
        ";",
        "&",
        "&&",
        "||",
        "|",
        " && ",
        " || ",
        " | ",
        "; ",
        " \n",
        "a",
        "b-c",
        "/bin/ls",
        "A=",
        "A=1",
        "B+=2",
        "A",
        "$A",
        "${A}",
        "$1",
        "$?",
        "$$",
        "$",
        "${A:-b}",
        "$(a)",
        "'",
        "''",
        "' a;'",
        "\"",
        "\"\"",
        "\" $A;\"",
        "\"\\\"\"",
        "\"$A\"",
        "\"$\"",
        "\"a\nb\"",
        "`",
        "\\",
        "\\;",
        "\\ ",
        "\\\n",
        "\\$",
        ">",
        ">>",
        "<",
        "<<",
        "2>",
        "2>&1",
        ">&2",
        "1",
        "12",
        "&>",
        ">|",
        "> /dev/null",
        "2>/dev/null",
        "#",
        "a#",
        "{",
        "}",
        "{}",
        "{a,b}",
        "(",
        ")",
        "[",
        "]",
        "[[",
        "=",
        "=(",
        "+",
        ",",
        "%",
        "~",
        "^",
        ".",
        ":",
        "*",
        "*.c",
        "?",
        "@",
        "if",
        "then",
        "fi",
        "do",
        "done",
        "for",
        "in",
        "case",
        "esac",
        "time",
        "function",
        "export",
        "export A=1",
        "local",
        "declare",
        "readonly",
        "set",
        "-e",
        "exit",
        "return",
        "break",
        "let",
        "eval",
        "test",
        "-f",
        "é",
        "'é'",
        "\r",
        "\0",
        "\u{a0}",
        "a[0]=1",
        "coproc",
        "select",
        "alias",
        "unset",
        "trap",
    ];

    fn script() -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(PIECES), 0..16).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn simple_scripts_are_read_as_the_grammar_reads_them(text in script()) {
            for dialect in [Dialect::Sh, Dialect::Bash, Dialect::Ksh] {
                check(&text, dialect);
            }
        }
    }
}
