//! Values of variables, as far as they are known before a build, and the expansion of words.
//!
//! The reference is BuildKit's `frontend/dockerfile/shell` (word expansion) and `…/dockerfile2llb` (scopes).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::syntax::ast::Escape;

/// How deep `${a:-${b:-…}}` may nest; deeper text counts as unknown.
const MAX_DEPTH: u32 = 64;
/// How long a value may grow, in bytes, before it counts as unknown: words can double at every `ENV`.
const MAX_VALUE: usize = 1 << 20;

/// A text that may hold parts nobody knows before the build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    text: String,
    unknown: Vec<String>,
}

impl Value {
    /// A text that is known.
    #[must_use]
    pub fn known(text: impl Into<String>) -> Self {
        Self { text: text.into(), unknown: Vec::new() }
    }

    /// The value of a variable that only the build (its arguments or its base image) knows.
    #[must_use]
    pub fn unknown(name: &str) -> Self {
        Self { text: format!("${{{name}}}"), unknown: vec![name.to_owned()] }
    }

    /// The text, when all of it is known.
    #[must_use]
    pub fn as_known(&self) -> Option<&str> {
        self.unknown.is_empty().then_some(self.text.as_str())
    }

    /// The text with `${NAME}` in the place of what is unknown, for messages and partial questions.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the variables that make it unknown.
    #[must_use]
    pub fn unknown_names(&self) -> &[String] {
        &self.unknown
    }

    fn push(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        for name in &other.unknown {
            if !self.unknown.contains(name) {
                self.unknown.push(name.clone());
            }
        }
    }
}

/// What a scope says about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// Not set: expands to nothing.
    Unset,
    /// Set to this.
    Set(&'a Value),
    /// Nobody knows before the build whether it is set.
    Unknown,
}

/// The variables that one instruction sees.
///
/// As in BuildKit's state, `ARG` with a value and `ENV` write to the same names, and the later one wins.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// What expansion and processes see; `None` is an `ARG` without a default.
    values: Arc<BTreeMap<String, Option<Value>>>,
    /// What `ENV` says, which is what the image keeps.
    env: Arc<BTreeMap<String, Value>>,
    /// Whether names that no instruction sets may come from the base image.
    open: bool,
}

/// Build arguments that BuildKit fills in when a stage declares them (and always in `FROM`).
pub const PLATFORM_ARGS: [&str; 8] = [
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
];

impl Scope {
    /// A scope without names. That of a stage on an image is open: its base may have set any name.
    #[must_use]
    pub fn new(base: BaseEnvironment) -> Self {
        Self { open: base == BaseEnvironment::Unknown, ..Self::default() }
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Lookup<'_> {
        match self.values.get(name) {
            Some(Some(value)) => Lookup::Set(value),
            Some(None) => Lookup::Unknown,
            None if self.open => Lookup::Unknown,
            None => Lookup::Unset,
        }
    }

    /// The value that an `ENV` of this or a parent stage gave the name: what the image keeps.
    #[must_use]
    pub fn env(&self, name: &str) -> Option<&Value> {
        self.env.get(name)
    }

    /// What a process of a `RUN` finds in its environment, as far as instructions say: the value of an `ENV`
    /// or of an `ARG` with a default.
    #[must_use]
    pub fn run_environment(&self, name: &str) -> Option<&Value> {
        self.values.get(name)?.as_ref()
    }

    pub(super) fn set_env(&mut self, name: &str, value: Value) {
        Arc::make_mut(&mut self.values).insert(name.to_owned(), Some(value.clone()));
        Arc::make_mut(&mut self.env).insert(name.to_owned(), value);
    }

    pub(super) fn set_arg(&mut self, name: &str, value: Option<Value>) {
        // An `ARG` without a value leaves what is there.
        if value.is_some() || !self.values.contains_key(name) {
            Arc::make_mut(&mut self.values).insert(name.to_owned(), value);
        }
    }
}

/// Whether the base's environment is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseEnvironment {
    /// `scratch`, or the scope above the first `FROM`: nothing is set.
    Empty,
    /// An image: anything may be set.
    Unknown,
}

/// Expands variables, quotes and escapes of a word, as BuildKit does for the arguments that it expands.
///
/// What cannot be expanded (a syntax error, a pattern over an unknown value) comes back as an unknown value.
#[must_use]
pub fn expand(word: &str, escape: Escape, scope: &Scope) -> Value {
    if !word.contains(['$', '\'', '"', escape.as_char()]) {
        return Value::known(word);
    }
    let mut expansion =
        Expansion { rest: word.chars().collect(), at: 0, escape: escape.as_char(), scope, names: Vec::new() };
    match expansion.until(None, false, 0) {
        Ok(value) => value,
        Err(Unexpandable) => {
            if expansion.names.is_empty() {
                expansion.names.push(word.to_owned());
            }
            Value { text: word.to_owned(), unknown: expansion.names }
        }
    }
}

struct Unexpandable;

struct Expansion<'a> {
    rest: Vec<char>,
    at: usize,
    escape: char,
    scope: &'a Scope,
    /// The variables met so far.
    names: Vec<String>,
}

impl Expansion<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// Reads up to `stop` (which is consumed) or to the end. Raw escapes keep the escape character.
    fn until(&mut self, stop: Option<char>, raw_escapes: bool, depth: u32) -> Result<Value, Unexpandable> {
        if depth > MAX_DEPTH {
            return Err(Unexpandable);
        }
        let mut value = Value::default();
        while let Some(next) = self.peek() {
            if Some(next) == stop {
                self.at += 1;
                return Ok(value);
            }
            match next {
                '$' => {
                    let part = self.dollar(depth)?;
                    value.push(&part);
                }
                '\'' => self.single_quoted(&mut value)?,
                '"' => self.double_quoted(&mut value, raw_escapes, depth)?,
                _ => {
                    self.at += 1;
                    if next != self.escape {
                        value.text.push(next);
                        continue;
                    }
                    if raw_escapes {
                        value.text.push(next);
                    }
                    let Some(escaped) = self.next() else { break };
                    value.text.push(escaped);
                }
            }
            if value.text.len() > MAX_VALUE {
                return Err(Unexpandable);
            }
        }
        if stop.is_none() { Ok(value) } else { Err(Unexpandable) }
    }

    fn single_quoted(&mut self, value: &mut Value) -> Result<(), Unexpandable> {
        self.at += 1;
        loop {
            match self.next().ok_or(Unexpandable)? {
                '\'' => return Ok(()),
                other => value.text.push(other),
            }
        }
    }

    fn double_quoted(
        &mut self,
        value: &mut Value,
        raw_escapes: bool,
        depth: u32,
    ) -> Result<(), Unexpandable> {
        self.at += 1;
        loop {
            match self.peek().ok_or(Unexpandable)? {
                '"' => {
                    self.at += 1;
                    return Ok(());
                }
                '$' => {
                    let part = self.dollar(depth)?;
                    value.push(&part);
                    if value.text.len() > MAX_VALUE {
                        return Err(Unexpandable);
                    }
                }
                next => {
                    self.at += 1;
                    if next != self.escape {
                        value.text.push(next);
                        continue;
                    }
                    if raw_escapes {
                        value.text.push(next);
                    }
                    match self.peek() {
                        None => {}
                        Some(escaped) if escaped == '"' || escaped == '$' || escaped == self.escape => {
                            self.at += 1;
                            value.text.push(escaped);
                        }
                        Some(_) => value.text.push(next),
                    }
                }
            }
        }
    }

    fn dollar(&mut self, depth: u32) -> Result<Value, Unexpandable> {
        self.at += 1;
        if self.peek() != Some('{') {
            let name = self.name();
            return Ok(if name.is_empty() { Value::known("$") } else { self.value_of(&name) });
        }
        self.at += 1;
        let name = self.name();
        if name.is_empty() {
            return Err(Unexpandable);
        }
        let mut modifier = self.next().ok_or(Unexpandable)?;
        if modifier == '}' {
            return Ok(self.value_of(&name));
        }
        let empty_is_unset = modifier == ':';
        if empty_is_unset {
            modifier = self.next().ok_or(Unexpandable)?;
        }
        match modifier {
            '-' | '+' | '?' => {
                let word = self.until(Some('}'), false, depth + 1)?;
                self.with_default(&name, modifier, empty_is_unset, word)
            }
            '#' | '%' if !empty_is_unset => {
                let pattern = self.until(Some('}'), true, depth + 1)?;
                let value = self.value_of(&name);
                let (Some(text), Some(pattern)) = (value.as_known(), pattern.as_known()) else {
                    return Ok(Value::unknown(&name));
                };
                Ok(Value::known(trim(text, pattern, modifier)))
            }
            // `${x/pattern/replacement}`: nothing here depends on its value yet.
            '/' if !empty_is_unset => {
                self.until(Some('/'), true, depth + 1)?;
                self.until(Some('}'), true, depth + 1)?;
                Ok(Value::unknown(&name))
            }
            _ => Err(Unexpandable),
        }
    }

    fn with_default(
        &mut self,
        name: &str,
        modifier: char,
        empty_is_unset: bool,
        word: Value,
    ) -> Result<Value, Unexpandable> {
        let (value, is_set) = match self.scope.get(name) {
            Lookup::Unset => (Value::default(), Some(false)),
            Lookup::Unknown => (Value::unknown(name), None),
            Lookup::Set(value) => {
                let counts = match value.as_known() {
                    _ if !empty_is_unset => Some(true),
                    Some(text) => Some(!text.is_empty()),
                    None => None,
                };
                (value.clone(), counts)
            }
        };
        match (modifier, is_set) {
            ('-', Some(false)) | ('+', Some(true)) => Ok(word),
            ('+', Some(false)) => Ok(Value::default()),
            ('?', Some(false)) => {
                self.names.push(name.to_owned());
                Err(Unexpandable)
            }
            ('-' | '?', Some(true)) => Ok(value),
            _ => Ok(Value::unknown(name)),
        }
    }

    /// A name, a run of digits, or one of the shell's special parameters.
    fn name(&mut self) -> String {
        let start = self.at;
        match self.peek() {
            Some(first) if first.is_ascii_digit() => {
                while self.peek().is_some_and(|next| next.is_ascii_digit()) {
                    self.at += 1;
                }
            }
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => self.at += 1,
            _ => {
                while self.peek().is_some_and(|next| next.is_alphanumeric() || next == '_') {
                    self.at += 1;
                }
            }
        }
        self.rest[start..self.at].iter().collect()
    }

    fn value_of(&mut self, name: &str) -> Value {
        self.names.push(name.to_owned());
        match self.scope.get(name) {
            Lookup::Unset => Value::default(),
            Lookup::Set(value) => value.clone(),
            Lookup::Unknown => Value::unknown(name),
        }
    }
}

/// `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`: removes the shortest or longest match at one end.
fn trim(value: &str, pattern: &str, operator: char) -> String {
    let (pattern, longest) = match pattern.strip_prefix(operator) {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let pattern: Vec<char> = pattern.chars().collect();
    let mut cuts: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
    // Cuts in the order from the shortest removed part to the longest.
    if operator == '%' {
        cuts.reverse();
    }
    if longest {
        cuts.reverse();
    }
    for cut in cuts {
        let (head, tail) = value.split_at(cut);
        let (removed, kept) = if operator == '#' { (head, tail) } else { (tail, head) };
        if glob(&pattern, removed) {
            return kept.to_owned();
        }
    }
    value.to_owned()
}

/// Matches `*`, `?` and escaped characters over the whole text, without backtracking more than one star.
fn glob(pattern: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        let (literal, width) = match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some('?') => (None, 1),
            Some('\\') if p + 1 < pattern.len() => (Some(pattern[p + 1]), 2),
            Some(&other) => (Some(other), 1),
            None => (Some('\0'), 0),
        };
        if width > 0 && literal.is_none_or(|literal| literal == text[t]) {
            p += width;
            t += 1;
        } else if let Some((after_star, taken)) = star {
            star = Some((after_star, taken + 1));
            p = after_star;
            t = taken + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&rest| rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let mut scope = Scope::new(BaseEnvironment::Empty);
        scope.set_env("A", Value::known("one"));
        scope.set_env("EMPTY", Value::known(""));
        scope.set_env("FILE", Value::known("a.tar.gz"));
        scope.set_arg("ARGUMENT", None);
        scope
    }

    fn known(word: &str) -> String {
        let value = expand(word, Escape::Backslash, &scope());
        value.as_known().map_or_else(|| format!("? {:?}", value.unknown_names()), str::to_owned)
    }

    #[test]
    fn expands_as_buildkit_does() {
        for (word, expected) in [
            ("plain", "plain"),
            ("$A/${A}", "one/one"),
            ("'$A'", "$A"),
            ("\"$A\"", "one"),
            (r"\$A", "$A"),
            (r#""a\"b\n""#, r#"a"b\n"#),
            ("$NONE-", "-"),
            ("${NONE:-d$A}", "done"),
            ("${EMPTY-d}|${EMPTY:-d}", "|d"),
            ("${A:+yes}${NONE+no}", "yes"),
            ("${FILE%.*}|${FILE%%.*}", "a.tar|a"),
            ("${FILE#*.}|${FILE##*.}", "tar.gz|gz"),
            ("$", "$"),
            ("$ARGUMENT", "? [\"ARGUMENT\"]"),
            ("${NONE?gone}", "? [\"NONE\"]"),
            ("${ARGUMENT:-d}", "? [\"ARGUMENT\"]"),
        ] {
            assert_eq!(known(word), expected, "{word}");
        }
    }

    #[test]
    fn keeps_the_known_part_of_an_unknown_value() {
        let value = expand("/opt/venv/bin:$PATH", Escape::Backslash, &Scope::new(BaseEnvironment::Unknown));
        assert_eq!(value.as_known(), None);
        assert_eq!(value.text(), "/opt/venv/bin:${PATH}");
        assert_eq!(value.unknown_names(), ["PATH"]);
    }

    #[test]
    fn deep_nesting_and_broken_words_are_unknown() {
        let deep = format!("{}x{}", "${N:-".repeat(5000), "}".repeat(5000));
        assert_eq!(expand(&deep, Escape::Backslash, &scope()).as_known(), None);
        for broken in ["${A", "'a", "\"a", "${}", "${A:}", "${A:#x}"] {
            assert_eq!(expand(broken, Escape::Backslash, &scope()).as_known(), None, "{broken}");
        }
    }
}
