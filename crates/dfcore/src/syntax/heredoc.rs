//! Finding heredocs in an instruction's line.
//!
//! BuildKit splits the line with its shell lexer, which keeps quotes and escapes here and leaves variables as
//! they stand, and takes each word of the form `[fd]<<[-]delimiter` as a heredoc. When the lexer fails (an open
//! quote, a substitution that it does not know), the line has none. The lexer's quirks decide what a heredoc is
//! and are followed to the letter; its escape character is the backslash, whatever the file says.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

/// A heredoc that a line announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// Operator and delimiter in the line.
    pub(super) range: Range<usize>,
    pub(super) delimiter: Delimiter,
}

/// What a word says that is a heredoc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delimiter {
    /// The line that ends the body.
    pub(super) name: String,
    /// Whether no part of it is quoted.
    pub(super) expand: bool,
    /// Whether it is `<<-`.
    pub(super) chomp: bool,
    /// The number before the operator, or 0.
    pub(super) file_descriptor: u32,
}

/// The lexer cannot read a delimiter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadDelimiter {
    /// The word in the line.
    pub(super) range: Range<usize>,
}

/// Nested substitutions beyond this are taken as an error of the lexer; BuildKit has no limit.
const MAX_DEPTH: u32 = 64;

/// The heredocs of a line, in order.
pub(super) fn find(line: &str) -> Result<Vec<Marker>, BadDelimiter> {
    let bytes = line.as_bytes();
    if !memchr::memchr_iter(b'<', bytes).any(|at| bytes.get(at + 1) == Some(&b'<')) {
        return Ok(Vec::new());
    }
    let Some(words) = ShellLexer::new(line, Keep::QuotesAndEscapes).words() else {
        return Ok(Vec::new());
    };
    let mut markers = Vec::new();
    for word in words {
        match parse_delimiter(&word.text) {
            Ok(Some(delimiter)) => markers.push(Marker { range: word.range, delimiter }),
            Ok(None) => {}
            Err(Unreadable) => return Err(BadDelimiter { range: word.range }),
        }
    }
    Ok(markers)
}

/// The lexer fails.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// Reads a word as `[fd]<<[-]delimiter`; `None` when it is something else.
pub(super) fn parse_delimiter(word: &str) -> Result<Option<Delimiter>, Unreadable> {
    let after_descriptor = word.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = &word[..word.len() - after_descriptor.len()];
    let Some(rest) = after_descriptor.strip_prefix("<<") else {
        return Ok(None);
    };
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start_matches(['\t', '\n', '\x0C', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let mut lexer = ShellLexer::new(rest, Keep::Nothing);
    let mut words = lexer.words().ok_or(Unreadable)?;
    if words.len() != 1 {
        return Ok(None);
    }
    let name = std::mem::take(&mut words[0].text);
    // Digits only, so the only error is that there are none or too many.
    let file_descriptor = if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u32::MAX) };
    Ok(Some(Delimiter { name, expand: !lexer.has_quotes, chomp, file_descriptor }))
}

/// What the lexer leaves in its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    QuotesAndEscapes,
    Nothing,
}

/// A word of the lexer.
#[derive(Debug)]
struct ShellWord {
    text: String,
    range: Range<usize>,
}

/// BuildKit's shell lexer with an empty environment, variables left alone.
struct ShellLexer<'t> {
    text: &'t str,
    characters: Peekable<CharIndices<'t>>,
    keep: Keep,
    /// Whether a quote was met.
    has_quotes: bool,
    /// Whether a substitution had a word of its own since the flag was last cleared. The lexer has one buffer
    /// for the words of all levels, so that loses what the outer word had so far.
    has_lost_word: bool,
}

impl<'t> ShellLexer<'t> {
    fn new(text: &'t str, keep: Keep) -> Self {
        Self {
            text,
            characters: text.char_indices().peekable(),
            keep,
            has_quotes: false,
            has_lost_word: false,
        }
    }

    /// All words; `None` when the text cannot be read.
    fn words(&mut self) -> Option<Vec<ShellWord>> {
        let mut words = Words::default();
        while let Some(&(at, character)) = self.characters.peek() {
            match character {
                '$' | '\'' | '"' => {
                    let mut text = String::new();
                    self.special(character, &mut text, self.keeps_escapes(), 0)?;
                    if std::mem::take(&mut self.has_lost_word) {
                        words.text.clear();
                    }
                    let range = at..self.at();
                    if character == '$' {
                        words.add_text(&text, range, self.text);
                    } else {
                        words.add_raw(&text, range);
                    }
                }
                '<' => {
                    let text = self.possible_heredoc();
                    words.add_raw(text, at..at + text.len());
                }
                '\\' => {
                    self.characters.next();
                    if self.keeps_escapes() {
                        words.add_raw("\\", at..at + 1);
                    }
                    if let Some((at, escaped)) = self.characters.next() {
                        words.add_raw(escaped.encode_utf8(&mut [0; 4]), at..self.at());
                    }
                }
                _ => {
                    self.characters.next();
                    words.add(character, at..self.at());
                }
            }
        }
        words.finish();
        Some(words.done)
    }

    /// The word of a substitution, up to and with `stop`.
    fn until(&mut self, stop: char, keep_escapes: bool, depth: u32) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.has_lost_word = true;
        let mut text = String::new();
        while let Some(&(_, character)) = self.characters.peek() {
            if character == stop {
                self.characters.next();
                return Some(text);
            }
            match character {
                '$' | '\'' | '"' => self.special(character, &mut text, keep_escapes, depth)?,
                '<' => text.push_str(self.possible_heredoc()),
                '\\' => {
                    self.characters.next();
                    if keep_escapes {
                        text.push('\\');
                    }
                    text.extend(self.characters.next().map(|(_, escaped)| escaped));
                }
                _ => {
                    self.characters.next();
                    text.push(character);
                }
            }
        }
        None
    }

    /// A variable or a quoted part.
    fn special(&mut self, first: char, text: &mut String, keep_escapes: bool, depth: u32) -> Option<()> {
        match first {
            '\'' => self.single_quoted(text),
            '"' => self.double_quoted(text, keep_escapes, depth),
            _ => self.dollar(text, depth),
        }
    }

    fn single_quoted(&mut self, text: &mut String) -> Option<()> {
        self.quote(text);
        loop {
            match self.characters.peek()?.1 {
                '\'' => {
                    self.quote(text);
                    return Some(());
                }
                character => {
                    self.characters.next();
                    text.push(character);
                }
            }
        }
    }

    fn double_quoted(&mut self, text: &mut String, keep_escapes: bool, depth: u32) -> Option<()> {
        self.quote(text);
        loop {
            match self.characters.peek()?.1 {
                '"' => {
                    self.quote(text);
                    return Some(());
                }
                '$' => self.dollar(text, depth)?,
                '\\' => {
                    self.characters.next();
                    if keep_escapes {
                        text.push('\\');
                    }
                    match self.characters.peek()?.1 {
                        escaped @ ('"' | '$' | '\\') => {
                            self.characters.next();
                            text.push(escaped);
                        }
                        // Nothing is escaped, and the backslash comes out, a second time where it was kept.
                        _ => text.push('\\'),
                    }
                }
                character => {
                    self.characters.next();
                    text.push(character);
                }
            }
        }
    }

    /// Passes a quote.
    fn quote(&mut self, text: &mut String) {
        self.has_quotes = true;
        let quote = self.characters.next();
        if self.keep == Keep::QuotesAndEscapes {
            text.extend(quote.map(|(_, character)| character));
        }
    }

    /// A variable, which comes out as it stands but for its word's escapes and quotes.
    fn dollar(&mut self, text: &mut String, depth: u32) -> Option<()> {
        self.characters.next();
        text.push('$');
        if self.characters.next_if(|&(_, character)| character == '{').is_none() {
            self.name(text);
            return Some(());
        }
        text.push('{');
        if matches!(self.characters.peek()?.1, '{' | '}' | ':') {
            return None;
        }
        self.name(text);
        let mut modifier = self.characters.next()?.1;
        text.push(modifier);
        match modifier {
            '}' => return Some(()),
            ':' => {
                modifier = self.characters.next()?.1;
                text.push(modifier);
                // Only `#` and `%` keep escapes, and those do not go with `:`.
                if matches!(modifier, '#' | '%') {
                    return None;
                }
                let word = self.until('}', false, depth + 1)?;
                text.push_str(&word);
            }
            '+' | '-' | '?' | '#' | '%' => {
                let word = self.until('}', matches!(modifier, '#' | '%'), depth + 1)?;
                text.push_str(&word);
            }
            '/' => {
                // A second slash, which asks for all matches, is not put back.
                self.characters.next_if(|&(_, character)| character == '/');
                let pattern = self.until('/', true, depth + 1)?;
                let replacement = self.until('}', true, depth + 1)?;
                text.push_str(&pattern);
                text.push('/');
                text.push_str(&replacement);
            }
            _ => return None,
        }
        text.push('}');
        Some(())
    }

    /// A variable's name: digits, one special character, or letters, digits and underscores.
    fn name(&mut self, text: &mut String) {
        let Some(&(_, first)) = self.characters.peek() else {
            return;
        };
        if first.is_numeric() {
            while let Some((_, digit)) = self.characters.next_if(|&(_, character)| character.is_numeric()) {
                text.push(digit);
            }
            return;
        }
        if matches!(first, '@' | '*' | '#' | '?' | '-' | '$' | '!') {
            self.characters.next();
            text.push(first);
            return;
        }
        let is_name = |&(_, character): &(usize, char)| character.is_alphanumeric() || character == '_';
        while let Some((_, character)) = self.characters.next_if(is_name) {
            text.push(character);
        }
    }

    /// `<`, or `<<` with the blanks after it: the delimiter may stand apart.
    fn possible_heredoc(&mut self) -> &'t str {
        let start = self.at();
        self.characters.next();
        if self.characters.next_if(|&(_, character)| character == '<').is_some() {
            while self.characters.next_if(|&(_, character)| matches!(character, '\t' | '\r' | ' ')).is_some()
            {
            }
        }
        &self.text[start..self.at()]
    }

    fn keeps_escapes(&self) -> bool {
        self.keep == Keep::QuotesAndEscapes
    }

    /// Where the next character starts.
    fn at(&mut self) -> usize {
        self.characters.peek().map_or(self.text.len(), |&(at, _)| at)
    }
}

/// Collects words.
#[derive(Default)]
struct Words {
    done: Vec<ShellWord>,
    text: String,
    range: Range<usize>,
    is_inside: bool,
}

impl Words {
    /// A character that ends a word if it is a blank.
    fn add(&mut self, character: char, range: Range<usize>) {
        if !character.is_whitespace() {
            self.add_raw(character.encode_utf8(&mut [0; 4]), range);
        } else if self.is_inside && !self.text.is_empty() {
            self.finish();
        }
    }

    /// Text of a variable, whose blanks end words as well.
    fn add_text(&mut self, text: &str, range: Range<usize>, source: &str) {
        let is_same = source.get(range.clone()) == Some(text);
        for (at, character) in text.char_indices() {
            let place = if is_same {
                range.start + at..range.start + at + character.len_utf8()
            } else {
                range.clone()
            };
            self.add(character, place);
        }
    }

    /// Text that belongs to the word, whatever it is.
    fn add_raw(&mut self, text: &str, range: Range<usize>) {
        if self.text.is_empty() {
            self.range.start = range.start;
        }
        self.text.push_str(text);
        self.range.end = range.end;
        self.is_inside = true;
    }

    fn finish(&mut self) {
        if !self.text.is_empty() {
            self.done.push(ShellWord { text: std::mem::take(&mut self.text), range: self.range.clone() });
            self.is_inside = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The heredocs of a line: marker, name and properties.
    fn read(line: &str) -> Vec<String> {
        let Ok(markers) = find(line) else {
            return vec!["bad delimiter".to_owned()];
        };
        let describe = |marker: Marker| {
            let Delimiter { name, expand, chomp, file_descriptor } = marker.delimiter;
            let expand = if expand { " expand" } else { "" };
            let chomp = if chomp { " chomp" } else { "" };
            let descriptor =
                if file_descriptor == 0 { String::new() } else { format!(" fd={file_descriptor}") };
            format!("{} → {name}{expand}{chomp}{descriptor}", &line[marker.range])
        };
        markers.into_iter().map(describe).collect()
    }

    #[test]
    fn finds_what_buildkit_finds() {
        let cases: &[(&str, &[&str])] = &[
            ("RUN <<EOF", &["<<EOF → EOF expand"]),
            ("RUN <<-EOF cat", &["<<-EOF → EOF expand chomp"]),
            ("COPY <<a <<\"b\" /x", &["<<a → a expand", "<<\"b\" → b"]),
            ("RUN 3<<'EOF' x", &["3<<'EOF' → EOF fd=3"]),
            ("RUN cat << EOF", &["<< EOF → EOF expand"]),
            // Blanks may stand after `<<`, but not after `<<-`.
            ("RUN cat <<- EOF", &[]),
            ("RUN <<E\"O\"F", &["<<E\"O\"F → EOF"]),
            // The escape is taken away but does not count as quoting.
            ("RUN <<\\EOF", &["<<\\EOF → EOF expand"]),
            ("RUN <<\"a b\"", &["<<\"a b\" → a b"]),
            // The whole word is the delimiter.
            ("RUN cat <<EOF>x", &["<<EOF>x → EOF>x expand"]),
            ("RUN echo $(( 1 <<2 ))", &["<<2 → 2 expand"]),
            ("RUN cat<<EOF", &[]),
            ("RUN cat <<<EOF", &[]),
            ("RUN echo \"<<EOF\"", &[]),
            ("RUN <<", &[]),
            ("RUN <<''", &[]),
            // The lexer fails: no heredoc at all.
            ("RUN echo it's <<EOF", &[]),
            ("RUN echo ${a[0]} <<EOF", &[]),
            ("RUN echo ${#a} <<EOF", &[]),
            ("RUN echo ${a:0:1} <<EOF", &["<<EOF → EOF expand"]),
            ("RUN echo ${a:-$(x)} <<EOF", &["<<EOF → EOF expand"]),
            ("RUN echo ${a/b/c} ${a//b/c} ${a%%.*} <<EOF", &["<<EOF → EOF expand"]),
            ("RUN echo $1 $@ \"$x\" '${' <<EOF", &["<<EOF → EOF expand"]),
            // The word of a substitution loses what the outer word had.
            ("RUN <<E${x:-y}", &[]),
            ("RUN ${x:-'a <<EOF'}", &["bad delimiter"]),
        ];
        for &(line, expected) in cases {
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn nested_substitutions_are_bounded() {
        let line = format!("RUN <<EOF {}", "${a:-".repeat(100_000));
        assert!(read(&line).is_empty());
    }
}
