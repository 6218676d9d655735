//! Every pattern that has to do with a path, for people who ask why.

use super::matcher::Matcher;

/// A pattern that matches a path or a folder above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The pattern, an index into [`Matcher::patterns`].
    pub pattern: usize,
    /// What it matches: the path itself, or the outermost folder above it for which that holds.
    pub matched: String,
    /// What comes of it.
    pub effect: Effect,
}

/// What a matching pattern does to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Effect {
    /// Nothing: the path was already excluded, or (for an exception) not excluded.
    Idle,
    /// It would decide, but a later pattern does.
    Overruled,
    /// It decides.
    Decides,
}

impl Matcher {
    /// The patterns that match a path or a folder above it, in order, with what each of them does.
    ///
    /// ```
    /// use dfcore::dockerignore::{Effect, Matcher};
    /// let matcher = Matcher::new(["docs", "!docs/*.md", "docs/draft.md"]).unwrap();
    /// let chain = matcher.chain("docs/draft.md");
    /// let effects: Vec<_> = chain.iter().map(|step| (step.pattern, step.matched.as_str(), step.effect)).collect();
    /// assert_eq!(
    ///     effects,
    ///     [
    ///         (0, "docs", Effect::Overruled),
    ///         (1, "docs/draft.md", Effect::Overruled),
    ///         (2, "docs/draft.md", Effect::Decides),
    ///     ]
    /// );
    /// ```
    #[must_use]
    pub fn chain(&self, path: &str) -> Vec<Match> {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let places: Vec<&str> = ends.map(|end| &path[..end]).collect();
        // Where each pattern first counted, and where it merely would match.
        let mut counted: Vec<Option<&str>> = vec![None; self.patterns().len()];
        let mut decides = None;
        for place in &places {
            let mut is_excluded = false;
            decides = None;
            for (index, pattern) in self.patterns().iter().enumerate() {
                if counted[index].is_none()
                    && (pattern.is_exception() != is_excluded || !pattern.matches(place))
                {
                    continue;
                }
                counted[index].get_or_insert(place);
                is_excluded = !pattern.is_exception();
                decides = Some(index);
            }
        }
        let step = |(index, counted): (usize, Option<&str>)| {
            let pattern = &self.patterns()[index];
            let idle = || places.iter().copied().find(|place| pattern.matches(place));
            let effect = match counted {
                None => Effect::Idle,
                Some(_) if decides == Some(index) => Effect::Decides,
                Some(_) => Effect::Overruled,
            };
            Some(Match { pattern: index, matched: counted.or_else(idle)?.to_owned(), effect })
        };
        counted.into_iter().enumerate().filter_map(step).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pattern_that_changes_nothing_is_named_too() {
        let matcher = Matcher::new(["!a", "a", "a/b", "!a/b/c", "x"]).unwrap();
        let chain = matcher.chain("a/b/c");
        let effects: Vec<_> = chain.iter().map(|step| (step.pattern, step.effect)).collect();
        assert_eq!(
            effects,
            [(0, Effect::Idle), (1, Effect::Overruled), (2, Effect::Idle), (3, Effect::Decides)]
        );
        assert_eq!(matcher.chain("b"), []);
    }

    proptest! {
        #[test]
        fn the_chain_ends_where_the_verdict_says(
            patterns in prop::collection::vec("!?(\\*\\*/)?[ab*](/[ab*])?", 0..6),
            path in "[ab](/[ab]){0,3}",
        ) {
            let matcher = Matcher::new(patterns.iter().map(String::as_str)).unwrap();
            let chain = matcher.chain(&path);
            let decides = chain.iter().find(|step| step.effect == Effect::Decides);
            prop_assert_eq!(decides.map(|step| step.pattern), matcher.verdict(&path).decided_by);
            prop_assert!(chain.iter().filter(|step| step.effect == Effect::Decides).count() <= 1);
        }
    }
}
