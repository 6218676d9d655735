//! Why a path is sent, or is not.

use super::tree::Kind;
use super::{BuildContext, normalize, tree};
use crate::dockerignore::{Effect, Line};

/// Why one path of a context is sent or is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation<'c> {
    /// The path in its shortest form.
    pub path: String,
    /// What is there.
    pub kind: Kind,
    /// Whether the patterns exclude it.
    pub is_excluded: bool,
    /// Whether it travels all the same, empty but for what is brought back below it.
    pub is_carried: bool,
    /// Every line of the ignore file that matches the path or a folder above it, in order.
    pub steps: Vec<Step<'c>>,
}

/// A line that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'c> {
    /// Where the line stands.
    pub line: Line,
    /// The pattern as it is written.
    pub pattern: &'c str,
    /// What the line matches: the path itself or the outermost folder above it for which that holds.
    pub matched: String,
    /// Whether the line brings back what others exclude.
    pub is_exception: bool,
    /// What comes of it.
    pub effect: Effect,
}

impl BuildContext {
    /// Why a path is sent or is not; [`None`] when there is nothing at that path. Asks the tree for this path
    /// alone, unless it is an excluded folder.
    #[must_use]
    pub fn explain(&self, path: &str) -> Option<Explanation<'_>> {
        let path = normalize(path);
        let kind = match self.tree.look(&path) {
            Some(look) => look.kind,
            None if path.is_empty() => Kind::Folder,
            None => return None,
        };
        let is_excluded = self.verdict(&path).is_excluded;
        let is_carried = is_excluded
            && kind == Kind::Folder
            && self.listing().get(&path).is_some_and(tree::Entry::is_sent);
        let steps = match self.ignore_file() {
            Some(file) if !path.is_empty() => file
                .rules()
                .matcher()
                .chain(&path)
                .into_iter()
                .map(|step| {
                    let line = file.rules().line(step.pattern);
                    let is_exception = file.rules().matcher().patterns()[step.pattern].is_exception();
                    let pattern = file.source().slice(line.span);
                    Step { line, pattern, matched: step.matched, is_exception, effect: step.effect }
                })
                .collect(),
            _ => Vec::new(),
        };
        Some(Explanation { path, kind, is_excluded, is_carried, steps })
    }
}
