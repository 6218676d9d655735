use crate::diagnostic::FileRole;
use crate::dockerignore::{Glob, Matcher, Pattern};
use crate::fix::{Edit, Fix};
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A line of `.dockerignore` never decides, since a later one does for all that it matches.
    ///
    /// The last line that matches wins. An exception above the line that it is meant to except is the usual mistake:
    /// the file that should be kept is left out.
    ///
    /// ## Example
    ///
    /// ```file=.dockerignore
    /// !README.md
    /// *.md
    /// ```
    ///
    /// ```file=README.md
    /// # Service
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// COPY . /app
    /// ```
    ///
    /// ## Example
    ///
    /// ```file=.dockerignore
    /// *.md
    /// !README.md
    /// ```
    ///
    /// ```file=README.md
    /// # Service
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// COPY . /app
    /// ```
    ///
    /// ## Example
    ///
    /// ```file=.dockerignore
    /// *.log
    /// docs
    /// *.log
    /// ```
    ///
    /// ```file=build.log
    /// done
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// COPY . /app
    /// ```
    ///
    /// ```dockerfile,fixed
    /// FROM alpine:3.20
    /// COPY . /app
    /// ```
    ///
    /// ```file=.dockerignore,fixed
    /// docs
    /// *.log
    /// ```
    ///
    /// ## Fix safety
    ///
    /// A line that says the same as a later one is removed: the same entries are sent. For an exception there is no
    /// fix, since it was meant to keep something.
    ///
    /// ## Limits
    ///
    /// Lines with wildcards are compared by their text alone. Lines between the two that say the opposite make the rule
    /// silent, since whether they matter depends on the tree.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/concepts/context/#dockerignore-files>
    pub DockerignoreShadowed {
        code: "DF6005",
        name: "dockerignore-shadowed",
        group: Context,
        severity: Warning,
        confidence: High,
        fix: Safe,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for DockerignoreShadowed {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let Some(context) = cx.context else { return };
        let Some(file) = context.ignore_file() else { return };
        let rules = file.rules();
        let patterns = rules.matcher().patterns();
        for (index, pattern) in patterns.iter().enumerate() {
            let Some(later) = shadowed_by(rules.matcher(), index) else { continue };
            let (line, by) = (rules.line(index), rules.line(later));
            let source = file.source();
            let (written, other) = (source.slice(line.span), source.slice(by.span));
            let finding = report
                .at(line.span, format!("`{written}` has no effect: `{other}` in line {} decides", by.number))
                .in_file(FileRole::DockerIgnore)
                .label_in(FileRole::DockerIgnore, by.span, "the last line that matches wins");
            if pattern.is_exception() == patterns[later].is_exception() {
                let edit = Edit {
                    file: FileRole::DockerIgnore,
                    ..Edit::remove(source.full_line_span(line.span.start))
                };
                finding.help("delete the line").fix(Fix::safe(format!("delete `{written}`"), [edit]));
            } else {
                finding.help(format!("move it below line {}, or delete it", by.number));
            }
        }
    }
}

/// The pattern because of which another one makes no difference, whatever is in the tree.
fn shadowed_by(matcher: &Matcher, index: usize) -> Option<usize> {
    let patterns = matcher.patterns();
    let pattern = &patterns[index];
    let is_literal = !Glob::is_wildcard(pattern.text()) && !pattern.text().contains('\\');
    let mut later = patterns.iter().enumerate().skip(index + 1);
    let (at, _) = later.find(|(at, later)| {
        let covers = if is_literal {
            later.matches(pattern.text()) || covers_from_above(pattern, later)
        } else {
            later.text() == pattern.text()
        };
        // Where the opposite is said in between, the first line may matter for that.
        covers
            && patterns[index + 1..*at].iter().all(|between| between.is_exception() == later.is_exception())
    })?;
    Some(at)
}

/// Whether a later line excludes a folder above an excluded path.
fn covers_from_above(pattern: &Pattern, later: &Pattern) -> bool {
    let folders = pattern.text().match_indices('/').map(|(at, _)| &pattern.text()[..at]);
    !pattern.is_exception()
        && !later.is_exception()
        && folders.into_iter().any(|folder| later.matches(folder))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn shadowed(patterns: &[&str]) -> Vec<usize> {
        let matcher = Matcher::new(patterns.iter().copied()).unwrap();
        (0..patterns.len()).filter(|&index| shadowed_by(&matcher, index).is_some()).collect()
    }

    #[test]
    fn only_lines_that_never_decide_are_shadowed() {
        assert_eq!(shadowed(&["!README.md", "*.md"]), [0]);
        assert_eq!(shadowed(&["*.md", "!README.md"]), [0; 0]);
        assert_eq!(shadowed(&["a", "b", "a"]), [0]);
        assert_eq!(shadowed(&["a/b", "a"]), [0]);
        assert_eq!(
            shadowed(&["docs/sub", "!docs"]),
            [0; 0],
            "an exception for a folder brings no child back"
        );
        assert_eq!(shadowed(&["a", "!a/x", "a"]), [1], "the first one matters for the exception");
    }

    proptest! {
        #[test]
        fn without_a_shadowed_line_the_same_is_sent(
            patterns in prop::collection::vec("!?(\\*\\*/)?[ab*](/[ab*]){0,2}", 2..7),
            paths in prop::collection::vec("[ab](/[ab]){0,3}", 20),
        ) {
            let texts: Vec<&str> = patterns.iter().map(String::as_str).collect();
            let whole = Matcher::new(texts.iter().copied()).unwrap();
            for index in shadowed(&texts) {
                let others = texts.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, text)| *text);
                let less = Matcher::new(others).unwrap();
                for path in &paths {
                    prop_assert_eq!(
                        whole.verdict(path).is_excluded, less.verdict(path).is_excluded,
                        "{} in {:?} without line {}", path, texts, index
                    );
                }
            }
        }
    }
}
