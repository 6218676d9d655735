//! Patterns together: the last one that matches a path, or a folder above it, decides.

use super::pattern::{Pattern, PatternError};

/// A list of exclude patterns with the semantics of BuildKit.
///
/// Paths are relative to the context, with `/` between folders and none at the ends.
///
/// ```
/// use dfcore::dockerignore::Matcher;
/// let matcher = Matcher::new(["docs", "!docs/guide.md"]).unwrap();
/// assert!(matcher.verdict("docs/notes.md").is_excluded);
/// assert!(!matcher.verdict("docs/guide.md").is_excluded);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matcher {
    patterns: Vec<Pattern>,
}

impl Matcher {
    /// Compiles patterns in the form in which they are sent to BuildKit; blank ones are left out. For the text of
    /// a `.dockerignore` file use [`super::DockerIgnore`], which prepares its lines first.
    ///
    /// # Errors
    /// [`PatternError`] for the first pattern that fails every build. One that fails only when it is compared
    /// with a path is kept; see [`Verdict::broken`].
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Result<Self, PatternError> {
        let patterns = patterns.into_iter().filter_map(|pattern| Pattern::new(pattern).transpose());
        Ok(Self { patterns: patterns.collect::<Result<_, _>>()? })
    }

    pub(super) fn of(patterns: Vec<Pattern>) -> Self {
        Self { patterns }
    }

    /// The patterns, in order, without blank ones. A [`Verdict`] names them by their index here.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// What the patterns say about a path, its folders considered. Walks use a [`Trail`] instead.
    #[must_use]
    pub fn verdict(&self, path: &str) -> Verdict {
        Trail::new(self).verdict(path)
    }

    /// Whether everything below an excluded folder is excluded as well, so that nobody needs to look there.
    #[must_use]
    pub fn can_prune(&self, folder: &str, verdict: Verdict) -> bool {
        // Below the folder the deciding line matches too. Only a later exception can overrule it.
        let Some(decided_by) = verdict.decided_by.filter(|_| verdict.is_excluded) else { return false };
        let mut later = self.patterns.iter().skip(decided_by + 1);
        !later.any(|pattern| pattern.is_exception() && pattern.may_match_below(folder))
    }

    /// Judges a path whose parent folder has been judged. Writes down which patterns match, if asked to.
    fn judge(&self, path: &str, parent: &Matched, mut record: Option<&mut Matched>) -> Verdict {
        let mut verdict = Verdict::default();
        for (index, pattern) in self.patterns.iter().enumerate() {
            let matches = parent.contains(index) || {
                // What cannot change the verdict is not even compared. This is part of the semantics: such a
                // pattern does not count as matched for what lies below.
                if pattern.is_exception() != verdict.is_excluded {
                    continue;
                }
                if pattern.error().is_some() {
                    verdict.broken = verdict.broken.or(Some(index));
                }
                pattern.matches(path)
            };
            if matches {
                verdict.is_excluded = !pattern.is_exception();
                verdict.decided_by = Some(index);
                if let Some(record) = record.as_deref_mut() {
                    record.insert(index);
                }
            }
        }
        verdict
    }
}

/// What the patterns say about one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// Whether the path is left out of the context. A folder may still be sent, empty but for what an
    /// exception brings back below it.
    pub is_excluded: bool,
    /// The pattern that decided: the last one that matches the path or a folder above it. [`None`] when none
    /// does, and then the path is sent.
    pub decided_by: Option<usize>,
    /// A pattern that had to be compared and cannot be ([`Pattern::error`]): BuildKit gives up here. The rest of
    /// the verdict is as if that pattern were not there.
    pub broken: Option<usize>,
}

/// Judges the paths of a walk, in any order; fastest when the files of a folder come one after the other.
#[derive(Clone, Debug)]
pub struct Trail<'m> {
    matcher: &'m Matcher,
    /// The folders above the last path, outermost first.
    folders: Vec<Folder>,
}

#[derive(Clone, Debug)]
struct Folder {
    path: String,
    matched: Matched,
    broken: Option<usize>,
}

impl<'m> Trail<'m> {
    /// A trail at the root of the context.
    #[must_use]
    pub fn new(matcher: &'m Matcher) -> Self {
        Self { matcher, folders: Vec::new() }
    }

    /// What the patterns say about a path.
    pub fn verdict(&mut self, path: &str) -> Verdict {
        let is_above = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        while self.folders.last().is_some_and(|folder| !is_above(&folder.path)) {
            self.folders.pop();
        }
        let known = self.folders.last().map_or(0, |folder| folder.path.len() + 1);
        for (end, _) in path.match_indices('/').skip_while(|&(at, _)| at < known) {
            self.enter(&path[..end]);
        }
        let root = Matched::default();
        let parent = self.folders.last();
        let mut verdict = self.matcher.judge(path, parent.map_or(&root, |folder| &folder.matched), None);
        verdict.broken = parent.and_then(|folder| folder.broken).or(verdict.broken);
        verdict
    }

    fn enter(&mut self, path: &str) {
        let root = Matched::default();
        let parent = self.folders.last();
        let mut matched = Matched::default();
        let verdict =
            self.matcher.judge(path, parent.map_or(&root, |folder| &folder.matched), Some(&mut matched));
        let broken = parent.and_then(|folder| folder.broken).or(verdict.broken);
        self.folders.push(Folder { path: path.to_owned(), matched, broken });
    }
}

/// The set of patterns that matched a folder or one above it.
#[derive(Clone, Debug, Default)]
struct Matched(Vec<u64>);

impl Matched {
    fn contains(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    fn insert(&mut self, index: usize) {
        if self.0.len() <= index / 64 {
            self.0.resize(index / 64 + 1, 0);
        }
        self.0[index / 64] |= 1 << (index % 64);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn matcher(patterns: &[&str]) -> Matcher {
        Matcher::new(patterns.iter().copied()).unwrap()
    }

    #[test]
    fn the_last_match_decides_and_is_named() {
        let matcher = matcher(&["*.md", "!README*.md", "", "README-secret.md"]);
        let decided = |path| {
            let verdict = matcher.verdict(path);
            (verdict.is_excluded, verdict.decided_by)
        };
        assert_eq!(decided("a.md"), (true, Some(0)));
        assert_eq!(decided("README.md"), (false, Some(1)));
        assert_eq!(decided("README-secret.md"), (true, Some(2)));
        assert_eq!(decided("a.txt"), (false, None));
    }

    #[test]
    fn a_later_exception_for_the_parent_brings_no_child_back() {
        let matcher = matcher(&["docs/sub", "!docs"]);
        assert!(matcher.verdict("docs/sub").is_excluded);
        assert!(matcher.verdict("docs/sub/x").is_excluded);
        assert!(!matcher.verdict("docs/x").is_excluded);
    }

    #[test]
    fn a_trail_agrees_with_single_verdicts_in_any_order() {
        let matcher = matcher(&["a", "!a/b", "a/b/c", "!a/b/c/d", "**/x"]);
        let paths = ["a/b/c/d/e", "a", "a/b", "z/x/y", "a/b/c", "a/b/c/d", "a/bb", "ab", "a/b/c/x", "z"];
        let mut trail = Trail::new(&matcher);
        for path in paths {
            assert_eq!(trail.verdict(path), matcher.verdict(path), "{path}");
        }
    }

    #[test]
    fn folders_are_pruned_only_when_no_exception_reaches_below() {
        let prunes = |patterns: &[&str], folder: &str| {
            let matcher = matcher(patterns);
            matcher.can_prune(folder, matcher.verdict(folder))
        };
        assert!(prunes(&["node_modules"], "node_modules"));
        assert!(prunes(&["*", "!src/**"], "node_modules"));
        assert!(!prunes(&["*", "!src/main.py"], "src"));
        assert!(prunes(&["*", "!src/main.py"], "lib"));
        assert!(prunes(&["!**/keep", "lib"], "lib"), "an earlier exception cannot overrule");
        assert!(!prunes(&["lib", "!**/keep"], "lib"));
        assert!(!prunes(&["x"], "lib"), "a folder that is sent");
    }

    #[test]
    fn a_broken_pattern_is_reported_where_it_is_compared() {
        let matcher = matcher(&["*.log", "docs\\guide.md"]);
        assert_eq!(matcher.verdict("a.log").broken, None);
        assert_eq!(matcher.verdict("a.txt").broken, Some(1));
        assert_eq!(matcher.verdict("a.txt/b.log").broken, Some(1), "the folder was compared on the way");
    }
}
