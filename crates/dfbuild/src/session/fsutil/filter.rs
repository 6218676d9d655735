//! Which entries of a directory travel: include patterns (among them the sources of COPY and ADD) and exclude
//! patterns (from the ignore file), both with the meaning of `.dockerignore`.

use dfcore::dockerignore::{Matcher, Trail};

use super::Failure;

/// Keeps what matches an include pattern, if there are any, and no exclude pattern.
#[derive(Debug, Default)]
pub(in crate::session) struct Filter {
    includes: Option<Matcher>,
    excludes: Matcher,
}

/// What becomes of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It travels.
    Send,
    /// It does not, but entries below it may.
    Skip,
    /// Neither it nor anything below it travels.
    Prune,
}

impl Filter {
    pub(in crate::session) fn new(includes: &[String], excludes: &[String]) -> Result<Self, Failure> {
        let matcher = |patterns: &[String], kind: &str| {
            Matcher::new(patterns.iter().map(String::as_str))
                .map_err(|error| format!("invalid {kind} pattern: {error}"))
        };
        let includes = if includes.is_empty() { None } else { Some(matcher(includes, "include")?) };
        Ok(Self { includes, excludes: matcher(excludes, "exclude")? })
    }

    /// A filter to judge the entries of one walk.
    pub(super) fn trail(&self) -> FilterTrail<'_> {
        FilterTrail {
            filter: self,
            includes: self.includes.as_ref().map(Trail::new),
            excludes: Trail::new(&self.excludes),
        }
    }
}

/// Judges the entries of a walk in its order.
pub(super) struct FilterTrail<'f> {
    filter: &'f Filter,
    includes: Option<Trail<'f>>,
    excludes: Trail<'f>,
}

impl FilterTrail<'_> {
    /// What becomes of `path`, relative to the root of the walk.
    pub(super) fn judge(&mut self, path: &str) -> Result<Verdict, Failure> {
        let excluded = self.excludes.verdict(path);
        if excluded.broken.is_some() {
            return Err(format!("{path}: an exclude pattern cannot be compared: syntax error in pattern"));
        }
        if self.filter.excludes.can_prune(path, excluded) {
            return Ok(Verdict::Prune);
        }
        let verdict = if excluded.is_excluded { Verdict::Skip } else { Verdict::Send };
        let (Some(trail), Some(includes)) = (&mut self.includes, &self.filter.includes) else {
            return Ok(verdict);
        };
        // To the matcher a match is an exclusion; to the walk it is what is wanted.
        let included = trail.verdict(path);
        if included.is_excluded {
            return Ok(verdict);
        }
        let mut wanted = includes.patterns().iter().filter(|pattern| !pattern.is_exception());
        if wanted.any(|pattern| pattern.may_match_below(path)) {
            Ok(Verdict::Skip)
        } else {
            Ok(Verdict::Prune)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn judge(includes: &[&str], excludes: &[&str], paths: &[&str]) -> Vec<Verdict> {
        let owned =
            |patterns: &[&str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>();
        let filter = Filter::new(&owned(includes), &owned(excludes)).unwrap();
        let mut trail = filter.trail();
        paths.iter().map(|path| trail.judge(path).unwrap()).collect()
    }

    #[test]
    fn only_what_is_asked_for_is_walked() {
        let verdicts = judge(&["src/a", "*.txt"], &[], &["lib", "src", "src/a", "src/a/b", "src/c", "x.txt"]);
        assert_eq!(
            verdicts,
            [Verdict::Prune, Verdict::Skip, Verdict::Send, Verdict::Send, Verdict::Prune, Verdict::Send]
        );
    }

    #[test]
    fn an_exclusion_wins_over_an_inclusion() {
        let verdicts = judge(
            &["src"],
            &["src/target", "!src/target/keep"],
            &["src", "src/target", "src/target/keep", "src/target/x"],
        );
        assert_eq!(verdicts, [Verdict::Send, Verdict::Skip, Verdict::Send, Verdict::Prune]);
    }

    #[test]
    fn bad_patterns_are_refused() {
        let failure = Filter::new(&[], &["a[".to_owned()]).unwrap_err();
        assert!(failure.starts_with("invalid exclude pattern: "), "{failure}");
    }
}
