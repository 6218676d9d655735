//! Wildcards as Go's `path/filepath.Match` reads them: what COPY and ADD sources are made of.
//!
//! `*` and `?` stop at `/`, `[a-z]` and `[^a-z]` are classes, `\` makes the next character literal, and `**`
//! means no more than `*`. `.dockerignore` patterns must be valid here too, although they are matched by the
//! richer rules of [`super::Matcher`].

use super::automaton::{Node, Program, Set};

/// A valid wildcard pattern.
///
/// ```
/// use dfcore::dockerignore::Glob;
/// let glob = Glob::new("src/*.p[yx]").unwrap();
/// assert!(glob.matches("src/main.py"));
/// assert!(!glob.matches("src/sub/main.py"));
/// assert!(Glob::new("src/[").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    program: Program,
}

impl Glob {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// [`GlobError`] when a `[` is not closed, a class is empty or starts or ends with `-`, or a `\` is last.
    pub fn new(pattern: &str) -> Result<Self, GlobError> {
        let mut nodes = parse(pattern)?;
        // Two stars in a row are one, and one keeps fewer states alive.
        nodes.dedup_by(|a, b| matches!((a, b), (Node::Star(_), Node::Star(_))));
        Ok(Self { program: Program::new(nodes) })
    }

    /// Whether the whole path matches.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.program.matches(path)
    }

    /// Whether something below the folder may match. Errs on the side of yes.
    #[must_use]
    pub fn may_match_below(&self, folder: &str) -> bool {
        self.program.may_match_after(&format!("{folder}/"))
    }

    /// Whether the text has a wildcard in it at all: an unescaped `*`, `?` or `[`.
    #[must_use]
    pub fn is_wildcard(text: &str) -> bool {
        let mut characters = text.chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' => drop(characters.next()),
                '*' | '?' | '[' => return true,
                _ => {}
            }
        }
        false
    }
}

/// Whether BuildKit takes this for a valid `.dockerignore` pattern. It matches the pattern against `.`, and Go
/// reads no further than the first part between stars that fails.
pub(super) fn check(pattern: &str) -> Result<(), GlobError> {
    let (first, rest) = split_part(pattern);
    if let [Node::One(set)] = &*parse(first)?
        && set.contains('.')
    {
        parse(split_part(rest).0)?;
    }
    Ok(())
}

/// The text between the leading stars and the next one that stands outside of brackets, and what follows it.
fn split_part(pattern: &str) -> (&str, &str) {
    let pattern = pattern.trim_start_matches('*');
    let mut is_class = false;
    let mut characters = pattern.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '[' => is_class = true,
            ']' => is_class = false,
            '*' if !is_class => return pattern.split_at(at),
            _ => {}
        }
    }
    (pattern, "")
}

fn parse(pattern: &str) -> Result<Vec<Node>, GlobError> {
    let mut nodes = Vec::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        nodes.push(match c {
            '*' => Node::Star(Set::NotSlash),
            '?' => Node::One(Set::NotSlash),
            '[' => {
                let (set, after) = class(rest.as_str())?;
                rest = after.chars();
                Node::One(set)
            }
            '\\' => Node::One(Set::Char(rest.next().ok_or(GlobError::TrailingBackslash)?)),
            c => Node::One(Set::Char(c)),
        });
    }
    Ok(nodes)
}

/// The class after its `[`, and what follows its `]`.
fn class(text: &str) -> Result<(Set, &str), GlobError> {
    let (negated, mut rest) = match text.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut ranges = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix(']').filter(|_| !ranges.is_empty()) {
            return Ok((Set::Class { negated, ranges }, after));
        }
        let (low, after) = class_character(rest)?;
        let (high, after) = match after.strip_prefix('-') {
            Some(after) => class_character(after)?,
            None => (low, after),
        };
        ranges.push((low, high));
        rest = after;
    }
}

fn class_character(text: &str) -> Result<(char, &str), GlobError> {
    let mut characters = text.chars();
    let c = match characters.next() {
        None => return Err(GlobError::OpenClass),
        Some('-' | ']') => return Err(GlobError::ClassMember),
        Some('\\') => characters.next().ok_or(GlobError::OpenClass)?,
        Some(c) => c,
    };
    let rest = characters.as_str();
    if rest.is_empty() { Err(GlobError::OpenClass) } else { Ok((c, rest)) }
}

/// Why a wildcard pattern is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GlobError {
    /// No `]` closes the class.
    #[error("`[` is not closed; add the `]`, or write `\\[` for the character itself")]
    OpenClass,
    /// An empty class, or a `-` without both ends.
    #[error("`-` and `]` need a `\\` before them inside `[…]`, and a class cannot be empty")]
    ClassMember,
    /// Nothing follows the last `\`.
    #[error("nothing follows the last `\\`; folders are separated by `/`")]
    TrailingBackslash,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn matches_as_go_does() {
        let cases = [
            ("*.txt", "a.txt", true),
            ("*.txt", "d/a.txt", false),
            ("**/a", "d/a", true),
            ("**/a", "d/e/a", false),
            ("a?c", "a/c", false),
            ("a[^x]c", "abc", true),
            ("[a-cé]", "é", true),
            ("[c-a]", "b", false),
            (r"\*", "*", true),
            (r"[\]]", "]", true),
            ("d*/*.o", "dist/x.o", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(Glob::new(pattern).unwrap().matches(path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        for (pattern, error) in [
            ("[", GlobError::OpenClass),
            ("[a", GlobError::OpenClass),
            ("a[b-", GlobError::OpenClass),
            (r"[\", GlobError::OpenClass),
            ("[]a]", GlobError::ClassMember),
            ("[-a]", GlobError::ClassMember),
            ("[a-]", GlobError::ClassMember),
            (r"abc\", GlobError::TrailingBackslash),
        ] {
            assert_eq!(Glob::new(pattern), Err(error), "{pattern}");
        }
    }

    #[test]
    fn the_check_of_buildkit_stops_where_go_does() {
        assert_eq!(check("a*["), Ok(()), "the first part fails on `.` already");
        assert_eq!(check("[.]*["), Err(GlobError::OpenClass));
        assert_eq!(check("?**[a-]"), Err(GlobError::ClassMember));
        assert_eq!(check("*["), Err(GlobError::OpenClass));
        assert_eq!(check(r"a*b\"), Ok(()));
    }

    #[test]
    fn wildcards_are_told_from_plain_paths() {
        assert!(Glob::is_wildcard("a/*.py"));
        assert!(Glob::is_wildcard("[ab]"));
        assert!(!Glob::is_wildcard(r"a\*b"));
        assert!(!Glob::is_wildcard("a/b"));
    }

    #[test]
    fn may_match_below_tells_folders_apart() {
        let glob = Glob::new("src/*/x.py").unwrap();
        assert!(glob.may_match_below("src"));
        assert!(glob.may_match_below("src/a"));
        assert!(!glob.may_match_below("src/a/b"));
        assert!(!glob.may_match_below("docs"));
    }
}
