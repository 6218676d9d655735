use crate::rule::labels::spoken_labels;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A label of the label schema is empty.
    ///
    /// The label is there, so that nothing seems to be missing, and says nothing.
    ///
    /// ## Example
    ///
    /// ```toml,options
    /// [lint.labels]
    /// schema = { "org.opencontainers.image.source" = "url", "org.opencontainers.image.title" = "text" }
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.title=""
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.title="app" com.example.note=""
    /// ```
    ///
    /// ## Sources
    ///
    /// - [hadolint DL3051](https://github.com/hadolint/hadolint/wiki/DL3051)
    pub EmptyLabel {
        code: "DF8014",
        name: "empty-label",
        group: Style,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3051"],
    }
}

impl Rule for EmptyLabel {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        if cx.labels.schema.is_empty() {
            return;
        }
        for label in spoken_labels(cx).filter(|label| cx.labels.schema.contains_key(&label.key)) {
            if label.value(cx.model).is_some_and(|value| value.is_empty()) {
                report
                    .at(label.pair.span, format!("the label `{}` is empty", label.key))
                    .note("the label schema of `df.toml` asks for it")
                    .help("give it a value");
            }
        }
    }
}
