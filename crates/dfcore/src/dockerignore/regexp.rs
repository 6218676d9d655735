//! The regular expressions that wildcards become in BuildKit, leaks included.
//!
//! BuildKit rewrites a `.dockerignore` pattern as the text of a Go regular expression. The rewriting knows
//! nothing of classes, keeps `\x` as it stands, and forgets to escape `|`, `{` and `}`, so parts of that language
//! shine through: `\d` is any digit, `[*]` is no literal star, `*.{2}` has two characters after the dot, and
//! `*.md|x` excludes whatever has an `x` at its end. Hence the two steps here are the same two: [`translate`]
//! writes the text, [`parse`] reads the part of the language that such texts can use.

use super::automaton::{Assertion, Node, Set};

/// What a cleaned pattern turns into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Translation {
    /// No wildcard: the path itself.
    Exact,
    /// Literal text and a final `**`.
    Prefix,
    /// A leading `**` and literal text.
    Suffix,
    /// A regular expression, anchored at both ends.
    Expression(String),
}

pub(super) fn translate(pattern: &str) -> Translation {
    let mut expression = String::from("^");
    let mut shape = Translation::Exact;
    // The scanner that BuildKit reads with swallows a byte order mark.
    let mut rest = pattern.strip_prefix('\u{FEFF}').unwrap_or(pattern).chars().peekable();
    let mut is_first = true;
    let regular = || Translation::Expression(String::new());
    while let Some(c) = rest.next() {
        match c {
            '*' if rest.next_if_eq(&'*').is_some() => {
                rest.next_if_eq(&'/');
                if rest.peek().is_some() {
                    expression.push_str("(.*/)?");
                    shape = regular();
                } else if shape == Translation::Exact {
                    shape = Translation::Prefix;
                } else {
                    expression.push_str(".*");
                    shape = regular();
                }
                if is_first {
                    shape = Translation::Suffix;
                }
            }
            '*' => {
                expression.push_str("[^/]*");
                shape = regular();
            }
            '?' => {
                expression.push_str("[^/]");
                shape = regular();
            }
            '.' | '+' | '(' | ')' | '$' => expression.extend(['\\', c]),
            '\\' => {
                expression.push('\\');
                if let Some(escaped) = rest.next() {
                    expression.push(escaped);
                    shape = regular();
                }
            }
            '[' | ']' => {
                expression.push(c);
                shape = regular();
            }
            c => expression.push(c),
        }
        is_first = false;
    }
    match shape {
        Translation::Expression(_) => {
            expression.push('$');
            Translation::Expression(expression)
        }
        literal => literal,
    }
}

/// Why Go refuses the expression, or why it is not read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// A letter or digit after `\` that is no escape.
    #[error("`\\{0}` is no escape; write `/` between folders")]
    Escape(char),
    /// `\p` or `\P`: a Unicode class.
    #[error("`\\{0}` starts a Unicode class, which is not supported here; write `/` between folders")]
    UnicodeClass(char),
    /// A class is not closed.
    #[error("`[` is not closed")]
    OpenClass,
    /// `[z-a]`, or `[:…:]` with an unknown name.
    #[error("the range in `[…]` is backwards or has an unknown name")]
    Range,
    /// `{…}` after nothing, after another repetition, or with numbers out of bounds.
    #[error("`{{…}}` repeats what stands before it, and cannot do so here; write `?` for each brace")]
    Repetition,
}

/// Reads an expression that [`translate`] wrote: the alternatives, each as a row that the whole path must match.
pub(super) fn parse(expression: &str) -> Result<Vec<Vec<Node>>, ExpressionError> {
    let mut reader = Reader { rest: expression };
    let mut rows = Vec::new();
    let mut row = Row::default();
    while let Some(c) = reader.next() {
        match c {
            '|' => rows.push(std::mem::take(&mut row).finish()),
            '^' => row.push(Node::Assert(Assertion::Begin)),
            '$' => row.push(Node::Assert(Assertion::End)),
            // The only group there is: any folders, or none.
            '(' if reader.eat(".*/)?") => {
                row.push_repeated([
                    Node::Optional(2),
                    Node::Star(Set::NotNewline),
                    Node::One(Set::Char('/')),
                ]);
            }
            '{' => match reader.counts() {
                Some(counts) => row.repeat(counts)?,
                None => row.push(Node::One(Set::Char('{'))),
            },
            '\\' if reader.eat("Q") => {
                let (literal, rest) = reader.rest.split_once("\\E").unwrap_or((reader.rest, ""));
                row.last = row.last.map(|last| Last { is_repetition: false, ..last });
                literal.chars().for_each(|c| row.push(Node::One(Set::Char(c))));
                reader.rest = rest;
            }
            '\\' => match reader.assertion() {
                Some(assertion) => row.push(Node::Assert(assertion)),
                None => {
                    let set = reader.class_escape()?.map_or_else(|| reader.escape().map(Set::Char), Ok)?;
                    row.push(Node::One(set));
                }
            },
            '.' | '[' => {
                let set = if c == '.' { Set::NotNewline } else { reader.class()? };
                if reader.eat("*") {
                    row.push_repeated([Node::Star(set)]);
                } else {
                    row.push(Node::One(set));
                }
            }
            c => row.push(Node::One(Set::Char(c))),
        }
    }
    rows.push(row.finish());
    Ok(rows)
}

/// More nodes than any pattern needs; BuildKit's own limit is higher, but not in any sensible place.
const MAX_NODES: usize = 50_000;

/// One alternative in the making.
#[derive(Default)]
struct Row {
    nodes: Vec<Node>,
    last: Option<Last>,
}

/// What a following `{…}` would repeat.
#[derive(Clone, Copy)]
struct Last {
    start: usize,
    /// Go refuses to repeat a repetition.
    is_repetition: bool,
}

impl Row {
    fn push(&mut self, node: Node) {
        self.last = Some(Last { start: self.nodes.len(), is_repetition: false });
        self.nodes.push(node);
    }

    fn push_repeated(&mut self, nodes: impl IntoIterator<Item = Node>) {
        self.last = Some(Last { start: self.nodes.len(), is_repetition: true });
        self.nodes.extend(nodes);
    }

    fn repeat(&mut self, counts: Counts) -> Result<(), ExpressionError> {
        let last = self.last.filter(|last| !last.is_repetition).ok_or(ExpressionError::Repetition)?;
        let least = counts.least.filter(|&least| least <= 1000).ok_or(ExpressionError::Repetition)?;
        let optional = match counts.most {
            Most::Bounded(Some(most)) if most <= 1000 && least <= most => most - least,
            Most::Bounded(_) => return Err(ExpressionError::Repetition),
            Most::Unbounded => 0,
        };
        let once = self.nodes.split_off(last.start);
        if self.nodes.len() + once.len().saturating_mul(least + 2 * optional) > MAX_NODES {
            return Err(ExpressionError::Repetition);
        }
        for _ in 0..least {
            self.nodes.extend_from_slice(&once);
        }
        for _ in 0..optional {
            self.nodes.push(Node::Optional(once.len()));
            self.nodes.extend_from_slice(&once);
        }
        if matches!(counts.most, Most::Unbounded) {
            match &*once {
                [Node::One(set) | Node::Star(set)] => self.nodes.push(Node::Star(set.clone())),
                // More of the same condition says nothing new.
                [Node::Assert(_)] => {}
                _ => return Err(ExpressionError::Repetition),
            }
        }
        self.last = Some(Last { is_repetition: true, ..last });
        Ok(())
    }

    /// The row with its anchors taken for granted. Where there is none, Go searches: anything may stand there.
    fn finish(self) -> Vec<Node> {
        let mut nodes = self.nodes;
        match nodes.last() {
            Some(Node::Assert(Assertion::End)) => drop(nodes.pop()),
            _ => nodes.push(Node::Star(Set::Any)),
        }
        match nodes.first() {
            Some(Node::Assert(Assertion::Begin)) => drop(nodes.remove(0)),
            _ => nodes.insert(0, Node::Star(Set::Any)),
        }
        nodes
    }
}

/// How often `{…}` repeats; [`None`] for numbers beyond all reason.
#[derive(Clone, Copy)]
struct Counts {
    least: Option<usize>,
    most: Most,
}

#[derive(Clone, Copy)]
enum Most {
    Bounded(Option<usize>),
    Unbounded,
}

struct Reader<'e> {
    rest: &'e str,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let c = characters.next();
        self.rest = characters.as_str();
        c
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// `{n}`, `{n,}` or `{n,m}`, after the brace. Anything else leaves the brace a plain character.
    fn counts(&mut self) -> Option<Counts> {
        let (inside, rest) = self.rest.split_once('}')?;
        // Go takes no leading zeros.
        let is_number = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_digit())
                && (text == "0" || !text.starts_with('0'))
        };
        let (least, most) =
            inside.split_once(',').map_or((inside, None), |(least, most)| (least, Some(most)));
        if !is_number(least) || most.is_some_and(|most| !most.is_empty() && !is_number(most)) {
            return None;
        }
        self.rest = rest;
        let least_count = least.parse().ok();
        let most = match most {
            None => Most::Bounded(least_count),
            Some("") => Most::Unbounded,
            Some(most) => Most::Bounded(most.parse().ok()),
        };
        Some(Counts { least: least_count, most })
    }

    /// `\A`, `\b`, `\B`, `\z`, after the backslash.
    fn assertion(&mut self) -> Option<Assertion> {
        let assertion = match self.peek()? {
            'A' => Assertion::Begin,
            'b' => Assertion::WordBoundary,
            'B' => Assertion::NotWordBoundary,
            'z' => Assertion::End,
            _ => return None,
        };
        self.next();
        Some(assertion)
    }

    /// `\d`, `\D`, `\s`, `\S`, `\w`, `\W`, after the backslash.
    fn class_escape(&mut self) -> Result<Option<Set>, ExpressionError> {
        let Some(letter) = self.peek() else { return Ok(None) };
        let ranges: &[(char, char)] = match letter.to_ascii_lowercase() {
            'd' => &[('0', '9')],
            's' => &[('\t', '\n'), ('\x0C', '\r'), (' ', ' ')],
            'w' => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
            'p' => return Err(ExpressionError::UnicodeClass(letter)),
            _ => return Ok(None),
        };
        self.next();
        Ok(Some(Set::Class { negated: letter.is_ascii_uppercase(), ranges: ranges.to_vec() }))
    }

    /// The character that an escape stands for, after the backslash.
    fn escape(&mut self) -> Result<char, ExpressionError> {
        // The glob check has refused a last backslash; `\Q` may still have hidden what followed one.
        let Some(c) = self.next() else { return Err(ExpressionError::Escape('\\')) };
        match c {
            'a' => Ok('\x07'),
            'f' => Ok('\x0C'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\x0B'),
            'x' if self.eat("{") => {
                let digits = self.digits(1, usize::MAX, 16).filter(|_| self.eat("}"));
                digits.ok_or(ExpressionError::Escape(c))
            }
            'x' => self.digits(2, 2, 16).ok_or(ExpressionError::Escape(c)),
            '0' => Ok(self.digits(0, 2, 8).unwrap_or('\0')),
            // A single digit would be a back-reference.
            '1'..='7' => {
                let high = u32::from(c) - u32::from('0');
                let start = self.rest;
                match self.digits(1, 2, 8) {
                    Some(low) => {
                        let length = start.len() - self.rest.len();
                        char::from_u32((high << (3 * length)) + u32::from(low))
                            .ok_or(ExpressionError::Escape(c))
                    }
                    None => Err(ExpressionError::Escape(c)),
                }
            }
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
            c => Err(ExpressionError::Escape(c)),
        }
    }

    /// A number of at least `least` and at most `most` digits, as a character.
    fn digits(&mut self, least: usize, most: usize, radix: u32) -> Option<char> {
        let length = self.rest.chars().take(most).take_while(|c| c.is_digit(radix)).count();
        if length < least {
            return None;
        }
        // Digits are ASCII, so characters are bytes here.
        let (digits, rest) = self.rest.split_at(length);
        let value = digits.chars().fold(0u32, |value, c| {
            value.saturating_mul(radix).saturating_add(c.to_digit(radix).unwrap_or_default())
        });
        self.rest = rest;
        char::from_u32(value)
    }

    /// A class after its `[`.
    fn class(&mut self) -> Result<Set, ExpressionError> {
        let negated = self.eat("^");
        let mut set = Vec::new();
        let mut is_first = true;
        loop {
            if !is_first && self.eat("]") {
                return Ok(Set::Class { negated, ranges: set });
            }
            is_first = false;
            if self.rest.starts_with("[:")
                && let Some((name, rest)) = self.rest[2..].split_once(":]")
            {
                extend(&mut set, &named_class(name)?);
                self.rest = rest;
                continue;
            }
            if self.rest.starts_with('\\') {
                let escape = &mut Reader { rest: &self.rest[1..] };
                if let Some(class) = escape.class_escape()? {
                    self.rest = escape.rest;
                    extend(&mut set, &class);
                    continue;
                }
            }
            let low = self.class_character()?;
            let mut high = low;
            if self.rest.starts_with('-') && self.rest.len() > 1 && !self.rest.starts_with("-]") {
                self.next();
                high = self.class_character()?;
            }
            if high < low {
                return Err(ExpressionError::Range);
            }
            set.push((low, high));
        }
    }

    fn class_character(&mut self) -> Result<char, ExpressionError> {
        match self.next() {
            None => Err(ExpressionError::OpenClass),
            Some('\\') => self.escape(),
            Some(c) => Ok(c),
        }
    }
}

/// Adds the members of a class to another one's ranges.
fn extend(ranges: &mut Vec<(char, char)>, class: &Set) {
    let Set::Class { negated, ranges: own } = class else { return };
    if !negated {
        ranges.extend(own);
        return;
    }
    // The tables here are sorted, so the gaps between their ranges are the complement.
    let mut from = '\0';
    for &(low, high) in own {
        if from < low {
            ranges.push((from, before(low)));
        }
        from = after(high);
    }
    ranges.push((from, char::MAX));
}

fn before(c: char) -> char {
    char::from_u32(u32::from(c).wrapping_sub(1)).unwrap_or('\0')
}

fn after(c: char) -> char {
    char::from_u32(u32::from(c) + 1).unwrap_or(char::MAX)
}

/// `[:name:]` or `[:^name:]`.
fn named_class(name: &str) -> Result<Set, ExpressionError> {
    let (negated, name) = match name.strip_prefix('^') {
        Some(name) => (true, name),
        None => (false, name),
    };
    let ranges: &[(char, char)] = match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\x7F')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\x1F'), ('\x7F', '\x7F')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return Err(ExpressionError::Range),
    };
    Ok(Set::Class { negated, ranges: ranges.to_vec() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dockerignore::automaton::Program;

    fn expression(pattern: &str) -> String {
        match translate(pattern) {
            Translation::Expression(text) => text,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn translations_are_those_of_moby() {
        for (pattern, expected) in [
            ("a.txt", "Exact"),
            ("^a", "Exact"),
            ("**", "Suffix"),
            ("**/x", "Suffix"),
            ("docs/**", "Prefix"),
            ("*.txt", r"^[^/]*\.txt$"),
            ("a**z", "^a(.*/)?z$"),
            ("**/**", "^(.*/)?.*$"),
            ("***", "^(.*/)?[^/]*$"),
            ("[*]", "^[[^/]*]$"),
            (r"\Qa*\E", r"^\Qa[^/]*\E$"),
        ] {
            assert_eq!(expression(pattern), expected, "{pattern}");
        }
    }

    fn matches(pattern: &str, path: &str) -> bool {
        parse(&expression(pattern)).unwrap().into_iter().any(|row| Program::new(row).matches(path))
    }

    #[test]
    fn leaks_of_the_expression_language_match_as_in_go() {
        for (pattern, path, expected) in [
            (r"\d.txt", "1.txt", true),
            (r"\d.txt", "d.txt", false),
            (r"\D?", "/x", true),
            (r"\x41", "A", true),
            (r"\101", "A", true),
            (r"\07", "\x07", true),
            (r"x\bbuild", "xbuild", false),
            (r"x\Bbuild", "xbuild", true),
            (r"\Qa*b\E", "a[^/]*b", true),
            (r"\Qabc", "abc$", true),
            (r"\_", "_", true),
            ("x^*", "x", false),
            ("*^a", "a", true),
            ("x[^a]y", "x/y", true),
            ("[*]", "[^/]", true),
            ("[*]", "]", true),
            ("[*]", "*", false),
            ("[?]", "^]", true),
            ("[**]", ".", true),
            ("[[:alpha:]]*", "x1", true),
            ("[[:^alpha:]]*", "x1", false),
            (r"[\w-]", "-", true),
            (r"[\W]", "_", false),
            (r"[\W]", "é", true),
            ("**/a*", "x\ny/ab", false),
            ("{a,b}*", "{a,b}c", true),
            ("a{2}?", "aab", true),
            ("a{2}?", "a{2}b", false),
            ("a{1,3}?", "aaab", true),
            ("a{1,3}?", "aaaab", false),
            ("a{2,}?", "aaaab", true),
            ("a{0}*", "b", true),
            ("a{01}?", "a{01}b", true),
            ("*.md|x", "a.mdz", true),
            ("*.md|x", "docs/x", true),
            ("*.md|x", "docs/xy", false),
            ("*.md|b|x", "a/b/c", true),
            (r"\x{41}", "A", true),
            (r"\Qabc", "abc$d", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} on {path:?}");
        }
    }

    #[test]
    fn what_go_refuses_is_an_error() {
        for (pattern, error) in [
            (r"docs\guide.md", ExpressionError::Escape('g')),
            (r"\e", ExpressionError::Escape('e')),
            (r"\1", ExpressionError::Escape('1')),
            (r"\8", ExpressionError::Escape('8')),
            (r"\x4", ExpressionError::Escape('x')),
            (r"\é", ExpressionError::Escape('é')),
            (r"app\package.json", ExpressionError::UnicodeClass('p')),
            ("[z-a]", ExpressionError::Range),
            ("[a-*]", ExpressionError::Range),
            ("[[:nope:]]", ExpressionError::Range),
            (r"[\b]", ExpressionError::Escape('b')),
            ("*{2}", ExpressionError::Repetition),
            ("a{2}{3}*", ExpressionError::Repetition),
            ("a|{2}*", ExpressionError::Repetition),
            ("a{3,2}*", ExpressionError::Repetition),
            ("a{1001}*", ExpressionError::Repetition),
            ("a{99999999999999999999}*", ExpressionError::Repetition),
            (r"\x{}", ExpressionError::Escape('x')),
            (r"\x{110000}", ExpressionError::Escape('x')),
            (r"\p{Greek}", ExpressionError::UnicodeClass('p')),
        ] {
            assert_eq!(parse(&expression(pattern)), Err(error), "{pattern}");
        }
    }
}
