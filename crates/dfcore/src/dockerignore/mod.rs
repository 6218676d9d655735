//! `.dockerignore` exactly as BuildKit reads it.
//!
//! It looks like gitignore and is not: patterns are anchored at the root of the context, a final `/` means
//! nothing, `!` can bring back what lies below an excluded folder, and a pattern becomes a Go regular expression
//! with surprises of its own. The behaviour here was compared with what a real engine sends
//! (`fixtures/dockerignore_cases.json`).
//!
//! ```
//! use dfcore::dockerignore::DockerIgnore;
//! use dfcore::text::SourceFile;
//! let file = SourceFile::new(".dockerignore", "# keep the sources only\n*\n!src\n").unwrap();
//! let ignore = DockerIgnore::parse(&file);
//! let verdict = ignore.matcher().verdict("README.md");
//! assert!(verdict.is_excluded);
//! assert_eq!(ignore.line(verdict.decided_by.unwrap()).number, 2);
//! ```

mod automaton;
mod chain;
mod glob;
mod matcher;
mod pattern;
mod regexp;

pub use chain::{Effect, Match};
pub use glob::{Glob, GlobError};
pub use matcher::{Matcher, Trail, Verdict};
pub(crate) use pattern::clean;
pub use pattern::{Pattern, PatternError};
pub use regexp::ExpressionError;

use crate::text::{SourceFile, Span};

/// The longest line that BuildKit reads, in bytes without the line ending.
const MAX_LINE: usize = 64 * 1024 - 1;

/// A parsed `.dockerignore` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DockerIgnore {
    lines: Vec<Line>,
    matcher: Matcher,
    errors: Vec<LineError>,
}

/// Where a pattern stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line, from 1.
    pub number: u32,
    /// The pattern, its `!` included, without the blanks around it.
    pub span: Span,
}

/// A line that fails the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    /// Where the line stands.
    pub line: Line,
    /// What is wrong with it.
    pub cause: LineErrorCause,
}

impl LineError {
    /// Whether a build fails on the line whatever is in the context, and not only when it has to compare a path
    /// with it.
    #[must_use]
    pub fn fails_every_build(&self) -> bool {
        !matches!(self.cause, LineErrorCause::Pattern(PatternError::Expression { .. }))
    }
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineErrorCause {
    /// The pattern.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// BuildKit reads no longer lines.
    #[error("the build fails on a line of {bytes} bytes; split it, lines have at most {MAX_LINE}")]
    TooLong {
        /// The length of the line in bytes.
        bytes: usize,
    },
}

impl DockerIgnore {
    /// Reads a file. Lines that fail every build are left out of the [`matcher`](Self::matcher) and are found in
    /// [`errors`](Self::errors), beside those that fail a build only when they are compared with a path.
    #[must_use]
    pub fn parse(file: &SourceFile) -> Self {
        let mut lines = Vec::new();
        let mut patterns = Vec::new();
        let mut errors = Vec::new();
        let mut start = 0;
        for (index, full) in file.text().split_inclusive('\n').enumerate() {
            let at = start;
            start += full.len();
            let text = full.strip_suffix('\n').unwrap_or(full);
            let byte_order_mark =
                if index == 0 && text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
            let text = &text[byte_order_mark..];
            if text.starts_with('#') {
                continue;
            }
            let trimmed = text.trim();
            let from = at + byte_order_mark + (text.len() - text.trim_start().len());
            let span = Span::new(from as u32, (from + trimmed.len()) as u32);
            let line = Line { number: index as u32 + 1, span };
            if text.len() > MAX_LINE {
                errors.push(LineError { line, cause: LineErrorCause::TooLong { bytes: text.len() } });
                continue;
            }
            match Pattern::new(&prepare(trimmed)) {
                Ok(None) => {}
                Ok(Some(pattern)) => {
                    if let Some(error) = pattern.error() {
                        errors.push(LineError { line, cause: error.clone().into() });
                    }
                    patterns.push(pattern);
                    lines.push(line);
                }
                Err(error) => errors.push(LineError { line, cause: error.into() }),
            }
        }
        Self { lines, matcher: Matcher::of(patterns), errors }
    }

    /// The patterns of the file, compiled.
    #[must_use]
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// The line that the pattern of the given index stands on. An index that is none of
    /// [`Matcher::patterns`] gives the last line, or line 1 of a file without patterns.
    #[must_use]
    pub fn line(&self, pattern: usize) -> Line {
        let known = self.lines.get(pattern).or(self.lines.last());
        known.copied().unwrap_or(Line { number: 1, span: Span::empty(0) })
    }

    /// The lines that have patterns, in order, one for each of [`Matcher::patterns`].
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The lines that fail a build, in order.
    #[must_use]
    pub fn errors(&self) -> &[LineError] {
        &self.errors
    }

    /// The patterns as a client sends them to BuildKit, in order.
    pub fn patterns_to_send(&self) -> impl Iterator<Item = String> + '_ {
        self.matcher.patterns().iter().map(|pattern| {
            let exception = if pattern.is_exception() { "!" } else { "" };
            format!("{exception}{}", pattern.text())
        })
    }
}

/// A line as the pattern that BuildKit's reader makes of it: cleaned, and relative to the context.
fn prepare(line: &str) -> String {
    let (exception, path) = match line.strip_prefix('!') {
        Some(path) => ("!", path.trim()),
        None => ("", line),
    };
    if path.is_empty() {
        return exception.to_owned();
    }
    let cleaned = clean(path);
    let relative = cleaned.strip_prefix('/').filter(|rest| !rest.is_empty()).unwrap_or(&cleaned);
    format!("{exception}{relative}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(text: &str) -> DockerIgnore {
        DockerIgnore::parse(&SourceFile::new(".dockerignore", text).unwrap())
    }

    #[test]
    fn patterns_keep_their_places() {
        let text = "\u{FEFF}# head\n\n  ! ./a//b/ \r\n #no comment\n/c";
        let ignore = parse(text);
        let found: Vec<_> =
            ignore.lines().iter().map(|line| (line.number, &text[line.span.range()])).collect();
        assert_eq!(found, [(3, "! ./a//b/"), (4, "#no comment"), (5, "/c")]);
        assert_eq!(ignore.patterns_to_send().collect::<Vec<_>>(), ["!a/b", "#no comment", "c"]);
        assert_eq!(ignore.errors(), []);
    }

    #[test]
    fn errors_carry_their_line_and_leave_the_rest_alone() {
        let ignore = parse("a\n[\nb\\q\n!\nc\n");
        let errors: Vec<_> =
            ignore.errors().iter().map(|error| (error.line.number, error.cause.to_string())).collect();
        assert_eq!(errors.len(), 3);
        assert_eq!((errors[0].0, errors[1].0, errors[2].0), (2, 3, 4));
        assert!(errors[1].1.contains(r"`\q` is no escape"), "{}", errors[1].1);
        assert!(ignore.matcher().verdict("c").is_excluded);
        assert_eq!(ignore.line(ignore.matcher().verdict("c").decided_by.unwrap()).number, 5);
    }

    #[test]
    fn a_line_longer_than_the_reader_of_buildkit_takes_is_an_error() {
        let fits = format!("{}\nb\n", "a".repeat(MAX_LINE));
        assert_eq!(parse(&fits).errors(), []);
        let too_long = format!("{}\nb\n", "a".repeat(MAX_LINE + 1));
        assert!(matches!(parse(&too_long).errors()[0].cause, LineErrorCause::TooLong { bytes: 65_536 }));
    }
}
