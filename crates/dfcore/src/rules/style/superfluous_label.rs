use crate::rule::labels::spoken_labels;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A label is not in the label schema.
    ///
    /// With `strict = true` in `[lint.labels]` an image has no labels but those of the schema, which finds misspelled ones.
    ///
    /// ## Example
    ///
    /// ```toml,options
    /// [lint.labels]
    /// schema = { "org.opencontainers.image.title" = "text" }
    /// strict = true
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.tilte="app"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.title="app"
    /// ```
    ///
    /// ## Sources
    ///
    /// - [hadolint DL3050](https://github.com/hadolint/hadolint/wiki/DL3050)
    pub SuperfluousLabel {
        code: "DF8013",
        name: "superfluous-label",
        group: Style,
        severity: Info,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3050"],
    }
}

impl Rule for SuperfluousLabel {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        if !cx.labels.strict {
            return;
        }
        for label in spoken_labels(cx).filter(|label| !cx.labels.schema.contains_key(&label.key)) {
            report
                .at(label.pair.key.span, format!("the label `{}` is not in the schema", label.key))
                .help("correct its name, remove it, or add it to `[lint.labels]` in `df.toml`");
        }
    }
}
