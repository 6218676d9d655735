//! The expansion of words: quotes, escapes and variables, as BuildKit's `frontend/dockerfile/shell/lex.go` does it.

use super::pattern::{Hopeless, Length, Occurrences, Pattern};
use super::scope::Lookup;
use super::value::{Reason, Unknown, Value};
use crate::syntax::ast::Escape;

/// How deep `${a:-${b:-…}}` may nest; deeper text counts as unknown.
const MAX_DEPTH: u32 = 64;
/// How long a value may grow, in bytes, before it counts as unknown: words can double at every `ENV`.
const MAX_VALUE: usize = 1 << 20;

/// Expands variables, quotes and escapes of a word, as BuildKit does for the arguments that it expands. `lookup` says
/// what a variable is; [`Scope::get`](super::Scope::get) of an instruction's state does.
///
/// What BuildKit refuses to expand comes back as an unknown value with [`Reason::Refused`].
#[must_use]
pub fn expand<'v>(word: &str, escape: Escape, lookup: &dyn Fn(&str) -> Lookup<'v>) -> Value {
    // BuildKit's scanner drops a byte order mark at the start of any text.
    let word = word.strip_prefix('\u{FEFF}').unwrap_or(word);
    if is_plain(word, escape) {
        return Value::known(word);
    }
    let mut expansion = Expansion::new(word, escape, lookup);
    let mut text = Text { text: String::with_capacity(word.len()), unknown: Vec::new() };
    match expansion.until(None, Escapes::Removed, 0, &mut text) {
        Ok(()) => Value::with_unknown(text.text, text.unknown),
        Err(reason) => {
            let name = expansion.asked.unwrap_or(word);
            Value::with_unknown(word.to_owned(), vec![Unknown { name: name.into(), reason }])
        }
    }
}

/// The variables whose values become a part of a word's, in order: `$x`, `${x}`, `${x#p}`. Those that are only asked for,
/// as in `${x:-fallback}`, are not among them, but what the fallback names is, where it comes to that.
///
/// Nothing for a word that BuildKit refuses.
pub(in crate::model) fn taken_variables<'w, 'v>(
    word: &'w str,
    escape: Escape,
    lookup: &dyn Fn(&str) -> Lookup<'v>,
) -> Vec<&'w str> {
    if !word.contains('$') {
        return Vec::new();
    }
    let mut expansion = Expansion::new(word, escape, lookup);
    match expansion.until(None, Escapes::Removed, 0, &mut Text::default()) {
        Ok(()) => expansion.taken,
        Err(_) => Vec::new(),
    }
}

/// Whether expansion leaves a word as it is: it has no variables, quotes and escapes.
pub(in crate::model) fn is_plain(word: &str, escape: Escape) -> bool {
    let escape = escape.as_char() as u8;
    // 0xEF may start a byte order mark.
    !word.bytes().any(|byte| matches!(byte, b'$' | b'\'' | b'"' | 0xEF) || byte == escape)
}

/// A value that is being put together.
#[derive(Debug, Default)]
struct Text {
    text: String,
    unknown: Vec<Unknown>,
}

impl Text {
    fn push(&mut self, value: &Value) {
        self.text.push_str(value.text());
        self.blame(value.unknown_parts());
    }

    fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.blame(&other.unknown);
    }

    fn blame(&mut self, unknown: &[Unknown]) {
        for part in unknown {
            if !self.unknown.iter().any(|known| known.name == part.name) {
                self.unknown.push(part.clone());
            }
        }
    }

    fn as_known(&self) -> Option<&str> {
        self.unknown.is_empty().then_some(self.text.as_str())
    }
}

/// Whether escape characters stay in the text, as in patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escapes {
    Removed,
    Kept,
}

struct Expansion<'a, 'l, 'v> {
    text: &'a str,
    /// The byte that is read next.
    at: usize,
    escape: char,
    lookup: &'l dyn Fn(&str) -> Lookup<'v>,
    /// The variable that was met last.
    asked: Option<&'a str>,
    /// The variables whose values are a part of the text.
    taken: Vec<&'a str>,
    /// How many bytes values may still add.
    budget: usize,
}

/// Why there is no value; it ends the expansion.
type Failure = Reason;

impl<'a, 'l, 'v> Expansion<'a, 'l, 'v> {
    fn new(text: &'a str, escape: Escape, lookup: &'l dyn Fn(&str) -> Lookup<'v>) -> Self {
        let escape = escape.as_char();
        Self { text, at: 0, escape, lookup, asked: None, taken: Vec::new(), budget: MAX_VALUE }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Reads up to `stop` (which is consumed) or to the end.
    fn until(
        &mut self,
        stop: Option<char>,
        escapes: Escapes,
        depth: u32,
        text: &mut Text,
    ) -> Result<(), Failure> {
        if depth > MAX_DEPTH {
            return Err(Reason::TooLarge);
        }
        while let Some(next) = self.peek() {
            if Some(next) == stop {
                self.at += next.len_utf8();
                return Ok(());
            }
            match next {
                '$' => self.dollar(depth, text)?,
                '\'' => self.single_quoted(text)?,
                '"' => self.double_quoted(escapes, depth, text)?,
                _ => {
                    if !self.takes_escape(next, escapes, text) {
                        continue;
                    }
                    let Some(escaped) = self.next() else { break };
                    text.text.push(escaped);
                }
            }
        }
        if stop.is_none() { Ok(()) } else { Err(Reason::Refused) }
    }

    /// Takes a character that is neither a quote nor a dollar sign. Whether it is the escape character, which comes
    /// into the text only where escapes are kept.
    fn takes_escape(&mut self, next: char, escapes: Escapes, text: &mut Text) -> bool {
        self.at += next.len_utf8();
        let is_escape = next == self.escape;
        if !is_escape || escapes == Escapes::Kept {
            text.text.push(next);
        }
        is_escape
    }

    fn single_quoted(&mut self, text: &mut Text) -> Result<(), Failure> {
        let (quoted, _) = self.text[self.at + 1..].split_once('\'').ok_or(Reason::Refused)?;
        text.text.push_str(quoted);
        self.at += quoted.len() + 2;
        Ok(())
    }

    fn double_quoted(&mut self, escapes: Escapes, depth: u32, text: &mut Text) -> Result<(), Failure> {
        self.at += 1;
        loop {
            match self.peek().ok_or(Reason::Refused)? {
                '"' => {
                    self.at += 1;
                    return Ok(());
                }
                '$' => self.dollar(depth, text)?,
                next => {
                    if !self.takes_escape(next, escapes, text) {
                        continue;
                    }
                    match self.peek() {
                        None => {}
                        Some(escaped) if escaped == '"' || escaped == '$' || escaped == self.escape => {
                            self.at += escaped.len_utf8();
                            text.text.push(escaped);
                        }
                        Some(_) => text.text.push(next),
                    }
                }
            }
        }
    }

    /// `$name` or `${…}`.
    fn dollar(&mut self, depth: u32, text: &mut Text) -> Result<(), Failure> {
        self.at += 1;
        if self.peek() != Some('{') {
            let name = self.name();
            if name.is_empty() {
                text.text.push('$');
                return Ok(());
            }
            return self.add_variable(name, text);
        }
        self.at += 1;
        if matches!(self.peek(), None | Some('{' | '}' | ':')) {
            return Err(Reason::Refused);
        }
        let name = self.name();
        match self.next().ok_or(Reason::Refused)? {
            '}' => self.add_variable(name, text),
            ':' => match self.next().ok_or(Reason::Refused)? {
                modifier @ ('-' | '+' | '?') => self.conditional(name, modifier, Empty::IsUnset, depth, text),
                _ => Err(Reason::Refused),
            },
            modifier @ ('-' | '+' | '?') => self.conditional(name, modifier, Empty::IsSet, depth, text),
            side @ ('#' | '%') => self.trimmed(name, side, depth, text),
            '/' => self.replaced(name, depth, text),
            _ => Err(Reason::Refused),
        }
    }

    /// `${x-w}`, `${x:-w}`, `${x+w}`, `${x:+w}`, `${x?w}`, `${x:?w}`
    fn conditional(
        &mut self,
        name: &'a str,
        modifier: char,
        empty: Empty,
        depth: u32,
        text: &mut Text,
    ) -> Result<(), Failure> {
        let mut word = Text::default();
        let taken = self.taken.len();
        self.until(Some('}'), Escapes::Removed, depth + 1, &mut word)?;
        self.asked = Some(name);
        let lookup = (self.lookup)(name);
        let is_set = match lookup {
            Lookup::Unset => Some(false),
            Lookup::Set(_) if empty == Empty::IsSet => Some(true),
            Lookup::Set(value) => value.as_known().map(|text| !text.is_empty()),
            Lookup::Unknown(_) => None,
        };
        if matches!((modifier, is_set), ('-', Some(true)) | ('+', Some(false)) | ('?', _)) {
            // The word comes to nothing.
            self.taken.truncate(taken);
        }
        match (modifier, is_set, lookup) {
            ('-', Some(false), _) | ('+', Some(true), _) => self.add(&word, text),
            ('+', Some(false), _) => Ok(()),
            ('?', Some(false), _) => Err(Reason::Refused),
            (_, Some(true), Lookup::Set(value)) => self.add_value(value, text),
            _ => self.add_unknown(name, &[], text),
        }
    }

    /// `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`
    fn trimmed(&mut self, name: &'a str, side: char, depth: u32, text: &mut Text) -> Result<(), Failure> {
        let mut word = Text::default();
        self.until(Some('}'), Escapes::Kept, depth + 1, &mut word)?;
        let (Some(value), Some(word)) = (self.known_value(name), word.as_known()) else {
            return self.add_unknown(name, &[&word], text);
        };
        let (word, length) = match word.strip_prefix(side) {
            Some(rest) => (rest, Length::Longest),
            None => (word, Length::Shortest),
        };
        let pattern = Pattern::parse(word).map_err(refused)?;
        let trimmed =
            if side == '#' { pattern.trim_start(value, length) } else { pattern.trim_end(value, length) };
        self.add_text(&trimmed.map_err(too_large)?, text)
    }

    /// `${x/p/r}`, `${x//p/r}`
    fn replaced(&mut self, name: &'a str, depth: u32, text: &mut Text) -> Result<(), Failure> {
        let mut occurrences = Occurrences::First;
        if self.peek() == Some('/') {
            self.at += 1;
            occurrences = Occurrences::All;
        }
        let (mut pattern, mut replacement) = (Text::default(), Text::default());
        self.until(Some('/'), Escapes::Kept, depth + 1, &mut pattern)?;
        self.until(Some('}'), Escapes::Kept, depth + 1, &mut replacement)?;
        let value = self.known_value(name);
        let (Some(value), Some(known_pattern), Some(known_replacement)) =
            (value, pattern.as_known(), replacement.as_known())
        else {
            return self.add_unknown(name, &[&pattern, &replacement], text);
        };
        let pattern = Pattern::parse(known_pattern).map_err(refused)?;
        let replaced = pattern.replace(value, known_replacement, occurrences).map_err(too_large)?;
        self.add_text(&replaced, text)
    }

    /// A name, a run of digits, or one of the shell's special parameters; empty when there is none.
    fn name(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let mut characters = rest.char_indices();
        let length = match rest.chars().next() {
            Some(first) if first.is_numeric() => {
                characters.find(|(_, next)| !next.is_numeric()).map_or(rest.len(), |(at, _)| at)
            }
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => 1,
            _ => characters
                .find(|&(_, next)| !next.is_alphanumeric() && next != '_')
                .map_or(rest.len(), |(at, _)| at),
        };
        self.at += length;
        &rest[..length]
    }

    /// The value of a variable when all of it is known; one that is not set is empty.
    fn known_value(&mut self, name: &'a str) -> Option<&'v str> {
        self.asked = Some(name);
        self.taken.push(name);
        match (self.lookup)(name) {
            Lookup::Unset => Some(""),
            Lookup::Set(value) => value.as_known(),
            Lookup::Unknown(_) => None,
        }
    }

    fn add_variable(&mut self, name: &'a str, text: &mut Text) -> Result<(), Failure> {
        self.asked = Some(name);
        self.taken.push(name);
        match (self.lookup)(name) {
            Lookup::Unset => Ok(()),
            Lookup::Set(value) => self.add_value(value, text),
            Lookup::Unknown(_) => self.add_unknown(name, &[], text),
        }
    }

    /// The name in the place of what becomes of a variable, which only the build knows: for the variable's sake, or
    /// for that of the `words` of its modifier.
    fn add_unknown(&mut self, name: &str, words: &[&Text], text: &mut Text) -> Result<(), Failure> {
        match (self.lookup)(name) {
            Lookup::Unknown(reason) => text.blame(&[Unknown { name: name.into(), reason }]),
            Lookup::Set(value) => text.blame(value.unknown_parts()),
            Lookup::Unset => {}
        }
        for word in words {
            text.blame(&word.unknown);
        }
        self.add_text(&format!("${{{name}}}"), text)
    }

    fn add_value(&mut self, value: &Value, text: &mut Text) -> Result<(), Failure> {
        self.spend(value.text().len())?;
        text.push(value);
        Ok(())
    }

    fn add(&mut self, other: &Text, text: &mut Text) -> Result<(), Failure> {
        self.spend(other.text.len())?;
        text.append(other);
        Ok(())
    }

    fn add_text(&mut self, other: &str, text: &mut Text) -> Result<(), Failure> {
        self.spend(other.len())?;
        text.text.push_str(other);
        Ok(())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Failure> {
        self.budget = self.budget.checked_sub(bytes).ok_or(Reason::TooLarge)?;
        Ok(())
    }
}

/// What an empty value counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Empty {
    IsSet,
    IsUnset,
}

fn refused(_: Hopeless) -> Failure {
    Reason::Refused
}

fn too_large(_: Hopeless) -> Failure {
    Reason::TooLarge
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    type Variables = [(&'static str, Value); 5];

    static VARIABLES: LazyLock<Variables> = LazyLock::new(|| {
        let pairs = [("A", "one"), ("EMPTY", ""), ("FILE", "a.tar.gz"), ("P", "/usr/bin:/bin")];
        let [a, empty, file, path] = pairs.map(|(name, value)| (name, Value::known(value)));
        [a, empty, file, path, ("LARGE", Value::known("x".repeat(MAX_VALUE / 2 + 1)))]
    });

    fn lookup(name: &str) -> Lookup<'static> {
        match VARIABLES.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => Lookup::Set(value),
            None if name == "ARGUMENT" => Lookup::Unknown(Reason::BuildArgument),
            None => Lookup::Unset,
        }
    }

    /// The value, or why there is none.
    fn show(word: &str) -> String {
        let value = expand(word, Escape::Backslash, &lookup);
        match value.as_known() {
            Some(text) => text.to_owned(),
            None => {
                let parts = value.unknown_parts().iter();
                let parts: Vec<_> = parts.map(|part| format!("{} {:?}", part.name, part.reason)).collect();
                format!("? {}", parts.join(", "))
            }
        }
    }

    #[test]
    fn expands_as_buildkit_does() {
        for (word, expected) in [
            ("plain", "plain"),
            ("\u{feff}plain", "plain"),
            ("$A/${A}", "one/one"),
            ("'$A'", "$A"),
            ("\"$A\"", "one"),
            (r"\$A", "$A"),
            (r#""a\"b\n""#, r#"a"b\n"#),
            ("a\\", "a"),
            ("$NONE-", "-"),
            ("${NONE:-d$A}", "done"),
            ("${EMPTY-d}|${EMPTY:-d}", "|d"),
            ("${A:+yes}${NONE+no}", "yes"),
            ("${A:?gone}", "one"),
            ("${FILE%.*}|${FILE%%.*}", "a.tar|a"),
            ("${FILE#*.}|${FILE##*.}", "tar.gz|gz"),
            ("${FILE%$NONE}|${FILE%.${NONE:-gz}}", "a.tar.gz|a.tar"),
            ("${P/bin/sbin}|${P//bin/sbin}", "/usr/sbin:/bin|/usr/sbin:/sbin"),
            (r"${P//\//_}|${P/\/usr/}", "_usr_bin:_bin|/bin:/bin"),
            ("${P/:*/}|${P//\"?in\"/x$0}", "/usr/bin|/usr/x:/x"),
            ("${+x}${/a/b}|", "|"),
            ("$1x$@y$$z", "xyz"),
            ("$", "$"),
            ("$-a<<b", "a<<b"),
        ] {
            assert_eq!(show(word), expected, "{word}");
        }
    }

    #[test]
    fn says_why_a_value_is_unknown() {
        for (word, expected) in [
            ("$ARGUMENT", "? ARGUMENT BuildArgument"),
            ("${ARGUMENT:-d}", "? ARGUMENT BuildArgument"),
            ("${A#$ARGUMENT}", "? ARGUMENT BuildArgument"),
            ("${A/o/$ARGUMENT}", "? ARGUMENT BuildArgument"),
            ("${ARGUMENT%x}$ARGUMENT", "? ARGUMENT BuildArgument"),
            ("${NONE?gone}", "? NONE Refused"),
            ("${EMPTY:?gone}", "? EMPTY Refused"),
            ("${A", "? ${A Refused"),
            ("'a", "? 'a Refused"),
            ("\"a", "? \"a Refused"),
            ("${}", "? ${} Refused"),
            ("${A:}", "? ${A:} Refused"),
            ("${A:#x}", "? ${A:#x} Refused"),
            (r"${A#\x}", "? A Refused"),
        ] {
            assert_eq!(show(word), expected, "{word}");
        }
    }

    #[test]
    fn tells_which_variables_are_taken() {
        for (word, expected) in [
            ("a$A-${NONE}'$B'\\$C", "A NONE"),
            ("${NONE:-x}${NONE:-$M}${A:-$N}", "M"),
            ("${NONE:+$M}${A:+$N}${A:?$O}${ARGUMENT:-$Q}", "N Q"),
            ("${FILE#*.}${P/a/$M}", "FILE M P"),
            ("${A", ""),
        ] {
            assert_eq!(taken_variables(word, Escape::Backslash, &lookup).join(" "), expected, "{word}");
        }
    }

    #[test]
    fn keeps_the_known_part_of_an_unknown_value() {
        let value = expand("/opt/venv/bin:$PATH", Escape::Backslash, &|_| Lookup::Unknown(Reason::BaseImage));
        assert_eq!(value.as_known(), None);
        assert_eq!(value.text(), "/opt/venv/bin:${PATH}");
        assert_eq!(&*value.unknown_parts()[0].name, "PATH");
        assert_eq!(value.unknown_parts()[0].reason, Reason::BaseImage);
    }

    #[test]
    fn deep_nesting_and_growth_are_bounded() {
        let deep = format!("{}x{}", "${N:-".repeat(5000), "}".repeat(5000));
        assert_eq!(expand(&deep, Escape::Backslash, &lookup).as_known(), None);
        let value = expand("$LARGE$LARGE", Escape::Backslash, &lookup);
        assert_eq!(value.unknown_parts()[0].reason, Reason::TooLarge);
    }
}
