use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::suppress::Suppressions;

declare_rule! {
    /// A comment that suppresses findings does not say why.
    ///
    /// Whoever reads the file next cannot tell whether the exception still holds. `dflint check --require-reason` turns this
    /// rule on, as naming it in `extend-select` does.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// # dflint: ignore=last-user-root
    /// USER root
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// # dflint: ignore=last-user-root the socket belongs to root
    /// USER root
    /// ```
    ///
    /// ```dockerfile,bad
    /// # hadolint ignore=DL3006
    /// FROM alpine
    /// ```
    ///
    /// hadolint reads a reason only behind a second `#`:
    ///
    /// ```dockerfile,good
    /// # hadolint ignore=DL3006 # the newest is what we test
    /// FROM alpine
    /// ```
    ///
    /// ## Limits
    ///
    /// A `# check=` at the top of the file has no room for a reason and is left alone.
    ///
    /// ## Sources
    ///
    /// - [What users of hadolint asked for](https://github.com/hadolint/hadolint/issues/370)
    pub SuppressionWithoutReason {
        code: "DF8023",
        name: "suppression-without-reason",
        group: Style,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: [],
    }
}

impl Rule for SuppressionWithoutReason {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let is_directive =
            |start: u32| model.dockerfile.directives.iter().any(|directive| directive.span.start == start);
        for comment in Suppressions::collect(&model.dockerfile, model.source).comments() {
            if comment.has_reason || is_directive(comment.span.start) {
                continue;
            }
            report
                .at(
                    comment.span,
                    format!("nothing says why `{}` is suppressed here", model.slice(comment.list)),
                )
                .help("write the reason behind the list of rules");
        }
    }
}
