use rustc_hash::FxHashSet;

use crate::model::Base;
use crate::rule::labels::labels_of;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// An image lacks labels that the label schema asks for.
    ///
    /// The schema is that of `df.toml`; without one the rule is silent. Only stages that somebody builds for their own sake are
    /// looked at, with what they stand on: a stage that others need never becomes an image.
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
    /// LABEL org.opencontainers.image.title="app"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26 AS build
    /// RUN go build -o /app .
    ///
    /// FROM alpine:3.20 AS base
    /// LABEL org.opencontainers.image.source="https://example.com/app"
    ///
    /// FROM base
    /// LABEL org.opencontainers.image.title="app"
    /// COPY --from=build /app /app
    /// ```
    ///
    /// ## Limits
    ///
    /// A label that comes with a base image, or from `docker build --label`, is not in the file. The first speaks of the base,
    /// as a rule, and not of the image on it.
    ///
    /// ## Differs from
    ///
    /// hadolint reports each label by itself, and also stages that others stand on or mount.
    ///
    /// ## Sources
    ///
    /// - [hadolint DL3049](https://github.com/hadolint/hadolint/wiki/DL3049)
    /// - <https://github.com/opencontainers/image-spec/blob/main/annotations.md>
    pub MissingLabel {
        code: "DF8012",
        name: "missing-label",
        group: Style,
        severity: Info,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3049"],
    }
}

impl Rule for MissingLabel {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        if cx.labels.schema.is_empty() {
            return;
        }
        let model = cx.model;
        let targets = model.targets();
        let mut labels: Vec<FxHashSet<&str>> = Vec::with_capacity(targets.len());
        for stage in model.stages() {
            let mut has = match stage.base {
                Base::Stage(base) => labels[base].clone(),
                _ => FxHashSet::default(),
            };
            for label in model.body(stage).flat_map(|(index, _)| labels_of(model, index)) {
                // Only what the schema asks for, so that the sets stay small.
                has.extend(cx.labels.schema.get_key_value(&label.key).map(|(key, _)| key.as_str()));
            }
            let missing: Vec<String> = cx
                .labels
                .schema
                .keys()
                .filter(|key| targets[stage.index] && !has.contains(key.as_str()))
                .map(|key| format!("`{key}`"))
                .collect();
            labels.push(has);
            if missing.is_empty() {
                continue;
            }
            let what = if missing.len() == 1 { "the label" } else { "the labels" };
            report
                .at(
                    model.instruction(stage.from).keyword,
                    format!("{} lacks {what} {}", stage.display_name(), missing.join(", ")),
                )
                .note("the label schema of `df.toml` asks for that")
                .help("add a `LABEL` to the stage, or give it with `docker build --label`");
        }
    }
}
