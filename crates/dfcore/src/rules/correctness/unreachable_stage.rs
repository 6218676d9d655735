use crate::diagnostic::Confidence;
use crate::rule::{Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A stage is not part of the build: the last stage needs nothing of it.
    ///
    /// BuildKit builds only what the target needs, so the stage is skipped, and an error in it is not noticed. It may be
    /// there for `docker build --target`; then say so in a comment that ignores the rule, or check with the target.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.26 AS build
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM build AS test
    /// RUN go test ./...
    ///
    /// FROM gcr.io/distroless/base-debian12
    /// COPY --from=build /app /app
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM golang:1.26 AS build
    /// RUN go build -o /app ./cmd/app
    ///
    /// FROM gcr.io/distroless/base-debian12
    /// COPY --from=build /app /app
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/multi-stage/#differences-between-legacy-builder-and-buildkit>
    pub UnreachableStage {
        code: "DF1027",
        name: "unreachable-stage",
        group: Correctness,
        severity: Info,
        confidence: Low,
        fix: None,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

impl Rule for UnreachableStage {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        let Some(last) = model.final_stage() else { return };
        // A template engine may give the file other stages.
        if model.source.text().contains("{{") {
            return;
        }
        let built = model.built_for(last);
        let targets = model.targets();
        for stage in model.stages().iter().filter(|stage| !built[stage.index]) {
            // One that only such a stage needs goes with it.
            if !targets[stage.index] && model.target().is_none() {
                continue;
            }
            // Nobody asks for a stage without a name.
            let confidence = if stage.name.is_none() { Confidence::Medium } else { Confidence::Low };
            report
                .at(model.instruction(stage.from).span, format!("{} is never built", stage.display_name()))
                .note(format!("{} needs nothing of it", last.display_name()))
                .confidence(confidence)
                .help("remove it, or name it with `--target` where it is built");
        }
    }
}
