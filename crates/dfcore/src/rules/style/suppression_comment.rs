use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::suppress::Suppressions;

declare_rule! {
    /// A comment in the file suppresses findings.
    ///
    /// For teams that want exceptions in one reviewed place, the `df.toml`, and not in each file. The comments of this linter
    /// count as those of hadolint and BuildKit do: `# dflint: ignore=…`, `# hadolint ignore=…`, `# check=skip=…`.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// # hadolint ignore=DL3006
    /// FROM alpine
    /// ```
    ///
    /// ```dockerfile,bad
    /// # check=skip=JSONArgsRecommended
    /// FROM alpine:3.20
    /// # dflint: ignore=last-user-root because of the socket
    /// USER root
    /// ```
    ///
    /// ```dockerfile,good
    /// # Nothing is ignored here.
    /// FROM alpine:3.20
    /// ```
    ///
    /// ## Limits
    ///
    /// A comment that suppresses this rule in the whole file does so.
    ///
    /// ## Differs from
    ///
    /// hadolint's DL1001 sees `# hadolint ignore=` alone, and neither `# hadolint global ignore=` nor the comments of others.
    ///
    /// ## Sources
    ///
    /// - [hadolint DL1001](https://github.com/hadolint/hadolint/wiki/DL1001)
    pub SuppressionComment {
        code: "DF8022",
        name: "suppression-comment",
        group: Style,
        severity: Info,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL1001"],
    }
}

impl Rule for SuppressionComment {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for comment in Suppressions::collect(&model.dockerfile, model.source).comments() {
            report
                .at(comment.span, format!("this comment suppresses `{}`", model.slice(comment.list)))
                .help("write the exception into `df.toml`: `ignore` in `[lint]`, or the rule's `level`");
        }
    }
}
