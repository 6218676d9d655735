use crate::rule::labels::check_values;
use crate::rule::{LabelType, Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A label that has to be a Git commit is none.
    ///
    /// With the commit, people find the source of an image; a branch or a tag may have moved since.
    ///
    /// Which labels these are, the label schema in `df.toml` says; without one the rule is silent. Nothing is said of an empty
    /// value, which is a matter of `empty-label`, and of one with variables, which the build fills in.
    ///
    /// ## Example
    ///
    /// ```toml,options
    /// [lint.labels]
    /// schema = { "org.opencontainers.image.revision" = "hash" }
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.revision="main"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// ARG VALUE
    /// LABEL org.opencontainers.image.revision="8f14e45fceea167a5a36dedd4bea2543a1b2c3d4" org.opencontainers.image.title="main"
    /// LABEL org.opencontainers.image.revision="${VALUE}"
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint takes a variable for a wrong value, and reports an empty one here too. It accepts 7 or 40 digits only: not the longer
    /// abbreviations of large repositories, nor the 64 digits of SHA-256.
    ///
    /// ## Sources
    ///
    /// - `git help rev-parse`, "SPECIFYING REVISIONS"
    /// - [hadolint DL3055](https://github.com/hadolint/hadolint/wiki/DL3055)
    pub LabelNotGitHash {
        code: "DF8018",
        name: "label-not-git-hash",
        group: Style,
        severity: Style,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3055"],
    }
}

impl Rule for LabelNotGitHash {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        check_values(cx, report, LabelType::Hash, "the hash of a Git commit", "1b2c3d4", is_hash);
    }
}

/// 40 digits of SHA-1, 64 of SHA-256, or the beginning of either in 7 or more.
fn is_hash(text: &str) -> bool {
    matches!(text.len(), 7..=40 | 64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_values_apart() {
        for value in ["abcdef0", "0123456789ab"] {
            assert!(is_hash(value), "{value}");
        }
        for value in ["", "abcdef", "main", "v1.2.3", "ABCDEF0"] {
            assert!(!is_hash(value), "{value}");
        }
    }
}
