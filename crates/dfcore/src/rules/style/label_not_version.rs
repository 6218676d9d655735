use crate::rule::labels::check_values;
use crate::rule::{LabelType, Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A label that has to be a version is none of Semantic Versioning.
    ///
    /// Tools that compare versions need all three numbers, and nothing in front of them.
    ///
    /// Which labels these are, the label schema in `df.toml` says; without one the rule is silent. Nothing is said of an empty
    /// value, which is a matter of `empty-label`, and of one with variables, which the build fills in.
    ///
    /// ## Example
    ///
    /// ```toml,options
    /// [lint.labels]
    /// schema = { "org.opencontainers.image.version" = "semver" }
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.version="v1.2"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// ARG VALUE
    /// LABEL org.opencontainers.image.version="1.2.3" org.opencontainers.image.title="v1.2"
    /// LABEL org.opencontainers.image.version="${VALUE}"
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint takes a variable for a wrong value, and reports an empty one here too. It accepts leading zeros and an empty
    /// pre-release (`01.2.3`, `1.2.3-`), which the specification does not.
    ///
    /// ## Sources
    ///
    /// - <https://semver.org/spec/v2.0.0.html>
    /// - [hadolint DL3056](https://github.com/hadolint/hadolint/wiki/DL3056)
    pub LabelNotVersion {
        code: "DF8019",
        name: "label-not-version",
        group: Style,
        severity: Style,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3056"],
    }
}

impl Rule for LabelNotVersion {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        check_values(cx, report, LabelType::Semver, "a semantic version", "1.2.3-rc.1", is_version);
    }
}

/// `1.2.3-rc.1+build.5`
fn is_version(text: &str) -> bool {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    let is_number = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_pre =
        |part: &str| is_number(part) || (is_word(part) && !part.bytes().all(|byte| byte.is_ascii_digit()));
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && pre.is_none_or(|pre| pre.split('.').all(is_pre))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_values_apart() {
        for value in ["0.0.1", "1.2.3-rc.1", "1.2.3+001", "1.2.3--.x-y+z.01"] {
            assert!(is_version(value), "{value}");
        }
        for value in
            ["", "1.2", "v1.2.3", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+", "1.2.3.4", "1.2.3-a..b", "latest"]
        {
            assert!(!is_version(value), "{value}");
        }
    }
}
