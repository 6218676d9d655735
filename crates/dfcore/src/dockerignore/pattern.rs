//! One pattern: cleaned, checked and compiled.

use super::automaton::Program;
use super::glob::{self, GlobError};
use super::regexp::{self, ExpressionError, Translation};

/// One exclude pattern, or one that brings excluded paths back (`!`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    is_exception: bool,
    form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Exact,
    /// The text before a final `**`.
    Prefix(String),
    /// The text after a leading `**`.
    Suffix(String),
    /// Any of these.
    Programs(Vec<Program>),
    Broken(PatternError),
}

impl Pattern {
    /// Reads a pattern as it is sent to BuildKit; [`None`] for a blank one.
    pub(super) fn new(source: &str) -> Result<Option<Self>, PatternError> {
        let source = source.trim();
        if source.is_empty() {
            return Ok(None);
        }
        let cleaned = clean(source);
        let (is_exception, text) = match cleaned.strip_prefix('!') {
            Some("") => return Err(PatternError::LoneException),
            Some(text) => (true, text),
            None => (false, &*cleaned),
        };
        if let Err(cause) = glob::check(text) {
            return Err(PatternError::Syntax { pattern: printable(source), cause });
        }
        let form = match regexp::translate(text) {
            Translation::Exact => Form::Exact,
            Translation::Prefix => Form::Prefix(text.strip_suffix("**").unwrap_or(text).to_owned()),
            Translation::Suffix => Form::Suffix(text.strip_prefix("**").unwrap_or(text).to_owned()),
            Translation::Expression(expression) => match regexp::parse(&expression) {
                Ok(rows) => Form::Programs(rows.into_iter().map(Program::new).collect()),
                Err(cause) => Form::Broken(PatternError::Expression { pattern: printable(source), cause }),
            },
        };
        Ok(Some(Self { text: text.to_owned(), is_exception, form }))
    }

    /// The cleaned pattern, without its `!`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the pattern brings paths back (`!`).
    #[must_use]
    pub fn is_exception(&self) -> bool {
        self.is_exception
    }

    /// Why a build fails once this pattern is compared with a path. Patterns that fail every build are no
    /// [`Pattern`]s at all.
    #[must_use]
    pub fn error(&self) -> Option<&PatternError> {
        match &self.form {
            Form::Broken(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the path itself matches, whatever its parents do. A broken pattern matches nothing.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        match &self.form {
            Form::Exact => path == self.text,
            Form::Prefix(prefix) => path.starts_with(prefix.as_str()),
            Form::Suffix(suffix) => path.ends_with(suffix.as_str()) || suffix.strip_prefix('/') == Some(path),
            Form::Programs(programs) => programs.iter().any(|program| program.matches(path)),
            Form::Broken(_) => false,
        }
    }

    /// Whether something below the folder may match. Errs on the side of yes.
    #[must_use]
    pub fn may_match_below(&self, folder: &str) -> bool {
        let begins = |text: &str| text.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        match &self.form {
            Form::Exact => begins(&self.text),
            Form::Prefix(prefix) => begins(prefix) || format!("{folder}/").starts_with(prefix.as_str()),
            Form::Suffix(_) | Form::Broken(_) => true,
            Form::Programs(programs) => {
                let start = format!("{folder}/");
                programs.iter().any(|program| program.may_match_after(&start))
            }
        }
    }
}

/// Why a pattern fails the build.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// A `!` with nothing to keep.
    #[error("`!` names nothing; write the path to keep after it, or delete the line")]
    LoneException,
    /// Not a wildcard pattern of Go's `filepath.Match`: every build fails.
    #[error("the build fails on the pattern `{pattern}`: {cause}")]
    Syntax {
        /// The pattern, with control characters replaced.
        pattern: String,
        /// What is wrong with it.
        cause: GlobError,
    },
    /// Becomes no valid regular expression: builds fail when they compare it with a path.
    #[error("the build fails when it compares a path with the pattern `{pattern}`: {cause}")]
    Expression {
        /// The pattern, with control characters replaced.
        pattern: String,
        /// What is wrong with it.
        cause: ExpressionError,
    },
}

/// The text without anything that a terminal would act upon.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// The shortest equivalent of a path, as Go's `path.Clean` gives it: `.` for nothing, no `.` and `..` inside,
/// no doubled and no final `/`. A leading `/` stays.
pub(crate) fn clean(path: &str) -> String {
    let is_rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|&last| last != "..") => drop(parts.pop()),
            ".." if is_rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (is_rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn clean_is_that_of_go() {
        for (path, expected) in [
            ("", "."),
            (".", "."),
            ("/", "/"),
            ("a//b/", "a/b"),
            ("./a", "a"),
            ("a/../b", "b"),
            ("a/..", "."),
            ("../a", "../a"),
            ("../../a", "../../a"),
            ("a/../../b", "../b"),
            ("/../a", "/a"),
            ("a/./b", "a/b"),
        ] {
            assert_eq!(clean(path), expected, "{path}");
        }
    }

    #[test]
    fn messages_name_the_pattern_and_the_way_out() {
        let error = |source| match Pattern::new(source) {
            Ok(pattern) => pattern.unwrap().error().unwrap().to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(
            error(r"docs\guide.md"),
            r"the build fails when it compares a path with the pattern `docs\guide.md`: `\g` is no escape; write `/` between folders"
        );
        assert_eq!(
            error("a\u{1b}["),
            "the build fails on the pattern `a\u{FFFD}[`: `[` is not closed; add the `]`, or write `\\[` for the character itself"
        );
        assert_eq!(error("!/"), "`!` names nothing; write the path to keep after it, or delete the line");
    }

    #[test]
    fn may_match_below_is_narrow_for_literal_text() {
        let below = |pattern: &str, folder| Pattern::new(pattern).unwrap().unwrap().may_match_below(folder);
        assert!(below("!src/main.py", "src"));
        assert!(!below("!src", "src"));
        assert!(!below("!src2/x", "src"));
        assert!(below("!src/**", "src/a"));
        assert!(below("!src/**", "src"));
        assert!(!below("!src/**", "docs"));
        assert!(below("!**/x", "docs"));
        assert!(below("!src/*/x", "src/a"));
        assert!(!below("!src/*", "src/a"));
        assert!(!below("!*", "src"));
    }
}
